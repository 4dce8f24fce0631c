//! From a request as a case writes it to one that is ready to leave.

use crate::template::{Scope, encoded, is_absent};
use indexmap::IndexMap;
use serde_json::Value;

use crate::case::{Part, Send};
use crate::exchange::{Headers, Outgoing, header};

/// What separates the parts of a multipart body.
const BOUNDARY: &str = "doorspec-boundary-7f3a91c2";

/// Fills the templates of a request in.
///
/// # Errors
/// When a template cannot be filled in: the suite's own fault.
pub(super) fn outgoing(send: &Send, scope: &Scope<'_>, judged: bool) -> Result<Outgoing, String> {
    let mut headers = headers(send, scope)?;
    let (body, content_type) = body(send, scope)?;
    if let Some(content_type) = content_type
        && header(&headers, "content-type").is_none()
        && !send.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type"))
    {
        headers.push(("Content-Type".to_owned(), content_type));
    }
    Ok(Outgoing {
        method: scope.text(&send.method)?,
        target: target(send, scope)?,
        headers,
        body,
        role: send.role,
        twist: send.twist,
        wire: send.wire.clone(),
        judged,
        page: false,
        further: false,
    })
}

fn target(send: &Send, scope: &Scope<'_>) -> Result<String, String> {
    let mut target = scope.text(&send.path)?;
    for (name, value) in &send.query {
        let Some(value) = scope.request(value)? else { continue };
        let values = match value {
            Value::Array(several) => several,
            one => vec![one],
        };
        for value in values {
            target.push(if target.contains('?') { '&' } else { '?' });
            target.push_str(&format!("{}={}", encoded(name), encoded(&plain(&value))));
        }
    }
    Ok(target)
}

fn headers(send: &Send, scope: &Scope<'_>) -> Result<Headers, String> {
    let mut headers = Vec::with_capacity(send.headers.len());
    for (name, value) in &send.headers {
        if let Some(value) = scope.request(value)? {
            headers.push((name.clone(), plain(&value)));
        }
    }
    Ok(headers)
}

type Body = (Option<Vec<u8>>, Option<String>);

fn body(send: &Send, scope: &Scope<'_>) -> Result<Body, String> {
    if let Some(json) = &send.json {
        return Ok(match scope.request(json)? {
            Some(json) => (Some(json.to_string().into_bytes()), Some("application/json".to_owned())),
            None => (None, None),
        });
    }
    if let Some(text) = &send.text {
        return Ok((scope.request(text)?.map(|text| plain(&text).into_bytes()), None));
    }
    if let Some(hex) = &send.hex {
        return Ok((Some(bytes(&scope.text(hex)?)?), None));
    }
    if let Some(form) = &send.form {
        return Ok((Some(form_body(form, scope)?), Some("application/x-www-form-urlencoded".to_owned())));
    }
    if let Some(parts) = &send.multipart {
        return Ok((Some(multipart_body(parts, scope)?), Some(format!("multipart/form-data; boundary={BOUNDARY}"))));
    }
    Ok((None, None))
}

fn bytes(hex: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u32> =
        hex.chars().filter(|digit| !digit.is_whitespace()).map(|digit| digit.to_digit(16).unwrap_or(99)).collect();
    if digits.len() % 2 == 1 || digits.contains(&99) {
        return Err("`hex` takes pairs of hexadecimal digits".to_owned());
    }
    Ok(digits.chunks(2).filter_map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect())
}

fn form_body(form: &IndexMap<String, Value>, scope: &Scope<'_>) -> Result<Vec<u8>, String> {
    let mut fields = Vec::new();
    for (name, value) in form {
        if let Some(value) = scope.request(value)? {
            fields.push(format!("{}={}", encoded(name), encoded(&plain(&value))));
        }
    }
    Ok(fields.join("&").into_bytes())
}

fn multipart_body(parts: &[Part], scope: &Scope<'_>) -> Result<Vec<u8>, String> {
    let mut body = String::new();
    for part in parts {
        let content = part.json.as_ref().or(part.text.as_ref()).map(|value| scope.request(value)).transpose()?.flatten();
        body.push_str(&format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{}\"\r\n", part.name));
        if let Some(content_type) = &part.content_type {
            body.push_str(&format!("Content-Type: {content_type}\r\n"));
        }
        body.push_str(&format!("\r\n{}\r\n", content.as_ref().map(plain).unwrap_or_default()));
    }
    body.push_str(&format!("--{BOUNDARY}--\r\n"));
    Ok(body.into_bytes())
}

/// A string as it is, anything else as JSON text.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| if is_absent(value) { String::new() } else { value.to_string() }, str::to_owned)
}
