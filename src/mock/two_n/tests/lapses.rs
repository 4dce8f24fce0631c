//! Defects that deviate in one small thing, and must be right in everything else.

use super::super::device;
use super::{ADA, NOBODY, body_of, request, settings};
use crate::mock::device::{Device, Scheme};
use serde_json::{Value, json};
use std::time::Duration;

fn unit(defect: &str) -> Box<dyn Device> {
    let mut settings = settings(Scheme::None);
    settings.defects = vec![defect.to_owned()];
    device(&settings).expect("the catalogue knows its own names")
}

fn at(unit: &mut dyn Device, moment: u64, method: &str, function: &str, body: Value) -> Value {
    body_of(&unit.answer(&request(method, &format!("/api/dir/{function}"), Some(&body)), Duration::from_millis(moment)))
}

/// The fields of an entry, without its uuid and stamp.
fn entry(unit: &mut dyn Device, uuid: &str) -> Value {
    let mut entry = at(unit, 5_000, "POST", "get", json!({ "users": [{ "uuid": uuid }] }))["result"]["users"][0].take();
    let Some(members) = entry.as_object_mut() else { return entry };
    members.shift_remove("uuid");
    members.shift_remove("timestamp");
    entry
}

#[test]
fn of_overlapping_updates_one_is_lost_and_of_others_none() {
    for (gap, email) in [(5, false), (100, true), (2_000, true)] {
        let unit = &mut *unit("overlapping-updates-lose");
        at(unit, 1_000, "PUT", "create", json!({ "users": [{ "uuid": ADA, "name": "A" }] }));
        at(unit, 2_000, "PUT", "update", json!({ "users": [{ "uuid": ADA, "email": "a@b.example" }] }));
        let rows = json!([{ "uuid": ADA, "name": "B" }, { "uuid": ADA, "owner": "T" }]);
        let second = at(unit, 2_000 + gap, "PUT", "update", json!({ "users": rows }));
        assert_eq!(second["result"]["users"], json!([{ "uuid": ADA, "timestamp": 103 }, { "uuid": ADA, "timestamp": 104 }]));
        let left = if email {
            json!({ "owner": "T", "name": "B", "email": "a@b.example" })
        } else {
            json!({ "owner": "T", "name": "B" })
        };
        assert_eq!(entry(unit, ADA), left, "{gap}");
    }
}

#[test]
fn what_create_loses() {
    let calls = json!([{ "peer": "1", "profiles": "a" }, { "peer": "2", "profiles": "b" }, { "peer": "3", "profiles": "c" }]);
    let access = json!({
        "accessPoints": [{ "enabled": false }, { "enabled": false }], "card": ["A1B2C3D4", "B1B2C3D4"], "accessException": true,
        "code": ["11", "22", "33", "44"], "licensePlates": "1AB2345",
    });
    let whole = json!({ "name": "A", "deputy": NOBODY, "callPos": calls, "access": access });
    let rows: &[(&str, &str, Value)] = &[
        ("create-drops-second-access-point", "/access/accessPoints/1", json!({})),
        ("create-drops-call-profiles", "/callPos", json!([{ "peer": "1" }, { "peer": "2" }, { "peer": "3" }])),
        ("create-reverses-calls", "/callPos", json!([calls[2], calls[1], calls[0]])),
        ("create-drops-third-peer", "/callPos/2", json!({ "profiles": "c" })),
        ("create-drops-fourth-code", "/access/code/3", json!("")),
        ("create-drops-second-card", "/access/card/1", json!("")),
    ];
    for (defect, place, stored) in rows {
        let unit = &mut *unit(defect);
        let mut row = whole.clone();
        row["uuid"] = json!(ADA);
        at(unit, 1_000, "PUT", "create", json!({ "users": [row] }));
        let mut expected = whole.clone();
        *expected.pointer_mut(place).expect("the place is there") = stored.clone();
        assert_eq!(entry(unit, ADA), expected, "{defect}");
    }
}

#[test]
fn what_a_refused_create_writes() {
    let rows: &[(&str, Value)] = &[
        ("refused-create-writes-name", json!({ "name": "B", "access": { "pin": "11" } })),
        ("refused-create-writes-access", json!({ "name": "A", "access": { "pin": "22" } })),
    ];
    for (defect, left) in rows {
        let unit = &mut *unit(defect);
        at(unit, 1_000, "PUT", "create", json!({ "users": [{ "uuid": ADA, "name": "A", "access": { "pin": "11" } }] }));
        let second = json!({ "users": [{ "uuid": ADA, "name": "B", "email": "b", "access.pin": "22" }] });
        let refused = at(unit, 1_100, "PUT", "create", second);
        assert_eq!(refused["result"]["users"][0]["errors"][0]["code"], json!("EDIR_UUID_ALREADY_EXISTS"));
        assert_eq!(entry(unit, ADA), *left, "{defect}");
    }
}

