//! `PUT /api/dir/create` (HTTP API manual 5.14.2).

use super::directory::Directory;
use super::draft::{Draft, Fault};
use super::failure::Failure;
use super::identifier::Identifier;
use super::manner::Manner;
use super::quirk::Quirk;
use super::row;
use crate::mock::device::Request;
use serde_json::{Map, Value, json};

/// Makes every entry that can be made; without entries the reply has nothing but the series.
pub fn answer(directory: &mut Directory, keys: &Map<String, Value>, request: &Request) -> Result<Value, Failure> {
    let force = forced(keys, request, directory.manner)?;
    let rows = row::requested(keys, directory.manner)?.unwrap_or_default();
    let mut result = json!({ "series": directory.series });
    if !rows.is_empty() {
        result["users"] = rows.iter().map(|entry| create(directory, entry, force)).collect();
    }
    Ok(result)
}

/// `force` travels in the query (`1`, `0`) or in the JSON (`true`, `false`), by edition of the manual; the query wins.
fn forced(keys: &Map<String, Value>, request: &Request, manner: Manner) -> Result<bool, Failure> {
    let in_query = request.query("force").filter(|_| !manner.differs(Quirk::ForceInBodyOnly));
    let in_body = keys.get("force").filter(|_| !manner.differs(Quirk::ForceInQueryOnly));
    match (in_query, in_body) {
        (Some("1"), _) => Ok(true),
        (Some("0"), _) => Ok(false),
        (None, None) => Ok(false),
        (None, Some(Value::Bool(force))) => Ok(*force),
        _ if manner.differs(Quirk::OddForceIsFalse) => Ok(false),
        _ => Err(Failure::new(12).of("force")),
    }
}

fn create(directory: &mut Directory, entry: &Value, force: bool) -> Value {
    let manner = directory.manner;
    match made(directory, entry, force) {
        Ok((uuid, stamp)) => row::changed(entry, &uuid, stamp, manner),
        Err(faults) => row::refused(entry, &faults, manner),
    }
}

fn made(directory: &mut Directory, entry: &Value, force: bool) -> Result<(String, u64), Vec<Fault>> {
    let Value::Object(fields) = entry else { return Err(vec![Fault::new("EDIR_FIELD_VALUE_ERROR")]) };
    let uuid = uuid_of(directory, entry).map_err(|code| vec![Fault::new(code)])?;
    let key = uuid.to_ascii_uppercase();
    if directory.find(&key).is_some() && !force {
        return Err(vec![Fault::new("EDIR_UUID_ALREADY_EXISTS")]);
    }
    refuse_owned_fields(fields, directory.manner)?;
    let mut draft = Draft::new(Map::new(), &directory.template, directory.manner);
    draft.write(fields);
    let fields = draft.finish()?;
    // The documents do not name the code of a full directory; this one is ours.
    let stamp = directory.put(&key, &uuid, fields).ok_or_else(|| vec![Fault::new("EDIR_DIRECTORY_FULL")])?;
    Ok((uuid, stamp))
}

/// The uuid an entry is made under: the client's, or one of the unit's own.
fn uuid_of(directory: &mut Directory, entry: &Value) -> Result<String, &'static str> {
    let manner = directory.manner;
    let malformed =
        if manner.differs(Quirk::CreateMalformedIsFormat) { "EDIR_UUID_INVALID_FORMAT" } else { "EDIR_FIELD_VALUE_ERROR" };
    match Identifier::read(entry, manner) {
        Identifier::Key(_) => Ok(entry["uuid"].as_str().unwrap_or_default().to_owned()),
        Identifier::Empty if manner.differs(Quirk::CreateEmptyUuidRefused) => Err(malformed),
        Identifier::Absent | Identifier::Empty => Ok(fresh(directory)),
        Identifier::Zero if manner.differs(Quirk::CreateZeroGenerates) => Ok(fresh(directory)),
        Identifier::Zero if manner.differs(Quirk::ZeroDoesNotExist) => Err("EDIR_UUID_DOES_NOT_EXIST"),
        Identifier::Zero => Err("EDIR_UUID_INVALID_FORMAT"),
        Identifier::Malformed | Identifier::WrongType => Err(malformed),
    }
}

fn fresh(directory: &mut Directory) -> String {
    directory.chance.uuid()
}

/// `deleted` and `timestamp` belong to the unit: ignored, or refused by stricter units.
fn refuse_owned_fields(fields: &Map<String, Value>, manner: Manner) -> Result<(), Vec<Fault>> {
    let owned = fields.get("deleted").is_some_and(|flag| flag != &json!(false)) || fields.contains_key("timestamp");
    let strict = owned && manner.differs(Quirk::CreateRefusesOwnedFields);
    if strict { Err(vec![Fault::new("EDIR_FIELD_VALUE_ERROR")]) } else { Ok(()) }
}
