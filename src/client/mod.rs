//! The only room that opens a socket to a device.
//!
//! A [`Client`] turns an [`Outgoing`] into an [`Exchange`] and never fails otherwise: what
//! goes wrong is in the exchange. Replies that are judged come over the wire path (`raw`), which sees every byte; requests that only set the
//! scene go over the ordinary one (`http`). Both log in the same way. Whatever the device sends, time and memory are bounded, and no request
//! is sent again once a byte of it may have left, unless the device has answered it with 401, or the client's own question how to log in with 429 or
//! 503.

mod account;
mod auth;
mod body;
mod challenge;
mod digest;
mod endpoint;
mod http;
mod incoming;
mod options;
mod raw;
mod reading;
mod stalls;
mod stream;
#[cfg(test)]
mod tests;
mod tls;
mod token;
mod transmission;
mod transport;
mod writing;

use std::time::Duration;

use self::auth::{HttpLogin, People};
use self::token::TokenLogin;
use self::transmission::Message;
use self::transport::Transport;
use crate::exchange::{Exchange, Outgoing, Role, header};

pub use self::challenge::{can_answer, offers_md5};
pub use self::options::{ClientError, Credentials, Login, Options, UserPassword};

/// Talks to one target. It can be shared: requests may run at once, up to [`Options::max_connections`].
///
/// ```no_run
/// use doorspec::client::{Client, Credentials, Login, Options};
/// use doorspec::exchange::{Outgoing, Role};
///
/// # async fn ask() -> Result<(), Box<dyn std::error::Error>> {
/// let options = Options::new("http://192.0.2.7/".parse()?);
/// let client = Client::new(options, Credentials::default(), Login::None)?;
/// let outgoing = Outgoing { method: "GET".into(), target: "/api/info".into(), role: Role::Nobody, judged: true, ..Outgoing::default() };
/// match client.exchange(&outgoing).await.outcome {
///     Ok(answer) => println!("{} {}", answer.status, answer.reason),
///     Err(fault) => println!("{fault}"),
/// }
/// # Ok(())
/// # }
/// ```
pub struct Client {
    transport: Transport,
    people: People,
    login: Way,
}

/// A [`Login`] with what was learnt on the way.
enum Way {
    None,
    Http(Box<HttpLogin>),
    Token(Box<TokenLogin>),
}

impl Client {
    /// Fails when the URL, the certificate file or the TLS set-up is wrong. Nothing is sent yet.
    pub fn new(options: Options, credentials: Credentials, login: Login) -> Result<Self, ClientError> {
        let transport = Transport::new(&options)?;
        let login = match login {
            Login::None => Way::None,
            Login::Http { challenge_path } => Way::Http(Box::new(HttpLogin::new(transport.wire_target(&challenge_path)))),
            Login::Token { path } => Way::Token(Box::new(TokenLogin::new(transport.wire_target(&path)))),
        };
        Ok(Self { transport, people: People::new(credentials), login })
    }

    /// Sends one request as its role, and reads the reply.
    pub async fn exchange(&self, outgoing: &Outgoing) -> Exchange {
        let Self { transport, people, login } = self;
        let message = Message::new(outgoing, transport.wire_target(&outgoing.target));
        let bare = outgoing.role == Role::Nobody || header(&outgoing.headers, "authorization").is_some();
        match login {
            Way::Http(login) if !bare => login.exchange(people, transport, message, outgoing.role, outgoing.twist).await,
            Way::Token(login) if !bare => login.exchange(people, transport, message, outgoing.role, outgoing.twist).await,
            _ => transport.transmit(&message).await.into_exchange(0),
        }
    }

    /// How many connections the target serves beside each other, up to `at_most`. The request goes out once on each, without credentials:
    /// whatever comes back within `patience` shows that the connection is served, but for 429 and 503.
    pub async fn served_at_once(&self, outgoing: &Outgoing, at_most: usize, patience: Duration) -> usize {
        let message = Message::new(outgoing, self.transport.wire_target(&outgoing.target));
        self.transport.served_at_once(&message, at_most, patience).await
    }

    /// Whether a connection still lies open when nothing happened on it for the time of `rest`. The request goes out once, without credentials, and
    /// must be answered within `patience`.
    pub async fn keeps_connections(&self, outgoing: &Outgoing, patience: Duration, rest: Duration) -> bool {
        let message = Message::new(outgoing, self.transport.wire_target(&outgoing.target));
        self.transport.keeps_connections(&message, patience, rest).await
    }

    /// Logs in for tokens at another path from now on: which one it is may only be known once the target has said what it is.
    pub fn log_in_at(&self, path: &str) {
        if let Way::Token(login) = &self.login {
            login.move_to(self.transport.wire_target(path));
        }
    }

    /// The status under which the target gave the administrator no token, if it did so.
    pub async fn refused_with(&self) -> Option<u16> {
        match &self.login {
            Way::Token(login) => login.refused_with().await,
            Way::None | Way::Http(_) => None,
        }
    }

    /// True once a configured password went out as Basic over an unencrypted connection, where everybody on the way can read it.
    pub fn basic_in_clear(&self) -> bool {
        self.people.basic_in_clear()
    }
}
