//! The exchanges the manuals give as examples, and the choices of the reference panel.

use super::device;
use crate::mock::device::{Account, Accounts, Device, Framing, Reply, Request, Scheme, Settings};
use serde_json::{Value, json};
use std::time::Duration;

const LINKS: &str = "/api/v1/access/identifier/items/link";
const ADA: &str = "9f8c242a-1f87-4674-b646-76a73ce06072";
const BEN: &str = "ab47354a-5de2-4fc0-8d8a-d989e71ef6fb";
const NOBODY: &str = "ad7eb6db-b141-450d-9645-d027a2f1e3ff";

/// A panel, and whoever is logged in.
pub(super) struct Bench {
    pub device: Box<dyn Device>,
    pub token: String,
    pub now: Duration,
    pub media: String,
    prefix: &'static str,
}

impl Bench {
    pub fn new(defects: &[&str], quirks: &[&str]) -> Self {
        let account = |user: &str, password: &str| Account { user: user.into(), password: password.into() };
        let settings = Settings {
            accounts: Accounts { admin: account("ct-admin", "Tulip-4711"), limited: account("ct-limited", "Rose-12") },
            scheme: Scheme::None,
            seed: 7,
            defects: defects.iter().map(|name| (*name).into()).collect(),
            quirks: quirks.iter().map(|name| (*name).into()).collect(),
        };
        let device = device(&settings).expect("known names");
        let prefix = if quirks.contains(&"v0") || defects.contains(&"v0-under-v1") { "/api/v0" } else { "/api/v1" };
        Self { device, token: String::new(), now: Duration::ZERO, media: "application/json".into(), prefix }
    }

    /// A panel on which the administrator is logged in.
    pub fn logged_in(defects: &[&str], quirks: &[&str]) -> Self {
        let mut bench = Self::new(defects, quirks);
        bench.log_in("ct-admin", "BB2264706686D975260D0E6317BC511F");
        bench
    }

    pub fn log_in(&mut self, user: &str, sum: &str) {
        self.token.clear();
        let (_, reply) = self.call("GET", &format!("{}/login?username={user}&password={sum}", self.prefix), None);
        self.token = reply["token"].as_str().unwrap_or_default().into();
    }

    pub fn reply(&mut self, method: &str, target: &str, body: Option<&[u8]>) -> Reply {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (name.into(), value.into()));
        let mut headers = vec![("Content-Type".to_owned(), self.media.clone())];
        if self.token == "Basic" {
            headers.push(("authorization".into(), "Basic Y3QtYWRtaW46VHVsaXAtNDcxMQ==".into()));
        } else if !self.token.is_empty() {
            headers.push(("authorization".into(), format!("Bearer {}", self.token)));
        }
        let request = Request {
            method: method.into(),
            target: target.into(),
            path: path.into(),
            query: query.collect(),
            headers,
            body: body.map(<[u8]>::to_vec),
            secure: false,
        };
        self.device.answer(&request, self.now)
    }

    pub fn call(&mut self, method: &str, target: &str, body: Option<&str>) -> (u16, Value) {
        let reply = self.reply(method, target, body.map(str::as_bytes));
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or_default())
    }

    pub fn upsert(&mut self, items: &[Value]) -> (u16, Value) {
        self.call("POST", LINKS, Some(&json!({ "list_items": items }).to_string()))
    }

    pub fn delete(&mut self, body: &Value) -> (u16, Value) {
        self.call("DELETE", LINKS, Some(&body.to_string()))
    }
}

pub(super) fn item(link_id: &str, number: &str) -> Value {
    json!({"identifier_owner": {"name": "CT-Ada Byron", "type": "owner"}, "identifier_type": "card", "identifier_number": number,
        "lock": "first",
        "valid": {"time": {"is_permanent": false, "from": 1_767_225_600, "to": 1_798_761_599}, "passes": {"is_permanent": true}},
        "time_profiles": {"link_ids": []}, "link_id": link_id,
        "apartment_link_id": "5bdb2ad3-be0f-4811-a481-1c19267c5ec3", "additional": {"passes_left": -1}})
}

fn row(link_id: &str, reason: &str) -> Value {
    json!({"link_id": link_id, "success": matches!(reason, "created" | "updated" | "deleted"), "extended_info": reason})
}

