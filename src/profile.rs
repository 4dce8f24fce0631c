//! What is known of a target: its edition, what it can do, which of the documents' choices it made.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::catalogue::{CatalogueCase, SuiteCatalogue};
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
    /// How what is known was found out: capability, `edition` or dialect to a sentence.
    pub evidence: BTreeMap<String, String>,
}

/// What follows from the accounts that are given, not from the device.
const OF_ACCOUNTS: [&str; 3] = ["limited-account", "admin-account", "admin-password"];

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
        if !profile.edition.is_empty() {
            self.edition = Some(profile.edition.clone());
            self.values.insert("edition".to_owned(), json!(profile.edition));
        }
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

    /// What was found out, as a profile file for `--profile`. What belongs to one run alone (accounts, entries it made) is left out.
    pub fn written(&self, suite: &SuiteCatalogue, about: &str) -> Value {
        let lasting = || suite.cases.iter().filter(|case| case.case.lasting);
        let of_a_run = |name: &String| lasting().any(|case| case.case.fresh.contains_key(name) && self.values.contains_key(name));
        let settled_with_an_entry = |dialect: &String| {
            let settles = |case: &CatalogueCase| {
                case.case.steps.iter().flat_map(|step| &step.observe).any(|observe| observe.settles.as_ref() == Some(dialect))
            };
            lasting().any(|case| settles(case) && case.case.fresh.keys().any(|name| self.values.contains_key(name)))
        };
        let is_class = |name: &str| name.split_once(':').is_some_and(|(dialect, _)| suite.suite.dialects.contains_key(dialect));
        let of_device = |name: &String| !OF_ACCOUNTS.contains(&name.as_str()) && !is_class(name);
        let capabilities: BTreeMap<_, _> = self.capabilities.iter().filter(|(name, _)| of_device(name)).collect();
        let values = self.record(suite).values.into_iter();
        let values: BTreeMap<_, _> =
            values.filter(|(name, _)| name != "edition" && !name.ends_with("_user") && !of_a_run(name)).collect();
        let dialect: BTreeMap<_, _> = self.dialect.iter().filter(|(name, _)| !settled_with_an_entry(name)).collect();
        let evidence: BTreeMap<_, _> = self.evidence.iter().filter(|(name, _)| of_device(name)).collect();
        let mut profile = json!({ "suite": suite.suite.suite, "about": about });
        if let Some(edition) = &self.edition {
            profile["edition"] = json!(edition);
        }
        profile["capabilities"] = json!(capabilities);
        profile["values"] = json!(values);
        profile["dialect"] = json!(dialect);
        profile["evidence"] = json!(evidence);
        profile
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
