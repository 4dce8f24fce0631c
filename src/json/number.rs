//! Numbers: what a token means, and what is wrong with it.

use std::str::from_utf8;

use serde_json::{Number, Value};

/// A number token as it was read.
pub(super) struct Token {
    pub(super) length: usize,
    /// The number; `null` where the token means none.
    pub(super) value: Value,
    pub(super) wrong: Option<Wrong>,
}

pub(super) enum Wrong {
    /// Not a number by the grammar of RFC 8259 section 6.
    Malformed(String),
    /// A number that no double holds.
    BeyondDouble,
}

/// Reads the number token that begins at `at`.
pub(super) fn scan(bytes: &[u8], at: usize) -> Token {
    let negative = bytes.get(at) == Some(&b'-');
    let first = at + usize::from(negative);
    let (magnitude, end) = digits(bytes, first);
    let plain = end > first && (bytes[first] != b'0' || end == first + 1);
    if plain && !bytes.get(end).is_some_and(|byte| continues(*byte)) {
        return integer(&bytes[at..end], magnitude, negative);
    }
    let length = bytes[at..].iter().take_while(|byte| continues(**byte)).count();
    let token = &bytes[at..at + length];
    let text = from_utf8(token).unwrap_or_default();
    match is_well_formed(token) {
        true => fraction(text),
        false => malformed(text),
    }
}

/// The value of a run of digits (none where it is beyond 64 bits), and where the run ends.
fn digits(bytes: &[u8], from: usize) -> (Option<u64>, usize) {
    let mut value = Some(0_u64);
    let mut at = from;
    while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
        value = value.and_then(|value| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
        at += 1;
    }
    (value, at)
}

/// Whether a byte belongs to the token of a number, rightly or by mistake (`0x1F`, `1_000`, `12abc`).
fn continues(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_')
}

fn integer(token: &[u8], magnitude: Option<u64>, negative: bool) -> Token {
    let number = match magnitude {
        Some(0) if negative => Number::from_f64(-0.0),
        Some(magnitude) if negative => 0_i64.checked_sub_unsigned(magnitude).map(Number::from),
        Some(magnitude) => Some(Number::from(magnitude)),
        None => None,
    };
    match number {
        Some(number) => Token { length: token.len(), value: Value::Number(number), wrong: None },
        None => great_integer(from_utf8(token).unwrap_or_default()),
    }
}

/// An integer beyond 64 bits: harmless as long as it is exactly a double.
fn great_integer(text: &str) -> Token {
    let double: f64 = text.parse().unwrap_or(f64::MAX);
    let exact = double.is_finite() && format!("{double:.0}") == text;
    Token { length: text.len(), value: held(double), wrong: (!exact).then_some(Wrong::BeyondDouble) }
}

fn fraction(text: &str) -> Token {
    let double: f64 = text.parse().unwrap_or(f64::MAX);
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let vanished = double == 0.0 && mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    let wrong = (vanished || !double.is_finite()).then_some(Wrong::BeyondDouble);
    Token { length: text.len(), value: held(double), wrong }
}

/// A double as a value; what is beyond the range becomes the greatest double of its sign.
fn held(double: f64) -> Value {
    Value::from(double.clamp(f64::MIN, f64::MAX))
}

/// The grammar of section 6: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
fn is_well_formed(token: &[u8]) -> bool {
    let token = token.strip_prefix(b"-").unwrap_or(token);
    let (whole, rest) = token.split_at(leading_digits(token));
    if whole.is_empty() || (whole[0] == b'0' && whole.len() > 1) {
        return false;
    }
    let rest = match rest.strip_prefix(b".") {
        Some(fraction) if leading_digits(fraction) == 0 => return false,
        Some(fraction) => &fraction[leading_digits(fraction)..],
        None => rest,
    };
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            !exponent.is_empty() && leading_digits(exponent) == exponent.len()
        }
        _ => false,
    }
}

fn leading_digits(token: &[u8]) -> usize {
    token.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// A token that is no JSON number. Where its meaning is plain (`007`, `+1`, `.5`), it is read so, else as `null`.
fn malformed(text: &str) -> Token {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let spelled_out = unsigned.trim_start_matches('-').starts_with(|c: char| c.is_ascii_alphabetic());
    let value = match (unsigned.parse::<i64>(), unsigned.parse::<u64>(), unsigned.parse::<f64>()) {
        _ if spelled_out => Value::Null,
        (Ok(integer), _, _) => Value::from(integer),
        (_, Ok(integer), _) => Value::from(integer),
        (_, _, Ok(double)) => held(double),
        _ => Value::Null,
    };
    Token { length: text.len(), value, wrong: Some(Wrong::Malformed(complaint(text))) }
}

fn complaint(text: &str) -> String {
    let shown = super::printable(text, 40);
    let unsigned = text.trim_start_matches(['-', '+']);
    let lower = unsigned.to_ascii_lowercase();
    let leading_zero = unsigned.starts_with('0') && unsigned[1..].starts_with(|c: char| c.is_ascii_digit());
    let what = match lower.as_str() {
        _ if text.starts_with('+') => "a plus sign before a number",
        "" => return "a minus sign without a number".to_owned(),
        lower if lower.starts_with("inf") || lower.starts_with("nan") => "JSON has no such number",
        lower if lower.starts_with("0x") => "a hexadecimal number",
        lower if lower.contains('_') => "an underscore in a number",
        _ if leading_zero => "a leading zero in a number",
        lower if lower.starts_with('.') => "a number that begins with its decimal point",
        lower if lower.ends_with('.') || lower.contains(".e") => "a decimal point without a digit after it",
        lower if lower.ends_with(['e', '+', '-']) => "an exponent without a digit",
        _ => "not a number",
    };
    format!("{what}: `{shown}`")
}
