//! A device that is only a record: it answers each request of a case as the device did in the run, and no other.

use std::cell::{Cell, RefCell};

use base64::Engine as _;

use super::evidence::manner;
use super::redaction::{OF_STAND_INS, REDACTED, SentSecrets, StandIn};
use super::transport::Transport;
use crate::exchange::{Answer, Exchange, Fault, Outgoing, Role, Sent};
use crate::record::{BodyRecord, ExchangeRecord, RequestRecord, ResponseRecord};

/// How much of a body that was cut is compared: further on, a secret may have been cut in two.
const COMPARED: usize = 1024;

/// The exchanges of one case, handed out in their order.
#[derive(Default)]
pub(super) struct Replay<'r> {
    exchanges: Cell<&'r [ExchangeRecord]>,
    next: Cell<usize>,
    sent: RefCell<SentSecrets>,
    stand_in: Cell<StandIn>,
    /// Why the record does not answer.
    missing: RefCell<Option<String>>,
    /// Whether a reply held something that the record does not show.
    hidden: Cell<bool>,
}

impl Transport for Replay<'_> {
    async fn exchange(&self, outgoing: &Outgoing) -> Exchange {
        let at = self.next.get();
        let next = self.exchanges.get().get(at).filter(|exchange| exchange.purpose != "teardown");
        outgoing.body.iter().for_each(|body| self.sent.borrow_mut().take(body));
        if let Some(list) = at.checked_sub(1).filter(|_| outgoing.further) {
            // The record holds all rows of a list in one reply: a further page brings nothing new.
            return self.answered(&self.exchanges.get()[list]);
        }
        let is_next = next.is_some_and(|next| self.is_same(outgoing, &next.request));
        match next {
            Some(recorded) if is_next => {
                self.next.set(at + 1);
                self.answered(recorded)
            }
            Some(other) => {
                let then = &other.request;
                let (now, then) =
                    (format!("{} {}", outgoing.method, outgoing.target), format!("{} {}", then.method, then.target));
                self.miss(if now == then {
                    format!("the case asks otherwise than the run did: another body or account in {now}")
                } else {
                    format!("the case asks otherwise than the run did: {now} in place of {then}")
                })
            }
            None => self.miss(format!("the record holds no reply to {} {}", outgoing.method, outgoing.target)),
        }
    }

    fn has_account(&self, _: Role) -> bool {
        true
    }
}

impl<'r> Replay<'r> {
    /// Begins with a case.
    pub(super) fn load(&self, exchanges: &'r [ExchangeRecord], stand_in: StandIn) {
        self.exchanges.set(exchanges);
        self.stand_in.set(stand_in);
        self.next.set(0);
        self.sent.take();
        self.missing.take();
        self.hidden.set(false);
    }

    /// Why the record could not answer a request.
    pub(super) fn missing(&self) -> Option<String> {
        self.missing.borrow().clone()
    }

    /// Whether a reply held something that the record does not show.
    pub(super) fn is_hidden(&self) -> bool {
        self.hidden.get()
    }

    fn miss(&self, why: String) -> Exchange {
        self.missing.borrow_mut().get_or_insert(why);
        Exchange { sent: Sent::default(), outcome: Err(Fault::Closed { got: 0 }), duration_us: 0, challenges: 0 }
    }

    /// Whether a request is the recorded one, as far as the record shows it.
    fn is_same(&self, outgoing: &Outgoing, recorded: &RequestRecord) -> bool {
        let redaction = &*OF_STAND_INS;
        let same_body = match (&outgoing.body, &recorded.body) {
            (None, None) => true,
            (Some(body), Some(recorded)) => same_body(&redaction.body(body, usize::MAX, &self.sent.borrow()), recorded),
            _ => false,
        };
        let same_manner = outgoing.page || manner(outgoing) == recorded.manner;
        same_body
            && same_manner
            && outgoing.method == recorded.method
            && fits(&redaction.text(&outgoing.target), &recorded.target)
    }

    fn answered(&self, recorded: &ExchangeRecord) -> Exchange {
        let outcome = match (&recorded.response, &recorded.fault) {
            (Some(response), _) if response.body.cut => {
                let length = response.body.bytes;
                return self.miss(format!("the record keeps only the beginning of a reply of {length} bytes"));
            }
            (Some(response), _) => match self.body(&response.body) {
                Some(body) => Ok(answer(response, body)),
                None => {
                    return self
                        .miss("the record does not show the bytes of a reply that is no UTF-8 and held a secret".to_owned());
                }
            },
            (None, Some(fault)) => Err(fault.clone()),
            (None, None) => return self.miss("the record holds neither a reply nor why there was none".to_owned()),
        };
        let request = &recorded.request;
        let sent = Sent {
            method: request.method.clone(),
            target: request.target.clone(),
            headers: request.headers.clone(),
            body: request.body.as_ref().and_then(|body| self.body(body)),
        };
        Exchange { sent, outcome, duration_us: recorded.duration_us, challenges: 0 }
    }

    fn body(&self, body: &BodyRecord) -> Option<Vec<u8>> {
        if let Some(base64) = &body.base64 {
            return base64::engine::general_purpose::STANDARD.decode(base64).ok();
        }
        let text = body.text.as_deref().unwrap_or_default();
        let (restored, is_hidden) = self.sent.borrow().restore(text, self.stand_in.get());
        self.hidden.set(self.hidden.get() | is_hidden);
        let is_lossy = text.contains("[redacted") && text.contains('\u{fffd}');
        (!is_lossy).then(|| restored.into_bytes())
    }
}

fn answer(response: &ResponseRecord, body: Vec<u8>) -> Answer {
    Answer {
        status: response.status,
        reason: response.reason.clone(),
        headers: response.headers.clone(),
        body,
        capped: false,
        framing: response.framing.clone(),
    }
}

fn same_body(now: &BodyRecord, then: &BodyRecord) -> bool {
    if then.cut {
        let begins = |body: &BodyRecord| -> Vec<u8> {
            let kept = body.text.as_ref().or(body.base64.as_ref());
            kept.map(|kept| kept.bytes().take(COMPARED).collect()).unwrap_or_default()
        };
        return now.bytes == then.bytes && begins(now) == begins(then);
    }
    match (&now.text, &then.text) {
        (Some(now), Some(then)) => fits(now, then),
        (None, None) => now.base64 == then.base64,
        _ => false,
    }
}

/// Whether a text is a recorded one, in which a secret may stand for anything.
fn fits(now: &str, then: &str) -> bool {
    let mut parts = then.split(REDACTED);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = now.strip_prefix(first) else { return false };
    let mut open = false;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
        open = part.is_empty();
    }
    open || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_stands_for_anything_and_the_rest_is_the_same() {
        let rows = [
            ("/login?password=x&a=1", "/login?password=[redacted]&a=1", true),
            ("/login?password=x&a=2", "/login?password=[redacted]&a=1", false),
            ("/login?password=x", "/login?password=[redacted]", true),
            ("/api", "/api", true),
            ("/api/more", "/api", false),
        ];
        for (now, then, expected) in rows {
            assert_eq!(fits(now, then), expected, "{now} {then}");
        }
    }
}
