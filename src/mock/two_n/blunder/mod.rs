//! Defects that act around a sound function: they twist the request before it, or spoil the outcome after it. Those that live inside a
//! function stand there.

mod create;
mod delete;
mod get;
mod query;
mod shared;
mod template;
mod update;

use super::defect::Defect;
use super::directory::Directory;
use super::failure::Failure;
use super::function::Function;
use serde_json::{Map, Value};

/// What a function answers.
pub type Outcome = Result<Value, Failure>;

/// The members of a request's JSON.
pub type Keys = Map<String, Value>;

/// A defect that changes what a function is asked, or what is there when it is asked.
type Before = (Defect, Function, fn(&mut Keys, &mut Directory));

/// A defect that changes what a function has answered, or what it leaves behind.
type After = (Defect, Function, fn(Outcome, &Keys, &mut Directory) -> Outcome);

const BEFORE: &[&[Before]] = &[create::BEFORE, update::BEFORE, delete::BEFORE, get::BEFORE, query::BEFORE, template::BEFORE];
const AFTER: &[&[After]] =
    &[create::AFTER, update::AFTER, delete::AFTER, get::AFTER, query::AFTER, template::AFTER, shared::AFTER];

/// Twists a request by the defects in force.
pub fn twist(function: Function, keys: &mut Keys, directory: &mut Directory) {
    let manner = directory.manner;
    for (_, _, act) in BEFORE.iter().copied().flatten().filter(|(defect, on, _)| *on == function && manner.wrong(*defect)) {
        act(keys, directory);
    }
}

/// Spoils an outcome by the defects in force.
pub fn spoil(function: Function, outcome: Outcome, keys: &Keys, directory: &mut Directory) -> Outcome {
    let manner = directory.manner;
    let acting = AFTER.iter().copied().flatten().filter(|(defect, on, _)| *on == function && manner.wrong(*defect));
    acting.fold(outcome, |outcome, (_, _, act)| act(outcome, keys, directory))
}
