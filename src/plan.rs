//! The plan: what runs, what does not, and why. Catalogue and knowledge in, decisions out; nothing is sent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use regex::Regex;
use serde_json::Value;

use crate::case::Risk;
use crate::catalogue::{CatalogueCase, SuiteCatalogue};
use crate::judge::compiled;
use crate::profile::Known;

/// What the user chose.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Texts or globs on case ids and requirement ids; empty selects everything.
    pub filters: Vec<String>,
    /// Risks that are allowed beyond `read` and `own`.
    pub allow: BTreeSet<Risk>,
    /// The part of the cases that this run takes; the others are another run's.
    pub shard: Option<Shard>,
    /// Only these cases, of those that the filters select.
    pub only: Option<BTreeSet<String>>,
}

/// One part of several. Which case belongs to it follows from the case's id alone, so that neither order nor neighbours matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    index: u64,
    total: u64,
}

impl Shard {
    /// Part `index` (from 1) of `total`; `None` where there is no such part.
    pub fn new(index: u64, total: u64) -> Option<Self> {
        (1..=total).contains(&index).then_some(Self { index, total })
    }

    /// Whether a case belongs to it.
    pub fn holds(self, id: &str) -> bool {
        // FNV-1a: stable on every machine and in every version, which the standard library's hash is not.
        let hash =
            id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        (hash ^ (hash >> 32)) % self.total == self.index - 1
    }
}

/// `2/4`.
impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.total)
    }
}

/// What becomes of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Run,
    /// It does not apply, and why.
    NotApplicable(String),
}

/// A case with its decision.
#[derive(Debug, Clone)]
pub struct Planned<'c> {
    pub case: &'c CatalogueCase,
    pub decision: Decision,
}

/// What a run of one suite will do.
#[derive(Debug, Clone)]
pub struct Plan<'c> {
    pub suite: &'c SuiteCatalogue,
    /// The selected cases in the catalogue's order.
    pub planned: Vec<Planned<'c>>,
    /// How many cases the filter left out.
    pub left_out: usize,
}

impl<'c> Plan<'c> {
    /// Decides about every case of the suite.
    pub fn new(suite: &'c SuiteCatalogue, known: &Known, choice: &Choice) -> Self {
        let selected = chosen(suite, choice);
        let left_out = suite.cases.len() - selected.len();
        let planned = selected.into_iter().map(|case| Planned { case, decision: decide(suite, case, known, choice) }).collect();
        Self { suite, planned, left_out }
    }

    /// The cases that will run.
    pub fn running(&self) -> impl Iterator<Item = &'c CatalogueCase> {
        self.planned.iter().filter(|planned| planned.decision == Decision::Run).map(|planned| planned.case)
    }

    /// Reasons why cases do not apply, with how many each.
    pub fn reasons(&self) -> BTreeMap<String, u64> {
        let mut reasons = BTreeMap::new();
        for planned in &self.planned {
            if let Decision::NotApplicable(reason) = &planned.decision {
                *reasons.entry(reason.clone()).or_insert(0) += 1;
            }
        }
        reasons
    }
}

/// Whether a case sends so much at once that a weak device may die of it: such cases run last, so that the others have been judged by then.
pub fn is_stress(case: &CatalogueCase) -> bool {
    let sends = case.case.steps.iter().flat_map(|step| step.send.as_deref().into_iter().chain(step.together.iter().flatten()));
    let with = case.case.steps.iter().flat_map(|step| step.with.values().chain(step.but.values()));
    let bodies = sends.flat_map(|send| [send.json.as_ref(), send.text.as_ref()]).flatten();
    let heaviest = bodies.chain(with).map(weight).max().unwrap_or_default();
    heaviest >= STRESS || case.case.steps.iter().any(|step| step.together.as_ref().is_some_and(|sends| sends.len() > 8))
}

/// A thousand characters, or a tenth of that many elements, or levels.
const STRESS: u64 = 1_000;

/// How large what the makers of long values make is, in characters or so.
fn weight(value: &Value) -> u64 {
    match value {
        Value::Array(elements) => elements.iter().map(weight).sum(),
        Value::Object(members) => {
            let times = members.get("$times").or(members.get("times")).and_then(Value::as_u64).unwrap_or(1);
            let each = if members.contains_key("$times") { 10 } else { 1 };
            let inside = members.values().map(weight).sum::<u64>().max(1);
            if times > 1 { times.saturating_mul(each).max(inside) } else { inside }
        }
        _ => 0,
    }
}

