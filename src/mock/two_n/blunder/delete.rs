//! What goes wrong around `delete`.

use super::super::defect::Defect;
use super::super::directory::Directory;
use super::super::failure::Failure;
use super::super::function::Function::Delete;
use super::super::identifier::{ZERO, well_formed};
use super::super::members::{add, omit, put, replace};
use super::shared::{any_users, bury_unowned, failed_with, failures_last, forgive, is_zero, keys_in, list, recode, result, rows};
use super::{After, Before, Keys, Outcome};
use serde_json::{Value, json};

pub(super) const BEFORE: &[Before] = &[
    (Defect::DeleteNothingDeletesUnowned, Delete, |keys, directory| {
        if !keys.contains_key("users") && !keys.contains_key("owner") {
            bury_unowned(directory);
        }
    }),
    (Defect::ZeroDeletesUnowned, Delete, |keys, directory| {
        if super::shared::entries(keys).any(|entry| entry.get("uuid") == Some(&json!(ZERO))) {
            bury_unowned(directory);
        }
    }),
    (Defect::RefusedCallDeletes, Delete, |keys, directory| {
        let users = keys.get("users").cloned().unwrap_or_default();
        let sound = users.as_array().is_some_and(|rows| rows.iter().all(Value::is_object));
        for key in keys_in(&users).iter().filter(|_| !sound) {
            directory.bury(key);
        }
    }),
];

pub(super) const AFTER: &[After] = &[
    (Defect::DeleteWithoutSeries, Delete, |outcome, _, _| result(outcome, |result| omit(result, "series"))),
    (Defect::SeriesEmptyOnDelete, Delete, |outcome, _, _| result(outcome, |result| put(result, "series", json!("")))),
    (Defect::DeleteEmptyErrors, Delete, |outcome, _, _| rows(outcome, |row| add(row, "errors", json!([])))),
    (Defect::DeleteStampBesideErrors, Delete, |outcome, _, directory| {
        rows(outcome, |row| add(row, "timestamp", json!(directory.stamp)))
    }),
    (Defect::DeleteUnknownSucceeds, Delete, |outcome, _, directory| {
        forgive(outcome, directory.stamp, |row| failed_with(row, "EDIR_UUID_DOES_NOT_EXIST"))
    }),
    (Defect::DeleteZeroSucceeds, Delete, |outcome, _, directory| forgive(outcome, directory.stamp, is_zero)),
    (Defect::DeleteTwiceSucceeds, Delete, |outcome, _, directory| {
        let grave = |row: &Keys| {
            row.get("uuid").and_then(Value::as_str).is_some_and(|uuid| directory.grave(&uuid.to_ascii_uppercase()).is_some())
        };
        forgive(outcome, directory.stamp, grave)
    }),
    (Defect::DeleteMalformedIsUnknown, Delete, |outcome, _, _| {
        recode(outcome, "EDIR_UUID_INVALID_FORMAT", "EDIR_UUID_DOES_NOT_EXIST")
    }),
    (Defect::DeleteUndocumentedCode, Delete, |outcome, _, _| recode(outcome, "EDIR_UUID_DOES_NOT_EXIST", "EDIR_NOT_FOUND")),
    (Defect::DeleteMalformedNotEchoed, Delete, |outcome, _, _| {
        rows(outcome, |row| {
            if row.get("uuid").and_then(Value::as_str).is_some_and(|uuid| !well_formed(uuid)) {
                row.insert("uuid".into(), json!(""));
            }
        })
    }),
    (
        Defect::DeleteMixedFails,
        Delete,
        |outcome, _, _| if some_failed(&outcome) && !all_failed(&outcome) { refused() } else { outcome },
    ),
    (Defect::DeleteAllFailedFails, Delete, |outcome, _, _| if all_failed(&outcome) { refused() } else { outcome }),
    (Defect::DeleteFailuresLast, Delete, failures_last),
    (Defect::DeleteFailuresHidden, Delete, |outcome, _, _| {
        list(outcome, |users| users.retain(|user| user.get("errors").is_none()))
    }),
    (
        Defect::OwnerReplyEmpty,
        Delete,
        |outcome, keys, _| if keys.contains_key("owner") { list(outcome, Vec::clear) } else { outcome },
    ),
    (Defect::UnknownOwnerFails, Delete, |outcome, keys, _| {
        let nobody = outcome.as_ref().is_ok_and(|result| result["users"] == json!([]));
        if nobody && keys.contains_key("owner") { Err(Failure::new(12).of("owner")) } else { outcome }
    }),
    (Defect::DeleteExtraKeysRefused, Delete, |outcome, keys, _| {
        let wide = |row: &Value| row.as_object().is_some_and(|row| row.len() > 1);
        let extra = keys.get("users").and_then(Value::as_array).is_some_and(|rows| rows.iter().any(wide));
        if extra { refused() } else { outcome }
    }),
    (Defect::DeleteTakesAnyUsers, Delete, any_users),
    (Defect::DeleteStampConstant, Delete, |outcome, _, _| rows(outcome, |row| replace(row, "timestamp", json!(1)))),
    (Defect::BatchStampsFall, Delete, stamps_fall),
    (Defect::SeriesChangesOnDelete, Delete, |outcome, _, directory| {
        directory.series = directory.chance.series();
        outcome
    }),
];

fn refused() -> Outcome {
    Err(Failure::new(12).of("users"))
}

fn failures(outcome: &Outcome) -> (usize, usize) {
    let rows = outcome.as_ref().ok().and_then(|result| result.get("users")).and_then(Value::as_array);
    rows.map_or((0, 0), |rows| (rows.iter().filter(|row| row.get("errors").is_some()).count(), rows.len()))
}

pub(super) fn some_failed(outcome: &Outcome) -> bool {
    failures(outcome).0 > 0
}

fn all_failed(outcome: &Outcome) -> bool {
    let (failed, all) = failures(outcome);
    failed > 0 && failed == all
}

/// The stamps of one call, in the opposite order.
fn stamps_fall(outcome: Outcome, _: &Keys, _: &mut Directory) -> Outcome {
    list(outcome, |users| {
        let stamps: Vec<Value> = users.iter().rev().filter_map(|user| user.get("timestamp").cloned()).collect();
        for (user, stamp) in users.iter_mut().filter(|user| user.get("timestamp").is_some()).zip(stamps) {
            user["timestamp"] = stamp;
        }
    })
}
