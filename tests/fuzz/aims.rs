//! What is fuzzed: the reader of case files, the judge of replies, the writers of reports. Each takes bytes that anybody may have made, and
//! panics when something is not as it must be whatever they are.

#![allow(dead_code, reason = "each target takes one of them")]

use std::sync::LazyLock;

use doorspec::catalogue::{Catalogue, Sources, SuiteCatalogue, load};
use doorspec::exchange::{Answer, Exchange, Outgoing, Role, Sent};
use doorspec::profile::Known;
use doorspec::record::Record;
use doorspec::records::compare;
use doorspec::report::{
    Dialect, Fleet, Style, Unit, comparison, comparison_html, failures, fleet, fleet_html, html, json, junit, observations,
    summary,
};
use doorspec::runner::{Stage, Transport};
use doorspec::session::{Patience, Session};
use serde_json::Value;

/// A case file: mistakes in it are said, and cases without one can be run on any device.
pub fn cases(bytes: &[u8]) {
    const NAME: &str = "cases/2n/fuzzed.json";
    let text = String::from_utf8_lossy(bytes);
    let sources = SUITE.clone().with(NAME, &text);
    let (catalogue, mistakes) = load(&sources);
    let said = mistakes.render(&|name| sources.get(name).map(str::to_owned), false);
    assert!(mistakes.is_empty() == said.trim().is_empty(), "a mistake without a word: {said}");
    assert!(is_plain(&said), "a raw control character: {said:?}");
    let Some(suite) = catalogue.suites.get("2n") else { return };
    for case in suite.cases.iter().filter(|case| *case.file == *NAME).take(3) {
        attempt(
            suite,
            &KNOWN[0],
            &Parrot { status: 200, media_type: JSON, body: b"{\"success\":true,\"result\":{}}" },
            &case.id.0,
        );
    }
}

/// Replies: whatever comes, each case ends with a verdict.
pub fn replies(bytes: &[u8]) {
    let [first, second, how, body @ ..] = bytes else { return };
    let at = usize::from(*how & 1);
    let suite = &Catalogue::embedded().suites[SUITES[at]];
    let case = &suite.cases[usize::from(u16::from_be_bytes([*first, *second])) % suite.cases.len()];
    let status = [200, 200, 200, 201, 204, 400, 401, 403, 404, 500][usize::from(how >> 1) % 10];
    let media_type = if *how >= 200 { "text/html" } else { JSON };
    attempt(suite, &KNOWN[at], &Parrot { status, media_type, body }, &case.id.0);
}

/// Reports: valid and harmless whatever texts the device sent.
pub fn reports(bytes: &[u8]) {
    let [offset, bytes @ ..] = bytes else { return };
    let texts: Vec<String> = bytes.split(|byte| *byte == 0xff).map(|text| String::from_utf8_lossy(text).into_owned()).collect();
    let mut value = SAMPLE.clone();
    put(&mut value, &texts, &mut usize::from(*offset), false);
    let Ok(record) = serde_json::from_value::<Record>(value) else { return };
    let written = json(&record);
    let again: Record = serde_json::from_str(&written).expect("the record is JSON");
    assert_eq!(json(&again), written, "the record is read as it was written");
    let common = junit(&record, Dialect::Common);
    quick_junit::Report::deserialize_from_str(&common).expect("JUnit is valid");
    for text in [common, junit(&record, Dialect::Strict)] {
        let is_xml = |letter: char| !letter.is_control() || matches!(letter, '\n' | '\t' | '\u{80}'..='\u{9f}');
        assert!(text.chars().all(|letter| is_xml(letter) && !matches!(letter, '\u{fffe}' | '\u{ffff}')), "no XML: {text:?}");
    }
    let page = html(&record);
    assert_eq!(page.matches("<script").count(), *SCRIPTS, "nothing of the device is a script");
    let sample: Record = serde_json::from_value(SAMPLE.clone()).expect("the sample is a record");
    let found = compare(&sample, &record);
    let units = [("sample", &sample), ("fuzzed", &record)].map(|(name, record)| Unit::new(name, record));
    let of_both = Fleet::new(units.into(), record.started.clone(), record.duration_ms);
    for page in [comparison_html(&sample, &record, &found), fleet_html(&of_both)] {
        assert!(!page.contains("<script") && is_plain(&page), "something of the device may act: {page}");
    }
    let beside = [comparison(&sample, &record, &found, PLAIN), fleet(&of_both, PLAIN)];
    for text in [summary(&record, PLAIN), failures(&record, PLAIN), observations(&record, PLAIN)].into_iter().chain(beside) {
        assert!(is_plain(&text), "a raw control character: {text:?}");
    }
}

