//! What defects lose, or leave behind, on the way from an accepted entry to the stored one.

use super::defect::Defect;
use super::manner::Manner;
use serde_json::{Map, Value};

/// A defect and the place it is careless with: a field of the entry, and a JSON pointer from there.
type Place = (Defect, &'static str, &'static str);

/// Accepted by `create`, and not stored.
const NOT_CREATED: &[Place] = &[
    (Defect::CreateDropsSecondAccessPoint, "access", "/accessPoints/1/enabled"),
    (Defect::CreateDropsCallProfiles, "callPos", "/0/profiles"),
    (Defect::CreateDropsCallProfiles, "callPos", "/1/profiles"),
    (Defect::CreateDropsCallProfiles, "callPos", "/2/profiles"),
    (Defect::CreateDropsThirdPeer, "callPos", "/2/peer"),
    (Defect::CreateDropsFourthCode, "access", "/code/3"),
    (Defect::CreateDropsSecondCard, "access", "/card/1"),
    (Defect::CreateDropsDeputy, "deputy", ""),
    (Defect::CreateDropsPlates, "access", "/licensePlates"),
    (Defect::CreateDropsException, "access", "/accessException"),
];

/// Accepted by `update`, and not stored.
const NOT_UPDATED: &[Place] = &[
    (Defect::UpdateKeepsCode, "access", "/code"),
    (Defect::UpdateKeepsAccessPoints, "access", "/accessPoints/0/enabled"),
    (Defect::UpdateKeepsAccessPoints, "access", "/accessPoints/1/enabled"),
    (Defect::UpdateKeepsThirdCall, "callPos", "/2"),
];

/// Survives in the entry that a forced `create` replaces.
const LEFT_BEHIND: &[Place] = &[(Defect::ForceKeepsCode, "access", "/code"), (Defect::ForceKeepsCalls, "callPos", "")];

/// An entry as a defect has it created; `former` is the entry that it replaces.
pub fn created(
    fields: &mut Map<String, Value>,
    former: Option<&Map<String, Value>>,
    template: &Map<String, Value>,
    manner: Manner,
) {
    take_over(&Map::new(), fields, template, NOT_CREATED, manner);
    if let Some(former) = former {
        let supplied = fields.clone();
        let silent = |top: &str, place: &str| at(&supplied, top, place, template) == at(template, top, place, template);
        let places: Vec<Place> = LEFT_BEHIND.iter().filter(|(_, top, place)| silent(top, place)).copied().collect();
        take_over(former, fields, template, &places, manner);
    }
    if let Some(Value::Array(calls)) = fields.get_mut("callPos")
        && calls.iter().ne(calls.iter().rev())
        && manner.wrong(Defect::CreateReversesCalls)
    {
        calls.reverse();
    }
}

/// An entry as a defect has it updated.
pub fn updated(fields: &mut Map<String, Value>, before: &Map<String, Value>, template: &Map<String, Value>, manner: Manner) {
    take_over(before, fields, template, NOT_UPDATED, manner);
}

/// Gives the places of the defects in force the values they have in another entry.
fn take_over(
    other: &Map<String, Value>,
    fields: &mut Map<String, Value>,
    template: &Map<String, Value>,
    places: &[Place],
    manner: Manner,
) {
    for (defect, top, place) in places {
        let (Some(default), Some(value)) = (template.get(*top), at(other, top, place, template)) else { continue };
        if at(fields, top, place, template) == Some(value) || !manner.wrong(*defect) {
            continue;
        }
        if let Some(target) = fields.entry(*top).or_insert_with(|| default.clone()).pointer_mut(place) {
            *target = value.clone();
        }
    }
    fields.retain(|name, value| template.get(name) != Some(value));
}

/// The value at a place; an entry has the default where it has nothing of its own.
fn at<'a>(fields: &'a Map<String, Value>, top: &str, place: &str, template: &'a Map<String, Value>) -> Option<&'a Value> {
    fields.get(top).or_else(|| template.get(top))?.pointer(place)
}
