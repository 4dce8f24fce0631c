use super::*;
use crate::record::{Selection, SourceRecord, Tally, Target, Untouched};
use crate::verdict::Exit;
use crate::waiver::FirmwareRange;

const DAY: &str = "2026-11-25";

/// A case with deviations: requirement and level, all of its kind at `/response/status`.
fn case(verdict: Verdict, deviations: &[(&str, Strength)]) -> CaseRecord {
    let mismatch = |(requirement, level): &(&str, Strength)| Mismatch {
        requirement: (*requirement).into(),
        level: *level,
        at: "/response/status".into(),
        expected: "200".into(),
        actual: "500".into(),
        kind: "status".into(),
        exchange: 0,
        step: None,
    };
    CaseRecord {
        id: "2n/a/b/c".into(),
        title: "a case".into(),
        requirements: deviations.iter().map(|(id, _)| (*id).into()).collect(),
        verdict,
        reason: None,
        waived: None,
        attempt: 0,
        seed: None,
        verdicts: Vec::new(),
        source: SourceRecord::default(),
        mismatches: deviations.iter().map(mismatch).collect(),
        observations: Vec::new(),
        exchanges: Vec::new(),
        duration_ms: 0,
    }
}

fn record(cases: Vec<CaseRecord>) -> Record {
    let mut other = case(Verdict::Pass, &[]);
    other.id = "2n/a/b/other".into();
    Record {
        doorspec: "0.1.0".into(),
        suites: vec!["2n".into()],
        seed: 1,
        outcome: String::new(),
        exit: 0,
        reasons: Vec::new(),
        started: format!("{DAY}T10:00:00Z"),
        duration_ms: 0,
        strict: false,
        target: Target { identity: [("firmware".to_owned(), "2.46.1".to_owned())].into(), ..Target::default() },
        profile: [].into(),
        untouched: Untouched { holds: Some(true), ..Untouched::default() },
        tally: Tally::default(),
        selection: Selection::default(),
        cases: cases.into_iter().chain([other]).collect(),
        requirements: Vec::new(),
        groups: Vec::new(),
        latency: Vec::new(),
        waivers: Vec::new(),
        shards: Vec::new(),
        catalogue: [].into(),
    }
}

fn waiver(requirement: &str) -> Waiver {
    let fingerprint = Fingerprint { requirement: requirement.into(), at: "/response/status".into(), kind: "status".into() };
    Waiver { case: "2n/a/b/c".into(), fingerprint, reason: "agreed".into(), link: None, expires: None, firmware: None }
}

fn exists(id: &str) -> bool {
    id.starts_with("2n/a/b/")
}

/// One row of the truth table: what was found, what was agreed on, whether the failure is waived, what came of the waivers, and the exit status.
fn check(cases: Vec<CaseRecord>, waivers: Vec<Waiver>, waived: bool, statuses: &[WaiverStatus], exit: Exit) -> Record {
    let mut record = record(cases);
    waive(&mut record, waivers.clone(), &exists);
    let found: Vec<WaiverStatus> = record.waivers.iter().map(|one| one.status).collect();
    assert_eq!((found.as_slice(), record.cases[0].waived.is_some()), (statuses, waived), "{waivers:#?}\n{:#?}", record.cases[0]);
    assert_eq!(record.exit, exit.code(), "{waivers:#?}");
    let notes = record.waivers.iter().filter(|one| one.status.fails());
    assert!(notes.into_iter().all(|one| one.note.is_some()), "a waiver that fails the run says what to do");
    let mut again = record.clone();
    waive(&mut again, waivers, &exists);
    assert_eq!(again, record, "doing it again changes nothing");
    record
}

