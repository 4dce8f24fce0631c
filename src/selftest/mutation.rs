//! Ways to spoil one reply: each is what a device could send by one mistake.

use serde_json::{Map, Value, json};

use crate::exchange::{Answer, FramingFault, header};
use crate::json::{pointer_join, pointer_put};

/// A spoilt reply.
#[derive(Debug, Clone)]
pub(super) struct Mutation {
    /// What was done: `dropped`, `a string instead of a number`, ...
    pub change: String,
    /// Where: a JSON pointer into the body with `*` for any element, or the part of the message.
    pub at: String,
    pub answer: Answer,
    /// The body as JSON where the change is one of the value; a change of the text or the message has none.
    pub body: Option<Value>,
}

/// Every mutation of a reply, in a fixed order.
pub(super) fn mutations(answer: &Answer) -> Vec<Mutation> {
    let mut all = of_message(answer);
    let Some(body) = crate::json::read(&answer.body).value else { return all };
    if !(body.is_object() || body.is_array()) {
        return all;
    }
    all.extend(of_text(answer, &body));
    let mut changes = Vec::new();
    collect(&body, String::new(), &mut changes);
    let mut known = std::collections::BTreeSet::new();
    for (pointer, change, value) in changes {
        let at = anywhere(&pointer);
        if !known.insert((at.clone(), change.clone())) {
            continue;
        }
        let mut spoilt = body.clone();
        pointer_put(&mut spoilt, &pointer, value);
        let answer = Answer { body: spoilt.to_string().into_bytes(), ..answer.clone() };
        all.push(Mutation { change, at, answer, body: Some(spoilt) });
    }
    all
}

/// Changes of the message around the body.
fn of_message(answer: &Answer) -> Vec<Mutation> {
    let message =
        |change: &str, at: &str, answer: Answer| Mutation { change: change.to_owned(), at: at.to_owned(), answer, body: None };
    let mut all = vec![message("500", "status", Answer { status: 500, ..answer.clone() })];
    if header(&answer.headers, "content-type").is_some() && !answer.body.is_empty() {
        let others = |answer: &Answer| {
            let kept = answer.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            kept.cloned().collect::<Vec<_>>()
        };
        all.push(message("missing", "content-type", Answer { headers: others(answer), ..answer.clone() }));
        let mut headers = others(answer);
        headers.push(("Content-Type".to_owned(), "text/html".to_owned()));
        all.push(message("text/html", "content-type", Answer { headers, ..answer.clone() }));
    }
    if answer.body.len() > 1 {
        // A body that ends early may be the network's doing; it takes a second attempt to hold it against a device.
        let framing = vec![FramingFault::Surplus { bytes: 2 }];
        all.push(message("surplus bytes after it", "body", Answer { framing, ..answer.clone() }));
    }
    all
}

/// Changes of the text that leave its meaning.
fn of_text(answer: &Answer, body: &Value) -> Vec<Mutation> {
    let text = |change: &str, body: Vec<u8>| Mutation {
        change: change.to_owned(),
        at: "text".to_owned(),
        answer: Answer { body, ..answer.clone() },
        body: None,
    };
    let bytes = &answer.body;
    let mut all = vec![
        text("a byte order mark before it", [b"\xef\xbb\xbf", bytes.as_slice()].concat()),
        text("bytes after it", [bytes.as_slice(), b" x"].concat()),
        text("empty", Vec::new()),
        text("its end missing", bytes.trim_ascii_end()[..bytes.trim_ascii_end().len() - 1].to_vec()),
    ];
    if let Some((name, value)) = body.as_object().and_then(|members| members.iter().next()) {
        let start = bytes.iter().position(|byte| *byte == b'{').map_or(0, |at| at + 1);
        let doubled = format!("{}:{},", Value::from(name.as_str()), value);
        all.push(text("its first member twice", [&bytes[..start], doubled.as_bytes(), &bytes[start..]].concat()));
    }
    if let Some(at) = bytes.iter().rposition(|byte| *byte == b'"').filter(|at| *at > 0) {
        all.push(text("a byte that is no UTF-8", [&bytes[..at], b"\xff", &bytes[at..]].concat()));
    }
    all
}

type Change = (String, String, Option<Value>);

