//! The kill matrix: every defect against every case.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use serde::Serialize;

use super::combination::combinations;
use super::sight::Sight;
use super::trial::{Scale, all, each, run};
use crate::catalogue::{CatalogueCase, SuiteCatalogue};
use crate::mock;
use crate::mock::device::{DefectRow, Settings};
use crate::plan::{Choice, select};
use crate::record::CaseRecord;
use crate::requirement::{RequirementId, Strength};
use crate::runner::SuiteRun;
use crate::session::Session;
use crate::verdict::Verdict;

/// What became of a defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    Caught,
    WrongRed,
    Survived,
    Broken,
}

/// One defect.
#[derive(Debug, Clone, Serialize)]
pub struct DefectOutcome {
    pub name: &'static str,
    pub breaks: &'static str,
    pub fate: Fate,
    /// Cases that found a deviation from the requirement it breaks.
    pub killers: Vec<String>,
    /// Cases that found something else.
    pub others: Vec<String>,
    /// Why it could not be run at all.
    pub obstacle: Option<String>,
}

/// One quirk, or several at once.
#[derive(Debug, Clone, Serialize)]
pub struct QuirkOutcome {
    pub name: String,
    /// What was held against it, one sentence each.
    pub held_against: Vec<String>,
}

/// How good a suite is.
#[derive(Debug, Clone, Default, Serialize)]
pub struct KillMatrix {
    pub suite: String,
    pub cases: usize,
    pub defects: Vec<DefectOutcome>,
    pub quirks: Vec<QuirkOutcome>,
    /// Cases that never fail.
    pub vacuous: Vec<String>,
    /// MUST rows that no defect breaks.
    pub unbroken: Vec<String>,
    /// SHOULD rows that no defect breaks.
    pub unbroken_should: Vec<String>,
    /// What the plain mock is not judged well for.
    pub plain: Vec<String>,
}

impl KillMatrix {
    /// Whether everything is as it should be.
    pub fn is_clean(&self) -> bool {
        self.plain.is_empty()
            && self.vacuous.is_empty()
            && self.unbroken.is_empty()
            && self.defects.iter().all(|defect| defect.fate == Fate::Caught)
            && self.quirks.iter().all(|quirk| quirk.held_against.is_empty())
    }

    /// How many defects met a fate.
    pub fn count(&self, fate: Fate) -> usize {
        self.defects.iter().filter(|defect| defect.fate == fate).count()
    }
}

/// Runs a suite on the plain mock, on every defect, and on quirks alone and combined.
///
/// A defect meets the cases that cite the requirement it breaks first; only when none of them finds it does it meet all others, which can tell
/// no more than that it is wrong-red. Cases that stay green are tried on every defect before they are called vacuous. Of all these only the cases
/// run that can see the defect or quirk, which the plain mock tells. Under a filter only those defects are tried whose requirement a filtered case
/// cites.
pub fn matrix(suite: &SuiteCatalogue, scale: &Scale) -> KillMatrix {
    let (defect_rows, quirk_rows) = mock::rows(&suite.suite.suite);
    let wanted = |name: &str| scale.only.is_empty() || scale.only.iter().any(|only| only == name);
    let cited: BTreeSet<&str> = select(suite, &scale.filters).into_iter().flat_map(cites).collect();
    let is_met = |row: &DefectRow| wanted(row.name) && (scale.filters.is_empty() || cited.contains(row.breaks));
    let plain = run(suite, &Session::plain_mock(scale.seed), &all(&scale.filters));
    let sight = match Sight::of(suite, scale.seed) {
        Ok(sight) => sight,
        Err(obstacle) => return KillMatrix { suite: suite.suite.suite.clone(), plain: vec![obstacle], ..KillMatrix::default() },
    };
    let trials = Trials { suite, sight, scale };
    let whole = scale.only.is_empty() && scale.filters.is_empty();
    // What takes longest begins first: several quirks, of which one may be slowness, then defects, of which some hang.
    let combined = if scale.only.is_empty() { combinations(quirk_rows, scale.combinations, scale.seed) } else { Vec::new() };
    let mut devices: Vec<Device> = combined.into_iter().map(Device::Different).collect();
    devices.extend(defect_rows.iter().filter(|row| is_met(row)).map(Device::Defective));
    devices.extend(quirk_rows.iter().filter(|row| wanted(row.name)).map(|row| Device::Different(vec![row.name])));
    let mut matrix = KillMatrix { suite: suite.suite.suite.clone(), cases: suite.cases.len(), ..KillMatrix::default() };
    let mut killing: BTreeSet<String> = BTreeSet::new();
    for met in each(&devices, scale.threads, |device| trials.meet(device, plain.as_ref().ok())) {
        match met {
            Met::Defect(outcome, red) => {
                matrix.defects.push(outcome);
                killing.extend(red);
            }
            Met::Quirk(outcome) => matrix.quirks.push(outcome),
        }
    }
    if whole {
        matrix.vacuous = trials.elsewhere(defect_rows, vacuous(suite, &killing));
        let broken: BTreeSet<&str> = defect_rows.iter().map(|row| row.breaks).collect();
        matrix.unbroken = unbroken(suite, &broken, Strength::Must);
        matrix.unbroken_should = unbroken(suite, &broken, Strength::Should);
    }
    matrix.plain = complaints(plain);
    matrix
}

