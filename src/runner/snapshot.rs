//! The entries of others, before and after: nothing of theirs may change.
//!
//! A listing is read page by page, and of each entry only a digest is kept: ten thousand entries cost a few megabytes, whatever they hold.

use std::collections::BTreeMap;

use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::backup::Backup;
use super::bench::{Bench, MOST_PAGES, own_maker};
use super::claims::{Claims, Whose, key_of};
use super::redaction::Redaction;
use super::request::outgoing;
use super::transport::Transport;
use crate::case::Risk;
use crate::exchange::{Answer, Exchange};
use crate::json::pointer_put;
use crate::suite::Snapshot;
use crate::template::Scope;

/// How often a page is asked for that does not come.
const TRIES: u32 = 4;

/// One entry, as little of it as is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    digest: [u8; 16],
    pub whose: Whose,
    /// It has an id and nothing else.
    pub bare: bool,
    pub stamp: Option<u64>,
    /// The id as the device wrote it, where it may have to be removed.
    pub id: Option<Value>,
    /// The line of the backup that shows it as it was.
    pub line: Option<u64>,
}

/// What a device holds: listing and id of each entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Holdings {
    pub entries: BTreeMap<(usize, String), Held>,
    pub tombstones: u64,
    /// The highest stamp, and the generation it belongs to, of each listing that has stamps.
    pub stamps: BTreeMap<usize, (u64, Option<String>)>,
}

impl Holdings {
    /// Whether the device held an entry of somebody else under this id.
    pub(super) fn holds_foreign(&self, listing: usize, id: &Value) -> bool {
        self.entries.get(&(listing, key_of(id))).is_some_and(|held| held.whose != Whose::Ours)
    }

    /// The entries that are somebody else's.
    pub(super) fn foreign(&self) -> impl Iterator<Item = (&(usize, String), &Held)> {
        self.entries.iter().filter(|(_, held)| held.whose == Whose::Others)
    }

    /// Whether an entry is not as it was.
    pub(super) fn differs(&self, key: &(usize, String), held: &Held) -> bool {
        self.entries.get(key).is_none_or(|now| now.digest != held.digest)
    }
}

/// Reads everything that the suite knows how to list.
///
/// # Errors
/// Why it could not be read.
pub(super) async fn take<T: Transport>(bench: &Bench<'_, T>, claims: &Claims<'_>) -> Result<Holdings, String> {
    take_and_keep(bench, claims, &Backup::default(), &Redaction::default()).await
}

/// The same, and writes the entries of others down.
///
/// # Errors
/// Why it could not be read, or not be written down.
pub(super) async fn take_and_keep<T: Transport>(
    bench: &Bench<'_, T>,
    claims: &Claims<'_>,
    backup: &Backup,
    redaction: &Redaction,
) -> Result<Holdings, String> {
    let suite = &bench.suite.suite;
    let not_safe = |error| format!("the entries of others could not be written down: {error}");
    let write = |kind: &str, row: &Value| backup.write(&suite.suite, kind, row, redaction).map_err(not_safe);
    let mut holdings = Holdings::default();
    for (listing, snapshot) in suite.safety.snapshots.iter().enumerate() {
        if snapshot.needs.iter().all(|need| bench.known.has(need) == Some(true)) {
            list(bench, listing, snapshot, claims, &write, &mut holdings).await?;
        }
    }
    backup.finish().map_err(not_safe)?;
    Ok(holdings)
}

/// The entries of others that a device lists as written since a snapshot was taken, with what they are now; `None` where it keeps no stamps.
pub(super) async fn written_since<T: Transport>(
    bench: &Bench<'_, T>,
    before: &Holdings,
    claims: &Claims<'_>,
) -> Option<Vec<(usize, String)>> {
    let mut written = None;
    for (listing, snapshot) in bench.suite.suite.safety.snapshots.iter().enumerate() {
        let (Some(since), Some((stamp, series))) = (&snapshot.since, before.stamps.get(&listing)) else { continue };
        let maker = own_maker(bench.seed, bench.ours);
        let mut scope = Scope::new(&bench.known.values, &maker);
        scope.set("stamp", json!(stamp));
        scope.set("series", series.clone().map_or_else(|| json!({ "$absent": true }), Value::String));
        let request = outgoing(since, &scope, false).ok()?;
        let mut body = read(bench, &request, &snapshot.pages.items, true).await.ok()?;
        let rows = taken(&mut body, &snapshot.pages.items).unwrap_or_default();
        let newer = rows.iter().filter(|row| stamp_of(row, snapshot).is_some_and(|have| have > *stamp));
        let others = newer.filter_map(|row| row.pointer(&snapshot.id).map(|id| (id, row)));
        let others = others.filter(|(id, row)| claims.whose(&snapshot.kind, Some(id), row) == Whose::Others);
        written.get_or_insert_with(Vec::new).extend(others.map(|(id, _)| (listing, key_of(id))));
    }
    written
}

