//! How this unit differs from the plain one: the defects and quirks it was given.

use super::defect::{DEFECTS, Defect};
use super::quirk::{QUIRKS, Quirk};
use crate::mock::device::{Settings, UnknownName};

/// The defects and quirks in force. Small enough to be copied wherever one of them acts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Manner {
    defects: [u64; 6],
    quirks: [u64; 3],
}

const _: () = assert!(DEFECTS.len() <= 6 * 64 && QUIRKS.len() <= 3 * 64, "every defect and quirk needs a bit");

impl Manner {
    /// Reads the names of the settings; the first that is neither defect nor quirk of this suite is the error.
    pub fn read(settings: &Settings) -> Result<Self, UnknownName> {
        let mut manner = Self::default();
        for name in &settings.defects {
            let defect = Defect::named(name).ok_or_else(|| unknown("defect", name))? as usize;
            manner.defects[defect / 64] |= 1 << (defect % 64);
        }
        for name in &settings.quirks {
            let quirk = Quirk::named(name).ok_or_else(|| unknown("quirk", name))? as usize;
            manner.quirks[quirk / 64] |= 1 << (quirk % 64);
        }
        Ok(manner)
    }

    /// True when the unit is wrong in this way.
    pub fn wrong(&self, defect: Defect) -> bool {
        let place = defect as usize;
        self.defects[place / 64] & (1 << (place % 64)) != 0
    }

    /// True when the unit is different, and right, in this way.
    pub fn differs(&self, quirk: Quirk) -> bool {
        let place = quirk as usize;
        self.quirks[place / 64] & (1 << (place % 64)) != 0
    }
}

fn unknown(kind: &'static str, name: &str) -> UnknownName {
    UnknownName { suite: "2n", kind, name: name.to_owned() }
}
