//! The report for CI and QA tools: JUnit XML.
//!
//! The mapping is the contract of the verdicts: what the suite found against a MUST is a `<failure>`, what it could not judge is
//! an `<error>`, and what does not apply, or is agreed on, is `<skipped>` with the reason. Class and case names are parts of the
//! case id, so that a tool that follows a case over time finds it again.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite, XmlString};

use crate::record::{CaseRecord, Record, WaiverRecord};
use crate::report::evidence::transcript;
use crate::report::failure::{case_failure, message};
use crate::report::outcome::{area_and_name, unsaid, whole, worst, wrong_waiver};
use crate::report::plain::{capped, clipped, visible, visible_lines};
use crate::report::style::Style;
use crate::requirement::{RequirementId, Strength};
use crate::verdict::{Exit, Verdict};

/// How much evidence one case carries; the record has all of it.
const EVIDENCE: usize = 8 * 1024;
/// How many columns the message about the run as a whole takes.
const MESSAGE: usize = 2000;
/// How many texts are kept as the file holds them: a record may have any number.
const TEXTS: usize = 4096;

/// Which readers the file is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// What Jenkins' JUnit plugin, GitLab, Xray, TestRail and most others read: properties within cases.
    #[default]
    Common,
    /// What the schema of Jenkins' xUnit plugin allows, to the letter: the properties are lines of `system-out`.
    Strict,
}

/// The run as JUnit XML, one suite an area. It is well-formed whatever the device sent, and the same record gives the same bytes.
pub fn junit(record: &Record, dialect: Dialect) -> String {
    let mut report = Report::new("doorspec");
    report.set_time(Duration::from_millis(record.duration_ms));
    let shared = Shared::new(record, dialect);
    for (id, (area, cases)) in by_area(record).into_iter().enumerate() {
        report.add_test_suite(shared.suite(id, &area, &cases));
    }
    report.add_test_suites(beyond_the_cases(record, dialect));
    // Writing into memory cannot fail, and every string has passed the escaping above.
    let xml = report.to_string().expect("the report is plain text in memory");
    match dialect {
        Dialect::Common => xml,
        Dialect::Strict => xml.replacen(&format!(" skipped=\"{}\"", report.skipped), "", 1),
    }
}

/// What the cases of one file share.
struct Shared<'r> {
    record: &'r Record,
    dialect: Dialect,
    demanded: HashMap<&'r RequirementId, Strength>,
    /// Texts as the file holds them, made once: the same few stand in every case, and the library looks at each of their characters.
    texts: RefCell<HashMap<String, XmlString>>,
}

impl<'r> Shared<'r> {
    fn new(record: &'r Record, dialect: Dialect) -> Self {
        let rows = record.requirements.iter().map(|row| &row.requirement);
        let demanded = rows.map(|requirement| (&requirement.id, requirement.strength)).collect();
        Self { record, dialect, demanded, texts: RefCell::default() }
    }

    /// A text as the file holds it.
    fn text(&self, text: &str) -> XmlString {
        let mut known = self.texts.borrow_mut();
        if let Some(made) = known.get(text) {
            return made.clone();
        }
        let made = XmlString::new(visible(text));
        if known.len() < TEXTS {
            known.insert(text.to_owned(), made.clone());
        }
        made
    }

    fn suite(&self, id: usize, area: &str, cases: &[&CaseRecord]) -> TestSuite {
        let mut suite = TestSuite::new(area);
        suite.set_time(Duration::from_millis(cases.iter().map(|case| case.duration_ms).sum()));
        let attributes =
            [("id", id.to_string()), ("package", area.to_owned()), ("timestamp", timestamp(&self.record.started, self.dialect))];
        suite.extra.extend(attributes.map(|(name, value)| (name.into(), value.into())));
        for (name, value) in suite_properties(self.record) {
            suite.add_property(Property::new(name, visible(&value)));
        }
        suite.add_test_cases(cases.iter().map(|case| self.test_case(case)));
        suite
    }

