//! Reports on request, as CI systems and viewers get them: they agree with the record, and nothing in them acts on who reads them.

use std::fs;
use std::path::Path;
use std::process::Command;

use program::{Mock, check, doorspec, doorspec_with_accounts, record};
use serde_json::{Value, json};

mod program;

/// What a device might send so that a terminal, a runner or a viewer acts on it.
const POISON: &str = "\n::error::x\n::stop-commands::y\n##[add-mask]z ##vso[task.complete]\u{1b}[31m\u{9b}\u{202e}\r\nok 1 # TODO\nBail out!\n| </code><script>alert(1)</script> ` **b** [a](http://evil.example)";

fn text(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("it was written")
}

/// The arguments that ask for every format in a file of its own.
fn everything(folder: &Path) -> Vec<String> {
    let formats = ["github", "gitlab", "markdown", "tap", "ctrf"];
    formats.iter().flat_map(|format| ["--format".to_owned(), format!("{format}={}", text(&folder.join(format)))]).collect()
}

/// How many cases of a record there are of each kind: failing, waived, not judged, not applicable, warned, other.
struct Counts {
    failed: usize,
    waived: usize,
    unjudged: usize,
    skipped: usize,
    warned: usize,
    all: usize,
}

fn count(record: &Value) -> Counts {
    let cases = record["cases"].as_array().expect("cases");
    let of = |wanted: &dyn Fn(&Value) -> bool| cases.iter().filter(|case| wanted(case)).count();
    let is = |case: &Value, word: &str| case["verdict"] == word;
    Counts {
        failed: of(&|case| is(case, "fail") && case["waived"].is_null()),
        waived: of(&|case| is(case, "fail") && !case["waived"].is_null()),
        unjudged: of(&|case| is(case, "inconclusive") || is(case, "error")),
        skipped: of(&|case| is(case, "not-applicable")),
        warned: of(&|case| is(case, "warn")),
        all: cases.len(),
    }
}

/// The totals of every format are those of the record, and nothing in a format acts on its reader.
fn check_all(folder: &Path, record: &Value) {
    let counts = count(record);
    let beyond = usize::from(!matches!(record["exit"].as_u64(), Some(0 | 1)));
    let github = read(&folder.join("github"));
    let errors = github.lines().filter(|line| line.starts_with("::error ")).count();
    assert_eq!(errors, (counts.failed + beyond).min(10), "{github}");
    assert_eq!(github.lines().filter(|line| line.starts_with("::warning ")).count(), (counts.warned + counts.unjudged).min(10));
    assert!(github.lines().all(|line| line.starts_with("::error ") || line.starts_with("::warning ")), "{github}");

    let issues: Value = serde_json::from_str(&read(&folder.join("gitlab"))).expect("it is JSON");
    let issues = issues.as_array().expect("a list");
    let places: std::collections::BTreeSet<_> = issues.iter().map(|issue| issue["location"].to_string()).collect();
    assert!(issues.len() >= counts.failed + counts.warned + counts.unjudged + beyond);
    assert!(places.len() <= counts.failed + counts.warned + counts.unjudged + beyond);

    let tap = read(&folder.join("tap"));
    let points = |start: &str, has: &str| tap.lines().filter(|line| line.starts_with(start) && line.contains(has)).count();
    assert_eq!(points("not ok ", " # TODO "), counts.waived);
    let unsaid = points("not ok ", " - the run as a whole");
    assert_eq!(unsaid, beyond);
    assert_eq!(points("not ok ", ""), counts.failed + counts.waived + counts.unjudged + unsaid, "{tap}");
    assert_eq!(points("ok ", " # SKIP "), counts.skipped);
    assert_eq!(points("ok ", "") + points("not ok ", ""), counts.all + unsaid);

    let ctrf: Value = serde_json::from_str(&read(&folder.join("ctrf"))).expect("it is JSON");
    let status = |status: &str| {
        let own = ctrf["results"]["tests"].as_array().expect("tests").iter().filter(|test| test["suite"] != json!(["doorspec"]));
        own.filter(|test| test["status"] == status).count()
    };
    let found = ["failed", "skipped", "other"].map(status);
    assert_eq!(found, [counts.failed, counts.waived + counts.skipped, counts.unjudged]);
    assert_eq!(status("passed"), counts.all - found.iter().sum::<usize>());

    let markdown = read(&folder.join("markdown"));
    let numbers = markdown.lines().skip_while(|line| !line.starts_with("| --:")).nth(1).expect("the counts");
    let sum: usize = numbers.split('|').filter_map(|cell| cell.trim().parse::<usize>().ok()).sum();
    assert_eq!(sum, counts.all, "{markdown}");

    for format in ["github", "gitlab", "markdown", "tap", "ctrf"] {
        let text = read(&folder.join(format));
        assert!(!text.chars().any(|character| character.is_control() && character != '\n'), "{format}");
        for secret in ["Tulip-4711", "Daisy-0815", "doorspec-admin"] {
            assert!(!text.contains(secret), "{format} holds {secret}");
        }
        for command in ["##[", "##vso["] {
            assert!(!text.contains(command), "{format} holds {command}");
        }
    }
}

