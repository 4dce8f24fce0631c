//! What goes wrong around `get`.

use super::super::defect::Defect;
use super::super::directory::Directory;
use super::super::failure::Failure;
use super::super::function::Function::Get;
use super::super::identifier::dashed;
use super::super::members::{add, omit, replace};
use super::super::path::{self, Step};
use super::delete::some_failed;
use super::shared::{any_users, beside_name, failed_with, failures_last, is_zero, keys_in, list, respell, rows};
use super::{After, Before, Keys, Outcome};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) const BEFORE: &[Before] = &[
    (Defect::GetWithoutUsersListsAll, Get, |keys, directory| {
        let all: Vec<Value> = directory.keys_where(|_| true).into_iter().map(|key| json!({ "uuid": key })).collect();
        keys.entry("users").or_insert_with(|| json!(all));
    }),
    (Defect::GetDefaultEverything, Get, |keys, _| add(keys, "fields", json!([]))),
    (Defect::GetEmptyFieldsIsAbsent, Get, |keys, _| {
        if keys.get("fields") == Some(&json!([])) {
            keys.shift_remove("fields");
        }
    }),
    (Defect::GetNameBringsAll, Get, |keys, _| {
        if keys.get("fields").is_some_and(Value::is_array) {
            keys.insert("fields".into(), json!([]));
        }
    }),
    (Defect::GetIndexIgnored, Get, |keys, _| {
        let fields = keys.get_mut("fields").and_then(Value::as_array_mut);
        fields.into_iter().flatten().for_each(|field| *field = json!(without_index(field.as_str().unwrap_or_default())));
    }),
    (Defect::GetUndashedAccepted, Get, |keys, _| {
        respell(keys, |text| (!text.contains('-')).then(|| dashed(text))?);
    }),
    (Defect::GetMovesStamp, Get, |keys, directory| {
        for key in keys_in(keys.get("users").unwrap_or(&Value::Null)) {
            directory.touch(&key);
        }
    }),
];

pub(super) const AFTER: &[After] = &[
    (Defect::GetEmptyListRefused, Get, |outcome, keys, _| match keys.get("users") {
        Some(Value::Array(users)) if users.is_empty() => Err(Failure::new(11).of("users")),
        _ => outcome,
    }),
    (Defect::GetWithoutUuid, Get, |outcome, _, _| {
        rows(outcome, |row| {
            if !row.contains_key("errors") {
                row.shift_remove("uuid");
            }
        })
    }),
    (Defect::GetUnknownPlain, Get, |outcome, _, _| plain(outcome, "EDIR_UUID_DOES_NOT_EXIST")),
    (Defect::GetMalformedPlain, Get, |outcome, _, _| plain(outcome, "EDIR_UUID_INVALID_FORMAT")),
    (Defect::GetMixedFails, Get, |outcome, _, _| if some_failed(&outcome) { Err(Failure::new(12).of("users")) } else { outcome }),
    (Defect::GetFailuresLast, Get, failures_last),
    (Defect::GetUnknownFieldRefused, Get, |outcome, keys, directory| {
        refuse_fields(
            outcome,
            keys,
            |steps| !matches!(steps.first(), Some(Step::Name(name)) if directory.template.contains_key(name)),
        )
    }),
    (Defect::GetIndexBeyondFails, Get, |outcome, keys, _| {
        refuse_fields(outcome, keys, |steps| steps.iter().any(|step| matches!(step, Step::Index(index) if *index > 3)))
    }),
    (Defect::GetRepeatedFieldRefused, Get, |outcome, keys, _| {
        let names = asked(keys);
        if names.iter().collect::<BTreeSet<_>>().len() < names.len() { Err(Failure::new(12).of("fields")) } else { outcome }
    }),
    (Defect::GetWithoutStamp, Get, |outcome, _, _| rows(outcome, |row| omit(row, "timestamp"))),
    (Defect::GetFieldsShifted, Get, |outcome, _, _| list(outcome, |users| shift(users))),
    (Defect::GetNameBringsAccess, Get, |outcome, keys, directory| beside_name(outcome, keys, directory, "access")),
    (Defect::GetShowsCleared, Get, shows_cleared),
    (
        Defect::GetHidesFalse,
        Get,
        |outcome, keys, _| if keys.contains_key("fields") { outcome } else { rows(outcome, hide_false) },
    ),
    (Defect::GetDottedFlat, Get, dotted_flat),
    (Defect::GetParentEmpty, Get, |outcome, keys, _| {
        let parent = asked(keys).iter().any(|name| name == "access");
        if parent { rows(outcome, |row| replace(row, "access", json!({}))) } else { outcome }
    }),
    (Defect::GetTakesAnyUsers, Get, any_users),
    (Defect::GetZeroFindsTemplate, Get, |outcome, _, _| {
        rows(outcome, |row| {
            if is_zero(row) {
                row.shift_remove("errors");
                row.insert("timestamp".into(), json!(0));
            }
        })
    }),
    (Defect::GetAllLacksEmail, Get, |outcome, keys, _| {
        let all = keys.get("fields") == Some(&json!([]));
        if all { rows(outcome, |row| omit(row, "email")) } else { outcome }
    }),
    (Defect::ValidityReadAsNumber, Get, |outcome, _, _| rows(outcome, validity_as_number)),
];

