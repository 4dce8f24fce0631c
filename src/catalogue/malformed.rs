//! Malformed bodies by rule: from the schema of a request and one valid body come rows, each with one fault that its name says.
//!
//! ```json
//! "rows": {
//!   "schema": "link/delete.request",
//!   "valid": { "link_ids": ["{{mine}}"] },
//!   "faults": [
//!     { "fault": "missing", "at": "/link_ids", "row": { "reply": "no-link-ids" } },
//!     { "fault": "type", "at": "/link_ids/*", "row": { "reply": "wrong-body-type" } }
//!   ]
//! }
//! ```

use serde_json::{Map, Value, json};

use crate::json::{pointer_join, pointer_put};
use crate::schema::Schemas;

/// What is wrong with a table of faults: where in it, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    pub pointer: String,
    pub message: String,
    pub help: Option<String>,
}

impl Misfit {
    fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into(), help: None }
    }

    fn help(self, help: String) -> Self {
        Self { help: Some(help), ..self }
    }
}

/// The rows that a table of faults stands for. Each has a `name`, `what` is wrong in words, the faulty `body`, the `place` of its one
/// difference from the valid body (a pointer into the step's `send`) and what is `right` there, and the members of the fault's `row`.
///
/// # Errors
/// Every fault of the table that makes no row, with its place.
pub(super) fn malformed(table: &Map<String, Value>, schemas: &Schemas) -> Result<Vec<Value>, Vec<Misfit>> {
    let path = table.get("schema").and_then(Value::as_str).unwrap_or_default();
    let Some(schema) = schemas.text(path) else {
        return Err(vec![Misfit::new("/schema", format!("there is no schema `{path}`"))]);
    };
    let valid = table.get("valid").cloned().unwrap_or_default();
    let mut places = Vec::new();
    Walk { schemas, places: &mut places }.value(&Spot { document: path.to_owned(), schema }, &valid, String::new(), false, 0);
    let mut rows = Vec::new();
    let mut misfits = Vec::new();
    for (index, entry) in table.get("faults").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let of_entry = of_entry(entry, &places, &valid);
        if of_entry.is_empty() {
            let message = "the schema knows no such fault at such a place of the valid body";
            misfits.push(Misfit::new(format!("/faults/{index}"), message).help(what_there_is(path, &places)));
        }
        if let Some(twin) = of_entry.iter().find(|row| rows.iter().any(|known: &Value| known["name"] == row["name"])) {
            let message = format!("an earlier fault makes the row {} too", twin["name"]);
            let help = "give one of them other `kinds`, or another `at`".to_owned();
            misfits.push(Misfit::new(format!("/faults/{index}"), message).help(help));
        }
        rows.extend(of_entry);
    }
    if misfits.is_empty() { Ok(rows) } else { Err(misfits) }
}

fn what_there_is(schema: &str, places: &[Place<'_>]) -> String {
    let named = |places: Vec<&Place<'_>>| {
        let mut names: Vec<String> = places.iter().map(|place| format!("`{}`", place.at.replace("/0", "/*"))).collect();
        names.dedup();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    };
    let required = named(places.iter().filter(|place| place.required).collect());
    format!("of the valid body `{schema}` speaks of {}, and requires {required}", named(places.iter().collect()))
}

/// A place of the valid body, with what its schema says of it.
struct Place<'s> {
    at: String,
    valid: Value,
    required: bool,
    schema: &'s Value,
}

/// A schema and the document it stands in, for its references.
struct Spot<'s> {
    document: String,
    schema: &'s Value,
}

struct Walk<'w, 's> {
    schemas: &'s Schemas,
    places: &'w mut Vec<Place<'s>>,
}

/// References deeper than this go in a circle.
const DEEPEST: usize = 16;

impl<'s> Walk<'_, 's> {
    fn value(&mut self, spot: &Spot<'s>, value: &Value, at: String, required: bool, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        if let Some(next) = spot.schema.get("$ref").and_then(Value::as_str).and_then(|reference| self.follow(spot, reference)) {
            self.value(&next, value, at.clone(), required, depth + 1);
        }
        let says_something = ["type", "enum", "const", "minimum", "minItems", "minLength", "pattern"];
        if says_something.iter().any(|keyword| spot.schema.get(keyword).is_some()) {
            self.places.push(Place { at: at.clone(), valid: value.clone(), required, schema: spot.schema });
        }
        let inner = |schema: &'s Value| Spot { document: spot.document.clone(), schema };
        for (name, schema) in spot.schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if let Some(member) = value.get(name) {
                let wanted = spot.schema.get("required").and_then(Value::as_array);
                let required = wanted.is_some_and(|wanted| wanted.iter().any(|one| one == name));
                self.value(&inner(schema), member, pointer_join(&at, name), required, depth + 1);
            }
        }
        if let (Some(schema), Some(first)) = (spot.schema.get("items"), value.as_array().and_then(|elements| elements.first())) {
            self.value(&inner(schema), first, format!("{at}/0"), false, depth + 1);
        }
    }

    fn follow(&self, spot: &Spot<'s>, reference: &str) -> Option<Spot<'s>> {
        let (document, schema) = self.schemas.referred(&spot.document, reference)?;
        Some(Spot { document, schema })
    }
}

