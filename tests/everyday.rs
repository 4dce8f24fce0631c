//! What people do with a run day by day, as they do it: agree on failures, judge again, split and merge, compare.

use std::fs;
use std::path::Path;

use program::{Mock, check, doorspec, record};
use serde_json::{Value, json};

mod program;

/// A path as an argument.
fn text(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}

#[test]
fn a_failure_that_was_agreed_on_does_not_fail_the_next_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, waivers) = (folder.path().join("out"), folder.path().join("waivers.json"));
    let broken = Mock::start(&["--suite", "2n", "--defect", "delete-unknown-succeeds"]);
    let filter = ["--filter", "2n/dir/delete/*"];
    check(&mut broken.run(&out, &filter), 1, &["does not conform"]);
    let waive = ["waive", text(&out), "--reason", "corrected in 2.47", "--expires", "2099-12-31", "--out", text(&waivers)];
    check(&mut doorspec(&waive), 0, &["added to"]);
    check(&mut doorspec(&["check", "--waivers", text(&waivers)]), 0, &["no mistake"]);
    let given = [&filter[..], &["--waivers", text(&waivers)]].concat();
    check(&mut broken.run(&out, &given), 0, &["conforms", "waived failures", "corrected in 2.47"]);
    let junit = fs::read_to_string(out.join("junit.xml")).expect("it was written");
    assert!(junit.contains("<skipped message=\"waived: corrected in 2.47 (until 2099-12-31)\"/>"), "{junit}");
    assert!(record(&out)["waivers"].as_array().is_some_and(|all| all.iter().all(|one| one["status"] == "used")));
    check(&mut doorspec(&["waive", text(&out), "--reason", "again"]), 2, &["nothing fails"]);

    let mended = Mock::start(&["--suite", "2n"]);
    check(
        &mut mended.run(&out, &given),
        1,
        &["waivers that fail the run", "stale waiver of 2n/dir/delete/", "remove the waiver"],
    );
    check(&mut mended.run(&out, &["--filter", "2n/dir/query/*", "--waivers", text(&waivers)]), 0, &["conforms"]);

    let renewed = ["waive", text(&out), "--reason", "x", "--expires", "2027-02-30"];
    check(&mut broken.run(&out, &filter), 1, &[]);
    check(&mut doorspec(&renewed), 2, &["there is no day `2027-02-30`"]);
}

#[test]
fn a_waiver_that_is_over_or_meant_for_no_case_fails_the_run_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, file) = (folder.path().join("out"), folder.path().join("waivers.json"));
    let waiver = |case: &str| {
        json!({ "case": case, "reason": "agreed",
                "fingerprint": { "requirement": "2N-DIR-DEL-007", "at": "/response/status", "kind": "status" } })
    };
    let mut over = waiver("2n/dir/delete/unknown-uuid");
    over["expires"] = json!("2020-01-01");
    for (one, words) in [
        (waiver("2n/dir/delete/unknown-uid"), "unmatched waiver of 2n/dir/delete/unknown-uid"),
        (over, "expired waiver of 2n/dir/delete/unknown-uuid"),
    ] {
        fs::write(&file, json!({ "waivers": [one] }).to_string()).expect("it can be written");
        let run = ["run", "--filter", "2n/dir/delete/unknown-uuid", "--out", text(&out), "--waivers", text(&file)];
        check(&mut doorspec(&run), 1, &[words, "1 waiver is wrong"]);
        assert!(fs::read_to_string(out.join("junit.xml")).expect("a report").contains(words));
        assert!(fs::read_to_string(out.join("report.html")).expect("a report").contains(words));
        let shown = check(&mut doorspec(&["check", "--waivers", text(&file)]), 2, &["waivers.json:1:"]);
        assert!(shown.contains("did you mean `2n/dir/delete/unknown-uuid`?") || shown.contains("has expired"), "{shown}");
    }
}

