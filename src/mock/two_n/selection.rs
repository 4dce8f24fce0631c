//! Which fields of an entry a reply shows (HTTP API manual 5.14.5 and 5.14.6, key `fields`).

use super::failure::Failure;
use super::manner::Manner;
use super::path::{self, Step};
use super::quirk::Quirk;
use serde_json::{Map, Value, json};

/// The fields a request asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// No `fields`: those whose value is not the default.
    Changed,
    /// `fields: []`: all.
    All,
    /// Some names; those that mean nothing are gone already.
    Named(Vec<Vec<Step>>),
}

impl Selection {
    pub fn read(fields: Option<&Value>, manner: Manner) -> Result<Self, Failure> {
        match fields {
            None => Ok(Self::Changed),
            Some(Value::Array(names)) if names.is_empty() => Ok(Self::All),
            Some(Value::Array(names)) if names.iter().all(Value::is_string) || manner.differs(Quirk::OddFieldsIgnored) => {
                Ok(Self::Named(names.iter().filter_map(Value::as_str).filter_map(path::read).collect()))
            }
            Some(_) if manner.differs(Quirk::OddFieldsIgnored) => Ok(Self::Changed),
            Some(_) => Err(Failure::new(12).of("fields")),
        }
    }

    /// The selected fields of an entry that differs from the template by `changed` (whole top-level values).
    pub fn view(&self, changed: &Map<String, Value>, template: &Map<String, Value>, manner: Manner) -> Map<String, Value> {
        let all = template.iter().map(|(name, default)| (name, changed.get(name).unwrap_or(default), default));
        let shown = all.filter_map(|(name, value, default)| Some((name.clone(), self.part(name, value, default, manner)?)));
        shown.collect()
    }

    fn part(&self, name: &str, value: &Value, default: &Value, manner: Manner) -> Option<Value> {
        match self {
            Self::Changed => differing(value, default, manner),
            Self::All => Some(value.clone()),
            Self::Named(paths) => {
                let any_case = manner.differs(Quirk::FieldNamesAnyCase);
                let here = |path: &'_ [Step]| matches!(path.first(), Some(Step::Name(first)) if first == name || (any_case && first.eq_ignore_ascii_case(name)));
                let rest: Vec<&[Step]> = paths.iter().filter(|path| here(path)).map(|path| &path[1..]).collect();
                let scalar = !(value.is_object() || value.is_array());
                let left_out = scalar && value == default && manner.differs(Quirk::DefaultsLeftOut);
                if rest.is_empty() || left_out { None } else { picked(value, &rest, manner) }
            }
        }
    }
}

/// What differs from the default, leaf by leaf; arrays keep their places.
fn differing(value: &Value, default: &Value, manner: Manner) -> Option<Value> {
    if value == default {
        return None;
    }
    match (value, default) {
        (Value::Object(map), Value::Object(defaults)) => {
            let leaves =
                map.iter().filter_map(|(name, value)| Some((name.clone(), differing(value, defaults.get(name)?, manner)?)));
            Some(Value::Object(leaves.collect()))
        }
        (Value::Array(items), Value::Array(defaults)) if !manner.differs(Quirk::WholeArrayElements) => {
            let pairs = items.iter().zip(defaults);
            Some(pairs.map(|(item, default)| differing(item, default, manner).unwrap_or_else(|| hollow(item))).collect())
        }
        _ => Some(value.clone()),
    }
}

/// What the paths lead to, in nested form; `None` when none of them leads anywhere.
fn picked(value: &Value, paths: &[&[Step]], manner: Manner) -> Option<Value> {
    if paths.iter().any(|path| path.is_empty()) {
        return Some(value.clone());
    }
    match value {
        Value::Object(map) => {
            let members = map.iter().filter_map(|(name, value)| {
                let rest = follow(paths, |step| matches!(step, Step::Name(wanted) if wanted == name));
                Some((name.clone(), if rest.is_empty() { None } else { picked(value, &rest, manner) }?))
            });
            let members: Map<String, Value> = members.collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        Value::Array(items) => picked_elements(items, paths, manner),
        _ => None,
    }
}

/// A member name reaches into every element, an index into one.
fn picked_elements(items: &[Value], paths: &[&[Step]], manner: Manner) -> Option<Value> {
    let elements: Vec<Option<Value>> = items
        .iter()
        .enumerate()
        .map(|(place, item)| {
            let mut rest = follow(paths, |step| matches!(step, Step::Index(wanted) if *wanted == place));
            rest.extend(paths.iter().filter(|path| matches!(path.first(), Some(Step::Name(_)))));
            if rest.is_empty() { None } else { picked(item, &rest, manner) }
        })
        .collect();
    if elements.iter().all(Option::is_none) {
        return None;
    }
    if manner.differs(Quirk::IndexedElementAlone) {
        return Some(elements.into_iter().flatten().collect());
    }
    Some(elements.into_iter().zip(items).map(|(element, item)| element.unwrap_or_else(|| hollow(item))).collect())
}

fn follow<'a>(paths: &[&'a [Step]], matches: impl Fn(&Step) -> bool) -> Vec<&'a [Step]> {
    paths.iter().filter(|path| path.first().is_some_and(&matches)).map(|path| &path[1..]).collect()
}

/// Holds the place of an element that is not shown.
fn hollow(item: &Value) -> Value {
    match item {
        Value::Object(_) => json!({}),
        Value::Array(_) => json!([]),
        Value::Bool(_) => json!(false),
        Value::Number(_) => json!(0),
        _ => json!(""),
    }
}
