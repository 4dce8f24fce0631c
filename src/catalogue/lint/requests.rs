//! The values of a request: templates and the makers of long values.

use serde_json::{Map, Value};

use super::names::{Names, take_plain, take_text};
use super::page::meant;
use super::site::Site;
use super::vocabulary::MAKERS;
use crate::case::{Part, Send};
use crate::json::{describe, pointer_join};

/// Checks everything that a request holds.
pub(super) fn check_send(names: &Names<'_>, site: &Site<'_>, at: &str, send: &Send, locals: &[&str]) {
    take_text(names, site, &format!("{at}/method"), &send.method, locals);
    take_text(names, site, &format!("{at}/path"), &send.path, locals);
    for (key, members) in [("query", Some(&send.query)), ("headers", Some(&send.headers)), ("form", send.form.as_ref())] {
        for (name, value) in members.into_iter().flatten() {
            let pointer = pointer_join(&format!("{at}/{key}"), name);
            take_text(names, site, &pointer, name, locals);
            check_value(names, site, &pointer, value, locals);
        }
    }
    for (key, value) in [("json", &send.json), ("text", &send.text)] {
        if let Some(value) = value {
            check_value(names, site, &format!("{at}/{key}"), value, locals);
        }
    }
    if let Some(hex) = &send.hex {
        check_hex(site, &format!("{at}/hex"), hex);
    }
    for (index, part) in send.multipart.iter().flatten().enumerate() {
        check_part(names, site, &format!("{at}/multipart/{index}"), part, locals);
    }
    check_bodies(site, at, send);
}

fn check_part(names: &Names<'_>, site: &Site<'_>, at: &str, part: &Part, locals: &[&str]) {
    take_text(names, site, &format!("{at}/name"), &part.name, locals);
    for (key, value) in [("json", &part.json), ("text", &part.text)] {
        if let Some(value) = value {
            check_value(names, site, &format!("{at}/{key}"), value, locals);
        }
    }
}

fn check_hex(site: &Site<'_>, pointer: &str, hex: &str) {
    let digits: String = hex.chars().filter(|digit| !digit.is_whitespace()).collect();
    if digits.contains("{{") {
        site.say(pointer, "`hex` takes no templates", Some("write the bytes, or use `text`".to_owned()));
    } else if !digits.chars().all(|digit| digit.is_ascii_hexdigit()) || digits.len() % 2 == 1 {
        site.say(pointer, "not hexadecimal bytes", Some("two digits make a byte; blanks are ignored".to_owned()));
    }
}

fn check_bodies(site: &Site<'_>, at: &str, send: &Send) {
    let given = [
        ("json", send.json.is_some()),
        ("text", send.text.is_some()),
        ("hex", send.hex.is_some()),
        ("form", send.form.is_some()),
        ("multipart", send.multipart.is_some()),
    ];
    let bodies: Vec<&str> = given.iter().filter(|(_, given)| *given).map(|(key, _)| *key).collect();
    if let [_, second, ..] = bodies.as_slice() {
        let message = format!("a request has one body, and here are several: `{}`", bodies.join("`, `"));
        site.say_of_key(&format!("{at}/{second}"), message, Some("keep one of them".to_owned()));
    }
}

/// Checks a value that is sent.
pub(super) fn check_value(names: &Names<'_>, site: &Site<'_>, at: &str, value: &Value, locals: &[&str]) {
    match value {
        Value::String(text) => take_text(names, site, at, text, locals),
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                check_value(names, site, &format!("{at}/{index}"), element, locals);
            }
        }
        Value::Object(members) => check_object(names, site, at, members, locals),
        _ => {}
    }
}

fn check_object(names: &Names<'_>, site: &Site<'_>, at: &str, members: &Map<String, Value>, locals: &[&str]) {
    if let Some(name) = members.keys().next()
        && name.starts_with('$')
    {
        let absent = name == "$absent" && members.len() == 1;
        if MAKERS.contains(&name.as_str()) {
            check_maker(names, site, at, members, locals, check_value);
        } else if !absent {
            let known = MAKERS.iter().copied().chain(["$absent"]);
            site.say_of_key(&pointer_join(at, name), format!("there is no maker `{name}`"), meant(name, known));
        }
        return;
    }
    for (name, inner) in members {
        let pointer = pointer_join(at, name);
        if name.starts_with('$') {
            let help = "a maker is the first member of its object".to_owned();
            site.say_of_key(&pointer, format!("`{name}` is not looked at here"), Some(help));
        }
        take_text(names, site, &pointer, name, locals);
        check_value(names, site, &pointer, inner, locals);
    }
}

/// What checks a value inside a maker: it is sent, or it is a matcher.
pub(super) type Check = fn(&Names<'_>, &Site<'_>, &str, &Value, &[&str]);

/// The members of a value that a maker makes.
pub(super) fn made(value: &Value) -> Option<&Map<String, Value>> {
    value.as_object().filter(|members| members.keys().next().is_some_and(|name| MAKERS.contains(&name.as_str())))
}

/// Checks a maker: its argument, and that it has what it needs and nothing else.
pub(super) fn check_maker(
    names: &Names<'_>,
    site: &Site<'_>,
    at: &str,
    members: &Map<String, Value>,
    locals: &[&str],
    check_inner: Check,
) {
    let Some((name, argument)) = members.iter().next() else { return };
    let name = name.as_str();
    let pointer = pointer_join(at, name);
    check_value(names, site, &pointer, argument, locals);
    let (wanted, fits) = match name {
        "$times" => ("a count", argument.is_u64()),
        "$for" | "$concat" => ("a list", argument.is_array()),
        _ => ("a string", argument.is_string() || argument.is_object()),
    };
    if !fits && !is_template(argument) {
        site.say(&pointer, format!("`{name}` takes {wanted}, found {}", describe(argument)), None);
    }
    let (needed, optional): (&[&str], &[&str]) = match name {
        "$times" | "$for" => (&["give"], &[]),
        "$repeat" => (&["times"], &[]),
        "$nest" => (&["times", "with"], &["inside"]),
        _ => (&[], &[]),
    };
    for key in needed.iter().filter(|key| !members.contains_key(**key)) {
        site.say(at, format!("`{name}` needs `{key}` beside it"), None);
    }
    let known = || needed.iter().chain(optional).copied();
    for (key, value) in members.iter().skip(1) {
        let pointer = pointer_join(at, key);
        if !known().any(|known| known == key) {
            site.say_of_key(&pointer, format!("`{name}` has no `{key}`"), meant(key, known()));
        }
        match key.as_str() {
            "give" => check_inner(names, site, &pointer, value, &[locals, &["index", "item"]].concat()),
            "times" if !value.is_u64() => {
                site.say(&pointer, format!("`times` is a number, found {}", describe(value)), None);
            }
            _ => take_plain(names, site, &pointer, value, locals),
        }
    }
}

/// Whether a value is only known when the case runs.
pub(super) fn is_template(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains("{{"))
}
