//! One exchange with a target: what is asked, and what came back on the wire.
//!
//! These are plain values. Whoever opens sockets (`client`) turns an [`Outgoing`] into a [`Sent`] and either an [`Answer`]
//! or a [`Fault`]; whoever judges (`judge`) sees only the finished [`Exchange`] and never knows how it was made.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A header list in the order of the wire. Names keep the letter case they came with; look-ups ignore it.
pub type Headers = Vec<(String, String)>;

/// The first value of a header, whatever the letter case of its name.
pub fn header<'h>(headers: &'h Headers, name: &str) -> Option<&'h str> {
    headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Every value of a header, in order (a reply may carry several `WWW-Authenticate`).
pub fn header_values<'h>(headers: &'h Headers, name: &'h str) -> impl Iterator<Item = &'h str> {
    headers.iter().filter(move |(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Which account a request is made with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The configured account with every right the suite needs.
    #[default]
    Admin,
    /// The second configured account, with fewer rights.
    Limited,
    /// No credentials at all.
    Nobody,
    /// The admin's user name with a password that is not the configured one.
    WrongPassword,
    /// The admin's user name with the empty password.
    EmptyPassword,
    /// The admin's user name with more after the password.
    LongerPassword,
    /// The admin's user name with the password in the other letter case.
    OtherCasePassword,
    /// A user name that this run made up, with the admin's password.
    OtherUser,
    /// A user name that this run made up.
    UnknownUser,
}

/// One deliberate fault in how credentials are presented; everything else stays right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Twist {
    /// Present the credentials as the target's challenge asks.
    #[default]
    None,
    /// Send `Basic`, whatever the challenge asks for.
    Basic,
    /// Send `Digest`, whatever the challenge asks for (a made-up nonce where there was no Digest challenge).
    Digest,
    /// Answer the Digest challenge for MD5, where the target offers one beside others.
    Md5,
    /// Send exactly the `Authorization` header of the previous Digest request of this account again.
    Replay,
    /// Use the current nonce with a counter lower than one already used.
    CounterBack,
    /// A right response computed over a nonce that the target never issued.
    ForeignNonce,
    /// A right response under `algorithm=SHA-1-unknown`.
    UnknownAlgorithm,
    /// A well-formed header whose `response` is wrong in its last digit.
    WrongResponse,
    /// A well-formed header whose `response` is empty.
    NoResponse,
    /// A right response computed for another path (`uri` and request target differ).
    OtherUri,
    /// A well-formed header whose `response` ends after eight digits.
    CutResponse,
    /// A response as of RFC 2069, without `qop`, although the challenge offers one.
    NoQop,
    /// The nonce that the right credentials of the administrator were used with just before, on the same connection where the target keeps it.
    UsedNonce,
}

/// How a request breaks HTTP itself. Everything `None`/`false` is a well-formed request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Wire {
    /// Announce this `Content-Length` instead of the true one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_length: Option<u64>,
    /// Send no `Content-Length` although there is a body.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_content_length: bool,
    /// Send only so many bytes of the body, then half-close the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_body: Option<usize>,
    /// Send the body in chunks of this size (`Transfer-Encoding: chunked`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunked: Option<usize>,
    /// Send no `Host` header.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_host: bool,
    /// Send `Expect: 100-continue` and wait up to a second for the interim reply before the body goes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub expect_continue: bool,
    /// Ask for the connection to end, and read until it does, so that surplus bytes are seen.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub close: bool,
    /// Use a connection that nothing was sent on before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
}

/// A request that is ready to leave: nothing in it is a template any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// The method as it goes on the wire.
    pub method: String,
    /// Path and query exactly as they go on the wire, e.g. `/api/dir/create?force=1`.
    pub target: String,
    /// Headers beyond `Host`, `Content-Length`, `Transfer-Encoding`, `Connection` and `Authorization`, which the client adds. An
    /// `Authorization` given here goes out as it stands (then `role` should be [`Role::Nobody`]).
    pub headers: Headers,
    /// The body's bytes; `None` sends no body and no `Content-Length` (an empty body is `Some(vec![])`, length 0).
    pub body: Option<Vec<u8>>,
    /// The account to ask with.
    pub role: Role,
    /// A deliberate fault in the credentials.
    pub twist: Twist,
    /// Deliberate faults in the framing.
    pub wire: Wire,
    /// True when the reply is to be judged: it is then read on the wire, byte by byte. Otherwise it only sets the scene.
    pub judged: bool,
    /// True for one page of a list that is judged as a whole.
    pub page: bool,
    /// True for every page of such a list but its first.
    pub further: bool,
}

