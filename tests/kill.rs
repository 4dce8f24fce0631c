//! `kill -9` at any request, then `doorspec clean`, and the device is as before.
//!
//! The real binary runs against a mock device of its own process, through a proxy that lets so many requests through and then kills the
//! run, before or after the next request reached the device. By default a sample is taken; `DOORSPEC_KILL=200` takes a larger one, and
//! `DOORSPEC_KILL=all` kills before and after every request of every part of a suite, the parts together being the whole: a run of a part
//! reaches its requests soon; `DOORSPEC_KILL_PART` begins with another part than the first. `DOORSPEC_KILL_SEED` chooses another sample. Of
//! reads in a row only the first counts: at the others the device and the journal hold the same.
//!
//! The same is done without a process: a run in this one is dropped at a request and knows nothing any more, and what is cleaned up follows
//! from its journal alone. That is quicker by far (`DOORSPEC_KILL=all cargo test --release --test kill severed`).

use std::cell::Cell;
use std::env;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use doorspec::case::Risk;
use doorspec::catalogue::{Catalogue, SuiteCatalogue};
use doorspec::client::{Client, Credentials, Login, Options, UserPassword};
use doorspec::exchange::{Exchange, Outgoing, Role};
use doorspec::plan::{Choice, Shard};
use doorspec::runner::{self, Claim, Journal, Manner, Redaction, Transport, read_journal};
use doorspec::session::{Patience, Session};
use program::{Mock, doorspec_with_accounts, said};
use serde_json::Value;
use tokio::sync::Notify;

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
    /// Requests so far, of reads in a row only the first.
    seen: AtomicU64,
    was_read: AtomicBool,
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
        self.state.was_read.store(false, Ordering::SeqCst);
        self.state.fatal.store(fatal, Ordering::SeqCst);
        self.state.after.store(when == When::After, Ordering::SeqCst);
        self.state.closed.store(false, Ordering::SeqCst);
    }
}

