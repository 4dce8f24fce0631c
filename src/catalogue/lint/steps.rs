//! The steps of a case or a set-up, in order: what each uses, and what it keeps for those after it.

use std::sync::Arc;

use indexmap::IndexMap;

use super::controls::check_control;
use super::expectations::{Part, check_expectation, check_observation};
use super::keeps::check_kept;
use super::matchers::check_matcher;
use super::names::{Giver, Names};
use super::page::meant;
use super::requests::{check_send, check_value};
use super::setups::check_setup;
use super::site::Site;
use crate::case::{Fresh, Step};
use crate::json::pointer_join;

/// Gives every fresh name its value.
pub(super) fn give_fresh(names: &mut Names<'_>, site: &Site<'_>, fresh: &IndexMap<String, Fresh>) {
    fresh.keys().for_each(|name| names.give(site, name, Giver::Fresh, pointer_join("/fresh", name)));
}

/// Checks steps in the order in which they run.
pub(super) fn check_steps(names: &mut Names<'_>, site: &Site<'_>, steps: &[Arc<Step>]) {
    for (index, step) in steps.iter().enumerate() {
        let at = format!("/steps/{index}");
        check_name(site, &at, step, &steps[..index]);
        for (name, matcher) in &step.when {
            let pointer = pointer_join(&format!("{at}/when"), name);
            names.take_member(site, &pointer, name);
            check_matcher(names, site, &pointer, matcher, &[]);
        }
        check_action(names, site, &at, step, &steps[..index]);
        for (index, observation) in step.observe.iter().enumerate() {
            check_observation(names, site, &format!("{at}/observe/{index}"), observation);
        }
        check_kept(names, site, &at, step);
        check_judgement(names, site, &at, step);
    }
}

fn check_name(site: &Site<'_>, at: &str, step: &Step, earlier: &[Arc<Step>]) {
    let Some(name) = &step.name else { return };
    if earlier.iter().any(|other| other.name.as_ref() == Some(name)) {
        let help = "a control could mean either: give one of them another name".to_owned();
        site.say(&format!("{at}/name"), format!("two steps are named `{name}`"), Some(help));
    }
}

fn check_action(names: &Names<'_>, site: &Site<'_>, at: &str, step: &Step, earlier: &[Arc<Step>]) {
    if let Some(setup) = &step.setup {
        check_setup(names, site, at, setup, step);
    }
    if let Some(send) = &step.send {
        check_send(names, site, &format!("{at}/send"), send, &[]);
    }
    if let Some(pages) = &step.pages {
        check_send(names, site, &format!("{at}/pages/send"), &pages.send, &["page"]);
    }
    for (index, send) in step.together.iter().flatten().enumerate() {
        check_send(names, site, &format!("{at}/together/{index}"), send, &[]);
    }
    if step.control.is_some() {
        check_control(site, at, step, earlier);
    }
    step.but.iter().for_each(|(place, value)| check_value(names, site, &pointer_join(&format!("{at}/but"), place), value, &[]));
}

fn check_judgement(names: &Names<'_>, site: &Site<'_>, at: &str, step: &Step) {
    for (index, expectation) in step.expect.iter().enumerate() {
        check_expectation(names, site, &format!("{at}/expect/{index}"), expectation, Part::Whole);
    }
    let Some(suite) = &names.knowledge.suite else { return };
    let invariants: Vec<&str> =
        suite.invariants.iter().filter_map(|one| one.requirement.as_ref()).map(|id| id.0.as_str()).collect();
    for (index, id) in step.exempt.iter().enumerate().filter(|(_, id)| !invariants.contains(&id.0.as_str())) {
        let help = meant(&id.0, invariants.iter().copied());
        site.say(&format!("{at}/exempt/{index}"), format!("`{id}` is no invariant of the suite"), help);
    }
}
