//! A fleet: what is kept of each unit's record, what differs between units that ought to be alike, and both as text, JSON and one page.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use serde::Serialize;

use crate::record::{Record, Tally};
use crate::report::matrix;
use crate::report::outcome::{headline, sentence};
use crate::report::plain::{clipped, columns, counted, visible};
use crate::report::style::Style;
use crate::verdict::{Exit, Verdict};

/// How many differences the text names; the page has them all.
const SHOWN: usize = 10;

/// How many units are named where several are alike.
const NAMED: usize = 4;

/// What an overview keeps of the record of one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unit {
    /// Its name in the fleet's file, and of the folder with its reports.
    pub name: String,
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    pub suites: Vec<String>,
    /// The word of the record.
    pub outcome: String,
    pub exit: u8,
    /// The outcome as a sentence, and why it is so beyond the cases.
    pub sentence: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    pub duration_ms: u64,
    pub tally: Tally,
    /// By area, what was found about its rows.
    pub areas: Vec<AreaCount>,
    /// Choices that the documents leave, as this unit takes them.
    pub choices: BTreeMap<String, String>,
    #[serde(skip)]
    headline: (&'static str, &'static str),
    /// What was found about each case that says something about the device.
    #[serde(skip)]
    verdicts: BTreeMap<String, Verdict>,
}

/// How many rows of an area there are, and of those judged how many are not as they should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AreaCount {
    /// The common part of the rows' ids, e.g. `2N-DIR-DEL`.
    pub area: String,
    pub title: String,
    pub covered: usize,
    pub failed: usize,
    pub warned: usize,
    pub unjudged: usize,
}

/// Something in which units of one model are not alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Contrast {
    pub model: String,
    /// `firmware`, `choice` or `case`.
    pub kind: &'static str,
    /// Which choices, which cases: those in which the same units differ in the same way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    /// The names of the units by what they are like.
    pub units: BTreeMap<String, Vec<String>>,
}

/// Every unit, and what differs between those of one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fleet {
    /// The version of doorspec that made it.
    pub doorspec: &'static str,
    /// When the first run began (RFC 3339, UTC) and how long all of them took.
    pub started: String,
    pub duration_ms: u64,
    /// The worst outcome of a unit, and its exit status.
    pub outcome: &'static str,
    pub exit: u8,
    pub units: Vec<Unit>,
    pub contrasts: Vec<Contrast>,
}

impl Unit {
    /// What is kept of a record.
    pub fn new(name: &str, record: &Record) -> Self {
        let identity = |key: &str| record.target.identity.get(key).map(|value| visible(value));
        let areas = matrix::areas(record).into_iter().map(|area| AreaCount {
            area: area.prefix.to_owned(),
            title: area.title.to_owned(),
            covered: area.covered(),
            failed: area.found(Verdict::Fail),
            warned: area.found(Verdict::Warn),
            unjudged: area.unjudged(),
        });
        let verdict = |verdict: Verdict| match verdict {
            Verdict::Pass | Verdict::Observed => Some(Verdict::Pass),
            Verdict::Warn | Verdict::Fail => Some(verdict),
            Verdict::Inconclusive | Verdict::NotApplicable | Verdict::Error => None,
        };
        let verdicts = record.cases.iter().filter_map(|case| Some((case.id.clone(), verdict(case.verdict)?)));
        let choices = record.profile.values().flat_map(|profile| &profile.dialect);
        Self {
            name: name.to_owned(),
            url: visible(&record.target.url),
            model: identity("model"),
            firmware: identity("firmware"),
            suites: record.suites.clone(),
            outcome: record.outcome.clone(),
            exit: record.exit,
            sentence: sentence(record),
            reasons: record.reasons.iter().map(|reason| visible(reason)).collect(),
            duration_ms: record.duration_ms,
            tally: record.tally.clone(),
            areas: areas.collect(),
            choices: choices.map(|(name, class)| (name.clone(), visible(class))).collect(),
            headline: headline(record),
            verdicts: verdicts.collect(),
        }
    }

