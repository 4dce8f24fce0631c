//! Peers that are hostile or broken: whatever they send, a run ends in time with the right exit status, in little memory and with valid reports.

#![cfg(unix)]

use std::io::{self, Write};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, sleep};
use std::time::Duration;

use devices::DEVICES;
use modes::{CONTENT, Mode, Spoil, WIRE};
use program::{Mock, doorspec_with_accounts};
use server::{Hostile, Talk};
use socket2::SockRef;
use verdicts::{ACTIVE, watch};

#[path = "hostile/canary.rs"]
mod canary;
#[path = "hostile/devices.rs"]
mod devices;
#[path = "hostile/modes.rs"]
mod modes;
mod program;
#[path = "hostile/server.rs"]
mod server;
#[path = "hostile/verdicts.rs"]
mod verdicts;

/// Runs under way at once: most of them wait for their device.
const AT_ONCE: usize = 6;

/// The longest that one run may take, on a machine that is busy with other things.
const LIMIT: Duration = Duration::from_secs(180);

/// Runs at once on one mock must not make up the same entries.
fn seed() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed).to_string()
}

/// A run of two small cases about one function.
fn run(url: &str) -> Command {
    let filters = ["--filter", "2n/dir/get/unknown-uuid", "--filter", "2n/dir/get/empty-users"];
    let mut command = doorspec_with_accounts(&["run", url, "--suite", "2n", "--timeout", "800ms", "--seed", &seed()]);
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
    let end = said.chars().rev().take(if faults.is_empty() { 0 } else { 6000 }).collect::<Vec<_>>();
    let said: String = end.into_iter().rev().collect();
    faults.into_iter().map(|fault| format!("== {name}: {fault}\n{said}")).collect()
}

/// All modes but one: the library that set-ups and probes go through works through fifty megabytes of such a size before it looks at the clock,
/// which takes a tenth of a second in a release build, and many in one for debugging on a busy machine.
fn all_but_the_slowest() -> Vec<&'static Mode> {
    all().into_iter().filter(|mode| mode.name != "an endless size of a chunk").collect()
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
        let ended = watch(&mut run(&hostile.url), LIMIT);
        eprintln!("{:50} {:?} {:?} {} MiB", mode.name, ended.exit, ended.took, ended.memory_kib / 1024);
        named(mode.name, ended.faults(mode.exits), &ended.said)
    });
}

fn is_judged(talk: &Talk) -> bool {
    talk.target().starts_with("/api/dir/get")
}

#[test]
fn what_is_no_device_at_all_is_not_judged() {
    each(&all_but_the_slowest(), |mode| {
        let hostile = Hostile::start("", Box::new(mode.spoil));
        let ended = watch(&mut run(&hostile.url), LIMIT);
        eprintln!("{:50} {:?} {:?} {} MiB", mode.name, ended.exit, ended.took, ended.memory_kib / 1024);
        named(mode.name, ended.faults(if is_recognised(mode) { &[1, 3] } else { &[3] }), &ended.said)
    });
}

