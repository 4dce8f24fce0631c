//! A whole run of one suite: settle what is open, run the cases, look again at what was torn, sweep up, compare.

use crate::profile::Known;
use crate::template::{Maker, Ours, Scope};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::Value;

use super::bench::{Bench, own_maker};
use super::case_run::{Attempt, attempt};
use super::event::Event;
use super::evidence::{Evidence, Redaction};
use super::firewall::{Firewall, RequestRule};
use super::request::outgoing;
use super::snapshot::{Holdings, take};
use super::transport::Transport;
use crate::catalogue::{CatalogueCase, SuiteCatalogue};
use crate::plan::{Choice, Decision, Plan};
use crate::record::{CaseRecord, Mismatch, SourceRecord, Untouched};
use crate::requirement::Strength;
use crate::verdict::Verdict;

/// How a run is carried out.
#[derive(Debug, Clone)]
pub struct Manner {
    pub seed: u64,
    /// How many cases run at the same time.
    pub jobs: usize,
    /// The pause before each request.
    pub pause: Duration,
    /// Runs the cases in an order that follows from the seed, instead of the catalogue's.
    pub shuffle: bool,
}

impl Manner {
    /// As fast as the machine goes, in the catalogue's order.
    pub fn quick(seed: u64) -> Self {
        Self { seed, jobs: 16, pause: Duration::ZERO, shuffle: false }
    }
}

/// What a run of one suite found.
#[derive(Debug)]
pub struct SuiteRun {
    pub known: Known,
    pub cases: Vec<CaseRecord>,
    pub untouched: Untouched,
    pub left_out: usize,
    pub known_cases: usize,
    pub not_applicable: std::collections::BTreeMap<String, u64>,
    /// The run was stopped before every case had run.
    pub interrupted: bool,
}

/// Runs the cases of a suite that the user chose.
///
/// # Errors
/// A mistake of the suite's data.
#[expect(
    clippy::too_many_arguments,
    reason = "each is another room's, handed in so that this one stays free of clocks and sockets"
)]
pub async fn run<T: Transport>(
    suite: &SuiteCatalogue,
    mut known: Known,
    choice: &Choice,
    manner: &Manner,
    transport: &T,
    redaction: &Redaction,
    stop: &Cell<bool>,
    tell: &dyn Fn(Event),
) -> Result<SuiteRun, String> {
    let ours = Ours::default();
    let firewall = Firewall::new(&suite.suite.safety, Maker::tag(manner.seed))?;
    let creating =
        suite.suite.safety.entities.iter().map(|entity| RequestRule::new(&entity.created_by)).collect::<Result<Vec<_>, _>>()?;
    let made = RefCell::default();
    let floor = Floor { suite, transport, manner, ours: &ours, firewall: &firewall, creating: &creating, made: &made, redaction };
    let before = take(&floor.bench(&known, false)).await;
    floor.settle(&mut known, choice).await;
    let plan = Plan::new(suite, &known, choice);
    tell(Event::Begin { suite: suite.suite.suite.clone(), running: plan.running().count() });
    let attempts = floor.attempts(&plan, &known, stop, tell).await;
    let untouched = floor.after(&known, before).await;
    let not_applicable = plan.reasons();
    let interrupted = stop.get();
    let cases = records(&plan, attempts, suite, &known);
    Ok(SuiteRun { known, cases, untouched, left_out: plan.left_out, known_cases: suite.cases.len(), not_applicable, interrupted })
}

/// What stays the same while knowledge grows.
struct Floor<'f, T> {
    suite: &'f SuiteCatalogue,
    transport: &'f T,
    manner: &'f Manner,
    ours: &'f Ours,
    firewall: &'f Firewall,
    creating: &'f [RequestRule],
    made: &'f RefCell<Vec<(usize, Value)>>,
    redaction: &'f Redaction,
}

/// A case that ran: what goes into the record, and whether it has to be looked at again. The exchanges themselves are let go.
struct Ran {
    record: CaseRecord,
    interrupted: Option<String>,
}