fn rows(rows: &[(&str, &str)]) -> (u16, Value) {
    (200, json!({"result": rows.iter().map(|(link_id, reason)| row(link_id, reason)).collect::<Vec<_>>()}))
}

fn refused(status: u16, text: &str) -> (u16, Value) {
    (status, json!({ "error": text }))
}

#[test]
fn login_gives_a_token_or_says_why_not() {
    let mut bench = Bench::new(&[], &[]);
    let (status, reply) = bench.call("GET", "/api/v1/login?username=ct-admin&password=BB2264706686D975260D0E6317BC511F", None);
    assert_eq!((status, &reply["account_type"]), (200, &json!("admin")));
    assert_eq!(reply["token"].as_str().map(str::len), Some(40));
    let login = |query: &str, text: &str| {
        assert_eq!(Bench::new(&[], &[]).call("GET", &format!("/api/v1/login{query}"), None), refused(400, text), "{query}");
    };
    login("", "Required parameters missed");
    login("?username=ct-admin", "Required parameters missed");
    login("?password=BB2264706686D975260D0E6317BC511F", "Required parameters missed");
    login("?username=ct-admin&password=00000000000000000000000000000000", "Wrong login or password");
    login("?username=ct-admin&password=Tulip-4711", "Wrong login or password");
    login("?username=nobody&password=BB2264706686D975260D0E6317BC511F", "Wrong login or password");
}

#[test]
fn a_token_ends_with_logout_and_after_two_hours() {
    let mut bench = Bench::logged_in(&[], &[]);
    bench.now = Duration::from_secs(7199);
    assert_eq!(bench.call("GET", LINKS, None).0, 200);
    bench.now = Duration::from_secs(7200);
    assert_eq!(bench.call("GET", LINKS, None), refused(401, "Log In"));
    bench.log_in("ct-admin", "bb2264706686d975260d0e6317bc511f");
    assert_eq!(bench.call("GET", "/api/v1/logout", None).0, 200);
    assert_eq!(bench.call("GET", LINKS, None), refused(401, "Log In"));
}

#[test]
fn information_needs_no_token() {
    let mut bench = Bench::new(&[], &[]);
    let (status, reply) = bench.call("GET", "/api/info", None);
    assert_eq!((status, &reply["api_version"], &reply["device_model"]), (200, &json!("2.9.0"), &json!("aa12fb")));
    assert_eq!(bench.call("GET", "/api/v1/api/info", None).0, 404);
}

#[test]
fn items_are_created_updated_and_refused() {
    let mut bench = Bench::logged_in(&[], &[]);
    assert_eq!(bench.upsert(&[item(ADA, "0A:1B:2C:3D")]), rows(&[(ADA, "created")]));
    assert_eq!(bench.upsert(&[item(ADA, "0A:1B:2C:3D")]), rows(&[(ADA, "updated")]));
    assert_eq!(bench.upsert(&[item(BEN, "0a-1b-2c-3d")]), rows(&[(BEN, "number_taken_by_another_identifier")]));
    let (_, list) =
        bench.call("GET", &format!("{LINKS}?limit=10&page_number=1&sort_field=identifier_number&sort_type=asc"), None);
    assert_eq!(list["list_items"], json!([item(ADA, "0A:1B:2C:3D")]));
    let pagination = json!({"total_items": 1, "items_limit": 10, "total_pages": 1, "current_page": 1});
    assert_eq!(list["list_option"]["pagination"], pagination);
}

#[test]
fn a_delete_answers_each_id() {
    let check = |ids: &[&str], expected: &[(&str, &str)]| {
        let mut bench = Bench::logged_in(&[], &[]);
        bench.upsert(&[item(ADA, "1"), item(BEN, "2")]);
        assert_eq!(bench.delete(&json!({ "link_ids": ids })), rows(expected), "{ids:?}");
    };
    let capitals = ADA.to_ascii_uppercase();
    check(&[], &[]);
    check(&[ADA], &[(ADA, "deleted")]);
    check(&[NOBODY], &[(NOBODY, "entity_not_found")]);
    check(&[ADA, NOBODY, BEN], &[(ADA, "deleted"), (NOBODY, "entity_not_found"), (BEN, "deleted")]);
    check(&[ADA, ADA], &[(ADA, "deleted"), (ADA, "entity_not_found")]);
    check(&[&capitals], &[(&capitals, "deleted")]);
    check(&["abc", "", " x "], &[("abc", "entity_not_found"), ("", "entity_not_found"), (" x ", "entity_not_found")]);
}

