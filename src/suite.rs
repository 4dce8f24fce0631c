//! What a suite knows of its API apart from cases: how to log in, what holds for every reply, how to set a scene and how to tidy up.
//!
//! All of it is data (`cases/<suite>/suite.json`), so that the engine knows no vendor.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::case::{Class, Expectation, Fresh, Pages, Risk, Send, Step};

/// `cases/<suite>/suite.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Suite {
    #[serde(rename = "$schema", default)]
    pub schema: Option<String>,
    /// The id on the command line, e.g. `2n`.
    pub suite: String,
    pub title: String,
    pub login: Login,
    /// Names that every template may use; overridden by the profile's values and by what the dialects settle.
    #[serde(default)]
    pub values: IndexMap<String, Value>,
    /// What finds out whether the target speaks this API, what it is and what it can do, in order.
    pub probe: Vec<Probe>,
    /// Choices that the documents leave to the device, settled once by a case that observes with `settles`.
    #[serde(default)]
    pub dialects: IndexMap<String, Dialect>,
    /// What holds for every judged reply.
    pub invariants: Vec<Expectation>,
    /// What a living device answers; sent after every case that may have hurt it.
    pub alive: Alive,
    #[serde(default)]
    pub setups: IndexMap<String, Setup>,
    /// Expectations by name, for `"reply": "name"`.
    #[serde(default)]
    pub replies: IndexMap<String, Expectation>,
    /// Lists of observation classes by name.
    #[serde(default)]
    pub classes: IndexMap<String, Vec<Class>>,
    pub safety: Safety,
}

/// How accounts prove themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Login {
    /// HTTP authentication: none, Basic or Digest, as the challenge at this path says.
    Http { challenge_path: String },
    /// A token from a login function.
    Token { path: String },
}

/// One probing request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Probe {
    pub about: String,
    pub send: Send,
    /// True when a target that does not answer as `recognise` says does not speak this API.
    #[serde(default)]
    pub recognise: Option<Expectation>,
    /// Capabilities that hold when the reply is as described.
    #[serde(default)]
    pub capabilities: IndexMap<String, Expectation>,
    /// Every key below this place, as dotted path, becomes a capability with this prefix.
    #[serde(default)]
    pub fields: Option<FieldProbe>,
    /// Identity words to JSON pointers into the reply.
    #[serde(default)]
    pub identity: IndexMap<String, String>,
    /// Values for templates: names to JSON pointers into the reply, or to `#status`.
    #[serde(default)]
    pub keep: IndexMap<String, String>,
}

/// Where the fields are that a device offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FieldProbe {
    pub at: String,
    pub prefix: String,
}

/// A choice and what each class means for templates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dialect {
    pub about: String,
    /// The class that is taken while nothing is settled.
    pub default: String,
    /// Class to values; a value of `{"$absent": true}` takes the member away that uses it.
    pub classes: IndexMap<String, IndexMap<String, Value>>,
}

/// How to see that a device lives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Alive {
    pub send: Send,
    pub expect: Expectation,
}

/// A scene that many cases need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Setup {
    pub about: String,
    /// Its parameters; null where the case must give one, else the default.
    #[serde(default)]
    pub parameters: IndexMap<String, Value>,
    #[serde(default)]
    pub fresh: IndexMap<String, Fresh>,
    /// Its expectations are conditions: what does not hold makes the case inconclusive, never failed.
    pub steps: Vec<Arc<Step>>,
}

/// What keeps other people's data safe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Safety {
    /// Requests that only read although their method does not say so: `METHOD path-regex`.
    #[serde(default)]
    pub reads: Vec<String>,
    /// Requests that may write although their method does not say so: `METHOD path-regex`.
    #[serde(default)]
    pub writes: Vec<String>,
    /// Requests that do more than write entries, whatever their method: `METHOD path-regex` to the risk that must be allowed.
    #[serde(default)]
    pub dangerous: IndexMap<String, Risk>,
    /// Member names in a body that select a whole group of entries (2N `owner`); their value must carry the run's tag.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// Requests that name entries by something that is no uuid (a number in the path or the body): it must be an entry of this run.
    #[serde(default)]
    pub numbers: Vec<NumberRule>,
    /// Ids that no run makes up and that may be named all the same: reserved ones, ones that cannot exist.
    #[serde(default)]
    pub special: Vec<String>,
    /// The kinds of entries that cases may create, and how each is removed.
    pub entities: Vec<Entity>,
    /// What a reply says when the device has no room for more entries: a case that meets it is run again alone, and cannot be judged when it meets
    /// it again.
    #[serde(default)]
    pub full: Option<Expectation>,
    /// How entries of others are listed, to compare before and after.
    pub snapshots: Vec<Snapshot>,
}

