//! Whether two texts are the same but for what every run and every device makes up: uuids, owners, numbers, stamps.

use std::collections::HashMap;

use serde_json::Value;

use crate::schema::is_uuid_text;

/// How long the text of a uuid is.
const UUID: usize = 36;

/// What two runs made up in the same place of the same request: each pair has a number.
#[derive(Debug, Default)]
pub(super) struct Names {
    before: HashMap<String, usize>,
    after: HashMap<String, usize>,
}

/// How two texts compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// The same, or made up alike.
    Same,
    /// Each names something that was sent, but not the same.
    Swapped,
    /// Only the letter case of what was made up.
    OtherCase,
    Different,
}

impl Names {
    /// Whether two requests are the same but for what was made up; then what was made up is known from now on.
    pub(super) fn learn(&mut self, before: &str, after: &str) -> bool {
        let (one, other) = (pieces(before), pieces(after));
        if one.len() != other.len() || !one.iter().zip(&other).all(|(one, other)| self.fits(one, other)) {
            return false;
        }
        for (one, other) in one.iter().zip(&other).filter(|(one, other)| is_word(one) && one.len() >= 8 && one != other) {
            let next = self.before.len();
            let number = *self.before.entry(one.to_ascii_lowercase()).or_insert(next);
            self.after.entry(other.to_ascii_lowercase()).or_insert(number);
        }
        true
    }

    /// How two texts of replies compare.
    pub(super) fn compare(&self, before: &str, after: &str) -> Likeness {
        let (one, other) = (pieces(before), pieces(after));
        if [before, after].into_iter().all(is_mark) && !self.knows(of_case(&one)) && !self.knows(of_case(&other)) {
            // Entries of other cases, which ran at the same time: another time others did.
            return Likeness::Same;
        }
        if one.len() != other.len() || !one.iter().zip(&other).all(|(one, other)| made_up_alike(one, other)) {
            return Likeness::Different;
        }
        let number = |names: &HashMap<String, usize>, word: &str| names.get(&word.to_ascii_lowercase()).copied();
        let mut found = Likeness::Same;
        for (one, other) in one.iter().zip(&other) {
            match (number(&self.before, one), number(&self.after, other)) {
                (Some(one), Some(other)) if one != other => return Likeness::Swapped,
                (Some(_), Some(_))
                    if letter_case(one).is_some_and(|case| letter_case(other).is_some_and(|another| another != case)) =>
                {
                    found = Likeness::OtherCase;
                }
                (Some(_), None) | (None, Some(_)) if one.len() >= 12 => return Likeness::Swapped,
                _ => {}
            }
        }
        found
    }

    /// Whether an element names things that were made up, none of which was sent: then it is about something else than the request.
    pub(super) fn is_of_others(&self, element: &Value) -> bool {
        let mut made_up = Vec::new();
        texts(element, &mut made_up);
        made_up.retain(|text| is_uuid_text(text) || is_mark(text));
        let is_known = |text: &&str| {
            let pieces = pieces(text);
            self.knows(if is_mark(text) { of_case(&pieces) } else { &pieces })
        };
        !made_up.is_empty() && !made_up.iter().any(is_known)
    }

    /// Whether a text names something that was made up for both runs.
    pub(super) fn know(&self, text: &str) -> bool {
        self.knows(&pieces(text))
    }

    /// Whether one of these words was sent.
    fn knows(&self, pieces: &[&str]) -> bool {
        let is_known = |word: &str| self.before.contains_key(word) || self.after.contains_key(word);
        pieces.iter().any(|piece| is_known(&piece.to_ascii_lowercase()))
    }

    fn fits(&self, one: &str, other: &str) -> bool {
        let known = (self.before.get(&one.to_ascii_lowercase()), self.after.get(&other.to_ascii_lowercase()));
        made_up_alike(one, other) && matches!(known, (None, None) | (Some(_), Some(_))) && known.0 == known.1
    }
}

/// Every text in a value.
fn texts<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(elements) => elements.iter().for_each(|element| texts(element, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Uuids, words of letters and digits, and what is between them. A part of a uuid is no name: among thousands some are alike.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let kind = first.is_ascii_alphanumeric();
        let end = match rest.get(..UUID) {
            Some(uuid) if has_the_form_of_a_uuid(uuid) => UUID,
            _ => rest.find(|letter: char| letter.is_ascii_alphanumeric() != kind).unwrap_or(rest.len()),
        };
        let (piece, more) = rest.split_at(end);
        pieces.push(piece);
        rest = more;
    }
    pieces
}

/// Whether a text is the mark of a run: `doorspec-`, eight digits of the run, and what a case made of it.
fn is_mark(text: &str) -> bool {
    let digits = text.strip_prefix("doorspec-").and_then(|rest| rest.get(..8));
    digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// What of a mark is the case's own: the run is the same in all.
fn of_case<'p, 't>(mark: &'p [&'t str]) -> &'p [&'t str] {
    mark.get(3..).unwrap_or_default()
}

fn is_word(piece: &str) -> bool {
    piece.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
}

