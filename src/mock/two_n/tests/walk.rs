//! A walk over everything a tester would plausibly send.

use super::super::device;
use super::{ADA, ZERO, answered, challenges, request};
use crate::mock::device::{Device, Reply, Request, Scheme, Settings};
use serde_json::{Value, json};
use std::time::Duration;

const TWIN: &str = "5C0FFEE0-2222-4B2B-9C3D-00000000B002";
const RICH: &str = "9D1C0DE5-0000-4000-8000-00000000D00D";
const PLAIN: &str = "01234567-89AB-CDEF-0123-456789ABCDEF";

/// A unit under way, and what it has answered so far. Beside a sound walk it stops working at the first difference.
struct Walk<'a> {
    sound: Option<&'a [Reply]>,
    differs: bool,
    unit: Box<dyn Device>,
    replies: Vec<Reply>,
    second: u64,
}

impl Walk<'_> {
    fn send(&mut self, request: &Request) -> Reply {
        if let (true, Some(last)) = (self.differs, self.replies.last()) {
            return last.clone();
        }
        self.second += 1;
        let reply = self.unit.answer(request, Duration::from_millis(self.second * 10));
        self.differs = self.sound.is_some_and(|sound| sound.get(self.replies.len()) != Some(&reply));
        self.replies.push(reply.clone());
        reply
    }

    fn json(&mut self, method: &str, target: &str, body: Value) -> Reply {
        self.send(&request(method, target, Some(&body)))
    }

    fn raw(&mut self, method: &str, target: &str, media_type: Option<&str>, body: &[u8]) {
        let mut request = request(method, target, None);
        request.headers = media_type.map(|media_type| ("Content-Type".to_owned(), media_type.to_owned())).into_iter().collect();
        request.body = Some(body.to_vec());
        self.send(&request);
    }

    /// Looks at everything there is.
    fn look(&mut self) {
        self.json("POST", "/api/dir/query", json!({}));
    }
}

/// The replies of a walk; beside a sound one, up to the first that differs, and whether there was one.
pub fn walk(settings: &Settings, sound: Option<&[Reply]>) -> (Vec<Reply>, bool) {
    let unit = device(settings).expect("the catalogues know their own names");
    let mut walk = Walk { sound, differs: false, unit, replies: Vec::new(), second: 0 };
    match settings.scheme {
        Scheme::None => on_the_directory(&mut walk),
        _ => on_credentials(&mut walk),
    }
    (walk.replies, walk.differs)
}

fn on_the_directory(walk: &mut Walk<'_>) {
    walk.unit.preload(12);
    paths_and_methods(walk);
    create(walk);
    details(walk);
    identifiers(walk);
    update(walk);
    get(walk);
    query(walk);
    delete(walk);
    bodies(walk);
}

fn paths_and_methods(walk: &mut Walk<'_>) {
    for path in [
        "//api/dir/template",
        "/api/dir/template?x=1",
        "/api/dir/nosuch",
        "/api/dir/Template",
        "/api/system/info",
        "/api/dir/validate",
    ] {
        walk.json("GET", path, json!({}));
    }
    for function in ["template", "create", "update", "delete", "get", "query"] {
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"] {
            walk.send(&request(method, &format!("/api/dir/{function}"), None));
        }
    }
    walk.json("POST", "/api/dir/template", json!({}));
    let mut authorized = request("GET", "/api/dir/template", None);
    authorized.headers.push(("Authorization".into(), "Basic YTpi".into()));
    walk.send(&authorized);
    walk.json("GET", "/api/log/subscribe?filter=DirectoryChanged", json!({}));
    walk.json("GET", "/api/log/subscribe?filter=DirectorySaved", json!({}));
}

