//! What the client remembers of one account on a target that uses HTTP authentication.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::challenge::{Answerable, read_parameters};
use super::digest::{DigestSession, Proven, basic};
use super::options::UserPassword;
use super::transmission::Message;
use crate::exchange::{Answer, Headers, Twist, header};

/// So many past Digest headers are kept, for sending one again on purpose.
const HISTORY: usize = 64;

/// What a request is proved with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The target asked for nothing.
    Nothing,
    Basic,
    Digest(DigestSession),
}

impl From<Option<Answerable>> for Proof {
    fn from(challenge: Option<Answerable>) -> Self {
        match challenge {
            None => Self::Nothing,
            Some(Answerable::Basic) => Self::Basic,
            Some(Answerable::Digest(challenge)) => Self::Digest(DigestSession::new(challenge)),
        }
    }
}

/// An account with what the target asked of it. A request takes a proof out and puts it back when its reply has come, so that requests
/// which run at once have a nonce each and no device sees a counter out of order.
#[derive(Debug, Default)]
pub struct Account {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    scheme: Option<Scheme>,
    sessions: Vec<DigestSession>,
    history: VecDeque<Past>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Nothing,
    Basic,
    Digest,
}

#[derive(Debug)]
struct Past {
    method: String,
    target: String,
    authorization: String,
}

impl Account {
    /// A proof that the target will probably accept; nothing while it must be asked first.
    pub fn take(&self) -> Option<Proof> {
        let mut known = self.known();
        match known.scheme? {
            Scheme::Nothing => Some(Proof::Nothing),
            Scheme::Basic => Some(Proof::Basic),
            Scheme::Digest => known.sessions.pop().map(Proof::Digest),
        }
    }

    /// Remembers a proof that was not refused. A nonce that the device names for the next request takes the place of the old one.
    pub fn put_back(&self, proof: Proof, answer: Option<&Answer>) {
        let mut known = self.known();
        known.scheme = Some(match proof {
            Proof::Nothing => Scheme::Nothing,
            Proof::Basic => Scheme::Basic,
            Proof::Digest(mut session) => {
                if let Some(nonce) = answer.and_then(|answer| next_nonce(&answer.headers)) {
                    session.challenge.nonce = nonce;
                    session.used = 0;
                }
                known.sessions.push(session);
                Scheme::Digest
            }
        });
    }

    /// The `Authorization` header for a request, right or deliberately wrong.
    pub fn prove(&self, proof: &mut Proof, user: &UserPassword, message: &Message<'_>, twist: Twist) -> Option<String> {
        match proof {
            Proof::Nothing => None,
            Proof::Basic => Some(basic(user)),
            Proof::Digest(session) => {
                let proven = Proven { method: message.method, target: &message.target, body: message.body.unwrap_or_default() };
                let authorization = session.authorization(user, proven, twist);
                if twist == Twist::None {
                    self.remember(message, &authorization);
                }
                Some(authorization)
            }
        }
    }

    fn remember(&self, message: &Message<'_>, authorization: &str) {
        let mut known = self.known();
        if known.history.len() == HISTORY {
            known.history.pop_front();
        }
        let (method, target) = (message.method.to_owned(), message.target.clone());
        known.history.push_back(Past { method, target, authorization: authorization.to_owned() });
    }

    /// The header of the last Digest request like this one, else of the last one at all.
    pub fn last_authorization(&self, message: &Message<'_>) -> Option<String> {
        let known = self.known();
        let same = |past: &&Past| past.method == message.method && past.target == message.target;
        known.history.iter().rev().find(same).or(known.history.back()).map(|past| past.authorization.clone())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// RFC 7616, 3.5.
fn next_nonce(headers: &Headers) -> Option<String> {
    let parameters = read_parameters(header(headers, "authentication-info")?);
    parameters.into_iter().find(|(name, value)| name == "nextnonce" && !value.is_empty()).map(|(_, value)| value)
}
