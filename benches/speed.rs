//! How fast the engine is, as ratios beside a bare client on the same mock in the same run. Prints figures and fails nobody.
//!
//! `cargo bench` runs it whole; `cargo bench -- start` (or `whole`, `workload`, `scale`, `fleet`) one part; `large` with `scale` adds 100,000
//! rows, with `fleet` 200 devices.
//! Every figure is taken in a process of its own, so that its peak of memory is its own; the mock device is another process.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use clap::Parser as _;
use doorspec::case::Risk;
use doorspec::catalogue::{Catalogue, Sources, load};
use doorspec::cli::{Cli, dispatch};
use doorspec::client::Credentials;
use doorspec::plan::Choice;
use doorspec::report::{Dialect, write_json, write_junit};
use doorspec::runner::{Circumstances, Manner, assemble};
use doorspec::session::{Patience, Session};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use url::Url;

/// The rows of the peers' workload.
const ROWS: usize = 2_000;

/// How a figure's process is told what to measure.
const FIGURE: &str = "figure";

fn main() {
    let words: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if let Some((_, what)) = words.split_first().filter(|(first, _)| *first == FIGURE) {
        return take(what);
    }
    let parts: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "large").collect();
    let wanted = |part: &str| parts.is_empty() || parts.contains(&part);
    if wanted("start") {
        start();
    }
    if wanted("whole") {
        whole();
    }
    let large = words.iter().any(|word| word == "large");
    if wanted("fleet") {
        fleet(large);
    }
    let mock = Mock::start(&[]);
    if wanted("workload") {
        workload(&mock.url);
    }
    if wanted("scale") {
        scale(&mock.url, large);
    }
}

/// From nothing to a linked catalogue, and to every schema compiled.
fn start() {
    let version = best(20, || {
        let clock = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_doorspec")).arg("--version").output().expect("it runs");
        assert!(output.status.success());
        Figure { took: clock.elapsed(), peak_mib: None }
    });
    say("doorspec --version", &version, "");
    say("load and link every case", &best(10, || figure(&["load"])), "");
    say("... and compile every schema", &best(10, || figure(&["compile"])), "");
}

/// `doorspec run`: both suites on the mocks of its own process.
fn whole() {
    for jobs in ["16", "1"] {
        say(&format!("doorspec run --jobs {jobs}"), &best(3, || figure(&["run", jobs])), "");
    }
}

/// Rows of one `PUT /api/dir/delete` case, judged by schema and fields, with record and JUnit, beside a bare loop on the same mock.
fn workload(url: &str) {
    let rows = ROWS.to_string();
    for in_flight in ["16", "1"] {
        // By turns, so that a busy moment of the machine does not hit one of them alone.
        let mut both: [Vec<Figure>; 2] = Default::default();
        for _ in 0..5 {
            both[0].push(figure(&["bare", &rows, in_flight, url]));
            both[1].push(figure(&["engine", &rows, in_flight, url]));
        }
        let [bare, engine] = both.map(|figures| figures.into_iter().min_by_key(|figure| figure.took).expect("five"));
        let ratio = engine.took.as_secs_f64() / bare.took.as_secs_f64();
        say(&format!("bare client, {rows} rows, {in_flight} at once"), &bare, "");
        say(&format!("engine, {rows} rows, {in_flight} at once"), &engine, &format!("ratio {ratio:.2}"));
    }
}

/// What one more case costs, as the number of cases grows.
fn scale(url: &str, large: bool) {
    let none = best(5, || figure(&["engine", "1", "16", url]));
    let mut first = None;
    for (rows, times) in [(100, 9), (1_000, 7), (10_000, 3), (100_000, usize::from(large))] {
        if times == 0 {
            continue;
        }
        let found = best(times, || figure(&["engine", &rows.to_string(), "16", url]));
        let each = found.took.saturating_sub(none.took).as_secs_f64() * 1e6 / f64::from(rows - 1);
        let base = *first.get_or_insert(each);
        say(&format!("{rows} rows"), &found, &format!("{each:.1} µs a case, {:.2} of that at 100 rows", each / base));
    }
}

