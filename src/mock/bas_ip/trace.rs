//! A long trace of requests: every defect and every quirk must show somewhere in it.

use super::defect::Defect;
use super::examples::Bench;
use super::requests;
use super::{DEFECTS, QUIRKS};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

pub(super) struct Trace<'a> {
    pub bench: Bench,
    root: &'static str,
    lines: Vec<String>,
    /// What another panel said; the trace ends where this one says something else.
    other: Option<&'a [String]>,
    differs: bool,
}

impl Trace<'_> {
    pub fn send(&mut self, method: &str, path: &str, body: Option<&str>) {
        if self.differs {
            return;
        }
        self.bench.now += Duration::from_secs(1);
        let target = if path == "/api/info" { path.to_owned() } else { format!("{}{path}", self.root) };
        let reply = self.bench.reply(method, &target, body.map(str::as_bytes));
        let text = String::from_utf8_lossy(&reply.body);
        let start = body.and_then(|body| body.get(..60));
        let line = format!("{method} {path} {start:?} -> {} {:?} {:?} {text}", reply.status, reply.headers, reply.framing);
        self.differs = self.other.is_some_and(|other| other.get(self.lines.len()) != Some(&line));
        self.lines.push(line);
    }

    pub fn get(&mut self, path: &str) {
        self.send("GET", path, None);
    }

    pub fn list(&mut self, query: &str) {
        self.get(&format!("/access/identifier/items/link?limit=10&page_number=1{query}"));
    }

    pub fn erase(&mut self, body: &str) {
        self.send("DELETE", "/access/identifier/items/link", Some(body));
    }

    pub fn delete(&mut self, body: &str) {
        self.erase(body);
        self.list("");
    }

    pub fn upsert(&mut self, items: &[Value]) {
        self.send("POST", "/access/identifier/items/link", Some(&json!({ "list_items": items }).to_string()));
    }
}

/// The lines of a trace, and whether they differ from those of another panel.
fn trace(defects: &[&str], quirks: &[&str], other: Option<&[String]>) -> (Vec<String>, bool) {
    let edition = defects.iter().find_map(|name| Defect::named(name)?.edition());
    let old = quirks.contains(&"v0") || edition == Some("v0");
    let root = if old { "/api/v0" } else { "/api/v1" };
    let mut trace = Trace { bench: Bench::new(defects, quirks), root, lines: Vec::new(), other, differs: false };
    requests::all(&mut trace);
    (trace.lines, trace.differs)
}

#[test]
fn every_defect_shows() {
    let mut plain: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let silent = DEFECTS.iter().filter(|row| {
        let edition = Defect::named(row.name).and_then(Defect::edition).unwrap_or("android-2.9");
        let other = plain.entry(edition).or_insert_with(|| trace(&[], &[edition], None).0);
        !trace(&[row.name], &[], Some(other)).1
    });
    assert_eq!(silent.map(|row| row.name).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn every_quirk_shows() {
    let plain = trace(&[], &[], None).0;
    let silent = QUIRKS.iter().filter(|row| row.name != "android-2.9" && !trace(&[], &[row.name], Some(&plain)).1);
    assert_eq!(silent.map(|row| row.name).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn names_are_unique() {
    for names in [DEFECTS.iter().map(|row| row.name).collect::<Vec<_>>(), QUIRKS.iter().map(|row| row.name).collect()] {
        let mut unique = names.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), names.len());
    }
}
