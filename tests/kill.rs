//! `kill -9` at any request, then `doorspec clean`, and the device is as before.
//!
//! The real binary runs against a mock device of its own process, through a proxy that lets so many requests through and then kills the
//! run, before or after the next request reached the device. By default a sample is taken; `DOORSPEC_KILL=200` takes a larger one, and
//! `DOORSPEC_KILL=all` kills before and after every request of a whole run, which takes hours. `DOORSPEC_KILL_SEED` chooses another sample.

use std::env;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use doorspec::client::{Client, Credentials, Login, Options, UserPassword};
use doorspec::exchange::Outgoing;
use program::{Mock, doorspec_with_accounts, said};
use serde_json::Value;

mod program;

const PRELOAD: &str = "1000";
const USER: &str = "doorspec-admin";
const PASSWORD: &str = "Tulip-4711";

/// Where in the life of the N-th request the run dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// The device never sees it.
    Before,
    /// The device has answered it, and the answer never arrives.
    After,
}

/// Stands between a run and the device, counts requests, and kills.
struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    device: Mutex<Option<SocketAddr>>,
    /// Requests so far.
    seen: AtomicU64,
    /// The request at which the run dies; none while zero.
    fatal: AtomicU64,
    after: AtomicBool,
    /// From the kill on nothing passes any more, until the proxy is told so.
    closed: AtomicBool,
    victim: Mutex<Option<Child>>,
    /// What passes must not overtake a kill.
    gate: Mutex<()>,
}

impl Proxy {
    fn start(device: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let state = Arc::new(State::default());
        *state.device.lock().expect("nobody panics") = Some(device);
        let shared = state.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let state = shared.clone();
                thread::spawn(move || pass(client, &state));
            }
        });
        Self { address, state }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn open(&self, fatal: u64, when: When) {
        self.state.seen.store(0, Ordering::SeqCst);
        self.state.fatal.store(fatal, Ordering::SeqCst);
        self.state.after.store(when == When::After, Ordering::SeqCst);
        self.state.closed.store(false, Ordering::SeqCst);
    }
}

impl State {
    /// Counts a request; says whether it is the fatal one.
    fn is_fatal(&self) -> bool {
        self.seen.fetch_add(1, Ordering::SeqCst) + 1 == self.fatal.load(Ordering::SeqCst)
    }

    fn kill(&self) {
        self.closed.store(true, Ordering::SeqCst);
        if let Some(victim) = self.victim.lock().expect("nobody panics").as_mut() {
            drop(victim.kill());
        }
    }
}

fn pass(client: TcpStream, state: &Arc<State>) {
    if state.closed.load(Ordering::SeqCst) {
        return;
    }
    let address = state.device.lock().expect("nobody panics").expect("it is known");
    let Ok(device) = TcpStream::connect(address) else { return };
    drop(client.set_nodelay(true).and_then(|()| device.set_nodelay(true)));
    let (Ok(mut from), Ok(mut to)) = (device.try_clone(), client.try_clone()) else { return };
    // Set while the reply to the fatal request is awaited.
    let last = Arc::new(AtomicBool::new(false));
    let (awaited, shared) = (last.clone(), state.clone());
    thread::spawn(move || {
        let mut bytes = [0; 65536];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            if awaited.load(Ordering::SeqCst) {
                shared.kill();
            }
            if shared.closed.load(Ordering::SeqCst) || to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        if awaited.load(Ordering::SeqCst) {
            shared.kill();
        }
        drop(to.shutdown(Shutdown::Both));
    });
    forward(client, device, state, &last);
}