impl State {
    /// Counts a request; says whether it is the fatal one.
    fn is_fatal(&self, request: &[u8]) -> bool {
        let is_read = [&b"GET "[..], b"HEAD "].iter().any(|method| request.starts_with(method));
        if self.was_read.swap(is_read, Ordering::SeqCst) && is_read {
            return false;
        }
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
        if begins_a_request(&bytes[..count]) && state.is_fatal(&bytes[..count]) {
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

    /// Kills a run at its N-th request, cleans up (now and then twice), and compares. Says whether anything was left to clean up.
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
        for _ in 0..if is_whole() && !at.is_multiple_of(8) { 1 } else { 2 } {
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

/// Into how many parts a suite is divided where each of its requests is tried.
const PARTS: u64 = 40;

/// The part to begin with: `DOORSPEC_KILL_PART` goes on where an earlier attempt ended.
fn first_part() -> u64 {
    env::var("DOORSPEC_KILL_PART").ok().and_then(|part| part.parse().ok()).unwrap_or(1)
}

/// Whether each request of a suite is tried, not a sample.
fn is_whole() -> bool {
    env::var("DOORSPEC_KILL").is_ok_and(|wanted| wanted == "all")
}

/// Where runs are killed: everywhere, or at places that follow from the seed.
fn places(total: u64, usual: u64) -> Vec<(u64, When)> {
    let wanted = env::var("DOORSPEC_KILL").unwrap_or_default();
    if is_whole() {
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

/// Kills runs of a suite; where that is a whole suite and each of its requests, part by part.
fn check(suite: &'static str, more: &[&str], usual: u64) {
    let harness = Harness::new(suite);
    let parts = if is_whole() && !more.contains(&"--filter") {
        (first_part()..=PARTS).map(|part| Some(format!("{part}/{PARTS}"))).collect()
    } else {
        vec![None]
    };
    let (mut killed, mut left) = (0, 0);
    for part in parts {
        let more: Vec<&str> = more.iter().copied().chain(part.iter().flat_map(|part| ["--shard", part])).collect();
        let places = places(harness.count(&more), usual);
        killed += places.len();
        left += places.into_iter().filter(|(at, when)| harness.kill(*at, *when, &more)).count();
        println!("{suite} {more:?}: killed {killed} times so far; something was left to remove after {left} of them");
    }
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

/// A device that the run never hears of again from a certain request on.
struct Severed<'d> {
    device: &'d Session<'d>,
    seen: Cell<u64>,
    was_read: Cell<bool>,
    fatal: u64,
    when: When,
    cut: Notify,
}

impl Transport for Severed<'_> {
    async fn exchange(&self, outgoing: &Outgoing) -> Exchange {
        let is_read = ["GET", "HEAD"].contains(&outgoing.method.as_str());
        let counts = !(self.was_read.replace(is_read) && is_read);
        self.seen.set(self.seen.get() + u64::from(counts));
        if self.fatal == 0 || self.seen.get() < self.fatal {
            return self.device.exchange(outgoing).await;
        }
        if counts && self.seen.get() == self.fatal {
            if self.when == When::After {
                self.device.exchange(outgoing).await;
            }
            self.cut.notify_one();
        }
        std::future::pending().await
    }

    fn has_account(&self, role: Role) -> bool {
        self.device.has_account(role)
    }
}

/// What of a mock's state is somebody's: no traces, no sessions, no log.
fn held(suite: &str, state: Value) -> Value {
    match suite {
        "2n" => state["users"].as_array().expect("it has users").iter().filter(|user| user["deleted"] != true).cloned().collect(),
        _ => ["identifiers", "apartments", "time_profiles", "forwards"].into_iter().map(|list| state[list].clone()).collect(),
    }
}

/// One part of a suite on a mock of this process: the run is dropped at a request, all that it knew is lost but its journal, and the journal
/// is cleaned up after. Says at how many requests that was done, and after how many of them something was left to remove.
async fn sever(suite: &SuiteCatalogue, shard: Shard, every: u64, preload: usize) -> (u64, u64) {
    let device = Session::embedded(suite, &Session::plain_mock(7), Patience::default()).await.expect("a mock");
    let mock = device.server().expect("it is of this process").device();
    mock.lock().expect("it is well").preload(preload);
    let known = device.recognise(7).await.expect("it is recognised");
    let state = || held(&suite.suite.suite, mock.lock().expect("it is well").state());
    let before = state();
    let choice = Choice { allow: [Risk::Disturb].into(), shard: Some(shard), ..Choice::default() };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.jsonl");
    let keep = || Journal::keep(File::options().read(true).append(true).create(true).open(&path).expect("a file"), "mock", "run");
    let run = async |fatal: u64, when: When| {
        let severed =
            Severed { device: &device, seen: Cell::new(0), was_read: Cell::new(false), fatal, when, cut: Notify::new() };
        let manner = Manner { jobs: 4, journal: keep().expect("a journal"), ..Manner::quick(7) };
        let stop = AtomicBool::new(false);
        let redaction = Redaction::default();
        let run = runner::run(suite, known.clone(), &choice, &manner, &severed, &redaction, &stop, &|_| {});
        tokio::select! {
            () = severed.cut.notified() => {}
            ended = run => drop(ended.expect("the suite is sound")),
        }
        severed.seen.get()
    };
    let total = run(0, When::Before).await;
    assert_eq!(state(), before, "a whole run of {shard} changed something");
    let (mut tried, mut left) = (0, 0);
    for fatal in (1 + total % every.min(total)..=total).step_by(usize::try_from(every).expect("it fits")) {
        for when in [When::Before, When::After] {
            std::fs::write(&path, "").expect("the file can be written");
            run(fatal, when).await;
            // What the device has taken it also carries out.
            tokio::time::sleep(Duration::from_millis(3)).await;
            let lines = read_journal(&std::fs::read_to_string(&path).expect("a journal")).expect("it is sound");
            let claim = Claim::of(&suite.suite.suite, &lines);
            let manner = Manner { journal: keep().expect("a journal"), ..Manner::quick(0) };
            let cleaned = device.clean(&claim, &manner).await.expect("the device can be read");
            assert_eq!(cleaned.left, Vec::<String>::new(), "part {shard} severed {when:?} request {fatal}");
            let after = state();
            assert!(after == before, "part {shard} severed {when:?} request {fatal}: {}", difference(&before, &after));
            tried += 1;
            left += u64::from(!cleaned.removed.is_empty());
        }
    }
    (tried, left)
}

/// Every request of every part with `DOORSPEC_KILL=all`, else a sample of both.
async fn sever_all(suite: &str) {
    let (parts, every, preload) = if is_whole() { (1..=PARTS, 1, 1000) } else { (7..=7, 10, 60) };
    let suite = &Catalogue::embedded().suites[suite];
    let (mut tried, mut left) = (0, 0);
    for part in parts {
        let (of_part, left_of_part) = sever(suite, Shard::new(part, PARTS).expect("a part"), every, preload).await;
        (tried, left) = (tried + of_part, left + left_of_part);
        println!("{}: part {part} of {PARTS}, severed {tried} times so far", suite.suite.suite);
    }
    println!("{}: severed {tried} times; something was left to remove after {left} of them", suite.suite.suite);
    assert!(left > 0, "nothing was ever left behind: this shows nothing");
}

#[tokio::test]
async fn a_2n_unit_is_as_before_wherever_a_run_is_severed() {
    sever_all("2n").await;
}

#[tokio::test]
async fn a_bas_ip_panel_is_as_before_wherever_a_run_is_severed() {
    sever_all("bas-ip").await;
}
