//! The exchanges of chapter 5.14 in values of our own, credentials, and the names in the catalogues.

mod lapses;
mod shows;
mod walk;

use super::digest::{self, Algorithm};
use super::{DEFECTS, QUIRKS, device};
use crate::mock::device::{Account, Accounts, Device, Reply, Request, Scheme, Settings};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

const ADA: &str = "5C0FFEE0-1111-4A2B-8C3D-00000000A001";
const NOBODY: &str = "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE";
const ZERO: &str = "00000000-0000-0000-0000-000000000000";

fn settings(scheme: Scheme) -> Settings {
    let account = |user: &str, password: &str| Account { user: user.into(), password: password.into() };
    let accounts = Accounts { admin: account("admin", "se:cret"), limited: account("guest", "weak") };
    Settings { accounts, scheme, seed: 7, defects: Vec::new(), quirks: Vec::new() }
}

fn unit(scheme: Scheme) -> Box<dyn Device> {
    device(&settings(scheme)).expect("the plain unit has no names to misspell")
}

fn request(method: &str, target: &str, body: Option<&Value>) -> Request {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query =
        query.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (name.into(), value.into())).collect();
    let headers = vec![("Content-Type".into(), "application/json".into())];
    let body = body.map(|body| body.to_string().into_bytes());
    Request { method: method.into(), target: target.into(), path: path.into(), query, headers, body, secure: false }
}

fn body_of(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).expect("the plain unit writes JSON")
}

/// Sends one request and compares the whole envelope, apart from the series.
#[track_caller]
fn check(unit: &mut dyn Device, method: &str, target: &str, sent: Value, expected: Value) -> Value {
    let reply = unit.answer(&request(method, target, Some(&sent)), Duration::ZERO);
    let mut body = body_of(&reply);
    let series = body.get_mut("result").and_then(Value::as_object_mut).and_then(|result| result.shift_remove("series"));
    assert_eq!(body, expected, "{method} {target} {sent}");
    assert_eq!(reply.status, 200);
    assert_eq!(series.is_some(), expected["success"] == json!(true), "every success of the directory tells the series");
    body
}

fn ok(users: Value) -> Value {
    json!({ "success": true, "result": { "users": users } })
}

fn failed(code: u16, param: Option<&str>, description: &str) -> Value {
    match param {
        Some(param) => json!({ "success": false, "error": { "code": code, "param": param, "description": description } }),
        None => json!({ "success": false, "error": { "code": code, "description": description } }),
    }
}

fn refused(uuid: &str, code: &str) -> Value {
    json!({ "uuid": uuid, "errors": [{ "code": code }] })
}

fn with_ada() -> Box<dyn Device> {
    let mut unit = unit(Scheme::None);
    let ada = json!({ "uuid": ADA, "name": "Ada Example", "owner": "conf-4f21", "access": { "pin": "4711" } });
    check(&mut *unit, "PUT", "/api/dir/create", json!({ "users": [ada] }), ok(json!([{ "uuid": ADA, "timestamp": 101 }])));
    unit
}

#[test]
fn the_template_lists_the_fields_of_a_verso() {
    let reply = unit(Scheme::None).answer(&request("GET", "/api/dir/template", None), Duration::ZERO);
    let user = body_of(&reply)["result"]["users"][0].clone();
    let names: Vec<&String> = user.as_object().expect("an entry is an object").keys().collect();
    let expected = "uuid deleted owner name photo email treepath virtNumber deputy buttons callPos access timestamp";
    assert_eq!(names, expected.split(' ').collect::<Vec<_>>());
    assert_eq!(user["callPos"].as_array().map(Vec::len), Some(3));
    assert_eq!(user["access"]["code"], json!(["", "", "", ""]));
    assert_eq!(user["access"]["accessPoints"], json!([{ "enabled": true, "profiles": "" }, { "enabled": true, "profiles": "" }]));
    assert_eq!(user["access"]["validFrom"], json!("0"));
}

