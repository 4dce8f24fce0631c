//! Secrets are taken out once, when something enters the record: by value in every encoding, and by the name of the field.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use md5::{Digest, Md5};
use regex::{Captures, NoExpand, Regex};
use serde_json::Value;

use crate::exchange::{Fault, Headers};
use crate::judge::compiled;
use crate::record::{BodyRecord, Mismatch, Record};
use crate::template::{encoded, hex};

/// What stands where a secret stood.
pub(super) const REDACTED: &str = "[redacted]";

/// The same behind the name of the secret, which stays.
const BEHIND_THE_NAME: &str = "${1}[redacted]";

/// What stands where a secret number stood.
const NUMBER: &str = "[redacted number]";

/// A number that stands for a secret one.
const STAND_IN: &str = "4700114700114711";

/// A user name of fewer letters (`admin`) is a word like others, and no secret.
const SHORTEST_USER: usize = 6;

/// A password of one or two letters stands in every other word, and cannot be taken out of any text.
const SHORTEST: usize = 3;

/// Less Base64 than this is likely to stand in some text by chance.
const SHORTEST_BASE64: usize = 8;

/// So much more of a body than is kept is looked at, so that a secret at the cut is recognised.
pub(super) const BEYOND_THE_CUT: usize = 512;

/// Takes secrets out of what is kept.
#[derive(Debug, Default)]
pub struct Redaction {
    /// Every form of every secret, the longest first; nothing where no secret is configured.
    values: Option<Arc<Regex>>,
}

/// The members whose values are nobody's business.
const NAMES: [&str; 9] = ["token", "password", "pin", "card", "code", "identifier_number", "virtCard", "mobkey", "fpt"];

static FIELDS: LazyLock<Regex> = LazyLock::new(|| {
    let name = format!(r#""(?:[A-Za-z_.]*\.)?(?:{}|input_code_number)""#, NAMES.join("|"));
    // A text, a list or a number; or the beginning of a text or a list where the rest was cut off.
    let text = r#""(?:[^"\\]|\\.)*(?:"|\\?$)"#;
    let value = format!(r#"(?:{text}|\[(?:[^\[\]{{}}"]|{text})*(?:\]|$)|-?[0-9][0-9.eE+-]*)"#);
    Regex::new(&format!(r"(?i)({name}\s*:\s*)({value})")).expect("the pattern is right")
});

static QUERY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\b((?:token|password|pin|code)=)([^&\s]+)").expect("the pattern is right"));

/// Proofs of an account that a device repeats.
static PROOF: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?i)\b(bearer\s+|response=\\?"?)([0-9a-z+/=._~-]{16,})"#).expect("the pattern is right"));

/// What stands in every text with such a member or such a proof.
static ANY_NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!("(?i)bearer|response=|{}", NAMES.join("|"))).expect("the pattern is right"));

impl Redaction {
    /// A redaction of the configured secrets; `users` go with their passwords, so that `user:password` in Base64 is known too.
    pub fn new(secrets: &[(String, String)]) -> Self {
        let mut values = Vec::new();
        for (user, password) in secrets {
            if !password.is_empty() {
                // Cases about the login try the other letter case, too, and whoever reads that knows the password.
                for password in [password, &other_case(password)] {
                    values.extend(forms(password).into_iter().filter(|form| form.len() >= SHORTEST));
                    values.extend(based(&format!("{user}:{password}")));
                }
            }
            if user.len() >= SHORTEST_USER {
                values.extend(forms(user));
            }
        }
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.dedup();
        let any = values.iter().map(|value| regex::escape(value)).collect::<Vec<_>>().join("|");
        Self { values: (!any.is_empty()).then(|| compiled(&any, false).expect("an escaped text is a pattern")) }
    }

    /// A text without secrets.
    pub fn text(&self, text: &str) -> String {
        self.clean(text, &SentSecrets::default())
    }

