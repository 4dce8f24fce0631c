//! The HTTP server around a mock device.
//!
//! A server of our own, because a mock must put wrong framing on the wire when a defect asks for it, and must itself be strict where
//! ready-made servers are lenient (a missing `Host`, a length beside chunks).

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{self, Runtime};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use tokio_rustls::TlsAcceptor;

use super::device::{Device, Framing, Reply, Request};
use super::reply::{self, Asked, Then};
use super::request::{Connection, NoRequest, Received};
use super::tls::Identity;

/// How long an ended connection is drained, so that the reply is not destroyed by a reset.
const LINGER: Duration = Duration::from_millis(500);

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How a server behaves, whatever its device says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerOptions {
    /// Time added before every reply.
    pub latency: Duration,
}

/// A mock device that can be reached over HTTP/1.1. It serves until it is dropped or stopped.
pub struct Server {
    address: SocketAddr,
    device: SharedDevice,
    accepting: JoinHandle<()>,
    /// Held while it serves on a thread of its own.
    apart: Option<Apart>,
}

/// A runtime that ends without waiting for anybody, so that it may end wherever its owner does.
struct Apart(Option<Runtime>);

impl Drop for Apart {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

type SharedDevice = Arc<Mutex<Box<dyn Device>>>;

/// What every connection needs.
#[derive(Clone)]
struct Behind {
    device: SharedDevice,
    options: ServerOptions,
    started: Instant,
    tls: Option<TlsAcceptor>,
}

impl Server {
    /// Listens and serves in the background. Fails when the address cannot be bound.
    pub async fn start(device: Box<dyn Device>, listen: SocketAddr, options: ServerOptions) -> io::Result<Self> {
        Self::start_with(device, listen, options, None).await
    }

    /// The same on a thread of its own, so that it takes no turns with whoever asks it.
    ///
    /// # Errors
    /// When the address cannot be bound, or no thread can be started.
    pub async fn start_apart(device: Box<dyn Device>, listen: SocketAddr, options: ServerOptions) -> io::Result<Self> {
        let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let starting = runtime.spawn(Self::start(device, listen, options));
        let apart = Apart(Some(runtime));
        let mut server = starting.await.map_err(io::Error::other)??;
        server.apart = Some(apart);
        Ok(server)
    }

    /// The same over TLS.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start_secure(
        device: Box<dyn Device>,
        listen: SocketAddr,
        options: ServerOptions,
        identity: &Identity,
    ) -> io::Result<Self> {
        Self::start_with(device, listen, options, Some(identity.acceptor.clone())).await
    }

    async fn start_with(
        device: Box<dyn Device>,
        listen: SocketAddr,
        options: ServerOptions,
        tls: Option<TlsAcceptor>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let device = Arc::new(Mutex::new(device));
        let behind = Behind { device: device.clone(), options, started: Instant::now(), tls };
        let accepting = tokio::spawn(accept(listener, behind));
        Ok(Self { address, device, accepting, apart: None })
    }

    /// Where it really listens (the port, when port 0 was asked for).
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The device itself, to look at its state or to load it beforehand.
    pub fn device(&self) -> Arc<Mutex<Box<dyn Device>>> {
        self.device.clone()
    }

