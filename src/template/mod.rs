//! The template language of cases: `{{name}}`, filters, makers of long values, and what a run makes up.

mod fresh;
mod scope;

pub use fresh::{Maker, Ours};
pub use scope::{FILTERS, MAKERS, Scope, UNFIT, Values, encoded, hex, is_absent};
