//! The JSON a request carries (HTTP API manual 2.2 and 5.14.2-6).

use super::defect::Defect;
use super::failure::Failure;
use super::manner::Manner;
use super::quirk::Quirk;
use crate::mock::device::Request;
use serde_json::{Map, Value};

/// More than this is "too big" (the documents name no limit).
pub const LIMIT: usize = 1 << 20;

/// The members of the request's JSON object; none when there is no body.
pub fn read(request: &Request, manner: Manner) -> Result<Map<String, Value>, Failure> {
    let bytes = request.body.as_deref().unwrap_or_default();
    if bytes.is_empty() {
        return if manner.differs(Quirk::EmptyBodyRefused) { Err(broken(manner)) } else { Ok(Map::new()) };
    }
    if request.header("transfer-encoding").is_some() && manner.differs(Quirk::ChunkedRefused) {
        return Err(Failure::new(14));
    }
    if bytes.len() > LIMIT {
        return Err(if manner.differs(Quirk::BigBodyIsCode14) { Failure::new(14) } else { Failure::new(13) });
    }
    parse(&json_of(request, bytes, manner)?, manner)
}

/// The bytes of the JSON: the body itself, or the one part of a form that clients in the field send.
fn json_of(request: &Request, bytes: &[u8], manner: Manner) -> Result<Vec<u8>, Failure> {
    let header = request.header("content-type").unwrap_or_default();
    match header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" if header.contains(';') && manner.wrong(Defect::CharsetRefused) => Err(unsupported()),
        "application/json" if request.path == "/api/dir/get" && manner.wrong(Defect::GetJsonRefused) => Err(unsupported()),
        "application/json" => Ok(bytes.to_vec()),
        "multipart/form-data" if !manner.differs(Quirk::MultipartRefused) => {
            let name = if request.method == "PUT" { "blob-dir_new" } else { "blob-json" };
            let part = boundary(header).and_then(|boundary| part(bytes, &boundary, name));
            part.ok_or_else(|| Failure::new(11).of(name))
        }
        "text/plain" if manner.differs(Quirk::TextPlainAccepted) => Ok(bytes.to_vec()),
        "" if manner.differs(Quirk::NoTypeAccepted) => Ok(bytes.to_vec()),
        _ if manner.differs(Quirk::WrongTypeIsCode12) => Err(Failure::new(12).of("users")),
        _ if manner.differs(Quirk::WrongTypeIsMissing) => Err(Failure::new(11).of("users")),
        _ => Err(unsupported()),
    }
}

fn unsupported() -> Failure {
    Failure::new(14).saying("Unsupported Content-Type")
}

fn parse(bytes: &[u8], manner: Manner) -> Result<Map<String, Value>, Failure> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").filter(|_| manner.differs(Quirk::BomAccepted)).unwrap_or(bytes);
    let replaced = manner.differs(Quirk::BadUtf8Replaced).then(|| String::from_utf8_lossy(bytes).into_owned());
    let bytes = replaced.as_ref().map_or(bytes, |text| text.as_bytes());
    let kept = manner.wrong(Defect::EscapesKept).then(|| String::from_utf8_lossy(bytes).replace("\\u", "\\\\u"));
    match serde_json::from_slice(kept.as_ref().map_or(bytes, |text| text.as_bytes())) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) if manner.wrong(Defect::WrongRootAccepted) => Ok(Map::new()),
        Err(_) if manner.wrong(Defect::BrokenJsonAccepted) => Ok(Map::new()),
        Ok(_) if manner.differs(Quirk::WrongShapeIsCode14) => Err(Failure::new(14)),
        Ok(_) => Err(Failure::new(12).of("users")),
        Err(_) => Err(broken(manner)),
    }
}

fn broken(manner: Manner) -> Failure {
    match () {
        () if manner.differs(Quirk::BrokenJsonIsCode12) => Failure::new(12),
        () if manner.differs(Quirk::BrokenJsonIsCode11) => Failure::new(11).of("users"),
        () => Failure::new(14).saying("invalid JSON"),
    }
}

fn boundary(header: &str) -> Option<String> {
    let parameters = header.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let value = parameters.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?.1;
    Some(value.trim().trim_matches('"').to_owned())
}

/// The content of the form's part of this name.
fn part(body: &[u8], boundary: &str, name: &str) -> Option<Vec<u8>> {
    let delimiter = format!("--{boundary}").into_bytes();
    let mut rest = &body[find(body, &delimiter)? + delimiter.len()..];
    while !rest.starts_with(b"--") {
        let end = find(rest, &delimiter)?;
        let (head, content) = split_head(&rest[..end])?;
        if String::from_utf8_lossy(head).split(['\r', '\n']).any(|line| disposes(line, name)) {
            return Some(content.strip_suffix(b"\r\n").or_else(|| content.strip_suffix(b"\n")).unwrap_or(content).to_vec());
        }
        rest = &rest[end + delimiter.len()..];
    }
    None
}

fn disposes(line: &str, name: &str) -> bool {
    let mut parameters = line.split(';');
    let disposition = parameters.next().is_some_and(|start| start.to_ascii_lowercase().starts_with("content-disposition:"));
    let wanted = |(key, value): (&str, &str)| key.trim().eq_ignore_ascii_case("name") && value.trim().trim_matches('"') == name;
    disposition && parameters.filter_map(|parameter| parameter.split_once('=')).any(wanted)
}

fn split_head(part: &[u8]) -> Option<(&[u8], &[u8])> {
    let crlf = find(part, b"\r\n\r\n").map(|at| (&part[..at], &part[at + 4..]));
    crlf.or_else(|| find(part, b"\n\n").map(|at| (&part[..at], &part[at + 2..])))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
