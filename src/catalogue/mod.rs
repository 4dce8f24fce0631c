//! The library of cases, linked: what is tested, against which rows, with which schemas.
//!
//! ```
//! let catalogue = doorspec::catalogue::Catalogue::embedded();
//! assert!(catalogue.suites.contains_key("2n"));
//! ```

mod embedded;
mod linked;
mod read;
mod rows;
mod schemas;
mod sources;

pub use linked::{Catalogue, CatalogueCase, SuiteCatalogue};
pub use read::load;
pub use schemas::{Schemas, UnknownSchema, is_uuid_text};
pub use sources::{SourceError, Sources};
