//! An access identifier (card, code, QR ...), and the store of them.

use super::defect::Defect;
use super::nature::Nature;
use super::quirk::Quirk;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// When and how often an identifier opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Validity {
    pub always: bool,
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub any_number: bool,
    pub max_passes: Option<i64>,
}

/// One identifier as the panel keeps it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Identifier {
    pub uid: i64,
    /// `None` for an identifier made on the panel itself.
    pub link_id: Option<String>,
    pub owner_name: String,
    pub owner_type: String,
    pub kind: String,
    pub number: String,
    pub lock: String,
    pub valid: Validity,
    /// Uids of time profiles; one that is gone is passed over on reading.
    pub profiles: Vec<i64>,
    pub apartment: Option<i64>,
    pub apartment_link_id: Option<String>,
    pub passes_left: i64,
    /// What only lift controllers keep: floors and apartments.
    pub extra: Map<String, Value>,
}

/// The identifiers, by uid, with an index by link id and one by number.
#[derive(Debug, Default)]
pub(super) struct Identifiers {
    by_uid: BTreeMap<i64, Identifier>,
    by_link: HashMap<String, i64>,
    by_number: HashMap<String, i64>,
    /// Link ids that were deleted (for a defect that remembers them).
    pub gone: HashSet<String>,
    /// Deleted identifiers that can still be read by uid (for a defect).
    pub ghosts: BTreeMap<i64, Identifier>,
    last_uid: i64,
    /// Uids that were given and are free again.
    freed: BTreeSet<i64>,
}

impl Identifiers {
    pub fn len(&self) -> usize {
        self.by_uid.len()
    }

    pub fn all(&self) -> impl Iterator<Item = &Identifier> {
        self.by_uid.values()
    }

    pub fn get(&self, uid: i64) -> Option<&Identifier> {
        self.by_uid.get(&uid).or_else(|| self.ghosts.get(&uid))
    }

    pub fn get_mut(&mut self, uid: i64) -> Option<&mut Identifier> {
        self.by_uid.get_mut(&uid)
    }

    pub fn uid_of_link(&self, key: &str) -> Option<i64> {
        self.by_link.get(key).copied()
    }

    pub fn uid_of_number(&self, key: &str) -> Option<i64> {
        self.by_number.get(key).copied()
    }

    /// A uid that was never used, unless the panel gives them again.
    pub fn next_uid(&mut self, nature: &Nature) -> i64 {
        if nature.quirky(Quirk::UidsReused)
            && let Some(uid) = self.freed.pop_first()
        {
            return uid;
        }
        self.last_uid += 1;
        self.last_uid
    }

    /// Puts an identifier in, in place of the one with its uid.
    pub fn put(&mut self, nature: &Nature, identifier: Identifier) {
        self.take_out(nature, identifier.uid);
        if let Some(link_id) = &identifier.link_id {
            self.by_link.insert(link_key(nature, link_id), identifier.uid);
        }
        self.by_number.insert(number_key(&identifier.kind, &identifier.number), identifier.uid);
        self.freed.remove(&identifier.uid);
        self.by_uid.insert(identifier.uid, identifier);
    }

    /// Takes an identifier out, with its place in the indexes.
    pub fn take_out(&mut self, nature: &Nature, uid: i64) -> Option<Identifier> {
        let identifier = self.by_uid.remove(&uid)?;
        self.freed.insert(uid);
        if let Some(link_id) = &identifier.link_id {
            let key = link_key(nature, link_id);
            if self.by_link.get(&key) == Some(&uid) {
                self.by_link.remove(&key);
            }
        }
        let key = number_key(&identifier.kind, &identifier.number);
        if !nature.wrong(Defect::NumberNotFreed) && self.by_number.get(&key) == Some(&uid) {
            self.by_number.remove(&key);
        }
        Some(identifier)
    }

    /// Makes a number look taken by an identifier that has another one (for a defect).
    pub fn still_takes(&mut self, number_key: String, uid: i64) {
        self.by_number.insert(number_key, uid);
    }

