//! Reading the body of a reply: by length, in chunks, or as long as it comes.

use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::time::Instant;

use super::incoming::{Incoming, More};
use super::reading::{Extent, Limits};
use super::stream::milliseconds;
use crate::exchange::{Fault, FramingFault};

/// A chunk's size line, extensions included, is no longer than this.
const LINE_LIMIT: usize = 4 * 1024;
/// After so much silence a body of unsaid length on a connection that stays open is taken for complete.
const SILENCE: Duration = Duration::from_millis(300);
/// The same before its first byte, because some devices send the head first and think afterwards.
const SILENCE_BEFORE: Duration = Duration::from_secs(1);
/// A body that stopped coming so long before the end of the time stopped for good; one that still trickled is late.
const STALLED: Duration = Duration::from_secs(2);

/// A body, as much of it as came.
#[derive(Debug, Default)]
pub struct Body {
    pub bytes: Vec<u8>,
    /// It is longer than the cap.
    pub capped: bool,
    pub fault: Option<FramingFault>,
    /// It was read to its end, so that what follows is beyond it.
    pub in_step: bool,
}

impl Body {
    fn whole(self) -> Self {
        Self { in_step: true, ..self }
    }

    fn broken(self, fault: FramingFault) -> Self {
        Self { fault: Some(fault), ..self }
    }

    /// Moves up to `count` bytes out of what came, and notices the cap. Returns how many were moved.
    fn take<R: AsyncRead + Unpin>(&mut self, incoming: &mut Incoming<R>, count: u64, cap: usize) -> u64 {
        let here = incoming.rest().len().min(usize::try_from(count).unwrap_or(usize::MAX));
        let room = here.min(cap.saturating_sub(self.bytes.len()));
        self.bytes.extend_from_slice(&incoming.rest()[..room]);
        self.capped |= room < here;
        incoming.consume(room);
        room as u64
    }
}

/// Reads a body. Only time running out while it still comes is an error; every other end is a body with a fault.
pub async fn read<R: AsyncRead + Unpin>(
    incoming: &mut Incoming<R>,
    extent: Extent,
    kept: bool,
    limits: Limits,
) -> Result<Body, Fault> {
    incoming.hush(limits.silence);
    match extent {
        Extent::Nothing => Ok(Body::default().whole()),
        Extent::Length(length) => by_length(incoming, length, limits).await,
        Extent::Chunked => in_chunks(incoming, limits).await,
        Extent::Unsaid => while_it_comes(incoming, kept, limits).await,
    }
}

async fn by_length<R: AsyncRead + Unpin>(incoming: &mut Incoming<R>, length: u64, limits: Limits) -> Result<Body, Fault> {
    let mut body = Body::default();
    loop {
        let got = body.bytes.len() as u64;
        let got = got + body.take(incoming, length - got, limits.body);
        if body.capped || got == length {
            return Ok(if body.capped { body } else { body.whole() });
        }
        let short = FramingFault::BodyShort { declared: length, got };
        match incoming.more().await {
            More::Bytes => {}
            More::End => return Ok(body.broken(short)),
            More::Late => return late(incoming, body, short, limits),
        }
    }
}

async fn while_it_comes<R: AsyncRead + Unpin>(incoming: &mut Incoming<R>, kept: bool, limits: Limits) -> Result<Body, Fault> {
    let mut body = Body::default();
    loop {
        body.take(incoming, u64::MAX, limits.body);
        if body.capped {
            return Ok(body);
        }
        let silence = if body.bytes.is_empty() { SILENCE_BEFORE } else { SILENCE };
        let came = if kept { incoming.more_until(Instant::now() + silence).await } else { incoming.more().await };
        match came {
            More::Bytes => {}
            // The end of the connection is the end of the body, as it should be; nothing can follow.
            More::End => return Ok(body),
            More::Late if incoming.is_over() => return late(incoming, body, FramingFault::EndUnknown, limits),
            More::Late => return Ok(body.broken(FramingFault::EndUnknown)),
        }
    }
}

