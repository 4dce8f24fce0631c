//! Peers that are hostile or broken: whatever they send, a run ends in time with the right exit status, in little memory and with valid reports.

#![cfg(unix)]

use std::io;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use modes::{CONTENT, Mode, WIRE};
use program::{Mock, doorspec_with_accounts};
use server::{Hostile, Talk};
use verdicts::{ACTIVE, watch};

#[path = "hostile/canary.rs"]
mod canary;
#[path = "hostile/modes.rs"]
mod modes;
mod program;
#[path = "hostile/server.rs"]
mod server;
#[path = "hostile/verdicts.rs"]
mod verdicts;

/// Runs under way at once: most of them wait for their device.
const AT_ONCE: usize = 6;

/// A run of two small cases about one function.
fn run(url: &str) -> Command {
    let filters = ["--filter", "2n/dir/get/unknown-uuid", "--filter", "2n/dir/get/empty-users"];
    let mut command = doorspec_with_accounts(&["run", url, "--suite", "2n", "--timeout", "300ms", "--seed", "7"]);
    command.args(filters);
    command
}

/// Does the work for every item, several at a time; gives what is wrong, all of it.
fn each<T: Sync>(items: &[T], work: impl Fn(&T) -> Vec<String> + Sync) {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let faults = work(item);
                    wrong.lock().expect("no thread panics with it").extend(faults);
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no thread panicked");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The mode's name before each fault, and what was said.
fn named(name: &str, faults: Vec<String>, said: &str) -> Vec<String> {
    let end = said.chars().rev().take(if faults.is_empty() { 0 } else { 1500 }).collect::<Vec<_>>();
    let said: String = end.into_iter().rev().collect();
    faults.into_iter().map(|fault| format!("== {name}: {fault}\n{said}")).collect()
}

fn all() -> Vec<&'static Mode> {
    let only = std::env::var("DOORSPEC_HOSTILE").unwrap_or_default();
    WIRE.iter().chain(CONTENT).filter(|mode| mode.name.contains(&only)).collect()
}

#[test]
fn a_good_device_with_one_bad_function_is_judged() {
    let mock = Mock::start(&["--suite", "2n", "--auth", "none", "--preload", "3"]);
    each(&all(), |mode| {
        let spoil = mode.spoil;
        let spoiler = move |talk: &mut Talk| if is_judged(talk) { spoil(talk) } else { talk.pass() };
        let hostile = Hostile::start(&mock.url, Box::new(spoiler));
        let ended = watch(&mut run(&hostile.url), Duration::from_secs(40));
        eprintln!("{:50} {:?} {:?} {} MiB", mode.name, ended.exit, ended.took, ended.memory_kib / 1024);
        named(mode.name, ended.faults(mode.exits), &ended.said)
    });
}

fn is_judged(talk: &Talk) -> bool {
    talk.target().starts_with("/api/dir/get")
}

#[test]
fn what_is_no_device_at_all_is_not_judged() {
    each(&all(), |mode| {
        let hostile = Hostile::start("", Box::new(mode.spoil));
        let ended = watch(&mut run(&hostile.url), Duration::from_secs(40));
        eprintln!("{:50} {:?} {:?} {} MiB", mode.name, ended.exit, ended.took, ended.memory_kib / 1024);
        named(mode.name, ended.faults(&[3]), &ended.said)
    });
}

/// Some cases of a suite, those about the login among them.
fn some(suite: &str) -> &'static [&'static str] {
    match suite {
        "2n" => &["--filter", "2n/dir/get/unknown*", "--filter", "2n/auth/*password*", "--filter", "2n/auth/digest*"],
        _ => &["--filter", "bas-ip/access/*", "--filter", "bas-ip/link/delete/unknown*"],
    }
}

/// A mock with accounts that can be recognised.
fn mock_of_canaries(arguments: &[&str]) -> Mock {
    Mock::start_with(arguments, &canary::ACCOUNTS)
}

/// A run with those accounts.
fn run_of_canaries(url: &str, suite: &str, more: &[&str]) -> Command {
    let mut command = doorspec_with_accounts(&["run", url, "--suite", suite, "--seed", "7", "--timeout", "2s"]);
    command.envs(canary::ACCOUNTS).args(more);
    command
}

