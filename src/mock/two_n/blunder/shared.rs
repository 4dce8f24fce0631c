//! What several functions get wrong alike, and the tools to say so in a line.

use super::super::defect::Defect;
use super::super::directory::Directory;
use super::super::function::Function::*;
use super::super::identifier::{ZERO, well_formed};
use super::super::selection::Selection;
use super::{After, Keys, Outcome};
use serde_json::{Value, json};

pub(super) const AFTER: &[After] = &[
    (Defect::SeriesAsNumber, Template, series_as_number),
    (Defect::SeriesAsNumber, Create, series_as_number),
    (Defect::SeriesAsNumber, Update, series_as_number),
    (Defect::SeriesAsNumber, Delete, series_as_number),
    (Defect::SeriesAsNumber, Get, series_as_number),
    (Defect::SeriesAsNumber, Query, series_as_number),
    (Defect::StampAsText, Create, stamp_as_text),
    (Defect::StampAsText, Update, stamp_as_text),
    (Defect::StampAsText, Delete, stamp_as_text),
    (Defect::StampAsText, Get, stamp_as_text),
    (Defect::StampAsText, Query, stamp_as_text),
    (Defect::ErrorsAsObject, Get, errors_as_object),
    (Defect::ErrorsAsObject, Update, errors_as_object),
    (Defect::ErrorsAsObject, Delete, errors_as_object),
    (Defect::CodeWithoutPrefix, Get, code_without_prefix),
    (Defect::CodeWithoutPrefix, Delete, code_without_prefix),
    (Defect::CodeWithoutPrefix, Update, code_without_prefix),
];

/// The outcome with every row changed by `act`.
pub(super) fn rows(mut outcome: Outcome, act: impl Fn(&mut Keys)) -> Outcome {
    if let Ok(Value::Object(result)) = &mut outcome
        && let Some(Value::Array(users)) = result.get_mut("users")
    {
        users.iter_mut().filter_map(Value::as_object_mut).for_each(act);
    }
    outcome
}

/// The outcome with its list of rows changed by `act`.
pub(super) fn list(mut outcome: Outcome, act: impl FnOnce(&mut Vec<Value>)) -> Outcome {
    if let Ok(Value::Object(result)) = &mut outcome
        && let Some(Value::Array(users)) = result.get_mut("users")
    {
        act(users);
    }
    outcome
}

/// The outcome with the members of `result` changed by `act`.
pub(super) fn result(mut outcome: Outcome, act: impl FnOnce(&mut Keys)) -> Outcome {
    if let Ok(Value::Object(result)) = &mut outcome {
        act(result);
    }
    outcome
}

/// True when a row was refused with this code.
pub(super) fn failed_with(row: &Keys, code: &str) -> bool {
    row.get("errors").and_then(Value::as_array).is_some_and(|errors| errors.iter().any(|error| error["code"] == json!(code)))
}

/// Another code in place of the right one.
pub(super) fn recode(outcome: Outcome, right: &str, wrong: &str) -> Outcome {
    rows(outcome, |row| {
        if failed_with(row, right) {
            row.insert("errors".into(), json!([{ "code": wrong }]));
        }
    })
}

/// Refused rows that say success instead.
pub(super) fn forgive(outcome: Outcome, stamp: u64, forgiven: impl Fn(&Keys) -> bool) -> Outcome {
    rows(outcome, |row| {
        if row.contains_key("errors") && forgiven(row) {
            row.shift_remove("errors");
            row.insert("timestamp".into(), json!(stamp));
        }
    })
}

