//! The functions that only read: `template`, `get` and `query` (HTTP API manual 5.14.1, 5.14.5 and 5.14.6).

use super::defect::Defect;
use super::directory::{Directory, Entry};
use super::draft::Fault;
use super::failure::Failure;
use super::identifier::ZERO;
use super::manner::Manner;
use super::quirk::Quirk;
use super::row;
use super::selection::Selection;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// One object that lists every field of this unit with its default.
pub fn template(directory: &Directory) -> Value {
    let mut entry = directory.template.clone();
    if directory.manner.differs(Quirk::TemplateWithoutStamp) {
        entry.shift_remove("timestamp");
    }
    json!({ "series": directory.series, "users": [entry] })
}

/// The entries of these uuids, each with the fields asked for.
pub fn get(directory: &Directory, keys: &Map<String, Value>) -> Result<Value, Failure> {
    let rows = row::requested(keys, directory.manner)?.unwrap_or_default();
    row::all_named(&rows, directory.manner)?;
    let selection = Selection::read(keys.get("fields"), directory.manner)?;
    let mut seen = BTreeSet::new();
    let once =
        |row: &&Value| !directory.manner.differs(Quirk::RepeatedUuidOnce) || seen.insert(row["uuid"].to_string().to_lowercase());
    let users: Vec<Value> = rows.iter().filter(once).map(|row| get_one(directory, row, &selection)).collect();
    Ok(json!({ "series": directory.series, "users": users }))
}

fn get_one(directory: &Directory, row: &Value, selection: &Selection) -> Value {
    let manner = directory.manner;
    let found = row::key_of(row, manner)
        .or_else(|code| if is_stored_zero(directory, row) { Ok(ZERO.to_owned()) } else { Err(code) })
        .and_then(|key| found(directory, row, &key).ok_or("EDIR_UUID_DOES_NOT_EXIST"))
        .map(|entry| shown(directory, entry, &row::echo(row, &entry.uuid, manner), selection));
    found.unwrap_or_else(|code| row::refused(row, &[Fault::new(code)], manner))
}

/// The entry a row asks for: a living one, in any letter case.
fn found<'a>(directory: &'a Directory, row: &Value, key: &str) -> Option<&'a Entry> {
    let manner = directory.manner;
    let dead = manner.wrong(Defect::TombstoneReadable) || manner.wrong(Defect::GetShowsDeleted);
    let entry = directory.find(key).or_else(|| directory.grave(key).filter(|_| dead))?;
    row::spelt_well(row, &entry.uuid, Defect::GetCaseSensitive, manner).then_some(entry)
}

/// Only a defect stores an entry under the reserved uuid.
fn is_stored_zero(directory: &Directory, row: &Value) -> bool {
    row.get("uuid") == Some(&json!(ZERO)) && directory.find(ZERO).is_some()
}

/// The entries changed since a stamp of this series, in the order of their stamps.
pub fn query(directory: &Directory, keys: &Map<String, Value>) -> Result<Value, Failure> {
    let mut result = listing(directory, keys)?;
    if directory.manner.differs(Quirk::HighestUnderOtherKeys) {
        for (name, other) in [("timestamp", "highestTimestamp"), ("invalid", "invalidTimestamp")] {
            let value = result.as_object_mut().and_then(|result| result.shift_remove(name));
            if let Some(value) = value {
                result[other] = value;
            }
        }
    }
    Ok(result)
}

fn listing(directory: &Directory, keys: &Map<String, Value>) -> Result<Value, Failure> {
    let manner = directory.manner;
    let stale = is_stale(directory, keys.get("series"))?;
    let since = iterator(keys.get("iterator"), manner)?;
    let selection = Selection::read(keys.get("fields"), manner)?;
    if stale {
        return Ok(stale_series(directory));
    }
    let one_too_old = since > 0 && manner.wrong(Defect::QueryOneTooOld);
    let inclusive = one_too_old || manner.differs(Quirk::IteratorInclusive);
    let first = if inclusive { since } else { since.saturating_add(1) };
    if since > 0 && first > directory.stamp {
        return Ok(nothing_newer(directory));
    }
    let first = if one_too_old { since - 1 } else { first };
    let by_birth = manner.wrong(Defect::QueryIgnoresUpdates);
    let listed = directory.since(first).filter(|entry| !by_birth || entry.born >= first);
    let listed = listed.filter(|entry| !(entry.deleted && manner.differs(Quirk::TombstonesOmitted)));
    let mut users: Vec<Value> = listed.map(|entry| listed_one(directory, entry, &selection)).collect();
    if manner.differs(Quirk::QueryNewestFirst) {
        users.reverse();
    }
    let mut result = json!({ "series": directory.series, "users": users });
    if manner.differs(Quirk::QueryTellsHighest) {
        result["timestamp"] = json!(directory.stamp);
    }
    Ok(result)
}