#[test]
fn a_mistake_in_a_file_of_waivers_is_said_with_its_place_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("waivers.json");
    let whole = r#""fingerprint":{"requirement":"2N-DIR-DEL-007","at":"/response/status","kind":"status"}"#;
    let rows: [(String, &[&str]); 7] = [
        (
            format!("{{\"waivers\":[\n{{\"case\":\"x\",\"reson\":\"y\",{whole}}}]}}"),
            &[":2:13", "unknown key `reson`", "did you mean `reason`?"],
        ),
        ("{\"waivers\":[{\"case\":\"x\",\"reason\":\"y\"}]}".to_owned(), &["the key `fingerprint` is missing"]),
        (format!("{{\"waivers\":[{{\"case\":\"x\",\"reason\":\" \",{whole}}}]}}"), &["gives no reason"]),
        (format!("{{\"waivers\":[{{\"case\":\"x\",\"reason\":\"y\",\"expires\":\"soon\",{whole}}}]}}"), &["is no day"]),
        (
            format!(
                "{{\"waivers\":[{{\"case\":\"x\",\"reason\":\"y\",{whole}}},\n{{\"case\":\"x\",\"reason\":\"z\",{whole}}}]}}"
            ),
            &[":2:1", "waived already"],
        ),
        ("{\"waivers\":[}".to_owned(), &["waivers.json:1:13"]),
        ("[]".to_owned(), &["expected object, found array"]),
    ];
    for (wrong, words) in rows {
        fs::write(&file, &wrong).expect("it can be written");
        for command in [vec!["run", "http://127.0.0.1:9", "--waivers", text(&file)], vec!["check", "--waivers", text(&file)]] {
            let mut command = doorspec(&command);
            if command.get_args().next().is_some_and(|first| first == "run") {
                command.args(["--out", text(&folder.path().join("out"))]);
            }
            let said = check(&mut command, 2, words);
            assert!(said.contains("waivers.json"), "{said}");
        }
    }
}

/// The verdicts of a record by case.
fn verdicts(record: &Value) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().expect("a text").to_owned();
    let cases = record["cases"].as_array().expect("cases").iter();
    cases.map(|case| (word(&case["id"]), word(&case["verdict"]))).collect()
}

fn verdict(record: &Value, id: &str) -> String {
    verdicts(record).into_iter().find(|(have, _)| have == id).map(|(_, verdict)| verdict).expect("the case is in the record")
}

/// A copy of the cases and schemas, with a text replaced in one file.
fn changed_cases(folder: &Path, file: &str, from: &str, to: &str) {
    for part in ["cases", "schemas"] {
        copy(Path::new(part), &folder.join(part));
    }
    let path = folder.join("cases").join(file);
    let old = fs::read_to_string(&path).expect("the case file");
    assert!(old.contains(from), "{file} holds {from}");
    fs::write(path, old.replacen(from, to, 1)).expect("it can be written");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).map(drop).expect("it can be copied");
        }
    }
}

