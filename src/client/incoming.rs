//! Bytes as they come from a device that may never stop, or never start.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::{Instant, timeout_at};

const STEP: usize = 16 * 1024;
const COMPACT_AT: usize = 64 * 1024;

/// What came when more was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    Bytes,
    /// The peer ended the connection, in order or not.
    End,
    /// The time was over first.
    Late,
}

/// The bytes of one exchange, with a memory of how many came and when the last did.
#[derive(Debug)]
pub struct Incoming<R> {
    reader: R,
    buffer: Vec<u8>,
    at: usize,
    got: u64,
    last: Instant,
    deadline: Instant,
    /// After so much silence nothing more is waited for.
    silence: Option<Duration>,
}

impl<R: AsyncRead + Unpin> Incoming<R> {
    pub fn new(reader: R, deadline: Instant) -> Self {
        Self { reader, buffer: Vec::new(), at: 0, got: 0, last: Instant::now(), deadline, silence: None }
    }

    /// What has come and is not consumed yet.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    pub fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.buffer.len());
        if self.at == self.buffer.len() {
            self.buffer.clear();
            self.at = 0;
        } else if self.at > COMPACT_AT {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
    }

    /// How many bytes came in all.
    pub fn got(&self) -> u64 {
        self.got
    }

    /// When the last byte came.
    pub fn last(&self) -> Instant {
        self.last
    }

    /// Waits from now on only as long as something comes now and then.
    pub fn hush(&mut self, silence: Option<Duration>) {
        self.silence = silence;
    }

    /// Waits for more until the end of the exchange, or of the patience with a silent peer.
    pub async fn more(&mut self) -> More {
        let moment = self.silence.map_or(self.deadline, |silence| Instant::now() + silence);
        self.more_until(moment).await
    }

    /// Waits for more until a moment, but not beyond the end of the exchange.
    pub async fn more_until(&mut self, moment: Instant) -> More {
        // A timer alone never strikes while there is always something to read.
        if self.is_over() {
            return More::Late;
        }
        self.buffer.reserve(STEP);
        match timeout_at(moment.min(self.deadline), self.reader.read_buf(&mut self.buffer)).await {
            Ok(Ok(0) | Err(_)) => More::End,
            Ok(Ok(count)) => {
                self.got += count as u64;
                self.last = Instant::now();
                More::Bytes
            }
            Err(_) => More::Late,
        }
    }

    pub fn is_over(&self) -> bool {
        Instant::now() >= self.deadline
    }

    pub fn into_reader(self) -> R {
        self.reader
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_of_the_exchange_holds_for_a_peer_that_never_pauses() {
        let deadline = Instant::now() + Duration::from_millis(30);
        let mut incoming = Incoming::new(tokio::io::repeat(b'x'), deadline);
        while incoming.more().await == More::Bytes {
            assert!(deadline.elapsed() < Duration::from_secs(1), "it does not end");
            incoming.consume(STEP);
        }
        assert!(incoming.is_over());
    }
}
