//! Status, headers, framing, JSON soundness and time.

use serde_json::Value;

use super::matcher::compare;
use super::{Deviation, Findings, Seen, Unjudgeable, Yardstick};
use crate::case::{Expectation, Soundness};
use crate::exchange::{Answer, Exchange, header_values};
use crate::json::JsonFault;

/// There is no reply at all.
pub(super) fn no_answer(exchange: &Exchange) -> Deviation {
    let actual = exchange.outcome.as_ref().err().map(ToString::to_string).unwrap_or_default();
    Deviation { at: "/response".to_owned(), expected: "a reply".to_owned(), actual, kind: "transport", requirement: None }
}

/// The request against a matcher: of use in a condition.
pub(super) fn judge_sent(
    seen: &Seen<'_>,
    expectation: &Expectation,
    yardstick: &Yardstick<'_>,
    found: &mut Findings,
) -> Result<(), Unjudgeable> {
    let Some(matcher) = &expectation.sent else { return Ok(()) };
    one(matcher, Some(seen.sent()), "/request", "sent", yardstick, found)
}

pub(super) fn judge_head(
    answer: &Answer,
    expectation: &Expectation,
    yardstick: &Yardstick<'_>,
    found: &mut Findings,
) -> Result<(), Unjudgeable> {
    if let Some(status) = &expectation.status {
        let actual = Value::from(answer.status);
        one(status, Some(&actual), "/response/status", "status", yardstick, found)?;
    }
    if let Some(media_type) = &expectation.content_type {
        let actual = answer.media_type().map(Value::from);
        one(media_type, actual.as_ref(), "/response/headers/content-type", "header", yardstick, found)?;
    }
    for (name, matcher) in &expectation.headers {
        let values: Vec<&str> = header_values(&answer.headers, name).collect();
        let actual = (!values.is_empty()).then(|| Value::from(values.join(", ")));
        let at = format!("/response/headers/{}", name.to_ascii_lowercase());
        one(matcher, actual.as_ref(), &at, "header", yardstick, found)?;
    }
    Ok(())
}

/// One matcher against one value, its templates filled in.
pub(super) fn one(
    matcher: &Value,
    actual: Option<&Value>,
    at: &str,
    kind: &'static str,
    yardstick: &Yardstick<'_>,
    found: &mut Findings,
) -> Result<(), Unjudgeable> {
    let filled = yardstick.fill.fill(matcher).map_err(Unjudgeable)?;
    compare(&filled, actual, at, kind, found)
}

pub(super) fn judge_time(exchange: &Exchange, expectation: &Expectation, found: &mut Findings) {
    let Some(limit_ms) = expectation.within_ms else { return };
    if exchange.duration_us > limit_ms * 1000 {
        found.add(|| Deviation {
            at: "/response".to_owned(),
            expected: format!("a reply within {limit_ms} ms"),
            actual: format!("{} ms", exchange.duration_us / 1000),
            kind: "time",
            requirement: None,
        });
    }
}

pub(super) fn judge_soundness(seen: &Seen<'_>, answer: &Answer, expectation: &Expectation, found: &mut Findings) {
    for soundness in &expectation.sound {
        match soundness {
            Soundness::Framing => answer.framing.iter().for_each(|fault| {
                found.add(|| Deviation {
                    at: "/response/framing".to_owned(),
                    expected: "a message that ends where HTTP says it ends".to_owned(),
                    actual: super::words::framing(fault),
                    kind: "framing",
                    requirement: None,
                });
            }),
            Soundness::Json => judge_faults(seen, found, "a body that is JSON", makes_unreadable),
            Soundness::Rfc8259 => {
                judge_faults(seen, found, "one RFC 8259 text in UTF-8 without a byte order mark", blemishes_text)
            }
            Soundness::UniqueMembers => judge_faults(seen, found, "member names that are unique in their object", doubles_member),
        }
    }
}

fn judge_faults(seen: &Seen<'_>, found: &mut Findings, expected: &str, concerns: fn(&JsonFault) -> bool) {
    let faults = seen.reading().map(|reading| reading.faults.as_slice()).unwrap_or_default();
    for fault in faults.iter().filter(|fault| concerns(fault)).take(5) {
        found.add(|| Deviation {
            at: format!("/response/body{}", place(fault)),
            expected: expected.to_owned(),
            actual: fault.to_string(),
            kind: "json",
            requirement: None,
        });
    }
}

/// Faults after which the body cannot be taken for JSON.
fn makes_unreadable(fault: &JsonFault) -> bool {
    matches!(
        fault,
        JsonFault::Syntax { .. }
            | JsonFault::Empty
            | JsonFault::TooDeep { .. }
            | JsonFault::TooMany { .. }
            | JsonFault::Encoding { .. }
    )
}

/// Faults of an otherwise readable text.
fn blemishes_text(fault: &JsonFault) -> bool {
    matches!(
        fault,
        JsonFault::ByteOrderMark | JsonFault::InvalidUtf8 { .. } | JsonFault::Trailing { .. } | JsonFault::LoneSurrogate { .. }
    )
}

fn doubles_member(fault: &JsonFault) -> bool {
    matches!(fault, JsonFault::DuplicateMember { .. })
}

fn place(fault: &JsonFault) -> &str {
    match fault {
        JsonFault::DuplicateMember { pointer, .. } | JsonFault::LoneSurrogate { pointer, .. } => pointer,
        _ => "",
    }
}
