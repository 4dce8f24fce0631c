//! What a run talks to: a device at a URL, or a mock device in this process, behind real HTTP either way.

use std::fs;
use std::time::Duration;

use url::{Host, Url};

use super::accounts;
use super::args::RunArgs;
use crate::catalogue::SuiteCatalogue;
use crate::client::{Client, ClientError, Credentials, Login, Options};
use crate::exchange::{Exchange, Outgoing, Role};
use crate::mock::device::{Scheme, Settings};
use crate::mock::server::{Server, ServerOptions};
use crate::runner::Transport;
use crate::suite;

/// A client, and what keeps its target alive.
pub(super) struct Target {
    client: Client,
    credentials: Credentials,
    /// Held until the run is over, when the target is a mock of this process.
    _server: Option<Server>,
}

impl Transport for Target {
    async fn exchange(&self, outgoing: &Outgoing) -> Exchange {
        self.client.exchange(outgoing).await
    }

    fn has_account(&self, role: Role) -> bool {
        match role {
            Role::Limited => self.credentials.limited.is_some(),
            _ => self.credentials.admin.is_some(),
        }
    }
}

impl Target {
    /// A device at a URL.
    pub(super) fn device(url: &Url, suite: &SuiteCatalogue, args: &RunArgs, login_path: &dyn Fn(&str) -> String) -> Result<Self, ClientError> {
        let credentials = accounts::from_environment();
        let client = Client::new(options(url, args), credentials.clone(), login(suite, login_path))?;
        Ok(Self { client, credentials, _server: None })
    }

    /// A mock device of this process.
    pub(super) async fn embedded(suite: &SuiteCatalogue, args: &RunArgs, seed: u64, login_path: &dyn Fn(&str) -> String) -> Result<Self, String> {
        let accounts = accounts::of_mock();
        let credentials = accounts::as_credentials(&accounts);
        let settings = Settings { accounts, scheme: Scheme::Digest, seed, defects: Vec::new(), quirks: Vec::new() };
        let device = super::mock::device(&suite.suite.suite, &settings).map_err(|error| error.to_string())?;
        let listen = ([127, 0, 0, 1], 0).into();
        let server = Server::start(device, listen, ServerOptions { latency: Duration::ZERO }).await.map_err(|error| error.to_string())?;
        let url = Url::parse(&format!("http://{}", server.address())).map_err(|error| error.to_string())?;
        let client = Client::new(options(&url, args), credentials.clone(), login(suite, login_path)).map_err(|error| error.to_string())?;
        Ok(Self { client, credentials, _server: Some(server) })
    }

    /// The configured secrets, to be taken out of evidence.
    pub(super) fn secrets(&self) -> Vec<(String, String)> {
        accounts::secrets(&self.credentials)
    }

    /// Whether a password went out readable.
    pub(super) fn basic_in_clear(&self) -> bool {
        self.client.basic_in_clear()
    }
}

fn options(url: &Url, args: &RunArgs) -> Options {
    let near = is_loopback(url);
    Options {
        timeout: args.timeout,
        cacert: args.cacert.clone(),
        insecure: args.insecure,
        max_connections: jobs(url, args),
        idle_reuse: if near { Duration::from_secs(2) } else { Duration::ZERO },
        ..Options::new(url.clone())
    }
}

fn login(suite: &SuiteCatalogue, path: &dyn Fn(&str) -> String) -> Login {
    match &suite.suite.login {
        suite::Login::Http { challenge_path } => Login::Http { challenge_path: path(challenge_path) },
        suite::Login::Token { path: login } => Login::Token { path: path(login) },
    }
}

/// How many requests are under way at once: gently on a device, as many as the machine likes on loopback.
pub(super) fn jobs(url: &Url, args: &RunArgs) -> usize {
    args.jobs.unwrap_or(if is_loopback(url) { 16 } else { 1 }).max(1)
}

/// Whether a URL points at this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Reads a target's URL.
///
/// # Errors
/// What is wrong with it, and what to write.
pub(super) fn url(text: &str) -> Result<Url, String> {
    let example = "write e.g. http://192.0.2.40";
    let url = Url::parse(text).map_err(|error| format!("`{text}` is no URL ({error}): {example}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{text}` is not http or https: {example}"));
    }
    if url.host().is_none() {
        return Err(format!("`{text}` has no host: {example}"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("credentials never travel on the command line: set DOORSPEC_USER and DOORSPEC_PASSWORD instead".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("`{text}` has a query or a fragment: only the device's address is wanted"));
    }
    Ok(url)
}

/// Whether a file of certificates can be read, before anything is sent.
pub(super) fn check_readable(path: &std::path::Path) -> Result<(), String> {
    fs::read(path).map(drop).map_err(|error| format!("cannot read {}: {error}", path.display()))
}
