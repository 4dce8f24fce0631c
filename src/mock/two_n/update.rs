//! `PUT /api/dir/update` (HTTP API manual 5.14.3).

use super::directory::Directory;
use super::draft::{Draft, Fault};
use super::failure::Failure;
use super::quirk::Quirk;
use super::row;
use serde_json::{Map, Value, json};

/// Changes the supplied fields of every entry that can be changed; a row is taken whole or not at all.
pub fn answer(directory: &mut Directory, keys: &Map<String, Value>) -> Result<Value, Failure> {
    let rows = row::demanded(keys, directory.manner)?;
    let users: Vec<Value> = rows.iter().map(|entry| update(directory, entry)).collect();
    Ok(json!({ "series": directory.series, "users": users }))
}

fn update(directory: &mut Directory, entry: &Value) -> Value {
    let manner = directory.manner;
    match changed(directory, entry) {
        Ok((uuid, stamp)) => row::changed(entry, &uuid, stamp, manner),
        Err(faults) => row::refused(entry, &faults, manner),
    }
}

fn changed(directory: &mut Directory, entry: &Value) -> Result<(String, u64), Vec<Fault>> {
    let key = row::key_of(entry, directory.manner).map_err(|code| vec![Fault::new(code)])?;
    let Value::Object(fields) = entry else { return Err(vec![Fault::new("EDIR_UUID_IS_MISSING")]) };
    let stored = directory.find(&key).ok_or_else(|| vec![Fault::new("EDIR_UUID_DOES_NOT_EXIST")])?;
    let uuid = stored.uuid.clone();
    let before = stored.fields.clone();
    let mut draft = Draft::new(before.clone(), &directory.template, directory.manner);
    draft.write(fields);
    let after = draft.finish()?;
    if after == before && directory.manner.differs(Quirk::UnchangedKeepsStamp) {
        return Ok((uuid, stored.stamp));
    }
    let stamp = directory.put(&key, &uuid, after).unwrap_or_default();
    Ok((uuid, stamp))
}
