//! Making foreign text harmless: what a device sent is shown so that it can be read, and cannot act.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text on one line. Line ends, tabs, control characters, text direction marks and noncharacters become escapes such as `\n`
/// or `\u{1b}`, so that no terminal, XML reader or browser acts on them; so does the second of two number signs, with which CI
/// systems begin commands anywhere in a log (`##[...]`, `##vso[...]`, `##teamcity[...]`).
pub fn visible(text: &str) -> String {
    shown(text).into_owned()
}

/// Like [`visible`], without a copy where nothing has to change.
pub fn shown(text: &str) -> Cow<'_, str> {
    escape(text, |_| false)
}

/// Like [`visible`], but line ends and tabs stay what they are.
pub fn visible_lines(text: &str) -> String {
    shown_lines(text).into_owned()
}

/// Like [`visible_lines`], without a copy where nothing has to change.
pub fn shown_lines(text: &str) -> Cow<'_, str> {
    escape(text, |character| matches!(character, '\n' | '\t'))
}

/// One line in which every run of white space is a single blank: for bodies that a device sent with indentation.
pub fn squeezed(text: &str) -> String {
    visible(&text.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
}

fn escape(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'#') {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut before = None;
    for character in text.chars() {
        match character {
            '#' if before == Some('#') => shown.push_str("\\u{23}"),
            _ if keep(character) || !is_active(character) => shown.push(character),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
            }
        }
        before = Some(character);
    }
    Cow::Owned(shown)
}

/// Whether a reader of the report would act on the character instead of showing it, or must not contain it (XML 1.0, section 2.2).
pub fn is_active(character: char) -> bool {
    let code = u32::from(character);
    character.is_control()
        || matches!(code, 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfdd0..=0xfdef | 0xe0000..=0xe007f)
        || code & 0xfffe == 0xfffe
}

/// How many columns of a terminal the text takes, near enough to keep lines within a width.
pub fn columns(text: &str) -> usize {
    text.chars().map(column).sum()
}

fn column(character: char) -> usize {
    match u32::from(character) {
        0x300..=0x36f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xff00..=0xff60 | 0x1f300..=0x1faff => 2,
        _ => 1,
    }
}

/// The text cut to a number of columns, with `…` as its last where something was cut.
pub fn clipped(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += column(character);
        if used > width {
            break;
        }
        kept.push(character);
    }
    kept.push('…');
    kept
}

/// The text broken at blanks into lines of at most `width` columns; a longer word is broken where the line ends.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = vec![String::new()];
    for word in text.split(' ').flat_map(|word| pieces(word, width)) {
        let last = lines.len() - 1;
        let taken = columns(&lines[last]);
        if taken == 0 {
            lines[last] = word;
        } else if taken + 1 + columns(&word) <= width {
            lines[last].push(' ');
            lines[last].push_str(&word);
        } else {
            lines.push(word);
        }
    }
    lines
}

fn pieces(word: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for character in word.chars() {
        if used + column(character) > width {
            pieces.push(String::new());
            used = 0;
        }
        used += column(character);
        let last = pieces.len() - 1;
        pieces[last].push(character);
    }
    pieces
}

/// The text cut to so many bytes, at a character, with a note where something was cut.
pub fn capped(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes);
    format!("{}\n… {} more bytes are in the record", &text[..end], text.len() - end)
}

/// A count with its noun: `1 case`, `2 cases`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_act_is_shown_as_an_escape() {
        let rows = [
            ("plain", "plain"),
            ("žluťoučký 門", "žluťoučký 門"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("\0", "\\u{0}"),
            ("abc\u{202e}cba", "abc\\u{202e}cba"),
            ("\u{feff}x\u{fffe}\u{ffff}", "\\u{feff}x\\u{fffe}\\u{ffff}"),
            ("\u{1ffff}", "\\u{1ffff}"),
            ("a # b ##vso[x] ###", "a # b #\\u{23}vso[x] #\\u{23}\\u{23}"),
        ];
        for (text, expected) in rows {
            assert_eq!(visible(text), expected);
        }
        assert_eq!(visible_lines("a\n\tb\r\u{7}"), "a\n\tb\\r\\u{7}");
        assert_eq!(squeezed("{\n  \"a\":\t1\n}\u{7}"), "{ \"a\": 1 }\\u{7}");
    }

    #[test]
    fn lines_keep_to_the_width() {
        let rows = [
            ("short", 10, "short"),
            ("exactly ten", 11, "exactly ten"),
            ("too long by far", 8, "too lon…"),
            ("門門門", 5, "門門…"),
        ];
        for (text, width, expected) in rows {
            assert_eq!(clipped(text, width), expected);
        }
        assert_eq!(wrapped("the quick brown fox", 10), ["the quick", "brown fox"]);
        assert_eq!(wrapped("incomprehensibilities", 10), ["incomprehe", "nsibilitie", "s"]);
        assert_eq!(wrapped("", 10), [""]);
        assert_eq!(capped("ěščř", 3), "ě\n… 6 more bytes are in the record");
    }
}
