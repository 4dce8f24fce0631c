//! Reading a reply off the wire, noting every fault of its framing (RFC 9112) without stopping at it.

use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::time::Instant;

use super::body::{self, Body};
use super::incoming::{Incoming, More};
use super::stream::milliseconds;
use crate::exchange::{Answer, Fault, FramingFault, Headers, header, header_values};

/// More interim replies than this before the real one are a flood.
const INTERIM_LIMIT: usize = 16;
/// How long a body that must not be there is waited for, where its head announced one.
const FORBIDDEN_GRACE: Duration = Duration::from_millis(50);
/// How long the end of a connection that was asked to end is waited for.
const CLOSE_GRACE: Duration = Duration::from_secs(1);

/// How a reply is read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub head: usize,
    pub body: usize,
    /// The time for the whole exchange.
    pub time: Duration,
    /// A body that was silent for so long is over, where the device is known to announce more than it sends.
    pub silence: Option<Duration>,
}

/// What of the request changes how its reply is read.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// The method was HEAD.
    pub head: bool,
    /// Read until the connection ends.
    pub to_the_end: bool,
}

/// A reply, and whether the connection is as good as before.
#[derive(Debug)]
pub struct Reading {
    pub answer: Answer,
    pub reusable: bool,
}

/// A status line with its headers.
#[derive(Debug)]
pub struct Head {
    /// HTTP/1.0.
    pub old: bool,
    pub status: u16,
    pub reason: String,
    pub headers: Headers,
}

/// Reads one reply. `on_head` is told the status of every head, interim ones included, as soon as it has come.
pub async fn read<R: AsyncRead + Unpin>(
    incoming: &mut Incoming<R>,
    question: Question,
    limits: Limits,
    on_head: impl Fn(u16),
) -> Result<Reading, Fault> {
    let head = final_head(incoming, limits, on_head).await?;
    let kept = keeps_alive(&head);
    let (extent, mut framing) = extent(&head, question.head);
    let Body { bytes, capped, fault, in_step } = body::read(incoming, extent, kept, limits).await?;
    framing.extend(fault.filter(|fault| *fault != FramingFault::EndUnknown || framing.is_empty()));
    if in_step {
        let surplus = surplus(incoming, &head, extent, question, limits).await;
        let forbidden = extent == Extent::Nothing;
        let fault = |bytes| if forbidden { FramingFault::BodyForbidden { bytes } } else { FramingFault::Surplus { bytes } };
        framing.extend((surplus > 0).then(|| fault(surplus)));
    }
    let reusable = kept && in_step && framing.is_empty() && !question.to_the_end && head.status != 101;
    let Head { status, reason, headers, .. } = head;
    Ok(Reading { answer: Answer { status, reason, headers, body: bytes, capped, framing }, reusable })
}

async fn final_head<R: AsyncRead + Unpin>(
    incoming: &mut Incoming<R>,
    limits: Limits,
    on_head: impl Fn(u16),
) -> Result<Head, Fault> {
    for _ in 0..=INTERIM_LIMIT {
        let head = read_head(incoming, limits).await?;
        on_head(head.status);
        if !matches!(head.status, 100 | 102..200) {
            return Ok(head);
        }
    }
    Err(Fault::NotHttp { why: format!("more than {INTERIM_LIMIT} interim replies (1xx) came, and no real one") })
}

async fn read_head<R: AsyncRead + Unpin>(incoming: &mut Incoming<R>, limits: Limits) -> Result<Head, Fault> {
    let too_large = || Fault::HeadTooLarge { limit: limits.head as u64 };
    loop {
        if let Some((head, length)) = parse(incoming.rest())? {
            incoming.consume(length);
            return if length > limits.head { Err(too_large()) } else { Ok(head) };
        }
        if incoming.rest().len() > limits.head {
            return Err(too_large());
        }
        match incoming.more().await {
            More::Bytes => {}
            More::End => return Err(Fault::Closed { got: incoming.got() }),
            More::Late => {
                let phase = if incoming.rest().is_empty() { "first byte" } else { "head" };
                return Err(Fault::Timeout { phase: phase.into(), limit_ms: milliseconds(limits.time) });
            }
        }
    }
}

