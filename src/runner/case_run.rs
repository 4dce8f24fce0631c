//! One attempt at one case: its steps in order, then its entries are removed.

use std::borrow::Cow;
use std::sync::Arc;

use crate::template::{Maker, Scope, UNFIT};
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::bench::Bench;
use super::evidence::Evidence;
use super::request::outgoing;
use super::step::{differing, is_hurtful, value_at};
use super::transport::Transport;
use crate::case::{Case, Classes, Expectation, Observe, Pages, Send, Step};
use crate::catalogue::CatalogueCase;
use crate::exchange::{Answer, Fault, Outgoing};
use crate::judge::{Deviation, Fill, Findings, Seen, Unjudgeable, classify, compare, judge};
use crate::record::{Mismatch, Observation};
use crate::requirement::{RequirementId, Strength};
use crate::verdict::Verdict;

/// What one attempt found.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    /// Which attempt it was: what the case makes up follows from it.
    pub number: u32,
    pub verdict: Option<Verdict>,
    pub reason: Option<String>,
    pub mismatches: Vec<Mismatch>,
    pub observations: Vec<Observation>,
    pub evidence: Evidence,
    /// The reply did not come (whole): the case has to be run again alone before anything is held against the device.
    pub interrupted: Option<String>,
    /// Where that was, and whether the device was silent until the time was up.
    pub torn: Option<(usize, bool)>,
    /// What interrupted it is not held against the device: it asked for fewer requests, or let nobody in just now.
    pub excused: bool,
    /// What the reply that did not come owed: a deviation from each row that its step expects.
    pub owed: Vec<Mismatch>,
    /// Choices that were settled: dialect and class.
    pub settled: Vec<(String, String)>,
    /// Entries that were removed, as far as the device's replies tell: kind and id.
    pub removed: Vec<(usize, Value)>,
    /// Values of what stays until the end of the run.
    pub lasting: Vec<(String, Value)>,
    /// Entries that could not be removed, with why.
    pub left: Option<String>,
}

/// Why the rest of the steps is not run.
enum Stop {
    /// A condition does not hold: nobody's fault that can be named.
    Inconclusive(String),
    /// The suite's own fault.
    Error(String),
    /// No reply, or not a whole one.
    Interrupted(String),
    /// The device asked for fewer requests, or let nobody in just now.
    TooMuch(String),
    /// What was found already is enough; a later step would need what did not come.
    Found,
    /// A step's condition says that the case does not apply to this device.
    NotApplicable(String),
}

impl From<Unjudgeable> for Stop {
    fn from(error: Unjudgeable) -> Self {
        Self::Error(error.0)
    }
}

/// Runs one attempt at a case.
pub(super) async fn attempt<T: Transport>(bench: &Bench<'_, T>, case: &CatalogueCase, number: u32) -> Attempt {
    let maker = Maker::new(bench.seed, &case.id.0, number, bench.ours);
    let mut scope = Scope::new(&bench.known.values, &maker);
    for (name, kind) in &case.case.fresh {
        scope.set(name, maker.make(name, *kind));
    }
    let mut run =
        CaseRun { bench, case, sent: IndexMap::new(), created: IndexMap::new(), found: Attempt::default(), hurt: false };
    let stop = run.steps(&case.case.steps, &mut scope).await.err();
    let stop = match stop {
        None | Some(Stop::Found) if run.hurt => run.alive(&scope).await.err(),
        other => other,
    };
    run.note_torn(stop.as_ref());
    if case.case.lasting {
        run.found.lasting = case.case.fresh.keys().filter_map(|name| Some((name.clone(), scope.get(name)?.clone()))).collect();
    } else if !bench.replayed {
        run.tear_down(&scope).await;
    }
    run.conclude(stop);
    run.found.number = number;
    run.found
}

struct CaseRun<'r, 'b, T> {
    bench: &'r Bench<'b, T>,
    case: &'r CatalogueCase,
    /// Requests by step name, for controls.
    sent: IndexMap<&'r str, Cow<'r, Send>>,
    /// Entries that this case made, by kind.
    created: IndexMap<usize, Vec<Value>>,
    found: Attempt,
    /// Something was sent that a device may not survive.
    hurt: bool,
}