    fn test_case(&self, case: &CaseRecord) -> TestCase {
        let (class, name) = area_and_name(&case.id);
        let mut test_case = TestCase::new(name, status(case, self.record));
        test_case.set_classname(self.text(&class)).set_time(Duration::from_millis(case.duration_ms));
        let facts = self.facts(case);
        let output = output(case, self.record);
        match self.dialect {
            Dialect::Common => {
                let place = [("file", case.source.file.as_str()), ("line", &case.source.line.to_string())];
                test_case.extra.extend(place.map(|(name, value)| (self.text(name), self.text(value))));
                test_case.add_properties(facts.iter().map(|(name, value)| Property::new(self.text(name), self.text(value))));
                output.map(|output| test_case.set_system_out(output));
            }
            Dialect::Strict => {
                let lines: String = facts.iter().map(|(name, value)| format!("{name}: {}\n", visible(value))).collect();
                test_case.set_system_out(lines + &output.map(|output| format!("\n{output}")).unwrap_or_default());
            }
        }
        test_case
    }

    /// The facts about a case, in a fixed order: requirements, place, run, observations.
    fn facts<'c>(&'c self, case: &'c CaseRecord) -> Vec<(&'static str, Cow<'c, str>)> {
        let mut facts: Vec<(&str, Cow<'_, str>)> =
            vec![("title", case.title.as_str().into()), ("verdict", case.verdict.word().into())];
        facts.extend(case.requirements.iter().map(|id| ("requirement", id.0.as_str().into())));
        let cited = case.requirements.iter().filter_map(|id| self.demanded.get(id)).copied().max();
        let level = worst(case).map(|mismatch| mismatch.level).or(cited);
        facts.extend(level.map(|level| ("level", level.word().into())));
        facts.push(("source", format!("{}:{}", case.source.file, case.source.line).into()));
        facts.push(("seed", self.record.seed.to_string().into()));
        facts.push(("target", self.record.target.url.as_str().into()));
        facts.extend(self.record.target.identity.get("firmware").map(|firmware| ("firmware", firmware.as_str().into())));
        for observation in &case.observations {
            facts.push(("observation", format!("{} {}", observation.requirement, observation.class).into()));
        }
        facts.extend(case.verdicts.iter().map(|verdict| ("merged-verdict", verdict.word().into())));
        facts.extend(case.waived.as_ref().map(|why| ("waived", why.as_str().into())));
        facts
    }
}

fn by_area(record: &Record) -> BTreeMap<String, Vec<&CaseRecord>> {
    let mut areas: BTreeMap<String, Vec<&CaseRecord>> = BTreeMap::new();
    for case in &record.cases {
        areas.entry(area_and_name(&case.id).0).or_default().push(case);
    }
    areas
}

/// What fails the run without being a case: without it the file would say that all is well.
fn beyond_the_cases(record: &Record, dialect: Dialect) -> Vec<TestSuite> {
    let wrong: Vec<&WaiverRecord> = record.waivers.iter().filter(|one| one.status.fails()).collect();
    let waivers = wrong.iter().enumerate().map(|(at, one)| {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(wrong_waiver(one)).set_type(format!("waiver-{}", one.status.word()));
        TestCase::new(visible(&format!("{} ({})", one.waiver.case, at + 1)), status)
    });
    let all = [("doorspec.waivers", waivers.collect()), ("doorspec.run", Vec::from_iter(run(record)))];
    let first = by_area(record).len();
    all.into_iter()
        .filter(|(_, cases)| !cases.is_empty())
        .zip(first..)
        .map(|((area, cases), id)| own(area, id, cases, record, dialect))
        .collect()
}

/// The run as a whole, where it cannot be relied on although no case says so.
fn run(record: &Record) -> Option<TestCase> {
    let (kind, word) = match unsaid(record)? {
        Exit::DataChanged => (NonSuccessKind::Failure, "data-changed"),
        Exit::Incomplete => (NonSuccessKind::Error, "inconclusive"),
        _ => (NonSuccessKind::Error, "suite"),
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(clipped(&visible(&whole(record)), MESSAGE)).set_type(word);
    Some(TestCase::new("outcome", status))
}

/// A suite that holds no case of the catalogue.
fn own(area: &str, id: usize, cases: Vec<TestCase>, record: &Record, dialect: Dialect) -> TestSuite {
    let mut suite = TestSuite::new(area);
    suite.set_time(Duration::ZERO);
    let attributes = [("id", id.to_string()), ("package", area.to_owned()), ("timestamp", timestamp(&record.started, dialect))];
    suite.extra.extend(attributes.map(|(name, value)| (name.into(), value.into())));
    for mut case in cases {
        case.set_classname(area).set_time(Duration::ZERO);
        suite.add_test_case(case);
    }
    suite
}

/// The beginning of the run. Readers of the strict form take an instant without zone for UTC and refuse one with a zone.
fn timestamp(started: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Common => visible(started),
        Dialect::Strict => visible(started.get(..19).unwrap_or(started)),
    }
}

