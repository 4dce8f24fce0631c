//! Records of parts of a run made into one. In which order they come, and how they are grouped on the way, changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::record::{CaseRecord, ProfileRecord, Record, RequirementRecord, Selection, Untouched, WaiverStatus};
use crate::records::sum::MISSING;
use crate::records::{sum_up, waive};
use crate::verdict::Verdict;

/// Makes one record of several.
///
/// # Errors
/// A sentence: there is none, or they are of different devices, of different suites under one name, or not judged alike.
pub fn merge(records: Vec<Record>) -> Result<Record, String> {
    let mut records = records.into_iter();
    let first = records.next().ok_or("there is no record to merge")?;
    let mut whole = records.try_fold(first, both)?;
    let waivers = whole.waivers.iter().map(|one| one.waiver.clone()).collect();
    let gone: BTreeSet<String> =
        whole.waivers.iter().filter(|one| one.status == WaiverStatus::Unmatched).map(|one| one.waiver.case.clone()).collect();
    whole.reasons.retain(|reason| !reason.starts_with(MISSING));
    whole.reasons.extend(missing(&whole.shards));
    sum_up(&mut whole);
    waive(&mut whole, waivers, &|id| !gone.contains(id));
    Ok(whole)
}

fn both(one: Record, other: Record) -> Result<Record, String> {
    fits(&one, &other)?;
    let ((began, ended), (other_began, other_ended)) = (span(&one), span(&other));
    let (start, end) = (began.min(other_began), ended.max(other_ended));
    let seed = one.seed.min(other.seed);
    let started = if began <= other_began { one.started.clone() } else { other.started.clone() };
    let suites: BTreeSet<String> = one.suites.iter().chain(&other.suites).cloned().collect();
    let mut groups = one.groups.clone();
    groups.extend(other.groups.iter().filter(|group| !one.groups.contains(group)).cloned());
    groups.sort_by_key(|group| group.prefix.split('-').next().map(str::to_owned));
    let cases = cases(&one, &other, seed);
    let mut waivers = one.waivers.clone();
    waivers.extend(other.waivers.iter().filter(|waiver| !one.waivers.iter().any(|known| known.waiver == waiver.waiver)).cloned());
    waivers.sort_by_key(|one| serde_json::to_string(&one.waiver).unwrap_or_default());
    let union =
        |one: &[String], other: &[String]| one.iter().chain(other).cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let identity = |target: &Record| target.target.identity.clone();
    let mut target = if one.target.url <= other.target.url { one.target.clone() } else { other.target.clone() };
    target.identity = identity(&one).into_iter().chain(identity(&other)).collect();
    Ok(Record {
        doorspec: one.doorspec.clone(),
        suites: suites.into_iter().collect(),
        seed,
        outcome: String::new(),
        exit: 0,
        reasons: union(&one.reasons, &other.reasons),
        started,
        duration_ms: u64::try_from(end - start).unwrap_or_default(),
        strict: one.strict,
        target,
        profile: profiles(&one.profile, &other.profile),
        untouched: untouched(&one.untouched, &other.untouched),
        tally: one.tally.clone(),
        selection: selection(&one.selection, &other.selection, &cases),
        requirements: requirements(&one.requirements, &other.requirements),
        cases,
        groups,
        latency: Vec::new(),
        waivers,
        shards: union(&one.shards, &other.shards),
        catalogue: one.catalogue.iter().chain(&other.catalogue).map(|(suite, digest)| (suite.clone(), digest.clone())).collect(),
    })
}

/// Whether two records can be parts of one run.
fn fits(one: &Record, other: &Record) -> Result<(), String> {
    if one.doorspec != other.doorspec {
        return Err(format!("one was made by doorspec {}, another by {}", one.doorspec, other.doorspec));
    }
    if place(&one.target.url) != place(&other.target.url) {
        return Err(format!("they are of different targets: {} and {}", one.target.url, other.target.url));
    }
    for (word, value) in &one.target.identity {
        if let Some(another) = other.target.identity.get(word).filter(|another| *another != value) {
            return Err(format!("they are of different devices: {word} is {value} in one, {another} in another"));
        }
    }
    let changed =
        one.catalogue.iter().find(|(suite, digest)| other.catalogue.get(*suite).is_some_and(|another| another != *digest));
    if let Some((suite, _)) = changed {
        return Err(format!("they were judged by different cases of the suite {suite}"));
    }
    if one.strict != other.strict {
        return Err("one was judged with --strict, another without".to_owned());
    }
    Ok(())
}

/// Where a target is; on the same machine each part may have had a server of its own, at any port.
fn place(url: &str) -> &str {
    let Some((scheme, rest)) = url.split_once("://") else { return url };
    let host_end = rest.rfind(':').unwrap_or(rest.len());
    let is_loopback = ["127.0.0.1", "localhost", "[::1]"].contains(&&rest[..host_end]);
    if is_loopback { &url[..scheme.len() + 3 + host_end] } else { url }
}

