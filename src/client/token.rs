//! Logging in for a token (BAS-IP): GET with the user name and the MD5 of the password, then `Bearer` on every request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use tokio::sync::Mutex;
use url::form_urlencoded;

use super::auth::{People, is_whole};
use super::digest::{DigestChallenge, DigestSession, Proven, unguessable, upper_md5};
use super::options::UserPassword;
use super::transmission::{Message, Transmission};
use super::transport::Transport;
use crate::exchange::{Answer, Exchange, Fault, Role, Twist};

/// The login of a target that gives out tokens.
#[derive(Debug)]
pub struct TokenLogin {
    target: RwLock<String>,
    /// The documents' example writes the MD5 in capitals; true where the device wanted small letters.
    small_letters: AtomicBool,
    /// True once it is known how the device wants the MD5 written, or that neither way opens.
    spelling_settled: AtomicBool,
    /// Held over the login itself, so that requests which start together wait for one login and share it.
    admin: Mutex<Slot>,
    limited: Mutex<Slot>,
}

#[derive(Debug, Clone, Default)]
enum Slot {
    #[default]
    Empty,
    Token(String),
    /// The device said no. It is not asked again: repeated wrong logins can get an account or an address banned.
    Refused(Fault, u16),
}

impl TokenLogin {
    pub fn new(target: String) -> Self {
        Self {
            target: RwLock::new(target),
            small_letters: AtomicBool::new(false),
            spelling_settled: AtomicBool::new(false),
            admin: Mutex::default(),
            limited: Mutex::default(),
        }
    }

    /// Logs in elsewhere from now on.
    pub fn move_to(&self, target: String) {
        *self.target.write().unwrap_or_else(PoisonError::into_inner) = target;
    }

    /// The status under which the device gave the administrator no token, if it did so.
    pub async fn refused_with(&self) -> Option<u16> {
        match &*self.admin.lock().await {
            Slot::Refused(_, status) => Some(*status),
            Slot::Empty | Slot::Token(_) => None,
        }
    }

    /// Sends a request with the token of a role. Wrong roles present a token that the device never gave out.
    pub async fn exchange(
        &self,
        people: &People,
        transport: &Transport,
        message: Message<'_>,
        role: Role,
        twist: Twist,
    ) -> Exchange {
        let mut challenges = 0;
        let transmission = match (role, twist) {
            (_, Twist::Basic | Twist::Digest) => otherwise(people, transport, &message, role, twist).await,
            (Role::Admin | Role::Limited, Twist::None) => self.rightly(people, transport, &message, role, &mut challenges).await,
            (_, Twist::None) => Ok(transport.transmit(&message.with(Some(bearer(&made_up())))).await),
            _ => Err(Fault::Login { why: "this needs a Digest challenge, but the target gives out tokens".into() }),
        };
        let transmission = transmission.unwrap_or_else(|fault| transport.failed(&message, fault));
        transmission.into_exchange(challenges)
    }

    /// Logs in where needed. When a token from an earlier exchange is refused, logs in again and repeats the request, once.
    async fn rightly(
        &self,
        people: &People,
        transport: &Transport,
        message: &Message<'_>,
        role: Role,
        challenges: &mut u32,
    ) -> Result<Transmission, Fault> {
        let user = people.credentials(role)?;
        let (token, new) = self.token(transport, role, &user, None).await?;
        let transmission = transport.transmit(&message.with(Some(bearer(&token)))).await;
        match transmission.refusal() {
            Some(answer) if !new && is_whole(answer) => {}
            _ => return Ok(transmission),
        }
        *challenges += 1;
        let (token, _) = self.token(transport, role, &user, Some(&token)).await?;
        Ok(transport.transmit(&message.with(Some(bearer(&token)))).await)
    }

