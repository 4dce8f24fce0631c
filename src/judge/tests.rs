//! The judge by rows: an expectation, a reply, and the places of what deviates. Each row is judged twice, in words and as a trial.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::case::Class;
use crate::exchange::{Answer, Exchange, Fault, FramingFault, Sent};
use crate::schema::Schemas;

/// Knows one name, `{{kept}}`.
struct OneName;

impl Fill for OneName {
    fn fill<'m>(&self, matcher: &'m Value) -> Result<Cow<'m, Value>, String> {
        match matcher.as_str() {
            Some("{{kept}}") => Ok(Cow::Owned(json!(7))),
            Some(name) if name.starts_with("{{") => Err(format!("{name} is not known")),
            _ => Ok(Cow::Borrowed(matcher)),
        }
    }
}

fn reply(status: u16, body: &str) -> Exchange {
    let headers = [("Content-Type", "Application/JSON; charset=utf-8"), ("X-Tag", "a"), ("x-tag", "b")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    exchange(Ok(Answer { status, headers, body: body.as_bytes().to_vec(), ..Answer::default() }))
}

fn exchange(outcome: Result<Answer, Fault>) -> Exchange {
    let sent = Sent { method: "PUT".to_owned(), target: "/api/x?y=1".to_owned(), ..Sent::default() };
    Exchange { sent, outcome, duration_us: 2_500_000, challenges: 0 }
}

fn schemas() -> Schemas {
    let row = json!({ "$id": "https://doorspec.invalid/s/row", "type": "object", "required": ["b"], "properties": {
        "a": { "type": "integer", "x-requirement": "ROW-A" } } });
    let rows = json!({ "$id": "https://doorspec.invalid/s/rows", "type": "array", "items": { "$ref": "row" } });
    Schemas::new(BTreeMap::from([("row".to_owned(), row), ("rows".to_owned(), rows)]))
}

fn with<O>(work: impl FnOnce(&Yardstick<'_>) -> O) -> O {
    let named = serde_json::from_value(json!({ "status": 401, "body": { "error": "no" } })).expect("an expectation");
    let (schemas, replies) = (schemas(), IndexMap::from([("refused".to_owned(), named)]));
    work(&Yardstick { schemas: &schemas, replies: &replies, fill: &OneName })
}

fn judged(exchange: &Exchange, expectation: &Value) -> Result<Vec<Deviation>, Unjudgeable> {
    let expectation: Expectation = serde_json::from_value(expectation.clone()).expect("an expectation");
    with(|yardstick| {
        let read = Read::default();
        let seen = Seen::new(exchange, &read);
        let found = judge(&seen, &expectation, yardstick)?;
        assert_eq!(holds(&seen, &expectation, yardstick)?, found.is_empty(), "a trial says otherwise");
        Ok(found)
    })
}

fn check(exchange: &Exchange, expectation: Value, places: &[&str]) {
    let found = judged(exchange, &expectation).expect("it can be judged");
    let at: Vec<&str> = found.iter().map(|deviation| deviation.at.as_str()).collect();
    assert_eq!(at, places, "{expectation}: {found:?}");
}

#[test]
fn status_headers_and_time_are_judged() {
    let ok = reply(200, "{}");
    check(&ok, json!({ "status": 200 }), &[]);
    check(&ok, json!({ "status": 201 }), &["/response/status"]);
    check(&ok, json!({ "content-type": "application/json" }), &[]);
    check(&ok, json!({ "content-type": "text/html" }), &["/response/headers/content-type"]);
    check(&ok, json!({ "headers": { "X-TAG": "a, b" } }), &[]);
    check(&ok, json!({ "headers": { "X-TAG": "a" } }), &["/response/headers/x-tag"]);
    check(&ok, json!({ "headers": { "allow": { "$absent": true } } }), &[]);
    check(&ok, json!({ "headers": { "allow": { "$present": true } } }), &["/response/headers/allow"]);
    check(&ok, json!({ "within-ms": 2500 }), &[]);
    check(&ok, json!({ "within-ms": 2499 }), &["/response"]);
    check(
        &ok,
        json!({ "status": 201, "content-type": "text/html", "within-ms": 1, "body": 1 }),
        &["/response/status", "/response/headers/content-type", "/response", "/response/body"],
    );
}

#[test]
fn bodies_are_judged_as_text_and_as_json() {
    check(&reply(200, "{\"a\":1}"), json!({ "body": { "a": 1 } }), &[]);
    check(&reply(200, "{\"a\":1}"), json!({ "body": { "a": 2 } }), &["/response/body/a"]);
    check(&reply(200, "<html>"), json!({ "body": { "a": 2 } }), &["/response/body"]);
    check(&reply(200, "hello"), json!({ "text": { "$regex": "^hel" } }), &[]);
    check(&reply(200, "hello"), json!({ "text": "help" }), &["/response/body"]);
    check(&reply(200, "{}"), json!({ "kept": { "kept": 7 } }), &[]);
    check(&reply(200, "{}"), json!({ "kept": { "kept": 8 } }), &["/kept/kept"]);
    check(&reply(200, "{}"), json!({ "body": { "a": "{{kept}}" } }), &["/response/body/a"]);
}

#[test]
fn a_schema_names_the_member_that_is_missing_and_the_row_that_is_broken() {
    check(&reply(200, "{\"b\":1,\"a\":2}"), json!({ "schema": "row" }), &[]);
    check(&reply(200, "{}"), json!({ "schema": "row" }), &["/response/body/b"]);
    check(&reply(200, "[]"), json!({ "schema": "row" }), &["/response/body"]);
    check(&reply(200, "<html>"), json!({ "schema": "row" }), &["/response/body"]);
    let found = judged(&reply(200, "{\"a\":\"x\",\"b\":0}"), &json!({ "schema": "row" })).expect("it can be judged");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].at.as_str(), found[0].kind), ("/response/body/a", "schema"));
    assert_eq!(found[0].requirement.as_ref().map(|id| id.0.as_str()), Some("ROW-A"));
}

