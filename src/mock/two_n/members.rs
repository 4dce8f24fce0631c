//! Changes to the members of a JSON object, each in a word.

use serde_json::{Map, Value};

/// Takes a member out.
pub fn omit(members: &mut Map<String, Value>, name: &str) {
    members.shift_remove(name);
}

/// Sets a member, there or not.
pub fn put(members: &mut Map<String, Value>, name: &str, value: Value) {
    members.insert(name.to_owned(), value);
}

/// Sets a member that is not there.
pub fn add(members: &mut Map<String, Value>, name: &str, value: Value) {
    members.entry(name).or_insert(value);
}

/// Sets a member that is there.
pub fn replace(members: &mut Map<String, Value>, name: &str, value: Value) {
    if let Some(member) = members.get_mut(name) {
        *member = value;
    }
}
