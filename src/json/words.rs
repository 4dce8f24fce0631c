//! Values in words, for messages that go to a terminal or into a report.

use std::borrow::Cow;

use serde_json::Value;

/// How many characters of a string a message shows.
const SHOWN: usize = 80;

/// A value as a message names it: its type first, then what it is.
///
/// ```
/// use doorspec::json::describe;
/// use serde_json::json;
/// assert_eq!(describe(&json!("abc")), r#"string "abc""#);
/// assert_eq!(describe(&json!(5)), "integer 5");
/// assert_eq!(describe(&json!([1, 2, 3])), "array of 3");
/// ```
pub fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(boolean) => format!("boolean {boolean}"),
        Value::Number(number) if number.is_f64() => format!("number {number}"),
        Value::Number(number) => format!("integer {number}"),
        Value::String(text) => format!("string {}", quoted(text)),
        Value::Array(items) => format!("array of {}", items.len()),
        Value::Object(members) if members.len() == 1 => "object with 1 member".to_owned(),
        Value::Object(members) => format!("object with {} members", members.len()),
    }
}

/// A text in quotes, as JSON would write it, cut after 80 characters.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", shown(text, SHOWN, |c| c == '"' || c == '\\'))
}

/// A foreign text made safe to show: control characters, and those that reorder or hide text, become JSON escapes; beyond
/// `limit` characters it is cut and ends in `…`.
///
/// ```
/// use doorspec::json::printable;
/// assert_eq!(printable("door\u{1b}[2J\n", 80), r"door\u001b[2J\n");
/// assert_eq!(printable("abcdef", 3), "abc…");
/// ```
pub fn printable(text: &str, limit: usize) -> Cow<'_, str> {
    shown(text, limit, |_| false)
}

fn shown(text: &str, limit: usize, also: impl Fn(char) -> bool) -> Cow<'_, str> {
    let end = text.char_indices().nth(limit).map_or(text.len(), |(at, _)| at);
    if end == text.len() && !text.chars().any(|c| is_unprintable(c) || also(c)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(end + 8);
    for c in text[..end].chars() {
        if also(c) {
            shown.push('\\');
        }
        push_printable(&mut shown, c);
    }
    if end < text.len() {
        shown.push('…');
    }
    Cow::Owned(shown)
}

fn push_printable(shown: &mut String, c: char) {
    match c {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        c if is_unprintable(c) => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        }
        c => shown.push(c),
    }
}

/// Controls (C0, DEL, C1), and the format characters that let a text look like another one.
pub(crate) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
        || matches!(c, '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}
