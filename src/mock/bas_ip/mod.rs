//! The BAS-IP panel: identifiers by link id first, and what belongs to them.
//!
//! The reference is the Android panel with API 2.9.0. Other editions are quirks of the group
//! `edition`; a defect that only another
//! edition can have brings that edition along, unless a quirk names one.

mod apartment;
mod body;
mod defect;
mod deletion;
mod device;
mod draft;
mod edition;
#[cfg(test)]
mod examples;
mod face;
mod fault;
mod filter;
mod forward;
mod guard;
mod identifier;
mod item;
mod link;
mod listing;
mod lock;
mod log;
mod nature;
mod number;
mod picture;
mod quirk;
mod random;
mod repeat;
mod route;
mod row;
mod session;
#[cfg(test)]
mod sibling_rows;
mod stranger;
mod time_profile;
mod wire;

use crate::mock::device::{Device, Scheme, Settings, UnknownName};

pub use defect::DEFECTS;
pub use quirk::QUIRKS;

/// What a defect needs to show: the scheme of the accounts (a panel always logs in for a token), and the quirk beside it: the edition that can
/// have it.
pub fn setup(defect: &str) -> (Scheme, Option<&'static str>) {
    (Scheme::default(), defect::Defect::named(defect).and_then(defect::Defect::edition))
}

/// A panel with these accounts, defects and quirks; a name it does not know is an error.
pub fn device(settings: &Settings) -> Result<Box<dyn Device>, UnknownName> {
    Ok(Box::new(device::Panel::new(settings)?))
}
