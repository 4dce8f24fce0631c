//! Records that tests render: one that passes, one with every verdict, one from a device that attacks whoever reads its reports.

use std::collections::BTreeMap;

use crate::exchange::{Fault, FramingFault};
use crate::record::{
    BodyRecord, CaseRecord, ExchangeRecord, LatencyRecord, Mismatch, Observation, ProfileRecord, Record, RequestRecord,
    RequirementRecord, ResponseRecord, Selection, SourceRecord, Tally, Target, Untouched, WaiverRecord, WaiverStatus,
};
use crate::requirement::{Group, Requirement, RequirementId, Strength};
use crate::verdict::Verdict;
use crate::waiver::{Fingerprint, Waiver};

/// Bytes that do harm where they are not escaped.
pub const POISON: &str = "</script><script>alert(1)</script>]]>&<b>\u{1b}[31m\u{0}\u{202e}\u{ffff}\u{9b}\r\n'\"`$(id)\\";

/// A small run in which everything is as required.
pub fn passing() -> Record {
    let mut record = empty();
    record.requirements =
        vec![row("2N-DIR-DEL-001", Strength::Must, "A delete request sent with PUT succeeds.", Some(Verdict::Pass))];
    record.groups = groups();
    add(&mut record, case("2n/dir/delete/one", "an existing entry is deleted", &["2N-DIR-DEL-001"], Verdict::Pass));
    record
}

/// A run with every verdict, a waived failure, and something to say about the device's data.
pub fn full() -> Record {
    let mut record = empty();
    record.outcome = "failed".into();
    record.exit = 1;
    record.reasons = vec!["The device restarted once during the run.".into()];
    record.groups = groups();
    record.latency = vec![latency("PUT /api/dir/delete", 120), latency("GET /api/dir/nosuch", 2)];
    record.requirements = rows();
    record.untouched.left_behind = vec!["entry 1d7e8a54-0c0c-4b6e-9f0e-7a7a2f9d6c11 (the device refused to delete it)".into()];
    for case in full_cases() {
        add(&mut record, case);
    }
    record.selection.known += 7;
    record.selection.left_out = 7;
    record
}

/// A run in which nothing fails but two waivers.
pub fn waived() -> Record {
    let waiver = |case: &str, expires: Option<&str>| Waiver {
        case: case.into(),
        fingerprint: Fingerprint { requirement: "2N-DIR-DEL-001".into(), at: "/response/status".into(), kind: "status".into() },
        reason: "agreed".into(),
        link: None,
        expires: expires.map(str::to_owned),
        firmware: None,
    };
    let mut record = passing();
    record.waivers = vec![
        WaiverRecord {
            waiver: waiver("2n/dir/delete/one", Some("2026-01-31")),
            status: WaiverStatus::Expired,
            note: Some("its last day was 2026-01-31: agree on another day".into()),
        },
        WaiverRecord { waiver: waiver("2n/gone", None), status: WaiverStatus::Unmatched, note: None },
        WaiverRecord { waiver: waiver("2n/dir/delete/one", None), status: WaiverStatus::Idle, note: None },
    ];
    record.outcome = "failed".into();
    record.exit = 1;
    record
}

/// A run that conforms because its failures were agreed on, and in which one row is met all the same.
pub fn agreed() -> Record {
    let mut record = passing();
    record.requirements.push(row(
        "2N-DIR-DEL-034",
        Strength::Must,
        "The all-zero uuid is an error of its entry.",
        Some(Verdict::Fail),
    ));
    for name in ["all-zero-uuid", "all-zero-uuid-alone"] {
        let mut case = failing(&format!("2n/dir/delete/{name}"), "the reserved all-zero uuid is refused", "2N-DIR-DEL-034");
        case.waived = Some("corrected in 2.47".into());
        add(&mut record, case);
    }
    record
}

/// A failing run on a device that puts poison wherever it can.
pub fn hostile() -> Record {
    let mut record = empty();
    record.outcome = "data-changed".into();
    record.exit = 4;
    record.target.identity.insert("firmware".into(), POISON.into());
    record.untouched = Untouched { holds: Some(false), compared: 2, changes: vec![POISON.into()], ..Untouched::default() };
    record.groups = groups();
    record.latency = vec![latency(POISON, 7)];
    record.requirements = rows();
    let mut hostile = failing("2n/dir/delete/poison", POISON, "2N-DIR-DEL-034");
    hostile.mismatches[0].actual = POISON.into();
    hostile.mismatches[0].at = format!("/response/headers/{POISON}");
    hostile.exchanges[0].request.body = Some(text(POISON));
    let response = hostile.exchanges[0].response.as_mut().expect("the failing case has a reply");
    response.headers.push(("X-Evil".into(), POISON.into()));
    response.reason = POISON.into();
    response.body = text(&POISON.repeat(400));
    response.framing = vec![FramingFault::BadLength { value: POISON.into() }, FramingFault::ChunksUnended];
    hostile.exchanges.push(ExchangeRecord {
        response: None,
        fault: Some(Fault::NotHttp { why: POISON.into() }),
        ..hostile.exchanges[0].clone()
    });
    let mut observed = case("2n/dir/delete/poison-class", POISON, &["2N-DIR-DEL-022"], Verdict::Observed);
    observed.observations = vec![Observation { requirement: "2N-DIR-DEL-022".into(), class: POISON.into(), exchange: 0 }];
    add(&mut record, hostile);
    add(&mut record, observed);
    record
}

