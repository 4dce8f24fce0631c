//! What a run does to a device that is not ours: stopped, on a device that dies, on one that cannot remove, beside another writer.

#![cfg(unix)]

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use doorspec::catalogue::Catalogue;
use doorspec::exchange::{Exchange, Outgoing, Role};
use doorspec::runner::{Stage, Transport};
use doorspec::session::{Patience, Session};
use doorspec::verdict::Verdict;
use program::{Mock, check, doorspec_with_accounts, record, said};
use serde_json::Value;

mod program;

/// A run whose output is kept for later.
fn run(mock: &Mock, out: &Path, more: &[&str]) -> Command {
    let mut command = mock.run(out, more);
    command.args(["--seed", "7"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn cleaning(mock: &Mock, out: &Path) -> Command {
    doorspec_with_accounts(&["clean", &mock.url, "--out", out.to_str().expect("the path is text")])
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().expect("kill exists").success());
}

/// Waits until the journal of a run has some lines: it is in the middle of its work then.
fn at_work(out: &Path) {
    let began = Instant::now();
    while !fs::read_to_string(out.join("journal.jsonl")).is_ok_and(|text| text.lines().count() >= 40) {
        assert!(began.elapsed() < Duration::from_secs(60), "the run does not begin");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_run_that_is_told_to_end_tears_down_and_reports() {
    for (suite, name) in [("2n", "-INT"), ("bas-ip", "-TERM")] {
        let mock = Mock::start(&["--suite", suite, "--preload", "20", "--latency", "10ms"]);
        let out = tempfile::tempdir().expect("a folder");
        let child = run(&mock, out.path(), &["--jobs", "4"]).spawn().expect("it starts");
        at_work(out.path());
        signal(&child, name);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        let record = record(out.path());
        assert_eq!((&record["untouched"]["holds"], &record["tally"]["fail"]), (&Value::from(true), &Value::from(0)));
        assert!(record["tally"]["inconclusive"].as_u64() > Some(0) && said(&output).contains("stopped"), "{}", said(&output));
        assert!(record["untouched"]["left_behind"].is_null(), "{}", said(&output));
        assert!(out.path().join("junit.xml").exists() && out.path().join("report.html").exists());
        check(&mut cleaning(&mock, out.path()), 0, &["nothing is left"]);
    }
}

#[test]
fn told_twice_it_ends_at_once_and_can_be_cleaned_up_after() {
    let mock = Mock::start(&["--suite", "2n", "--preload", "20", "--latency", "400ms"]);
    let out = tempfile::tempdir().expect("a folder");
    let child = run(&mock, out.path(), &[]).spawn().expect("it starts");
    at_work(out.path());
    signal(&child, "-INT");
    thread::sleep(Duration::from_millis(50));
    let told = Instant::now();
    signal(&child, "-INT");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(told.elapsed() < Duration::from_millis(1000) && said(&output).contains("doorspec clean"), "{}", said(&output));
    check(&mut cleaning(&mock, out.path()), 0, &["0 left"]);
    check(&mut cleaning(&mock, out.path()), 0, &["nothing is left"]);
}

#[test]
fn told_twice_it_takes_its_server_along() {
    let out = tempfile::tempdir().expect("a folder");
    let server = format!("'{}' mock --suite 2n --listen 127.0.0.1:{{port}} --latency 20ms", env!("CARGO_BIN_EXE_doorspec"));
    let mut command = doorspec_with_accounts(&["run", "--spawn", &server, "--suite", "2n", "--jobs", "2", "--out"]);
    let child = command.arg(out.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    at_work(out.path());
    let journal = fs::read_to_string(out.path().join("journal.jsonl")).expect("a journal");
    let line: Value = serde_json::from_str(journal.lines().next().expect("a line")).expect("it is JSON");
    let address = line["target"].as_str().expect("a target").trim_start_matches("http://").trim_end_matches('/').to_owned();
    assert!(TcpStream::connect(&address).is_ok(), "nobody listens at {address}");
    for _ in 0..2 {
        signal(&child, "-INT");
        thread::sleep(Duration::from_millis(50));
    }
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(TcpStream::connect(&address).is_err(), "the server at {address} is still there: {}", said(&output));
}

#[test]
fn a_journal_that_is_missing_wrong_or_of_another_device_is_said() {
    let out = tempfile::tempdir().expect("a folder");
    let folder = out.path().to_str().expect("the path is text");
    let url = "http://127.0.0.1:9";
    let clean = |more: &[&str]| {
        let mut command = doorspec_with_accounts(&["clean", url, "--out", folder]);
        command.args(more);
        command
    };
    check(&mut clean(&[]), 2, &["cannot read the journal"]);
    let journal = out.path().join("journal.jsonl");
    let line = |target: &str, suite: &str| {
        format!(
            "{{\"suite\":\"{suite}\",\"target\":\"{target}\",\"run\":\"r\",\"kind\":\"user\",\"id\":\"6f0c8f3e-1a2b-4c3d-8e4f-0a1b2c3d4e5f\"}}\n"
        )
    };
    let rows: [(String, i32, &[&str]); 6] = [
        (String::new(), 0, &["nothing is left"]),
        ("garbage\n".to_owned(), 2, &["journal.jsonl:1", "no line of a journal"]),
        (line("http://192.0.2.1", "2n"), 2, &["is the journal of http://192.0.2.1", "--moved"]),
        (line(url, "3n"), 2, &["`3n`"]),
        (line(url, "2n"), 3, &["could not clean up"]),
        (format!("{}{{\"suite\":\"2n\",\"tar", line(url, "2n")), 3, &["could not clean up"]),
    ];
    for (text, exit, words) in rows {
        fs::write(&journal, text).expect("it is written");
        check(&mut clean(&[]), exit, words);
    }
    fs::write(&journal, line("http://192.0.2.1", "2n")).expect("it is written");
    check(&mut clean(&["--moved"]), 3, &["could not clean up"]);
}

#[test]
fn clean_removes_what_the_journal_names_and_nothing_else() {
    let mock = Mock::start(&["--suite", "2n", "--auth", "none", "--preload", "30"]);
    let (ours, other) = ("6f0c8f3e-1a2b-4c3d-8e4f-0a1b2c3d4e5f", "6f0c8f3e-1a2b-4c3d-8e4f-0a1b2c3d4e60");
    let create = format!(
        r#"{{"users":[{{"uuid":"{ours}"}},{{"uuid":"{other}","name":"resident"}},{{"owner":"doorspec-00000007-abcdefowner"}},{{"owner":"doorspec-00000007-abcdefother"}}]}}"#
    );
    ask(&mock.url, "PUT", "/api/dir/create", &create);
    let out = tempfile::tempdir().expect("a folder");
    let line = |kind: &str, id: &str| {
        format!("{{\"suite\":\"2n\",\"target\":\"{}\",\"run\":\"r\",\"kind\":\"{kind}\",\"id\":\"{id}\"}}\n", mock.url)
    };
    let journal = [line("user", ours), line("fresh", "doorspec-00000007-abcdefowner"), line("user", &other.replace('6', "7"))];
    fs::write(out.path().join("journal.jsonl"), journal.concat()).expect("it is written");
    check(&mut cleaning(&mock, out.path()), 0, &["2 removed", "1 were gone already", "0 left", ours]);
    check(&mut cleaning(&mock, out.path()), 0, &["nothing is left"]);
    let left = ask(&mock.url, "POST", "/api/dir/query", "{}");
    let users = left["result"]["users"].as_array().expect("a list").iter().filter(|user| user["deleted"] != true);
    let users: Vec<String> = users.map(Value::to_string).collect();
    assert_eq!(users.len(), 32);
    assert!(users.iter().any(|user| user.contains(other)) && users.iter().any(|user| user.contains("abcdefother")));
}

#[test]
fn a_device_that_cannot_remove_is_not_filled_up() {
    let mock = Mock::start(&["--suite", "2n", "--preload", "30", "--defect", "delete-keeps"]);
    let out = tempfile::tempdir().expect("a folder");
    check(&mut run(&mock, out.path(), &["--jobs", "1"]), 1, &["cannot be removed", "nothing more was created"]);
    let record = record(out.path());
    let left = record["untouched"]["left_behind"].as_array().map_or(0, Vec::len);
    assert!((1..100).contains(&left), "{left} entries were left");
    check(&mut cleaning(&mock, out.path()), 3, &["LEFT"]);
}

#[test]
fn a_device_that_takes_entries_of_others_along_is_found_out() {
    let mock = Mock::start(&["--suite", "2n", "--preload", "300", "--defect", "zero-deletes-unowned"]);
    let out = tempfile::tempdir().expect("a folder");
    let output = run(&mock, out.path(), &[]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));

    let record = record(out.path());
    let backup = fs::read_to_string(out.path().join("backup.jsonl")).expect("there is a backup");
    let lines: Vec<Value> = backup.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    assert_eq!((lines.len(), &record["untouched"]["backed_up"]), (300, &Value::from(300)));
    let gone = record["untouched"]["changes"][0].as_str().expect("a change");
    let at = gone.split("as it was: line ").nth(1).and_then(|rest| rest.split(' ').next()).expect("it names its line");
    let entry = &lines[at.parse::<usize>().expect("a number") - 1]["entry"];
    assert!(
        gone.contains(&entry["uuid"].as_str().expect("it has one").to_lowercase()) && entry["name"].is_string(),
        "{gone}: {entry}"
    );
    let codes = lines.iter().filter(|line| !line["entry"]["access"]["pin"].is_null());
    assert!(codes.clone().count() > 0 && codes.clone().all(|line| line["entry"]["access"]["pin"] == "[redacted]"), "{backup}");
}

#[test]
fn the_backup_of_the_run_before_is_kept() {
    let mock = Mock::start(&["--suite", "bas-ip", "--preload", "5"]);
    let out = tempfile::tempdir().expect("a folder");
    let lines = |name: &str| fs::read_to_string(out.path().join(name)).map_or(0, |text| text.lines().count());
    for (backup, previous) in [(5, 0), (5, 5)] {
        let output = run(&mock, out.path(), &["--filter", "bas-ip/device/info/*"]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(lines("backup.jsonl") >= backup && lines("backup.previous.jsonl") >= previous, "{}", said(&output));
    }
}

#[test]
fn a_device_that_dies_ends_the_run_soon() {
    let mut mock = Mock::start(&["--suite", "2n", "--preload", "20", "--latency", "10ms"]);
    let out = tempfile::tempdir().expect("a folder");
    let child = run(&mock, out.path(), &["--jobs", "2", "--timeout", "1s"]).spawn().expect("it starts");
    at_work(out.path());
    drop(mock.child.kill());
    let died = Instant::now();
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("does not answer any more"), "{}", said(&output));
    assert!(died.elapsed() < Duration::from_secs(30), "it took {:?}", died.elapsed());
    assert_eq!(record(out.path())["tally"]["fail"], 0);
    check(&mut cleaning(&mock, out.path()), 3, &["could not clean up"]);
}

#[test]
fn another_writer_is_seen_and_not_blamed_on_the_device() {
    let mock = Mock::start(&["--suite", "2n", "--auth", "none", "--preload", "50", "--latency", "5ms"]);
    let out = tempfile::tempdir().expect("a folder");
    let child = run(&mock, out.path(), &["--jobs", "4"]).spawn().expect("it starts");
    at_work(out.path());
    ask(&mock.url, "PUT", "/api/dir/create", r#"{"users":[{"name":"A new resident","owner":"My2N"}]}"#);
    let output = child.wait_with_output().expect("it ends");
    let record = record(out.path());
    assert_eq!(record["untouched"]["holds"], true, "{}", said(&output));
    assert!(record["untouched"]["others"][0].as_str().is_some_and(|word| word.contains("appeared")), "{}", said(&output));
    assert!(said(&output).contains("another writer"), "{}", said(&output));
}

#[test]
fn two_runs_at_once_do_not_write_one_journal() {
    let mock = Mock::start(&["--suite", "2n", "--latency", "20ms"]);
    let out = tempfile::tempdir().expect("a folder");
    let mut child = run(&mock, out.path(), &[]).spawn().expect("it starts");
    at_work(out.path());
    check(&mut run(&mock, out.path(), &[]), 2, &["a run is at work with the journal"]);
    check(&mut cleaning(&mock, out.path()), 2, &["a run is at work with the journal"]);
    drop(child.kill());
    drop(child.wait());
}

#[test]
fn a_device_that_asks_for_fewer_requests_is_given_time() {
    let mock = Mock::start(&["--suite", "2n", "--preload", "20"]);
    let url = moody(mock.url.strip_prefix("http://").expect("it is plain"));
    let out = tempfile::tempdir().expect("a folder");
    let folder = out.path().to_str().expect("the path is text");
    let arguments = ["run", &url, "--seed", "7", "--jobs", "4", "--filter", "2n/dir/delete/*", "--out", folder];
    let output = doorspec_with_accounts(&arguments).output().expect("it runs");
    let record = record(out.path());
    assert_eq!(
        (&record["tally"]["fail"], &record["untouched"]["holds"]),
        (&Value::from(0), &Value::from(true)),
        "{}",
        said(&output)
    );
}

/// A proxy that answers every twentieth request with 429 and lets the others through.
fn moody(device: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it has an address"));
    let device = device.to_owned();
    thread::spawn(move || {
        for (count, client) in listener.incoming().flatten().enumerate() {
            let device = device.clone();
            thread::spawn(move || serve_moodily(client, &device, count));
        }
    });
    url
}

fn serve_moodily(mut client: TcpStream, device: &str, count: usize) {
    let mut request = vec![0; 65536];
    let Ok(length @ 1..) = client.read(&mut request) else { return };
    if count % 20 == 19 {
        let refusal = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        drop(client.write_all(refusal));
        return;
    }
    let Ok(mut device) = TcpStream::connect(device) else { return };
    drop(device.write_all(&request[..length]));
    let (Ok(mut from), Ok(mut to)) = (client.try_clone(), device.try_clone()) else { return };
    thread::spawn(move || drop(std::io::copy(&mut from, &mut to).and_then(|_| to.shutdown(std::net::Shutdown::Write))));
    drop(std::io::copy(&mut device, &mut client));
}

/// One plain request to a mock that asks for no credentials.
fn ask(url: &str, method: &str, path: &str, body: &str) -> Value {
    let address = url.strip_prefix("http://").expect("it is plain");
    let mut stream = TcpStream::connect(address).expect("it listens");
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nConnection: close\r\n");
    write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).expect("it takes a request");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("it answers");
    serde_json::from_str(reply.split_once("\r\n\r\n").expect("a body").1).expect("it is JSON")
}

/// A device of which the second page of a list once lacks its last row, because somebody else wrote between the pages.
struct Shifting<'d> {
    device: Session<'d>,
    shifts: Cell<usize>,
}

impl Transport for Shifting<'_> {
    async fn exchange(&self, outgoing: &Outgoing) -> Exchange {
        let mut exchange = self.device.exchange(outgoing).await;
        if outgoing.page && outgoing.target.contains("page_number=2") && self.shifts.get() > 0 {
            self.shifts.set(self.shifts.get() - 1);
            let answer = exchange.outcome.as_mut().expect("the mock answers");
            let mut body: Value = serde_json::from_slice(&answer.body).expect("it answers in JSON");
            body["list_items"].as_array_mut().expect("a list").pop();
            answer.body = body.to_string().into_bytes();
        }
        exchange
    }

    fn has_account(&self, role: Role) -> bool {
        self.device.has_account(role)
    }
}

#[tokio::test]
async fn a_list_that_shifts_while_it_is_read_is_read_again() {
    let suite = &Catalogue::embedded().suites["bas-ip"];
    let case = suite.cases.iter().find(|case| case.id.0 == "bas-ip/link/names/unusual-names/accents").expect("it exists");
    for (shifts, verdict) in [(0, Verdict::Pass), (1, Verdict::Pass), (100, Verdict::Warn)] {
        let device = Session::embedded(suite, &Session::plain_mock(7), Patience::default()).await.expect("a mock");
        device.server().expect("it is of this process").device().lock().expect("it is well").preload(60);
        let known = device.recognise(7).await.expect("it is recognised");
        let shifting = Shifting { device, shifts: Cell::new(shifts) };
        let stage = Stage::new(suite, &known, &shifting, 7).expect("the suite is sound");
        let record = stage.attempt(case, 0).await;
        assert_eq!(record.verdict, verdict, "{shifts} shifts: {:?}", record.mismatches);
    }
}

#[test]
fn ids_that_a_device_gave_are_in_the_journal_before_their_creation_counts_as_settled() {
    let mock = Mock::start(&["--suite", "2n"]);
    let out = tempfile::tempdir().expect("a folder");
    check(&mut run(&mock, out.path(), &["--jobs", "1", "--filter", "2n/dir/create/*"]), 0, &["conforms"]);
    let journal = fs::read_to_string(out.path().join("journal.jsonl")).expect("a journal");
    let mut fresh = BTreeSet::new();
    let (mut given, mut is_settled) = (0, false);
    for line in journal.lines() {
        let entry: Value = serde_json::from_str(line).expect("it is JSON");
        let is_struck = entry["removed"] == true;
        match entry["id"].as_str() {
            Some(id) if entry["kind"] == "fresh" => drop(fresh.insert(id.to_ascii_lowercase())),
            Some(id) if !is_struck && !fresh.contains(&id.to_ascii_lowercase()) => {
                given += 1;
                assert!(!is_settled, "killed just before this line, a run would leave an entry that nothing tells of: {line}");
            }
            _ => {}
        }
        is_settled = is_struck && entry["nameless"].is_u64();
    }
    assert!(given > 0, "nothing was given");
}

/// A port, and its URL.
fn door() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it has an address"));
    (listener, url)
}

/// A connection to the device behind a door; nothing waits on either side for more to be sent.
fn inside(client: &TcpStream, device: &str) -> Option<TcpStream> {
    let inside = TcpStream::connect(device.trim_start_matches("http://")).ok()?;
    drop(client.set_nodelay(true).and_then(|()| inside.set_nodelay(true)));
    Some(inside)
}

/// A door to a device at which so many connections are served at a time, each to its end: whoever comes then waits.
fn narrow_door(device: &str, wide: usize) -> String {
    let (listener, url) = door();
    let device = device.to_owned();
    for _ in 0..wide {
        let (listener, device) = (listener.try_clone().expect("a clone"), device.clone());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Some(inside) = inside(&client, &device) else { return };
                let (mut from, mut to) = (client.try_clone().expect("a clone"), inside.try_clone().expect("a clone"));
                let pump = thread::spawn(move || {
                    drop(std::io::copy(&mut from, &mut to));
                    drop(to.shutdown(Shutdown::Write));
                });
                drop(std::io::copy(&mut &inside, &mut &client));
                drop(client.shutdown(Shutdown::Both));
                pump.join().expect("it only copies");
            }
        });
    }
    url
}