#[test]
fn a_record_is_judged_again_to_the_same_verdicts_without_a_device() {
    let rows: [(&str, &[&str], &str, i32); 4] = [
        ("2n", &[], "2n/dir/fields/*", 0),
        ("bas-ip", &[], "bas-ip/link/pages*", 0),
        ("2n", &["--defect", "delete-unknown-succeeds"], "2n/dir/delete/*", 1),
        ("bas-ip", &["--defect", "unknown-id-deleted"], "bas-ip/link/delete/*", 1),
    ];
    for (suite, more, filter, exit) in rows {
        let folder = tempfile::tempdir().expect("a folder");
        let (out, again) = (folder.path().join("out"), folder.path().join("again"));
        let mock = Mock::start(&[&["--suite", suite], more].concat());
        check(&mut mock.run(&out, &["--suite", suite, "--filter", filter]), exit, &[]);
        drop(mock);
        check(&mut doorspec(&["rejudge", text(&out), "--out", text(&again)]), exit, &["every verdict is as it was in the run"]);
        let (was, is) = (record(&out), record(&again));
        assert_eq!(verdicts(&was), verdicts(&is));
        for member in ["tally", "selection", "requirements", "outcome", "reasons"] {
            assert_eq!(was[member], is[member], "{member}");
        }
        let keys = |record: &Value| {
            record["cases"].as_array().expect("cases").iter().map(|case| case["mismatches"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(keys(&was), keys(&is), "the same deviations in the same words");
    }
}

#[test]
fn a_changed_expectation_flips_a_stored_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, again) = (folder.path().join("out"), folder.path().join("again"));
    let id = "2n/dir/delete/unknown-uuid";
    check(&mut doorspec(&["run", "--filter", id, "--out", text(&out)]), 0, &[]);
    let refused = "\"errors\": [{ \"code\": \"EDIR_UUID_DOES_NOT_EXIST\" }]";
    changed_cases(folder.path(), "2n/dir/delete.json", refused, "\"errors\": [{ \"code\": \"EDIR_UUID_IS_ODD\" }]");
    let cases = folder.path().join("cases");
    let said =
        check(&mut doorspec(&["rejudge", text(&out), "--cases", text(&cases), "--out", text(&again)]), 1, &["pass -> fail"]);
    assert!(said.contains(id), "{said}");
    // And back: what was held against a device is not held against it any more.
    check(&mut doorspec(&["rejudge", text(&again)]), 0, &["fail -> pass"]);
}

#[test]
fn what_the_record_does_not_show_is_never_a_pass() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, again) = (folder.path().join("out"), folder.path().join("again"));
    let ids = ["2n/dir/delete/unknown-uuid", "2n/dir/fields/accepted/pin"];
    check(&mut doorspec(&["run", "--filter", ids[0], "--filter", ids[1], "--out", text(&out)]), 0, &[]);
    let whole = record(&out);
    let case = |record: &Value, id: &str| {
        record["cases"].as_array().expect("cases").iter().position(|case| case["id"] == id).expect("the case is there")
    };
    let (first, second) = (case(&whole, ids[0]), case(&whole, ids[1]));
    let reply = |case: usize, exchange: usize| format!("/cases/{case}/exchanges/{exchange}/response/body");
    let judged = |case: usize| {
        let exchanges = whole["cases"][case]["exchanges"].as_array().expect("exchanges");
        exchanges.iter().position(|exchange| exchange["purpose"] == "judged").expect("one is judged")
    };
    let hidden = whole["cases"][second].to_string().replace("[redacted 1]", "[redacted]");
    let at = judged(first);
    let rows: [(&str, usize, String, Value); 5] = [
        ("only the beginning of a reply", first, format!("{}/cut", reply(first, at)), json!(true)),
        (
            "asks otherwise than the run did",
            first,
            format!("/cases/{first}/exchanges/{at}/request/target"),
            json!("/api/dir/get"),
        ),
        ("asks otherwise than the run did", first, format!("/cases/{first}/exchanges/{at}/request/manner"), json!("as limited")),
        ("holds no reply to", first, format!("/cases/{first}/exchanges"), json!([whole["cases"][first]["exchanges"][0]])),
        ("hangs on a secret", second, format!("/cases/{second}"), serde_json::from_str(&hidden).expect("JSON")),
    ];
    for (words, at, place, value) in rows {
        let mut less = whole.clone();
        match less.pointer_mut(&place) {
            Some(slot) => *slot = value,
            None => {
                let (parent, name) = place.rsplit_once('/').expect("a place");
                less.pointer_mut(parent).expect("its parent")[name] = value;
            }
        }
        fs::write(folder.path().join("less.json"), less.to_string()).expect("it can be written");
        let less = folder.path().join("less.json");
        check(&mut doorspec(&["rejudge", text(&less), "--out", text(&again)]), 3, &["pass -> inconclusive", words]);
        assert_eq!(verdict(&record(&again), ids[usize::from(at == second)]), "inconclusive", "{words}");
    }
    check(&mut doorspec(&["rejudge", text(&folder.path().join("none.json"))]), 2, &["cannot read"]);
    fs::write(folder.path().join("less.json"), "{\"doorspec\": 1}").expect("it can be written");
    check(&mut doorspec(&["rejudge", text(&folder.path().join("less.json"))]), 2, &["is no record", "help:"]);
}

