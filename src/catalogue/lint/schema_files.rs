//! Schema files: the validator lets an unknown keyword pass, so that a slip of the pen would demand nothing.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::demands::say_unknown;
use super::knowledge::Knowledge;
use super::page::{Page, meant};
use super::site::Site;
use crate::json::pointer_join;
use crate::requirement::RequirementId;
use crate::schema::Schemas;

/// Where every schema's `$id` begins; nothing is ever fetched from it.
const BASE: &str = "https://doorspec.invalid/";

/// Keywords whose value is a schema.
const ONE: &[&str] = &[
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords whose value is a list of schemas.
const SEVERAL: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];

/// Keywords whose value holds schemas by name.
const NAMED: &[&str] = &["$defs", "dependentSchemas", "patternProperties", "properties"];

/// Keywords that hold no schema.
const PLAIN: &[&str] = &[
    "$anchor",
    "$comment",
    "$id",
    "$ref",
    "$schema",
    "const",
    "contentEncoding",
    "contentMediaType",
    "default",
    "dependentRequired",
    "deprecated",
    "description",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
];

/// The rows that a part of a schema comes from.
const ROWS: &str = "x-requirement";

/// Keywords that only editors look at.
const EDITORS: &[&str] = &["enumDescriptions", "patternErrorMessage"];

/// Checks the schemas of one folder, which refer to each other.
pub(super) fn check_schemas(folder: &str, pages: &[&Page], knowledge: Option<&Knowledge>) {
    let mut library = Library::default();
    for page in pages {
        if let Some(url) = id_of(page).and_then(|id| Url::parse(id).ok()) {
            library.texts.insert(url.to_string(), &page.value);
        }
    }
    let mut sound = Vec::new();
    for page in pages {
        let before = page.count();
        check_id(folder, page);
        let base = id_of(page).and_then(|id| Url::parse(id).ok());
        Walk { page, library: &library, base: base.as_ref(), knowledge }.schema("", &page.value);
        if page.count() == before {
            sound.push(*page);
        }
    }
    if folder != "suite" && sound.len() == pages.len() {
        check_compiles(folder, pages);
    }
}

fn id_of(page: &Page) -> Option<&str> {
    page.value.get("$id").and_then(Value::as_str)
}

fn path_of<'p>(folder: &str, page: &'p Page) -> Option<&'p str> {
    page.name.strip_prefix(&format!("schemas/{folder}/"))?.strip_suffix(".schema.json")
}

fn check_id(folder: &str, page: &Page) {
    let Some(path) = path_of(folder, page) else { return };
    let wanted = match folder {
        "suite" => format!("{BASE}schemas/suite/{path}.schema.json"),
        _ => format!("{BASE}{folder}/{path}"),
    };
    match page.value.get("$id").and_then(Value::as_str) {
        Some(id) if id == wanted => {}
        Some(_) => page.say("/$id", "this `$id` is not that of the file", Some(format!("it is `{wanted}`"))),
        None => page.say("", "this schema has no `$id`", Some(format!("it is `{wanted}`"))),
    }
}

/// What only the validator sees: a pattern that is none, a type that does not exist.
fn check_compiles(folder: &str, pages: &[&Page]) {
    let texts = pages.iter().filter_map(|page| Some((path_of(folder, page)?.to_owned(), page.value.clone())));
    let schemas = Schemas::new(texts.collect());
    for page in pages {
        let Some(path) = path_of(folder, page) else { continue };
        if let Err(error) = schemas.get(path) {
            page.say("", error.to_string(), None);
        }
    }
}

#[derive(Default)]
struct Library<'p> {
    texts: BTreeMap<String, &'p Value>,
}

struct Walk<'w, 'p> {
    page: &'p Page,
    library: &'w Library<'p>,
    base: Option<&'w Url>,
    knowledge: Option<&'w Knowledge>,
}

impl Walk<'_, '_> {
    fn schema(&self, at: &str, schema: &Value) {
        let Value::Object(members) = schema else {
            if !schema.is_boolean() {
                self.page.say(at, "a schema is an object, true or false", None);
            }
            return;
        };
        for (keyword, value) in members {
            let pointer = pointer_join(at, keyword);
            match keyword.as_str() {
                "$ref" => self.reference(&pointer, value),
                ROWS => self.rows(&pointer, value),
                one if ONE.contains(&one) => self.schema(&pointer, value),
                several if SEVERAL.contains(&several) => {
                    let numbered = value.as_array().into_iter().flatten().enumerate();
                    numbered.for_each(|(index, inner)| self.schema(&format!("{pointer}/{index}"), inner));
                }
                named if NAMED.contains(&named) => {
                    let members = value.as_object().into_iter().flatten();
                    members.for_each(|(name, inner)| self.schema(&pointer_join(&pointer, name), inner));
                }
                other => self.plain(&pointer, other),
            }
        }
    }

    fn plain(&self, pointer: &str, keyword: &str) {
        if !PLAIN.contains(&keyword) && !EDITORS.contains(&keyword) {
            let known = [ONE, SEVERAL, NAMED, PLAIN].concat();
            let help = meant(keyword, known).or_else(|| Some("a validator would let it pass unseen".to_owned()));
            self.page.say_of_key(pointer, format!("unknown keyword `{keyword}`"), help);
        }
    }

    fn rows(&self, pointer: &str, value: &Value) {
        let Some(knowledge) = self.knowledge.filter(|knowledge| knowledge.requirements.is_some()) else { return };
        let several = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for row in several.iter().filter(|row| row.as_str().is_none_or(|row| knowledge.row(row).is_none())) {
            let row = row.as_str().map_or_else(|| row.to_string(), str::to_owned);
            say_unknown(&Site::new(self.page, ""), knowledge, pointer, &RequirementId(row));
        }
    }

    fn reference(&self, pointer: &str, value: &Value) {
        let Some(reference) = value.as_str() else { return self.page.say(pointer, "`$ref` is a string", None) };
        if reference.starts_with("https://json-schema.org/") {
            return;
        }
        let target = self.base.and_then(|base| base.join(reference).ok());
        if target.as_ref().is_none_or(|target| self.resolves(target)) {
            return;
        }
        let help = "it is relative to this schema's `$id`: the path of another schema of the suite, or `#/$defs/...`".to_owned();
        self.page.say(pointer, format!("`{reference}` leads nowhere"), Some(help));
    }

    fn resolves(&self, target: &Url) -> bool {
        let fragment = target.fragment().unwrap_or_default().to_owned();
        let mut document = target.clone();
        document.set_fragment(None);
        let Some(text) = self.library.texts.get(document.as_str()) else { return false };
        if fragment.is_empty() || fragment.starts_with('/') {
            return text.pointer(&fragment).is_some();
        }
        has_anchor(text, &fragment)
    }
}

fn has_anchor(value: &Value, anchor: &str) -> bool {
    match value {
        Value::Object(members) => {
            members.get("$anchor").and_then(Value::as_str) == Some(anchor)
                || members.values().any(|inner| has_anchor(inner, anchor))
        }
        Value::Array(elements) => elements.iter().any(|inner| has_anchor(inner, anchor)),
        _ => false,
    }
}
