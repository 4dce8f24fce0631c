//! Two records of devices side by side: which verdicts changed, and what is answered otherwise to the same requests.

mod behaviour;
mod group;
mod likeness;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::record::{CaseRecord, Record};
use crate::records::latency::{percentile, times};
use crate::verdict::Verdict;

use behaviour::first_difference;
use group::grouped;

/// What a change means for whoever relies on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Another choice, another pace: nothing to rely on.
    Observed,
    /// More than before, or as it should be.
    Compatible,
    /// Something that could be relied on is not there any more.
    Breaking,
}

/// One way in which a reply is another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// `status`, `code`, `value`, `type`, `presence`, `length`, `order`, `form`, `text`, `reply`, `latency`, `choice`, `capability`, `dialect`.
    pub kind: &'static str,
    /// A place in the reply, or what else it is about.
    pub at: String,
    pub before: String,
    pub after: String,
}

/// A case whose verdict is another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct VerdictChange {
    pub case: String,
    pub before: Verdict,
    pub after: Verdict,
}

/// One change, with everything that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub class: Class,
    /// The requests that are answered otherwise, e.g. `PUT /api/dir/delete`.
    pub functions: Vec<String>,
    pub differences: Vec<Difference>,
    pub verdicts: Vec<VerdictChange>,
    /// The cases that show it.
    pub cases: Vec<String>,
}

/// What two records have in common and what not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Cases that were run in both.
    pub compared: usize,
    /// Cases that were run in one of the two only.
    pub only_before: Vec<String>,
    pub only_after: Vec<String>,
    /// The worst first.
    pub changes: Vec<Change>,
}

impl Comparison {
    /// Whether something changed that could be relied on.
    pub fn is_breaking(&self) -> bool {
        self.changes.iter().any(|change| change.class == Class::Breaking)
    }
}

/// What one case shows.
#[derive(Debug, Clone, Default)]
struct Finding {
    case: String,
    function: Option<String>,
    differences: Vec<Difference>,
    verdict: Option<VerdictChange>,
    /// What the case is held against, where its verdict is another.
    requirement: Option<String>,
}

/// Compares a record with a later one.
pub fn compare(before: &Record, after: &Record) -> Comparison {
    let was_run = |case: &&CaseRecord| case.verdict != Verdict::NotApplicable;
    let by_id = |record: &'_ Record| record.cases.iter().filter(was_run).map(|case| case.id.clone()).collect::<BTreeSet<_>>();
    let (ran_before, ran_after) = (by_id(before), by_id(after));
    let later: BTreeMap<&str, &CaseRecord> = after.cases.iter().map(|case| (case.id.as_str(), case)).collect();
    let both = before.cases.iter().filter(|case| ran_before.contains(&case.id) && ran_after.contains(&case.id));
    let findings = both.filter_map(|case| finding(case, later[case.id.as_str()])).collect();
    let mut changes = grouped(findings);
    let settled = capabilities(before, after);
    // What settles a dialect is a choice that a case shows: it is said once.
    let is_said = |change: &Change| change.differences.iter().all(|one| one.kind == "dialect" && shows(&changes, one));
    let unsaid: Vec<Change> = settled.into_iter().filter(|change| !is_said(change)).collect();
    changes.extend(unsaid);
    changes.extend(latency(before, after));
    changes.sort_by(|one, other| {
        (other.class, &one.functions, &one.differences).cmp(&(one.class, &other.functions, &other.differences))
    });
    Comparison {
        compared: ran_before.intersection(&ran_after).count(),
        only_before: ran_before.difference(&ran_after).cloned().collect(),
        only_after: ran_after.difference(&ran_before).cloned().collect(),
        changes,
    }
}

fn shows(changes: &[Change], dialect: &Difference) -> bool {
    let is_same = |one: &Difference| one.kind == "choice" && (&one.before, &one.after) == (&dialect.before, &dialect.after);
    changes.iter().flat_map(|change| &change.differences).any(is_same)
}

