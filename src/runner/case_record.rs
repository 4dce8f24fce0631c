//! From what the attempts at cases found to their records.

use std::collections::HashMap;

use super::case_run::Attempt;
use super::evidence::Room;
use super::redaction::Redaction;
use crate::catalogue::{CatalogueCase, SuiteCatalogue};
use crate::plan::{Decision, Plan};
use crate::profile::Known;
use crate::record::{CaseRecord, Observation, SourceRecord};
use crate::verdict::Verdict;

/// Why a case shows no exchanges although it ran.
const NOT_KEPT: &str = "its evidence is not kept: there was no room for more of what is as it should be";

/// A case that ran: what goes into the record, and whether it has to be looked at again. The exchanges themselves are let go.
pub(super) struct Ran {
    pub record: CaseRecord,
    pub interrupted: Option<String>,
    /// Something was found, and somebody was refused with a 401: a device that lets nobody in for a while may have meant everybody.
    pub refused: bool,
}

/// What is kept of an attempt: its exchanges only where there is `room` for them.
pub(super) fn ran(case: &CatalogueCase, attempt: Attempt, redaction: &Redaction, room: Option<&Room>) -> Ran {
    let interrupted = attempt.interrupted.clone();
    let refused = !attempt.mismatches.is_empty() && attempt.evidence.has_refusal();
    let mut record = empty(case);
    fill(&mut record, attempt, redaction, room);
    Ran { record, interrupted, refused }
}

/// The record of every planned case; one without an attempt was not begun, for the reason in `why`.
pub(super) fn records(
    plan: &Plan<'_>,
    mut ran: HashMap<String, Ran>,
    suite: &SuiteCatalogue,
    known: &Known,
    why: &HashMap<String, String>,
) -> Vec<CaseRecord> {
    let record = |planned: &crate::plan::Planned<'_>| {
        let case = planned.case;
        let mut record = empty(case);
        match &planned.decision {
            Decision::NotApplicable(reason) => record.reason = Some(reason.clone()),
            Decision::Run => match ran.remove(&case.id.0) {
                Some(ran) => record = ran.record,
                None => {
                    record.verdict = Verdict::Inconclusive;
                    let stopped = || "the run was stopped before this case".to_owned();
                    record.reason = Some(why.get(&case.id.0).cloned().unwrap_or_else(stopped));
                }
            },
        }
        record.requirements.retain(|id| suite.requirement(id).is_none_or(|row| known.concerns(row)));
        if record.requirements.is_empty() {
            record.requirements.clone_from(&case.case.requirements);
        }
        record
    };
    plan.planned.iter().map(record).collect()
}

fn empty(case: &CatalogueCase) -> CaseRecord {
    CaseRecord {
        id: case.id.0.clone(),
        title: case.case.title.clone(),
        requirements: case.case.requirements.clone(),
        verdict: Verdict::NotApplicable,
        reason: None,
        waived: None,
        attempt: 0,
        seed: None,
        verdicts: Vec::new(),
        source: SourceRecord { file: case.shown_file.clone(), line: case.line },
        mismatches: Vec::new(),
        observations: Vec::new(),
        exchanges: Vec::new(),
        duration_ms: 0,
    }
}

fn fill(record: &mut CaseRecord, attempt: Attempt, redaction: &Redaction, room: Option<&Room>) {
    record.verdict = attempt.verdict.unwrap_or(Verdict::Error);
    record.reason = attempt.reason.map(|reason| redaction.text(&reason));
    if record.verdict == Verdict::Pass || record.verdict == Verdict::Observed {
        record.reason = attempt.evidence.notes().first().map(|note| redaction.text(note));
    }
    for mismatch in &attempt.mismatches {
        if !record.requirements.contains(&mismatch.requirement) {
            record.requirements.push(mismatch.requirement.clone());
        }
    }
    record.mismatches = attempt.mismatches.into_iter().map(|mismatch| redaction.mismatch(mismatch)).collect();
    record.attempt = attempt.number;
    let clean = |observation: Observation| Observation { class: redaction.text(&observation.class), ..observation };
    record.observations = attempt.observations.into_iter().map(clean).collect();
    record.duration_ms = attempt.evidence.duration_ms();
    let Some(room) = room else { return };
    match attempt.evidence.records(redaction, record.verdict, room) {
        Some(exchanges) => record.exchanges = exchanges,
        None => record.reason = Some(NOT_KEPT.to_owned()),
    }
}
