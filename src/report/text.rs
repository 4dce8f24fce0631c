//! The report for a terminal: what the run found in all, in one screen.

use std::fmt::Write as _;

use crate::record::Record;
use crate::records::exit;
use crate::report::matrix::{Area, COLUMNS, Column, areas};
use crate::report::outcome::{is_waived, observed, remains, sentence, untouched, waived, wrong_waivers};
use crate::report::plain::{clipped, columns, counted, visible, wrapped};
use crate::report::style::Style;
use crate::verdict::{Exit, Verdict};

/// The whole run in one screen: the target, the tally, what was tested by area, what was not and why, whether the device's data
/// is untouched, and the outcome with its exit status. What went wrong case by case is in [`failures`](super::failures).
pub fn summary(record: &Record, style: Style) -> String {
    let sections = [
        head(record, style),
        table(record, style),
        not_applicable(record, style),
        waivers(record, style),
        data(record, style),
        outcome(record, style),
    ];
    sections.iter().filter(|section| !section.is_empty()).cloned().collect::<Vec<_>>().join("\n")
}

/// Where the documents leave a choice: which choice the device made, by requirement.
pub fn observations(record: &Record, style: Style) -> String {
    let mut text = String::new();
    for ((requirement, class), cases) in observed(record) {
        let line = format!("{}  ({})", visible(class), counted(cases.len() as u64, "case", "cases"));
        let said = if cases.len() == 1 { format!("{}  {}", visible(class), visible(cases[0])) } else { line };
        let _ = writeln!(
            text,
            "{}  {}",
            style.bold(&visible(requirement)),
            clipped(&said, style.columns().saturating_sub(columns(requirement) + 2))
        );
    }
    text
}

fn head(record: &Record, style: Style) -> String {
    let target = &record.target;
    let transport = target.transport.as_deref().map(|transport| format!("  ({})", visible(transport))).unwrap_or_default();
    let identity: Vec<_> = target.identity.iter().map(|(name, value)| format!("{} {}", visible(name), visible(value))).collect();
    let run = format!(
        "{}, seed {}, {}, took {:.1} s, doorspec {}",
        record.suites.iter().map(|suite| visible(suite)).collect::<Vec<_>>().join(" and "),
        record.seed,
        visible(&record.started),
        record.duration_ms as f64 / 1000.0,
        visible(&record.doorspec)
    );
    let mut text = line("target", &format!("{}{transport}", visible(&target.url)), style);
    if !identity.is_empty() {
        text += &line("", &identity.join(", "), style);
    }
    text + &line("run", &run, style) + &tally(record, style) + &line("", &selection(record), style)
}

fn tally(record: &Record, style: Style) -> String {
    let words = Verdict::ALL.map(|verdict| {
        let count = record.tally.of(verdict);
        let waived = waived(record, verdict);
        let agreed = if waived > 0 { format!(" ({waived} waived)") } else { String::new() };
        let said = format!("{count} {}{agreed}", verdict.word());
        if count == 0 { style.dim(&said) } else { style.verdict(verdict, &said) }
    });
    format!("{}{}\n", label("cases", style), words.join(", "))
}

fn selection(record: &Record) -> String {
    let selection = &record.selection;
    let not_applicable: u64 = selection.not_applicable.values().sum();
    format!(
        "{} known: {} selected, {} left out; {} run, {not_applicable} not applicable",
        selection.known, selection.selected, selection.left_out, selection.run
    )
}

/// Columns that stay when they are all zero.
const ALWAYS: [&str; 5] = ["rows", "covered", "failed", "observed", "n/a"];
/// How many lines a list of waivers or of waived failures has.
const LISTED: usize = 20;