fn of_entry(entry: &Value, places: &[Place<'_>], valid: &Value) -> Vec<Value> {
    let fault = entry.get("fault").and_then(Value::as_str).unwrap_or_default();
    let wanted = entry.get("at").and_then(Value::as_str);
    let extra = entry.get("row").and_then(Value::as_object).cloned().unwrap_or_default();
    let here = places.iter().filter(|place| wanted.is_none_or(|wanted| wanted == place.at.replace("/0", "/*")));
    let kinds: Vec<&str> = entry.get("kinds").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    here.flat_map(|place| faults(fault, &kinds, place)).map(|faulty| row(&faulty, valid, &extra)).collect()
}

/// One fault of a body.
struct Faulty {
    at: String,
    right: Value,
    /// What is there instead; `None` takes the member away.
    instead: Option<Value>,
    kind: &'static str,
    words: &'static str,
}

fn faults(fault: &str, kinds: &[&str], place: &Place<'_>) -> Vec<Faulty> {
    let faulty = |kind: &'static str, words: &'static str, instead: Option<Value>| Faulty {
        at: place.at.clone(),
        right: place.valid.clone(),
        instead,
        kind,
        words,
    };
    let types = allowed(place.schema);
    match fault {
        "missing" if place.required => vec![faulty("missing", "left out", None)],
        "null" if !types.is_empty() && !types.contains(&"null") => vec![faulty("null", "as null", Some(Value::Null))],
        "type" if !types.is_empty() => {
            let others = [
                ("string", "as-a-string", "as a string", text_for(&place.valid)),
                ("number", "as-a-number", "as a number", json!(1)),
                ("boolean", "as-a-boolean", "as a boolean", json!(true)),
                ("array", "as-a-list", "as a list", json!([])),
                ("object", "as-an-object", "as an object", object_for(&place.valid)),
            ];
            let is_right = |kind: &str| types.contains(&kind) || (kind == "number" && types.contains(&"integer"));
            let wrong = others.into_iter().filter(|(kind, ..)| !is_right(kind) && (kinds.is_empty() || kinds.contains(kind)));
            wrong.map(|(_, kind, words, value)| faulty(kind, words, Some(value))).collect()
        }
        "boundary" => beyond(place.schema).into_iter().map(|(kind, words, value)| faulty(kind, words, Some(value))).collect(),
        _ => Vec::new(),
    }
}

/// A text in place of a value: one that stands in it, such as the id without what is around it.
fn text_for(valid: &Value) -> Value {
    fn first(value: &Value) -> Option<&Value> {
        match value {
            Value::String(_) => Some(value),
            Value::Array(elements) => elements.iter().find_map(first),
            Value::Object(members) => members.values().find_map(first),
            _ => None,
        }
    }
    first(valid).cloned().unwrap_or_else(|| json!("x"))
}

/// An object in place of a value: an element without the list around it, where that is one.
fn object_for(valid: &Value) -> Value {
    valid.as_array().and_then(|elements| elements.first()).filter(|first| first.is_object()).cloned().unwrap_or_else(|| json!({}))
}

fn allowed(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Values just outside of what a schema allows.
fn beyond(schema: &Value) -> Vec<(&'static str, &'static str, Value)> {
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
    let length = |keyword: &str| schema.get(keyword).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
    let mut all = Vec::new();
    if let Some(least) = number("minimum") {
        all.push(("too-small", "below its least value", json!(least.saturating_sub(1))));
    }
    if let Some(most) = number("maximum") {
        all.push(("too-large", "above its greatest value", json!(most.saturating_add(1))));
    }
    if length("minItems") == Some(1) {
        all.push(("empty", "empty", json!([])));
    }
    if length("minLength") == Some(1) {
        all.push(("empty", "empty", json!("")));
    }
    if let Some(most) = length("maxLength").filter(|most| *most < 100_000) {
        all.push(("too-long", "longer than allowed", json!("x".repeat(most + 1))));
    }
    if schema.get("enum").is_some() || schema.get("const").is_some() {
        all.push(("outside", "outside its values", json!("no-such-value")));
    }
    if schema.get("format").and_then(Value::as_str) == Some("uuid") {
        all.push(("no-uuid", "as no uuid", json!("no-uuid")));
    }
    all
}

fn row(faulty: &Faulty, valid: &Value, extra: &Map<String, Value>) -> Value {
    let path = faulty.at.trim_start_matches('/');
    let shown = if path.is_empty() { "the body".to_owned() } else { format!("`{path}`") };
    let name = format!("{}-{}", kebab(if path.is_empty() { "body" } else { path }), faulty.kind);
    let mut body = valid.clone();
    pointer_put(&mut body, &faulty.at, faulty.instead.clone());
    let mut row = Map::new();
    row.insert("name".to_owned(), json!(name));
    row.insert("what".to_owned(), json!(format!("{shown} {}", faulty.words)));
    row.insert("body".to_owned(), body);
    row.insert("place".to_owned(), json!(format!("/json{}", faulty.at)));
    row.insert("right".to_owned(), faulty.right.clone());
    row.extend(extra.iter().map(|(name, value)| (name.clone(), value.clone())));
    Value::Object(row)
}

fn kebab(path: &str) -> String {
    let words = path.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(faults: Value) -> Result<Vec<String>, Vec<String>> {
        let request = json!({
            "$id": "https://doorspec.invalid/x/link/request", "type": "object", "required": ["ids"],
            "properties": { "ids": { "type": "array", "minItems": 1, "items": { "$ref": "../id" } }, "page": { "type": "integer", "minimum": 1 } }
        });
        let id = json!({ "$id": "https://doorspec.invalid/x/id", "type": "string", "format": "uuid" });
        let schemas = Schemas::new([("link/request".to_owned(), request), ("id".to_owned(), id)].into());
        let table = json!({ "schema": "link/request", "valid": { "ids": ["{{mine}}"], "page": 1 }, "faults": faults });
        let made = malformed(table.as_object().expect("it is an object"), &schemas);
        let shown = |row: &Value| {
            format!("{}: {} {} {}", row["name"].as_str().unwrap_or_default(), row["body"], row["place"], row["right"])
        };
        made.map(|rows| rows.iter().map(shown).collect())
            .map_err(|misfits| misfits.into_iter().map(|misfit| misfit.pointer).collect())
    }

    fn check(faults: Value, expected: &[&str]) {
        assert_eq!(rows(faults).expect("every fault makes a row"), expected);
    }

    #[test]
    fn each_fault_is_one_difference_and_says_what_it_is() {
        check(json!([{ "fault": "missing", "at": "/ids" }]), &[r#"ids-missing: {"page":1} "/json/ids" ["{{mine}}"]"#]);
        check(json!([{ "fault": "null", "at": "/ids" }]), &[r#"ids-null: {"ids":null,"page":1} "/json/ids" ["{{mine}}"]"#]);
        check(
            json!([{ "fault": "type", "at": "/ids/*" }]),
            &[
                r#"ids-0-as-a-number: {"ids":[1],"page":1} "/json/ids/0" "{{mine}}""#,
                r#"ids-0-as-a-boolean: {"ids":[true],"page":1} "/json/ids/0" "{{mine}}""#,
                r#"ids-0-as-a-list: {"ids":[[]],"page":1} "/json/ids/0" "{{mine}}""#,
                r#"ids-0-as-an-object: {"ids":[{}],"page":1} "/json/ids/0" "{{mine}}""#,
            ],
        );
        check(
            json!([{ "fault": "boundary" }]),
            &[
                r#"ids-empty: {"ids":[],"page":1} "/json/ids" ["{{mine}}"]"#,
                r#"ids-0-no-uuid: {"ids":["no-uuid"],"page":1} "/json/ids/0" "{{mine}}""#,
                r#"page-too-small: {"ids":["{{mine}}"],"page":0} "/json/page" 1"#,
            ],
        );
    }

    #[test]
    fn a_fault_that_makes_no_row_or_one_that_is_there_is_said() {
        assert_eq!(rows(json!([{ "fault": "missing", "at": "/page" }])), Err(vec!["/faults/0".to_owned()]));
        let twice = json!([{ "fault": "type", "at": "/ids", "kinds": ["object"] }, { "fault": "type", "at": "/ids" }]);
        assert_eq!(rows(twice), Err(vec!["/faults/1".to_owned()]));
    }
}
