//! Judges the recorded exchanges of a run again: the same runner and the same judge, only that the record answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;

use crate::case::Risk;
use crate::catalogue::{CatalogueCase, SuiteCatalogue};
use crate::json;
use crate::plan::{Choice, Decision, Plan};
use crate::profile::Known;
use crate::record::{CaseRecord, Mismatch, Record};
use crate::verdict::Verdict;

use super::case_run::{Attempt, attempt};
use super::redaction::{REDACTED, StandIn, shows_secret};
use super::replay::Replay;
use super::run::{Floor, Manner, Rules};
use super::snapshot::Holdings;

/// The cases of a record, judged again by a suite. What the record does not show (what was cut, secrets that matter, replies to requests that
/// were not made) is inconclusive, never a pass.
///
/// # Errors
/// A mistake of the suite's data.
pub async fn rejudge(suite: &SuiteCatalogue, record: &Record) -> Result<Vec<CaseRecord>, String> {
    let name = &suite.suite.suite;
    let profile = record.profile.get(name).cloned().unwrap_or_default();
    let known = Known::of_record(suite, &profile, REDACTED);
    let of_suite = |case: &&CaseRecord| case.id.split('/').next() == Some(name);
    let seeds: BTreeSet<u64> = record.cases.iter().filter(of_suite).map(|case| case.seed.unwrap_or(record.seed)).collect();
    let mut judged = BTreeMap::new();
    for seed in seeds {
        let of_seed = record.cases.iter().filter(of_suite).filter(|case| case.seed.unwrap_or(record.seed) == seed);
        for case in of_one_seed(suite, &known, seed, of_seed.collect()).await? {
            judged.insert(case.id.clone(), case);
        }
    }
    Ok(record.cases.iter().filter_map(|case| judged.remove(&case.id)).collect())
}

/// Cases whose made-up values follow from one seed.
async fn of_one_seed(
    suite: &SuiteCatalogue,
    known: &Known,
    seed: u64,
    cases: Vec<&CaseRecord>,
) -> Result<Vec<CaseRecord>, String> {
    let (replay, never) = (Replay::default(), AtomicBool::new(false));
    let rules = Rules::new(suite, known, seed)?;
    let mut floor = Floor::new(suite, &replay, &Manner::quick(seed), rules, &never);
    floor.replayed = true;
    drop(floor.before.set(Ok(Holdings::default())));
    let again = Again { suite, floor, known };
    let mut judged = Vec::with_capacity(cases.len());
    for recorded in cases {
        judged.push(again.case(recorded).await);
    }
    Ok(judged)
}

struct Again<'a> {
    suite: &'a SuiteCatalogue,
    floor: Floor<'a, Replay<'a>>,
    known: &'a Known,
}

impl<'a> Again<'a> {
    async fn case(&self, recorded: &'a CaseRecord) -> CaseRecord {
        let Some(case) = self.suite.cases.iter().find(|case| case.id.0 == recorded.id) else {
            return unjudged(recorded, "the suite has no such case any more".to_owned());
        };
        if recorded.exchanges.is_empty() {
            return self.not_run(case, recorded).await;
        }
        if let Decision::NotApplicable(reason) = self.decision(case, &[Risk::Disturb, Risk::Destroy]) {
            let none = CaseRecord { mismatches: Vec::new(), observations: Vec::new(), ..recorded.clone() };
            return CaseRecord { verdict: Verdict::NotApplicable, reason: Some(reason), ..none };
        }
        let (first, missing, is_hidden) = self.attempt(case, recorded, StandIn::First).await;
        if let Some(why) = missing {
            return self.shown(case, recorded, first, Some(why));
        }
        let doubt = if is_hidden {
            let (second, ..) = self.attempt(case, recorded, StandIn::Second).await;
            doubt(recorded, &first, &second)
        } else {
            None
        };
        match doubt {
            Some(why) => unjudged(recorded, why),
            None => self.shown(case, recorded, first, None),
        }
    }

    /// A case of which nothing was sent: it still does not apply, or it cannot be judged.
    async fn not_run(&self, case: &CatalogueCase, recorded: &'a CaseRecord) -> CaseRecord {
        if let Decision::NotApplicable(reason) = self.decision(case, &[]) {
            return CaseRecord { verdict: Verdict::NotApplicable, reason: Some(reason), ..recorded.clone() };
        }
        // It came to nothing before it sent anything: it was left out by a condition, the run was stopped, or the suite made a mistake.
        match self.attempt(case, recorded, StandIn::First).await {
            (found, None, _) => self.shown(case, recorded, found, None),
            _ if recorded.verdict == Verdict::NotApplicable => {
                unjudged(recorded, "it did not apply in the run, so nothing was sent".to_owned())
            }
            _ => unjudged(recorded, recorded.reason.clone().unwrap_or_else(|| "nothing was sent".to_owned())),
        }
    }

    fn decision(&self, case: &CatalogueCase, allow: &[Risk]) -> Decision {
        let choice = Choice { filters: vec![case.id.0.clone()], allow: allow.iter().copied().collect(), ..Choice::default() };
        let plan = Plan::new(self.suite, self.known, &choice);
        let planned = plan.planned.into_iter().find(|planned| planned.case.id == case.id);
        planned.map_or(Decision::Run, |planned| planned.decision)
    }

