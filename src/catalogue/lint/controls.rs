//! Controls: a case that expects a refusal shows that the same request, but for one thing, is accepted.

use std::sync::Arc;

use serde_json::Value;

use super::page::meant;
use super::site::Site;
use crate::case::{Case, Send, Step};

/// What a request may have.
const KEYS: &[&str] =
    &["method", "path", "query", "headers", "json", "text", "hex", "form", "multipart", "as", "credentials", "wire"];

/// A case with a refusal has a control, or says why it has none.
pub(super) fn check_case(site: &Site<'_>, case: &Case) {
    let refusals: Vec<(usize, usize)> = refusals(case).collect();
    let controlled = case.steps.iter().any(|step| step.control.is_some());
    match (&case.uncontrolled, refusals.first()) {
        (None, Some((step, expectation))) if !controlled => {
            let help =
                "add a step `\"control\": \"...\", \"but\": {...}` that is accepted, or say in `uncontrolled` why there is none";
            let pointer = format!("/steps/{step}/expect/{expectation}/refusal");
            site.say_of_key(&pointer, "this case expects a refusal and has no control", Some(help.to_owned()));
        }
        (Some(_), None) => {
            let help = "mark the expectation of the refusal with `\"refusal\": true`, or take `uncontrolled` away".to_owned();
            site.say_of_key("/uncontrolled", "no expectation of this case is a refusal", Some(help));
        }
        (Some(_), Some(_)) if controlled => {
            site.say_of_key("/uncontrolled", "this case has a control", Some("take `uncontrolled` away".to_owned()));
        }
        _ => {}
    }
}

fn refusals(case: &Case) -> impl Iterator<Item = (usize, usize)> {
    let steps = case.steps.iter().enumerate().filter(|(_, step)| step.control.is_none());
    steps.flat_map(|(index, step)| {
        step.expect.iter().enumerate().filter(|(_, one)| one.refusal).map(move |(expectation, _)| (index, expectation))
    })
}

/// A control repeats an earlier request with one difference that is one.
pub(super) fn check_control(site: &Site<'_>, at: &str, step: &Step, earlier: &[Arc<Step>]) {
    let Some(name) = &step.control else { return };
    for index in step.expect.iter().enumerate().filter(|(_, one)| one.refusal).map(|(index, _)| index) {
        let help = "the refusal is expected of the step that it repeats".to_owned();
        site.say_of_key(&format!("{at}/expect/{index}/refusal"), "a control is accepted, it expects no refusal", Some(help));
    }
    if step.expect.is_empty() {
        let help = "say in `expect` how the reply shows that the request was accepted".to_owned();
        site.say(&format!("{at}/control"), "this control expects nothing", Some(help));
    }
    let Some(send) = resolved(name, earlier) else { return check_target(site, at, name, earlier) };
    for (place, value) in step.but.iter().filter(|(place, _)| place.starts_with('/')) {
        check_difference(site, &crate::json::pointer_join(&format!("{at}/but"), place), &send, place, value);
    }
}

fn check_target(site: &Site<'_>, at: &str, name: &str, earlier: &[Arc<Step>]) {
    let pointer = format!("{at}/control");
    if earlier.iter().any(|step| step.name.as_deref() == Some(name)) {
        return site.say(
            &pointer,
            format!("the step `{name}` sends no single request"),
            Some("name a step with `send`".to_owned()),
        );
    }
    let help = meant(name, earlier.iter().filter_map(|step| step.name.as_deref()));
    let help = help.or_else(|| Some("give the step a `name`; a control comes after the step that it repeats".to_owned()));
    site.say(&pointer, format!("no earlier step is named `{name}`"), help);
}

/// The request of the step of this name, with the difference made where it is a control itself.
fn resolved(name: &str, earlier: &[Arc<Step>]) -> Option<Value> {
    let (at, step) = earlier.iter().enumerate().find(|(_, step)| step.name.as_deref() == Some(name))?;
    if let Some(send) = &step.send {
        return Some(written(send));
    }
    let mut send = resolved(step.control.as_ref()?, &earlier[..at])?;
    for (place, value) in &step.but {
        if let Some(target) = send.pointer_mut(place) {
            *target = value.clone();
        }
    }
    Some(send)
}

fn written(send: &Send) -> Value {
    serde_json::to_value(send).unwrap_or_default()
}

fn check_difference(site: &Site<'_>, pointer: &str, send: &Value, place: &str, value: &Value) {
    let absent = is_absent(value);
    if let Some(now) = send.pointer(place) {
        if now == value {
            site.say(pointer, "the request has this value already", Some("a control differs in what was refused".to_owned()));
        }
        return;
    }
    let (parent, name) = place.rsplit_once('/').unwrap_or_default();
    let added = match send.pointer(parent) {
        Some(Value::Object(_)) => !parent.is_empty() || KEYS.contains(&name),
        Some(Value::Array(elements)) => name.parse() == Ok(elements.len()),
        _ => false,
    };
    if !added || absent {
        let help = "it is a JSON pointer into the `send` of the other step, like `/json/users/0/uuid`".to_owned();
        site.say_of_key(pointer, format!("`{place}` points nowhere in that request"), Some(help));
    }
}

/// The value that takes a member away.
fn is_absent(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.len() == 1 && members.get("$absent") == Some(&Value::Bool(true)))
}
