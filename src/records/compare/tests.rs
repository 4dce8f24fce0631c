use serde_json::{Value, json};

use super::*;

/// A record of one case with one exchange, as one run made it: its uuid, and what the device answered with which status.
fn record(uuid: &str, status: u16, reply: &Value, verdict: &str) -> Record {
    let body = |value: String| json!({ "bytes": value.len(), "text": value });
    let request = json!({ "users": [{ "uuid": uuid }, { "uuid": uuid.replace('a', "b") }] }).to_string();
    let reply = reply.to_string().replace("MINE", uuid).replace("OTHER", &uuid.replace('a', "b"));
    let headers = [["content-type", "application/json"]];
    let exchange = json!({
        "purpose": "judged", "duration_us": 100,
        "request": { "method": "PUT", "target": "/api/dir/delete", "headers": [], "body": body(request) },
        "response": { "status": status, "reason": "OK", "headers": headers, "body": body(reply) }
    });
    let case = json!({ "id": "2n/a/b/c", "title": "t", "requirements": ["A-1"], "verdict": verdict,
                       "source": { "file": "a.json", "line": 1 }, "exchanges": [exchange], "duration_ms": 1 });
    let record = json!({
        "doorspec": "0.1.0", "suites": ["2n"], "seed": 1, "outcome": "conforms", "exit": 0, "started": "2026-11-25T10:00:00Z",
        "duration_ms": 1, "target": { "url": "http://x", "identity": {} }, "profile": {}, "untouched": { "holds": true, "compared": 0 },
        "tally": { "pass": 1, "warn": 0, "fail": 0, "observed": 0, "inconclusive": 0, "not-applicable": 0, "error": 0 },
        "selection": { "known": 1, "selected": 1, "run": 1, "not-applicable": {}, "left-out": 0 },
        "cases": [case], "requirements": [], "groups": []
    });
    serde_json::from_value(record).expect("it is a record")
}

const BEFORE: &str = "a3f9a0de-1111-4222-8333-44445555666a";
const AFTER: &str = "a7e1d2c3-9999-4888-9777-66665555444a";

/// One row: what was answered before and after with which verdict, and the one difference that is to be found.
fn check(before: (u16, Value, &str), after: (u16, Value, &str), expected: Option<(Class, &str, &str)>) {
    let found = compare(&record(BEFORE, before.0, &before.1, before.2), &record(AFTER, after.0, &after.1, after.2));
    let shown: Vec<(Class, &str, &str)> = found
        .changes
        .iter()
        .map(|change| {
            let first = change.differences.first();
            (change.class, first.map_or("verdict", |one| one.kind), first.map_or("", |one| one.at.as_str()))
        })
        .collect();
    assert_eq!(shown, expected.into_iter().collect::<Vec<_>>(), "{before:?} {after:?}");
    assert_eq!(found.is_breaking(), expected.is_some_and(|(class, ..)| class == Class::Breaking));
}

#[test]
fn what_changed_is_found_once_and_what_was_made_up_is_not() {
    use Class::{Breaking, Compatible, Observed};
    let reply = json!({ "success": true, "result": { "series": "8134", "users": [{ "uuid": "MINE", "timestamp": 7 }, { "uuid": "OTHER", "timestamp": 8 }] } });
    let pass = |status: u16, reply: &Value| (status, reply.clone(), "pass");
    let changed = |place: &str, value: Value| {
        let mut other = reply.clone();
        *other.pointer_mut(place).expect("the place is there") = value;
        other
    };
    let same = changed(
        "/result",
        json!({ "series": "999911112222", "users": [{ "uuid": "MINE", "timestamp": 90 }, { "uuid": "OTHER", "timestamp": 91 }] }),
    );
    check(pass(200, &reply), pass(200, &same), None);
    check(pass(200, &reply), pass(500, &reply), Some((Breaking, "status", "/response/status")));
    let row = "/response/body/result/users/*";
    let user = |more: Value| changed("/result/users/0", more);
    check(
        pass(200, &reply),
        pass(200, &user(json!({ "uuid": "MINE" }))),
        Some((Breaking, "presence", &format!("{row}/timestamp"))),
    );
    check(
        pass(200, &user(json!({ "uuid": "MINE" }))),
        pass(200, &reply),
        Some((Compatible, "presence", &format!("{row}/timestamp"))),
    );
    check(
        pass(200, &reply),
        pass(200, &user(json!({ "uuid": "MINE", "timestamp": "7" }))),
        Some((Breaking, "type", &format!("{row}/timestamp"))),
    );
    let swapped = changed("/result/users", json!([{ "uuid": "OTHER", "timestamp": 7 }, { "uuid": "MINE", "timestamp": 8 }]));
    check(pass(200, &reply), pass(200, &swapped), Some((Breaking, "order", &format!("{row}/uuid"))));
    check(
        pass(200, &reply),
        pass(200, &changed("/result/users", json!([{ "uuid": "MINE", "timestamp": 7 }]))),
        Some((Breaking, "length", "/response/body/result/users")),
    );
    check(pass(200, &reply), pass(200, &changed("/success", json!(false))), Some((Breaking, "value", "/response/body/success")));
    let error = |code: Value| json!({ "success": false, "error": { "code": code } });
    check(pass(200, &error(json!(12))), pass(200, &error(json!(8))), Some((Breaking, "code", "/response/body/error/code")));
    check(
        pass(200, &error(json!("EDIR_A"))),
        pass(200, &error(json!("EDIR_B"))),
        Some((Breaking, "code", "/response/body/error/code")),
    );
    let turned = json!({ "result": reply["result"], "success": true });
    check(pass(200, &reply), pass(200, &turned), Some((Observed, "form", "/response/body")));
    // A failure that is gone is no loss, whatever had to change for it; a new one is.
    check((500, reply.clone(), "fail"), pass(200, &reply), Some((Compatible, "status", "/response/status")));
    check(pass(200, &reply), (200, reply.clone(), "fail"), Some((Breaking, "verdict", "")));
    check((200, reply.clone(), "fail"), pass(200, &reply), Some((Compatible, "verdict", "")));
    check(pass(200, &reply), (200, reply.clone(), "inconclusive"), Some((Observed, "verdict", "")));
}

