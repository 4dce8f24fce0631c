//! Reading the JSON body of a request, and the fields in it.

use super::defect::Defect;
use super::device::Panel;
use super::fault::Fault;
use super::nature::Nature;
use super::quirk::Quirk;
use crate::mock::device::Request;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value, json};

/// The largest body the panel takes.
const LARGEST: usize = 1 << 20;

/// The members of an object in the order they came, doubles included.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

impl Panel {
    /// The body as an object, or why it is refused.
    pub(super) fn object(&self, request: &Request) -> Result<Map<String, Value>, Fault> {
        let bytes = self.present(request)?;
        self.check_media_type(request)?;
        let largest = if self.nature.quirky(Quirk::BodiesOf64K) { 1 << 16 } else { LARGEST };
        if bytes.len() > largest {
            return Err(Fault::TooLarge);
        }
        let object = self.parsed(bytes)?;
        let by_link = object.contains_key("link_ids") || object.contains_key("list_items");
        if by_link && object.len() > 1 && self.nature.wrong(Defect::UnknownPropertyRefused) {
            return Err(Fault::Body);
        }
        Ok(object)
    }

    fn present<'a>(&self, request: &'a Request) -> Result<&'a [u8], Fault> {
        if self.nature.quirky(Quirk::Chunked411) && request.header("transfer-encoding").is_some() {
            return Err(Fault::Said(411, "Length required"));
        }
        match request.body.as_deref() {
            None if self.nature.wrong(Defect::MissingBodyAccepted) => Ok(br#"{"link_ids":[],"list_items":[]}"#),
            None if self.nature.wrong(Defect::MissingBodyCrash) => Err(Fault::Crash),
            None if self.nature.wrong(Defect::MissingBodyHang) => Err(Fault::Hang),
            None if self.nature.wrong(Defect::MissingBodyText) => Err(Fault::Said(400, "Request body is empty")),
            None => Err(Fault::NoBody),
            Some([]) if self.nature.wrong(Defect::EmptyBodyAccepted) => Ok(br#"{"link_ids":[],"list_items":[]}"#),
            Some(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => Err(Fault::NoBody),
            Some(bytes) => Ok(bytes),
        }
    }

    fn check_media_type(&self, request: &Request) -> Result<(), Fault> {
        let header = request.header("content-type").unwrap_or_default();
        let media = header.split(';').next().unwrap_or_default().trim();
        let is_json = media.eq_ignore_ascii_case("application/json");
        if self.nature.wrong(Defect::CharsetRefused) && header.contains(';') {
            return Err(Fault::Said(415, "Unsupported media type"));
        }
        if is_json {
            return Ok(());
        }
        if self.nature.quirky(Quirk::MediaType415) {
            return Err(Fault::Said(415, "Unsupported media type"));
        }
        if self.nature.quirky(Quirk::MediaType400) {
            return Err(Fault::Body);
        }
        Ok(())
    }

    fn parsed(&self, bytes: &[u8]) -> Result<Map<String, Value>, Fault> {
        if let Some(object) = self.misread(bytes) {
            return object;
        }
        let bytes = match bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] if self.nature.quirky(Quirk::ByteOrderMarkTaken) => rest,
            _ => bytes,
        };
        let members = serde_json::from_slice::<Members>(bytes).map_err(|_| not_an_object(bytes))?.0;
        let mut object = Map::new();
        for (key, value) in members {
            if object.contains_key(&key) && self.nature.quirky(Quirk::DoubleKeyRefused) {
                return Err(Fault::Body);
            }
            if !(object.contains_key(&key) && self.nature.quirky(Quirk::FirstKeyWins)) {
                object.insert(key, value);
            }
        }
        Ok(object)
    }

    /// The body as a defective reader takes it, where it takes it differently.
    fn misread(&self, bytes: &[u8]) -> Option<Result<Map<String, Value>, Fault>> {
        let text = String::from_utf8_lossy(bytes);
        let whole = serde_json::from_slice::<Value>(bytes).ok();
        match whole {
            Some(Value::Array(ids)) if self.nature.wrong(Defect::RootArrayAccepted) => {
                Some(Ok(Map::from_iter([("link_ids".to_owned(), Value::Array(ids))])))
            }
            Some(Value::Null) if self.nature.wrong(Defect::RootNullCrash) => Some(Err(Fault::Crash)),
            Some(Value::String(_) | Value::Number(_) | Value::Bool(_)) if self.nature.wrong(Defect::RootScalarAccepted) => {
                Some(Ok(Map::from_iter([("link_ids".to_owned(), json!([]))])))
            }
            None if self.nature.wrong(Defect::FormAccepted) => form(&text).map(Ok),
            None if self.nature.wrong(Defect::DeepNestingDrop) && text.contains("[[[[[[[[") => Some(Err(Fault::Drop)),
            None if self.nature.wrong(Defect::BrokenJsonCrash) => Some(Err(Fault::Crash)),
            None if self.nature.wrong(Defect::BrokenJsonDrop) => Some(Err(Fault::Drop)),
            None if self.nature.wrong(Defect::LoneBraceDrop) && text.trim() == "{" => Some(Err(Fault::Drop)),
            None if self.nature.wrong(Defect::LenientJson) => lenient(&text).map(Ok),
            _ => None,
        }
    }
}

