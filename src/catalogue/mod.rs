//! The library of cases, linked: what is tested, against which rows, with which schemas.
//!
//! ```
//! let catalogue = doorspec::catalogue::Catalogue::embedded();
//! assert!(catalogue.suites.contains_key("2n"));
//! ```

mod coverage;
mod embedded;
mod linked;
mod lint;
mod malformed;
mod read;
mod rows;
mod sources;

pub use coverage::{Cover, Coverage, coverage, uncovered};
pub use linked::{Catalogue, CatalogueCase, SuiteCatalogue};
pub use lint::{Examination, examine, lint, lint_waivers, read_profile, read_waivers};
pub use read::load;
pub use sources::{SourceError, Sources};
