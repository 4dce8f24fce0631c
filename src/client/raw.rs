//! The wire path: our own HTTP/1.1 over our own connections, so that a request can be wrong on purpose, every byte of the reply is seen, and
//! nothing is ever sent twice.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::io::{AsyncWriteExt, WriteHalf, split};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use super::incoming::Incoming;
use super::reading::{self, Limits, Question, Reading};
use super::stalls::{Stalls, is_cut};
use super::stream::{Connector, Stream, Waiting};
use super::transmission::{Message, Transmission};
use super::writing::Plan;
use crate::exchange::{Answer, Fault, FramingFault};

/// How long the body waits for the interim reply that was asked for.
const EXPECTATION: Duration = Duration::from_secs(1);

/// How a target says that it serves no more connections.
const TURNED_AWAY: [u16; 2] = [429, 503];

/// So much of a body shows that a connection is served.
const ENOUGH: usize = 64 * 1024;

/// The silence after which the body of such a device is over.
const SILENCE: Duration = Duration::from_millis(300);

/// Sends requests byte by byte and keeps the connections that are still good.
pub struct Raw {
    connector: Connector,
    limits: Limits,
    idle_reuse: Duration,
    idle: Mutex<Vec<(Stream, Instant)>>,
    stalls: Arc<Stalls>,
}

/// How a conversation over one connection went.
enum Talk {
    /// Not one byte could be written.
    NothingLeft,
    Over {
        outcome: Result<Answer, Fault>,
        duration: Duration,
        /// The connection, if another request may use it.
        kept: Option<Stream>,
    },
}

impl Raw {
    pub fn new(connector: Connector, limits: Limits, idle_reuse: Duration, stalls: Arc<Stalls>) -> Self {
        Self { connector, limits, idle_reuse, idle: Mutex::default(), stalls }
    }

    /// Sends one request and reads its reply. Only a request of which no byte has left may take a second connection.
    pub async fn transmit(&self, message: &Message<'_>) -> Transmission {
        let plan = Plan::new(message, &self.connector.endpoint.authority);
        let mut idle = self.idle_connection().filter(|_| !message.wire.fresh);
        loop {
            let reused = idle.is_some();
            let stream = match idle.take() {
                Some(stream) => stream,
                None => match self.connector.connect().await {
                    Ok(stream) => stream,
                    Err(fault) => return Transmission::failed(plan.sent, fault),
                },
            };
            let began = Instant::now();
            match talk(stream, &plan, self.patience()).await {
                Talk::NothingLeft if reused => {}
                Talk::NothingLeft => return Transmission::failed(plan.sent, Fault::Closed { got: 0 }),
                Talk::Over { outcome, duration, kept } => {
                    self.keep(kept);
                    self.stalls.note(&outcome, began.elapsed());
                    // What was waited for in vain took as long as it was waited for.
                    let duration = if is_cut(&outcome) { began.elapsed() } else { duration };
                    let duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
                    return Transmission { sent: plan.sent, outcome, duration_us };
                }
            }
        }
    }

    /// How many connections the target serves beside each other, up to so many: each one that was answered is kept while further ones are
    /// opened, ever more at once, until one is not answered in time or is turned away.
    pub async fn served_at_once(&self, message: &Message<'_>, at_most: usize, patience: Duration) -> usize {
        let served = async || {
            let (answer, kept) = self.try_out(message, patience).await?;
            (!TURNED_AWAY.contains(&answer.status)).then_some(kept)
        };
        let mut kept = Vec::new();
        let (mut count, mut all) = (0, true);
        while all && count < at_most {
            let more = count.clamp(1, at_most - count);
            let replies = join_all((0..more).map(|_| served())).await;
            all = replies.iter().all(Option::is_some);
            count += replies.iter().flatten().count();
            kept.push(replies);
        }
        count
    }

    /// Whether a connection still lies open a while after a reply on it: some targets close theirs without saying so.
    pub async fn keeps_connections(&self, message: &Message<'_>, patience: Duration, rest: Duration) -> bool {
        let Some((_, Some(mut stream))) = self.try_out(message, patience).await else { return false };
        sleep(rest).await;
        stream.is_idle()
    }

    /// One request on a connection of its own; gives that as well, if another request may use it.
    async fn try_out(&self, message: &Message<'_>, patience: Duration) -> Option<(Answer, Option<Stream>)> {
        let plan = Plan::new(message, &self.connector.endpoint.authority);
        let limits = Limits { time: patience, body: ENOUGH, ..self.limits };
        let stream = timeout(patience, self.connector.connect()).await.ok()?.ok()?;
        match talk(stream, &plan, limits).await {
            Talk::Over { outcome: Ok(answer), kept, .. } => Some((answer, kept)),
            _ => None,
        }
    }

    /// The limits, with less patience for bodies once it is known that waiting brings nothing.
    fn patience(&self) -> Limits {
        let silence = self.stalls.are_usual().then_some(SILENCE);
        Limits { silence, ..self.limits }
    }