/// The time is over. A body that had stopped before is what the device had to say; one that still came is late.
fn late<R: AsyncRead + Unpin>(incoming: &Incoming<R>, body: Body, fault: FramingFault, limits: Limits) -> Result<Body, Fault> {
    let stalled = !incoming.is_over() || incoming.last().elapsed() >= STALLED.min(limits.time / 2);
    if stalled && !body.bytes.is_empty() {
        return Ok(body.broken(fault));
    }
    Err(Fault::Timeout { phase: "body".into(), limit_ms: milliseconds(limits.time) })
}

/// How a part of a chunked body ended.
enum Step {
    Size(u64),
    Done,
    Bad,
    Ended(More),
}

async fn in_chunks<R: AsyncRead + Unpin>(incoming: &mut Incoming<R>, limits: Limits) -> Result<Body, Fault> {
    let mut body = Body::default();
    loop {
        let step = match size(incoming).await {
            Step::Size(0) => trailers(incoming, limits).await?,
            Step::Size(size) => chunk(incoming, &mut body, size, limits).await,
            other => other,
        };
        match step {
            Step::Size(_) => {}
            Step::Done if body.capped => return Ok(body),
            Step::Done => return Ok(body.whole()),
            Step::Bad => return Ok(body.broken(FramingFault::BadChunk)),
            Step::Ended(More::Late) => return late(incoming, body, FramingFault::ChunksUnended, limits),
            Step::Ended(_) => return Ok(body.broken(FramingFault::ChunksUnended)),
        }
    }
}

/// Reads a size line.
async fn size<R: AsyncRead + Unpin>(incoming: &mut Incoming<R>) -> Step {
    match line(incoming, LINE_LIMIT).await {
        Line::Text(text) => chunk_size(&text).map_or(Step::Bad, Step::Size),
        Line::TooLong => Step::Bad,
        Line::Ended(more) => Step::Ended(more),
    }
}

/// Reads a chunk's bytes and the line end behind them. `Done` means that the cap is reached.
async fn chunk<R: AsyncRead + Unpin>(incoming: &mut Incoming<R>, body: &mut Body, size: u64, limits: Limits) -> Step {
    let mut left = size;
    loop {
        left -= body.take(incoming, left, limits.body);
        if body.capped {
            return Step::Done;
        }
        if left == 0 {
            break;
        }
        match incoming.more().await {
            More::Bytes => {}
            other => return Step::Ended(other),
        }
    }
    match line(incoming, 0).await {
        Line::Text(text) if text.is_empty() => Step::Size(size),
        Line::Text(_) | Line::TooLong => Step::Bad,
        Line::Ended(more) => Step::Ended(more),
    }
}

async fn trailers<R: AsyncRead + Unpin>(incoming: &mut Incoming<R>, limits: Limits) -> Result<Step, Fault> {
    let mut read = 0;
    loop {
        match line(incoming, limits.head).await {
            Line::Text(text) if text.is_empty() => return Ok(Step::Done),
            Line::Text(text) if read + text.len() <= limits.head => read += text.len() + 1,
            Line::Text(_) | Line::TooLong => return Err(Fault::HeadTooLarge { limit: limits.head as u64 }),
            Line::Ended(more) => return Ok(Step::Ended(more)),
        }
    }
}

enum Line {
    Text(Vec<u8>),
    TooLong,
    Ended(More),
}

/// One line without its end; a lone LF ends a line too. Its text is at most `limit` bytes long.
async fn line<R: AsyncRead + Unpin>(incoming: &mut Incoming<R>, limit: usize) -> Line {
    loop {
        let end = incoming.rest().iter().take(limit + 2).position(|byte| *byte == b'\n');
        if let Some(end) = end {
            let text = incoming.rest()[..end].strip_suffix(b"\r").unwrap_or(&incoming.rest()[..end]).to_vec();
            incoming.consume(end + 1);
            return Line::Text(text);
        }
        // Where nothing may come but the line end itself, anything else shows at once.
        let wrong = limit == 0 && incoming.rest().first().is_some_and(|byte| *byte != b'\r');
        if wrong || incoming.rest().len() > limit + 1 {
            return Line::TooLong;
        }
        match incoming.more().await {
            More::Bytes => {}
            other => return Line::Ended(other),
        }
    }
}