fn not_an_object(bytes: &[u8]) -> Fault {
    if serde_json::from_slice::<Value>(bytes).is_ok() { Fault::Body } else { Fault::Syntax }
}

fn form(text: &str) -> Option<Map<String, Value>> {
    let ids = text.strip_prefix("link_ids=")?.split(',').map(Value::from).collect();
    Some(Map::from_iter([("link_ids".to_owned(), Value::Array(ids))]))
}

fn lenient(text: &str) -> Option<Map<String, Value>> {
    let text = text.replace('\'', "\"").replace(",]", "]").replace(",}", "}");
    let end = text.rfind('}')?;
    serde_json::from_str(&text[..=end]).ok()
}

/// A string field; absent and null are `None`.
pub(super) fn text<'a>(map: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, Fault> {
    match map.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Fault::Type(key.into())),
    }
}

/// A string field that must be there.
pub(super) fn needed_text<'a>(map: &'a Map<String, Value>, key: &str) -> Result<&'a str, Fault> {
    match map.get(key) {
        None => Err(Fault::Missing(key.into())),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Fault::Type(key.into())),
    }
}

/// An object field; absent and null are `None`.
pub(super) fn inner<'a>(map: &'a Map<String, Value>, key: &str) -> Result<Option<&'a Map<String, Value>>, Fault> {
    match map.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(inner)) => Ok(Some(inner)),
        Some(_) => Err(Fault::Type(key.into())),
    }
}

/// An object field that must be there.
pub(super) fn needed_inner<'a>(map: &'a Map<String, Value>, key: &str) -> Result<&'a Map<String, Value>, Fault> {
    match map.get(key) {
        None => Err(Fault::Missing(key.into())),
        Some(Value::Object(inner)) => Ok(inner),
        Some(_) => Err(Fault::Type(key.into())),
    }
}

/// An integer field; absent and null are `None`.
pub(super) fn integer(map: &Map<String, Value>, key: &str) -> Result<Option<i64>, Fault> {
    match map.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or_else(|| Fault::Type(key.into())),
    }
}

/// A boolean field; absent and null are `None`.
pub(super) fn boolean(map: &Map<String, Value>, key: &str) -> Result<Option<bool>, Fault> {
    match map.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_bool().map(Some).ok_or_else(|| Fault::Type(key.into())),
    }
}

/// The elements of a list that must be there.
pub(super) fn needed_list<'a>(map: &'a Map<String, Value>, key: &str) -> Result<&'a [Value], Fault> {
    match map.get(key) {
        None => Err(Fault::Missing(key.into())),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(Fault::Type(key.into())),
    }
}

/// The list of objects that an upsert brings.
pub(super) fn list_items<'a>(nature: &Nature, object: &'a Map<String, Value>) -> Result<&'a [Value], Fault> {
    match object.get("list_items") {
        None if nature.wrong(Defect::MissingItemsAccepted) => Ok(&[]),
        Some(Value::Null) if nature.wrong(Defect::NullItemsAccepted) => Ok(&[]),
        Some(Value::Object(_)) if nature.wrong(Defect::ObjectItemsAccepted) => Ok(&[]),
        Some(Value::Array(list)) if list.is_empty() && nature.quirky(Quirk::EmptyUpsertRefused) => Err(Fault::Body),
        _ => needed_list(object, "list_items"),
    }
}