/// Of long lists only the beginning is looked at for everything that is wrong, and of many findings only the first are told.
#[test]
fn long_lists_are_judged_to_their_end() {
    let rows = |wrong: std::ops::Range<usize>| {
        let row = |at: usize| if wrong.contains(&at) { json!({}) } else { json!({ "b": at }) };
        reply(200, &Value::Array((0..300).map(row).collect()).to_string())
    };
    let at = |rows: std::ops::Range<usize>| rows.map(|at| format!("/response/body/{at}/b")).collect::<Vec<_>>();
    for (wrong, told) in
        [(0..0, 0..0), (0..1, 0..1), (99..101, 99..100), (100..101, 100..101), (299..300, 299..300), (0..50, 0..10)]
    {
        let places = at(told);
        check(&rows(wrong), json!({ "schema": "rows" }), &places.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let many = judged(&rows(0..300), &json!({ "body": { "$each": { "b": { "$present": true } } } })).expect("it can be judged");
    assert_eq!(many.len(), 100);
}

#[test]
fn conditions_names_and_alternatives_are_honoured() {
    let refused = reply(401, "{\"error\":\"no\"}");
    check(&refused, json!({ "if": { "status": 200 }, "status": 500 }), &[]);
    check(&refused, json!({ "if": { "status": 401 }, "status": 500 }), &["/response/status"]);
    check(&refused, json!({ "if": { "sent": { "method": "PUT", "path": "/api/x" } }, "status": 500 }), &["/response/status"]);
    check(&refused, json!({ "if": { "sent": { "method": "GET" } }, "status": 500 }), &[]);
    check(&refused, json!({ "sent": { "path": "/api/x?y=1" } }), &["/request/path"]);
    check(&refused, json!({ "reply": "refused" }), &[]);
    check(&reply(200, "{}"), json!({ "reply": "refused" }), &["/response/status", "/response/body/error"]);
    check(&refused, json!({ "reply": "refused", "status": 403 }), &["/response/status"]);
    check(&refused, json!({ "any": [{ "status": 200 }, { "status": 401 }] }), &[]);
    check(
        &refused,
        json!({ "any": [{ "status": 200, "body": { "x": 1 } }, { "status": 403 }, { "status": 500, "text": "" }] }),
        &["/response/status"],
    );
    let found = judged(&refused, &json!({ "any": [{ "status": 1, "text": "" }, { "status": 403 }, { "status": 404 }] }));
    let expected = &found.expect("it can be judged")[0].expected;
    assert!(expected.contains("403") && expected.contains("nearest of 3"), "{expected}");
}

#[test]
fn soundness_is_told_by_kind() {
    let rows: [(&[u8], [usize; 3]); 9] = [
        (b"{\"a\":1}", [0, 0, 0]),
        (b"\xEF\xBB\xBF{}", [0, 1, 0]),
        (b"{\"a\":\"\xFF\"}", [0, 1, 0]),
        (b"{} x", [0, 1, 0]),
        (b"{\"a\":\"\\ud800\"}", [0, 1, 0]),
        (b"{\"a\":1,\"a\":2}", [0, 0, 1]),
        (b"", [1, 0, 0]),
        (b"{'a':1}", [1, 0, 0]),
        (b"{\0\"\0a\0\"\0:\x001\0}\0", [1, 0, 0]),
    ];
    for (body, expected) in rows {
        let exchange = exchange(Ok(Answer { status: 200, body: body.to_vec(), ..Answer::default() }));
        for (sound, expected) in ["json", "rfc8259", "unique-members"].into_iter().zip(expected) {
            let found = judged(&exchange, &json!({ "sound": [sound] })).expect("it can be judged");
            assert_eq!(found.len().min(1), expected, "{sound} of {}: {found:?}", String::from_utf8_lossy(body));
            assert!(found.iter().all(|deviation| deviation.kind == "json"));
        }
    }
    let deep = reply(200, &"[".repeat(300));
    check(&deep, json!({ "sound": ["json"] }), &["/response/body"]);
    let twice = reply(200, "{\"a\":{\"b\":1,\"b\":2}}");
    check(&twice, json!({ "sound": ["unique-members"] }), &["/response/body/a"]);
    let many = reply(200, &format!("{{{}\"a\":1}}", "\"a\":1,".repeat(9)));
    assert_eq!(judged(&many, &json!({ "sound": ["unique-members"] })).expect("it can be judged").len(), 5);
}

#[test]
fn every_framing_fault_is_a_deviation() {
    let faults = vec![FramingFault::BadChunk, FramingFault::Surplus { bytes: 3 }];
    let broken = exchange(Ok(Answer { status: 200, framing: faults, ..Answer::default() }));
    check(&broken, json!({ "sound": ["framing"] }), &["/response/framing", "/response/framing"]);
    check(&broken, json!({ "sound": ["unique-members"] }), &[]);
}

#[test]
fn no_reply_breaks_everything_and_fits_no_condition() {
    let silent = exchange(Err(Fault::Refused { address: "127.0.0.1:1".to_owned() }));
    check(&silent, json!({ "status": 200 }), &["/response"]);
    check(&silent, json!({ "if": { "status": 200 }, "status": 200 }), &["/response"]);
}

#[test]
fn what_cannot_be_judged_is_the_suites_fault() {
    let ok = reply(200, "{\"a\":1}");
    for wrong in [
        json!({ "reply": "unknown" }),
        json!({ "schema": "unknown" }),
        json!({ "body": { "$unknown": 1 } }),
        json!({ "body": { "a": { "$regex": "(" } } }),
        json!({ "body": { "a": { "$one-of": 1 } } }),
        json!({ "body": "{{unknown}}" }),
        json!({ "status": "{{unknown}}" }),
        json!({ "text": "{{unknown}}" }),
        json!({ "sent": "{{unknown}}" }),
        json!({ "headers": { "x": "{{unknown}}" } }),
        json!({ "content-type": "{{unknown}}" }),
        json!({ "kept": { "unknown": 1 } }),
        json!({ "any": [{ "reply": "unknown" }] }),
        json!({ "if": { "reply": "unknown" } }),
    ] {
        assert!(judged(&ok, &wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_class_is_the_first_that_fits_with_its_places_filled_in() {
    let classes: Vec<Class> = serde_json::from_value(json!([
        { "class": "none", "when": { "status": 500 } },
        { "class": "{status} says {/a} and {/b} of {/c}{/d}", "when": { "status": 200 } },
        { "class": "too late", "when": { "status": 200 } },
    ]))
    .expect("classes");
    let classified = |exchange: &Exchange| {
        with(|yardstick| classify(&Seen::new(exchange, &Read::default()), &classes, yardstick)).expect("it can be classified")
    };
    assert_eq!(classified(&reply(200, "{\"a\":\"x\\ny\",\"b\":1,\"c\":[]}")), "200 says xy and 1 of --");
    assert_eq!(classified(&reply(404, "{}")), "other");
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(99));
    assert_eq!(classified(&reply(200, &long)), format!("200 says {} and - of --", "x".repeat(60)));
}
