//! What goes wrong around `create`.

use super::super::create;
use super::super::defect::Defect;
use super::super::directory::Directory;
use super::super::failure::Failure;
use super::super::function::Function::Create;
use super::super::members::{add, omit, put};
use super::shared::{any_users, carry_over, entries, failed_with, failures_last, keys_in, recode, respell, result, rows};
use super::{After, Before, Keys, Outcome};
use crate::mock::device::Request;
use serde_json::{Value, json};

pub(super) const BEFORE: &[Before] = &[
    (Defect::CreateNothingMakesOne, Create, |keys, _| {
        keys.entry("users").or_insert_with(|| json!([{}]));
    }),
    (Defect::OwnUuidIgnored, Create, |keys, _| entries(keys).for_each(|entry| omit(entry, "uuid"))),
    (Defect::CreateCarriesOver, Create, |keys, _| carry_over(keys)),
    (Defect::CreateBlanksTrimmed, Create, |keys, _| respell(keys, |text| Some(text.trim().to_owned()))),
    (Defect::CreateDropsPin, Create, |keys, _| entries(keys).for_each(drop_pin)),
];

pub(super) const AFTER: &[After] = &[
    (Defect::CreateEmptyListRefused, Create, |outcome, keys, _| match keys.get("users") {
        Some(Value::Array(users)) if users.is_empty() => Err(Failure::new(11).of("users")),
        _ => outcome,
    }),
    (Defect::GeneratedUuidHidden, Create, generated_hidden),
    (Defect::CreateWithoutStamp, Create, |outcome, _, _| rows(outcome, |row| omit(row, "timestamp"))),
    (Defect::UnknownFieldIsValueError, Create, |outcome, _, _| {
        recode(outcome, "EDIR_FIELD_NAME_UNKNOWN", "EDIR_FIELD_VALUE_ERROR")
    }),
    (Defect::RefusedEntryIsMade, Create, refused_is_made),
    (Defect::CreateStampBesideErrors, Create, |outcome, _, directory| {
        rows(outcome, |row| add(row, "timestamp", json!(directory.stamp)))
    }),
    (Defect::CreateTwentyAtMost, Create, |outcome, _, directory| {
        let made = outcome.as_ref().map(|result| keys_in(&result["users"])).unwrap_or_default();
        for key in made.iter().skip(20) {
            directory.bury(key);
        }
        outcome
    }),
    (Defect::ShortPinRefusesCall, Create, |outcome, keys, _| {
        let entries = keys.get("users").and_then(Value::as_array).into_iter().flatten();
        let short = |entry: &Value| entry["access"]["pin"].as_str().is_some_and(|pin| pin.len() == 1);
        if entries.into_iter().any(short) { Err(Failure::new(12).of("users")) } else { outcome }
    }),
    (Defect::CreateFailuresLast, Create, failures_last),
    (Defect::CreateTakesAnyUsers, Create, any_users),
    (Defect::CreateNothingStoresOne, Create, |outcome, keys, directory| {
        if outcome.is_ok() && !keys.contains_key("users") {
            let uuid = directory.chance.uuid();
            directory.put(&uuid, &uuid, Keys::new());
        }
        outcome
    }),
    (Defect::RefusedCallCreates, Create, |outcome, keys, directory| {
        let first = keys.get("users").map(|users| users.get(0).unwrap_or(users)).filter(|_| outcome.is_err());
        if let Some(first) = first.filter(|first| first.is_object()) {
            let alone = [("users".to_owned(), json!([first]))].into_iter().collect();
            // What it would be answered is nobody's business: the refusal is what leaves the unit.
            let _ = create::answer(directory, &alone, &Request::default());
        }
        outcome
    }),
    (Defect::CreateOwnSeries, Create, |outcome, _, _| {
        result(outcome, |result| put(result, "series", json!("1000000000000000001")))
    }),
    (Defect::SeriesChangesOnCreate, Create, |outcome, _, directory| {
        directory.series = directory.chance.series();
        outcome
    }),
];

fn drop_pin(entry: &mut Keys) {
    entry.shift_remove("access.pin");
    if let Some(Value::Object(access)) = entry.get_mut("access") {
        access.shift_remove("pin");
    }
}

/// The rows of entries whose uuid the unit made up do not tell it.
fn generated_hidden(outcome: Outcome, keys: &Keys, _: &mut Directory) -> Outcome {
    let sent = keys.get("users").and_then(Value::as_array).cloned().unwrap_or_default();
    super::shared::list(outcome, |users| {
        for (user, _) in users.iter_mut().zip(sent).filter(|(_, sent)| sent.get("uuid").is_none()) {
            user.as_object_mut().map(|row| row.shift_remove("uuid"));
        }
    })
}

/// An entry refused for an unknown field is there afterwards, empty.
fn refused_is_made(outcome: Outcome, _: &Keys, directory: &mut Directory) -> Outcome {
    let users =
        outcome.as_ref().ok().and_then(|result| result.get("users")).and_then(Value::as_array).cloned().unwrap_or_default();
    let unknown = |row: &&Keys| failed_with(row, "EDIR_FIELD_NAME_UNKNOWN");
    for uuid in users.iter().filter_map(Value::as_object).filter(unknown).filter_map(|row| row.get("uuid")?.as_str()) {
        directory.put(&uuid.to_ascii_uppercase(), uuid, Keys::new());
    }
    outcome
}