fn create(walk: &mut Walk<'_>) {
    let rows = [
        json!({}),
        json!({ "users": [] }),
        json!({ "users": [{}, {}] }),
        json!({ "users": [{ "uuid": ADA, "name": "Ada \"Žluťoučký\" é 漢字 🙂", "owner": "správce-T", "access": { "pin": "4711", "code": ["12", "34"] } }] }),
        json!({ "users": [{ "uuid": TWIN, "name": "Twin with a rather long name", "owner": "T", "email": "a@b.example,c@d.example" }] }),
        json!({ "users": [{ "uuid": PLAIN.to_lowercase(), "owner": "Tt", "callPos": [{ "peer": "+420" }], "treepath": "/group" }] }),
        json!({ "users": [{ "uuid": ADA, "name": "Again" }] }),
        json!({ "users": [{ "uuid": ADA.to_lowercase(), "name": "Again" }, { "name": "New", "albertx": 1 }, { "owner": "t" }] }),
        json!({ "force": false, "users": [{ "uuid": TWIN, "name": "Again", "owner": "T" }] }),
        json!({ "force": true, "users": [{ "uuid": TWIN, "name": "Forced", "owner": "T" }] }),
        json!({ "force": true, "users": [{ "uuid": "AAAAAAAA-0000-4000-8000-00000000000A", "owner": " T" }] }),
        json!({ "force": "yes", "users": [] }),
        json!({ "users": [{ "uuid": "BBBBBBBB-0000-4000-8000-00000000000B", "zzz": 1, "name": "x" }, { "recordType": 1 }, { "highlighting": true }] }),
        json!({ "users": [{ "uuid": "CCCCCCCC-0000-4000-8000-00000000000C", "access.pin": "4712", "callPos[1].peer": "12" }] }),
        json!({ "users": [{ "uuid": ZERO, "name": "Zero" }, { "uuid": "" }, { "uuid": 5 }, { "uuid": "5C0F-x" }] }),
        json!({ "users": "x" }),
        json!({ "users": [{}, 1] }),
        json!({ "zzz": 1 }),
        json!({ "users": [{ "deleted": true }] }),
        json!({ "users": [{ "access": { "zzz": 1 } }, { "name": "a/b<c>" }, { "name": "n".repeat(100) }, { "access": { "card": ["XYZ"] } }] }),
        json!({ "users": [{ "access": { "pin": "hello" }, "zzz": 1 }, { "access": { "pin": "" } }, { "access": { "code": ["test"] } }] }),
        json!({ "users": [{ "virtNumber": "abc" }, { "access": { "validFrom": "20", "validTo": "10" } }, { "access": { "validFrom": "10" } }] }),
        json!({ "users": [{ "access": { "pin": "123456" } }, { "access": { "pin": 1234 } }, { "email": null }, { "callPos": [{}, {}, {}, {}] }] }),
        json!({ "users": [{ "email": "nobody" }, { "access": { "pin": "1" } }, { "access": { "pin": "1234567890123456" } }, { "photo": "xx" }] }),
        json!({ "users": [{ "uuid": " 0A0A0A0A-0000-4000-8000-00000000000A" }] }),
        json!({ "users": [{ "deputy": PLAIN }, { "virtNumber": "1234567" }, { "callPos": [{ "grouped": "true" }] }] }),
    ];
    for body in rows {
        walk.json("PUT", "/api/dir/create", body);
    }
    let again = json!({ "users": [{ "uuid": TWIN, "name": "By query", "owner": "T" }] });
    walk.json("PUT", "/api/dir/create?force=1", again.clone());
    walk.json("PUT", "/api/dir/create?force=0&force=1", again.clone());
    walk.json("PUT", "/api/dir/create?force=0", json!({ "force": true, "users": again["users"] }));
    walk.look();
}