impl<T: Transport> Floor<'_, T> {
    fn bench<'b>(&'b self, known: &'b Known, alone: bool) -> Bench<'b, T> {
        Bench {
            suite: self.suite,
            known,
            transport: self.transport,
            seed: self.manner.seed,
            ours: self.ours,
            firewall: self.firewall,
            alone,
            pause: self.manner.pause,
            creating: self.creating,
            made: self.made,
        }
    }

    /// Runs the cases that settle a dialect, one after the other, whatever the filter says; what one finds counts from then on, also for whether
    /// the next one is needed.
    async fn settle(&self, known: &mut Known, choice: &Choice) {
        for case in self.suite.cases.iter().filter(|case| settles(case)) {
            let this = Choice { filters: vec![case.id.0.clone()], allow: choice.allow.clone() };
            if Plan::new(self.suite, known, &this).running().next().is_none() {
                continue;
            }
            let found = attempt(&self.bench(known, false), case, 1000).await;
            for (dialect, class) in found.settled {
                known.settle(self.suite, &dialect, &class);
            }
            known.values.extend(found.lasting);
        }
    }

    async fn attempts(&self, plan: &Plan<'_>, known: &Known, stop: &Cell<bool>, tell: &dyn Fn(Event)) -> HashMap<String, Ran> {
        let bench = self.bench(known, false);
        let mut running: Vec<&CatalogueCase> = plan.running().collect();
        if self.manner.shuffle {
            shuffle(&mut running, self.manner.seed);
        }
        let (alone, together): (Vec<_>, Vec<_>) = running.into_iter().partition(|case| case.case.alone);
        let mut found = HashMap::new();
        let mut done = |id: String, ran: Option<Ran>| {
            if let Some(ran) = ran {
                tell(Event::Done { id: id.clone(), verdict: ran.record.verdict });
                found.insert(id, ran);
            }
        };
        let mut stream = futures_util::stream::iter(together.iter().map(|case| self.one(&bench, case, stop)))
            .buffer_unordered(self.manner.jobs.max(1));
        while let Some((id, ran)) = stream.next().await {
            done(id, ran);
        }
        for case in &alone {
            let (id, ran) = self.one(&bench, case, stop).await;
            done(id, ran);
        }
        self.again(plan, known, &mut found).await;
        found
    }

    /// Cases that met a torn transport are run once more, alone, with a healthy device before and after. A device that is upset is waited for,
    /// but not once more for every case when it does not come back.
    async fn again(&self, plan: &Plan<'_>, known: &Known, found: &mut HashMap<String, Ran>) {
        let torn: Vec<&CatalogueCase> =
            plan.running().filter(|case| found.get(&case.id.0).is_some_and(|ran| ran.interrupted.is_some())).collect();
        let mut dead = false;
        for case in torn {
            let bench = self.bench(known, true);
            if let Err(why) = self.lives_again(&bench, dead).await {
                dead = true;
                let ran = found.get_mut(&case.id.0).expect("it was found above");
                let reason = ran.record.reason.take().unwrap_or_default();
                ran.record.reason = Some(format!("{reason}; the device does not answer a plain request either: {why}"));
                continue;
            }
            dead = false;
            let mut second = attempt(&bench, case, 1).await;
            if let Some(why) = second.interrupted.clone() {
                let lives = self.lives_again(&bench, false).await;
                hold_against(&mut second, self.suite, &why, lives);
            }
            found.insert(case.id.0.clone(), self.ran(case, second));
        }
    }

    /// One case, unless the run was stopped.
    async fn one(&self, bench: &Bench<'_, T>, case: &CatalogueCase, stop: &Cell<bool>) -> (String, Option<Ran>) {
        let ran = if stop.get() { None } else { Some(self.ran(case, attempt(bench, case, 0).await)) };
        (case.id.0.clone(), ran)
    }

    fn ran(&self, case: &CatalogueCase, attempt: Attempt) -> Ran {
        let interrupted = attempt.interrupted.clone();
        let mut record = empty(case);
        fill(&mut record, attempt, self.redaction);
        Ran { record, interrupted }
    }

    async fn lives(&self, bench: &Bench<'_, T>) -> Result<(), String> {
        let maker = own_maker(self.manner.seed, self.ours);
        let scope = Scope::new(&bench.known.values, &maker);
        let request = outgoing(&self.suite.suite.alive.send, &scope, false)?;
        let exchange = bench.send(&request).await;
        exchange.outcome.map(drop).map_err(|fault| fault.to_string())
    }

    /// Whether the device answers, now or soon: one that fell over may be about to get up again. One that is known to be dead is asked once.
    async fn lives_again(&self, bench: &Bench<'_, T>, dead: bool) -> Result<(), String> {
        let pauses_ms: &[u64] = if dead { &[0] } else { &[0, 300, 1000, 2000, 4000] };
        let mut last = Ok(());
        for &pause_ms in pauses_ms {
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            last = self.lives(bench).await;
            if last.is_ok() {
                break;
            }
        }
        last
    }

    /// Sweeps up what is left of this run, and compares what belongs to others.
    async fn after(&self, known: &Known, before: Result<Holdings, String>) -> Untouched {
        let bench = self.bench(known, true);
        let before = match before {
            Ok(before) => before,
            Err(why) => {
                return Untouched { holds: None, why_unknown: Some(format!("before the run: {why}")), ..Untouched::default() };
            }
        };
        let mut after = match take(&bench).await {
            Ok(after) => after,
            Err(why) => {
                return Untouched { holds: None, why_unknown: Some(format!("after the run: {why}")), ..Untouched::default() };
            }
        };
        if self.sweep(&bench, &after).await
            && let Ok(again) = take(&bench).await
        {
            after = again;
        }
        if self.sweep_signed(&bench, &before, &after).await
            && let Ok(again) = take(&bench).await
        {
            after = again;
        }
        Holdings::compare(&before, &after, |id| self.is_made(id))
    }

    fn is_made(&self, id: &str) -> bool {
        self.ours.has(id) || self.made.borrow().iter().any(|(_, made)| same_id(made, id))
    }

    /// Removes one by one what a teardown did not; says whether there was anything.
    async fn sweep(&self, bench: &Bench<'_, T>, after: &Holdings) -> bool {
        let maker = own_maker(self.manner.seed, self.ours);
        let scope = Scope::new(&bench.known.values, &maker);
        let mut any = false;
        for (kind, entity) in self.suite.suite.safety.entities.iter().enumerate() {
            for id in after.of(&entity.kind, |id| self.is_made(id)) {
                any = true;
                let made = self
                    .made
                    .borrow()
                    .iter()
                    .find(|(have, made)| *have == kind && same_id(made, &id))
                    .map(|(_, made)| made.clone());
                let id = made.unwrap_or(Value::String(id));
                drop(bench.remove(kind, &[id], &scope, &mut Evidence::default()).await);
            }
        }
        any
    }

    /// Removes what is left all the same, by whatever id the device shows it under: an entry that was not there before and has a number or an id
    /// in it that this run made up.
    async fn sweep_signed(&self, bench: &Bench<'_, T>, before: &Holdings, after: &Holdings) -> bool {
        let maker = own_maker(self.manner.seed, self.ours);
        let scope = Scope::new(&bench.known.values, &maker);
        let mut any = false;
        for (kind, entity) in self.suite.suite.safety.entities.iter().enumerate().filter(|(_, entity)| entity.one_by_one) {
            for id in after.signed_since(before, &entity.kind) {
                any = true;
                let id = Value::String(id);
                bench.firewall.own(&id);
                drop(bench.remove(kind, &[id], &scope, &mut Evidence::default()).await);
            }
        }
        any
    }
}

