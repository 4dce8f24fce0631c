//! What is known of a target: its edition, what it can do, which of the documents' choices it made.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::catalogue::SuiteCatalogue;
use crate::record::ProfileRecord;
use crate::requirement::Requirement;
use crate::suite::Profile;
use crate::template::Values;

/// What is known of a target for one suite. It grows while probing and settling, and is fixed afterwards.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    pub edition: Option<String>,
    /// True, false, or null where it is not known.
    pub capabilities: BTreeMap<String, Option<bool>>,
    /// What templates may use.
    pub values: Values,
    /// The class of each settled choice.
    pub dialect: BTreeMap<String, String>,
    pub identity: BTreeMap<String, String>,
}

impl Known {
    /// What is known before a byte was sent: the suite's values and the defaults of its choices.
    pub fn of_suite(suite: &SuiteCatalogue) -> Self {
        let mut known = Self { values: suite.suite.values.clone(), ..Self::default() };
        for (name, dialect) in &suite.suite.dialects {
            known.take_dialect(suite, name, &dialect.default.clone());
        }
        known.dialect.clear();
        known
    }

    /// Takes a profile's word: its edition, capabilities, values and dialects. What is already known to be there or not stays.
    pub fn take_profile(&mut self, suite: &SuiteCatalogue, profile: &Profile) {
        self.edition = Some(profile.edition.clone());
        self.values.insert("edition".to_owned(), json!(profile.edition));
        for (name, value) in &profile.capabilities {
            let slot = self.capabilities.entry(name.clone()).or_insert(*value);
            *slot = slot.or(*value);
        }
        self.values.extend(profile.values.iter().map(|(name, value)| (name.clone(), value.clone())));
        for (name, class) in &profile.dialect {
            self.settle(suite, name, class);
        }
    }

    /// Settles a choice: its class is recorded and its values count from now on. `Err` when the suite does not know the class.
    pub fn settle(&mut self, suite: &SuiteCatalogue, name: &str, class: &str) {
        self.dialect.insert(name.to_owned(), class.to_owned());
        self.take_dialect(suite, name, class);
    }

    fn take_dialect(&mut self, suite: &SuiteCatalogue, name: &str, class: &str) {
        let Some(dialect) = suite.suite.dialects.get(name) else { return };
        let values = dialect.classes.get(class).or_else(|| dialect.classes.get(&dialect.default));
        for (value_name, value) in values.into_iter().flatten() {
            self.values.insert(value_name.clone(), value.clone());
        }
        for known_class in dialect.classes.keys() {
            self.capabilities.insert(format!("{name}:{known_class}"), Some(known_class == class));
        }
    }

    /// Whether the target has a capability; `None` when that is not known.
    pub fn has(&self, capability: &str) -> Option<bool> {
        self.capabilities.get(capability).copied().unwrap_or(Some(false))
    }

    /// Whether a catalogue row holds for the target's edition.
    pub fn concerns(&self, requirement: &Requirement) -> bool {
        match &self.edition {
            Some(edition) if !requirement.applies.is_empty() => requirement.applies.contains(edition),
            _ => true,
        }
    }

    /// A kept value of the probe as text.
    pub fn word(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(Value::as_str)
    }

    /// For the record. Of what templates may use, what the suite does not give by itself; passwords stay out of it.
    pub fn record(&self, suite: &SuiteCatalogue) -> ProfileRecord {
        let given = Self::of_suite(suite).values;
        let own = self.values.iter().filter(|(name, value)| given.get(*name) != Some(*value) && !name.ends_with("_password"));
        ProfileRecord {
            edition: self.edition.clone(),
            capabilities: self.capabilities.clone(),
            dialect: self.dialect.clone(),
            values: own.map(|(name, value)| (name.clone(), value.clone())).collect(),
        }
    }

    /// What was known in a run, from its record; `passwords` stands for what the record does not show.
    pub fn of_record(suite: &SuiteCatalogue, record: &ProfileRecord, passwords: &str) -> Self {
        let mut known = Self::of_suite(suite);
        known.edition.clone_from(&record.edition);
        for (name, class) in &record.dialect {
            known.settle(suite, name, class);
        }
        known.capabilities.clone_from(&record.capabilities);
        known.values.extend(record.values.iter().map(|(name, value)| (name.clone(), value.clone())));
        for role in ["admin", "limited"].into_iter().filter(|role| record.values.contains_key(&format!("{role}_user"))) {
            known.values.insert(format!("{role}_password"), json!(passwords));
        }
        known
    }
}
