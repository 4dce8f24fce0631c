//! A whole run of one suite: settle what is open, run the cases, look again at what was torn, sweep up, compare.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::sync::RwLock;

use super::backup::Backup;
use super::bench::{Bench, Ledger, own_maker};
use super::case_record::{Found, Ran, ran};
use super::case_run::{Attempt, attempt};
use super::claims::{Claims, Made, Marks};
use super::event::Event;
use super::evidence::Room;
use super::firewall::{Firewall, RequestRule};
use super::journal::Journal;
use super::lockout::Lockout;
use super::pace::Pace;
use super::redaction::Redaction;
use super::snapshot::{Holdings, take_and_keep};
use super::stops::{Deed, Stops};
use super::transport::Transport;
use crate::case::{Risk, Send};
use crate::catalogue::{CatalogueCase, SuiteCatalogue};
use crate::plan::{Choice, Decision, Plan, decide, is_stress};
use crate::profile::Known;
use crate::record::{CaseRecord, Mismatch, Untouched};
use crate::requirement::Strength;
use crate::template::{Maker, Ours, Scope};
use crate::verdict::Verdict;

/// How often a case is run by itself that met a torn transport.
const ATTEMPTS_ALONE: u32 = 4;

/// Cases in a row that hang when they run alone: enough to say what is wrong with the device.
const HUNG_ALONE: u32 = 10;

/// How a run is carried out.
#[derive(Debug, Clone)]
pub struct Manner {
    pub seed: u64,
    /// How many cases run at the same time.
    pub jobs: usize,
    /// From the start of one request to the start of the next; what is not zero also gives way to rising latency.
    pub pause: Duration,
    /// Runs the cases in an order that follows from the seed, instead of the catalogue's.
    pub shuffle: bool,
    /// Looks now and then whether what was removed is gone, and creates nothing more when it is not.
    pub cautious: bool,
    /// Where everything stands that the run may create.
    pub journal: Journal,
    /// Whether the record shows what was sent and received.
    pub evidence: bool,
    /// Where the entries of others are written down first.
    pub backup: Backup,
}

impl Manner {
    /// As fast as the machine goes, in the catalogue's order.
    pub fn quick(seed: u64) -> Self {
        let journal = Journal::default();
        Self {
            seed,
            jobs: 16,
            pause: Duration::ZERO,
            shuffle: false,
            cautious: false,
            journal,
            evidence: true,
            backup: Backup::default(),
        }
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
    /// Why the run ended before every case had run, one sentence each.
    pub stopped: Vec<String>,
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
    stop: &AtomicBool,
    tell: &dyn Fn(Event),
) -> Result<SuiteRun, String> {
    let rules = Rules::new(suite, &known, manner.seed)?;
    let floor = Floor { redaction: Some(redaction), ..Floor::new(suite, transport, manner, rules, stop) };
    let before = take_and_keep(&floor.bench(&known, false), &floor.claims(false), &manner.backup, redaction).await;
    drop(floor.before.set(before));
    floor.settle(&mut known, choice).await;
    let plan = Plan::new(suite, &known, choice);
    tell(Event::Begin { suite: suite.suite.suite.clone(), running: plan.running().count() });
    let found = floor.attempts(&plan, &known, tell).await;
    let untouched = floor.after(&known).await;
    let cases = found.into_records(&plan, suite, &known, &floor.refused.borrow());
    let (left_out, not_applicable, stopped) = (plan.left_out, plan.reasons(), floor.stops.reasons());
    Ok(SuiteRun { known, cases, untouched, left_out, known_cases: suite.cases.len(), not_applicable, stopped })
}

/// What follows from a suite's data, once and for all.
pub(super) struct Rules {
    pub firewall: Firewall,
    creating: Vec<RequestRule>,
    marks: Marks,
}

impl Rules {
    /// The error is a mistake of the suite's data.
    pub(super) fn new(suite: &SuiteCatalogue, known: &Known, seed: u64) -> Result<Self, String> {
        let safety = &suite.suite.safety;
        let creating = safety.entities.iter().map(|entity| RequestRule::new(&entity.created_by)).collect::<Result<_, _>>()?;
        let ours = Ours::default();
        let maker = own_maker(seed, &ours);
        let marks = Marks::new(safety, &Scope::new(&known.values, &maker))?;
        Ok(Self { firewall: Firewall::new(safety, Maker::tag(seed))?, creating, marks })
    }
}

/// What stays the same while knowledge grows.
pub(super) struct Floor<'f, T> {
    pub suite: &'f SuiteCatalogue,
    pub(super) transport: &'f T,
    pub manner: Manner,
    rules: Rules,
    redaction: Option<&'f Redaction>,
    pub ours: Ours,
    pace: Pace,
    lockout: Lockout,
    quiet: RwLock<()>,
    pub stops: Stops<'f>,
    pub made: Made,
    pub ledger: Ledger,
    pub before: OnceCell<Result<Holdings, String>>,
    /// Why cases were not begun.
    refused: RefCell<HashMap<String, String>>,
    /// Entries that were removed since it was last looked whether they are gone.
    pub removed: RefCell<Vec<(usize, Value)>>,
    pub audits: Cell<u32>,
    /// How much may still be kept of what is as it should be.
    room: Room,
    /// True when the exchanges are those of a record: nothing is removed at the end of a case.
    pub(super) replayed: bool,
}