    /// Ends every connection and waits until the address is free again.
    pub async fn stop(mut self) {
        self.accepting.abort();
        // The only error is that it was cancelled, which is what was asked for.
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Accepts until aborted; the connections end with it, because the set owns them.
async fn accept(listener: TcpListener, behind: Behind) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { connections.spawn(welcome(stream, behind.clone())); }
                // Out of descriptors, most likely: those in use come back when connections end.
                Err(_) => sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn welcome(stream: TcpStream, behind: Behind) {
    // Without it a reply may only be slower.
    let _ = stream.set_nodelay(true);
    match behind.tls.clone() {
        None => serve(stream, false, behind).await,
        // Whoever does not speak TLS gets its alert, and that is all.
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(HANDSHAKE, tls.accept(stream)).await {
                serve(stream, true, behind).await;
            }
        }
    }
}

/// Serves one connection to its end. An error of the connection ends it and concerns nobody else.
async fn serve<S: AsyncRead + AsyncWrite + Unpin>(stream: S, secure: bool, behind: Behind) {
    let mut connection = Connection::new(stream, secure);
    loop {
        let (reply, asked) = match connection.next().await {
            Ok(received) => (behind.answer(&received.request), asked(&received)),
            Err(NoRequest::Refused(status, why)) => (refusal(status, why), Asked::default()),
            Err(NoRequest::Ended) => return,
        };
        pause(behind.options.latency + reply.delay).await;
        let written = reply::write(&reply, asked, &date());
        if connection.stream.write_all(&written.bytes).await.is_err() || connection.stream.flush().await.is_err() {
            return;
        }
        match written.then {
            Then::KeepOpen => {}
            Then::End => return end(connection.stream).await,
            Then::Hang => return drain(&mut connection.stream).await,
        }
    }
}

impl Behind {
    fn answer(&self, request: &Request) -> Reply {
        let now = self.started.elapsed();
        // A device that panicked once is still asked: its state is as good as before, and silence would blame the wrong one.
        self.device.lock().unwrap_or_else(PoisonError::into_inner).answer(request, now)
    }
}

fn asked(received: &Received) -> Asked {
    Asked { head: received.request.method == "HEAD", keep_alive: received.keep_alive, old: received.old }
}

fn refusal(status: u16, why: &str) -> Reply {
    let headers = vec![("Content-Type".into(), "text/plain; charset=utf-8".into())];
    Reply { status, headers, body: format!("{why}\n").into_bytes(), framing: Framing::Sound, delay: Duration::ZERO }
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}

/// Says that nothing more will come, then takes what the peer still sends: closing over unread bytes would reset the connection, and
/// a reset can overtake the reply.
async fn end<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) {
    if stream.shutdown().await.is_ok() {
        // When the time is up, the peer has had its chance.
        let _ = timeout(LINGER, drain(&mut stream)).await;
    }
}

async fn drain<S: AsyncRead + Unpin>(stream: &mut S) {
    let mut unwanted = [0; 4096];
    while matches!(stream.read(&mut unwanted).await, Ok(1..)) {}
}