#[test]
fn a_broken_delete_is_refused_and_changes_nothing() {
    let check = |body: Option<&str>, text: &str| {
        let mut bench = Bench::logged_in(&[], &[]);
        bench.upsert(&[item(ADA, "1")]);
        let before = bench.device.state();
        assert_eq!(bench.call("DELETE", LINKS, body), refused(400, text), "{body:?}");
        assert_eq!(bench.device.state(), before, "{body:?}");
    };
    let wrong = "Wrong JSON body";
    let typed = "Wrong JSON body: value `link_ids` was of the wrong type";
    for body in
        [None, Some(""), Some("  "), Some("{"), Some("{'link_ids':[]}"), Some("{\"link_ids\":[],}"), Some("[]"), Some("null")]
    {
        check(body, wrong);
    }
    check(Some("{\"ids\":[]}"), "Wrong JSON body: no value for `link_ids`");
    for value in ["null", "\"x\"", "{}", "1", "true", "[1]", "[null]", "[[]]", &format!("[\"{ADA}\", 7]")] {
        check(Some(&format!("{{\"link_ids\":{value}}}")), typed);
    }
    check(Some(&format!("link_ids={ADA}")), wrong);
}

#[test]
fn rights_are_looked_at_before_the_body() {
    let mut bench = Bench::new(&[], &[]);
    assert_eq!(bench.call("DELETE", LINKS, Some("{")), refused(401, "Log In"));
    bench.log_in("ct-limited", &super::random::hex(&<md5::Md5 as md5::Digest>::digest(b"Rose-12")));
    assert_eq!(bench.call("DELETE", LINKS, Some("{")), refused(403, "Administrator rights required"));
    assert_eq!(bench.call("PUT", LINKS, Some("{")), refused(405, "Method not allowed"));
    assert_eq!(bench.call("GET", "/api/v1/ct/none", None), refused(404, "Not found"));
}

#[test]
fn a_lift_controller_answers_with_objects() {
    let mut bench = Bench::logged_in(&[], &["lift-1"]);
    let (status, reply) = bench.call("DELETE", LINKS, Some("{\"link_ids\":1}"));
    assert_eq!((status, &reply["error"]["code"]), (400, &json!("not_valid")));
    assert_eq!(reply["error"]["data"]["link_ids"], "is of the wrong type");
}

#[test]
fn every_quirk_and_edition_deletes() {
    for quirk in super::QUIRKS {
        let mut bench = Bench::logged_in(&[], &[quirk.name]);
        let (route, method) = match quirk.name {
            "v0" => ("/api/v0/access/identifiers/link/delete", "POST"),
            "post-delete-route" => ("/api/v1/access/identifiers/link/delete", "POST"),
            _ => (LINKS, "DELETE"),
        };
        if quirk.name == "md5-lower-refused" || bench.token.is_empty() {
            bench.log_in("ct-admin", "BB2264706686D975260D0E6317BC511F");
        }
        let reply = bench.reply(method, route, Some(format!("{{\"link_ids\":[\"{NOBODY}\"]}}").as_bytes()));
        assert_eq!(reply.status, 200, "{}", quirk.name);
        let text = String::from_utf8(reply.body).expect("text");
        assert!(text.contains("not_found") && !matches!(reply.framing, Framing::Drop | Framing::Hang), "{}: {text}", quirk.name);
    }
}

#[test]
fn ten_thousand_entries_are_quick() {
    let mut bench = Bench::logged_in(&[], &[]);
    bench.device.preload(10_000);
    let before = bench.device.state();
    let items: Vec<Value> = (0..5000).map(|index| item(&super::random::uuid(1, "own", index), &format!("{index}"))).collect();
    let ids: Vec<Value> = items.iter().map(|item| item["link_id"].clone()).collect();
    for part in items.chunks(1000) {
        assert_eq!(bench.upsert(part).1["result"][999]["success"], true);
    }
    assert_eq!(bench.delete(&json!({ "link_ids": ids })).1["result"][4999]["extended_info"], "deleted");
    assert_eq!(bench.device.state()["identifiers"], before["identifiers"]);
}
