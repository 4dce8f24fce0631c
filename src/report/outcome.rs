//! The few sentences in which a run is summed up, in the same words in every report.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::{CaseRecord, Mismatch, Record, RequirementRecord, Untouched, WaiverRecord};
use crate::records::exit;
use crate::report::evidence::quoted;
use crate::report::plain::{counted, visible};
use crate::requirement::RequirementId;
use crate::verdict::{Exit, Verdict};

/// Whether the case is a failure that counts: not one that was agreed on.
pub fn fails(case: &CaseRecord) -> bool {
    case.verdict == Verdict::Fail && case.waived.is_none()
}

/// Whether a deviation was found that somebody agreed to.
pub fn is_waived(case: &CaseRecord) -> bool {
    matches!(case.verdict, Verdict::Fail | Verdict::Warn) && case.waived.is_some()
}

/// Whether somebody has to look at the case: it failed, or it could not be judged.
fn is_trouble(case: &CaseRecord) -> bool {
    !matches!(case.verdict, Verdict::Pass | Verdict::Observed | Verdict::NotApplicable) && !is_waived(case)
}

/// Every waiver that fails the run, in a sentence each.
pub fn wrong_waivers(record: &Record) -> Vec<String> {
    record.waivers.iter().filter(|one| one.status.fails()).map(wrong_waiver).collect()
}

/// What is wrong with a waiver, and what to do.
pub fn wrong_waiver(one: &WaiverRecord) -> String {
    let meant = &one.waiver.fingerprint;
    let place = format!("{} at {} ({})", meant.requirement, meant.at, meant.kind);
    let note = one.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
    visible(&format!("{} waiver of {}, {place}{note}", one.status.word(), one.waiver.case))
}

/// How many cases of a verdict were agreed on.
pub fn waived(record: &Record, verdict: Verdict) -> u64 {
    record.cases.iter().filter(|case| case.verdict == verdict && is_waived(case)).count() as u64
}

/// How many cases were agreed on, by the reason that was given.
pub fn agreements(record: &Record) -> BTreeMap<&str, u64> {
    let mut reasons = BTreeMap::new();
    for case in record.cases.iter().filter(|case| is_waived(case)) {
        *reasons.entry(case.waived.as_deref().unwrap_or_default()).or_insert(0) += 1;
    }
    reasons
}

/// The answer in a word or two, and how it is taken: `good`, `bad` or `doubt`.
pub fn headline(record: &Record) -> (&'static str, &'static str) {
    match exit(record) {
        Exit::Conforms if record.cases.iter().any(is_waived) => ("Conforms with waivers", "good"),
        Exit::Conforms => ("Conforms", "good"),
        Exit::DoesNotConform => ("Does not conform", "bad"),
        Exit::Usage => ("Not run", "bad"),
        Exit::Incomplete => ("Incomplete", "doubt"),
        Exit::DataChanged => ("Data changed", "bad"),
        Exit::Fault => ("Fault of the suite", "bad"),
    }
}

/// How many cases got which verdict; what was agreed on is counted as `waived`, and not as what it is.
pub fn tally(record: &Record) -> Vec<(&'static str, u64)> {
    let count = |verdict: Verdict| (verdict.word(), record.tally.of(verdict).saturating_sub(waived(record, verdict)));
    let mut counts = Vec::from(Verdict::ALL.map(count));
    let waived = Verdict::ALL.iter().map(|verdict| waived(record, *verdict)).sum();
    if waived > 0 {
        counts.insert(3, ("waived", waived));
    }
    counts
}

/// The exit status of a run that cannot be relied on although no case says so: reports whose readers only count cases say it as one more.
pub fn unsaid(record: &Record) -> Option<Exit> {
    let says = |verdict| record.cases.iter().any(|case| case.verdict == verdict);
    let exit = exit(record);
    let is_unsaid = match exit {
        Exit::Conforms | Exit::DoesNotConform => false,
        Exit::Incomplete => !says(Verdict::Inconclusive),
        Exit::Fault => !says(Verdict::Error),
        Exit::DataChanged | Exit::Usage => true,
    };
    is_unsaid.then_some(exit)
}

