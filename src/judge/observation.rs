//! Where the documents leave a choice: which class a reply falls into.

use serde_json::Value;

use super::{Seen, Unjudgeable, Yardstick, holds};
use crate::case::Class;

/// The name of the first class that fits, its places filled in; `other` when none does.
///
/// # Errors
/// When a class itself cannot be used.
pub fn classify(seen: &Seen<'_>, classes: &[Class], yardstick: &Yardstick<'_>) -> Result<String, Unjudgeable> {
    for class in classes {
        if holds(seen, &class.when, yardstick)? {
            return Ok(filled(&class.class, seen));
        }
    }
    Ok("other".to_owned())
}

/// Fills `{/pointer}` and `{status}` in.
fn filled(name: &str, seen: &Seen<'_>) -> String {
    let mut result = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('{') {
        result.push_str(before);
        let Some((place, after)) = after.split_once('}') else { break };
        result.push_str(&value_at(place, seen));
        rest = after;
    }
    result.push_str(rest);
    result
}

fn value_at(place: &str, seen: &Seen<'_>) -> String {
    if place == "status" {
        return seen.answer().map_or_else(|| "none".to_owned(), |answer| answer.status.to_string());
    }
    match seen.value().and_then(|value| value.pointer(place)) {
        Some(Value::String(text)) => text.chars().filter(|letter| !letter.is_control()).take(60).collect(),
        Some(other) if !other.is_object() && !other.is_array() => other.to_string(),
        _ => "-".to_owned(),
    }
}
