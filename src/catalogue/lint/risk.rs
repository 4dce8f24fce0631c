//! What a request could do to entries that the case did not make, as far as it can be seen without sending it.

use std::sync::Arc;

use regex::Regex;
use serde_json::Value;

use super::knowledge::Knowledge;
use super::site::Site;
use crate::case::{Risk, Send, Step};
use crate::suite::{Safety, Scope};

/// `METHOD path-regex`, ready to use.
struct Rule {
    method: String,
    path: Regex,
}

impl Rule {
    /// Nothing where the rule cannot be read: the suite's own check says so.
    fn new(text: &str) -> Option<Self> {
        let (method, path) = text.split_once(' ')?;
        Some(Self { method: method.to_owned(), path: Regex::new(path).ok()? })
    }
}

/// The safety rules of a suite, ready to use.
#[derive(Default)]
pub(super) struct Rules {
    reads: Vec<Rule>,
    dangerous: Vec<(Rule, Risk)>,
    scopes: Vec<(Rule, Scope)>,
}

impl Rules {
    /// Reads the rules of a suite.
    pub(super) fn new(safety: &Safety) -> Self {
        let reads = safety.reads.iter().filter_map(|text| Rule::new(text));
        let dangerous = safety.dangerous.iter().filter_map(|(text, risk)| Some((Rule::new(text)?, *risk)));
        let scopes = safety.scopes.iter().filter_map(|scope| Some((Rule::new(&scope.request)?, scope.clone())));
        Self { reads: reads.collect(), dangerous: dangerous.collect(), scopes: scopes.collect() }
    }
}

/// Checks every request that steps send against the suite's safety rules.
pub(super) fn check_risk(site: &Site<'_>, knowledge: &Knowledge, steps: &[Arc<Step>], risk: Risk) {
    let rules = &knowledge.rules;
    for (index, step) in steps.iter().enumerate() {
        let at = format!("/steps/{index}");
        for (pointer, send) in sends(&at, step) {
            let asked = Asked::new(knowledge, send);
            check_dangerous(site, rules, &pointer, &asked, risk);
            if risk < Risk::Destroy {
                let reached = rules.scopes.iter().filter(|(rule, _)| asked.matches(rule));
                reached.for_each(|(_, scope)| check_scope(site, &pointer, send, scope));
            }
            if risk == Risk::Read && !asked.only_reads(rules) {
                let help = "make the case's `risk` `own`, or list the request in `safety.reads` of suite.json".to_owned();
                site.say(&format!("{pointer}/method"), format!("a `{}` in a case that only reads", send.method), Some(help));
            }
        }
    }
}

fn sends<'s>(at: &str, step: &'s Step) -> Vec<(String, &'s Send)> {
    let single = step.send.as_deref().into_iter().map(|send| (format!("{at}/send"), send));
    let pages = step.pages.iter().map(|pages| (format!("{at}/pages/send"), &pages.send));
    let several = step.together.iter().flatten().enumerate().map(|(index, send)| (format!("{at}/together/{index}"), send));
    single.chain(pages).chain(several).collect()
}

/// Every method and path that a request may come to.
struct Asked {
    methods: Vec<String>,
    paths: Vec<String>,
}

impl Asked {
    fn new(knowledge: &Knowledge, send: &Send) -> Self {
        let path = |path: String| path.split(['?', '#']).next().unwrap_or_default().to_owned();
        let paths = knowledge.fillings(&send.path).into_iter().map(path).collect();
        Self { methods: knowledge.fillings(&send.method), paths }
    }

    /// Whether a rule fits one of them.
    fn matches(&self, rule: &Rule) -> bool {
        let fits = |have: &String| rule.method == "*" || rule.method.eq_ignore_ascii_case(have);
        self.methods.iter().any(fits) && self.paths.iter().any(|path| rule.path.is_match(path))
    }

    fn only_reads(&self, rules: &Rules) -> bool {
        let reading = |method: &String| matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE");
        self.methods.iter().all(reading) || rules.reads.iter().any(|rule| self.matches(rule))
    }
}

fn check_dangerous(site: &Site<'_>, rules: &Rules, pointer: &str, asked: &Asked, risk: Risk) {
    let fitting = rules.dangerous.iter().filter(|(rule, _)| asked.matches(rule));
    let Some(needed) = fitting.map(|(_, needed)| *needed).max().filter(|needed| *needed > risk) else { return };
    let (needed, risk) = (word(needed), word(risk));
    let help = format!("write `\"risk\": \"{needed}\"` into the case");
    site.say(&format!("{pointer}/path"), format!("this request is `{needed}`, and the case is `{risk}`"), Some(help));
}

/// A request that selects a group may do so only with an owner of the run.
fn check_scope(site: &Site<'_>, pointer: &str, send: &Send, scope: &Scope) {
    let Some(Value::Object(members)) = &send.json else { return };
    let help = Some("use a fresh `owner`, or make the case `\"risk\": \"destroy\"`".to_owned());
    match members.get(&scope.member) {
        Some(Value::String(group)) if !group.contains("{{") => {
            let message = format!("`{}` selects a group of entries that the case did not make", scope.member);
            site.say(&format!("{pointer}/json/{}", scope.member), message, help);
        }
        None if !members.contains_key(&scope.single) && !members.keys().any(|name| name.contains("{{")) => {
            let message = format!("with neither `{}` nor `{}` this request reaches every entry", scope.member, scope.single);
            site.say(&format!("{pointer}/json"), message, help);
        }
        _ => {}
    }
}

fn word(risk: Risk) -> &'static str {
    match risk {
        Risk::Read => "read",
        Risk::Own => "own",
        Risk::Disturb => "disturb",
        Risk::Destroy => "destroy",
    }
}
