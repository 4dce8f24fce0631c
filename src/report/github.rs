//! The report for a job of GitHub Actions: workflow commands, of which the runner makes annotations on the case files.
//!
//! A runner takes every line that begins with `::`, or holds `##[`, for a command, also where a device wrote it. So what a command
//! carries is escaped, and text for people stands between two commands that have the runner look away.

use crate::record::{CaseRecord, Record};
use crate::records::exit;
use crate::report::failure::case_failure;
use crate::report::outcome::{kinds, sentence, wrong_waiver};
use crate::report::plain::{capped, visible, visible_lines};
use crate::report::style::Style;
use crate::verdict::{Exit, Verdict};

/// GitHub shows so many errors, and as many warnings, of one step.
const SHOWN: usize = 10;
/// How much one annotation says.
const MESSAGE: usize = 4 * 1024;

/// What GitHub shows at a place of a file, or without a place.
struct Annotation {
    place: Option<(String, u32)>,
    title: String,
    message: String,
}

/// One `::error` for each case that fails the run and one `::warning` for each that warns or could not be judged, each at its case
/// in its file. Of many, one of each kind comes first, and the last line says how many more there are.
pub fn github(record: &Record) -> String {
    let (mut errors, mut warnings): (Vec<_>, Vec<_>) = (beyond_the_cases(record), Vec::new());
    for case in first_of_each_kind_first(record) {
        let is_error = case.verdict == Verdict::Error || case.counts_as_failure(record.strict);
        if is_error { errors.push(annotation(case, record)) } else { warnings.push(annotation(case, record)) }
    }
    commands("error", &errors) + &commands("warning", &warnings)
}

/// Text for people, so that the runner looks for no command in it. `token` must be one that nobody can guess.
pub fn unheeded(text: &str, token: &str) -> String {
    format!("::stop-commands::{token}\n{text}\n::{token}::\n")
}

/// What fails the run without being a case.
fn beyond_the_cases(record: &Record) -> Vec<Annotation> {
    let mut found = Vec::new();
    if !matches!(exit(record), Exit::Conforms | Exit::DoesNotConform) {
        let said: Vec<String> = [sentence(record)].into_iter().chain(record.reasons.iter().cloned()).collect();
        found.push(Annotation { place: None, title: format!("doorspec: exit {}", record.exit), message: said.join("\n") });
    }
    let wrong = record.waivers.iter().filter(|one| one.status.fails());
    found.extend(wrong.map(|one| Annotation {
        place: None,
        title: format!("{} waiver", one.status.word()),
        message: wrong_waiver(one),
    }));
    found
}

fn first_of_each_kind_first(record: &Record) -> Vec<&CaseRecord> {
    let kinds = kinds(record);
    let firsts = kinds.iter().map(|alike| alike[0]);
    firsts.chain(kinds.iter().flat_map(|alike| alike[1..].iter().copied())).collect()
}

fn annotation(case: &CaseRecord, record: &Record) -> Annotation {
    Annotation {
        place: Some((case.source.file.to_string(), case.source.line)),
        title: format!("{}: {}", case.verdict.word(), case.id),
        message: case_failure(case, record, Style::PLAIN),
    }
}

fn commands(level: &str, all: &[Annotation]) -> String {
    if all.len() <= SHOWN {
        return all.iter().map(|one| command(level, one)).collect();
    }
    let (shown, others) = all.split_at(SHOWN - 1);
    let more = Annotation {
        place: None,
        title: format!("doorspec: {} more", others.len()),
        message: format!("and {} more of {}: the job summary and the reports name them all", others.len(), all.len()),
    };
    shown.iter().chain([&more]).map(|one| command(level, one)).collect()
}

fn command(level: &str, one: &Annotation) -> String {
    let place = one.place.as_ref().map(|(file, line)| format!("file={},line={line},", property(file))).unwrap_or_default();
    let message = capped(visible_lines(&one.message).trim_end(), MESSAGE);
    format!("::{level} {place}title={}::{}\n", property(&one.title), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn lines(record: &Record, level: &str) -> Vec<String> {
        let text = github(record);
        assert!(text.lines().all(|line| line.starts_with("::error ") || line.starts_with("::warning ")), "{text}");
        text.lines().filter(|line| line.starts_with(&format!("::{level} "))).map(str::to_owned).collect()
    }

    #[test]
    fn each_case_in_trouble_is_an_annotation_at_its_place() {
        let errors = lines(&sample::full(), "error");
        assert_eq!(errors.len(), 3, "{errors:#?}");
        let start = "::error file=cases/2n/dir/delete.json,line=41,title=fail%3A 2n/dir/delete/all-zero-uuid::fail: the reserved";
        assert!(errors.iter().any(|line| line.starts_with(start)), "{errors:#?}");
        let titles = |record: &Record, level: &str| {
            let title = |line: &String| line.split("title=").nth(1).and_then(|rest| rest.split("::").next()).map(str::to_owned);
            lines(record, level).iter().filter_map(title).collect::<Vec<_>>()
        };
        let rows = [
            (sample::full(), "warning", vec!["inconclusive%3A 2n/dir/delete/by-owner", "warn%3A 2n/dir/create/empty-list"]),
            (Record { strict: true, ..sample::full() }, "warning", vec!["inconclusive%3A 2n/dir/delete/by-owner"]),
            (sample::passing(), "error", vec![]),
            (sample::waived(), "error", vec!["expired waiver", "unmatched waiver"]),
            (sample::hostile(), "error", vec!["doorspec%3A exit 4", "fail%3A 2n/dir/delete/poison"]),
        ];
        for (record, level, expected) in rows {
            assert_eq!(titles(&record, level), expected);
        }
    }

    #[test]
    fn of_many_one_of_each_kind_comes_first_and_the_rest_is_counted() {
        let mut record = sample::full();
        record.cases.clear();
        for number in 0..30 {
            let mut case = sample::failing(&format!("2n/dir/delete/row-{number}"), "a row", "2N-DIR-DEL-034");
            case.mismatches[0].kind = format!("kind-{}", number / 10);
            record.cases.push(case);
        }
        let errors = lines(&record, "error");
        assert_eq!(errors.len(), SHOWN);
        for (line, id) in errors.iter().zip(["row-0:", "row-10:", "row-20:", "row-1:"]) {
            assert!(line.contains(id), "{line}");
        }
        assert_eq!(
            errors[9],
            "::error title=doorspec%3A 21 more::and 21 more of 30: the job summary and the reports name them all"
        );
    }

    #[test]
    fn what_a_command_carries_is_escaped() {
        let one = Annotation {
            place: Some(("a,b:c%.json".into(), 3)),
            title: "x: y, z\n::error::".into(),
            message: "100 %\n::set-env name=X::y\r\u{1b}[31m".into(),
        };
        assert_eq!(
            command("error", &one),
            "::error file=a%2Cb%3Ac%25.json,line=3,title=x%3A y%2C z\\n%3A%3Aerror%3A%3A::100 %25%0A::set-env name=X::y\\r\\u{1b}[31m\n"
        );
    }

    #[test]
    fn text_for_people_is_no_command() {
        assert_eq!(unheeded("::error::x\n", "a1"), "::stop-commands::a1\n::error::x\n\n::a1::\n");
    }
}
