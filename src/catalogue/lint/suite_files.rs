//! What a suite says of its API as a whole: set-ups, named replies, invariants, dialects, safety rules; and its profiles.

use indexmap::IndexMap;
use regex::Regex;

use super::demands::say_unknown;
use super::expectations::{Part, check_classes, check_expectation};
use super::knowledge::Knowledge;
use super::matchers::check_regex;
use super::names::{Names, take_plain};
use super::page::{Page, meant};
use super::requests::check_send;
use super::setups::check_scene;
use super::site::Site;
use super::template;
use crate::json::pointer_join;
use crate::suite::{Profile, Safety, Suite};

/// Checks `suite.json`.
pub(super) fn check_suite(page: &Page, knowledge: &Knowledge) {
    let Some(suite) = &knowledge.suite else { return };
    let site = Site::new(page, "");
    let names = Names::new(knowledge);
    check_name(page, &knowledge.name, &suite.suite);
    check_values(&Names::open(knowledge), &site, suite);
    for (name, setup) in &suite.setups {
        check_scene(page, knowledge, name, setup);
    }
    check_replies(&site, knowledge, suite);
    check_invariants(&names, &site, suite);
    check_probes(&names, &site, suite);
    check_dialects(&Names::open(knowledge), &site, suite);
    check_safety(&names, &site, &suite.safety);
}

fn check_name(page: &Page, folder: &str, suite: &str) {
    if suite != folder {
        let help = Some(format!("the folder says `{folder}`"));
        page.say("/suite", format!("this file belongs to the suite `{folder}`, not to `{suite}`"), help);
    }
}

fn check_values(names: &Names<'_>, site: &Site<'_>, suite: &Suite) {
    suite.values.iter().for_each(|(name, value)| take_plain(names, site, &pointer_join("/values", name), value, &[]));
}

/// What a reply or a class takes from its case is checked where a case cites it: here every name is let pass.
fn check_replies(site: &Site<'_>, knowledge: &Knowledge, suite: &Suite) {
    let names = Names::open(knowledge);
    for (name, reply) in &suite.replies {
        check_expectation(&names, site, &pointer_join("/replies", name), reply, Part::Inner);
    }
    for (list, classes) in &suite.classes {
        check_classes(&names, site, &pointer_join("/classes", list), classes);
    }
}

fn check_invariants(names: &Names<'_>, site: &Site<'_>, suite: &Suite) {
    let numbered = suite.invariants.iter().enumerate().map(|(index, one)| (format!("/invariants/{index}"), one));
    let all = numbered.chain([("/alive/expect".to_owned(), &suite.alive.expect)]);
    for (at, expectation) in all {
        check_expectation(names, site, &at, expectation, Part::Whole);
        match &expectation.requirement {
            Some(id) if names.knowledge.requirements.is_some() && names.knowledge.row(&id.0).is_none() => {
                say_unknown(site, names.knowledge, &format!("{at}/requirement"), id);
            }
            Some(id) => super::demands::check_strength(site, names.knowledge, &at, expectation, id),
            None => site.say(&at, "this holds for every reply, but which row says so?", Some("add `requirement`".to_owned())),
        }
    }
    check_send(names, site, "/alive/send", &suite.alive.send, &[]);
}

fn check_probes(names: &Names<'_>, site: &Site<'_>, suite: &Suite) {
    for (index, probe) in suite.probe.iter().enumerate() {
        let at = format!("/probe/{index}");
        check_send(names, site, &format!("{at}/send"), &probe.send, &[]);
        if let Some(recognise) = &probe.recognise {
            check_expectation(names, site, &format!("{at}/recognise"), recognise, Part::Inner);
        }
        for (name, expectation) in &probe.capabilities {
            let pointer = pointer_join(&format!("{at}/capabilities"), name);
            check_expectation(names, site, &pointer, expectation, Part::Inner);
        }
    }
}

fn check_dialects(names: &Names<'_>, site: &Site<'_>, suite: &Suite) {
    for (name, dialect) in &suite.dialects {
        let at = pointer_join("/dialects", name);
        if !dialect.classes.contains_key(&dialect.default) {
            let help = meant(&dialect.default, dialect.classes.keys().map(String::as_str));
            site.say(&format!("{at}/default"), format!("the dialect has no class `{}`", dialect.default), help);
        }
        for (class, values) in &dialect.classes {
            let at = pointer_join(&format!("{at}/classes"), class);
            values.iter().for_each(|(name, value)| take_plain(names, site, &pointer_join(&at, name), value, &[]));
        }
    }
}