#[test]
fn parts_of_a_run_merge_into_what_one_run_finds() {
    let rows: [(&[&str], i32); 2] = [(&[], 0), (&["--defect", "delete-unknown-succeeds"], 1)];
    for (defect, exit) in rows {
        let folder = tempfile::tempdir().expect("a folder");
        let mock = Mock::start(&[&["--suite", "2n"], defect].concat());
        let at = |name: &str| folder.path().join(name);
        let given = ["--filter", "2n/dir/delete*", "--suite", "2n", "--seed", "3"];
        check(&mut mock.run(&at("whole"), &given), exit, &[]);
        for shard in 1..=4 {
            let mut run = mock.run(&at(&shard.to_string()), &given);
            // Each way to say which part it is.
            match shard {
                1 => run.args(["--shard", "1/4"]),
                2 => run.args(["--shard", "auto"]).envs([("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "4")]),
                _ => run
                    .args(["--shard", "auto"])
                    .envs([("JOB_COMPLETION_INDEX", (shard - 1).to_string()), ("DOORSPEC_SHARD_TOTAL", "4".to_owned())]),
            };
            let ended = run.output().expect("it runs").status.code();
            assert!(ended == Some(0) || ended == Some(exit), "part {shard} ended with {ended:?}");
        }
        let parts: Vec<String> = [3, 1, 4, 2].map(|shard| text(&at(&shard.to_string())).to_owned()).into();
        let merge = |parts: &[String], out: &Path| {
            let mut command = doorspec(&["merge", "--out", text(out)]);
            command.args(parts);
            command
        };
        check(&mut merge(&parts, &at("merged")), exit, &["reports: "]);
        let (whole, merged) = (record(&at("whole")), record(&at("merged")));
        let sorted = |record: &Value| {
            let mut verdicts = verdicts(record);
            verdicts.sort();
            verdicts
        };
        assert_eq!(sorted(&whole), sorted(&merged));
        for member in ["tally", "selection", "exit", "outcome", "groups", "catalogue", "seed"] {
            assert_eq!(whole[member], merged[member], "{member}");
        }
        let found = |record: &Value| {
            let rows = record["requirements"].as_array().expect("rows").iter();
            rows.map(|row| (row["row"]["id"].clone(), row["verdict"].clone())).collect::<Vec<_>>()
        };
        assert_eq!(found(&whole), found(&merged));
        assert!(at("merged").join("junit.xml").exists() && at("merged").join("report.html").exists());
        check(&mut merge(&parts[..3], &at("some")), if exit == 0 { 3 } else { 1 }, &["not there", "2/4"]);
        check(&mut doorspec(&["rejudge", text(&at("merged"))]), exit, &["every verdict is as it was"]);
    }
}

#[test]
fn a_part_that_cannot_be_is_said_before_anything_is_sent() {
    type Variables = [(&'static str, &'static str)];
    let rows: [(&str, &Variables, &str); 6] = [
        ("5/4", &[], "there is no part 5 of 4"),
        ("0/4", &[], "there is no part 0 of 4"),
        ("half", &[], "is no part of the cases"),
        ("auto", &[], "nothing says which part this is"),
        ("auto", &[("CI_NODE_INDEX", "1")], "CI_NODE_TOTAL is not"),
        ("auto", &[("CI_NODE_INDEX", "one"), ("CI_NODE_TOTAL", "2")], "no number"),
    ];
    let names = ["CI_NODE_INDEX", "CI_NODE_TOTAL", "JOB_COMPLETION_INDEX", "DOORSPEC_SHARD_TOTAL"];
    let out = tempfile::tempdir().expect("a folder");
    for (shard, variables, words) in rows {
        let mut run = doorspec(&["run", "--shard", shard, "--out", text(out.path())]);
        for name in names {
            run.env_remove(name);
        }
        check(run.envs(variables.iter().copied()), 2, &[words, "help: "]);
    }
}

#[test]
fn a_device_beside_itself_shows_no_difference() {
    for suite in ["2n", "bas-ip"] {
        let folder = tempfile::tempdir().expect("a folder");
        let outs: Vec<String> = (0..3).map(|run| text(&folder.path().join(run.to_string())).to_owned()).collect();
        for (run, out) in outs.iter().enumerate() {
            let mock = Mock::start(&["--suite", suite, "--seed", "1"]);
            let seed = (run * 1000 + 17).to_string();
            let filters = if suite == "2n" {
                ["2n/dir/delete*", "2n/dir/query/*"]
            } else {
                ["bas-ip/link/delete/*", "bas-ip/link/pages/*"]
            };
            let given = ["--suite", suite, "--seed", &seed, "--filter", filters[0], "--filter", filters[1], "--timeout", "60s"];
            check(&mut mock.run(Path::new(out), &given), 0, &[]);
        }
        for (one, other) in [(0, 1), (1, 2), (2, 0)] {
            check(&mut doorspec(&["compare", &outs[one], &outs[other]]), 0, &["0 differences: 0 breaking"]);
        }
    }
}

/// What is planted into a mock, and the exit status, the class and a function of the one change that a comparison then names.
type Planted<'r> = ([&'r str; 2], i32, &'r str, &'r str);

/// Each difference is planted alone and has to be reported once.
fn each_is_reported_once(suite: &str, filters: &[&str], rows: &[Planted<'_>]) {
    let folder = tempfile::tempdir().expect("a folder");
    let record_of = |name: &str, more: &[&str]| {
        let mock = Mock::start(&[&["--suite", suite], more].concat());
        let out = folder.path().join(name);
        let filters = filters.iter().flat_map(|filter| ["--filter", filter]);
        let given: Vec<&str> = ["--suite", suite, "--timeout", "60s", "--jobs", "1"].into_iter().chain(filters).collect();
        drop(mock.run(&out, &given).output().expect("it runs"));
        text(&out).to_owned()
    };
    let plain = record_of("plain", &[]);
    for (planted, exit, class, function) in rows {
        let other = record_of("other", planted);
        let page = folder.path().join("compare.html");
        let output = doorspec(&["compare", &plain, &other, "--format", "json", "--html", text(&page)]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(*exit), "{planted:?}");
        let found: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        // How long a device takes is also a matter of what else the machine does meanwhile.
        let counts = |change: &&Value| planted[0] == "--latency" || change["differences"][0]["kind"] != "latency";
        let changes: Vec<&Value> = found["changes"].as_array().expect("changes").iter().filter(counts).collect();
        assert_eq!(changes.len(), 1, "{planted:?}: {changes:#?}");
        assert_eq!(changes[0]["class"], *class, "{planted:?}");
        assert!(changes[0]["functions"].as_array().is_some_and(|all| all.contains(&json!(function))), "{changes:#?}");
        let page = fs::read_to_string(page).expect("the page was written");
        assert!(page.contains(class) && page.contains(function), "{planted:?}");
        check(&mut doorspec(&["compare", &plain, &other]), *exit, &[" difference", class, function]);
        if *exit == 1 {
            check(&mut doorspec(&["compare", &other, &plain]), 0, &["compatible: ", " -> pass"]);
        }
    }
    check(&mut doorspec(&["compare", &plain, "/nowhere"]), 2, &["cannot read"]);
}

#[test]
fn each_difference_that_was_planted_in_a_2n_unit_is_reported_once() {
    let rows = [
        (["--defect", "delete-unknown-succeeds"], 1, "breaking", "PUT /api/dir/delete"),
        (["--defect", "delete-empty-errors"], 1, "breaking", "PUT /api/dir/delete"),
        (["--defect", "code-without-prefix"], 1, "breaking", "PUT /api/dir/delete"),
        (["--defect", "get-malformed-plain"], 1, "breaking", "POST /api/dir/get"),
        (["--defect", "create-stamp-beside-errors"], 1, "breaking", "PUT /api/dir/create"),
        (["--defect", "get-zero-finds-template"], 1, "breaking", "POST /api/dir/get"),
        (["--quirk", "iterator-inclusive"], 0, "observed", "POST /api/dir/query"),
        (["--quirk", "highest-under-other-keys"], 0, "observed", "POST /api/dir/query"),
        (["--quirk", "repeated-uuid-once"], 0, "observed", "POST /api/dir/get"),
        (["--latency", "60ms"], 0, "observed", "PUT /api/dir/delete"),
    ];
    each_is_reported_once("2n", &["2n/dir/delete/*", "2n/dir/query/*", "2n/dir/get/*", "2n/dir/create/*"], &rows);
}

#[test]
fn each_difference_that_was_planted_in_a_bas_ip_panel_is_reported_once() {
    let rows = [
        (["--defect", "echo-null"], 1, "breaking", "DELETE /api/v1/access/identifier/items/link"),
        (["--defect", "rows-at-root"], 1, "breaking", "DELETE /api/v1/access/identifier/items/link"),
        (["--defect", "row-without-extended-info"], 1, "breaking", "DELETE /api/v1/access/identifier/items/link"),
        (["--defect", "enum-capital"], 1, "breaking", "DELETE /api/v1/access/identifier/items/link"),
        (["--defect", "row-failure-409"], 1, "breaking", "POST /api/v1/access/identifier/items/link"),
        (["--defect", "any-password"], 1, "breaking", "GET /api/v1/login"),
        (["--defect", "login-without-account-type"], 1, "breaking", "GET /api/v1/login"),
        (["--quirk", "odd-limit-refused"], 0, "observed", "GET /api/v1/access/identifier/items/link"),
        (["--quirk", "odd-element-as-row"], 0, "observed", "DELETE /api/v1/access/identifier/items/link"),
        (["--quirk", "bad-value-as-row"], 0, "observed", "POST /api/v1/access/identifier/items/link"),
    ];
    each_is_reported_once(
        "bas-ip",
        &["bas-ip/link/delete*", "bas-ip/link/upsert*", "bas-ip/link/list/*", "bas-ip/access/*"],
        &rows,
    );
}

#[test]
fn what_a_device_turns_out_to_be_can_be_given_to_a_run() {
    let rows: [(&str, &[&str], &str, &str, &str); 3] = [
        ("2n", &[], "2n/dir/delete/*", "/dialect/force", "both"),
        ("2n", &["--quirk", "iterator-inclusive"], "2n/dir/query/*", "/dialect/iterator", "inclusive"),
        ("bas-ip", &[], "bas-ip/link/delete/*", "/edition", "android-3.21"),
    ];
    for (suite, more, filter, place, value) in rows {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let mock = Mock::start(&[&["--suite", suite, "--preload", "5"], more].concat());
        let (profile, journal) = (at("profile.json"), at("journal.jsonl"));
        let probe = ["probe", &mock.url, "--out", text(&profile), "--journal", text(&journal)];
        check(&mut program::doorspec_with_accounts(&probe), 0, &["the profile is in"]);
        let written: Value = serde_json::from_str(&fs::read_to_string(&profile).expect("a profile")).expect("JSON");
        assert_eq!(written["suite"], suite);
        if suite == "2n" {
            assert_eq!(written.pointer(place).and_then(Value::as_str), Some(value), "{written:#}");
        }
        let capabilities = written["capabilities"].as_object().expect("capabilities");
        let evidence = written["evidence"].as_object().expect("evidence");
        let unfounded: Vec<&String> = capabilities
            .iter()
            .filter(|(_, holds)| holds.is_boolean())
            .map(|(name, _)| name)
            .filter(|name| !evidence.contains_key(*name))
            .collect();
        assert!(unfounded.is_empty(), "{unfounded:?}");
        check(&mut doorspec(&["check", "--profile", text(&profile)]), 0, &["no mistake"]);
        let given = ["--suite", suite, "--filter", filter, "--seed", "4"];
        check(&mut mock.run(&at("without"), &given), 0, &["untouched"]);
        let with = [&given[..], &["--profile", text(&profile)]].concat();
        check(&mut mock.run(&at("with"), &with), 0, &["untouched"]);
        assert_eq!(verdicts(&record(&at("without"))), verdicts(&record(&at("with"))));
    }
}

#[test]
fn a_probe_of_nobody_and_a_profile_with_a_mistake_are_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let (journal, profile) = (folder.path().join("journal.jsonl"), folder.path().join("profile.json"));
    check(&mut doorspec(&["probe", "http://127.0.0.1:9", "--journal", text(&journal)]), 3, &["nobody listens"]);
    check(&mut doorspec(&["probe", "127.0.0.1"]), 2, &["is no URL"]);
    let mock = Mock::start(&["--suite", "2n"]);
    let read_only = ["probe", &mock.url, "--read-only"];
    let said = check(&mut program::doorspec_with_accounts(&read_only), 0, &["\"dialect\": {}"]);
    assert!(said.contains("is answered 200"), "{said}");
    let rows = [
        ("{\"suite\":\"2n\",\"capabilites\":{}}", "did you mean `capabilities`?"),
        ("{\"suite\":\"2m\"}", "there is no suite `2m`"),
        ("{\"suite\":\"2n\",\"dialect\":{\"force\":\"jsom\"}}", "has no class `jsom`"),
    ];
    for (wrong, words) in rows {
        fs::write(&profile, wrong).expect("it can be written");
        check(&mut doorspec(&["check", "--profile", text(&profile)]), 2, &["profile.json:1:", words]);
        check(
            &mut doorspec(&["run", "http://127.0.0.1:9", "--out", text(folder.path()), "--profile", text(&profile)]),
            2,
            &["profile.json:1:", words],
        );
    }
}

#[test]
fn a_server_is_started_for_a_run_and_stopped_after_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let mock = format!("'{}' mock --suite 2n --listen 127.0.0.1:{{port}}", env!("CARGO_BIN_EXE_doorspec"));
    let run = |command: &str| {
        let given = ["run", "--spawn", command, "--suite", "2n", "--filter", "2n/dir/delete/unknown-uuid", "--out", text(&out)];
        program::doorspec_with_accounts(&given)
    };
    check(&mut run(&mock), 0, &["conforms"]);
    let url = record(&out)["target"]["url"].as_str().expect("a url").to_owned();
    check(&mut doorspec(&["run", &url, "--suite", "2n", "--out", text(&out)]), 3, &["nobody listens"]);
    // Through a shell, too, nothing is left.
    check(&mut run(&format!("sh -c \"{mock} ; true\"")), 0, &["conforms"]);
    let url = record(&out)["target"]["url"].as_str().expect("a url").to_owned();
    check(&mut doorspec(&["run", &url, "--suite", "2n", "--out", text(&out)]), 3, &["nobody listens"]);
    let defective = mock.replace("--suite 2n", "--suite 2n --defect delete-unknown-succeeds");
    let repeated = defective.replace('\'', r"'\''");
    check(
        &mut run(&defective),
        1,
        &[&format!("repeat with `doorspec run --spawn '{repeated}' --filter 2n/dir/delete/unknown-uuid --seed ")],
    );
    let dies = "sh -c 'echo no licence for port {port} >&2; exit 7'";
    check(&mut run(dies), 3, &["`sh` ended by itself (exit status: 7)", "no licence for port "]);
    check(&mut run("./mock --port 80"), 2, &["has no {port}"]);
    check(&mut run("/nowhere/mock {port}"), 2, &["cannot start `/nowhere/mock`"]);
    check(&mut doorspec(&["run", "http://127.0.0.1:9", "--spawn", "x {port}"]), 2, &["cannot be used with"]);
}