    /// One attempt at a case, answered by the record: what was found, why the record did not answer, and whether it hid something.
    async fn attempt(
        &self,
        case: &CatalogueCase,
        recorded: &'a CaseRecord,
        stand_in: StandIn,
    ) -> (Attempt, Option<String>, bool) {
        self.floor.transport.load(&recorded.exchanges, stand_in);
        let found = attempt(&self.floor.bench(self.known, recorded.attempt > 0), case, recorded.attempt).await;
        (found, self.floor.transport.missing(), self.floor.transport.is_hidden())
    }

    /// The recorded case with what was found now.
    fn shown(&self, case: &CatalogueCase, recorded: &CaseRecord, mut found: Attempt, missing: Option<String>) -> CaseRecord {
        if missing.is_none() && found.interrupted.is_some() {
            self.hold_against(recorded, &mut found);
        }
        let mut requirements = case.case.requirements.clone();
        requirements.retain(|id| self.suite.requirement(id).is_none_or(|row| self.known.concerns(row)));
        if requirements.is_empty() {
            requirements.clone_from(&case.case.requirements);
        }
        for mismatch in &found.mismatches {
            if !requirements.contains(&mismatch.requirement) {
                requirements.push(mismatch.requirement.clone());
            }
        }
        let verdict = found.verdict.unwrap_or(Verdict::Error);
        let reason = match verdict {
            Verdict::Pass | Verdict::Observed => found.evidence.notes().first().cloned(),
            _ => missing.map(not_again).or(found.reason),
        };
        CaseRecord {
            title: case.case.title.clone(),
            requirements,
            verdict,
            reason,
            mismatches: found.mismatches,
            observations: found.observations,
            ..recorded.clone()
        }
    }

    /// That a reply never came, however often it was asked for, cannot be seen in one attempt: it is taken from the record.
    fn hold_against(&self, recorded: &CaseRecord, found: &mut Attempt) {
        let alive = self.suite.suite.alive.expect.requirement.as_ref();
        let is_torn = |mismatch: &&Mismatch| mismatch.kind == "transport" && Some(&mismatch.requirement) == alive;
        let Some(torn) = recorded.mismatches.iter().find(is_torn) else { return };
        let owed = std::mem::take(&mut found.owed).into_iter().filter(|owed| Some(&owed.requirement) != alive);
        found.mismatches.push(torn.clone());
        found.mismatches.extend(owed);
        found.verdict = Some(Verdict::Fail);
        found.reason = None;
    }
}

fn unjudged(recorded: &CaseRecord, why: String) -> CaseRecord {
    let none = CaseRecord { mismatches: Vec::new(), observations: Vec::new(), ..recorded.clone() };
    CaseRecord { verdict: Verdict::Inconclusive, reason: Some(not_again(why)), waived: None, ..none }
}

fn not_again(why: String) -> String {
    format!("cannot be judged again: {why}")
}

/// Why what was found may hang on a secret that the record does not show: it changes with what stands for the secret, or a deviation that
/// the run did not find (or found and is gone) is where a secret is.
fn doubt(recorded: &CaseRecord, first: &Attempt, second: &Attempt) -> Option<String> {
    let why = |what: String| Some(format!("{what} hangs on a secret that the record does not show"));
    let key = |mismatch: &Mismatch| (mismatch.requirement.clone(), mismatch.at.clone(), mismatch.kind.clone());
    let keys = |mismatches: &[Mismatch]| mismatches.iter().map(key).collect::<Vec<_>>();
    let (now, other, then) = (keys(&first.mismatches), keys(&second.mismatches), keys(&recorded.mismatches));
    if (first.verdict, &now, &first.observations) != (second.verdict, &other, &second.observations) {
        return why("what is found".to_owned());
    }
    let new = first.mismatches.iter().filter(|mismatch| !then.contains(&key(mismatch)));
    let gone = recorded.mismatches.iter().filter(|mismatch| !now.contains(&key(mismatch)));
    let hidden = new.chain(gone).find(|mismatch| is_hidden(first, mismatch));
    hidden.and_then(|mismatch| why(format!("what is at {}", mismatch.at)))
}

/// Whether a secret is at the place of a deviation, or below it.
fn is_hidden(found: &Attempt, mismatch: &Mismatch) -> bool {
    if [&mismatch.expected, &mismatch.actual].into_iter().any(|text| shows_secret(text)) {
        return true;
    }
    if mismatch.exchange > found.evidence.last() {
        return true;
    }
    let Ok(answer) = &found.evidence.exchange(mismatch.exchange).outcome else { return false };
    let Some(place) = mismatch.at.strip_prefix("/response/body") else { return false };
    let body = json::read(&answer.body).value.unwrap_or_default();
    // Where the place itself is not there, something is missing in what is around it.
    let mut place = place;
    loop {
        if let Some(value) = body.pointer(place) {
            return shows_secret(&value.to_string());
        }
        match place.rfind('/') {
            Some(end) => place = &place[..end],
            None => return true,
        }
    }
}