fn finding(before: &CaseRecord, after: &CaseRecord) -> Option<Finding> {
    let mut finding = Finding { case: before.id.clone(), ..Finding::default() };
    if let Some((function, differences)) = first_difference(before, after) {
        finding.function = Some(function);
        finding.differences = differences;
    }
    if before.verdict != after.verdict {
        let change = VerdictChange { case: before.id.clone(), before: before.verdict, after: after.verdict };
        let blamed = if after.verdict > before.verdict { after } else { before };
        finding.requirement = blamed.mismatches.first().map(|mismatch| mismatch.requirement.0.clone());
        finding.verdict = Some(change);
    }
    (finding.verdict.is_some() || !finding.differences.is_empty()).then_some(finding)
}

/// What follows from the accounts that were given, not from the device.
const OF_ACCOUNTS: [&str; 3] = ["limited-account", "admin-account", "admin-password"];

/// What the device can do, its edition, and the choices that were settled.
fn capabilities(before: &Record, after: &Record) -> Vec<Change> {
    let mut changes = Vec::new();
    for (suite, was) in &before.profile {
        let Some(is) = after.profile.get(suite) else { continue };
        let mut add = |class, kind, at: String, before: String, after: String| {
            let differences = vec![Difference { kind, at, before, after }];
            changes.push(Change { class, functions: Vec::new(), differences, verdicts: Vec::new(), cases: Vec::new() });
        };
        if was.edition != is.edition {
            let word = |edition: &Option<String>| edition.clone().unwrap_or_else(|| "unknown".to_owned());
            add(Class::Observed, "capability", format!("{suite} edition"), word(&was.edition), word(&is.edition));
        }
        for (name, class) in &was.dialect {
            match is.dialect.get(name) {
                Some(other) if other != class => add(Class::Observed, "dialect", name.clone(), class.clone(), other.clone()),
                _ => {}
            }
        }
        let names: BTreeSet<&String> = was.capabilities.keys().chain(is.capabilities.keys()).collect();
        let is_dialect = |name: &str| {
            name.split_once(':').is_some_and(|(dialect, _)| was.dialect.contains_key(dialect) || is.dialect.contains_key(dialect))
        };
        for name in names.into_iter().filter(|name| !OF_ACCOUNTS.contains(&name.as_str()) && !is_dialect(name)) {
            let of = |profile: &crate::record::ProfileRecord| profile.capabilities.get(name).copied().unwrap_or(Some(false));
            let class = match (of(was), of(is)) {
                (one, other) if one == other => continue,
                (Some(true), Some(false)) => Class::Breaking,
                (Some(false), Some(true)) => Class::Compatible,
                _ => Class::Observed,
            };
            let word =
                |known: Option<bool>| known.map_or("unknown", |known| if known { "there" } else { "not there" }).to_owned();
            add(class, "capability", name.clone(), word(of(was)), word(of(is)));
        }
    }
    changes
}

/// From so many replies on, the times of a function say something.
const ENOUGH: usize = 8;

/// What the times of one device may differ by that is the network's or the machine's, in microseconds.
const NOISE_US: u64 = 25_000;

/// The functions that take at least twice as long, or half as long, as one change.
fn latency(before: &Record, after: &Record) -> Option<Change> {
    let (was, is) = (times(before), times(after));
    let said = |times: &[u64]| format!("{} ms (p50 of {})", percentile(times, 50) / 1000, times.len());
    let differences: Vec<Difference> = was
        .iter()
        .filter_map(|(function, was)| Some((function, was, is.get(function)?)))
        .filter(|(_, was, is)| are_of_two_classes(was, is))
        .map(|(function, was, is)| Difference { kind: "latency", at: function.clone(), before: said(was), after: said(is) })
        .collect();
    let functions = differences.iter().map(|difference| difference.at.clone()).collect();
    let change = Change { class: Class::Observed, functions, differences, verdicts: Vec::new(), cases: Vec::new() };
    (!change.differences.is_empty()).then_some(change)
}

/// Whether times differ by a factor of two and more, usually and even at best. The best one is the device's; the others are also those of
/// the network and of whatever else the machines had to do.
fn are_of_two_classes(one: &[u64], other: &[u64]) -> bool {
    if one.len().min(other.len()) < ENOUGH {
        return false;
    }
    let (quick, slow) = if percentile(one, 50) <= percentile(other, 50) { (one, other) } else { (other, one) };
    let is_twice = |quick: u64, slow: u64| slow >= quick.saturating_mul(2) && slow - quick >= NOISE_US;
    is_twice(quick[0], slow[0]) && is_twice(percentile(quick, 50), percentile(slow, 50))
}