#[test]
fn a_target_with_a_name_is_known_to_run_probe_and_clean() {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = [("DOORSPEC_USER", "qa-lobby"), ("DOORSPEC_PASSWORD", "Iris-2007")];
    let mock = Mock::start_with(&["--suite", "2n"], &accounts);
    let config = |text: &str| fs::write(folder.path().join("doorspec.toml"), text).expect("it can be written");
    let lobby = format!(
        "[target.lobby]\nurl = \"{}\"\nsuite = \"2n\"\nwaivers = \"waivers.json\"\n\
         user-from = \"LOBBY_USER\"\npassword-from = \"LOBBY_PASSWORD\"\n",
        mock.url
    );
    config(&lobby);
    fs::write(folder.path().join("waivers.json"), "{\"waivers\":[]}").expect("it can be written");
    let start = |arguments: &[&str]| {
        let mut command = doorspec(arguments);
        command.current_dir(folder.path()).env_remove("LOBBY_USER").env_remove("LOBBY_PASSWORD");
        command
    };
    let with_accounts = |arguments: &[&str]| {
        let mut command = start(arguments);
        command.envs([("LOBBY_USER", "qa-lobby"), ("LOBBY_PASSWORD", "Iris-2007")]);
        command
    };
    let run = ["run", "lobby", "--filter", "2n/dir/delete/unknown-uuid"];
    check(&mut with_accounts(&run), 0, &["conforms"]);
    let out = folder.path().join("reports/latest");
    let made = record(&out);
    assert_eq!((&made["target"]["url"], &made["suites"]), (&json!(mock.url), &json!(["2n"])));
    for report in ["record.json", "junit.xml", "report.html"] {
        let text = fs::read_to_string(out.join(report)).expect("a report");
        assert!(!text.contains("Iris-2007") && !text.contains("qa-lobby"), "{report} holds a credential");
    }
    check(&mut with_accounts(&["probe", "lobby", "--read-only"]), 0, &["\"suite\": \"2n\""]);
    check(&mut with_accounts(&["clean", "lobby"]), 0, &["nothing is left"]);
    // What was typed wins.
    check(&mut with_accounts(&["run", "lobby", "--suite", "bas-ip"]), 3, &["no such device"]);

    let wrong = format!("{lobby}password = \"Iris-2007\"\nprofil = \"x\"\n");
    let rows: [(&str, &[&str], &[&str]); 3] = [
        (&lobby, &["LOBBY_USER, which is not set"], &["lobby"]),
        (&lobby, &["no target `loby`", "did you mean `lobby`?", "known targets: lobby"], &["loby"]),
        (
            &wrong,
            &["doorspec.toml:7:1", "credentials never stand in this file", "`password-from", "doorspec.toml:8:1", "`profile`"],
            &["lobby"],
        ),
    ];
    for (text, words, names) in rows {
        config(text);
        for command in ["run", "probe", "clean"] {
            let said = check(&mut start(&[&[command], names].concat()), 2, words);
            assert!(!said.contains("Iris-2007"), "{said}");
        }
    }
    fs::remove_file(folder.path().join("doorspec.toml")).expect("it is there");
    check(&mut start(&["run", "lobby"]), 2, &["is no URL", "no doorspec.toml here", "http://192.0.2.40"]);
}