    /// A kept connection that nothing has happened to. Taking one away also makes room for a fresh one.
    pub fn idle_connection(&self) -> Option<Stream> {
        let mut idle = self.pool();
        while let Some((mut stream, since)) = idle.pop() {
            if since.elapsed() <= self.idle_reuse && stream.is_idle() {
                return Some(stream);
            }
        }
        None
    }

    fn keep(&self, stream: Option<Stream>) {
        if let Some(stream) = stream.filter(|_| !self.idle_reuse.is_zero()) {
            self.pool().push((stream, Instant::now()));
        }
    }

    fn pool(&self) -> MutexGuard<'_, Vec<(Stream, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the writing and the reading half tell each other.
#[derive(Default)]
struct Progress {
    /// A byte has left.
    begun: AtomicBool,
    /// The real reply has begun: a body that still waits is not wanted.
    replied: AtomicBool,
    /// Some reply head has come.
    head: Notify,
}

/// Writes and reads at the same time, because a device may answer, or refuse, before it has taken the whole request.
async fn talk(stream: Stream, plan: &Plan, limits: Limits) -> Talk {
    let started = Instant::now();
    // Of an encrypted connection nobody can tell whether a part of a record has left.
    let progress = Progress { begun: AtomicBool::new(stream.is_encrypted()), ..Progress::default() };
    let (reader, writer) = split(stream);
    let mut incoming = Incoming::new(reader, started + limits.time);
    let (outcome, writer) = {
        let question = Question { head: plan.sent.method == "HEAD", to_the_end: plan.to_the_end };
        let on_head = |status| {
            progress.replied.store(status >= 200, Ordering::Relaxed);
            progress.head.notify_one();
        };
        let reading = reading::read(&mut incoming, question, limits, on_head);
        let writing = write(writer, plan, &progress);
        tokio::pin!(reading, writing);
        let mut written = None;
        loop {
            tokio::select! {
                biased;
                done = &mut writing, if written.is_none() => match done {
                    (_, Err(_)) if !progress.begun.load(Ordering::Relaxed) => return Talk::NothingLeft,
                    (writer, result) => written = Some((writer, result)),
                },
                outcome = &mut reading => break (outcome, written),
            }
        }
    };
    let duration = incoming.last().saturating_duration_since(started);
    match (outcome, writer) {
        (Ok(reading), Some((writer, Ok(())))) => finish(reading, incoming.into_reader().unsplit(writer), plan, duration),
        (Ok(reading), _) => Talk::Over { outcome: Ok(reading.answer), duration, kept: None },
        (Err(Fault::Timeout { limit_ms, .. }), None) => Talk::Over {
            outcome: Err(Fault::Timeout { phase: "send".into(), limit_ms }),
            duration: started.elapsed(),
            kept: None,
        },
        (Err(fault), _) => Talk::Over { outcome: Err(fault), duration: started.elapsed(), kept: None },
    }
}

/// The request went out whole and the reply was read: looks once for bytes beyond it, then decides whether the connection is kept.
fn finish(reading: Reading, mut stream: Stream, plan: &Plan, duration: Duration) -> Talk {
    let Reading { mut answer, reusable } = reading;
    let waiting = if reusable { stream.waiting() } else { Waiting::End };
    if let Waiting::Bytes(bytes) = waiting {
        answer.framing.push(FramingFault::Surplus { bytes });
    }
    let kept = (waiting == Waiting::Nothing && plan.leaves_in_step).then_some(stream);
    Talk::Over { outcome: Ok(answer), duration, kept }
}

/// Writes the request and gives its half of the connection back.
async fn write(mut writer: WriteHalf<Stream>, plan: &Plan, progress: &Progress) -> (WriteHalf<Stream>, io::Result<()>) {
    let result = write_parts(&mut writer, plan, progress).await;
    (writer, result)
}

async fn write_parts(writer: &mut WriteHalf<Stream>, plan: &Plan, progress: &Progress) -> io::Result<()> {
    write_counted(writer, &plan.first, progress).await?;
    if !plan.then.is_empty() {
        // Whether the interim reply came or the wait was over: the body goes, unless the real reply is there.
        let _ = timeout(EXPECTATION, progress.head.notified()).await;
        if !progress.replied.load(Ordering::Relaxed) {
            write_counted(writer, &plan.then, progress).await?;
        }
    }
    if plan.half_close { writer.shutdown().await } else { Ok(()) }
}

async fn write_counted(writer: &mut WriteHalf<Stream>, mut bytes: &[u8], progress: &Progress) -> io::Result<()> {
    while !bytes.is_empty() {
        match writer.write(bytes).await? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            count => {
                progress.begun.store(true, Ordering::Relaxed);
                bytes = &bytes[count..];
            }
        }
    }
    writer.flush().await
}
