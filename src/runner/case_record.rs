//! From what the attempts at cases found to their records.

use std::collections::HashMap;
use std::sync::Arc;

use super::case_run::Attempt;
use super::evidence::Room;
use super::redaction::Redaction;
use crate::case::CaseId;
use crate::catalogue::{CatalogueCase, SuiteCatalogue};
use crate::plan::{Decision, Plan, Planned};
use crate::profile::Known;
use crate::record::{CaseRecord, Observation, SourceRecord};
use crate::verdict::Verdict;

/// Why a case shows no exchanges although it ran.
const NOT_KEPT: &str = "its evidence is not kept: there was no room for more of what is as it should be";

/// A case that ran: what goes into the record, and whether it has to be looked at again. The exchanges themselves are let go.
pub(super) struct Ran {
    pub record: CaseRecord,
    interrupted: bool,
    /// Something was found, and somebody was refused with a 401: a device that lets nobody in for a while may have meant everybody.
    refused: bool,
}

/// What is kept of an attempt: its exchanges only where there is `room` for them.
pub(super) fn ran(case: &CatalogueCase, attempt: Attempt, redaction: &Redaction, room: Option<&Room>) -> Ran {
    let interrupted = attempt.interrupted.is_some();
    let refused = !attempt.mismatches.is_empty() && attempt.evidence.has_refusal();
    let mut record = empty(case);
    fill(&mut record, attempt, redaction, room);
    Ran { record, interrupted, refused }
}

/// What came of every case that ran. There may be very many, so each record is there once, from the end of its case to the end of the run.
#[derive(Default)]
pub(super) struct Found<'p> {
    /// In the order in which the cases came to an end.
    records: Vec<CaseRecord>,
    places: HashMap<&'p CaseId, Place>,
}

/// Where the record of a case is, and what else is known of it.
struct Place {
    at: usize,
    interrupted: bool,
    refused: bool,
}

impl<'p> Found<'p> {
    /// Adds what came of a case, in place of what came of it before.
    pub(super) fn add(&mut self, case: &'p CaseId, ran: Ran) {
        let Ran { record, interrupted, refused } = ran;
        let at = self.places.get(case).map_or(self.records.len(), |place| place.at);
        self.places.insert(case, Place { at, interrupted, refused });
        match self.records.get_mut(at) {
            Some(before) => *before = record,
            None => self.records.push(record),
        }
    }

    /// Whether a case met a torn transport; or, where the device let nobody in for a while, whether that was held against it.
    pub(super) fn is_torn(&self, case: &CaseId, locked_out: bool) -> bool {
        self.places.get(case).is_some_and(|place| place.interrupted || (locked_out && place.refused))
    }

    /// Says more about why a case that ran could not be judged.
    pub(super) fn explain(&mut self, case: &CaseId, more: &str) {
        if let Some(place) = self.places.get(case) {
            self.records[place.at].reason.get_or_insert_default().push_str(more);
        }
    }

    /// The record of every planned case; one that did not run was not begun, for the reason in `why`.
    pub(super) fn into_records(
        self,
        plan: &Plan<'_>,
        suite: &SuiteCatalogue,
        known: &Known,
        why: &HashMap<String, String>,
    ) -> Vec<CaseRecord> {
        let Self { mut records, places } = self;
        let others = plan.planned.iter().filter(|planned| !places.contains_key(&planned.case.id));
        records.extend(others.map(|planned| not_begun(planned, why)));
        for (record, case) in in_order(&mut records, plan) {
            record.requirements.retain(|id| suite.requirement(id).is_none_or(|row| known.concerns(row)));
            if record.requirements.is_empty() {
                record.requirements.clone_from(&case.case.requirements);
            }
        }
        records
    }
}

/// Puts the records in the order of the plan, and gives each with its case.
fn in_order<'r, 'c>(
    records: &'r mut [CaseRecord],
    plan: &'r Plan<'c>,
) -> impl Iterator<Item = (&'r mut CaseRecord, &'c CatalogueCase)> {
    let order: HashMap<&str, usize> =
        plan.planned.iter().enumerate().map(|(at, planned)| (planned.case.id.0.as_str(), at)).collect();
    records.sort_by_cached_key(|record| order.get(record.id.as_str()).copied());
    records.iter_mut().zip(plan.planned.iter().map(|planned| planned.case))
}

fn not_begun(planned: &Planned<'_>, why: &HashMap<String, String>) -> CaseRecord {
    let case = planned.case;
    let (verdict, reason) = match &planned.decision {
        Decision::NotApplicable(reason) => (Verdict::NotApplicable, reason.clone()),
        Decision::Run => {
            let stopped = || "the run was stopped before this case".to_owned();
            (Verdict::Inconclusive, why.get(&case.id.0).cloned().unwrap_or_else(stopped))
        }
    };
    CaseRecord { verdict, reason: Some(reason), ..empty(case) }
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
        source: SourceRecord { file: Arc::clone(&case.shown_file), line: case.line },
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
