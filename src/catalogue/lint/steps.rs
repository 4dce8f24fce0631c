//! The steps of a case or a set-up, in order: what each uses, and what it keeps for those after it.

use indexmap::IndexMap;
use serde_json::Value;

use super::controls::check_control;
use super::expectations::{Part, check_expectation, check_observation};
use super::matchers::check_matcher;
use super::names::{Giver, Names};
use super::page::meant;
use super::requests::{check_send, check_value};
use super::site::Site;
use crate::case::{Fresh, Step};
use crate::json::pointer_join;

/// What `keep` may name besides a place in the body.
const KEPT: &[&str] = &["#status", "#body", "#header:", "#time-ms", "#class"];

/// Gives every fresh name its value.
pub(super) fn give_fresh(names: &mut Names<'_>, site: &Site<'_>, fresh: &IndexMap<String, Fresh>) {
    fresh.keys().for_each(|name| names.give(site, name, Giver::Fresh, pointer_join("/fresh", name)));
}

/// Checks steps in the order in which they run.
pub(super) fn check_steps(names: &mut Names<'_>, site: &Site<'_>, steps: &[Step]) {
    for (index, step) in steps.iter().enumerate() {
        let at = format!("/steps/{index}");
        check_name(site, &at, step, &steps[..index]);
        for (name, matcher) in &step.when {
            let pointer = pointer_join(&format!("{at}/when"), name);
            names.take_member(site, &pointer, name);
            check_matcher(names, site, &pointer, matcher);
        }
        check_action(names, site, &at, step, &steps[..index]);
        check_kept(names, site, &at, step);
        check_judgement(names, site, &at, step);
    }
}

fn check_name(site: &Site<'_>, at: &str, step: &Step, earlier: &[Step]) {
    let Some(name) = &step.name else { return };
    if earlier.iter().any(|other| other.name.as_ref() == Some(name)) {
        let help = "a control could mean either: give one of them another name".to_owned();
        site.say(&format!("{at}/name"), format!("two steps are named `{name}`"), Some(help));
    }
}

fn check_action(names: &Names<'_>, site: &Site<'_>, at: &str, step: &Step, earlier: &[Step]) {
    if let Some(setup) = &step.setup {
        check_setup(names, site, at, setup, &step.with);
    }
    if let Some(send) = &step.send {
        check_send(names, site, &format!("{at}/send"), send, &[]);
    }
    if let Some(pages) = &step.pages {
        check_send(names, site, &format!("{at}/pages/send"), &pages.send, &["page"]);
        if !serde_json::to_string(&pages.send).unwrap_or_default().contains("{{page") {
            let help = "every page would be the first one".to_owned();
            site.say(&format!("{at}/pages/send"), "`pages` asks for no `{{page}}`", Some(help));
        }
    }
    for (index, send) in step.together.iter().flatten().enumerate() {
        check_send(names, site, &format!("{at}/together/{index}"), send, &[]);
    }
    if step.control.is_some() {
        check_control(site, at, step, earlier);
    }
    step.but.iter().for_each(|(place, value)| check_value(names, site, &pointer_join(&format!("{at}/but"), place), value, &[]));
}

fn check_setup(names: &Names<'_>, site: &Site<'_>, at: &str, setup: &str, with: &IndexMap<String, Value>) {
    for (name, value) in with {
        check_value(names, site, &pointer_join(&format!("{at}/with"), name), value, &[]);
    }
    let Some(suite) = &names.knowledge.suite else { return };
    let Some(known) = suite.setups.get(setup) else {
        let help = meant(setup, suite.setups.keys().map(String::as_str));
        return site.say(&format!("{at}/setup"), format!("the suite has no set-up `{setup}`"), help);
    };
    for name in with.keys().filter(|name| !known.parameters.contains_key(*name)) {
        let help = meant(name, known.parameters.keys().map(String::as_str));
        site.say_of_key(&pointer_join(&format!("{at}/with"), name), format!("the set-up `{setup}` takes no `{name}`"), help);
    }
    for (name, default) in &known.parameters {
        if default.is_null() && !with.contains_key(name) {
            let help = format!("add it to `with`: \"with\": {{ \"{name}\": ... }}");
            site.say(&format!("{at}/setup"), format!("the set-up `{setup}` needs `{name}`"), Some(help));
        }
    }
}

/// A reply is kept before it is judged, so that an expectation may compare what it has just brought.
fn check_kept(names: &mut Names<'_>, site: &Site<'_>, at: &str, step: &Step) {
    for (name, place) in &step.keep {
        let pointer = pointer_join(&format!("{at}/keep"), name);
        names.give(site, name, Giver::Kept, pointer.clone());
        let known = place.is_empty() || place.starts_with('/') || KEPT.contains(&place.as_str());
        if !known && !place.strip_prefix("#header:").is_some_and(|header| !header.is_empty()) {
            let help = meant(place, KEPT.iter().copied()).filter(|help| place.starts_with('#') || help.starts_with("did"));
            let help = help.or_else(|| Some("a JSON pointer begins with `/`: `/result/users/0/uuid`".to_owned()));
            site.say(&pointer, format!("`{place}` is no place in a reply"), help);
        }
        if place == "#class" && step.observe.is_empty() {
            site.say(&pointer, "`#class` is the class of an observation, and this step has none", None);
        }
    }
}

fn check_judgement(names: &Names<'_>, site: &Site<'_>, at: &str, step: &Step) {
    for (index, expectation) in step.expect.iter().enumerate() {
        check_expectation(names, site, &format!("{at}/expect/{index}"), expectation, Part::Whole);
    }
    for (index, observation) in step.observe.iter().enumerate() {
        check_observation(names, site, &format!("{at}/observe/{index}"), observation);
    }
    let Some(suite) = &names.knowledge.suite else { return };
    let invariants: Vec<&str> =
        suite.invariants.iter().filter_map(|one| one.requirement.as_ref()).map(|id| id.0.as_str()).collect();
    for (index, id) in step.exempt.iter().enumerate().filter(|(_, id)| !invariants.contains(&id.0.as_str())) {
        let help = meant(&id.0, invariants.iter().copied());
        site.say(&format!("{at}/exempt/{index}"), format!("`{id}` is no invariant of the suite"), help);
    }
}
