//! Matchers: their names, their arguments, their regular expressions.

use regex::Regex;
use serde_json::{Map, Value};

use super::names::{Names, take_plain, take_text};
use super::page::meant;
use super::requests::{check_maker, is_template, made};
use super::site::Site;
use super::vocabulary::{MAKERS, MATCHERS};
use crate::json::{describe, pointer_join};

const TYPES: &[&str] = &["string", "integer", "number", "boolean", "null", "object", "array"];

/// Checks a matcher with everything inside it.
pub(super) fn check_matcher(names: &Names<'_>, site: &Site<'_>, at: &str, matcher: &Value, locals: &[&str]) {
    match matcher {
        Value::String(text) => take_text(names, site, at, text, locals),
        Value::Array(elements) => check_all(names, site, at, elements, locals),
        Value::Object(members) => check_object(names, site, at, members, locals),
        _ => {}
    }
}

fn check_all(names: &Names<'_>, site: &Site<'_>, at: &str, matchers: &[Value], locals: &[&str]) {
    for (index, matcher) in matchers.iter().enumerate() {
        check_matcher(names, site, &format!("{at}/{index}"), matcher, locals);
    }
}

fn check_object(names: &Names<'_>, site: &Site<'_>, at: &str, members: &Map<String, Value>, locals: &[&str]) {
    let Some((name, argument)) = members.iter().next() else { return };
    let pointer = pointer_join(at, name);
    if MAKERS.contains(&name.as_str()) {
        return check_maker(names, site, at, members, locals, check_matcher);
    }
    if !name.starts_with('$') {
        for (name, inner) in members {
            let pointer = pointer_join(at, name);
            if name.starts_with('$') {
                let help = "a matcher stands alone; `$all` puts several together".to_owned();
                site.say_of_key(&pointer, format!("`{name}` is not looked at here"), Some(help));
            }
            take_text(names, site, &pointer, name, locals);
            check_matcher(names, site, &pointer, inner, locals);
        }
        return;
    }
    if !MATCHERS.contains(&name.as_str()) {
        let help = meant(name, MATCHERS.iter().copied()).or_else(see_list);
        site.say_of_key(&pointer, format!("there is no matcher `{name}`"), help);
        return take_plain(names, site, &pointer, argument, locals);
    }
    check_companions(names, site, at, name, members);
    check_argument(names, site, &pointer, name, argument, locals);
}

fn see_list() -> Option<String> {
    Some("cases/README.md lists them".to_owned())
}

/// What may stand beside a matcher.
fn check_companions(names: &Names<'_>, site: &Site<'_>, at: &str, name: &str, members: &Map<String, Value>) {
    for (key, value) in members.iter().skip(1) {
        let pointer = pointer_join(at, key);
        match (name, key.as_str()) {
            ("$regex", "ignore-case") if value.is_boolean() => {}
            ("$regex", "ignore-case") => site.say(&pointer, "`ignore-case` is true or false", None),
            ("$same-as" | "$like", "except") => check_pointers(names, site, &pointer, value),
            _ => {
                let help = match name {
                    "$regex" => meant(key, ["ignore-case"]),
                    "$same-as" | "$like" => meant(key, ["except"]),
                    _ => Some("a matcher stands alone; `$all` puts several together".to_owned()),
                };
                site.say_of_key(&pointer, format!("`{key}` is not looked at beside `{name}`"), help);
            }
        }
    }
}

fn check_pointers(names: &Names<'_>, site: &Site<'_>, at: &str, value: &Value) {
    take_plain(names, site, at, value, &[]);
    let fits = value.as_array().is_some_and(|list| list.iter().all(|one| one.as_str().is_some_and(|one| one.starts_with('/'))));
    if !fits && !is_template(value) {
        site.say(at, "`except` is a list of JSON pointers, like `[\"/timestamp\"]`", None);
    }
}