fn same_id(made: &Value, id: &str) -> bool {
    made.as_str().map_or_else(|| made.to_string().as_str() == id, |made| made.eq_ignore_ascii_case(id))
}

fn settles(case: &CatalogueCase) -> bool {
    case.case.steps.iter().flat_map(|step| &step.observe).any(|observe| observe.settles.is_some())
}

/// A crash or a hang that came twice is the device's: it breaks the suite's rule that a device lives on, and whatever the reply should have been.
fn hold_against(attempt: &mut Attempt, suite: &SuiteCatalogue, why: &str, lives: Result<(), String>) {
    let Some(alive) = suite.suite.alive.expect.requirement.clone() else { return };
    let owed: Vec<Mismatch> = std::mem::take(&mut attempt.owed);
    let after = lives.err().map(|why| format!("; afterwards the device was gone: {why}")).unwrap_or_default();
    attempt.mismatches.push(Mismatch {
        requirement: alive.clone(),
        level: Strength::Must,
        at: "/response".to_owned(),
        expected: "a reply".to_owned(),
        actual: format!("{why}, again when run alone{after}"),
        kind: "transport".to_owned(),
        exchange: attempt.evidence.last(),
        step: None,
    });
    attempt.mismatches.extend(owed.into_iter().filter(|owed| owed.requirement != alive));
    attempt.verdict = Some(Verdict::Fail);
    attempt.reason = None;
}