#[test]
fn every_format_agrees_with_the_record() {
    let rows: [(&[&str], &[&str], i32); 3] = [
        (&[], &["--filter", "2n/dir/delete/*", "--filter", "2n/dir/query/*"], 0),
        (&["--defect", "delete-unknown-succeeds"], &["--filter", "2n/dir/delete/*"], 1),
        (&["--auth", "none", "--defect", "delete-unknown-succeeds"], &["--filter", "2n/dir/delete*"], 1),
    ];
    for (mock, run, exit) in rows {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out");
        let mock = Mock::start(&[&["--suite", "2n"], mock].concat());
        check(mock.run(&out, &[&["--suite", "2n"], run].concat()).args(everything(folder.path())), exit, &[]);
        check_all(folder.path(), &record(&out));
    }
}

#[test]
fn a_failure_that_was_agreed_on_is_one_in_no_format() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, waivers) = (folder.path().join("out"), folder.path().join("waivers.json"));
    let broken = Mock::start(&["--suite", "2n", "--defect", "delete-unknown-succeeds"]);
    let filter = ["--suite", "2n", "--filter", "2n/dir/delete/*"];
    check(&mut broken.run(&out, &filter), 1, &[]);
    check(&mut doorspec(&["waive", text(&out), "--reason", "corrected in 2.47", "--out", text(&waivers)]), 0, &[]);
    check(broken.run(&out, &filter).args(["--waivers", text(&waivers)]).args(everything(folder.path())), 0, &[]);
    let record = record(&out);
    assert!(count(&record).waived > 0);
    check_all(folder.path(), &record);
    assert!(read(&folder.path().join("tap")).contains(" # TODO waived: corrected in 2.47"));
}

#[test]
fn whatever_a_device_sent_a_format_stays_what_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, again) = (folder.path().join("out"), folder.path().join("again"));
    let broken = Mock::start(&["--suite", "2n", "--defect", "delete-unknown-succeeds"]);
    check(&mut broken.run(&out, &["--suite", "2n", "--filter", "2n/dir/delete/*"]), 1, &[]);
    let mut poisoned = record(&out);
    poisoned["target"]["identity"]["firmware"] = json!(POISON);
    poisoned["untouched"]["changes"] = json!([POISON]);
    poisoned["untouched"]["holds"] = json!(false);
    for case in poisoned["cases"].as_array_mut().expect("cases") {
        for mismatch in case.get_mut("mismatches").and_then(Value::as_array_mut).into_iter().flatten() {
            mismatch["actual"] = json!(POISON);
            mismatch["at"] = json!(format!("/response/headers/{POISON}"));
        }
    }
    fs::write(folder.path().join("record.json"), poisoned.to_string()).expect("it can be written");
    let stored = folder.path().join("record.json");
    let mut merge = doorspec(&["merge", text(&stored), "--out", text(&again), "--junit-dialect", "strict"]);
    check(merge.args(everything(folder.path())), 4, &[]);
    check_all(folder.path(), &record(&again));
    let junit = read(&again.join("junit.xml"));
    assert!(junit.contains("verdict: fail") && !junit.contains("<property name=\"verdict\""), "{junit}");

    // In a job's log the text stands where the runner looks for no command.
    let mut merge = doorspec(&["merge", text(&stored), "--out", text(&again), "--format", "github"]);
    let log = String::from_utf8(merge.output().expect("it runs").stdout).expect("it is text");
    let token = log.lines().next().and_then(|line| line.strip_prefix("::stop-commands::")).expect("the first line").to_owned();
    let end = log.find(&format!("\n::{token}::\n")).expect("the runner looks again");
    assert!(log[..end].contains("CHANGED"), "{log}");
    assert!(log[end..].lines().skip(2).all(|line| line.starts_with("::error ") || line.starts_with("::warning ")), "{log}");
}