async fn list<T: Transport>(
    bench: &Bench<'_, T>,
    listing: usize,
    snapshot: &Snapshot,
    claims: &Claims<'_>,
    write: &impl Fn(&str, &Value) -> Result<Option<u64>, String>,
    holdings: &mut Holdings,
) -> Result<(), String> {
    let maker = own_maker(bench.seed, bench.ours);
    let scope = Scope::new(&bench.known.values, &maker);
    let mut read_rows = 0;
    for page in 1..=MOST_PAGES {
        let request = bench.page_request(&snapshot.pages, page, &scope)?;
        let mut body = match read(bench, &request, &snapshot.pages.items, false).await {
            Ok(body) => body,
            Err(why) => return Err(format!("the list of {} entries could not be read: {why}", snapshot.kind)),
        };
        let total = snapshot.pages.total(&body);
        let rows = taken(&mut body, &snapshot.pages.items).unwrap_or_default();
        let before = holdings.entries.len() as u64 + holdings.tombstones;
        read_rows += rows.len() as u64;
        for row in rows {
            if let Some(held) = take_row(listing, snapshot, &row, claims, holdings).filter(|held| held.whose == Whose::Others) {
                held.line = write(&snapshot.kind, &row)?;
            }
        }
        note_series(listing, snapshot, &body, holdings);
        let nothing_new = holdings.entries.len() as u64 + holdings.tombstones == before;
        if nothing_new || !snapshot.pages.is_paged() || total.is_some_and(|total| read_rows >= total) {
            break;
        }
    }
    Ok(())
}

/// Asks until a reply comes that has rows; reading may be repeated.
async fn read<T: Transport>(
    bench: &Bench<'_, T>,
    request: &crate::exchange::Outgoing,
    items: &str,
    may_lack_rows: bool,
) -> Result<Value, String> {
    bench.firewall.check(request, Risk::Read, bench.ours)?;
    let mut why = String::new();
    for _ in 0..TRIES {
        match rows_of(bench.send(request).await, items, may_lack_rows) {
            Ok(body) => return Ok(body),
            Err(problem) => why = problem,
        }
        if bench.stops.is_over() {
            break;
        }
    }
    Err(why)
}

fn rows_of(exchange: Exchange, items: &str, may_lack_rows: bool) -> Result<Value, String> {
    let answer = exchange.outcome.map_err(|fault| fault.to_string())?;
    if answer.capped {
        return Err("the reply is longer than is read".to_owned());
    }
    let body = crate::json::read(&answer.body).value.unwrap_or_default();
    if body.pointer(items).is_some_and(Value::is_array) || may_lack_rows || says_none(&answer, &body, items) {
        Ok(body)
    } else {
        Err(format!("status {} without rows", answer.status))
    }
}

/// Whether a reply has the object that the list would be a member of, without the list: a device may leave out what is empty.
fn says_none(answer: &Answer, body: &Value, items: &str) -> bool {
    let around = items.rsplit_once('/').map(|(around, _)| around).filter(|around| !around.is_empty());
    answer.status == 200
        && body.pointer(items).is_none()
        && around.and_then(|around| body.pointer(around)).is_some_and(Value::is_object)
}

fn taken(body: &mut Value, items: &str) -> Option<Vec<Value>> {
    match body.pointer_mut(items)?.take() {
        Value::Array(rows) => Some(rows),
        _ => None,
    }
}

fn note_series(listing: usize, snapshot: &Snapshot, body: &Value, holdings: &mut Holdings) {
    if snapshot.stamp.is_some() {
        let entry = holdings.stamps.entry(listing).or_default();
        entry.1 = snapshot.series.as_ref().and_then(|place| body.pointer(place)).and_then(Value::as_str).map(str::to_owned);
    }
}