/// An entry that has something everywhere, and what becomes of it.
fn details(walk: &mut Walk<'_>) {
    let calls = json!([{ "peer": "1", "profiles": "a" }, { "peer": "2", "profiles": "b" }, { "peer": "3", "profiles": "c" }]);
    let access = json!({
        "accessPoints": [{ "enabled": false }, { "enabled": false }], "code": ["11", "22", "33", "44"], "card": ["A1B2C3D4", "B1B2C3D4"],
        "accessException": true, "licensePlates": "1AB2345",
    });
    let rich = json!({ "uuid": RICH, "name": "Rich", "deputy": PLAIN, "callPos": calls, "access": access });
    let again = json!({ "uuid": RICH, "name": "Again", "access": { "pin": "99" } });
    let get = json!({ "users": [{ "uuid": RICH }] });
    walk.json("PUT", "/api/dir/create", json!({ "users": [rich, { "name": " blank " }, { "name": "a\u{0}b" }] }));
    walk.json("PUT", "/api/dir/create", json!({ "users": [again] }));
    walk.look();
    let rows = [
        json!({ "uuid": RICH, "callPos": [{}, {}, { "peer": "9" }] }),
        json!({ "uuid": RICH, "access.code": ["55"], "access.accessException": false }),
        json!({ "uuid": RICH, "name": null }),
    ];
    for row in rows {
        walk.json("PUT", "/api/dir/update", json!({ "users": [row] }));
        walk.json("POST", "/api/dir/get", get.clone());
    }
    let twice = json!({ "uuid": "7A1CE000-0000-4000-8000-00000000000A" });
    walk.json("PUT", "/api/dir/create", json!({ "users": [twice, twice, { "deputy": ZERO }, { "access.card": ["a1b2c3d4"] }] }));
    walk.json("PUT", "/api/dir/create", json!({ "users": [{ "name": "n".repeat(300) }] }));
    let opened = json!({ "accessPoints": [{ "enabled": true }, { "enabled": true }] });
    walk.json("PUT", "/api/dir/update", json!({ "users": [{ "uuid": RICH, "deputy": "", "access": opened }] }));
    walk.json("POST", "/api/dir/get", get);
    walk.json("PUT", "/api/dir/create", json!({ "force": true, "users": [{ "uuid": RICH, "name": "Forced" }] }));
    walk.look();
}

fn identifiers(walk: &mut Walk<'_>) {
    let spellings = [
        ADA.to_lowercase(),
        "5C0FFEE0-1111-4a2b-8C3D-00000000A001".into(),
        "5C0FFEE0-11-4A2B-8C3D-00000000A001".into(),
        "5C0FFEE0-111-4A2B-8C3D-00000000A001".into(),
        ADA[..35].into(),
        format!("{ADA}0"),
        ADA.replace('-', ""),
        "5C0FFEE01-111-4A2B-8C3D-00000000A001".into(),
        format!("{{{ADA}}}"),
        format!("urn:uuid:{ADA}"),
        ADA.replace('C', "G"),
        format!(" {ADA}"),
        ADA.replace('0', "０"),
        ADA.replace('-', "_"),
        format!("{ADA}\0"),
        "A".repeat(10_000),
        ZERO.into(),
        "00000000-0000-0000-0000-000000000001".into(),
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF".into(),
        String::new(),
        PLAIN.into(),
    ];
    for spelling in spellings {
        walk.json("POST", "/api/dir/get", json!({ "users": [{ "uuid": spelling }] }));
        walk.json("GET", "/api/dir/template", json!({}));
        walk.second += 300;
    }
}

fn update(walk: &mut Walk<'_>) {
    let rows = [
        json!({}),
        json!({ "users": [] }),
        json!({ "users": {} }),
        json!({ "users": [{ "uuid": ADA, "email": "ada@example.net" }] }),
        json!({ "users": [{ "uuid": ADA, "name": "Half", "shoeSize": 4 }, { "uuid": ADA, "access.pin": "hello" }, { "uuid": "short" }, { "name": "x" }, { "uuid": TWIN, "name": "Good" }] }),
        json!({ "users": [{ "uuid": "DDDDDDDD-0000-4000-8000-00000000000D", "name": "x" }, { "uuid": ZERO }, { "uuid": ADA, "email": "" }] }),
        json!({ "users": [{ "uuid": TWIN, "deleted": true }, { "uuid": TWIN, "owner": "T2" }, { "uuid": TWIN, "owner": "T" }, { "uuid": ADA, "owner": "T3" }] }),
        json!({ "users": [{ "uuid": format!("{{{ADA}}}"), "name": "Braced" }, { "uuid": ADA, "access": { "code": ["test"] } }, { "uuid": ADA, "access": { "card": ["XYZ"] } }] }),
        json!({ "users": [{ "uuid": ADA, "access": { "code": ["99"] } }, { "uuid": PLAIN, "access": { "accessPoints": [{ "enabled": false }] } }, { "uuid": PLAIN }] }),
    ];
    for body in rows {
        walk.json("PUT", "/api/dir/update", body);
        walk.look();
    }
    walk.send(&request("PUT", "/api/dir/update", None));
}

