//! The report for people: one page without a network, whose first screen answers whether the device conforms.

use std::{fmt, io};

use askama::Template;

use crate::record::{CaseRecord, LatencyRecord, Record, RequirementRecord};
use crate::report::dossier::{dossier, index};
use crate::report::matrix::{self, Finding};
use crate::report::outcome::{exit, fails, kinds, observed, remains, sentence, untouched, waived, wrong_waivers};
use crate::report::plain::{counted, visible};
use crate::report::trouble::{Line, Part, Trouble, line, prose, trouble};
use crate::verdict::{Exit, Verdict};

/// How many kinds of trouble the page shows in full; of the others one line a case.
const IN_FULL: usize = 12;

/// From so many replies on, the page shows how long a function takes.
const OFTEN: u64 = 5;

#[derive(Template)]
#[template(path = "page.html", config = "src/report/askama.toml")]
struct Page<'r> {
    style: &'static str,
    script: &'static str,
    headline: &'static str,
    tone: &'static str,
    device: String,
    firmware: String,
    sentence: String,
    exit: u8,
    coverage: String,
    reasons: Vec<String>,
    data: String,
    data_tone: &'static str,
    data_lines: Vec<String>,
    facts: Vec<(String, String)>,
    tally: Vec<Tile>,
    selection: String,
    trouble_title: &'static str,
    trouble: Vec<Trouble>,
    rest: Vec<Line>,
    headings: Vec<&'static str>,
    areas: Vec<Area>,
    totals: Vec<(&'static str, usize)>,
    choices: Vec<(String, String, String)>,
    not_applicable: Vec<(String, u64)>,
    latency: Vec<(String, Vec<String>)>,
    rarely: usize,
    left_out: u64,
    index: String,
    details: Vec<Detail<'r>>,
    footer: String,
}

/// Everything about one case, written only when its turn comes.
struct Detail<'r> {
    case: &'r CaseRecord,
    record: &'r Record,
}

impl fmt::Display for Detail<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&dossier(self.case, self.record))
    }
}

/// A count of cases with one verdict.
struct Tile {
    word: &'static str,
    count: u64,
}

/// An area of the requirement matrix.
struct Area {
    prefix: String,
    title: String,
    shares: Vec<(&'static str, usize)>,
    cells: Vec<(&'static str, usize)>,
    rows: Vec<Row>,
}

/// A requirement with what was found about it.
struct Row {
    word: &'static str,
    id: String,
    strength: &'static str,
    statement: Vec<Part>,
    source: String,
    excluded: String,
}

/// The run as one HTML page that needs no other file and no network. The first screen and the requirement matrix are plain HTML;
/// the list of cases is filled by a script as far as it is looked at, so that thousands of cases open at once.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_html(record: &Record, out: &mut impl io::Write) -> io::Result<()> {
    page(record).write_into(out)
}

/// The page as one text.
pub fn html(record: &Record) -> String {
    // Rendering into memory fails only where a value's own formatting does, and these are strings and numbers.
    page(record).render().expect("the page is made of strings and numbers")
}

fn page(record: &Record) -> Page<'_> {
    let (headline, tone) = headline(record);
    let areas = areas(record);
    Page {
        style: include_str!("page.css"),
        script: include_str!("page.js"),
        headline,
        tone,
        device: identity(record, "model").unwrap_or_else(|| visible(&record.target.url)),
        firmware: identity(record, "firmware").unwrap_or_default(),
        sentence: sentence_below(record),
        exit: record.exit,
        coverage: coverage(&areas),
        reasons: record.reasons.iter().map(|reason| visible(reason)).chain(wrong_waivers(record)).collect(),
        data: untouched(&record.untouched),
        data_tone: match record.untouched.holds {
            Some(true) => "good",
            Some(false) => "bad",
            None => "doubt",
        },
        data_lines: record.untouched.changes.iter().map(|change| visible(change)).chain(remains(&record.untouched)).collect(),
        facts: facts(record),
        tally: tally(record),
        selection: selection(record),
        trouble_title: if record.cases.iter().any(fails) { "What failed, and why" } else { "Findings" },
        trouble: kinds(record).iter().take(IN_FULL).map(|alike| trouble(alike, record)).collect(),
        rest: kinds(record).iter().skip(IN_FULL).flatten().map(|case| line(case)).collect(),
        headings: HEADINGS.into(),
        totals: totals(&areas),
        areas,
        choices: choices(record),
        not_applicable: not_applicable(record),
        latency: often(record).map(latency).collect(),
        rarely: record.latency.len() - often(record).count(),
        left_out: record.selection.left_out,
        index: index(record),
        details: record.cases.iter().map(|case| Detail { case, record }).collect(),
        footer: format!("Made by doorspec {} from the record of the run. It needs no network.", visible(&record.doorspec)),
    }
}

