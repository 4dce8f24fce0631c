//! A fleet: many devices at once, each with reports of its own, and what is said of all of them.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use program::{Mock, check, doorspec, doorspec_with_accounts, record};
use serde_json::Value;

mod program;

/// A file with these targets.
fn fleet_file(folder: &Path, targets: &[(&str, &String)]) -> String {
    let text: String = targets.iter().map(|(name, url)| format!("[target.{name}]\nurl = \"{url}\"\n\n")).collect();
    let file = folder.join("fleet.toml");
    fs::write(&file, text).expect("it can be written");
    file.to_str().expect("the path is text").to_owned()
}

#[test]
fn each_device_has_reports_of_its_own_and_a_stuck_one_holds_up_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    // Takes connections and never says a word.
    let stuck = TcpListener::bind("127.0.0.1:0").expect("a port");
    let stuck_url = format!("http://{}", stuck.local_addr().expect("an address"));
    let [plain, broken, other, panel] = [
        &["--suite", "2n"][..],
        &["--suite", "2n", "--defect", "delete-unknown-succeeds"],
        &["--suite", "2n", "--quirk", "iterator-inclusive"],
        &["--suite", "bas-ip"],
    ]
    .map(Mock::start);
    let targets =
        [("lobby", &plain.url), ("gate", &broken.url), ("garage", &other.url), ("panel", &panel.url), ("stuck", &stuck_url)];
    let file = fleet_file(folder.path(), &targets);
    let filters = ["--filter", "2n/dir/delete/*", "--filter", "2n/dir/query/*", "--filter", "bas-ip/link/delete/*"];
    let given = [&["run", "--fleet", &file, "--out", out.to_str().expect("text"), "--timeout", "2s"], &filters[..]].concat();
    let said = check(
        &mut doorspec_with_accounts(&given),
        1,
        &[
            "5 devices: 3 conform, 1 failed, 1 incomplete",
            "✗ gate",
            "? stuck   incomplete: ",
            "✓ lobby",
            "fail on gate",
            "inclusive on garage",
        ],
    );
    assert!(!said.contains("Tulip-4711"), "{said}");

    for (name, exit) in [("lobby", 0), ("gate", 1), ("garage", 0), ("panel", 0), ("stuck", 3)] {
        assert_eq!(record(&out.join(name))["exit"], exit, "{name}");
        for report in ["junit.xml", "report.html", "journal.jsonl"] {
            assert!(out.join(name).join(report).is_file(), "{name}/{report}");
        }
    }
    let overview: Value =
        serde_json::from_str(&fs::read_to_string(out.join("fleet.json")).expect("it was written")).expect("it is JSON");
    let names: Vec<&str> = overview["units"].as_array().expect("units").iter().filter_map(|unit| unit["name"].as_str()).collect();
    assert_eq!(names, ["garage", "gate", "lobby", "panel", "stuck"]);
    assert_eq!((&overview["exit"], &overview["outcome"]), (&1.into(), &"failed".into()));
    for unit in overview["units"].as_array().expect("units") {
        let own = record(&out.join(unit["name"].as_str().expect("a name")));
        assert_eq!((&unit["tally"], &unit["exit"]), (&own["tally"], &own["exit"]), "the overview and the record agree");
    }
    let page = fs::read_to_string(out.join("fleet.html")).expect("it was written");
    assert!(page.contains("3 of 5 devices conform") && page.contains("href=\"gate/report.html\""), "{page}");
}

#[test]
fn what_is_wrong_with_a_fleet_is_said_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("fleet.toml");
    let rows = [
        ("", "there is no target in"),
        ("[target.a]\nurl = 3", "fleet.toml:2:7"),
        ("[target.\"../a\"]\nurl = \"http://127.0.0.1:1\"", "cannot give a folder its name"),
        (
            "[target.a]\nurl = \"http://127.0.0.1:1\"\nuser-from = \"NOT_SET_A\"\npassword-from = \"NOT_SET_B\"",
            "takes a credential from NOT_SET_A",
        ),
        ("[target.a]\nurl = \"http://127.0.0.1:1\"\nprofile = \"nowhere.json\"", "a: cannot read the profile"),
    ];
    for (text, words) in rows {
        fs::write(&file, text).expect("it can be written");
        let out = folder.path().join("out");
        let run = ["run", "--fleet", file.to_str().expect("text"), "--out", out.to_str().expect("text")];
        check(&mut doorspec(&run), 2, &[words]);
    }
    fs::write(&file, "[target.a]\nurl = \"http://127.0.0.1:1\"").expect("it can be written");
    let file = file.to_str().expect("text");
    check(&mut doorspec(&["run", "--fleet", "nowhere.toml"]), 2, &["cannot read nowhere.toml"]);
    for other in [&["http://127.0.0.1:1"][..], &["--spawn", "x {port}"], &["--format", "tap"], &["--junit", "x.xml"]] {
        check(&mut doorspec(&[&["run", "--fleet", file], other].concat()), 2, &["cannot be used with"]);
    }
    check(&mut doorspec(&["watch", "--fleet", file]), 2, &["`watch` runs on one target"]);
    let dry = ["run", "--fleet", file, "--dry-run", "--filter", "2n/dir/delete/unknown-uuid"];
    check(&mut doorspec(&dry), 0, &["a: http://127.0.0.1:1", "nothing was sent"]);
}
