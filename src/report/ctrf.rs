//! The report in the Common Test Report Format (ctrf.io): JSON that viewers and chat integrations read.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::record::{CaseRecord, Record, WaiverRecord};
use crate::report::dossier::word;
use crate::report::evidence::transcript;
use crate::report::failure::{case_failure, message};
use crate::report::outcome::{area_and_name, unsaid, whole, wrong_waiver};
use crate::report::plain::{capped, clipped, visible, visible_lines};
use crate::report::style::Style;
use crate::verdict::{Exit, Verdict};

/// How much evidence one case carries; the record has all of it.
const EVIDENCE: usize = 8 * 1024;
/// How many columns a message takes.
const MESSAGE: usize = 2000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Passed,
    Failed,
    Skipped,
    Other,
}

/// The run as CTRF. What was agreed on and what does not apply is `skipped`, what could not be judged `other`; `rawStatus` keeps the
/// word. A waiver that fails the run is a test of its own, and so is a run that cannot be relied on although no
/// case says so.
pub fn ctrf(record: &Record) -> String {
    let start = record.started.parse().map_or(0, |started: jiff::Timestamp| started.as_millisecond());
    let mut tests: Vec<(Status, Value)> = record.cases.iter().map(|case| test(case, record)).collect();
    tests.extend(record.waivers.iter().filter(|one| one.status.fails()).map(waiver));
    tests.extend(run(record));
    let count = |status| tests.iter().filter(|test| test.0 == status).count();
    let duration = i64::try_from(record.duration_ms).unwrap_or(i64::MAX);
    let report = json!({
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "generatedBy": format!("doorspec {}", visible(&record.doorspec)),
        "results": {
            "tool": { "name": "doorspec", "version": visible(&record.doorspec) },
            "summary": {
                "tests": tests.len(),
                "passed": count(Status::Passed),
                "failed": count(Status::Failed),
                "skipped": count(Status::Skipped),
                "pending": 0,
                "other": count(Status::Other),
                "start": start,
                "stop": start.saturating_add(duration),
            },
            "environment": environment(record),
            "tests": tests.into_iter().map(|test| test.1).collect::<Vec<_>>(),
            "extra": { "outcome": visible(&record.outcome), "exit": record.exit, "seed": record.seed, "tally": record.tally },
        },
    });
    // Strings and numbers, for which serialising cannot fail.
    serde_json::to_string_pretty(&report).expect("a report is plain data") + "\n"
}

fn status(case: &CaseRecord, record: &Record) -> Status {
    match case.verdict {
        Verdict::Fail | Verdict::Warn if case.waived.is_some() => Status::Skipped,
        Verdict::Warn if record.strict => Status::Failed,
        Verdict::Pass | Verdict::Observed | Verdict::Warn => Status::Passed,
        Verdict::Fail => Status::Failed,
        Verdict::NotApplicable => Status::Skipped,
        Verdict::Inconclusive | Verdict::Error => Status::Other,
    }
}

fn test(case: &CaseRecord, record: &Record) -> (Status, Value) {
    let status = status(case, record);
    let ids: Vec<String> = case.requirements.iter().map(|id| visible(&id.0)).collect();
    let mut labels = Map::from_iter([("title".to_owned(), json!(visible(&case.title)))]);
    if !ids.is_empty() {
        labels.insert("requirements".to_owned(), json!(ids));
    }
    let mut test = json!({
        "name": visible(&case.id),
        "testId": visible(&case.id),
        "status": status,
        "rawStatus": word(case),
        "duration": case.duration_ms,
        "suite": [area_and_name(&case.id).0],
        "filePath": visible(&case.source.file),
        "line": case.source.line,
        "labels": labels,
    });
    let why = case.waived.as_ref().map(|why| format!("waived: {why}"));
    match case.verdict {
        Verdict::Pass | Verdict::Observed => {}
        Verdict::NotApplicable => test["message"] = json!(visible(case.reason.as_deref().unwrap_or("not applicable"))),
        _ => {
            test["message"] = json!(clipped(&why.map_or_else(|| message(case), |why| visible(&why)), MESSAGE));
            test["trace"] = json!(visible_lines(&capped(&case_failure(case, record, Style::PLAIN), EVIDENCE)));
            let evidence = case.exchanges.iter().map(transcript).collect::<Vec<_>>().join("\n");
            test["stdout"] = json!(visible_lines(&capped(&evidence, EVIDENCE)).lines().collect::<Vec<_>>());
        }
    }
    (status, test)
}