/// The outcome with every reason, and what changed, in one sentence each.
pub fn whole(record: &Record) -> String {
    let sentences = [sentence(record)].into_iter().chain(record.reasons.iter().cloned());
    sentences.chain(record.untouched.changes.iter().cloned()).collect::<Vec<_>>().join("; ")
}

/// The counts that are not zero on one line: `9 pass, 1 fail`.
pub fn counts(record: &Record) -> String {
    let counts = tally(record).into_iter().filter(|(_, count)| *count > 0);
    counts.map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

/// The outcome in one sentence, e.g. `does not conform: 2 cases fail`.
pub fn sentence(record: &Record) -> String {
    let exit = exit(record);
    let mut said = exit.sentence().to_owned();
    let waived = record.cases.iter().filter(|case| is_waived(case)).count() as u64;
    if waived > 0 {
        let but = format!("but {}", counted(waived, "that is waived", "that are waived"));
        said = match exit {
            Exit::Conforms => format!("{said} {but}"),
            _ => said.replace("nothing failed, but", &format!("nothing failed {but}, and")),
        };
    }
    if exit == Exit::DoesNotConform {
        let failed = record.cases.iter().filter(|case| fails(case)).count() as u64;
        let warns = |case: &&CaseRecord| case.verdict == Verdict::Warn && case.counts_as_failure(record.strict);
        let warned = record.cases.iter().filter(warns).count() as u64;
        let wrong = wrong_waivers(record).len() as u64;
        let counts = [
            (failed, "case fails", "cases fail"),
            (warned, "case warns", "cases warn"),
            (wrong, "waiver is wrong", "waivers are wrong"),
        ];
        let counts: Vec<_> = counts.iter().filter(|row| row.0 > 0).map(|(count, one, many)| counted(*count, one, many)).collect();
        if !counts.is_empty() {
            said = format!("{said}: {}", counts.join(", "));
        }
    }
    said
}

/// Whether the device's own data is as it was, in one sentence.
pub fn untouched(untouched: &Untouched) -> String {
    match (untouched.holds, &untouched.why_unknown) {
        (Some(true), _) if untouched.compared == 0 => "untouched: the device held no entries of others".to_owned(),
        (Some(true), _) => {
            format!("untouched: {} compared, none changed", counted(untouched.compared, "entry of others", "entries of others"))
        }
        (Some(false), _) => format!("CHANGED: {}", counted(untouched.changes.len() as u64, "change", "changes")),
        (None, Some(why)) => format!("not known: {}", visible(why)),
        (None, None) => "not known: it was not compared".to_owned(),
    }
}

/// What else there is to say about the device's data, and what this run leaves there, one sentence each.
pub fn remains(untouched: &Untouched) -> Vec<String> {
    let confirmed = untouched.confirmed.iter().map(|said| format!("confirmed: {}", visible(said)));
    let others = untouched.others.iter().map(|said| format!("another writer: {}", visible(said)));
    let mut remains: Vec<String> = confirmed.chain(others).collect();
    if untouched.backed_up > 0 {
        let count = counted(untouched.backed_up, "entry of others was", "entries of others were");
        remains.push(format!("{count} written down before the first write: backup.jsonl beside the record"));
    }
    if untouched.tombstones > 0 {
        let count = counted(untouched.tombstones, "deleted entry of this run remains", "deleted entries of this run remain");
        remains.push(format!("{count} as a tombstone"));
    }
    remains.extend(untouched.left_behind.iter().map(|entry| format!("could not be removed: {}", visible(entry))));
    remains
}

/// The catalogue row with this id.
pub fn row<'r>(record: &'r Record, id: &RequirementId) -> Option<&'r RequirementRecord> {
    record.requirements.iter().find(|row| row.requirement.id == *id)
}