impl<'r, T: Transport> CaseRun<'r, '_, T> {
    async fn steps(&mut self, steps: &'r [Arc<Step>], scope: &mut Scope<'_>) -> Result<(), Stop> {
        for step in steps {
            if self.bench.stops.is_over() {
                return Err(Stop::Inconclusive("the run was stopped in the middle of this case".to_owned()));
            }
            if !applies(step, scope)? {
                continue;
            }
            self.step(step, scope).await?;
            self.found.evidence.let_go();
        }
        Ok(())
    }

    async fn step(&mut self, step: &'r Step, scope: &mut Scope<'_>) -> Result<(), Stop> {
        if let Some(name) = &step.setup {
            return self.set_up(name, step, scope).await;
        }
        if let Some(pages) = &step.pages {
            let exchange = self.pages(pages, scope, "judged", step.name.as_deref()).await?;
            return self.judge_exchanges(step, vec![exchange], false, scope);
        }
        if let Some(sends) = &step.together {
            let exchanges = self.together(sends, step, scope).await?;
            return self.judge_exchanges(step, exchanges, true, scope);
        }
        let (send, purpose) = match (&step.control, &step.send) {
            (Some(name), _) if self.failed() => {
                self.found.evidence.note(format!("the control of `{name}` was left out: what it controls failed already"));
                return Ok(());
            }
            (Some(name), _) => (Cow::Owned(self.control(name, &step.but)?), "control"),
            (None, Some(send)) => (Cow::Borrowed(&**send), "judged"),
            (None, None) => return Err(Stop::Error("a step has nothing to do".to_owned())),
        };
        self.hurt |= is_hurtful(step, &send);
        if let Some(name) = &step.name {
            self.sent.insert(name, send.clone());
        }
        let request = outgoing(&send, scope, true).map_err(Stop::Error)?;
        let exchange = self.exchange(&request, purpose, step.name.as_deref()).await?;
        self.judge_exchanges(step, vec![exchange], true, scope)
    }

    /// Whether something was found already: a control after it could blame the wrong row.
    fn failed(&self) -> bool {
        self.found.mismatches.iter().any(|mismatch| mismatch.level > Strength::May)
    }

    /// The request of an earlier step with its one difference.
    fn control(&self, name: &str, but: &IndexMap<String, Value>) -> Result<Send, Stop> {
        let original = self.sent.get(name).ok_or_else(|| Stop::Error(format!("there is no earlier step `{name}`")))?;
        differing(original, but).map_err(Stop::Error)
    }

    async fn together(&mut self, sends: &[Send], step: &Step, scope: &Scope<'_>) -> Result<Vec<usize>, Stop> {
        let mut requests = Vec::with_capacity(sends.len());
        for send in sends {
            let request = outgoing(send, scope, true).map_err(Stop::Error)?;
            self.let_through(&request)?;
            requests.push(request);
        }
        let turn = self.bench.in_turn().await;
        let exchanges = futures_util::future::join_all(requests.iter().map(|request| self.bench.send(request))).await;
        drop(turn);
        let mut numbered = Vec::with_capacity(requests.len());
        for (request, exchange) in requests.iter().zip(exchanges) {
            let index = self.found.evidence.add("judged", step.name.as_deref(), exchange);
            self.found.evidence.note_manner(index, request);
            self.note_created(request, index)?;
            numbered.push(index);
        }
        self.found.evidence.note_together(&numbered);
        Ok(numbered)
    }

    /// Sends one request; what it creates is remembered before it leaves.
    async fn exchange(&mut self, request: &Outgoing, purpose: &'static str, step: Option<&str>) -> Result<usize, Stop> {
        self.let_through(request)?;
        let turn = self.bench.in_turn().await;
        let exchange = self.bench.send(request).await;
        drop(turn);
        let index = self.found.evidence.add(purpose, step, exchange);
        self.found.evidence.note_manner(index, request);
        self.note_created(request, index)?;
        Ok(index)
    }

    fn let_through(&mut self, request: &Outgoing) -> Result<(), Stop> {
        let writes = self.bench.firewall.check(request, self.case.risk, self.bench.ours).map_err(|refusal| {
            let sentence = format!("the write firewall did not let {} {} leave: {refusal}", request.method, request.target);
            // An id that the device itself has told, and that cannot be known to be ours, is no fault of the case.
            let is_told = refusal.entry.is_some_and(|entry| self.found.evidence.tells_of(&entry));
            if is_told { Stop::Inconclusive(sentence) } else { Stop::Error(sentence) }
        })?;
        if !writes {
            return Ok(());
        }
        let created = self.bench.announce(request).map_err(Stop::Inconclusive)?;
        created.into_iter().for_each(|(kind, ids)| self.remember(kind, ids));
        Ok(())
    }

    fn note_created(&mut self, request: &Outgoing, index: usize) -> Result<(), Stop> {
        for (kind, entity) in self.bench.creators(request) {
            let Some(reply) = self.found.evidence.seen(index).value() else { continue };
            let (given, foreign) = self.bench.take_given(kind, entity, reply).map_err(Stop::Inconclusive)?;
            self.bench.settle_nameless(entity, request);
            if !foreign.is_empty() {
                self.found.evidence.note(format!("the reply names entries that were there before this run: {}", json!(foreign)));
            }
            self.remember(kind, given);
        }
        Ok(())
    }

    /// What a device that is full does not take is tried again once this run's other entries are gone.
    fn has_room(&self, index: usize, scope: &Scope<'_>) -> Result<(), Stop> {
        if !self.bench.is_full(&self.found.evidence.seen(index), scope) {
            return Ok(());
        }
        let why = "the device has no room for more entries".to_owned();
        Err(if self.bench.alone { Stop::Inconclusive(why) } else { Stop::TooMuch(why) })
    }

    fn remember(&mut self, kind: usize, ids: Vec<Value>) {
        let known = self.created.entry(kind).or_default();
        for id in ids.into_iter().filter(|id| id.is_string() || id.is_number()) {
            self.bench.note_created(kind, &id, &self.case.id.0);
            if !known.contains(&id) {
                known.push(id);
            }
        }
    }

    async fn set_up(&mut self, name: &str, step: &Step, scope: &mut Scope<'_>) -> Result<(), Stop> {
        let setup =
            self.bench.suite.suite.setups.get(name).ok_or_else(|| Stop::Error(format!("the suite has no set-up `{name}`")))?;
        let mut inner = scope.inner();
        for (parameter, default) in &setup.parameters {
            let argument = step.with.get(parameter).unwrap_or(default);
            let absent = || json!({ "$absent": true });
            inner.set(parameter, scope.request(argument).map_err(Stop::Error)?.unwrap_or_else(absent));
        }
        let mut last = None;
        for inner_step in &setup.steps {
            // What a later step of the case keeps of the scene is in the last reply.
            self.found.evidence.let_go();
            last = Some(self.scene(name, inner_step, &mut inner).await?);
        }
        for (outer, from) in &step.keep {
            let value = match last.filter(|_| from.starts_with(['/', '#', '?'])) {
                Some(index) => self.kept(from, &[index], None),
                None => inner.get(from).cloned(),
            };
            let value = value.ok_or_else(|| Stop::Inconclusive(format!("the set-up `{name}` gave no `{from}`")))?;
            scope.set(outer, value);
        }
        Ok(())
    }

    /// One step of a set-up: what does not hold is a missing condition.
    async fn scene(&mut self, setup: &str, step: &Step, scope: &mut Scope<'_>) -> Result<usize, Stop> {
        let index = match (&step.send, &step.pages) {
            (Some(send), _) => {
                let request = outgoing(send, scope, false).map_err(Stop::Error)?;
                self.exchange(&request, "set-up", step.name.as_deref()).await?
            }
            (None, Some(pages)) => self.pages(pages, scope, "set-up", step.name.as_deref()).await?,
            (None, None) => return Err(Stop::Error(format!("a step of the set-up `{setup}` has nothing to send"))),
        };
        let exchange = self.found.evidence.exchange(index);
        match &exchange.outcome {
            Err(fault @ Fault::Login { .. }) => return Err(self.no_login(format!("set-up `{setup}`: {fault}"))),
            Err(fault) => return Err(Stop::Interrupted(format!("set-up `{setup}`: {fault}"))),
            Ok(answer) if answer.is_too_much() => return Err(Stop::TooMuch(too_much(answer))),
            Ok(_) => self.has_room(index, scope)?,
        }
        let seen = self.found.evidence.seen(index);
        for expectation in &step.expect {
            if let Some(deviation) = judged(self.bench, &seen, expectation, scope)?.into_iter().next() {
                let what = format!("{} expected: {}, actual: {}", deviation.at, deviation.expected, deviation.actual);
                return Err(Stop::Inconclusive(format!("the set-up `{setup}` did not succeed: {what}")));
            }
        }
        for (name, from) in &step.keep {
            let value = self.kept(from, &[index], None);
            scope.set(name, value.ok_or_else(|| Stop::Inconclusive(format!("the set-up `{setup}` gave nothing at {from}")))?);
        }
        Ok(index)
    }

    /// Reads a paged list whole, as one exchange whose rows are all rows.
    async fn pages(
        &mut self,
        pages: &Pages,
        scope: &mut Scope<'_>,
        purpose: &'static str,
        step: Option<&str>,
    ) -> Result<usize, Stop> {
        match self.bench.all_pages(pages, scope).await {
            Ok(exchange) => Ok(self.found.evidence.add(purpose, step, exchange)),
            Err(why) => Err(Stop::Error(why)),
        }
    }

    /// Judges what came back, classifies it, and keeps what later steps need.
    fn judge_exchanges(&mut self, step: &Step, indexes: Vec<usize>, invariants: bool, scope: &mut Scope<'_>) -> Result<(), Stop> {
        if step.may_close && indexes.iter().any(|index| self.was_closed(*index)) {
            return self.observe_closed(step, &indexes);
        }
        let before = self.found.mismatches.len();
        let mut class = None;
        for &index in &indexes {
            if let Err(stop) = self.whole(index) {
                self.owe(step, index);
                return Err(stop);
            }
            if !step.expect.is_empty() {
                self.has_room(index, scope)?;
            }
        }
        for &index in &indexes {
            class = self.observe(step, index, scope)?.or(class);
        }
        self.keep(step, &indexes, class.as_deref(), before, scope, false)?;
        for &index in &indexes {
            for expectation in &step.expect {
                self.hold(step, index, expectation, scope)?;
            }
            if invariants {
                self.hold_invariants(step, index, scope)?;
            }
        }
        self.keep(step, &indexes, class.as_deref(), before, scope, true)
    }

    fn was_closed(&self, index: usize) -> bool {
        matches!(self.found.evidence.exchange(index).outcome, Err(Fault::Closed { .. }))
    }

    fn observe_closed(&mut self, step: &Step, indexes: &[usize]) -> Result<(), Stop> {
        for observe in &step.observe {
            let requirement = self.cited(observe.requirement.as_ref())?;
            let class = "connection closed".to_owned();
            self.found.observations.extend(indexes.iter().map(|index| Observation {
                requirement: requirement.clone(),
                class: class.clone(),
                exchange: *index,
            }));
        }
        Ok(())
    }

    /// A login that failed is tried once more, alone; whatever comes of it then is not held against the device here.
    fn no_login(&self, why: String) -> Stop {
        if self.bench.alone { Stop::Inconclusive(why) } else { Stop::TooMuch(why) }
    }

    /// A reply that did not come, or whose end may have been lost on the way, cannot be judged now.
    fn whole(&self, index: usize) -> Result<(), Stop> {
        match &self.found.evidence.exchange(index).outcome {
            Err(Fault::Login { why }) => Err(self.no_login(format!("could not log in: {why}"))),
            Err(fault) => Err(Stop::Interrupted(fault.to_string())),
            Ok(answer) if answer.status == 429 || (answer.is_too_much() && self.bench.patient) => {
                Err(Stop::TooMuch(too_much(answer)))
            }
            Ok(answer) if !self.bench.alone => {
                let lost = answer.framing.iter().find(|fault| fault.may_be_network());
                lost.map_or(Ok(()), |fault| Err(Stop::Interrupted(format!("the reply was not whole: {fault:?}"))))
            }
            Ok(_) => Ok(()),
        }
    }

    /// Remembers which rows a reply that did not come leaves unfulfilled, in case the device itself is to blame.
    fn owe(&mut self, step: &Step, index: usize) {
        let found = std::mem::take(&mut self.found.mismatches);
        for expectation in step.expect.iter().filter(|expectation| expectation.condition.is_none()) {
            if let Ok(requirement) = self.cited(expectation.requirement.as_ref()) {
                let no_reply = Deviation {
                    at: "/response".to_owned(),
                    expected: "a reply".to_owned(),
                    actual: "absent".to_owned(),
                    kind: "transport",
                    requirement: None,
                };
                self.add(step, index, &requirement, expectation.level, vec![no_reply]);
            }
        }
        self.found.owed = std::mem::replace(&mut self.found.mismatches, found);
        self.found.owed.dedup_by(|one, other| one.requirement == other.requirement);
    }

    fn hold(&mut self, step: &Step, index: usize, expectation: &Expectation, scope: &Scope<'_>) -> Result<(), Stop> {
        let deviations = judged(self.bench, &self.found.evidence.seen(index), expectation, scope)?;
        if !deviations.is_empty() {
            let requirement = self.cited(expectation.requirement.as_ref())?;
            self.add(step, index, &requirement, expectation.level, deviations);
        }
        Ok(())
    }

    fn hold_invariants(&mut self, step: &Step, index: usize, scope: &Scope<'_>) -> Result<(), Stop> {
        let mut found = Vec::new();
        {
            let seen = self.found.evidence.seen(index);
            for invariant in &self.bench.suite.suite.invariants {
                let Some(requirement) = &invariant.requirement else { continue };
                if step.exempt.contains(requirement) {
                    continue;
                }
                let deviations = judged(self.bench, &seen, invariant, scope)?;
                if !deviations.is_empty() {
                    found.push((requirement.clone(), invariant.level, deviations));
                }
            }
        }
        for (requirement, level, deviations) in found {
            self.add(step, index, &requirement, level, deviations);
        }
        Ok(())
    }

    fn add(
        &mut self,
        step: &Step,
        exchange: usize,
        requirement: &RequirementId,
        level: Option<Strength>,
        deviations: Vec<Deviation>,
    ) {
        for deviation in deviations {
            let requirement = deviation.requirement.as_ref().unwrap_or(requirement);
            let Some(level) = self.level_of(requirement, level) else { continue };
            self.found.mismatches.push(Mismatch {
                requirement: requirement.clone(),
                level,
                at: deviation.at,
                expected: deviation.expected,
                actual: deviation.actual,
                kind: deviation.kind.to_owned(),
                exchange,
                step: step.name.clone(),
            });
        }
    }

    /// How much a deviation weighs; nothing where the requirement does not concern this edition.
    fn level_of(&self, requirement: &RequirementId, level: Option<Strength>) -> Option<Strength> {
        let row = self.bench.suite.requirement(requirement).filter(|row| self.bench.known.concerns(row))?;
        Some(level.unwrap_or(row.strength).min(row.strength))
    }

    fn observe(&mut self, step: &Step, index: usize, scope: &Scope<'_>) -> Result<Option<String>, Stop> {
        let mut first = None;
        for observe in &step.observe {
            let requirement = self.cited(observe.requirement.as_ref())?;
            let class = self.classified(observe, index, scope)?;
            if let Some(dialect) = &observe.settles {
                self.found.settled.push((dialect.clone(), class.clone()));
            }
            first = first.or_else(|| Some(class.clone()));
            self.found.observations.push(Observation { requirement, class, exchange: index });
        }
        Ok(first)
    }

    fn classified(&self, observe: &Observe, index: usize, scope: &Scope<'_>) -> Result<String, Stop> {
        let suite = &self.bench.suite.suite;
        let classes = match &observe.classes {
            Classes::Own(own) => own,
            Classes::Named(name) => {
                suite.classes.get(name).ok_or_else(|| Stop::Error(format!("the suite has no classes `{name}`")))?
            }
        };
        let seen = self.found.evidence.seen(index);
        Ok(classify(&seen, classes, &self.bench.yardstick(scope))?)
    }

    /// Keeps values: first quietly, so that expectations can compare them, then for good.
    fn keep(
        &self,
        step: &Step,
        indexes: &[usize],
        class: Option<&str>,
        before: usize,
        scope: &mut Scope<'_>,
        for_good: bool,
    ) -> Result<(), Stop> {
        for (name, from) in &step.keep {
            match self.kept(from, indexes, class) {
                Some(value) => scope.set(name, value),
                None if from.starts_with('?') => scope.set(name, Value::Null),
                None if !for_good => scope.set(name, Value::Null),
                None if self.found.mismatches.len() > before => return Err(Stop::Found),
                None => return Err(Stop::Inconclusive(format!("the reply has nothing at {from}, which a later step needs"))),
            }
        }
        Ok(())
    }

    fn kept(&self, from: &str, indexes: &[usize], class: Option<&str>) -> Option<Value> {
        let values: Option<Vec<Value>> =
            indexes.iter().map(|index| value_at(&self.found.evidence.seen(*index), from, class)).collect();
        let mut values = values?;
        if indexes.len() == 1 { values.pop() } else { Some(Value::Array(values)) }
    }

    fn cited(&self, own: Option<&RequirementId>) -> Result<RequirementId, Stop> {
        let case: &Case = &self.case.case;
        own.or(case.requirements.first()).cloned().ok_or_else(|| Stop::Error("an expectation cites no requirement".to_owned()))
    }

    /// After something that a device may not survive: does it?
    async fn alive(&mut self, scope: &Scope<'_>) -> Result<(), Stop> {
        let alive = &self.bench.suite.suite.alive;
        let mut request = outgoing(&alive.send, scope, true).map_err(Stop::Error)?;
        request.wire.fresh = true;
        let index = self.exchange(&request, "probe", Some("alive")).await?;
        self.whole(index)?;
        let step = Step { name: Some("alive".to_owned()), ..Step::default() };
        self.hold(&step, index, &alive.expect, scope)
    }

    fn note_torn(&mut self, stop: Option<&Stop>) {
        let last = self.found.evidence.last();
        match stop {
            Some(Stop::Interrupted(_)) => {
                let hung = matches!(self.found.evidence.exchange(last).outcome, Err(Fault::Timeout { .. }));
                self.found.torn = Some((last, hung));
            }
            Some(Stop::TooMuch(_)) => self.found.excused = true,
            _ => {}
        }
    }

    async fn tear_down(&mut self, scope: &Scope<'_>) {
        for (kind, mut ids) in std::mem::take(&mut self.created) {
            ids.retain(|id| self.bench.is_held_by(kind, id, &self.case.id.0));
            if let Err(why) = self.bench.remove(kind, &ids, scope, &mut self.found.evidence).await {
                self.found.left = Some(why);
            }
            self.found.removed.extend(ids.into_iter().map(|id| (kind, id)));
        }
    }

    fn conclude(&mut self, stop: Option<Stop>) {
        let mut verdict = self.found.mismatches.iter().map(|mismatch| Verdict::of_deviation(mismatch.level)).max();
        if let Some(stop) = stop {
            let (worse, reason) = match stop {
                Stop::Inconclusive(reason) => (Verdict::Inconclusive, Some(reason)),
                Stop::Error(reason) if reason.contains(UNFIT) && !self.found.mismatches.is_empty() => (Verdict::Pass, None),
                Stop::Error(reason) if reason.contains(UNFIT) => (Verdict::Inconclusive, Some(reason)),
                Stop::Error(reason) => (Verdict::Error, Some(reason)),
                Stop::NotApplicable(reason) => (Verdict::NotApplicable, Some(reason)),
                Stop::Found => (Verdict::Pass, None),
                Stop::Interrupted(reason) | Stop::TooMuch(reason) => {
                    self.found.interrupted = Some(reason.clone());
                    (Verdict::Inconclusive, Some(reason))
                }
            };
            if reason.is_some() {
                self.found.reason = reason;
            }
            verdict = Some(verdict.map_or(worse, |found| found.worse(worse)));
        }
        let judged_only_may = || {
            let rows = self.case.case.requirements.iter().filter_map(|id| self.bench.suite.requirement(id));
            !self.found.observations.is_empty() && rows.into_iter().all(|row| row.strength == Strength::May)
        };
        let clean = if judged_only_may() { Verdict::Observed } else { Verdict::Pass };
        self.found.verdict = Some(verdict.unwrap_or(clean));
    }
}

fn too_much(answer: &Answer) -> String {
    format!("the device asked for fewer requests (status {})", answer.status)
}

impl Fill for Scope<'_> {
    fn fill<'m>(&self, matcher: &'m Value) -> Result<Cow<'m, Value>, String> {
        self.matcher(matcher)
    }
}

fn judged<T: Transport>(
    bench: &Bench<'_, T>,
    seen: &Seen<'_>,
    expectation: &Expectation,
    scope: &Scope<'_>,
) -> Result<Vec<Deviation>, Stop> {
    Ok(judge(seen, expectation, &bench.yardstick(scope))?)
}

/// Whether the kept values are as the step's `when` says; a step with `skip` then ends the case.
fn applies(step: &Step, scope: &Scope<'_>) -> Result<bool, Stop> {
    for (name, matcher) in &step.when {
        let wanted = scope.matcher(matcher).map_err(Stop::Error)?;
        let mut found = Findings::trial();
        compare(&wanted, scope.get(name), "", "when", &mut found)?;
        if !found.is_empty() {
            return Ok(false);
        }
    }
    step.skip.as_ref().map_or(Ok(true), |reason| Err(Stop::NotApplicable(reason.clone())))
}
