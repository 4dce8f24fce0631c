//! What many cases show, said once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Class, Difference, Finding, VerdictChange};
use crate::verdict::Verdict;

/// Puts findings together that show the same difference of the same function, or are held against the same requirement.
pub(super) fn grouped(findings: Vec<Finding>) -> Vec<Change> {
    let mut groups: Vec<(BTreeSet<String>, Vec<Finding>)> = Vec::new();
    for finding in findings {
        let mut keys = keys(&finding);
        let mut members = vec![finding];
        let mut rest = Vec::new();
        for (own, findings) in groups {
            if own.is_disjoint(&keys) {
                rest.push((own, findings));
            } else {
                keys.extend(own);
                members.splice(0..0, findings);
            }
        }
        rest.push((keys, members));
        groups = rest;
    }
    same_everywhere(groups.into_iter().map(|(_, findings)| change(findings)).collect())
}

/// What many functions show alike is one change of all of them.
fn same_everywhere(changes: Vec<Change>) -> Vec<Change> {
    let mut merged: Vec<Change> = Vec::new();
    for change in changes {
        let is_same = |other: &&mut Change| other.class == change.class && other.differences == change.differences;
        match merged.iter_mut().find(is_same).filter(|_| !change.differences.is_empty()) {
            Some(same) => {
                join(&mut same.functions, change.functions);
                join(&mut same.verdicts, change.verdicts);
                join(&mut same.cases, change.cases);
            }
            None => merged.push(change),
        }
    }
    merged
}

fn join<T: Ord>(all: &mut Vec<T>, more: Vec<T>) {
    all.extend(more);
    all.sort();
    all.dedup();
}

/// What a finding is known by.
fn keys(finding: &Finding) -> BTreeSet<String> {
    let function = finding.function.as_deref().unwrap_or_default();
    let shown = finding.differences.iter();
    let mut keys: BTreeSet<String> =
        shown.map(|one| format!("{function} {} {} {} {}", one.kind, one.at, one.before, one.after)).collect();
    if finding.differences.iter().any(|one| one.kind == "choice") {
        keys.insert(format!("choices of {function}"));
    }
    keys.extend(finding.requirement.iter().map(|requirement| format!("requirement {requirement}")));
    if keys.is_empty()
        && let Some(verdict) = &finding.verdict
    {
        keys.insert(format!("verdict {} {}", verdict.before.word(), verdict.after.word()));
    }
    keys
}

fn change(findings: Vec<Finding>) -> Change {
    let verdicts: BTreeSet<VerdictChange> = findings.iter().filter_map(|finding| finding.verdict.clone()).collect();
    let mut differences: BTreeMap<Difference, usize> = BTreeMap::new();
    for difference in findings.iter().flat_map(|finding| &finding.differences) {
        *differences.entry(difference.clone()).or_insert(0) += 1;
    }
    let functions: BTreeSet<String> = findings.iter().filter_map(|finding| finding.function.clone()).collect();
    let cases: BTreeSet<String> = findings.into_iter().map(|finding| finding.case).collect();
    // What most cases show comes first.
    let mut shown: Vec<(Difference, usize)> = differences.into_iter().collect();
    shown.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let differences: Vec<Difference> = shown.into_iter().map(|(difference, _)| difference).collect();
    let verdicts: Vec<VerdictChange> = verdicts.into_iter().collect();
    Change {
        class: class(&differences, &verdicts),
        functions: functions.into_iter().collect(),
        differences,
        verdicts,
        cases: cases.into_iter().collect(),
    }
}

/// A failure that is new breaks; one that is gone does not, whatever had to change for it. Where no verdict tells, the replies do.
fn class(differences: &[Difference], verdicts: &[VerdictChange]) -> Class {
    let bad = |verdict: Verdict| matches!(verdict, Verdict::Fail | Verdict::Error);
    if verdicts.iter().any(|change| bad(change.after) && !bad(change.before)) {
        return Class::Breaking;
    }
    let is_mended =
        |change: &VerdictChange| matches!(change.before, Verdict::Fail | Verdict::Warn) && change.after < change.before;
    let is_worse = |change: &VerdictChange| change.after >= Verdict::Warn && change.after > change.before;
    if verdicts.iter().any(is_mended) && !verdicts.iter().any(is_worse) {
        return Class::Compatible;
    }
    // Where the documents leave the choice, another one is nobody's loss, whatever follows from it.
    if differences.iter().any(|difference| difference.kind == "choice") {
        return Class::Observed;
    }
    differences.iter().map(class_of).max().unwrap_or(Class::Observed)
}

fn class_of(difference: &Difference) -> Class {
    match difference.kind {
        "presence" if difference.before == "absent" => Class::Compatible,
        // That no reply came may be the network's: it is the device's where a verdict says so.
        "status" | "code" | "value" | "type" | "presence" | "length" | "order" => Class::Breaking,
        _ => Class::Observed,
    }
}