fn get(walk: &mut Walk<'_>) {
    let one = json!([{ "uuid": ADA }]);
    let rows = [
        json!({}),
        json!({ "users": [] }),
        json!({ "users": {} }),
        json!({ "users": [{ "uuid": "DDDDDDDD-0000-4000-8000-00000000000D" }, { "uuid": ADA }, { "uuid": "x" }, { "uuid": ZERO }, {}, { "uuid": "" }] }),
        json!({ "users": [{ "uuid": ADA }, { "uuid": ADA }] }),
        json!({ "users": ["x"] }),
        json!({ "fields": [], "users": one }),
        json!({ "fields": ["name"], "users": one }),
        json!({ "fields": ["Name"], "users": one }),
        json!({ "fields": ["zzz"], "users": one }),
        json!({ "fields": ["deputy"], "users": one }),
        json!({ "fields": ["callPos.peer"], "users": one }),
        json!({ "fields": ["callPos[1].grouped"], "users": one }),
        json!({ "fields": ["callPos[9].peer"], "users": one }),
        json!({ "fields": ["access"], "users": one }),
        json!({ "fields": ["name", "name"], "users": one }),
        json!({ "fields": "name", "users": one }),
        json!({ "zzz": 1, "users": one }),
    ];
    for body in rows {
        walk.json("POST", "/api/dir/get", body);
    }
    walk.json("POST", "/api/dir/get", json!({ "users": [{ "uuid": ADA.to_lowercase() }] }));
}

fn query(walk: &mut Walk<'_>) {
    let body: Value = serde_json::from_slice(&walk.json("POST", "/api/dir/query", json!({})).body).unwrap_or_default();
    let series = body["result"]["series"].clone();
    let own = series.as_str().unwrap_or_default().to_owned();
    let stamps = body["result"]["users"].as_array().cloned().unwrap_or_default();
    let last = stamps.last().map_or(json!(0), |user| user["timestamp"].clone());
    let middle = stamps.get(stamps.len() / 2).map_or(json!(0), |user| user["timestamp"].clone());
    let rows = [
        json!({ "series": series }),
        json!({ "series": "1" }),
        json!({ "series": own.get(..9) }),
        json!({ "series": format!("{}0", own.get(..18).unwrap_or_default()) }),
        json!({ "series": format!("0{own}") }),
        json!({ "series": 5 }),
        json!({ "iterator": {} }),
        json!({ "iterator": { "timestamp": 0 } }),
        json!({ "iterator": { "timestamp": middle } }),
        json!({ "iterator": { "timestamp": last } }),
        json!({ "iterator": { "timestamp": 99_999_999_999_999u64 } }),
        json!({ "iterator": { "timestamp": -1 } }),
        json!({ "iterator": { "timestamp": 111 }, "fields": ["name"] }),
    ];
    for body in rows {
        walk.json("POST", "/api/dir/query", body);
    }
    walk.json("POST", "/api/dir/query", json!({ "fields": ["name", "zzz"] }));
    walk.look();
}