/// Every change of a value: its place, what is done, and the value there (`None` takes the member away).
fn collect(value: &Value, at: String, changes: &mut Vec<Change>) {
    for (change, new) in instead_of(value) {
        changes.push((at.clone(), change.to_owned(), Some(new)));
    }
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let place = pointer_join(&at, name);
                changes.push((place.clone(), "dropped".to_owned(), None));
                collect(inner, place, changes);
            }
            for name in members.keys() {
                changes.push((at.clone(), format!("`{name}` renamed"), Some(renamed(members, name))));
            }
        }
        Value::Array(elements) => {
            for (index, inner) in elements.iter().enumerate().take(4) {
                collect(inner, format!("{at}/{index}"), changes);
            }
        }
        _ => {}
    }
}

/// Other values in place of one, each of another kind.
fn instead_of(value: &Value) -> Vec<(&'static str, Value)> {
    match value {
        Value::Null => vec![("a number instead of null", json!(0)), ("a text instead of null", json!("null"))],
        Value::Bool(is) => vec![
            ("null", Value::Null),
            ("a number instead of a boolean", json!(u8::from(*is))),
            ("a text instead of a boolean", json!(is.to_string())),
        ],
        Value::Number(number) => vec![
            ("null", Value::Null),
            ("a text instead of a number", json!(number.to_string())),
            ("a negative number", json!(-7)),
            ("a fraction", json!(number.as_f64().unwrap_or_default() + 0.5)),
            ("a boolean instead of a number", json!(true)),
        ],
        Value::String(text) => vec![
            ("null", Value::Null),
            ("a number instead of a text", json!(text.parse::<u64>().unwrap_or(0))),
            ("a list instead of a text", json!([text])),
            ("an object instead of a text", json!({ "value": text })),
            ("outside its values", json!(format!("?{text}"))),
        ],
        Value::Array(elements) => vec![
            ("null", Value::Null),
            ("an object instead of a list", Value::Object(numbered(elements))),
            ("a text instead of a list", json!("")),
            ("a text among its elements", [elements.as_slice(), &[json!("x")]].concat().into()),
        ],
        Value::Object(_) => {
            vec![
                ("null", Value::Null),
                ("a list instead of an object", json!([value])),
                ("a text instead of an object", json!("")),
            ]
        }
    }
}

fn numbered(elements: &[Value]) -> Map<String, Value> {
    elements.iter().enumerate().map(|(index, element)| (index.to_string(), element.clone())).collect()
}

fn renamed(members: &Map<String, Value>, name: &str) -> Value {
    let other = |have: &String| if have == name { format!("{have}_") } else { have.clone() };
    Value::Object(members.iter().map(|(have, inner)| (other(have), inner.clone())).collect())
}

/// A pointer with `*` for every index.
fn anywhere(pointer: &str) -> String {
    let token =
        |token: &str| if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit()) { "*" } else { token }.to_owned();
    pointer.split('/').map(token).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, change: &str, at: &str, expected: &str) {
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        let answer = Answer { status: 200, headers, body: body.as_bytes().to_vec(), ..Answer::default() };
        let all = mutations(&answer);
        let found = all.iter().find(|mutation| mutation.change == change && mutation.at == at);
        let found = found.unwrap_or_else(|| panic!("no `{change}` at `{at}` among {all:?}"));
        assert_eq!(String::from_utf8_lossy(&found.answer.body), expected);
    }

    #[test]
    fn one_place_is_spoilt_at_a_time() {
        check(r#"{"a":1,"b":[{"c":"x"}]}"#, "dropped", "/b/*/c", r#"{"a":1,"b":[{}]}"#);
        check(r#"{"a":1,"b":[{"c":"x"}]}"#, "a text instead of a number", "/a", r#"{"a":"1","b":[{"c":"x"}]}"#);
        check(r#"{"a":1}"#, "`a` renamed", "", r#"{"a_":1}"#);
        check(r#"{"a":true}"#, "a number instead of a boolean", "/a", r#"{"a":1}"#);
        check(r#"{"a":1}"#, "its first member twice", "text", r#"{"a":1,"a":1}"#);
        check(r#"{"a":1}"#, "its end missing", "text", r#"{"a":1"#);
        check(r#"{"a":[]}"#, "an object instead of a list", "/a", r#"{"a":{}}"#);
    }
}
