//! Defects of the reply as it travels: status, envelope, text, headers and framing.

use super::defect::Defect;
use super::failure::Failure;
use super::function::Function;
use super::manner::Manner;
use super::members::{omit, put, replace};
use crate::mock::device::{Framing, Reply};
use serde_json::{Map, Value, json};

/// What the reply answers: which function, and whether it is a refusal.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    pub function: Option<Function>,
    pub refused: bool,
    pub status: u16,
}

/// Another status than 200 or 401.
pub fn status(outcome: &Result<Value, Failure>, function: Option<Function>, manner: Manner) -> Option<u16> {
    let code = outcome.as_ref().err().map(|failure| failure.code);
    let broken = || outcome.as_ref().is_err_and(|failure| failure.description == "invalid JSON");
    let unknown = || outcome.as_ref().is_ok_and(|result| result.to_string().contains("EDIR_UUID_DOES_NOT_EXIST"));
    match () {
        () if code == Some(2) && manner.wrong(Defect::UnknownPath404) => Some(404),
        () if manner.wrong(Defect::BrokenJsonStatus500) && broken() => Some(500),
        () if code.is_some_and(|code| code != 9) && manner.wrong(Defect::FailuresStatus400) => Some(400),
        () if code.is_none() && function == Some(Function::Create) && manner.wrong(Defect::CreateStatus201) => Some(201),
        () if function == Some(Function::Get) && manner.wrong(Defect::UnknownUuidStatus404) && unknown() => Some(404),
        () => None,
    }
}

type OnEnvelope = (Defect, fn(&mut Map<String, Value>));

const REFUSALS: &[OnEnvelope] = &[
    (Defect::ErrorWithoutDescription, |envelope| on_error(envelope, |error| omit(error, "description"))),
    (Defect::ErrorCodeAsText, |envelope| on_error(envelope, |error| replace(error, "code", json!(error["code"].to_string())))),
    (Defect::ErrorParamAsList, |envelope| on_error(envelope, |error| replace(error, "param", json!([error.get("param")])))),
    (Defect::FailureWithoutError, |envelope| omit(envelope, "error")),
    (Defect::SuccessBesideError, |envelope| put(envelope, "success", json!(true))),
];

const SUCCESSES: &[OnEnvelope] = &[(Defect::EmptyErrorInSuccess, |envelope| put(envelope, "error", Value::Null))];

const ALL: &[OnEnvelope] = &[
    (Defect::SuccessAsText, |envelope| replace(envelope, "success", json!(envelope["success"].to_string()))),
    (Defect::SuccessAsNumber, |envelope| replace(envelope, "success", json!(u8::from(envelope["success"] == json!(true))))),
];

fn on_error(envelope: &mut Map<String, Value>, act: impl FnOnce(&mut Map<String, Value>)) {
    if let Some(Value::Object(error)) = envelope.get_mut("error") {
        act(error);
    }
}

/// Spoils the envelope as a value.
pub fn envelope(mut envelope: Value, occasion: Occasion, manner: Manner) -> Value {
    if let Value::Object(members) = &mut envelope {
        let side = if occasion.refused { REFUSALS } else { SUCCESSES };
        side.iter().chain(ALL).filter(|(defect, _)| manner.wrong(*defect)).for_each(|(_, act)| act(members));
    }
    let got = occasion.function == Some(Function::Get) && !occasion.refused;
    match envelope.get("result").cloned() {
        Some(result) if got && manner.wrong(Defect::GetAsBareList) => result["users"].clone(),
        Some(Value::Object(result)) if got && manner.wrong(Defect::ResultInline) => {
            [("success".to_owned(), json!(true))].into_iter().chain(result).collect()
        }
        _ => envelope,
    }
}

type OnBytes = (Defect, fn(Vec<u8>) -> Vec<u8>);

