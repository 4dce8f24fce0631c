//! The report for people: one page without a network, whose first screen answers whether the device conforms.

use std::{fmt, io};

use askama::Template;

use crate::record::{CaseRecord, LatencyRecord, Record, RequirementRecord};
use crate::report::dossier::{dossier, index};
use crate::report::matrix::{self, COLUMNS, Column, Finding};
use crate::report::outcome::{agreements, fails, headline, kinds, observed, remains, sentence, tally, untouched, wrong_waivers};
use crate::report::plain::{counted, visible};
use crate::report::trouble::{Line, Part, Trouble, line, prose, trouble};
use crate::verdict::Verdict;

/// How many kinds of trouble the page shows in full; of the others one line a case.
const IN_FULL: usize = 12;
/// How many wrong waivers are on the first screen.
const FIRST: usize = 3;

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
    more_waivers: usize,
    data: String,
    data_tone: &'static str,
    data_lines: Vec<String>,
    facts: Vec<(String, String)>,
    tally: Vec<(&'static str, u64)>,
    selection: String,
    trouble_title: &'static str,
    calm: &'static str,
    trouble: Vec<Trouble>,
    rest: Vec<Line>,
    agreed: Vec<(String, String)>,
    wrong: Vec<String>,
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
    let found = matrix::areas(record);
    let areas: Vec<Area> = found.iter().map(|area| self::area(area, &found)).collect();
    let wrong = wrong_waivers(record);
    let agreed: Vec<(String, String)> =
        agreements(record).iter().map(|(why, count)| (visible(why), counted(*count, "case", "cases"))).collect();
    Page {
        style: include_str!("page.css"),
        script: include_str!("page.js"),
        headline,
        tone,
        device: identity(record, "model").unwrap_or_else(|| visible(&record.target.url)),
        firmware: identity(record, "firmware").unwrap_or_default(),
        sentence: sentence_below(record),
        exit: record.exit,
        coverage: coverage(&found),
        reasons: record.reasons.iter().map(|reason| visible(reason)).chain(wrong.iter().take(FIRST).cloned()).collect(),
        more_waivers: wrong.len().saturating_sub(FIRST),
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
        calm: if agreed.is_empty() {
            "Nothing failed, and nothing was left unjudged."
        } else {
            "Nothing failed that is not waived, and nothing was left unjudged."
        },
        trouble: kinds(record).iter().take(IN_FULL).map(|alike| trouble(alike, record)).collect(),
        rest: kinds(record).iter().skip(IN_FULL).flatten().map(|case| line(case)).collect(),
        agreed,
        wrong,
        headings: columns(&found).map(|column| column.heading).collect(),
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

/// The outcome without the words that the headline has said already, beginning with a capital.
fn sentence_below(record: &Record) -> String {
    let whole = sentence(record);
    let said = whole.split_once(": ").map_or(whole.as_str(), |(_, rest)| rest);
    let mut letters = said.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// How many requirements were judged, and what was found.
fn coverage(areas: &[matrix::Area<'_>]) -> String {
    let sum = |count: &dyn Fn(&matrix::Area<'_>) -> usize| areas.iter().map(count).sum::<usize>();
    let found = |verdict| sum(&|area| area.found(verdict));
    let parts = [
        (found(Verdict::Fail), "broken"),
        (sum(&|area| area.count(Finding::Waived)), "waived"),
        (found(Verdict::Warn), "with a warning"),
        (found(Verdict::Observed), "left to its choice"),
        (found(Verdict::Pass), "met"),
    ];
    let said: Vec<_> = parts.iter().filter(|part| part.0 > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let all = counted(sum(&|area| area.rows.len()) as u64, "requirement", "requirements");
    let said = if said.is_empty() { String::new() } else { format!(" {}.", said.join(", ")) };
    format!("Judged on this device: {} of {all}.{said}", sum(&|area| area.covered()))
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

fn selection(record: &Record) -> String {
    let selection = &record.selection;
    let known = counted(selection.known, "case is", "cases are");
    format!("{known} known: {} selected, {} left out, {} run.", selection.selected, selection.left_out, selection.run)
}

/// The columns of the matrix; one about waivers only where there is something in it.
fn columns(areas: &[matrix::Area<'_>]) -> impl Iterator<Item = &'static Column> {
    let has_waived = areas.iter().any(|area| area.count(Finding::Waived) > 0);
    COLUMNS.iter().filter(move |column| has_waived || column.class != "waived")
}

fn area(area: &matrix::Area<'_>, all: &[matrix::Area<'_>]) -> Area {
    use Verdict::{Error, Fail, Inconclusive, NotApplicable, Observed, Pass, Warn};
    let worse = [Error, Inconclusive, NotApplicable].map(Finding::Found);
    let shares = [Pass, Observed, Warn, Fail].map(Finding::Found).into_iter().chain([Finding::Waived]);
    let shares = shares.chain(worse).chain([Finding::Excluded, Finding::LeftOut]);
    Area {
        prefix: visible(area.prefix),
        title: visible(area.title),
        shares: shares.map(|finding| (finding.word(), area.count(finding))).filter(|share| share.1 > 0).collect(),
        cells: columns(all).map(|column| (column.class, (column.count)(area))).collect(),
        rows: area.rows.iter().map(|(row, finding)| requirement(row, *finding)).collect(),
    }
}

fn requirement(found: &RequirementRecord, finding: Finding) -> Row {
    let requirement = &found.requirement;
    Row {
        word: finding.word(),
        id: visible(&requirement.id.0),
        strength: requirement.strength.word(),
        statement: prose(&requirement.statement),
        source: visible(&requirement.source),
        excluded: requirement.excluded.as_deref().map(visible).unwrap_or_default(),
    }
}

fn totals(areas: &[Area]) -> Vec<(&'static str, usize)> {
    let mut totals: Vec<_> = areas.first().into_iter().flat_map(|area| &area.cells).map(|cell| (cell.0, 0)).collect();
    for area in areas {
        for (total, cell) in totals.iter_mut().zip(&area.cells) {
            total.1 += cell.1;
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
    fn what_was_agreed_on_is_said_and_broken_by_nobody() {
        let page = html(&sample::agreed());
        let said = [
            "<h1 id=\"headline\">Conforms with waivers</h1>",
            "Every applicable case ran, and none failed but 2 that are waived.",
            "Judged on this device: 2 of 2 requirements. 1 waived, 1 met.",
            "Nothing failed that is not waived, and nothing was left unjudged.",
            "<span class=\"badge waived\">waived</span> <div><a class=\"id\" href=\"#requirement=2N-DIR-DEL-034\">",
            "<li>corrected in 2.47 <a href=\"#verdict=waived\">2 cases</a></li>",
        ];
        for said in said {
            assert!(page.contains(said), "no `{said}` in {page}");
        }
        let mut record = sample::agreed();
        record.cases[1].waived = None;
        assert!(html(&record).contains("1 broken, 1 met."), "one of its cases is not waived");
    }

    #[test]
    fn many_wrong_waivers_are_no_wall() {
        let mut record = sample::waived();
        let stale = record.waivers[0].clone();
        record.waivers.extend((0..60).map(|_| stale.clone()));
        let page = html(&record);
        let first = page.split("<section id=\"trouble\"").next().unwrap();
        assert_eq!(first.matches("waiver of 2n/dir/delete/one").count(), 2, "{first}");
        assert!(first.contains("62 waivers are wrong.") && first.contains("<a href=\"#waivers\">and 59 more</a>"), "{first}");
        assert_eq!(page.matches("expired waiver of 2n/dir/delete/one").count(), 2 + 61, "all of them are below");
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
            "Judged on this device: 5 of 10 requirements. 1 broken, 1 waived, 1 left to its choice, 2 met.",
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
