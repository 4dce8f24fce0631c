//! How a reply is put into bytes and headers: the sound way, the legal other ways, and the defective ones.

use super::defect::Defect;
use super::device::Answer;
use super::fault::Fault;
use super::nature::Nature;
use super::quirk::Quirk;
use crate::mock::device::{Framing, Reply, Request};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::time::Duration;

/// The reply to a request that was not refused.
pub(super) fn reply(nature: &Nature, request: &Request, answer: Answer) -> Reply {
    match answer {
        Answer::Json(value) => finish(nature, request, 200, &value),
        Answer::Status(status, value) => finish(nature, request, status, &value),
        Answer::Image(_) if nature.wrong(Defect::PictureAsText) => bare(200, "text/plain", b"PNG".to_vec()),
        Answer::Image(bytes) if nature.wrong(Defect::PictureAsOctets) => bare(200, "application/octet-stream", bytes),
        Answer::Image(bytes) => bare(200, "image/png", bytes),
        Answer::Nothing(status) => Reply { headers: Vec::new(), ..bare(status, "", Vec::new()) },
    }
}

/// The reply to a request that was refused.
pub(super) fn refusal(nature: &Nature, request: &Request, fault: &Fault) -> Reply {
    let status = fault.status(nature);
    match fault {
        Fault::Drop => return Reply { framing: Framing::Drop, ..bare(500, "", Vec::new()) },
        Fault::Hang => return Reply { framing: Framing::Hang, ..bare(500, "", Vec::new()) },
        Fault::Crash => {
            return bare(500, "text/plain", b"java.lang.NullPointerException\n\tat Panel.serve(Panel.java:112)\n".to_vec());
        }
        Fault::Disabled => return bare(404, "text/plain", fault.text(nature).into_bytes()),
        Fault::Path if nature.quirky(Quirk::UnknownPathHtml) => return page("404 Not Found", 404),
        Fault::Path if nature.quirky(Quirk::UnknownPathText) => return bare(404, "text/plain", b"Not Found".to_vec()),
        Fault::Path if nature.quirky(Quirk::UnknownPathEmpty) => return bare(404, "text/plain", Vec::new()),
        Fault::LogIn if nature.wrong(Defect::NoToken403) => return finish(nature, request, 403, &json!({"error": "Log In"})),
        Fault::LogIn if nature.wrong(Defect::LogInText) => {
            return finish(nature, request, 401, &json!({"error": "Unauthorized"}));
        }
        Fault::Rights if nature.wrong(Defect::RightsText) => return finish(nature, request, 403, &json!({"error": "Forbidden"})),
        Fault::Credentials | Fault::Parameters => (),
        _ if nature.wrong(Defect::ErrorPage) => return page(&fault.text(nature), status),
        _ if nature.wrong(Defect::RefusalsAre500) && status == 400 => {
            return finish(nature, request, 500, &error_body(nature, fault));
        }
        _ if nature.wrong(Defect::RefusalsAre200) && status == 400 => {
            return finish(nature, request, 200, &error_body(nature, fault));
        }
        _ => (),
    }
    finish(nature, request, status, &error_body(nature, fault))
}

fn error_body(nature: &Nature, fault: &Fault) -> Value {
    let text = fault.text(nature);
    if nature.edition.error_object && !nature.wrong(Defect::LiftErrorText) {
        let mut data = Map::new();
        if let Some((name, wrong)) = fault.field() {
            data.insert(name.into(), wrong.into());
        }
        return json!({"error": {"code": fault.code(), "message": fault.message(nature), "data": data}});
    }
    if nature.wrong(Defect::ErrorBoolean) {
        return json!({"error": true});
    }
    if nature.wrong(Defect::ErrorObject) {
        return json!({"error": {"code": fault.status(nature), "message": text}});
    }
    if nature.wrong(Defect::ErrorKey) {
        return json!({"message": text});
    }
    if nature.wrong(Defect::ErrorRoot) {
        return Value::String(text);
    }
    if nature.wrong(Defect::ErrorWithResult) {
        return json!({"error": text, "result": []});
    }
    if nature.quirky(Quirk::ErrorCodeBeside) {
        return json!({"error": text, "code": fault.status(nature)});
    }
    json!({ "error": text })
}

