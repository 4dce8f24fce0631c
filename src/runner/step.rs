//! What can be said of a step by itself: whether it may hurt, what a control sends, what `keep` means.

use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::case::{Send, Step};
use crate::json::{pointer_all, pointer_put};
use crate::judge::Seen;

/// Whether a device could be hurt by a step: it is refused, or it is no well-formed request.
pub(super) fn is_hurtful(step: &Step, send: &Send) -> bool {
    step.expect.iter().any(|expectation| expectation.refusal)
        || !step.observe.is_empty()
        || send.text.is_some()
        || send.hex.is_some()
        || send.wire != crate::exchange::Wire::default()
}

/// A request with one difference.
pub fn differing(original: &Send, but: &IndexMap<String, Value>) -> Result<Send, String> {
    let mut value = serde_json::to_value(original).map_err(|error| error.to_string())?;
    for (place, new) in but {
        let new = if crate::template::is_absent(new) { None } else { Some(new.clone()) };
        if !pointer_put(&mut value, place, new) {
            return Err(format!("`but` points at {place}, which the request does not have"));
        }
    }
    serde_json::from_value(value).map_err(|error| format!("with `but` it is no request any more: {error}"))
}

/// A value of an exchange by the places that `keep` knows.
pub(super) fn value_at(seen: &Seen<'_>, from: &str, class: Option<&str>) -> Option<Value> {
    let answer = seen.answer()?;
    let body = || seen.value();
    let from = from.strip_prefix('?').unwrap_or(from);
    match from {
        "#status" => Some(json!(answer.status)),
        "#time-ms" => Some(json!(seen.exchange.duration_us / 1000)),
        "#class" => class.map(Value::from),
        "#body" => body().cloned(),
        "#text" => Some(json!(String::from_utf8_lossy(&answer.body))),
        place => match place.strip_prefix("#header:") {
            Some(name) => crate::exchange::header(&answer.headers, name).map(Value::from),
            None if place.contains('*') => Some(Value::Array(pointer_all(body()?, place).into_iter().cloned().collect())),
            None => body()?.pointer(place).cloned(),
        },
    }
}