fn shuffle(cases: &mut [&CatalogueCase], seed: u64) {
    let mut state = seed;
    for last in (1..cases.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(state >> 33).unwrap_or(0) % (last + 1);
        cases.swap(last, other);
    }
}

fn records(plan: &Plan<'_>, mut ran: HashMap<String, Ran>, suite: &SuiteCatalogue, known: &Known) -> Vec<CaseRecord> {
    let record = |planned: &crate::plan::Planned<'_>| {
        let case = planned.case;
        let mut record = empty(case);
        match &planned.decision {
            Decision::NotApplicable(reason) => record.reason = Some(reason.clone()),
            Decision::Run => match ran.remove(&case.id.0) {
                Some(ran) => record = ran.record,
                None => {
                    record.verdict = Verdict::Inconclusive;
                    record.reason = Some("the run was stopped before this case".to_owned());
                }
            },
        }
        record.requirements.retain(|id| suite.requirement(id).is_none_or(|row| known.concerns(row)));
        if record.requirements.is_empty() {
            record.requirements.clone_from(&case.case.requirements);
        }
        record
    };
    plan.planned.iter().map(record).collect()
}

pub(super) fn empty(case: &CatalogueCase) -> CaseRecord {
    CaseRecord {
        id: case.id.0.clone(),
        title: case.case.title.clone(),
        requirements: case.case.requirements.clone(),
        verdict: Verdict::NotApplicable,
        reason: None,
        waived: None,
        source: SourceRecord { file: case.shown_file.clone(), line: case.line },
        mismatches: Vec::new(),
        observations: Vec::new(),
        exchanges: Vec::new(),
        duration_ms: 0,
    }
}

pub(super) fn fill(record: &mut CaseRecord, attempt: Attempt, redaction: &Redaction) {
    record.verdict = attempt.verdict.unwrap_or(Verdict::Error);
    record.reason = attempt.reason.map(|reason| redaction.text(&reason));
    if record.verdict == Verdict::Pass || record.verdict == Verdict::Observed {
        record.reason = attempt.evidence.notes().first().cloned();
    }
    for mismatch in &attempt.mismatches {
        if !record.requirements.contains(&mismatch.requirement) {
            record.requirements.push(mismatch.requirement.clone());
        }
    }
    let clean = |mismatch: Mismatch| Mismatch {
        expected: redaction.text(&mismatch.expected),
        actual: redaction.text(&mismatch.actual),
        ..mismatch
    };
    record.mismatches = attempt.mismatches.into_iter().map(clean).collect();
    record.observations = attempt.observations;
    record.duration_ms = attempt.evidence.duration_ms();
    record.exchanges = attempt.evidence.records(redaction, record.verdict);
}
