//! Who may come in: the accounts of the HTTP API, by Basic or Digest (HTTP API manual 2.3 and 3).

use super::defect::Defect;
use super::digest::{self, Algorithm};
use super::failure::Failure;
use super::manner::Manner;
use super::model::Model;
use super::nonce::Nonces;
use super::quirk::Quirk;
use crate::mock::device::{Account, Request, Scheme, Settings};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::collections::HashMap;
use std::time::Duration;

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// System - Control included.
    Full,
    /// A valid account without it.
    Limited,
}

/// Checks the credentials of every request.
pub struct Gate {
    accounts: [(Account, Role); 2],
    scheme: Scheme,
    manner: Manner,
    realm: String,
    nonces: Nonces,
    /// Wrong logins since somebody was locked out last.
    wrong: u32,
    /// Until then nobody is let in.
    shut: Duration,
}

/// So many wrong logins lock everybody out, for so long.
const WRONG: u32 = 10;
const SHUT: Duration = Duration::from_secs(1);

impl Gate {
    pub fn new(settings: &Settings, manner: Manner) -> Self {
        let (variant, _) = Model::of(manner).variant();
        let accounts = [(settings.accounts.admin.clone(), Role::Full), (settings.accounts.limited.clone(), Role::Limited)];
        let realm = match () {
            () if manner.wrong(Defect::ChallengeWithoutRealm) => String::new(),
            () if manner.differs(Quirk::RealmWithColons) => format!("HIP::{variant}:api"),
            () if manner.differs(Quirk::RealmWithComma) => format!("{variant}, site=7"),
            () => variant.to_owned(),
        };
        let scheme = match () {
            () if manner.differs(Quirk::AuthenticationNone) => Scheme::None,
            () if manner.differs(Quirk::AuthenticationBasic) => Scheme::Basic,
            () => settings.scheme,
        };
        Self {
            accounts,
            scheme,
            manner,
            realm,
            nonces: Nonces::new(settings.seed ^ 0x2A, manner),
            wrong: 0,
            shut: Duration::ZERO,
        }
    }

    /// The caller's role, or the refusal: code 8 for another scheme than the one configured, 401 and code 9 for the rest.
    pub fn admit(&mut self, request: &Request, now: Duration) -> Result<Role, Failure> {
        let sent = request.header("authorization");
        match (self.scheme, sent) {
            (Scheme::None, None) if self.asks_though_none(&request.method) => return Err(self.challenge(now, false)),
            (Scheme::Basic, None) if self.manner.wrong(Defect::BasicNotAskedFor) => return Ok(Role::Full),
            (Scheme::None, Some(_)) if self.manner.wrong(Defect::NoneRefusesCredentials) => return Err(Failure::new(8)),
            (Scheme::None, _) => return Ok(Role::Full),
            (_, None) if self.manner.wrong(Defect::UnauthenticatedServed) => return Ok(Role::Full),
            _ => {}
        }
        let Some(header) = sent else { return Err(self.nobody(now)) };
        if now < self.shut {
            return Err(self.challenge(now, false));
        }
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        match self.scheme {
            Scheme::Basic if request.method == "PUT" && self.manner.wrong(Defect::BasicRefusedOnPut) => {
                Err(self.challenge(now, false))
            }
            Scheme::Basic if scheme.eq_ignore_ascii_case("basic") => self.basic(rest).ok_or_else(|| self.unproven(now)),
            Scheme::Digest if scheme.eq_ignore_ascii_case("basic") && self.manner.wrong(Defect::BasicAcceptedToo) => {
                self.basic(rest).ok_or_else(|| self.unproven(now))
            }
            Scheme::Digest if scheme.eq_ignore_ascii_case("digest") => self.digest(rest, request, now),
            _ => Err(self.other_scheme(now)),
        }
    }

    /// Whether a defect asks for credentials although None is set.
    fn asks_though_none(&self, method: &str) -> bool {
        let only = |defect, asking: &str| method == asking && self.manner.wrong(defect);
        self.manner.wrong(Defect::NoneAsks) || only(Defect::NoneAsksForWrites, "PUT") || only(Defect::NoneAsksForPosts, "POST")
    }

