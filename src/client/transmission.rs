//! One request on its way over one of the two paths, after it was settled which credentials it carries.

use crate::exchange::{Answer, Exchange, Fault, Headers, Outgoing, Sent, Wire};

/// A request with its credentials.
#[derive(Debug, Clone)]
pub struct Message<'o> {
    pub method: &'o str,
    /// As it goes on the wire, the base URL's path included.
    pub target: String,
    /// What the caller gave.
    pub headers: &'o [(String, String)],
    /// The `Authorization` header that the client adds.
    pub authorization: Option<String>,
    pub body: Option<&'o [u8]>,
    pub wire: Wire,
    pub judged: bool,
}

impl<'o> Message<'o> {
    pub fn new(outgoing: &'o Outgoing, target: String) -> Self {
        Self {
            method: &outgoing.method,
            target,
            headers: &outgoing.headers,
            authorization: None,
            body: outgoing.body.as_deref(),
            wire: outgoing.wire.clone(),
            judged: outgoing.judged,
        }
    }

    /// A GET of the client's own; read byte by byte, for a target whose replies are misframed still says how to log in. It goes over a connection
    /// of its own, for a target may close a kept one whenever it likes.
    pub fn get(target: String) -> Message<'static> {
        let wire = Wire { fresh: true, ..Wire::default() };
        Message { method: "GET", target, headers: &[], authorization: None, body: None, wire, judged: true }
    }

    pub fn with(&self, authorization: Option<String>) -> Self {
        Self { authorization, ..self.clone() }
    }

    /// Whether the caller set that header, so that the client does not.
    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(have, _)| have.eq_ignore_ascii_case(name))
    }

    /// `Host`, `Authorization` and the caller's headers, in this order.
    pub fn leading_headers(&self, authority: &str) -> Headers {
        let mut headers = Headers::new();
        if !self.wire.no_host && !self.has("host") {
            headers.push(("Host".into(), authority.into()));
        }
        if let Some(authorization) = &self.authorization {
            headers.push(("Authorization".into(), authorization.clone()));
        }
        headers.extend_from_slice(self.headers);
        headers
    }

    /// What would have left, for a request that did not.
    pub fn unsent(&self, authority: &str) -> Sent {
        let (method, target) = (self.method.to_owned(), self.target.clone());
        Sent { method, target, headers: self.leading_headers(authority), body: self.body.map(<[u8]>::to_vec) }
    }
}

/// A request that was sent, or could not be, with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transmission {
    pub sent: Sent,
    pub outcome: Result<Answer, Fault>,
    pub duration_us: u64,
}

impl Transmission {
    pub fn failed(sent: Sent, fault: Fault) -> Self {
        Self { sent, outcome: Err(fault), duration_us: 0 }
    }

    /// The answer, when it says that the credentials do not do.
    pub fn refusal(&self) -> Option<&Answer> {
        self.outcome.as_ref().ok().filter(|answer| answer.status == 401)
    }

    pub fn into_exchange(self, challenges: u32) -> Exchange {
        Exchange { sent: self.sent, outcome: self.outcome, duration_us: self.duration_us, challenges }
    }
}
