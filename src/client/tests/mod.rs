//! The client against peers that do exactly one wrong thing, and against the mock's server.

mod login;
mod mock;
mod peer;
mod wire;

use std::time::Duration;

use super::{Client, Credentials, Login, Options, UserPassword};
use crate::exchange::{Exchange, Outgoing, Role};

/// Impatient enough for a test.
fn options(base: &str) -> Options {
    Options {
        timeout: Duration::from_millis(800),
        body_cap: 4096,
        head_cap: 2048,
        max_connections: 4,
        idle_reuse: Duration::from_secs(5),
        ..Options::new(base.parse().unwrap())
    }
}

fn credentials() -> Credentials {
    let account = |user: &str, password: &str| Some(UserPassword { user: user.into(), password: password.into() });
    Credentials { admin: account("admin", "Tulip-4711"), limited: account("guard", "Rose-0815") }
}

fn client(base: &str, login: Login) -> Client {
    Client::new(options(base), credentials(), login).unwrap()
}

fn get(target: &str) -> Outgoing {
    Outgoing { method: "GET".into(), target: target.into(), role: Role::Nobody, judged: true, ..Outgoing::default() }
}

fn put(target: &str, body: &str) -> Outgoing {
    Outgoing { method: "PUT".into(), body: Some(body.into()), ..get(target) }
}

/// What came of an exchange, in one line.
fn outcome(exchange: &Exchange) -> String {
    match &exchange.outcome {
        Ok(answer) => {
            let body = String::from_utf8_lossy(&answer.body);
            let capped = if answer.capped { " capped" } else { "" };
            let framing = if answer.framing.is_empty() { String::new() } else { format!(" {:?}", answer.framing) };
            format!("{} {body}{capped}{framing}", answer.status)
        }
        Err(fault) => format!("{fault:?}"),
    }
}