fn is_stale(directory: &Directory, series: Option<&Value>) -> Result<bool, Failure> {
    match series {
        None => Ok(false),
        Some(Value::String(series)) if series.is_empty() && directory.manner.differs(Quirk::OddSeriesIgnored) => Ok(false),
        Some(Value::String(series)) => Ok(*series != directory.series && !passes_for_own(series, directory)),
        Some(_) if directory.manner.differs(Quirk::OddSeriesIsStale) => Ok(true),
        Some(_) if directory.manner.differs(Quirk::OddSeriesIgnored) => Ok(false),
        Some(_) => Err(Failure::new(12).of("series")),
    }
}

/// Whether a defect or a freedom takes another series for the unit's own.
fn passes_for_own(sent: &str, directory: &Directory) -> bool {
    type Alike = fn(&str, &str) -> bool;
    const LOOSE: &[(Defect, Alike)] = &[
        (Defect::SeriesByPrefix, |sent, own| !sent.is_empty() && (own.starts_with(sent) || sent.starts_with(own))),
        (
            Defect::SeriesAsFloat,
            |sent, own| matches!((sent.parse::<f64>(), own.parse::<f64>()), (Ok(sent), Ok(own)) if sent.total_cmp(&own).is_eq()),
        ),
    ];
    if directory.manner.differs(Quirk::SeriesLeadingZeroes) && sent.trim_start_matches('0') == directory.series {
        return true;
    }
    LOOSE.iter().any(|(defect, alike)| alike(sent, &directory.series) && directory.manner.wrong(*defect))
}

/// The stamp the client knows already; 0 for "from the beginning".
fn iterator(iterator: Option<&Value>, manner: Manner) -> Result<u64, Failure> {
    let stamp = match iterator {
        None => Some(0),
        Some(Value::Object(members)) => match members.get("timestamp") {
            None => (members.is_empty() || manner.differs(Quirk::OddIteratorIsZero)).then_some(0),
            Some(stamp) => stamp.as_u64().or_else(|| manner.differs(Quirk::OddIteratorIsBeyond).then_some(u64::MAX)),
        },
        Some(_) => None,
    };
    let lenient = manner.differs(Quirk::OddIteratorIsZero).then_some(0);
    stamp.or(lenient).ok_or_else(|| Failure::new(12).of("iterator"))
}

/// The client's series is over: it must start again. The key names are an assumption, for the manual's reply table could not be read.
fn stale_series(directory: &Directory) -> Value {
    let mut result = nothing_newer(directory);
    if !directory.manner.differs(Quirk::StaleWithoutInvalid) {
        result["invalid"] = json!(0);
    }
    if directory.manner.differs(Quirk::StaleWithEmptyUsers) {
        result["users"] = json!([]);
    }
    result
}

fn nothing_newer(directory: &Directory) -> Value {
    let mut result = json!({ "series": directory.series, "timestamp": directory.stamp });
    if directory.manner.differs(Quirk::NothingNewerEmptyUsers) {
        result["users"] = json!([]);
    }
    result
}

fn listed_one(directory: &Directory, entry: &Entry, selection: &Selection) -> Value {
    let upper = directory.manner.differs(Quirk::UuidUpperCased);
    let uuid = if upper { entry.uuid.to_ascii_uppercase() } else { entry.uuid.clone() };
    if !entry.deleted || directory.manner.wrong(Defect::TombstoneTellsName) {
        return shown(directory, entry, &uuid, selection);
    }
    let empty = directory.manner.differs(Quirk::TombstonesWithEmptyFields);
    let mut members = if empty { selection.view(&Map::new(), &directory.template, directory.manner) } else { Map::new() };
    members.insert("uuid".into(), json!(uuid));
    members.insert("deleted".into(), json!(true));
    members.insert("timestamp".into(), json!(entry.stamp));
    Value::Object(members)
}

/// An entry as it is read: `uuid` first and `timestamp` last, whatever was asked for.
fn shown(directory: &Directory, entry: &Entry, uuid: &str, selection: &Selection) -> Value {
    let mut members = Map::new();
    members.insert("uuid".into(), json!(uuid));
    for (name, value) in selection.view(&entry.fields, &directory.template, directory.manner) {
        members.entry(name).or_insert(value);
    }
    if directory.manner.differs(Quirk::UnknownKeysInRows) {
        members.insert("revision".into(), json!(3));
    }
    let first = directory.manner.wrong(Defect::GetShowsFirstStamp);
    members.shift_remove("timestamp");
    if entry.deleted && !directory.manner.wrong(Defect::TombstoneReadable) {
        members.insert("deleted".into(), json!(true));
    }
    members.insert("timestamp".into(), json!(if first { entry.born } else { entry.stamp }));
    Value::Object(members)
}