/// The head at the start of the bytes with its length; nothing while it is not complete.
fn parse(bytes: &[u8]) -> Result<Option<(Head, usize)>, Fault> {
    let mut few = [httparse::EMPTY_HEADER; 32];
    match parse_into(bytes, &mut few) {
        Err(httparse::Error::TooManyHeaders) => {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
            parse_into(bytes, &mut vec![httparse::EMPTY_HEADER; lines + 1])
        }
        parsed => parsed,
    }
    .map_err(|error| unreadable(bytes, error))
}

fn parse_into<'b>(bytes: &'b [u8], headers: &mut [httparse::Header<'b>]) -> Result<Option<(Head, usize)>, httparse::Error> {
    let mut config = httparse::ParserConfig::default();
    // A folded line is to be read by a client all the same (RFC 9112, 5.2).
    config.allow_obsolete_multiline_headers_in_responses(true);
    let mut response = httparse::Response::new(headers);
    let httparse::Status::Complete(length) = config.parse_response(&mut response, bytes)? else { return Ok(None) };
    let headers = response.headers.iter().map(|header| (header.name.to_owned(), text(header.value))).collect();
    let (status, reason) = (response.code.unwrap_or_default(), response.reason.unwrap_or_default().to_owned());
    Ok(Some((Head { old: response.version == Some(0), status, reason, headers }, length)))
}

fn unreadable(bytes: &[u8], error: httparse::Error) -> Fault {
    // The first bytes of a TLS alert or handshake record.
    if matches!(bytes, [0x15 | 0x16, 0x03, ..]) {
        return Fault::Tls { why: "what answers at this port speaks TLS; is it https:// rather than http://?".into() };
    }
    let beginning: String = text(&bytes[..bytes.len().min(40)]).chars().flat_map(char::escape_default).collect();
    Fault::NotHttp { why: format!("{error}; it begins with \"{beginning}\"") }
}

/// Header bytes as text: UTF-8 where they are, else Latin-1.
fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), str::to_owned)
}

fn keeps_alive(head: &Head) -> bool {
    let says = |word: &str| {
        header_values(&head.headers, "connection")
            .flat_map(|value| value.split(','))
            .any(|one| one.trim().eq_ignore_ascii_case(word))
    };
    if head.old { says("keep-alive") } else { !says("close") }
}

/// How far a body goes (RFC 9112, 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// There must be none.
    Nothing,
    Length(u64),
    Chunked,
    /// As long as the connection lives.
    Unsaid,
}

fn extent(head: &Head, to_head: bool) -> (Extent, Vec<FramingFault>) {
    if to_head || matches!(head.status, 100..200 | 204 | 304) {
        return (Extent::Nothing, vec![]);
    }
    let coding = header_values(&head.headers, "transfer-encoding").flat_map(|value| value.split(',')).last().map(str::trim);
    let lengths: Vec<_> =
        header_values(&head.headers, "content-length").flat_map(|value| value.split(',')).map(str::trim).collect();
    match (coding, lengths.as_slice()) {
        (Some(coding), []) if coding.eq_ignore_ascii_case("chunked") => (Extent::Chunked, vec![]),
        (Some(coding), _) if coding.eq_ignore_ascii_case("chunked") => (Extent::Chunked, vec![FramingFault::LengthAndChunked]),
        (_, []) => (Extent::Unsaid, vec![]),
        (_, [first, rest @ ..]) => match length(first) {
            Some(length) if rest.iter().all(|other| other == first) => (Extent::Length(length), vec![]),
            _ => (Extent::Unsaid, vec![FramingFault::BadLength { value: lengths.join(", ") }]),
        },
    }
}

fn length(value: &str) -> Option<u64> {
    value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse().ok()).flatten()
}