#[test]
fn what_failed_is_run_again_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, again) = (folder.path().join("out"), folder.path().join("again"));
    let broken = Mock::start(&["--suite", "2n", "--defect", "delete-unknown-succeeds"]);
    check(&mut broken.run(&out, &["--suite", "2n", "--filter", "2n/dir/delete/*"]), 1, &[]);
    let failed: Vec<String> =
        verdicts(&record(&out)).into_iter().filter(|(_, verdict)| verdict == "fail").map(|(id, _)| id).collect();
    assert!(!failed.is_empty());
    let mended = Mock::start(&["--suite", "2n"]);
    check(&mut mended.run(&again, &["--suite", "2n", "--rerun-failed", text(&out)]), 0, &["conforms"]);
    let ran: Vec<String> = verdicts(&record(&again)).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ran, failed);
    check(&mut mended.run(&out, &["--rerun-failed", text(&again)]), 2, &["there is nothing to run again"]);
}

#[test]
fn the_program_prints_what_describes_it() {
    for shell in ["bash", "zsh", "fish"] {
        check(&mut doorspec(&["completions", shell]), 0, &["doorspec", "rerun-failed"]);
    }
    check(&mut doorspec(&["man"]), 0, &[".TH doorspec", ".SH REJUDGE", "stale, expired or matches nothing"]);
    for file in ["case", "waivers", "record", "profile", "suite", "requirements", "target"] {
        let printed = doorspec(&["schema", file]).output().expect("it runs").stdout;
        let published = fs::read(format!("schemas/suite/{file}.schema.json")).expect("it is published");
        assert!(printed == published, "{file}");
    }
    check(&mut doorspec(&["schema", "tea"]), 2, &["tea"]);
}
