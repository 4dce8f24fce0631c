//! Digest (RFC 7616, RFC 2617 where no `qop` is offered) and Basic (RFC 7617) credentials, right ones and deliberately wrong ones.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use md5::{Digest as _, Md5};
use sha2::{Sha256, Sha512_256};

use super::UserPassword;
use crate::exchange::Twist;

/// The hash of a Digest challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Md5,
    Sha256,
    Sha512256,
}

impl Algorithm {
    /// The algorithm of that name without `-sess`, if it is known here.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "MD5" => Some(Self::Md5),
            "SHA-256" => Some(Self::Sha256),
            "SHA-512-256" => Some(Self::Sha512256),
            _ => None,
        }
    }

    fn hash(self, bytes: &[u8]) -> String {
        match self {
            Self::Md5 => HEXLOWER.encode(&Md5::digest(bytes)),
            Self::Sha256 => HEXLOWER.encode(&Sha256::digest(bytes)),
            Self::Sha512256 => HEXLOWER.encode(&Sha512_256::digest(bytes)),
        }
    }
}

/// What a Digest response protects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// No `qop` was offered: no counter and no nonce of the client's.
    Legacy,
    Auth,
    AuthInt,
}

/// A Digest challenge that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestChallenge {
    pub realm: String,
    pub nonce: String,
    pub opaque: Option<String>,
    pub algorithm: Algorithm,
    /// The algorithm's name as the device wrote it; sent back only where it came.
    pub algorithm_name: Option<String>,
    /// Whether the secret is bound to the first nonces of both sides (the `-sess` forms of the algorithms).
    pub bound: bool,
    pub quality: Quality,
    pub stale: bool,
}

impl DigestChallenge {
    /// A challenge that no device made, for a Digest that was not asked for.
    pub fn made_up() -> Self {
        Self {
            realm: "doorspec".into(),
            nonce: unguessable(),
            opaque: None,
            algorithm: Algorithm::Md5,
            algorithm_name: Some("MD5".into()),
            bound: false,
            quality: Quality::Auth,
            stale: false,
        }
    }
}

#[cfg(test)]
impl DigestChallenge {
    /// The response that a device expects for a request without a body.
    pub fn expected(&self, account: &UserPassword, method: &str, target: &str, count: u32, client: &str) -> String {
        response(self, self.quality, account, Proven { method, target, body: b"" }, Once { nonce: &self.nonce, count, client })
    }
}

/// The request that credentials are computed for.
#[derive(Debug, Clone, Copy)]
pub struct Proven<'r> {
    pub method: &'r str,
    /// Path and query as they go on the wire.
    pub target: &'r str,
    pub body: &'r [u8],
}

/// A nonce with how often it was used. Only one request at a time holds it, so the device sees its counter rise one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestSession {
    pub challenge: DigestChallenge,
    /// The counter used last; 0 when the nonce is new.
    pub used: u32,
    /// The client's own nonce, where it has to stay the same.
    client: String,
}

impl DigestSession {
    pub fn new(challenge: DigestChallenge) -> Self {
        Self { challenge, used: 0, client: unguessable() }
    }

    /// The `Authorization` header of the next request with this nonce.
    pub fn authorization(&mut self, account: &UserPassword, proven: Proven<'_>, twist: Twist) -> String {
        let count = match twist {
            Twist::CounterBack => self.used.saturating_sub(1),
            Twist::ForeignNonce => 1,
            _ => {
                self.used = self.used.saturating_add(1);
                self.used
            }
        };
        let foreign = (twist == Twist::ForeignNonce).then(|| like(&self.challenge.nonce));
        let nonce = foreign.as_deref().unwrap_or(&self.challenge.nonce);
        let proven = if twist == Twist::OtherUri { Proven { target: "/doorspec/another/path", ..proven } } else { proven };
        let client = if self.challenge.bound { self.client.clone() } else { unguessable() };
        header(&self.challenge, account, proven, twist, Once { nonce, count, client: &client })
    }
}

/// What differs from request to request under one challenge.
#[derive(Clone, Copy)]
struct Once<'o> {
    nonce: &'o str,
    count: u32,
    client: &'o str,
}

