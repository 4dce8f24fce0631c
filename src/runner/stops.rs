//! Why a run goes no further.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, Ordering};

/// Cases in a row that did not complete, after which the device is asked whether it lives at all.
const INCOMPLETE: u32 = 3;

/// Cases in a row that hung, while the device answered whenever it was asked whether it lives. Each takes the time of a whole timeout.
const HUNG: u32 = 30;

/// So many cases about removal may fail once entries cannot be removed: enough to say what is wrong.
const FAILED_REMOVALS: u32 = 3;

/// So many of them may run at all: each may leave entries behind.
const REMOVALS: u32 = 60;

/// What a case does, as far as it matters to a device that cannot remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// It creates nothing.
    Reads,
    /// It judges how entries are removed.
    Removes,
    Other,
}

/// Everything that can end a run early.
pub(super) struct Stops<'s> {
    /// Somebody asked for the end.
    asked: &'s AtomicBool,
    /// The device does not answer any more.
    dead: RefCell<Option<String>>,
    /// Entries of this run cannot be removed.
    stuck: RefCell<Option<String>>,
    /// So many cases hung that no more are begun.
    hanging: RefCell<Option<String>>,
    incomplete: Cell<u32>,
    hung: Cell<u32>,
    removals: Cell<u32>,
    failed_removals: Cell<u32>,
}

impl<'s> Stops<'s> {
    pub(super) fn new(asked: &'s AtomicBool) -> Self {
        Self {
            asked,
            dead: RefCell::default(),
            stuck: RefCell::default(),
            hanging: RefCell::default(),
            incomplete: Cell::new(0),
            hung: Cell::new(0),
            removals: Cell::new(0),
            failed_removals: Cell::new(0),
        }
    }

    /// Whether no step may follow.
    pub(super) fn is_over(&self) -> bool {
        self.asked.load(Ordering::Relaxed) || self.is_dead()
    }

    pub(super) fn is_dead(&self) -> bool {
        self.dead.borrow().is_some()
    }

    pub(super) fn is_stuck(&self) -> bool {
        self.stuck.borrow().is_some()
    }

    pub(super) fn die(&self, why: String) {
        self.dead.borrow_mut().get_or_insert(why);
    }

    pub(super) fn stick(&self, why: String) {
        self.stuck.borrow_mut().get_or_insert(why);
    }

    /// Counts a case; says whether it is time to ask whether the device lives.
    pub(super) fn count(&self, complete: bool) -> bool {
        self.incomplete.set(if complete { 0 } else { self.incomplete.get() + 1 });
        self.incomplete.get() == INCOMPLETE
    }

    /// Counts whether a case hung; those that follow are not begun once too many have.
    pub(super) fn count_hung(&self, hung: bool) {
        self.hung.set(if hung { self.hung.get() + 1 } else { 0 });
        if self.hung.get() == HUNG {
            let why = format!("the device let {HUNG} cases in a row wait for a reply in vain, so no more were begun");
            self.hanging.borrow_mut().get_or_insert(why);
        }
    }

    /// The device lives: the count begins again.
    pub(super) fn lives(&self) {
        self.incomplete.set(0);
    }

    /// The device was away and is back: what hung meanwhile tells nothing.
    pub(super) fn is_back(&self) {
        self.lives();
        self.hung.set(0);
    }

    /// Why a case may not begin.
    pub(super) fn forbids(&self, deed: Deed) -> Option<String> {
        if self.is_over() {
            return Some("the run was stopped before this case".to_owned());
        }
        if let Some(why) = self.hanging.borrow().clone() {
            return Some(why);
        }
        if !self.is_stuck() || deed == Deed::Reads {
            return None;
        }
        if deed == Deed::Removes && self.failed_removals.get() < FAILED_REMOVALS && self.removals.get() < REMOVALS {
            self.removals.set(self.removals.get() + 1);
            return None;
        }
        Some("nothing more was created, because entries of this run cannot be removed".to_owned())
    }

    /// Counts a case about removal that failed.
    pub(super) fn removal_failed(&self) {
        self.failed_removals.set(self.failed_removals.get() + 1);
    }

    /// Why the run ended early, one sentence each.
    pub(super) fn reasons(&self) -> Vec<String> {
        let asked = self.asked.load(Ordering::Relaxed).then(|| "the run was stopped before every case had run".to_owned());
        asked
            .into_iter()
            .chain(self.dead.borrow().clone())
            .chain(self.stuck.borrow().clone())
            .chain(self.hanging.borrow().clone())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_incomplete_cases_in_a_row_ask_for_a_look() {
        let asked = AtomicBool::new(false);
        let rows: [(&[bool], bool); 4] = [
            (&[false, false], false),
            (&[false, false, false], true),
            (&[false, false, true, false], false),
            (&[true, false, false, false], true),
        ];
        for (cases, expected) in rows {
            let stops = Stops::new(&asked);
            let last = cases.iter().map(|complete| stops.count(*complete)).last();
            assert_eq!(last, Some(expected), "{cases:?}");
        }
    }

    #[test]
    fn thirty_cases_in_a_row_that_hang_are_enough() {
        let asked = AtomicBool::new(false);
        let stops = Stops::new(&asked);
        let hang = |times: u32| (0..times).for_each(|_| stops.count_hung(true));
        hang(29);
        stops.count_hung(false);
        hang(29);
        stops.is_back();
        hang(29);
        assert!(stops.forbids(Deed::Reads).is_none() && stops.reasons().is_empty());
        hang(1);
        assert!(stops.forbids(Deed::Reads).is_some() && !stops.is_over() && stops.reasons().len() == 1);
    }

    #[test]
    fn once_nothing_can_be_removed_only_a_few_cases_about_removal_run() {
        let asked = AtomicBool::new(false);
        let stops = Stops::new(&asked);
        assert!(stops.forbids(Deed::Other).is_none());
        stops.stick("two entries".to_owned());
        assert!(stops.forbids(Deed::Other).is_some() && stops.forbids(Deed::Reads).is_none());
        let allowed = (0..100).filter(|_| stops.forbids(Deed::Removes).is_none()).count();
        assert_eq!(allowed, 60);

        let stops = Stops::new(&asked);
        stops.stick("two entries".to_owned());
        for _ in 0..3 {
            assert!(stops.forbids(Deed::Removes).is_none());
            stops.removal_failed();
        }
        assert!(stops.forbids(Deed::Removes).is_some());
    }
}
