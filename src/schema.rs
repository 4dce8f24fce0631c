//! The JSON Schemas of a suite: compiled at most once, when first needed, with references that never leave the binary.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jsonschema::{Registry, Validator};
use serde_json::Value;

/// The base of every schema's `$id`; nothing is ever fetched from it.
const BASE: &str = "https://doorspec.invalid/";

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
