//! The report for readers of the Test Anything Protocol: TAP version 14, with a YAML block for what is not as it should be.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::record::{CaseRecord, Mismatch, Record};
use crate::report::failure::message;
use crate::report::outcome::{rerun, unsaid, whole, wrong_waiver};
use crate::report::plain::{clipped, visible};
use crate::verdict::Verdict;

/// How many deviations of a case are told, and how many columns of each text.
const DEVIATIONS: usize = 6;
const TEXT: usize = 1000;

/// One test point a case, one for each waiver that fails the run, and one for a run that cannot be relied on although no case says so.
/// What was agreed on is `not ok` with `TODO`, which readers count as no failure; what does not apply is `SKIP`.
pub fn tap(record: &Record) -> String {
    let wrong = record.waivers.iter().filter(|one| one.status.fails());
    let wrong = wrong.map(|one| (format!("{} waiver of {}", one.status.word(), one.waiver.case), wrong_waiver(one)));
    let run = unsaid(record).map(|_| ("the run as a whole".to_owned(), clipped(&visible(&whole(record)), TEXT)));
    let beyond: Vec<(String, String)> = wrong.chain(run).collect();
    let mut text = format!("TAP version 14\n1..{}\n", record.cases.len() + beyond.len());
    for (at, case) in record.cases.iter().enumerate() {
        text += &point(at + 1, case, record);
    }
    for (at, (name, message)) in beyond.iter().enumerate() {
        let _ = writeln!(text, "not ok {} - {}", record.cases.len() + at + 1, described(name));
        text += &block(&[("message", json!(message))]);
    }
    text
}

fn point(number: usize, case: &CaseRecord, record: &Record) -> String {
    let is_ok = match case.verdict {
        Verdict::Pass | Verdict::Observed | Verdict::NotApplicable => true,
        Verdict::Warn => !record.strict,
        Verdict::Fail | Verdict::Inconclusive | Verdict::Error => false,
    };
    let directive = match (&case.waived, case.verdict) {
        (Some(why), Verdict::Fail | Verdict::Warn) => format!(" # TODO waived: {}", described(why)),
        (_, Verdict::NotApplicable) => format!(" # SKIP {}", described(case.reason.as_deref().unwrap_or("not applicable"))),
        _ => String::new(),
    };
    let word = if is_ok { "ok" } else { "not ok" };
    let line = format!("{word} {number} - {}{directive}\n", described(&case.id));
    match case.verdict {
        Verdict::Pass | Verdict::Observed | Verdict::NotApplicable => line,
        _ => line + &diagnosis(case, record),
    }
}

fn diagnosis(case: &CaseRecord, record: &Record) -> String {
    let shorter = |text: &str| clipped(&visible(text), TEXT);
    let deviation = |one: &Mismatch| {
        json!({ "requirement": visible(&one.requirement.0), "level": one.level.word(), "at": shorter(&one.at),
                "expected": shorter(&one.expected), "actual": shorter(&one.actual) })
    };
    let requirements: Vec<String> = case.requirements.iter().map(|id| visible(&id.0)).collect();
    block(&[
        ("message", json!(clipped(&message(case), TEXT))),
        ("severity", json!(case.verdict.word())),
        ("requirements", json!(requirements)),
        ("file", json!(visible(&case.source.file))),
        ("line", json!(case.source.line)),
        ("deviations", Value::from_iter(case.mismatches.iter().take(DEVIATIONS).map(deviation))),
        ("repeat", json!(visible(&rerun(case, record)))),
        ("duration_ms", json!(case.duration_ms)),
    ])
}

/// A YAML block. JSON on one line is YAML, so every value is written as that.
fn block(members: &[(&str, Value)]) -> String {
    let lines: String = members.iter().map(|(name, value)| format!("  {name}: {value}\n")).collect();
    format!("  ---\n{lines}  ...\n")
}

/// A description: a number sign would begin a directive.
fn described(text: &str) -> String {
    clipped(&visible(text), TEXT).replace('\\', "\\\\").replace('#', "\\#")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    /// A small reader of the protocol: (ok, description, directive) of each point.
    fn read(text: &str) -> Vec<(bool, String, String)> {
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("TAP version 14"));
        let plan: usize =
            lines.next().and_then(|line| line.strip_prefix("1..")).and_then(|count| count.parse().ok()).expect("a plan");
        let (mut points, mut inside) = (Vec::new(), false);
        for line in lines {
            match line {
                "  ---" => inside = true,
                "  ..." => inside = false,
                _ if inside => {
                    let (name, value) = line.strip_prefix("  ").and_then(|line| line.split_once(": ")).expect("a member");
                    assert!(name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'), "{line}");
                    serde_json::from_str::<Value>(value).expect("JSON, which is YAML");
                }
                _ => {
                    let (is_ok, rest) = line.strip_prefix("not ok ").map_or_else(
                        || (true, line.strip_prefix("ok ").unwrap_or_else(|| panic!("a test point: {line}"))),
                        |rest| (false, rest),
                    );
                    let (number, rest) = rest.split_once(" - ").expect("a description");
                    assert_eq!(number.parse(), Ok(points.len() + 1));
                    let (description, directive) = rest.split_once(" # ").unwrap_or((rest, ""));
                    points.push((is_ok, description.to_owned(), directive.to_owned()));
                }
            }
        }
        assert_eq!(points.len(), plan);
        points
    }

    #[test]
    fn every_case_is_a_test_point() {
        let points = read(&tap(&sample::full()));
        let expected = [
            (true, "one", ""),
            (false, "all-zero-uuid", ""),
            (false, "all-zero-uuid-alone", ""),
            (true, "empty-list", ""),
            (false, "256", "TODO waived: agreed until firmware 2.47"),
            (true, "neither-key", ""),
            (false, "by-owner", ""),
            (true, "photo", "SKIP the profile lacks dir.photo"),
            (false, "broken-case", ""),
        ];
        for ((is_ok, description, directive), (ok, name, said)) in points.iter().zip(expected) {
            assert_eq!((*is_ok, directive.as_str()), (ok, said), "{description}");
            assert!(description.ends_with(name), "{description}");
        }
        let strict = Record { strict: true, ..sample::full() };
        assert!(!read(&tap(&strict))[3].0, "a warning counts in a strict run");
    }

    #[test]
    fn what_no_point_says_is_said_all_the_same() {
        let nobody = Record { exit: 3, cases: Vec::new(), ..sample::passing() };
        for (record, more) in [(sample::passing(), 0), (sample::waived(), 2), (sample::hostile(), 1), (nobody, 1)] {
            let points = read(&tap(&record));
            assert_eq!(points.len(), record.cases.len() + more);
            assert!(points[record.cases.len()..].iter().all(|point| !point.0));
        }
    }

    #[test]
    fn a_description_begins_no_directive() {
        assert_eq!(described("a # TODO \\ b\nok 1"), "a \\# TODO \\\\ b\\\\nok 1");
    }
}