/// Many devices that take 20 ms for each reply, beside one alone. Their mocks take up the same cores.
fn fleet(large: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut alone = None;
    for devices in [1, 10, 50].into_iter().chain(large.then_some(200)) {
        let mocks: Vec<Mock> = (0..devices).map(|_| Mock::start(&["--latency", "20ms"])).collect();
        let file = folder.path().join(format!("{devices}.toml"));
        let targets = mocks.iter().enumerate().map(|(at, mock)| format!("[target.unit-{at}]\nurl = \"{}\"\n", mock.url));
        fs::write(&file, targets.collect::<String>()).expect("it can be written");
        let found = best(2, || figure(&["fleet", file.to_str().expect("the path is text")]));
        let ratio = found.took.as_secs_f64() / alone.get_or_insert(found.took).as_secs_f64();
        say(&format!("a fleet of {devices}"), &found, &format!("{ratio:.2} of one alone"));
    }
}

/// One measurement.
struct Figure {
    took: Duration,
    /// Of the process that did it alone.
    peak_mib: Option<f64>,
}

fn say(about: &str, figure: &Figure, more: &str) {
    let peak = figure.peak_mib.map(|mib| format!("peak {mib:.0} MiB")).unwrap_or_default();
    println!("{about:<40} {:>9.1} ms  {peak:<14} {more}", figure.took.as_secs_f64() * 1e3);
}

fn best(times: usize, measure: impl Fn() -> Figure) -> Figure {
    (0..times).map(|_| measure()).min_by_key(|figure| figure.took).expect("at least once")
}

/// Measures in a process of its own.
fn figure(what: &[&str]) -> Figure {
    let own = env::current_exe().expect("this program is a file");
    let output = Command::new(own).arg(FIGURE).args(what).stderr(Stdio::inherit()).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = text.lines().last().into_iter().flat_map(str::split_whitespace).flat_map(str::parse).collect();
    let [us, peak_kib] = numbers[..] else { panic!("{what:?} gave no figure: {text}") };
    Figure { took: Duration::from_micros(us as u64), peak_mib: (peak_kib > 0.0).then_some(peak_kib / 1024.0) }
}

/// In the process of a figure: does the work, and says in one line how many microseconds and KiB it took.
fn take(what: &[String]) {
    let what: Vec<&str> = what.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<usize>().expect("a number");
    // As `doorspec` itself does it: everything on one thread.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let took = match what[..] {
        ["load"] => load_all(false),
        ["compile"] => load_all(true),
        ["run", jobs] => runtime.block_on(run(jobs)),
        ["fleet", file] => runtime.block_on(run_fleet(file)),
        ["bare", rows, in_flight, url] => runtime.block_on(bare(number(rows), number(in_flight), url)),
        ["engine", rows, jobs, url] => runtime.block_on(engine(number(rows), number(jobs), url)),
        _ => panic!("there is no figure {what:?}"),
    };
    println!("{} {}", took.as_micros(), peak_kib());
}

fn load_all(compile: bool) -> Duration {
    let clock = Instant::now();
    let (catalogue, mistakes) = load(&Sources::embedded());
    assert!(mistakes.is_empty());
    for suite in catalogue.suites.values().filter(|_| compile) {
        assert!(suite.schemas.names().all(|name| suite.schemas.get(name).is_ok()));
    }
    clock.elapsed()
}

async fn run(jobs: &str) -> Duration {
    conforming(&["--jobs", jobs]).await
}

async fn run_fleet(file: &str) -> Duration {
    conforming(&["--suite", "2n", "--filter", "2n/dir/delete/*", "--fleet", file]).await
}

/// `doorspec run`, which must find nothing.
async fn conforming(more: &[&str]) -> Duration {
    let out = tempfile::tempdir().expect("a folder");
    let folder = out.path().to_str().expect("the path is text");
    let clock = Instant::now();
    let cli = Cli::parse_from([&["doorspec", "run", "--quiet", "--seed", "7", "--out", folder], more].concat());
    let exit = dispatch(&cli, &mut std::io::sink()).await.expect("it can write");
    assert_eq!(exit.code(), 0);
    clock.elapsed()
}