/// Some of these replies are those of a device of this kind to everything, and it can be judged.
fn is_recognised(mode: &Mode) -> bool {
    let recognised = [
        "lone surrogates",
        "an active text in every member",
        "raw active bytes",
        "numbers of any size",
        "a hundred thousand deviations",
    ];
    recognised.contains(&mode.name)
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
        let ended = watch(&mut run_of_canaries(&hostile.url, suite, some(suite)), LIMIT);
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
    let spoilers: [(&str, Spoil); 6] = [
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
        let ended = watch(&mut run_of_canaries(&hostile.url, suite, some(suite)), LIMIT);
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
            let away = talk.count > 12 && talk.count.is_multiple_of(3);
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
        let ended = watch(&mut command, LIMIT);
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
    let spoilers: [(&str, Spoil); 2] = [
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
        let ended = watch(command.args(["--filter", "2n/dir/get/malformed-uuid/*"]), LIMIT * 3);
        eprintln!("{name} {:?} {:?} {} MiB", ended.exit, ended.took, ended.memory_kib / 1024);
        let faults = named(name, ended.faults(&[1]), &ended.said);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

#[test]
fn devices_that_misbehave_as_a_whole_are_endured() {
    let two_n = Mock::start(&["--suite", "2n", "--auth", "none", "--preload", "3"]);
    let bas_ip = Mock::start(&["--suite", "bas-ip"]);
    let only = std::env::var("DOORSPEC_HOSTILE").unwrap_or_default();
    let devices: Vec<_> = DEVICES.iter().filter(|device| device.name.contains(&only)).collect();
    each(&devices, |device| {
        let (mock, filter) = if device.suite == "2n" { (&two_n, "2n/dir/get/m*") } else { (&bas_ip, "bas-ip/link/delete/un*") };
        let hostile = Hostile::start(&mock.url, Box::new(device.spoil));
        let mut command = doorspec_with_accounts(&["run", &hostile.url, "--suite", device.suite, "--filter", filter]);
        // A device that is good again must be given the time that a busy machine takes.
        let timeout = if device.exits.contains(&0) { "3s" } else { "300ms" };
        let ended = watch(command.args(["--timeout", timeout, "--seed", &seed(), "--jobs", "1"]), LIMIT);
        eprintln!("{:50} {:?} {:?} {} MiB", device.name, ended.exit, ended.took, ended.memory_kib / 1024);
        let mut faults = ended.faults(device.exits);
        let asked = hostile.asked.lock().expect("no thread panics with it");
        faults.extend(asked.iter().find(|head| head.contains("\nX-Broken-Out")).cloned());
        named(device.name, faults, &ended.said)
    });
}

#[test]
fn peers_that_are_no_server_are_said_to_be_none() {
    let tls = |url: String| url.replace("http:", "https:");
    let greet = Hostile::at_accept(|mut client| {
        client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"success\":true}")?;
        sleep(Duration::from_secs(3));
        Ok(())
    });
    let reset = Hostile::at_accept(|client| SockRef::from(&client).set_linger(Some(Duration::ZERO)));
    let quiet = Hostile::at_accept(|client| {
        sleep(Duration::from_secs(5));
        drop(client);
        Ok(())
    });
    let plain = Hostile::start("", Box::new(|talk: &mut Talk| talk.json("200 OK", "", "{}")));
    let noise = Hostile::at_accept(|mut client| {
        loop {
            client.write_all(&[0x16, 3, 3, 0x40, 0, 2, 0, 0, 0])?;
        }
    });
    let rows = [
        ("a reply before the request", greet.url),
        ("a reset at the door", reset.url.clone()),
        ("a reset at the door, over TLS", tls(reset.url)),
        ("silence over TLS", tls(quiet.url)),
        ("a plain server for https", tls(plain.url)),
        ("noise for https", tls(noise.url)),
    ];
    each(&rows, |(name, url)| {
        let ended = watch(&mut run(url), LIMIT);
        eprintln!("{name:50} {:?} {:?} {} MiB", ended.exit, ended.took, ended.memory_kib / 1024);
        named(name, ended.faults(&[3]), &ended.said)
    });
}

/// Set-ups go another way to the device than what is judged.
#[test]
fn a_good_device_that_cannot_be_set_up_is_endured() {
    let mock = Mock::start(&["--suite", "2n", "--auth", "none", "--preload", "3"]);
    let words = ["endless", "silent", "reset", "length", "trickles", "interim", "huge"];
    let modes: Vec<_> =
        all_but_the_slowest().into_iter().filter(|mode| words.iter().any(|word| mode.name.contains(word))).collect();
    each(&modes, |mode| {
        let spoil = mode.spoil;
        let spoiler = move |talk: &mut Talk| if talk.target().contains("/create") { spoil(talk) } else { talk.pass() };
        let hostile = Hostile::start(&mock.url, Box::new(spoiler));
        let ended = watch(&mut run(&hostile.url), LIMIT);
        eprintln!("{:50} {:?} {:?} {} MiB", mode.name, ended.exit, ended.took, ended.memory_kib / 1024);
        named(mode.name, ended.faults(&[0, 1, 3]), &ended.said)
    });
}

#[test]
fn a_device_that_announces_one_byte_too_many_everywhere_does_not_take_hours() {
    let mock = Mock::start(&["--suite", "2n", "--auth", "none"]);
    let spoiler = |talk: &mut Talk| {
        let (head, body) = talk.genuine()?;
        if talk.target().contains("/template") || talk.target().contains("/query") {
            return talk.write([head.as_bytes(), &body].concat());
        }
        let right = format!("Content-Length: {}", body.len());
        talk.write([head.replace(&right, &format!("Content-Length: {}", body.len() + 1)).as_bytes(), &body].concat())
    };
    let hostile = Hostile::start(&mock.url, Box::new(spoiler));
    let mut command = doorspec_with_accounts(&["run", &hostile.url, "--suite", "2n", "--timeout", "1s", "--seed", "7"]);
    let ended = watch(command.args(["--filter", "2n/dir/get/*", "--filter", "2n/dir/update/*"]), LIMIT);
    eprintln!("one byte too many {:?} {:?}", ended.exit, ended.took);
    let faults = named("one byte too many", ended.faults(&[1]), &ended.said);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// So many runs in an order of their own each; a hundred of them take some minutes: `DOORSPEC_SHUFFLES=100`.
#[test]
fn a_network_that_drops_connections_is_not_held_against_the_device() {
    let runs: u64 = std::env::var("DOORSPEC_SHUFFLES").ok().and_then(|count| count.parse().ok()).unwrap_or(4);
    let seeds: Vec<u64> = (1..=runs).collect();
    each(&seeds, |seed| {
        let (suite, filter) = if seed % 2 == 0 { ("2n", "2n/dir/*te-*") } else { ("bas-ip", "bas-ip/link/delete-*") };
        let mock = Mock::start(&["--suite", suite, "--preload", "10"]);
        let salt = *seed as usize;
        let spoiler = move |talk: &mut Talk| match (talk.count + salt).wrapping_mul(0x9e37_79b9) / 97 % 100 {
            0 | 1 => talk.reset(),
            2 | 3 => talk.json("429 Too Many Requests", "Retry-After: 0\r\n", "{}"),
            _ => talk.pass(),
        };
        let hostile = Hostile::start(&mock.url, Box::new(spoiler));
        let mut command = doorspec_with_accounts(&["run", &hostile.url, "--suite", suite, "--filter", filter]);
        command.args(["--shuffle", "--seed", &seed.to_string(), "--timeout", "5s"]);
        let ended = watch(&mut command, LIMIT * 3);
        let record = ended.record();
        eprintln!(
            "{suite} {seed} {:?} {:?} {} requests, {}",
            ended.exit,
            ended.took,
            hostile.asked.lock().map_or(0, |asked| asked.len()),
            record["tally"]
        );
        let mut faults = ended.faults(&[0, 3]);
        let failed = record["cases"].as_array().into_iter().flatten().filter(|case| case["verdict"] == "fail");
        faults.extend(failed.map(|case| format!("{} {} {}", case["id"], case["reason"], case["mismatches"])));
        named(&format!("seed {seed}"), faults, &ended.said)
    });
}
