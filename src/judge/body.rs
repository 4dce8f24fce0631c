//! The body: as text, as JSON, and beside values that were kept.

use serde_json::Value;

use super::message::one;
use super::{Deviation, Findings, Seen, Unjudgeable, Yardstick};
use crate::case::Expectation;
use crate::exchange::Answer;

pub(super) fn judge_text(
    answer: &Answer,
    expectation: &Expectation,
    yardstick: &Yardstick<'_>,
    found: &mut Findings,
) -> Result<(), Unjudgeable> {
    let Some(matcher) = &expectation.text else { return Ok(()) };
    let text = Value::String(String::from_utf8_lossy(&answer.body).into_owned());
    one(matcher, Some(&text), "/response/body", "text", yardstick, found)
}

pub(super) fn judge_body(
    seen: &Seen<'_>,
    expectation: &Expectation,
    yardstick: &Yardstick<'_>,
    found: &mut Findings,
) -> Result<(), Unjudgeable> {
    let Some(matcher) = &expectation.body else { return Ok(()) };
    let Some(value) = seen.value() else {
        found.add(|| not_json(seen));
        return Ok(());
    };
    one(matcher, Some(value), "/response/body", "body", yardstick, found)
}

/// A body that had to be JSON and is not.
pub(super) fn not_json(seen: &Seen<'_>) -> Deviation {
    let fault = seen.reading().and_then(|reading| reading.faults.first());
    Deviation {
        at: "/response/body".to_owned(),
        expected: "a body that is JSON".to_owned(),
        actual: fault.map_or_else(|| "no JSON".to_owned(), ToString::to_string),
        kind: "json",
        requirement: None,
    }
}

pub(super) fn judge_kept(expectation: &Expectation, yardstick: &Yardstick<'_>, found: &mut Findings) -> Result<(), Unjudgeable> {
    for (name, matcher) in &expectation.kept {
        let template = Value::String(format!("{{{{{name}}}}}"));
        let kept = yardstick.fill.fill(&template).map_err(Unjudgeable)?;
        one(matcher, Some(&kept), &format!("/kept/{name}"), "kept", yardstick, found)?;
    }
    Ok(())
}
