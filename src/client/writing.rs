//! A request as bytes, well-formed or wrong exactly as asked.

use super::transmission::Message;
use crate::exchange::{Headers, Sent, Wire};

/// What is written, in which order, and what that means for the connection.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    pub sent: Sent,
    /// What leaves at once.
    pub first: Vec<u8>,
    /// What leaves after an interim reply, or after a wait for it.
    pub then: Vec<u8>,
    /// Say afterwards that nothing more will come.
    pub half_close: bool,
    /// The reply is read until the connection ends.
    pub to_the_end: bool,
    /// Nothing of the request can be mistaken for the beginning of the next one.
    pub leaves_in_step: bool,
}

impl Plan {
    pub fn new(message: &Message<'_>, authority: &str) -> Self {
        let wire = &message.wire;
        let body = body(message);
        let mut headers = message.leading_headers(authority);
        frame(&mut headers, message);
        let mut first = head(message, &headers);
        let mut then = encode(body, wire);
        if !wire.expect_continue {
            first.append(&mut then);
        }
        let sent_body = message.body.map(|_| body.to_vec());
        Self {
            sent: Sent { method: message.method.to_owned(), target: message.target.clone(), headers, body: sent_body },
            first,
            then,
            half_close: wire.cut_body.is_some(),
            to_the_end: wire.close,
            leaves_in_step: Wire { fresh: false, ..wire.clone() } == Wire::default(),
        }
    }
}

/// As much of the body as is to leave.
fn body<'m>(message: &Message<'m>) -> &'m [u8] {
    let body = message.body.unwrap_or_default();
    &body[..message.wire.cut_body.map_or(body.len(), |cut| cut.min(body.len()))]
}

/// Adds the headers that say how long the body is and what becomes of the connection.
fn frame(headers: &mut Headers, message: &Message<'_>) {
    let wire = &message.wire;
    let mut add = |name: &str, value: String| headers.push((name.to_owned(), value));
    let own_length = message.has("content-length") || wire.no_content_length || wire.chunked.is_some();
    let true_length = message.body.filter(|_| !own_length).map(|body| body.len() as u64);
    if let Some(length) = wire.content_length.or(true_length) {
        add("Content-Length", length.to_string());
    }
    if wire.chunked.is_some() && !message.has("transfer-encoding") {
        add("Transfer-Encoding", "chunked".into());
    }
    if wire.expect_continue && !message.has("expect") {
        add("Expect", "100-continue".into());
    }
    if wire.close && !message.has("connection") {
        add("Connection", "close".into());
    }
}

fn head(message: &Message<'_>, headers: &Headers) -> Vec<u8> {
    let mut text = format!("{} {} HTTP/1.1\r\n", message.method, message.target);
    for (name, value) in headers {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// A cut body in chunks has no last chunk: it never became complete.
fn encode(body: &[u8], wire: &Wire) -> Vec<u8> {
    let Some(size) = wire.chunked else { return body.to_vec() };
    let mut bytes = Vec::with_capacity(body.len() + 64);
    for chunk in body.chunks(size.max(1)) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    if wire.cut_body.is_none() {
        bytes.extend_from_slice(b"0\r\n\r\n");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Outgoing;

    #[track_caller]
    fn check(body: Option<&str>, wire: Wire, expected: &str, in_step: bool) {
        let headers = vec![("x-Case".into(), "Kept".into())];
        let body = body.map(|body| body.as_bytes().to_vec());
        let outgoing = Outgoing { method: "PuT".into(), headers, body, wire, ..Outgoing::default() };
        let plan = Plan::new(&Message::new(&outgoing, "/a b".into()), "door");
        let written = [plan.first, b"~".to_vec(), plan.then].concat();
        let written = String::from_utf8(written).unwrap().replace("\r\n", "|");
        assert_eq!((written.as_str(), plan.leaves_in_step), (expected, in_step));
    }

    #[test]
    fn requests() {
        let none = Wire::default;
        let start = "PuT /a b HTTP/1.1|Host: door|x-Case: Kept|";
        let row = |rest: &str| format!("{start}{rest}");
        check(None, none(), &row("|~"), true);
        check(Some(""), none(), &row("Content-Length: 0||~"), true);
        check(Some("abc"), none(), &row("Content-Length: 3||abc~"), true);
        check(Some("abc"), Wire { fresh: true, ..none() }, &row("Content-Length: 3||abc~"), true);
        check(Some("abc"), Wire { content_length: Some(9), ..none() }, &row("Content-Length: 9||abc~"), false);
        check(None, Wire { content_length: Some(9), ..none() }, &row("Content-Length: 9||~"), false);
        check(Some("abc"), Wire { no_content_length: true, ..none() }, &row("|abc~"), false);
        check(Some("abc"), Wire { cut_body: Some(2), ..none() }, &row("Content-Length: 3||ab~"), false);
        check(Some("abc"), Wire { cut_body: Some(9), ..none() }, &row("Content-Length: 3||abc~"), false);
        check(Some("abc"), Wire { chunked: Some(2), ..none() }, &row("Transfer-Encoding: chunked||2|ab|1|c|0||~"), false);
        let cut = Wire { chunked: Some(0), cut_body: Some(1), ..none() };
        check(Some("abc"), cut, &row("Transfer-Encoding: chunked||1|a|~"), false);
        let both = Wire { chunked: Some(3), content_length: Some(3), ..none() };
        check(Some("abc"), both, &row("Content-Length: 3|Transfer-Encoding: chunked||3|abc|0||~"), false);
        check(Some("abc"), Wire { no_host: true, ..none() }, "PuT /a b HTTP/1.1|x-Case: Kept|Content-Length: 3||abc~", false);
        check(Some("abc"), Wire { expect_continue: true, ..none() }, &row("Content-Length: 3|Expect: 100-continue||~abc"), false);
        check(None, Wire { close: true, ..none() }, &row("Connection: close||~"), false);
    }
}
