//! One case of two records: the first reply that is another although the same was asked.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Difference;
use super::likeness::{Likeness, Names};
use crate::exchange::header;
use crate::record::{BodyRecord, CaseRecord, ExchangeRecord, RequestRecord, ResponseRecord};
use crate::records::latency::function;

/// So many entries of others that all have something, or all lack it, say that the device does.
const MANY: usize = 8;

/// The first difference: after it a device is in another state, and what it answers then is no news. Nothing where the requests are others.
pub(super) fn first_difference(before: &CaseRecord, after: &CaseRecord) -> Option<(String, Vec<Difference>)> {
    let mut names = Names::default();
    let mut from = 0;
    for (ones, others) in rounds(before).zip(rounds(after)) {
        let is_asked = |one: &ExchangeRecord| ["judged", "control", "set-up"].contains(&one.purpose.as_str());
        let mut pairs = ones.iter().zip(others);
        let are_same = pairs.all(|(one, other)| {
            is_asked(one) && one.purpose == other.purpose && names.learn(&asked(&one.request), &asked(&other.request))
        });
        if !are_same || ones.len() != others.len() {
            return None;
        }
        let mut found = of_round(from..from + ones.len(), |one, other| {
            let mut found = differences(&before.exchanges[one], &after.exchanges[other], &names);
            found.extend(choices((before, one), (after, other), &names));
            found
        });
        if !found.is_empty() {
            found.sort();
            found.dedup();
            return Some((function(&ones[0].request), found));
        }
        from += ones.len();
    }
    None
}

/// The exchanges of a case, those that left at once together.
fn rounds(case: &CaseRecord) -> impl Iterator<Item = &[ExchangeRecord]> {
    case.exchanges.chunk_by(|one, next| one.together.is_some() && one.together == next.together)
}

/// Any of those that left at once may have been served first: a reply is another only where no other of its round is like it.
fn of_round(round: std::ops::Range<usize>, differences: impl Fn(usize, usize) -> Vec<Difference>) -> Vec<Difference> {
    let mut left: Vec<usize> = round.clone().collect();
    let mut unlike = Vec::new();
    for one in round {
        match left.iter().position(|other| differences(one, *other).is_empty()) {
            Some(place) => drop(left.remove(place)),
            None => unlike.push(one),
        }
    }
    unlike.into_iter().zip(left).flat_map(|(one, other)| differences(one, other)).collect()
}

/// Everything that makes a request what it is.
fn asked(request: &RequestRecord) -> String {
    let body = request.body.as_ref().and_then(|body| body.text.as_deref().or(body.base64.as_deref())).unwrap_or_default();
    format!("{} {} {}\n{body}", request.method, request.target, request.manner.as_deref().unwrap_or_default())
}

fn differences(one: &ExchangeRecord, other: &ExchangeRecord, names: &Names) -> Vec<Difference> {
    let mut found = Vec::new();
    match (&one.response, &other.response) {
        (Some(before), Some(after)) => replies(before, after, &one.request, names, &mut found),
        (before, after) => {
            let word = |response: &Option<ResponseRecord>, exchange: &ExchangeRecord| match response {
                Some(response) => format!("status {}", response.status),
                None => exchange.fault.as_ref().and_then(fault_word).unwrap_or_else(|| "none".to_owned()),
            };
            add(&mut found, "reply", "/response", word(before, one), word(after, other));
        }
    }
    found
}

/// The kind of a fault, without its numbers.
fn fault_word(fault: &crate::exchange::Fault) -> Option<String> {
    let value = serde_json::to_value(fault).ok()?;
    value.as_object()?.keys().next().map(|kind| format!("none ({kind})"))
}

fn add(found: &mut Vec<Difference>, kind: &'static str, at: &str, before: String, after: String) {
    if before != after {
        found.push(Difference { kind, at: at.to_owned(), before, after });
    }
}