fn check_argument(names: &Names<'_>, site: &Site<'_>, at: &str, name: &str, argument: &Value, locals: &[&str]) {
    if name != "$literal"
        && let Some(members) = made(argument)
    {
        return check_maker(names, site, at, members, locals, check_matcher);
    }
    match (name, argument) {
        ("$one-of" | "$all" | "$contains" | "$unordered", Value::Array(matchers)) => {
            if matchers.is_empty() && name == "$one-of" {
                site.say(at, "`$one-of` of nothing never holds", None);
            }
            return check_all(names, site, at, matchers, locals);
        }
        ("$not" | "$each" | "$none" | "$length" | "$like", inner) => return check_matcher(names, site, at, inner, locals),
        ("$equal" | "$in" | "$same-as" | "$keys-of" | "$keys", _) => check_plain(site, at, name, argument),
        ("$literal", _) => return take_plain(names, site, at, argument, locals),
        ("$regex", Value::String(pattern)) if !pattern.contains("{{") => check_regex(site, at, pattern),
        _ => {}
    }
    take_plain(names, site, at, argument, locals);
    if !is_template(argument)
        && let Err(wanted) = fits(name, argument)
    {
        site.say(at, format!("`{name}` takes {wanted}, found {}", describe(argument)), None);
    }
}

/// Arguments that are compared as they are: a matcher inside is not looked at.
fn check_plain(site: &Site<'_>, at: &str, name: &str, argument: &Value) {
    match argument {
        Value::Object(members) => {
            for (key, inner) in members {
                let pointer = pointer_join(at, key);
                if MATCHERS.contains(&key.as_str()) {
                    let help = "write the structure itself instead, it is matched member by member".to_owned();
                    site.say_of_key(&pointer, format!("`{key}` is not looked at inside `{name}`"), Some(help));
                }
                check_plain(site, &pointer, name, inner);
            }
        }
        Value::Array(elements) => {
            let numbered = elements.iter().enumerate();
            numbered.for_each(|(index, inner)| check_plain(site, &format!("{at}/{index}"), name, inner));
        }
        _ => {}
    }
}

/// Checks that a regular expression can be read.
pub(super) fn check_regex(site: &Site<'_>, at: &str, pattern: &str) {
    if let Err(error) = Regex::new(pattern) {
        let why = error.to_string();
        let last = why.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let why = last.trim().trim_start_matches("error: ");
        let help = "the syntax is that of the Rust crate `regex`: no look-around, no back-references".to_owned();
        site.say(at, format!("bad regular expression: {why}"), Some(help));
    }
}

fn fits(name: &str, argument: &Value) -> Result<(), &'static str> {
    let fits = |holds: bool, wanted: &'static str| if holds { Ok(()) } else { Err(wanted) };
    match name {
        "$absent" | "$present" => fits(argument == &Value::Bool(true), "true"),
        "$type" => fits(is_type(argument), "a JSON type or a list of them"),
        "$integer" => fits(is_range(argument), "an object with `min` and `max`, both optional"),
        "$regex" | "$text" => fits(argument.is_string(), "a string"),
        "$uuid" => fits(argument.is_string() || argument == &Value::Bool(true), "a uuid or true"),
        "$greater" | "$at-least" | "$less" | "$at-most" => fits(argument.is_number(), "a number"),
        "$one-of" | "$all" | "$in" | "$contains" | "$unordered" | "$keys" => fits(argument.is_array(), "a list"),
        "$keys-of" => fits(argument.is_object(), "an object"),
        "$ascending" | "$strictly-ascending" | "$unique" => {
            fits(argument.as_str().is_some_and(|pointer| pointer.is_empty() || pointer.starts_with('/')), "a JSON pointer")
        }
        _ => Ok(()),
    }
}

fn is_type(argument: &Value) -> bool {
    let known = |one: &Value| one.as_str().is_some_and(|one| TYPES.contains(&one));
    argument.as_array().map_or_else(|| known(argument), |several| !several.is_empty() && several.iter().all(known))
}

fn is_range(argument: &Value) -> bool {
    let limit =
        |(name, value): (&String, &Value)| matches!(name.as_str(), "min" | "max") && (value.is_number() || is_template(value));
    argument.as_object().is_some_and(|members| members.iter().all(limit))
}
