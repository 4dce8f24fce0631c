//! Runs a plan against a transport: sets scenes, sends, has the judge judge, tidies up. Knows a [`Transport`], not HTTP.

mod fresh;
mod scope;

pub use fresh::{Maker, Ours};
pub use scope::{FILTERS, MAKERS, Scope, Values};
