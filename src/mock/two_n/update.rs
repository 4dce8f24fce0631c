//! `PUT /api/dir/update` (HTTP API manual 5.14.3).

use super::defect::Defect;
use super::directory::Directory;
use super::draft::{Draft, Fault};
use super::failure::Failure;
use super::lapse;
use super::neighbour;
use super::quirk::Quirk;
use super::row;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// How long a unit that reads, waits and writes waits; only a defect does.
pub const PAUSE: Duration = Duration::from_millis(100);

/// Changes the supplied fields of every entry that can be changed; a row is taken whole or not at all.
pub fn answer(directory: &mut Directory, keys: &Map<String, Value>) -> Result<Value, Failure> {
    if !keys.contains_key("users") && directory.manner.differs(Quirk::MissingUsersIsCode12) {
        return Err(Failure::new(12).of("users"));
    }
    if !keys.contains_key("users") && directory.manner.differs(Quirk::MissingUsersIsCode14) {
        return Err(Failure::new(14));
    }
    let rows = row::demanded(keys, directory.manner)?;
    if rows.iter().any(has_null) && directory.manner.differs(Quirk::NullRefusesCall) {
        return Err(Failure::new(12).of("users"));
    }
    let stops = directory.manner.wrong(Defect::UpdateStopsAtFirstFailure);
    let users = row::answered(&rows, stops, |entry| update(directory, entry));
    Ok(json!({ "series": directory.series, "users": users }))
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        other => other.is_null(),
    }
}

fn update(directory: &mut Directory, entry: &Value) -> Value {
    let manner = directory.manner;
    match changed(directory, entry) {
        Ok((uuid, stamp)) if manner.wrong(Defect::UpdateMovesUuid) => {
            let uuid = directory.made_in_call.take().unwrap_or(uuid);
            row::changed(&Value::Null, &uuid, stamp, manner)
        }
        Ok((uuid, stamp)) => row::changed(entry, &uuid, stamp, manner),
        Err(faults) => row::refused(entry, &faults, manner),
    }
}

fn changed(directory: &mut Directory, entry: &Value) -> Result<(String, u64), Vec<Fault>> {
    let manner = directory.manner;
    let key = row::key_of(entry, manner).map_err(|code| vec![Fault::new(code)])?;
    let Value::Object(fields) = entry else { return Err(vec![Fault::new("EDIR_UUID_IS_MISSING")]) };
    let spelt =
        directory.find(&key).is_none_or(|stored| row::spelt_well(entry, &stored.uuid, Defect::UpdateCaseSensitive, manner));
    let Some((uuid, before)) = stored(directory, entry, &key).filter(|_| spelt) else {
        return Err(vec![Fault::new("EDIR_UUID_DOES_NOT_EXIST")]);
    };
    if fields.len() == 1 && manner.differs(Quirk::BareUpdateRefused) {
        return Err(vec![Fault::new("EDIR_FIELD_VALUE_ERROR")]);
    }
    let before = as_read(directory, &key, before);
    let start = if manner.wrong(Defect::UpdateReplaces) { Map::new() } else { before.clone() };
    let mut draft = Draft::new(false, start, &directory.template, manner);
    draft.write(fields);
    let accepted = draft.accepted();
    match draft.finish() {
        Ok(after) => neighbour::check(directory, &key, &after)
            .map(|()| (uuid.clone(), write(directory, &key, &uuid, before, after, fields))),
        Err(faults) => {
            if manner.wrong(Defect::UpdateHalfWritten) {
                directory.put(&key, &uuid, accepted);
            }
            Err(faults)
        }
    }
}

/// The spelling and the fields of the entry to change, dead or never born where a defect has it so.
fn stored(directory: &Directory, entry: &Value, key: &str) -> Option<(String, Map<String, Value>)> {
    let manner = directory.manner;
    let grave = directory.grave(key).filter(|_| manner.wrong(Defect::UpdateRevives));
    match directory.find(key).or(grave) {
        Some(stored) => Some((stored.uuid.clone(), stored.fields.clone())),
        None if manner.wrong(Defect::UpdateCreates) => Some((entry["uuid"].as_str()?.to_owned(), Map::new())),
        None => None,
    }
}

/// What an update works on: the entry as it is, or as it was before another update that has not been answered yet.
fn as_read(directory: &mut Directory, key: &str, stored: Map<String, Value>) -> Map<String, Value> {
    if !directory.manner.wrong(Defect::OverlappingUpdatesLose) {
        return stored;
    }
    let now = directory.now;
    let read = match directory.read.get(key) {
        Some((when, _)) if *when == now => return stored,
        Some((when, read)) if now < *when + PAUSE => read.clone(),
        _ => stored,
    };
    directory.read.insert(key.to_owned(), (now, read.clone()));
    read
}

/// Stores the changed entry and returns its stamp.
fn write(
    directory: &mut Directory,
    key: &str,
    uuid: &str,
    before: Map<String, Value>,
    after: Map<String, Value>,
    request: &Map<String, Value>,
) -> u64 {
    let manner = directory.manner;
    if after == before && manner.differs(Quirk::UnchangedKeepsStamp) {
        return directory.find(key).map_or(0, |entry| entry.stamp);
    }
    if manner.wrong(Defect::UpdateKeepsStamp) {
        return directory.rewrite(key, after).unwrap_or_default();
    }
    let cleared = cleared(&before, &after, &directory.template);
    if !cleared.is_empty() && manner.wrong(Defect::GetShowsCleared) {
        directory.cleared.entry(key.to_owned()).or_default().extend(cleared);
    }
    let mut after = if manner.wrong(Defect::UpdateNotStored) { before.clone() } else { after };
    lapse::updated(&mut after, &before, &directory.template, manner);
    let stamp = directory.put(key, uuid, after.clone()).unwrap_or_default();
    if manner.wrong(Defect::UpdateMovesUuid) {
        return moved(directory, key, after);
    }
    if manner.wrong(Defect::UpdateNeighbourByPrefix) {
        update_neighbours(directory, key, &after);
    }
    if request.get("deleted") == Some(&json!(true)) && manner.wrong(Defect::UpdateDeletedDeletes) {
        directory.bury(key);
    }
    stamp
}

/// The fields, and the members of `access`, that have returned to their default.
fn cleared(before: &Map<String, Value>, after: &Map<String, Value>, template: &Map<String, Value>) -> Vec<String> {
    let fields = before.keys().filter(|name| *name != "access" && !after.contains_key(*name));
    let mut places: Vec<String> = fields.map(|name| format!("/{name}")).collect();
    let Some(Value::Object(defaults)) = template.get("access") else { return places };
    let differs = |entry: &Map<String, Value>, name: &str, default: &Value| {
        entry.get("access").and_then(|access| access.get(name)).is_some_and(|value| value != default)
    };
    let returned = defaults.iter().filter(|(name, default)| differs(before, name, default) && !differs(after, name, default));
    places.extend(returned.map(|(name, _)| format!("/access/{name}")));
    places
}

/// Moves an entry to a uuid of the unit's own making.
fn moved(directory: &mut Directory, key: &str, fields: Map<String, Value>) -> u64 {
    directory.bury(key);
    let uuid = directory.chance.uuid();
    let stamp = directory.put(&uuid, &uuid, fields).unwrap_or_default();
    directory.made_in_call = Some(uuid);
    stamp
}

fn update_neighbours(directory: &mut Directory, key: &str, fields: &Map<String, Value>) {
    for neighbour in directory.neighbours(key) {
        directory.put(&neighbour, &neighbour, fields.clone());
    }
}