fn check_safety(names: &Names<'_>, site: &Site<'_>, safety: &Safety) {
    let numbered = |key: &'static str| move |index: usize| format!("/safety/{key}/{index}");
    let reads = safety.reads.iter().enumerate().map(|(index, rule)| (numbered("reads")(index), rule));
    let writes = safety.writes.iter().enumerate().map(|(index, rule)| (numbered("writes")(index), rule));
    let dangerous = safety.dangerous.keys().map(|rule| (pointer_join("/safety/dangerous", rule), rule));
    let scopes = safety.scopes.iter().enumerate().map(|(index, one)| (numbered("scopes")(index) + "/request", &one.request));
    let numbers = safety.numbers.iter().enumerate().map(|(index, one)| (numbered("numbers")(index) + "/request", &one.request));
    let entities =
        safety.entities.iter().enumerate().map(|(index, one)| (numbered("entities")(index) + "/created-by", &one.created_by));
    for (pointer, rule) in reads.chain(writes).chain(dangerous).chain(scopes).chain(numbers).chain(entities) {
        if let Some((_, pattern)) = rule.split_once(' ') {
            check_regex(site, &pointer, pattern);
        }
    }
    for (index, entity) in safety.entities.iter().enumerate() {
        let at = format!("/safety/entities/{index}");
        check_send(names, site, &format!("{at}/remove"), &entity.remove, &["id", "ids", "item"]);
        if let Some(shown) = &entity.shown {
            check_send(names, site, &format!("{at}/shown/send"), &shown.send, &["id"]);
        }
        if let Some(mark) = &entity.mark {
            check_regex(site, &format!("{at}/mark/pattern"), &mark.pattern);
        }
    }
    if let Some(full) = &safety.full {
        check_expectation(names, site, "/safety/full", full, Part::Inner);
    }
    for (index, snapshot) in safety.snapshots.iter().enumerate() {
        let at = format!("/safety/snapshots/{index}");
        check_send(names, site, &format!("{at}/pages/send"), &snapshot.pages.send, &["page"]);
        if let Some(since) = &snapshot.since {
            check_send(names, site, &format!("{at}/since"), since, &["stamp", "series"]);
        }
    }
}

/// Checks the profiles of a suite.
pub(super) fn check_profiles(pages: &[Page], knowledge: &Knowledge) {
    for (index, (file, profile)) in knowledge.profiles.iter().enumerate() {
        let Some(page) = pages.iter().find(|page| page.name == *file) else { continue };
        check_name(page, &knowledge.name, &profile.suite);
        if let Some((other, _)) = knowledge.profiles[..index].iter().find(|(_, other)| other.edition == profile.edition) {
            page.say("/edition", format!("{other} is the profile of `{}` too", profile.edition), None);
        }
        check_profile(&Site::new(page, ""), knowledge, profile);
    }
}

fn check_profile(site: &Site<'_>, knowledge: &Knowledge, profile: &Profile) {
    let names = Names::open(knowledge);
    for (name, value) in &profile.values {
        take_plain(&names, site, &pointer_join("/values", name), value, &[]);
    }
    check_conditions(site, knowledge, "/recognised-by", &profile.recognised_by);
    for (index, conditions) in profile.also_recognised_by.iter().enumerate() {
        check_conditions(site, knowledge, &format!("/also-recognised-by/{index}"), conditions);
    }
    let Some(suite) = &knowledge.suite else { return };
    for (name, class) in &profile.dialect {
        let pointer = pointer_join("/dialect", name);
        match suite.dialects.get(name) {
            None => {
                let help = meant(name, suite.dialects.keys().map(String::as_str));
                site.say_of_key(&pointer, format!("the suite has no dialect `{name}`"), help);
            }
            Some(dialect) if !dialect.classes.contains_key(class) => {
                let help = meant(class, dialect.classes.keys().map(String::as_str));
                site.say(&pointer, format!("the dialect `{name}` has no class `{class}`"), help);
            }
            Some(_) => {}
        }
    }
}

fn check_conditions(site: &Site<'_>, knowledge: &Knowledge, at: &str, conditions: &IndexMap<String, String>) {
    for (name, pattern) in conditions {
        let pointer = pointer_join(at, name);
        if !pattern.contains("{{") && Regex::new(pattern).is_err() {
            check_regex(site, &pointer, pattern);
        }
        check_probed(site, knowledge, &pointer, name);
    }
}

fn check_probed(site: &Site<'_>, knowledge: &Knowledge, pointer: &str, name: &str) {
    let Some(suite) = &knowledge.suite else { return };
    let probed: Vec<&str> =
        suite.probe.iter().flat_map(|probe| probe.keep.keys()).chain(suite.values.keys()).map(String::as_str).collect();
    if !probed.contains(&name) && !template::is_built_in(name) {
        site.say_of_key(pointer, format!("no probe of the suite keeps `{name}`"), meant(name, probed));
    }
}
