//! Reading a request from a connection, as strictly as RFC 9112 lets a server be.
//!
//! What cannot be read is refused with a status; what never becomes complete (the peer stopped sending) is not answered at all.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use url::form_urlencoded;

use super::device::Request;

/// The largest request head that is read.
pub const HEAD_LIMIT: usize = 64 * 1024;
/// The largest request body that is read.
pub const BODY_LIMIT: usize = 8 * 1024 * 1024;
/// A chunk's size line, or one trailer line, is no longer than this.
const LINE_LIMIT: usize = 4 * 1024;
const CHUNK: usize = 16 * 1024;

/// A request that was read whole, with what its framing says about the connection.
#[derive(Debug, PartialEq, Eq)]
pub struct Received {
    pub request: Request,
    /// The peer lets the connection live after the reply.
    pub keep_alive: bool,
    /// It came as HTTP/1.0: no chunks in the reply.
    pub old: bool,
}

/// Why there is no request.
#[derive(Debug)]
pub enum NoRequest {
    /// It is answered with this status, then the connection ends.
    Refused(u16, &'static str),
    /// The peer is gone, or stopped in the middle.
    Ended,
}

impl From<io::Error> for NoRequest {
    fn from(_: io::Error) -> Self {
        Self::Ended
    }
}

/// A connection with the bytes that came beyond the request read last (pipelining).
pub struct Connection<S> {
    pub stream: S,
    buffer: Vec<u8>,
    secure: bool,
}

struct Head {
    request: Request,
    old: bool,
    keep_alive: bool,
    expects_continue: bool,
    body: Body,
}

enum Body {
    None,
    Length(usize),
    Chunked,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    pub fn new(stream: S, secure: bool) -> Self {
        Self { stream, buffer: Vec::new(), secure }
    }

    /// Reads the next request, answering `Expect: 100-continue` on the way.
    pub async fn next(&mut self) -> Result<Received, NoRequest> {
        let Head { mut request, old, keep_alive, expects_continue, body } = self.head().await?;
        request.secure = self.secure;
        if expects_continue && self.buffer.is_empty() && !matches!(body, Body::None) {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        request.body = match body {
            Body::None => None,
            Body::Length(length) => Some(self.take(length).await?),
            Body::Chunked => Some(self.chunks().await?),
        };
        Ok(Received { request, keep_alive, old })
    }

    async fn head(&mut self) -> Result<Head, NoRequest> {
        loop {
            self.skip_blank_lines();
            let found = parse(&self.buffer)?;
            if found.as_ref().map_or(self.buffer.len(), |(_, length)| *length) > HEAD_LIMIT {
                return Err(NoRequest::Refused(431, "the request head is too large"));
            }
            if let Some((head, length)) = found {
                self.buffer.drain(..length);
                return Ok(head);
            }
            self.fill().await?;
        }
    }

    /// Empty lines before a request line are ignored (RFC 9112, 2.2).
    fn skip_blank_lines(&mut self) {
        let blank = self.buffer.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.buffer.drain(..blank);
    }

    async fn fill(&mut self) -> Result<(), NoRequest> {
        self.buffer.reserve(CHUNK);
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(NoRequest::Ended),
            _ => Ok(()),
        }
    }

    async fn take(&mut self, length: usize) -> Result<Vec<u8>, NoRequest> {
        while self.buffer.len() < length {
            self.fill().await?;
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    /// One line without its end; a lone LF ends a line too.
    async fn line(&mut self) -> Result<Vec<u8>, NoRequest> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let mut line = self.take(end + 1).await?;
                line.pop();
                line.pop_if(|byte| *byte == b'\r');
                return Ok(line);
            }
            if self.buffer.len() > LINE_LIMIT {
                return Err(NoRequest::Refused(400, "a line of a chunked body is too long"));
            }
            self.fill().await?;
        }
    }

    async fn chunks(&mut self) -> Result<Vec<u8>, NoRequest> {
        let mut body = Vec::new();
        loop {
            let size =
                chunk_size(&self.line().await?).ok_or(NoRequest::Refused(400, "a chunk size is not a hexadecimal number"))?;
            if size == 0 {
                self.trailers().await?;
                return Ok(body);
            }
            if size > BODY_LIMIT - body.len() {
                return Err(NoRequest::Refused(413, "the request body is too large"));
            }
            body.extend(self.take(size).await?);
            if !self.line().await?.is_empty() {
                return Err(NoRequest::Refused(400, "a chunk is longer than its size says"));
            }
        }
    }

    async fn trailers(&mut self) -> Result<(), NoRequest> {
        let mut read = 0;
        loop {
            let line = self.line().await?;
            read += line.len();
            if line.is_empty() {
                return Ok(());
            }
            if read > HEAD_LIMIT {
                return Err(NoRequest::Refused(431, "the trailers are too large"));
            }
        }
    }
}