#[test]
fn create_generates_uuids_and_refuses_what_exists() {
    let unit = &mut *with_ada();
    let made = unit.answer(&request("PUT", "/api/dir/create", Some(&json!({ "users": [{}, {}] }))), Duration::ZERO);
    let users = body_of(&made)["result"]["users"].clone();
    assert!(super::identifier::well_formed(users[0]["uuid"].as_str().unwrap_or_default()));
    assert_ne!(users[0]["uuid"], users[1]["uuid"]);
    assert_eq!((&users[0]["timestamp"], &users[1]["timestamp"]), (&json!(102), &json!(103)));
    let second = json!([{ "uuid": ADA, "name": "Second" }]);
    let exists = ok(json!([refused(ADA, "EDIR_UUID_ALREADY_EXISTS")]));
    check(unit, "PUT", "/api/dir/create", json!({ "users": second }), exists.clone());
    check(unit, "PUT", "/api/dir/create", json!({ "force": false, "users": second }), exists.clone());
    check(unit, "PUT", "/api/dir/create?force=0", json!({ "force": true, "users": second }), exists.clone());
    check(
        unit,
        "PUT",
        "/api/dir/create",
        json!({ "users": [{ "uuid": ADA.to_lowercase() }] }),
        ok(json!([refused(&ADA.to_lowercase(), "EDIR_UUID_ALREADY_EXISTS")])),
    );
    check(unit, "PUT", "/api/dir/create?force=1", json!({ "users": second }), ok(json!([{ "uuid": ADA, "timestamp": 104 }])));
    check(
        unit,
        "PUT",
        "/api/dir/create",
        json!({ "force": true, "users": second }),
        ok(json!([{ "uuid": ADA, "timestamp": 105 }])),
    );
    check(
        unit,
        "POST",
        "/api/dir/get",
        json!({ "users": [{ "uuid": ADA }] }),
        ok(json!([{ "uuid": ADA, "name": "Second", "timestamp": 105 }])),
    );
    check(unit, "PUT", "/api/dir/create", json!({ "users": [] }), json!({ "success": true, "result": {} }));
}

#[test]
fn update_judges_every_row_alone() {
    let unit = &mut *with_ada();
    let rows = json!([
        { "uuid": ADA, "email": "ada@example.net" }, { "uuid": ADA, "shoeSize": 44, "name": "lost" }, { "uuid": ADA, "access.pin": "abcd" },
        { "name": "nobody" }, { "uuid": NOBODY, "name": "x" }, { "uuid": ADA, "callPos[1].peer": "12", "deleted": true },
    ]);
    let expected = json!([
        { "uuid": ADA, "timestamp": 102 }, refused(ADA, "EDIR_FIELD_NAME_UNKNOWN"), refused(ADA, "EDIR_FIELD_VALUE_ERROR"),
        { "errors": [{ "code": "EDIR_UUID_IS_MISSING" }] }, refused(NOBODY, "EDIR_UUID_DOES_NOT_EXIST"), { "uuid": ADA, "timestamp": 103 },
    ]);
    check(unit, "PUT", "/api/dir/update", json!({ "users": rows }), ok(expected));
    let now = json!({
        "uuid": ADA, "owner": "conf-4f21", "name": "Ada Example", "email": "ada@example.net", "callPos": [{}, { "peer": "12" }, {}],
        "access": { "pin": "4711" }, "timestamp": 103,
    });
    check(unit, "POST", "/api/dir/get", json!({ "users": [{ "uuid": ADA }] }), ok(json!([now])));
    check(unit, "PUT", "/api/dir/update", json!({}), failed(11, Some("users"), "missing mandatory parameter"));
}