fn replies(before: &ResponseRecord, after: &ResponseRecord, request: &RequestRecord, names: &Names, found: &mut Vec<Difference>) {
    add(found, "status", "/response/status", before.status.to_string(), after.status.to_string());
    let media = |response: &ResponseRecord| {
        let value = header(&response.headers, "content-type").unwrap_or("absent");
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    };
    add(found, "value", "/response/headers/content-type", media(before), media(after));
    let framing = |response: &ResponseRecord| if response.framing.is_empty() { "sound" } else { "not sound" }.to_owned();
    add(found, "form", "/response/framing", framing(before), framing(after));
    if before.body.cut || after.body.cut {
        return;
    }
    match (json(&before.body), json(&after.body)) {
        (Some(one), Some(other)) => {
            // A GET lists what there is, whatever is sent along.
            let sent = request.body.as_ref().filter(|_| request.method != "GET").and_then(json);
            let batch = sent.map(|body| lengths(&body, names)).unwrap_or_default();
            Walk { names, batch, is_paired: true, found }.walk(&[&one], &[&other], "/response/body");
        }
        (one, other) => {
            let word = |json: &Option<Value>, body: &BodyRecord| match json {
                Some(_) => "JSON".to_owned(),
                None if body.bytes == 0 => "empty".to_owned(),
                None => "not JSON".to_owned(),
            };
            add(found, "type", "/response/body", word(&one, &before.body), word(&other, &after.body));
        }
    }
}

fn json(body: &BodyRecord) -> Option<Value> {
    serde_json::from_str(body.text.as_deref()?).ok()
}

/// How many elements the lists of a request have: a reply with as many answers them one by one. A list of words that name nothing which was
/// made up is none of those: it chooses what is told of each entry.
fn lengths(value: &Value, names: &Names) -> Vec<usize> {
    let of = |value| lengths(value, names);
    match value {
        Value::Array(elements) if elements.iter().all(|element| element.as_str().is_some_and(|text| !names.know(text))) => {
            Vec::new()
        }
        Value::Array(elements) => [elements.len()].into_iter().chain(elements.iter().flat_map(of)).collect(),
        Value::Object(members) => members.values().flat_map(of).collect(),
        _ => Vec::new(),
    }
}

/// Where the documents leave a choice, which class a reply fell into.
fn choices(before: (&CaseRecord, usize), after: (&CaseRecord, usize), names: &Names) -> Vec<Difference> {
    let of = |(case, exchange): (&CaseRecord, usize)| -> BTreeMap<String, String> {
        let own = case.observations.iter().filter(|observation| observation.exchange == exchange);
        own.map(|observation| (observation.requirement.0.clone(), observation.class.clone())).collect()
    };
    let mut found = Vec::new();
    let after = of(after);
    for (requirement, before) in of(before) {
        match after.get(&requirement) {
            Some(after) if names.compare(&before, after) == Likeness::Different => {
                add(&mut found, "choice", &requirement, before, after.clone());
            }
            _ => {}
        }
    }
    found
}

struct Walk<'w> {
    names: &'w Names,
    batch: Vec<usize>,
    /// Each value stands beside the one that answers the same; within a list of several entries nobody knows which that is.
    is_paired: bool,
    found: &'w mut Vec<Difference>,
}