fn table(record: &Record, style: Style) -> String {
    let areas = areas(record);
    let columns_shown: Vec<_> = COLUMNS
        .iter()
        .filter(|column| ALWAYS.contains(&column.heading) || areas.iter().any(|area| (column.count)(area) > 0))
        .collect();
    let numbers_width: usize = columns_shown.iter().map(|column| column.heading.len() + 2).sum();
    let names: Vec<_> = areas.iter().map(|area| format!("{}  {}", visible(area.prefix), visible(area.title))).collect();
    let longest = names.iter().map(|name| columns(name)).max().unwrap_or_default().max("requirements by area".len());
    let width = longest.min(style.columns().saturating_sub(numbers_width)).max(16);
    let headings: String = columns_shown.iter().map(|column| format!("  {}", column.heading)).collect();
    let mut text = style.bold(&format!("{:width$}{headings}", clipped("requirements by area", width))) + "\n";
    for (area, name) in areas.iter().zip(&names) {
        let name = clipped(name.trim_end(), width);
        text += &format!("{name}{}{}\n", " ".repeat(width - columns(&name)), numbers(&columns_shown, |count| count(area), style));
    }
    let total = |count: fn(&Area<'_>) -> usize| areas.iter().map(count).sum();
    text + &format!("{:width$}{}\n", "in all", numbers(&columns_shown, total, style))
}

fn numbers(shown: &[&Column], number: impl Fn(fn(&Area<'_>) -> usize) -> usize, style: Style) -> String {
    let cell = |Column { heading, count, .. }: &&Column| {
        let number = number(*count);
        let text = format!("  {number:>width$}", width = heading.len());
        match *heading {
            _ if number == 0 => style.dim(&text),
            "failed" => style.verdict(Verdict::Fail, &text),
            "warned" | "unjudged" => style.verdict(Verdict::Warn, &text),
            _ => text,
        }
    };
    shown.iter().map(cell).collect()
}

fn not_applicable(record: &Record, style: Style) -> String {
    let mut reasons: Vec<_> = record.selection.not_applicable.iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let rows = reasons.iter().map(|(reason, count)| format!("{count:>5}  {}", visible(reason)));
    section("not applicable, by reason", rows, style)
}

fn waivers(record: &Record, style: Style) -> String {
    let agreed = record.cases.iter().filter(|case| is_waived(case));
    let agreed =
        agreed.map(|case| format!("  {}: {}", visible(&case.id), visible(case.waived.as_deref().unwrap_or_default()))).collect();
    let wrong = lines_of("waivers that fail the run", shortened(wrong_waivers(record), "").into_iter(), style);
    section("waived failures", shortened(agreed, "  ").into_iter(), style) + &wrong
}

/// The list with its end left out where it is long.
fn shortened(mut list: Vec<String>, indent: &str) -> Vec<String> {
    let more = list.len().saturating_sub(LISTED);
    if more > 0 {
        list.truncate(LISTED);
        list.push(format!("{indent}and {more} more"));
    }
    list
}

fn data(record: &Record, style: Style) -> String {
    let held = &record.untouched;
    let said = untouched(held);
    let verdict = if held.holds == Some(false) { style.verdict(Verdict::Fail, &said) } else { said };
    let mut text = format!("{}{verdict}\n", label("data", style));
    for change in held.changes.iter().map(|change| visible(change)).chain(remains(held)) {
        text += &line("", &change, style);
    }
    text
}

fn outcome(record: &Record, style: Style) -> String {
    let mut text = String::new();
    for reason in &record.reasons {
        text += &line("note", &visible(reason), style);
    }
    let verdict = match exit(record) {
        Exit::Conforms => Verdict::Pass,
        Exit::Incomplete => Verdict::Inconclusive,
        _ => Verdict::Fail,
    };
    text + &format!("{}{} (exit {})\n", label("outcome", style), style.verdict(verdict, &sentence(record)), record.exit)
}

fn section(title: &str, rows: impl Iterator<Item = String>, style: Style) -> String {
    let rows: String = rows.map(|row| clipped(&row, style.columns()) + "\n").collect();
    if rows.is_empty() { rows } else { format!("{}\n{rows}", style.bold(title)) }
}

/// A section whose rows are sentences that are shown whole.
fn lines_of(title: &str, rows: impl Iterator<Item = String>, style: Style) -> String {
    let rows: String =
        rows.flat_map(|row| wrapped(&row, style.columns().saturating_sub(2))).map(|row| format!("  {row}\n")).collect();
    if rows.is_empty() { rows } else { format!("{}\n{rows}", style.bold(title)) }
}

const LABEL: usize = 9;

fn label(name: &str, style: Style) -> String {
    style.bold(&format!("{name:LABEL$}"))
}

fn line(name: &str, said: &str, style: Style) -> String {
    let lines = wrapped(said, style.columns().saturating_sub(LABEL));
    lines.iter().enumerate().map(|(at, part)| format!("{}{part}\n", label(if at == 0 { name } else { "" }, style))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn check(text: &str, lines: &[&str]) {
        for line in lines {
            assert!(text.lines().any(|have| have == *line), "no line `{line}` in\n{text}");
        }
    }

    #[test]
    fn the_summary_says_what_was_found_and_what_was_not() {
        let text = summary(&sample::full(), Style::PLAIN);
        let lines = [
            "target   http://10.0.0.5  (http)",
            "         firmware 2.46.0.55.2, model 2N IP Verso, serial 54-0000-0001",
            "run      2n, seed 7, 2026-11-25T10:00:00Z, took 12.3 s, doorspec 0.1.0",
            "cases    1 pass, 1 warn, 3 fail (1 waived), 1 observed, 1 inconclusive, 1 not-applicable, 1 error",
            "         16 known: 9 selected, 7 left out; 8 run, 1 not applicable",
            "requirements by area               rows  covered  failed  waived  observed  unjudged  n/a  excluded  left out",
            "2N-DIR-DEL  Deleting entries          6        3       1       0         1         1    0         1         1",
            "in all                               10        5       1       1         1         2    1         1         1",
            "not applicable, by reason",
            "    1  the profile lacks dir.photo",
            "waived failures",
            "  2n/dir/create/name-length/256: agreed until firmware 2.47",
            "data     untouched: 25 entries of others compared, none changed",
            "         40 deleted entries of this run remain as a tombstone",
            "note     The device restarted once during the run.",
            "outcome  does not conform: 2 cases fail (exit 1)",
        ];
        check(&text, &lines);
    }

    #[test]
    fn a_change_of_the_devices_data_is_not_to_be_missed() {
        let text = summary(&sample::hostile(), Style { color: true, width: 80 });
        assert!(text.contains("CHANGED: 1 change"), "{text}");
        assert!(text.contains("the device's own data changed during the run"), "{text}");
        let own = |text: &str| text.replace("\u{1b}[", "");
        assert!(!own(&text).contains(|character: char| character.is_control() && character != '\n'), "{text}");
        assert!(text.contains("\\u{1b}[31m"), "{text}");
    }

    #[test]
    fn a_waiver_that_is_wrong_is_not_to_be_missed() {
        let text = summary(&sample::waived(), Style { color: false, width: 200 });
        let said = "  expired waiver of 2n/dir/delete/one, 2N-DIR-DEL-001 at /response/status (status): its last day was 2026-01-31: agree on another day";
        check(&text, &["waivers that fail the run", said, "outcome  does not conform: 2 waivers are wrong (exit 1)"]);
    }

    #[test]
    fn what_was_agreed_on_is_no_failure_and_not_passed_over() {
        let text = summary(&sample::agreed(), Style::PLAIN);
        let lines = [
            "2N-DIR-DEL  Deleting entries     2        2       0       1         0    0",
            "outcome  conforms: every applicable case ran, and none failed but 2 that are waived (exit 0)",
        ];
        check(&text, &lines);
        let mut record = sample::waived();
        record.waivers.extend((0..60).map(|_| record.waivers[0].clone()).collect::<Vec<_>>());
        record.cases.extend((0..60).map(|_| sample::agreed().cases[1].clone()));
        let text = summary(&record, Style::PLAIN);
        check(&text, &["  and 42 more", "  and 40 more"]);
    }

    #[test]
    fn observations_are_listed_by_requirement() {
        assert_eq!(observations(&sample::full(), Style::PLAIN), "2N-DIR-DEL-022  G:12  2n/dir/delete/neither-key\n");
    }
}