    /// The token of a role, and whether it was given out just now. One that was refused is not given again.
    async fn token(
        &self,
        transport: &Transport,
        role: Role,
        user: &UserPassword,
        ended: Option<&str>,
    ) -> Result<(String, bool), Fault> {
        let slot = if role == Role::Limited { &self.limited } else { &self.admin };
        let mut slot = slot.lock().await;
        match &*slot {
            Slot::Token(token) if ended != Some(token.as_str()) => return Ok((token.clone(), false)),
            Slot::Refused(fault, _) => return Err(fault.clone()),
            Slot::Empty | Slot::Token(_) => {}
        }
        *slot = Slot::Empty;
        let (next, result) = match self.log_in(transport, user).await {
            Ok(token) => (Slot::Token(token.clone()), Ok((token, true))),
            Err((fault, Some(status))) => (Slot::Refused(fault.clone(), status), Err(fault)),
            Err((fault, None)) => (Slot::Empty, Err(fault)),
        };
        *slot = next;
        result
    }

    /// Logs in. A refusal in capitals is followed by one attempt in small letters, as clients of real panels write it, and by no other: a device
    /// may ban whoever tries too often.
    async fn log_in(&self, transport: &Transport, user: &UserPassword) -> Result<String, (Fault, Option<u16>)> {
        let small = self.small_letters.load(Ordering::Relaxed);
        let first = self.attempt(transport, user, small).await;
        let refused = matches!(first, Err((_, Some(400 | 401 | 403))));
        if first.is_ok() || refused {
            let settled = self.spelling_settled.swap(true, Ordering::Relaxed);
            if refused && !settled && spelt(user, true) != spelt(user, false) {
                let second = self.attempt(transport, user, !small).await;
                if second.is_ok() {
                    self.small_letters.store(!small, Ordering::Relaxed);
                    return second;
                }
            }
        }
        first
    }

    /// One attempt. A failure has the status where the device has said no for good.
    async fn attempt(&self, transport: &Transport, user: &UserPassword, small: bool) -> Result<String, (Fault, Option<u16>)> {
        let target = self.target.read().unwrap_or_else(PoisonError::into_inner).clone();
        let message = Message::get(format!("{target}?{}", query(user, small)));
        let answer = transport.ask(&message).await.outcome.map_err(|fault| (fault, None))?;
        token_in(&answer).ok_or_else(|| {
            let why = format!("GET {target} was answered {}: {}", answer.status, said(&answer));
            (Fault::Login { why }, Some(answer.status).filter(|status| !matches!(status, 408 | 429 | 500..)))
        })
    }
}

fn query(user: &UserPassword, small: bool) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("username", &user.user).append_pair("password", &spelt(user, small)).finish()
}

/// The MD5 of the password.
fn spelt(user: &UserPassword, small: bool) -> String {
    let sum = upper_md5(&user.password);
    if small { sum.to_ascii_lowercase() } else { sum }
}

/// Credentials of another scheme than the one the target knows.
async fn otherwise(
    people: &People,
    transport: &Transport,
    message: &Message<'_>,
    role: Role,
    twist: Twist,
) -> Result<Transmission, Fault> {
    let user = people.credentials(role)?;
    let authorization = if twist == Twist::Basic {
        people.basic(&user, role, transport.secure())
    } else {
        let proven = Proven { method: message.method, target: &message.target, body: message.body.unwrap_or_default() };
        DigestSession::new(DigestChallenge::made_up()).authorization(&user, proven, Twist::None)
    };
    Ok(transport.transmit(&message.with(Some(authorization))).await)
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// A text of the shape of a token: forty hexadecimal digits.
fn made_up() -> String {
    format!("{}{}", unguessable(), &unguessable()[..8])
}

/// A token that can be put into a header.
fn token_in(answer: &Answer) -> Option<String> {
    if !matches!(answer.status, 200..300) {
        return None;
    }
    let body: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    let token = body.get("token")?.as_str()?;
    let fits = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| token.to_owned())
}

/// What the device said instead of giving a token, in a few words.
fn said(answer: &Answer) -> String {
    let body: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
    let error = body.as_ref().and_then(|body| body.get("error"));
    let text = error.and_then(|error| error.as_str().or_else(|| error.get("message")?.as_str()));
    match text {
        Some(text) => text.chars().take(200).collect(),
        None if matches!(answer.status, 200..300) => "there is no usable token in the reply".into(),
        None => String::from_utf8_lossy(&answer.body).chars().take(200).flat_map(char::escape_debug).collect(),
    }
}
