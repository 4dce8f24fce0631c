//! Tokens: how the reader takes a word, a number, a string and the space between them.

use std::ops::Range;
use std::str::from_utf8;

use serde_json::Value;

use super::fault::{JsonFault, unknown_escape};
use super::number::{self, Wrong};
use super::pointer::Trail;
use super::reader::{Reader, Stopped, syntax};
use super::string::{self, Problem};
use super::words::printable;

impl<'b> Reader<'b> {
    pub(super) fn bare_name(&mut self) -> String {
        let (at, word) = self.word();
        self.complain(at, word.len(), || format!("a member name without quotes: `{}`", printable(word, 40)));
        word.to_owned()
    }

    fn word(&mut self) -> (usize, &'b str) {
        let at = self.at;
        let bytes = self.bytes;
        let length = bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
        self.at += length;
        (at, from_utf8(&bytes[at..at + length]).unwrap_or_default())
    }

    pub(super) fn literal(&mut self) -> Result<Value, Stopped> {
        let (at, word) = self.word();
        let meant = match word {
            "true" => return Ok(Value::Bool(true)),
            "false" => return Ok(Value::Bool(false)),
            "null" => return Ok(Value::Null),
            "True" | "TRUE" => Value::Bool(true),
            "False" | "FALSE" => Value::Bool(false),
            "NaN" | "nan" | "Infinity" | "inf" | "None" | "Null" | "NULL" | "nil" | "undefined" => Value::Null,
            _ => return self.stop(|| syntax(at, word.len(), format!("`{}` is not a JSON value", printable(word, 40)))),
        };
        self.complain(at, word.len(), || format!("`{word}` is not a JSON value"));
        Ok(meant)
    }

    pub(super) fn number(&mut self, trail: &Trail<'_>) -> Value {
        let at = self.at;
        let token = number::scan(self.bytes, at);
        self.at += token.length;
        match token.wrong {
            None => {}
            Some(Wrong::Malformed(message)) => self.complain(at, token.length, || message),
            Some(Wrong::BeyondDouble) => {
                let text = &self.bytes[at..at + token.length];
                self.name(|| JsonFault::NumberBeyondDouble {
                    pointer: trail.pointer(),
                    text: String::from_utf8_lossy(text).into_owned(),
                    at,
                });
            }
        }
        token.value
    }

    pub(super) fn string(&mut self, trail: &Trail<'_>, quote: u8) -> Result<String, Stopped> {
        let start = self.at + 1;
        let (end, escaped) = self.string_end(start, quote)?;
        self.at = end + 1;
        if quote == b'\'' {
            self.complain(start - 1, end + 2 - start, || "single quotes around a string".to_owned());
        }
        let plain = self.text.filter(|_| !escaped).and_then(|text| text.get(start..end));
        Ok(plain.map(str::to_owned).unwrap_or_else(|| self.decoded(trail, start..end)))
    }

    fn decoded(&mut self, trail: &Trail<'_>, body: Range<usize>) -> String {
        let bytes = self.bytes;
        string::decode(&bytes[body.clone()], &mut |offset, problem| {
            let at = body.start + offset;
            self.name(|| match problem {
                Problem::InvalidUtf8 { bytes } => JsonFault::InvalidUtf8 { at, bytes },
                Problem::LoneSurrogate => JsonFault::LoneSurrogate { pointer: trail.pointer(), at },
                Problem::ShortEscape => syntax(at, 2, "`\\u` without four hexadecimal digits".to_owned()),
                Problem::UnknownEscape => syntax(at, 1, unknown_escape(&bytes[at..])),
            });
        })
    }

    /// Where the closing quote is, and whether the string needs decoding; names raw control characters on the way.
    fn string_end(&mut self, start: usize, quote: u8) -> Result<(usize, bool), Stopped> {
        let mut at = start;
        let mut escaped = false;
        loop {
            at = string::next_special(self.bytes, at);
            match self.bytes.get(at) {
                Some(byte) if *byte == quote => return Ok((at, escaped)),
                Some(b'"' | b'\'') => at += 1,
                Some(b'\\') => {
                    escaped = true;
                    at += 2;
                }
                Some(control) => at += self.raw_control(at, *control),
                None => {
                    return self.stop(|| syntax(start - 1, 1, "the string that begins here is never closed".to_owned()));
                }
            }
        }
    }

    fn raw_control(&mut self, at: usize, control: u8) -> usize {
        let length = if self.bytes[at..].starts_with(b"\r\n") { 2 } else { 1 };
        self.complain(at, length, || match control {
            b'\n' | b'\r' => "a raw line break inside a string".to_owned(),
            b'\t' => "a raw tab inside a string".to_owned(),
            _ => format!("a raw control character (U+{control:04X}) inside a string"),
        });
        length
    }

    pub(super) fn skip_space(&mut self) -> Result<(), Stopped> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(b'#' | b'/') => {
                    if !self.skip_comment()? {
                        return Ok(());
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    fn skip_comment(&mut self) -> Result<bool, Stopped> {
        let (at, rest) = (self.at, &self.bytes[self.at..]);
        let length = match rest {
            [b'#', ..] | [b'/', b'/', ..] => rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
            [b'/', b'*', ..] => match rest[2..].windows(2).position(|pair| pair == b"*/") {
                Some(end) => end + 4,
                None => return self.stop(|| syntax(at, 2, "the comment that begins here is never closed".to_owned())),
            },
            _ => return Ok(false),
        };
        self.complain(at, length, || "a comment: JSON has none".to_owned());
        self.at += length;
        Ok(true)
    }
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}
