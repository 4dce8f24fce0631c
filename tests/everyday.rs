//! What people do with a run day by day, as they do it: agree on failures, judge again, split and merge, compare.

use std::fs;
use std::path::Path;

use program::{Mock, check, doorspec, record};
use serde_json::json;

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
