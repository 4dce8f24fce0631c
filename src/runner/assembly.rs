//! From what the suites' runs found to the record.

use std::collections::BTreeMap;

use super::run::SuiteRun;
use crate::catalogue::SuiteCatalogue;
use crate::record::{CaseRecord, Record, RequirementRecord, Selection, Tally, Target, Untouched};
use crate::requirement::RequirementId;
use crate::verdict::{Exit, Verdict};

/// What belongs to a run as a whole.
#[derive(Debug, Clone, Default)]
pub struct Circumstances {
    pub seed: u64,
    pub strict: bool,
    /// RFC 3339, UTC.
    pub started: String,
    pub duration_ms: u64,
    pub target: Target,
    /// Why something could not be judged at all: nobody answered, no such device ...
    pub obstacles: Vec<String>,
}

/// Puts the record together.
pub fn assemble(suites: &[&SuiteCatalogue], runs: Vec<SuiteRun>, circumstances: Circumstances) -> Record {
    let mut record = Record {
        doorspec: env!("CARGO_PKG_VERSION").to_owned(),
        suites: suites.iter().map(|suite| suite.suite.suite.clone()).collect(),
        seed: circumstances.seed,
        outcome: String::new(),
        exit: 0,
        reasons: circumstances.obstacles,
        started: circumstances.started,
        duration_ms: circumstances.duration_ms,
        strict: circumstances.strict,
        target: circumstances.target,
        profile: BTreeMap::new(),
        untouched: Untouched { holds: Some(true), ..Untouched::default() },
        tally: Tally::default(),
        selection: Selection::default(),
        cases: Vec::new(),
        requirements: Vec::new(),
        groups: suites.iter().flat_map(|suite| suite.requirements.groups.clone()).collect(),
    };
    if runs.is_empty() {
        record.untouched = Untouched { holds: None, why_unknown: Some("nothing was run".to_owned()), ..Untouched::default() };
    }
    for (suite, run) in suites.iter().zip(runs) {
        add_suite(&mut record, suite, run);
    }
    record.requirements = suites.iter().flat_map(|suite| requirements(suite, &record.cases)).collect();
    conclude(&mut record);
    record
}

fn add_suite(record: &mut Record, suite: &SuiteCatalogue, run: SuiteRun) {
    record.profile.insert(suite.suite.suite.clone(), run.known.record());
    record.target.identity.extend(run.known.identity);
    add_untouched(&mut record.untouched, run.untouched);
    let selection = &mut record.selection;
    selection.known += run.known_cases as u64;
    selection.selected += run.cases.len() as u64;
    selection.left_out += run.left_out as u64;
    for (reason, count) in run.not_applicable {
        *selection.not_applicable.entry(reason).or_insert(0) += count;
    }
    record.reasons.extend(run.stopped);
    for case in run.cases {
        record.tally.add(case.verdict);
        record.selection.run += u64::from(case.verdict != Verdict::NotApplicable);
        record.cases.push(case);
    }
}

fn add_untouched(whole: &mut Untouched, part: Untouched) {
    whole.holds = match (whole.holds, part.holds) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (None, _) | (_, None) => None,
        _ => Some(true),
    };
    whole.compared += part.compared;
    whole.changes.extend(part.changes);
    whole.others.extend(part.others);
    whole.confirmed = whole.confirmed.take().or(part.confirmed);
    whole.left_behind.extend(part.left_behind);
    whole.tombstones += part.tombstones;
    whole.why_unknown = whole.why_unknown.take().or(part.why_unknown);
}

fn requirements(suite: &SuiteCatalogue, cases: &[CaseRecord]) -> Vec<RequirementRecord> {
    let mut citing: BTreeMap<&RequirementId, Vec<&CaseRecord>> = BTreeMap::new();
    for case in cases {
        for id in &case.requirements {
            citing.entry(id).or_default().push(case);
        }
    }
    let record = |row: &crate::requirement::Requirement| {
        let cases = citing.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let verdict = cases.iter().map(|case| verdict_about(case, &row.id)).max();
        RequirementRecord { requirement: row.clone(), verdict, cases: cases.iter().map(|case| case.id.clone()).collect() }
    };
    suite.requirements.requirements.iter().map(record).collect()
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
    let tally = &record.tally;
    let mut exit = Exit::Conforms;
    let unwaived = record.cases.iter().filter(|case| case.verdict == Verdict::Fail && case.waived.is_none()).count();
    if tally.error > 0 {
        exit = exit.winner(Exit::Fault);
    }
    if record.untouched.holds == Some(false) {
        exit = exit.winner(Exit::DataChanged);
        record.reasons.push("entries that belong to the device changed during the run".to_owned());
    }
    if !record.untouched.left_behind.is_empty() {
        let left = record.untouched.left_behind.join(", ");
        record.reasons.push(format!("entries of this run could not be removed: {left}; `doorspec clean` tries again"));
    }
    if unwaived > 0 || (record.strict && tally.warn > 0) {
        exit = exit.winner(Exit::DoesNotConform);
    }
    let judged = record.selection.run - tally.inconclusive;
    if tally.inconclusive > 0 || !record.reasons.is_empty() || judged == 0 {
        exit = exit.winner(Exit::Incomplete);
    }
    if judged == 0 && record.reasons.is_empty() {
        record.reasons.push("nothing was applicable: no case could be judged".to_owned());
    }
    if record.untouched.holds.is_none() && record.selection.run > 0 {
        let why = record.untouched.why_unknown.clone().unwrap_or_default();
        record.reasons.push(format!("whether the device's own data is as it was could not be found out ({why})"));
        exit = exit.winner(Exit::Incomplete);
    }
    record.exit = exit.code();
    exit.outcome().clone_into(&mut record.outcome);
}
