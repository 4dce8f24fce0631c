//! The report for the page of a CI job: Markdown, short whatever happened.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::record::{CaseRecord, Record};
use crate::records::exit;
use crate::report::outcome::{broken, headline, remains, row, sentence, tally, untouched, wrong_waivers};
use crate::report::plain::{clipped, counted, visible};
use crate::report::trouble::prose;
use crate::requirement::RequirementId;
use crate::verdict::{Exit, Verdict};

/// How many rows a table has.
const ROWS: usize = 50;
/// How many columns a cell takes.
const CELL: usize = 160;
/// Where it ends: GitHub takes 1 MiB of all steps of a job's summary together.
const LIMIT: usize = 200 * 1024;

/// The run on one page: whether the device conforms, on which firmware, whether its data is untouched, the counts, and what failed by
/// requirement. Nothing that a device sent is markup.
pub fn markdown(record: &Record) -> String {
    let sections = [
        answer(record),
        counts(record),
        list("Waivers that fail the run", &wrong_waivers(record)),
        failed(record),
        unjudged(record),
        foot(record),
    ];
    let mut text = String::new();
    for section in sections.iter().filter(|section| !section.is_empty()) {
        if text.len() + section.len() > LIMIT {
            text += "\nThere is more to say than fits here: see the reports.\n";
            break;
        }
        text += section;
        text.push('\n');
    }
    text
}

fn answer(record: &Record) -> String {
    let mark = match exit(record) {
        Exit::Conforms => "✅",
        Exit::Incomplete => "⚠️",
        _ => "❌",
    };
    let identity = |name: &str| record.target.identity.get(name).map(|value| inert(value));
    let device = identity("model").unwrap_or_else(|| inert(&record.target.url));
    let firmware = identity("firmware").map(|firmware| format!(", firmware {firmware}")).unwrap_or_default();
    let mut text = format!("## {mark} {}: {device}{firmware}\n\n", headline(record).0);
    let _ = writeln!(text, "{}. Exit {}.\n", inert(&sentence(record)), record.exit);
    let data = [untouched(&record.untouched)].into_iter().chain(record.untouched.changes.iter().cloned());
    let notes = data.map(|said| ("Data", said)).chain(record.reasons.iter().map(|reason| ("Note", reason.clone())));
    let all: Vec<String> = notes.map(|(word, said)| format!("{word}: {said}")).chain(remains(&record.untouched)).collect();
    text + &items(&all)
}