#[test]
fn what_the_iterator_one_too_old_lists() {
    let unit = &mut *unit("query-one-too-old");
    at(unit, 1_000, "PUT", "create", json!({ "users": [{}, {}, {}] }));
    let rows: &[(u64, &[u64])] = &[(0, &[101, 102, 103]), (103, &[102, 103]), (104, &[]), (99_999, &[])];
    for (since, stamps) in rows {
        let listed = at(unit, 1_100, "POST", "query", json!({ "iterator": { "timestamp": since } }));
        let users = listed["result"]["users"].as_array().cloned().unwrap_or_default();
        let told: Vec<u64> = users.iter().filter_map(|user| user["timestamp"].as_u64()).collect();
        assert_eq!(told, *stamps, "{since}");
    }
}

#[test]
fn what_is_cleared_stays_in_sight_until_the_entry_is_another() {
    let unit = &mut *unit("get-shows-cleared");
    let rich = json!({ "uuid": ADA, "name": "A", "email": "a", "access": { "pin": "11" } });
    at(unit, 1_000, "PUT", "create", json!({ "users": [rich] }));
    at(unit, 1_100, "PUT", "update", json!({ "users": [{ "uuid": ADA, "email": "", "access.pin": "" }] }));
    assert_eq!(entry(unit, ADA), json!({ "name": "A", "email": "", "access": { "pin": "" } }));
    at(unit, 1_200, "PUT", "create", json!({ "force": true, "users": [{ "uuid": ADA, "name": "B" }] }));
    assert_eq!(entry(unit, ADA), json!({ "name": "B" }));
}

#[test]
fn a_refused_create_leaves_what_it_names_first() {
    for users in [json!([{ "uuid": ADA, "name": "A" }, 1]), json!({ "uuid": ADA, "name": "A" })] {
        let unit = &mut *unit("refused-call-creates");
        let refused = at(unit, 1_000, "PUT", "create", json!({ "users": users }));
        assert_eq!(refused["success"], json!(false));
        assert_eq!(entry(unit, ADA), json!({ "name": "A" }));
    }
}

#[test]
fn what_stays_of_a_replaced_entry() {
    let calls = json!([{ "peer": "1" }, {}, {}]);
    let rows: &[(&str, Value)] = &[
        ("force-keeps-code", json!({ "name": "B", "access": { "code": ["11", "", "", ""] } })),
        ("force-keeps-calls", json!({ "name": "B", "callPos": calls })),
    ];
    for (defect, left) in rows {
        let unit = &mut *unit(defect);
        let first = json!({ "uuid": ADA, "name": "A", "callPos": calls, "access": { "code": ["11"], "pin": "22" } });
        at(unit, 1_000, "PUT", "create", json!({ "users": [first] }));
        at(unit, 1_100, "PUT", "create", json!({ "force": true, "users": [{ "uuid": ADA, "name": "B" }] }));
        assert_eq!(entry(unit, ADA), *left, "{defect}");
    }
}

#[test]
fn what_becomes_of_a_name() {
    let long = "ř".repeat(64);
    let rows: &[(&str, &str, &str)] = &[
        ("name-cut-at-limit", &long, &long[..126]),
        ("name-cut-at-limit", &long[2..], &long[2..]),
        ("nul-ends-name", "a\0b\0c", "a"),
        ("name-trimmed", " a b ", "a b"),
    ];
    for (defect, sent, stored) in rows {
        let unit = &mut *unit(defect);
        at(unit, 1_000, "PUT", "create", json!({ "users": [{ "uuid": ADA, "name": sent }] }));
        assert_eq!(entry(unit, ADA), json!({ "name": stored }), "{defect}");
    }
}

#[test]
fn what_update_keeps() {
    let before = json!({ "name": "A", "callPos": [{}, {}, { "peer": "3" }], "access": { "code": ["11", "", "", ""] } });
    let after = json!({
        "name": "B", "callPos": [{ "peer": "4" }, {}, { "peer": "5" }],
        "access": { "accessPoints": [{ "enabled": false }, {}], "code": ["22", "", "", ""] },
    });
    let kept: &[(&str, &str, Value)] = &[
        ("update-keeps-code", "/access/code", json!(["11", "", "", ""])),
        ("update-keeps-third-call", "/callPos/2", json!({ "peer": "3" })),
    ];
    for (defect, place, value) in kept {
        let unit = &mut *unit(defect);
        let row = |fields: &Value| {
            let mut row = fields.clone();
            row["uuid"] = json!(ADA);
            json!({ "users": [row] })
        };
        at(unit, 1_000, "PUT", "create", row(&before));
        let told = at(unit, 1_100, "PUT", "update", row(&after));
        assert_eq!(told["result"]["users"], json!([{ "uuid": ADA, "timestamp": 102 }]));
        let mut expected = after.clone();
        *expected.pointer_mut(place).expect("the place is there") = value.clone();
        assert_eq!(entry(unit, ADA), expected, "{defect}");
    }
}

