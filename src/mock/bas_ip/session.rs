//! Logging in for a token, and what a token opens.

use super::defect::Defect;
use super::device::{Answer, Answered, Panel};
use super::fault::Fault;
use super::quirk::Quirk;
use super::random;
use crate::mock::device::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// How long a token lives, counted from the login.
const LIFETIME: Duration = Duration::from_secs(7200);

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Administrator,
    Limited,
}

#[derive(Debug)]
struct Session {
    role: Role,
    expires: Duration,
    /// How many calls came with it.
    calls: u32,
}

/// The open sessions, by token.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    open: HashMap<String, Session>,
    /// Tokens that were logged out (for a defect that still takes them).
    ended: HashSet<String>,
    issued: u64,
}

impl Sessions {
    pub fn count(&self) -> usize {
        self.open.len()
    }
}

impl Panel {
    /// `GET /login`: a token for a user and the MD5 of the password.
    pub(super) fn log_in(&mut self, request: &Request, now: Duration) -> Answered {
        if self.nature.wrong(Defect::LoginNeedsHeader) && request.header("authorization").is_none() {
            return Err(Fault::LogIn);
        }
        if self.nature.wrong(Defect::LoginRoute404) && request.query.is_empty() {
            return Err(Fault::Path);
        }
        let (user, password) = self.credentials(request)?;
        let Some(role) = self.role_of(user, password) else {
            self.note_login("incorrect_login_api_call", now);
            return Err(self.refused_login(user));
        };
        self.note_login("successful_login_api_call", now);
        Ok(Answer::Json(self.welcome(role, now)))
    }