    /// Model and firmware, as far as it says.
    fn device(&self) -> String {
        [&self.model, &self.firmware].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

impl Fleet {
    /// Puts the units of one session together.
    pub fn new(units: Vec<Unit>, started: String, duration_ms: u64) -> Self {
        let exit = units.iter().map(|unit| Exit::of_code(unit.exit)).fold(Exit::Conforms, Exit::winner);
        let contrasts = contrasts(&units);
        let doorspec = env!("CARGO_PKG_VERSION");
        Self { doorspec, started, duration_ms, outcome: exit.outcome(), exit: exit.code(), units, contrasts }
    }

    /// The worst exit status of a unit.
    pub fn exit(&self) -> Exit {
        Exit::of_code(self.exit)
    }
}

/// What differs between units of one model; units that do not say what they are stand alone.
fn contrasts(units: &[Unit]) -> Vec<Contrast> {
    let mut models: BTreeMap<&str, Vec<&Unit>> = BTreeMap::new();
    for unit in units {
        if let Some(model) = &unit.model {
            models.entry(model).or_default().push(unit);
        }
    }
    models.into_iter().flat_map(|(model, alike)| of_model(model, &alike)).collect()
}

fn of_model(model: &str, alike: &[&Unit]) -> Vec<Contrast> {
    let choices: BTreeSet<&String> = alike.iter().flat_map(|unit| unit.choices.keys()).collect();
    let cases: BTreeSet<&String> = alike.iter().flat_map(|unit| unit.verdicts.keys()).collect();
    let word = |unit: &Unit, case: &str| unit.verdicts.get(case).map(|verdict| verdict.word().to_owned());
    let firmware = contrast(model, "firmware", "", alike, |unit| unit.firmware.clone());
    let choices = choices.into_iter().map(|name| contrast(model, "choice", name, alike, |unit| unit.choices.get(name).cloned()));
    let cases = cases.into_iter().map(|case| contrast(model, "case", case, alike, |unit| word(unit, case)));
    let mut found: Vec<Contrast> = Vec::new();
    for contrast in [firmware].into_iter().chain(choices).chain(cases).flatten() {
        match found.iter_mut().find(|other| (other.kind, &other.units) == (contrast.kind, &contrast.units)) {
            Some(same) => same.about.extend(contrast.about),
            None => found.push(contrast),
        }
    }
    found
}

fn contrast(
    model: &str,
    kind: &'static str,
    about: &str,
    alike: &[&Unit],
    value: impl Fn(&Unit) -> Option<String>,
) -> Option<Contrast> {
    let mut units: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for unit in alike {
        if let Some(value) = value(unit) {
            units.entry(value).or_default().push(unit.name.clone());
        }
    }
    let about = [about].into_iter().filter(|about| !about.is_empty()).map(str::to_owned).collect();
    (units.len() > 1).then(|| Contrast { model: model.to_owned(), kind, about, units })
}

/// The fleet as JSON, for programs.
pub fn fleet_json(fleet: &Fleet) -> String {
    // Maps with text keys, texts and numbers: nothing that JSON could not hold.
    serde_json::to_string_pretty(fleet).expect("a fleet is plain data") + "\n"
}

/// How many devices came to which outcome: `3 devices: 2 conform, 1 failed`.
pub fn fleet_outcome(fleet: &Fleet) -> String {
    let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
    for unit in &fleet.units {
        let word = if unit.exit == Exit::Conforms.code() { "conform" } else { unit.outcome.as_str() };
        *outcomes.entry(word).or_insert(0) += 1;
    }
    let counts: Vec<String> = outcomes.iter().map(|(word, count)| format!("{count} {word}")).collect();
    format!("{}: {}\n", counted(fleet.units.len() as u64, "device", "devices"), counts.join(", "))
}

/// The fleet as text: a line for each device, what differs between units of one model, and the outcome.
pub fn fleet(fleet: &Fleet, style: Style) -> String {
    let width = fleet.units.iter().map(|unit| columns(&unit.name)).max().unwrap_or(0);
    let mut text = String::new();
    for unit in &fleet.units {
        let (tone, mark) = match unit.headline.1 {
            "good" => (Verdict::Pass, "✓"),
            "bad" => (Verdict::Fail, "✗"),
            _ => (Verdict::Inconclusive, "?"),
        };
        let device = Some(unit.device()).filter(|device| !device.is_empty()).map(|device| device + ": ").unwrap_or_default();
        let said = clipped(&format!("{device}{}", why(unit)), style.columns().saturating_sub(width + 6));
        let blanks = " ".repeat(width - columns(&unit.name));
        text += &format!("{} {}{blanks}  {said}\n", style.verdict(tone, mark), style.bold(&unit.name));
    }
    if !fleet.contrasts.is_empty() {
        text += "\nunits of one model that are not alike:\n";
    }
    for contrast in fleet.contrasts.iter().take(SHOWN) {
        text += &format!("  {}: {}\n", title(contrast), sides(contrast).join("; "));
    }
    if fleet.contrasts.len() > SHOWN {
        text += &format!("  and {} more, see the overview\n", fleet.contrasts.len() - SHOWN);
    }
    text + "\n" + &fleet_outcome(fleet)
}

/// The outcome with its reasons; where something stood in the way, that says more than what follows from it.
fn why(unit: &Unit) -> String {
    let reasons = unit.reasons.join("; ");
    match Exit::of_code(unit.exit) {
        Exit::Incomplete if !reasons.is_empty() => format!("{}: {reasons}", unit.outcome),
        _ if reasons.is_empty() => unit.sentence.clone(),
        _ => format!("{}; {reasons}", unit.sentence),
    }
}

fn title(contrast: &Contrast) -> String {
    let about = match contrast.about.as_slice() {
        [] => String::new(),
        [one] => format!(" {one}"),
        [first, others @ ..] => format!(" {first} and {} more", others.len()),
    };
    format!("{}, {}{about}", contrast.model, contrast.kind)
}

/// What some are like and what others are; the larger part last, and not named one by one.
fn sides(contrast: &Contrast) -> Vec<String> {
    let mut sides: Vec<(&String, &Vec<String>)> = contrast.units.iter().collect();
    sides.sort_by_key(|(_, units)| units.len());
    let named = |units: &[String]| match units.len() {
        0..=NAMED => units.join(", "),
        many => format!("{} and {} more", units[..NAMED].join(", "), many - NAMED),
    };
    sides.into_iter().map(|(value, units)| format!("{value} on {}", named(units))).collect()
}

#[derive(Template)]
#[template(path = "fleet.html", config = "src/report/askama.toml")]
struct Page<'f> {
    style: &'static str,
    tone: &'static str,
    headline: String,
    sentence: String,
    exit: u8,
    facts: Vec<(&'static str, String)>,
    tables: Vec<Table<'f>>,
    contrasts: Vec<(String, Vec<String>, &'f [String])>,
}

/// The units of the same suites, by area.
struct Table<'f> {
    title: String,
    areas: Vec<(String, &'f str)>,
    rows: Vec<Row<'f>>,
}

struct Row<'f> {
    unit: &'f Unit,
    device: String,
    cells: Vec<Cell>,
}

/// What was found in one area: a word for its colour, what stands in it, and the same in words.
struct Cell {
    word: &'static str,
    shown: String,
    said: String,
}

/// One page over all units, which needs no other file and no network; it links to the page of each.
pub fn fleet_html(fleet: &Fleet) -> String {
    let mut suites: Vec<&[String]> = fleet.units.iter().map(judged).collect();
    suites.sort();
    suites.dedup();
    let conforming = fleet.units.iter().filter(|unit| unit.exit == Exit::Conforms.code()).count();
    let all = fleet.units.len();
    let page = Page {
        style: concat!(include_str!("page.css"), include_str!("fleet.css")),
        tone: match fleet.exit() {
            Exit::Conforms => "good",
            Exit::Incomplete => "doubt",
            _ => "bad",
        },
        headline: format!("{conforming} of {} conform", counted(all as u64, "device", "devices")),
        sentence: fleet_outcome(fleet).trim_end().to_owned(),
        exit: fleet.exit,
        facts: vec![
            ("Began", fleet.started.replace('T', " ").replace('Z', " UTC")),
            ("Took", format!("{:.1} s", fleet.duration_ms as f64 / 1000.0)),
            ("doorspec", fleet.doorspec.to_owned()),
        ],
        tables: suites.into_iter().map(|suites| table(suites, &fleet.units)).collect(),
        contrasts: fleet.contrasts.iter().map(|contrast| (title(contrast), sides(contrast), more(contrast))).collect(),
    };
    // Rendering into memory fails only where a value's own formatting does, and these are strings and numbers.
    page.render().expect("the page is made of strings and numbers")
}

/// Where one line does not name them all.
fn more(contrast: &Contrast) -> &[String] {
    if contrast.about.len() > 1 { &contrast.about } else { &[] }
}

/// The suites by which anything of a unit was judged.
fn judged(unit: &Unit) -> &[String] {
    let is_judged = unit.areas.iter().any(|area| area.covered + area.unjudged > 0);
    if is_judged { &unit.suites } else { &[] }
}

fn table<'f>(suites: &[String], units: &'f [Unit]) -> Table<'f> {
    let units: Vec<&Unit> = units.iter().filter(|unit| judged(unit) == suites).collect();
    let mut areas: Vec<&AreaCount> = Vec::new();
    for area in units.iter().filter(|_| !suites.is_empty()).flat_map(|unit| &unit.areas) {
        if !areas.iter().any(|known| known.area == area.area) {
            areas.push(area);
        }
    }
    let row = |unit: &&'f Unit| Row {
        unit,
        device: unit.device(),
        cells: areas.iter().map(|area| cell(unit.areas.iter().find(|own| own.area == area.area))).collect(),
    };
    let short = |area: &AreaCount| {
        let suite = suites.iter().find(|_| suites.len() == 1).map(|suite| suite.to_uppercase().replace("BAS-IP", "BASIP"));
        let rest = suite.as_deref().and_then(|suite| area.area.strip_prefix(suite)).map(|rest| rest.trim_start_matches('-'));
        rest.unwrap_or(&area.area).to_owned()
    };
    Table {
        title: if suites.is_empty() { "Not judged".to_owned() } else { suites.join(" and ") },
        rows: units.iter().map(row).collect(),
        areas: areas.iter().map(|area| (short(area), area.title.as_str())).collect(),
    }
}