fn delete(walk: &mut Walk<'_>) {
    let unknown = "DDDDDDDD-0000-4000-8000-00000000000D";
    let rows = [
        json!({}),
        json!({ "users": [] }),
        json!({ "users": {} }),
        json!({ "users": [{ "uuid": unknown }] }),
        json!({ "users": [{ "uuid": ZERO }] }),
        json!({ "users": [{}] }),
        json!({ "owner": "" }),
        json!({ "owner": 5 }),
        json!({ "owner": "nobody" }),
        json!({ "owner": "správce-T" }),
        json!({ "owner": "t " }),
        json!({ "owner": "t".repeat(1_001) }),
        json!({ "owner": "*" }),
        json!({ "users": [{ "uuid": PLAIN }] }),
        json!({ "users": [{ "uuid": unknown }, { "uuid": "CCCCCCCC-0000-4000-8000-00000000000C", "name": "x" }] }),
        json!({ "users": [{ "uuid": "CCCCCCCC-0000-4000-8000-00000000000C" }, { "uuid": "5C0F-x" }] }),
        json!({ "users": [{ "uuid": ADA }, { "uuid": "AAAAAAAA-0000-4000-8000-00000000000A" }, { "uuid": ADA }] }),
        json!({ "users": [TWIN] }),
        json!({ "owner": "T", "users": [{ "uuid": TWIN }] }),
        json!({ "owner": "T" }),
    ];
    walk.json("PUT", "/api/dir/create", json!({ "users": [{ "owner": "T" }, { "owner": "Tt" }, { "owner": "správce-U" }] }));
    for body in rows {
        walk.json("PUT", "/api/dir/delete", body);
        walk.look();
    }
    walk.json("PUT", "/api/dir/delete", json!({ "owner": "správce-U" }));
    walk.json("POST", "/api/dir/get", json!({ "users": [{ "uuid": ADA }, { "uuid": TWIN }] }));
    walk.json("PUT", "/api/dir/update", json!({ "users": [{ "uuid": ADA, "name": "Dead" }] }));
    walk.json("PUT", "/api/dir/create", json!({ "users": [{ "uuid": ADA, "name": "Back" }] }));
    walk.json("POST", "/api/dir/query", json!({ "fields": ["name"] }));
    walk.json("GET", "/api/log/pull?id=1", json!({}));
    walk.json("GET", "/api/log/pull?id=2", json!({}));
    let twice = json!({ "users": [{ "uuid": "5C0FFEE0-3333-4B2B-9C3D-00000000C003" }] });
    for _ in 0..2 {
        walk.json("PUT", "/api/dir/create", twice.clone());
        walk.json("PUT", "/api/dir/delete", twice.clone());
    }
    walk.json("POST", "/api/dir/get", twice);
}

