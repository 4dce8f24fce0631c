//! The inside of a JSON string: where it ends, and what its escapes mean.

use std::borrow::Cow;
use std::str::from_utf8;

/// What is wrong inside a string, with its place among the bytes of the string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    InvalidUtf8 { bytes: usize },
    LoneSurrogate,
    UnknownEscape,
    ShortEscape,
}

/// Whether a byte ends a run of ordinary bytes: the quotes, the backslash and the controls.
const SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\'' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

/// The first byte at or after `at` that may matter inside a string, or the end.
pub(super) fn next_special(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| SPECIAL[*byte as usize]).unwrap_or(rest.len())
}

/// The text that the bytes between the quotes mean. Whatever is wrong is reported and replaced by U+FFFD (half a surrogate
/// pair, bytes that are not UTF-8) or taken without its backslash (an unknown escape).
pub(super) fn decode(body: &[u8], report: &mut dyn FnMut(usize, Problem)) -> String {
    let mut text = String::with_capacity(body.len());
    let mut at = 0;
    while at < body.len() {
        let run = body[at..].iter().position(|byte| *byte == b'\\').unwrap_or(body.len() - at);
        push_run(&mut text, &body[at..at + run], at, report);
        at += run;
        if at < body.len() {
            at += escape(&mut text, body, at, report);
        }
    }
    text
}

/// The name that a member's key means, as it stands in the text: in quotes of either kind, or (by mistake) in none.
pub(super) fn name_of(key: &[u8]) -> Cow<'_, str> {
    let body = match key {
        [b'"' | b'\'', body @ .., _] => body,
        bare => bare,
    };
    match from_utf8(body) {
        Ok(name) if !body.contains(&b'\\') => Cow::Borrowed(name),
        _ => Cow::Owned(decode(body, &mut |_, _| {})),
    }
}

fn push_run(text: &mut String, run: &[u8], at: usize, report: &mut dyn FnMut(usize, Problem)) {
    if let Ok(valid) = from_utf8(run) {
        return text.push_str(valid);
    }
    let mut at = at;
    for chunk in run.utf8_chunks() {
        text.push_str(chunk.valid());
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            report(at, Problem::InvalidUtf8 { bytes: chunk.invalid().len() });
            text.push(char::REPLACEMENT_CHARACTER);
            at += chunk.invalid().len();
        }
    }
}

/// Reads the escape whose backslash is at `at` and says how many bytes it takes.
fn escape(text: &mut String, body: &[u8], at: usize, report: &mut dyn FnMut(usize, Problem)) -> usize {
    let plain = match body.get(at + 1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{C}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode_escape(text, body, at, report),
        _ => {
            report(at, Problem::UnknownEscape);
            return 1;
        }
    };
    text.push(plain);
    2
}

fn unicode_escape(text: &mut String, body: &[u8], at: usize, report: &mut dyn FnMut(usize, Problem)) -> usize {
    let Some(unit) = hex_unit(body, at) else {
        report(at, Problem::ShortEscape);
        return 2;
    };
    if let Some(character) = char::from_u32(unit) {
        text.push(character);
        return 6;
    }
    let low = hex_unit(body, at + 6).filter(|low| (0xDC00..0xE000).contains(low) && unit < 0xDC00);
    match low.and_then(|low| char::from_u32(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))) {
        Some(character) => {
            text.push(character);
            12
        }
        None => {
            report(at, Problem::LoneSurrogate);
            text.push(char::REPLACEMENT_CHARACTER);
            6
        }
    }
}

/// The four hexadecimal digits of `\uXXXX` at `at`.
fn hex_unit(body: &[u8], at: usize) -> Option<u32> {
    let digits = body.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}