fn suite_properties(record: &Record) -> Vec<(String, String)> {
    let mut properties = vec![
        ("doorspec".to_owned(), record.doorspec.clone()),
        ("seed".to_owned(), record.seed.to_string()),
        ("outcome".to_owned(), record.outcome.clone()),
        ("strict".to_owned(), record.strict.to_string()),
        ("target.url".to_owned(), record.target.url.clone()),
    ];
    properties.extend(record.target.transport.iter().map(|transport| ("target.transport".to_owned(), transport.clone())));
    properties.extend(record.target.identity.iter().map(|(name, value)| (format!("target.{}", visible(name)), value.clone())));
    properties
}

fn status(case: &CaseRecord, record: &Record) -> TestCaseStatus {
    let (kind, word) = match case.verdict {
        Verdict::Pass | Verdict::Observed => return TestCaseStatus::success(),
        Verdict::Warn if !record.strict => return TestCaseStatus::success(),
        Verdict::NotApplicable => return skipped(case.reason.as_deref().unwrap_or("not applicable")),
        Verdict::Warn | Verdict::Fail if case.waived.is_some() => {
            return skipped(&format!("waived: {}", case.waived.as_deref().unwrap_or_default()));
        }
        Verdict::Warn => (NonSuccessKind::Failure, "should"),
        Verdict::Fail => (NonSuccessKind::Failure, "must"),
        Verdict::Inconclusive => (NonSuccessKind::Error, "inconclusive"),
        Verdict::Error => (NonSuccessKind::Error, "suite"),
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message(case)).set_type(word).set_description(block(case, record));
    status
}

fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(visible(why));
    status
}

/// The text block that a terminal shows as well.
fn block(case: &CaseRecord, record: &Record) -> String {
    case_failure(case, record, Style::PLAIN)
}