/// Shows a field that was not asked for beside a `name` that was, where it is not at its default.
pub(super) fn beside_name(outcome: Outcome, keys: &Keys, directory: &Directory, field: &str) -> Outcome {
    let asked = keys.get("fields").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let tops: Vec<&str> = asked.map(|name| name.split(['.', '[']).next().unwrap_or_default()).collect();
    if !tops.contains(&"name") || tops.contains(&field) {
        return outcome;
    }
    rows(outcome, |row| {
        let uuid = row.get("uuid").and_then(Value::as_str).unwrap_or_default();
        let Some(entry) = directory.find(&uuid.to_ascii_uppercase()) else { return };
        let mut changed = Selection::Changed.view(&entry.fields, &directory.template, directory.manner);
        if let Some(value) = changed.shift_remove(field) {
            row.insert(field.to_owned(), value);
        }
    })
}

/// Rows of successes first, those of failures last.
pub(super) fn failures_last(outcome: Outcome, _: &Keys, _: &mut Directory) -> Outcome {
    list(outcome, |users| users.sort_by_key(|user| user.get("errors").is_some()))
}

/// A `users` of a wrong type counts as empty.
pub(super) fn any_users(outcome: Outcome, keys: &Keys, directory: &mut Directory) -> Outcome {
    match outcome {
        Err(_) if keys.get("users").is_some_and(|users| !users.is_array()) => {
            Ok(json!({ "series": directory.series, "users": [] }))
        }
        other => other,
    }
}

pub(super) fn is_zero(row: &Keys) -> bool {
    row.get("uuid") == Some(&json!(ZERO))
}

/// The entries a request names.
pub(super) fn entries(keys: &mut Keys) -> impl Iterator<Item = &mut Keys> {
    let users = keys.get_mut("users").and_then(Value::as_array_mut);
    users.into_iter().flatten().filter_map(Value::as_object_mut)
}

/// The well-formed uuids anywhere in a value, as keys.
pub(super) fn keys_in(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if well_formed(text) => vec![text.to_ascii_uppercase()],
        Value::Array(items) => items.iter().flat_map(keys_in).collect(),
        Value::Object(members) => members.values().flat_map(keys_in).collect(),
        _ => Vec::new(),
    }
}

/// Rewrites the uuids of a request.
pub(super) fn respell(keys: &mut Keys, spell: impl Fn(&str) -> Option<String>) {
    for entry in entries(keys) {
        if let Some(spelt) = entry.get("uuid").and_then(Value::as_str).and_then(&spell) {
            entry.insert("uuid".into(), json!(spelt));
        }
    }
}

/// Gives each entry the fields that the one before it has and it has not.
pub(super) fn carry_over(keys: &mut Keys) {
    let mut before = Keys::new();
    for entry in entries(keys) {
        for (name, value) in before.iter().filter(|(name, _)| *name != "uuid") {
            entry.entry(name.clone()).or_insert_with(|| value.clone());
        }
        before.clone_from(entry);
    }
}

/// Deletes whatever has no owner.
pub(super) fn bury_unowned(directory: &mut Directory) {
    for key in directory.keys_where(|entry| entry.owner().is_empty()) {
        directory.bury(&key);
    }
}

fn series_as_number(outcome: Outcome, _: &Keys, directory: &mut Directory) -> Outcome {
    let number: u64 = directory.series.parse().unwrap_or_default();
    result(outcome, |result| {
        result.insert("series".into(), json!(number));
    })
}

fn stamp_as_text(outcome: Outcome, _: &Keys, _: &mut Directory) -> Outcome {
    rows(outcome, |row| {
        if let Some(stamp) = row.get_mut("timestamp") {
            *stamp = json!(stamp.to_string());
        }
    })
}

fn errors_as_object(outcome: Outcome, _: &Keys, _: &mut Directory) -> Outcome {
    rows(outcome, |row| {
        if let Some(errors) = row.get_mut("errors") {
            *errors = errors[0].clone();
        }
    })
}

fn code_without_prefix(outcome: Outcome, _: &Keys, _: &mut Directory) -> Outcome {
    rows(outcome, |row| {
        if let Some(Value::String(code)) = row.get_mut("errors").and_then(|errors| errors.pointer_mut("/0/code")) {
            *code = code.trim_start_matches("EDIR_").to_owned();
        }
    })
}