#[test]
fn a_device_that_serves_few_connections_at_a_time_conforms() {
    let mock = Mock::start(&["--suite", "2n"]);
    for (wide, jobs) in [(1, "16"), (1, "1"), (3, "16"), (20, "16")] {
        let url = narrow_door(&mock.url, wide);
        let out = tempfile::tempdir().expect("a folder");
        let mut command = doorspec_with_accounts(&["run", &url, "--suite", "2n", "--filter", "2n/dir/delete*", "--seed", "7"]);
        let began = Instant::now();
        check(command.args(["--jobs", jobs, "--out"]).arg(out.path()), 0, &["conforms"]);
        assert!(began.elapsed() < Duration::from_secs(20), "{wide} connections, {jobs} jobs: {:?}", began.elapsed());
    }
}

/// A door to a device that ends each connection after a reply, without having said so.
fn rude_door(device: &str, after: Duration) -> String {
    let (listener, url) = door();
    let device = device.to_owned();
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let device = device.clone();
            thread::spawn(move || {
                let Some(mut inside) = inside(&client, &device) else { return };
                let (mut from, mut to) = (client.try_clone().expect("a clone"), inside.try_clone().expect("a clone"));
                thread::spawn(move || std::io::copy(&mut from, &mut to));
                let mut bytes = [0; 65536];
                let mut reply = Vec::new();
                while !is_whole(&reply) {
                    let Ok(count @ 1..) = inside.read(&mut bytes) else { break };
                    reply.extend_from_slice(&bytes[..count]);
                    drop(client.write_all(&bytes[..count]));
                }
                thread::sleep(after);
                drop((client.shutdown(Shutdown::Both), inside.shutdown(Shutdown::Both)));
            });
        }
    });
    url
}

/// Whether a reply has come to the end that its head announces.
fn is_whole(reply: &[u8]) -> bool {
    let text = String::from_utf8_lossy(reply).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.trim().parse::<usize>().ok());
    !head.contains(" 100 ") && body.len() >= length.unwrap_or(0)
}

#[test]
fn a_device_that_ends_connections_without_a_word_conforms() {
    for (suite, filter) in [("2n", "2n/dir/delete*"), ("2n", "2n/auth*"), ("bas-ip", "bas-ip/link/delete*")] {
        let mock = Mock::start(&["--suite", suite]);
        for (after_ms, jobs) in [(0, "1"), (0, "16"), (5, "1"), (5, "16")] {
            let url = rude_door(&mock.url, Duration::from_millis(after_ms));
            let out = tempfile::tempdir().expect("a folder");
            let mut command = doorspec_with_accounts(&["run", &url, "--suite", suite, "--filter", filter, "--seed", "7"]);
            check(command.args(["--jobs", jobs, "--out"]).arg(out.path()), 0, &["conforms"]);
        }
    }
}