/// The cases that a choice selects, risks aside.
pub fn chosen<'c>(suite: &'c SuiteCatalogue, choice: &Choice) -> Vec<&'c CatalogueCase> {
    let mut selected = select(suite, &choice.filters);
    selected.retain(|case| choice.shard.is_none_or(|shard| shard.holds(&case.id.0)));
    selected.retain(|case| choice.only.as_ref().is_none_or(|only| only.contains(&case.id.0)));
    selected
}

/// The cases that a list of filters selects. A filter is a glob over case ids and requirement ids; without `*` it means the case or the
/// requirement of that name, else everything below that folder or group, else every id that contains it.
pub fn select<'c>(suite: &'c SuiteCatalogue, filters: &[String]) -> Vec<&'c CatalogueCase> {
    if filters.is_empty() {
        return suite.cases.iter().collect();
    }
    let mut chosen = BTreeSet::new();
    for filter in filters {
        chosen.extend(matching(suite, filter));
    }
    chosen.into_iter().map(|at| &suite.cases[at]).collect()
}

fn matching(suite: &SuiteCatalogue, filter: &str) -> Vec<usize> {
    let by = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let has = |case: &CatalogueCase| fits(&case.id.0) || case.case.requirements.iter().any(|row| fits(&row.0));
        let fitting = suite.cases.iter().enumerate().filter(|(_, case)| has(case));
        fitting.map(|(at, _)| at).collect()
    };
    if filter.contains('*') {
        return glob(filter).map_or_else(Vec::new, |glob| by(&|id| glob.is_match(id)));
    }
    let below = |id: &str| {
        id.strip_prefix(filter).is_some_and(|rest| rest.starts_with(['/', '-']) && (rest.starts_with('/') || !id.contains('/')))
    };
    let exact = by(&|id| id == filter);
    let exact_or_below = if exact.is_empty() { by(&below) } else { by(&|id| id == filter || (below(id) && id.contains('/'))) };
    if exact_or_below.is_empty() { by(&|id| id.contains(filter)) } else { exact_or_below }
}

fn glob(filter: &str) -> Option<Arc<Regex>> {
    let parts: Vec<String> = filter.split('*').map(regex::escape).collect();
    compiled(&format!("^{}$", parts.join(".*")), false).ok()
}

/// Whether a case applies to a target: its risk is allowed, its requirements hold there, and its needs are met.
pub fn decide(suite: &SuiteCatalogue, case: &CatalogueCase, known: &Known, choice: &Choice) -> Decision {
    let not_applicable = |reason: String| Decision::NotApplicable(reason);
    if case.risk > Risk::Own && !choice.allow.contains(&case.risk) {
        let word = if case.risk == Risk::Destroy { "destroy" } else { "disturb" };
        return not_applicable(format!("may harm a device: runs only with `--allow {word}`"));
    }
    let mut rows = case.case.requirements.iter().filter_map(|id| suite.requirement(id)).peekable();
    if rows.peek().is_some() && !rows.any(|row| known.concerns(row)) {
        let edition = known.edition.as_deref().unwrap_or("unknown");
        return not_applicable(format!("its requirements do not hold for the edition {edition}"));
    }
    case.needs.iter().find_map(|need| lacking(need, known)).map_or(Decision::Run, not_applicable)
}

/// Why a need is not met.
fn lacking(need: &str, known: &Known) -> Option<String> {
    let (name, wanted) = need.strip_prefix('!').map_or((need, true), |name| (name, false));
    match known.has(name) {
        Some(has) if has == wanted => None,
        None => Some(format!("it is not known whether the target has `{name}`")),
        Some(_) if !wanted => Some(format!("the target has `{name}`")),
        Some(_) if name == "limited-account" => {
            Some("needs a second account with fewer rights: set DOORSPEC_LIMITED_USER and DOORSPEC_LIMITED_PASSWORD".to_owned())
        }
        Some(_) => Some(format!("the target does not have `{name}`")),
    }
}

#[cfg(test)]
mod tests;