fn counts(record: &Record) -> String {
    let counts = tally(record);
    let cells = |of: &dyn Fn(&(&'static str, u64)) -> String| counts.iter().map(of).collect::<Vec<_>>().join(" | ");
    format!(
        "| {} |\n| {} |\n| {} |\n",
        cells(&|(word, _)| (*word).to_owned()),
        cells(&|_| "--:".to_owned()),
        cells(&|(_, count)| count.to_string())
    )
}

/// What failed, by the requirement that it breaks: where first, and in how many cases.
fn failed(record: &Record) -> String {
    let mut rows: BTreeMap<&RequirementId, Vec<&CaseRecord>> = BTreeMap::new();
    for case in record.cases.iter().filter(|case| case.counts_as_failure(record.strict)) {
        for id in broken(case) {
            rows.entry(id).or_default().push(case);
        }
    }
    let mut text = String::new();
    for (id, cases) in rows.iter().take(ROWS) {
        let _ = writeln!(text, "{}", failure(id, cases, record));
    }
    if text.is_empty() {
        return text;
    }
    let more = if rows.len() > ROWS { format!("\nand {} more requirements\n", rows.len() - ROWS) } else { String::new() };
    let head = "| requirement | cases | the first of them | at | expected | actual |\n| --- | --: | --- | --- | --- | --- |\n";
    format!("### What failed\n\n{head}{text}{more}")
}

fn failure(id: &RequirementId, cases: &[&CaseRecord], record: &Record) -> String {
    let demand = row(record, id).map(|row| &row.requirement);
    let demand = demand.map(|row| format!(" {}: {}", row.strength.word(), said(&row.statement))).unwrap_or_default();
    let found = cases[0].mismatches.iter().find(|mismatch| mismatch.requirement == *id);
    let [at, expected, actual] =
        found.map(|found| [&found.at, &found.expected, &found.actual].map(|text| code(text))).unwrap_or_default();
    let (id, count, first) = (code(&id.0), cases.len(), code(&cases[0].id));
    format!("| {id}{demand} | {count} | {first} | {at} | {expected} | {actual} |")
}

fn unjudged(record: &Record) -> String {
    let is_unjudged = |case: &&CaseRecord| matches!(case.verdict, Verdict::Inconclusive | Verdict::Error);
    let said = |case: &CaseRecord| {
        let reason = case.reason.as_deref().unwrap_or_default();
        format!("{} {}: {reason}", case.verdict.word(), case.id)
    };
    list("What could not be judged", &record.cases.iter().filter(is_unjudged).map(said).collect::<Vec<_>>())
}

fn foot(record: &Record) -> String {
    let suites = record.suites.iter().map(|suite| inert(suite)).collect::<Vec<_>>().join(" and ");
    let selection = &record.selection;
    let known = counted(selection.known, "case", "cases");
    format!(
        "{suites} at {}, seed {}, doorspec {}; {known} known, {} left out, {} run.\n",
        code(&record.target.url),
        record.seed,
        inert(&record.doorspec),
        selection.left_out,
        selection.run
    )
}

fn list(title: &str, all: &[String]) -> String {
    if all.is_empty() { String::new() } else { format!("### {title}\n\n{}", items(all)) }
}

fn items(all: &[String]) -> String {
    let shown = all.iter().take(ROWS).map(|one| format!("- {}\n", inert(one)));
    let more = if all.len() > ROWS { format!("- and {} more\n", all.len() - ROWS) } else { String::new() };
    shown.collect::<String>() + &more
}

/// Text that is neither Markdown nor HTML: what could be either is written as a character reference, also what makes links of bare
/// addresses.
fn inert(text: &str) -> String {
    let mut safe = String::new();
    for character in clipped(&visible(text), CELL * 3).chars() {
        if character.is_ascii_punctuation() && !"-/(),;=.'?!%{}\"+".contains(character) {
            let _ = write!(safe, "&#{};", u32::from(character));
        } else {
            safe.push(character);
        }
    }
    safe.replace("www.", "www&#46;")
}

/// A sentence of the catalogue, in which backticks set code apart.
fn said(text: &str) -> String {
    prose(text).iter().map(|part| if part.code { code(&part.text) } else { inert(&part.text) }).collect()
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", inert(&clipped(&visible(text), CELL)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn plain(text: &str) -> String {
        let mut shown = text.to_owned();
        for code in 33..127_u8 {
            shown = shown.replace(&format!("&#{code};"), &char::from(code).to_string());
        }
        shown
    }

    #[test]
    fn the_page_answers_what_a_release_manager_asks() {
        let text = plain(&markdown(&sample::full()));
        let lines = [
            "## ❌ Does not conform: 2N IP Verso, firmware 2.46.0.55.2",
            "does not conform: 2 cases fail. Exit 1.",
            "- Data: untouched: 25 entries of others compared, none changed",
            "- Note: The device restarted once during the run.",
            "| pass | warn | fail | waived | observed | inconclusive | not-applicable | error |",
            "| 1 | 1 | 2 | 1 | 1 | 1 | 1 | 1 |",
            "| <code>2N-DIR-DEL-034</code> must: The all-zero uuid is an error of its entry, and nothing is deleted for it. | 2 \
             | <code>2n/dir/delete/all-zero-uuid</code> | <code>/response/body/result/users/1/errors/0/code</code> \
             | <code>string \"EDIR_UUID_INVALID_FORMAT\"</code> | <code>absent</code> |",
            "- inconclusive 2n/dir/delete/by-owner: the set-up could not create its two entries: no reply within 5000 ms",
            "2n at <code>http://10.0.0.5</code>, seed 7, doorspec 0.1.0; 16 cases known, 7 left out, 8 run.",
        ];
        for line in lines {
            assert!(text.lines().any(|have| have == line), "no line `{line}` in\n{text}");
        }
        assert!(!text.contains("2N-DIR-CRE-004"), "what is waived did not fail: {text}");
        let rows = [
            (sample::passing(), "## ✅ Conforms: "),
            (sample::waived(), "### Waivers that fail the run\n\n- expired waiver of 2n/dir/delete/one, "),
            (sample::hostile(), "- Data: CHANGED: 1 change\n"),
        ];
        for (record, said) in rows {
            let text = plain(&markdown(&record));
            assert!(text.contains(said), "{text}");
        }
    }

    #[test]
    fn nothing_that_a_device_sent_is_markup() {
        let text = markdown(&sample::hostile());
        let bare = text.replace("<code>", "").replace("</code>", "");
        for mark in ["<", ">", "`", "[", "\\", "*", "://", "www."] {
            assert!(!bare.contains(mark), "{mark} in {text}");
        }
        // Each row of a table has as many cells as its head, whatever is in them.
        let cells = |line: &str| line.matches('|').count();
        let table: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert!(table[3..].iter().all(|line| cells(line) == cells(table[3])), "{text}");
    }

    #[test]
    fn it_stays_short() {
        let mut record = sample::hostile();
        let poisoned = record.cases[0].clone();
        for number in 0..3000 {
            let mut case = poisoned.clone();
            case.mismatches[0].requirement = RequirementId(format!("2N-X-{number:04}"));
            case.mismatches[0].actual = sample::POISON.repeat(1000);
            record.cases.push(case);
            record.untouched.changes.push(sample::POISON.repeat(100));
        }
        let text = markdown(&record);
        assert!(text.len() <= LIMIT + 100, "{}", text.len());
        assert!(text.contains("and 2951 more requirements") || text.contains("There is more to say"), "{}", &text[..2000]);
    }
}
