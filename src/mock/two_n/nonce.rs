//! Nonces: handed out without being remembered, recognised by their seal, counted once somebody has proved to know the password.

use super::digest::Algorithm;
use super::manner::Manner;
use super::quirk::Quirk;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// How long a nonce serves.
const LIFETIME: Duration = Duration::from_secs(300);
/// More nonces than this in use: those that ended are forgotten.
const MANY: usize = 1024;

/// The nonces of one unit.
pub struct Nonces {
    secret: u64,
    manner: Manner,
    given: u64,
    /// The counts used with each nonce, and when it was made.
    used: HashMap<String, (Duration, HashSet<String>)>,
}

impl Nonces {
    pub fn new(secret: u64, manner: Manner) -> Self {
        Self { secret, manner, given: 0, used: HashMap::new() }
    }

    /// A nonce that nobody had before.
    pub fn make(&mut self, now: Duration) -> String {
        self.given += 1;
        let plain = self.sealed(now.as_millis() as u64, self.given);
        if self.manner.differs(Quirk::NonceBase64) { STANDARD.encode(plain) } else { plain }
    }

    /// Uses a nonce once more, with this count. False when it is not ours, too old, or used with this count before.
    pub fn spend(&mut self, nonce: &str, count: Option<&String>, now: Duration) -> bool {
        let Some(made) = self.made(nonce) else { return self.manner.differs(Quirk::AnyNonce) };
        if now.saturating_sub(made) > LIFETIME {
            return false;
        }
        if self.used.len() > MANY {
            self.used.retain(|_, (made, _)| now.saturating_sub(*made) <= LIFETIME);
        }
        let (_, counts) = self.used.entry(nonce.to_owned()).or_insert_with(|| (made, HashSet::new()));
        if self.manner.differs(Quirk::NoncePerRequest) && !counts.is_empty() {
            return false;
        }
        // A client of RFC 2069 sends no count: its nonce may be used again.
        let unused = count.is_none_or(|count| counts.insert(count.to_ascii_lowercase()));
        unused || self.manner.differs(Quirk::ReplayAccepted)
    }

    /// When the nonce was made; `None` when its seal is not ours.
    fn made(&self, nonce: &str) -> Option<Duration> {
        let decoded = STANDARD.decode(nonce).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let plain = if self.manner.differs(Quirk::NonceBase64) { decoded? } else { nonce.to_owned() };
        let made = u64::from_str_radix(plain.get(..12)?, 16).ok()?;
        let serial = u64::from_str_radix(plain.get(12..20)?, 16).ok()?;
        (plain == self.sealed(made, serial)).then_some(Duration::from_millis(made))
    }

    fn sealed(&self, made: u64, serial: u64) -> String {
        let seal = Algorithm::Sha256.hex(&format!("{}:{made}:{serial}", self.secret));
        format!("{made:012x}{serial:08x}{}", &seal[..12])
    }
}