fn waiver(one: &WaiverRecord) -> (Status, Value) {
    let name = format!("{} waiver of {}", one.status.word(), one.waiver.case);
    beyond_the_cases(&name, Status::Failed, one.status.word(), &wrong_waiver(one))
}

/// The run as a whole, where the tests alone would say that all is well.
fn run(record: &Record) -> Option<(Status, Value)> {
    let status = if unsaid(record)? == Exit::DataChanged { Status::Failed } else { Status::Other };
    Some(beyond_the_cases("the run as a whole", status, &record.outcome, &whole(record)))
}

fn beyond_the_cases(name: &str, status: Status, raw: &str, message: &str) -> (Status, Value) {
    let test = json!({
        "name": visible(name), "status": status, "rawStatus": visible(raw), "duration": 0, "suite": ["doorspec"],
        "message": clipped(&visible(message), MESSAGE),
    });
    (status, test)
}

fn environment(record: &Record) -> Value {
    let said = |name: &str| record.target.identity.get(name).map(|value| visible(value));
    let mut environment = json!({
        "appName": said("model").unwrap_or_else(|| visible(&record.target.url)),
        "testEnvironment": visible(&record.target.url),
        "healthy": record.exit == 0,
    });
    if let Some(firmware) = said("firmware") {
        environment["appVersion"] = json!(firmware);
    }
    if let [shard] = record.shards.as_slice() {
        environment["shardId"] = json!(visible(shard));
    }
    environment
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn check(record: &Record) -> Value {
        let report: Value = serde_json::from_str(&ctrf(record)).expect("it is JSON");
        let (summary, tests) = (&report["results"]["summary"], report["results"]["tests"].as_array().expect("tests"));
        for status in ["passed", "failed", "skipped", "pending", "other"] {
            let count = tests.iter().filter(|test| test["status"] == status).count();
            assert_eq!(summary[status], count, "{status}");
        }
        assert_eq!(summary["tests"], tests.len());
        for test in tests {
            assert!(test["name"].as_str().is_some_and(|name| !name.is_empty()) && test["duration"].is_u64(), "{test:#}");
        }
        report
    }

    #[test]
    fn every_verdict_has_its_status_and_keeps_its_word() {
        let report = check(&sample::full());
        let tests = report["results"]["tests"].as_array().expect("tests");
        let rows: Vec<_> =
            tests.iter().map(|test| (test["status"].as_str().expect("one"), test["rawStatus"].as_str().expect("one"))).collect();
        let expected = [
            ("passed", "pass"),
            ("failed", "fail"),
            ("failed", "fail"),
            ("passed", "warn"),
            ("skipped", "waived"),
            ("passed", "observed"),
            ("other", "inconclusive"),
            ("skipped", "not-applicable"),
            ("other", "error"),
        ];
        assert_eq!(rows, expected);
        assert_eq!(tests[4]["message"], "waived: agreed until firmware 2.47");
        assert_eq!((&tests[1]["filePath"], &tests[1]["line"]), (&json!("cases/2n/dir/delete.json"), &json!(41)));
        let summary = &report["results"]["summary"];
        assert_eq!((&summary["start"], &summary["stop"]), (&json!(1_795_600_800_000_u64), &json!(1_795_600_812_345_u64)));
        let strict = Record { strict: true, ..sample::full() };
        assert_eq!(check(&strict)["results"]["tests"][3]["status"], "failed");
    }

    #[test]
    fn what_is_no_case_is_a_test_of_its_own() {
        let rows = [(sample::passing(), 0, "passed"), (sample::waived(), 2, "failed"), (sample::hostile(), 1, "failed")];
        for (record, more, last) in rows {
            let report = check(&record);
            let tests = report["results"]["tests"].as_array().expect("tests");
            assert_eq!(tests.len(), record.cases.len() + more);
            assert_eq!(tests.last().map(|test| &test["status"]), Some(&json!(last)));
            assert_eq!(report["results"]["environment"]["healthy"], record.exit == 0);
        }
    }
}