/// Whether two pieces are equal, or both look made up.
fn made_up_alike(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let both = |test: fn(u8) -> bool| one.bytes().chain(other.bytes()).all(test);
    let is_hex = both(|byte| byte.is_ascii_hexdigit()) && one.len() == other.len();
    let are_uuids = has_the_form_of_a_uuid(one) && has_the_form_of_a_uuid(other);
    let is_number = both(|byte| byte.is_ascii_digit());
    let has_digit = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    let ends_alike = after_hex(one).is_some_and(|end| after_hex(other) == Some(end));
    let is_fresh = |text: &str| {
        text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_lowercase()) || (text.len() >= 6 && has_digit(text))
    };
    is_word(one)
        && is_word(other)
        && (is_number
            || are_uuids
            || (is_hex && one.len() >= 2)
            || (one.len() == other.len() && (ends_alike || is_fresh(one) && is_fresh(other))))
}

/// What follows at least six hexadecimal digits: `c0ffeeowner` is made up although no digit tells so.
fn after_hex(text: &str) -> Option<&str> {
    let end = text.bytes().position(|byte| !byte.is_ascii_hexdigit()).filter(|digits| *digits >= 6)?;
    Some(&text[end..])
}

/// Whether this is a uuid, or one with a wrong digit.
fn has_the_form_of_a_uuid(text: &str) -> bool {
    let digits = |byte: u8| if byte.is_ascii_alphanumeric() { b'0' } else { byte };
    text.len() == UUID && text.bytes().map(digits).eq("00000000-0000-0000-0000-000000000000".bytes())
}

/// Whether letters are all upper or all lower case.
fn letter_case(word: &str) -> Option<bool> {
    let letters: Vec<u8> = word.bytes().filter(u8::is_ascii_alphabetic).collect();
    let upper = letters.iter().filter(|letter| letter.is_ascii_uppercase()).count();
    match letters.len() {
        0 => None,
        all if upper == all => Some(true),
        _ if upper == 0 => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_up_is_alike_and_what_was_written_is_not() {
        let mut names = Names::default();
        let (a, b) = ("a3f9c0de-1111-4222-8333-444455556666", "b7e1d2c3-9999-4888-9777-666655554444");
        let (c, d) = ("c0ffee00-1111-4222-8333-444455556667", "deadbeef-9999-4888-9777-666655554445");
        let request = |one: &str, two: &str| format!("{{\"users\":[\"{one}\",\"{two}\"]}}");
        assert!(names.learn(&request(a, c), &request(b, d)));
        assert!(names.learn("{\"owner\":\"doorspec-23fe2cb4-5eaf00owner\"}", "{\"owner\":\"doorspec-a72b93be-0badc0owner\"}"));
        let rows = [
            (a.to_owned(), b.to_owned(), Likeness::Same),
            (a.to_owned(), d.to_owned(), Likeness::Swapped),
            (a.to_uppercase(), b.to_owned(), Likeness::OtherCase),
            ("8134611160154358618".to_owned(), "22294".to_owned(), Likeness::Same),
            ("deleted".to_owned(), "created".to_owned(), Likeness::Different),
            ("doorspec-23fe2cb4-9f4038owner-2".to_owned(), "doorspec-a72b93be-22460aowner".to_owned(), Likeness::Same),
            ("doorspec-23fe2cb4-9f4038owner-2".to_owned(), "doorspec-a72b93be-0badc0owner".to_owned(), Likeness::Different),
            ("doorspec-23fe2cb4-9f4038owner-2".to_owned(), "Somebody".to_owned(), Likeness::Different),
            ("deleted".to_owned(), "entity_not_found".to_owned(), Likeness::Different),
        ];
        for (before, after, expected) in rows {
            assert_eq!(names.compare(&before, &after), expected, "{before} {after}");
        }
        // The first eight digits of the fourth are those of the first.
        let (e, f) = ("A3F9C0DE-5555-4222-8333-444455556668", "12345678-5555-4222-8333-444455556669");
        assert!(names.learn(&request(e, c), &request(f, d)));
        assert_eq!(names.compare(e, f), Likeness::Same);
        assert_eq!(names.compare(a, b), Likeness::Same);
        assert_eq!(names.compare(e, b), Likeness::Swapped);
        let owner = |hex: &str| format!("{{\"owner\":\"doorspec-23fe2cb4-{hex}owner\"}}");
        assert!(Names::default().learn(&owner("c0ffee"), &owner("abcdef")));
        assert!(!Names::default().learn(&owner("c0ffee"), &owner("nobody")));
        let wrong_digit = |digits: &str| format!("{{\"uuid\":\"7d2e61f0-{digits}g-4c13-9a3d-5b8e2f417c60\"}}");
        assert!(names.learn(&wrong_digit("a3f"), &wrong_digit("dec")));
        assert!(!names.learn("{\"force\":true}", "{\"force\":false}"));
        assert!(!names.learn(&request(a, c), &request(d, b)), "what was made up stays what it is");
    }
}