/// A device that gives secrets away: those of others in every reply, and those of the request in headers, texts and names.
fn tells_all(talk: &mut Talk) -> io::Result<()> {
    let (head, body) = talk.genuine()?;
    let text = String::from_utf8_lossy(&body).into_owned();
    let asked = serde_json::to_string(&talk.head).expect("it is a text");
    let heard = talk.head.lines().next().unwrap_or_default().replace(' ', "_");
    let known = canary::ACCOUNTS.map(|(_, value)| serde_json::to_string(value).expect("it is a text"));
    let told = format!("{{{}\"echo\":{asked},{}:1,{}:[{}],", canary::members(), known[1], known[3], known.join(","));
    let body = if text.starts_with('{') { text.replacen('{', &told, 1).replace(",}", "}") } else { text };
    let status = head.lines().next().and_then(|line| line.split_once(' ')).map_or("200 OK", |(_, status)| status).to_owned();
    let proof = server::header(&talk.head, "authorization").unwrap_or_default();
    let challenge = server::header(&head, "www-authenticate").map(|value| format!("WWW-Authenticate: {value}\r\n"));
    let basic = proof.strip_prefix("Basic ").unwrap_or_default();
    talk.json(&status, &format!("{}X-Echo: {heard} {basic}\r\n", challenge.unwrap_or_default()), body)
}

#[test]
fn secrets_never_come_out() {
    let rows: [(&str, &[&str], bool); 8] = [
        ("2n", &[], false),
        ("2n", &["--auth", "basic"], true),
        ("2n", &["--auth", "none"], true),
        ("2n", &["--defect", "reply-cut"], true),
        ("2n", &[], true),
        ("bas-ip", &[], false),
        ("bas-ip", &[], true),
        ("bas-ip", &["--defect", "error-object"], true),
    ];
    each(&rows, |(suite, more, tells)| {
        let mock = mock_of_canaries(&[&["--suite", suite, "--preload", "5"], *more].concat());
        let hostile = Hostile::start(&mock.url, Box::new(if *tells { tells_all } else { Talk::pass }));
        let ended = watch(&mut run_of_canaries(&hostile.url, suite, some(suite)), Duration::from_secs(60));
        eprintln!("{suite} {more:?} {tells} {:?} {:?}", ended.exit, ended.took);
        let mut faults = ended.faults(&[0, 1, 3]);
        faults.extend(canary::found(ended.out.path()));
        let record = ended.record();
        let judged = record["tally"]["pass"].as_u64().unwrap_or(0) + record["tally"]["fail"].as_u64().unwrap_or(0);
        faults.extend((judged == 0).then(|| "nothing was judged".to_owned()));
        named(&format!("{suite} {more:?}"), faults, &ended.said)
    });
}

/// Nobody is let in, in words that repeat what was asked.
#[test]
fn secrets_never_come_out_of_a_refused_login() {
    let refuse = |talk: &mut Talk| {
        let known = canary::ACCOUNTS.map(|(_, value)| value).join(" ");
        let said = serde_json::to_string(&format!("no {known} {} {}", talk.head, ACTIVE.join(" "))).expect("it is a text");
        talk.json("400 Bad Request", "", format!("{{\"error\":{said},\"code\":1}}"))
    };
    let challenge = |talk: &mut Talk| {
        let known = serde_json::to_string(canary::ACCOUNTS[1].1).expect("it is a text");
        let header = format!("WWW-Authenticate: Bearer realm={known}, {}\r\n", canary::ACCOUNTS[0].1);
        talk.json("401 Unauthorized", &header, "{\"success\":false,\"error\":{\"code\":9}}")
    };
    let strange = |talk: &mut Talk| talk.write(format!("{}{}\r\n", canary::ACCOUNTS[1].1, talk.head));
    let spoilers: [(&str, fn(&mut Talk) -> io::Result<()>); 6] = [
        ("bas-ip", |talk| talk.pass()),
        ("bas-ip", refuse),
        ("bas-ip", challenge),
        ("2n", refuse),
        ("2n", challenge),
        ("2n", strange),
    ];
    let mock = mock_of_canaries(&["--suite", "bas-ip"]);
    each(&spoilers, |(suite, spoil)| {
        let spoil = *spoil;
        let spoiler = move |talk: &mut Talk| if talk.target().contains("/info") { talk.pass() } else { spoil(talk) };
        let hostile = Hostile::start(&mock.url, Box::new(spoiler));
        let ended = watch(&mut run_of_canaries(&hostile.url, suite, some(suite)), Duration::from_secs(60));
        let mut faults = ended.faults(&[0, 1, 3]);
        faults.extend(canary::found(ended.out.path()));
        named(suite, faults, &ended.said)
    });
}

