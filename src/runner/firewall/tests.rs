//! Whatever a case file says, nothing leaves that could reach an entry of somebody else.
//!
//! Random requests are read by a device of the most lenient kind, written apart from the firewall: whatever passes the firewall may reach
//! only entries and groups of the run there.

use serde_json::{Map, Value, json};
use url::form_urlencoded::parse as parse_form;

use super::*;
use crate::catalogue::Catalogue;
use crate::template::Maker;

const ROUNDS: u64 = 60_000;
const SEED: u64 = 7;
const OURS: [&str; 3] =
    ["6f0c8f3e-1a2b-4c3d-8e4f-0a1b2c3d4e5f", "6f0c8f3e-1a2b-4c3d-8e4f-0a1b2c3d4e60", "00000000-0000-0000-0000-000000000000"];
const FOREIGN: [&str; 2] = ["6f0c8f3e-1a2b-4c3d-8e4f-0a1b2c3d4e61", "11111111-2222-4333-8444-555555555555"];
const OUR_NUMBER: i64 = 1042;
const FOREIGN_NUMBERS: [i64; 3] = [1, 57, 1043];

/// Chance that follows from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }

    fn one<'o, O: ?Sized>(&mut self, of: &[&'o O]) -> &'o O {
        of[self.below(of.len())]
    }

    fn id(&mut self) -> String {
        let id = if self.below(2) == 0 { self.one(&OURS) } else { self.one(&FOREIGN) };
        if self.below(3) == 0 { id.to_uppercase() } else { id.to_owned() }
    }

    fn number(&mut self) -> Value {
        let number = if self.below(2) == 0 { OUR_NUMBER } else { FOREIGN_NUMBERS[self.below(3)] };
        match self.below(6) {
            0 => json!(number.to_string()),
            1 => json!(format!(" 0{number}")),
            2 => json!(format!("{number}abc")),
            3 => json!(number as f64),
            4 => json!([number]),
            _ => json!(number),
        }
    }

    fn owner(&mut self) -> Value {
        let tag = Maker::tag(SEED);
        match self.below(6) {
            0 => json!(""),
            1 => json!("My2N"),
            2 => json!(["My2N"]),
            3 => json!(null),
            _ => json!(format!("{tag}-abcdefowner")),
        }
    }

    fn path(&mut self, suite: &str) -> String {
        let paths: &[&str] = match suite {
            "2n" => &[
                "/api/dir/delete",
                "/api/dir/update",
                "/api/dir/create",
                "/api/dir/query",
                "/api/dir/get",
                "/api/dir/deletes",
                "/api/dir/nosuch",
            ],
            _ => &[
                "/api/v1/access/identifier/items/link",
                "/api/v1/access/identifier/items",
                "/api/v1/access/identifier/item/NUMBER",
                "/api/v1/apartment/item/NUMBER",
                "/api/v1/forward/items/link",
                "/api/v0/access/identifiers/items/delete",
                "/api/v1/access/timeprofile/items/link",
            ],
        };
        let path = self.one(paths).to_owned();
        let number = self.number();
        let path = path.replace("NUMBER", &number.as_str().map_or_else(|| number.to_string(), |text| text.replace(' ', "%20")));
        match self.below(8) {
            0 => path.to_uppercase().replacen("/API/V", "/api/v", 1),
            1 => format!("/{path}/"),
            2 => path.replacen('e', "%65", 1),
            3 => path.replacen("/a", "/x/../a", 1),
            4 => path.replacen("/d", "/./d", 1),
            5 => path.replacen('e', "%2565", 1),
            _ => path,
        }
    }

    fn query(&mut self) -> String {
        let owner = self.owner();
        match self.below(6) {
            0 => format!("?owner={}&x={}", plain(&owner), Maker::tag(SEED)),
            1 => format!("?%6fwner={}", plain(&owner)),
            2 => format!("?uuid={}", percent(&self.id())),
            _ => String::new(),
        }
    }

    /// A JSON body of the shapes that the functions take, sometimes of none of them.
    fn members(&mut self) -> Value {
        let mut members = Map::new();
        let count = self.below(3);
        match self.below(4) {
            0 => drop(
                members.insert("users".to_owned(), (0..count).map(|_| json!({ "uuid": self.id(), "owner": "My2N" })).collect()),
            ),
            1 => drop(members.insert("link_ids".to_owned(), (0..count).map(|_| json!(self.id())).collect())),
            2 => drop(members.insert("uid_items".to_owned(), (0..count).map(|_| self.number()).collect())),
            _ => drop(members.insert("link_ids".to_owned(), (0..count).map(|_| self.number()).collect())),
        }
        if self.below(3) == 0 {
            members.insert("owner".to_owned(), self.owner());
        }
        Value::Object(members)
    }

    fn body(&mut self) -> (Option<Vec<u8>>, &'static str) {
        let members = self.members();
        let text = members.to_string();
        match self.below(10) {
            0 => (None, "application/json"),
            1 => (Some(escaped(&text).into_bytes()), "application/json"),
            2 => (Some(text.replacen('{', &format!("{{\"owner\":{},", self.owner()), 1).into_bytes()), "application/json"),
            3 => {
                let form = format!("owner={}&uuid={}&t={}", plain(&self.owner()), percent(&self.id()), Maker::tag(SEED));
                (Some(form.into_bytes()), "application/x-www-form-urlencoded")
            }
            4 => {
                let part = format!("--b\r\nContent-Disposition: form-data; name=\"blob-json\"\r\n\r\n{text}\r\n--b--\r\n");
                (Some(part.into_bytes()), "multipart/form-data; boundary=b")
            }
            5 => {
                let part =
                    format!("--b\r\nContent-Disposition: form-data; name=\"owner\"\r\n\r\n{}\r\n--b--\r\n", plain(&self.owner()));
                (Some(part.into_bytes()), "multipart/form-data; boundary=b")
            }
            6 => (Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()), "application/json"),
            _ => (Some(text.into_bytes()), "application/json"),
        }
    }

    fn request(&mut self, suite: &str) -> Outgoing {
        let method = self.one(&["PUT", "POST", "DELETE", "PATCH", "GET", "put"]).to_owned();
        let target = format!("{}{}", self.path(suite), self.query());
        let (body, content_type) = self.body();
        Outgoing {
            method,
            target,
            headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
            body,
            ..Outgoing::default()
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Every second letter of the strings as an escape.
fn escaped(text: &str) -> String {
    let escape = |(at, letter): (usize, char)| match letter {
        'a'..='z' | '0'..='9' | 'A'..='Z' if at % 2 == 0 => format!("\\u{:04x}", u32::from(letter)),
        other => other.to_string(),
    };
    let mut inside = false;
    text.chars()
        .enumerate()
        .map(|(at, letter)| {
            inside ^= letter == '"';
            if inside { escape((at, letter)) } else { letter.to_string() }
        })
        .collect()
}

/// What the most lenient device would reach.
#[derive(Debug, Default)]
struct Reached {
    ids: Vec<String>,
    numbers: Vec<i64>,
    groups: Vec<String>,
    everything: bool,
}

fn lenient(suite: &str, request: &Outgoing) -> Reached {
    let mut reached = Reached::default();
    let path = lenient_path(&request.target);
    let method = request.method.to_uppercase();
    let reads = method == "GET" && suite != "2n"
        || ["/api/dir/query", "/api/dir/get"].contains(&path.as_str()) && ["GET", "POST"].contains(&method.as_str())
        || method == "GET" && !["/api/dir/delete", "/api/dir/update", "/api/dir/create"].contains(&path.as_str());
    if reads {
        return reached;
    }
    let bytes = request.body.clone().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).replace('\0', "");
    let json = text.find('{').zip(text.rfind('}')).and_then(|(from, to)| serde_json::from_str::<Value>(&text[from..=to]).ok());
    let form: Vec<(String, String)> = parse_form(text.as_bytes()).into_owned().collect();
    let query: Vec<(String, String)> =
        parse_form(request.target.split_once('?').unwrap_or_default().1.as_bytes()).into_owned().collect();
    let mut strings = Vec::new();
    json.iter().for_each(|json| all_strings(json, &mut strings));
    strings.extend(query.iter().chain(&form).map(|(_, value)| value.clone()));
    reached.ids = strings.into_iter().filter(|text| text.len() == 36 && text.matches('-').count() == 4).collect();
    let deletes = path == "/api/dir/delete";
    if deletes {
        let pairs = query.iter().chain(&form).filter(|(name, _)| name == "owner").map(|(_, value)| value.clone());
        reached.groups.extend(pairs);
        let first = text.split_once("\"owner\":").map(|(_, rest)| rest);
        let first = first.and_then(|rest| serde_json::Deserializer::from_str(rest).into_iter::<Value>().next()?.ok());
        reached.groups.extend(first.filter(|_| text.find("\"owner\":").is_some_and(|at| at < 3)).map(|owner| plain(&owner)));
        reached.groups.extend(json.iter().filter_map(|json| json.get("owner")).map(plain));
        if let Some((_, rest)) = text.split_once("name=\"owner\"\r\n\r\n") {
            reached.groups.push(rest.split("\r\n").next().unwrap_or_default().to_owned());
        }
        reached.everything = json.as_ref().is_some_and(|json| json.get("owner").is_none() && json.get("users").is_none());
    }
    if suite != "2n" {
        let last = path.rsplit('/').next().unwrap_or_default();
        reached.numbers.extend(Some(last).filter(|_| path.contains("/item/")).and_then(lenient_number));
        let names = match (path.as_str(), method.as_str()) {
            ("/api/v1/forward/items/link", "DELETE") => "link_ids",
            ("/api/v1/access/identifier/items", "DELETE") | ("/api/v0/access/identifiers/items/delete", "POST") => "uid_items",
            _ => "nothing",
        };
        let listed = json.as_ref().and_then(|json| json.get(names)).and_then(Value::as_array).cloned().unwrap_or_default();
        let inside = listed.iter().map(|value| value.get(0).unwrap_or(value));
        reached.numbers.extend(inside.filter_map(|value| lenient_number(&plain(value))));
    }
    reached
}

fn lenient_path(target: &str) -> String {
    let mut path = target.split('?').next().unwrap_or_default().to_owned();
    for _ in 0..2 {
        path = percent_decoded(&path);
    }
    let url = url::Url::parse(&format!("http://d/{}", path.to_lowercase().trim_start_matches('/'))).expect("it is a path");
    percent_decoded(url.path().trim_end_matches('/'))
}

fn percent_decoded(text: &str) -> String {
    let fixed = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    parse_form(fixed.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

fn lenient_number(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn all_strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| all_strings(element, found)),
        Value::Object(members) => members.values().for_each(|member| all_strings(member, found)),
        Value::String(text) => found.push(text.clone()),
        _ => {}
    }
}

fn firewall(suite: &str) -> (Firewall, Ours) {
    let ours = Ours::default();
    OURS.iter().take(2).for_each(|id| ours.add(id));
    let safety = &Catalogue::embedded().suites[suite].suite.safety;
    let firewall = Firewall::new(safety, Maker::tag(SEED)).expect("the rules are right");
    firewall.own(&json!(OUR_NUMBER));
    (firewall, ours)
}

/// Sends random requests against the firewall; gives how many passed.
fn check(suite: &str) -> usize {
    let (firewall, ours) = firewall(suite);
    let mut chance = Chance(SEED);
    let mut passed = 0;
    for round in 0..ROUNDS {
        let request = chance.request(suite);
        if firewall.check(&request, Risk::Own, &ours).is_err() {
            continue;
        }
        passed += 1;
        let reached = lenient(suite, &request);
        let text = || String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned();
        let is_ours = |id: &String| OURS.contains(&id.to_lowercase().as_str());
        assert!(reached.ids.iter().all(is_ours), "{round}: {request:?} {} reaches {:?}", text(), reached.ids);
        let tag = Maker::tag(SEED);
        assert!(reached.groups.iter().all(|group| group.contains(&tag)), "{round}: {request:?} {} {:?}", text(), reached.groups);
        assert!(
            reached.numbers.iter().all(|number| *number == OUR_NUMBER),
            "{round}: {request:?} {} {:?}",
            text(),
            reached.numbers
        );
        assert!(!reached.everything, "{round}: {request:?} {} reaches everything", text());
    }
    passed
}

#[test]
fn nothing_leaves_that_could_reach_an_entry_of_somebody_else() {
    for suite in ["2n", "bas-ip"] {
        let passed = check(suite);
        assert!(passed as u64 > ROUNDS / 50, "only {passed} requests passed for {suite}: the property shows nothing");
    }
}

#[test]
fn what_a_case_may_do_passes() {
    let tag = Maker::tag(SEED);
    let owner = format!(r#"{{"owner":"{tag}-abcdefowner"}}"#);
    let users = format!(r#"{{"users":[{{"uuid":"{}"}}]}}"#, OURS[0]);
    let upper = users.to_uppercase().replace("USERS", "users").replace("UUID", "uuid");
    let update = format!(r#"{{"users":[{{"uuid":"{}","owner":"My2N"}}]}}"#, OURS[0]);
    let rows = [
        ("PUT", "/api/dir/delete", owner.as_str(), true),
        ("PUT", "/api/dir/delete", users.as_str(), true),
        ("PUT", "/api/dir/delete", upper.as_str(), true),
        ("PUT", "/api/dir/update", update.as_str(), true),
        ("PUT", "/api/dir/delete", r#"{"owner":"My2N"}"#, false),
        ("PUT", "/api/dir/delete", "{}", false),
        ("PUT", "/api/dir/delete", "", false),
        ("GET", "/api/dir/delete?owner=My2N", "", false),
        ("PUT", "/api/dir/%64elete", r#"{"owner":"My2N"}"#, false),
        ("POST", "/api/dir/query", r#"{"fields":["owner"]}"#, true),
        ("POST", "/api/dir/get", r#"{"users":[{"uuid":"11111111-2222-4333-8444-555555555555"}]}"#, true),
    ];
    let (firewall, ours) = firewall("2n");
    for (method, target, body, expected) in rows {
        let body = Some(body).filter(|body| !body.is_empty()).map(|body| body.as_bytes().to_vec());
        let request = Outgoing { method: method.to_owned(), target: target.to_owned(), body, ..Outgoing::default() };
        let found = firewall.check(&request, Risk::Own, &ours);
        assert_eq!(found.is_ok(), expected, "{method} {target}: {found:?}");
    }
}
