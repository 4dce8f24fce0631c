//! The rows of a reply: one for each entry of the request (HTTP API manual 5.14.4, key `users`).

use super::defect::Defect;
use super::draft::Fault;
use super::failure::Failure;
use super::identifier::Identifier;
use super::manner::Manner;
use super::quirk::Quirk;
use serde_json::{Map, Value, json};

/// The `users` of a request: absent, or a list of objects; anything else refuses the call.
pub fn requested(keys: &Map<String, Value>, manner: Manner) -> Result<Option<Vec<Value>>, Failure> {
    match keys.get("users") {
        None => Ok(None),
        Some(Value::Array(rows)) if rows.iter().all(Value::is_object) || manner.differs(Quirk::OddRowsJudgedAlone) => {
            readable(rows, manner)?;
            Ok(Some(rows.clone()))
        }
        Some(_) if manner.differs(Quirk::WrongShapeIsCode14) => Err(Failure::new(14)),
        Some(_) => Err(Failure::new(12).of("users")),
    }
}

/// Refuses the call for a uuid that is no text, or too long, on units that judge so.
fn readable(rows: &[Value], manner: Manner) -> Result<(), Failure> {
    let mut uuids = rows.iter().filter_map(|row| row.get("uuid"));
    let odd = uuids.clone().any(|uuid| !uuid.is_string());
    let huge = uuids.any(|uuid| uuid.as_str().is_some_and(|uuid| uuid.len() > 1_000));
    match () {
        () if odd && manner.differs(Quirk::OddUuidRefusesCall) => Err(Failure::new(12).of("uuid")),
        () if huge && manner.differs(Quirk::HugeUuidTooBig) => Err(Failure::new(13).of("uuid")),
        () => Ok(()),
    }
}

/// As [`requested`], where the key is mandatory and at least one row is demanded.
pub fn demanded(keys: &Map<String, Value>, manner: Manner) -> Result<Vec<Value>, Failure> {
    match requested(keys, manner)? {
        Some(rows) if rows.is_empty() && manner.differs(Quirk::EmptyUsersIsCode12) => Err(Failure::new(12).of("users")),
        Some(rows) if !rows.is_empty() || manner.differs(Quirk::EmptyUsersIsFine) => Ok(rows),
        _ => Err(Failure::new(11).of("users")),
    }
}

/// Answers the rows of a call one by one; a unit with this defect stops after the first failure.
pub fn answered(rows: &[Value], stops: bool, mut answer: impl FnMut(&Value) -> Value) -> Vec<Value> {
    let mut users = Vec::new();
    for row in rows {
        let user = answer(row);
        let failed = user.get("errors").is_some();
        users.push(user);
        if failed && stops {
            break;
        }
    }
    users
}

/// Whether an entry may be found by this spelling of its uuid (any case, unless a defect minds it).
pub fn spelt_well(row: &Value, stored: &str, minds_case: Defect, manner: Manner) -> bool {
    !manner.wrong(minds_case) || row.get("uuid").and_then(Value::as_str) == Some(stored)
}

/// Refuses the call when a row has no uuid, on units that judge so.
pub fn all_named(rows: &[Value], manner: Manner) -> Result<(), Failure> {
    let nameless = rows.iter().any(|row| row.get("uuid").is_none());
    if nameless && manner.differs(Quirk::MissingUuidRefusesCall) { Err(Failure::new(11).of("uuid")) } else { Ok(()) }
}

/// The code for a uuid that names no entry, in `get`, `update` and `delete`; the key where it may name one.
pub fn key_of(row: &Value, manner: Manner) -> Result<String, &'static str> {
    match Identifier::read(row, manner) {
        Identifier::Key(key) => Ok(key),
        Identifier::Absent if manner.differs(Quirk::MissingUuidIsMalformed) => Err("EDIR_UUID_INVALID_FORMAT"),
        Identifier::Absent => Err("EDIR_UUID_IS_MISSING"),
        Identifier::Empty if manner.differs(Quirk::EmptyUuidIsMissing) => Err("EDIR_UUID_IS_MISSING"),
        Identifier::Zero if manner.differs(Quirk::ZeroDoesNotExist) => Err("EDIR_UUID_DOES_NOT_EXIST"),
        Identifier::Empty | Identifier::WrongType | Identifier::Zero | Identifier::Malformed => Err("EDIR_UUID_INVALID_FORMAT"),
    }
}

/// A change that was made.
pub fn changed(row: &Value, stored: &str, stamp: u64, manner: Manner) -> Value {
    let mut members = extra(manner);
    members.insert("uuid".into(), json!(echo(row, stored, manner)));
    members.insert("timestamp".into(), json!(stamp));
    Value::Object(members)
}

/// A change or reading that was refused; a uuid that is no text is not repeated.
pub fn refused(row: &Value, faults: &[Fault], manner: Manner) -> Value {
    let mut members = extra(manner);
    if let Some(Value::String(sent)) = row.get("uuid") {
        let upper = manner.differs(Quirk::UuidUpperCased) && super::identifier::well_formed(sent);
        members.insert("uuid".into(), json!(if upper { sent.to_ascii_uppercase() } else { sent.clone() }));
    }
    let shown = if manner.differs(Quirk::FirstFaultOnly) { 1 } else { faults.len() };
    members.insert("errors".into(), faults.iter().take(shown).map(|fault| error(fault, manner)).collect());
    Value::Object(members)
}

/// How a found entry's uuid is spelt in a reply: as the request spelt it.
pub fn echo(row: &Value, stored: &str, manner: Manner) -> String {
    let sent = row.get("uuid").and_then(Value::as_str).filter(|sent| sent.eq_ignore_ascii_case(stored));
    let spelt = if manner.differs(Quirk::UuidAsStored) { stored } else { sent.unwrap_or(stored) };
    if manner.differs(Quirk::UuidUpperCased) { spelt.to_ascii_uppercase() } else { spelt.to_owned() }
}

fn error(fault: &Fault, manner: Manner) -> Value {
    let mut members = Map::new();
    members.insert("code".into(), json!(fault.code));
    if let (Some(field), true) = (&fault.field, manner.differs(Quirk::ErrorsNameTheField)) {
        members.insert("field".into(), json!(field));
    }
    Value::Object(members)
}

fn extra(manner: Manner) -> Map<String, Value> {
    let mut members = Map::new();
    if manner.differs(Quirk::UnknownKeysInRows) {
        members.insert("revision".into(), json!(3));
    }
    members
}
