//! The report for CI and QA tools: JUnit XML.
//!
//! The mapping is the contract of the verdicts: what the suite found against a MUST is a `<failure>`, what it could not judge is
//! an `<error>`, and what does not apply, or is agreed on, is `<skipped>` with the reason. Class and case names are parts of the
//! case id, so that a tool that follows a case over time finds it again.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::record::{CaseRecord, Record, WaiverRecord};
use crate::report::evidence::transcript;
use crate::report::failure::{case_failure, message};
use crate::report::outcome::{area_and_name, unsaid, whole, worst, wrong_waiver};
use crate::report::plain::{capped, clipped, shown, shown_lines, visible};
use crate::report::style::Style;
use crate::requirement::{RequirementId, Strength};
use crate::verdict::{Exit, Verdict};

/// How much evidence one case carries; the record has all of it.
const EVIDENCE: usize = 8 * 1024;
/// How many columns the message about the run as a whole takes.
const MESSAGE: usize = 2000;

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
    let mut xml = Vec::new();
    // Writing into memory cannot fail, and only text is written.
    write_junit(record, dialect, &mut xml).expect("memory takes it");
    String::from_utf8(xml).expect("it is text")
}

/// Writes the run as [`junit`] gives it, case after case: the file is never in memory as a whole.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_junit(record: &Record, dialect: Dialect, out: &mut dyn Write) -> io::Result<()> {
    let rows = record.requirements.iter().map(|row| &row.requirement);
    let demanded = rows.map(|requirement| (&requirement.id, requirement.strength)).collect();
    File { record, dialect, demanded, xml: Writer::new_with_indent(out, b' ', 4) }.write()
}

/// Attributes in the order in which they stand.
type Attributes<'a> = Vec<(&'a str, Cow<'a, str>)>;

/// A file that is being written. Every text passes [`File::tag`] or [`File::text`], which make it harmless.
struct File<'r, W> {
    record: &'r Record,
    dialect: Dialect,
    demanded: HashMap<&'r RequirementId, Strength>,
    xml: Writer<W>,
}

/// What is in a suite, or in the whole file.
#[derive(Default)]
struct Counts {
    tests: usize,
    skipped: usize,
    failures: usize,
    errors: usize,
}

impl FromIterator<Option<Kind>> for Counts {
    fn from_iter<I: IntoIterator<Item = Option<Kind>>>(kinds: I) -> Self {
        let mut counts = Self::default();
        for kind in kinds {
            counts.tests += 1;
            match kind {
                Some(Kind::Skipped) => counts.skipped += 1,
                Some(Kind::Failure) => counts.failures += 1,
                Some(Kind::Error) => counts.errors += 1,
                None => {}
            }
        }
        counts
    }
}

/// What a case has within it that did not simply pass.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Skipped,
    Failure,
    Error,
}

impl Kind {
    fn tag(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Failure => "failure",
            Self::Error => "error",
        }
    }
}

/// The element that says so.
struct Element<'c> {
    kind: Kind,
    /// Its `type`; a case that was skipped has none.
    word: Option<Cow<'c, str>>,
    message: Cow<'c, str>,
}

/// A case that the catalogue does not have.
struct Own<'r> {
    name: String,
    element: Element<'r>,
}