/// A request that can reach a group of entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scope {
    /// `METHOD path-regex`.
    pub request: String,
    /// The member that names the group.
    pub member: String,
    /// A member that names single entries; a request with neither reaches everything.
    pub single: String,
}

/// A request that names entries by number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NumberRule {
    /// `METHOD path-regex`; a group in it captures the number in the path.
    pub request: String,
    /// JSON pointers (`*` stands for any element) to numbers in the body.
    #[serde(default)]
    pub in_request: Vec<String>,
}

/// A kind of entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Entity {
    pub kind: String,
    /// `METHOD path-regex` of the requests that create it.
    pub created_by: String,
    /// JSON pointers (`*` stands for any element) to its ids in the request's JSON body.
    #[serde(default)]
    pub in_request: Vec<String>,
    /// ... and in the reply's.
    #[serde(default)]
    pub in_reply: Vec<String>,
    /// The request that removes entries; `{{ids}}` is the list of ids, `{{id}}` the single one.
    pub remove: Send,
    /// True when `remove` takes one id at a time.
    #[serde(default)]
    pub one_by_one: bool,
    /// JSON pointer (`*` stands for any element) to the entries in the request's body, where the device may choose their ids.
    #[serde(default)]
    pub each: Option<String>,
    /// What shows that a listed entry is a run's, whatever its id.
    #[serde(default)]
    pub mark: Option<Mark>,
    /// What shows that the entry `{{id}}` is still there.
    #[serde(default)]
    pub shown: Option<Alive>,
}

/// A text by which a run knows its entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mark {
    /// JSON pointer into an entry; it may hold templates.
    pub at: String,
    /// A regular expression that entries of any run match; its group captures what that run made up.
    pub pattern: String,
}

/// A listing of entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Snapshot {
    pub kind: String,
    /// Capabilities without which it is left out.
    #[serde(default)]
    pub needs: Vec<String>,
    pub pages: Pages,
    /// JSON pointer from a row to its id; rows without one are compared by their content.
    pub id: String,
    /// JSON pointers from a row to what may change by itself.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// A row for which this member is true is only a tombstone.
    #[serde(default)]
    pub tombstone: Option<String>,
    /// JSON pointer from a row to a number that grows with every change on the device.
    #[serde(default)]
    pub stamp: Option<String>,
    /// JSON pointer from the reply to the name of the generation of these numbers.
    #[serde(default)]
    pub series: Option<String>,
    /// The request that lists what was changed after `{{stamp}}` of `{{series}}`; its rows stand where those of `pages` do.
    #[serde(default)]
    pub since: Option<Send>,
}

/// A profile file (`cases/<suite>/profiles/*.json`, or written by hand and given with `--profile`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Profile {
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    pub suite: String,
    /// The API edition, e.g. `android-2.9`.
    pub edition: String,
    pub about: String,
    /// True for the edition that is assumed until the target has said what it is.
    pub is_default: bool,
    /// Kept values of the probe to regular expressions: all must match for the edition to be taken.
    pub recognised_by: IndexMap<String, String>,
    /// Other sets of conditions under which the edition is taken.
    pub also_recognised_by: Vec<IndexMap<String, String>>,
    /// True, false, or null where it must be found out.
    pub capabilities: IndexMap<String, Option<bool>>,
    pub values: IndexMap<String, Value>,
    /// Dialects that are known already.
    pub dialect: IndexMap<String, String>,
    /// How each of it was found out: what `doorspec probe` saw.
    pub evidence: IndexMap<String, String>,
}