fn bodies(walk: &mut Walk<'_>) {
    let json = Some("application/json");
    let form = "--b\r\nContent-Disposition: form-data; name=\"blob-json\"\r\n\r\n{}\r\n--b--";
    walk.raw("POST", "/api/dir/get", Some("application/json; charset=utf-8"), b"{}");
    walk.raw("POST", "/api/dir/get", Some("text/plain"), b"{}");
    walk.raw("POST", "/api/dir/get", None, b"{}");
    walk.raw("POST", "/api/dir/get", Some("multipart/form-data; boundary=b"), form.as_bytes());
    walk.raw("POST", "/api/dir/get", json, b"\xEF\xBB\xBF{}");
    walk.raw("POST", "/api/dir/get", json, b"[]");
    walk.raw("POST", "/api/dir/get", json, b"{\"fields\":[\"\xFF\"]}");
    walk.raw("POST", "/api/dir/get", json, br#"{"users":["#);
    walk.raw(
        "PUT",
        "/api/dir/create",
        json,
        br#"{"users":[{"uuid":"EEEEEEEE-0000-4000-8000-00000000000E","name":"\u0041\u00e9"}]}"#,
    );
    walk.raw("PUT", "/api/dir/delete", json, br#"{"users":[{"uuid":"EEEEEEEE-0000-4000-8000-00000000000E"}"#);
    walk.raw("POST", "/api/dir/query", json, b"");
    walk.raw("PUT", "/api/dir/delete", json, b"");
    walk.raw("PUT", "/api/dir/create", json, &[b'['; 10_000]);
    walk.raw("PUT", "/api/dir/create", json, &vec![b' '; (1 << 20) + 1]);
    let mut chunked = request("POST", "/api/dir/get", Some(&json!({})));
    chunked.headers.push(("Transfer-Encoding".into(), "chunked".into()));
    walk.send(&chunked);
    let post = "/api/dir/delete";
    walk.json("POST", post, json!({ "users": [{ "uuid": "EEEEEEEE-0000-4000-8000-00000000000E" }] }));
    walk.look();
    walk.json("POST", "/api/dir/create", json!({ "users": [{ "uuid": TWIN, "name": "Posted" }] }));
    walk.json(
        "POST",
        "/api/dir/update",
        json!({ "users": [{ "uuid": PLAIN, "name": "Posted" }, { "uuid": ADA, "name": "Posted" }] }),
    );
    walk.look();
    long_lists(walk);
    walk.json("PUT", "/api/dir/create", json!({ "users": vec![json!({}); 70] }));
}

fn long_lists(walk: &mut Walk<'_>) {
    let many: Vec<Value> =
        (10..35).map(|place| json!({ "uuid": format!("ABCDEF00-0000-4000-8000-0000000000{place}") })).collect();
    for function in ["create", "delete"] {
        walk.json("PUT", &format!("/api/dir/{function}"), json!({ "users": many }));
        walk.look();
    }
}

fn on_credentials(walk: &mut Walk<'_>) {
    let asked = walk.json("GET", "/api/system/info", json!({}));
    let made = json!({ "users": [{ "uuid": ADA, "name": "A" }] });
    let one = json!({ "users": [{ "uuid": ADA }] });
    walk.json("GET", "/api/dir/template", json!({}));
    let mut lines: Vec<String> = challenges(&asked);
    lines.extend(lines.first().and_then(|line| line.split_once(", Digest ").map(|(first, _)| first.to_owned())));
    for challenge in &lines {
        let mut count = 0;
        let mut send = |user: &str, password: &str, method: &str, target: &str, body: &Value| {
            count += 1;
            let mut request = request(method, target, Some(body));
            let value = answered(challenge, user, password, method, target, count);
            request.headers.push(("Authorization".into(), value));
            walk.send(&request);
        };
        send("admin", "se:cret", "PUT", "/api/dir/create", &made);
        send("admin", "se:cret", "PUT", "/api/dir/update", &made);
        send("admin", "se:cret", "GET", "/api/dir/template?x=1", &made);
        for (user, password) in [("admin", "wrong"), ("admin", ""), ("nobody", "wrong"), ("nobody", "se:cret")] {
            send(user, password, "GET", "/api/dir/template", &made);
        }
        let functions =
            [("GET", "template"), ("POST", "get"), ("POST", "query"), ("PUT", "update"), ("PUT", "create"), ("PUT", "delete")];
        for (method, function) in functions {
            send("guest", "weak", method, &format!("/api/dir/{function}"), &one);
        }
        send("admin", "se:cret", "POST", "/api/dir/get", &one);
        walk.json("PUT", "/api/dir/delete", one.clone());
        walk.json("PUT", "/api/dir/create", json!({ "users": [{ "uuid": TWIN }] }));
        walk.json("PUT", "/api/dir/update", json!({ "users": [{ "uuid": ADA, "name": "Nobody's" }] }));
        let mut blank = request("GET", "/api/dir/template", None);
        let value = answered(challenge, "admin", "se:cret", "GET", "/api/dir/template", 80);
        let digits = value.split("response=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned();
        blank.headers.push(("Authorization".into(), value.replace(&digits, "")));
        walk.send(&blank);
        let both = json!({ "users": [{ "uuid": ADA }, { "uuid": TWIN }] });
        let mut look = request("POST", "/api/dir/get", Some(&both));
        look.headers.push(("Authorization".into(), answered(challenge, "admin", "se:cret", "POST", "/api/dir/get", 89)));
        walk.send(&look);
        let mut again = request("POST", "/api/dir/get", Some(&one));
        again.headers.push(("Authorization".into(), answered(challenge, "admin", "se:cret", "POST", "/api/dir/get", 90)));
        walk.send(&again);
        walk.send(&again);
        let foreign = challenge.replace("nonce=\"", "nonce=\"0");
        let mut foreign_request = again.clone();
        foreign_request.headers.pop();
        let value = answered(&foreign, "admin", "se:cret", "POST", "/api/dir/get", 1);
        foreign_request.headers.push(("Authorization".into(), value));
        walk.send(&foreign_request);
        let mut short = request("GET", "/api/dir/template?x=1", None);
        short.headers.push(("Authorization".into(), answered(challenge, "admin", "se:cret", "GET", "/api/dir/template", 91)));
        walk.send(&short);
    }
    for password in ["YWRtaW46c2U6Y3JldHg=", "YWRtaW46U0U6Q1JFVA=="] {
        let mut basic = request("GET", "/api/dir/template", None);
        basic.headers.push(("Authorization".into(), format!("Basic {password}")));
        walk.send(&basic);
    }
    for method in ["GET", "PUT"] {
        let mut basic = request(method, if method == "GET" { "/api/dir/template" } else { "/api/dir/create" }, Some(&json!({})));
        basic.headers.push(("Authorization".into(), "Basic YWRtaW46c2U6Y3JldA==".into()));
        walk.send(&basic);
    }
}