fn forward(mut client: TcpStream, mut device: TcpStream, state: &State, last: &AtomicBool) {
    let mut bytes = [0; 65536];
    while let Ok(count @ 1..) = client.read(&mut bytes) {
        let gate = state.gate.lock().expect("nobody panics");
        if state.closed.load(Ordering::SeqCst) {
            break;
        }
        if begins_a_request(&bytes[..count]) && state.is_fatal() {
            if state.after.load(Ordering::SeqCst) {
                last.store(true, Ordering::SeqCst);
            } else {
                state.kill();
                break;
            }
        }
        drop(gate);
        if device.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    drop(device.shutdown(Shutdown::Write));
}

fn begins_a_request(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let is_method = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_uppercase);
    line.ends_with(b"HTTP/1.1") && line.split(|byte| *byte == b' ').next().is_some_and(is_method)
}

/// One suite under the harness.
struct Harness {
    mock: Mock,
    proxy: Proxy,
    suite: &'static str,
    before: Value,
    runtime: tokio::runtime::Runtime,
}

impl Harness {
    fn new(suite: &'static str) -> Self {
        let mock = Mock::start(&["--suite", suite, "--preload", PRELOAD]);
        let address = mock.url.strip_prefix("http://").expect("it is a URL").parse().expect("it is an address");
        let proxy = Proxy::start(address);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut harness = Self { mock, proxy, suite, before: Value::Null, runtime };
        harness.before = harness.state();
        harness
    }

    /// Everything that the device holds, read through its API.
    fn state(&self) -> Value {
        let base = self.mock.url.parse().expect("it is a URL");
        let account = UserPassword { user: USER.to_owned(), password: PASSWORD.to_owned() };
        let login = match self.suite {
            "2n" => Login::Http { challenge_path: "/api/dir/template".to_owned() },
            _ => Login::Token { path: "/api/v1/login".to_owned() },
        };
        let credentials = Credentials { admin: Some(account), limited: None };
        let client = Client::new(Options::new(base), credentials, login).expect("a client");
        self.runtime.block_on(async {
            match self.suite {
                "2n" => users(&client).await,
                _ => lists(&client).await,
            }
        })
    }

    /// A run that is let through; how many requests it sends.
    fn count(&self, more: &[&str]) -> u64 {
        self.proxy.open(0, When::Before);
        let out = tempfile::tempdir().expect("a folder");
        let status = self.command(out.path(), more).status().expect("it starts");
        assert!(status.success(), "{} does not conform through the proxy", self.suite);
        assert_eq!(self.state(), self.before, "a whole run of {} changed something", self.suite);
        self.proxy.state.seen.load(Ordering::SeqCst)
    }

