//! Mutants of single replies: does the case that got a spoilt reply see it?

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::Serialize;

use super::mutation::{Mutation, mutations};
use super::tampering::{Tampering, Target};
use super::trial::{Scale, each, on_mock};
use crate::case::{Expectation, Soundness};
use crate::catalogue::{CatalogueCase, SuiteCatalogue};
use crate::exchange::Exchange;
use crate::profile::Known;
use crate::record::CaseRecord;
use crate::requirement::Strength;
use crate::runner::{Stage, Transport};
use crate::session::Session;
use crate::verdict::Verdict;

/// Replies larger than this are not spoilt: they would be copied for each mutant.
const LARGEST: usize = 64 * 1024;

/// A mutant that nothing was held against.
#[derive(Debug, Clone, Serialize)]
pub struct Survivor {
    pub case: String,
    /// Method and path.
    pub function: String,
    /// The place: a JSON pointer into the body, or the part of the message.
    pub at: String,
    pub change: String,
    pub verdict: Verdict,
}

/// What became of the mutants of one suite.
#[derive(Debug, Clone, Default, Serialize)]
pub struct WireOutcome {
    pub suite: String,
    pub mutants: usize,
    pub killed: usize,
    pub survivors: Vec<Survivor>,
    /// Mutants that were not run because they conform, by the rule that says so.
    pub excused: BTreeMap<&'static str, usize>,
    /// Cases that could not be run on the plain mock.
    pub idle: Vec<String>,
}

impl WireOutcome {
    /// At least 99 of 100 are killed.
    pub fn is_good(&self) -> bool {
        self.killed * 100 >= self.mutants * 99
    }
}

/// Spoils the replies of every case, one place at a time; `one_in` takes so small a part of all mutants, chosen by the seed.
///
/// # Errors
/// When the plain mock cannot be run.
pub fn wire(suite: &SuiteCatalogue, scale: &Scale, one_in: u64) -> Result<WireOutcome, String> {
    let known = on_mock(suite, &Session::plain_mock(scale.seed), async |session| {
        session.recognise(scale.seed).await.map_err(|why| why.to_string())
    })?;
    let cases: Vec<&CatalogueCase> = crate::plan::select(suite, &scale.filters);
    let outcomes = each(&cases, scale.threads, |case| one_case(suite, &known, case, scale, one_in));
    let mut whole = WireOutcome { suite: suite.suite.suite.clone(), ..WireOutcome::default() };
    for outcome in outcomes {
        whole.mutants += outcome.mutants;
        whole.killed += outcome.killed;
        whole.survivors.extend(outcome.survivors);
        whole.idle.extend(outcome.idle);
        for (reason, count) in outcome.excused {
            *whole.excused.entry(reason).or_default() += count;
        }
    }
    Ok(whole)
}

fn one_case(suite: &SuiteCatalogue, known: &Known, case: &CatalogueCase, scale: &Scale, one_in: u64) -> WireOutcome {
    let idle = || WireOutcome { idle: vec![case.id.0.clone()], ..WireOutcome::default() };
    let run = on_mock(suite, &Session::plain_mock(scale.seed), async |session| {
        let tampering = Tampering::new(&session);
        let stage = Stage::new(suite, known, &tampering, scale.seed)?;
        Ok(spoil(&stage, &tampering, case, scale.seed, one_in).await)
    });
    run.ok().flatten().unwrap_or_else(idle)
}

async fn spoil<T: Transport>(
    stage: &Stage<'_, Tampering<'_, T>>,
    tampering: &Tampering<'_, T>,
    case: &CatalogueCase,
    seed: u64,
    one_in: u64,
) -> Option<WireOutcome> {
    let mut outcome = WireOutcome::default();
    tampering.begin(None);
    let plain = stage.attempt(case, 0).await;
    if !matches!(plain.verdict, Verdict::Pass | Verdict::Observed) {
        return None;
    }
    let mut number = 0;
    let mut seen = tampering.take_seen();
    if plain.exchanges.iter().any(|exchange| exchange.purpose == "probe") {
        // Whether the device lives on is all that the last one asks.
        seen.pop();
    }
    for (index, exchange) in seen.iter().enumerate() {
        let Ok(answer) = &exchange.outcome else { continue };
        if answer.body.len() > LARGEST {
            continue;
        }
        for mutation in mutations(answer) {
            if let Some(rule) = excuse(stage, case, exchange, &mutation) {
                *outcome.excused.entry(rule).or_default() += 1;
                continue;
            }
            if !is_chosen(seed, one_in, &case.id.0, index, &mutation) {
                continue;
            }
            number += 1;
            tampering.begin(Some(Target { exchange: index, at: mutation.at.clone(), change: mutation.change.clone() }));
            let record = stage.attempt(case, number).await;
            if tampering.is_done() {
                outcome.add(&record, exchange, mutation);
            }
        }
    }
    Some(outcome)
}

impl WireOutcome {
    fn add(&mut self, record: &CaseRecord, exchange: &Exchange, mutation: Mutation) {
        self.mutants += 1;
        if record.mismatches.iter().any(|mismatch| mismatch.level > Strength::May) {
            self.killed += 1;
            return;
        }
        let path = exchange.sent.target.split('?').next().unwrap_or_default();
        self.survivors.push(Survivor {
            case: record.id.clone(),
            function: format!("{} {path}", exchange.sent.method),
            at: mutation.at,
            change: mutation.change,
            verdict: record.verdict,
        });
    }
}

/// Why a mutant still conforms: the rule of the documents that leaves it open.
fn excuse<T: Transport>(
    stage: &Stage<'_, T>,
    case: &CatalogueCase,
    exchange: &Exchange,
    mutation: &Mutation,
) -> Option<&'static str> {
    let is_exempt = |rule: &&Expectation| {
        let exempt = case.case.steps.iter().flat_map(|step| &step.exempt);
        exempt.into_iter().any(|row| Some(row) == rule.requirement.as_ref())
    };
    let Some(body) = &mutation.body else {
        let spoilt = Exchange { outcome: Ok(mutation.answer.clone()), ..exchange.clone() };
        let mut rules = stage.rules_of(&spoilt).into_iter().filter(|rule| !is_exempt(rule));
        let concerned = rules.any(|rule| concerns(rule, mutation));
        return (!concerned).then_some("no rule of the documents speaks of this in such a reply");
    };
    let rules = stage.rules_of(exchange).into_iter().filter(|rule| !is_exempt(rule));
    let schemas: Vec<_> = rules.filter_map(|rule| stage.schema_of(rule)).collect();
    if schemas.is_empty() {
        return Some("no schema describes this reply");
    }
    schemas.iter().all(|schema| schema.is_valid(body)).then_some("the schemas of this reply allow it")
}

/// Whether a rule looks at the part of the message that was spoilt.
fn concerns(rule: &Expectation, mutation: &Mutation) -> bool {
    let demands = |one: &[Soundness]| one.iter().any(|soundness| rule.sound.contains(soundness));
    match mutation.at.as_str() {
        "status" => rule.status.is_some(),
        "content-type" => rule.content_type.is_some(),
        "body" => demands(&[Soundness::Framing]),
        _ if mutation.change.contains("twice") => demands(&[Soundness::UniqueMembers]),
        _ => demands(&[Soundness::Json, Soundness::Rfc8259]),
    }
}

fn is_chosen(seed: u64, one_in: u64, case: &str, exchange: usize, mutation: &Mutation) -> bool {
    let mut hasher = DefaultHasher::new();
    (seed, case, exchange, &mutation.at, &mutation.change).hash(&mut hasher);
    hasher.finish().is_multiple_of(one_in.max(1))
}
