//! Bodies that never end: how often a device announced more than it sent, and kept the connection open.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::exchange::{Answer, Fault, FramingFault};

/// So many show that waiting brings nothing.
const USUAL: u32 = 3;

/// Counts the bodies for whose end all the time was waited in vain.
#[derive(Debug)]
pub struct Stalls {
    /// The time for one exchange.
    limit: Duration,
    count: AtomicU32,
}

impl Stalls {
    pub fn new(limit: Duration) -> Self {
        Self { limit, count: AtomicU32::new(0) }
    }

    /// Takes note of how an exchange ended.
    pub fn note(&self, outcome: &Result<Answer, Fault>, took: Duration) {
        let hung = matches!(outcome, Err(Fault::Timeout { phase, .. }) if phase == "body");
        if hung || (is_cut(outcome) && took >= self.limit) {
            self.count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether the device is known for it.
    pub fn are_usual(&self) -> bool {
        self.count.load(Ordering::Relaxed) >= USUAL
    }
}

/// Whether a body did not come to its end.
pub fn is_cut(outcome: &Result<Answer, Fault>) -> bool {
    outcome.as_ref().is_ok_and(|answer| answer.framing.iter().any(FramingFault::may_be_network))
}
