//! What a text does that JSON does not allow, or that readers disagree about.

use std::fmt;
use std::ops::Range;
use std::str::from_utf8;

use super::words::{is_unprintable, printable, quoted};

/// One deviation of a text from RFC 8259, or one thing in it that other readers would take differently.
///
/// Every byte position counts from the first byte that was read, a byte order mark included. `Display` is a sentence for
/// people, without the place: see [`JsonFault::range`] and [`super::Places::at`] for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonFault {
    /// The text begins with U+FEFF, which section 8.1 forbids to send. The rest is read as if it were absent.
    ByteOrderMark,
    /// The text is not UTF-8 at all (section 8.1), so no value is given: `UTF-16`, `UTF-32` or `gzip`.
    Encoding { which: &'static str },
    /// There is nothing but white space.
    Empty,
    /// A sequence of bytes inside a string is not UTF-8 (section 8.1). It is read as U+FFFD.
    InvalidUtf8 { at: usize, bytes: usize },
    /// The value is complete, and then comes something else (section 2). What follows is not read.
    Trailing { at: usize, bytes: usize },
    /// The object at `pointer` has the member `name` more than once (section 4); escapes count as what they mean.
    /// The last one wins. `first` is where the first name is, `again` where this one is, both with their quotes.
    DuplicateMember { pointer: String, name: String, first: Range<usize>, again: Range<usize> },
    /// Half of a surrogate pair (section 8.2), read as U+FFFD, in the string at `pointer`; where it is in the name of a
    /// member, `pointer` is the object.
    LoneSurrogate { pointer: String, at: usize },
    /// A number that a double cannot hold (section 6): an integer beyond 64 bits that is not exactly a double, a number
    /// beyond the range (read as the greatest double) or one so small that it becomes zero. `text` is as written.
    NumberBeyondDouble { pointer: String, text: String, at: usize },
    /// Arrays and objects are nested deeper than `limit` (section 9 lets a reader set one). Nothing is given.
    TooDeep { limit: usize, at: usize },
    /// There are more than `limit` values in the text (section 9 lets a reader set one). Nothing is given.
    TooMany { limit: usize, at: usize },
    /// The text breaks the grammar here. Where the meaning is plain all the same (a trailing comma, a comment), reading
    /// goes on and a value is given; otherwise there is none.
    Syntax { at: usize, bytes: usize, message: String },
    /// This many more faults were found and are not named one by one.
    Further { count: usize },
}

impl JsonFault {
    /// The bytes to point at; empty where there is nothing to underline.
    pub fn range(&self) -> Range<usize> {
        match self {
            Self::ByteOrderMark | Self::Encoding { .. } | Self::Empty | Self::Further { .. } => 0..0,
            Self::InvalidUtf8 { at, bytes } | Self::Trailing { at, bytes } | Self::Syntax { at, bytes, .. } => *at..at + bytes,
            Self::DuplicateMember { again, .. } => again.clone(),
            Self::LoneSurrogate { at, .. } => *at..at + 6,
            Self::NumberBeyondDouble { at, text, .. } => *at..at + text.len(),
            Self::TooDeep { at, .. } | Self::TooMany { at, .. } => *at..at + 1,
        }
    }

    /// Whether the text is no JSON text by the words MUST and by the grammar of RFC 8259. The others are JSON that readers
    /// are known to disagree about, or that is beyond a limit of this reader.
    ///
    /// ```
    /// use doorspec::json::read;
    /// assert!(read(b"[1,]").faults[0].breaks_grammar());
    /// assert!(!read(br#"{"a":1,"a":2}"#).faults[0].breaks_grammar());
    /// ```
    pub fn breaks_grammar(&self) -> bool {
        match self {
            Self::ByteOrderMark | Self::Encoding { .. } | Self::Empty => true,
            Self::InvalidUtf8 { .. } | Self::Trailing { .. } | Self::Syntax { .. } => true,
            Self::DuplicateMember { .. } | Self::LoneSurrogate { .. } | Self::NumberBeyondDouble { .. } => false,
            Self::TooDeep { .. } | Self::TooMany { .. } | Self::Further { .. } => false,
        }
    }
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteOrderMark => f.write_str("a byte order mark before the JSON text"),
            Self::Encoding { which } => write!(f, "not UTF-8 text: this looks like {which}"),
            Self::Empty => f.write_str("empty, where a JSON value was expected"),
            Self::InvalidUtf8 { .. } => f.write_str("bytes that are not UTF-8, inside a string"),
            Self::Trailing { bytes: 1, .. } => f.write_str("1 byte after the end of the JSON value"),
            Self::Trailing { bytes, .. } => write!(f, "{bytes} bytes after the end of the JSON value"),
            Self::DuplicateMember { name, .. } => write!(f, "the member {} is written twice in one object", quoted(name)),
            Self::LoneSurrogate { .. } => f.write_str("half of a surrogate pair in a string"),
            Self::NumberBeyondDouble { text, .. } => write!(f, "the number {} does not fit a double", printable(text, 40)),
            Self::TooDeep { limit, .. } => write!(f, "arrays and objects nested deeper than {limit}"),
            Self::TooMany { limit, .. } => write!(f, "more than {limit} values in one text"),
            Self::Syntax { message, .. } => f.write_str(message),
            Self::Further { count } => write!(f, "and {count} more"),
        }
    }
}

/// The encoding of bytes that cannot be UTF-8 JSON: by the mark they begin with, or by the zeros between ASCII characters.
pub(super) fn foreign_encoding(bytes: &[u8]) -> Option<&'static str> {
    match *bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, 1..=0x7F, ..] => Some("UTF-32"),
        [1..=0x7F, 0, 0, 0, ..] if bytes.len() >= 8 => Some("UTF-32"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [1..=0x7F, 0, 1..=0x7F, 0, ..] | [0, 1..=0x7F, 0, 1..=0x7F, ..] => Some("UTF-16"),
        [0x1F, 0x8B, ..] => Some("gzip"),
        _ => None,
    }
}

/// What to say of the escape at the beginning of `rest`.
pub(super) fn unknown_escape(rest: &[u8]) -> String {
    match rest.get(1) {
        Some(byte) if byte.is_ascii_graphic() => format!("an escape that JSON does not know: `\\{}`", char::from(*byte)),
        _ => "a backslash that escapes nothing".to_owned(),
    }
}

/// What stands where something else was expected, and how many bytes it takes.
pub(super) fn found(rest: &[u8]) -> (usize, String) {
    let head = &rest[..rest.len().min(4)];
    let text = match from_utf8(head) {
        Ok(text) => text,
        Err(error) => from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    match text.chars().next() {
        Some('<') => (1, "`<` (an HTML or XML page, not JSON?)".to_owned()),
        Some(c @ ('“' | '”' | '„' | '‘' | '’')) => {
            (c.len_utf8(), format!("`{c}`: a typographic quotation mark, JSON needs `\"`"))
        }
        Some(c) if is_unprintable(c) || (c.is_whitespace() && c != ' ') => (c.len_utf8(), format!("U+{:04X}", u32::from(c))),
        Some(c) => (c.len_utf8(), format!("`{c}`")),
        None => (1, format!("the byte 0x{:02X}", rest[0])),
    }
}
