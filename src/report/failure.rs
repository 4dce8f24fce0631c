//! The message by which a user learns what went wrong: what, where, and what to do.

use std::fmt::Write as _;

use crate::record::{CaseRecord, ExchangeRecord, Mismatch, Record};
use crate::report::evidence::one_line;
use crate::report::outcome::{broken, kinds, rerun, row, worst};
use crate::report::plain::{clipped, columns, counted, visible, wrapped};
use crate::report::style::Style;
use crate::requirement::{RequirementId, Strength};

/// How many kinds of trouble are shown in full; of the others only the ids.
const IN_FULL: usize = 20;
/// How many deviations from one requirement a case shows.
const DEVIATIONS: usize = 6;
/// How many cases that deviate in the same way are named.
const ALIKE: usize = 8;

/// One case that is not as it should be, ready to print:
///
/// ```text
/// fail: the reserved all-zero uuid is refused
///   --> cases/2n/dir/delete.json:41  2N-DIR-DEL-034 (must; HTTP API manual 5.14.4)
///    |  The all-zero uuid is an error of its entry, and nothing is deleted for it.
///    |  /response/body/result/users/1/errors/0/code   expected: string "EDIR_UUID_INVALID_FORMAT"   actual: absent
///    |  PUT /api/dir/delete {"users":[...]}  ->  200 {"success":true,...}
/// help: repeat with `doorspec run http://10.0.0.5 --filter 2n/dir/delete/all-zero-uuid --seed 7`
/// ```
pub fn case_failure(case: &CaseRecord, record: &Record, style: Style) -> String {
    let mut text = block(case, record, style);
    let _ = writeln!(text, "{} repeat with `{}`", style.bold("help:"), rerun(case, record));
    text
}

/// One line for a list of failures: what, expected, actual.
pub fn message(case: &CaseRecord) -> String {
    match (worst(case), &case.reason) {
        (Some(worst), _) => {
            let more = case.mismatches.len() - 1;
            let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
            let (what, at) = (visible(&case.title), visible(&worst.at));
            format!("{what}: {at} expected: {} actual: {}{more}", visible(&worst.expected), visible(&worst.actual))
        }
        (None, Some(reason)) => format!("{}: {}", visible(&case.title), visible(reason)),
        (None, None) => visible(&case.title),
    }
}

/// Every case that is not as it should be, the worst first. Cases that deviate in the same way are one message that names the
/// others, and after twenty messages the rest is listed by id, so that a device that gets everything wrong stays readable.
pub fn failures(record: &Record, style: Style) -> String {
    let kinds = kinds(record);
    let mut text = String::new();
    for alike in kinds.iter().take(IN_FULL) {
        text.push_str(&block(alike[0], record, style));
        text.push_str(&others(&alike[1..], style));
        let _ = writeln!(text, "{} repeat with `{}`\n", style.bold("help:"), rerun(alike[0], record));
    }
    let rest: Vec<_> = kinds.iter().skip(IN_FULL).flatten().collect();
    if !rest.is_empty() {
        let _ = writeln!(text, "and {} that deviate in other ways:", counted(rest.len() as u64, "case", "cases"));
        for case in rest {
            let _ = writeln!(text, "{}", listed(case, style));
        }
        text.push('\n');
    }
    text
}

fn listed(case: &CaseRecord, style: Style) -> String {
    let word = case.verdict.word();
    let requirements = broken(case).iter().map(|id| id.to_string()).collect::<Vec<_>>().join(" ");
    let room = style.columns().saturating_sub(word.len() + 4);
    format!(
        "  {}  {}",
        style.verdict(case.verdict, word),
        clipped(&format!("{}  {}", visible(&case.id), visible(&requirements)), room)
    )
}

fn others(alike: &[&CaseRecord], style: Style) -> String {
    if alike.is_empty() {
        return String::new();
    }
    let mut ids: Vec<_> = alike.iter().take(ALIKE).map(|case| visible(&case.id)).collect();
    if alike.len() > ALIKE {
        ids.push(format!("and {} more", alike.len() - ALIKE));
    }
    let said = format!("the same in {}: {}", counted(alike.len() as u64, "other case", "other cases"), ids.join(", "));
    let lines = wrapped(&said, style.columns() - 6);
    lines.iter().enumerate().map(|(at, line)| format!("   {}  {line}\n", if at == 0 { "=" } else { " " })).collect()
}

