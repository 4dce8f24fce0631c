use super::*;

const SUITE: &str = r#"{ "suite": "demo", "title": "Demo", "login": { "http": { "challenge-path": "/" } },
  "values": { "base": "/api", "good": "thing.reply", "entry": [ "{{mine}}" ] },
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

/// Lints the demo suite with one more file (or with one in place of another). Each `§` of the text stands before a place where something is
/// to be found; the messages come in the order of these places, with `(did you mean ...)` where that is the help.
#[track_caller]
fn check_file(name: &str, marked: &str, expected: &[&str]) {
    let text = marked.replace('§', "");
    let found = lint(&sources().with(name, &text));
    let (here, elsewhere): (Vec<&Diagnostic>, Vec<&Diagnostic>) = found.iter().partition(|one| one.file == name);
    let wanted: Vec<String> =
        marks(marked).into_iter().zip(expected).map(|(place, message)| format!("{place} {message}")).collect();
    assert_eq!(here.iter().map(|one| line(one)).collect::<Vec<_>>(), wanted, "in\n{text}");
    assert_eq!(expected.len(), wanted.len(), "a `§` for each message");
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
}

fn line(one: &Diagnostic) -> String {
    let place = one.place.map_or_else(|| "-".to_owned(), |place| format!("{}:{}", place.line, place.column));
    let help = one.help.as_ref().filter(|help| help.starts_with("did you mean"));
    format!("{place} {}{}", one.message, help.map_or_else(String::new, |help| format!(" ({help})")))
}

/// Line and column of everything that is marked.
fn marks(marked: &str) -> Vec<String> {
    let mut places = Vec::new();
    for (number, line) in marked.lines().enumerate() {
        let marks = line.char_indices().filter(|(_, letter)| *letter == '§').enumerate();
        places.extend(marks.map(|(before, (at, _))| format!("{}:{}", number + 1, line[..at].chars().count() - before + 1)));
    }
    places
}

#[track_caller]
fn check(cases: &str, expected: &[&str]) {
    check_file("cases/demo/area/file.json", cases, expected);
}

/// Checks a case with these members and these steps.
#[track_caller]
fn check_case(members: &str, steps: &str, expected: &[&str]) {
    let case = format!("{{ \"name\": \"a\", \"title\": \"t\", {members},\n \"steps\": [ {steps} ] }}");
    check(&format!("{{ \"about\": \"x\", \"cases\": [\n{case} ] }}"), expected);
}