    fn command(&self, out: &Path, more: &[&str]) -> Command {
        let mut command =
            doorspec_with_accounts(&["run", &self.proxy.url(), "--suite", self.suite, "--seed", "7", "--quiet", "--out"]);
        command.arg(out).args(more).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Kills a run at its N-th request, cleans up twice, and compares. Says whether anything was left to clean up.
    fn kill(&self, at: u64, when: When, more: &[&str]) -> bool {
        let out = tempfile::tempdir().expect("a folder");
        self.proxy.open(at, when);
        let child = self.command(out.path(), more).spawn().expect("it starts");
        *self.proxy.state.victim.lock().expect("nobody panics") = Some(child);
        self.wait();
        // What the device has taken it also carries out.
        thread::sleep(Duration::from_millis(20));
        self.proxy.open(0, When::Before);
        let mut removed = false;
        for _ in 0..2 {
            let output =
                doorspec_with_accounts(&["clean", &self.proxy.url(), "--out"]).arg(out.path()).output().expect("it starts");
            let said = said(&output);
            assert_eq!(output.status.code(), Some(0), "{} killed {when:?} request {at}: {said}", self.suite);
            removed |= said.contains("removed the ");
        }
        let after = self.state();
        if after != self.before {
            let journal = out.keep().join("journal.jsonl");
            panic!(
                "{} killed {when:?} request {at} {more:?}: {}; {}",
                self.suite,
                difference(&self.before, &after),
                journal.display()
            );
        }
        removed
    }

    /// Waits until the run has ended, by itself or not.
    fn wait(&self) {
        loop {
            let mut victim = self.proxy.state.victim.lock().expect("nobody panics");
            let ended = victim.as_mut().is_none_or(|victim| victim.try_wait().expect("it can be waited for").is_some());
            if ended {
                *victim = None;
                return;
            }
            drop(victim);
            thread::sleep(Duration::from_millis(3));
        }
    }
}

async fn body(client: &Client, method: &str, target: &str, body: Option<&str>) -> Value {
    let headers = body.map(|_| ("Content-Type".to_owned(), "application/json".to_owned())).into_iter().collect();
    let body = body.map(|body| body.as_bytes().to_vec());
    let outgoing = Outgoing { method: method.to_owned(), target: target.to_owned(), headers, body, ..Outgoing::default() };
    let answer = client.exchange(&outgoing).await.outcome.expect("the mock answers");
    serde_json::from_slice(&answer.body).expect("it answers with JSON")
}

async fn users(client: &Client) -> Value {
    let body = body(client, "POST", "/api/dir/query", Some(r#"{"fields":[]}"#)).await;
    let users = body["result"]["users"].as_array().cloned().unwrap_or_default();
    users.into_iter().filter(|user| user["deleted"] != true).collect()
}

async fn lists(client: &Client) -> Value {
    let mut all = Vec::new();
    for list in ["access/identifier/items", "apartment/items/link", "access/timeprofile/items/link", "forward/items/link"] {
        for page in 1.. {
            let body = body(client, "GET", &format!("/api/v1/{list}?limit=50&page_number={page}"), None).await;
            let rows = body["list_items"].as_array().cloned().unwrap_or_default();
            if rows.is_empty() {
                break;
            }
            all.extend(rows);
        }
    }
    all.sort_by_key(Value::to_string);
    Value::Array(all)
}

fn difference(before: &Value, after: &Value) -> String {
    let rows = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (before, after) = (rows(before), rows(after));
    let new: Vec<_> = after.iter().filter(|row| !before.contains(row)).map(Value::to_string).collect();
    let gone: Vec<_> = before.iter().filter(|row| !after.contains(row)).map(Value::to_string).collect();
    format!("new: {}\ngone: {}", new.join("\n"), gone.join("\n"))
}

/// Where runs are killed: everywhere, or at places that follow from the seed.
fn places(total: u64, usual: u64) -> Vec<(u64, When)> {
    let wanted = env::var("DOORSPEC_KILL").unwrap_or_default();
    if wanted == "all" {
        return (1..=total).flat_map(|at| [(at, When::Before), (at, When::After)]).collect();
    }
    let count: u64 = wanted.parse().unwrap_or(usual);
    let mut state: u64 = env::var("DOORSPEC_KILL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    (0..count).map(|_| (next() % total + 1, if next() % 3 == 0 { When::Before } else { When::After })).collect()
}

fn check(suite: &'static str, more: &[&str], usual: u64) {
    let harness = Harness::new(suite);
    let total = harness.count(more);
    let left = places(total, usual).into_iter().filter(|(at, when)| harness.kill(*at, *when, more)).count();
    assert!(left > 0, "no kill of {suite} left anything behind: the harness shows nothing");
}

#[test]
fn a_2n_unit_is_as_before_after_any_kill() {
    check("2n", &["--jobs", "4"], 6);
}

#[test]
fn a_2n_unit_is_as_before_when_nameless_entries_were_under_way() {
    check("2n", &["--jobs", "1", "--filter", "2n/dir/create/*"], 6);
}

#[test]
fn a_bas_ip_panel_is_as_before_after_any_kill() {
    let usual = ["--jobs", "4", "--filter", "bas-ip/plain/*", "--filter", "bas-ip/sibling/*", "--filter", "bas-ip/link/upsert/*"];
    let whole = env::var_os("DOORSPEC_KILL").is_some();
    check("bas-ip", if whole { &usual[..2] } else { &usual }, 6);
}