fn stamp_of(row: &Value, snapshot: &Snapshot) -> Option<u64> {
    row.pointer(snapshot.stamp.as_ref()?).and_then(Value::as_u64)
}

/// Takes what is needed of a row; `None` where it is only the trace of an entry.
pub(super) fn take_row<'h>(
    listing: usize,
    snapshot: &Snapshot,
    row: &Value,
    claims: &Claims<'_>,
    holdings: &'h mut Holdings,
) -> Option<&'h mut Held> {
    let stamp = stamp_of(row, snapshot);
    if let Some(stamp) = stamp {
        let highest = holdings.stamps.entry(listing).or_default();
        highest.0 = highest.0.max(stamp);
    }
    if snapshot.tombstone.as_ref().is_some_and(|place| row.pointer(place) == Some(&Value::Bool(true))) {
        holdings.tombstones += 1;
        return None;
    }
    let content = content(row, &snapshot.ignore);
    let digest: [u8; 16] = Md5::digest(content.to_string()).into();
    let id = row.pointer(&snapshot.id).filter(|id| id.as_str().is_some_and(|id| !id.is_empty()) || id.is_number());
    let key = id.map_or_else(|| format!("without an id, {}", crate::template::hex(&digest)), key_of);
    let whose = claims.whose(&snapshot.kind, id, row);
    let bare = is_bare(&content, &snapshot.id);
    let kept = whose == Whose::Ours || bare;
    let held = Held { digest, whose, bare, stamp, id: id.cloned().filter(|_| kept), line: None };
    let place = holdings.entries.entry((listing, key));
    Some(place.insert_entry(held).into_mut())
}

/// What of an entry is compared, its members in order, so that another order is no change.
fn content(row: &Value, ignore: &[String]) -> Value {
    let mut row = row.clone();
    for place in ignore {
        pointer_put(&mut row, place, None);
    }
    sorted(&row)
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(elements) => Value::Array(elements.iter().map(sorted).collect()),
        Value::Object(members) => {
            let ordered: BTreeMap<&String, Value> = members.iter().map(|(name, inner)| (name, sorted(inner))).collect();
            Value::Object(ordered.into_iter().map(|(name, inner)| (name.clone(), inner)).collect())
        }
        scalar => scalar.clone(),
    }
}

/// Whether an entry says nothing beside its id: nobody's name, number or right is on it.
fn is_bare(content: &Value, id: &str) -> bool {
    let mut rest = content.clone();
    pointer_put(&mut rest, id, None);
    says_nothing(&rest)
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty() || text == "0",
        Value::Array(elements) => elements.iter().all(says_nothing),
        Value::Object(members) => members.values().all(says_nothing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_says_nothing_is_bare() {
        let rows = [
            (json!({ "uuid": "a" }), true),
            (
                json!({ "uuid": "a", "name": "", "access": { "pin": "", "code": ["", ""], "validFrom": "0" }, "deleted": false }),
                true,
            ),
            (json!({ "uuid": "a", "name": "x" }), false),
            (json!({ "uuid": "a", "access": { "code": ["", "1"] } }), false),
        ];
        for (row, expected) in rows {
            assert_eq!(is_bare(&row, "/uuid"), expected, "{row}");
        }
    }

    #[test]
    fn a_list_that_is_left_out_is_empty_where_its_object_is_there() {
        let rows = [
            (200, r#"{"success":true,"result":{"series":"1"}}"#, "/result/users", Some(true)),
            (200, r#"{"success":true,"result":{"users":[]}}"#, "/result/users", Some(true)),
            (200, r#"{"success":true,"result":{"users":1}}"#, "/result/users", None),
            (200, r#"{"success":false,"error":{}}"#, "/result/users", None),
            (503, r#"{"result":{}}"#, "/result/users", None),
            (200, "{}", "/list_items", None),
        ];
        for (status, body, items, expected) in rows {
            let answer = Answer { status, body: body.as_bytes().to_vec(), ..Answer::default() };
            let exchange = Exchange { sent: Default::default(), outcome: Ok(answer), duration_us: 1, challenges: 0 };
            assert_eq!(rows_of(exchange, items, false).ok().map(|_| true), expected, "{body}");
        }
    }
}
