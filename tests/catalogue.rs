//! The cases that the binary carries are without a mistake, and the schemas that editors complete from agree with the program.

use doorspec::catalogue::{Sources, lint, load, uncovered};
use jsonschema::{Draft, Registry, Validator};
use serde_json::Value;

const KINDS: [&str; 5] = ["case", "suite", "requirements", "profile", "waivers"];

fn validator(kind: &str) -> Validator {
    let sources = Sources::embedded();
    let text = |kind: &str| -> Value {
        let file = format!("schemas/suite/{kind}.schema.json");
        serde_json::from_str(sources.get(&file).expect("it is embedded")).expect("it is JSON")
    };
    let mut registry = Registry::new();
    for kind in KINDS {
        let text = text(kind);
        let id = text["$id"].as_str().expect("it has an id").to_owned();
        registry = registry.add(id, text).expect("it can be registered");
    }
    let registry = registry.prepare().expect("references lead somewhere");
    let options = jsonschema::options().with_draft(Draft::Draft202012).with_registry(&registry).offline();
    options.build(&text(kind)).expect("it is a schema")
}

/// Which schema a file below `cases` has.
fn kind_of(name: &str) -> &'static str {
    match name.split('/').collect::<Vec<_>>().as_slice() {
        [_, _, "suite.json"] => "suite",
        [_, _, "requirements.json"] => "requirements",
        [_, _, "profiles", _] => "profile",
        _ => "case",
    }
}

#[test]
fn the_embedded_cases_are_without_a_mistake() {
    let sources = Sources::embedded();
    let mut mistakes = lint(&sources);
    mistakes.extend(uncovered(&sources, &load(&sources).0));
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} mistakes:\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn every_file_that_the_program_reads_fits_its_schema() {
    for kind in KINDS {
        let validator = validator(kind);
        let sources = Sources::embedded();
        for (name, text) in sources.iter().filter(|(name, _)| name.starts_with("cases/") && kind_of(name) == kind) {
            let value: Value = serde_json::from_str(text).expect("it is JSON");
            let errors: Vec<String> =
                validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{name}: {errors:#?}");
        }
    }
}

#[test]
fn every_key_that_people_write_is_described() {
    let sources = Sources::embedded();
    for kind in KINDS {
        let text = sources.get(&format!("schemas/suite/{kind}.schema.json")).expect("it is embedded");
        described(kind, &serde_json::from_str(text).expect("it is JSON"));
    }
}

fn described(at: &str, schema: &Value) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        assert!(schema.get("additionalProperties").or(schema.get("required")).is_some(), "{at} leaves other keys open");
        for (key, property) in properties {
            assert!(property.get("description").is_some_and(Value::is_string), "{at}/{key} has no description");
        }
    }
    match schema {
        Value::Object(members) => members.iter().for_each(|(key, inner)| described(&format!("{at}/{key}"), inner)),
        Value::Array(elements) => elements.iter().for_each(|inner| described(at, inner)),
        _ => {}
    }
}

