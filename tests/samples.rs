//! The reports in `reports/sample` are those of a run on the mock: they show what reports look like, and that they are as they were.
//!
//! After a change that is meant, `DOORSPEC_BLESS=1 cargo test --test samples` writes them anew; look at the difference before you commit it.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use doorspec::record::Record;
use doorspec::report::{Dialect, html, json, junit};
use serde_json::Value;

#[test]
fn the_sample_reports_are_those_of_a_run_on_the_mock() {
    let record = without_times(&run());
    let folder = Path::new("reports/sample");
    let reports =
        [("record.json", json(&record)), ("junit.xml", junit(&record, Dialect::Common)), ("report.html", html(&record))];
    for (name, text) in reports {
        let file = folder.join(name);
        if env::var_os("DOORSPEC_BLESS").is_some() {
            fs::create_dir_all(folder).expect("the folder can be made");
            fs::write(&file, &text).expect("the sample can be written");
        }
        let stored = fs::read_to_string(&file).unwrap_or_default();
        let first = text.lines().zip(stored.lines()).find(|(new, old)| new != old);
        assert!(stored == text, "{} is not as it was; the first difference: {first:#?}", file.display());
    }
}

/// A small part of both suites, one case after the other, with a seed.
fn run() -> Value {
    let out = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorspec"));
    command.args(["run", "--seed", "7", "--jobs", "1", "--filter", "2n/dir/delete/*", "--filter", "bas-ip/link/delete/*"]);
    for name in ["DOORSPEC_USER", "DOORSPEC_PASSWORD", "DOORSPEC_LIMITED_USER", "DOORSPEC_LIMITED_PASSWORD"] {
        command.env_remove(name);
    }
    let output = command.arg("--out").arg(out.path()).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_str(&fs::read_to_string(out.path().join("record.json")).expect("a record")).expect("it is JSON")
}

fn without_times(record: &Value) -> Record {
    let mut record = record.clone();
    clean(&mut record);
    serde_json::from_value(record).expect("it is still a record")
}

fn clean(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members.iter_mut() {
                match name.as_str() {
                    "duration_ms" | "duration_us" | "p50_us" | "p95_us" | "max_us" | "known" | "left-out" => {
                        *inner = Value::from(0)
                    }
                    // What a suite holds grows; the sample shows that its digest is there.
                    "catalogue" => inner
                        .as_object_mut()
                        .into_iter()
                        .for_each(|digests| digests.values_mut().for_each(|digest| *digest = Value::from("0123456789abcdef"))),
                    "started" => *inner = Value::from("2026-01-01T00:00:00Z"),
                    _ => clean(inner),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(clean),
        Value::String(text) if text.starts_with("127.0.0.1:") => *text = "127.0.0.1:80".to_owned(),
        Value::String(text) if text.ends_with(" GMT") => *text = "Thu, 01 Jan 2026 00:00:00 GMT".to_owned(),
        _ => {}
    }
}
