use serde_json::json;

use super::*;
use crate::verdict::Exit;

/// A part of a run: its seed and when it began, and its cases with their verdicts.
fn part(shard: &str, seed: u64, second: u64, cases: &[(&str, &str)]) -> Record {
    let case = |(id, verdict): &(&str, &str)| {
        let mismatch = json!({ "requirement": "A-1", "level": "MUST", "at": "/response/status", "expected": "200",
                               "actual": "500", "kind": "status", "exchange": 0 });
        let mismatches = if *verdict == "fail" { vec![mismatch] } else { Vec::new() };
        json!({ "id": id, "title": id, "requirements": ["A-1"], "verdict": verdict, "source": { "file": "a.json", "line": 1 },
                "mismatches": mismatches, "duration_ms": seed })
    };
    let row = json!({ "row": { "id": "A-1", "strength": "MUST", "statement": "s", "source": "d" }, "cases": [] });
    let record = json!({
        "doorspec": "0.1.0", "suites": ["2n"], "seed": seed, "outcome": "conforms", "exit": 0, "shards": [shard],
        "started": format!("2026-11-25T10:00:{second:02}Z"), "duration_ms": 2000, "catalogue": { "2n": "1" },
        "target": { "url": "http://127.0.0.1:8080", "identity": { "serial": "7" } }, "profile": {},
        "untouched": { "holds": true, "compared": 3, "tombstones": 2 },
        "tally": { "pass": 0, "warn": 0, "fail": 0, "observed": 0, "inconclusive": 0, "not-applicable": 0, "error": 0 },
        "selection": { "known": 4, "selected": 0, "run": 0, "not-applicable": {}, "left-out": 0 },
        "cases": cases.iter().map(case).collect::<Vec<_>>(), "requirements": [row], "groups": []
    });
    let mut record: Record = serde_json::from_value(record).expect("it is a record");
    sum_up(&mut record);
    record
}

fn parts() -> [Record; 3] {
    [
        part("1/3", 7, 0, &[("2n/a/b/one", "pass"), ("2n/a/b/two", "fail")]),
        part("2/3", 5, 3, &[("2n/a/b/two", "pass"), ("2n/a/b/three", "pass")]),
        part("3/3", 9, 1, &[("2n/a/b/two", "inconclusive"), ("2n/a/b/four", "observed")]),
    ]
}

#[test]
fn neither_order_nor_grouping_changes_what_comes_out() {
    let [a, b, c] = parts();
    let all = |records: &[&Record]| merge(records.iter().map(|record| (*record).clone()).collect()).expect("they fit");
    let whole = all(&[&a, &b, &c]);
    for order in [[&a, &c, &b], [&b, &a, &c], [&b, &c, &a], [&c, &a, &b], [&c, &b, &a]] {
        assert_eq!(all(&order), whole);
    }
    assert_eq!(all(&[&all(&[&a, &b]), &c]), whole);
    assert_eq!(all(&[&a, &all(&[&b, &c])]), whole);
    assert_eq!(all(&[&all(&[&c, &a]), &b]), whole);
    assert_eq!((whole.seed, whole.started.as_str(), whole.duration_ms), (5, "2026-11-25T10:00:00Z", 5000));
    let ids: Vec<(&str, Verdict, Option<u64>)> =
        whole.cases.iter().map(|case| (case.id.as_str(), case.verdict, case.seed)).collect();
    let expected = [
        ("2n/a/b/four", Verdict::Observed, Some(9)),
        ("2n/a/b/one", Verdict::Pass, Some(7)),
        ("2n/a/b/three", Verdict::Pass, None),
        ("2n/a/b/two", Verdict::Fail, Some(7)),
    ];
    assert_eq!(ids, expected);
    assert_eq!(whole.cases[3].verdicts, [Verdict::Pass, Verdict::Inconclusive, Verdict::Fail]);
    assert_eq!((whole.exit, whole.tally.fail, whole.selection.left_out), (Exit::DoesNotConform.code(), 1, 0));
    assert_eq!(whole.requirements[0].cases.len(), 4);
}

#[test]
fn a_part_that_is_not_there_is_said_and_never_conforms() {
    let [_, b, _] = parts();
    let one = merge(vec![b]).expect("one is enough");
    assert_eq!(one.exit, Exit::Incomplete.code());
    assert!(one.reasons.iter().any(|reason| reason.ends_with("1/3, 3/3")), "{:?}", one.reasons);
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let [a, ..] = parts();
    let rows: [(&str, &str, serde_json::Value); 6] = [
        ("/doorspec", "doorspec", json!("0.2.0")),
        ("/target/url", "different targets", json!("http://192.0.2.40")),
        ("/target/identity/serial", "different devices", json!("8")),
        ("/catalogue/2n", "different cases", json!("2")),
        ("/strict", "--strict", json!(true)),
        ("/target/url", "", json!("http://127.0.0.1:9090")),
    ];
    for (place, word, value) in rows {
        let mut other = serde_json::to_value(&a).expect("it is JSON");
        *other.pointer_mut(place).expect("the place is there") = value;
        let merged = merge(vec![a.clone(), serde_json::from_value(other).expect("it is a record")]);
        assert_eq!(merged.is_err(), !word.is_empty(), "{place}");
        assert!(merged.err().is_none_or(|why| why.contains(word)), "{place}");
    }
    assert!(merge(Vec::new()).is_err());
}
