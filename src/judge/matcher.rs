//! The matcher language of `body`, `status` and the like (`cases/README.md` describes it for authors).

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use regex::Regex;
use serde_json::{Map, Number, Value};

use super::findings::Findings;
use super::pattern::compiled;
use super::words::wanted;
use super::{Deviation, Unjudgeable};
use crate::json::{describe, pointer_join};
use crate::schema::is_uuid_text;

/// The names of all matchers, for the linter.
pub const MATCHERS: &[&str] = &[
    "$absent",
    "$present",
    "$type",
    "$integer",
    "$regex",
    "$text",
    "$uuid",
    "$one-of",
    "$all",
    "$not",
    "$in",
    "$greater",
    "$at-least",
    "$less",
    "$at-most",
    "$equal",
    "$same-as",
    "$like",
    "$each",
    "$none",
    "$contains",
    "$unordered",
    "$length",
    "$ascending",
    "$strictly-ascending",
    "$unique",
    "$keys",
    "$keys-of",
    "$literal",
];

/// Whether a value is a matcher and not a plain value.
pub fn is_matcher(value: &Value) -> bool {
    named(value).is_some()
}

/// The matcher's name and argument: an object whose first member begins with `$`.
pub(super) fn named(value: &Value) -> Option<(&str, &Value)> {
    let (name, argument) = value.as_object()?.iter().next()?;
    name.starts_with('$').then_some((name.as_str(), argument))
}

/// Compares a value, or its absence, with what is expected; every difference is added with its place.
///
/// # Errors
/// When the matcher is wrong: an unknown name, an argument of the wrong type, a bad regular expression.
pub fn compare(
    expected: &Value,
    actual: Option<&Value>,
    at: &str,
    kind: &'static str,
    found: &mut Findings,
) -> Result<(), Unjudgeable> {
    if let Some((name, argument)) = named(expected) {
        return Comparison { at, kind, expected }.matcher(name, argument, actual, found);
    }
    match (expected, actual) {
        (Value::Object(members), Some(Value::Object(_))) => {
            for (name, inner) in members {
                let below = found.place(|| pointer_join(at, name));
                compare(inner, actual.and_then(|value| value.get(name)), &below, kind, found)?;
                if found.is_settled() {
                    break;
                }
            }
            Ok(())
        }
        (Value::Array(elements), Some(Value::Array(actual))) => elementwise(elements, actual, at, kind, found),
        (_, Some(value)) if same(expected, value) => Ok(()),
        _ => {
            found.add(|| deviation(at, kind, wanted(expected), actual));
            Ok(())
        }
    }
}

fn elementwise(
    expected: &[Value],
    actual: &[Value],
    at: &str,
    kind: &'static str,
    found: &mut Findings,
) -> Result<(), Unjudgeable> {
    if expected.len() != actual.len() {
        let words = |elements: &[Value]| format!("array of {}", elements.len());
        found.add(|| Deviation { at: at.to_owned(), expected: words(expected), actual: words(actual), kind, requirement: None });
    }
    for (index, (inner, element)) in expected.iter().zip(actual).enumerate() {
        if found.is_settled() {
            break;
        }
        let below = found.place(|| format!("{at}/{index}"));
        compare(inner, Some(element), &below, kind, found)?;
    }
    Ok(())
}

fn deviation(at: &str, kind: &'static str, expected: String, actual: Option<&Value>) -> Deviation {
    let actual = actual.map_or_else(|| "absent".to_owned(), describe);
    Deviation { at: at.to_owned(), expected, actual, kind, requirement: None }
}

struct Comparison<'a> {
    at: &'a str,
    kind: &'static str,
    /// The whole matcher, for its description.
    expected: &'a Value,
}