    fn credentials<'a>(&self, request: &'a Request) -> Result<(&'a str, &'a str), Fault> {
        let (user, password) = (request.query("username"), request.query("password"));
        let empty_is_missing = self.nature.quirky(Quirk::EmptyLoginIsMissing);
        let given = |value: Option<&'a str>| value.filter(|text| !(empty_is_missing && text.is_empty()));
        match (given(user), given(password)) {
            (Some(user), Some(password)) => Ok((user, password)),
            (_, None) if self.nature.wrong(Defect::MissingPasswordCrash) => Err(Fault::Crash),
            _ if self.nature.wrong(Defect::MissingLoginText) => Err(Fault::Credentials),
            _ => Err(Fault::Parameters),
        }
    }

    fn refused_login(&self, user: &str) -> Fault {
        if self.nature.wrong(Defect::UnknownUserTells) && user != self.accounts.admin.user && user != self.accounts.limited.user {
            Fault::Said(400, "User not found")
        } else if self.nature.wrong(Defect::WrongLoginText) {
            Fault::Said(400, "Authentication failed")
        } else if self.nature.wrong(Defect::Login401) {
            Fault::Said(401, "Wrong login or password")
        } else {
            Fault::Credentials
        }
    }

    fn role_of(&self, user: &str, password: &str) -> Option<Role> {
        let admin = user == self.accounts.admin.user && self.proves(&self.accounts.admin.password, password);
        let limited = user == self.accounts.limited.user && self.proves(&self.accounts.limited.password, password);
        if admin {
            Some(Role::Administrator)
        } else if limited && self.nature.edition.forbids {
            Some(Role::Limited)
        } else {
            None
        }
    }

    /// True when `given` is the MD5 of the password as this panel wants it written.
    fn proves(&self, password: &str, given: &str) -> bool {
        let sum = random::hex(&Md5::digest(password.as_bytes()));
        if self.nature.wrong(Defect::AnyPassword) || (self.nature.wrong(Defect::PlainPassword) && given == password) {
            return true;
        }
        if self.nature.wrong(Defect::HalfSumCompared) {
            return given.get(..16).is_some_and(|half| half.eq_ignore_ascii_case(&sum[..16]));
        }
        if self.nature.wrong(Defect::UpperMd5Refused) {
            return given == sum;
        }
        if self.nature.quirky(Quirk::LowerMd5Refused) {
            return given == sum.to_ascii_uppercase();
        }
        given.eq_ignore_ascii_case(&sum)
    }

    fn welcome(&mut self, role: Role, now: Duration) -> Value {
        self.sessions.open.retain(|_, session| session.expires > now);
        if self.nature.quirky(Quirk::OneSession) {
            self.sessions.open.retain(|_, session| session.role != role);
        }
        if self.nature.wrong(Defect::TokenEmpty) {
            return json!({"token": "", "account_type": "admin"});
        }
        let token = self.new_token();
        self.sessions.open.insert(token.clone(), Session { role, expires: now.saturating_add(self.lifetime()), calls: 0 });
        let account_type = match role {
            _ if self.nature.wrong(Defect::AccountTypeUnknown) => "superuser",
            Role::Administrator => "admin",
            Role::Limited => "manager",
        };
        if self.nature.wrong(Defect::LoginWithoutAccountType) {
            return json!({"token": token});
        }
        if self.nature.wrong(Defect::AccountTypeNumber) {
            return json!({"token": token, "account_type": 1});
        }
        json!({"token": token, "account_type": account_type})
    }

    fn lifetime(&self) -> Duration {
        if self.nature.quirky(Quirk::LifetimeOfADay) { 12 * LIFETIME } else { LIFETIME }
    }

    fn new_token(&mut self) -> String {
        self.sessions.issued += 1;
        if self.nature.edition.uuid_token || self.nature.quirky(Quirk::UuidToken) {
            random::uuid(self.seed, "token", self.sessions.issued)
        } else {
            random::hex(&random::bytes(self.seed, "token", self.sessions.issued)[..20])
        }
    }

    /// `GET /logout`: ends the session of the token that came along.
    pub(super) fn log_out(&mut self, request: &Request) -> Answered {
        if !self.nature.wrong(Defect::LogoutNoop)
            && let Some(token) = self.token_of(request)
        {
            self.sessions.open.remove(token);
            self.sessions.ended.insert(token.to_owned());
        }
        Ok(Answer::Json(json!({})))
    }

    /// Who is calling, if the call carries proof of it.
    pub(super) fn caller(&mut self, request: &Request, now: Duration) -> Option<Role> {
        if let Some(role) = self.basic_caller(request) {
            return Some(role);
        }
        let Some(token) = self.token_of(request) else {
            return self.nature.wrong(Defect::TokenlessServed).then_some(Role::Administrator);
        };
        let renewed = self.nature.quirky(Quirk::SlidingLifetime).then(|| now.saturating_add(self.lifetime()));
        let most_calls = if self.nature.quirky(Quirk::TokenOfFiftyCalls) { 50 } else { u32::MAX };
        match self.sessions.open.get_mut(token) {
            Some(session) if session.expires > now && session.calls < most_calls => {
                session.calls += 1;
                session.expires = renewed.unwrap_or(session.expires);
                Some(session.role)
            }
            _ => self.nature.wrong(Defect::AnyToken).then_some(Role::Administrator),
        }
    }

    /// True when a defective panel deletes for this call although its token is worth nothing.
    pub(super) fn dead_token_deletes(&self, request: &Request) -> bool {
        let Some(token) = self.token_of(request) else { return false };
        let wrong = |defect| self.nature.wrong(defect);
        wrong(Defect::AnyTokenDeletes) || (wrong(Defect::LoggedOutDeletes) && self.sessions.ended.contains(token))
    }

    fn token_of<'a>(&self, request: &'a Request) -> Option<&'a str> {
        let header = request.header("authorization")?;
        if self.nature.quirky(Quirk::StrictBearer) {
            return header.strip_prefix("Bearer ").filter(|token| !token.is_empty() && !token.contains(' '));
        }
        let (scheme, token) = header.split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    }

    fn basic_caller(&self, request: &Request) -> Option<Role> {
        if !self.nature.edition.basic && !self.nature.quirky(Quirk::BasicAccepted) {
            return None;
        }
        let (scheme, proof) = request.header("authorization")?.split_once(' ')?;
        let text = String::from_utf8(STANDARD.decode(proof.trim()).ok()?).ok()?;
        let (user, password) = text.split_once(':')?;
        let admin = &self.accounts.admin;
        (scheme.eq_ignore_ascii_case("basic") && user == admin.user && password == admin.password).then_some(Role::Administrator)
    }
}