fn cell(area: Option<&AreaCount>) -> Cell {
    let cell = |word, shown: String, said: String| Cell { word, shown, said };
    match area {
        Some(area) if area.failed > 0 => {
            cell("fail", format!("{} ✗", area.failed), counted(area.failed as u64, "row failed", "rows failed"))
        }
        Some(area) if area.unjudged > 0 => cell(
            "inconclusive",
            format!("{} ?", area.unjudged),
            counted(area.unjudged as u64, "row not judged", "rows not judged"),
        ),
        Some(area) if area.warned > 0 => {
            cell("warn", format!("{} !", area.warned), counted(area.warned as u64, "row warned of", "rows warned of"))
        }
        Some(area) if area.covered > 0 => {
            cell("pass", "✓".to_owned(), counted(area.covered as u64, "row covered", "rows covered"))
        }
        _ => cell("none", "–".to_owned(), "not applicable or not run".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::CaseRecord;
    use crate::report::sample;

    /// A unit of a model with this firmware, this choice and these verdicts.
    fn unit(name: &str, firmware: &str, choice: &str, verdicts: &[Verdict]) -> Unit {
        let mut record = sample::passing();
        record.target.identity.extend([("model".into(), "Verso".into()), ("firmware".into(), firmware.into())]);
        record.profile.values_mut().for_each(|profile| profile.dialect = BTreeMap::from([("force".into(), choice.into())]));
        let case = record.cases[0].clone();
        let one = |(at, verdict): (usize, &Verdict)| CaseRecord { id: format!("2n/c/{at}"), verdict: *verdict, ..case.clone() };
        record.cases = verdicts.iter().enumerate().map(one).collect();
        Unit::new(name, &record)
    }

    fn fleet_of(units: Vec<Unit>) -> Fleet {
        Fleet::new(units, "2026-11-30T10:00:00Z".to_owned(), 1500)
    }

    #[test]
    fn units_of_one_model_differ_in_firmware_choices_and_verdicts() {
        use Verdict::{Fail, Inconclusive, NotApplicable, Observed, Pass, Warn};
        let rows: [(&str, [Unit; 2], &[&str]); 8] = [
            ("alike", [unit("a", "1", "json", &[Pass]), unit("b", "1", "json", &[Pass])], &[]),
            ("another firmware", [unit("a", "1", "json", &[Pass]), unit("b", "2", "json", &[Pass])], &["firmware"]),
            ("another choice", [unit("a", "1", "json", &[Pass]), unit("b", "1", "query", &[Pass])], &["choice"]),
            ("another verdict", [unit("a", "1", "json", &[Pass]), unit("b", "1", "json", &[Fail])], &["case"]),
            ("two alike are said once", [unit("a", "1", "json", &[Pass; 2]), unit("b", "1", "json", &[Warn; 2])], &["case"]),
            ("a choice is as good", [unit("a", "1", "json", &[Pass]), unit("b", "1", "json", &[Observed])], &[]),
            ("not judged", [unit("a", "1", "json", &[Fail]), unit("b", "1", "json", &[Inconclusive])], &[]),
            ("not run", [unit("a", "1", "json", &[Fail]), unit("b", "1", "json", &[NotApplicable])], &[]),
        ];
        for (about, units, expected) in rows {
            let kinds: Vec<&str> = fleet_of(units.into()).contrasts.iter().map(|contrast| contrast.kind).collect();
            assert_eq!(kinds, expected, "{about}");
        }
        let strangers = ["a", "b"].map(|name| Unit { model: None, ..unit(name, name, name, &[Pass]) });
        assert!(fleet_of(strangers.into()).contrasts.is_empty(), "what does not say its model is beside nothing");
    }

    #[test]
    fn the_worst_outcome_is_that_of_the_fleet() {
        let of =
            |name: &str, exit: Exit| Unit { exit: exit.code(), outcome: exit.outcome().into(), ..unit(name, "1", "json", &[]) };
        let fleet = fleet_of(vec![of("a", Exit::Conforms), of("b", Exit::Incomplete), of("c", Exit::DoesNotConform)]);
        assert_eq!((fleet.exit, fleet.exit(), fleet.outcome), (1, Exit::DoesNotConform, "failed"));
        assert_eq!(fleet_outcome(&fleet), "3 devices: 1 conform, 1 failed, 1 incomplete\n");
        assert!(fleet_html(&fleet).contains("1 of 3 devices conform"));
    }

    #[test]
    fn what_a_device_says_of_itself_acts_nowhere() {
        let mut record = sample::hostile();
        record.target.identity.extend([("model".into(), sample::POISON.into()), ("firmware".into(), sample::POISON.into())]);
        let fleet = fleet_of(vec![Unit::new("a", &record), Unit::new("b", &sample::full())]);
        let text = self::fleet(&fleet, Style::PLAIN);
        let (page, json) = (fleet_html(&fleet), fleet_json(&fleet));
        for shown in [&text, &page, &json] {
            assert!(!shown.contains(['\u{1b}', '\u{0}', '\u{202e}', '\u{ffff}', '\u{9b}']), "{shown}");
        }
        assert!(!page.contains("<script>") && !page.contains("<b>"), "{page}");
        assert!(page.contains("rows failed") || page.contains("row failed"), "{page}");
    }
}
