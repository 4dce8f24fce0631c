//! A connection to the target, plain or encrypted.

use std::io;
use std::mem::MaybeUninit;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::endpoint::Endpoint;
use super::tls;
use crate::exchange::Fault;

/// Bytes can be read from it and written to it.
#[derive(Debug)]
pub enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// How connections are made.
#[derive(Clone)]
pub struct Connector {
    pub endpoint: Endpoint,
    pub tls: Arc<ClientConfig>,
    /// The limit for connecting, the handshake included.
    pub limit: Duration,
}

impl Connector {
    /// A connection that nothing was sent on yet. Nothing of a request has left when this fails.
    pub async fn connect(&self) -> Result<Stream, Fault> {
        let late = |_| Fault::Timeout { phase: "connect".into(), limit_ms: milliseconds(self.limit) };
        timeout(self.limit, self.open()).await.unwrap_or_else(|elapsed| Err(late(elapsed)))
    }

    async fn open(&self) -> Result<Stream, Fault> {
        let stream = self.reach().await?;
        // Without it a request may only be slower.
        let _ = stream.set_nodelay(true);
        if self.endpoint.secure { self.encrypt(stream).await } else { Ok(Stream::Plain(stream)) }
    }

    /// Tries every address of the name; the fault of the last one tried is the one that is told.
    async fn reach(&self) -> Result<TcpStream, Fault> {
        let host = &self.endpoint.host;
        let mut fault = Fault::Unresolved { host: host.clone(), why: "it has no address".into() };
        let addresses = resolve(host, self.endpoint.port).await;
        for address in addresses.map_err(|error| Fault::Unresolved { host: host.clone(), why: error.to_string() })? {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => fault = unconnected(&error, &self.endpoint.address()),
            }
        }
        Err(fault)
    }

    async fn encrypt(&self, stream: TcpStream) -> Result<Stream, Fault> {
        let host = self.endpoint.host.clone();
        let name =
            ServerName::try_from(host).map_err(|error| Fault::Tls { why: format!("the host is no name for TLS: {error}") })?;
        match TlsConnector::from(self.tls.clone()).connect(name, stream).await {
            Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
            Err(error) => Err(unencrypted(&error)),
        }
    }
}

/// The addresses of a host; an address literal needs no look-up.
pub async fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    match host.parse::<IpAddr>() {
        Ok(address) => Ok(vec![SocketAddr::new(address, port)]),
        Err(_) => Ok(tokio::net::lookup_host((host, port)).await?.collect()),
    }
}

/// Why there is no connection.
pub fn unconnected(error: &io::Error, address: &str) -> Fault {
    let address = address.to_owned();
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Fault::Refused { address },
        _ => Fault::Unreachable { address, why: error.to_string() },
    }
}

/// Why there is a connection but no encryption.
pub fn unencrypted(error: &io::Error) -> Fault {
    let why = match (tls::cause(error), error.kind()) {
        (Some(cause), _) => tls::why(cause),
        (None, io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => {
            "the connection ended during the handshake; does this port speak TLS?".into()
        }
        (None, _) => error.to_string(),
    };
    Fault::Tls { why }
}

pub fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Stream {
    pub fn is_encrypted(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    /// Whether it still lies as it was left: open, and nothing came that was not asked for.
    pub fn is_idle(&mut self) -> bool {
        self.waiting() == Waiting::Nothing
    }

    /// What can be read at once. The system is asked directly, because the runtime learns of an end only when it polls next. Bytes that
    /// wait may be consumed: whoever finds some does not use the connection again.
    pub fn waiting(&mut self) -> Waiting {
        match self {
            Self::Plain(stream) => peek(stream),
            Self::Tls(stream) => {
                // Records of TLS itself (session tickets) may wait legally; reading takes them off before the system is asked.
                let mut bytes = [0; 4096];
                match stream.read(&mut bytes).now_or_never() {
                    Some(Ok(0) | Err(_)) => Waiting::End,
                    Some(Ok(count)) => Waiting::Bytes(count as u64),
                    None if matches!(peek(stream.get_ref().0), Waiting::End) => Waiting::End,
                    None => Waiting::Nothing,
                }
            }
        }
    }
}

/// What can be read from a connection without waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    Nothing,
    Bytes(u64),
    End,
}

fn peek(stream: &TcpStream) -> Waiting {
    let mut bytes = [MaybeUninit::uninit(); 4096];
    match SockRef::from(stream).peek(&mut bytes) {
        Ok(0) => Waiting::End,
        Ok(count) => Waiting::Bytes(count as u64),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Waiting::Nothing,
        Err(_) => Waiting::End,
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
