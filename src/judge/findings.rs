//! Where a comparison puts what it finds.

use super::Deviation;

/// More deviations of one reply from one expectation than this tell nothing new.
const MOST: usize = 100;

/// What was found: written out for people, or, while something is only tried, whether there is anything.
#[derive(Debug)]
pub enum Findings {
    Written(Vec<Deviation>),
    /// A trial: nothing is written, and the first finding settles it.
    Trial {
        failed: bool,
    },
}

impl Findings {
    /// Findings that somebody will read.
    pub fn written() -> Self {
        Self::Written(Vec::new())
    }

    /// Findings of which only the first is of interest.
    pub fn trial() -> Self {
        Self::Trial { failed: false }
    }

    /// Adds what was found; the words are made only where they are read.
    pub(super) fn add(&mut self, deviation: impl FnOnce() -> Deviation) {
        match self {
            Self::Written(deviations) => deviations.push(deviation()),
            Self::Trial { failed } => *failed = true,
        }
    }

    /// Whether going on would tell nothing new.
    pub(super) fn is_settled(&self) -> bool {
        match self {
            Self::Written(deviations) => deviations.len() >= MOST,
            Self::Trial { failed } => *failed,
        }
    }

    /// The place of something inside `at`; a trial needs none.
    pub(super) fn place(&self, inside: impl FnOnce() -> String) -> String {
        match self {
            Self::Written(_) => inside(),
            Self::Trial { .. } => String::new(),
        }
    }

    /// Whether everything was as expected.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Written(deviations) => deviations.is_empty(),
            Self::Trial { failed } => !failed,
        }
    }

    /// Everything that was written.
    pub fn into_deviations(self) -> Vec<Deviation> {
        match self {
            Self::Written(deviations) => deviations,
            Self::Trial { .. } => Vec::new(),
        }
    }
}