fn full_cases() -> Vec<CaseRecord> {
    let mut warned = failing("2n/dir/create/empty-list", "an empty list of users is refused", "2N-DIR-CRE-003");
    warned.verdict = Verdict::Warn;
    warned.mismatches[0].level = Strength::Should;
    let mut waived = failing("2n/dir/create/name-length/256", "a name of 256 characters is refused", "2N-DIR-CRE-004");
    waived.waived = Some("agreed until firmware 2.47".into());
    let mut observed = case("2n/dir/delete/neither-key", "neither owner nor users", &["2N-DIR-DEL-022"], Verdict::Observed);
    observed.observations = vec![Observation { requirement: "2N-DIR-DEL-022".into(), class: "G:12".into(), exchange: 0 }];
    let mut inconclusive =
        case("2n/dir/delete/by-owner", "every entry of an owner is deleted", &["2N-DIR-DEL-015"], Verdict::Inconclusive);
    inconclusive.reason = Some("the set-up could not create its two entries: no reply within 5000 ms".into());
    inconclusive.exchanges[0].response = None;
    inconclusive.exchanges[0].fault = Some(Fault::Timeout { phase: "head".into(), limit_ms: 5000 });
    let mut skipped = case("2n/dir/create/photo", "a photo is stored", &["2N-DIR-CRE-020"], Verdict::NotApplicable);
    skipped.reason = Some("the profile lacks dir.photo".into());
    skipped.exchanges.clear();
    let mut error = case("2n/dir/create/broken-case", "a case with a mistake", &["2N-DIR-CRE-003"], Verdict::Error);
    error.reason = Some("the template names {{mine}}, which no step kept".into());
    vec![
        case("2n/dir/delete/one", "an existing entry is deleted", &["2N-DIR-DEL-001", "2N-INV-001"], Verdict::Pass),
        failing("2n/dir/delete/all-zero-uuid", "the reserved all-zero uuid is refused", "2N-DIR-DEL-034"),
        failing("2n/dir/delete/all-zero-uuid-alone", "the reserved all-zero uuid alone is refused", "2N-DIR-DEL-034"),
        warned,
        waived,
        observed,
        inconclusive,
        skipped,
        error,
    ]
}

/// A failing case with one deviation in the reply's body.
pub fn failing(id: &str, title: &str, requirement: &str) -> CaseRecord {
    let mut failing = case(id, title, &[requirement, "2N-INV-001"], Verdict::Fail);
    failing.mismatches = vec![Mismatch {
        requirement: requirement.into(),
        level: Strength::Must,
        at: "/response/body/result/users/1/errors/0/code".into(),
        expected: "string \"EDIR_UUID_INVALID_FORMAT\"".into(),
        actual: "absent".into(),
        kind: "body".into(),
        exchange: 0,
        step: Some("delete both".into()),
    }];
    failing
}

/// A case with one exchange.
pub fn case(id: &str, title: &str, requirements: &[&str], verdict: Verdict) -> CaseRecord {
    CaseRecord {
        id: id.into(),
        title: title.into(),
        requirements: requirements.iter().map(|id| RequirementId::from(*id)).collect(),
        verdict,
        reason: None,
        waived: None,
        attempt: 0,
        seed: None,
        verdicts: Vec::new(),
        source: SourceRecord { file: "cases/2n/dir/delete.json".into(), line: 41 },
        mismatches: Vec::new(),
        observations: Vec::new(),
        exchanges: vec![exchange()],
        duration_ms: 3,
    }
}

fn exchange() -> ExchangeRecord {
    let reply = r#"{"success":true,"result":{"series":"2229480630597592840","users":[{"uuid":"8A6F0C55-0D4F-4E9B-A1B4-2B5B3F9C7D10","timestamp":87},{"uuid":"00000000-0000-0000-0000-000000000000","timestamp":88}]}}"#;
    ExchangeRecord {
        purpose: "judged".into(),
        step: None,
        together: None,
        request: RequestRecord {
            method: "PUT".into(),
            target: "/api/dir/delete".into(),
            headers: vec![
                ("Host".into(), "10.0.0.5".into()),
                ("Content-Type".into(), "application/json".into()),
                ("Authorization".into(), "Digest [redacted]".into()),
            ],
            body: Some(text(
                r#"{"users":[{"uuid":"8A6F0C55-0D4F-4E9B-A1B4-2B5B3F9C7D10"},{"uuid":"00000000-0000-0000-0000-000000000000"}]}"#,
            )),
            manner: None,
        },
        response: Some(ResponseRecord {
            status: 200,
            reason: "OK".into(),
            headers: vec![("Content-Type".into(), "application/json".into())],
            framing: Vec::new(),
            body: text(reply),
        }),
        fault: None,
        duration_us: 2417,
    }
}

