//! Rows: one request shape with a table of values makes a case of each row. And the short forms that people write, made long.

use serde_json::{Map, Value};

use super::malformed::{Misfit, malformed};
use crate::schema::Schemas;

/// Makes the short forms of a case long: one expectation becomes a list of one, classes get their `when`.
pub(super) fn unfold_short_forms(case: &mut Value) {
    each_step(case, &mut |step| {
        for key in ["expect", "observe"] {
            if let Some(value) = step.get_mut(key)
                && value.is_object()
            {
                let single = value.take();
                *value = Value::Array(vec![single]);
            }
        }
        let observations = step.get_mut("observe").and_then(Value::as_array_mut);
        for observe in observations.into_iter().flatten() {
            if let Some(classes) = observe.get_mut("classes") {
                unfold_classes(classes);
            }
        }
    });
}

/// `"outcome"` becomes `{"named": "outcome"}`, a list becomes `{"own": [...]}`.
fn unfold_classes(classes: &mut Value) {
    let taken = classes.take();
    *classes = match taken {
        Value::String(name) => serde_json::json!({ "named": name }),
        Value::Array(mut list) => {
            list.iter_mut().for_each(unfold_class);
            serde_json::json!({ "own": list })
        }
        other => other,
    };
}

/// `{"class": "x", "status": 200}` becomes `{"class": "x", "when": {"status": 200}}`.
fn unfold_class(class: &mut Value) {
    let Some(members) = class.as_object_mut() else { return };
    let Some(name) = members.shift_remove("class") else { return };
    let when = members.shift_remove("when");
    let mut rest = std::mem::take(members);
    if let Some(Value::Object(when)) = when {
        rest.extend(when);
    }
    members.insert("class".to_owned(), name);
    members.insert("when".to_owned(), Value::Object(rest));
}

/// Makes the short forms of a `suite.json` long.
pub(super) fn unfold_suite(suite: &mut Value) {
    let setups = suite.get_mut("setups").and_then(Value::as_object_mut);
    setups.into_iter().flat_map(|setups| setups.values_mut()).for_each(unfold_short_forms);
    let lists = suite.get_mut("classes").and_then(Value::as_object_mut);
    let classes = lists.into_iter().flat_map(|lists| lists.values_mut()).filter_map(Value::as_array_mut).flatten();
    classes.for_each(unfold_class);
}

fn each_step(case: &mut Value, change: &mut dyn FnMut(&mut Map<String, Value>)) {
    let steps = case.get_mut("steps").and_then(Value::as_array_mut);
    for step in steps.into_iter().flatten().filter_map(Value::as_object_mut) {
        change(step);
    }
}

/// Puts the rows that a table of faults stands for in its place.
///
/// # Errors
/// What is wrong with the table; it is then left as it is.
pub(super) fn expand_faults(case: &mut Value, schemas: &Schemas) -> Result<(), Vec<Misfit>> {
    let Some(Value::Object(table)) = case.get("rows") else { return Ok(()) };
    let rows = malformed(table, schemas)?;
    case["rows"] = Value::Array(rows);
    Ok(())
}

/// The cases that a case with `rows` stands for, one after the other, with each row's name; a case without rows is itself.
pub(super) fn unfold_rows(mut case: Value) -> impl Iterator<Item = (Option<String>, Value)> {
    let rows = case.as_object_mut().and_then(|members| members.shift_remove("rows"));
    let (own, rows, shape) = match rows {
        Some(Value::Array(rows)) => (None, rows, case),
        _ => (Some((None, case)), Vec::new(), Value::Null),
    };
    let unfold = move |row: Value| {
        let mut unfolded = shape.clone();
        let Value::Object(mut row) = row else { return (Some(String::new()), unfolded) };
        let name = row.shift_remove("name").and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
        fill_in(&mut unfolded, &row);
        (Some(name), unfolded)
    };
    own.into_iter().chain(rows.into_iter().map(unfold))
}

/// Fills a row's members in wherever `{{member}}` stands, in values and in member names. (A copy that is changed is cheaper than a new
/// map: names are not hashed again.)
fn fill_in(value: &mut Value, row: &Map<String, Value>) {
    match value {
        Value::String(text) if text.contains("{{") => *value = filled(text, row),
        Value::Array(list) => list.iter_mut().for_each(|element| fill_in(element, row)),
        Value::Object(members) => {
            if members.keys().any(|name| name.contains("{{")) {
                let taken = std::mem::take(members);
                *members = taken.into_iter().map(|(name, inner)| (filled_text(&name, row), inner)).collect();
            }
            members.values_mut().for_each(|inner| fill_in(inner, row));
        }
        _ => {}
    }
}

/// A text that is one member's place becomes that member, whatever its type.
fn filled(text: &str, row: &Map<String, Value>) -> Value {
    let whole = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    let whole = whole.and_then(|name| row.get(name)).cloned();
    whole.unwrap_or_else(|| Value::String(filled_text(text, row)))
}

/// The text with each place of a member filled; a place of something else stays.
fn filled_text(text: &str, row: &Map<String, Value>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = next_place(rest) {
        result.push_str(before);
        match row.get(name) {
            Some(Value::String(value)) => result.push_str(value),
            Some(value) => result.push_str(&value.to_string()),
            None => result.extend(["{{", name, "}}"]),
        }
        rest = after;
    }
    result.push_str(rest);
    result
}

/// What is before the next `{{name}}`, its name, and what is after it.
fn next_place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_keeps_the_type_of_its_values() {
        let case = json!({ "name": "x", "rows": [{ "name": "number", "value": 1, "kind": "a number", "key": "users" }],
            "title": "as {{kind}}", "steps": [{ "send": { "json": { "{{key}}": "{{value}}" }, "path": "{{mine}}" } }] });
        let unfolded: Vec<_> = unfold_rows(case).collect();
        let expected =
            json!({ "name": "x", "title": "as a number", "steps": [{ "send": { "json": { "users": 1 }, "path": "{{mine}}" } }] });
        assert_eq!(unfolded, vec![(Some("number".to_owned()), expected)]);
    }

    #[test]
    fn a_place_inside_a_text_is_filled_and_what_is_no_member_stays() {
        let row = json!({ "value": 1, "kind": "a number" });
        let check = |text: &str, expected: &str| assert_eq!(filled_text(text, row.as_object().expect("it is one")), expected);
        check("{{kind}} like {{value}}, {{mine}} and {{", "a number like 1, {{mine}} and {{");
        check("{{value}}{{value}}", "11");
        check("}} {{kind", "}} {{kind");
    }

    #[test]
    fn short_forms_become_long() {
        let mut case =
            json!({ "steps": [{ "expect": { "status": 200 }, "observe": { "classes": [{ "class": "OK", "status": 200 }] } }] });
        unfold_short_forms(&mut case);
        let expected = json!({ "steps": [{ "expect": [{ "status": 200 }],
            "observe": [{ "classes": { "own": [{ "class": "OK", "when": { "status": 200 } }] } }] }] });
        assert_eq!(case, expected);
    }
}
