//! `PUT /api/dir/create` (HTTP API manual 5.14.2).

use super::defect::Defect;
use super::directory::Directory;
use super::draft::{Draft, Fault};
use super::failure::Failure;
use super::identifier::{Identifier, ZERO, well_formed};
use super::lapse;
use super::manner::Manner;
use super::neighbour;
use super::quirk::Quirk;
use super::row;
use crate::mock::device::Request;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Makes every entry that can be made; without entries the reply has nothing but the series.
pub fn answer(directory: &mut Directory, keys: &Map<String, Value>, request: &Request) -> Result<Value, Failure> {
    let force = forced(keys, request, directory.manner)?;
    let rows = row::requested(keys, directory.manner)?.unwrap_or_default();
    if rows.len() > 64 && directory.manner.differs(Quirk::BatchOfSixtyFour) {
        return Err(Failure::new(13).of("users"));
    }
    let mut result = json!({ "series": directory.series });
    if !rows.is_empty() {
        let stops = directory.manner.wrong(Defect::CreateStopsAtFirstFailure);
        let repeated = repeated(&rows);
        result["users"] = json!(row::answered(&rows, stops, |entry| create_in(directory, entry, force, &repeated)));
    }
    Ok(result)
}

/// `force` travels in the query (`1`, `0`) or in the JSON (`true`, `false`), by edition of the manual; the query wins.
fn forced(keys: &Map<String, Value>, request: &Request, manner: Manner) -> Result<bool, Failure> {
    let first = || request.query.iter().find(|(name, _)| name == "force").map(|(_, value)| value.as_str());
    let twice = request.query.iter().filter(|(name, _)| name == "force").count() > 1;
    let in_query = match () {
        () if manner.wrong(Defect::FirstForceWins) => first(),
        () if twice && manner.wrong(Defect::ForceTwiceIsNone) => None,
        () => request.query("force"),
    };
    let in_query = in_query.filter(|_| !manner.differs(Quirk::ForceInBodyOnly));
    let in_body = keys.get("force").filter(|_| !manner.differs(Quirk::ForceInQueryOnly));
    match (in_query, in_body) {
        _ if manner.wrong(Defect::ForceIgnored) => Ok(false),
        (Some(_), _) | (_, Some(_)) if manner.wrong(Defect::ForceFalseIsTrue) => Ok(true),
        (Some(_), Some(Value::Bool(force))) if manner.differs(Quirk::ForceBodyWins) => Ok(*force),
        (Some("1"), _) => Ok(true),
        (Some("0"), _) => Ok(false),
        (None, None) => Ok(false),
        (None, Some(Value::Bool(force))) => Ok(*force),
        _ if manner.differs(Quirk::OddForceIsFalse) => Ok(false),
        _ if manner.differs(Quirk::OddForceIsTrue) => Ok(true),
        _ => Err(Failure::new(12).of("force")),
    }
}

/// The well-formed uuids that occur more than once in a call, in upper case.
fn repeated(rows: &[Value]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let uuids = rows.iter().filter_map(|row| row.get("uuid")?.as_str()).filter(|uuid| well_formed(uuid) && *uuid != ZERO);
    uuids.map(str::to_ascii_uppercase).filter(|uuid| !seen.insert(uuid.clone())).collect()
}

/// Creates one entry of a call in which some uuids occur repeatedly: the second finds the first, or the call is seen as a whole.
fn create_in(directory: &mut Directory, entry: &Value, force: bool, repeated: &BTreeSet<String>) -> Value {
    let manner = directory.manner;
    let uuid = entry.get("uuid").and_then(Value::as_str).unwrap_or_default().to_ascii_uppercase();
    if force || !repeated.contains(&uuid) {
        return create(directory, entry, force);
    }
    if manner.differs(Quirk::TwiceCreatedFailsBoth) {
        return row::refused(entry, &exists(), manner);
    }
    let made = directory.find(&uuid).is_some_and(|stored| stored.stamp > directory.before_call);
    create(directory, entry, made && manner.differs(Quirk::TwiceCreatedSucceeds))
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
    let manner = directory.manner;
    let uuid = uuid_of(directory, entry).map_err(|code| vec![Fault::new(code)])?;
    let key = if manner.wrong(Defect::CaseMakesTwo) { uuid.clone() } else { uuid.to_ascii_uppercase() };
    let stored = directory.find(&key).cloned();
    if stored.is_some() && !force && manner.wrong(Defect::CreateKeepsSilently) {
        return Ok((uuid, directory.stamp));
    }
    permitted(directory, &key, stored.is_some(), force).inspect_err(|_| write_anyway(directory, &key, fields))?;
    if fields.is_empty() && manner.wrong(Defect::EmptyEntryRefused) {
        return Err(vec![Fault::new("EDIR_FIELD_VALUE_ERROR")]);
    }
    let foreign = |owner: &str| !owner.is_ascii() && manner.wrong(Defect::UnicodeOwnerRefused);
    if fields.get("owner").and_then(Value::as_str).is_some_and(foreign) {
        return Err(vec![Fault::new("EDIR_FIELD_VALUE_ERROR")]);
    }
    refuse_owned_fields(fields, manner)?;
    let merged = stored.as_ref().filter(|_| manner.wrong(Defect::ForceMerges)).map(|entry| entry.fields.clone());
    let risen = directory.buried.get(&key).filter(|_| manner.wrong(Defect::RecreatedKeepsFields)).cloned();
    let mut draft = Draft::new(true, merged.or(risen).unwrap_or_default(), &directory.template, manner);
    draft.write(fields);
    let mut fields = draft.finish()?;
    neighbour::check(directory, &key, &fields)?;
    lapse::created(&mut fields, stored.as_ref().map(|entry| &entry.fields), &directory.template, manner);
    directory.cleared.remove(&key);
    if manner.wrong(Defect::OldOwnerDeletesToo) {
        let owner = fields.get("owner").and_then(Value::as_str).unwrap_or_default();
        directory.first_owners.insert(key.clone(), owner.to_owned());
    }
    if let Some(stamp) =
        stored.as_ref().filter(|_| manner.wrong(Defect::ForceKeepsStamp)).and_then(|_| directory.rewrite(&key, fields.clone()))
    {
        return Ok((uuid, stamp));
    }
    // The documents do not name the code of a full directory; this one is ours.
    let stamp = directory.put(&key, &uuid, fields).ok_or_else(|| vec![Fault::new("EDIR_DIRECTORY_FULL")])?;
    let secretly = stored.is_some() && !force && manner.wrong(Defect::RefusedCreateWrites);
    if secretly { Err(exists()) } else { Ok((uuid, stamp)) }
}

