//! What a directory field may hold (configuration manual 5.2.1 and the HTTP API manual's examples of 5.14.3).

use super::defect::Defect;
use super::manner::Manner;
use super::quirk::Quirk;
use serde_json::{Value, json};

/// The kind of a leaf: its JSON type, its default and the values it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    Text,
    Name,
    Photo,
    Email,
    Peer,
    /// A group of the phone book on the display, `/` at the root.
    Tree,
    /// A number dialled on the keypad.
    Virtual,
    /// Unix time as text, `"0"` for unlimited.
    Epoch,
    Pin,
    /// A switch code.
    Code,
    /// A card's id in hexadecimal.
    Card,
    Flag(bool),
    Integer,
}

impl Rule {
    pub fn default(self) -> Value {
        match self {
            Self::Tree => json!("/"),
            Self::Epoch => json!("0"),
            Self::Flag(flag) => json!(flag),
            Self::Integer => json!(0),
            _ => json!(""),
        }
    }

    /// The value as it is stored, or `None` where this field does not take it.
    pub fn accept(self, value: &Value, manner: Manner) -> Option<Value> {
        if value.is_null() {
            return manner.differs(Quirk::NullResets).then(|| self.default());
        }
        match self {
            Self::Flag(_) if manner.differs(Quirk::FlagsAsText) && value.is_string() => {
                value.as_str().and_then(|text| text.parse::<bool>().ok()).map(Value::Bool)
            }
            Self::Flag(_) => value.is_boolean().then(|| value.clone()),
            Self::Integer => value.is_i64().then(|| value.clone()),
            _ => {
                let text = as_text(value, manner)?;
                (self.unchecked(manner) || self.takes(&text, manner)).then(|| Value::String(self.stored(text, manner)))
            }
        }
    }

    /// Whether a defect leaves this field unchecked.
    fn unchecked(self, manner: Manner) -> bool {
        const UNCHECKED: [(Rule, Defect); 4] = [
            (Rule::Pin, Defect::PinUnchecked),
            (Rule::Code, Defect::CodeUnchecked),
            (Rule::Card, Defect::CardUnchecked),
            (Rule::Virtual, Defect::VirtualUnchecked),
        ];
        UNCHECKED.iter().any(|(rule, defect)| *rule == self && manner.wrong(*defect))
    }

    /// Whether a defect refuses a text that is right.
    fn refused(self, text: &str, manner: Manner) -> bool {
        match self {
            Self::Pin if manner.wrong(Defect::PinOfFourOnly) => !text.is_empty() && text.len() != 4,
            Self::Pin if manner.wrong(Defect::EmptyPinRefused) => text.is_empty(),
            Self::Email => text.contains(',') && manner.wrong(Defect::OneEmailOnly),
            Self::Tree => text != "/" && manner.wrong(Defect::TreeGroupRefused),
            _ => false,
        }
    }

    /// The text as it is kept: as it came, unless a defect alters it.
    fn stored(self, text: String, manner: Manner) -> String {
        let text = if self == Self::Name { name_as_kept(text, manner) } else { text };
        match self {
            Self::Peer if !text.is_empty() && manner.wrong(Defect::PeerAltered) => format!("sip:{text}"),
            _ if manner.wrong(Defect::NonAsciiLost) => text.replace(|character: char| !character.is_ascii(), "?"),
            _ => text,
        }
    }

    /// Whether a text is acceptable; the empty text always is, for it is the default (`treepath` and times excepted).
    fn takes(self, text: &str, manner: Manner) -> bool {
        let length = text.chars().count();
        match self {
            _ if self.refused(text, manner) => false,
            Self::Tree => text.starts_with('/') && !text.contains(['<', '>']),
            Self::Epoch => digits(text) && (1..=20).contains(&length),
            _ if text.is_empty() => true,
            Self::Name => {
                let free = manner.differs(Quirk::NameTakesAnything) || !text.contains(['<', '>', '/']);
                let longest = if manner.differs(Quirk::ShortNames) { 63 } else { 255 };
                free && (length <= longest || manner.differs(Quirk::NamesOfAnyLength))
            }
            Self::Pin => {
                let shortest = if manner.differs(Quirk::OneDigitPins) { 1 } else { 2 };
                digits(text) && (shortest..=if manner.differs(Quirk::LongPins) { 32 } else { 15 }).contains(&length)
            }
            Self::Code => digits(text) && (2..=16).contains(&length),
            Self::Card => hexadecimal(text) && (6..=32).contains(&length),
            Self::Virtual => digits(text) && if manner.differs(Quirk::VirtualOfFour) { 2..=4 } else { 1..=7 }.contains(&length),
            Self::Email if manner.differs(Quirk::EmailChecked) => text.split(',').all(|address| address.contains('@')),
            Self::Photo if manner.differs(Quirk::PhotoChecked) => length >= 64 && length.is_multiple_of(4),
            _ => true,
        }
    }
}

/// A name as it is kept.
fn name_as_kept(name: String, manner: Manner) -> String {
    match () {
        () if manner.wrong(Defect::NameCut) => name.chars().take(12).collect(),
        () if name.chars().count() > 63 && manner.wrong(Defect::NameCutAtLimit) => name.chars().take(63).collect(),
        () if name.contains('\0') && manner.wrong(Defect::NulEndsName) => name.split('\0').take(1).collect(),
        () if name.trim() != name && manner.wrong(Defect::NameTrimmed) => name.trim().to_owned(),
        () => name,
    }
}

fn as_text(value: &Value, manner: Manner) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if manner.differs(Quirk::NumbersAsText) && number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