/// The requirements that a case breaks, the most strongly demanded first, each once.
pub fn broken(case: &CaseRecord) -> Vec<&RequirementId> {
    let mut mismatches: Vec<&Mismatch> = case.mismatches.iter().collect();
    mismatches.sort_by_key(|mismatch| std::cmp::Reverse(mismatch.level));
    let mut seen = BTreeSet::new();
    mismatches.iter().map(|mismatch| &mismatch.requirement).filter(|id| seen.insert(*id)).collect()
}

/// The first of the deviations that are demanded most strongly.
pub fn worst(case: &CaseRecord) -> Option<&Mismatch> {
    case.mismatches.iter().rev().max_by_key(|mismatch| mismatch.level)
}

/// What kind of trouble a case is in: cases with the same kind deviate in the same way. It is made of what a waiver is made of
/// (requirement, place without its positions, kind), of the status where that is what differs, or else of the reason.
fn kind(case: &CaseRecord) -> String {
    let mut parts = vec![case.verdict.word().to_owned()];
    if case.mismatches.is_empty() {
        parts.push(case.reason.clone().unwrap_or_default());
    }
    for mismatch in &case.mismatches {
        let status = if mismatch.kind == "status" { mismatch.actual.as_str() } else { "" };
        parts.push([&mismatch.requirement.0, &mismatch.kind, &place(&mismatch.at), status].join(" "));
    }
    parts.dedup();
    parts.join("\n")
}

/// The cases in trouble, by kind of trouble: errors, then failures, then what could not be judged, then warnings.
pub fn kinds(record: &Record) -> Vec<Vec<&CaseRecord>> {
    let rank = |case: &CaseRecord| {
        [Verdict::Error, Verdict::Fail, Verdict::Inconclusive].iter().position(|verdict| *verdict == case.verdict)
    };
    let mut places = BTreeMap::new();
    let mut kinds: Vec<Vec<&CaseRecord>> = Vec::new();
    for case in record.cases.iter().filter(|case| is_trouble(case)) {
        let place = *places.entry(kind(case)).or_insert(kinds.len());
        match kinds.get_mut(place) {
            Some(alike) => alike.push(case),
            None => kinds.push(vec![case]),
        }
    }
    kinds.sort_by_key(|alike| rank(alike[0]).unwrap_or(usize::MAX));
    kinds
}

/// What the device did where it may choose: by requirement and class, the cases that saw it.
pub fn observed(record: &Record) -> BTreeMap<(&str, &str), Vec<&str>> {
    let mut seen: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for case in &record.cases {
        for observation in &case.observations {
            let cases = seen.entry((&observation.requirement.0, &observation.class)).or_default();
            if cases.last() != Some(&case.id.as_str()) {
                cases.push(&case.id);
            }
        }
    }
    seen
}

/// The area of a case and its name there: `2n/dir/delete/uuid/short` is `uuid/short` of `2n.dir.delete`.
pub fn area_and_name(id: &str) -> (String, String) {
    let parts: Vec<&str> = id.split('/').collect();
    let (area, rest) = parts.split_at(parts.len().saturating_sub(1).min(3));
    let area = if area.is_empty() { "doorspec".to_owned() } else { area.join(".") };
    (visible(&area), visible(&rest.join("/")))
}

/// A place without its positions: what is wrong with one element of a list is wrong in the same way with another.
pub fn place(pointer: &str) -> String {
    let is_position = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    pointer.split('/').map(|part| if is_position(part) { "*" } else { part }).collect::<Vec<_>>().join("/")
}

