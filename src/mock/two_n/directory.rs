//! The directory itself: entries, tombstones, the series and its stamps (HTTP API manual 5.14).

use super::chance::Chance;
use super::defect::Defect;
use super::manner::Manner;
use super::model::Model;
use super::quirk::Quirk;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

/// Configuration manual: up to 10 000 users, less on some models.
const CAPACITY: usize = 10_000;

/// One entry, or what is left of a deleted one.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// As it was spelt when the entry was made.
    pub uuid: String,
    pub stamp: u64,
    /// The top-level values that are not the template's.
    pub fields: Map<String, Value>,
    pub deleted: bool,
    /// Tells entries of one stamp apart, in the order they were changed.
    serial: u64,
    /// The stamp of its creation.
    pub born: u64,
}

impl Entry {
    pub fn owner(&self) -> &str {
        self.fields.get("owner").and_then(Value::as_str).unwrap_or_default()
    }
}

/// All entries by uuid (upper case), and by the order of their last change.
#[derive(Clone)]
pub struct Directory {
    pub template: Map<String, Value>,
    pub series: String,
    pub manner: Manner,
    pub chance: Chance,
    /// The highest stamp given so far.
    pub stamp: u64,
    entries: HashMap<String, Entry>,
    order: BTreeMap<(u64, u64), String>,
    graves: BTreeMap<(u64, u64), String>,
    serial: u64,
    capacity: usize,
    /// The uuid the unit made up last in the running call.
    pub made_in_call: Option<String>,
    /// Fields of deleted entries, which only a defect minds.
    pub buried: BTreeMap<String, Map<String, Value>>,
    /// Owners that entries were made with, which only a defect minds.
    pub first_owners: BTreeMap<String, String>,
    /// Fields (by JSON pointer) that updates have set back to their default, which only a defect minds.
    pub cleared: BTreeMap<String, BTreeSet<String>>,
    /// When an update last read an entry, and what it read, which only a defect minds.
    pub read: BTreeMap<String, (Duration, Map<String, Value>)>,
    /// The highest stamp before the running call.
    pub before_call: u64,
    /// When the running call came.
    pub now: Duration,
    /// The stamp of the running call, where one call has one stamp.
    call: Option<u64>,
}

impl Directory {
    pub fn new(seed: u64, manner: Manner) -> Self {
        let mut chance = Chance::new(seed);
        Self {
            template: Model::of(manner).template(manner),
            series: series(&mut chance, manner),
            manner,
            chance,
            stamp: if manner.differs(Quirk::StampsLarge) { 9_000_000_000 } else { 100 },
            entries: HashMap::new(),
            order: BTreeMap::new(),
            graves: BTreeMap::new(),
            serial: 0,
            capacity: if manner.differs(Quirk::NearlyFull) { 40 } else { CAPACITY },
            made_in_call: None,
            buried: BTreeMap::new(),
            first_owners: BTreeMap::new(),
            cleared: BTreeMap::new(),
            read: BTreeMap::new(),
            before_call: 0,
            now: Duration::ZERO,
            call: None,
        }
    }

    /// Marks the begin of a call (some units stamp by call, not by entry).
    pub fn begin_call(&mut self) {
        self.call = None;
        self.before_call = self.stamp;
        self.made_in_call = None;
    }

    /// Makes room for entries that were there before: a test of speed may fill the unit and still create.
    pub fn extend_capacity(&mut self, count: usize) {
        let room = if self.manner.differs(Quirk::NearlyFull) { 40 } else { 1_000 };
        self.capacity = self.capacity.max(self.entries.len() + count + room);
    }

