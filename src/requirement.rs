//! A requirement: one sentence that the documents say about a device, with its strength and its source.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The stable id of a requirement, e.g. `2N-DIR-DEL-034`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequirementId(pub String);

impl RequirementId {
    /// The part before the number, which names the group: `2N-DIR-DEL`.
    pub fn group(&self) -> &str {
        self.0.rsplit_once('-').map_or(self.0.as_str(), |(group, _)| group)
    }
}

impl fmt::Display for RequirementId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<&str> for RequirementId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

/// How strongly the documents demand something. The order is from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Strength {
    /// The documents are silent or contradict each other: only observed.
    #[serde(rename = "MAY")]
    May,
    /// Shown by an example or implied: a deviation is a warning.
    #[serde(rename = "SHOULD")]
    Should,
    /// Stated: a deviation is a failure.
    #[serde(rename = "MUST")]
    Must,
}

impl Strength {
    /// The word in lower case, as reports write it: `must`, `should`, `may`.
    pub fn word(self) -> &'static str {
        match self {
            Self::May => "may",
            Self::Should => "should",
            Self::Must => "must",
        }
    }
}

/// One row of a suite's catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    pub id: RequirementId,
    pub strength: Strength,
    /// Parts of the row that are demanded less strongly: level to what it covers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weaker: BTreeMap<Strength, String>,
    /// One sentence of our own.
    pub statement: String,
    /// Document, section, edition.
    pub source: String,
    /// The editions it holds for; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applies: Vec<String>,
    /// Why no case covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<String>,
}

/// A group of requirements: an area of the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The ids' common part, e.g. `2N-DIR-DEL`.
    pub prefix: String,
    pub title: String,
}

/// A suite's catalogue file (`cases/<suite>/requirements.json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequirementFile {
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    pub suite: String,
    pub title: String,
    pub groups: Vec<Group>,
    pub requirements: Vec<Requirement>,
}
