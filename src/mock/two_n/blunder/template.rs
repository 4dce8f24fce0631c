//! What goes wrong around `template`.

use super::super::defect::Defect;
use super::super::directory::Directory;
use super::super::function::Function::Template;
use super::super::identifier::ZERO;
use super::super::members::{omit, put};
use super::shared::{list, result, rows};
use super::{After, Before, Keys, Outcome};
use serde_json::{Value, json};

pub(super) const BEFORE: &[Before] = &[(Defect::TemplateMovesStamp, Template, |_, directory| directory.stamp += 1)];

pub(super) const AFTER: &[After] = &[
    (Defect::TemplateWithoutSeries, Template, |outcome, _, _| result(outcome, |result| omit(result, "series"))),
    (Defect::TemplateTwice, Template, |outcome, _, _| list(outcome, |users| users.extend(users.first().cloned()))),
    (Defect::TemplateZeroUuid, Template, |outcome, _, _| set(outcome, "/uuid", json!(ZERO))),
    (Defect::TemplateDeletedNull, Template, |outcome, _, _| set(outcome, "/deleted", Value::Null)),
    (Defect::TemplateNameNull, Template, |outcome, _, _| set(outcome, "/name", Value::Null)),
    (Defect::TemplateStampCurrent, Template, |outcome, _, directory| set(outcome, "/timestamp", json!(directory.stamp))),
    (Defect::TemplateValidityAsNumber, Template, |outcome, _, _| set(outcome, "/access/validFrom", json!(0))),
    (Defect::TemplateTreepathEmpty, Template, |outcome, _, _| set(outcome, "/treepath", json!(""))),
    (Defect::TemplateOneCallPosition, Template, one_call_position),
    (Defect::TemplateOwnSeries, Template, |outcome, _, _| {
        result(outcome, |result| put(result, "series", json!("1000000000000000001")))
    }),
    (Defect::TemplateKeysFlicker, Template, keys_flicker),
];

/// Another value at a place of the template, where the template has that place.
fn set(mut outcome: Outcome, place: &str, value: Value) -> Outcome {
    if let Ok(result) = &mut outcome
        && let Some(place) = result.pointer_mut(&format!("/users/0{place}"))
    {
        *place = value;
    }
    outcome
}

fn one_call_position(outcome: Outcome, _: &Keys, _: &mut Directory) -> Outcome {
    rows(outcome, |row| {
        if let Some(Value::Array(positions)) = row.get_mut("callPos") {
            positions.truncate(1);
        }
    })
}

/// Every other call leaves the owner out.
fn keys_flicker(outcome: Outcome, _: &Keys, directory: &mut Directory) -> Outcome {
    let hidden = directory.chance.flips();
    rows(outcome, |row| {
        if hidden {
            row.shift_remove("email");
        }
    })
}
