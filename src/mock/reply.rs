//! A device's reply as bytes, framed as the device asked, rightly or wrongly.

use super::device::{Framing, Reply};

/// What goes on the wire, and what becomes of the connection.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    pub bytes: Vec<u8>,
    pub then: Then,
}

/// What becomes of the connection after a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    KeepOpen,
    End,
    /// Stay silent until the peer gives up.
    Hang,
}

/// How the request that is answered was asked, as far as the framing of the reply depends on it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// The method was HEAD: everything but the body is sent.
    pub head: bool,
    /// The peer lets the connection live.
    pub keep_alive: bool,
    /// The peer speaks HTTP/1.0, which knows no chunks.
    pub old: bool,
}

/// Writes a reply. A body under 204 or 304 is sent all the same: the device wanted it so.
pub fn write(reply: &Reply, asked: Asked, date: &str) -> Written {
    let framing = match reply.framing {
        Framing::Drop => return Written { bytes: Vec::new(), then: Then::End },
        Framing::Hang => return Written { bytes: Vec::new(), then: Then::Hang },
        Framing::Chunked if asked.old => Framing::UntilClose,
        framing => framing,
    };
    let mut bytes = head(reply, framing, asked, date);
    if !asked.head {
        body(&mut bytes, &reply.body, framing);
    }
    Written { bytes, then: if ends(framing) || !asked.keep_alive { Then::End } else { Then::KeepOpen } }
}

fn ends(framing: Framing) -> bool {
    !matches!(framing, Framing::Sound | Framing::Chunked | Framing::LengthAndChunked)
}

fn head(reply: &Reply, framing: Framing, asked: Asked, date: &str) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {} {}\r\nDate: {date}\r\n", reply.status, reason(reply.status));
    let mut line = |name: &str, value: &str| {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push_str("\r\n");
    };
    reply.headers.iter().for_each(|(name, value)| line(name, value));
    if let Some(length) = length(reply, framing) {
        line("Content-Length", &length.to_string());
    }
    if matches!(framing, Framing::Chunked | Framing::ChunksUnended | Framing::LengthAndChunked) {
        line("Transfer-Encoding", "chunked");
    }
    match (framing, asked) {
        (Framing::UntilClose | Framing::CloseAfter, _) | (_, Asked { keep_alive: false, .. }) => line("Connection", "close"),
        (_, Asked { old: true, .. }) if !ends(framing) => line("Connection", "keep-alive"),
        _ => {}
    }
    text.push_str("\r\n");
    text.into_bytes()
}

fn length(reply: &Reply, framing: Framing) -> Option<u64> {
    let true_length = reply.body.len() as u64;
    let bodiless = matches!(reply.status, 100..200 | 204 | 304) && reply.body.is_empty();
    match framing {
        Framing::LengthOff(by) => Some(true_length.saturating_add_signed(by)),
        Framing::Sound | Framing::CloseAfter if bodiless => None,
        Framing::Sound | Framing::CloseAfter | Framing::Cut(_) | Framing::LengthAndChunked => Some(true_length),
        Framing::Chunked | Framing::ChunksUnended | Framing::UntilClose | Framing::Drop | Framing::Hang => None,
    }
}

fn body(bytes: &mut Vec<u8>, body: &[u8], framing: Framing) {
    match framing {
        Framing::Chunked | Framing::LengthAndChunked => {
            chunks(bytes, body);
            bytes.extend_from_slice(b"0\r\n\r\n");
        }
        Framing::ChunksUnended => chunks(bytes, body),
        Framing::Cut(length) => bytes.extend_from_slice(&body[..length.min(body.len())]),
        _ => bytes.extend_from_slice(body),
    }
}

/// At least two chunks where there are two bytes, so that a reader which takes only the first is found out.
fn chunks(bytes: &mut Vec<u8>, body: &[u8]) {
    let size = body.len().div_ceil(2).clamp(1, 1024);
    for chunk in body.chunks(size) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        417 => "Expectation Failed",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const KEPT: Asked = Asked { head: false, keep_alive: true, old: false };

    #[track_caller]
    fn check(status: u16, body: &str, framing: Framing, asked: Asked, expected: &str, then: Then) {
        let reply = Reply { status, headers: vec![], body: body.into(), framing, delay: Duration::ZERO };
        let written = write(&reply, asked, "now");
        assert_eq!((String::from_utf8_lossy(&written.bytes).replace("\r\n", "|").as_str(), written.then), (expected, then));
    }

    #[test]
    fn framings() {
        use Framing::*;
        use Then::*;
        let old = Asked { old: true, ..KEPT };
        let last = Asked { keep_alive: false, ..KEPT };
        let ok = "HTTP/1.1 200 OK|Date: now|";
        let row = |rest: &str| format!("{ok}{rest}");
        check(200, "abc", Sound, KEPT, &row("Content-Length: 3||abc"), KeepOpen);
        check(200, "abc", Sound, last, &row("Content-Length: 3|Connection: close||abc"), End);
        check(200, "abc", Sound, old, &row("Content-Length: 3|Connection: keep-alive||abc"), KeepOpen);
        check(200, "abc", Sound, Asked { head: true, ..KEPT }, &row("Content-Length: 3||"), KeepOpen);
        check(200, "abc", Chunked, KEPT, &row("Transfer-Encoding: chunked||2|ab|1|c|0||"), KeepOpen);
        check(200, "abc", Chunked, old, &row("Connection: close||abc"), End);
        check(200, "", Chunked, KEPT, &row("Transfer-Encoding: chunked||0||"), KeepOpen);
        check(200, "abc", UntilClose, KEPT, &row("Connection: close||abc"), End);
        check(200, "abc", CloseAfter, KEPT, &row("Content-Length: 3|Connection: close||abc"), End);
        check(200, "abc", LengthOff(1), KEPT, &row("Content-Length: 4||abc"), End);
        check(200, "abc", LengthOff(-9), KEPT, &row("Content-Length: 0||abc"), End);
        check(200, "abc", ChunksUnended, KEPT, &row("Transfer-Encoding: chunked||2|ab|1|c|"), End);
        let both = row("Content-Length: 3|Transfer-Encoding: chunked||2|ab|1|c|0||");
        check(200, "abc", LengthAndChunked, KEPT, &both, KeepOpen);
        check(200, "abc", Cut(2), KEPT, &row("Content-Length: 3||ab"), End);
        check(200, "abc", Cut(9), KEPT, &row("Content-Length: 3||abc"), End);
        check(200, "abc", Drop, KEPT, "", End);
        check(200, "abc", Framing::Hang, KEPT, "", Then::Hang);
        check(204, "", Sound, KEPT, "HTTP/1.1 204 No Content|Date: now||", KeepOpen);
        check(299, "", Sound, KEPT, "HTTP/1.1 299 |Date: now|Content-Length: 0||", KeepOpen);
    }
}