#[test]
fn the_truth_table_of_waivers() {
    use Strength::{Must, Should};
    use WaiverStatus::{Expired, Idle, Stale, Unmatched, Used};
    let fails = || vec![case(Verdict::Fail, &[("A-1", Must)])];
    let until = |day: &str| Waiver { expires: Some(day.into()), ..waiver("A-1") };
    let of_case = |id: &str| Waiver { case: id.into(), ..waiver("A-1") };
    let for_firmware =
        |from: &str| Waiver { firmware: Some(FirmwareRange { from: Some(from.into()), before: None }), ..waiver("A-1") };
    // A failure is agreed on, and nothing else fails.
    check(fails(), vec![waiver("A-1")], true, &[Used], Exit::Conforms);
    check(vec![case(Verdict::Fail, &[("A-1", Must), ("A-2", Should)])], vec![waiver("A-1")], true, &[Used], Exit::Conforms);
    check(fails(), vec![], false, &[], Exit::DoesNotConform);
    // Another failure in the same case is a regression, whether or not the agreed one is there.
    let both = || vec![case(Verdict::Fail, &[("A-1", Must), ("A-2", Must)])];
    let regression = check(both(), vec![waiver("A-1")], false, &[Used], Exit::DoesNotConform);
    assert!(regression.cases[0].reason.as_ref().is_some_and(|why| why.contains("A-2 at /response/status")), "{regression:#?}");
    check(both(), vec![waiver("A-1"), waiver("A-2")], true, &[Used, Used], Exit::Conforms);
    check(fails(), vec![waiver("A-2")], false, &[Idle], Exit::DoesNotConform);
    check(fails(), vec![waiver("A-1"), waiver("A-2")], true, &[Used, Stale], Exit::DoesNotConform);
    // The case passes now.
    check(vec![case(Verdict::Pass, &[])], vec![waiver("A-1")], false, &[Stale], Exit::DoesNotConform);
    check(vec![case(Verdict::Observed, &[])], vec![waiver("A-1")], false, &[Stale], Exit::DoesNotConform);
    check(vec![case(Verdict::Warn, &[("A-2", Should)])], vec![waiver("A-1")], false, &[Stale], Exit::DoesNotConform);
    // The last day.
    check(fails(), vec![until("2026-11-24")], false, &[Expired], Exit::DoesNotConform);
    check(vec![case(Verdict::Pass, &[])], vec![until("2026-11-24")], false, &[Expired], Exit::DoesNotConform);
    check(vec![], vec![until("2026-11-24")], false, &[Expired], Exit::DoesNotConform);
    check(fails(), vec![until(DAY)], true, &[Used], Exit::Conforms);
    // No such case is not the same as a case that was left out.
    check(vec![], vec![of_case("2n/gone")], false, &[Unmatched], Exit::DoesNotConform);
    check(vec![], vec![waiver("A-1")], false, &[Idle], Exit::Conforms);
    // What could not be judged says nothing about a waiver.
    check(vec![case(Verdict::NotApplicable, &[])], vec![waiver("A-1")], false, &[Idle], Exit::Conforms);
    check(vec![case(Verdict::Inconclusive, &[])], vec![waiver("A-1")], false, &[Idle], Exit::Incomplete);
    check(vec![case(Verdict::Error, &[])], vec![waiver("A-1")], false, &[Idle], Exit::Fault);
    // Another firmware.
    check(fails(), vec![for_firmware("2.46")], true, &[Used], Exit::Conforms);
    check(fails(), vec![for_firmware("2.47")], false, &[Idle], Exit::DoesNotConform);
}

#[test]
fn in_a_strict_run_a_warning_can_be_agreed_on_like_a_failure() {
    let warns = || case(Verdict::Warn, &[("A-1", Strength::Should)]);
    for (strict, waivers, waived, exit) in [
        (true, vec![waiver("A-1")], true, Exit::Conforms),
        (true, vec![], false, Exit::DoesNotConform),
        (false, vec![waiver("A-1")], false, Exit::Conforms),
    ] {
        let mut record = Record { strict, ..record(vec![warns()]) };
        waive(&mut record, waivers, &exists);
        assert_eq!((record.cases[0].waived.is_some(), record.exit), (waived, exit.code()));
        assert!(record.waivers.iter().all(|one| one.status == WaiverStatus::Used));
    }
}

#[test]
fn what_is_waived_from_a_record_conforms_with_it() {
    let mut failed =
        record(vec![case(Verdict::Fail, &[("A-1", Strength::Must), ("A-2", Strength::Must), ("A-3", Strength::Should)])]);
    sum_up(&mut failed);
    assert_eq!(failed.exit, Exit::DoesNotConform.code());
    let waivers = waivers_of(&failed, "agreed", Some("https://example.org/7"), Some("2027-01-31"));
    assert_eq!(waivers.len(), 2, "a warning needs none");
    waive(&mut failed, waivers, &exists);
    assert_eq!(failed.exit, Exit::Conforms.code());
    assert_eq!(failed.cases[0].waived.as_deref(), Some("agreed (https://example.org/7, until 2027-01-31)"));
    assert_eq!(waivers_of(&failed, "again", None, None), vec![]);
}
