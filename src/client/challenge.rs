//! Reading `WWW-Authenticate` (RFC 9110, 11.6.1) and choosing what to answer.

use super::digest::{Algorithm, DigestChallenge, Quality};
use crate::exchange::{Headers, header_values};

/// One challenge as it came: a scheme with its parameters, names in lower case, values unquoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    pub scheme: String,
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The first value of a parameter; its name is given in lower case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }
}

/// What the client can answer a challenge with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answerable {
    Basic,
    Digest(DigestChallenge),
}

/// The challenge to answer: the first Digest with an algorithm that is known here (the device lists them in its order of preference,
/// RFC 7616, 3.7), a `-sess` form of one where there is no other, else Basic.
pub fn choose(headers: &Headers) -> Option<Answerable> {
    let challenges: Vec<_> = header_values(headers, "www-authenticate").flat_map(read).collect();
    let digests = || challenges.iter().filter_map(digest);
    let digest = digests().find(|digest| !digest.bound).or_else(|| digests().next());
    let basic = || challenges.iter().any(|challenge| challenge.scheme.eq_ignore_ascii_case("basic")).then_some(Answerable::Basic);
    digest.map(Answerable::Digest).or_else(basic)
}

/// The Digest challenge for MD5, whatever else the device offers: a device that lists several algorithms accepts each of them.
pub fn choose_md5(headers: &Headers) -> Option<Answerable> {
    let digests = header_values(headers, "www-authenticate").flat_map(read).filter_map(|challenge| digest(&challenge));
    digests.into_iter().find(|digest| digest.algorithm == Algorithm::Md5 && !digest.bound).map(Answerable::Digest)
}

/// Whether the client knows how to answer one of the challenges.
pub fn can_answer(headers: &Headers) -> bool {
    choose(headers).is_some()
}

/// Whether Digest with MD5 is on offer.
pub fn offers_md5(headers: &Headers) -> bool {
    choose_md5(headers).is_some()
}

/// What the device asked for, in words for a person who wonders why nobody could log in.
pub fn describe(headers: &Headers) -> String {
    let all: Vec<_> = header_values(headers, "www-authenticate").collect();
    if all.is_empty() { "no WWW-Authenticate header".to_owned() } else { format!("WWW-Authenticate: {}", all.join(", ")) }
}

fn digest(challenge: &Challenge) -> Option<DigestChallenge> {
    if !challenge.scheme.eq_ignore_ascii_case("digest") {
        return None;
    }
    let algorithm_name = challenge.parameter("algorithm").map(str::to_owned);
    let name = algorithm_name.as_deref().unwrap_or("MD5").to_ascii_uppercase();
    let quality = quality(challenge.parameter("qop"))?;
    let bound = name.ends_with("-SESS");
    if bound && quality == Quality::Legacy {
        return None;
    }
    Some(DigestChallenge {
        realm: challenge.parameter("realm").unwrap_or_default().to_owned(),
        nonce: challenge.parameter("nonce")?.to_owned(),
        opaque: challenge.parameter("opaque").map(str::to_owned),
        algorithm: Algorithm::named(name.trim_end_matches("-SESS"))?,
        algorithm_name,
        bound,
        quality,
        stale: challenge.parameter("stale").is_some_and(|value| value.eq_ignore_ascii_case("true")),
    })
}

/// The protection to use out of those on offer, or nothing when none is known.
fn quality(offered: Option<&str>) -> Option<Quality> {
    let Some(offered) = offered.filter(|offered| !offered.trim().is_empty()) else { return Some(Quality::Legacy) };
    let offers = |name: &str| offered.split(',').any(|one| one.trim().eq_ignore_ascii_case(name));
    match (offers("auth"), offers("auth-int")) {
        (true, _) => Some(Quality::Auth),
        (false, true) => Some(Quality::AuthInt),
        (false, false) => None,
    }
}

/// Every challenge in one header value. What cannot be read is passed over: a wrong header is for the judge, not for the login.
pub fn read(value: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    for item in items(value) {
        let (scheme, rest) = scheme(item);
        if let Some(scheme) = scheme {
            challenges.push(Challenge { scheme: scheme.to_owned(), parameters: Vec::new() });
        }
        if let (Some(challenge), Some(parameter)) = (challenges.last_mut(), read_parameter(rest)) {
            challenge.parameters.push(parameter);
        }
    }
    challenges
}

/// The parts between commas that are not within quotes.
fn items(value: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    let between = move |character: char| {
        if escaped {
            escaped = false;
            return false;
        }
        match character {
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' => return !quoted,
            _ => {}
        }
        false
    };
    value.split(between).map(str::trim).filter(|item| !item.is_empty())
}

