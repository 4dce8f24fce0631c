//! A case: what is sent, and what the documents say must come back. Cases are data; this is their shape.
//!
//! The shape people write is described, with examples, in `cases/README.md` and in `schemas/suite/case.schema.json`. What is here is what a
//! case file means once it was read and its rows were unfolded.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exchange::{Role, Twist, Wire};
use crate::requirement::{RequirementId, Strength};

/// The stable id of a case: suite, area, file, name and, for a row, the row's name. E.g. `2n/dir/delete/all-zero-uuid`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(pub String);

impl CaseId {
    /// The suite the case belongs to.
    pub fn suite(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a case may do to a device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Only reads.
    Read,
    /// Writes entries that the run itself created.
    #[default]
    Own,
    /// Moves a relay, plays a sound, places a call.
    Disturb,
    /// May change or remove what belongs to others: group deletes, reboot, wipe.
    Destroy,
}

/// What a name in `fresh` is given, new in every run and for every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fresh {
    /// A random version 4 uuid in lower case; it goes into the journal before it leaves.
    Uuid,
    /// The same in upper case.
    UpperUuid,
    /// An owner tag that no other case and no other run uses.
    Owner,
    /// A decimal number of ten digits.
    Number,
    /// A card number as four pairs of hexadecimal digits, `0A:1B:2C:3D`.
    Card,
    /// A short word of lower-case letters.
    Word,
}

/// A file below `cases/<suite>/`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    #[serde(rename = "$schema", default)]
    pub schema: Option<String>,
    /// What the file is about, in one sentence.
    pub about: String,
    /// Capabilities that every case in it needs.
    #[serde(default)]
    pub needs: Vec<String>,
    #[serde(default)]
    pub risk: Risk,
    pub cases: Vec<Case>,
}

/// One case, its rows unfolded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Kebab-case, unique in its file.
    pub name: String,
    /// What a conforming device does, as a sentence.
    pub title: Arc<str>,
    /// Every requirement that an expectation or observation of the case cites.
    pub requirements: Vec<RequirementId>,
    /// Capabilities beyond the file's; `!name` needs its absence.
    #[serde(default)]
    pub needs: Vec<String>,
    /// When it differs from the file's.
    #[serde(default)]
    pub risk: Option<Risk>,
    /// Values that the run makes up.
    #[serde(default)]
    pub fresh: IndexMap<String, Fresh>,
    /// True when no other case may run meanwhile (it compares the state of the whole device).
    #[serde(default)]
    pub alone: bool,
    /// Runs before all others, which rest on what it judges: what it finds would end the run before its own turn.
    #[serde(default)]
    pub first: bool,
    /// True when what a case that settles a dialect makes stays until the end of the run, for the others to use; its fresh values then are values
    /// of the run.
    #[serde(default)]
    pub lasting: bool,
    /// Why a case with a refusal has no control.
    #[serde(default)]
    pub uncontrolled: Option<String>,
    /// For whoever reads the file.
    #[serde(default)]
    pub note: Option<String>,
    /// Rows of one case share the steps that they have in common.
    pub steps: Vec<Arc<Step>>,
}

/// One step. Exactly one of `setup`, `send`, `control`, `pages`, `together` and `skip` says what it does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// A name, so that a control or a message can point at it.
    pub name: Option<String>,
    /// Runs a set-up of the suite.
    pub setup: Option<String>,
    /// Arguments of the set-up.
    pub with: IndexMap<String, Value>,
    /// Sends one request.
    pub send: Option<Box<Send>>,
    /// Sends the request of the step of this name again, with the one difference in `but`.
    pub control: Option<String>,
    /// The one difference: a JSON pointer into the `send` of the other step, and the value there (`{"$absent": true}` takes it away).
    pub but: IndexMap<String, Value>,
    /// Reads a paged list whole, as one reply.
    pub pages: Option<Box<Pages>>,
    /// Sends several requests at the same time. Each is judged by `expect`.
    pub together: Option<Vec<Send>>,
    /// Ends the case as not applicable, with this reason; goes with `when`.
    pub skip: Option<String>,
    /// What must come back. One expectation or a list; each has its own requirement.
    pub expect: Vec<Expectation>,
    /// What is only classified.
    pub observe: Vec<Observe>,
    /// Values to keep for later steps: name to a JSON pointer into the reply's body (or `/status`-like places, see the README).
    pub keep: IndexMap<String, String>,
    /// Invariants of the suite that do not hold for this request.
    pub exempt: Vec<RequirementId>,
    /// True where the device may end the connection instead of replying: that is then observed as the class `connection closed`.
    #[serde(rename = "may-close")]
    pub may_close: bool,
    /// Runs only while these kept values are as given (a name to a matcher); otherwise the step is left out.
    pub when: IndexMap<String, Value>,
    /// For whoever reads the file.
    pub note: Option<String>,
}