/// The command that runs one case again.
pub fn rerun(case: &CaseRecord, record: &Record) -> String {
    let url = Some(&record.target.url).filter(|url| record.target.again.is_empty() && url.contains("://"));
    let target: String = url.into_iter().chain(&record.target.again).map(|word| format!("{} ", quoted(word))).collect();
    let strict = if record.strict { " --strict" } else { "" };
    format!("doorspec run {target}--filter {} --seed {}{strict}", quoted(&case.id), case.seed.unwrap_or(record.seed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_run_is_summed_up_in_one_sentence() {
        let full = sample::full();
        assert_eq!(sentence(&full), "does not conform: 2 cases fail");
        assert_eq!(sentence(&Record { strict: true, ..full }), "does not conform: 2 cases fail, 1 case warns");
        assert_eq!(sentence(&sample::passing()), "conforms: every applicable case ran, and none failed");
    }

    #[test]
    fn a_waiver_that_fails_the_run_is_said_by_name() {
        let record = sample::waived();
        assert_eq!(sentence(&record), "does not conform: 2 waivers are wrong");
        let said = wrong_waivers(&record);
        assert!(
            said[0].starts_with(
                "expired waiver of 2n/dir/delete/one, 2N-DIR-DEL-001 at /response/status (status): its last day was 2026-01-31: "
            ),
            "{said:?}"
        );
        assert!(said[1].starts_with("unmatched waiver of 2n/gone, "), "{said:?}");
    }

    #[test]
    fn what_was_agreed_on_is_said_with_the_outcome() {
        let agreed = sample::agreed();
        let rows = [
            (agreed.clone(), "conforms: every applicable case ran, and none failed but 2 that are waived"),
            (
                Record { exit: 3, ..agreed.clone() },
                "incomplete: nothing failed but 2 that are waived, and not everything applicable could be judged",
            ),
        ];
        for (record, expected) in rows {
            assert_eq!(sentence(&record), expected);
        }
        let mut strict = Record { strict: true, ..agreed };
        strict.cases[1].verdict = Verdict::Warn;
        (strict.tally.warn, strict.tally.fail) = (1, 1);
        assert_eq!(tally(&strict)[..4], [("pass", 1), ("warn", 0), ("fail", 0), ("waived", 2)]);
        assert!(kinds(&strict).is_empty(), "a warning that is waived is no trouble");
    }

    #[test]
    fn what_became_of_the_data_is_one_sentence() {
        let rows = [
            (
                Untouched { holds: Some(true), compared: 1, ..Untouched::default() },
                "untouched: 1 entry of others compared, none changed",
            ),
            (Untouched { holds: Some(true), ..Untouched::default() }, "untouched: the device held no entries of others"),
            (Untouched { holds: Some(false), changes: vec!["x".into()], ..Untouched::default() }, "CHANGED: 1 change"),
            (Untouched::default(), "not known: it was not compared"),
            (Untouched { why_unknown: Some("no\nrights".into()), ..Untouched::default() }, "not known: no\\nrights"),
        ];
        for (value, expected) in rows {
            assert_eq!(untouched(&value), expected);
        }
    }

    #[test]
    fn the_same_deviation_at_another_position_is_of_the_same_kind() {
        let mut first = sample::failing("2n/a/b/c", "c", "2N-DIR-DEL-034");
        let mut second = first.clone();
        second.mismatches[0].at = "/response/body/result/users/7/errors/0/code".into();
        assert_eq!(kind(&first), kind(&second));
        second.mismatches[0].kind = "schema".into();
        assert_ne!(kind(&first), kind(&second));
        first.mismatches.clear();
        assert_ne!(kind(&first), kind(&second));
    }

    #[test]
    fn names_are_parts_of_the_id() {
        let rows = [
            ("2n/dir/delete/all-zero-uuid", ("2n.dir.delete", "all-zero-uuid")),
            ("2n/dir/delete/uuid/short", ("2n.dir.delete", "uuid/short")),
            ("bas-ip/link", ("bas-ip", "link")),
            ("odd", ("doorspec", "odd")),
            ("", ("doorspec", "")),
        ];
        for (id, (class, name)) in rows {
            assert_eq!(area_and_name(id), (class.to_owned(), name.to_owned()));
        }
    }
}
