use super::*;

const SUITE: &str = r#"{ "suite": "demo", "title": "Demo", "login": { "http": { "challenge_path": "/" } },
  "values": { "base": "/api", "good": "thing.reply" },
  "probe": [ { "about": "It answers.", "send": { "method": "GET", "path": "/info" }, "capabilities": { "dir": {} },
    "fields": { "at": "/fields", "prefix": "field:" }, "keep": { "version": "/version" } } ],
  "dialects": { "force": { "about": "Where it travels.", "default": "query", "classes": { "query": { "flag": 1 }, "body": { "flag": 2 } } } },
  "invariants": [ { "requirement": "DEMO-INV-001", "status": 200 } ],
  "alive": { "send": { "method": "GET", "path": "/info" }, "expect": { "requirement": "DEMO-INV-002", "status": 200 } },
  "setups": { "user": { "about": "One user.", "parameters": { "uuid": null, "name": "x" },
    "steps": [ { "send": { "method": "PUT", "path": "{{base}}/create", "json": { "users": [ { "uuid": "{{uuid}}", "name": "{{name}}" } ] } } } ] } },
  "replies": { "refused": { "status": 200, "body": { "about": "{{mine}}" } } },
  "classes": { "outcome": [ { "class": "OK", "status": 200 } ] },
  "safety": { "reads": [ "POST ^/api/get$" ], "dangerous": { "GET ^/reboot$": "destroy" },
    "scopes": [ { "request": "PUT ^/api/delete$", "member": "owner", "single": "users" } ], "entities": [], "snapshots": [] } }"#;

const ROWS: &str = r#"{ "suite": "demo", "title": "Demo",
  "groups": [ { "prefix": "DEMO-DEL", "title": "Delete" }, { "prefix": "DEMO-INV", "title": "Invariants" } ],
  "requirements": [
    { "id": "DEMO-DEL-001", "strength": "MUST", "weaker": { "SHOULD": "the code" }, "statement": "It refuses.", "source": "manual 1" },
    { "id": "DEMO-DEL-002", "strength": "MAY", "statement": "It may.", "source": "manual 2" },
    { "id": "DEMO-DEL-003", "strength": "SHOULD", "statement": "It should.", "source": "manual 3" },
    { "id": "DEMO-INV-001", "strength": "MUST", "statement": "It answers 200.", "source": "manual 4" },
    { "id": "DEMO-INV-002", "strength": "MUST", "statement": "It lives.", "source": "manual 5" } ] }"#;

const PROFILE: &str =
    r#"{ "suite": "demo", "edition": "one", "capabilities": { "link": true }, "values": { "made": "{{base}}/made" } }"#;

const SCHEMA: &str =
    r#"{ "$id": "https://doorspec.invalid/demo/thing.reply", "type": "object", "$defs": { "row": { "$anchor": "a" } } }"#;

fn sources() -> Sources {
    Sources::default()
        .with("cases/demo/suite.json", SUITE)
        .with("cases/demo/requirements.json", ROWS)
        .with("cases/demo/profiles/one.json", PROFILE)
        .with("schemas/demo/thing.reply.schema.json", SCHEMA)
}

/// Lints the demo suite with one more file (or with one in place of another) and compares `line:column message` of what is found in it.
#[track_caller]
fn check_file(name: &str, text: &str, expected: &[&str]) {
    let found = lint(&sources().with(name, text));
    let line = |one: &Diagnostic| {
        let place = one.place.map_or_else(|| "-".to_owned(), |place| format!("{}:{}", place.line, place.column));
        let help = one
            .help
            .as_ref()
            .filter(|help| help.starts_with("did you mean"))
            .map_or_else(String::new, |help| format!(" ({help})"));
        format!("{place} {}{help}", one.message)
    };
    let (here, elsewhere): (Vec<&Diagnostic>, Vec<&Diagnostic>) = found.iter().partition(|one| one.file == name);
    assert_eq!(here.iter().map(|one| line(one)).collect::<Vec<_>>(), expected, "in\n{text}");
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
}

#[track_caller]
fn check(cases: &str, expected: &[&str]) {
    check_file("cases/demo/area/file.json", cases, expected);
}

/// A case with these members, its steps on line 2.
fn case(members: &str, steps: &str) -> String {
    format!("{{ \"about\": \"x\", \"cases\": [ {{ \"name\": \"a\", \"title\": \"t\", {members} \"steps\": [\n{steps} ] }} ] }}")
}

/// One step of a case that cites `DEMO-DEL-001`, with an expectation.
#[track_caller]
fn check_step(step: &str, expected: &[&str]) {
    check(&case(r#""requirements": ["DEMO-DEL-001"], "fresh": { "mine": "uuid" },"#, &format!("{USE},\n{step}")), expected);
}

const USE: &str = r#"{ "setup": "user", "with": { "uuid": "{{mine}}" } }, { "name": "first", "send": { "method": "PUT", "path": "/x", "json": { "users": [ 1 ] } }, "expect": { "status": 200 } }"#;

#[test]
fn the_demo_suite_is_right() {
    check_step(r#"{ "send": { "method": "GET", "path": "{{made}}" } }"#, &[]);
}

#[test]
fn the_shape() {
    check_step(r#"{ "sned": {} }"#, &["3:1 this step does nothing", "3:3 unknown key `sned` (did you mean `send`?)"]);
    check_step(
        r#"{ "send": { "method": "GET", "path": 5, "as": "admni" }, "expect": { "staus": 200, "level": "must" } }"#,
        &[
            "3:37 expected string, found integer 5",
            "3:46 unknown value `admni` (did you mean `admin`?)",
            "3:69 unknown key `staus` (did you mean `status`?)",
            "3:92 unknown value `must` (did you mean `MUST`?)",
        ],
    );
    check_step(
        r#"{ "send": { "method": "GET", "path": "/" }, "pages": { "send": { "method": "GET", "path": "{{page}}" }, "items": "rows" } }"#,
        &[
            "3:1 this step does several things: `send`, `pages`",
            "3:115 string \"rows\" is not a JSON pointer: it begins with `/`",
        ],
    );
    check_step(
        r#"{ "send": { "path": "/" }, "with": {} }"#,
        &["3:1 the key `setup` is missing beside `with`", "3:11 the key `method` is missing"],
    );
    check_step(
        r#"{ "send": { "method": "PUT", "path": "/", "json": null }, "expect": { "body": null } }"#,
        &[
            "3:51 expected object or array or string or number or boolean, found null",
            "3:79 expected object or array or string or number or boolean, found null",
        ],
    );
    check("{ \"about\": \"x\",\n \"cases\": [ ], }", &["2:11 this list is empty", "2:14 trailing comma before `}`"]);
    check(
        "{ \"about\": \"x\",\n \"cases\": [ { \"name\": \"A b\" } ] }",
        &[
            "2:13 the key `requirements` is missing",
            "2:13 the key `steps` is missing",
            "2:13 the key `title` is missing",
            "2:23 string \"A b\" is not kebab-case: lower-case words and digits with dashes between them",
        ],
    );
}