const JSON: &str = "application/json";
const SUITES: [&str; 2] = ["2n", "bas-ip"];
const PLAIN: Style = Style::PLAIN;

/// The 2N suite without its cases.
static SUITE: LazyLock<Sources> = LazyLock::new(|| {
    let all = Sources::embedded();
    let is_kept = |name: &str| {
        name.starts_with("schemas/") || ["suite", "requirements"].iter().any(|of| name == format!("cases/2n/{of}.json"))
    };
    all.iter().filter(|(name, _)| is_kept(name)).fold(Sources::default(), |sources, (name, text)| sources.with(name, text))
});

/// What the plain mocks are known for, in the order of [`SUITES`].
static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let known = |name| {
        run(async {
            let suite = &Catalogue::embedded().suites[name];
            let session = Session::embedded(suite, &Session::plain_mock(7), Patience::default()).await.expect("a mock");
            session.recognise(7).await.expect("it is recognised")
        })
    };
    SUITES.into_iter().map(known).collect()
});

/// The sample record with a few of its cases, so that writing it takes no time.
static SAMPLE: LazyLock<Value> = LazyLock::new(|| {
    let mut record: Value = serde_json::from_str(include_str!("../../reports/sample/record.json")).expect("the sample is JSON");
    record["cases"].as_array_mut().expect("it has cases").truncate(4);
    record
});

static SCRIPTS: LazyLock<usize> = LazyLock::new(|| {
    let record: Record = serde_json::from_value(SAMPLE.clone()).expect("the sample is a record");
    html(&record).matches("<script").count()
});

/// A device that has one answer to everything.
struct Parrot<'b> {
    status: u16,
    media_type: &'static str,
    body: &'b [u8],
}

impl Transport for Parrot<'_> {
    async fn exchange(&self, outgoing: &Outgoing) -> Exchange {
        let sent = Sent { method: outgoing.method.clone(), target: outgoing.target.clone(), ..Sent::default() };
        let answer = Answer {
            status: self.status,
            reason: String::new(),
            headers: vec![("Content-Type".to_owned(), self.media_type.to_owned())],
            body: self.body.to_vec(),
            capped: false,
            framing: Vec::new(),
        };
        Exchange { sent, outcome: Ok(answer), duration_us: 1, challenges: 0 }
    }

    fn has_account(&self, _: Role) -> bool {
        true
    }
}

fn attempt(suite: &SuiteCatalogue, known: &Known, device: &Parrot<'_>, id: &str) {
    let case = suite.cases.iter().find(|case| case.id.0 == id).expect("it is of this suite");
    run(async {
        if let Ok(stage) = Stage::new(suite, known, device, 7) {
            stage.attempt(case, 0).await;
        }
    });
}

fn run<O>(future: impl Future<Output = O>) -> O {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

/// Puts texts where a record holds what a device sent, at every third such place.
fn put(value: &mut Value, texts: &[String], turn: &mut usize, is_headers: bool) {
    const OF_THE_DEVICE: [&str; 8] = ["text", "reason", "actual", "why", "model", "firmware", "serial", "name"];
    match value {
        Value::Object(members) => {
            for (key, inner) in members.iter_mut() {
                match inner {
                    Value::String(text) if OF_THE_DEVICE.contains(&key.as_str()) => {
                        *turn += 1;
                        if turn.is_multiple_of(3) {
                            text.clone_from(&texts[*turn / 3 % texts.len()]);
                        }
                    }
                    _ => put(inner, texts, turn, key == "headers"),
                }
            }
        }
        Value::Array(elements) => {
            for inner in elements {
                match inner {
                    Value::String(text) if is_headers => {
                        *turn += 1;
                        if turn.is_multiple_of(3) {
                            text.clone_from(&texts[*turn / 3 % texts.len()]);
                        }
                    }
                    _ => put(inner, texts, turn, is_headers),
                }
            }
        }
        _ => {}
    }
}

/// Nothing that acts on a terminal.
fn is_plain(text: &str) -> bool {
    !text.chars().any(|letter| letter.is_control() && letter != '\n')
}
