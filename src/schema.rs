//! The JSON Schemas of a suite: compiled at most once, when first needed, with references that never leave the binary.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jsonschema::{Registry, Validator};
use serde_json::Value;
use url::Url;

use crate::requirement::RequirementId;

/// The base of every schema's `$id`; nothing is ever fetched from it.
const BASE: &str = "https://doorspec.invalid/";

/// The keyword that names the row a part of a schema comes from.
const ROW: &str = "x-requirement";

/// The schemas of one suite by their path (`dir/delete.reply`).
#[derive(Debug, Clone, Default)]
pub struct Schemas {
    texts: Arc<BTreeMap<String, Value>>,
    compiled: Arc<BTreeMap<String, OnceLock<Result<Validator, String>>>>,
    registry: Arc<OnceLock<Result<Registry<'static>, String>>>,
}

/// A schema that the suite does not have, or that is not a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownSchema {
    #[error("there is no schema `{0}`")]
    Missing(String),
    #[error("the schema `{name}` is wrong: {why}")]
    Wrong { name: String, why: String },
}

impl Schemas {
    /// Takes the schemas of a suite, by path.
    pub fn new(texts: BTreeMap<String, Value>) -> Self {
        let compiled = texts.keys().map(|name| (name.clone(), OnceLock::new())).collect();
        Self { texts: Arc::new(texts), compiled: Arc::new(compiled), registry: Arc::default() }
    }

    /// The paths of all schemas, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// A schema as it was written.
    pub fn text(&self, name: &str) -> Option<&Value> {
        self.texts.get(name)
    }

    /// The compiled schema.
    ///
    /// # Errors
    /// When the suite has no such schema, or when it cannot be compiled.
    pub fn get(&self, name: &str) -> Result<&Validator, UnknownSchema> {
        let cell = self.compiled.get(name).ok_or_else(|| UnknownSchema::Missing(name.to_owned()))?;
        let compiled = cell.get_or_init(|| self.compile(name));
        compiled.as_ref().map_err(|why| UnknownSchema::Wrong { name: name.to_owned(), why: why.clone() })
    }

    /// The row that a place of a schema comes from: the nearest `x-requirement` on the way there, through every reference. `evaluation_path` is a
    /// JSON pointer in which `$ref` stands for going on at what it refers to.
    pub fn requirement(&self, name: &str, evaluation_path: &str) -> Option<RequirementId> {
        let mut document = name.to_owned();
        let mut place = self.texts.get(name)?;
        let mut row = place.get(ROW);
        for token in evaluation_path.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let next = match place {
                Value::Array(elements) => elements.get(token.parse::<usize>().ok()?)?,
                other => match other.get(&token) {
                    Some(next) => next,
                    None => break,
                },
            };
            place = match next.as_str().filter(|_| token == "$ref") {
                Some(reference) => {
                    let (at, schema) = self.referred(&document, reference)?;
                    document = at;
                    schema
                }
                None => next,
            };
            row = place.get(ROW).or(row);
        }
        row.and_then(Value::as_str).map(RequirementId::from)
    }

    /// What a reference in a schema of the suite refers to, and the path of the schema in which that stands.
    pub fn referred(&self, document: &str, reference: &str) -> Option<(String, &Value)> {
        let own = self.texts.get(document)?.get("$id")?.as_str()?;
        let target = Url::parse(own).ok()?.join(reference).ok()?;
        let named = |text: &Value| text.get("$id").and_then(Value::as_str).and_then(|id| Url::parse(id).ok());
        let (path, text) = self.texts.iter().find(|(_, text)| named(text).is_some_and(|id| id.path() == target.path()))?;
        Some((path.clone(), text.pointer(target.fragment().unwrap_or_default())?))
    }

    fn compile(&self, name: &str) -> Result<Validator, String> {
        let registry = self.registry.get_or_init(|| self.register()).as_ref().map_err(Clone::clone)?;
        jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .with_registry(registry)
            .offline()
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            .with_format("uuid", is_uuid_text)
            .build(&self.texts[name])
            .map_err(|error| error.to_string())
    }

    fn register(&self) -> Result<Registry<'static>, String> {
        let mut registry = Registry::new();
        for (name, text) in self.texts.iter() {
            let id = text.get("$id").and_then(Value::as_str).map_or_else(|| format!("{BASE}{name}"), str::to_owned);
            registry = registry.add(id, text.clone()).map_err(|error| error.to_string())?;
        }
        registry.prepare().map_err(|error| error.to_string())
    }
}

/// The textual form of a uuid in either letter case, and nothing looser (no braces, no prefix, no missing dashes).
pub fn is_uuid_text(text: &str) -> bool {
    let dashes = [8, 13, 18, 23];
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| if dashes.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(evaluation_path: &str, expected: Option<&str>) {
        let texts = [
            (
                "dir/reply".to_owned(),
                json!({
                    "$id": "https://doorspec.invalid/2n/dir/reply", "x-requirement": "ROOT-1",
                    "properties": { "rows": { "items": { "$ref": "../common#/$defs/row" } }, "plain": {} },
                    "allOf": [{ "x-requirement": "ALL-1", "required": ["rows"] }]
                }),
            ),
            (
                "common".to_owned(),
                json!({
                    "$id": "https://doorspec.invalid/2n/common",
                    "$defs": { "row": { "properties": { "a": { "$ref": "#/$defs/a" } } }, "a": { "x-requirement": "A-1", "type": "string" } }
                }),
            ),
        ];
        let schemas = Schemas::new(texts.into_iter().collect());
        let row = schemas.requirement("dir/reply", evaluation_path);
        assert_eq!(row, expected.map(RequirementId::from), "{evaluation_path}");
    }

    #[test]
    fn the_nearest_row_on_the_way_counts_through_every_reference() {
        check("/required", Some("ROOT-1"));
        check("/allOf/0/required", Some("ALL-1"));
        check("/properties/plain/type", Some("ROOT-1"));
        check("/properties/rows/items/$ref/type", Some("ROOT-1"));
        check("/properties/rows/items/$ref/properties/a/$ref/type", Some("A-1"));
    }
}
