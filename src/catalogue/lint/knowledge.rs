//! What a case of a suite may refer to.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::Sources;
use super::super::rows::unfold_suite;
use super::page::Page;
use super::risk::Rules;
use super::structure::{Kind, mended};
use super::template;
use crate::requirement::{Requirement, RequirementFile};
use crate::schema::Schemas;
use crate::suite::{Profile, Suite};

/// What the program itself finds out about a target, whatever the suite: which accounts there are, and how they prove themselves.
const OWN_CAPABILITIES: &[&str] = &[
    "admin-account",
    "admin-password",
    "limited-account",
    "auth",
    "auth-none",
    "auth-basic",
    "auth-digest",
    "auth-md5",
    "no-login",
];

/// What the program itself gives a value to: the edition that was recognised, and the accounts.
const OWN_VALUES: &[&str] = &["edition", "admin_user", "admin_password", "limited_user", "limited_password"];

/// How many ways to fill one text in are looked at.
const MOST_FILLINGS: usize = 64;

/// A suite as far as it could be read. What is absent was wrong, and nothing is said of what refers to it.
pub(super) struct Knowledge {
    pub(super) name: String,
    pub(super) suite: Option<Suite>,
    pub(super) requirements: Option<RequirementFile>,
    pub(super) profiles: Vec<(String, Profile)>,
    /// The paths of all schemas.
    pub(super) schemas: BTreeSet<String>,
    /// The schemas as they are written, by path.
    pub(super) schema_texts: Schemas,
    /// Names that every template may use, with all they may stand for.
    pub(super) values: BTreeMap<String, Vec<Value>>,
    /// Capabilities by name; `None` where it is not known what there is.
    pub(super) capabilities: Option<BTreeSet<String>>,
    /// What named replies, and named lists of classes, take from the case which cites them.
    reply_names: BTreeMap<String, BTreeSet<String>>,
    class_names: BTreeMap<String, BTreeSet<String>>,
    /// What could reach other people's entries.
    pub(super) rules: Rules,
    rows: BTreeMap<String, usize>,
}

impl Knowledge {
    /// Gathers what the files of a suite say; their mistakes of shape are said on the way.
    pub(super) fn gather(name: &str, pages: &[Page], sources: &Sources) -> Self {
        let page = |file: &str| pages.iter().find(|page| page.name == format!("cases/{name}/{file}"));
        let suite: Option<Suite> = page("suite.json").and_then(|page| {
            let mut value = mended(page, Kind::Suite);
            unfold_suite(&mut value);
            shaped(value)
        });
        let requirements: Option<RequirementFile> =
            page("requirements.json").and_then(|page| shaped(mended(page, Kind::Requirements)));
        let profiles = pages.iter().filter(|page| page.name.starts_with(&format!("cases/{name}/profiles/")));
        let profiles = profiles.filter_map(|page| Some((page.name.clone(), shaped(mended(page, Kind::Profile))?))).collect();
        let rows = requirements.iter().flat_map(|file| &file.requirements).enumerate();
        let rows = rows.map(|(at, row)| (row.id.0.clone(), at)).collect();
        let mut knowledge = Self {
            name: name.to_owned(),
            suite,
            requirements,
            profiles,
            schemas: schema_paths(name, sources),
            schema_texts: schema_texts(name, pages),
            values: BTreeMap::new(),
            capabilities: None,
            reply_names: BTreeMap::new(),
            class_names: BTreeMap::new(),
            rules: Rules::default(),
            rows,
        };
        knowledge.values = knowledge.gather_values();
        knowledge.capabilities = knowledge.gather_capabilities();
        if let Some(suite) = &knowledge.suite {
            let names = (knowledge.gather_names(&suite.replies), knowledge.gather_names(&suite.classes));
            knowledge.rules = Rules::new(&suite.safety);
            (knowledge.reply_names, knowledge.class_names) = names;
        }
        knowledge
    }

    /// A catalogue row by its id.
    pub(super) fn row(&self, id: &str) -> Option<&Requirement> {
        self.rows.get(id).and_then(|at| self.requirements.as_ref()?.requirements.get(*at))
    }

    /// The ids of all catalogue rows.
    pub(super) fn row_ids(&self) -> impl Iterator<Item = &str> {
        self.rows.keys().map(String::as_str)
    }