fn block(case: &CaseRecord, record: &Record, style: Style) -> String {
    let word = if case.waived.is_some() { "waived".to_owned() } else { case.verdict.word().to_owned() };
    let mut text = format!("{} {}\n", style.verdict(case.verdict, &format!("{word}:")), style.bold(&visible(&case.title)));
    for id in broken(case) {
        text.push_str(&deviations(case, id, record, style));
    }
    if case.mismatches.is_empty() {
        text.push_str(&place(case, case.requirements.first(), None, record));
    }
    for reason in [&case.reason, &case.waived].into_iter().flatten() {
        behind_bar(&mut text, &visible(reason), style);
    }
    if !case.verdicts.is_empty() {
        let words: Vec<&str> = case.verdicts.iter().map(|verdict| verdict.word()).collect();
        behind_bar(&mut text, &format!("the merged records do not agree: {}", words.join(", ")), style);
    }
    if case.mismatches.is_empty() {
        text.push_str(&exchange_line(case.exchanges.last(), None, style));
    }
    text
}

fn deviations(case: &CaseRecord, id: &RequirementId, record: &Record, style: Style) -> String {
    let mismatches: Vec<_> = case.mismatches.iter().filter(|mismatch| mismatch.requirement == *id).collect();
    let mut text = place(case, Some(id), mismatches.iter().map(|mismatch| mismatch.level).max(), record);
    if let Some(row) = row(record, id) {
        behind_bar(&mut text, &visible(&row.requirement.statement), style);
    }
    let shown = &mismatches[..mismatches.len().min(DEVIATIONS)];
    for (at, mismatch) in shown.iter().enumerate() {
        text.push_str(&deviation(mismatch, style));
        let last_of_exchange = shown.get(at + 1).is_none_or(|next| next.exchange != mismatch.exchange);
        if last_of_exchange {
            text.push_str(&exchange_line(case.exchanges.get(mismatch.exchange), mismatch.step.as_deref(), style));
        }
    }
    if mismatches.len() > DEVIATIONS {
        behind_bar(&mut text, &format!("and {} more deviations from this requirement", mismatches.len() - DEVIATIONS), style);
    }
    text
}

fn place(case: &CaseRecord, id: Option<&RequirementId>, level: Option<Strength>, record: &Record) -> String {
    let mut line = format!("  --> {}:{}", visible(&case.source.file), case.source.line);
    if let Some(id) = id {
        let row = row(record, id).map(|row| &row.requirement);
        let level = level.or(row.map(|row| row.strength)).map(|level| level.word().to_owned());
        let said: Vec<_> = level.into_iter().chain(row.map(|row| visible(&row.source))).collect();
        let _ = write!(line, "  {}", visible(&id.0));
        if !said.is_empty() {
            let _ = write!(line, " ({})", said.join("; "));
        }
    }
    line + "\n"
}

/// One deviation on a line where it fits, otherwise place, expectation and finding below each other.
fn deviation(mismatch: &Mismatch, style: Style) -> String {
    let (at, expected, actual) = (visible(&mismatch.at), visible(&mismatch.expected), visible(&mismatch.actual));
    let line = format!("   |  {at}   expected: {expected}   actual: {actual}\n");
    if columns(&line) <= style.columns() {
        return line;
    }
    let mut text = String::new();
    behind_bar(&mut text, &at, style);
    for (label, value) in [("expected:", expected), ("actual:  ", actual)] {
        for (at, part) in wrapped(&clipped(&value, 600), style.columns().saturating_sub(18)).iter().enumerate() {
            let _ = writeln!(text, "   |    {:9} {part}", if at == 0 { label } else { "" });
        }
    }
    text
}

fn exchange_line(exchange: Option<&ExchangeRecord>, step: Option<&str>, style: Style) -> String {
    let Some(exchange) = exchange else { return String::new() };
    let step = step.or(exchange.step.as_deref()).map(|step| clipped(&visible(step), 30) + ": ").unwrap_or_default();
    let line = one_line(exchange, style.columns().saturating_sub(6 + columns(&step)));
    format!("   |  {}\n", style.dim(&(step + &line)))
}

