//! What the mock devices of a thread asked themselves: which defects and quirks they looked for.
//!
//! A device acts on a defect or quirk only where it looks whether it has it. As long as it has not looked, it answers exactly as a device
//! without it would: so whoever knows what the plain device looked for in a case knows which devices can differ in that case at all.

use std::cell::Cell;

thread_local! {
    static ASKED: Cell<Asked> = const { Cell::new(Asked { defects: Places([0; 8]), quirks: Places([0; 8]) }) };
}

/// Places in a mock's table of defects or of quirks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Places([u64; 8]);

impl Places {
    /// Every table of the mocks is shorter.
    pub const MOST: usize = 8 * u64::BITS as usize;

    /// Takes a place in.
    pub fn insert(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }

    /// Whether a place is among them.
    pub fn contains(&self, place: usize) -> bool {
        self.0[place / 64] & (1 << (place % 64)) != 0
    }
}

/// What was looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    pub defects: Places,
    pub quirks: Places,
}

/// A device looks for the defect at this place of its mock's table.
pub(super) fn defect(place: usize) {
    change(|asked| asked.defects.insert(place));
}

/// A device looks for the quirk at this place of its mock's table.
pub(super) fn quirk(place: usize) {
    change(|asked| asked.quirks.insert(place));
}

/// What devices of this thread looked for since it was taken last.
pub fn take() -> Asked {
    ASKED.take()
}

fn change(change: impl FnOnce(&mut Asked)) {
    let mut asked = ASKED.get();
    change(&mut asked);
    ASKED.set(asked);
}
