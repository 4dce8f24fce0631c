//! Facts of the wire and matchers, in words.

use serde_json::Value;

use crate::exchange::FramingFault;
use crate::json::describe;

/// A framing fault as a sentence.
pub(super) fn framing(fault: &FramingFault) -> String {
    match fault {
        FramingFault::BodyShort { declared, got } => format!("Content-Length says {declared} bytes, {got} came"),
        FramingFault::Surplus { bytes } => format!("{bytes} bytes came after the end of the body"),
        FramingFault::ChunksUnended => "the chunked body has no last chunk".to_owned(),
        FramingFault::BadChunk => "a chunk's size is not a hexadecimal number".to_owned(),
        FramingFault::LengthAndChunked => "Content-Length and Transfer-Encoding together".to_owned(),
        FramingFault::BadLength { value } => format!("Content-Length is {}", describe(&Value::from(value.as_str()))),
        FramingFault::BodyForbidden { bytes } => format!("{bytes} bytes of body where there must be none"),
        FramingFault::EndUnknown => "neither a length nor chunks, and the connection was kept open".to_owned(),
    }
}

/// What a matcher asks for, in words.
pub(super) fn wanted(matcher: &Value) -> String {
    let Some((name, argument)) = super::matcher::named(matcher) else { return plain(matcher) };
    match name {
        "$absent" => "absent".to_owned(),
        "$present" => "present".to_owned(),
        "$type" => format!("type {}", listed(argument)),
        "$integer" => format!("integer{}", range(argument)),
        "$regex" => format!("a string matching {}", argument.as_str().unwrap_or_default()),
        "$text" => format!("the text {argument}, whatever its letter case"),
        "$uuid" if argument.is_string() => format!("the uuid {}", argument.as_str().unwrap_or_default()),
        "$uuid" => "a uuid (8-4-4-4-12 hexadecimal digits)".to_owned(),
        "$one-of" => format!("one of: {}", alternatives(argument)),
        "$all" => argument.as_array().map(|all| all.iter().map(wanted).collect::<Vec<_>>().join(" and ")).unwrap_or_default(),
        "$not" => format!("not {}", wanted(argument)),
        "$in" => format!("one of {argument}"),
        "$greater" => format!("more than {argument}"),
        "$at-least" => format!("at least {argument}"),
        "$less" => format!("less than {argument}"),
        "$at-most" => format!("at most {argument}"),
        "$equal" | "$literal" | "$same-as" | "$like" => plain(argument),
        "$each" => format!("every element: {}", wanted(argument)),
        "$none" => format!("no element: {}", wanted(argument)),
        "$contains" => format!("an array that contains {}", alternatives(argument)),
        "$unordered" => format!("in any order: {}", alternatives(argument)),
        "$length" => format!("of length {}", wanted(argument)),
        "$ascending" => format!("never falling at {argument}"),
        "$strictly-ascending" => format!("rising at {argument}"),
        "$unique" => format!("unique at {argument}"),
        "$keys" => format!("exactly the members {argument}"),
        "$keys-of" => "exactly the members of the other object".to_owned(),
        _ => matcher.to_string(),
    }
}

fn alternatives(argument: &Value) -> String {
    argument.as_array().map(|all| all.iter().map(wanted).collect::<Vec<_>>().join(", ")).unwrap_or_default()
}

fn listed(argument: &Value) -> String {
    match argument {
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

fn range(argument: &Value) -> String {
    let side = |name: &str, word: &str| argument.get(name).map(|limit| format!(" {word} {limit}")).unwrap_or_default();
    format!("{}{}", side("min", "of at least"), side("max", "of at most"))
}

/// A plain value; a structure is shown as JSON so that its members can be seen.
fn plain(value: &Value) -> String {
    match value {
        Value::Object(_) | Value::Array(_) => {
            let text = value.to_string();
            if text.chars().count() > 160 { text.chars().take(159).chain(['…']).collect() } else { text }
        }
        scalar => describe(scalar),
    }
}
