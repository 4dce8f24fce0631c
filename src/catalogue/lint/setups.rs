//! Set-ups: what a case gives them, and what they may hold themselves.

use std::collections::BTreeSet;

use super::knowledge::Knowledge;
use super::names::{Giver, Names, say_unused, take_plain};
use super::page::{Page, meant};
use super::requests::check_value;
use super::site::Site;
use super::steps::{check_steps, give_fresh};
use crate::case::Step;
use crate::json::pointer_join;
use crate::suite::Setup;

/// Checks a step that runs a set-up.
pub(super) fn check_setup(names: &Names<'_>, site: &Site<'_>, at: &str, setup: &str, step: &Step) {
    let with = &step.with;
    check_ignored(site, at, step, "what a set-up must bring is said in the set-up", &[]);
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

/// Checks a set-up of `suite.json`.
pub(super) fn check_scene(page: &Page, knowledge: &Knowledge, name: &str, setup: &Setup) {
    let site = Site::new(page, pointer_join("/setups", name));
    let mut names = Names::new(knowledge);
    for (parameter, default) in &setup.parameters {
        let pointer = pointer_join("/parameters", parameter);
        take_plain(&names, &site, &pointer, default, &[]);
        names.give(&site, parameter, Giver::Parameter, pointer);
    }
    give_fresh(&mut names, &site, &setup.fresh);
    check_steps(&mut names, &site, &setup.steps);
    for (index, step) in setup.steps.iter().enumerate() {
        check_scene_step(&site, &format!("/steps/{index}"), step);
    }
    let given = outside(setup);
    names.unused().iter().filter(|(name, _, _)| !given.contains(name)).for_each(|name| say_unused(&site, name));
}

/// The names that a case may keep from a set-up, so that they need no use inside it.
fn outside(setup: &Setup) -> BTreeSet<String> {
    setup.fresh.keys().chain(setup.steps.iter().flat_map(|step| step.keep.keys())).cloned().collect()
}

fn check_scene_step(site: &Site<'_>, at: &str, step: &Step) {
    let others = [
        ("setup", step.setup.is_some()),
        ("control", step.control.is_some()),
        ("together", step.together.is_some()),
        ("skip", step.skip.is_some()),
    ];
    for (key, _) in others.iter().filter(|(_, given)| *given) {
        let help = "a step of a set-up is `send` or `pages`".to_owned();
        site.say_of_key(&format!("{at}/{key}"), format!("a set-up cannot run `{key}`"), Some(help));
    }
    check_ignored(site, at, step, "a set-up only makes a scene, its `expect` is a condition", &["expect"]);
    if !step.when.is_empty() {
        site.say_of_key(&format!("{at}/when"), "`when` is not looked at here", Some("a set-up runs all of its steps".to_owned()));
    }
}

/// Says which keys of a step nobody looks at.
pub(super) fn check_ignored(site: &Site<'_>, at: &str, step: &Step, help: &str, heeded: &[&str]) {
    let keys = [("expect", step.expect.is_empty()), ("observe", step.observe.is_empty()), ("exempt", step.exempt.is_empty())];
    for (key, _) in keys.iter().filter(|(key, empty)| !empty && !heeded.contains(key)) {
        site.say_of_key(&format!("{at}/{key}"), format!("`{key}` is not looked at here"), Some(help.to_owned()));
    }
}
