//! Evidence of a case: its exchanges. Secrets are taken out once, when evidence enters the record.

use std::borrow::Cow;
use std::sync::LazyLock;

use base64::Engine as _;
use md5::{Digest, Md5};
use regex::{Captures, NoExpand, Regex};

use crate::exchange::{Exchange, Headers};
use crate::judge::{Read, Seen};
use crate::record::{BodyRecord, ExchangeRecord, RequestRecord, ResponseRecord};
use crate::template::{encoded, hex};
use crate::verdict::Verdict;

/// What of a body is kept, in bytes, where something was found.
const KEPT: usize = 64 * 1024;

/// What of a body is kept where all is well.
const KEPT_OF_A_PASS: usize = 4 * 1024;

/// What stands where a secret stood.
const REDACTED: &str = "[redacted]";

/// The exchanges of one attempt, in order.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    entries: Vec<Entry>,
    notes: Vec<String>,
}

#[derive(Debug)]
struct Entry {
    purpose: &'static str,
    step: Option<String>,
    exchange: Exchange,
    read: Read,
}

impl Evidence {
    /// Adds an exchange and gives its index.
    pub fn add(&mut self, purpose: &'static str, step: Option<&str>, exchange: Exchange) -> usize {
        self.entries.push(Entry { purpose, step: step.map(str::to_owned), exchange, read: Read::default() });
        self.entries.len() - 1
    }

    /// An exchange that was added.
    pub fn exchange(&self, index: usize) -> &Exchange {
        &self.entries[index].exchange
    }

    /// The same for the judge.
    pub fn seen(&self, index: usize) -> Seen<'_> {
        let entry = &self.entries[index];
        Seen::new(&entry.exchange, &entry.read)
    }

    /// The index of the last exchange.
    pub fn last(&self) -> usize {
        self.entries.len().saturating_sub(1)
    }

    /// Whether a reply held this text, whatever its letter case.
    pub fn tells_of(&self, text: &str) -> bool {
        let replies = self.entries.iter().filter_map(|entry| entry.exchange.outcome.as_ref().ok());
        let wanted = text.to_ascii_lowercase();
        replies.into_iter().any(|answer| String::from_utf8_lossy(&answer.body).to_ascii_lowercase().contains(&wanted))
    }

    /// Something worth saying about the attempt.
    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// The notes.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How long the exchanges took together, in milliseconds.
    pub fn duration_ms(&self) -> u64 {
        self.entries.iter().map(|entry| entry.exchange.duration_us).sum::<u64>() / 1000
    }

    /// For the record, without secrets.
    pub fn records(&self, redaction: &Redaction, verdict: Verdict) -> Vec<ExchangeRecord> {
        let kept = if matches!(verdict, Verdict::Pass | Verdict::Observed) { KEPT_OF_A_PASS } else { KEPT };
        let record = |entry: &Entry| ExchangeRecord {
            purpose: entry.purpose.to_owned(),
            step: entry.step.clone(),
            request: request(&entry.exchange, redaction, kept),
            response: response(&entry.exchange, redaction, kept),
            fault: entry.exchange.outcome.as_ref().err().cloned(),
            duration_us: entry.exchange.duration_us,
        };
        self.entries.iter().map(record).collect()
    }
}

fn request(exchange: &Exchange, redaction: &Redaction, kept: usize) -> RequestRecord {
    let sent = &exchange.sent;
    RequestRecord {
        method: sent.method.clone(),
        target: redaction.text(&sent.target),
        headers: redaction.headers(&sent.headers),
        body: sent.body.as_ref().map(|body| redaction.body(body, kept)),
    }
}

fn response(exchange: &Exchange, redaction: &Redaction, kept: usize) -> Option<ResponseRecord> {
    let answer = exchange.outcome.as_ref().ok()?;
    let mut body = redaction.body(&answer.body, kept);
    body.cut |= answer.capped;
    Some(ResponseRecord {
        status: answer.status,
        reason: redaction.text(&answer.reason),
        headers: redaction.headers(&answer.headers),
        framing: answer.framing.clone(),
        body,
    })
}

/// Takes secrets out of what is kept: by value in every encoding, and by the name of the field.
#[derive(Debug, Default)]
pub struct Redaction {
    /// Any of the values, the longest first; none where nothing is configured.
    values: Option<Regex>,
}

/// The members whose values are nobody's business.
const NAMES: [&str; 9] = ["token", "password", "pin", "card", "code", "identifier_number", "virtCard", "mobkey", "fpt"];

/// Whether a text may hold one of these members at all.
static NAMED: LazyLock<Regex> = LazyLock::new(|| Regex::new(&NAMES.join("|")).expect("the pattern is right"));

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
        let any = values.iter().map(|value| regex::escape(value)).collect::<Vec<_>>().join("|");
        Self { values: (!any.is_empty()).then(|| Regex::new(&any).expect("escaped values are a pattern")) }
    }

    /// A text without secrets.
    pub fn text(&self, text: &str) -> String {
        let mut clean = Cow::Borrowed(text);
        if text.contains('=') {
            change(&mut clean, |text| QUERY.replace_all(text, format!("${{1}}{REDACTED}")));
        }
        if let Some(values) = &self.values {
            change(&mut clean, |text| values.replace_all(text, NoExpand(REDACTED)));
        }
        if NAMED.is_match(&clean) {
            change(&mut clean, |text| FIELDS.replace_all(text, |found: &Captures<'_>| field(found)));
        }
        clean.into_owned()
    }

    fn headers(&self, headers: &Headers) -> Headers {
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

    fn body(&self, body: &[u8], kept: usize) -> BodyRecord {
        let kept = &body[..body.len().min(kept)];
        let cut = kept.len() < body.len();
        let bytes = body.len() as u64;
        let text = match std::str::from_utf8(kept) {
            Ok(text) => Some(text),
            Err(error) if cut && error.error_len().is_none() => std::str::from_utf8(&kept[..error.valid_up_to()]).ok(),
            Err(_) => None,
        };
        match text {
            Some(text) => BodyRecord { bytes, text: Some(self.text(text)), base64: None, cut },
            None => {
                let clean = self.text(&String::from_utf8_lossy(kept));
                let untouched = clean == String::from_utf8_lossy(kept);
                let base64 = untouched.then(|| base64::engine::general_purpose::STANDARD.encode(kept));
                BodyRecord { bytes, text: (!untouched).then_some(clean), base64, cut }
            }
        }
    }
}

/// Changes a text where there is something to change; what stays as it is is not copied.
fn change(text: &mut Cow<'_, str>, how: impl Fn(&str) -> Cow<'_, str>) {
    if let Cow::Owned(changed) = how(text) {
        *text = Cow::Owned(changed);
    }
}

/// A field's value is taken out, unless it is an error code.
fn field(found: &Captures<'_>) -> String {
    let (name, value) = (&found[1], &found[2]);
    let is_error_code =
        name.contains("code\"") && !value.starts_with('[') && !value.trim_matches('"').bytes().all(|byte| byte.is_ascii_digit());
    let is_number_code = name.contains("code\"") && !value.starts_with(['"', '[']);
    if is_error_code || is_number_code || value == "\"\"" || value == "[]" {
        return format!("{name}{value}");
    }
    format!("{name}\"{REDACTED}\"")
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
        check(r#"{"access":{"pin":"4711","code":["11",""]}}"#, r#"{"access":{"pin":"[redacted]","code":"[redacted]"}}"#);
        check(r#"{"access.pin":"4711"}"#, r#"{"access.pin":"[redacted]"}"#);
        check("YWRtaW46VHVsaXAtNDcxMQ==", "[redacted]");
    }
}