#[test]
fn get_shows_the_fields_asked_for() {
    let unit = &mut *with_ada();
    let rows = json!([{ "uuid": ADA }, { "uuid": NOBODY }, { "uuid": "5C0FFEE0-11-4A2B-8C3D-00000000A001" }]);
    let expected = json!([
        { "uuid": ADA, "name": "Ada Example", "callPos": [{ "peer": "" }, { "peer": "" }, { "peer": "" }], "timestamp": 101 },
        refused(NOBODY, "EDIR_UUID_DOES_NOT_EXIST"), refused("5C0FFEE0-11-4A2B-8C3D-00000000A001", "EDIR_UUID_INVALID_FORMAT"),
    ]);
    check(unit, "POST", "/api/dir/get", json!({ "fields": ["name", "callPos.peer", "zzz"], "users": rows }), ok(expected));
    let one = json!([{ "uuid": ADA }]);
    let indexed = json!([{ "uuid": ADA, "callPos": [{}, { "grouped": false }, {}], "timestamp": 101 }]);
    check(unit, "POST", "/api/dir/get", json!({ "fields": ["callPos[1].grouped"], "users": one }), ok(indexed));
    let bare = json!([{ "uuid": ADA, "timestamp": 101 }]);
    check(unit, "POST", "/api/dir/get", json!({ "fields": ["zzz", "callPos[9].peer"], "users": one }), ok(bare));
    check(unit, "POST", "/api/dir/get", json!({}), ok(json!([])));
}

#[test]
fn query_lists_what_is_newer() {
    let unit = &mut *with_ada();
    check(
        unit,
        "PUT",
        "/api/dir/create",
        json!({ "users": [{ "uuid": NOBODY, "name": "B" }] }),
        ok(json!([{ "uuid": NOBODY, "timestamp": 102 }])),
    );
    check(
        unit,
        "PUT",
        "/api/dir/update",
        json!({ "users": [{ "uuid": ADA, "name": "A" }] }),
        ok(json!([{ "uuid": ADA, "timestamp": 103 }])),
    );
    check(
        unit,
        "PUT",
        "/api/dir/delete",
        json!({ "users": [{ "uuid": NOBODY }] }),
        ok(json!([{ "uuid": NOBODY, "timestamp": 104 }])),
    );
    let grave = json!({ "uuid": NOBODY, "deleted": true, "timestamp": 104 });
    let ada = json!({ "uuid": ADA, "name": "A", "timestamp": 103 });
    check(unit, "POST", "/api/dir/query", json!({ "fields": ["name"] }), ok(json!([ada, grave])));
    check(unit, "POST", "/api/dir/query", json!({ "iterator": { "timestamp": 103 } }), ok(json!([grave])));
    let highest = json!({ "success": true, "result": { "timestamp": 104 } });
    check(unit, "POST", "/api/dir/query", json!({ "iterator": { "timestamp": 104 } }), highest);
    let stale = json!({ "success": true, "result": { "timestamp": 104, "invalid": 0 } });
    check(unit, "POST", "/api/dir/query", json!({ "series": "1", "iterator": { "timestamp": 102 } }), stale);
}

#[test]
fn delete_works_by_uuid_and_by_owner() {
    let unit = &mut *with_ada();
    let rows = json!([{ "uuid": ADA.to_lowercase(), "name": "ignored" }, { "uuid": NOBODY }, { "uuid": ZERO }, { "uuid": ADA }]);
    let expected = json!([
        { "uuid": ADA.to_lowercase(), "timestamp": 102 }, refused(NOBODY, "EDIR_UUID_DOES_NOT_EXIST"),
        refused(ZERO, "EDIR_UUID_INVALID_FORMAT"), refused(ADA, "EDIR_UUID_DOES_NOT_EXIST"),
    ]);
    check(unit, "PUT", "/api/dir/delete", json!({ "users": rows }), ok(expected));
    let owned = json!([{ "uuid": ADA, "owner": "T" }, { "uuid": NOBODY, "owner": "t" }]);
    check(
        unit,
        "PUT",
        "/api/dir/create",
        json!({ "users": owned }),
        ok(json!([{ "uuid": ADA, "timestamp": 103 }, { "uuid": NOBODY, "timestamp": 104 }])),
    );
    check(unit, "PUT", "/api/dir/delete", json!({ "owner": "T" }), ok(json!([{ "uuid": ADA, "timestamp": 105 }])));
    check(unit, "PUT", "/api/dir/delete", json!({ "owner": "T" }), ok(json!([])));
    check(unit, "PUT", "/api/dir/delete", json!({ "owner": "t", "users": [] }), failed(17, Some("owner"), "parameter collision"));
    check(unit, "PUT", "/api/dir/delete", json!({}), failed(11, Some("users"), "missing mandatory parameter"));
}

