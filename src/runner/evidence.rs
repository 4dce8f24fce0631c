//! Evidence of a case: its exchanges. Secrets are taken out once, when evidence enters the record.

use std::cell::Cell;

use super::redaction::{BEYOND_THE_CUT, Redaction, SentSecrets};
use crate::exchange::{Answer, Exchange, FramingFault, Outgoing, Role, Twist, Wire};
use crate::judge::{Read, Seen};
use crate::record::{ExchangeRecord, RequestRecord, ResponseRecord};
use crate::verdict::Verdict;

/// What of a body is kept, in bytes, where something was found.
const KEPT: usize = 64 * 1024;

/// The longest body that is kept whole as long as there is room.
const WHOLE: usize = 1024 * 1024;

/// What of a body is kept where all is well, once there is no room for more.
const KEPT_OF_A_PASS: usize = 4 * 1024;

/// A reply that was cut off after less time was not waited for.
const LONG_US: u64 = 300_000;

/// How much evidence a run of one suite still keeps of what is as it should be, so that it can be judged again: its memory stays bounded all the
/// same. Where something was found, evidence is kept whatever the room.
pub(super) struct Room {
    /// Bytes of longer bodies.
    long: Cell<usize>,
    exchanges: Cell<usize>,
}

impl Default for Room {
    fn default() -> Self {
        Self { long: Cell::new(8 * 1024 * 1024), exchanges: Cell::new(10_000) }
    }
}

impl Room {
    /// Takes up room for the exchanges of one more case in which all is well, if there is any.
    fn takes(&self, exchanges: usize) -> bool {
        let left = self.exchanges.get().checked_sub(exchanges);
        self.exchanges.set(left.unwrap_or_default());
        left.is_some()
    }

    /// How much of a body is kept: all of it as long as there is room, else its beginning.
    fn of_body(&self, length: usize, at_least: usize) -> usize {
        if length <= at_least || length > WHOLE || length > self.long.get() {
            return at_least;
        }
        self.long.set(self.long.get() - length);
        length
    }
}

/// The exchanges of one attempt, in order.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    entries: Vec<Entry>,
    notes: Vec<String>,
}

#[derive(Debug)]
struct Entry {
    purpose: &'static str,
    step: Option<String>,
    /// The first of those that left at once with it.
    together: Option<usize>,
    exchange: Exchange,
    read: Read,
    /// So many bytes of the reply's body were let go.
    gone: usize,
    /// How the request was made where that is not the usual way: which account, which deliberate faults.
    manner: Option<String>,
}

impl Evidence {
    /// Adds an exchange and gives its index.
    pub fn add(&mut self, purpose: &'static str, step: Option<&str>, exchange: Exchange) -> usize {
        self.entries.push(Entry {
            purpose,
            step: step.map(str::to_owned),
            together: None,
            exchange,
            read: Read::default(),
            gone: 0,
            manner: None,
        });
        self.entries.len() - 1
    }

    /// Remembers how the request of an exchange was made.
    pub fn note_manner(&mut self, index: usize, request: &Outgoing) {
        self.entries[index].manner = manner(request);
    }

    /// Remembers that these exchanges left at once.
    pub fn note_together(&mut self, exchanges: &[usize]) {
        for index in exchanges {
            self.entries[*index].together = exchanges.first().copied();
        }
    }

    /// An exchange that was added.
    pub fn exchange(&self, index: usize) -> &Exchange {
        &self.entries[index].exchange
    }

    /// The same for the judge.
    pub fn seen(&self, index: usize) -> Seen<'_> {
        let entry = &self.entries[index];
        Seen::new(&entry.exchange, &entry.read)
    }

    /// The index of the last exchange.
    pub fn last(&self) -> usize {
        self.entries.len().saturating_sub(1)
    }

    /// Lets go of what no later step looks at: what of a very large reply no report shows, and the reading of every large one, which takes
    /// many times the memory.
    pub fn let_go(&mut self) {
        for entry in &mut self.entries {
            let Ok(answer) = &mut entry.exchange.outcome else { continue };
            if answer.body.len() > KEPT {
                entry.read = Read::default();
            }
            if answer.body.len() > WHOLE {
                entry.gone = answer.body.len() - (KEPT + BEYOND_THE_CUT);
                answer.body.truncate(KEPT + BEYOND_THE_CUT);
                answer.body.shrink_to_fit();
            }
        }
    }

    /// Whether a reply held this text, whatever its letter case; or may have, where not all of it is there any more.
    pub fn tells_of(&self, text: &str) -> bool {
        if self.entries.iter().any(|entry| entry.gone > 0) {
            return true;
        }
        let replies = self.entries.iter().filter_map(|entry| entry.exchange.outcome.as_ref().ok());
        let wanted = text.to_ascii_lowercase();
        replies.into_iter().any(|answer| String::from_utf8_lossy(&answer.body).to_ascii_lowercase().contains(&wanted))
    }

    /// Whether a reply was a 401.
    pub fn has_refusal(&self) -> bool {
        self.entries.iter().any(|entry| entry.exchange.outcome.as_ref().is_ok_and(|answer| answer.status == 401))
    }

    /// Whether the end of a reply was waited for in vain.
    pub fn has_waited(&self) -> bool {
        let in_vain = |entry: &Entry| {
            let cut = |answer: &Answer| answer.framing.iter().any(FramingFault::may_be_network);
            entry.exchange.duration_us >= LONG_US && entry.exchange.outcome.as_ref().is_ok_and(cut)
        };
        self.entries.iter().any(in_vain)
    }

    /// Something worth saying about the attempt.
    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// The notes.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How long the exchanges took together, in milliseconds.
    pub fn duration_ms(&self) -> u64 {
        self.entries.iter().map(|entry| entry.exchange.duration_us).sum::<u64>() / 1000
    }

    /// For the record, without secrets; nothing where all is well and there is no room for more.
    pub fn records(&self, redaction: &Redaction, verdict: Verdict, room: &Room) -> Option<Vec<ExchangeRecord>> {
        let mut sent = SentSecrets::default();
        let all_is_well = matches!(verdict, Verdict::Pass | Verdict::Observed);
        if all_is_well && !room.takes(self.entries.len()) {
            return None;
        }
        let at_least = if all_is_well { KEPT_OF_A_PASS } else { KEPT };
        let kept = |body: &[u8]| room.of_body(body.len(), at_least);
        Some(self.entries.iter().map(|entry| entry.record(redaction, &mut sent, &kept)).collect())
    }
}