    fn basic(&self, encoded: &str) -> Option<Role> {
        let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (user, password) = text.split_once(':')?;
        self.account(user).filter(|(account, _)| self.fits(password, &account.password)).map(|(_, role)| *role)
    }

    /// Whether a password sent readable is the right one, as a defect sees it.
    fn fits(&self, sent: &str, right: &str) -> bool {
        match () {
            () if self.manner.wrong(Defect::AnyPassword) => true,
            () if self.manner.wrong(Defect::EmptyPassword) && sent.is_empty() => true,
            () if self.manner.wrong(Defect::LongerPassword) => sent.starts_with(right),
            () if self.manner.wrong(Defect::PasswordAnyCase) => sent.to_lowercase() == right.to_lowercase(),
            () => sent == right,
        }
    }

    /// The nonce is looked at only once the response is proved: a stranger cannot use it up, nor learn that it is stale.
    fn digest(&mut self, rest: &str, request: &Request, now: Duration) -> Result<Role, Failure> {
        let given = digest::parameters(rest);
        let careless = self.careless(&given, request);
        let Some(role) = careless.or_else(|| self.proven(&given, request)) else { return Err(self.unproven(now)) };
        let nonce = given.get("nonce").map_or("", String::as_str);
        if self.nonces.spend(nonce, given.get("nc"), now) { Ok(role) } else { Err(self.challenge(now, true)) }
    }

    /// The role a defect gives to somebody who has proved nothing, or not to this unit.
    fn careless(&self, given: &HashMap<String, String>, request: &Request) -> Option<Role> {
        let user = given.get("username")?;
        let proved = |password: &str| {
            let expected = Algorithm::named(given.get("algorithm"))
                .and_then(|algorithm| digest::expected(given, algorithm, password, &request.method));
            expected.is_some() && expected.as_ref() == given.get("response")
        };
        let Some((_, role)) = self.account(user) else {
            let admin = self.manner.wrong(Defect::OtherUserAdmitted) && proved(&self.accounts[0].0.password);
            return (admin || self.manner.wrong(Defect::AnyUser)).then_some(Role::Full);
        };
        let blank = given.get("response").is_none_or(String::is_empty);
        let let_in = match () {
            () if self.manner.wrong(Defect::AnyPassword) => true,
            () if self.manner.wrong(Defect::EmptyPassword) => proved(""),
            () => blank && self.manner.wrong(Defect::EmptyResponse),
        };
        let_in.then_some(*role)
    }

    fn proven(&self, given: &HashMap<String, String>, request: &Request) -> Option<Role> {
        let (account, role) = self.account(given.get("username")?)?;
        let algorithm = Algorithm::named(given.get("algorithm")).filter(|algorithm| self.algorithms().contains(algorithm))?;
        let realm = given.get("realm").map_or("", String::as_str) == self.realm;
        if algorithm == Algorithm::Md5 && self.manner.wrong(Defect::Md5Refused) {
            return None;
        }
        let expected = digest::expected(given, algorithm, &account.password, &request.method)?;
        let proved = given.get("response").is_some_and(|response| response.eq_ignore_ascii_case(&expected));
        (realm && proved && self.bound(given.get("uri")?, request)).then_some(*role)
    }

    /// The digest is for this request only.
    fn bound(&self, uri: &str, request: &Request) -> bool {
        if uri.contains('=') && self.manner.wrong(Defect::DigestUriCut) {
            return false;
        }
        let path = request.target.split('?').next().unwrap_or_default();
        uri == request.target || (uri == path && self.manner.differs(Quirk::DigestUriWithoutQuery))
    }

    fn account(&self, user: &str) -> Option<&(Account, Role)> {
        self.accounts.iter().find(|(account, _)| account.user == user)
    }

    fn algorithms(&self) -> Vec<Algorithm> {
        match () {
            () if self.manner.differs(Quirk::DigestMd5Only) => vec![Algorithm::Md5],
            () if self.manner.differs(Quirk::DigestSha256Only) => vec![Algorithm::Sha256],
            () if self.manner.differs(Quirk::DigestMd5First) => vec![Algorithm::Md5, Algorithm::Sha256],
            () => vec![Algorithm::Sha256, Algorithm::Md5],
        }
    }

