//! The ordinary path: `reqwest`, for requests that only set the scene. It adds no redirect, no repetition and no proxy of its own.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::ext::ReasonPhrase;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Request, Response, Url, redirect, retry};
use tokio::time::{Instant, timeout_at};

use super::reading::Limits;
use super::stream::{Connector, milliseconds, resolve, unconnected, unencrypted};
use super::transmission::{Message, Transmission};
use super::{ClientError, Options};
use crate::exchange::{Answer, Fault, FramingFault, Headers, Wire, header};

pub struct Http {
    client: reqwest::Client,
    connector: Connector,
    limits: Limits,
}

impl Http {
    pub fn new(options: &Options, connector: Connector, limits: Limits) -> Result<Self, ClientError> {
        let kept = if options.idle_reuse.is_zero() { 0 } else { options.max_connections };
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured((*connector.tls).clone())
            .http1_only()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .tcp_nodelay(true)
            .dns_resolver(Arc::new(Resolver))
            .connect_timeout(options.connect_timeout)
            .pool_max_idle_per_host(kept)
            .pool_idle_timeout(options.idle_reuse)
            .build()
            .map_err(|error| ClientError::Http { why: chain(&error) })?;
        Ok(Self { client, connector, limits })
    }

    /// The request in this path's form, unless this path would send it differently from how it was given.
    pub fn request(&self, message: &Message<'_>) -> Option<Request> {
        if message.wire != Wire::default() {
            return None;
        }
        let url = Url::parse(&format!("{}{}", self.connector.endpoint.origin(), message.target)).ok()?;
        let same = match url.query() {
            Some(query) => message.target.split_once('?') == Some((url.path(), query)),
            None => message.target == url.path(),
        };
        if !same || url.fragment().is_some() {
            return None;
        }
        let mut request = Request::new(Method::from_bytes(message.method.as_bytes()).ok()?, url);
        *request.headers_mut() = self.headers(message)?;
        *request.body_mut() = message.body.map(|body| body.to_vec().into());
        Some(request)
    }

    fn headers(&self, message: &Message<'_>) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        for (name, value) in self.sent_headers(message) {
            headers.append(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_bytes(value.as_bytes()).ok()?);
        }
        Some(headers)
    }

    /// Every header that leaves; nothing is left for the library to add.
    fn sent_headers(&self, message: &Message<'_>) -> Headers {
        let mut headers = message.leading_headers(&self.connector.endpoint.authority);
        if !message.has("accept") {
            headers.push(("Accept".into(), "*/*".into()));
        }
        if let Some(body) = message.body.filter(|_| !message.has("content-length")) {
            headers.push(("Content-Length".into(), body.len().to_string()));
        }
        headers
    }

    /// Sends a request and reads its reply.
    pub async fn transmit(&self, message: &Message<'_>, request: Request) -> Transmission {
        let mut sent = message.unsent(&self.connector.endpoint.authority);
        sent.headers = self.sent_headers(message);
        let started = Instant::now();
        let outcome = self.outcome(request, message.method == "HEAD").await;
        Transmission { sent, outcome, duration_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX) }
    }

    async fn outcome(&self, request: Request, to_head: bool) -> Result<Answer, Fault> {
        let deadline = Instant::now() + self.limits.time;
        let late = |phase: &str| Fault::Timeout { phase: phase.into(), limit_ms: milliseconds(self.limits.time) };
        let response = match timeout_at(deadline, self.client.execute(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(self.fault(&error)),
            Err(_) => return Err(late("first byte")),
        };
        let mut answer = answer(&response);
        match timeout_at(deadline, read_body(response, &mut answer, self.limits.body)).await {
            Ok(whole) => {
                answer.framing.extend((!whole && !to_head).then(|| cut_short(&answer)));
                Ok(answer)
            }
            Err(_) => Err(late("body")),
        }
    }

    /// What an error of the library means, told by the types in its chain and never by their texts.
    fn fault(&self, error: &reqwest::Error) -> Fault {
        if error.is_connect() && error.is_timeout() {
            return Fault::Timeout { phase: "connect".into(), limit_ms: milliseconds(self.connector.limit) };
        }
        if let Some(Unresolved(cause)) = find(error) {
            return Fault::Unresolved { host: self.connector.endpoint.host.clone(), why: cause.to_string() };
        }
        let cause: Option<&io::Error> = find(error);
        if error.is_connect() {
            return match cause {
                Some(cause) if cause.raw_os_error().is_some() => unconnected(cause, &self.connector.endpoint.address()),
                Some(cause) => unencrypted(cause),
                None => Fault::Unreachable { address: self.connector.endpoint.address(), why: chain(error) },
            };
        }
        match find::<hyper::Error>(error) {
            Some(hyper) if hyper.is_parse() => Fault::NotHttp { why: hyper.to_string() },
            _ => Fault::Closed { got: 0 },
        }
    }
}

fn answer(response: &Response) -> Answer {
    let status = response.status();
    let reason = match response.extensions().get::<ReasonPhrase>() {
        Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
        None => status.canonical_reason().unwrap_or_default().to_owned(),
    };
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    Answer { status: status.as_u16(), reason, headers, ..Answer::default() }
}

/// Reads up to the cap. False when the connection ended first.
async fn read_body(mut response: Response, answer: &mut Answer, cap: usize) -> bool {
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = chunk.len().min(cap.saturating_sub(answer.body.len()));
                answer.body.extend_from_slice(&chunk[..room]);
                if room < chunk.len() {
                    answer.capped = true;
                    return true;
                }
            }
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

fn cut_short(answer: &Answer) -> FramingFault {
    let declared = header(&answer.headers, "content-length").and_then(|value| value.trim().parse().ok());
    match declared {
        Some(declared) => FramingFault::BodyShort { declared, got: answer.body.len() as u64 },
        None => FramingFault::ChunksUnended,
    }
}

/// The first error of a type in a chain of causes. An error of the network may itself wrap one.
fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    causes(error).find_map(|error| error.downcast_ref())
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

fn chain(error: &(dyn Error + 'static)) -> String {
    causes(error).map(|error| error.to_string()).collect::<Vec<_>>().join(": ")
}

/// Resolves names as the wire path does, and marks its failures with a type.
struct Resolver;

#[derive(Debug, thiserror::Error)]
#[error("the name does not resolve: {0}")]
struct Unresolved(io::Error);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = resolve(name.as_str(), 0).await.map_err(Unresolved)?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