/// A request as a case writes it; every string in it may hold `{{templates}}`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Send {
    pub method: String,
    /// The path as it goes on the wire; it may hold a query.
    pub path: String,
    /// Query parameters, appended encoded; a list of values repeats the name.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub query: IndexMap<String, Value>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, Value>,
    /// A JSON body, with `Content-Type: application/json` unless `headers` says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// A body as text, sent as it stands (no content type of its own).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Value>,
    /// A body as hexadecimal bytes; blanks are ignored, templates are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
    /// A body as `application/x-www-form-urlencoded`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<IndexMap<String, Value>>,
    /// A body as `multipart/form-data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multipart: Option<Vec<Part>>,
    /// The account to ask with.
    #[serde(rename = "as")]
    pub role: Role,
    /// A deliberate fault in the credentials.
    #[serde(rename = "credentials")]
    pub twist: Twist,
    /// Deliberate faults in the framing.
    pub wire: Wire,
}

/// One part of a multipart body.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Part {
    pub name: String,
    #[serde(default)]
    pub content_type: Option<String>,
    #[serde(default)]
    pub json: Option<Value>,
    #[serde(default)]
    pub text: Option<Value>,
}

/// How a paged list is read: `send` holds `{{page}}`; pages are asked for from 1 until one is empty, brings nothing new, or the total is reached.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Pages {
    pub send: Send,
    /// JSON pointer to the array of rows.
    pub items: String,
    /// JSON pointers that may hold the total number of rows; the first that holds an integer counts.
    #[serde(default)]
    pub totals: Vec<String>,
}

/// What must hold for a reply. All that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Expectation {
    /// The requirement that is broken when it does not hold; may be left out where the case cites just one.
    pub requirement: Option<RequirementId>,
    /// A level weaker than the requirement's strength, for a part of it that the catalogue names as weaker.
    pub level: Option<Strength>,
    /// Everything that the suite's named reply of this name demands.
    pub reply: Option<String>,
    /// A matcher for the request itself, as an object with the members `method` and `path` (without the query): for the `if` of a rule that holds
    /// for one function.
    pub sent: Option<Value>,
    /// A matcher for the status code.
    pub status: Option<Value>,
    /// The media type, without parameters.
    pub content_type: Option<Value>,
    /// Matchers for headers, by name.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, Value>,
    /// A JSON Schema of the suite, by its path: `dir/delete.reply`.
    pub schema: Option<String>,
    /// A matcher for the body as JSON.
    pub body: Option<Value>,
    /// A matcher for the body as text.
    pub text: Option<Value>,
    /// Properties of the message: `rfc8259`, `unique-members`, `framing`.
    pub sound: Vec<Soundness>,
    /// Matchers for kept values, by name: for comparisons between replies.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub kept: IndexMap<String, Value>,
    /// Slower than this is a deviation.
    pub within_ms: Option<u64>,
    /// One of these must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any: Vec<Expectation>,
    /// True when it expects the device to refuse the request: such a case carries a control.
    pub refusal: bool,
    /// Judged only when this holds for the reply.
    #[serde(rename = "if")]
    pub condition: Option<Box<Expectation>>,
    /// For whoever reads the file.
    pub note: Option<String>,
}

/// A property of a message that no schema can see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Soundness {
    /// A JSON body is one RFC 8259 text: UTF-8, no byte order mark, nothing after the value.
    Rfc8259,
    /// Member names inside one object are unique.
    UniqueMembers,
    /// The message ends where HTTP says it ends (RFC 9112).
    Framing,
    /// The body can be read as JSON at all.
    Json,
}

/// A point that the documents leave open: the reply is put into the first class that fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Observe {
    /// The row that is observed; may be left out where the case cites just one.
    #[serde(default)]
    pub requirement: Option<RequirementId>,
    /// The name of a list of classes of the suite (`"outcome"`), or the classes themselves.
    pub classes: Classes,
    /// The dialect that the class settles for the whole run.
    #[serde(default)]
    pub settles: Option<String>,
}

/// Classes to choose from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Classes {
    /// A list that the suite names.
    Named(String),
    /// A list of its own.
    Own(Vec<Class>),
}

/// One class: its name may hold `{/pointer}` into the body and `{status}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Class {
    pub class: String,
    #[serde(default)]
    pub when: Expectation,
}