impl Walk<'_> {
    /// Compares what stands at one place on both sides. Where that is several values (the rows of a list, in which others may have
    /// entries), only what holds for all on one side and for none on the other is a difference.
    fn walk(&mut self, before: &[&Value], after: &[&Value], at: &str) {
        if before.is_empty() || after.is_empty() {
            return;
        }
        // What some entries do not have others may.
        let are_all_null = |values: &[&Value]| values.iter().all(|value| value.is_null());
        if before.len().max(after.len()) > 1 && (are_all_null(before) || are_all_null(after)) {
            return;
        }
        if !before.iter().any(|one| after.iter().any(|other| kind(one) == kind(other))) {
            add(self.found, "type", at, kind(before[0]).to_owned(), kind(after[0]).to_owned());
            return;
        }
        if let ([one], [other], true) = (before, after, self.is_paired) {
            self.scalars(one, other, at);
        }
        self.members(before, after, at);
        self.elements(before, after, at);
    }

    fn members(&mut self, before: &[&Value], after: &[&Value], at: &str) {
        let objects = |values: &[&'_ Value]| values.iter().filter_map(|value| value.as_object().cloned()).collect::<Vec<_>>();
        let (one, other) = (objects(before), objects(after));
        let mut names: Vec<&String> = one.iter().chain(&other).flat_map(serde_json::Map::keys).collect();
        names.sort();
        names.dedup();
        for name in names {
            let place = crate::json::pointer_join(at, name);
            let in_all = |members: &[serde_json::Map<String, Value>]| {
                !members.is_empty() && members.iter().all(|all| all.contains_key(name))
            };
            let in_none = |members: &[serde_json::Map<String, Value>]| {
                !members.is_empty() && members.iter().all(|all| !all.contains_key(name))
            };
            if (in_all(&one) && in_none(&other)) || (in_none(&one) && in_all(&other)) {
                let word = |is_there: bool| if is_there { "present" } else { "absent" }.to_owned();
                add(self.found, "presence", &place, word(in_all(&one)), word(in_all(&other)));
                continue;
            }
            let values = |members: &'_ [serde_json::Map<String, Value>]| {
                members.iter().filter_map(|all| all.get(name).cloned()).collect::<Vec<_>>()
            };
            let (ones, others) = (values(&one), values(&other));
            self.walk(&ones.iter().collect::<Vec<_>>(), &others.iter().collect::<Vec<_>>(), &place);
        }
        if let ([one], [other], true) = (one.as_slice(), other.as_slice(), self.is_paired) {
            let order = |own: &serde_json::Map<String, Value>, beside: &serde_json::Map<String, Value>| {
                own.keys().filter(|name| beside.contains_key(*name)).cloned().collect::<Vec<_>>().join(", ")
            };
            add(self.found, "form", at, order(one, other), order(other, one));
        }
    }

    fn elements(&mut self, before: &[&Value], after: &[&Value], at: &str) {
        let place = format!("{at}/*");
        if let ([Value::Array(one)], [Value::Array(other)], true) = (before, after, self.is_paired)
            && (self.batch.contains(&one.len()) || self.batch.contains(&other.len()))
        {
            if one.len() != other.len() {
                add(self.found, "length", at, one.len().to_string(), other.len().to_string());
                return;
            }
            one.iter().zip(other).for_each(|(one, other)| self.walk(&[one], &[other], &place));
            return;
        }
        let all =
            |values: &[&'_ Value]| values.iter().filter_map(|value| value.as_array().cloned()).flatten().collect::<Vec<_>>();
        let (one, other) = (all(before), all(after));
        // A single entry of others is another one another time, and so are a few.
        let of_others = |list: &[Value]| list.iter().all(|element| self.names.is_of_others(element));
        let fewest = one.len().min(other.len());
        if (fewest == 1 && one.iter().chain(&other).any(|element| self.names.is_of_others(element)))
            || (fewest < MANY && (of_others(&one) || of_others(&other)))
        {
            return;
        }
        let was_paired = self.is_paired;
        self.is_paired &= one.len().max(other.len()) == 1;
        self.walk(&one.iter().collect::<Vec<_>>(), &other.iter().collect::<Vec<_>>(), &place);
        self.is_paired = was_paired;
    }

    fn scalars(&mut self, before: &Value, after: &Value, at: &str) {
        match (before, after) {
            (Value::Bool(one), Value::Bool(other)) => add(self.found, "value", at, one.to_string(), other.to_string()),
            (Value::Number(one), Value::Number(other)) if at.ends_with("/code") => {
                add(self.found, "code", at, one.to_string(), other.to_string());
            }
            (Value::String(one), Value::String(other)) => self.texts(one, other, at),
            _ => {}
        }
    }

    fn texts(&mut self, one: &str, other: &str, at: &str) {
        let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        match self.names.compare(one, other) {
            Likeness::Same => {}
            Likeness::Swapped => add(self.found, "order", at, "what was sent first".to_owned(), "another".to_owned()),
            Likeness::OtherCase => add(self.found, "form", at, "as made up".to_owned(), "in the other letter case".to_owned()),
            Likeness::Different if is_word(one) && is_word(other) => {
                add(self.found, "code", at, one.to_owned(), other.to_owned())
            }
            Likeness::Different => add(self.found, "text", at, short(one), short(other)),
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