#[test]
fn what_is_read_wrongly() {
    let rich =
        json!({ "uuid": ADA, "name": "A", "owner": "T", "access": { "pin": "11", "accessPoints": [{ "enabled": false }] } });
    let whole = json!({ "uuid": ADA, "name": "A", "access": { "pin": "11", "accessPoints": [{ "enabled": false }, {}] }, "timestamp": 101 });
    let rows: &[(&str, &str, Value, Value)] = &[
        ("get-name-brings-access", "get", json!({ "fields": ["name"] }), whole),
        ("get-name-brings-access", "get", json!({ "fields": ["owner"] }), json!({ "uuid": ADA, "owner": "T", "timestamp": 101 })),
        (
            "get-hides-false",
            "get",
            json!({}),
            json!({ "uuid": ADA, "name": "A", "owner": "T", "access": { "pin": "11" }, "timestamp": 101 }),
        ),
        (
            "query-name-brings-owner",
            "query",
            json!({ "fields": ["name"] }),
            json!({ "uuid": ADA, "name": "A", "owner": "T", "timestamp": 101 }),
        ),
        (
            "query-unknown-field-brings-all",
            "query",
            json!({ "fields": ["name"] }),
            json!({ "uuid": ADA, "name": "A", "timestamp": 101 }),
        ),
        ("query-hides-unowned", "query", json!({ "fields": ["name"] }), json!({ "uuid": ADA, "name": "A", "timestamp": 101 })),
    ];
    for (defect, function, body, expected) in rows {
        let unit = &mut *unit(defect);
        at(unit, 1_000, "PUT", "create", json!({ "users": [rich, { "uuid": NOBODY }] }));
        let mut body = body.clone();
        if *function == "get" {
            body["users"] = json!([{ "uuid": ADA }]);
        }
        let users = at(unit, 1_100, "POST", function, body)["result"]["users"].take();
        assert_eq!(users[0], *expected, "{defect}");
        assert_eq!(users[1] == Value::Null, *function == "get" || *defect == "query-hides-unowned", "{defect}");
    }
}

#[test]
fn what_a_client_is_told_that_must_start_again() {
    let beyond = json!({ "iterator": { "timestamp": 999 } });
    let stale = json!({ "series": "1", "iterator": { "timestamp": 999 } });
    let rows: &[(&str, &Value, Value)] = &[
        ("query-beyond-without-highest", &beyond, json!({})),
        ("query-beyond-says-zero", &beyond, json!({ "timestamp": 0 })),
        ("query-beyond-says-zero", &stale, json!({ "timestamp": 101, "invalid": 0 })),
        ("query-stale-hides-highest", &stale, json!({ "invalid": 0 })),
        ("query-stale-says-zero", &stale, json!({ "timestamp": 0, "invalid": 0 })),
        ("query-stale-says-zero", &beyond, json!({ "timestamp": 101 })),
    ];
    for (defect, body, expected) in rows {
        let unit = &mut *unit(defect);
        at(unit, 1_000, "PUT", "create", json!({ "users": [{}] }));
        let mut told = at(unit, 1_100, "POST", "query", (*body).clone())["result"].take();
        told.as_object_mut().and_then(|told| told.shift_remove("series")).expect("the series is told");
        assert_eq!(told, *expected, "{defect}");
    }
}

#[test]
fn which_series_pass_for_the_own_one() {
    let own =
        at(&mut *unit("series-by-prefix"), 900, "GET", "template", json!({}))["result"]["series"].as_str().map(str::to_owned);
    let own = own.expect("the series is told");
    let rounded = format!("{}{}", &own[..18], if own.ends_with('9') { "8" } else { "9" });
    let sent = ["1".repeat(19), own[..9].to_owned(), format!("{own}7"), rounded, format!("00{own}")];
    let rows: &[(&str, [bool; 5])] =
        &[("series-by-prefix", [false, true, true, false, false]), ("series-as-float", [false, false, false, true, true])];
    for (defect, passes) in rows {
        let unit = &mut *unit(defect);
        at(unit, 1_000, "PUT", "create", json!({ "users": [{}] }));
        for (series, passes) in sent.iter().zip(passes) {
            let told = at(unit, 1_100, "POST", "query", json!({ "series": series }));
            assert_eq!(told["result"]["series"], json!(own));
            assert_eq!(told["result"].get("users").is_some(), *passes, "{defect} {series}");
        }
    }
}
