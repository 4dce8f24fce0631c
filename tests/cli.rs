//! The command line as a user holds it, rightly and wrongly: exit status, message, and what is written.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

use program::{Mock, check, doorspec, record};
use serde_json::Value;

mod program;

/// A server that answers every connection with the same bytes.
fn stranger(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it has an address"));
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut request = [0; 4096];
                while stream.read(&mut request).is_ok_and(|count| count > 0) && stream.write_all(answer).is_ok() {}
            });
        }
    });
    url
}

#[test]
fn what_is_held_wrong_is_said_before_anything_is_sent() {
    let out = tempfile::tempdir().expect("a folder");
    let folder = out.path().to_str().expect("the path is text");
    let rows: &[(&[&str], &[&str])] = &[
        (&["run", "192.0.2.40"], &["no URL", "http://192.0.2.40"]),
        (&["run", "ftp://192.0.2.40"], &["not http or https"]),
        (&["run", "http://"], &["no URL"]),
        (&["run", "http://admin:pw@192.0.2.40"], &["never travel on the command line", "DOORSPEC_USER"]),
        (&["run", "http://192.0.2.40/?x=1"], &["query"]),
        (&["run", "--suite", "2m"], &["no suite `2m`", "2n"]),
        (&["run", "--sute", "2n"], &["--sute", "--suite"]),
        (&["run", "--filter", "2n/nothing/*"], &["matches no case", "doorspec list"]),
        (&["run", "--timeout", "soon"], &["no duration"]),
        (&["run", "--cases", "/nowhere/cases"], &["cannot read /nowhere/cases"]),
        (&["run", "--profile", "/nowhere/profile.json"], &["cannot read the profile"]),
        (&["run", "--cacert", "/nowhere/ca.pem"], &["cannot read /nowhere/ca.pem"]),
        (&["run", "--junit", "/proc/nowhere/junit.xml"], &["cannot write"]),
        (&["mock", "--suite", "2n", "--defect", "no-such-defect"], &["no defect `no-such-defect`"]),
        (&["mock", "--suite", "3n"], &["no suite `3n`"]),
    ];
    for (arguments, words) in rows {
        let mut command = doorspec(arguments);
        if arguments[0] == "run" {
            command.args(["--out", folder]);
        }
        check(&mut command, 2, words);
    }
}