fn text(text: &str) -> BodyRecord {
    BodyRecord { bytes: text.len() as u64, text: Some(text.into()), base64: None, cut: false }
}

fn add(record: &mut Record, case: CaseRecord) {
    record.tally.add(case.verdict);
    record.selection.known += 1;
    record.selection.selected += 1;
    match &case.reason {
        Some(reason) if case.verdict == Verdict::NotApplicable => {
            *record.selection.not_applicable.entry(reason.clone()).or_default() += 1;
        }
        _ => record.selection.run += 1,
    }
    record.cases.push(case);
}

fn empty() -> Record {
    let identity = [("firmware", "2.46.0.55.2"), ("model", "2N IP Verso"), ("serial", "54-0000-0001")];
    let profile = ProfileRecord {
        edition: None,
        capabilities: [("dir", Some(true)), ("dir.photo", Some(false)), ("dir.licence", None)]
            .map(|(name, known)| (name.into(), known))
            .into(),
        dialect: BTreeMap::from([("force".into(), "json".into())]),
        values: BTreeMap::new(),
    };
    Record {
        doorspec: "0.1.0".into(),
        suites: vec!["2n".into()],
        seed: 7,
        outcome: "conforms".into(),
        exit: 0,
        reasons: Vec::new(),
        started: "2026-11-25T10:00:00Z".into(),
        duration_ms: 12_345,
        strict: false,
        target: Target {
            again: Vec::new(),
            url: "http://10.0.0.5".into(),
            identity: identity.map(|(name, value)| (name.into(), value.into())).into(),
            transport: Some("http".into()),
        },
        profile: BTreeMap::from([("2n".into(), profile)]),
        untouched: Untouched { holds: Some(true), compared: 25, tombstones: 40, ..Untouched::default() },
        tally: Tally::default(),
        selection: Selection::default(),
        cases: Vec::new(),
        requirements: Vec::new(),
        groups: Vec::new(),
        latency: Vec::new(),
        waivers: Vec::new(),
        shards: Vec::new(),
        catalogue: [].into(),
    }
}

fn latency(function: &str, count: u64) -> LatencyRecord {
    LatencyRecord { function: function.into(), count, p50_us: 2_417, p95_us: 8_050, max_us: 31_900 }
}

fn groups() -> Vec<Group> {
    [("2N-INV", "Invariants of every reply"), ("2N-DIR-CRE", "Creating entries"), ("2N-DIR-DEL", "Deleting entries")]
        .map(|(prefix, title)| Group { prefix: prefix.into(), title: title.into() })
        .into()
}

fn rows() -> Vec<RequirementRecord> {
    use Verdict::{Error, Fail, Inconclusive, NotApplicable, Observed, Pass};
    let mut excluded = row("2N-DIR-DEL-041", Strength::Must, "Deleting ten thousand entries takes less than a minute.", None);
    excluded.requirement.excluded = Some("would fill a real device".into());
    vec![
        row("2N-DIR-DEL-001", Strength::Must, "A delete request sent with PUT succeeds.", Some(Pass)),
        row("2N-DIR-DEL-015", Strength::Must, "An owner deletes every entry with that owner.", Some(Inconclusive)),
        row("2N-DIR-DEL-022", Strength::May, "What happens with neither key is left open.", Some(Observed)),
        row(
            "2N-DIR-DEL-034",
            Strength::Must,
            "The all-zero uuid is an error of its entry, and nothing is deleted for it.",
            Some(Fail),
        ),
        row("2N-DIR-DEL-040", Strength::May, "Elements that are no objects are left open.", None),
        excluded,
        row("2N-DIR-CRE-003", Strength::Should, "An empty list of users is refused.", Some(Error)),
        row("2N-DIR-CRE-004", Strength::Must, "A name longer than 255 characters is refused.", Some(Fail)),
        row("2N-DIR-CRE-020", Strength::Must, "A photo is stored as it was sent.", Some(NotApplicable)),
        row("2N-INV-001", Strength::Must, "Every reply is one valid JSON value.", Some(Pass)),
    ]
}

fn row(id: &str, strength: Strength, statement: &str, verdict: Option<Verdict>) -> RequirementRecord {
    RequirementRecord {
        requirement: Requirement {
            id: id.into(),
            strength,
            weaker: BTreeMap::new(),
            statement: statement.into(),
            source: "HTTP API manual 5.14.4".into(),
            applies: Vec::new(),
            excluded: None,
        },
        verdict,
        cases: Vec::new(),
    }
}
