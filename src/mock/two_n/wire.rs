//! How an outcome becomes bytes: the envelope (HTTP API manual 2.3), its JSON text, and the HTTP around it.

use super::damage::{self, Occasion};
use super::defect::Defect;
use super::failure::Failure;
use super::function::Function;
use super::manner::Manner;
use super::quirk::Quirk;
use super::system;
use super::update;
use crate::mock::device::{Framing, Reply, Request};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The reply to a request: 200 for every success and every failure of the application, 401 where credentials are asked for.
pub fn reply(outcome: Result<Value, Failure>, request: &Request, function: Option<Function>, manner: Manner) -> Reply {
    let right = outcome.as_ref().err().map_or(200, |failure| failure.status);
    let status = damage::status(&outcome, function, manner).unwrap_or(right);
    let occasion = Occasion { function, refused: outcome.is_err(), status };
    let challenges = outcome.as_ref().err().map(|failure| failure.challenges.clone()).unwrap_or_default();
    let body = body(outcome, request, occasion, manner);
    let headers = headers(challenges, occasion, manner);
    let waits = function == Some(Function::Update) && manner.wrong(Defect::OverlappingUpdatesLose);
    let slow = if manner.differs(Quirk::Slow) { Duration::from_millis(40) } else { Duration::ZERO };
    let delay = if waits { slow + update::PAUSE } else { slow };
    damage::framed(Reply { status, headers, body, framing: framing(manner), delay }, occasion, manner)
}

fn body(outcome: Result<Value, Failure>, request: &Request, occasion: Occasion, manner: Manner) -> Vec<u8> {
    let odd = matches!(request.method.as_str(), "OPTIONS" | "PATCH" | "TRACE");
    if request.method == "HEAD" || (odd && manner.differs(Quirk::OddMethodsEmpty)) {
        return Vec::new();
    }
    let envelope = match outcome {
        Ok(result) => success(result, manner),
        Err(failure) => failed(&failure, manner),
    };
    damage::bytes(text(&damage::envelope(envelope, occasion, manner), manner).into_bytes(), manner)
}

fn success(result: Value, manner: Manner) -> Value {
    match result {
        Value::Null => json!({ "success": true }),
        Value::Object(mut members) if manner.differs(Quirk::UnknownKeysInResult) => {
            members.insert("generation".into(), json!({ "id": 1 }));
            json!({ "success": true, "result": members })
        }
        result => json!({ "success": true, "result": result }),
    }
}

fn failed(failure: &Failure, manner: Manner) -> Value {
    let mut error = Map::new();
    error.insert("code".into(), json!(failure.code));
    if let (Some(param), false) = (&failure.param, manner.differs(Quirk::ErrorWithoutParam)) {
        error.insert("param".into(), json!(param));
    }
    let words = failure.description.as_ref();
    error.insert(
        "description".into(),
        json!(if manner.differs(Quirk::WordsInCapitals) { words.to_uppercase() } else { words.into() }),
    );
    if manner.differs(Quirk::ErrorWithData) {
        error.insert("data".into(), json!({ "origin": "api" }));
    }
    json!({ "success": false, "error": error })
}

fn text(envelope: &Value, manner: Manner) -> String {
    let ordered = if manner.differs(Quirk::KeysReversed) { &reversed(envelope) } else { envelope };
    let mut text = if manner.differs(Quirk::PrettyJson) { format!("{ordered:#}\r\n") } else { ordered.to_string() };
    if manner.differs(Quirk::SlashesEscaped) {
        text = text.replace('/', "\\/");
    }
    if manner.differs(Quirk::NonAsciiEscaped) { ascii(&text) } else { text }
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().rev().map(|(name, member)| (name.clone(), reversed(member))).collect(),
        Value::Array(items) => items.iter().map(reversed).collect(),
        other => other.clone(),
    }
}

/// Every character beyond ASCII as `\uXXXX`, in pairs where UTF-16 needs two.
fn ascii(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        let mut units = [0; 2];
        match character {
            _ if character.is_ascii() => escaped.push(character),
            _ => escaped.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}"))),
        }
    }
    escaped
}

fn headers(challenges: Vec<String>, occasion: Occasion, manner: Manner) -> Vec<(String, String)> {
    let media_type = match () {
        () if manner.differs(Quirk::CharsetShown) => "application/json; charset=utf-8",
        () if manner.differs(Quirk::MediaTypeInCapitals) => "Application/JSON",
        () => "application/json",
    };
    let media_type = damage::media_type(occasion, manner).unwrap_or(media_type);
    let mut headers = vec![("Content-Type".to_owned(), media_type.to_owned())];
    if !manner.differs(Quirk::NoServerHeader) {
        headers.push(("Server".into(), format!("HIP{}", system::VERSION)));
    }
    headers.extend(challenges.into_iter().map(|challenge| ("WWW-Authenticate".to_owned(), challenge)));
    if manner.differs(Quirk::HeaderNamesInLowerCase) {
        headers.iter_mut().for_each(|(name, _)| name.make_ascii_lowercase());
    }
    headers
}

fn framing(manner: Manner) -> Framing {
    match () {
        () if manner.differs(Quirk::ChunkedReplies) => Framing::Chunked,
        () if manner.differs(Quirk::UntilCloseReplies) => Framing::UntilClose,
        () if manner.differs(Quirk::CloseAfterReply) => Framing::CloseAfter,
        () => Framing::Sound,
    }
}