#[test]
fn nobody_else_is_asked_and_no_redirect_is_followed() {
    let rows: [(&str, &[&str]); 4] = [("2n", &[]), ("2n", &["--auth", "basic"]), ("2n", &["--auth", "none"]), ("bas-ip", &[])];
    each(&rows, |(suite, more)| {
        let elsewhere = Hostile::start("", Box::new(|talk: &mut Talk| talk.json("200 OK", "", "{}")));
        let mock = Mock::start(&[&["--suite", suite], *more].concat());
        let other = elsewhere.url.trim_start_matches("http:").to_owned();
        let spoiler = move |talk: &mut Talk| {
            let (head, body) = talk.genuine()?;
            let status = head.lines().next().and_then(|line| line.split_once(' ')).map_or("", |(_, status)| status).to_owned();
            // Every third reply sends the client away, and every one tempts it.
            let away = talk.count > 12 && talk.count % 3 == 0;
            let status =
                if away { ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"][talk.count / 3 % 4] } else { &status };
            let challenge = server::header(&head, "www-authenticate").unwrap_or_default();
            let challenge = if challenge.is_empty() {
                String::new()
            } else {
                format!("WWW-Authenticate: {challenge}, domain=\"http:{other}/\"\r\n")
            };
            let headers = format!(
                "{challenge}Location: http:{other}{0}\r\nContent-Location: {other}{0}\r\nRefresh: 0; url=http:{other}/\r\nAlt-Svc: http/1.1=\"{1}\"\r\n",
                talk.target(),
                other.trim_start_matches('/')
            );
            talk.json(status, &headers, body)
        };
        let hostile = Hostile::start(&mock.url, Box::new(spoiler));
        let mut command = doorspec_with_accounts(&["run", &hostile.url, "--suite", suite, "--seed", "7", "--timeout", "2s"]);
        command.args(some(suite)).env("HTTP_PROXY", &elsewhere.url).env("http_proxy", &elsewhere.url);
        let ended = watch(&mut command, Duration::from_secs(60));
        let mut faults = ended.faults(&[0, 1, 3]);
        let asked = elsewhere.asked.lock().expect("no thread panics with it");
        faults.extend(asked.iter().map(|head| format!("somebody else was asked: {head}")));
        faults.extend((hostile.asked.lock().expect("it is ours").len() < 15).then(|| "little was asked at all".to_owned()));
        named(&format!("{suite} {more:?}"), faults, &ended.said)
    });
}

#[test]
fn large_replies_to_many_requests_at_once_take_little_memory() {
    let mock = Mock::start(&["--suite", "2n", "--auth", "none"]);
    let spoilers: [(&str, fn(&mut Talk) -> io::Result<()>); 2] = [
        ("numbers", |talk| {
            talk.json("200 OK", "", format!("{{\"success\":true,\"result\":{{\"users\":[{}1]}}}}", "1,".repeat(450_000)))
        }),
        ("text", |talk| {
            talk.json("200 OK", "", format!("{{\"success\":true,\"result\":{{\"users\":[\"{}\"]}}}}", "t".repeat(8_000_000)))
        }),
    ];
    for (name, spoil) in spoilers {
        let spoiler = move |talk: &mut Talk| if is_judged(talk) { spoil(talk) } else { talk.pass() };
        let hostile = Hostile::start(&mock.url, Box::new(spoiler));
        let mut command = doorspec_with_accounts(&["run", &hostile.url, "--suite", "2n", "--timeout", "5s", "--seed", "7"]);
        let ended = watch(command.args(["--filter", "2n/dir/get/malformed-uuid/*"]), Duration::from_secs(100));
        eprintln!("{name} {:?} {:?} {} MiB", ended.exit, ended.took, ended.memory_kib / 1024);
        let faults = named(name, ended.faults(&[1]), &ended.said);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
