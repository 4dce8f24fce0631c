//! What became of the entries of others, and by whom.
//!
//! A difference is held against this run (exit 4) unless it cannot have been this run:
//! - an entry that is gone, or that now carries this run's mark: this run, whoever else was at work;
//! - an entry with another content: this run, unless another writer was seen at work; then nobody can tell, and the run is incomplete;
//! - an entry that was not there before and is not this run's: another writer. Nothing that was there is touched by it;
//! - any difference, when this run sent nothing that writes: another writer, and the run is incomplete.
//!
//! Another writer is seen where an entry appears that is not ours, or where something changes while nothing of ours is sent.

use super::claims::Whose;
use super::snapshot::Holdings;
use crate::record::Untouched;

/// What the looks at a device showed.
pub(super) struct Looks<'l> {
    pub before: &'l Holdings,
    pub after: &'l Holdings,
    /// A look some time later, nothing having been sent in between; only taken when there is a difference.
    pub later: Option<&'l Holdings>,
    /// Entries of others that the device lists as written since `before`; `None` where it cannot say.
    pub written: Option<&'l [(usize, String)]>,
    /// Whether the run sent anything that writes.
    pub wrote: bool,
}

impl Looks<'_> {
    /// Whether any entry of somebody else is not as it was.
    pub(super) fn differ(before: &Holdings, after: &Holdings) -> bool {
        before.foreign().any(|(key, held)| after.differs(key, held))
            || after.foreign().any(|(key, _)| !before.entries.contains_key(key))
    }

    /// Sums up. `name` says what a listing's entries are called.
    pub(super) fn untouched(&self, name: impl Fn(usize) -> String) -> Untouched {
        let called = |key: &(usize, String)| format!("{} {}", name(key.0), key.1);
        let shown = |line: Option<u64>| line.map_or_else(String::new, |line| format!(" (as it was: line {line} of the backup)"));
        let (mut certain, mut changed, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (key, held) in self.before.foreign() {
            match self.after.entries.get(key) {
                None => certain.push(format!("the {} is gone{}", called(key), shown(held.line))),
                Some(now) if now.whose == Whose::Ours => {
                    certain.push(format!("the {} carries this run's mark now{}", called(key), shown(held.line)))
                }
                Some(_) if self.after.differs(key, held) => {
                    changed.push(format!("the {} is not as it was{}", called(key), shown(held.line)))
                }
                Some(_) => {}
            }
        }
        let new = self.after.entries.iter().filter(|(key, _)| !self.before.entries.contains_key(*key));
        let mut left_behind = Vec::new();
        for (key, held) in new {
            match held.whose {
                Whose::Ours => left_behind.push(called(key)),
                Whose::AnotherRun => others.push(format!("the {} of another run of doorspec appeared", called(key))),
                Whose::Others => others.push(format!("the {} appeared; this run did not make it", called(key))),
            }
        }
        if self.later.is_some_and(|later| Self::differ(self.after, later)) {
            others.push("entries changed while this run sent nothing".to_owned());
        }
        let (holds, why_unknown) = self.verdict(&certain, &changed, &others);
        if holds.is_none() {
            others.append(&mut certain);
            others.append(&mut changed);
        }
        certain.append(&mut changed);
        Untouched {
            holds,
            compared: self.before.foreign().count() as u64,
            backed_up: self.before.foreign().filter(|(_, held)| held.line.is_some()).count() as u64,
            confirmed: self.confirmed(),
            changes: certain,
            others,
            left_behind,
            tombstones: self.after.tombstones.saturating_sub(self.before.tombstones),
            why_unknown,
        }
    }

    fn verdict(&self, certain: &[String], changed: &[String], others: &[String]) -> (Option<bool>, Option<String>) {
        let differences = certain.len() + changed.len();
        match () {
            () if differences == 0 => (Some(true), None),
            () if !self.wrote => (None, Some("somebody else changed entries; this run wrote nothing".to_owned())),
            () if certain.is_empty() && !others.is_empty() => {
                (None, Some("another writer was at work, so it cannot be told who changed entries".to_owned()))
            }
            () => (Some(false), None),
        }
    }

    /// What the device itself says of writes since the first look.
    fn confirmed(&self) -> Option<String> {
        let written = self.written?.iter().filter(|key| self.before.entries.contains_key(*key)).count();
        Some(match written {
            0 => "the device's own list of changes since the start names none of them".to_owned(),
            1 => "not at all: the device's own list of changes since the start names one of them".to_owned(),
            several => format!("not at all: the device's own list of changes since the start names {several} of them"),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::claims::{Claims, Made, Marks};
    use super::super::snapshot::take_row;
    use super::*;
    use crate::profile::Known;
    use crate::suite::Suite;
    use crate::template::{Maker, Ours, Scope};

    const OURS: &str = "11111111-1111-4111-8111-111111111111";

    fn holdings(suite: &Suite, names: &[(&str, &str)]) -> Holdings {
        let (ours, made, known) = (Ours::default(), Made::default(), Known::default());
        ours.add(OURS);
        ours.add_word("doorspec-00000007-abcdefowner");
        let maker = Maker::new(7, "run", 0, &ours);
        let marks = Marks::new(&suite.safety, &Scope::new(&known.values, &maker)).expect("the marks are right");
        let claims = Claims { ours: &ours, made: &made, marks: &marks, strict: false };
        let mut holdings = Holdings::default();
        for (uuid, owner) in names {
            let row = json!({ "uuid": uuid, "owner": owner, "timestamp": 5 });
            take_row(0, &suite.safety.snapshots[0], &row, &claims, &mut holdings).expect("it is an entry").line = Some(1);
        }
        holdings
    }

    /// `holds`, changes, what others did, what is left.
    type Found = (Option<bool>, usize, usize, usize);

    fn check(before: &[(&str, &str)], after: &[(&str, &str)], later: Option<&[(&str, &str)]>, wrote: bool, expected: Found) {
        let suite = &crate::catalogue::Catalogue::embedded().suites["2n"].suite;
        let (first, second) = (holdings(suite, before), holdings(suite, after));
        let third = later.map(|later| holdings(suite, later));
        let looks = Looks { before: &first, after: &second, later: third.as_ref(), written: None, wrote };
        let found = looks.untouched(|_| "user".to_owned());
        let counts = (found.holds, found.changes.len(), found.others.len(), found.left_behind.len());
        assert_eq!(counts, expected, "{before:?} -> {after:?} -> {later:?}: {found:?}");
    }

    #[test]
    fn whose_a_difference_is() {
        let (jana, liam) = (("a", "My2N"), ("b", ""));
        let ours = (OURS, "doorspec-00000007-abcdefowner");
        let marked = ("a", "doorspec-00000007-abcdefowner");
        let other_run = ("c", "doorspec-00000008-abcdefowner");
        check(&[jana, liam], &[liam, jana], None, true, (Some(true), 0, 0, 0));
        check(&[jana], &[jana, ours], None, true, (Some(true), 0, 0, 1));
        check(&[ours, jana], &[jana], None, true, (Some(true), 0, 0, 0));
        check(&[jana, liam], &[jana], None, true, (Some(false), 1, 0, 0));
        check(&[jana], &[("a", "changed")], None, true, (Some(false), 1, 0, 0));
        check(&[jana], &[("a", "changed")], None, false, (None, 0, 1, 0));
        check(&[jana], &[("a", "changed"), liam], None, true, (None, 0, 2, 0));
        check(&[jana, liam], &[("c", "new"), liam], None, true, (Some(false), 1, 1, 0));
        check(&[jana], &[marked, liam], None, true, (Some(false), 1, 1, 0));
        check(&[jana], &[("a", "changed")], Some(&[("a", "once more")]), true, (None, 0, 2, 0));
        check(&[jana], &[jana, liam], None, true, (Some(true), 0, 1, 0));
        check(&[jana, other_run], &[jana], None, true, (Some(true), 0, 0, 0));
        check(&[jana], &[jana, other_run], None, true, (Some(true), 0, 1, 0));
    }
}
