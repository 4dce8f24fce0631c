//! The record of a run: the one value that every report renders. Its schema is `schemas/suite/record.schema.json`.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exchange::{Fault, FramingFault, Headers};
use crate::requirement::{Group, Requirement, RequirementId, Strength};
use crate::verdict::Verdict;
use crate::waiver::Waiver;

/// Everything that is known about a finished run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The version of doorspec that made it.
    pub doorspec: String,
    /// The suites that ran, in order.
    pub suites: Vec<String>,
    pub seed: u64,
    /// `conforms`, `failed`, `incomplete`, `data-changed` or `fault`.
    pub outcome: String,
    /// The exit status.
    pub exit: u8,
    /// One sentence each: why the outcome is what it is, beyond the cases (nobody answered, nothing applicable, data changed ...).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// When the run began (RFC 3339, UTC) and how long it took.
    pub started: String,
    pub duration_ms: u64,
    /// Whether warnings count as failures.
    #[serde(default)]
    pub strict: bool,
    pub target: Target,
    /// What is known of the target, by suite.
    pub profile: BTreeMap<String, ProfileRecord>,
    pub untouched: Untouched,
    pub tally: Tally,
    pub selection: Selection,
    pub cases: Vec<CaseRecord>,
    /// Every catalogue row of the suites that ran, with what this run found about it.
    pub requirements: Vec<RequirementRecord>,
    /// The areas, in the order reports show them.
    pub groups: Vec<Group>,
    /// How long the device took, by function.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub latency: Vec<LatencyRecord>,
    /// Every waiver that was given, and what came of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverRecord>,
    /// The parts of the cases that are in it (`2/4`), where the cases were split over several runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shards: Vec<String>,
    /// A digest of each suite's files (cases, rows, schemas): records with the same one were judged alike.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub catalogue: BTreeMap<String, String>,
}

/// A waiver and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaiverRecord {
    pub waiver: Waiver,
    pub status: WaiverStatus,
    /// Why it is so, and what to do, where there is something to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What came of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverStatus {
    /// The deviation was found.
    Used,
    /// This run cannot tell: the case was not selected or could not be judged, or the firmware is another.
    Idle,
    /// The case was judged, and the deviation is not there any more.
    Stale,
    /// Its last day was over when the run began.
    Expired,
    /// There is no such case.
    Unmatched,
}

impl WaiverStatus {
    /// Whether it fails the run.
    pub fn fails(self) -> bool {
        matches!(self, Self::Stale | Self::Expired | Self::Unmatched)
    }

    /// The word of the record, e.g. `stale`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Idle => "idle",
            Self::Stale => "stale",
            Self::Expired => "expired",
            Self::Unmatched => "unmatched",
        }
    }
}

/// How long the device took for one of its functions, over every reply of the cases' exchanges, in microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatencyRecord {
    /// Method and path, e.g. `PUT /api/dir/delete`; `*` stands for what is made up.
    pub function: String,
    /// How many replies came.
    pub count: u64,
    /// Half of them took no longer.
    pub p50_us: u64,
    /// 95 of a hundred took no longer.
    pub p95_us: u64,
    pub max_us: u64,
}

/// The device under test.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The URL without credentials; `embedded` for the mock devices in the same process.
    pub url: String,
    /// What the device says of itself: `firmware`, `model`, `serial`, `api` ... as far as it could be read.
    pub identity: BTreeMap<String, String>,
    /// How it was reached: `http`, `https`, `https, certificate not checked` ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    /// What was typed of the target and of where the cases are, word by word, for whoever repeats a case: e.g. `--spawn` and a command.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub again: Vec<String>,
}

/// What was known or found out about the target, for one suite.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileRecord {
    /// The API edition, e.g. `android-2.9`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// True, false, or null where it is not known.
    pub capabilities: BTreeMap<String, Option<bool>>,
    /// Choices that the documents leave, settled once: e.g. `force` to `json`.
    pub dialect: BTreeMap<String, String>,
    /// What templates could use beyond what the suite gives: found out by the probe, given by the profile, or made for the whole run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Value>,
}

/// Whether entries of others are as they were.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Untouched {
    /// True when everything that was there before is there after, unchanged. Null when it could not be compared.
    pub holds: Option<bool>,
    /// How many entries of others were compared.
    pub compared: u64,
    /// How many of them were written down before the run wrote anything, in `backup.jsonl` beside the record.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub backed_up: u64,
    /// Whether the device's own account of changes says the same, where it keeps one (the 2N query iterator).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<String>,
    /// What changed, one sentence each: this run, as far as can be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// What another writer did meanwhile, or may have done, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// Entries of this run that could not be removed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_behind: Vec<String>,
    /// Deleted entries of this run that the device keeps as tombstones (2N).
    #[serde(default)]
    pub tombstones: u64,
    /// Why it could not be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_unknown: Option<String>,
}