fn cites(case: &CatalogueCase) -> impl Iterator<Item = &str> {
    case.case.requirements.iter().map(|row| row.0.as_str())
}

/// A mock that is not the plain one.
enum Device {
    Defective(&'static DefectRow),
    /// With these quirks.
    Different(Vec<&'static str>),
}

/// What a device came to, and of a defective one all cases that are red on it.
enum Met {
    Defect(DefectOutcome, BTreeSet<String>),
    Quirk(QuirkOutcome),
}

/// Devices under the suite, one after another.
struct Trials<'s> {
    suite: &'s SuiteCatalogue,
    sight: Sight<'s>,
    scale: &'s Scale,
}

impl Trials<'_> {
    fn meet(&self, device: &Device, plain: Option<&SuiteRun>) -> Met {
        match device {
            Device::Defective(row) => {
                let (outcome, red) = self.defect(row, plain);
                Met::Defect(outcome, red)
            }
            Device::Different(names) => Met::Quirk(self.quirk(names)),
        }
    }

    /// Runs those of the filtered cases that can see what is special about the device.
    fn run(&self, settings: &Settings, filters: &[String]) -> Result<SuiteRun, String> {
        run(self.suite, settings, &Choice { only: self.sight.cases(settings), ..all(filters) })
    }

    fn defect(&self, row: &DefectRow, plain: Option<&SuiteRun>) -> (DefectOutcome, BTreeSet<String>) {
        let settings = self.defective(row);
        let breaks = RequirementId::from(row.breaks);
        let mut outcome = DefectOutcome {
            name: row.name,
            breaks: row.breaks,
            fate: Fate::Survived,
            killers: Vec::new(),
            others: Vec::new(),
            obstacle: None,
        };
        let filters = &self.scale.filters;
        let narrow = filters.is_empty().then(|| self.run(&settings, &[row.breaks.to_owned()])).and_then(Result::ok);
        let narrow = narrow.filter(|run| run.cases.iter().any(|case| is_for(case, &breaks)));
        let run = match narrow.map_or_else(|| self.run(&settings, filters), Ok) {
            Ok(run) => run,
            Err(obstacle) => {
                outcome.fate = Fate::WrongRed;
                outcome.obstacle = Some(obstacle);
                return (outcome, BTreeSet::new());
            }
        };
        let red: Vec<&CaseRecord> = run.cases.iter().filter(|case| is_red(case)).collect();
        outcome.killers = red.iter().filter(|case| is_for(case, &breaks)).map(|case| case.id.clone()).collect();
        outcome.others = red.iter().filter(|case| !is_for(case, &breaks)).map(|case| case.id.clone()).collect();
        outcome.fate = match (outcome.killers.is_empty(), outcome.others.is_empty()) {
            (false, _) => Fate::Caught,
            (true, false) => Fate::WrongRed,
            (true, true) if plain.is_some_and(|plain| answers_alike(plain, &run)) => Fate::Broken,
            (true, true) => Fate::Survived,
        };
        let ids = red.iter().map(|case| case.id.clone()).collect();
        (outcome, ids)
    }

    /// A mock with a defect, set up so that the defect shows.
    fn defective(&self, row: &DefectRow) -> Settings {
        let (scheme, quirk) = mock::setup(&self.suite.suite.suite, row.name);
        let quirks = quirk.map(str::to_owned).into_iter().collect();
        Settings { scheme, quirks, defects: vec![row.name.to_owned()], ..Session::plain_mock(self.scale.seed) }
    }