impl<W: Write> File<'_, W> {
    fn write(mut self) -> io::Result<()> {
        let record = self.record;
        let areas = by_area(record);
        let beyond = beyond_the_cases(record);
        let kinds = record.cases.iter().map(|case| kind(case, record));
        let counts: Counts = kinds.chain(beyond.iter().flat_map(|(_, cases)| cases).map(|own| Some(own.element.kind))).collect();
        self.xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let skipped = (self.dialect == Dialect::Common).then(|| ("skipped", counts.skipped.to_string().into()));
        let mut attributes: Attributes<'_> = vec![("name", "doorspec".into()), ("tests", counts.tests.to_string().into())];
        attributes.extend(skipped);
        attributes.extend([("failures", counts.failures.to_string().into()), ("errors", counts.errors.to_string().into())]);
        attributes.push(("time", seconds(record.duration_ms)));
        self.open("testsuites", &attributes)?;
        let first = areas.len();
        for (id, (area, cases)) in areas.into_iter().enumerate() {
            self.suite(id, &area, &cases)?;
        }
        for (id, (area, cases)) in beyond.into_iter().enumerate() {
            self.own(first + id, area, &cases)?;
        }
        self.close("testsuites")?;
        self.xml.write_event(Event::Eof)?;
        self.xml.write_indent()
    }

    fn suite(&mut self, id: usize, area: &str, cases: &[&CaseRecord]) -> io::Result<()> {
        let record = self.record;
        let counts = cases.iter().map(|case| kind(case, record)).collect();
        self.open_suite(id, area, &counts, cases.iter().map(|case| case.duration_ms).sum())?;
        self.properties(&suite_properties(record))?;
        cases.iter().try_for_each(|case| self.case(case))?;
        self.close("testsuite")
    }

    /// A suite that holds no case of the catalogue.
    fn own(&mut self, id: usize, area: &str, cases: &[Own<'_>]) -> io::Result<()> {
        self.open_suite(id, area, &cases.iter().map(|own| Some(own.element.kind)).collect(), 0)?;
        for own in cases {
            self.open("testcase", &[("name", own.name.as_str().into()), ("classname", area.into()), ("time", seconds(0))])?;
            self.element(&own.element, None)?;
            self.close("testcase")?;
        }
        self.close("testsuite")
    }

    fn open_suite(&mut self, id: usize, area: &str, counts: &Counts, duration_ms: u64) -> io::Result<()> {
        let attributes = [
            ("name", area.into()),
            ("tests", counts.tests.to_string().into()),
            ("skipped", counts.skipped.to_string().into()),
            ("errors", counts.errors.to_string().into()),
            ("failures", counts.failures.to_string().into()),
            ("time", seconds(duration_ms)),
            ("id", id.to_string().into()),
            ("package", area.into()),
            ("timestamp", timestamp(&self.record.started, self.dialect).into()),
        ];
        self.open("testsuite", &attributes)
    }

    fn case(&mut self, case: &CaseRecord) -> io::Result<()> {
        let record = self.record;
        let (class, name) = area_and_name(&case.id);
        let line = case.source.line.to_string();
        let mut attributes: Attributes<'_> =
            vec![("name", name.as_str().into()), ("classname", class.as_str().into()), ("time", seconds(case.duration_ms))];
        let facts = facts(case, record, &self.demanded);
        let mut output = output(case, record);
        match self.dialect {
            Dialect::Common => attributes.extend([("file", Cow::Borrowed(&*case.source.file)), ("line", line.as_str().into())]),
            Dialect::Strict => {
                let lines: String = facts.iter().map(|(name, value)| format!("{name}: {}\n", shown(value))).collect();
                output = Some(lines + &output.map(|output| format!("\n{output}")).unwrap_or_default());
            }
        }
        self.open("testcase", &attributes)?;
        if self.dialect == Dialect::Common {
            self.properties(&facts)?;
        }
        if let Some(element) = element(case, record) {
            let block = matches!(element.kind, Kind::Failure | Kind::Error).then(|| block(case, record));
            self.element(&element, block.as_deref())?;
        }
        if let Some(output) = output {
            self.open("system-out", &[])?;
            self.text(&output)?;
            self.close("system-out")?;
        }
        self.close("testcase")
    }

    fn element(&mut self, element: &Element<'_>, text: Option<&str>) -> io::Result<()> {
        let mut attributes = vec![("message", Cow::Borrowed(&*element.message))];
        attributes.extend(element.word.as_deref().map(|word| ("type", Cow::Borrowed(word))));
        let tag = element.kind.tag();
        let Some(text) = text else { return self.empty(tag, &attributes) };
        self.open(tag, &attributes)?;
        self.text(text)?;
        self.close(tag)
    }

    fn properties(&mut self, properties: &[(Cow<'_, str>, Cow<'_, str>)]) -> io::Result<()> {
        self.open("properties", &[])?;
        for (name, value) in properties {
            self.empty("property", &[("name", Cow::Borrowed(name)), ("value", Cow::Borrowed(value))])?;
        }
        self.close("properties")
    }

    fn open(&mut self, name: &str, attributes: &[(&str, Cow<'_, str>)]) -> io::Result<()> {
        self.xml.write_event(Event::Start(tag(name, attributes)))
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, Cow<'_, str>)]) -> io::Result<()> {
        self.xml.write_event(Event::Empty(tag(name, attributes)))
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.xml.write_event(Event::End(BytesEnd::new(name)))
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.xml.write_event(Event::Text(BytesText::new(&shown_lines(text))))
    }
}

fn tag<'n>(name: &'n str, attributes: &[(&str, Cow<'_, str>)]) -> BytesStart<'n> {
    let mut tag = BytesStart::new(name);
    attributes.iter().for_each(|(name, value)| tag.push_attribute((*name, &*shown(value))));
    tag
}

fn seconds(ms: u64) -> Cow<'static, str> {
    format!("{}.{:03}", ms / 1000, ms % 1000).into()
}

/// The facts about a case, in a fixed order: requirements, place, run, observations.
fn facts<'c>(
    case: &'c CaseRecord,
    record: &'c Record,
    demanded: &HashMap<&RequirementId, Strength>,
) -> Vec<(Cow<'c, str>, Cow<'c, str>)> {
    let mut facts: Vec<(&str, Cow<'_, str>)> =
        vec![("title", Cow::Borrowed(&*case.title)), ("verdict", case.verdict.word().into())];
    facts.extend(case.requirements.iter().map(|id| ("requirement", id.0.as_str().into())));
    let cited = case.requirements.iter().filter_map(|id| demanded.get(id)).copied().max();
    let level = worst(case).map(|mismatch| mismatch.level).or(cited);
    facts.extend(level.map(|level| ("level", level.word().into())));
    facts.push(("source", format!("{}:{}", case.source.file, case.source.line).into()));
    facts.push(("seed", record.seed.to_string().into()));
    facts.push(("target", record.target.url.as_str().into()));
    facts.extend(record.target.identity.get("firmware").map(|firmware| ("firmware", firmware.as_str().into())));
    for observation in &case.observations {
        facts.push(("observation", format!("{} {}", observation.requirement, observation.class).into()));
    }
    facts.extend(case.verdicts.iter().map(|verdict| ("merged-verdict", verdict.word().into())));
    facts.extend(case.waived.as_ref().map(|why| ("waived", why.as_str().into())));
    facts.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

fn by_area(record: &Record) -> BTreeMap<String, Vec<&CaseRecord>> {
    let mut areas: BTreeMap<String, Vec<&CaseRecord>> = BTreeMap::new();
    for case in &record.cases {
        areas.entry(area_and_name(&case.id).0).or_default().push(case);
    }
    areas
}

/// What fails the run without being a case, by area: without it the file would say that all is well.
fn beyond_the_cases(record: &Record) -> Vec<(&'static str, Vec<Own<'_>>)> {
    let wrong: Vec<&WaiverRecord> = record.waivers.iter().filter(|one| one.status.fails()).collect();
    let waivers = wrong.iter().enumerate().map(|(at, one)| Own {
        name: format!("{} ({})", one.waiver.case, at + 1),
        element: Element {
            kind: Kind::Failure,
            word: Some(format!("waiver-{}", one.status.word()).into()),
            message: wrong_waiver(one).into(),
        },
    });
    let all = [("doorspec.waivers", waivers.collect()), ("doorspec.run", Vec::from_iter(run(record)))];
    all.into_iter().filter(|(_, cases)| !cases.is_empty()).collect()
}

/// The run as a whole, where it cannot be relied on although no case says so.
fn run(record: &Record) -> Option<Own<'_>> {
    let (kind, word) = match unsaid(record)? {
        Exit::DataChanged => (Kind::Failure, "data-changed"),
        Exit::Incomplete => (Kind::Error, "inconclusive"),
        _ => (Kind::Error, "suite"),
    };
    let message = clipped(&visible(&whole(record)), MESSAGE).into();
    Some(Own { name: "outcome".to_owned(), element: Element { kind, word: Some(word.into()), message } })
}

/// The beginning of the run. Readers of the strict form take an instant without zone for UTC and refuse one with a zone.
fn timestamp(started: &str, dialect: Dialect) -> &str {
    match dialect {
        Dialect::Common => started,
        Dialect::Strict => started.get(..19).unwrap_or(started),
    }
}

fn suite_properties(record: &Record) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    let mut properties: Vec<(Cow<'_, str>, Cow<'_, str>)> = vec![
        ("doorspec".into(), record.doorspec.as_str().into()),
        ("seed".into(), record.seed.to_string().into()),
        ("outcome".into(), record.outcome.as_str().into()),
        ("strict".into(), record.strict.to_string().into()),
        ("target.url".into(), record.target.url.as_str().into()),
    ];
    properties.extend(record.target.transport.iter().map(|transport| ("target.transport".into(), transport.as_str().into())));
    let identity = record.target.identity.iter();
    properties.extend(identity.map(|(name, value)| (format!("target.{name}").into(), value.as_str().into())));
    properties
}

/// Which element a case has; one that is as required has none.
fn kind(case: &CaseRecord, record: &Record) -> Option<Kind> {
    match case.verdict {
        Verdict::Pass | Verdict::Observed => None,
        Verdict::Warn if !record.strict => None,
        Verdict::NotApplicable => Some(Kind::Skipped),
        Verdict::Warn | Verdict::Fail if case.waived.is_some() => Some(Kind::Skipped),
        Verdict::Warn | Verdict::Fail => Some(Kind::Failure),
        Verdict::Inconclusive | Verdict::Error => Some(Kind::Error),
    }
}

fn element<'c>(case: &'c CaseRecord, record: &Record) -> Option<Element<'c>> {
    let kind = kind(case, record)?;
    let (word, message) = match (kind, case.verdict, &case.waived) {
        (Kind::Skipped, Verdict::Warn | Verdict::Fail, Some(why)) => (None, format!("waived: {why}").into()),
        (Kind::Skipped, ..) => (None, case.reason.as_deref().unwrap_or("not applicable").into()),
        (_, Verdict::Warn, _) => (Some("should"), message(case).into()),
        (_, Verdict::Fail, _) => (Some("must"), message(case).into()),
        (_, Verdict::Error, _) => (Some("suite"), message(case).into()),
        (..) => (Some("inconclusive"), message(case).into()),
    };
    Some(Element { kind, word: word.map(Cow::Borrowed), message })
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
    (!output.is_empty()).then_some(output)
}

#[cfg(test)]
mod tests {
    use quick_junit::Report;

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