fn headline(record: &Record) -> (&'static str, &'static str) {
    match exit(record) {
        Exit::Conforms => ("Conforms", "good"),
        Exit::DoesNotConform => ("Does not conform", "bad"),
        Exit::Usage => ("Not run", "bad"),
        Exit::Incomplete => ("Incomplete", "doubt"),
        Exit::DataChanged => ("Data changed", "bad"),
        Exit::Fault => ("Fault of the suite", "bad"),
    }
}

/// The outcome without the words that the headline has said already, beginning with a capital.
fn sentence_below(record: &Record) -> String {
    let whole = sentence(record);
    let said = whole.split_once(": ").map_or(whole.as_str(), |(_, rest)| rest);
    let mut letters = said.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// How many requirements were judged, and what was found.
fn coverage(areas: &[Area]) -> String {
    let totals = totals(areas);
    let [all, judged, failed, warned, observed] = [0, 1, 2, 3, 4].map(|column| totals[column].1);
    let parts = [
        (failed, "broken"),
        (warned, "with a warning"),
        (observed, "left to its choice"),
        (judged - failed - warned - observed, "met"),
    ];
    let found: Vec<_> = parts.iter().filter(|part| part.0 > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let all = counted(all as u64, "requirement", "requirements");
    let found = if found.is_empty() { String::new() } else { format!(" {}.", found.join(", ")) };
    format!("Judged on this device: {judged} of {all}.{found}")
}

fn identity(record: &Record, name: &str) -> Option<String> {
    record.target.identity.get(name).map(|value| visible(value))
}

fn facts(record: &Record) -> Vec<(String, String)> {
    let target = &record.target;
    let mut facts = vec![("target".to_owned(), visible(&target.url))];
    facts.extend(target.transport.iter().map(|transport| ("reached by".to_owned(), visible(transport))));
    let others = target.identity.iter().filter(|(name, _)| !["model", "firmware"].contains(&name.as_str()));
    facts.extend(others.map(|(name, value)| (visible(name), visible(value))));
    for (suite, profile) in &record.profile {
        facts.extend(profile.edition.iter().map(|edition| (format!("{} edition", visible(suite)), visible(edition))));
        let dialect: Vec<_> =
            profile.dialect.iter().map(|(name, value)| format!("{}={}", visible(name), visible(value))).collect();
        if !dialect.is_empty() {
            facts.push((format!("{} dialect", visible(suite)), dialect.join(", ")));
        }
    }
    facts.push(("suites".to_owned(), record.suites.iter().map(|suite| visible(suite)).collect::<Vec<_>>().join(", ")));
    facts.push(("began".to_owned(), visible(&record.started).replace('T', " ").replace('Z', " UTC")));
    facts.push(("took".to_owned(), format!("{:.1} s", record.duration_ms as f64 / 1000.0)));
    facts.push(("seed".to_owned(), record.seed.to_string()));
    facts.extend(record.strict.then(|| ("strict".to_owned(), "warnings count".to_owned())));
    facts
}

fn tally(record: &Record) -> Vec<Tile> {
    let waived = waived(record);
    let mut tiles = Vec::from(Verdict::ALL.map(|verdict| Tile { word: verdict.word(), count: record.tally.of(verdict) }));
    for tile in &mut tiles {
        if tile.word == Verdict::Fail.word() {
            tile.count = tile.count.saturating_sub(waived);
        }
    }
    if waived > 0 {
        tiles.insert(3, Tile { word: "waived", count: waived });
    }
    tiles
}

fn selection(record: &Record) -> String {
    let selection = &record.selection;
    let known = counted(selection.known, "case is", "cases are");
    format!("{known} known: {} selected, {} left out, {} run.", selection.selected, selection.left_out, selection.run)
}

const HEADINGS: [&str; 9] = ["rows", "covered", "failed", "warned", "observed", "unjudged", "n/a", "excluded", "left out"];

fn areas(record: &Record) -> Vec<Area> {
    matrix::areas(record).iter().map(area).collect()
}

fn area(area: &matrix::Area<'_>) -> Area {
    use Verdict::{Error, Fail, Inconclusive, NotApplicable, Observed, Pass, Warn};
    let found = [Pass, Observed, Warn, Fail, Error, Inconclusive, NotApplicable].map(Finding::Found);
    let all = found.into_iter().chain([Finding::Excluded, Finding::LeftOut]);
    Area {
        prefix: visible(area.prefix),
        title: visible(area.title),
        shares: all.map(|finding| (finding.word(), area.count(finding))).filter(|share| share.1 > 0).collect(),
        cells: vec![
            ("", area.rows.len()),
            ("", area.covered()),
            ("fail", area.found(Fail)),
            ("warn", area.found(Warn)),
            ("observed", area.found(Observed)),
            ("inconclusive", area.unjudged()),
            ("", area.found(NotApplicable)),
            ("", area.count(Finding::Excluded)),
            ("", area.count(Finding::LeftOut)),
        ],
        rows: area.rows.iter().map(|row| requirement(row)).collect(),
    }
}

fn requirement(found: &RequirementRecord) -> Row {
    let requirement = &found.requirement;
    Row {
        word: Finding::of(found).word(),
        id: visible(&requirement.id.0),
        strength: requirement.strength.word(),
        statement: prose(&requirement.statement),
        source: visible(&requirement.source),
        excluded: requirement.excluded.as_deref().map(visible).unwrap_or_default(),
    }
}

fn totals(areas: &[Area]) -> Vec<(&'static str, usize)> {
    let mut totals = vec![("", 0); HEADINGS.len()];
    for area in areas {
        for (total, cell) in totals.iter_mut().zip(&area.cells) {
            *total = (cell.0, total.1 + cell.1);
        }
    }
    totals
}

fn choices(record: &Record) -> Vec<(String, String, String)> {
    let said = |cases: &[&str]| counted(cases.len() as u64, "case", "cases");
    observed(record).iter().map(|((requirement, class), cases)| (visible(requirement), visible(class), said(cases))).collect()
}

fn not_applicable(record: &Record) -> Vec<(String, u64)> {
    let mut reasons: Vec<_> = record.selection.not_applicable.iter().map(|(reason, count)| (visible(reason), *count)).collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    reasons
}

/// The functions that were asked often enough for their times to say something.
fn often(record: &Record) -> impl Iterator<Item = &LatencyRecord> {
    record.latency.iter().filter(|row| row.count >= OFTEN)
}

fn latency(row: &LatencyRecord) -> (String, Vec<String>) {
    let ms = |us: u64| format!("{:.1}", us as f64 / 1000.0);
    (visible(&row.function), vec![row.count.to_string(), ms(row.p50_us), ms(row.p95_us), ms(row.max_us)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::plain::is_active;
    use crate::report::sample;

    #[test]
    fn a_waiver_that_fails_the_run_is_on_the_first_screen() {
        let page = html(&sample::waived());
        assert!(page.contains("2 waivers are wrong.") && page.contains("expired waiver of 2n/dir/delete/one"), "{page}");
    }

    #[test]
    fn the_first_screen_answers_without_a_script() {
        let page = html(&sample::full());
        let before_data = page.split("<script type=\"application/json\"").next().unwrap();
        let said = [
            "<h1 id=\"headline\">Does not conform</h1>",
            "2 cases fail.",
            "firmware 2.46.0.55.2",
            "untouched: 25 entries of others compared, none changed",
            "What failed, and why",
            "The all-zero uuid is an error of its entry, and nothing is deleted for it.",
            "<code>string &#34;EDIR_UUID_INVALID_FORMAT&#34;</code>",
            "href=\"#case=2n/dir/delete/all-zero-uuid\"",
            "Judged on this device: 5 of 10 requirements. 2 broken, 1 left to its choice, 2 met.",
            "Excluded: would fill a real device",
            "the profile lacks dir.photo",
            "<code>PUT /api/dir/delete</code>",
            "<td class=\"number\">8.1</td>",
            "1 more were asked too rarely to tell",
        ];
        for said in said {
            assert!(before_data.contains(said), "no `{said}` in {before_data}");
        }
    }

    #[test]
    fn a_passing_run_says_so() {
        let page = html(&sample::passing());
        assert!(page.contains("<h1 id=\"headline\">Conforms</h1>"));
        assert!(page.contains("Every applicable case ran, and none failed."));
        assert!(page.contains("Nothing failed, and nothing was left unjudged."));
    }

    #[test]
    fn nothing_the_device_sent_is_markup() {
        let page = html(&sample::hostile());
        let scripts = page.matches("<script").count();
        assert_eq!(scripts, page.matches("</script>").count());
        assert_eq!(scripts, 2 + sample::hostile().cases.len());
        assert!(!page.contains("<b>\\u") && !page.contains("alert(1)</script>"));
        assert!(!page.chars().any(|character| character != '\n' && is_active(character)));
    }

    #[test]
    fn the_page_needs_no_network() {
        let page = html(&sample::full());
        for reference in ["src=\"", "@import", "url(", "href=\"http", "fetch(", "innerHTML"] {
            assert!(!page.contains(reference), "{reference}");
        }
        assert!(page.contains("default-src 'none'"));
    }
}
