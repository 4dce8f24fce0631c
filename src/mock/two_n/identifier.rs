//! Uuids as requests spell them (HTTP API manual 5.14.4: five groups of hexadecimal digits, all zeroes reserved).

use super::manner::Manner;
use serde_json::Value;

/// The reserved uuid that means "none".
pub const ZERO: &str = "00000000-0000-0000-0000-000000000000";

/// What a request gave for a uuid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier {
    Absent,
    Empty,
    /// Not a string.
    WrongType,
    Zero,
    Malformed,
    /// Well formed; the key is the same for every letter case.
    Key(String),
}

impl Identifier {
    /// Reads the `uuid` member of a request's entry.
    pub fn read(entry: &Value, manner: Manner) -> Self {
        match entry.get("uuid") {
            None => Self::Absent,
            Some(Value::String(text)) => Self::of(text, manner),
            Some(_) => Self::WrongType,
        }
    }

    fn of(text: &str, _manner: Manner) -> Self {
        match text {
            "" => Self::Empty,
            ZERO => Self::Zero,
            _ if well_formed(text) => Self::Key(text.to_ascii_uppercase()),
            _ => Self::Malformed,
        }
    }
}

/// 8-4-4-4-12 hexadecimal digits of either case, and nothing else; version and variant bits are free.
pub fn well_formed(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
