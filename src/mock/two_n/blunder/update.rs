//! What goes wrong around `update`.

use super::super::defect::Defect;
use super::super::function::Function::Update;
use super::super::members::{add, omit, put};
use super::shared::{any_users, carry_over, entries, failed_with, failures_last, forgive, is_zero, recode, respell, rows};
use super::{After, Before, Keys};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) const BEFORE: &[Before] = &[
    (Defect::UpdateRepeatRefused, Update, |keys, _| {
        let mut seen = BTreeSet::new();
        let repeated = entries(keys).filter(|entry| !seen.insert(entry.get("uuid").map(Value::to_string)));
        repeated.for_each(|entry| put(entry, "repeated", json!(true)));
    }),
    (Defect::UpdateCarriesOver, Update, |keys, _| carry_over(keys)),
    (Defect::UpdateBracesAccepted, Update, |keys, _| {
        respell(keys, |text| text.strip_prefix('{')?.strip_suffix('}').map(str::to_owned));
    }),
    (Defect::UpdateCannotClear, Update, |keys, _| entries(keys).for_each(keep_what_is_filled)),
    (Defect::UpdateKeepsOwner, Update, |keys, _| entries(keys).for_each(|entry| omit(entry, "owner"))),
];

pub(super) const AFTER: &[After] = &[
    (Defect::UpdateWithoutUsersSucceeds, Update, |outcome, keys, directory| match keys.get("users") {
        None => Ok(json!({ "series": directory.series, "users": [] })),
        Some(_) => outcome,
    }),
    (Defect::UpdateWithoutStamp, Update, |outcome, _, _| rows(outcome, |row| omit(row, "timestamp"))),
    (Defect::UpdateUnknownIsMalformed, Update, |outcome, _, _| {
        recode(outcome, "EDIR_UUID_DOES_NOT_EXIST", "EDIR_UUID_INVALID_FORMAT")
    }),
    (Defect::UpdateMalformedIsUnknown, Update, |outcome, _, _| {
        recode(outcome, "EDIR_UUID_INVALID_FORMAT", "EDIR_UUID_DOES_NOT_EXIST")
    }),
    (Defect::UpdateNamelessSucceeds, Update, |outcome, _, directory| {
        forgive(outcome, directory.stamp, |row| failed_with(row, "EDIR_UUID_IS_MISSING"))
    }),
    (Defect::UpdateZeroSucceeds, Update, |outcome, _, directory| forgive(outcome, directory.stamp, is_zero)),
    (Defect::UpdateFailuresLast, Update, failures_last),
    (Defect::UpdateTakesAnyUsers, Update, any_users),
    (Defect::UpdateStampBesideErrors, Update, |outcome, _, directory| {
        rows(outcome, |row| add(row, "timestamp", json!(directory.stamp)))
    }),
];

/// Drops every empty text, so that nothing can be cleared.
fn keep_what_is_filled(entry: &mut Keys) {
    entry.retain(|_, value| value != &json!(""));
    if let Some(Value::Object(access)) = entry.get_mut("access") {
        access.retain(|_, value| value != &json!(""));
    }
}
