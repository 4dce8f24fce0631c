//! A request as the most lenient device could read it: percent-encoding and escapes undone, the path without detours.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value;

use crate::exchange::Outgoing;

/// How often an encoding is undone: some devices decode twice.
const ROUNDS: usize = 2;

/// Everything that a request says, in plain text.
pub(super) struct Views<'o> {
    /// The body as it leaves.
    sent: Option<&'o [u8]>,
    /// The same as JSON, read at most once.
    json: OnceCell<Option<Value>>,
    /// The path in lower case, decoded, without empty, `.` and `..` segments and without a slash at its end.
    pub path: String,
    /// The query's parameters, decoded.
    pub query: Vec<(String, String)>,
    /// Target and body, each as it stands and decoded in several ways, but nothing twice.
    pub texts: Vec<String>,
    /// The body, escapes undone.
    pub body: String,
    /// The body's parameters, where it is a form.
    pub form: Vec<(String, String)>,
}

impl<'o> Views<'o> {
    pub(super) fn of(outgoing: &'o Outgoing) -> Self {
        let (path, query) = outgoing.target.split_once(['?', '#']).unwrap_or((&outgoing.target, ""));
        let raw = String::from_utf8_lossy(outgoing.body.as_deref().unwrap_or_default()).replace('\0', "");
        let body = unescaped(&raw);
        let form = parameters(&raw);
        let mut texts: Vec<String> = Vec::new();
        for text in [outgoing.target.clone(), decoded(&outgoing.target), decoded(&body), raw, body.clone()] {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        let (sent, json) = (outgoing.body.as_deref(), OnceCell::new());
        Self { sent, json, path: straight(&decoded(path)), query: parameters(query), texts, body, form }
    }

    /// The body as JSON.
    pub(super) fn json(&self) -> Option<&Value> {
        self.json.get_or_init(|| self.sent.and_then(|body| crate::json::read(body).value)).as_ref()
    }

    /// The body as JSON; where it is none as a whole, the object that stands in it.
    pub(super) fn reading(&self) -> Option<Cow<'_, Value>> {
        let whole = self.json().filter(|body| body.is_object() || body.is_array());
        whole.map(Cow::Borrowed).or_else(|| self.part().map(Cow::Owned))
    }

    /// The JSON object that stands somewhere in the body: in another encoding, or inside a part.
    fn part(&self) -> Option<Value> {
        let (from, to) = (self.body.find('{')?, self.body.rfind('}')?);
        crate::json::read(self.body.get(from..=to)?.as_bytes()).value
    }

    /// Every value of a parameter, in the query or in a form, whatever the letter case of its name.
    pub(super) fn parameters<'v>(&'v self, name: &'v str) -> impl Iterator<Item = &'v str> {
        let all = self.query.iter().chain(&self.form);
        all.filter(move |(have, _)| have.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

fn parameters(text: &str) -> Vec<(String, String)> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=')?;
        Some((decoded(&name.replace('+', " ")), decoded(&value.replace('+', " "))))
    };
    text.split(['&', ';']).filter_map(pair).collect()
}

/// Percent-encoding undone.
fn decoded(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        if !text.contains('%') {
            break;
        }
        text = decoded_once(&text);
    }
    text
}

fn decoded_once(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut result = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| bytes[at] == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                result.push(byte);
                at += 3;
            }
            None => {
                result.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&result).into_owned()
}

/// `\u0041` and `\/` undone, wherever they stand.
fn unescaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        result.push_str(before);
        let code = after.strip_prefix('u').and_then(|after| after.get(..4));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(letter) => {
                result.push(letter);
                rest = &after[5..];
            }
            None => {
                if !after.starts_with('/') {
                    result.push('\\');
                }
                rest = after;
            }
        }
    }
    result.push_str(rest);
    result
}

/// The path that a server comes to, which may hide behind `//`, `.`, `..`, `\` and parameters of segments.
fn straight(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let path = path.to_lowercase().replace('\\', "/");
    for segment in path.split('/') {
        match segment.split(';').next().unwrap_or_default().trim() {
            "" | "." => {}
            ".." => drop(segments.pop()),
            plain => segments.push(plain),
        }
    }
    format!("/{}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_what_a_server_comes_to() {
        let rows = [
            ("/api/dir/delete", "/api/dir/delete"),
            ("//api/./x/../DIR/%64elete/", "/api/dir/delete"),
            ("/api/dir/%2564elete;v=1?owner=a", "/api/dir/delete"),
            ("/api\\dir\\delete#x", "/api/dir/delete"),
            ("/../..", "/"),
        ];
        for (target, expected) in rows {
            let outgoing = Outgoing { target: target.to_owned(), ..Outgoing::default() };
            assert_eq!(Views::of(&outgoing).path, expected, "{target}");
        }
    }

    #[test]
    fn escapes_are_undone() {
        let rows =
            [(r"\u0041b\/c", "Ab/c"), (r"\n\u00", r"\n\u00"), (r"a\", r"a\"), (r"\ud83d", r"\ud83d"), (r"\u00é1", r"\u00é1")];
        for (text, expected) in rows {
            assert_eq!(unescaped(text), expected, "{text}");
        }
    }
}
