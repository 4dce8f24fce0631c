//! The event log: logins and openings leave a trace.

use super::defect::Defect;
use super::device::{Answer, Answered, Panel};
use super::fault::Fault;
use super::listing::{Cell, Field, Shape, page};
use super::quirk::Quirk;
use crate::mock::device::Request;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;

/// When the panel was switched on, in milliseconds since 1970.
const SWITCHED_ON: u64 = 1_780_000_000_000;
/// How many events the panel remembers.
const LONGEST: usize = 1000;

/// One event.
#[derive(Debug, Clone)]
pub(super) struct Event {
    milliseconds: u64,
    name: &'static str,
}

/// The events, newest first.
#[derive(Debug, Default)]
pub(super) struct Log(VecDeque<Event>);

impl Log {
    pub fn note(&mut self, name: &'static str, now: Duration) {
        let milliseconds = SWITCHED_ON + u64::try_from(now.as_millis()).unwrap_or_default();
        self.0.push_front(Event { milliseconds, name });
        self.0.truncate(LONGEST);
    }

    /// How often each event is in the log.
    pub fn state(&self) -> Value {
        let mut counts = std::collections::BTreeMap::new();
        self.0.iter().for_each(|event| *counts.entry(event.name).or_insert(0) += 1);
        json!(counts)
    }
}

const FIELDS: &[Field] =
    &[Field { name: "name", is_number: false, options: &[] }, Field { name: "timestamp", is_number: true, options: &[] }];

impl Panel {
    pub(super) fn note_login(&mut self, name: &'static str, now: Duration) {
        if !self.nature.wrong(Defect::LoginsNotLogged) {
            self.log.note(name, now);
        }
    }

    /// `GET /log/items`: the events, newest first.
    pub(super) fn list_log(&self, request: &Request) -> Answered {
        let locale = request.query("locale").unwrap_or("en");
        let known = self.nature.edition.locales.contains(&locale);
        if !known && self.nature.quirky(Quirk::UnknownLocaleRefused) {
            return Err(Fault::Body);
        }
        if self.nature.wrong(Defect::LocaleRefused) && self.nature.edition.locales.last() == Some(&locale) {
            return Err(Fault::Body);
        }
        let bound = |name: &str| request.query(name).and_then(|text| text.parse().ok()).map(in_milliseconds);
        let (from, to) = (bound("from").unwrap_or(0), bound("to").unwrap_or(u64::MAX));
        let events = self.log.0.iter().filter(|event| (from..=to).contains(&event.milliseconds)).collect();
        let cell = |event: &Event, field: &str| match field {
            "name" => Some(Cell::Text(event.name.into())),
            "timestamp" => i64::try_from(event.milliseconds).ok().map(Cell::Number),
            _ => None,
        };
        let page = page(&self.nature, request, events, &Shape { fields: FIELDS, cell: &cell, strict: false }, 0)?;
        let unit = if self.nature.wrong(Defect::LogInSeconds) { 1000 } else { 1 };
        let rows: Vec<Value> = page.rows.iter().map(|event| event_row(event, unit)).collect();
        Ok(Answer::Json(json!({ self.nature.edition.list_option: page.option, "list_items": rows })))
    }
}

/// A bound that can only be meant in seconds is taken so.
fn in_milliseconds(bound: u64) -> u64 {
    if bound < 100_000_000_000 { bound * 1000 } else { bound }
}

fn event_row(event: &Event, unit: u64) -> Value {
    let category = if event.name.contains("access") { "access" } else { "system" };
    json!({
        "timestamp": event.milliseconds / unit,
        "category": category,
        "priority": "low",
        "name": {"key": event.name, "text": event.name.replace('_', " ")},
    })
}