impl Comparison<'_> {
    fn matcher(&self, name: &str, argument: &Value, actual: Option<&Value>, found: &mut Findings) -> Result<(), Unjudgeable> {
        match (name, argument) {
            ("$all", Value::Array(all)) => {
                return all.iter().try_for_each(|one| compare(one, actual, self.at, self.kind, found));
            }
            ("$each", inner) => return self.each(inner, actual, found),
            ("$like", inner) => return compare(&without(inner, &self.excepted()), actual, self.at, self.kind, found),
            ("$length", inner) => return self.length(inner, actual, found),
            _ => {}
        }
        let holds = match actual {
            None => self.holds_for_absence(name, argument)?,
            Some(value) => self.holds(name, argument, value)?,
        };
        if !holds {
            found.add(|| deviation(self.at, self.kind, wanted(self.expected), actual));
        }
        Ok(())
    }

    fn holds_for_absence(&self, name: &str, argument: &Value) -> Result<bool, Unjudgeable> {
        match name {
            "$absent" => Ok(argument != &Value::Bool(false)),
            "$one-of" => self.some(argument, None),
            "$not" => Ok(!self.trial(argument, None)?),
            known if MATCHERS.contains(&known) => Ok(false),
            unknown => Err(self.wrong(&format!("there is no matcher `{unknown}`"))),
        }
    }

    fn holds(&self, name: &str, argument: &Value, value: &Value) -> Result<bool, Unjudgeable> {
        Ok(match name {
            "$absent" => argument == &Value::Bool(false),
            "$present" => true,
            "$type" => types(argument).iter().any(|wanted| has_type(value, wanted)),
            "$integer" => is_integer(value) && in_range(value, argument),
            "$regex" => self.regex(argument)?.is_match(value.as_str().unwrap_or_default()) && value.is_string(),
            "$text" => value.as_str().is_some_and(|text| Some(text.to_lowercase()) == argument.as_str().map(str::to_lowercase)),
            "$uuid" => value.as_str().is_some_and(|text| is_uuid(text, argument)),
            "$one-of" => self.some(argument, Some(value))?,
            "$not" => !self.trial(argument, Some(value))?,
            "$in" => argument.as_array().is_some_and(|list| list.iter().any(|one| same(one, value))),
            "$greater" | "$at-least" | "$less" | "$at-most" => self.ordered(name, value, argument)?,
            "$equal" | "$literal" => same(argument, value),
            "$same-as" => self.same_but(argument, value),
            "$none" => self.count(argument, value)? == Some(0),
            "$contains" => self.pairing(argument, value)?.is_some(),
            "$unordered" => self.pairing(argument, value)? == Some(true),
            "$ascending" => steps(argument, value).is_some_and(|steps| steps.iter().all(|step| step.is_le())),
            "$strictly-ascending" => steps(argument, value).is_some_and(|steps| steps.iter().all(|step| step.is_lt())),
            "$unique" => are_unique(argument, value),
            "$keys" => argument.as_array().is_some_and(|keys| has_keys(value, keys.iter().filter_map(Value::as_str))),
            "$keys-of" => argument.as_object().is_some_and(|other| has_keys(value, other.keys().map(String::as_str))),
            unknown => return Err(self.wrong(&format!("there is no matcher `{unknown}`"))),
        })
    }

    fn each(&self, inner: &Value, actual: Option<&Value>, found: &mut Findings) -> Result<(), Unjudgeable> {
        let Some(Value::Array(elements)) = actual else {
            found.add(|| deviation(self.at, self.kind, "an array".to_owned(), actual));
            return Ok(());
        };
        for (index, element) in elements.iter().enumerate() {
            if found.is_settled() {
                break;
            }
            let below = found.place(|| format!("{}/{index}", self.at));
            compare(inner, Some(element), &below, self.kind, found)?;
        }
        Ok(())
    }

    fn length(&self, inner: &Value, actual: Option<&Value>, found: &mut Findings) -> Result<(), Unjudgeable> {
        let length = match actual {
            Some(Value::Array(elements)) => elements.len(),
            Some(Value::String(text)) => text.chars().count(),
            Some(Value::Object(members)) => members.len(),
            _ => {
                found.add(|| deviation(self.at, self.kind, wanted(self.expected), actual));
                return Ok(());
            }
        };
        if !self.trial(inner, Some(&Value::from(length)))? {
            found.add(|| Deviation {
                at: self.at.to_owned(),
                expected: wanted(self.expected),
                actual: format!("{} of length {length}", actual.map(describe).unwrap_or_default()),
                kind: self.kind,
                requirement: None,
            });
        }
        Ok(())
    }

    fn trial(&self, expected: &Value, actual: Option<&Value>) -> Result<bool, Unjudgeable> {
        let mut found = Findings::trial();
        compare(expected, actual, self.at, self.kind, &mut found)?;
        Ok(found.is_empty())
    }

    fn some(&self, argument: &Value, actual: Option<&Value>) -> Result<bool, Unjudgeable> {
        let Value::Array(alternatives) = argument else { return Err(self.wrong("`$one-of` takes a list")) };
        for alternative in alternatives {
            if self.trial(alternative, actual)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn regex(&self, argument: &Value) -> Result<Arc<Regex>, Unjudgeable> {
        let pattern = argument.as_str().ok_or_else(|| self.wrong("`$regex` takes a string"))?;
        let ignore_case = self.expected.get("ignore-case") == Some(&Value::Bool(true));
        compiled(pattern, ignore_case).map_err(|error| self.wrong(&error.to_string()))
    }

    fn ordered(&self, name: &str, value: &Value, argument: &Value) -> Result<bool, Unjudgeable> {
        let Value::Number(limit) = argument else { return Ok(false) };
        let Value::Number(number) = value else { return Ok(false) };
        let order = order(number, limit);
        Ok(match name {
            "$greater" => order.is_gt(),
            "$at-least" => order.is_ge(),
            "$less" => order.is_lt(),
            _ => order.is_le(),
        })
    }

    fn same_but(&self, argument: &Value, value: &Value) -> bool {
        let places = self.excepted();
        same(&without(argument, &places), &without(value, &places))
    }

    /// The places that a comparison of whole values leaves out.
    fn excepted(&self) -> Vec<&str> {
        let excepted = self.expected.get("except").and_then(Value::as_array);
        excepted.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// How many elements of an array fit; `None` when it is no array.
    fn count(&self, argument: &Value, value: &Value) -> Result<Option<usize>, Unjudgeable> {
        let Value::Array(elements) = value else { return Ok(None) };
        let mut fitting = 0;
        for element in elements {
            fitting += usize::from(self.trial(argument, Some(element))?);
        }
        Ok(Some(fitting))
    }

    /// Gives each matcher an element of its own. `Some(true)` when no element is left over, `None` when a matcher found none.
    fn pairing(&self, argument: &Value, value: &Value) -> Result<Option<bool>, Unjudgeable> {
        let (Value::Array(matchers), Value::Array(elements)) = (argument, value) else { return Ok(None) };
        let mut pairing = Pairing { fits: HashMap::new(), owner: vec![None; elements.len()] };
        let mut fits = |matcher: usize, element: usize| self.trial(&matchers[matcher], Some(&elements[element]));
        for matcher in 0..matchers.len() {
            if !pairing.assign(matcher, &mut vec![false; elements.len()], &mut fits)? {
                return Ok(None);
            }
        }
        Ok(Some(pairing.owner.iter().all(Option::is_some)))
    }

    fn wrong(&self, why: &str) -> Unjudgeable {
        Unjudgeable(format!("wrong matcher at {}: {why}", self.at))
    }
}

/// A pairing of matchers with elements of their own; whether one fits the other is tried when it is asked for, and once.
struct Pairing {
    fits: HashMap<(usize, usize), bool>,
    /// The matcher that has an element.
    owner: Vec<Option<usize>>,
}

impl Pairing {
    /// One step of the search for an augmenting path: free elements first, then those whose owner can go elsewhere.
    fn assign(
        &mut self,
        matcher: usize,
        tried: &mut [bool],
        trial: &mut impl FnMut(usize, usize) -> Result<bool, Unjudgeable>,
    ) -> Result<bool, Unjudgeable> {
        for is_free in [true, false] {
            for element in 0..self.owner.len() {
                if tried[element] || self.owner[element].is_none() != is_free || !self.fits(matcher, element, trial)? {
                    continue;
                }
                tried[element] = true;
                let goes = match self.owner[element] {
                    None => true,
                    Some(other) => self.assign(other, tried, trial)?,
                };
                if goes {
                    self.owner[element] = Some(matcher);
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn fits(
        &mut self,
        matcher: usize,
        element: usize,
        trial: &mut impl FnMut(usize, usize) -> Result<bool, Unjudgeable>,
    ) -> Result<bool, Unjudgeable> {
        if let Some(known) = self.fits.get(&(matcher, element)) {
            return Ok(*known);
        }
        let fits = trial(matcher, element)?;
        self.fits.insert((matcher, element), fits);
        Ok(fits)
    }
}

/// Equality of JSON values: numbers by value, members in any order.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => order(one, other).is_eq(),
        (Value::Array(one), Value::Array(other)) => one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same(a, b)),
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len() && one.iter().all(|(name, a)| other.get(name).is_some_and(|b| same(a, b)))
        }
        _ => one == other,
    }
}

fn order(one: &Number, other: &Number) -> Ordering {
    let whole = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.as_f64().unwrap_or(f64::NAN).total_cmp(&other.as_f64().unwrap_or(f64::NAN)),
    }
}

fn types(argument: &Value) -> Vec<&str> {
    match argument {
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

fn has_type(value: &Value, wanted: &str) -> bool {
    match wanted {
        "integer" => is_integer(value),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        _ => false,
    }
}

fn is_integer(value: &Value) -> bool {
    value.as_f64().is_some_and(|number| number.fract() == 0.0) && value.is_number()
}

fn in_range(value: &Value, argument: &Value) -> bool {
    let Value::Number(number) = value else { return false };
    let limit = |name: &str| argument.get(name).and_then(Value::as_number);
    limit("min").is_none_or(|min| order(number, min).is_ge()) && limit("max").is_none_or(|max| order(number, max).is_le())
}

fn is_uuid(text: &str, argument: &Value) -> bool {
    match argument {
        Value::String(wanted) => text.eq_ignore_ascii_case(wanted),
        _ => is_uuid_text(text),
    }
}

/// How the number at a place of each element compares with that of the next one; `None` where one is missing.
fn steps(argument: &Value, value: &Value) -> Option<Vec<Ordering>> {
    let place = argument.as_str()?;
    let numbers: Option<Vec<&Number>> = value.as_array()?.iter().map(|element| element.pointer(place)?.as_number()).collect();
    Some(numbers?.windows(2).map(|pair| order(pair[0], pair[1])).collect())
}

fn are_unique(argument: &Value, value: &Value) -> bool {
    let (Some(place), Value::Array(elements)) = (argument.as_str(), value) else { return false };
    let mut known = HashSet::new();
    elements.iter().filter_map(|element| element.pointer(place)).all(|inner| known.insert(inner.to_string().to_lowercase()))
}

fn has_keys<'k>(value: &Value, keys: impl Iterator<Item = &'k str>) -> bool {
    let Value::Object(members) = value else { return false };
    let wanted: HashSet<&str> = keys.collect();
    wanted.len() == members.len() && wanted.iter().all(|key| members.contains_key(*key))
}

/// A copy of a value without the places named (`*` stands for every element).
fn without(value: &Value, places: &[&str]) -> Value {
    let mut copy = value.clone();
    for place in places {
        let tokens: Vec<&str> = place.split('/').skip(1).collect();
        take_away(&mut copy, &tokens);
    }
    copy
}

fn take_away(value: &mut Value, tokens: &[&str]) {
    let Some((first, rest)) = tokens.split_first() else { return };
    let name = first.replace("~1", "/").replace("~0", "~");
    match value {
        Value::Object(members) if rest.is_empty() => drop(members.shift_remove(&name)),
        Value::Object(members) => take_away_inside(members, &name, rest),
        Value::Array(elements) if name == "*" => elements.iter_mut().for_each(|element| take_away(element, rest)),
        Value::Array(elements) => {
            if let Some(element) = name.parse::<usize>().ok().and_then(|index| elements.get_mut(index)) {
                take_away(element, rest);
            }
        }
        _ => {}
    }
}

fn take_away_inside(members: &mut Map<String, Value>, name: &str, rest: &[&str]) {
    if name == "*" {
        members.values_mut().for_each(|inner| take_away(inner, rest));
    } else if let Some(inner) = members.get_mut(name) {
        take_away(inner, rest);
    }
}

#[cfg(test)]
mod tests;