/// Counts the bytes beyond the end: those that have come already, and, where it is worth it, those that come a little later.
async fn surplus<R: AsyncRead + Unpin>(
    incoming: &mut Incoming<R>,
    head: &Head,
    extent: Extent,
    question: Question,
    limits: Limits,
) -> u64 {
    let announced = header(&head.headers, "content-length").is_some_and(|value| value.trim() != "0")
        || header(&head.headers, "transfer-encoding").is_some();
    let grace = match (question.to_the_end, extent) {
        (true, _) => CLOSE_GRACE,
        (false, Extent::Nothing) if announced => FORBIDDEN_GRACE,
        _ => return incoming.rest().len() as u64,
    };
    let until = Instant::now() + grace;
    let mut count = 0;
    loop {
        count += incoming.rest().len() as u64;
        incoming.consume(incoming.rest().len());
        if count > limits.body as u64 || incoming.more_until(until).await != More::Bytes {
            return count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, expected: Extent, faults: &[FramingFault]) {
        let (head, _) = parse(format!("{head}\r\n\r\n").replace('|', "\r\n").as_bytes()).unwrap().unwrap();
        assert_eq!(extent(&head, false), (expected, faults.to_vec()), "{head:?}");
    }

    #[test]
    fn extents() {
        let bad = |value: &str| [FramingFault::BadLength { value: value.into() }];
        check("HTTP/1.1 200 OK|Content-Length: 5", Extent::Length(5), &[]);
        check("HTTP/1.1 200|content-length: 5|Content-Length: 5", Extent::Length(5), &[]);
        check("HTTP/1.1 200 OK|Content-Length: 5, 6", Extent::Unsaid, &bad("5, 6"));
        check("HTTP/1.1 200 OK|Content-Length: +5", Extent::Unsaid, &bad("+5"));
        check("HTTP/1.1 200 OK|Content-Length:", Extent::Unsaid, &bad(""));
        check("HTTP/1.1 200 OK|Content-Length: 99999999999999999999999", Extent::Unsaid, &bad("99999999999999999999999"));
        check("HTTP/1.1 200 OK|Transfer-Encoding: gzip, Chunked", Extent::Chunked, &[]);
        check("HTTP/1.1 200 OK|Transfer-Encoding: identity|Content-Length: 5", Extent::Length(5), &[]);
        let both = [FramingFault::LengthAndChunked];
        check("HTTP/1.1 200 OK|Transfer-Encoding: chunked|Content-Length: 5", Extent::Chunked, &both);
        check("HTTP/1.1 200 OK", Extent::Unsaid, &[]);
        check("HTTP/1.1 204 No Content|Content-Length: 5", Extent::Nothing, &[]);
        check("HTTP/1.0 304", Extent::Nothing, &[]);
    }

    #[track_caller]
    fn check_head(bytes: &[u8], expected: Result<Option<u16>, &str>) {
        let parsed = parse(bytes).map(|parsed| parsed.map(|(head, _)| head.status));
        match (parsed, expected) {
            (Ok(status), Ok(expected)) => assert_eq!(status, expected, "{bytes:?}"),
            (Err(fault), Err(part)) => assert!(fault.to_string().contains(part), "{fault}"),
            (parsed, expected) => panic!("{parsed:?} is not {expected:?}"),
        }
    }

    #[test]
    fn heads() {
        check_head(b"HTTP/1.1 200 OK\nA: b\n\n", Ok(Some(200)));
        check_head(b"HTTP/1.1 999 \r\n\r\n", Ok(Some(999)));
        check_head(b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", Ok(Some(200)));
        check_head(b"HTTP/1.1 200 OK\r\nA: \xf8\xff\r\n\r\n", Ok(Some(200)));
        check_head(format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(500)).as_bytes(), Ok(Some(200)));
        check_head(b"HTTP/1.1 200 O", Ok(None));
        check_head(b"", Ok(None));
        check_head(b"\x15\x03\x01\x00\x02\x02\x46", Err("https://"));
        check_head(b"hello there", Err("begins with \"hello there\""));
        check_head(b"HTTP/1.1  OK\r\n\r\n", Err("status"));
        check_head(b"HTTP/2 200 OK\r\n\r\n", Err("version"));
    }
}