/// Splits the scheme off an item that starts a challenge; an item that only goes on with one has none.
fn scheme(item: &str) -> (Option<&str>, &str) {
    let end = item.find(|character: char| character.is_whitespace() || character == '=').unwrap_or(item.len());
    let rest = item[end..].trim_start();
    if rest.starts_with('=') { (None, item) } else { (Some(&item[..end]), rest) }
}

fn read_parameter(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    Some((name.trim().to_ascii_lowercase(), unquoted(value.trim())))
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => text.extend(characters.next()),
            other => text.push(other),
        }
    }
    text
}

/// The parameters of a list without a scheme, such as `Authentication-Info`.
pub fn read_parameters(value: &str) -> Vec<(String, String)> {
    items(value).filter_map(read_parameter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: &[(&str, &[(&str, &str)])]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(scheme, parameters)| Challenge {
                scheme: scheme.to_string(),
                parameters: parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            })
            .collect();
        assert_eq!(read(value), expected, "{value}");
    }

    #[test]
    fn challenges() {
        check(r#"Basic realm="door""#, &[("Basic", &[("realm", "door")])]);
        check(
            r#"Digest realm="a, b", nonce="x=1,y" , qop = "auth""#,
            &[("Digest", &[("realm", "a, b"), ("nonce", "x=1,y"), ("qop", "auth")])],
        );
        check(
            r#"Digest realm="d", nonce=n, stale=TRUE, Basic realm="d",Bearer"#,
            &[("Digest", &[("realm", "d"), ("nonce", "n"), ("stale", "TRUE")]), ("Basic", &[("realm", "d")]), ("Bearer", &[])],
        );
        check(r#"Digest REALM="a \"b\" \\c""#, &[("Digest", &[("realm", r#"a "b" \c"#)])]);
        check(r#",, Basic realm="x",,"#, &[("Basic", &[("realm", "x")])]);
        check("Negotiate abc==", &[("Negotiate", &[("abc", "=")])]);
        check(r#"Basic realm="unended"#, &[("Basic", &[("realm", "unended")])]);
        check(r#"realm="no scheme""#, &[]);
        check("", &[]);
        check("=", &[]);
        check("\u{0159}\u{0159} x=\u{0159}", &[("\u{0159}\u{0159}", &[("x", "\u{0159}")])]);
    }

    #[track_caller]
    fn check_choice(values: &[&str], expected: &str) {
        let headers = values.iter().map(|value| ("WWW-Authenticate".to_string(), value.to_string())).collect();
        let choice = match choose(&headers) {
            None => "none".to_string(),
            Some(Answerable::Basic) => "basic".to_string(),
            Some(Answerable::Digest(digest)) => format!("{:?} {:?} {}", digest.algorithm, digest.quality, digest.stale),
        };
        assert_eq!(choice, expected, "{values:?}");
    }

    #[test]
    fn choices() {
        check_choice(&[], "none");
        check_choice(&["Bearer"], "none");
        check_choice(&[r#"Basic realm="x""#], "basic");
        check_choice(&["basic"], "basic");
        check_choice(&[r#"Digest realm="x", nonce="n""#], "Md5 Legacy false");
        check_choice(&[r#"Digest realm="x", nonce="n", qop="", stale=TRUE"#], "Md5 Legacy true");
        check_choice(&[r#"Digest realm="x", nonce="n", qop="auth-int,auth""#], "Md5 Auth false");
        check_choice(&[r#"Digest realm="x", nonce="n", qop="auth-int", algorithm=sha-256"#], "Sha256 AuthInt false");
        check_choice(&[r#"Digest realm="x", nonce="n", qop="tea", Basic realm="x""#], "basic");
        check_choice(&[r#"Digest realm="x""#], "none");
        check_choice(&[r#"Digest realm="x", nonce="n", algorithm=MD5-sess"#], "none");
        check_choice(&[r#"Digest realm="x", nonce="n", algorithm=MD5-sess, qop="auth""#], "Md5 Auth false");
        check_choice(
            &[r#"Digest nonce="n", algorithm=MD5-sess, qop="auth", Digest nonce="m", algorithm=SHA-256, qop="auth""#],
            "Sha256 Auth false",
        );
        check_choice(
            &[
                r#"Basic realm="x""#,
                r#"Digest nonce=a, algorithm=SHA-512"#,
                r#"Digest nonce=b, algorithm=SHA-256, Digest nonce=c"#,
            ],
            "Sha256 Legacy false",
        );
    }
}
