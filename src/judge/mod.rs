//! Judges an exchange against an expectation. Pure: no clock, no file, no socket, so a stored record can be judged again.

mod body;
mod findings;
mod matcher;
mod message;
mod observation;
mod pattern;
mod schema;
mod words;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::OnceCell;

use indexmap::IndexMap;
use serde_json::Value;

pub use findings::Findings;
pub use matcher::{MATCHERS, compare, is_matcher};
pub use observation::classify;
pub use pattern::compiled;

use crate::case::Expectation;
use crate::exchange::{Answer, Exchange};
use crate::json::{self, Reading};
use crate::requirement::RequirementId;
use crate::schema::Schemas;

/// One way in which a reply is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// JSON pointer into the exchange, e.g. `/response/body/result/users/0/uuid`.
    pub at: String,
    pub expected: String,
    pub actual: String,
    /// Which kind of check found it: `status`, `body`, `schema`, `json`, `framing`, `header`, `text`, `time`, `kept`, `sent`, `transport`.
    pub kind: &'static str,
    /// The row that this part of a schema comes from, where the schema names it; else the expectation's row is broken.
    pub requirement: Option<RequirementId>,
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
    sent: OnceCell<Value>,
}

impl<'e> Seen<'e> {
    /// Looks at an exchange; `read` belongs to it.
    pub fn new(exchange: &'e Exchange, read: &'e Read) -> Self {
        Self { exchange, read, sent: OnceCell::new() }
    }

    /// The request as a matcher for it sees it: its method, and its path without the query.
    fn sent(&self) -> &Value {
        self.sent.get_or_init(|| {
            let path = self.exchange.sent.target.split('?').next().unwrap_or_default();
            serde_json::json!({ "method": self.exchange.sent.method, "path": path })
        })
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
pub trait Fill {
    /// The matcher as it is meant here; one without templates stays where it is.
    ///
    /// # Errors
    /// When a name in it is not known.
    fn fill<'m>(&self, matcher: &'m Value) -> Result<Cow<'m, Value>, String>;
}

/// What the judge measures with.
pub struct Yardstick<'a> {
    pub schemas: &'a Schemas,
    /// The suite's named replies.
    pub replies: &'a IndexMap<String, Expectation>,
    pub fill: &'a dyn Fill,
}

/// Everything in which the reply is not as the expectation says; empty when it holds.
///
/// # Errors
/// When the expectation itself cannot be used: an unknown schema, matcher, named reply or template name.
pub fn judge(seen: &Seen<'_>, expectation: &Expectation, yardstick: &Yardstick<'_>) -> Result<Vec<Deviation>, Unjudgeable> {
    // Most replies are right, and a trial need not know the place of anything.
    if holds(seen, expectation, yardstick)? {
        return Ok(Vec::new());
    }
    let mut found = Findings::written();
    look(seen, expectation, yardstick, &mut found)?;
    Ok(found.into_deviations())
}

/// Whether the reply is as the expectation says.
///
/// # Errors
/// As [`judge`].
pub fn holds(seen: &Seen<'_>, expectation: &Expectation, yardstick: &Yardstick<'_>) -> Result<bool, Unjudgeable> {
    let mut found = Findings::trial();
    look(seen, expectation, yardstick, &mut found)?;
    Ok(found.is_empty())
}

fn look(seen: &Seen<'_>, expectation: &Expectation, yardstick: &Yardstick<'_>, found: &mut Findings) -> Result<(), Unjudgeable> {
    let Some(answer) = seen.answer() else {
        found.add(|| message::no_answer(seen.exchange));
        return Ok(());
    };
    if let Some(condition) = &expectation.condition
        && !holds(seen, condition, yardstick)?
    {
        return Ok(());
    }
    if let Some(name) = &expectation.reply {
        let named = yardstick.replies.get(name).ok_or_else(|| Unjudgeable(format!("the suite has no reply `{name}`")))?;
        look(seen, named, yardstick, found)?;
    }
    message::judge_sent(seen, expectation, yardstick, found)?;
    message::judge_head(answer, expectation, yardstick, found)?;
    message::judge_soundness(seen, answer, expectation, found);
    message::judge_time(seen.exchange, expectation, found);
    if found.is_settled() {
        return Ok(());
    }
    body::judge_text(answer, expectation, yardstick, found)?;
    body::judge_body(seen, expectation, yardstick, found)?;
    body::judge_kept(expectation, yardstick, found)?;
    if let Some(name) = &expectation.schema
        && !found.is_settled()
    {
        schema::judge_schema(seen, name, yardstick, found)?;
    }
    judge_alternatives(seen, expectation, yardstick, found)
}

/// One of the alternatives must hold; when none does, the one that came nearest is shown.
fn judge_alternatives(
    seen: &Seen<'_>,
    expectation: &Expectation,
    yardstick: &Yardstick<'_>,
    found: &mut Findings,
) -> Result<(), Unjudgeable> {
    for alternative in &expectation.any {
        if holds(seen, alternative, yardstick)? {
            return Ok(());
        }
    }
    if let Findings::Trial { failed } = found {
        *failed |= !expectation.any.is_empty();
        return Ok(());
    }
    let mut nearest: Option<Vec<Deviation>> = None;
    for alternative in &expectation.any {
        let deviations = judge(seen, alternative, yardstick)?;
        if nearest.as_ref().is_none_or(|best| deviations.len() < best.len()) {
            nearest = Some(deviations);
        }
    }
    for deviation in nearest.into_iter().flatten() {
        let expected = format!("{} (the nearest of {} allowed forms)", deviation.expected, expectation.any.len());
        found.add(|| Deviation { expected, ..deviation });
    }
    Ok(())
}
