//! The shape of a file: every key and every type, against the schemas that editors complete from.

use std::sync::OnceLock;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Registry, ValidationError, Validator};
use serde_json::Value;

use super::super::embedded;
use super::page::{Page, meant};
use crate::json::{describe, pointer_join};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Case,
    Suite,
    Requirements,
    Profile,
    Waivers,
}

const KINDS: [(Kind, &str); 5] = [
    (Kind::Case, "schemas/suite/case.schema.json"),
    (Kind::Suite, "schemas/suite/suite.schema.json"),
    (Kind::Requirements, "schemas/suite/requirements.schema.json"),
    (Kind::Profile, "schemas/suite/profile.schema.json"),
    (Kind::Waivers, "schemas/suite/waivers.schema.json"),
];

/// Says everything that is wrong with the shape of a file. What comes back is the value without the keys that nobody knows, so that the rest
/// of it can be looked at all the same.
pub(super) fn mended(page: &Page, kind: Kind) -> Value {
    let forms = forms();
    let mut value = page.value.clone();
    let Some((_, form)) = forms.iter().find(|(of, _)| *of == kind) else { return value };
    if form.validator.is_valid(&page.value) {
        return value;
    }
    let mut surplus = Vec::new();
    for error in form.validator.iter_errors(&page.value) {
        say(page, forms, &error, &mut surplus);
    }
    surplus.iter().for_each(|(parent, name)| take_away(&mut value, parent, name));
    value
}

fn take_away(value: &mut Value, parent: &str, name: &str) {
    if let Some(members) = value.pointer_mut(parent).and_then(Value::as_object_mut) {
        members.shift_remove(name);
    }
}

/// A schema of what people write.
struct Form {
    id: String,
    text: Value,
    validator: Validator,
}

type Forms = [(Kind, Form)];

fn forms() -> &'static Forms {
    static FORMS: OnceLock<Vec<(Kind, Form)>> = OnceLock::new();
    FORMS.get_or_init(|| compiled().unwrap_or_default())
}

/// The embedded schemas; a test holds that they are right, so that `None` does not happen.
fn compiled() -> Option<Vec<(Kind, Form)>> {
    let embedded = |file: &str| embedded::FILES.iter().find(|(name, _)| *name == file).map(|(_, text)| *text);
    let mut texts = Vec::new();
    let mut registry = Registry::new();
    for (kind, file) in KINDS {
        let text: Value = serde_json::from_str(embedded(file)?).ok()?;
        let id = text.get("$id")?.as_str()?.to_owned();
        registry = registry.add(id.clone(), text.clone()).ok()?;
        texts.push((kind, id, text));
    }
    let registry = registry.prepare().ok()?;
    let mut forms = Vec::new();
    for (kind, id, text) in texts {
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).with_registry(&registry).offline();
        forms.push((kind, Form { validator: options.build(&text).ok()?, id, text }));
    }
    Some(forms)
}

/// Says one mistake of shape in an author's words.
fn say(page: &Page, forms: &Forms, error: &ValidationError<'_>, surplus: &mut Vec<(String, String)>) {
    let at = error.instance_path().to_string();
    let found = error.instance();
    let schema = schema_of(forms, error);
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known =
                || schema.and_then(|schema| schema.get("properties")?.as_object()).into_iter().flat_map(|keys| keys.keys());
            for name in unexpected {
                let help = meant(name, known().map(String::as_str));
                page.say_of_shape(&pointer_join(&at, name), true, format!("unknown key `{name}`"), help);
                surplus.push((at.clone(), name.clone()));
            }
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let wanted_by = depending(schema, found, name).map_or(String::new(), |key| format!(" beside `{key}`"));
            page.say_of_shape(&at, false, format!("the key `{name}` is missing{wanted_by}"), about(schema, name));
        }
        ValidationErrorKind::PropertyNames { error } => {
            let name = error.instance().as_str().unwrap_or_default();
            let message = name_words(forms, error, name);
            page.say_of_shape(&pointer_join(&at, name), true, message, None);
        }
        kind => {
            let (message, help) = value_words(kind, found, schema, &at);
            page.say_of_shape(&at, false, message.unwrap_or_else(|| error.masked().to_string()), help);
        }
    }
}