impl Entry {
    fn record(&self, redaction: &Redaction, sent: &mut SentSecrets, kept: &dyn Fn(&[u8]) -> usize) -> ExchangeRecord {
        ExchangeRecord {
            purpose: self.purpose.to_owned(),
            step: self.step.clone(),
            together: self.together,
            request: request(&self.exchange, self.manner.clone(), redaction, sent, kept),
            response: response(self, redaction, sent, kept),
            fault: self.exchange.outcome.as_ref().err().map(|fault| redaction.fault(fault)),
            duration_us: self.exchange.duration_us,
        }
    }
}

fn request(
    exchange: &Exchange,
    manner: Option<String>,
    redaction: &Redaction,
    secrets: &mut SentSecrets,
    kept: &dyn Fn(&[u8]) -> usize,
) -> RequestRecord {
    let sent = &exchange.sent;
    sent.body.iter().for_each(|body| secrets.take(body));
    RequestRecord {
        method: sent.method.clone(),
        target: redaction.text(&sent.target),
        headers: redaction.headers(&sent.headers),
        body: sent.body.as_ref().map(|body| redaction.body(body, kept(body), secrets)),
        manner,
    }
}

fn response(
    entry: &Entry,
    redaction: &Redaction,
    secrets: &SentSecrets,
    kept: &dyn Fn(&[u8]) -> usize,
) -> Option<ResponseRecord> {
    let answer = entry.exchange.outcome.as_ref().ok()?;
    let mut body = redaction.body(&answer.body, kept(&answer.body), secrets);
    body.bytes += entry.gone as u64;
    body.cut |= answer.capped;
    Some(ResponseRecord {
        status: answer.status,
        reason: redaction.text(&answer.reason),
        headers: redaction.headers(&answer.headers),
        framing: answer.framing.clone(),
        body,
    })
}

/// How a request is made, where it is not made in the usual way.
pub(super) fn manner(request: &Outgoing) -> Option<String> {
    let word = |name: &str, value: serde_json::Result<serde_json::Value>| match value {
        Ok(serde_json::Value::String(word)) => format!("{name} {word}"),
        Ok(other) => format!("{name} {other}"),
        Err(_) => name.to_owned(),
    };
    let role = (request.role != Role::Admin).then(|| word("as", serde_json::to_value(request.role)));
    let twist = (request.twist != Twist::None).then(|| word("credentials", serde_json::to_value(request.twist)));
    let wire = (request.wire != Wire::default()).then(|| word("wire", serde_json::to_value(&request.wire)));
    let words: Vec<String> = [role, twist, wire].into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Sent;

    #[test]
    fn a_large_reply_is_let_go_of_and_its_record_is_the_same() {
        let body = format!("{{\"success\":true,\"x\":\"{}\"}}", "x".repeat(2_000_000)).into_bytes();
        let answer = Answer { status: 200, body, ..Answer::default() };
        let exchange = Exchange { sent: Sent::default(), outcome: Ok(answer), duration_us: 1, challenges: 0 };
        let mut evidence = Evidence::default();
        let index = evidence.add("judged", None, exchange);
        assert!(evidence.seen(index).value().is_some() && !evidence.tells_of("somebody"));
        let none = Room { long: Cell::new(0), exchanges: Cell::new(0) };
        let before = evidence.records(&Redaction::default(), Verdict::Fail, &none);
        evidence.let_go();
        assert!(evidence.exchange(index).outcome.as_ref().unwrap().body.len() < 70_000);
        assert!(before.is_some());
        assert_eq!(evidence.records(&Redaction::default(), Verdict::Fail, &none), before);
        assert_eq!(evidence.records(&Redaction::default(), Verdict::Pass, &none), None, "it is as it should be");
        assert!(evidence.tells_of("somebody"), "it may have told of anybody");
    }
}
