//! The reports of a finished run: text for a terminal, JUnit XML for CI, one HTML page for people, the record itself as JSON, and on
//! request what GitHub, GitLab and readers of TAP and CTRF take; and the overview of a fleet, made of the records of its devices.
//!
//! Everything here turns a [`Record`](crate::record::Record) into text. Nothing opens a file or a socket, asks the time, or
//! knows how the run was made; so a record that was stored years ago renders to the same bytes. What the device sent is hostile
//! until proven otherwise: control characters, escape sequences and text direction marks never reach a report raw.

mod comparison;
mod ctrf;
mod dossier;
mod evidence;
mod failure;
mod fleet;
mod format;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
mod markdown;
mod matrix;
mod outcome;
mod plain;
#[cfg(test)]
mod sample;
mod style;
mod tap;
mod text;
mod trouble;

pub use comparison::{comparison, comparison_html};
pub use failure::{case_failure, failures};
pub use fleet::{AreaCount, Contrast, Fleet, Unit, fleet, fleet_html, fleet_json, fleet_outcome};
pub use format::Format;
pub use github::unheeded;
pub use html::{html, write_html};
pub use json::{json, write_json};
pub use junit::{Dialect, junit, write_junit};
pub use outcome::{counts, sentence as outcome};
pub use plain::visible;
pub use style::Style;
pub use text::{observations, summary};