/// A record of one case that sent the same request twice at once, with these replies.
fn at_once(uuid: &str, replies: [&Value; 2]) -> Record {
    let [mut first, second] = replies.map(|reply| record(uuid, 200, reply, "pass"));
    first.cases[0].exchanges.extend(second.cases[0].exchanges.clone());
    first.cases[0].exchanges.iter_mut().for_each(|exchange| exchange.together = Some(0));
    first
}

#[test]
fn either_of_two_that_left_at_once_may_have_been_first() {
    let [deleted, missing, broken] = ["deleted", "not_found", "EDIR_X"].map(|word| json!({ "result": [{ "info": word }] }));
    let found = |before: [&Value; 2], after: [&Value; 2]| compare(&at_once(BEFORE, before), &at_once(AFTER, after)).changes;
    assert!(found([&deleted, &missing], [&deleted, &missing]).is_empty());
    assert!(found([&deleted, &missing], [&missing, &deleted]).is_empty());
    for after in [[&broken, &deleted], [&deleted, &broken]] {
        let changes = found([&deleted, &missing], after);
        let differences: Vec<_> = changes.iter().flat_map(|change| &change.differences).collect();
        assert_eq!(differences.len(), 1, "{differences:?}");
        assert_eq!((differences[0].before.as_str(), differences[0].after.as_str()), ("not_found", "EDIR_X"));
    }
}

#[test]
fn a_single_entry_of_others_tells_nothing() {
    let (others, elses) = ("0f0f0f0f-aaaa-4bbb-8ccc-dddddddddddd", "1e1e1e1e-aaaa-4bbb-8ccc-dddddddddddd");
    let row = |uuid: &str, email: &str| json!({ "users": [{ "uuid": uuid, "email": email }] });
    let found = |before: &Value, after: &Value| {
        let changes = compare(&record(BEFORE, 200, before, "pass"), &record(AFTER, 200, after, "pass")).changes;
        changes.iter().flat_map(|change| &change.differences).map(|one| one.kind).collect::<Vec<_>>()
    };
    assert!(found(&row(others, "a@example.net"), &row(elses, "")).is_empty(), "another entry has another address");
    assert_eq!(found(&row("MINE", "a@example.net"), &row("MINE", "")), ["text"]);
    assert!(found(&row(others, ""), &json!({ "users": [{ "uuid": null }] })).is_empty(), "a local entry has no such id");
    // As many as were sent would be answers, one by one.
    let several = |row: &Value| json!({ "users": vec![row; 8] });
    let few = |row: &Value| json!({ "users": [row, row, row] });
    let with_id = |uuid: Value| several(&json!({ "uuid": uuid }));
    assert!(found(&with_id(json!(others)), &with_id(json!(null))).is_empty(), "nor have several");
    let (with, without) = (json!({ "uuid": others, "email": "" }), json!({ "uuid": elses }));
    assert_eq!(found(&several(&with), &several(&without)), ["presence"]);
    assert!(found(&few(&with), &few(&without)).is_empty(), "cases that ran at the same time made them");
}

#[test]
fn what_one_of_several_entries_has_is_not_compared_with_what_another_has() {
    let (others, elses) = ("0f0f0f0f-aaaa-4bbb-8ccc-dddddddddddd", "1e1e1e1e-aaaa-4bbb-8ccc-dddddddddddd");
    let reply = |uuid: &str, email: &str| {
        let gone = json!({ "uuid": "MINE", "deleted": true });
        json!({ "users": [gone, { "uuid": others, "deleted": true }, { "uuid": uuid, "deleted": false, "email": email, "access": { "pin": email } }] })
    };
    let found =
        compare(&record(BEFORE, 200, &reply(others, "a@example.net"), "pass"), &record(AFTER, 200, &reply(elses, ""), "pass"));
    assert!(found.changes.is_empty(), "{:?}", found.changes);
}

