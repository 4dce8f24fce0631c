//! How good is the suite? Every defect of the mock must be caught, for the right reason; no quirk may be held against a device.
//!
//! A defect is *caught* when a case finds a deviation from the very requirement that the defect breaks. It is *wrong-red* when cases fail, but
//! none of them for that requirement; it *survives* when nothing fails; it is *broken* when the device answers every case as the plain one
//! does, which is a mistake of the mock. A case that never fails on any defect is *vacuous*.

mod combination;
mod matrix;
mod mutation;
mod sight;
mod tampering;
mod text;
mod trial;
mod wire;

pub use combination::combinations;
pub use matrix::{DefectOutcome, Fate, KillMatrix, QuirkOutcome, matrix};
pub use text::{as_json, as_text, wire_text};
pub use trial::Scale;
pub use wire::{Survivor, WireOutcome, wire};