#[test]
fn who_does_not_answer_is_incomplete_and_reports_are_written() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port is free").local_addr().expect("it has an address");
    let page = stranger(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<html>hi</html>");
    let other =
        stranger(b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{\"vendor\":\"else\"}");
    let garbage = stranger(b"SSH-2.0-OpenSSH_9.6\r\n");
    let rows: [(String, &[&str], &str); 6] = [
        (format!("http://{closed}"), &["--suite", "2n"], "nobody listens"),
        (page.clone(), &["--suite", "2n"], "no such device"),
        (page, &[], "no such device"),
        (other, &["--suite", "bas-ip"], "no such device"),
        (garbage.clone(), &["--suite", "2n"], "not an HTTP reply"),
        (garbage.replace("http", "https"), &["--suite", "2n"], "TLS"),
    ];
    for (url, more, word) in rows {
        let out = tempfile::tempdir().expect("a folder");
        let mut command = doorspec(&["run", &url, "--timeout", "2s", "--out", out.path().to_str().expect("the path is text")]);
        check(command.args(more), 3, &[word]);
        let record = record(out.path());
        assert_eq!((&record["exit"], &record["tally"]["fail"]), (&Value::from(3), &Value::from(0)));
        assert!(out.path().join("junit.xml").exists() && out.path().join("report.html").exists());
    }
}

#[test]
fn a_wrong_password_is_said_and_nothing_fails() {
    for suite in ["2n", "bas-ip"] {
        let mock = Mock::start(&["--suite", suite]);
        let out = tempfile::tempdir().expect("a folder");
        check(mock.run(out.path(), &["--suite", suite]).env("DOORSPEC_PASSWORD", "wrong"), 3, &["log in"]);
        assert_eq!(record(out.path())["tally"]["fail"], 0);
        check(mock.run(out.path(), &["--suite", suite]).env_remove("DOORSPEC_USER"), 3, &["DOORSPEC_USER"]);
        let said = check(mock.run(out.path(), &[]).env("DOORSPEC_PASSWORD", "wrong"), 3, &["log in"]);
        assert!(!said.contains("no such device"), "the other suite is of no interest: {said}");
    }
}

#[test]
fn a_mock_conforms_a_defective_one_does_not_and_a_different_one_does() {
    let rows: [(&str, &[&str], i32, &str); 4] = [
        ("2n", &[], 0, "2n/dir/delete"),
        ("bas-ip", &[], 0, "bas-ip/link/delete"),
        ("2n", &["--quirk", "iterator-inclusive"], 0, "2n/dir/query"),
        ("2n", &["--preload", "40"], 0, "2n/dir/delete"),
    ];
    for (suite, more, exit, filter) in rows {
        let mock = Mock::start(&[&["--suite", suite], more].concat());
        let out = tempfile::tempdir().expect("a folder");
        check(&mut mock.run(out.path(), &["--filter", filter, "--seed", "5"]), exit, &["conforms", "untouched"]);
        assert_eq!(record(out.path())["suites"], serde_json::json!([suite]));
    }
}

#[test]
fn the_same_seed_gives_the_same_reports_but_for_times_and_ports() {
    let runs: Vec<(String, String)> = (0..2)
        .map(|_| {
            let out = tempfile::tempdir().expect("a folder");
            let folder = out.path().to_str().expect("the path is text").to_owned();
            check(&mut doorspec(&["run", "--seed", "11", "--jobs", "1", "--filter", "2n/dir/delete", "--out", &folder]), 0, &[]);
            let read = |name: &str| fs::read_to_string(out.path().join(name)).expect("it was written");
            (without_times(&read("record.json")), without_times(&read("junit.xml")))
        })
        .collect();
    assert_eq!(runs[0], runs[1]);
}

/// Takes times, ports and what a server makes up by itself out of a report.
fn without_times(text: &str) -> String {
    let patterns = [
        r#""(duration_ms|duration_us|p50_us|p95_us|max_us)": \d+"#,
        r#""started": "[^"]*""#,
        r#" (time|timestamp)="[^"]*""#,
        r"127\.0\.0\.1:\d+",
        r"\d+(\.\d+)? (ms|µs|s)\b",
        r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT",
    ];
    patterns.iter().fold(text.to_owned(), |text, pattern| {
        regex::Regex::new(pattern).expect("the pattern is right").replace_all(&text, "-").into_owned()
    })
}

#[test]
fn a_dry_run_sends_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.set_nonblocking(true).expect("it can wait");
    let url = format!("http://{}", listener.local_addr().expect("it has an address"));
    check(&mut doorspec(&["run", &url, "--dry-run", "--suite", "2n"]), 0, &["nothing was sent", "2n/dir/delete"]);
    assert!(listener.accept().is_err(), "somebody connected");
}

#[test]
fn the_self_test_says_whether_a_defect_is_caught_and_a_reply_looked_at() {
    let one = ["selftest", "--suite", "2n", "--only", "delete-unknown-succeeds", "--filter", "2n/dir/delete/unknown-uuid"];
    check(&mut doorspec(&one), 0, &["1 caught"]);
    let spoilt = ["selftest", "--suite", "2n", "--mutants", "5", "--filter", "2n/dir/delete/unknown-uuid"];
    check(&mut doorspec(&spoilt), 0, &["killed, 0 survived"]);
    let missed = ["selftest", "--suite", "2n", "--only", "get-without-stamp", "--filter", "2n/dir/delete/unknown-uuid"];
    check(&mut doorspec(&missed), 0, &["0 defects"]);
    check(&mut doorspec(&["selftest", "--only", "get-without-stamps"]), 2, &["did you mean `get-without-stamp`?"]);
    check(
        &mut doorspec(&["selftest", "--suite", "2n", "--only", "pages-skip"]),
        2,
        &["no mock has a defect or quirk `pages-skip`"],
    );
    check(&mut doorspec(&["selftest", "--filter", "2n/nothing"]), 2, &["matches no case"]);
    check(&mut doorspec(&["selftest", "--suite", "3n"]), 2, &["there is no suite `3n`"]);
}

#[test]
#[cfg(unix)]
fn a_mock_ends_with_0_when_it_is_told_to() {
    let mut mock = Mock::start(&["--suite", "2n"]);
    let pid = mock.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill exists").success());
    assert_eq!(mock.child.wait().expect("it ends").code(), Some(0));
}