fn page(title: &str, status: u16) -> Reply {
    bare(status, "text/html", format!("<html><body><h1>{title}</h1></body></html>").into_bytes())
}

fn bare(status: u16, media: &str, body: Vec<u8>) -> Reply {
    Reply { status, headers: vec![("Content-Type".into(), media.into())], body, framing: Framing::Sound, delay: Duration::ZERO }
}

/// Writes JSON as this panel does.
fn finish(nature: &Nature, request: &Request, status: u16, value: &Value) -> Reply {
    let deletion = (request.path.ends_with("/link") && request.method == "DELETE") || request.path.ends_with("/link/delete");
    let listing = value.get("list_items").is_some();
    let mut reply = bare(status, media(nature, status), text(nature, value).into_bytes());
    if nature.wrong(Defect::MediaTypeMissing) {
        reply.headers.clear();
    }
    if nature.quirky(Quirk::LowerCaseHeaders) {
        reply.headers.iter_mut().for_each(|(name, _)| name.make_ascii_lowercase());
    }
    if nature.quirky(Quirk::ServerHeader) {
        reply.headers.push(("Server".into(), "panel".into()));
        reply.headers.push(("Cache-Control".into(), "no-store".into()));
    }
    if status == 401 && nature.quirky(Quirk::ChallengeHeader) {
        reply.headers.push(("WWW-Authenticate".into(), "Bearer realm=\"panel\"".into()));
    }
    if deletion && status == 200 {
        spoil(nature, &mut reply.body);
        reply.framing = deletion_framing(nature, reply.body.len());
    } else if listing {
        spoil_listing(nature, &mut reply);
    } else if status >= 400 {
        spoil_refusal(nature, &mut reply);
    }
    if reply.framing == Framing::Sound {
        reply.framing = legal_framing(nature);
    }
    reply
}

fn media(nature: &Nature, status: u16) -> &'static str {
    let wrongs = [
        (Defect::JsonAsHtml, true, "text/html"),
        (Defect::JsonAsText, status == 200, "text/plain"),
        (Defect::ErrorsAsHtml, status >= 400, "text/html"),
        (Defect::BareMediaType, true, "json"),
    ];
    if let Some((_, _, media)) = wrongs.iter().find(|(defect, here, _)| *here && nature.wrong(*defect)) {
        return media;
    }
    if nature.quirky(Quirk::CharsetParameter) {
        "application/json; charset=utf-8"
    } else if nature.quirky(Quirk::MediaTypeCapitals) {
        "Application/JSON;charset=UTF-8"
    } else {
        "application/json"
    }
}

fn text(nature: &Nature, value: &Value) -> String {
    let mut value = Cow::Borrowed(value);
    if nature.quirky(Quirk::KeysReversed) {
        value = Cow::Owned(reversed(&value));
    }
    if nature.quirky(Quirk::ExtraKeys) {
        value = Cow::Owned(widened(value.into_owned()));
    }
    let text = if nature.quirky(Quirk::PrettyJson) { format!("{value:#}\n") } else { value.to_string() };
    if nature.quirky(Quirk::SlashesEscaped) {
        return text.replace('/', "\\/");
    }
    if nature.quirky(Quirk::AsciiOnly) {
        return text.chars().map(escaped).collect();
    }
    text
}

fn escaped(letter: char) -> String {
    if letter.is_ascii() {
        return letter.into();
    }
    letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(map) => map.iter().rev().map(|(key, value)| (key.clone(), reversed(value))).collect::<Map<_, _>>().into(),
        Value::Array(list) => list.iter().map(reversed).collect(),
        value => value.clone(),
    }
}

