//! How this unit differs from the plain one: the defects and quirks it was given.

use super::defect::{DEFECTS, Defect};
use super::quirk::{QUIRKS, Quirk};
use crate::mock::asked::{self, Places};
use crate::mock::device::{Settings, UnknownName};

/// The defects and quirks in force. Small enough to be copied wherever one of them acts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Manner {
    defects: Places,
    quirks: Places,
}

const _: () = assert!(DEFECTS.len() <= Places::MOST && QUIRKS.len() <= Places::MOST, "every defect and quirk needs a place");

impl Manner {
    /// Reads the names of the settings; the first that is neither defect nor quirk of this suite is the error.
    pub fn read(settings: &Settings) -> Result<Self, UnknownName> {
        let mut manner = Self::default();
        for name in &settings.defects {
            manner.defects.insert(Defect::named(name).ok_or_else(|| unknown("defect", name))? as usize);
        }
        for name in &settings.quirks {
            manner.quirks.insert(Quirk::named(name).ok_or_else(|| unknown("quirk", name))? as usize);
        }
        Ok(manner)
    }

    /// True when the unit is wrong in this way.
    pub fn wrong(&self, defect: Defect) -> bool {
        asked::defect(defect as usize);
        self.defects.contains(defect as usize)
    }

    /// True when the unit is different, and right, in this way.
    pub fn differs(&self, quirk: Quirk) -> bool {
        asked::quirk(quirk as usize);
        self.quirks.contains(quirk as usize)
    }
}

fn unknown(kind: &'static str, name: &str) -> UnknownName {
    UnknownName { suite: "2n", kind, name: name.to_owned() }
}