async fn engine(rows: usize, jobs: usize, url: &str) -> Duration {
    let (catalogue, mistakes) = load(&Sources::embedded().with("cases/2n/bench.json", &case_file(rows)));
    assert!(mistakes.is_empty(), "{}", mistakes.render(&|_| None, false));
    let suite = &catalogue.suites["2n"];
    let patience = Patience { connections: Some(jobs), ..Patience::default() };
    let url = Url::parse(url).expect("a URL");
    let session = Session::device(suite, &url, Credentials::default(), None, &patience).expect("a client");
    let choice =
        Choice { filters: vec!["2n/bench/row/*".to_owned()], allow: [Risk::Disturb, Risk::Destroy].into(), ..Choice::default() };
    let known = session.recognise(7).await.expect("a 2N unit");
    let clock = Instant::now();
    let manner = Manner { jobs, ..Manner::quick(7) };
    let run = session.run_known(known, &choice, &manner, &AtomicBool::new(false), &|_| {}).await.expect("a run");
    let record = assemble(&[suite], vec![run], Circumstances::default());
    assert_eq!(record.tally.pass as usize, rows, "{:?} {:?}", record.tally, record.reasons);
    let mut written = Counted(0);
    write_junit(&record, Dialect::Common, &mut written).expect("it counts only");
    write_json(&record, &mut written).expect("it counts only");
    assert!(written.0 > rows);
    clock.elapsed()
}

/// What a file would hold.
struct Counted(usize);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn case_file(rows: usize) -> String {
    let rows: Vec<Value> = (0..rows).map(|row| json!({ "name": format!("r{row}") })).collect();
    json!({ "about": "The workload of a benchmark.", "cases": [{
        "name": "row", "title": "an unknown uuid is answered as the manual says", "requirements": ["2N-DIR-DEL-007"], "uncontrolled": "a benchmark",
        "fresh": { "stranger": "uuid" }, "rows": rows,
        "steps": [{ "send": { "method": "PUT", "path": "/api/dir/delete", "json": { "users": [{ "uuid": "{{stranger}}" }] } },
            "expect": { "status": 200, "schema": "dir/delete.reply", "body": { "success": true, "result": { "series": { "$type": "string" }, "users": [
                { "uuid": "{{stranger}}", "timestamp": { "$absent": true }, "errors": [{ "code": "EDIR_UUID_DOES_NOT_EXIST" }] }] } } } }] }] })
    .to_string()
}

/// The floor: a reqwest loop that checks the same schema and writes one line of JUnit for each reply.
async fn bare(rows: usize, in_flight: usize, url: &str) -> Duration {
    let suite = &Catalogue::embedded().suites["2n"];
    let url = format!("{url}/api/dir/delete");
    let client = bare_client(in_flight);
    let validator = suite.schemas.get("dir/delete.reply").expect("the schema is right");
    let clock = Instant::now();
    let ask = |row: usize| {
        let (client, url) = (&client, &url);
        async move {
            let uuid = format!("9f8c242a-1f87-4674-b646-{row:012x}");
            let body = json!({ "users": [{ "uuid": uuid }] }).to_string();
            let request = client.put(url).header("content-type", "application/json").body(body);
            let reply = request.send().await.expect("a reply").bytes().await.expect("a body");
            let value: Value = serde_json::from_slice(&reply).expect("JSON");
            assert!(validator.is_valid(&value) && value["result"]["users"][0]["errors"][0]["code"] == "EDIR_UUID_DOES_NOT_EXIST");
            format!("<testcase name=\"r{row}\"/>")
        }
    };
    let mut lines: BTreeMap<usize, String> = BTreeMap::new();
    let mut stream = futures_util::stream::iter((0..rows).map(ask)).buffer_unordered(in_flight);
    while let Some(line) = stream.next().await {
        lines.insert(lines.len(), line);
    }
    assert_eq!(lines.len(), rows);
    clock.elapsed()
}

fn bare_client(in_flight: usize) -> reqwest::Client {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("protocol versions");
    let tls = builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    let client =
        reqwest::Client::builder().tls_backend_preconfigured(tls).http1_only().no_proxy().pool_max_idle_per_host(in_flight);
    client.build().expect("a client")
}

/// The most memory that this process ever held; zero where the system does not say.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|rest| rest.split_whitespace().next());
    peak.and_then(|kib| kib.parse().ok()).unwrap_or(0)
}

/// A mock device in a process of its own; it ends with this value.
struct Mock {
    child: Child,
    url: String,
}

impl Mock {
    fn start(more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorspec"));
        command.args(["mock", "--suite", "2n", "--auth", "none"]).args(more).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the mock starts");
        let mut first = String::new();
        BufReader::new(child.stdout.take().expect("it is piped")).read_line(&mut first).expect("it says where it listens");
        let url = first.trim().strip_prefix("listening on ").expect("the first line says where it listens").to_owned();
        Self { child, url }
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
