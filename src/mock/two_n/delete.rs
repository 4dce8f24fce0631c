//! `PUT /api/dir/delete` (HTTP API manual 5.14.4).

use super::defect::Defect;
use super::directory::Directory;
use super::draft::Fault;
use super::failure::Failure;
use super::manner::Manner;
use super::quirk::Quirk;
use super::row;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Deletes by uuid or by owner; the request as a whole succeeds although single rows fail.
pub fn answer(directory: &mut Directory, keys: &Map<String, Value>) -> Result<Value, Failure> {
    let (owner, rows) = scope(keys, directory.manner)?;
    let mut users = Vec::new();
    if let Some(owner) = owner {
        users.extend(delete_owned(directory, &owner));
    }
    users.extend(delete_rows(directory, &rows));
    Ok(json!({ "series": directory.series, "users": users }))
}

/// Whose entries and which rows: exactly one of the keys is expected.
fn scope(keys: &Map<String, Value>, manner: Manner) -> Result<(Option<String>, Vec<Value>), Failure> {
    let rows = match keys.get("users") {
        Some(_) => row::requested(keys, manner)?,
        None => None,
    };
    let owner = keys.get("owner").map(|owner| owner_of(owner, manner)).transpose()?;
    match (owner, rows) {
        (None, None) if manner.differs(Quirk::DeleteNothingIsFine) => Ok((None, Vec::new())),
        (None, None) if manner.differs(Quirk::DeleteNothingIsCode12) => Err(Failure::new(12).of("users")),
        (None, None) => Err(Failure::new(11).of("users")),
        (None, Some(rows)) => {
            row::demanded(keys, manner)?;
            row::all_named(&rows, manner)?;
            Ok((None, rows))
        }
        (Some(owner), None) => Ok((owner, Vec::new())),
        (Some(owner), Some(_)) if manner.differs(Quirk::BothKeysOwnerOnly) => Ok((owner, Vec::new())),
        (Some(_), Some(rows)) if manner.differs(Quirk::BothKeysUsersOnly) => Ok((None, rows)),
        (Some(owner), Some(rows)) if manner.differs(Quirk::BothKeysUnion) => Ok((owner, rows)),
        (Some(_), Some(_)) => Err(Failure::new(17).of("owner")),
    }
}

/// The owner asked for; `None` inside where the key is there but names nobody.
fn owner_of(owner: &Value, manner: Manner) -> Result<Option<String>, Failure> {
    match owner.as_str() {
        Some("") if manner.differs(Quirk::EmptyOwnerMatchesUnowned) => Ok(Some(String::new())),
        Some("") if manner.differs(Quirk::OddOwnerMatchesNobody) => Ok(None),
        None if manner.differs(Quirk::OddOwnerMatchesNobody) => Ok(None),
        Some("") | None => Err(Failure::new(12).of("owner")),
        Some(owner) if owner.len() > 1_000 && manner.differs(Quirk::LongOwnerTooBig) => Err(Failure::new(13).of("owner")),
        Some(owner) => Ok(Some(owner.to_owned())),
    }
}

fn delete_owned(directory: &mut Directory, owner: &str) -> Vec<Value> {
    let manner = directory.manner;
    let mut users = Vec::new();
    let mut keys = directory.keys_where(|entry| owns(owner, entry.owner(), manner));
    if manner.wrong(Defect::OwnerDeletesAllOwned) && !keys.is_empty() {
        keys = directory.keys_where(|entry| !entry.owner().is_empty());
    }
    if manner.wrong(Defect::OldOwnerDeletesToo) && !owner.is_empty() {
        let first = |key: &String| directory.first_owners.get(key).is_some_and(|first| first == owner);
        keys.extend(directory.keys_where(|entry| entry.owner() != owner).into_iter().filter(first));
    }
    let limit = if manner.wrong(Defect::OwnerDeletesOne) { 1 } else { usize::MAX };
    for key in keys.into_iter().take(limit) {
        let uuid = directory.find(&key).map_or_else(String::new, |entry| entry.uuid.clone());
        if let Some(stamp) = directory.bury(&key) {
            users.push(row::changed(&Value::Null, &uuid, stamp, manner));
        }
    }
    if manner.wrong(Defect::OwnerListsDeleted) {
        users.extend(deleted_before(directory, owner));
    }
    users
}

/// Rows of entries of this owner that are no more; only a defect lists them.
fn deleted_before(directory: &Directory, owner: &str) -> Vec<Value> {
    let owned = directory.buried.iter().filter(|(_, fields)| fields.get("owner").and_then(Value::as_str) == Some(owner));
    let graves = owned.filter_map(|(key, _)| directory.grave(key));
    graves.map(|grave| row::changed(&Value::Null, &grave.uuid, grave.stamp, directory.manner)).collect()
}

/// Owners match when they are equal, character by character; defects see it otherwise.
fn owns(asked: &str, owner: &str, manner: Manner) -> bool {
    type Matches = fn(&str, &str) -> bool;
    const LOOSE: &[(Defect, Matches)] = &[
        (Defect::OwnerByPrefix, |asked, owner| owner.starts_with(asked)),
        (Defect::OwnerAnyCase, |asked, owner| asked.to_lowercase() == owner.to_lowercase()),
        (Defect::OwnerTrimmed, |asked, owner| asked.trim() == owner.trim()),
        (Defect::OwnerWildcard, |asked, owner| asked.strip_suffix(['*', '%']).is_some_and(|start| owner.starts_with(start))),
    ];
    let known = asked.is_ascii() || !manner.wrong(Defect::UnicodeOwnerLost);
    let exact = known && asked == owner;
    exact || LOOSE.iter().any(|(defect, matches)| manner.wrong(*defect) && matches(asked, owner))
}

fn delete_rows(directory: &mut Directory, rows: &[Value]) -> Vec<Value> {
    let mut done = HashMap::new();
    rows.iter().map(|entry| delete(directory, entry, &mut done)).collect()
}

fn delete(directory: &mut Directory, entry: &Value, done: &mut HashMap<String, u64>) -> Value {
    let manner = directory.manner;
    let refused = |code| row::refused(entry, &[Fault::new(code)], manner);
    let key = match row::key_of(entry, manner) {
        Ok(key) => key,
        Err(code) => return refused(code),
    };
    let uuid = directory.find(&key).map_or_else(|| key.clone(), |entry| entry.uuid.clone());
    let before = done.get(&key).copied().filter(|_| manner.differs(Quirk::DeleteTwiceInOneCall));
    if !row::spelt_well(entry, &uuid, Defect::DeleteCaseSensitive, manner) {
        return refused("EDIR_UUID_DOES_NOT_EXIST");
    }
    if done.len() >= 10 && manner.wrong(Defect::DeleteTenAtMost) && directory.find(&key).is_some() {
        return row::changed(entry, &uuid, directory.stamp, manner);
    }
    let neighbours = directory.neighbours_at_risk(&key);
    match directory.bury(&key).or(before) {
        Some(stamp) => {
            for neighbour in &neighbours {
                directory.bury(neighbour);
            }
            done.insert(key, stamp);
            row::changed(entry, &uuid, stamp, manner)
        }
        None => refused("EDIR_UUID_DOES_NOT_EXIST"),
    }
}