impl<'f, T: Transport> Floor<'f, T> {
    pub(super) fn new(suite: &'f SuiteCatalogue, transport: &'f T, manner: &Manner, rules: Rules, stop: &'f AtomicBool) -> Self {
        Self {
            suite,
            transport,
            manner: manner.clone(),
            rules,
            redaction: None,
            ours: Ours::default(),
            pace: Pace::new(manner.pause),
            lockout: Lockout::default(),
            quiet: RwLock::default(),
            stops: Stops::new(stop),
            made: Made::default(),
            ledger: Ledger::default(),
            before: OnceCell::new(),
            refused: RefCell::default(),
            removed: RefCell::default(),
            audits: Cell::new(0),
            room: Room::default(),
            replayed: false,
        }
    }

    pub(super) fn bench<'b>(&'b self, known: &'b Known, alone: bool) -> Bench<'b, T> {
        Bench {
            suite: self.suite,
            known,
            transport: self.transport,
            seed: self.manner.seed,
            ours: &self.ours,
            firewall: &self.rules.firewall,
            alone,
            pace: &self.pace,
            lockout: &self.lockout,
            quiet: &self.quiet,
            patient: true,
            stops: &self.stops,
            journal: &self.manner.journal,
            creating: &self.rules.creating,
            made: &self.made,
            marks: &self.rules.marks,
            ledger: &self.ledger,
            replayed: self.replayed,
            before: self.before.get().and_then(|before| before.as_ref().ok()),
        }
    }

