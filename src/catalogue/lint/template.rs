//! `{{name|filter:argument}}` as it is written.

use std::collections::BTreeSet;

use serde_json::Value;

use super::page::meant;
use super::site::Site;
use super::vocabulary::FILTERS;

/// Names that are known wherever a template may stand, or wherever a maker makes elements.
pub(super) const BUILT_IN: &[&str] = &["new-uuid", "index", "item"];

/// Whether a name is known without anybody having given it a value.
pub(super) fn is_built_in(name: &str) -> bool {
    BUILT_IN.contains(&name)
}

/// The names that a text refers to, in order.
pub(super) fn names_of(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(inside, _)| name_of(inside))
}

fn name_of(inside: &str) -> &str {
    inside.split('|').next().unwrap_or_default().trim()
}

/// The names that any string of a value refers to, member names included.
pub(super) fn names_in(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => names.extend(names_of(text).map(str::to_owned)),
        Value::Array(elements) => elements.iter().for_each(|element| names_in(element, names)),
        Value::Object(members) => {
            for (name, inner) in members {
                names.extend(names_of(name).map(str::to_owned));
                names_in(inner, names);
            }
        }
        _ => {}
    }
}

/// Says what is wrong with the templates of a text as they are written: one that does not end, a filter that does not exist.
pub(super) fn check_text(site: &Site<'_>, pointer: &str, text: &str) {
    for rest in text.split("{{").skip(1) {
        match rest.split_once("}}") {
            Some((inside, _)) => inside.split('|').skip(1).for_each(|filter| check_filter(site, pointer, filter.trim())),
            None => site.say(pointer, "`{{` without `}}`", Some("a template is written `{{name}}`".to_owned())),
        }
    }
}

fn check_filter(site: &Site<'_>, pointer: &str, filter: &str) {
    let (name, argument) = filter.split_once(':').map_or((filter, None), |(name, argument)| (name, Some(argument)));
    let fits = match name {
        "plus" | "minus" => argument.is_some_and(|argument| argument.parse::<i64>().is_ok()),
        "version" => {
            argument.is_some_and(|argument| argument.len() == 1 && argument.bytes().all(|byte| byte.is_ascii_hexdigit()))
        }
        "start" => argument.is_some_and(|argument| argument.parse::<usize>().is_ok()),
        "slice" => argument.is_some_and(|argument| argument.split(':').filter_map(|end| end.parse::<usize>().ok()).count() == 2),
        _ => argument.is_none(),
    };
    if !FILTERS.contains(&name) {
        site.say(pointer, format!("unknown filter `{name}`"), meant(name, FILTERS.iter().copied()));
    } else if !fits {
        let help = match name {
            "plus" | "minus" => format!("it takes a whole number: `|{name}:1`"),
            "start" => "it takes a number of characters: `|start:35`".to_owned(),
            "slice" => "it takes two positions: `|slice:0:35`".to_owned(),
            "version" => "it takes the version digit: `|version:1`".to_owned(),
            _ => format!("it takes no argument: `|{name}`"),
        };
        site.say(pointer, format!("the filter `{filter}` has the wrong argument"), Some(help));
    }
}