    fn quirk(&self, names: &[&'static str]) -> QuirkOutcome {
        let quirks = names.iter().map(|name| (*name).to_owned()).collect();
        let settings = Settings { quirks, ..Session::plain_mock(self.scale.seed) };
        QuirkOutcome { name: names.join(" + "), held_against: complaints(self.run(&settings, &self.scale.filters)) }
    }

    /// Which of these cases are red on no defect at all. Each defect meets those that are still open.
    fn elsewhere(&self, defects: &[DefectRow], open: Vec<String>) -> Vec<String> {
        let open = Mutex::new(open);
        let still = || open.lock().expect("nobody panics while holding it").clone();
        each(defects, self.scale.threads, |row| {
            let filters = still();
            if filters.is_empty() {
                return;
            }
            let cases = self.run(&self.defective(row), &filters).map(|run| run.cases);
            let red: Vec<String> = cases.unwrap_or_default().into_iter().filter(is_red).map(|case| case.id).collect();
            open.lock().expect("nobody panics while holding it").retain(|id| !red.contains(id));
        });
        still()
    }
}

/// Whether a case found a deviation from the very requirement.
fn is_for(case: &CaseRecord, breaks: &RequirementId) -> bool {
    let is_judged = matches!(case.verdict, Verdict::Fail | Verdict::Warn);
    is_judged && case.mismatches.iter().any(|mismatch| mismatch.requirement == *breaks && mismatch.level > Strength::May)
}

fn is_red(case: &CaseRecord) -> bool {
    matches!(case.verdict, Verdict::Fail | Verdict::Warn)
}

/// Whether a device answered in every case that was run on it as the plain one did.
fn answers_alike(plain: &SuiteRun, run: &SuiteRun) -> bool {
    let (plain, run) = (answers(plain), answers(run));
    run.iter().all(|(case, answers)| plain.get(case) == Some(answers))
}

/// Everything a device answered, by case.
fn answers(run: &SuiteRun) -> BTreeMap<&str, Vec<(u16, Option<&str>)>> {
    let of_case = run.cases.iter().map(|case| {
        let replies = case.exchanges.iter().filter_map(|exchange| exchange.response.as_ref());
        (case.id.as_str(), replies.map(|reply| (reply.status, reply.body.text.as_deref())).collect())
    });
    of_case.collect()
}

/// What was held against a device that conforms.
fn complaints(run: Result<SuiteRun, String>) -> Vec<String> {
    let run = match run {
        Ok(run) => run,
        Err(obstacle) => return vec![obstacle],
    };
    let held =
        |case: &&CaseRecord| matches!(case.verdict, Verdict::Fail | Verdict::Warn | Verdict::Error | Verdict::Inconclusive);
    let sentence = |case: &CaseRecord| {
        let why = case.mismatches.first().map(|mismatch| {
            format!("{} {} expected {}, actual {}", mismatch.requirement, mismatch.at, mismatch.expected, mismatch.actual)
        });
        format!("{} {}: {}", case.verdict.word(), case.id, why.or_else(|| case.reason.clone()).unwrap_or_default())
    };
    let mut found: Vec<String> = run.cases.iter().filter(held).map(sentence).collect();
    found.extend(run.untouched.changes);
    found.extend(run.untouched.left_behind.into_iter().map(|left| format!("left behind: {left}")));
    found
}

/// Cases that never fail. Those that only observe have nothing to fail for.
fn vacuous(suite: &SuiteCatalogue, killing: &BTreeSet<String>) -> Vec<String> {
    let judges = |case: &crate::catalogue::CatalogueCase| {
        let expects = case.case.steps.iter().any(|step| !step.expect.is_empty());
        let rows = case.case.requirements.iter().filter_map(|id| suite.requirement(id));
        expects && rows.into_iter().any(|row| row.strength > Strength::May)
    };
    let never = suite.cases.iter().filter(|case| !killing.contains(&case.id.0) && judges(case));
    never.map(|case| case.id.0.clone()).collect()
}

fn unbroken(suite: &SuiteCatalogue, broken: &BTreeSet<&str>, strength: Strength) -> Vec<String> {
    let rows = suite.requirements.requirements.iter();
    let left = rows.filter(|row| row.strength == strength && row.excluded.is_none() && !broken.contains(row.id.0.as_str()));
    left.map(|row| row.id.0.clone()).collect()
}
