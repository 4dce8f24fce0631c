//! Uuids as requests spell them (HTTP API manual 5.14.4: five groups of hexadecimal digits, all zeroes reserved).

use super::defect::Defect;
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

    fn of(text: &str, manner: Manner) -> Self {
        let loose = LOOSE.iter().filter(|(defect, _)| manner.wrong(*defect)).find_map(|(_, read)| read(text));
        let text = loose.as_deref().unwrap_or(text);
        let refused = STRICT.iter().any(|(defect, refuses)| manner.wrong(*defect) && refuses(text));
        match text {
            "" => Self::Empty,
            ZERO => Self::Zero,
            _ if refused => Self::Malformed,
            _ if well_formed(text) && manner.wrong(Defect::CaseMakesTwo) => Self::Key(text.to_owned()),
            _ if well_formed(text) => Self::Key(text.to_ascii_uppercase()),
            _ if text.len() > 1_000 && manner.wrong(Defect::HugeUuidUnknown) => Self::Key(text.to_owned()),
            _ => Self::Malformed,
        }
    }
}

type ReadsAnyway = fn(&str) -> Option<String>;
type Refuses = fn(&str) -> bool;

/// Defects that read a uuid out of what is none.
const LOOSE: &[(Defect, ReadsAnyway)] = &[
    (Defect::TwoDigitGroupAccepted, |text| filled(text, 2)),
    (Defect::ThreeDigitGroupAccepted, |text| filled(text, 3)),
    (Defect::CutUuidAccepted, |text| (text.len() == 35).then(|| format!("{text}0"))),
    (Defect::LongerUuidAccepted, |text| text.get(..36).map(str::to_owned)),
    (Defect::UndashedAccepted, |text| (!text.contains('-')).then(|| dashed(text))?),
    (Defect::DashesAnywhere, |text| (text.len() == 36).then(|| dashed(&text.replace('-', "")))?),
    (Defect::BracesAccepted, |text| text.strip_prefix('{')?.strip_suffix('}').map(str::to_owned)),
    (Defect::UrnAccepted, |text| text.to_ascii_lowercase().strip_prefix("urn:uuid:").map(str::to_owned)),
    (Defect::AnyLetterAccepted, |text| {
        Some(text.replace(|letter: char| letter.is_ascii_alphabetic() && !letter.is_ascii_hexdigit(), "F"))
    }),
    (Defect::BlanksTrimmed, |text| Some(text.trim().to_owned())),
    (Defect::LookalikesAccepted, |text| Some(text.chars().map(latin).collect())),
    (Defect::SeparatorsAccepted, |text| dashed(&text.replace("0x", "").replace(['_', '+', '-'], ""))),
    (Defect::NulEndsUuid, |text| text.split('\0').next().map(str::to_owned)),
];

/// Defects that refuse a uuid that is one.
const STRICT: &[(Defect, Refuses)] = &[
    (Defect::UpperCaseRefused, |text| text.contains(|letter: char| letter.is_ascii_uppercase())),
    (Defect::LowerCaseRefused, |text| text.contains(|letter: char| letter.is_ascii_lowercase())),
    (Defect::MixedCaseRefused, |text| text != text.to_ascii_uppercase() && text != text.to_ascii_lowercase()),
    (Defect::VersionDemanded, |text| {
        uuid::Uuid::try_parse(text).is_ok_and(|uuid| {
            uuid.get_version_num() == 0 || uuid.get_version_num() > 8 || uuid.get_variant() != uuid::Variant::RFC4122
        })
    }),
    (Defect::NearlyZeroRefused, |text| text.starts_with("00000000-0000-0000-0000-")),
    (Defect::AllFRefused, |text| text.bytes().all(|byte| matches!(byte, b'F' | b'f' | b'-'))),
];

/// The uuid with its one short group filled up from the left.
fn filled(text: &str, digits: usize) -> Option<String> {
    let widths = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    let short = groups.iter().zip(widths).any(|(group, width)| group.len() == digits && width == 4);
    let full: Vec<String> = groups.iter().zip(widths).map(|(group, width)| format!("{group:0>width$}")).collect();
    (short && groups.len() == 5).then(|| full.join("-"))
}

/// 32 digits with dashes where they belong.
pub fn dashed(digits: &str) -> Option<String> {
    let group = |from: usize, to: usize| digits.get(from..to);
    let groups = [group(0, 8)?, group(8, 12)?, group(12, 16)?, group(16, 20)?, group(20, 32)?];
    (digits.len() == 32).then(|| groups.join("-"))
}

fn latin(character: char) -> char {
    match character {
        '\u{FF10}'..='\u{FF19}' => char::from(b'0' + (u32::from(character) - 0xFF10) as u8),
        'А' | 'а' => 'A',
        'В' | 'в' => 'B',
        'С' | 'с' => 'C',
        'Е' | 'е' => 'E',
        other => other,
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
