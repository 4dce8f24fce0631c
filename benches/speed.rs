//! How fast the engine is, as ratios beside a bare client on the same mock in the same run. Prints figures and fails nobody.
//!
//! `cargo bench` runs it whole; `cargo bench -- start` (or `workload`, `whole`, `scale`) one part.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::time::{Duration, Instant};

use doorspec::case::Risk;
use doorspec::catalogue::{Catalogue, Sources, load};
use doorspec::mock::device::{Scheme, Settings};
use doorspec::plan::Choice;
use doorspec::report::{Dialect, json, junit};
use doorspec::runner::{Circumstances, Manner, assemble};
use doorspec::session::{Patience, Session};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

const ROWS: usize = 2_000;

fn main() {
    let parts: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|have| have == part);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    if wanted("start") {
        start();
    }
    if wanted("whole") {
        runtime.block_on(whole());
    }
    if wanted("workload") {
        runtime.block_on(workload());
    }
    if wanted("scale") {
        runtime.block_on(scale());
    }
    println!("peak memory of this process   {} MiB", peak_mib());
}

/// Load, link and compile everything.
fn start() {
    let mut best = Duration::MAX;
    for _ in 0..30 {
        let clock = Instant::now();
        let (catalogue, mistakes) = load(&Sources::embedded());
        assert!(mistakes.is_empty());
        std::thread::scope(|scope| {
            for suite in catalogue.suites.values() {
                scope.spawn(|| suite.schemas.names().all(|name| suite.schemas.get(name).is_ok()));
            }
        });
        best = best.min(clock.elapsed());
    }
    println!("load, link, compile           {} ms (best of 30)", ms(best));
}

/// Both suites on their mocks.
async fn whole() {
    for jobs in [1, 16] {
        let clock = Instant::now();
        let mut cases = 0;
        for suite in Catalogue::embedded().suites.values() {
            let patience = Patience { connections: Some(jobs), ..Patience::default() };
            let session = Session::embedded(suite, &Session::plain_mock(7), patience).await.expect("a mock");
            let choice = Choice { filters: Vec::new(), allow: [Risk::Disturb, Risk::Destroy].into(), ..Choice::default() };
            let run = session.run(&choice, &Manner { jobs, ..Manner::quick(7) }).await.expect("a run");
            cases += run.cases.len();
        }
        println!("both suites, {jobs:>2} at once       {} ms for {cases} cases", ms(clock.elapsed()));
    }
}

/// The peers' workload: rows of one `PUT /api/dir/delete` case, with schema, record and JUnit, beside a bare loop.
async fn workload() {
    for in_flight in [16, 1] {
        let bare = best_of(3, || bare(ROWS, in_flight)).await;
        let ours = best_of(3, || engine(ROWS, in_flight)).await;
        let ratio = ours.as_secs_f64() / bare.as_secs_f64();
        println!("{ROWS} rows, {in_flight:>2} at once        {} ms, bare client {} ms: ratio {ratio:.2}", ms(ours), ms(bare));
    }
}

/// Cost per case as the number of cases grows.
async fn scale() {
    for rows in [100, 1_000, 10_000, 100_000] {
        let took = engine(rows, 16).await;
        println!(
            "{rows:>6} rows                   {:.1} µs a case, peak {} MiB",
            took.as_secs_f64() * 1e6 / rows as f64,
            peak_mib()
        );
    }
}

async fn best_of<F: Future<Output = Duration>>(times: usize, work: impl Fn() -> F) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..times {
        best = best.min(work().await);
    }
    best
}

fn settings() -> Settings {
    Settings { scheme: Scheme::None, ..Session::plain_mock(7) }
}

async fn engine(rows: usize, jobs: usize) -> Duration {
    let (catalogue, mistakes) = load(&Sources::embedded().with("cases/2n/bench.json", &case_file(rows)));
    assert!(mistakes.is_empty(), "{}", mistakes.render(&|_| None, false));
    let suite = &catalogue.suites["2n"];
    let patience = Patience { connections: Some(jobs), ..Patience::default() };
    let session = Session::embedded(suite, &settings(), patience).await.expect("a mock");
    let choice = Choice { filters: vec!["2n/bench/row/*".to_owned()], ..Choice::default() };
    let known = session.recognise(7).await.expect("a 2N unit");
    let clock = Instant::now();
    let manner = Manner { jobs, ..Manner::quick(7) };
    let run =
        session.run_known(known, &choice, &manner, &std::sync::atomic::AtomicBool::new(false), &|_| {}).await.expect("a run");
    let record = assemble(&[suite], vec![run], Circumstances::default());
    assert_eq!(record.tally.pass as usize, rows, "{:?}", record.tally);
    assert!(junit(&record, Dialect::Common).len() + json(&record).len() > rows);
    clock.elapsed()
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
async fn bare(rows: usize, in_flight: usize) -> Duration {
    let suite = &Catalogue::embedded().suites["2n"];
    let session = Session::embedded(suite, &settings(), Patience::default()).await.expect("a mock");
    let url = format!("http://{}/api/dir/delete", session.server().expect("it is embedded").address());
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

fn ms(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64() * 1e3)
}

fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|rest| rest.split_whitespace().next());
    peak.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}
