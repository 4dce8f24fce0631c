//! Judges an exchange against an expectation. Pure: no clock, no file, no socket, so a stored record can be judged again.

mod body;
mod matcher;
mod message;
mod observation;
mod schema;
mod words;

use std::cell::OnceCell;

use indexmap::IndexMap;
use serde_json::Value;

pub use matcher::{MATCHERS, compare, is_matcher};
pub use observation::classify;

use crate::case::Expectation;
use crate::exchange::{Answer, Exchange};
use crate::json::{self, Reading};
use crate::schema::Schemas;

/// One way in which a reply is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// JSON pointer into the exchange, e.g. `/response/body/result/users/0/uuid`.
    pub at: String,
    pub expected: String,
    pub actual: String,
    /// Which kind of check found it: `status`, `body`, `schema`, `json`, `framing`, `header`, `text`, `time`, `kept`, `transport`.
    pub kind: &'static str,
}

/// Why something could not be judged: a mistake of the suite, never of the device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unjudgeable(pub String);

/// Where the JSON reading of a reply's body is kept, so that it is read at most once.
pub type Read = OnceCell<Reading>;

/// An exchange as the judge sees it.
pub struct Seen<'e> {
    pub exchange: &'e Exchange,
    read: &'e Read,
}

impl<'e> Seen<'e> {
    /// Looks at an exchange; `read` belongs to it.
    pub fn new(exchange: &'e Exchange, read: &'e Read) -> Self {
        Self { exchange, read }
    }

    /// The reply, where there is one.
    pub fn answer(&self) -> Option<&'e Answer> {
        self.exchange.outcome.as_ref().ok()
    }

    /// The body read as JSON, with everything that is wrong with it.
    pub fn reading(&self) -> Option<&'e Reading> {
        let answer = self.answer()?;
        Some(self.read.get_or_init(|| json::read(&answer.body)))
    }

    /// The body as a JSON value, as far as it could be read.
    pub fn value(&self) -> Option<&'e Value> {
        self.reading()?.value.as_ref()
    }
}

/// Fills the templates of a matcher in.
pub type Fill<'a> = dyn Fn(&Value) -> Result<Value, String> + 'a;

/// What the judge measures with.
pub struct Yardstick<'a> {
    pub schemas: &'a Schemas,
    /// The suite's named replies.
    pub replies: &'a IndexMap<String, Expectation>,
    pub fill: &'a Fill<'a>,
}

/// Everything in which the reply is not as the expectation says; empty when it holds.
///
/// # Errors
/// When the expectation itself cannot be used: an unknown schema, matcher, named reply or template name.
pub fn judge(seen: &Seen<'_>, expectation: &Expectation, yardstick: &Yardstick<'_>) -> Result<Vec<Deviation>, Unjudgeable> {
    let Some(answer) = seen.answer() else { return Ok(vec![message::no_answer(seen.exchange)]) };
    if let Some(condition) = &expectation.condition
        && !judge(seen, condition, yardstick)?.is_empty()
    {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    if let Some(name) = &expectation.reply {
        let named = yardstick.replies.get(name).ok_or_else(|| Unjudgeable(format!("the suite has no reply `{name}`")))?;
        found.extend(judge(seen, named, yardstick)?);
    }
    message::judge_head(answer, expectation, yardstick, &mut found)?;
    message::judge_soundness(seen, answer, expectation, &mut found);
    message::judge_time(seen.exchange, expectation, &mut found);
    body::judge_text(answer, expectation, yardstick, &mut found)?;
    body::judge_body(seen, expectation, yardstick, &mut found)?;
    body::judge_kept(expectation, yardstick, &mut found)?;
    if let Some(name) = &expectation.schema {
        schema::judge_schema(seen, name, yardstick, &mut found)?;
    }
    judge_alternatives(seen, expectation, yardstick, &mut found)?;
    Ok(found)
}

/// One of the alternatives must hold; when none does, the one that came nearest is shown.
fn judge_alternatives(
    seen: &Seen<'_>,
    expectation: &Expectation,
    yardstick: &Yardstick<'_>,
    found: &mut Vec<Deviation>,
) -> Result<(), Unjudgeable> {
    let mut nearest: Option<Vec<Deviation>> = None;
    for alternative in &expectation.any {
        let deviations = judge(seen, alternative, yardstick)?;
        if deviations.is_empty() {
            return Ok(());
        }
        if nearest.as_ref().is_none_or(|best| deviations.len() < best.len()) {
            nearest = Some(deviations);
        }
    }
    found.extend(nearest.into_iter().flatten().map(|deviation| {
        let expected = format!("{} (the nearest of {} allowed forms)", deviation.expected, expectation.any.len());
        Deviation { expected, ..deviation }
    }));
    Ok(())
}
