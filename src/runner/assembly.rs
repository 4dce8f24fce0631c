//! From what the suites' runs found to the record.

use std::collections::BTreeMap;

use super::run::SuiteRun;
use crate::catalogue::SuiteCatalogue;
use crate::record::{Record, RequirementRecord, Selection, Tally, Target, Untouched};
use crate::records::sum_up;

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
    /// The part of the cases that was run, `2/4`.
    pub shard: Option<String>,
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
        latency: Vec::new(),
        waivers: Vec::new(),
        shards: circumstances.shard.into_iter().collect(),
        catalogue: suites.iter().map(|suite| (suite.suite.suite.clone(), suite.digest.clone())).collect(),
    };
    if runs.is_empty() {
        record.untouched = Untouched { holds: None, why_unknown: Some("nothing was run".to_owned()), ..Untouched::default() };
    }
    for (suite, run) in suites.iter().zip(runs) {
        add_suite(&mut record, suite, run);
    }
    record.requirements = suites.iter().flat_map(|suite| requirements(suite)).collect();
    sum_up(&mut record);
    record
}

fn add_suite(record: &mut Record, suite: &SuiteCatalogue, run: SuiteRun) {
    record.profile.insert(suite.suite.suite.clone(), run.known.record(suite));
    record.target.identity.extend(run.known.identity);
    add_untouched(&mut record.untouched, run.untouched);
    let selection = &mut record.selection;
    selection.known += run.known_cases as u64;
    selection.left_out += run.left_out as u64;
    for (reason, count) in run.not_applicable {
        *selection.not_applicable.entry(reason).or_insert(0) += count;
    }
    record.reasons.extend(run.stopped);
    record.cases.extend(run.cases);
}

fn add_untouched(whole: &mut Untouched, part: Untouched) {
    whole.holds = match (whole.holds, part.holds) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (None, _) | (_, None) => None,
        _ => Some(true),
    };
    whole.compared += part.compared;
    whole.backed_up += part.backed_up;
    whole.changes.extend(part.changes);
    whole.others.extend(part.others);
    whole.confirmed = whole.confirmed.take().or(part.confirmed);
    whole.left_behind.extend(part.left_behind);
    whole.tombstones += part.tombstones;
    whole.why_unknown = whole.why_unknown.take().or(part.why_unknown);
}

/// The rows of a suite, of which nothing was found yet.
pub fn requirements(suite: &SuiteCatalogue) -> impl Iterator<Item = RequirementRecord> {
    let rows = suite.requirements.requirements.iter();
    rows.map(|row| RequirementRecord { requirement: row.clone(), verdict: None, cases: Vec::new() })
}