/// When a run began and ended, in milliseconds.
fn span(record: &Record) -> (i64, i64) {
    let start = record.started.parse::<Timestamp>().map(Timestamp::as_millisecond).unwrap_or_default();
    (start, start + i64::try_from(record.duration_ms).unwrap_or_default())
}

fn cases(one: &Record, other: &Record, seed: u64) -> Vec<CaseRecord> {
    let mut found: BTreeMap<(Arc<str>, u32, String), CaseRecord> = BTreeMap::new();
    for record in [one, other] {
        for case in &record.cases {
            let own = case.seed.unwrap_or(record.seed);
            let case = CaseRecord { seed: (own != seed).then_some(own), waived: None, ..case.clone() };
            let key = (case.source.file.clone(), case.source.line, case.id.clone());
            match found.remove(&key) {
                Some(known) => found.insert(key, worse(known, case)),
                None => found.insert(key, case),
            };
        }
    }
    found.into_values().collect()
}

/// The worse of two findings about one case; with a note of both where they do not agree.
fn worse(one: CaseRecord, other: CaseRecord) -> CaseRecord {
    let seen = |case: &CaseRecord| if case.verdicts.is_empty() { vec![case.verdict] } else { case.verdicts.clone() };
    let verdicts: BTreeSet<Verdict> = seen(&one).into_iter().chain(seen(&other)).collect();
    let plain =
        |case: &CaseRecord| serde_json::to_string(&CaseRecord { verdicts: Vec::new(), ..case.clone() }).unwrap_or_default();
    let rank = |case: &CaseRecord| (case.verdict, plain(case));
    let worst = if rank(&one) >= rank(&other) { one } else { other };
    let verdicts = if verdicts.len() > 1 { verdicts.into_iter().collect() } else { Vec::new() };
    CaseRecord { verdicts, ..worst }
}

fn profiles(one: &BTreeMap<String, ProfileRecord>, other: &BTreeMap<String, ProfileRecord>) -> BTreeMap<String, ProfileRecord> {
    let mut all = one.clone();
    for (suite, profile) in other {
        let known = all.entry(suite.clone()).or_insert_with(|| profile.clone());
        let plain = |profile: &ProfileRecord| serde_json::to_string(profile).unwrap_or_default();
        // Parts of one run know the same; where they do not, it must not depend on their order which counts.
        if plain(profile) < plain(known) {
            known.clone_from(profile);
        }
    }
    all
}

fn untouched(one: &Untouched, other: &Untouched) -> Untouched {
    let union =
        |one: &[String], other: &[String]| one.iter().chain(other).cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let least = |one: &Option<String>, other: &Option<String>| one.iter().chain(other).min().cloned();
    Untouched {
        holds: match (one.holds, other.holds) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (None, _) | (_, None) => None,
            _ => Some(true),
        },
        compared: one.compared.max(other.compared),
        backed_up: one.backed_up.max(other.backed_up),
        confirmed: least(&one.confirmed, &other.confirmed),
        changes: union(&one.changes, &other.changes),
        others: union(&one.others, &other.others),
        left_behind: union(&one.left_behind, &other.left_behind),
        tombstones: one.tombstones + other.tombstones,
        why_unknown: least(&one.why_unknown, &other.why_unknown),
    }
}

fn selection(one: &Selection, other: &Selection, cases: &[CaseRecord]) -> Selection {
    let known = one.known.max(other.known);
    let mut not_applicable = BTreeMap::new();
    for case in cases.iter().filter(|case| case.verdict == Verdict::NotApplicable && case.exchanges.is_empty()) {
        *not_applicable.entry(case.reason.clone().unwrap_or_default()).or_insert(0) += 1;
    }
    Selection { known, left_out: known.saturating_sub(cases.len() as u64), not_applicable, ..Selection::default() }
}

fn requirements(one: &[RequirementRecord], other: &[RequirementRecord]) -> Vec<RequirementRecord> {
    let has = |id| one.iter().any(|row| row.requirement.id == id);
    let mut all = one.to_vec();
    all.extend(other.iter().filter(|row| !has(row.requirement.id.clone())).cloned());
    // Rows of one suite stay in the order of its catalogue; suites are told apart by what their ids begin with.
    let suite = |row: &RequirementRecord| row.requirement.id.0.split('-').next().unwrap_or_default().to_owned();
    all.sort_by_key(suite);
    all
}

/// Which parts are not there, in a sentence.
fn missing(shards: &[String]) -> Option<String> {
    let total = shards.iter().filter_map(|shard| shard.split_once('/')?.1.parse::<u64>().ok()).max()?;
    let there = |index: &u64| shards.iter().any(|shard| *shard == format!("{index}/{total}"));
    let gone: Vec<String> = (1..=total).filter(|index| !there(index)).map(|index| format!("{index}/{total}")).collect();
    (!gone.is_empty()).then(|| format!("{MISSING}{}", gone.join(", ")))
}

#[cfg(test)]
mod tests;
