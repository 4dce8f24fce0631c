//! The server's side of HTTP Digest (RFC 2617, and SHA-256 from RFC 7616): what a client sent, and what it should have sent.

use data_encoding::HEXLOWER;
use md5::{Digest as _, Md5};
use sha2::Sha256;
use std::collections::HashMap;

/// The hash of a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    /// The algorithm a client names; MD5 when it names none.
    pub fn named(name: Option<&String>) -> Option<Self> {
        match name.map(|name| name.to_ascii_uppercase()).as_deref() {
            None | Some("MD5") => Some(Self::Md5),
            Some("SHA-256") => Some(Self::Sha256),
            Some(_) => None,
        }
    }

    pub fn hex(self, text: &str) -> String {
        match self {
            Self::Md5 => HEXLOWER.encode(&Md5::digest(text.as_bytes())),
            Self::Sha256 => HEXLOWER.encode(&Sha256::digest(text.as_bytes())),
        }
    }
}

/// The parameters of an `Authorization: Digest` header, names in lower case. Commas and equals signs inside quotes are text.
pub fn parameters(text: &str) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let mut rest = text.trim_start();
    while let Some((name, after)) = rest.split_once('=') {
        let (value, after) = value(after.trim_start());
        found.insert(name.trim_matches([' ', '\t', ',']).to_ascii_lowercase(), value);
        rest = after.trim_start_matches([' ', '\t', ',']);
    }
    found
}

/// A token or a quoted string, and what follows it.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        return (text[..end].trim_end().to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(character),
        }
    }
    (value, "")
}

/// The response a client with this password gives; `None` where parameters are missing or the protection is not `auth`.
pub fn expected(given: &HashMap<String, String>, algorithm: Algorithm, password: &str, method: &str) -> Option<String> {
    let part = |name: &str| given.get(name).map(String::as_str);
    let (user, realm, nonce, uri) = (part("username")?, part("realm").unwrap_or_default(), part("nonce")?, part("uri")?);
    let account = algorithm.hex(&format!("{user}:{realm}:{password}"));
    let request = algorithm.hex(&format!("{method}:{uri}"));
    match part("qop") {
        None => Some(algorithm.hex(&format!("{account}:{nonce}:{request}"))),
        Some("auth") => {
            let (count, client) = (part("nc")?, part("cnonce")?);
            Some(algorithm.hex(&format!("{account}:{nonce}:{count}:{client}:auth:{request}")))
        }
        Some(_) => None,
    }
}
