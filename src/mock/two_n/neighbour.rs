//! What an entry may have beside the others: anything, unless a unit minds equal cards or deputies that are nobody.

use super::directory::{Directory, Entry};
use super::draft::Fault;
use super::quirk::Quirk;
use serde_json::{Map, Value};

/// Checks an entry about to be stored against the others.
pub fn check(directory: &Directory, key: &str, fields: &Map<String, Value>) -> Result<(), Vec<Fault>> {
    let cards = cards(fields);
    if !cards.is_empty() && directory.manner.differs(Quirk::EqualCardsRefused) {
        let taken = |entry: &Entry| {
            !entry.uuid.eq_ignore_ascii_case(key) && self::cards(&entry.fields).iter().any(|card| cards.contains(card))
        };
        if !directory.keys_where(taken).is_empty() {
            return Err(vec![Fault::at("EDIR_FIELD_VALUE_ERROR", "access.card")]);
        }
    }
    let deputy = fields.get("deputy").and_then(Value::as_str).unwrap_or_default().to_ascii_uppercase();
    let known = deputy.is_empty() || deputy == key || directory.find(&deputy).is_some();
    if !known && directory.manner.differs(Quirk::DeputyMustExist) {
        return Err(vec![Fault::at("EDIR_FIELD_VALUE_ERROR", "deputy")]);
    }
    Ok(())
}

fn cards(fields: &Map<String, Value>) -> Vec<String> {
    let cards = fields.get("access").and_then(|access| access.get("card")).and_then(Value::as_array);
    let texts = cards.into_iter().flatten().filter_map(Value::as_str).filter(|card| !card.is_empty());
    texts.map(str::to_ascii_uppercase).collect()
}