fn widened(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut map: Map<_, _> = map.into_iter().map(|(key, value)| (key, widened(value))).collect();
            map.insert("vendor_note".into(), json!({"rev": 7}));
            map.into()
        }
        Value::Array(list) => list.into_iter().map(widened).collect(),
        value => value,
    }
}

fn legal_framing(nature: &Nature) -> Framing {
    if nature.quirky(Quirk::Chunked) {
        Framing::Chunked
    } else if nature.quirky(Quirk::UntilClose) {
        Framing::UntilClose
    } else if nature.quirky(Quirk::CloseAfter) {
        Framing::CloseAfter
    } else {
        Framing::Sound
    }
}

fn deletion_framing(nature: &Nature, length: usize) -> Framing {
    let wrongs = [
        (Defect::LengthTooLong, Framing::LengthOff(4)),
        (Defect::LengthTooShort, Framing::LengthOff(-3)),
        (Defect::ChunksUnended, Framing::ChunksUnended),
        (Defect::LengthAndChunked, Framing::LengthAndChunked),
        (Defect::DeletionCut, Framing::Cut(length / 2)),
    ];
    wrongs.iter().find(|(defect, _)| nature.wrong(*defect)).map_or(Framing::Sound, |(_, framing)| *framing)
}

fn spoil(nature: &Nature, body: &mut Vec<u8>) {
    if nature.wrong(Defect::ByteOrderMark) {
        body.splice(0..0, [0xEF, 0xBB, 0xBF]);
    }
    if nature.wrong(Defect::TrailingNul) {
        body.push(0);
    }
    if nature.wrong(Defect::TrailingPage) {
        body.extend(b"<!-- 2 ms -->");
    }
    if nature.wrong(Defect::TrailingComma) {
        replace(body, b"}]", b"},]");
    }
    if nature.wrong(Defect::DoubleKeys) {
        replace(body, b"\"success\":", b"\"success\":false,\"success\":");
    }
    if nature.wrong(Defect::TwoTexts) {
        body.extend_from_within(..);
    }
    if nature.wrong(Defect::SingleQuotedText) {
        body.iter_mut().filter(|byte| **byte == b'"').for_each(|byte| *byte = b'\'');
    }
}

fn spoil_listing(nature: &Nature, reply: &mut Reply) {
    if nature.wrong(Defect::Latin1Names) {
        reply.body = String::from_utf8_lossy(&reply.body).chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect();
    }
    if nature.wrong(Defect::QuoteUnescaped) {
        replace(&mut reply.body, b"\\\"", b"\"");
    }
    if nature.wrong(Defect::LengthInLetters) {
        let letters = String::from_utf8_lossy(&reply.body).chars().count();
        let missing = i64::try_from(reply.body.len() - letters).unwrap_or_default();
        reply.framing = if missing == 0 { Framing::Sound } else { Framing::LengthOff(-missing) };
    }
    if nature.wrong(Defect::ListCutAt2K) {
        reply.body.truncate(2048);
    }
}

fn spoil_refusal(nature: &Nature, reply: &mut Reply) {
    if nature.wrong(Defect::ErrorTrailingNul) {
        reply.body.push(0);
    }
    if nature.wrong(Defect::ErrorLengthOff) {
        reply.framing = Framing::LengthOff(-1);
    }
    if nature.wrong(Defect::ErrorBadUtf8) {
        let end = reply.body.len().saturating_sub(2);
        reply.body.insert(end, 0xE9);
    }
    if nature.wrong(Defect::ErrorDropped) && reply.status == 400 {
        reply.framing = Framing::Drop;
    }
}

fn replace(body: &mut Vec<u8>, from: &[u8], to: &[u8]) {
    let text = String::from_utf8_lossy(body).replace(&*String::from_utf8_lossy(from), &String::from_utf8_lossy(to));
    *body = text.into_bytes();
}