/// What is wrong with the framing of a reply that could nevertheless be read (RFC 9112).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FramingFault {
    /// The connection ended before `Content-Length` bytes of body had come.
    BodyShort { declared: u64, got: u64 },
    /// Bytes came after the end of the body.
    Surplus { bytes: u64 },
    /// A chunked body had no last chunk.
    ChunksUnended,
    /// A chunk's size line was not a hexadecimal number.
    BadChunk,
    /// `Content-Length` and `Transfer-Encoding` together.
    LengthAndChunked,
    /// Several `Content-Length` that differ, or one that is no number.
    BadLength { value: String },
    /// A body where there must be none (HEAD, 1xx, 204, 304).
    BodyForbidden { bytes: u64 },
    /// Neither a length nor chunks, and the connection was kept open: the end of the body had to be guessed after a silence.
    EndUnknown,
}

impl FramingFault {
    /// Whether a network that drops a connection could have caused this as well as the device.
    pub fn may_be_network(&self) -> bool {
        matches!(self, Self::BodyShort { .. } | Self::ChunksUnended)
    }
}

/// A reply as it was on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub reason: String,
    pub headers: Headers,
    /// The body after chunks were joined, cut at the client's cap.
    pub body: Vec<u8>,
    /// True when the body was longer than the cap and the rest was not read.
    pub capped: bool,
    pub framing: Vec<FramingFault>,
}

impl Answer {
    /// The media type in lower case without parameters, e.g. `application/json`.
    pub fn media_type(&self) -> Option<String> {
        let value = header(&self.headers, "content-type")?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// Whether it says that the device did not take the request because there were too many (RFC 6585 section 4; RFC 9110 section 15.6.4).
    pub fn is_too_much(&self) -> bool {
        self.status == 429 || (self.status == 503 && header(&self.headers, "retry-after").is_some())
    }

    /// How long the device wants to be left alone, where it says so in seconds.
    pub fn retry_after(&self) -> Option<Duration> {
        header(&self.headers, "retry-after").and_then(|value| value.trim().parse().ok()).map(Duration::from_secs)
    }
}

/// Why there is no reply. Never a verdict by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    #[error("nobody listens at {address} (connection refused)")]
    Refused { address: String },
    #[error("the name {host} does not resolve: {why}")]
    Unresolved { host: String, why: String },
    #[error("TLS failed: {why}")]
    Tls { why: String },
    #[error("could not connect to {address}: {why}")]
    Unreachable { address: String, why: String },
    #[error("no reply within {limit_ms} ms ({phase})")]
    Timeout { phase: String, limit_ms: u64 },
    #[error("the connection ended before a whole reply head had come ({got} bytes)")]
    Closed { got: u64 },
    #[error("what came is not an HTTP reply: {why}")]
    NotHttp { why: String },
    #[error("the reply head is larger than {limit} bytes")]
    HeadTooLarge { limit: u64 },
    #[error("could not log in: {why}")]
    Login { why: String },
    #[error("the write firewall refused it: {why}")]
    Firewall { why: String },
}

/// The request as it really left (with the headers the client added).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    pub method: String,
    pub target: String,
    pub headers: Headers,
    pub body: Option<Vec<u8>>,
}

/// One request with its outcome and how long it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    pub sent: Sent,
    pub outcome: Result<Answer, Fault>,
    /// From the first byte out to the last byte in, in microseconds; where a body never came to its end, until it was given up.
    pub duration_us: u64,
    /// Replies that were only challenges (401 answered by the same request with credentials).
    pub challenges: u32,
}