/// The evidence: for a warning first what is wrong, which no other element says.
fn output(case: &CaseRecord, record: &Record) -> Option<String> {
    let wanted = matches!(case.verdict, Verdict::Warn | Verdict::Fail | Verdict::Inconclusive | Verdict::Error);
    if !wanted {
        return None;
    }
    let is_told_elsewhere = case.waived.is_none() && (case.verdict != Verdict::Warn || record.strict);
    let told = if is_told_elsewhere { String::new() } else { block(case, record) + "\n" };
    let evidence: Vec<_> = case.exchanges.iter().map(transcript).collect();
    let output = told + &capped(&evidence.join("\n"), EVIDENCE);
    (!output.is_empty()).then(|| visible_lines(&output))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn case_of(xml: &str, name: &str) -> String {
        let start = xml.find(&format!("<testcase name=\"{name}\"")).expect("the case is in the report");
        let rest = &xml[start..];
        let end = rest[1..].find("<testcase").or(rest.find("</testsuite>")).expect("a suite ends");
        rest[..end].to_owned()
    }

    fn check(record: &Record, name: &str, has: &str, lacks: &str) {
        let case = case_of(&junit(record, Dialect::Common), name);
        assert!(case.contains(has), "{name}: {case}");
        assert!(!case.contains(lacks), "{name}: {case}");
    }

    #[test]
    fn every_verdict_has_its_element() {
        let record = sample::full();
        let strict = Record { strict: true, ..record.clone() };
        let message = "<failure message=\"the reserved all-zero uuid is refused: /response/body/result/users/1/errors/0/code \
                       expected: string &quot;EDIR_UUID_INVALID_FORMAT&quot; actual: absent\" type=\"must\">fail: ";
        check(
            &record,
            "one",
            "classname=\"2n.dir.delete\" time=\"0.003\" file=\"cases/2n/dir/delete.json\" line=\"41\">",
            "<failure",
        );
        check(&record, "all-zero-uuid", message, "<error");
        check(&record, "empty-list", "<property name=\"verdict\" value=\"warn\"/>", "<failure");
        check(&record, "empty-list", "<system-out>warn: an empty list", "<failure");
        check(&strict, "empty-list", "type=\"should\">warn: ", "<error");
        check(&record, "name-length/256", "<skipped message=\"waived: agreed until firmware 2.47\"/>", "<failure");
        check(&record, "neither-key", "<property name=\"observation\" value=\"2N-DIR-DEL-022 G:12\"/>", "<system-out");
        check(&record, "by-owner", "type=\"inconclusive\">inconclusive: ", "<failure");
        check(&record, "photo", "<skipped message=\"the profile lacks dir.photo\"/>", "<system-out");
        check(&record, "broken-case", "type=\"suite\">error: ", "<failure");
    }

    #[test]
    fn a_waiver_that_fails_the_run_is_a_failure_in_the_file() {
        for dialect in [Dialect::Common, Dialect::Strict] {
            let xml = junit(&sample::waived(), dialect);
            assert!(xml.contains("<testsuite name=\"doorspec.waivers\" tests=\"2\""), "{xml}");
            assert!(xml.contains("type=\"waiver-expired\""), "{xml}");
            assert!(!junit(&sample::passing(), dialect).contains("waiver"));
        }
        let mut record = Record { strict: true, ..sample::full() };
        record.cases[3].waived = Some("agreed".to_owned());
        check(&record, "empty-list", "<skipped message=\"waived: agreed\"/>", "<failure");
    }

    #[test]
    fn whatever_the_device_sent_the_file_is_well_formed() {
        let allowed =
            |character: char| matches!(character, '\n' | '\t' | ' '..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}');
        for record in [sample::hostile(), sample::full()] {
            for dialect in [Dialect::Common, Dialect::Strict] {
                let xml = junit(&record, dialect);
                assert!(xml.chars().all(allowed), "{xml}");
                assert!(!xml.contains("]]>"), "{xml}");
                assert_eq!(junit(&record, dialect), xml);
                if dialect == Dialect::Common {
                    let report = Report::deserialize_from_str(&xml).unwrap();
                    assert_eq!(report.tests, record.cases.len() + usize::from(record.exit == 4));
                }
            }
        }
    }

    #[test]
    fn a_run_that_cannot_be_relied_on_is_not_green() {
        let nobody = Record { exit: 3, cases: Vec::new(), reasons: vec!["nobody listens there".into()], ..sample::passing() };
        let rows = [
            (Record { exit: 4, ..sample::passing() }, Some("type=\"data-changed\"")),
            (nobody, Some("nobody listens there\" type=\"inconclusive\"")),
            (Record { exit: 5, ..sample::passing() }, Some("type=\"suite\"")),
            (Record { exit: 5, ..sample::full() }, None),
            (sample::full(), None),
            (sample::passing(), None),
        ];
        for (record, said) in rows {
            for dialect in [Dialect::Common, Dialect::Strict] {
                let xml = junit(&record, dialect);
                let own = xml.split("<testsuite name=\"doorspec.run\" tests=\"1\"").nth(1);
                assert_eq!(own.is_some(), said.is_some(), "{xml}");
                assert!(own.is_none_or(|own| said.is_some_and(|said| own.contains(said))), "{xml}");
            }
        }
    }

    #[test]
    fn evidence_is_bounded() {
        let xml = junit(&sample::hostile(), Dialect::Common);
        let output = xml.split("<system-out>").nth(1).and_then(|rest| rest.split("</system-out>").next()).unwrap();
        assert!(output.contains("more bytes are in the record"));
        assert!(output.replace("&gt;", ">").replace("&lt;", "<").len() < 2 * EVIDENCE, "{}", output.len());
    }

    #[test]
    fn the_strict_dialect_says_the_same_without_what_its_schema_lacks() {
        let record = sample::full();
        let xml = junit(&record, Dialect::Strict);
        assert!(xml.contains("timestamp=\"2026-11-25T10:00:00\""));
        for lacking in ["</properties>\n        </testcase>", "line=\"41\"", "errors=\"2\" skipped"] {
            assert!(!xml.contains(lacking), "{lacking}");
        }
        assert!(xml.lines().nth(1).is_some_and(|head| !head.contains("skipped")), "{xml}");
        let case = case_of(&xml, "neither-key");
        assert!(
            case.contains("<system-out>title: neither owner nor users\nverdict: observed\nrequirement: 2N-DIR-DEL-022\n"),
            "{case}"
        );
        assert!(case.contains("observation: 2N-DIR-DEL-022 G:12\n"), "{case}");
    }
}