fn chunk_size(line: &[u8]) -> Option<usize> {
    let digits = std::str::from_utf8(line).ok()?.split(';').next()?.trim();
    let hexadecimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal.then(|| usize::from_str_radix(digits, 16).unwrap_or(usize::MAX))
}

/// The head at the start of the buffer with its length, or nothing while it is not complete.
fn parse(buffer: &[u8]) -> Result<Option<(Head, usize)>, NoRequest> {
    let mut headers = [httparse::EMPTY_HEADER; 128];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(buffer) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(NoRequest::Refused(431, "there are too many headers")),
        Err(_) => return Err(NoRequest::Refused(400, "the request cannot be read")),
    };
    let target = parsed.path.unwrap_or_default().to_owned();
    let (path, query) = split_target(&target);
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        target,
        path,
        query,
        headers: parsed.headers.iter().map(|header| (header.name.to_owned(), text(header.value))).collect(),
        body: None,
        secure: false,
    };
    Ok(Some((judge(request, parsed.version == Some(0))?, length)))
}

/// What the headers say about the body and the connection, and whether RFC 9112 lets them pass.
fn judge(request: Request, old: bool) -> Result<Head, NoRequest> {
    let values = |name: &str| -> Vec<String> {
        let same = request.headers.iter().filter(|(have, _)| have.eq_ignore_ascii_case(name));
        same.flat_map(|(_, value)| value.split(',').map(|item| item.trim().to_ascii_lowercase())).collect()
    };
    match request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("host")).count() {
        0 if !old => return Err(NoRequest::Refused(400, "the request has no Host header")),
        0 | 1 => {}
        _ => return Err(NoRequest::Refused(400, "the request has several Host headers")),
    }
    let expects_continue = match request.header("expect") {
        Some(value) if value.eq_ignore_ascii_case("100-continue") => !old,
        Some(_) => return Err(NoRequest::Refused(417, "the expectation is unknown")),
        None => false,
    };
    let connection = values("connection");
    let asks = |word: &str| connection.iter().any(|have| have == word);
    let keep_alive = if old { asks("keep-alive") } else { !asks("close") };
    let body = body(&values("transfer-encoding"), &values("content-length"), old)?;
    Ok(Head { request, old, keep_alive, expects_continue, body })
}

fn body(encodings: &[String], lengths: &[String], old: bool) -> Result<Body, NoRequest> {
    match (encodings, lengths) {
        ([], []) => Ok(Body::None),
        ([only], []) if only == "chunked" && !old => Ok(Body::Chunked),
        ([_, ..], [_, ..]) => Err(NoRequest::Refused(400, "Content-Length and Transfer-Encoding come together")),
        ([_, ..], []) => Err(NoRequest::Refused(if old { 400 } else { 501 }, "the transfer coding is unknown")),
        ([], [first, rest @ ..]) => {
            let digits = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
            if !digits || rest.iter().any(|other| other != first) {
                return Err(NoRequest::Refused(400, "the Content-Length is not one number"));
            }
            match first.parse() {
                Ok(length) if length <= BODY_LIMIT => Ok(Body::Length(length)),
                _ => Err(NoRequest::Refused(413, "the request body is too large")),
            }
        }
    }
}

/// Header bytes as text: UTF-8 where they are, else Latin-1.
fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), str::to_owned)
}

/// The decoded path and the query parameters of a target, which may be in absolute form.
fn split_target(target: &str) -> (String, Vec<(String, String)>) {
    let local = match target.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => {
            rest.find(['/', '?']).map_or("/", |at| &rest[at..])
        }
        _ => target,
    };
    let (path, query) = local.split_once('?').unwrap_or((local, ""));
    (percent_decoded(path), form_urlencoded::parse(query.as_bytes()).into_owned().collect())
}

fn percent_decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(target: &str, path: &str, query: &[(&str, &str)]) {
        let expected = query.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        assert_eq!(split_target(target), (path.to_owned(), expected), "{target}");
    }

    #[test]
    fn targets() {
        check("/api/dir/get", "/api/dir/get", &[]);
        check("/a%20b/%C5%99?x=1&y=a+b&x=%2B", "/a b/ř", &[("x", "1"), ("y", "a b"), ("x", "+")]);
        check("/%zz%4", "/%zz%4", &[]);
        check("/%2525", "/%25", &[]);
        check("/a?", "/a", &[]);
        check("/a?flag", "/a", &[("flag", "")]);
        check("http://door.example/a?b=c", "/a", &[("b", "c")]);
        check("http://door.example", "/", &[]);
        check("*", "*", &[]);
    }

    #[track_caller]
    fn check_size(line: &str, expected: Option<usize>) {
        assert_eq!(chunk_size(line.as_bytes()), expected, "{line}");
    }

    #[test]
    fn chunk_sizes() {
        check_size("1a", Some(26));
        check_size("1A;name=value", Some(26));
        check_size("5 ", Some(5));
        check_size("", None);
        check_size("+5", None);
        check_size("xyz", None);
        check_size("ffffffffffffffffffff", Some(usize::MAX));
    }
}