#[test]
fn what_a_get_lists_is_no_answer_to_a_batch() {
    let row = |uuid: &str| json!({ "uuid": uuid, "email": "" });
    let (one, other) = ("0f0f0f0f-aaaa-4bbb-8ccc-dddddddddddd", "1e1e1e1e-aaaa-4bbb-8ccc-dddddddddddd");
    let found = |method: &str| {
        let listed = |uuid: &str, reply: Value| {
            let mut listed = record(uuid, 200, &reply, "pass");
            listed.cases[0].exchanges[0].request.method = method.to_owned();
            listed
        };
        let before = listed(BEFORE, json!({ "list_items": [row(one), row(other)] }));
        compare(&before, &listed(AFTER, json!({ "list_items": [row(other)] }))).changes.len()
    };
    assert_eq!((found("GET"), found("PUT")), (0, 1), "the request names two");
}

#[test]
fn a_list_of_field_names_is_no_batch() {
    let row =
        |uuid: &str, more: Value| if more.is_null() { json!({ "uuid": uuid }) } else { json!({ "uuid": uuid, "email": more }) };
    let (one, other) = ("0f0f0f0f-aaaa-4bbb-8ccc-dddddddddddd", "1e1e1e1e-aaaa-4bbb-8ccc-dddddddddddd");
    let found = |list: &Value| {
        let asked = |uuid: &str, rows: [Value; 2]| {
            let mut asked = record(uuid, 200, &json!({ "users": rows }), "pass");
            let text = list.to_string().replace("MINE", uuid).replace("OTHER", &uuid.replace('a', "b"));
            asked.cases[0].exchanges[0].request.body.as_mut().expect("it has one").text = Some(text);
            asked
        };
        let before = asked(BEFORE, [row(one, json!("")), row(other, Value::Null)]);
        let after = asked(AFTER, [row(other, Value::Null), row(one, json!(""))]);
        compare(&before, &after).changes.iter().flat_map(|change| &change.differences).map(|one| one.kind).collect::<Vec<_>>()
    };
    assert!(found(&json!({ "fields": ["callPos[9].peer", "owner"] })).is_empty(), "entries come in any order");
    assert!(!found(&json!({ "link_ids": ["MINE", "OTHER"] })).is_empty(), "answers come in the order of what was sent");
}

#[test]
fn what_many_functions_show_alike_is_one_change() {
    let of_two = |uuid: &str, status: u16| {
        let mut one = record(uuid, status, &json!({ "success": true }), "pass");
        let mut other = one.cases[0].clone();
        other.id += "-other";
        other.exchanges[0].request.target = "/api/dir/get".into();
        one.cases.push(other);
        one
    };
    let found = compare(&of_two(BEFORE, 200), &of_two(AFTER, 500));
    assert_eq!(found.changes.len(), 1, "{:?}", found.changes);
    assert_eq!(found.changes[0].functions, ["PUT /api/dir/delete", "PUT /api/dir/get"]);
    assert_eq!(found.changes[0].cases, ["2n/a/b/c", "2n/a/b/c-other"]);
}

/// Two records of one function, with these times of its replies in milliseconds.
fn latency_change(before: &[u64], after: &[u64]) -> Vec<Class> {
    let with_times = |uuid: &str, times_ms: &[u64]| {
        let mut record = record(uuid, 200, &json!({ "success": true }), "pass");
        let exchange = record.cases[0].exchanges[0].clone();
        let timed = |ms: &u64| crate::record::ExchangeRecord { duration_us: ms * 1000, ..exchange.clone() };
        record.cases[0].exchanges = times_ms.iter().map(timed).collect();
        record
    };
    let found = compare(&with_times(BEFORE, before), &with_times(AFTER, after));
    assert!(found.changes.iter().all(|change| change.differences[0].at == "PUT /api/dir/delete"));
    found.changes.iter().map(|change| change.class).collect()
}

#[test]
fn a_function_that_takes_twice_as_long_is_said_and_noise_is_not() {
    let around = |ms: u64| (0..10).map(|step| ms + step).collect::<Vec<u64>>();
    let with_best = |best: u64, ms: u64| [vec![best], around(ms)].concat();
    let rows = [
        ("the same", around(40), around(40), false),
        ("twice", around(40), around(100), true),
        ("half", around(100), around(40), true),
        ("not twice", around(60), around(100), false),
        ("below the noise of a machine", around(1), around(20), false),
        ("too few replies", vec![40; 7], vec![200; 7], false),
        ("the best ones are alike: the machine was busy", with_best(2, 10), with_best(3, 300), false),
        ("usually the same, only the best one is not", with_best(1, 300), around(300), false),
    ];
    for (about, before, after, expected) in rows {
        let expected = if expected { vec![Class::Observed] } else { Vec::new() };
        assert_eq!(latency_change(&before, &after), expected, "{about}");
    }
}
