//! What a record comes to: the tally, what was found about each requirement, the outcome and why.

use std::collections::BTreeMap;

use crate::record::{CaseRecord, Record, Tally};
use crate::records::latency::latency;
use crate::requirement::RequirementId;
use crate::verdict::{Exit, Verdict};

const CHANGED: &str = "entries that belong to the device changed during the run";
const LEFT: &str = "entries of this run could not be removed: ";
/// How the reason begins that parts of a run are not there.
pub(super) const MISSING: &str = "the records of these parts are not there: ";
const NOTHING: &str = "nothing was applicable: no case could be judged";
const UNKNOWN: &str = "whether the device's own data is as it was could not be found out (";

/// Works out everything in a record that follows from the rest of it. Doing it again changes nothing.
pub fn sum_up(record: &mut Record) {
    count(record);
    requirements(record);
    record.latency = latency(record);
    conclude(record);
}

/// The exit status of a record; a number that is none is a fault.
pub fn exit(record: &Record) -> Exit {
    Exit::of_code(record.exit)
}

fn count(record: &mut Record) {
    record.tally = Tally::default();
    record.cases.iter().for_each(|case| record.tally.add(case.verdict));
    record.selection.selected = record.cases.len() as u64;
    record.selection.run = record.selection.selected - record.tally.not_applicable;
}

/// The worst verdict that cases found about each row, and which cases those are.
fn requirements(record: &mut Record) {
    let mut citing: BTreeMap<&RequirementId, Vec<&CaseRecord>> = BTreeMap::new();
    for case in &record.cases {
        for id in &case.requirements {
            citing.entry(id).or_default().push(case);
        }
    }
    for row in &mut record.requirements {
        let id = &row.requirement.id;
        let cases = citing.get(id).map(Vec::as_slice).unwrap_or_default();
        row.verdict = cases.iter().map(|case| verdict_about(case, id)).max();
        row.cases = cases.iter().map(|case| case.id.clone()).collect();
    }
}

/// What a case found about one of the rows it cites.
fn verdict_about(case: &CaseRecord, id: &RequirementId) -> Verdict {
    let own = case.mismatches.iter().filter(|mismatch| mismatch.requirement == *id);
    match own.map(|mismatch| Verdict::of_deviation(mismatch.level)).max() {
        Some(verdict) => verdict,
        None if matches!(case.verdict, Verdict::Fail | Verdict::Warn) => Verdict::Pass,
        None => case.verdict,
    }
}

/// The outcome and the exit status, with the reasons beyond the cases.
fn conclude(record: &mut Record) {
    record.reasons.retain(|reason| !follows(reason));
    let tally = &record.tally;
    let mut exit = Exit::Conforms;
    if tally.error > 0 {
        exit = exit.winner(Exit::Fault);
    }
    if record.untouched.holds == Some(false) {
        exit = exit.winner(Exit::DataChanged);
        record.reasons.push(CHANGED.to_owned());
    }
    if !record.untouched.left_behind.is_empty() {
        let left = record.untouched.left_behind.join(", ");
        record.reasons.push(format!("{LEFT}{left}; `doorspec clean` tries again"));
    }
    if record.cases.iter().any(|case| case.counts_as_failure(record.strict))
        || record.waivers.iter().any(|one| one.status.fails())
    {
        exit = exit.winner(Exit::DoesNotConform);
    }
    let judged = record.selection.run - tally.inconclusive;
    // A part may happen to hold no case: that says nothing, and the others are judged.
    let is_empty_part = record.cases.is_empty() && !record.shards.is_empty() && record.untouched.holds == Some(true);
    let nothing = judged == 0 && !is_empty_part;
    if tally.inconclusive > 0 || !record.reasons.is_empty() || nothing {
        exit = exit.winner(Exit::Incomplete);
    }
    if nothing && record.reasons.is_empty() {
        record.reasons.push(NOTHING.to_owned());
    }
    if record.untouched.holds.is_none() && record.selection.run > 0 {
        let why = record.untouched.why_unknown.clone().unwrap_or_default();
        record.reasons.push(format!("{UNKNOWN}{why})"));
        exit = exit.winner(Exit::Incomplete);
    }
    record.exit = exit.code();
    exit.outcome().clone_into(&mut record.outcome);
}

/// Whether a reason is one that is worked out here.
fn follows(reason: &str) -> bool {
    reason == CHANGED || reason == NOTHING || reason.starts_with(LEFT) || reason.starts_with(UNKNOWN)
}
