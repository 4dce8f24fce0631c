//! What the mock's server and its devices agree on: a parsed request in, a reply out. A device is a pure state machine; time is handed in,
//! sockets are the server's.

use std::time::Duration;

/// A request as the server read it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// The request target exactly as it came, e.g. `/api/dir/create?force=1`.
    pub target: String,
    /// The path part of the target, percent-decoded once.
    pub path: String,
    /// Query parameters in the order they came, decoded (`+` is a blank).
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    /// The body's bytes; `None` when the request announced none (no `Content-Length`, no chunks).
    pub body: Option<Vec<u8>>,
    /// True when it came over TLS.
    pub secure: bool,
}

impl Request {
    /// The first value of a header, whatever the letter case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The last value of a query parameter (where one is sent twice, the last counts).
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }
}

/// How the server puts a reply on the wire. Anything but [`Framing::Sound`] is a defect or a quirk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Framing {
    /// `Content-Length` is right.
    #[default]
    Sound,
    /// A chunked body, ended as it should (legal).
    Chunked,
    /// No length; the end of the connection ends the body, announced by `Connection: close` (legal).
    UntilClose,
    /// A sound reply, then the connection ends with `Connection: close` (legal).
    CloseAfter,
    /// `Content-Length` is this much more (or less) than the body that follows; the connection ends.
    LengthOff(i64),
    /// A chunked body without its last chunk; the connection ends.
    ChunksUnended,
    /// Both `Content-Length` and `Transfer-Encoding: chunked`.
    LengthAndChunked,
    /// Only so many bytes of the body are sent, then the connection ends.
    Cut(usize),
    /// The connection ends without a byte.
    Drop,
    /// Nothing is ever sent; the connection stays open.
    Hang,
}

/// A reply as a device wants it sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// Headers beyond those of the framing (`Content-Length`, `Transfer-Encoding`, `Connection`, `Date`).
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub framing: Framing,
    /// Extra time before the reply leaves.
    pub delay: Duration,
}

impl Reply {
    /// A JSON reply, compactly written.
    pub fn json(status: u16, value: &serde_json::Value) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".into(), "application/json".into())],
            body: value.to_string().into_bytes(),
            framing: Framing::Sound,
            delay: Duration::ZERO,
        }
    }
}

/// An account of the mock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub user: String,
    pub password: String,
}

/// The two accounts every mock has: one with all rights, one that lacks the right the suite needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    pub admin: Account,
    pub limited: Account,
}

/// A device behind the server.
pub trait Device: Send {
    /// Answers one request and changes the device's state as a real one would. `now` is the time since the device started.
    fn answer(&mut self, request: &Request, now: Duration) -> Reply;

    /// Puts `count` entries on the device that belong to somebody else (realistic names, owners, cards); the same for the same count.
    fn preload(&mut self, count: usize);

    /// The whole state as JSON, to compare before and after (sorted, the same state gives the same value; no secrets are left out).
    fn state(&self) -> serde_json::Value;
}

/// One named way to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefectRow {
    /// Kebab-case, stable, e.g. `delete-owner-by-prefix`.
    pub name: &'static str,
    /// The requirement it breaks.
    pub breaks: &'static str,
    /// What a trace shows, in one sentence.
    pub about: &'static str,
}

/// One named way to be different and still right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuirkRow {
    /// Kebab-case, stable, e.g. `iterator-inclusive`.
    pub name: &'static str,
    /// Quirks of one group exclude each other (a point of the documents with several readings); empty where it stands alone.
    pub group: &'static str,
    /// What is different, and which silence or freedom of the documents allows it.
    pub about: &'static str,
}

/// How a 2N device asks for credentials.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scheme {
    None,
    Basic,
    #[default]
    Digest,
}

/// How a mock device is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub accounts: Accounts,
    /// 2N only; BAS-IP always logs in for a token.
    pub scheme: Scheme,
    /// What the device makes up (series, uuids, tokens, nonces) follows from this.
    pub seed: u64,
    pub defects: Vec<String>,
    pub quirks: Vec<String>,
}

/// A defect or quirk that the mock does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {suite} mock has no {kind} `{name}`")]
pub struct UnknownName {
    pub suite: &'static str,
    pub kind: &'static str,
    pub name: String,
}