fn header(challenge: &DigestChallenge, account: &UserPassword, proven: Proven<'_>, twist: Twist, once: Once<'_>) -> String {
    let quality = if twist == Twist::NoQop { Quality::Legacy } else { challenge.quality };
    let mut response = response(challenge, quality, account, proven, once);
    match twist {
        Twist::WrongResponse => {
            let last = response.pop();
            response.push(if last == Some('0') { '1' } else { '0' });
        }
        Twist::NoResponse => response.clear(),
        Twist::CutResponse => response.truncate(8),
        _ => {}
    }
    let user = quoted(&account.user);
    let (realm, nonce, target) = (quoted(&challenge.realm), quoted(once.nonce), quoted(proven.target));
    let mut text = format!(r#"Digest username={user}, realm={realm}, nonce={nonce}, uri={target}, response="{response}""#);
    let algorithm = if twist == Twist::UnknownAlgorithm { Some("SHA-1-unknown") } else { challenge.algorithm_name.as_deref() };
    if let Some(algorithm) = algorithm {
        text.push_str(&format!(", algorithm={algorithm}"));
    }
    if let Some(opaque) = &challenge.opaque {
        text.push_str(&format!(", opaque={}", quoted(opaque)));
    }
    if let Some(quality) = quality_name(quality) {
        text.push_str(&format!(r#", qop={quality}, nc={:08x}, cnonce="{}""#, once.count, once.client));
    }
    text
}

fn response(challenge: &DigestChallenge, quality: Quality, account: &UserPassword, proven: Proven<'_>, once: Once<'_>) -> String {
    let hash = |text: String| challenge.algorithm.hash(text.as_bytes());
    let secret = hash(format!("{}:{}:{}", account.user, challenge.realm, account.password));
    let secret = if challenge.bound { hash(format!("{secret}:{}:{}", once.nonce, once.client)) } else { secret };
    let request = match quality {
        Quality::AuthInt => hash(format!("{}:{}:{}", proven.method, proven.target, challenge.algorithm.hash(proven.body))),
        Quality::Legacy | Quality::Auth => hash(format!("{}:{}", proven.method, proven.target)),
    };
    match quality_name(quality) {
        None => hash(format!("{secret}:{}:{request}", once.nonce)),
        Some(quality) => hash(format!("{secret}:{}:{:08x}:{}:{quality}:{request}", once.nonce, once.count, once.client)),
    }
}

fn quality_name(quality: Quality) -> Option<&'static str> {
    match quality {
        Quality::Legacy => None,
        Quality::Auth => Some("auth"),
        Quality::AuthInt => Some("auth-int"),
    }
}

/// The `Authorization` header of the Basic scheme.
pub fn basic(account: &UserPassword) -> String {
    format!("Basic {}", STANDARD.encode(format!("{}:{}", account.user, account.password)))
}

/// The MD5 of a text in upper-case hexadecimal, as BAS-IP panels want a password.
pub fn upper_md5(text: &str) -> String {
    HEXLOWER.encode(&Md5::digest(text.as_bytes())).to_ascii_uppercase()
}

/// Thirty-two hexadecimal digits that nobody can foresee.
pub fn unguessable() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// A text of the same length that the device never made.
fn like(nonce: &str) -> String {
    let length = nonce.chars().count().max(1);
    std::iter::repeat_with(unguessable).flat_map(String::into_bytes).map(char::from).take(length).collect()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mufasa() -> UserPassword {
        UserPassword { user: "Mufasa".into(), password: "Circle of Life".into() }
    }

    fn challenge(realm: &str, nonce: &str, algorithm: Algorithm, quality: Quality) -> DigestChallenge {
        let (realm, nonce) = (realm.into(), nonce.into());
        DigestChallenge { realm, nonce, opaque: None, algorithm, algorithm_name: None, bound: false, quality, stale: false }
    }

    const GET: Proven<'_> = Proven { method: "GET", target: "/dir/index.html", body: b"" };

    /// RFC 7616, 3.9.1.
    #[test]
    fn the_examples_of_rfc_7616() {
        let check = |algorithm, expected: &str| {
            let (nonce, client) =
                ("7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
            let challenge = challenge("http-auth@example.org", nonce, algorithm, Quality::Auth);
            assert_eq!(response(&challenge, challenge.quality, &mufasa(), GET, Once { nonce, count: 1, client }), expected);
        };
        check(Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec");
        check(Algorithm::Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    }

    /// RFC 7616, 3.4.2, with the values of its example.
    #[test]
    fn a_secret_may_be_bound_to_the_nonces() {
        let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
        let bound = DigestChallenge { bound: true, ..challenge("http-auth@example.org", nonce, Algorithm::Md5, Quality::Auth) };
        let once = Once { nonce, count: 1, client: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ" };
        assert_eq!(response(&bound, bound.quality, &mufasa(), GET, once), "e783283f46242139c486a698fec7211d");
        let mut session = DigestSession::new(bound);
        let own = |header: &str| header.split("cnonce=").nth(1).map(str::to_owned);
        let first = session.authorization(&mufasa(), GET, Twist::None);
        assert_eq!(own(&first), own(&session.authorization(&mufasa(), GET, Twist::None)), "the client's nonce stays the same");
    }

    /// RFC 2617, 3.5, where the password has another letter case, and RFC 2069 for the same without `qop`.
    #[test]
    fn the_examples_of_the_older_documents() {
        let nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
        let account = UserPassword { password: "Circle Of Life".into(), ..mufasa() };
        let auth = challenge("testrealm@host.com", nonce, Algorithm::Md5, Quality::Auth);
        let once = Once { nonce, count: 1, client: "0a4f113b" };
        assert_eq!(response(&auth, auth.quality, &account, GET, once), "6629fae49393a05397450978507c4ef1");
        let legacy = challenge("testrealm@host.com", nonce, Algorithm::Md5, Quality::Legacy);
        assert_eq!(response(&legacy, legacy.quality, &account, GET, once), "670fd8c2df070c60b045671b8b24ff02");
    }

    #[track_caller]
    fn check(twist: Twist, used: u32, expected: &[&str], absent: &[&str]) {
        let mut session = DigestSession { used, ..DigestSession::new(challenge("door", "abc", Algorithm::Md5, Quality::Auth)) };
        let header = session.authorization(&mufasa(), GET, twist);
        for part in expected {
            assert!(header.contains(part), "{twist:?}: {part} in {header}");
        }
        for part in absent {
            assert!(!header.contains(part), "{twist:?}: no {part} in {header}");
        }
    }

    #[test]
    fn twists() {
        let right = r#"uri="/dir/index.html""#;
        check(Twist::None, 0, &[r#"nonce="abc""#, "nc=00000001", right, "qop=auth,"], &["algorithm"]);
        check(Twist::None, 15, &["nc=00000010"], &[]);
        check(Twist::CounterBack, 2, &["nc=00000001", r#"nonce="abc""#], &[]);
        check(Twist::ForeignNonce, 7, &["nc=00000001"], &[r#"nonce="abc""#]);
        check(Twist::UnknownAlgorithm, 0, &["algorithm=SHA-1-unknown"], &[]);
        check(Twist::CutResponse, 0, &[r#"nonce="abc""#, "qop=auth,"], &[]);
        check(Twist::NoQop, 0, &[r#"nonce="abc""#, right], &["qop", "nc=", "cnonce"]);
        check(Twist::UsedNonce, 1, &["nc=00000002", r#"nonce="abc""#, right], &[]);
        check(Twist::OtherUri, 0, &[r#"uri="/doorspec/another/path""#], &[right]);
    }

    #[test]
    fn a_name_with_quotes_stays_one_value() {
        assert_eq!(quoted(r#"a"b\c"#), r#""a\"b\\c""#);
        assert_eq!(
            basic(&UserPassword { user: "Aladdin".into(), password: "open sesame".into() }),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        );
        assert_eq!(upper_md5("123456"), "E10ADC3949BA59ABBE56E057F20F883E");
        assert_eq!(like("abcd").len(), 4);
    }
}