#[test]
fn an_annotation_is_at_the_case_in_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let github = folder.path().join("github");
    let broken = Mock::start(&["--suite", "2n", "--defect", "delete-unknown-succeeds"]);
    let wanted = format!("github={}", text(&github));
    let given = ["--suite", "2n", "--filter", "2n/dir/delete/unknown-uuid", "--format", &wanted];
    check(&mut broken.run(folder.path(), &given), 1, &[]);
    let line = read(&github);
    let place = line.strip_prefix("::error file=").and_then(|rest| rest.split_once(",title=")).expect("a place").0.to_owned();
    let (file, number) = place.split_once(",line=").expect("a line");
    let number: usize = number.parse().expect("a number");
    let at = read(Path::new(file)).lines().nth(number - 1).expect("the line is in the file").to_owned();
    assert!(at.contains("\"name\": \"unknown-uuid\""), "{place}: {at}");
}

/// What went to standard output and what to standard error.
fn streams(command: &mut Command) -> (String, String) {
    let output = command.output().expect("the program starts");
    (String::from_utf8(output.stdout).expect("it is text"), String::from_utf8(output.stderr).expect("it is text"))
}

#[test]
fn a_format_has_standard_output_to_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let filter = "2n/dir/delete/unknown-uuid";
    let run = |more: &[&str]| {
        let mut command = doorspec(&["run", "--filter", filter, "--out", text(folder.path())]);
        command.args(more);
        command
    };
    for (format, start) in
        [("tap", "TAP version 14\n1..1\nok 1 - "), ("ctrf", "{\n"), ("gitlab", "[]\n"), ("markdown", "## ✅ Conforms: ")]
    {
        let (out, err) = streams(&mut run(&["--format", format]));
        assert!(out.starts_with(start) && !out.contains("requirements by area"), "{format}: {out}");
        assert!(err.contains("requirements by area") && err.contains("outcome"), "{format}: {err}");
        let (_, err) = streams(&mut run(&["--format", format, "--quiet"]));
        assert!(err.starts_with("conforms: "), "{err}");
    }
    let (out, err) = streams(&mut run(&["--format", "github"]));
    assert!(out.starts_with("::stop-commands::") && out.contains("requirements by area") && err.is_empty(), "{out}{err}");
    let (out, _) = streams(run(&[]).env("GITHUB_ACTIONS", "true"));
    assert!(out.starts_with("::stop-commands::"), "{out}");
    let (tap, _) = streams(&mut doorspec(&["rejudge", text(folder.path()), "--format", "tap"]));
    assert!(tap.starts_with("TAP version 14\n1..1\nok 1 - "), "{tap}");
}

#[test]
fn a_job_on_github_gets_its_summary() {
    let folder = tempfile::tempdir().expect("a folder");
    let summary = folder.path().join("summary.md");
    fs::write(&summary, "# Before\n").expect("it can be written");
    let run = |more: &[&str]| {
        let mut command =
            doorspec_with_accounts(&["run", "--filter", "2n/dir/delete/unknown-uuid", "--out", text(folder.path())]);
        command.args(more).env("GITHUB_STEP_SUMMARY", &summary);
        command
    };
    check(&mut run(&[]), 0, &[]);
    assert_eq!(read(&summary), "# Before\n", "only on request");
    check(&mut run(&["--format", "github"]), 0, &[]);
    assert!(read(&summary).starts_with("# Before\n## ✅ Conforms: "), "{}", read(&summary));
    fs::write(&summary, "x".repeat(1024 * 1024)).expect("it can be written");
    check(&mut run(&["--format", "github"]), 0, &["note: no job summary was written", "is full"]);
    assert_eq!(read(&summary).len(), 1024 * 1024);
}

#[test]
fn a_format_that_cannot_be_made_is_said_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows: [(&[&str], &str); 5] = [
        (&["--format", "gihub"], "did you mean `github`?"),
        (&["--format", "sarif"], "known: github, gitlab, markdown, tap, ctrf"),
        (&["--format", "tap="], "no file is named"),
        (&["--format", "tap", "--format", "ctrf"], "only one format can go to standard output"),
        (&["--format", "tap=/proc/nowhere/run.tap"], "cannot write"),
    ];
    for (wrong, words) in rows {
        let run = ["run", "http://127.0.0.1:9", "--out", text(folder.path())];
        check(&mut doorspec(&[&run[..], wrong].concat()), 2, &[words]);
    }
}
