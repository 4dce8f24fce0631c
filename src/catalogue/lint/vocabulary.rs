//! The words of the case language. Those who give them a meaning also list them, so that no word is known in one place only.

pub(super) use crate::judge::MATCHERS;
pub(super) use crate::template::{FILTERS, MAKERS};
