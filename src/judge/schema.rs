//! The body against a JSON Schema of the suite.

use std::borrow::Cow;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;

use serde_json::Value;

use super::{Deviation, Findings, Seen, Unjudgeable, Yardstick};
use crate::json::describe;

/// More deviations of one reply than this tell nothing new.
const MOST: usize = 10;

/// So many elements of a list are looked at when it is known that something is wrong.
const ELEMENTS: usize = 100;

pub(super) fn judge_schema(
    seen: &Seen<'_>,
    name: &str,
    yardstick: &Yardstick<'_>,
    found: &mut Findings,
) -> Result<(), Unjudgeable> {
    let validator = yardstick.schemas.get(name).map_err(|error| Unjudgeable(error.to_string()))?;
    let Some(value) = seen.value() else {
        found.add(|| super::body::not_json(seen));
        return Ok(());
    };
    if validator.is_valid(value) {
        return Ok(());
    }
    let mut add = |error: &ValidationError<'_>| {
        let requirement = || yardstick.schemas.requirement(name, error.evaluation_path().as_str());
        found.add(|| Deviation { requirement: requirement(), ..deviation(error, name) });
    };
    // The validator collects every error before it gives the first of them, so it is shown the beginnings of long lists only.
    let shorter = shortened(value);
    let mut errors = validator.iter_errors(&shorter).take(MOST).peekable();
    match (errors.peek(), validator.validate(value)) {
        (None, Err(beyond)) => add(&beyond),
        _ => errors.for_each(|error| add(&error)),
    }
    Ok(())
}

/// The value with every list cut after its first elements.
fn shortened(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::Array(elements) => {
            Cow::Owned(elements.iter().take(ELEMENTS).map(|element| shortened(element).into_owned()).collect())
        }
        Value::Object(members) => {
            Cow::Owned(Value::Object(members.iter().map(|(name, inner)| (name.clone(), shortened(inner).into_owned())).collect()))
        }
        plain => Cow::Borrowed(plain),
    }
}

fn deviation(error: &ValidationError<'_>, schema: &str) -> Deviation {
    let at = format!("/response/body{}", error.instance_path());
    if let ValidationErrorKind::Required { property } = error.kind() {
        let member = property.as_str().unwrap_or_default();
        return Deviation {
            at: crate::json::pointer_join(&at, member),
            expected: format!("present (schema {schema})"),
            actual: "absent".to_owned(),
            kind: "schema",
            requirement: None,
        };
    }
    let actual = describe(error.instance());
    Deviation { at, expected: format!("{} (schema {schema})", expected(error)), actual, kind: "schema", requirement: None }
}

fn expected(error: &ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Type { kind } => format!("type {}", type_words(kind)),
        ValidationErrorKind::Constant { expected_value } => describe(expected_value),
        ValidationErrorKind::Enum { options } => format!("one of {options}"),
        ValidationErrorKind::Pattern { pattern } => format!("a string matching {pattern}"),
        ValidationErrorKind::Minimum { limit } => format!("at least {limit}"),
        ValidationErrorKind::MinItems { limit } => format!("at least {limit} elements"),
        ValidationErrorKind::MaxItems { limit } => format!("at most {limit} elements"),
        ValidationErrorKind::Format { format } => format!("a string of the form {format}"),
        ValidationErrorKind::FalseSchema => "absent".to_owned(),
        ValidationErrorKind::Not { .. } => "not what the schema excludes here".to_owned(),
        ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. } => {
            "one of the forms the schema allows".to_owned()
        }
        _ => error.masked().to_string(),
    }
}

fn type_words(kind: &jsonschema::error::TypeKind) -> String {
    use jsonschema::error::TypeKind;
    match kind {
        TypeKind::Single(single) => single.to_string(),
        TypeKind::Multiple(several) => several.iter().map(|one| one.to_string()).collect::<Vec<_>>().join(" or "),
    }
}