fn value_words(kind: &ValidationErrorKind, found: &Value, schema: Option<&Value>, at: &str) -> (Option<String>, Option<String>) {
    let last = at.rsplit('/').next().unwrap_or_default();
    let message = match kind {
        ValidationErrorKind::Type { kind } => format!("expected {}, found {}", type_words(kind), describe(found)),
        ValidationErrorKind::Enum { options } => return enum_words(options, found),
        ValidationErrorKind::Pattern { .. } => pattern_words(schema, &describe(found)),
        ValidationErrorKind::MinLength { .. } => "this text is empty".to_owned(),
        ValidationErrorKind::MinItems { .. } => "this list is empty".to_owned(),
        ValidationErrorKind::Minimum { limit } => format!("expected at least {limit}, found {}", describe(found)),
        ValidationErrorKind::MinProperties { .. } | ValidationErrorKind::MaxProperties { .. } if last == "but" => {
            let count = found.as_object().map_or(0, serde_json::Map::len);
            format!("a control differs in exactly one thing, and `but` names {count}")
        }
        ValidationErrorKind::OneOfNotValid { .. } => {
            let help = "give it one of `setup`, `send`, `control`, `pages`, `together` and `skip`";
            return (Some("this step does nothing".to_owned()), Some(help.to_owned()));
        }
        ValidationErrorKind::OneOfMultipleValid { .. } => {
            let kinds = ["setup", "send", "control", "pages", "together", "skip"];
            let has: Vec<&str> = kinds.into_iter().filter(|kind| found.get(kind).is_some()).collect();
            return (
                Some(format!("this step does several things: `{}`", has.join("`, `"))),
                Some("make it several steps".to_owned()),
            );
        }
        _ => return (None, None),
    };
    (Some(message), null_help(found, last))
}

/// A null in a place where serde would take it for nothing at all.
fn null_help(found: &Value, key: &str) -> Option<String> {
    let help = match key {
        "json" => "the body `null` is written as `\"text\": \"null\"`",
        "body" => "a body of `null` is expected with `{\"$type\": \"null\"}`",
        _ => return None,
    };
    found.is_null().then(|| help.to_owned())
}

fn enum_words(options: &Value, found: &Value) -> (Option<String>, Option<String>) {
    let options: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match found.as_str() {
        Some(word) => (Some(format!("unknown value `{word}`")), meant(word, options)),
        None => (Some(format!("expected one of `{}`, found {}", options.join("`, `"), describe(found))), None),
    }
}

fn name_words(forms: &Forms, error: &ValidationError<'_>, name: &str) -> String {
    match error.kind() {
        ValidationErrorKind::Pattern { .. } => pattern_words(schema_of(forms, error), &format!("`{name}`")),
        ValidationErrorKind::Enum { options } => format!("unknown key `{name}`: expected one of {options}"),
        _ => format!("`{name}` cannot be a key here"),
    }
}

fn pattern_words(schema: Option<&Value>, found: &str) -> String {
    let why =
        schema.and_then(|schema| schema.get("patternErrorMessage")?.as_str()).unwrap_or("does not have the form that is wanted");
    format!("{found} {why}")
}

fn type_words(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(single) => single.to_string(),
        TypeKind::Multiple(several) => several.iter().map(|one| one.to_string()).collect::<Vec<_>>().join(" or "),
    }
}

/// The key whose presence makes another one necessary.
fn depending<'f>(schema: Option<&'f Value>, found: &Value, name: &str) -> Option<&'f str> {
    let dependent = schema?.get("dependentRequired")?.as_object()?;
    let wants = |needed: &Value| needed.as_array().is_some_and(|needed| needed.iter().any(|one| one == name));
    dependent.iter().find(|(key, needed)| found.get(key.as_str()).is_some() && wants(needed)).map(|(key, _)| key.as_str())
}

/// What the schema says about a key.
fn about(schema: Option<&Value>, name: &str) -> Option<String> {
    let description = schema?.get("properties")?.get(name)?.get("description")?.as_str()?;
    Some(format!("`{name}`: {description}"))
}

/// The object of the schema that holds the keyword which was not satisfied.
fn schema_of<'f>(forms: &'f Forms, error: &ValidationError<'_>) -> Option<&'f Value> {
    let location = error.absolute_keyword_location()?.as_str();
    let (id, pointer) = location.split_once('#')?;
    let (_, form) = forms.iter().find(|(_, form)| form.id == id)?;
    let keyword = error.kind().keyword();
    let end = pointer.rfind(&format!("/{keyword}")).unwrap_or(pointer.len());
    form.text.pointer(&pointer[..end]).or_else(|| {
        let end = pointer.rfind("/dependentRequired")?;
        form.text.pointer(&pointer[..end])
    })
}