    /// The uids of all identifiers of which something holds.
    pub fn uids_where(&self, holds: impl Fn(&Identifier) -> bool) -> Vec<i64> {
        self.by_uid.values().filter(|identifier| holds(identifier)).map(|identifier| identifier.uid).collect()
    }
}

/// What a link id is looked up by: letter case does not count, unless the panel says so.
pub(super) fn link_key(nature: &Nature, id: &str) -> String {
    if nature.quirky(Quirk::IdsCaseSensitive) {
        return id.into();
    }
    if nature.quirky(Quirk::IdsNormalised)
        && let Ok(id) = uuid::Uuid::try_parse(id.trim())
    {
        return id.to_string();
    }
    id.to_ascii_lowercase()
}

/// What a number is looked up by: kind and number together; hex pairs are the same card whatever their case and separator.
pub(super) fn number_key(kind: &str, number: &str) -> String {
    if matches!(kind, "card" | "ukey") && number.contains([':', '-']) {
        return format!("{kind} {}", number.to_ascii_lowercase().replace('-', ":"));
    }
    format!("{kind} {number}")
}

impl Identifier {
    /// The item as the list by link id gives it.
    pub fn item(&self, nature: &Nature, profile_links: Vec<Value>) -> Map<String, Value> {
        let words = &nature.edition.words;
        let mut item = Map::new();
        item.insert(words.owner.into(), self.owner(nature));
        item.insert(words.kind.into(), self.kind.clone().into());
        item.insert(words.number.into(), self.number.clone().into());
        if nature.edition.has_lock {
            item.insert("lock".into(), self.shown_lock(nature));
        }
        item.insert("valid".into(), self.valid_value(nature));
        item.insert("time_profiles".into(), json!({ "link_ids": profile_links }));
        if self.link_id.is_some() || !nature.quirky(Quirk::LocalWithoutLinkId) {
            item.insert("link_id".into(), self.link_id.clone().into());
        }
        item.insert("apartment_link_id".into(), self.apartment_link_id.clone().into());
        item.insert("additional".into(), json!({"passes_left": self.passes_left}));
        item.extend(self.extra.clone());
        if nature.wrong(Defect::PassesLeftText) {
            item.insert("additional".into(), json!({"passes_left": self.passes_left.to_string()}));
        }
        item
    }

    fn owner(&self, nature: &Nature) -> Value {
        if nature.wrong(Defect::OwnerAsText) {
            return self.owner_name.clone().into();
        }
        json!({"name": self.owner_name, "type": self.owner_type})
    }

    fn shown_lock(&self, nature: &Nature) -> Value {
        if nature.wrong(Defect::LockAsNumber) {
            return i32::from(self.lock != "first").into();
        }
        self.lock.clone().into()
    }

    fn valid_value(&self, nature: &Nature) -> Value {
        let unit = if nature.wrong(Defect::TimesInMilliseconds) { 1000 } else { 1 };
        let mut time = Map::from_iter([("is_permanent".to_owned(), Value::from(self.valid.always))]);
        let mut passes = Map::from_iter([("is_permanent".to_owned(), Value::from(self.valid.any_number))]);
        let nulls = nature.quirky(Quirk::NullForAbsent);
        for (key, value) in [("from", self.valid.from), ("to", self.valid.to)] {
            if nature.wrong(Defect::TimesAsText) {
                time.insert(key.into(), value.unwrap_or_default().to_string().into());
            } else if value.is_some() || nulls {
                time.insert(key.into(), value.map(|seconds| seconds.saturating_mul(unit)).into());
            }
        }
        if self.valid.max_passes.is_some() || nulls {
            passes.insert("max_passes".into(), self.valid.max_passes.into());
        }
        if nature.quirky(Quirk::TimeInPassesToo) {
            passes.insert("time".into(), time.clone().into());
        }
        json!({"time": time, "passes": passes})
    }
}