/// Checks one step more in a case that cites one row, makes up `mine` and uses it.
#[track_caller]
fn check_step(step: &str, expected: &[&str]) {
    let before = r#"{ "setup": "user", "with": { "uuid": "{{mine}}" } },
        { "name": "first", "send": { "method": "PUT", "path": "/x", "json": { "users": [ 1 ] } }, "expect": { "status": 200 } }"#;
    check_case(r#""requirements": [ "DEMO-DEL-001" ], "fresh": { "mine": "uuid" }"#, &format!("{before},\n{step}"), expected);
}

/// Checks an expectation in such a case.
#[track_caller]
fn check_expectation(expectation: &str, expected: &[&str]) {
    check_step(
        &format!(
            r#"{{ "send": {{ "method": "GET", "path": "/" }}, "keep": {{ "t": "/t" }}, "expect": {expectation} }}, {USE_T}"#
        ),
        expected,
    );
}

const USE_T: &str = r#"{ "send": { "method": "GET", "path": "/{{t}}" } }"#;

/// Checks the JSON body of a request in such a case.
#[track_caller]
fn check_body(body: &str, expected: &[&str]) {
    check_step(&format!(r#"{{ "send": {{ "method": "PUT", "path": "/x", "json": {body} }} }}"#), expected);
}

#[test]
fn the_demo_suite_is_right() {
    check_step(r#"{ "send": { "method": "GET", "path": "{{made}}" } }"#, &[]);
    check_expectation(r#"{ "schema": "{{good}}", "reply": "refused", "kept": { "t": { "$greater": 1 } } }"#, &[]);
}

#[test]
fn shape() {
    check_step(r#"§{ §"sned": {} }"#, &["this step does nothing", "unknown key `sned` (did you mean `send`?)"]);
    check_step(
        r#"{ "send": { "method": "GET", "path": §5, "as": §"admni" }, "expect": { §"staus": 200, "level": §"must" } }"#,
        &[
            "expected string, found integer 5",
            "unknown value `admni` (did you mean `admin`?)",
            "unknown key `staus` (did you mean `status`?)",
            "unknown value `must` (did you mean `MUST`?)",
        ],
    );
    check_step(
        r#"§{ "send": { "method": "GET", "path": "/" }, "pages": { "send": { "method": "GET", "path": "{{page}}" }, "items": §"rows" } }"#,
        &["this step does several things: `send`, `pages`", "string \"rows\" is not a JSON pointer: it begins with `/`"],
    );
    check_step(
        r#"§{ "send": §{ "path": "/" }, "with": {} }"#,
        &["the key `setup` is missing beside `with`", "the key `method` is missing"],
    );
    let null = "expected boolean or number or string or array or object, found null";
    check_step(r#"{ "send": { "method": "PUT", "path": "/", "json": §null }, "expect": { "body": §null } }"#, &[null, null]);
    check("{ \"about\": \"x\",\n \"cases\": §[ ]§, }", &["this list is empty", "trailing comma before `}`"]);
    check(
        r#"{ "about": "x", "cases": [ §§§{ "name": §"A b" } ] }"#,
        &[
            "the key `requirements` is missing",
            "the key `steps` is missing",
            "the key `title` is missing",
            "string \"A b\" is not kebab-case: lower-case words and digits with dashes between them",
        ],
    );
    check(
        r#"{ "about": "x", "about": "y", "cases": 1 }"#.replace("\"about\": \"y", "§\"about\": \"y").replace('1', "§1").as_str(),
        &["the member \"about\" is written twice in one object", "expected array, found integer 1"],
    );
}

#[test]
fn a_mistake_of_shape_hides_no_other() {
    check_step(
        r#"{ "send": { "method": "GET", "path": "/", §"boddy": 1 }, "expect": { "schema": §"thing.repyl" } }"#,
        &["unknown key `boddy`", "there is no schema `thing.repyl` (did you mean `thing.reply`?)"],
    );
}

#[test]
fn references() {
    check_expectation(r#"{ "schema": §"thing" }"#, &["there is no schema `thing`"]);
    check_expectation(r#"{ "reply": §"refusd" }"#, &["the suite has no reply `refusd` (did you mean `refused`?)"]);
    check_step(r#"{ "setup": §"usr" }"#, &["the suite has no set-up `usr` (did you mean `user`?)"]);
    check_step(
        r#"{ "setup": §"user", "with": { §"uid": 1 } }"#,
        &["the set-up `user` needs `uuid`", "the set-up `user` takes no `uid` (did you mean `uuid`?)"],
    );
    check_step(
        r#"{ "send": { "method": "GET", "path": "/" }, "observe": { "classes": §"outcom" }, "exempt": [ §"DEMO-INV-002" ] }"#,
        &[
            "the suite has no list of classes `outcom` (did you mean `outcome`?)",
            "`DEMO-INV-002` is no invariant of the suite (did you mean `DEMO-INV-001`?)",
        ],
    );
    check_step(
        r#"{ "send": { "method": "GET", "path": "/" }, "observe": [ { "classes": "outcome", "settles": §"farce" }, { "classes": [ { "class": "url" } ], "settles": §"force" } ] }"#,
        &["the suite has no dialect `farce` (did you mean `force`?)", "the dialect `force` has no class `url`"],
    );
    check_case(
        r#""requirements": [ "DEMO-DEL-001" ], "needs": [ "dir", §"!lnik", "field:access.pin", "limited-account", §"!dir" ]"#,
        r#"{ "send": { "method": "GET", "path": "/" }, "expect": { "status": 200 } }"#,
        &["no profile or probe knows the capability `lnik` (did you mean `link`?)", "`dir` is needed twice"],
    );
    check_expectation(
        r#"{ "any": [ { §"requirement": "DEMO-DEL-001", "status": 1 } ], "if": { §"refusal": true } }"#,
        &["`requirement` is not looked at here", "`refusal` is not looked at here"],
    );
    check_expectation(
        r#"{ "status": §"200", "content-type": §"Application/JSON" }"#,
        &["string \"200\" is no status code", "no media type is compared as `Application/JSON`"],
    );
}

#[test]
fn templates() {
    check_body(r#""§{{mien}}""#.replace("\"§", "§\"").as_str(), &["`{{mien}}` is not known here (did you mean `mine`?)"]);
    check_body(
        r#"[ §"{{mine|uper}}", §"{{mine|plus:x}}", §"{{mine", §"{{item}}", "{{new-uuid}}" ]"#,
        &[
            "unknown filter `uper` (did you mean `upper`?)",
            "the filter `plus:x` has the wrong argument",
            "`{{` without `}}`",
            "`{{item}}` is not known here",
        ],
    );
    check_body(r#"{ "$times": 2, "give": { "i": "{{index}}" } }"#, &[]);
    check_body(r#"{ §"$tmes": 2, "give": { "i": "{{index}}" } }"#, &["there is no maker `$tmes` (did you mean `$times`?)"]);
    check_body(
        r#"[ §{ "$times": 2 }, { "$repeat": §5, "times": §"9", §"with": 1 }, { "a": 1, §"$for": [] } ]"#,
        &[
            "`$times` needs `give` beside it",
            "`$repeat` takes a string, found integer 5",
            "`times` is a number, found string \"9\"",
            "`$repeat` has no `with`",
            "`$for` is not looked at here",
        ],
    );
    let step = r##"{ "send": { "method": "GET", "path": "/" }, "expect": { "status": 200 }, "keep": { §"t1": "/a", "t2": "/b", §"t3": §"a", §"t4": §"#clas" } },
        { "send": { "method": "GET", "path": "/{{t2}}" } }"##;
    check_case(
        r#""requirements": [ "DEMO-DEL-001" ], "fresh": { §"mine": "uuid" }"#,
        step,
        &[
            "`mine` is made up and never used",
            "`t1` is kept and never used",
            "`t3` is kept and never used",
            "`a` is no place in a reply",
            "`t4` is kept and never used",
            "`#clas` is no place in a reply (did you mean `#class`?)",
        ],
    );
    check_step(
        r#"{ "when": { §"form": "OK" }, "send": { "method": "GET", "path": "/" }, "keep": { §"mine": "/uuid", "form": "/form" } }, { "when": { "form": 1 }, "send": { "method": "GET", "path": "/" } }"#,
        &["`{{form}}` is not known here", "`mine` has a value already"],
    );
    check_step(
        r#"{ "send": { "method": "GET", "path": "/", "text": "a", §"hex": §"abc" } }"#,
        &["a request has one body, and here are several: `text`, `hex`", "not hexadecimal bytes"],
    );
}

#[test]
fn a_reply_takes_names_from_its_case() {
    check_case(
        r#""requirements": [ "DEMO-DEL-001" ]"#,
        r#"{ "send": { "method": "GET", "path": "/" }, "expect": { "reply": §"refused" } }"#,
        &["`{{mine}}` is not known here"],
    );
    check_case(
        r#""requirements": [ "DEMO-DEL-001" ]"#,
        r#"{ "send": { "method": "GET", "path": "/", "json": §"{{entry}}" }, "expect": { "status": 200 } }"#,
        &["`{{entry}}` needs `{{mine}}`, which is not known here"],
    );
}

#[test]
fn matchers() {
    check_expectation(
        r#"{ "body": { "a": { §"$one-off": [ 1 ] } } }"#,
        &["there is no matcher `$one-off` (did you mean `$one-of`?)"],
    );
    check_expectation(
        r#"{ "body": { "a": { "$regex": §"(" }, "b": { "$regex": "a", §"ignorecase": true } } }"#,
        &[
            "bad regular expression: unclosed group",
            "`ignorecase` is not looked at beside `$regex` (did you mean `ignore-case`?)",
        ],
    );
    check_expectation(
        r#"{ "body": { "a": 1, §"$absent": true }, "text": { "$each": { "$absent": §false } } }"#,
        &["`$absent` is not looked at here", "`$absent` takes true, found boolean false"],
    );
    check_expectation(
        r#"{ "body": [ { "$integer": §{ "minimum": 1 } }, { "$type": §"text" }, { "$one-of": §1 }, { "$greater": §"x" }, { "$keys": [ "{{t}}" ] } ] }"#,
        &[
            "`$integer` takes an object with `min` and `max`, both optional, found object with 1 member",
            "`$type` takes a JSON type or a list of them, found string \"text\"",
            "`$one-of` takes a list, found integer 1",
            "`$greater` takes a number, found string \"x\"",
        ],
    );
    check_expectation(
        r#"{ "body": { "$equal": { "a": { §"$type": "string" } } }, "kept": { §"u": { "$same-as": "{{t}}", "except": §"/a" } } }"#,
        &[
            "`$type` is not looked at inside `$equal`",
            "`{{u}}` is not known here",
            "`except` is a list of JSON pointers, like `[\"/timestamp\"]`",
        ],
    );
}

#[test]
fn demands() {
    let step = r#"{ "send": { "method": "GET", "path": "/" }, "expect": [ §{ "status": 200 }, { "requirement": §"DEMO-DEL-003", "status": 200 },
        { "requirement": "DEMO-DEL-002", "status": 200 } ] }"#;
    check_case(
        r#""requirements": [ §"DEMO-DEL-001", "DEMO-DEL-002", §"DEMO-DEL-009", §"DEMO-DEL-001" ]"#,
        step,
        &[
            "no expectation or observation cites `DEMO-DEL-001`",
            "the catalogue has no row `DEMO-DEL-009`",
            "`DEMO-DEL-001` is listed twice",
            "the case cites several rows, and this expectation does not say which",
            "`DEMO-DEL-003` is not in the case's `requirements` (did you mean `DEMO-DEL-001`?)",
        ],
    );
    check_expectation(
        r#"[ { "level": "SHOULD", "status": 200 }, { "level": §"MAY", "status": 200 } ]"#,
        &["`DEMO-DEL-001` demands no part as MAY only"],
    );
}

#[test]
fn controls() {
    check_expectation(r#"{ §"refusal": true }"#, &["this case expects a refusal and has no control"]);
    let case = r#""requirements": [ "DEMO-DEL-001" ], §"uncontrolled": "why not""#;
    check_case(
        case,
        r#"{ "send": { "method": "GET", "path": "/" }, "expect": { "status": 200 } }"#,
        &["no expectation of this case is a refusal"],
    );
    let control = |control: &str, but: &str, expected: &[&str]| {
        check_step(&format!(r#"{{ "control": {control}, "but": {but}, "expect": {{ "status": 200 }} }}"#), expected);
    };
    control(r#""first""#, r#"{ "/json/users/0": 2 }"#, &[]);
    control(r#""first""#, r#"{ "/json/extra": 2 }"#, &[]);
    control(r#""first""#, r#"{ "/headers": { "Accept": "a" } }"#, &[]);
    control(r#""first""#, r#"{ §"/headers/Accept": "a" }"#, &["`/headers/Accept` points nowhere in that request"]);
    control(r#""first""#, r#"{ "/as": "limited" }"#, &[]);
    control(r#"§"frist""#, r#"{ "/path": "/y" }"#, &["no earlier step is named `frist` (did you mean `first`?)"]);
    control(
        r#""first""#,
        r#"§{ "/path": "/y", "/as": "limited" }"#,
        &["a control differs in exactly one thing, and `but` names 2"],
    );
    control(r#""first""#, r#"{ §"/json/user/0": 2 }"#, &["`/json/user/0` points nowhere in that request"]);
    control(r#""first""#, r#"{ §"/pfad": 2 }"#, &["`/pfad` points nowhere in that request"]);
    control(r#""first""#, r#"{ §"/json/gone": { "$absent": true } }"#, &["`/json/gone` points nowhere in that request"]);
    control(r#""first""#, r#"{ "/path": §"/x" }"#, &["the request has this value already"]);
    control(
        r#""first""#,
        r#"{ §"path": "/x" }"#,
        &["`path` is not a JSON pointer: it begins with `/`, like `/json/users/0/uuid`"],
    );
    check_step(r#"{ "control": §"first", "but": { "/path": "/y" } }"#, &["this control expects nothing"]);
    check_step(r#"§{ "control": "first", "expect": { "status": 200 } }"#, &["the key `but` is missing beside `control`"]);
    check_step(r#"{ "name": §"first", "send": { "method": "GET", "path": "/" } }"#, &["two steps are named `first`"]);
}

#[test]
fn risk() {
    let send = |method: &str, path: &str, json: &str| {
        format!(r#"{{ "send": {{ "method": {method}, "path": {path}, "json": {json} }}, "expect": {{ "status": 200 }} }}"#)
    };
    let cites = r#""requirements": [ "DEMO-DEL-001" ]"#;
    let all = "with neither `owner` nor `users` this request reaches every entry";
    check_case(cites, &send(r#""PUT""#, r#""{{base}}/delete?x=1""#, r#"§{ "user": 1 }"#), &[all]);
    check_case(
        cites,
        &send(r#""PUT""#, r#""/api/delete""#, r#"{ "owner": §"" }"#),
        &["`owner` selects a group of entries that the case did not make"],
    );
    check_case(cites, &send(r#""PUT""#, r#""/api/delete""#, r#"{ "users": [] }"#), &[]);
    check_case(&format!(r#"{cites}, "risk": "destroy""#), &send(r#""PUT""#, r#""/api/delete""#, "{}"), &[]);
    check_case(
        &format!(r#"{cites}, "risk": "read""#),
        &send(r#"§"PUT""#, r#""/api/update""#, "{}"),
        &["a `PUT` in a case that only reads"],
    );
    check_case(&format!(r#"{cites}, "risk": "read""#), &send(r#""POST""#, r#""/api/get""#, "{}"), &[]);
    check_case(cites, &send(r#""GET""#, r#"§"/reboot""#, "{}"), &["this request is `destroy`, and the case is `own`"]);
}

#[test]
fn rows_and_names() {
    let case = |rows: &str, title: &str, value: &str| {
        let send = format!(
            r#"{{ "send": {{ "method": "PUT", "path": "/x", "json": {value} }}, "expect": {{ "requirement": "{{{{row}}}}", "status": 200 }} }}"#
        );
        format!(
            r#"{{ "name": "a", "title": {title}, "requirements": [ "{{{{row}}}}" ], "rows": [ {rows} ], "fresh": {{ "mine": "uuid" }}, "steps": [ {send} ] }}"#
        )
    };
    let file = |cases: &str| format!("{{ \"about\": \"x\",\n \"cases\": [ {cases} ] }}");
    let good =
        r#"{ "name": "one", "row": "DEMO-DEL-001", "value": "{{mine}}" }, { "name": "two", "row": "DEMO-DEL-003", "value": 2 }"#;
    check(&file(&case(good, r#""t""#, r#""{{value}}""#)), &[]);
    let bad = r#"{ "name": "one", "row": §"DEMO-DEL-101", "value": "{{mine}}" }, §{ "name": §"one", "row": "DEMO-DEL-001" }"#;
    check(
        &file(&case(bad, r#""t""#, r#"§"{{value}}""#)),
        &[
            "the catalogue has no row `DEMO-DEL-101`",
            "this row has no `value`, and the case says `{{value}}`",
            "two rows are named `one`",
            "`{{value}}` is not known here",
        ],
    );
    let once = case(good, r#"§"{{kind}}""#, r#"[ "{{value}}", §"{{mien}}" ]"#);
    check(&file(&once), &["`{{kind}}` would be shown as it stands", "`{{mien}}` is not known here (did you mean `mine`?)"]);
    let surplus = r#"{ "name": "one", "row": "DEMO-DEL-001", "value": "{{mine}}", §"other": 1 }"#;
    check(&file(&case(surplus, r#""t""#, r#""{{value}}""#)), &["the case never says `{{other}}`"]);
    let plain = |name: &str| {
        format!(
            r#"{{ "name": {name}, "title": "t", "requirements": [ "DEMO-DEL-001" ], "steps": [ {{ "send": {{ "method": "GET", "path": "/" }}, "expect": {{ "status": 200 }} }} ] }}"#
        )
    };
    check(&file(&[plain(r#""a""#), plain(r#"§"a""#)].join(",\n")), &["two cases are named `a`"]);
}

#[test]
fn schema_files() {
    let check = |text: &str, expected: &[&str]| check_file("schemas/demo/thing.reply.schema.json", text, expected);
    let id = r#""$id": "https://doorspec.invalid/demo/thing.reply""#;
    check(
        &format!(r#"{{ {id}, §"requird": [ "a" ], "properties": {{ "requird": {{ "type": "string" }} }} }}"#),
        &["unknown keyword `requird` (did you mean `required`?)"],
    );
    check(
        &format!(
            r##"{{ {id}, "items": {{ "$ref": §"row" }}, "anyOf": [ {{ "$ref": "#/$defs/a" }}, {{ "$ref": §"#/$defs/b" }} ], "$defs": {{ "a": true }} }}"##
        ),
        &["`row` leads nowhere", "`#/$defs/b` leads nowhere"],
    );
    check(r#"{ "$id": §"https://doorspec.invalid/demo/thing" }"#, &["this `$id` is not that of the file"]);
    check(r#"§{ "type": "object" }"#, &["this schema has no `$id`"]);
}

#[test]
fn the_catalogue() {
    let check = |rows: &str, expected: &[&str]| {
        let text = format!(
            r#"{{ "suite": "demo", "title": "Demo", "groups": [ {{ "prefix": "DEMO-INV", "title": "I" }} ], "requirements": [
            {{ "id": "DEMO-INV-001", "strength": "MUST", "statement": "s", "source": "m" }}, {{ "id": "DEMO-INV-002", "strength": "MUST", "statement": "s", "source": "m"{rows} }} ] }}"#
        );
        check_file("cases/demo/requirements.json", &text, expected);
    };
    check(
        r#" }, { "id": §"DEMO-INV-001", "strength": "MUST", "statement": "s", "source": "m""#,
        &["two rows have the id `DEMO-INV-001`"],
    );
    check(
        r#" }, { "id": §"DEMO-IVN-001", "strength": "MUST", "statement": "s", "source": "m""#,
        &["there is no group `DEMO-IVN` (did you mean `DEMO-INV`?)"],
    );
    check(r#", §"excluded": "no""#, &["suite.json covers `DEMO-INV-002`"]);
    check(r#", "applies": [ "one", §"two" ]"#, &["no profile is of the edition `two`"]);
    check(
        r#" }, { "id": "DEMO-INV-003", "strength": "SHOULD", "weaker": { §"SHOULD": "x" }, "statement": "s", "source": "m""#,
        &["a part that is demanded as SHOULD is not weaker than the row, which is a SHOULD"],
    );
}

#[test]
fn the_suite_and_its_profiles() {
    let check = |from: &str, to: &str, expected: &[&str]| {
        assert!(SUITE.contains(from));
        check_file("cases/demo/suite.json", &SUITE.replace(from, to), expected);
    };
    check(r#""default": "query""#, r#""default": §"qery""#, &["the dialect has no class `qery` (did you mean `query`?)"]);
    check(r#""PUT ^/api/delete$""#, r#"§"PUT ^/api/(delete$""#, &["bad regular expression: unclosed group"]);
    check(r#""uuid": null, "name": "x""#, r#""uuid": null, "name": "x", §"pin": "1""#, &["`pin` is a parameter and never used"]);
    check(
        r#"[ { "requirement": "DEMO-INV-001""#,
        r#"[ { "requirement": §"DEMO-INV-007""#,
        &["the catalogue has no row `DEMO-INV-007`"],
    );
    check(r#""base": "/api""#, r#""base": "/api", "x": §"{{base|uper}}""#, &["unknown filter `uper` (did you mean `upper`?)"]);
    check(r#""suite": "demo""#, r#""suite": §"domo""#, &["this file belongs to the suite `demo`, not to `domo`"]);
    let check = |text: &str, expected: &[&str]| check_file("cases/demo/profiles/two.json", text, expected);
    check(r#"{ "suite": "demo", "edition": §"one" }"#, &["cases/demo/profiles/one.json is the profile of `one` too"]);
    check(
        r#"{ "suite": "demo", "edition": "two", "recognised-by": { "version": §"(", §"verzion": "" }, "dialect": { "force": §"url", §"farce": "x" } }"#,
        &[
            "bad regular expression: unclosed group",
            "no probe of the suite keeps `verzion` (did you mean `version`?)",
            "the dialect `force` has no class `url`",
            "the suite has no dialect `farce` (did you mean `force`?)",
        ],
    );
}

#[test]
fn set_ups_and_skips() {
    check_step(
        r#"{ "setup": "user", "with": { "uuid": 1 }, "keep": { "n": "name", §"m": §"nmae" }, §"expect": { "status": 200 } },
        { "skip": "why", "when": { "n": "x" } }, §{ "skip": "why" }"#,
        &[
            "`m` is kept and never used",
            "the set-up `user` has no name `nmae` (did you mean `name`?)",
            "`expect` is not looked at here",
            "the key `when` is missing beside `skip`",
        ],
    );
    let from = r#""steps": [ { "send": { "method": "PUT", "path": "{{base}}/create""#;
    let to = r#""steps": [ { §"setup": "user", "with": { "uuid": 1 }, "keep": { "k": "name" } },
        { §"when": { "k": 1 }, "send": { "method": "PUT", "path": "{{base}}/create""#;
    assert!(SUITE.contains(from));
    let expected = ["a set-up cannot run `setup`", "`when` is not looked at here"];
    check_file("cases/demo/suite.json", &SUITE.replace(from, to), &expected);
}

#[test]
fn makers_make_matchers_too() {
    check_expectation(r#"{ "body": { "$contains": { "$for": "{{t}}", "give": { "uuid": { "$uuid": "{{item}}" } } } } }"#, &[]);
    check_expectation(r#"{ "body": { "$each": { "a": §"{{item}}" } } }"#, &["`{{item}}` is not known here"]);
    check_expectation(
        r#"{ "body": { "$like": { "a": { §"$uid": true } }, "except": [ "/t" ] } }"#,
        &["there is no matcher `$uid` (did you mean `$uuid`?)"],
    );
}

#[test]
fn a_row_without_a_case() {
    let sources = sources();
    let (catalogue, _) = load(&sources);
    let said: Vec<String> = coverage::uncovered(&sources, &catalogue).iter().map(line).collect();
    let expected =
        ["4:13 no case covers DEMO-DEL-001, nor is it excluded", "5:13 no case covers DEMO-DEL-002, nor is it excluded"];
    assert_eq!(said[..2], expected);
    assert_eq!(said.len(), 3, "the invariants are covered by the suite itself: {said:?}");
}