/// How many cases got which verdict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tally {
    pub pass: u64,
    pub warn: u64,
    pub fail: u64,
    pub observed: u64,
    pub inconclusive: u64,
    pub not_applicable: u64,
    pub error: u64,
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, verdict: Verdict) {
        *self.slot(verdict) += 1;
    }

    /// The count of one verdict.
    pub fn of(&self, verdict: Verdict) -> u64 {
        *self.clone().slot(verdict)
    }

    fn slot(&mut self, verdict: Verdict) -> &mut u64 {
        match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Warn => &mut self.warn,
            Verdict::Fail => &mut self.fail,
            Verdict::Observed => &mut self.observed,
            Verdict::Inconclusive => &mut self.inconclusive,
            Verdict::NotApplicable => &mut self.not_applicable,
            Verdict::Error => &mut self.error,
        }
    }
}

/// How many cases there are and what became of them: nothing is left out in silence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Selection {
    /// Cases in the catalogue of the suites that ran.
    pub known: u64,
    /// Cases that the filter kept.
    pub selected: u64,
    /// Cases that were run.
    pub run: u64,
    /// Selected cases that do not apply, by reason.
    pub not_applicable: BTreeMap<String, u64>,
    /// Known cases that the filter left out.
    pub left_out: u64,
}

/// One case and what was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseRecord {
    /// E.g. `2n/dir/delete/all-zero-uuid`.
    pub id: String,
    pub title: Arc<str>,
    /// Every requirement it cites.
    pub requirements: Vec<RequirementId>,
    pub verdict: Verdict,
    /// Why it is not-applicable, inconclusive, an error, or waived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The waiver's reason, where a fail is agreed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<String>,
    /// Which attempt is shown, where it was not the first: what the case makes up follows from it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub attempt: u32,
    /// The seed of the run it comes from, where records of several seeds were merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Every verdict that merged records found, where they do not agree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<Verdict>,
    /// Where the case stands.
    pub source: SourceRecord,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mismatches: Vec<Mismatch>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observations: Vec<Observation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<ExchangeRecord>,
    pub duration_ms: u64,
}

impl CaseRecord {
    /// Whether the case fails the run: it fails (in a strict run also when it warns), and nobody agreed to that.
    pub fn counts_as_failure(&self, strict: bool) -> bool {
        self.waived.is_none() && (self.verdict == Verdict::Fail || (strict && self.verdict == Verdict::Warn))
    }
}

/// A place in a case file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRecord {
    pub file: Arc<str>,
    pub line: u32,
}

/// One deviation of the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mismatch {
    pub requirement: RequirementId,
    /// How strongly what was broken is demanded.
    pub level: Strength,
    /// JSON pointer into the exchange: `/response/status`, `/response/headers/content-type`, `/response/body/result/users/0/uuid`, ...
    pub at: String,
    pub expected: String,
    pub actual: String,
    /// Which kind of check it was (`status`, `body`, `schema`, `json`, `framing`, `transport` ...); part of a waiver's fingerprint.
    pub kind: String,
    /// Index into the case's `exchanges`.
    pub exchange: usize,
    /// What the step does, where it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
}

/// What a device did where the documents leave the choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    pub requirement: RequirementId,
    /// The class it falls into, e.g. `G:12`.
    pub class: String,
    pub exchange: usize,
}

/// One exchange, redacted and bounded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRecord {
    /// What it is for: `set-up`, `judged`, `control`, `teardown`, `probe`.
    pub purpose: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Where several left at once: the index of the first of them. Any of them may have been served first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub together: Option<usize>,
    pub request: RequestRecord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    pub duration_us: u64,
}

/// A request as it left.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestRecord {
    pub method: String,
    pub target: String,
    pub headers: Headers,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<BodyRecord>,
    /// How it was made where that is not the usual way: which account, which deliberate faults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manner: Option<String>,
}

/// A reply as it came.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseRecord {
    pub status: u16,
    pub reason: String,
    pub headers: Headers,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub framing: Vec<FramingFault>,
    pub body: BodyRecord,
}

/// A body as evidence.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyRecord {
    /// Length on the wire, whatever is kept here.
    pub bytes: u64,
    /// The text, where it is UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Base64 of the bytes, where it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// True when only the beginning is kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// A catalogue row and what this run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequirementRecord {
    #[serde(rename = "row")]
    pub requirement: Requirement,
    /// The worst verdict that cases found *about this row*; absent where no case that cites it was selected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The cases that cite it.
    pub cases: Vec<String>,
}

fn is_zero<N: Default + PartialEq>(number: &N) -> bool {
    *number == N::default()
}

/// Free-form JSON, sorted as it came.
pub type Members = IndexMap<String, Value>;
