//! What a run makes up: ids, owners, numbers. The same seed makes the same ones, and all of them are known to be ours.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard};

use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::case::Fresh;

/// Everything that this run made up: nothing else may be named by a request that writes.
#[derive(Debug, Default)]
pub struct Ours(Mutex<Made>);

#[derive(Debug, Default)]
struct Made {
    /// In lower case.
    uuids: HashSet<String>,
    /// Owners and numbers, in lower case: what shows whose an entry is where the device chose its id.
    words: HashSet<String>,
    /// What was made since the last time somebody took it down.
    new: Vec<String>,
}

impl Ours {
    /// Whether this run made the uuid.
    pub fn has(&self, uuid: &str) -> bool {
        self.made().uuids.contains(&uuid.to_ascii_lowercase())
    }

    /// Whether this run made the text: an owner, a number or a uuid.
    pub fn has_word(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        let made = self.made();
        made.words.contains(&word) || made.uuids.contains(&word)
    }

    /// Whether a text bears the hand of this run: it is a uuid of ours, or one of our numbers stands in it.
    pub fn signed(&self, text: &str) -> bool {
        let made = self.made();
        let is_number = |digits: &str| digits.len() >= 10 && made.words.contains(digits);
        made.uuids.contains(&text.to_ascii_lowercase()) || text.split(|letter: char| !letter.is_ascii_digit()).any(is_number)
    }

    /// Remembers a uuid as ours.
    pub fn add(&self, uuid: &str) {
        let uuid = uuid.to_ascii_lowercase();
        let mut made = self.made();
        if made.uuids.insert(uuid.clone()) {
            made.new.push(uuid);
        }
    }

    /// Remembers an owner or a number as ours.
    pub fn add_word(&self, word: &str) {
        let mut made = self.made();
        if made.words.insert(word.to_lowercase()) {
            made.new.push(word.to_owned());
        }
    }

    /// What was made since this was asked last, in the order it was made.
    pub fn take_new(&self) -> Vec<String> {
        std::mem::take(&mut self.made().new)
    }

    fn made(&self) -> MutexGuard<'_, Made> {
        self.0.lock().expect("nobody panics while holding it")
    }
}

/// Makes the values of one case.
pub struct Maker<'o> {
    seed: u64,
    case: &'o str,
    /// A case that is run again gets other values.
    attempt: u32,
    ours: &'o Ours,
}

impl<'o> Maker<'o> {
    /// A maker for one attempt at one case.
    pub fn new(seed: u64, case: &'o str, attempt: u32, ours: &'o Ours) -> Self {
        Self { seed, case, attempt, ours }
    }

    /// The text that every owner tag of a run begins with.
    pub fn tag(seed: u64) -> String {
        format!("doorspec-{:08x}", (seed ^ (seed >> 32)) & 0xffff_ffff)
    }

    /// A value of the kind for the name.
    pub fn make(&self, name: &str, kind: Fresh) -> Value {
        let bytes = self.bytes(name);
        let number = u64::from_be_bytes(bytes[..8].try_into().expect("there are sixteen"));
        let word = match kind {
            Fresh::Uuid => return json!(self.uuid(name)),
            Fresh::UpperUuid => return json!(self.uuid(name).to_uppercase()),
            Fresh::Owner => format!("{}-{:06x}{name}", Self::tag(self.seed), number & 0xff_ffff),
            Fresh::Number => (1_000_000_000 + number % 3_000_000_000).to_string(),
            Fresh::Card => bytes[..4].iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":"),
            Fresh::Word => return json!(bytes[..10].iter().map(|byte| char::from(b'a' + byte % 26)).collect::<String>()),
        };
        self.ours.add_word(&word);
        json!(word)
    }

    /// A version 4 uuid in lower case that begins with a letter, so that a device which takes it for a number reads nobody's; it counts as ours.
    pub fn uuid(&self, name: &str) -> String {
        let mut bytes = self.bytes(name);
        bytes[0] = 0xa0 + (bytes[0] >> 4) % 6 * 16 + (bytes[0] & 0x0f);
        let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid().hyphenated().to_string();
        self.ours.add(&uuid);
        uuid
    }

    /// A uuid that differs in its last digit only; it counts as ours where the given one does.
    pub fn neighbour(&self, uuid: &str) -> String {
        let mut text = uuid.to_owned();
        let last = text.pop().and_then(|digit| digit.to_digit(16)).unwrap_or_default();
        text.push(char::from_digit((last + 1) % 16, 16).unwrap_or('0'));
        self.own_as(uuid, &text);
        text
    }

    /// The same uuid with another version digit (and so another uuid); it counts as ours where the given one does.
    pub fn version(&self, uuid: &str, version: &str) -> String {
        let mut text = uuid.to_owned();
        if text.len() == 36 && version.len() == 1 {
            text.replace_range(14..15, version);
        }
        self.own_as(uuid, &text);
        text
    }

    /// What is next to an entry of somebody else may be one of theirs, too.
    fn own_as(&self, origin: &str, uuid: &str) {
        if self.ours.has(origin) {
            self.ours.add(uuid);
        }
    }

    fn bytes(&self, name: &str) -> [u8; 16] {
        Md5::digest(format!("{} {} {} {name}", self.seed, self.case, self.attempt)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_the_run_is_known_by_its_numbers_and_ids() {
        let ours = Ours::default();
        let maker = Maker::new(7, "case", 0, &ours);
        let (number, uuid) = (maker.make("number", Fresh::Number), maker.make("mine", Fresh::Uuid));
        let (number, uuid) = (number.as_str().unwrap_or_default(), uuid.as_str().unwrap_or_default());
        let longer = format!("{number}0");
        for (text, expected) in [
            (number.to_owned(), true),
            (format!("CT-{number}"), true),
            (uuid.to_uppercase(), true),
            (longer, false),
            ("CT-1".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(ours.signed(&text), expected, "{text}");
        }
    }
}
