//! Evidence of a case: its exchanges. Secrets are taken out once, when evidence enters the record.

use super::redaction::{BEYOND_THE_CUT, Redaction};
use crate::exchange::{Answer, Exchange, FramingFault};
use crate::judge::{Read, Seen};
use crate::record::{ExchangeRecord, RequestRecord, ResponseRecord};
use crate::verdict::Verdict;

/// What of a body is kept, in bytes, where something was found.
const KEPT: usize = 64 * 1024;

/// What of a body is kept where all is well.
const KEPT_OF_A_PASS: usize = 4 * 1024;

/// A reply that was cut off after less time was not waited for.
const LONG_US: u64 = 300_000;

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
    exchange: Exchange,
    read: Read,
    /// So many bytes of the reply's body were let go.
    gone: usize,
}

impl Evidence {
    /// Adds an exchange and gives its index.
    pub fn add(&mut self, purpose: &'static str, step: Option<&str>, exchange: Exchange) -> usize {
        self.entries.push(Entry { purpose, step: step.map(str::to_owned), exchange, read: Read::default(), gone: 0 });
        self.entries.len() - 1
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

    /// Lets go of what no later step looks at: what of a large reply no report shows, and its reading, which takes many times the memory.
    pub fn let_go(&mut self) {
        for entry in &mut self.entries {
            let Ok(answer) = &mut entry.exchange.outcome else { continue };
            if let Some(gone) = answer.body.len().checked_sub(KEPT + BEYOND_THE_CUT).filter(|gone| *gone > 0) {
                answer.body.truncate(KEPT + BEYOND_THE_CUT);
                answer.body.shrink_to_fit();
                entry.gone = gone;
                entry.read = Read::default();
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

    /// For the record, without secrets.
    pub fn records(&self, redaction: &Redaction, verdict: Verdict) -> Vec<ExchangeRecord> {
        let kept = if matches!(verdict, Verdict::Pass | Verdict::Observed) { KEPT_OF_A_PASS } else { KEPT };
        let record = |entry: &Entry| ExchangeRecord {
            purpose: entry.purpose.to_owned(),
            step: entry.step.clone(),
            request: request(&entry.exchange, redaction, kept),
            response: response(entry, redaction, kept),
            fault: entry.exchange.outcome.as_ref().err().map(|fault| redaction.fault(fault)),
            duration_us: entry.exchange.duration_us,
        };
        self.entries.iter().map(record).collect()
    }
}

fn request(exchange: &Exchange, redaction: &Redaction, kept: usize) -> RequestRecord {
    let sent = &exchange.sent;
    RequestRecord {
        method: sent.method.clone(),
        target: redaction.text(&sent.target),
        headers: redaction.headers(&sent.headers),
        body: sent.body.as_ref().map(|body| redaction.body(body, kept)),
    }
}

fn response(entry: &Entry, redaction: &Redaction, kept: usize) -> Option<ResponseRecord> {
    let answer = entry.exchange.outcome.as_ref().ok()?;
    let mut body = redaction.body(&answer.body, kept);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Sent;

    #[test]
    fn a_large_reply_is_let_go_of_and_its_record_is_the_same() {
        let body = format!("{{\"success\":true,\"x\":\"{}\"}}", "x".repeat(200_000)).into_bytes();
        let answer = Answer { status: 200, body, ..Answer::default() };
        let exchange = Exchange { sent: Sent::default(), outcome: Ok(answer), duration_us: 1, challenges: 0 };
        let mut evidence = Evidence::default();
        let index = evidence.add("judged", None, exchange);
        assert!(evidence.seen(index).value().is_some() && !evidence.tells_of("somebody"));
        let before = evidence.records(&Redaction::default(), Verdict::Fail);
        evidence.let_go();
        assert!(evidence.exchange(index).outcome.as_ref().unwrap().body.len() < 70_000);
        assert_eq!(evidence.records(&Redaction::default(), Verdict::Fail), before);
        assert!(evidence.tells_of("somebody"), "it may have told of anybody");
    }
}