const BYTES: &[OnBytes] = &[
    (Defect::TrailingComma, |body| replaced(body, "]", ",]")),
    (Defect::DuplicateSuccess, |body| replaced(body, "{\"success\":true", "{\"success\":false,\"success\":true")),
    (Defect::DuplicateUuid, |body| replaced(body, "{\"uuid\":", "{\"uuid\":\"\",\"uuid\":")),
    (Defect::QuoteUnescaped, |body| replaced(body, "\\\"", "\"")),
    (Defect::Latin1Bytes, latin1),
    (Defect::SurrogatesApart, surrogates_apart),
    (Defect::BomFirst, |body| [b"\xEF\xBB\xBF".as_slice(), &body].concat()),
    (Defect::NulLast, |body| [&body, b"\0".as_slice()].concat()),
    (Defect::HtmlLast, |body| [&body, b"<!-- HIP -->".as_slice()].concat()),
];

/// Spoils the bytes of a JSON text.
pub fn bytes(body: Vec<u8>, manner: Manner) -> Vec<u8> {
    BYTES.iter().filter(|(defect, _)| manner.wrong(*defect)).fold(body, |body, (_, act)| act(body))
}

fn replaced(body: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    String::from_utf8(body).map_or_else(|error| error.into_bytes(), |text| text.replace(from, to).into_bytes())
}

/// Characters that Latin-1 has become its bytes.
fn latin1(body: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&body).into_owned();
    let mut bytes = Vec::new();
    for character in text.chars() {
        match u8::try_from(u32::from(character)) {
            Ok(byte) => bytes.push(byte),
            Err(_) => bytes.extend(character.to_string().into_bytes()),
        }
    }
    bytes
}

/// Characters beyond the basic plane become two halves of three bytes each, which is not UTF-8.
fn surrogates_apart(body: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&body).into_owned();
    let mut bytes = Vec::new();
    for character in text.chars() {
        let mut units = [0; 2];
        match character.encode_utf16(&mut units) {
            [_] => bytes.extend(character.to_string().into_bytes()),
            pair => {
                bytes.extend(pair.iter().flat_map(|unit| [0xED, 0x80 | (unit >> 6 & 0x3F) as u8, 0x80 | (unit & 0x3F) as u8]))
            }
        }
    }
    bytes
}

/// Another media type than JSON's.
pub fn media_type(occasion: Occasion, manner: Manner) -> Option<&'static str> {
    match () {
        () if manner.wrong(Defect::JsonAsHtml) => Some("text/html"),
        () if manner.wrong(Defect::BareJsonType) => Some("json"),
        () if occasion.refused && manner.wrong(Defect::RefusalsAsPlainText) => Some("text/plain"),
        () => None,
    }
}

const FRAMINGS: &[(Defect, Function, Framing)] = &[
    (Defect::LengthTooLong, Function::Delete, Framing::LengthOff(5)),
    (Defect::LengthTooShort, Function::Get, Framing::LengthOff(-3)),
    (Defect::ChunksUnended, Function::Query, Framing::ChunksUnended),
    (Defect::LengthAndChunked, Function::Template, Framing::LengthAndChunked),
    (Defect::ReplyCut, Function::Get, Framing::Cut(20)),
];

/// Wrong framing, the `401` page of a web server, and lengths that count characters.
pub fn framed(mut reply: Reply, occasion: Occasion, manner: Manner) -> Reply {
    if occasion.status == 401 && manner.wrong(Defect::UnauthorizedAsHtml) {
        reply.body = b"<html><body><h1>401 Unauthorized</h1></body></html>".to_vec();
        reply.headers.iter_mut().filter(|(name, _)| name == "Content-Type").for_each(|(_, value)| *value = "text/html".into());
    }
    let chosen = FRAMINGS.iter().find(|(defect, on, _)| occasion.function == Some(*on) && manner.wrong(*defect));
    if let Some((.., framing)) = chosen {
        reply.framing = *framing;
    }
    if reply.body.len() > 4_096 && manner.wrong(Defect::LargeReplyCut) {
        reply.framing = Framing::Cut(4_096);
    }
    if manner.wrong(Defect::LengthInCharacters) && !reply.body.is_ascii() {
        let characters = String::from_utf8_lossy(&reply.body).chars().count();
        reply.framing = Framing::LengthOff(characters as i64 - reply.body.len() as i64);
    }
    reply
}