    fn clean(&self, text: &str, sent: &SentSecrets) -> String {
        let mut clean = Cow::Borrowed(text);
        if text.contains('=') {
            change(&mut clean, |text| QUERY.replace_all(text, BEHIND_THE_NAME));
        }
        // A member's name has quotation marks, and a proof stands behind a blank or an equals sign: most texts have none of them.
        let begins = |letter: char| letter == '"' || letter == '=' || letter.is_whitespace();
        let may_tell = clean.contains(begins) && ANY_NAME.is_match(&clean);
        if may_tell {
            change(&mut clean, |text| PROOF.replace_all(text, BEHIND_THE_NAME));
        }
        if let Some(values) = &self.values {
            change(&mut clean, |text| values.replace_all(text, NoExpand(REDACTED)));
        }
        if may_tell && clean.contains('"') {
            change(&mut clean, |text| FIELDS.replace_all(text, |found: &Captures<'_>| field(found, sent)));
        }
        clean.into_owned()
    }

    pub(super) fn headers(&self, headers: &Headers) -> Headers {
        let secret = ["authorization", "proxy-authorization", "cookie", "set-cookie"];
        let clean = |(name, value): &(String, String)| {
            let value = if secret.iter().any(|secret| name.eq_ignore_ascii_case(secret)) {
                value
                    .split_once(' ')
                    .map_or_else(|| REDACTED.to_owned(), |(scheme, _)| format!("{} {REDACTED}", self.text(scheme)))
            } else {
                self.text(value)
            };
            (self.text(name), value)
        };
        headers.iter().map(clean).collect()
    }

    pub(super) fn body(&self, body: &[u8], kept: usize, sent: &SentSecrets) -> BodyRecord {
        let seen = &body[..body.len().min(kept.saturating_add(BEYOND_THE_CUT))];
        let cut = kept < body.len();
        let bytes = body.len() as u64;
        let text = match std::str::from_utf8(seen) {
            Ok(text) => Some(text),
            Err(error) if cut && error.error_len().is_none() => std::str::from_utf8(&seen[..error.valid_up_to()]).ok(),
            Err(_) => None,
        };
        let begin = |clean: String| if cut { clean[..clean.floor_char_boundary(kept)].to_owned() } else { clean };
        match text {
            Some(text) => BodyRecord { bytes, text: Some(begin(self.clean(text, sent))), base64: None, cut },
            None => {
                let lossy = String::from_utf8_lossy(seen);
                let clean = self.clean(&lossy, sent);
                let base64 = (clean == lossy).then(|| STANDARD.encode(&body[..body.len().min(kept)]));
                BodyRecord { bytes, text: base64.is_none().then(|| begin(clean)), base64, cut }
            }
        }
    }

    /// What a device said instead of replying, or of letting somebody in.
    pub(super) fn fault(&self, fault: &Fault) -> Fault {
        match fault {
            Fault::Login { why } => Fault::Login { why: self.text(why) },
            Fault::NotHttp { why } => Fault::NotHttp { why: self.text(why) },
            Fault::Tls { why } => Fault::Tls { why: self.text(why) },
            Fault::Firewall { why } => Fault::Firewall { why: self.text(why) },
            other => other.clone(),
        }
    }

    /// A value at a place whose name is that of a secret is only told by its type.
    pub(super) fn mismatch(&self, mismatch: Mismatch) -> Mismatch {
        let actual = self.text(&mismatch.actual);
        let actual = if is_secret_place(&mismatch.at) { without_value(&actual) } else { actual };
        Mismatch { at: self.text(&mismatch.at), expected: self.text(&mismatch.expected), actual, ..mismatch }
    }

    /// What a record says beside its cases.
    pub fn around_the_cases(&self, record: &mut Record) {
        let untouched = &mut record.untouched;
        let lists = [&mut record.reasons, &mut untouched.changes, &mut untouched.others, &mut untouched.left_behind];
        let single = untouched.confirmed.iter_mut().chain(&mut untouched.why_unknown);
        let texts =
            lists.into_iter().flatten().chain(single).chain(record.target.identity.values_mut()).chain(&mut record.target.again);
        texts.for_each(|text| *text = self.text(text));
        record.profile.values_mut().flat_map(|profile| profile.values.values_mut()).for_each(|value| self.value(value));
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.value(element)),
            Value::Object(members) => members.values_mut().for_each(|member| self.value(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// For whoever knows no secret but what stands for one: that is the same in every form.
pub(super) static OF_STAND_INS: LazyLock<Redaction> =
    LazyLock::new(|| Redaction::new(&[(REDACTED.to_owned(), REDACTED.to_owned())]));

/// Changes a text where there is something to change; what stays as it is is not copied.
fn change(text: &mut Cow<'_, str>, how: impl Fn(&str) -> Cow<'_, str>) {
    if let Cow::Owned(changed) = how(text) {
        *text = Cow::Owned(changed);
    }
}

/// A secret as it may be written: plain, as JSON, in URLs, as Base64, and as the MD5 that a BAS-IP device is logged in with.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap_or_default();
    let digest = hex(&Md5::digest(secret.as_bytes()));
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let url = encoded(secret);
    let mut forms = vec![secret.to_owned(), json.trim_matches('"').to_owned(), digest.to_uppercase(), digest];
    forms.extend([url.replace("%20", "+"), small_hex(&url), small_hex(&form), url, form]);
    forms.extend(based(secret));
    forms.retain(|form| !form.is_empty());
    forms
}

fn other_case(text: &str) -> String {
    let flip =
        |letter: char| if letter.is_lowercase() { letter.to_uppercase().to_string() } else { letter.to_lowercase().to_string() };
    text.chars().map(flip).collect()
}

/// The Base64 of a text, alone and in the middle of something longer: there it depends on what comes before, and its ends on the neighbours.
fn based(text: &str) -> Vec<String> {
    let mut forms = vec![STANDARD.encode(text), STANDARD_NO_PAD.encode(text)];
    for before in 0..3 {
        let encoded = STANDARD_NO_PAD.encode([&b"\0\0"[..before], text.as_bytes()].concat());
        let whole = (before * 8).div_ceil(6)..(before + text.len()) * 8 / 6;
        forms.extend(encoded.get(whole).filter(|core| core.len() >= SHORTEST_BASE64).map(str::to_owned));
    }
    let safe: Vec<String> = forms.iter().map(|form| form.replace('+', "-").replace('/', "_")).collect();
    forms.extend(safe);
    forms
}

/// The hexadecimal digits of a percent-encoded text in small letters.
fn small_hex(encoded: &str) -> String {
    let mut left = 0;
    let small = |letter: char| {
        left = if letter == '%' { 3 } else { std::cmp::max(left, 1) - 1 };
        if left > 0 { letter.to_ascii_lowercase() } else { letter }
    };
    encoded.chars().map(small).collect()
}

fn is_secret_place(at: &str) -> bool {
    at.starts_with("/response/body")
        && at.split(['/', '.']).rev().any(|part| NAMES.iter().any(|name| name.eq_ignore_ascii_case(part)))
}

/// A value in words without the value, unless it is an error code.
fn without_value(words: &str) -> String {
    let Some((kind, value)) = words.split_once(' ') else { return words.to_owned() };
    let is_word = value.trim_matches('"').bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    if kind == "string" && !is_word { format!("{kind} {REDACTED}") } else { words.to_owned() }
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
        if !ANY_NAME.is_match(&text) {
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
        check(
            r#"{"Password":"x","pin":4.5e1,"Code":["a\"]"]}"#,
            r#"{"Password":"[redacted]","pin":"[redacted number]","Code":["[redacted]"]}"#,
        );
        check(r#"{"pin":"47"#, r#"{"pin":"[redacted]""#);
        check(r#"{"code":["4","#, r#"{"code":"[redacted]""#);
        check(
            "Bearer 0123456789abcdef0123, response=\"0123456789abcdef0123456789abcdef\"",
            "Bearer [redacted], response=\"[redacted]\"",
        );
    }

    #[test]
    fn a_secret_is_known_in_every_form() {
        let password = "\"Tulip\\4711 /ř";
        let redaction = Redaction::new(&[("doorspec-admin".to_owned(), password.to_owned())]);
        let inside = STANDARD.encode(format!("xy{password}z"));
        let forms = [
            password,
            r#"\"Tulip\\4711 /ř"#,
            "%22Tulip%5C4711%20%2F%C5%99",
            "%22Tulip%5C4711+%2F%C5%99",
            "%22Tulip%5c4711%20%2f%c5%99",
            &inside,
            "doorspec-admin",
        ];
        for form in forms {
            let clean = redaction.text(&format!("<{form}>"));
            assert!(clean.contains(REDACTED) && !clean.contains("Tulip") && clean.len() < 20, "{form} -> {clean}");
        }
    }

    #[test]
    fn a_secret_at_the_cut_is_no_less_one() {
        let redaction = Redaction::new(&[("admin".to_owned(), "Tulip-4711".to_owned())]);
        for (body, kept) in [(r#"{"x":"Tulip-4711"}"#, 11), (r#"{"pin":"471108"}"#, 11)] {
            let text = redaction.body(body.as_bytes(), kept, &SentSecrets::default()).text.unwrap();
            assert!(text.len() <= kept && !text.contains("Tu") && !text.contains("47"), "{text}");
        }
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