    pub(super) fn claims(&self, strict: bool) -> Claims<'_> {
        Claims { ours: &self.ours, made: &self.made, marks: &self.rules.marks, strict }
    }

    /// Runs the cases that settle a dialect, one after the other, whatever the filter says; what one finds counts from then on, also for whether
    /// the next one is needed.
    async fn settle(&self, known: &mut Known, choice: &Choice) {
        for case in self.suite.cases.iter().filter(|case| settles(case)) {
            if self.stops.is_over() || decide(self.suite, case, known, choice) != Decision::Run {
                continue;
            }
            let found = attempt(&self.bench(known, false), case, 1000).await;
            for (dialect, class) in found.settled {
                known.settle(self.suite, &dialect, &class);
                known.evidence.insert(dialect, format!("the case {} saw {class}", case.id));
            }
            known.values.extend(found.lasting);
        }
    }

    /// What all others rest on first, then cases beside each other, those that must be alone, and last those that a weak device may not survive.
    async fn attempts<'p>(&self, plan: &Plan<'p>, known: &Known, tell: &dyn Fn(Event)) -> Found<'p> {
        let bench = self.bench(known, false);
        let mut running: Vec<&'p CatalogueCase> = plan.running().collect();
        if self.manner.shuffle {
            shuffle(&mut running, self.manner.seed);
        }
        let (first, others): (Vec<_>, Vec<_>) = running.into_iter().partition(|case| case.case.first);
        let (stress, gentle): (Vec<_>, Vec<_>) = others.into_iter().partition(|case| is_stress(case));
        let (alone, together): (Vec<_>, Vec<_>) = gentle.into_iter().partition(|case| case.case.alone);
        let mut found = Found::default();
        let mut done = |case: &'p CatalogueCase, ran: Option<Ran>| {
            if let Some(ran) = ran {
                tell(Event::Done { id: case.id.0.clone(), verdict: ran.record.verdict });
                found.add(&case.id, ran);
            }
        };
        for case in first {
            done(case, Some(self.judged(&bench, case).await));
        }
        let bench = &bench;
        let one = |case: &'p CatalogueCase| async move { (case, self.one(bench, case).await) };
        let mut stream = futures_util::stream::iter(together.into_iter().map(one)).buffer_unordered(self.manner.jobs.max(1));
        while let Some((case, ran)) = stream.next().await {
            done(case, ran);
        }
        for case in alone.into_iter().chain(stress) {
            done(case, self.one(bench, case).await);
        }
        self.again(plan, known, &mut found).await;
        found
    }

    /// One case, unless the run goes no further.
    async fn one(&self, bench: &Bench<'_, T>, case: &CatalogueCase) -> Option<Ran> {
        if let Some(why) = self.stops.forbids(self.deed(case)) {
            self.refused.borrow_mut().insert(case.id.0.clone(), why);
            return None;
        }
        Some(self.judged(bench, case).await)
    }

    /// One case, whatever was found before; and what follows from it for the run.
    async fn judged(&self, bench: &Bench<'_, T>, case: &CatalogueCase) -> Ran {
        let deed = self.deed(case);
        let attempt = attempt(bench, case, 0).await;
        self.removed.borrow_mut().extend(attempt.removed.iter().cloned());
        if deed == Deed::Removes && attempt.verdict == Some(Verdict::Fail) {
            self.stops.removal_failed();
        }
        self.look_for_patience();
        self.stops.count_hung(attempt.torn.is_some_and(|(_, hung)| hung));
        if self.stops.count(attempt.interrupted.is_none()) {
            self.look_for_life(bench).await;
        }
        self.audit(bench, attempt.left.is_some()).await;
        self.ran(case, attempt)
    }

    /// A case that ran; its exchanges are let go.
    fn ran(&self, case: &CatalogueCase, attempt: Attempt) -> Ran {
        ran(case, attempt, self.redaction.unwrap_or(&Redaction::default()), self.manner.evidence.then_some(&self.room))
    }

    /// Does the device take any request at all?
    fn look_for_patience(&self) {
        if self.pace.is_hopeless() {
            self.stops.die("the device asks for fewer requests and takes none any more, so the run was stopped".to_owned());
        }
    }

    /// After several cases in a row that did not complete: does the device answer at all?
    async fn look_for_life(&self, bench: &Bench<'_, T>) {
        if self.lives(bench).await.is_ok() {
            return self.stops.lives();
        }
        match self.lives_again(bench, false).await {
            Ok(_) => self.stops.is_back(),
            Err(why) => self.stops.die(format!("the device does not answer any more, so the run was stopped: {why}")),
        }
    }

    /// Whether a case only reads, or sends the request by which entries are removed.
    fn deed(&self, case: &CatalogueCase) -> Deed {
        fn plain(path: &str) -> &str {
            path.split('?').next().unwrap_or_default()
        }
        let removals = || self.suite.suite.safety.entities.iter().map(|entity| &entity.remove);
        let removes = |send: &Send| removals().any(|one| one.method == send.method && plain(&one.path) == plain(&send.path));
        match case.risk {
            Risk::Read => Deed::Reads,
            _ if case.case.steps.iter().filter_map(|step| step.send.as_deref()).any(removes) => Deed::Removes,
            _ => Deed::Other,
        }
    }

    /// Cases that met a torn transport are run once more, alone, with a healthy device before and after. A device that is upset is waited for,
    /// but not once more for every case when it does not come back.
    async fn again<'p>(&self, plan: &Plan<'p>, known: &Known, found: &mut Found<'p>) {
        let locked_out = self.lockout.has_happened();
        let torn: Vec<&'p CatalogueCase> = plan.running().filter(|case| found.is_torn(&case.id, locked_out)).collect();
        let mut dead = false;
        let mut hung = 0;
        for case in torn {
            if hung == HUNG_ALONE {
                let more = format!("; {HUNG_ALONE} others in a row hung again when they ran alone, so this one was not tried");
                found.explain(&case.id, &more);
                continue;
            }
            if self.stops.is_over() || self.stops.is_stuck() {
                return;
            }
            let bench = self.bench(known, true);
            if let Err(why) = self.lives_again(&bench, dead).await {
                dead = true;
                found.explain(&case.id, &format!("; the device does not answer a plain request either: {why}"));
                if self.stops.count(false) {
                    self.stops.die(format!("the device does not answer any more, so the run was stopped: {why}"));
                }
                continue;
            }
            dead = false;
            self.stops.lives();
            let second = self.alone(&bench, case).await;
            self.look_for_patience();
            hung = if second.torn.is_some_and(|(_, hung)| hung) || second.evidence.has_waited() { hung + 1 } else { 0 };
            found.add(&case.id, self.ran(case, second));
        }
    }

    /// A torn case by itself, until it comes to an end or it is plain that it never does: silence is plain at once, but a connection that ends
    /// may be the network's, unless it ends at the same place each time, or the device is down right after it twice. What asks for fewer requests is
    /// given time, and not held against; a device that is upset for a while is waited for, so that each attempt begins with a healthy one.
    async fn alone(&self, bench: &Bench<'_, T>, case: &CatalogueCase) -> Attempt {
        let mut last = attempt(bench, case, 1).await;
        let place = last.torn.map(|(place, _)| place);
        let mut always_there = true;
        let mut falls = 0;
        for number in 2..=ATTEMPTS_ALONE {
            let is_plain = last.torn.is_some_and(|(_, hung)| hung);
            if last.interrupted.is_none() || is_plain || self.stops.is_over() {
                break;
            }
            falls += u32::from(self.lives_again(bench, false).await != Ok(0));
            if falls == 2 {
                break;
            }
            let bench = Bench { patient: number < ATTEMPTS_ALONE, ..*bench };
            last = attempt(&bench, case, number).await;
            always_there &= last.torn.map(|(again, _)| again) == place;
        }
        if let Some(why) = last.interrupted.clone().filter(|_| always_there && !last.excused) {
            let lives = self.lives_again(bench, false).await.map(drop);
            hold_against(&mut last, self.suite, &why, lives);
        }
        last
    }

    async fn lives(&self, bench: &Bench<'_, T>) -> Result<(), String> {
        let request = bench.alive_request()?;
        let exchange = bench.send(&request).await;
        exchange.outcome.map(drop).map_err(|fault| fault.to_string())
    }

    /// Whether the device answers, now or soon, and after how many probes that failed: one that fell over may be about to get up again. One that is
    /// known to be dead is asked once.
    async fn lives_again(&self, bench: &Bench<'_, T>, dead: bool) -> Result<usize, String> {
        let pauses_ms: &[u64] = if dead { &[0] } else { &[0, 300, 1000, 2000, 4000] };
        let mut last = Ok(0);
        for (failed, &pause_ms) in pauses_ms.iter().enumerate() {
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            last = self.lives(bench).await.map(|()| failed);
            if last.is_ok() {
                break;
            }
        }
        last
    }
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