fn behind_bar(text: &mut String, said: &str, style: Style) {
    for line in wrapped(said, style.columns().saturating_sub(6)) {
        let _ = writeln!(text, "   |  {line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    const WIDE: Style = Style { color: false, width: 140 };

    #[test]
    fn a_failure_says_what_where_and_what_to_do() {
        let record = sample::full();
        let text = case_failure(&record.cases[1], &record, WIDE);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "fail: the reserved all-zero uuid is refused");
        assert_eq!(lines[1], "  --> cases/2n/dir/delete.json:41  2N-DIR-DEL-034 (must; HTTP API manual 5.14.4)");
        assert_eq!(lines[2], "   |  The all-zero uuid is an error of its entry, and nothing is deleted for it.");
        assert_eq!(
            lines[3],
            "   |  /response/body/result/users/1/errors/0/code   expected: string \"EDIR_UUID_INVALID_FORMAT\"   actual: absent"
        );
        assert!(lines[4].starts_with("   |  delete both: PUT /api/dir/delete {\"users\":[{\"uuid\""), "{text}");
        assert_eq!(lines[5], "help: repeat with `doorspec run http://10.0.0.5 --filter 2n/dir/delete/all-zero-uuid --seed 7`");
        assert_eq!(lines.len(), 6);
    }

    #[test]
    fn merged_records_that_do_not_agree_say_so() {
        use crate::verdict::Verdict;
        let mut record = sample::full();
        record.cases[1].verdicts = vec![Verdict::Pass, Verdict::Fail];
        let text = case_failure(&record.cases[1], &record, WIDE);
        assert!(text.contains("   |  the merged records do not agree: pass, fail\n"), "{text}");
    }

    #[test]
    fn what_could_not_be_judged_says_why() {
        let record = sample::full();
        let text = case_failure(&record.cases[6], &record, WIDE);
        assert!(text.starts_with(
            "inconclusive: every entry of an owner is deleted\n  --> cases/2n/dir/delete.json:41  2N-DIR-DEL-015 (must;"
        ));
        assert!(text.contains("   |  the set-up could not create its two entries: no reply within 5000 ms\n"), "{text}");
        assert!(text.contains("  ->  no reply within 5000 ms (head)\n"), "{text}");
    }

    #[test]
    fn lines_keep_to_the_width_and_nothing_reaches_the_terminal_raw() {
        for record in [sample::full(), sample::hostile()] {
            for width in [60, 80, 140] {
                let text = failures(&record, Style { color: false, width });
                for line in text.lines().filter(|line| !line.starts_with("help:") && !line.contains(": <")) {
                    assert!(columns(line) <= width || line.contains("-->"), "{width}: {line}");
                }
                assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "{text}");
            }
        }
    }

    #[test]
    fn cases_that_deviate_in_the_same_way_are_one_message() {
        let text = failures(&sample::full(), WIDE);
        assert!(text.contains("   =  the same in 1 other case: 2n/dir/delete/all-zero-uuid-alone\n"), "{text}");
        assert!(!text.contains("name of 256"), "a waived failure is no trouble");
        let order = ["error: ", "fail: ", "inconclusive: ", "warn: "].map(|word| text.find(word).unwrap());
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn a_device_that_gets_everything_wrong_stays_readable() {
        let mut record = sample::full();
        record.cases.clear();
        for number in 0..300 {
            let mut case = sample::failing(&format!("2n/dir/delete/row-{number}"), "a row", "2N-DIR-DEL-034");
            case.mismatches[0].kind = format!("kind-{}", number % 30);
            record.cases.push(case);
        }
        let text = failures(&record, WIDE);
        assert_eq!(text.matches("help:").count(), IN_FULL);
        assert!(
            text.contains("   =  the same in 9 other cases: 2n/dir/delete/row-30, ") && text.contains(", and 1 more\n"),
            "{text}"
        );
        assert!(
            text.contains("and 100 cases that deviate in other ways:\n  fail  2n/dir/delete/row-20  2N-DIR-DEL-034\n"),
            "{text}"
        );
    }
}