    /// A living entry.
    pub fn find(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key).filter(|entry| !entry.deleted)
    }

    /// What is left of a deleted entry.
    pub fn grave(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key).filter(|entry| entry.deleted)
    }

    /// Stores an entry under its uuid, new or in place of what was there, and returns its stamp; `None` when the directory is full.
    pub fn put(&mut self, key: &str, uuid: &str, fields: Map<String, Value>) -> Option<u64> {
        if !self.entries.contains_key(key) && !self.make_room() {
            return None;
        }
        Some(self.store(key, uuid, fields, false))
    }

    /// Deletes a living entry and returns the stamp of that; only uuid and stamp remain.
    pub fn bury(&mut self, key: &str) -> Option<u64> {
        let entry = self.find(key)?.clone();
        let again = self.buried.contains_key(key) && self.manner.wrong(Defect::DeleteKeepsRecreated);
        if again || self.manner.wrong(Defect::DeleteKeeps) {
            return Some(self.next_stamp());
        }
        let remembers = [Defect::OwnerListsDeleted, Defect::RecreatedKeepsFields, Defect::DeleteKeepsRecreated];
        if remembers.into_iter().any(|defect| self.manner.wrong(defect)) {
            self.buried.insert(key.to_owned(), entry.fields.clone());
        }
        let kept = self.manner.wrong(Defect::TombstoneTellsName) || self.manner.wrong(Defect::TombstoneReadable);
        Some(self.store(key, &entry.uuid, if kept { entry.fields } else { Map::new() }, true))
    }

    /// Gives a living entry a new stamp and changes nothing else.
    pub fn touch(&mut self, key: &str) {
        if let Some(entry) = self.find(key).cloned() {
            self.store(key, &entry.uuid, entry.fields, false);
        }
    }

    /// Changes the fields of a living entry behind its stamp's back; only a defect does so.
    pub fn rewrite(&mut self, key: &str, fields: Map<String, Value>) -> Option<u64> {
        let entry = self.entries.get_mut(key).filter(|entry| !entry.deleted)?;
        entry.fields = fields;
        Some(entry.stamp)
    }

    /// Entries and tombstones in the order of their stamps, from this stamp on.
    pub fn since(&self, stamp: u64) -> impl Iterator<Item = &Entry> {
        self.order.range((stamp, 0)..).filter_map(|(_, key)| self.entries.get(key))
    }

    /// Keys of living entries in the order of their stamps.
    pub fn keys_where(&self, wanted: impl Fn(&Entry) -> bool) -> Vec<String> {
        let living = self.order.values().filter(|key| self.find(key).is_some_and(&wanted));
        living.cloned().collect()
    }

    /// The neighbours that go along with a deleted entry: none, unless a defect has it so.
    pub fn neighbours_at_risk(&self, key: &str) -> Vec<String> {
        if self.manner.wrong(Defect::DeleteNeighbourByPrefix) { self.neighbours(key) } else { Vec::new() }
    }

    /// Keys of the living entries whose uuid has the same first group.
    pub fn neighbours(&self, key: &str) -> Vec<String> {
        let group = |uuid: &str| uuid.get(..8).map(str::to_ascii_uppercase);
        self.keys_where(|entry| group(&entry.uuid) == group(key) && !entry.uuid.eq_ignore_ascii_case(key))
    }

    /// Everything, sorted, for comparison.
    pub fn state(&self) -> Value {
        let mut keys: Vec<&String> = self.entries.keys().collect();
        keys.sort();
        let entries = keys.iter().filter_map(|key| self.entries.get(*key)).map(|entry| {
            json!({ "uuid": entry.uuid, "timestamp": entry.stamp, "deleted": entry.deleted, "fields": sorted(&entry.fields) })
        });
        json!({ "series": self.series, "timestamp": self.stamp, "users": entries.collect::<Vec<_>>() })
    }

    fn store(&mut self, key: &str, uuid: &str, fields: Map<String, Value>, deleted: bool) -> u64 {
        let stamp = self.next_stamp();
        let born = self.find(key).map_or(stamp, |entry| entry.born);
        self.forget(key);
        self.serial += 1;
        let place = (stamp, self.serial);
        self.order.insert(place, key.to_owned());
        if deleted {
            self.graves.insert(place, key.to_owned());
        }
        let entry = Entry { uuid: uuid.to_owned(), stamp, fields, deleted, serial: self.serial, born };
        self.entries.insert(key.to_owned(), entry);
        stamp
    }

    fn forget(&mut self, key: &str) {
        if let Some(old) = self.entries.remove(key) {
            self.order.remove(&(old.stamp, old.serial));
            self.graves.remove(&(old.stamp, old.serial));
        }
    }

    /// Tombstones stay until the limit is reached; then the oldest goes first.
    fn make_room(&mut self) -> bool {
        if self.entries.len() < self.capacity {
            return true;
        }
        let Some((_, key)) = self.graves.pop_first() else { return false };
        self.forget(&key);
        true
    }

    fn next_stamp(&mut self) -> u64 {
        if let Some(stamp) = self.call.filter(|_| self.manner.differs(Quirk::StampPerCall)) {
            return stamp;
        }
        self.stamp += if self.manner.differs(Quirk::StampsWithGaps) { 7 } else { 1 };
        self.call = Some(self.stamp);
        self.stamp
    }
}

fn series(chance: &mut Chance, manner: Manner) -> String {
    let series = chance.series();
    match () {
        () if manner.wrong(Defect::SeriesHexadecimal) => format!("6F{series}"),
        () if manner.differs(Quirk::SeriesOfTwentyDigits) => format!("1{series}"),
        () => series,
    }
}

/// Top-level keys in the order of the alphabet: the same fields give the same text.
fn sorted(fields: &Map<String, Value>) -> Value {
    let by_name: BTreeMap<&String, &Value> = fields.iter().collect();
    json!(by_name)
}
