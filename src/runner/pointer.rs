//! Pointers that may hold `*` for any element.

use serde_json::Value;

/// Every value at a pointer; without `*` at most one.
pub(super) fn all<'v>(value: &'v Value, pointer: &str) -> Vec<&'v Value> {
    let mut found = vec![value];
    for token in pointer.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        found = found.into_iter().flat_map(|value| step(value, &name)).collect();
    }
    found
}

fn step<'v>(value: &'v Value, name: &str) -> Vec<&'v Value> {
    match value {
        Value::Array(elements) if name == "*" => elements.iter().collect(),
        Value::Object(members) if name == "*" => members.values().collect(),
        Value::Array(elements) => name.parse::<usize>().ok().and_then(|index| elements.get(index)).into_iter().collect(),
        Value::Object(members) => members.get(name).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Changes the value at a pointer inside a value; `None` takes the member away. Says whether the place was there (or, for a member, could be
/// added).
pub(super) fn put(value: &mut Value, pointer: &str, new: Option<Value>) -> bool {
    let Some((parent, last)) = pointer.rsplit_once('/') else { return false };
    let name = last.replace("~1", "/").replace("~0", "~");
    match (value.pointer_mut(parent), new) {
        (Some(Value::Object(members)), Some(new)) => drop(members.insert(name, new)),
        (Some(Value::Object(members)), None) => return members.shift_remove(&name).is_some(),
        (Some(Value::Array(elements)), new) => {
            let Ok(index) = name.parse::<usize>() else { return false };
            match new {
                Some(new) if index < elements.len() => elements[index] = new,
                Some(new) if index == elements.len() => elements.push(new),
                None if index < elements.len() => drop(elements.remove(index)),
                _ => return false,
            }
        }
        _ => return false,
    }
    true
}
