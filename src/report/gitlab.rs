//! The report for GitLab: Code Quality JSON, of which a merge request shows what is new and what is gone.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::record::{CaseRecord, Mismatch, Record, SourceRecord};
use crate::records::exit;
use crate::report::outcome::{place, sentence, wrong_waiver};
use crate::report::plain::{clipped, visible};
use crate::requirement::Strength;
use crate::verdict::{Exit, Verdict};

/// How many deviations of one case are told.
const DEVIATIONS: usize = 10;
/// How many columns a description takes.
const DESCRIPTION: usize = 600;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// One issue for each deviation that is not agreed on, and for each case that could not be judged. An issue is known again by the
/// case and by what a waiver goes by (requirement, place without its positions, kind of check), not by what the device said.
pub fn gitlab(record: &Record) -> String {
    let mut issues = beyond_the_cases(record);
    for case in record.cases.iter().filter(|case| case.waived.is_none()) {
        match case.verdict {
            Verdict::Fail | Verdict::Warn => issues.extend(deviations(case)),
            Verdict::Inconclusive | Verdict::Error => issues.push(unjudged(case)),
            Verdict::Pass | Verdict::Observed | Verdict::NotApplicable => {}
        }
    }
    // Strings and numbers, for which serialising cannot fail.
    serde_json::to_string_pretty(&issues).expect("issues are plain data") + "\n"
}

fn deviations(case: &CaseRecord) -> Vec<Issue> {
    let mut seen = BTreeSet::new();
    let told = case.mismatches.iter().filter(|one| one.level > Strength::May);
    let new = told.filter(|one| seen.insert((&one.requirement, place(&one.at), &one.kind)));
    new.take(DEVIATIONS).map(|one| deviation(case, one)).collect()
}

fn deviation(case: &CaseRecord, mismatch: &Mismatch) -> Issue {
    let Mismatch { requirement, at, expected, actual, kind, .. } = mismatch;
    let severity = if mismatch.level == Strength::Must { "critical" } else { "minor" };
    let said = format!("{} ({}): {at} expected: {expected} actual: {actual}", case.title, case.id);
    issue(severity, &requirement.0, &said, &[&case.id, &requirement.0, &place(at), kind], &case.source)
}

fn unjudged(case: &CaseRecord) -> Issue {
    let severity = if case.verdict == Verdict::Error { "major" } else { "info" };
    let word = case.verdict.word();
    let said = format!("{word}: {} ({}): {}", case.title, case.id, case.reason.as_deref().unwrap_or_default());
    issue(severity, word, &said, &[&case.id, word], &case.source)
}

/// What fails the run without being a case; GitLab wants a place for everything.
fn beyond_the_cases(record: &Record) -> Vec<Issue> {
    let mut issues = Vec::new();
    let nowhere = SourceRecord { file: "doorspec".into(), line: 1 };
    if !matches!(exit(record), Exit::Conforms | Exit::DoesNotConform) {
        let said = [sentence(record)].into_iter().chain(record.reasons.iter().cloned()).collect::<Vec<_>>().join("; ");
        let severity = if exit(record) == Exit::Incomplete { "major" } else { "blocker" };
        issues.push(issue(severity, "doorspec", &said, &["run", &record.outcome], &nowhere));
    }
    for one in record.waivers.iter().filter(|one| one.status.fails()) {
        let meant = &one.waiver.fingerprint;
        let parts = [one.status.word(), &one.waiver.case, &meant.requirement.0, &meant.at, &meant.kind];
        let source = record.cases.iter().find(|case| case.id == one.waiver.case).map_or(&nowhere, |case| &case.source);
        issues.push(issue("major", "waiver", &wrong_waiver(one), &parts, source));
    }
    issues
}

fn issue(severity: &'static str, check: &str, description: &str, parts: &[&str], source: &SourceRecord) -> Issue {
    Issue {
        description: clipped(&visible(description), DESCRIPTION),
        check_name: visible(check),
        fingerprint: fingerprint(parts),
        severity,
        location: Location { path: visible(&source.file), lines: Lines { begin: source.line.max(1) } },
    }
}

fn fingerprint(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\n"));
    digest.iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::sample;

    fn issues(record: &Record) -> Vec<Value> {
        serde_json::from_str(&gitlab(record)).expect("it is JSON")
    }

    #[test]
    fn every_deviation_that_counts_is_an_issue_at_its_case() {
        let found = issues(&sample::full());
        let rows: Vec<_> = found.iter().map(|issue| (&issue["check_name"], &issue["severity"])).collect();
        let expected = [
            ("doorspec", "blocker"),
            ("2N-DIR-DEL-034", "critical"),
            ("2N-DIR-DEL-034", "critical"),
            ("2N-DIR-CRE-003", "minor"),
            ("inconclusive", "info"),
            ("error", "major"),
        ];
        let mut record = sample::full();
        record.exit = 5;
        let found_with_fault = issues(&record);
        assert_eq!(rows.len() + 1, found_with_fault.len());
        for (issue, (check, severity)) in found_with_fault.iter().zip(expected) {
            assert_eq!((issue["check_name"].as_str(), issue["severity"].as_str()), (Some(check), Some(severity)));
        }
        assert_eq!(found[0]["location"], serde_json::json!({ "path": "cases/2n/dir/delete.json", "lines": { "begin": 41 } }));
        assert!(found[0]["description"].as_str().is_some_and(|said| said.contains("actual: absent")), "{found:#?}");
        assert_eq!(issues(&sample::passing()), Vec::<Value>::new());
        assert_eq!(issues(&sample::waived()).len(), 2);
    }

    #[test]
    fn an_issue_is_known_again_by_what_a_waiver_goes_by() {
        let of = |change: &dyn Fn(&mut CaseRecord)| {
            let mut case = sample::failing("2n/dir/delete/x", "x", "2N-DIR-DEL-034");
            change(&mut case);
            deviations(&case)[0].fingerprint.clone()
        };
        let same = of(&|_| {});
        assert_eq!(of(&|case| case.mismatches[0].at = "/response/body/result/users/9/errors/7/code".into()), same);
        assert_eq!(of(&|case| case.mismatches[0].actual = "string \"other\"".into()), same);
        assert_eq!(of(&|case| case.source.line = 7), same);
        assert_ne!(of(&|case| case.mismatches[0].kind = "schema".into()), same);
        assert_ne!(of(&|case| case.id = "2n/dir/delete/y".into()), same);
        assert_ne!(of(&|case| case.mismatches[0].requirement = "2N-DIR-DEL-035".into()), same);
    }

    #[test]
    fn no_two_issues_have_one_fingerprint() {
        for record in [sample::full(), sample::hostile(), sample::waived()] {
            let found = issues(&record);
            let all: BTreeSet<_> = found.iter().map(|issue| issue["fingerprint"].to_string()).collect();
            assert_eq!(all.len(), found.len());
        }
    }
}
