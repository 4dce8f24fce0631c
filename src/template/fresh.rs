//! What a run makes up: ids, owners, numbers. The same seed makes the same ones, and all of them are known to be ours.

use std::collections::HashSet;
use std::sync::Mutex;

use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::case::Fresh;

/// Every uuid that this run made, in lower case: nothing else may be named by a request that writes. Beside them the long numbers that it made,
/// by which an entry of the run is known again whatever became of its id.
#[derive(Debug, Default)]
pub struct Ours {
    uuids: Mutex<HashSet<String>>,
    numbers: Mutex<HashSet<String>>,
}

impl Ours {
    /// Whether this run made the uuid.
    pub fn has(&self, uuid: &str) -> bool {
        self.uuids.lock().expect("nobody panics while holding it").contains(&uuid.to_ascii_lowercase())
    }

    /// Remembers a uuid as ours.
    pub fn add(&self, uuid: &str) {
        self.uuids.lock().expect("nobody panics while holding it").insert(uuid.to_ascii_lowercase());
    }

    /// Whether a text bears the hand of this run: it is a uuid of ours, or one of our numbers stands in it.
    pub fn signed(&self, text: &str) -> bool {
        let numbers = self.numbers.lock().expect("nobody panics while holding it");
        self.has(text) || text.split(|letter: char| !letter.is_ascii_digit()).any(|digits| numbers.contains(digits))
    }

    fn add_number(&self, number: &str) {
        self.numbers.lock().expect("nobody panics while holding it").insert(number.to_owned());
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
        match kind {
            Fresh::Uuid => json!(self.uuid(name)),
            Fresh::UpperUuid => json!(self.uuid(name).to_uppercase()),
            Fresh::Owner => json!(format!("{}-{:06x}{name}", Self::tag(self.seed), number & 0xff_ffff)),
            Fresh::Number => {
                let digits = (1_000_000_000 + number % 3_000_000_000).to_string();
                self.ours.add_number(&digits);
                json!(digits)
            }
            Fresh::Card => json!(bytes[..4].iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")),
            Fresh::Word => json!(bytes[..10].iter().map(|byte| char::from(b'a' + byte % 26)).collect::<String>()),
        }
    }

    /// A version 4 uuid in lower case; it counts as ours.
    pub fn uuid(&self, name: &str) -> String {
        let uuid = uuid::Builder::from_random_bytes(self.bytes(name)).into_uuid().hyphenated().to_string();
        self.ours.add(&uuid);
        uuid
    }

    /// A uuid that differs in its last digit only; it counts as ours.
    pub fn neighbour(&self, uuid: &str) -> String {
        let mut text = uuid.to_owned();
        let last = text.pop().and_then(|digit| digit.to_digit(16)).unwrap_or_default();
        text.push(char::from_digit((last + 1) % 16, 16).unwrap_or('0'));
        self.ours.add(&text);
        text
    }

    /// The same uuid with another version digit (and so another uuid); it counts as ours.
    pub fn version(&self, uuid: &str, version: &str) -> String {
        let mut text = uuid.to_owned();
        if text.len() == 36 && version.len() == 1 {
            text.replace_range(14..15, version);
        }
        self.ours.add(&text);
        text
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
