//! Secrets are taken out once, when evidence enters the record.

use std::sync::LazyLock;

use base64::Engine as _;
use md5::{Digest, Md5};
use regex::{Captures, Regex};
use serde_json::Value;

use crate::exchange::Headers;
use crate::record::BodyRecord;
use crate::template::{encoded, hex};

/// What stands where a secret stood, or one that was a number.
pub(super) const REDACTED: &str = "[redacted]";
const NUMBER: &str = "[redacted number]";

/// A number that stands for a secret one.
const STAND_IN: &str = "4700114700114711";

/// Takes secrets out of what is kept: by value in every encoding, and by the name of the field.
#[derive(Debug, Default)]
pub struct Redaction {
    values: Vec<String>,
}

/// The members whose values are nobody's business.
const NAMES: [&str; 9] = ["token", "password", "pin", "card", "code", "identifier_number", "virtCard", "mobkey", "fpt"];

static FIELDS: LazyLock<Regex> = LazyLock::new(|| {
    let name = format!(r#""(?:[A-Za-z_.]*\.)?(?:{}|input_code_number)""#, NAMES.join("|"));
    let value = r#"(?:"(?:[^"\\]|\\.)*"|\[[^\[\]{}]*\]|-?[0-9]+)"#;
    Regex::new(&format!(r"({name}\s*:\s*)({value})")).expect("the pattern is right")
});

static QUERY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\b((?:token|password|pin|code)=)([^&\s]+)").expect("the pattern is right"));

impl Redaction {
    /// A redaction of the configured secrets; `users` go with their passwords, so that `user:password` in Base64 is known too.
    pub fn new(secrets: &[(String, String)]) -> Self {
        let mut values = Vec::new();
        for (user, password) in secrets.iter().filter(|(_, password)| !password.is_empty()) {
            let digest = hex(&Md5::digest(password.as_bytes()));
            let base64 = base64::engine::general_purpose::STANDARD;
            values.extend([
                digest.to_uppercase(),
                digest,
                base64.encode(password),
                base64.encode(format!("{user}:{password}")),
                encoded(password),
            ]);
            values.push(password.clone());
        }
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.dedup();
        Self { values }
    }

    /// A text without secrets.
    pub fn text(&self, text: &str) -> String {
        self.clean(text, &SentSecrets::default())
    }

    fn clean(&self, text: &str, sent: &SentSecrets) -> String {
        let mut clean = QUERY.replace_all(text, format!("${{1}}{REDACTED}")).into_owned();
        for value in &self.values {
            if clean.contains(value.as_str()) {
                clean = clean.replace(value.as_str(), REDACTED);
            }
        }
        if !NAMES.iter().any(|name| clean.contains(name)) {
            return clean;
        }
        FIELDS.replace_all(&clean, |found: &Captures<'_>| field(found, sent)).into_owned()
    }

    pub(super) fn headers(&self, headers: &Headers) -> Headers {
        let secret = ["authorization", "proxy-authorization", "cookie", "set-cookie"];
        let clean = |(name, value): &(String, String)| {
            let value = if secret.contains(&name.to_ascii_lowercase().as_str()) {
                value.split_once(' ').map_or_else(|| REDACTED.to_owned(), |(scheme, _)| format!("{scheme} {REDACTED}"))
            } else {
                self.text(value)
            };
            (name.clone(), value)
        };
        headers.iter().map(clean).collect()
    }

    pub(super) fn body(&self, body: &[u8], kept: usize, sent: &SentSecrets) -> BodyRecord {
        let kept = &body[..body.len().min(kept)];
        let cut = kept.len() < body.len();
        let bytes = body.len() as u64;
        let text = match std::str::from_utf8(kept) {
            Ok(text) => Some(text),
            Err(error) if cut && error.error_len().is_none() => std::str::from_utf8(&kept[..error.valid_up_to()]).ok(),
            Err(_) => None,
        };
        match text {
            Some(text) => BodyRecord { bytes, text: Some(self.clean(text, sent)), base64: None, cut },
            None => {
                let clean = self.clean(&String::from_utf8_lossy(kept), sent);
                let untouched = clean == String::from_utf8_lossy(kept);
                let base64 = untouched.then(|| base64::engine::general_purpose::STANDARD.encode(kept));
                BodyRecord { bytes, text: (!untouched).then_some(clean), base64, cut }
            }
        }
    }
}

/// A field's value is taken out, unless it is an error code.
fn field(found: &Captures<'_>, sent: &SentSecrets) -> String {
    let (name, value) = (&found[1], &found[2]);
    if is_secret(name, value) { format!("{name}{}", sent.mark(value)) } else { format!("{name}{value}") }
}

fn is_secret(name: &str, value: &str) -> bool {
    let is_error_code =
        name.contains("code\"") && !value.starts_with('[') && !value.trim_matches('"').bytes().all(|byte| byte.is_ascii_digit());
    let is_number_code = name.contains("code\"") && !value.starts_with(['"', '[']);
    !(is_error_code || is_number_code || value == "\"\"" || value == "[]")
}

/// The secrets that a case itself has sent, in order. Where a reply repeats one, the record says which, so that the reply can be judged again
/// by whoever makes the same request; what only the device knows is shown by its type alone.
#[derive(Debug, Default)]
pub(super) struct SentSecrets(Vec<Value>);

impl SentSecrets {
    /// Takes the secrets of a request that is about to leave.
    pub(super) fn take(&mut self, body: &[u8]) {
        let text = String::from_utf8_lossy(body);
        if !NAMES.iter().any(|name| text.contains(name)) {
            return;
        }
        for found in FIELDS.captures_iter(&text).filter(|found| is_secret(&found[1], &found[2])) {
            let value = serde_json::from_str::<Value>(&found[2]).unwrap_or_default();
            for one in if let Value::Array(several) = value { several } else { vec![value] } {
                if !self.0.contains(&one) {
                    self.0.push(one);
                }
            }
        }
    }

    /// What stands for a secret; a list keeps its length.
    fn mark(&self, value: &str) -> Value {
        match serde_json::from_str::<Value>(value) {
            Ok(Value::Array(several)) => several.iter().map(|one| self.mark_one(one)).collect(),
            Ok(one) => self.mark_one(&one),
            Err(_) => REDACTED.into(),
        }
    }

    fn mark_one(&self, value: &Value) -> Value {
        match self.0.iter().position(|sent| sent == value) {
            _ if value.as_str().is_some_and(str::is_empty) => value.clone(),
            Some(place) => format!("[redacted {}]", place + 1).into(),
            None if value.is_number() => NUMBER.into(),
            None => REDACTED.into(),
        }
    }

    /// A body of the record with what this case has sent put back; what only the device knew is stood for by one of two stand-ins of its type.
    /// Says whether there was any of that.
    pub(super) fn restore(&self, text: &str, stand_in: StandIn) -> (String, bool) {
        let mut text = text.to_owned();
        for (place, value) in self.0.iter().enumerate() {
            text = text.replace(&format!("\"[redacted {}]\"", place + 1), &value.to_string());
        }
        let is_unknown = text.contains("[redacted");
        let (word, number) = match stand_in {
            StandIn::First => (REDACTED, STAND_IN),
            StandIn::Second => ("5", "0"),
        };
        text = text.replace(&format!("\"{REDACTED}\""), &format!("\"{word}\"")).replace(&format!("\"{NUMBER}\""), number);
        (text, is_unknown)
    }
}

/// Whether a text shows that something in it stands for a secret.
pub(super) fn shows_secret(text: &str) -> bool {
    text.contains("[redacted") || text.contains(STAND_IN)
}

/// What stands for a secret that the record does not show: what is found must not depend on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum StandIn {
    #[default]
    First,
    Second,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let redaction = Redaction::new(&[("admin".to_owned(), "Tulip-4711".to_owned())]);
        assert_eq!(redaction.text(text), expected);
    }

    #[test]
    fn secrets_are_taken_out_and_error_codes_stay() {
        check("/login?username=a&password=BB2264706686D975260D0E6317BC511F", "/login?username=a&password=[redacted]");
        check(r#"x BB2264706686D975260D0E6317BC511F y Tulip-4711"#, "x [redacted] y [redacted]");
        check(r#"{"token":"abc","account_type":"admin"}"#, r#"{"token":"[redacted]","account_type":"admin"}"#);
        check(r#"{"error":{"code":12,"param":"users"}}"#, r#"{"error":{"code":12,"param":"users"}}"#);
        check(r#"{"errors":[{"code":"EDIR_UUID_INVALID_FORMAT"}]}"#, r#"{"errors":[{"code":"EDIR_UUID_INVALID_FORMAT"}]}"#);
        check(r#"{"access":{"pin":"4711","code":["11",""]}}"#, r#"{"access":{"pin":"[redacted]","code":["[redacted]",""]}}"#);
        check(r#"{"access.pin":"4711"}"#, r#"{"access.pin":"[redacted]"}"#);
        check("YWRtaW46VHVsaXAtNDcxMQ==", "[redacted]");
    }

    #[test]
    fn a_secret_that_the_case_itself_sent_can_be_put_back_by_who_makes_the_same_request() {
        let mut sent = SentSecrets::default();
        sent.take(br#"{"access":{"pin":"4711","code":["1","2"]},"code":"EDIR_X"}"#);
        let reply = r#"{"pin":"4711","other":{"pin":"99"},"code":[ "1", "2" ],"card":[ "0A" ],"x":{"pin":5}}"#;
        let body = Redaction::default().body(reply.as_bytes(), 1000, &sent);
        let shown = body.text.unwrap_or_default();
        assert_eq!(
            shown,
            r#"{"pin":"[redacted 1]","other":{"pin":"[redacted]"},"code":["[redacted 2]","[redacted 3]"],"card":["[redacted]"],"x":{"pin":"[redacted number]"}}"#
        );
        let expected = r#"{"pin":"4711","other":{"pin":"5"},"code":["1","2"],"card":["5"],"x":{"pin":0}}"#;
        assert_eq!(sent.restore(&shown, StandIn::Second), (expected.to_owned(), true));
        assert!(!sent.restore(r#"{"pin":"[redacted 1]"}"#, StandIn::First).1);
    }
}