fn date() -> String {
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    printer.timestamp_to_rfc9110_string(&jiff::Timestamp::now()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers with what it was asked; the path may name a framing.
    struct Echo;

    impl Device for Echo {
        fn answer(&mut self, request: &Request, _now: Duration) -> Reply {
            let body = request.body.as_ref().map(|body| String::from_utf8_lossy(body).into_owned());
            let value = serde_json::json!({ "method": request.method, "path": request.path, "body": body });
            let framing = match request.path.as_str() {
                "/hang" => Framing::Hang,
                "/drop" => Framing::Drop,
                "/chunked" => Framing::Chunked,
                _ => Framing::Sound,
            };
            Reply { framing, ..Reply::json(200, &value) }
        }

        fn preload(&mut self, _count: usize) {}

        fn state(&self) -> serde_json::Value {
            serde_json::Value::Null
        }
    }

    async fn start() -> Server {
        Server::start(Box::new(Echo), "127.0.0.1:0".parse().unwrap(), ServerOptions::default()).await.unwrap()
    }

    /// Sends the parts with a pause between them, half-closes, and returns everything that came, without `Date`.
    async fn talk(server: &Server, parts: &[&[u8]]) -> String {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        for part in parts {
            stream.write_all(part).await.unwrap();
            sleep(Duration::from_millis(20)).await;
        }
        stream.shutdown().await.unwrap();
        let mut came = Vec::new();
        stream.read_to_end(&mut came).await.unwrap();
        let text = String::from_utf8_lossy(&came).replace("\r\n", "|");
        text.split('|').filter(|line| !line.starts_with("Date: ")).collect::<Vec<_>>().join("|")
    }

    fn ok(body: &str) -> String {
        format!("HTTP/1.1 200 OK|Content-Type: application/json|Content-Length: {}||{body}", body.len())
    }

    #[tokio::test]
    async fn conversations() {
        let server = start().await;
        let check = async |parts: &[&[u8]], expected: String| assert_eq!(talk(&server, parts).await, expected, "{parts:?}");
        let bare = ok(r#"{"method":"GET","path":"/a","body":null}"#);
        let put = ok(r#"{"method":"PUT","path":"/a","body":"xyz"}"#);

        check(&[b"GET /a HTTP/1.1\r\nHost: d\r\n\r\n"], bare.clone()).await;
        check(&[b"\r\nGET /a HT", b"TP/1.1\nhost: d\n\n"], bare.clone()).await;
        check(&[b"GET /a HTTP/1.1\r\nHost: d\r\n\r\nGET /a HTTP/1.1\r\nHost: d\r\n\r\n"], format!("{bare}{bare}")).await;
        check(&[b"PUT /a HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\n\r\nx", b"yz"], put.clone()).await;
        let chunked = b"PUT /a HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n2\r\n";
        check(&[chunked, b"yz\r\n0\r\nT: 1\r\n\r\n"], put.clone()).await;
        let expecting = b"PUT /a HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
        check(&[expecting, b"xyz"], format!("HTTP/1.1 100 Continue||{put}")).await;
        check(&[b"PUT /a HTTP/1.1\r\nHost: d\r\nContent-Length: 9\r\n\r\nxyz"], String::new()).await;
        check(&[b"GET /a HT"], String::new()).await;
        check(&[b"GET /drop HTTP/1.1\r\nHost: d\r\n\r\n"], String::new()).await;
        check(&[b"GET /hang HTTP/1.1\r\nHost: d\r\n\r\n"], String::new()).await;
        check(
            &[b"HEAD /a HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n"],
            "HTTP/1.1 200 OK|Content-Type: application/json|Content-Length: 41|Connection: close||".into(),
        )
        .await;
    }

    #[tokio::test]
    async fn refusals() {
        let server = start().await;
        let check = async |request: &str, status: u16| {
            let came = talk(&server, &[request.as_bytes()]).await;
            assert!(
                came.starts_with(&format!("HTTP/1.1 {status} ")) && came.contains("Connection: close"),
                "{request:.60} -> {came}"
            );
        };
        check("GET /a HTTP/1.1\r\n\r\n", 400).await;
        check("GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400).await;
        check("garbage\r\n\r\n", 400).await;
        check("GET /a HTTP/2.0\r\nHost: d\r\n\r\n", 400).await;
        check("PUT /a HTTP/1.1\r\nHost: d\r\nContent-Length: x\r\n\r\n", 400).await;
        check("PUT /a HTTP/1.1\r\nHost: d\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400).await;
        check("PUT /a HTTP/1.1\r\nHost: d\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400).await;
        check("PUT /a HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: gzip\r\n\r\n", 501).await;
        check("PUT /a HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400).await;
        check("PUT /a HTTP/1.1\r\nHost: d\r\nExpect: tea\r\n\r\n", 417).await;
        check("PUT /a HTTP/1.1\r\nHost: d\r\nContent-Length: 99999999\r\n\r\n", 413).await;
        check("PUT /a HTTP/1.1\r\nHost: d\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413).await;
        check(&format!("GET /a HTTP/1.1\r\nHost: d\r\nX: {}\r\n\r\n", "x".repeat(70_000)), 431).await;
    }

    #[tokio::test]
    async fn stopping_frees_the_address_and_ends_connections() {
        let server = start().await;
        let address = server.address();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /hang HTTP/1.1\r\nHost: d\r\n\r\n").await.unwrap();
        sleep(Duration::from_millis(20)).await;
        server.stop().await;
        assert!(matches!(stream.read(&mut [0; 8]).await, Ok(0) | Err(_)));
        assert!(TcpStream::connect(address).await.is_err());
    }
}