fn asked(keys: &Keys) -> Vec<String> {
    let fields = keys.get("fields").and_then(Value::as_array);
    fields.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn refuse_fields(outcome: Outcome, keys: &Keys, bad: impl Fn(&[Step]) -> bool) -> Outcome {
    let refused = asked(keys).iter().any(|name| path::read(name).is_none_or(|steps| bad(&steps)));
    if refused { Err(Failure::new(12).of("fields")) } else { outcome }
}

/// A row that has an error with this code, without it.
fn plain(outcome: Outcome, code: &str) -> Outcome {
    rows(outcome, |row| {
        if failed_with(row, code) {
            row.shift_remove("errors");
        }
    })
}

/// Each found entry keeps its uuid and stamp, and shows the other fields of the next.
fn shift(users: &mut [Value]) {
    let mut found: Vec<&mut Keys> =
        users.iter_mut().filter_map(Value::as_object_mut).filter(|row| !row.contains_key("errors")).collect();
    let mut others: Vec<Keys> = found.iter().map(|row| (*row).clone()).collect();
    if !others.is_empty() {
        others.rotate_left(1);
    }
    for (row, other) in found.iter_mut().zip(others) {
        row.retain(|name, _| matches!(name.as_str(), "uuid" | "timestamp"));
        row.extend(other.into_iter().filter(|(name, _)| !matches!(name.as_str(), "uuid" | "timestamp")));
    }
}

/// Without `fields`, what updates have set back to its default is shown all the same.
fn shows_cleared(outcome: Outcome, keys: &Keys, directory: &mut Directory) -> Outcome {
    if keys.contains_key("fields") {
        return outcome;
    }
    rows(outcome, |row| {
        let key = row.get("uuid").and_then(Value::as_str).unwrap_or_default().to_ascii_uppercase();
        if directory.find(&key).is_none() {
            return;
        }
        for place in directory.cleared.get(&key).into_iter().flatten() {
            let Some(default) = directory.template.get(place.split('/').nth(1).unwrap_or_default()) else { continue };
            match place.strip_prefix("/access/") {
                None => add(row, place.trim_start_matches('/'), default.clone()),
                Some(name) => {
                    if let Value::Object(access) = row.entry("access").or_insert_with(|| json!({})) {
                        add(access, name, default[name].clone());
                    }
                }
            }
        }
    })
}

/// Without `fields`, `enabled` of an access point is left out where it is false, and what is empty then as well.
fn hide_false(row: &mut Keys) {
    let Some(Value::Object(access)) = row.get_mut("access") else { return };
    if let Some(Value::Array(points)) = access.get_mut("accessPoints") {
        points.iter_mut().filter_map(Value::as_object_mut).for_each(|point| point.retain(|_, value| *value != json!(false)));
        if points.iter().all(|point| *point == json!({})) {
            access.shift_remove("accessPoints");
        }
    }
    if access.is_empty() {
        row.shift_remove("access");
    }
}

/// A dotted name comes back as a key of that name, not in nested form.
fn dotted_flat(outcome: Outcome, keys: &Keys, _: &mut Directory) -> Outcome {
    let dotted: Vec<String> = asked(keys).into_iter().filter(|name| name.contains('.')).collect();
    rows(outcome, |row| {
        for name in &dotted {
            let top = name.split(['.', '[']).next().unwrap_or_default();
            if let Some(value) = row.shift_remove(top) {
                row.insert(name.clone(), value);
            }
        }
    })
}

fn without_index(name: &str) -> String {
    let parts: Vec<&str> = name.split('.').map(|part| part.split('[').next().unwrap_or_default()).collect();
    parts.join(".")
}

fn validity_as_number(row: &mut Keys) {
    let Some(Value::Object(access)) = row.get_mut("access") else { return };
    for name in ["validFrom", "validTo"] {
        if let Some(number) = access.get(name).and_then(Value::as_str).and_then(|text| text.parse::<u64>().ok()) {
            access.insert(name.into(), json!(number));
        }
    }
}
