//! `PUT /api/dir/update` (HTTP API manual 5.14.3).

use super::defect::Defect;
use super::directory::Directory;
use super::draft::{Draft, Fault};
use super::failure::Failure;
use super::quirk::Quirk;
use super::row;
use serde_json::{Map, Value, json};

/// Changes the supplied fields of every entry that can be changed; a row is taken whole or not at all.
pub fn answer(directory: &mut Directory, keys: &Map<String, Value>) -> Result<Value, Failure> {
    if !keys.contains_key("users") && directory.manner.differs(Quirk::MissingUsersIsCode12) {
        return Err(Failure::new(12).of("users"));
    }
    let rows = row::demanded(keys, directory.manner)?;
    let stops = directory.manner.wrong(Defect::UpdateStopsAtFirstFailure);
    let users = row::answered(&rows, stops, |entry| update(directory, entry));
    Ok(json!({ "series": directory.series, "users": users }))
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
    let start = if manner.wrong(Defect::UpdateReplaces) { Map::new() } else { before.clone() };
    let mut draft = Draft::new(false, start, &directory.template, manner);
    draft.write(fields);
    let accepted = draft.accepted();
    match draft.finish() {
        Ok(after) => Ok((uuid.clone(), write(directory, &key, &uuid, before, after, fields))),
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
    let after = if manner.wrong(Defect::UpdateNotStored) { before } else { after };
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