#[test]
fn a_request_that_is_not_understood_is_refused_as_a_whole() {
    let rows: &[(&str, &str, Value, Value)] = &[
        ("POST", "/api/dir/delete", json!({ "owner": "x" }), failed(3, None, "invalid request method")),
        ("GET", "/api/dir/erase", json!({}), failed(2, None, "invalid request path")),
        ("PUT", "/api/dir/create", json!([]), failed(12, Some("users"), "invalid parameter value")),
        ("PUT", "/api/dir/delete", json!({ "users": "x" }), failed(12, Some("users"), "invalid parameter value")),
        ("PUT", "/api/dir/create?force=yes", json!({ "users": [] }), failed(12, Some("force"), "invalid parameter value")),
        ("POST", "/api/dir/get", json!({ "fields": "name" }), failed(12, Some("fields"), "invalid parameter value")),
        (
            "POST",
            "/api/dir/query",
            json!({ "iterator": { "timestamp": -1 } }),
            failed(12, Some("iterator"), "invalid parameter value"),
        ),
    ];
    for (method, target, sent, expected) in rows {
        check(&mut *unit(Scheme::None), method, target, sent.clone(), expected.clone());
    }
}

#[test]
fn bodies_come_as_json_or_in_the_form_the_field_uses() {
    let form = "--b\r\nContent-Disposition: form-data; name=\"blob-dir_new\"; filename=\"x\"\r\n\r\n{\"users\":[]}\r\n--b--\r\n";
    let rows: &[(&str, &[u8], Option<u16>)] = &[
        ("application/json; charset=utf-8", br#"{"users":[]}"#, None),
        ("Multipart/Form-Data; boundary=\"b\"", form.as_bytes(), None),
        ("multipart/form-data; boundary=c", form.as_bytes(), Some(11)),
        ("text/plain", br#"{"users":[]}"#, Some(14)),
        ("application/json", br#"{"users":["#, Some(14)),
        ("application/json", b"{\"users\":[{\"name\":\"\xFF\"}]}", Some(14)),
        ("application/json", &[b'['; 10_000], Some(14)),
        ("application/json", &[b' '; (1 << 20) + 1], Some(13)),
    ];
    for (media_type, bytes, code) in rows {
        let mut request = request("PUT", "/api/dir/create", None);
        request.headers = vec![("content-type".into(), (*media_type).into())];
        request.body = Some(bytes.to_vec());
        let body = body_of(&unit(Scheme::None).answer(&request, Duration::ZERO));
        assert_eq!(body["error"]["code"].as_u64(), code.map(u64::from), "{media_type}");
    }
}

/// The parameters of a Digest answer to the given challenge, as a client computes them.
fn answered(challenge: &str, user: &str, password: &str, method: &str, uri: &str, count: u32) -> String {
    let mut given: HashMap<String, String> = digest::parameters(challenge.split_once(' ').map_or("", |(_, rest)| rest));
    let own = [("username", user), ("uri", uri), ("nc", &format!("{count:08x}")), ("cnonce", "c0ffee")];
    given.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let algorithm = Algorithm::named(given.get("algorithm")).unwrap_or(Algorithm::Md5);
    let response = digest::expected(&given, algorithm, password, method).unwrap_or_default();
    given.insert("response".into(), response);
    let parts: Vec<String> = given.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    format!("Digest {}", parts.join(", "))
}

fn challenges(reply: &Reply) -> Vec<String> {
    reply.headers.iter().filter(|(name, _)| name == "WWW-Authenticate").map(|(_, value)| value.clone()).collect()
}

#[test]
fn digest_lets_in_who_knows_the_password() {
    let mut unit = unit(Scheme::Digest);
    let target = "/api/dir/template?x=a,b";
    let plain = request("GET", target, None);
    let asked = unit.answer(&plain, Duration::ZERO);
    assert_eq!((asked.status, &body_of(&asked)["error"]["code"]), (401, &json!(9)));
    let offered = challenges(&asked);
    assert_eq!(offered.len(), 2);
    let mut code = |authorization: String, second: u64| {
        let mut request = plain.clone();
        request.headers.push(("Authorization".into(), authorization));
        let reply = unit.answer(&request, Duration::from_secs(second));
        let stale = challenges(&reply).iter().any(|challenge| challenge.ends_with("stale=true"));
        (reply.status, body_of(&reply)["error"]["code"].as_u64(), stale)
    };
    let right = |challenge: &str, count| answered(challenge, "admin", "se:cret", "GET", target, count);
    assert_eq!(code(right(&offered[0], 2), 1), (200, None, false));
    assert_eq!(code(right(&offered[1], 1), 1), (200, None, false), "the counts of a nonce need no order");
    assert_eq!(code(right(&offered[1], 1), 1), (401, Some(9), true), "a count serves once");
    assert_eq!(code(right(&offered[0], 3), 301), (401, Some(9), true), "a nonce lives five minutes");
    assert_eq!(code(answered(&offered[0], "admin", "wrong", "GET", target, 4), 301), (401, Some(9), false));
    assert_eq!(code(answered(&offered[0], "admin", "se:cret", "GET", "/api/dir/template", 5), 1), (401, Some(9), false));
    assert_eq!(code(answered(&offered[0], "guest", "weak", "GET", target, 6), 1), (200, Some(10), false));
    assert_eq!(code("Basic YWRtaW46c2U6Y3JldA==".into(), 1), (200, Some(8), false));
}

#[test]
fn basic_lets_in_who_knows_the_password() {
    let rows =
        [("Basic YWRtaW46c2U6Y3JldA==", 200, None), ("basic YWRtaW46eA==", 401, Some(9)), ("Digest realm=\"x\"", 200, Some(8))];
    for (authorization, status, code) in rows {
        let mut request = request("GET", "/api/dir/template", None);
        request.headers.push(("authorization".into(), authorization.into()));
        let reply = unit(Scheme::Basic).answer(&request, Duration::ZERO);
        assert_eq!((reply.status, body_of(&reply)["error"]["code"].as_u64()), (status, code), "{authorization}");
    }
}

#[test]
fn ten_thousand_foreign_entries_are_quick_and_the_same_each_time() {
    let (mut one, mut other) = (unit(Scheme::None), unit(Scheme::None));
    one.preload(10_000);
    other.preload(10_000);
    let state = one.state();
    assert_eq!(state, other.state());
    assert_eq!(state["users"].as_array().map(Vec::len), Some(10_000));
    let started = std::time::Instant::now();
    for _ in 0..1_000 {
        check(
            &mut *one,
            "PUT",
            "/api/dir/delete",
            json!({ "users": [{ "uuid": NOBODY }] }),
            ok(json!([refused(NOBODY, "EDIR_UUID_DOES_NOT_EXIST")])),
        );
    }
    assert!(started.elapsed() < Duration::from_secs(2), "a lookup by uuid must not walk the directory");
}

#[test]
fn names_are_unique_and_understood() {
    let names: Vec<&str> = DEFECTS.iter().map(|row| row.name).chain(QUIRKS.iter().map(|row| row.name)).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    let kebab = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    assert!(names.iter().all(|name| kebab(name)));
    for row in DEFECTS {
        assert!(device(&Settings { defects: vec![row.name.into()], ..settings(Scheme::None) }).is_ok(), "{}", row.name);
    }
    for row in QUIRKS {
        assert!(device(&Settings { quirks: vec![row.name.into()], ..settings(Scheme::None) }).is_ok(), "{}", row.name);
    }
    let error = device(&Settings { defects: vec!["no-such".into()], ..settings(Scheme::None) }).err();
    assert_eq!(error.map(|error| error.to_string()).as_deref(), Some("the 2n mock has no defect `no-such`"));
}
