//! The 2N unit: the directory service of the HTTP API (manual 5.14) whole, and as much of the rest as its clients read.
//!
//! A request passes `unit`: route, service, `gate`, method, `body`; then one function works on the `directory`, and `wire` writes
//! the reply. What the documents leave open follows the plain defaults; `quirk` holds the alternatives, `defect` the ways to be wrong.

mod blunder;
mod body;
mod chance;
mod create;
mod damage;
mod defect;
mod delete;
mod digest;
mod directory;
mod draft;
mod events;
mod failure;
mod foreign;
mod function;
mod gate;
mod identifier;
mod lapse;
mod manner;
mod members;
mod model;
mod neighbour;
mod nonce;
mod path;
mod quirk;
mod reading;
mod row;
mod rule;
mod selection;
mod system;
mod unit;
mod update;
mod wire;

#[cfg(test)]
mod tests;

use super::device::{Device, Settings, UnknownName};

pub use defect::{DEFECTS, setup};
pub use quirk::QUIRKS;

/// A 2N unit as the settings describe it; a name that is neither defect nor quirk of this unit is an error.
pub fn device(settings: &Settings) -> Result<Box<dyn Device>, UnknownName> {
    let manner = manner::Manner::read(settings)?;
    Ok(Box::new(unit::Unit::new(settings, manner)))
}
