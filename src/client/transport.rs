//! Which path a request takes, and how many are under way at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::endpoint::Endpoint;
use super::http::Http;
use super::options::{ClientError, Options};
use super::raw::Raw;
use super::reading::Limits;
use super::stalls::Stalls;
use super::stream::Connector;
use super::tls;
use super::transmission::{Message, Transmission};
use crate::exchange::Fault;

/// How often the client asks how to log in, and how long it waits before it asks again a target to which that was too much.
const TRIES: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The two paths to one target.
pub struct Transport {
    endpoint: Endpoint,
    raw: Raw,
    /// None where there is but one connection, which two paths would take from each other.
    http: Option<Http>,
    permits: Semaphore,
    stalls: Arc<Stalls>,
}

impl Transport {
    pub fn new(options: &Options) -> Result<Self, ClientError> {
        let endpoint = Endpoint::new(&options.base)?;
        let tls = Arc::new(tls::config(endpoint.secure, options.cacert.as_deref(), options.insecure)?);
        let connector = Connector { endpoint: endpoint.clone(), tls, limit: options.connect_timeout };
        let limits = Limits { head: options.head_cap, body: options.body_cap, time: options.timeout, silence: None };
        let http = (options.max_connections > 1).then(|| Http::new(options, connector.clone(), limits)).transpose()?;
        let stalls = Arc::new(Stalls::new(options.timeout));
        let raw = Raw::new(connector, limits, options.idle_reuse, stalls.clone());
        let permits = Semaphore::new(options.max_connections.clamp(1, Semaphore::MAX_PERMITS));
        Ok(Self { endpoint, raw, http, permits, stalls })
    }

    pub fn secure(&self) -> bool {
        self.endpoint.secure
    }

    pub fn wire_target(&self, target: &str) -> String {
        self.endpoint.wire_target(target)
    }

    /// Sends a request once. What is judged, or cannot be said in the ordinary way, goes over the wire path; so does all the rest where there is
    /// no other.
    pub async fn transmit(&self, message: &Message<'_>) -> Transmission {
        // The semaphore is never closed, so there is always a permit in the end.
        let _permit = self.permits.acquire().await;
        // The ordinary path would wait for the end of every body of a device that is known to announce too much.
        let ordinary = self.http.as_ref().filter(|_| !message.judged && !self.stalls.are_usual());
        match ordinary.and_then(|http| Some((http, http.request(message)?))) {
            Some((http, request)) => {
                // Its connection takes the place of one that lies idle.
                drop(self.raw.idle_connection());
                let transmission = http.transmit(message, request).await;
                self.stalls.note(&transmission.outcome, Duration::from_micros(transmission.duration_us));
                transmission
            }
            None => self.raw.transmit(message).await,
        }
    }

    /// Sends a GET of the client's own, once more after ever longer pauses while the target says that there are too many requests.
    pub async fn ask(&self, message: &Message<'_>) -> Transmission {
        let mut pause = FIRST_PAUSE;
        for _ in 1..TRIES {
            let transmission = self.transmit(message).await;
            let Some(answer) = transmission.outcome.as_ref().ok().filter(|answer| answer.is_too_much()) else {
                return transmission;
            };
            sleep(answer.retry_after().unwrap_or_default().clamp(pause, LONGEST_PAUSE)).await;
            pause *= 2;
        }
        self.transmit(message).await
    }

    /// How many connections the target serves beside each other, up to so many; whoever was answered within `patience` was served.
    pub async fn served_at_once(&self, message: &Message<'_>, at_most: usize, patience: Duration) -> usize {
        self.raw.served_at_once(message, at_most, patience).await
    }

    /// Whether a connection still lies open so long after a reply on it.
    pub async fn keeps_connections(&self, message: &Message<'_>, patience: Duration, rest: Duration) -> bool {
        self.raw.keeps_connections(message, patience, rest).await
    }

    /// A request that could not be sent.
    pub fn failed(&self, message: &Message<'_>, fault: Fault) -> Transmission {
        Transmission::failed(message.unsent(&self.endpoint.authority), fault)
    }
}