    fn gather_capabilities(&self) -> Option<BTreeSet<String>> {
        let suite = self.suite.as_ref()?;
        let probed = suite.probe.iter().flat_map(|probe| probe.capabilities.keys());
        let claimed = self.profiles.iter().flat_map(|(_, profile)| profile.capabilities.keys());
        let own = OWN_CAPABILITIES.iter().map(|own| (*own).to_owned());
        let settled =
            suite.dialects.iter().flat_map(|(name, dialect)| dialect.classes.keys().map(move |class| format!("{name}:{class}")));
        Some(probed.chain(claimed).cloned().chain(own).chain(settled).collect())
    }

    /// What the capabilities begin with that stand for the fields a device offers.
    pub(super) fn field_prefixes(&self) -> impl Iterator<Item = &str> {
        let probes = self.suite.iter().flat_map(|suite| &suite.probe);
        probes.filter_map(|probe| probe.fields.as_ref()).map(|fields| fields.prefix.as_str())
    }

    /// Everything that a text may come to when the names of the suite are filled in; a name of the case becomes `0`.
    pub(super) fn fillings(&self, text: &str) -> Vec<String> {
        let mut texts = vec![text.to_owned()];
        for _ in 0..8 {
            if texts.iter().all(|text| !text.contains("{{")) {
                break;
            }
            texts = texts.iter().flat_map(|text| self.filled_once(text)).take(MOST_FILLINGS).collect();
        }
        texts
    }

    fn filled_once(&self, text: &str) -> Vec<String> {
        let Some((before, rest)) = text.split_once("{{") else { return vec![text.to_owned()] };
        let Some((inside, after)) = rest.split_once("}}") else { return vec![before.to_owned()] };
        let name = inside.split('|').next().unwrap_or_default().trim();
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match self.values.get(name) {
            Some(values) => values.iter().map(|value| format!("{before}{}{after}", plain(value))).collect(),
            None => vec![format!("{before}0{after}")],
        }
    }

    fn gather_values(&self) -> BTreeMap<String, Vec<Value>> {
        let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let mut add = |name: &String, value: &Value| {
            let values = all.entry(name.clone()).or_default();
            if !values.contains(value) {
                values.push(value.clone());
            }
        };
        if let Some(suite) = &self.suite {
            suite.values.iter().for_each(|(name, value)| add(name, value));
            let classes = suite.dialects.values().flat_map(|dialect| dialect.classes.values());
            classes.flatten().for_each(|(name, value)| add(name, value));
            suite.probe.iter().flat_map(|probe| probe.keep.keys()).for_each(|name| add(name, &Value::from("0")));
        }
        OWN_VALUES.iter().for_each(|name| add(&(*name).to_owned(), &Value::from("0")));
        self.profiles.iter().flat_map(|(_, profile)| &profile.values).for_each(|(name, value)| add(name, value));
        all
    }

    /// The names that a named reply takes from the case which cites it.
    pub(super) fn names_of_reply(&self, reply: &str) -> &BTreeSet<String> {
        self.reply_names.get(reply).unwrap_or(const { &BTreeSet::new() })
    }

    /// The names that a named list of classes takes from the case which cites it.
    pub(super) fn names_of_classes(&self, list: &str) -> &BTreeSet<String> {
        self.class_names.get(list).unwrap_or(const { &BTreeSet::new() })
    }

    fn gather_names<T: Serialize>(&self, named: &IndexMap<String, T>) -> BTreeMap<String, BTreeSet<String>> {
        let names = |one: &T| self.foreign_names(&serde_json::to_value(one).unwrap_or_default());
        named.iter().map(|(name, one)| (name.clone(), names(one))).collect()
    }

    fn foreign_names(&self, value: &Value) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        template::names_in(value, &mut names);
        names.retain(|name| !self.values.contains_key(name) && !template::is_built_in(name));
        names
    }
}

/// Gives a value its shape, where it fits; where it does not, somebody else has said so.
pub(super) fn shaped<T: DeserializeOwned>(value: Value) -> Option<T> {
    serde_json::from_value(value).ok()
}

fn schema_texts(name: &str, pages: &[Page]) -> Schemas {
    let prefix = format!("schemas/{name}/");
    let path = |file: &str| Some(file.strip_prefix(&prefix)?.strip_suffix(".schema.json")?.to_owned());
    Schemas::new(pages.iter().filter_map(|page| Some((path(&page.name)?, page.value.clone()))).collect())
}

fn schema_paths(name: &str, sources: &Sources) -> BTreeSet<String> {
    let prefix = format!("schemas/{name}/");
    let path = |file: &str| Some(file.strip_prefix(&prefix)?.strip_suffix(".schema.json")?.to_owned());
    sources.iter().filter_map(|(file, _)| path(file)).collect()
}