fn chunk_size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
    let hexadecimal = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    hexadecimal.then(|| std::str::from_utf8(digits).ok().and_then(|text| u64::from_str_radix(text, 16).ok())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use FramingFault::*;

    const LIMITS: Limits = Limits { head: 64, body: 8, time: Duration::from_secs(5), silence: None };

    async fn check(extent: Extent, bytes: &[u8], body: &str, capped: bool, fault: Option<FramingFault>, rest: &str) {
        let mut incoming = Incoming::new(bytes, Instant::now() + LIMITS.time);
        let read = read(&mut incoming, extent, true, LIMITS).await.unwrap();
        let got = (read.bytes.as_slice(), read.capped, read.fault.clone(), incoming.rest());
        assert_eq!(got, (body.as_bytes(), capped, fault, rest.as_bytes()), "{}", String::from_utf8_lossy(bytes));
    }

    #[tokio::test]
    async fn bodies() {
        use Extent::*;
        check(Length(3), b"abc", "abc", false, None, "").await;
        check(Length(0), b"", "", false, None, "").await;
        check(Length(2), b"abc", "ab", false, None, "c").await;
        check(Length(5), b"abc", "abc", false, Some(BodyShort { declared: 5, got: 3 }), "").await;
        check(Length(8), b"12345678", "12345678", false, None, "").await;
        check(Length(9), b"123456789", "12345678", true, None, "9").await;
        check(Length(u64::MAX), b"123", "123", false, Some(BodyShort { declared: u64::MAX, got: 3 }), "").await;
        check(Unsaid, b"abc", "abc", false, None, "").await;
        check(Unsaid, b"123456789", "12345678", true, None, "9").await;
        check(Nothing, b"abc", "", false, None, "").await;
    }

    #[tokio::test]
    async fn chunked_bodies() {
        let check = async |bytes: &str, body: &str, capped, fault, rest: &str| {
            check(Extent::Chunked, bytes.replace('|', "\r\n").as_bytes(), body, capped, fault, rest).await;
        };
        check("3|abc|0||", "abc", false, None, "").await;
        check("3;x=\"y\"|abc|02 |de|000|T: 1|U: 2||x", "abcde", false, None, "x").await;
        check("3\nabc\n0\n\n", "abc", false, None, "").await;
        check("3|abc|", "abc", false, Some(ChunksUnended), "").await;
        check("3|ab", "ab", false, Some(ChunksUnended), "").await;
        check("3|abc|0|", "abc", false, Some(ChunksUnended), "").await;
        check("", "", false, Some(ChunksUnended), "").await;
        check("x|abc|", "", false, Some(BadChunk), "abc\r\n").await;
        check("|abc|", "", false, Some(BadChunk), "abc\r\n").await;
        check("2|abc|0||", "ab", false, Some(BadChunk), "c\r\n0\r\n\r\n").await;
        check("9|123456789|0||", "12345678", true, None, "9\r\n0\r\n\r\n").await;
        check("ffffffffffffffff|123", "123", false, Some(ChunksUnended), "").await;
        check("fffffffffffffffff|123", "", false, Some(BadChunk), "123").await;
        check(&format!("1;{}", "x".repeat(5000)), "", false, Some(BadChunk), &format!("1;{}", "x".repeat(5000))).await;
    }

    #[tokio::test]
    async fn endless_trailers_end() {
        let bytes = format!("0\r\n{}", "T: 1\r\n".repeat(100));
        let mut incoming = Incoming::new(bytes.as_bytes(), Instant::now() + LIMITS.time);
        assert_eq!(read(&mut incoming, Extent::Chunked, true, LIMITS).await.unwrap_err(), Fault::HeadTooLarge { limit: 64 });
    }
}
