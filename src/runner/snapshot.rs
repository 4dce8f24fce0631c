//! The entries of others, before and after: nothing of theirs may change.

use crate::template::Scope;
use std::collections::{BTreeMap, BTreeSet};

use md5::{Digest, Md5};
use serde_json::Value;

use super::bench::{Bench, own_maker};
use super::transport::Transport;
use crate::record::Untouched;
use crate::suite::Snapshot;

/// What a device holds: kind and id of each entry to a digest of its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    entries: BTreeMap<(String, String), [u8; 16]>,
    /// Kind and id of what bears the hand of this run, whatever its id.
    signed: BTreeSet<(String, String)>,
    tombstones: u64,
}

/// Reads everything that the suite knows how to list.
///
/// # Errors
/// Why it could not be read.
pub(super) async fn take<T: Transport>(bench: &Bench<'_, T>) -> Result<Holdings, String> {
    let maker = own_maker(bench.seed, bench.ours);
    let scope = Scope::new(&bench.known.values, &maker);
    let mut holdings = Holdings::default();
    for snapshot in &bench.suite.suite.safety.snapshots {
        if snapshot.needs.iter().all(|need| bench.known.has(need) == Some(true)) {
            list(bench, snapshot, &scope, &mut holdings).await?;
        }
    }
    Ok(holdings)
}

async fn list<T: Transport>(
    bench: &Bench<'_, T>,
    snapshot: &Snapshot,
    scope: &Scope<'_>,
    holdings: &mut Holdings,
) -> Result<(), String> {
    let exchange = bench.all_pages(&snapshot.pages, scope).await?;
    let answer = exchange.outcome.as_ref().map_err(ToString::to_string)?;
    let body = crate::json::read(&answer.body).value;
    let rows = body.as_ref().and_then(|body| body.pointer(&snapshot.pages.items)).and_then(Value::as_array);
    let Some(rows) = rows else {
        return Err(format!("the list of {} entries could not be read (status {})", snapshot.kind, answer.status));
    };
    for row in rows {
        if snapshot.tombstone.as_ref().is_some_and(|place| row.pointer(place) == Some(&Value::Bool(true))) {
            holdings.tombstones += 1;
            continue;
        }
        let digest = digest(row, &snapshot.ignore);
        let known = match row.pointer(&snapshot.id) {
            Some(Value::String(id)) if !id.is_empty() => Some(id.to_ascii_lowercase()),
            Some(Value::Number(id)) => Some(id.to_string()),
            _ => None,
        };
        if let Some(id) = known.clone().filter(|_| is_signed(row, &|text| bench.ours.signed(text))) {
            holdings.signed.insert((snapshot.kind.clone(), id));
        }
        let id = known.unwrap_or_else(|| format!("without an id, {}", crate::template::hex(&digest)));
        holdings.entries.insert((snapshot.kind.clone(), id), digest);
    }
    Ok(())
}

/// Whether any text in a row is one of which something holds.
fn is_signed(row: &Value, is_ours: &dyn Fn(&str) -> bool) -> bool {
    match row {
        Value::String(text) => is_ours(text),
        Value::Array(elements) => elements.iter().any(|element| is_signed(element, is_ours)),
        Value::Object(members) => members.values().any(|member| is_signed(member, is_ours)),
        _ => false,
    }
}

fn digest(row: &Value, ignore: &[String]) -> [u8; 16] {
    let mut row = row.clone();
    for place in ignore {
        super::pointer::put(&mut row, place, None);
    }
    Md5::digest(sorted(&row).to_string()).into()
}

/// The same value with its members in order, so that another order is no change.
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

impl Holdings {
    /// Ids of a kind that are among the given ones.
    pub(super) fn of(&self, kind: &str, is_ours: impl Fn(&str) -> bool) -> Vec<String> {
        self.entries.keys().filter(|(have, id)| have == kind && is_ours(id)).map(|(_, id)| id.clone()).collect()
    }

    /// Ids of a kind that were not there before and bear the hand of this run.
    pub(super) fn signed_since(&self, before: &Self, kind: &str) -> Vec<String> {
        let new = self.signed.iter().filter(|key| key.0 == kind && !before.entries.contains_key(*key));
        new.map(|(_, id)| id.clone()).collect()
    }

    /// What became of the entries that were there before; entries that this run made are left aside.
    pub(super) fn compare(before: &Self, after: &Self, is_ours: impl Fn(&str) -> bool) -> Untouched {
        let mut changes = Vec::new();
        for ((kind, id), digest) in &before.entries {
            match after.entries.get(&(kind.clone(), id.clone())) {
                None => changes.push(format!("the {kind} {id} is gone")),
                Some(now) if now != digest => changes.push(format!("the {kind} {id} is not as it was")),
                Some(_) => {}
            }
        }
        let new = after.entries.keys().filter(|key| !before.entries.contains_key(*key));
        let left_behind = new
            .map(|(kind, id)| if is_ours(id) { format!("{kind} {id}") } else { format!("{kind} {id} (not known to this run)") });
        Untouched {
            holds: Some(changes.is_empty()),
            compared: before.entries.len() as u64,
            changes,
            left_behind: left_behind.collect(),
            tombstones: after.tombstones.saturating_sub(before.tombstones),
            why_unknown: None,
        }
    }
}
