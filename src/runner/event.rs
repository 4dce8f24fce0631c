//! What whoever watches a run is told.

use crate::verdict::Verdict;

/// Something happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A suite's cases are about to run.
    Begin { suite: String, running: usize },
    /// A case is done.
    Done { id: String, verdict: Verdict },
    /// Something worth a line.
    Note { text: String },
}
