//! What a client is told when it is made.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

/// Where the target is and how patient the client is with it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Scheme, host, port, and the path that goes before every target.
    pub base: Url,
    /// The time for one request and its reply, once there is a connection.
    pub timeout: Duration,
    /// The time for connecting, the TLS handshake included.
    pub connect_timeout: Duration,
    /// More bytes of a reply's body than this are not read.
    pub body_cap: usize,
    /// A reply head larger than this is refused.
    pub head_cap: usize,
    /// A file of PEM certificates that are trusted instead of the system's: authorities, or the device's own.
    pub cacert: Option<PathBuf>,
    /// Trust every certificate.
    pub insecure: bool,
    /// So many requests are under way at once, never more. With 1 there is never a second connection, so that a device which serves one
    /// at a time is never blocked by an idle one; with more, up to twice as many may be open.
    pub max_connections: usize,
    /// A kept connection that was idle for longer is not used again; zero keeps none.
    pub idle_reuse: Duration,
}

impl Options {
    /// Sensible limits for a target: ten seconds a request, no more bytes than any of the APIs needs, one connection, none kept.
    pub fn new(base: Url) -> Self {
        Self {
            base,
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            body_cap: 8 * 1024 * 1024,
            head_cap: 64 * 1024,
            cacert: None,
            insecure: false,
            max_connections: 1,
            idle_reuse: Duration::ZERO,
        }
    }
}

/// An account on the target. Its password never shows in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct UserPassword {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for UserPassword {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("UserPassword").field("user", &self.user).finish_non_exhaustive()
    }
}

/// The accounts that were configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    pub admin: Option<UserPassword>,
    pub limited: Option<UserPassword>,
}

/// How the target wants to know who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Login {
    /// Nobody is asked; requests go out as they are.
    #[default]
    None,
    /// None, Basic or Digest, as the target's challenge says (2N). The challenge is fetched by GET from a path that changes nothing, so
    /// that no mutating request ever leaves without credentials.
    Http { challenge_path: String },
    /// A token for a user name and the MD5 of the password, fetched by GET from this path and sent as `Bearer` (BAS-IP).
    Token { path: String },
}

/// Why there is no client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    #[error("the target's URL is wrong: {why}")]
    Url { why: String },
    #[error("the certificate file {} cannot be used: {why}", path.display())]
    Cacert { path: PathBuf, why: String },
    #[error("TLS cannot be set up: {why}")]
    Tls { why: String },
    #[error("the HTTP client cannot be set up: {why}")]
    Http { why: String },
}
