//! Steps in words: what is sent, and what must come back.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::requirement::{push as push_line, shout};
use crate::case::{Classes, Expectation, Observe, Send, Step};
use crate::catalogue::SuiteCatalogue;
use crate::exchange::{Role, Twist, Wire};
use crate::requirement::RequirementId;

/// How much of a body is shown.
const SHOWN: usize = 400;

/// Adds steps, numbered.
pub(super) fn push(text: &mut String, suite: &SuiteCatalogue, steps: &[Arc<Step>], rows: &[RequirementId]) {
    for (index, step) in steps.iter().enumerate() {
        let name = step.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        push_line(text, format_args!("  {}. {name}{}", index + 1, action(suite, step)));
        if !step.when.is_empty() {
            push_line(text, format_args!("     only while {}", pairs(&step.when, "is")));
        }
        for expectation in &step.expect {
            push_line(text, format_args!("     {}", demand(suite, expectation, rows)));
        }
        for observation in &step.observe {
            push_line(text, format_args!("     {}", observed(observation, rows)));
        }
        for (name, place) in &step.keep {
            push_line(text, format_args!("     keeps {{{{{name}}}}}: {place} of the reply"));
        }
        if !step.exempt.is_empty() {
            let ids: Vec<&str> = step.exempt.iter().map(|id| id.0.as_str()).collect();
            push_line(text, format_args!("     does not hold for this request: {}", ids.join(", ")));
        }
    }
}

fn action(suite: &SuiteCatalogue, step: &Step) -> String {
    if let Some(setup) = &step.setup {
        let about = suite.suite.setups.get(setup).map_or("", |setup| setup.about.trim_end_matches('.'));
        let with = if step.with.is_empty() { String::new() } else { format!(", with {}", pairs(&step.with, "=")) };
        return format!("sets the scene with `{setup}`: {about}{with}");
    }
    if let Some(control) = &step.control {
        return format!("the control: the request of `{control}` once more, but {}; it must be accepted", pairs(&step.but, "is"));
    }
    if let Some(pages) = &step.pages {
        return format!("reads every page of {}; the rows are at {}", request(&pages.send), pages.items);
    }
    if let Some(sends) = &step.together {
        let requests: Vec<String> = sends.iter().map(request).collect();
        return format!("sends at the same time: {}", requests.join("; "));
    }
    if let Some(reason) = &step.skip {
        return format!("the case does not apply: {reason}");
    }
    step.send.as_deref().map_or_else(|| "does nothing".to_owned(), request)
}

fn request(send: &Send) -> String {
    let mut words = format!("{} {}", send.method, send.path);
    let mut add = |what: String| words.push_str(&format!(", {what}"));
    if !send.query.is_empty() {
        add(format!("query {}", pairs(&send.query, "=")));
    }
    if !send.headers.is_empty() {
        add(format!("headers {}", pairs(&send.headers, ":")));
    }
    for (what, body) in [("JSON", &send.json), ("text", &send.text)] {
        body.iter().for_each(|body| add(format!("{what} {}", compact(body))));
    }
    send.hex.iter().for_each(|hex| add(format!("bytes {hex}")));
    send.form.iter().for_each(|form| add(format!("form {}", pairs(form, "="))));
    send.multipart.iter().for_each(|parts| add(format!("multipart of {}", parts.len())));
    if send.role != Role::Admin {
        add(format!("as {}", word(&send.role)));
    }
    if send.twist != Twist::None {
        add(format!("credentials {}", word(&send.twist)));
    }
    if send.wire != Wire::default() {
        add(format!("on the wire {}", word(&send.wire)));
    }
    words
}

fn demand(suite: &SuiteCatalogue, expectation: &Expectation, rows: &[RequirementId]) -> String {
    let id = expectation.requirement.as_ref().or(rows.first());
    let strength = id.and_then(|id| suite.requirement(id)).map(|row| row.strength);
    let level = expectation.level.or(strength).map(shout);
    let lead = match (level, id) {
        (Some(level), Some(id)) => format!("{level} ({id}): "),
        _ => "must hold: ".to_owned(),
    };
    let refusal = if expectation.refusal { "the device refuses; " } else { "" };
    format!("{lead}{refusal}{}", conditions(expectation))
}

/// Everything that must hold, in words.
fn conditions(expectation: &Expectation) -> String {
    let mut parts = Vec::new();
    let matchers = [
        ("the status is", &expectation.status),
        ("the media type is", &expectation.content_type),
        ("the body is like", &expectation.body),
        ("the body as text is", &expectation.text),
    ];
    parts.extend(expectation.reply.iter().map(|reply| format!("everything of the reply `{reply}`")));
    parts.extend(matchers.iter().filter_map(|(lead, matcher)| Some(format!("{lead} {}", compact(matcher.as_ref()?)))));
    parts.extend(expectation.schema.iter().map(|schema| format!("the body fits the schema {schema}")));
    parts.extend(expectation.headers.iter().map(|(name, matcher)| format!("the header {name} is {}", compact(matcher))));
    parts.extend(expectation.kept.iter().map(|(name, matcher)| format!("{{{{{name}}}}} is {}", compact(matcher))));
    parts.extend(expectation.sound.iter().map(|sound| format!("the message is sound ({})", word(sound))));
    parts.extend(expectation.within_ms.iter().map(|limit| format!("the reply comes within {limit} ms")));
    if !expectation.any.is_empty() {
        let any: Vec<String> = expectation.any.iter().map(|one| format!("({})", conditions(one))).collect();
        parts.push(format!("one of: {}", any.join(" or ")));
    }
    let all = if parts.is_empty() { "there is a reply".to_owned() } else { parts.join("; ") };
    match &expectation.condition {
        Some(condition) => format!("where {}: {all}", conditions(condition)),
        None => all,
    }
}

fn observed(observation: &Observe, rows: &[RequirementId]) -> String {
    let id = observation.requirement.as_ref().or(rows.first()).map_or_else(String::new, |id| format!(" ({id})"));
    let classes = match &observation.classes {
        Classes::Named(name) => format!("one of `{name}`"),
        Classes::Own(classes) => classes.iter().map(|class| class.class.as_str()).collect::<Vec<_>>().join(", "),
    };
    let settles = observation.settles.as_ref().map_or_else(String::new, |name| format!("; settles `{name}` for the whole run"));
    format!("observed{id}: {classes}{settles}")
}

fn pairs(members: &IndexMap<String, Value>, between: &str) -> String {
    let one = |(name, value): (&String, &Value)| match value.get("$absent") {
        Some(_) => format!("{name} {between} absent"),
        None => format!("{name} {between} {}", compact(value)),
    };
    members.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        Ok(other) => compact(&other),
        Err(_) => String::new(),
    }
}

fn compact(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