/// A case file with this step; schema and program say the same of it.
#[track_caller]
fn check(step: &str, is_right: bool) {
    let case = format!(r#"{{ "name": "a", "title": "t", "requirements": [ "X-001" ], "steps": [ {step} ] }}"#);
    check_file(&format!(r#"{{ "about": "x", "cases": [ {case} ] }}"#), is_right);
}

#[track_caller]
fn check_file(text: &str, is_right: bool) {
    let value: Value = serde_json::from_str(text).expect("it is JSON");
    assert_eq!(validator("case").is_valid(&value), is_right, "the schema of {text}");
    let suite = r#"{ "suite": "demo", "title": "Demo", "login": { "token": { "path": "/" } }, "probe": [], "invariants": [],
        "alive": { "send": { "method": "GET", "path": "/" }, "expect": {} }, "safety": { "entities": [], "snapshots": [] } }"#;
    let rows = r#"{ "suite": "demo", "title": "Demo", "groups": [], "requirements": [] }"#;
    let sources = Sources::default()
        .with("cases/demo/suite.json", suite)
        .with("cases/demo/requirements.json", rows)
        .with("cases/demo/a/b.json", text);
    let (_, mistakes) = load(&sources);
    assert_eq!(mistakes.is_empty(), is_right, "the program of {text}: {mistakes:?}");
}

#[test]
fn schema_and_program_agree() {
    let right = [
        r#"{ "setup": "x", "with": { "a": 1 }, "keep": { "b": "/b" } }"#,
        r#"{ "send": { "method": "GET", "path": "/", "json": [], "as": "nobody", "credentials": "other-uri", "wire": { "cut-body": 1 } } }"#,
        r#"{ "send": { "method": "GET", "path": "/", "multipart": [ { "name": "a", "content-type": "b", "json": {} } ] } }"#,
        r#"{ "control": "x", "but": { "/a": 1 }, "expect": [ { "status": 200, "within-ms": 5 }, { "any": [ {} ], "if": {} } ] }"#,
        r#"{ "pages": { "send": { "method": "GET", "path": "/" }, "items": "/a" }, "exempt": [ "X-001" ], "note": "n" }"#,
        r#"{ "together": [ { "method": "GET", "path": "/" } ], "when": { "a": 1 } }"#,
        r#"{ "skip": "why", "when": { "a": 1 } }"#,
        r#"{ "send": { "method": "GET", "path": "/" }, "observe": { "classes": "x", "settles": "y" } }"#,
        r#"{ "send": { "method": "GET", "path": "/" }, "observe": [ { "classes": [ { "class": "a", "status": 1, "when": { "body": {} } } ] } ] }"#,
        r#"{ "send": { "method": "GET", "path": "/" }, "expect": { "sound": [ "json", "rfc8259" ], "level": "MAY", "refusal": true } }"#,
    ];
    right.iter().for_each(|step| check(step, true));
    let wrong = [
        r#"{ "send": { "method": "GET", "path": "/", "body": 1 } }"#,
        r#"{ "send": { "method": "GET", "path": 1 } }"#,
        r#"{ "send": { "method": "GET", "path": "/", "as": "root" } }"#,
        r#"{ "send": { "method": "GET", "path": "/", "wire": { "cut-body": -1 } } }"#,
        r#"{ "send": { "method": "GET", "path": "/", "query": [] } }"#,
        r#"{ "send": { "method": "GET", "path": "/", "multipart": [ { "content-type": "b" } ] } }"#,
        r#"{ "pages": { "items": "/a" } }"#,
        r#"{ "together": { "method": "GET", "path": "/" } }"#,
        r#"{ "send": { "method": "GET", "path": "/" }, "expect": 200 }"#,
        r#"{ "send": { "method": "GET", "path": "/" }, "expect": { "sound": [ "utf8" ] } }"#,
        r#"{ "send": { "method": "GET", "path": "/" }, "expect": { "level": "must" } }"#,
        r#"{ "send": { "method": "GET", "path": "/" }, "expect": { "within_ms": 5 } }"#,
        r#"{ "send": { "method": "GET", "path": "/" }, "expect": { "if": 5 } }"#,
        r#"{ "send": { "method": "GET", "path": "/" }, "observe": { "settles": "y" } }"#,
        r#"{ "send": { "method": "GET", "path": "/" }, "observe": { "classes": [ { "status": 1 } ] } }"#,
        r#"{ "send": { "method": "GET", "path": "/" }, "keep": { "a": 1 } }"#,
        r#"{ "send": { "method": "GET", "path": "/" }, "exempt": "X-001" }"#,
    ];
    wrong.iter().for_each(|step| check(step, false));
    let files = [
        r#"{ "cases": [ { "name": "a", "title": "t", "requirements": [ "X-001" ], "steps": [ { "skip": "a", "when": { "a": 1 } } ] } ] }"#,
        r#"{ "about": "x", "risk": "none", "cases": [ { "name": "a", "title": "t", "requirements": [ "X-001" ], "steps": [ { "skip": "a", "when": { "a": 1 } } ] } ] }"#,
        r#"{ "about": "x", "cases": [ { "name": "a", "requirements": [ "X-001" ], "steps": [ { "skip": "a", "when": { "a": 1 } } ] } ] }"#,
        r#"{ "about": "x", "cases": [ { "name": "a", "title": "t", "requirements": [ "X-001" ], "fresh": { "m": "guid" }, "steps": [ { "skip": "a", "when": { "a": 1 } } ] } ] }"#,
        r#"{ "about": "x", "cases": [ { "name": "a", "title": "t", "requirements": [ "X-001" ], "step": [] } ] }"#,
    ];
    files.iter().for_each(|file| check_file(file, false));
}