/// What exists is not created again without `force`.
fn permitted(directory: &Directory, key: &str, known: bool, force: bool) -> Result<(), Vec<Fault>> {
    let manner = directory.manner;
    let free = force || manner.wrong(Defect::CreateOverwrites) || manner.wrong(Defect::RefusedCreateWrites);
    match known {
        true if !free => Err(exists()),
        false if force && manner.wrong(Defect::ForceOnNewFails) => Err(vec![Fault::new("EDIR_UUID_DOES_NOT_EXIST")]),
        false if directory.grave(key).is_some() && manner.wrong(Defect::DeletedUuidReserved) => Err(exists()),
        _ => Ok(()),
    }
}

/// Writes a part of a refused entry into the one that exists, where a defect does so.
fn write_anyway(directory: &mut Directory, key: &str, fields: &Map<String, Value>) {
    const PARTS: [(Defect, &str); 2] = [(Defect::RefusedCreateWritesName, "name"), (Defect::RefusedCreateWritesAccess, "access")];
    let manner = directory.manner;
    for (_, part) in PARTS.iter().filter(|(defect, _)| manner.wrong(*defect)) {
        let Some(stored) = directory.find(key) else { return };
        let supplied = fields.iter().filter(|(name, _)| name.split('.').next() == Some(part));
        let mut draft = Draft::new(true, stored.fields.clone(), &directory.template, manner);
        draft.write(&supplied.map(|(name, value)| (name.clone(), value.clone())).collect());
        if let Ok(written) = draft.finish() {
            directory.rewrite(key, written);
        }
    }
}

fn exists() -> Vec<Fault> {
    vec![Fault::new("EDIR_UUID_ALREADY_EXISTS")]
}

/// The uuid an entry is made under: the client's, or one of the unit's own.
fn uuid_of(directory: &mut Directory, entry: &Value) -> Result<String, &'static str> {
    let manner = directory.manner;
    let malformed =
        if manner.differs(Quirk::CreateMalformedIsFormat) { "EDIR_UUID_INVALID_FORMAT" } else { "EDIR_FIELD_VALUE_ERROR" };
    match Identifier::read(entry, manner) {
        Identifier::Key(key) => Ok(spelling(entry, key)),
        Identifier::Empty if manner.differs(Quirk::CreateEmptyUuidRefused) => Err(malformed),
        Identifier::Absent | Identifier::Empty => Ok(fresh(directory)),
        Identifier::Zero if manner.wrong(Defect::ZeroUuidCreated) => Ok(ZERO.to_owned()),
        Identifier::Malformed if manner.wrong(Defect::MalformedUuidCreated) => Ok(fresh(directory)),
        Identifier::Zero if manner.differs(Quirk::CreateZeroGenerates) => Ok(fresh(directory)),
        Identifier::Zero if manner.differs(Quirk::ZeroDoesNotExist) => Err("EDIR_UUID_DOES_NOT_EXIST"),
        Identifier::Zero => Err("EDIR_UUID_INVALID_FORMAT"),
        Identifier::Malformed | Identifier::WrongType => Err(malformed),
    }
}

/// The uuid as the client spelt it; the key where a defect has read it out of something else.
fn spelling(entry: &Value, key: String) -> String {
    let sent = entry["uuid"].as_str().filter(|sent| sent.eq_ignore_ascii_case(&key));
    sent.map_or(key.clone(), str::to_owned)
}

fn fresh(directory: &mut Directory) -> String {
    let manner = directory.manner;
    let uuid = match directory.made_in_call.take().filter(|_| manner.wrong(Defect::GeneratedUuidRepeats)) {
        Some(uuid) => uuid,
        None => directory.chance.uuid(),
    };
    directory.made_in_call = Some(uuid.clone());
    match () {
        () if manner.wrong(Defect::GeneratedUndashed) => uuid.replace('-', ""),
        () if manner.wrong(Defect::UpperCaseRefused) || manner.differs(Quirk::GeneratedInLowerCase) => uuid.to_ascii_lowercase(),
        () => uuid,
    }
}

/// `deleted` and `timestamp` belong to the unit: ignored, or refused by stricter units.
fn refuse_owned_fields(fields: &Map<String, Value>, manner: Manner) -> Result<(), Vec<Fault>> {
    let owned = fields.get("deleted").is_some_and(|flag| flag != &json!(false)) || fields.contains_key("timestamp");
    let strict = owned && manner.differs(Quirk::CreateRefusesOwnedFields);
    if strict { Err(vec![Fault::new("EDIR_FIELD_VALUE_ERROR")]) } else { Ok(()) }
}
