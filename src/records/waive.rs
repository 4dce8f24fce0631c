//! Waivers held against what a run found: which failures are agreed on, and which waivers are not right any more.

use crate::record::{CaseRecord, Mismatch, Record, WaiverRecord, WaiverStatus};
use crate::records::sum_up;
use crate::requirement::Strength;
use crate::verdict::Verdict;
use crate::waiver::{Fingerprint, Waiver};

/// How the reason of a case begins that fails in another way than was agreed on.
const REGRESSION: &str = "a regression: the waivers of this case do not cover ";

/// Applies waivers to a record, in place of those it has, and works out what follows. `exists` says whether there is a case of an id at all.
pub fn waive(record: &mut Record, waivers: Vec<Waiver>, exists: &dyn Fn(&str) -> bool) {
    let day = record.started.get(..10).unwrap_or_default().to_owned();
    let firmware = record.target.identity.get("firmware").cloned();
    let mut judged: Vec<WaiverRecord> =
        waivers.into_iter().map(|waiver| beforehand(waiver, &day, firmware.as_deref(), exists)).collect();
    for case in &mut record.cases {
        agree(case, record.strict, &judged);
    }
    for one in judged.iter_mut().filter(|one| one.status == WaiverStatus::Used) {
        let case = record.cases.iter().find(|case| case.id == one.waiver.case);
        (one.status, one.note) = afterwards(&one.waiver, case);
    }
    record.waivers = judged;
    sum_up(record);
}

/// A waiver for each way in which each case of a record fails, with the same reason for all.
pub fn waivers_of(record: &Record, reason: &str, link: Option<&str>, expires: Option<&str>) -> Vec<Waiver> {
    let mut waivers: Vec<Waiver> = Vec::new();
    for case in record.cases.iter().filter(|case| case.counts_as_failure(record.strict)) {
        for mismatch in case.mismatches.iter().filter(|mismatch| counts(mismatch, record.strict)) {
            let fingerprint =
                Fingerprint { requirement: mismatch.requirement.clone(), at: mismatch.at.clone(), kind: mismatch.kind.clone() };
            if !waivers.iter().any(|known| known.case == case.id && known.fingerprint == fingerprint) {
                waivers.push(Waiver {
                    case: case.id.clone(),
                    fingerprint,
                    reason: reason.to_owned(),
                    link: link.map(str::to_owned),
                    expires: expires.map(str::to_owned),
                    firmware: None,
                });
            }
        }
    }
    waivers
}

/// What can be said of a waiver before its case is looked at; `Used` where it is in force.
fn beforehand(waiver: Waiver, day: &str, firmware: Option<&str>, exists: &dyn Fn(&str) -> bool) -> WaiverRecord {
    let (status, note) = if !exists(&waiver.case) {
        (
            WaiverStatus::Unmatched,
            Some("there is no such case: correct its id (`doorspec list` shows them) or remove the waiver".to_owned()),
        )
    } else if waiver.is_over(day) {
        let last = waiver.expires.as_deref().unwrap_or_default();
        let note = format!("its last day was {last}: have the device corrected, or agree on another day");
        (WaiverStatus::Expired, Some(note))
    } else {
        match (&waiver.firmware, firmware) {
            (Some(_), None) => (WaiverStatus::Idle, Some("the device does not say which firmware it has".to_owned())),
            (Some(range), Some(firmware)) if !range.holds_for(firmware) => {
                (WaiverStatus::Idle, Some(format!("it is not for firmware {firmware}")))
            }
            _ => (WaiverStatus::Used, None),
        }
    };
    WaiverRecord { waiver, status, note }
}

/// Marks a case as waived when every deviation that counts is agreed on.
fn agree(case: &mut CaseRecord, strict: bool, waivers: &[WaiverRecord]) {
    case.waived = None;
    if case.reason.as_ref().is_some_and(|reason| reason.starts_with(REGRESSION)) {
        case.reason = None;
    }
    let of_case = waivers.iter().filter(|one| one.status == WaiverStatus::Used && one.waiver.case == case.id);
    let in_force: Vec<&Waiver> = of_case.map(|one| &one.waiver).collect();
    if in_force.is_empty() || !case.counts_as_failure(strict) {
        return;
    }
    let counting = || case.mismatches.iter().filter(|mismatch| counts(mismatch, strict));
    let uncovered = counting().find(|mismatch| !in_force.iter().any(|waiver| covers(waiver, mismatch)));
    match uncovered {
        Some(other) => {
            let what = format!("{REGRESSION}{} at {} ({})", other.requirement, other.at, other.kind);
            case.reason = case.reason.take().or(Some(what));
        }
        None if counting().next().is_some() => {
            let used = in_force.iter().filter(|waiver| counting().any(|mismatch| covers(waiver, mismatch)));
            let mut reasons: Vec<String> = used.map(|waiver| in_words(waiver)).collect();
            reasons.dedup();
            case.waived = Some(reasons.join("; "));
        }
        None => {}
    }
}

/// The reason, with the link and the last day.
fn in_words(waiver: &Waiver) -> String {
    let until = waiver.expires.as_ref().map(|day| format!("until {day}"));
    let more: Vec<String> = waiver.link.clone().into_iter().chain(until).collect();
    if more.is_empty() { waiver.reason.clone() } else { format!("{} ({})", waiver.reason, more.join(", ")) }
}

/// What came of a waiver that is in force.
fn afterwards(waiver: &Waiver, case: Option<&CaseRecord>) -> (WaiverStatus, Option<String>) {
    let Some(case) = case else { return (WaiverStatus::Idle, Some("its case was not selected".to_owned())) };
    if case.mismatches.iter().any(|mismatch| covers(waiver, mismatch)) {
        return (WaiverStatus::Used, None);
    }
    match case.verdict {
        Verdict::Pass | Verdict::Observed | Verdict::Warn => {
            (WaiverStatus::Stale, Some("the case does not fail in this way any more: remove the waiver".to_owned()))
        }
        Verdict::Fail if case.waived.is_some() => {
            let note = "the case still fails, but not in this way any more: remove the waiver";
            (WaiverStatus::Stale, Some(note.to_owned()))
        }
        Verdict::Fail => (WaiverStatus::Idle, Some("its case fails in another way".to_owned())),
        other => (WaiverStatus::Idle, Some(format!("its case is {}", other.word()))),
    }
}

fn covers(waiver: &Waiver, mismatch: &Mismatch) -> bool {
    waiver.fingerprint.fits(&mismatch.requirement, &mismatch.at, &mismatch.kind)
}

/// Whether a deviation makes its case a failure.
fn counts(mismatch: &Mismatch, strict: bool) -> bool {
    mismatch.level == Strength::Must || (strict && mismatch.level == Strength::Should)
}

#[cfg(test)]
mod tests;