    /// The refusal of an account that lacks the right.
    pub fn unprivileged(&mut self, now: Duration) -> Failure {
        if self.manner.wrong(Defect::PrivilegeIsCode12) {
            return Failure::new(12).of("user");
        }
        if !self.manner.differs(Quirk::PrivilegeStatus401) {
            return Failure::new(10);
        }
        Failure { challenges: self.challenges(now, false), ..asked(10) }
    }

    fn nobody(&mut self, now: Duration) -> Failure {
        if self.manner.differs(Quirk::NoCredentialsStatus200) {
            return Failure::new(10);
        }
        let code = match () {
            () if self.manner.wrong(Defect::NoCredentialsCode12) => 12,
            () if self.manner.differs(Quirk::NoCredentialsCode10) => 10,
            () if self.manner.differs(Quirk::NoCredentialsCode8) => 8,
            () => 9,
        };
        let status = if self.manner.wrong(Defect::NoCredentialsStatus200) { 200 } else { 401 };
        Failure { challenges: self.challenges(now, false), ..Failure::new(code).with_status(status) }
    }

    fn other_scheme(&mut self, now: Duration) -> Failure {
        if self.manner.wrong(Defect::OtherSchemeIsCode9) {
            return self.challenge(now, false);
        }
        if !self.manner.differs(Quirk::OtherSchemeStatus401) {
            return Failure::new(8);
        }
        Failure { challenges: self.challenges(now, false), ..asked(8) }
    }

    /// The refusal of credentials that do not fit.
    fn unproven(&mut self, now: Duration) -> Failure {
        self.wrong += 1;
        if self.manner.differs(Quirk::LocksOut) && self.wrong.is_multiple_of(WRONG) {
            self.shut = now + SHUT;
        }
        let code = if self.manner.differs(Quirk::WrongCredentialsCode10) { 10 } else { 9 };
        Failure { challenges: self.challenges(now, false), ..asked(code) }
    }

    fn challenge(&mut self, now: Duration, stale: bool) -> Failure {
        Failure { challenges: self.challenges(now, stale), ..asked(9) }
    }

    /// One challenge for each algorithm, or all of them in one line.
    fn challenges(&mut self, now: Duration, stale: bool) -> Vec<String> {
        if self.scheme == Scheme::Basic {
            return vec![format!("Basic realm=\"{}\"", self.realm)];
        }
        let nonce = self.nonces.make(now);
        let lines: Vec<String> = self.algorithms().into_iter().map(|algorithm| self.line(algorithm, &nonce, stale)).collect();
        if self.manner.differs(Quirk::ChallengesInOneHeader) { vec![lines.join(", ")] } else { lines }
    }

    fn line(&self, algorithm: Algorithm, nonce: &str, stale: bool) -> String {
        let mut parts = match () {
            () if self.manner.wrong(Defect::ChallengeWithoutRealm) => vec![format!("nonce=\"{nonce}\"")],
            () if self.manner.wrong(Defect::ChallengeWithoutNonce) => vec![format!("realm=\"{}\"", self.realm)],
            () => vec![format!("realm=\"{}\"", self.realm), format!("nonce=\"{nonce}\"")],
        };
        if !self.manner.differs(Quirk::DigestWithoutQop) {
            parts.insert(parts.len() - 1, "qop=\"auth\"".into());
        }
        if self.manner.differs(Quirk::ChallengeWithOpaque) {
            parts.push("opaque=\"\"".into());
        }
        parts.push(format!("algorithm={}", algorithm.name()));
        if self.manner.differs(Quirk::ChallengeWithCharset) {
            parts.push("charset=UTF-8, userhash=false, domain=\"/api\"".into());
        }
        match stale {
            true => parts.push("stale=true".into()),
            false if self.manner.differs(Quirk::StaleFalseShown) => parts.push("stale=FALSE".into()),
            false => {}
        }
        let scheme = if self.manner.differs(Quirk::ChallengeInLowerCase) { "digest" } else { "Digest" };
        format!("{scheme} {}", parts.join(if self.manner.differs(Quirk::ChallengeWithoutBlanks) { "," } else { ", " }))
    }
}

fn asked(code: u16) -> Failure {
    Failure::new(code).with_status(401)
}
