//! One suite on one target: a device at a URL, or a mock device of this process. Either way over real HTTP.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use doorspec::{catalogue::Catalogue, plan::Choice, runner::Manner, session::{Session, Patience}};
//! let suite = &Catalogue::embedded().suites["2n"];
//! let session = Session::embedded(suite, &Session::plain_mock(7), Patience::default()).await.unwrap();
//! let choice = Choice { filters: vec!["2n/dir/delete/unknown-uuid".into()], ..Choice::default() };
//! let run = session.run(&choice, &Manner::quick(7)).await.unwrap();
//! assert!(run.cases.iter().all(|case| case.mismatches.is_empty()));
//! # });
//! ```

use std::cell::OnceCell;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use url::{Host, Url};

use crate::catalogue::SuiteCatalogue;
use crate::client::{Client, Credentials, Login, Options, UserPassword, can_answer, offers_md5};
use crate::exchange::{Answer, Exchange, Fault, Outgoing, Role, header_values};
use crate::json;
use crate::mock;
use crate::mock::device::{Account, Accounts, Device, Scheme, Settings};
use crate::mock::server::{Server, ServerOptions};
use crate::plan::Choice;
use crate::profile::Known;
use crate::runner::{self, Claim, Cleaned, Event, Manner, Probed, Redaction, SuiteRun, Transport};
use crate::suite::{self, Profile};
use crate::template::{Maker, Ours, Scope};

/// Where a mock device of this process listens.
const FREE_PORT: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// A connection that is not answered within this time while others are kept is not served.
const PACE_TIMEOUT: Duration = Duration::from_millis(1500);

/// A connection that is still open after this time is one that the device keeps.
const REST: Duration = Duration::from_millis(30);

/// How a target is treated.
#[derive(Debug, Clone)]
pub struct Patience {
    /// The longest one reply may take.
    pub timeout: Duration,
    /// Requests under way at once; `None` takes 16 on loopback, else 1.
    pub connections: Option<usize>,
    /// Trusted certificates.
    pub cacert: Option<PathBuf>,
    /// Accept any certificate.
    pub insecure: bool,
    /// Extra time that a mock of this process takes for each reply.
    pub latency: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(5), connections: None, cacert: None, insecure: false, latency: Duration::ZERO }
    }
}

/// Why a suite could not be run at all.
#[derive(Debug, thiserror::Error)]
pub enum Obstacle {
    /// It answers, but not like a device of this suite.
    #[error("this is no such device: {0}")]
    Stranger(String),
    /// Nobody answers, or not to this account.
    #[error("{0}")]
    Unreachable(Fault),
    /// Somebody asked for the end before anything was run.
    #[error("the run was stopped before it began")]
    Stopped,
    /// The target cannot be set up here.
    #[error("{0}")]
    Setup(String),
}

/// A suite with its target.
pub struct Session<'c> {
    suite: &'c SuiteCatalogue,
    profile: Option<Profile>,
    /// One connection at a time, none kept: any device can serve it.
    gentle: Client,
    /// Many connections, kept: used once the target has shown that it serves several at a time.
    quick: OnceCell<Client>,
    options: Options,
    credentials: Credentials,
    /// Where the target logs in, once its edition is known.
    login_path: OnceCell<String>,
    /// Held while the session lasts, when the target is a mock of this process.
    server: Option<Server>,
}

impl Transport for Session<'_> {
    async fn exchange(&self, outgoing: &Outgoing) -> Exchange {
        self.client().exchange(outgoing).await
    }

    fn has_account(&self, role: Role) -> bool {
        match role {
            Role::Limited => self.credentials.limited.is_some(),
            _ => self.credentials.admin.is_some(),
        }
    }

    fn learn(&self, known: &Known) {
        if let Some(path) = login_path(self.suite, known) {
            [Some(&self.gentle), self.quick.get()].into_iter().flatten().for_each(|client| client.log_in_at(&path));
            drop(self.login_path.set(path));
        }
    }
}

impl<'c> Session<'c> {
    /// A device at a URL. Nothing is sent yet.
    ///
    /// # Errors
    /// When the client cannot be set up (a certificate file that is none).
    pub fn device(
        suite: &'c SuiteCatalogue,
        url: &Url,
        credentials: Credentials,
        profile: Option<Profile>,
        patience: &Patience,
    ) -> Result<Self, Obstacle> {
        let options = options(url, patience);
        let gentle = Options { max_connections: 1, idle_reuse: Duration::ZERO, ..options.clone() };
        let gentle = client(suite, profile.as_ref(), &credentials, gentle)?;
        Ok(Self {
            suite,
            profile,
            gentle,
            quick: OnceCell::new(),
            options,
            credentials,
            login_path: OnceCell::new(),
            server: None,
        })
    }

    fn client(&self) -> &Client {
        self.quick.get().unwrap_or(&self.gentle)
    }

    /// A mock device of this process, on a free port.
    ///
    /// # Errors
    /// When the settings name an unknown defect or quirk, or no port is free.
    pub async fn embedded(suite: &'c SuiteCatalogue, settings: &Settings, patience: Patience) -> Result<Self, Obstacle> {
        let (device, options) = (device(suite, settings)?, ServerOptions { latency: patience.latency });
        let server = Server::start(device, FREE_PORT.into(), options).await;
        Self::of_mock(suite, settings, &patience, server)
    }

    /// The same on a thread of its own, so that device and suite take no turns: for a run that has the machine for itself.
    ///
    /// # Errors
    /// As [`Session::embedded`], and when no thread can be started.
    pub async fn embedded_apart(suite: &'c SuiteCatalogue, settings: &Settings, patience: Patience) -> Result<Self, Obstacle> {
        let (device, options) = (device(suite, settings)?, ServerOptions { latency: patience.latency });
        let server = Server::start_apart(device, FREE_PORT.into(), options).await;
        Self::of_mock(suite, settings, &patience, server)
    }

    fn of_mock(
        suite: &'c SuiteCatalogue,
        settings: &Settings,
        patience: &Patience,
        server: io::Result<Server>,
    ) -> Result<Self, Obstacle> {
        let setup = |why: String| Obstacle::Setup(why);
        let server = server.map_err(|error| setup(error.to_string()))?;
        let url = Url::parse(&format!("http://{}", server.address())).map_err(|error| setup(error.to_string()))?;
        let session = Self::device(suite, &url, credentials(&settings.accounts), None, patience)?;
        drop(session.quick.set(client(suite, None, &session.credentials, session.options.clone())?));
        Ok(Self { server: Some(server), ..session })
    }

    /// Settings of a mock with nothing wrong or different about it.
    pub fn plain_mock(seed: u64) -> Settings {
        let account = |user: &str, password: &str| Account { user: user.to_owned(), password: password.to_owned() };
        let accounts =
            Accounts { admin: account("doorspec-admin", "Tulip-4711"), limited: account("doorspec-limited", "Daisy-0815") };
        Settings { accounts, scheme: Scheme::Digest, seed, defects: Vec::new(), quirks: Vec::new() }
    }

    /// The mock's server, where the target is one of this process.
    pub fn server(&self) -> Option<&Server> {
        self.server.as_ref()
    }

    /// Finds out what the target is.
    ///
    /// # Errors
    /// When it is no such device, or does not answer.
    pub async fn recognise(&self, seed: u64) -> Result<Known, Obstacle> {
        match runner::probe(self.suite, self, self.profile.as_ref(), seed).await.map_err(Obstacle::Setup)? {
            Probed::Recognised(mut known) => {
                self.learn_schemes(&mut known).await;
                self.name_accounts(&mut known);
                self.check_account(&mut known).await?;
                self.learn_pace(&known).await?;
                Ok(*known)
            }
            Probed::Stranger(why) => Err(Obstacle::Stranger(why)),
            Probed::Unreachable(fault) => self.without_login(fault).await,
        }
    }

    /// Recognises the target and runs the chosen cases, telling nobody.
    ///
    /// # Errors
    /// As [`Session::recognise`].
    pub async fn run(&self, choice: &Choice, manner: &Manner) -> Result<SuiteRun, Obstacle> {
        let known = self.recognise(manner.seed).await?;
        self.run_known(known, choice, manner, &AtomicBool::new(false), &|_| {}).await
    }

    /// Runs the chosen cases on a target that is known already. When `stop` becomes true no new case begins.
    ///
    /// # Errors
    /// A mistake of the suite's data.
    pub async fn run_known(
        &self,
        known: Known,
        choice: &Choice,
        manner: &Manner,
        stop: &AtomicBool,
        tell: &dyn Fn(Event),
    ) -> Result<SuiteRun, Obstacle> {
        let redaction = Redaction::new(&self.secrets());
        let run = runner::run(self.suite, known, choice, manner, self, &redaction, stop, tell).await;
        run.map_err(Obstacle::Setup)
    }

    /// Removes what a claim from a journal names.
    ///
    /// # Errors
    /// When the device cannot be recognised or read.
    pub async fn clean(&self, claim: &Claim, manner: &Manner) -> Result<Cleaned, Obstacle> {
        let known = self.recognise(manner.seed).await?;
        runner::clean(self.suite, known, claim, manner, self).await.map_err(Obstacle::Setup)
    }

    /// Gives templates the accounts (`{{admin_user}}`, `{{admin_password}}`, `{{limited_user}}`, `{{limited_password}}`), for cases whose
    /// subject is the login itself. Evidence never shows them: every secret is redacted on its way into the record.
    fn name_accounts(&self, known: &mut Known) {
        let accounts = [("admin", &self.credentials.admin), ("limited", &self.credentials.limited)];
        for (role, account) in accounts.into_iter().filter_map(|(role, account)| account.as_ref().map(|account| (role, account)))
        {
            known.values.insert(format!("{role}_user"), account.user.clone().into());
            known.values.insert(format!("{role}_password"), account.password.clone().into());
        }
    }

    /// A target that refuses the configured account cannot be judged: said once, and before any case runs. Where it is not the account but the
    /// login that is wrong, the cases which need no session run all the same.
    async fn check_account(&self, known: &mut Known) -> Result<(), Obstacle> {
        let request = runner::plain_request(&self.suite.suite.alive.send, known).map_err(Obstacle::Setup)?;
        let fault = match self.client().exchange(&request).await.outcome {
            Err(Fault::Login { .. }) if self.is_login_broken(known).await? => return Ok(()),
            Err(fault @ Fault::Login { .. }) => fault,
            Ok(answer) if matches!(answer.status, 401 | 403) => Fault::Login {
                why: format!(
                    "the target answers {} to the configured account: check DOORSPEC_USER and DOORSPEC_PASSWORD, or what doorspec.toml names",
                    answer.status
                ),
            },
            _ => return Ok(()),
        };
        Err(Obstacle::Unreachable(fault))
    }

    /// Whether a login that gave no token is wrong whatever the password: it accepted the password and gave no token all the same, or it does not
    /// answer 400 even where no password is sent. In the second case nothing is known of the account.
    async fn is_login_broken(&self, known: &mut Known) -> Result<bool, Obstacle> {
        let Some(path) = login_path(self.suite, known) else { return Ok(false) };
        if matches!(self.client().refused_with().await, Some(200..300)) {
            return Ok(true);
        }
        let request = Outgoing { method: "GET".to_owned(), target: path, role: Role::Nobody, ..Outgoing::default() };
        let broken = self.client().exchange(&request).await.outcome.is_ok_and(|answer| answer.status != 400);
        if broken {
            known.capabilities.insert("admin-account".to_owned(), None);
        }
        Ok(broken)
    }

    /// How the target treats connections. Where it closes them without saying so, none is used again. Of those that it serves while others are
    /// kept only as many are opened: a device that serves one at a time is right, too, and is asked one thing at a time; where it serves fewer
    /// than were wanted, none lies idle that another would wait for.
    async fn learn_pace(&self, known: &Known) -> Result<(), Obstacle> {
        let mut options = self.options.clone();
        let wanted = options.max_connections;
        if self.quick.get().is_some() || (wanted < 2 && options.idle_reuse.is_zero()) {
            return Ok(());
        }
        let request = runner::plain_request(&self.suite.suite.alive.send, known).map_err(Obstacle::Setup)?;
        let patience = options.timeout.min(PACE_TIMEOUT);
        if !options.idle_reuse.is_zero() && !self.gentle.keeps_connections(&request, patience, REST).await {
            options.idle_reuse = Duration::ZERO;
        }
        if wanted >= 2 {
            // Of those that are kept there may be as many again.
            let all = if options.idle_reuse.is_zero() { wanted } else { 2 * wanted };
            match self.gentle.served_at_once(&request, all, patience).await {
                0 | 1 => return Ok(()),
                // A target may count a connection for a while after its end, so not all that it serves are used.
                served if served < all => {
                    let max_connections = (served / 2).clamp(1, wanted);
                    options = Options { max_connections, idle_reuse: Duration::ZERO, ..options };
                }
                _ => {}
            }
        }
        let quick = client(self.suite, self.profile.as_ref(), &self.credentials, options)?;
        self.login_path.get().into_iter().for_each(|path| quick.log_in_at(path));
        drop(self.quick.set(quick));
        Ok(())
    }

    /// A target that refuses everybody with a 401 that cannot be answered: nobody gets in, but the refusal itself can be judged. What is known
    /// is `no-login` alone, so that only cases about it run.
    async fn without_login(&self, fault: Fault) -> Result<Known, Obstacle> {
        let refused = match self.challenge(Role::Nobody).await {
            Some(answer) => answer.status == 401 && !can_answer(&answer.headers),
            None => false,
        };
        if !refused {
            return Err(Obstacle::Unreachable(fault));
        }
        let mut known = Known::of_suite(self.suite);
        known.capabilities.insert("no-login".to_owned(), Some(true));
        Ok(known)
    }

    /// What the target answers to somebody who is not let in; nothing where accounts log in for a token, or nobody answers.
    async fn challenge(&self, role: Role) -> Option<Answer> {
        let suite::Login::Http { challenge_path } = &self.suite.suite.login else { return None };
        let request =
            Outgoing { method: "GET".to_owned(), target: challenge_path.clone(), role, judged: true, ..Outgoing::default() };
        self.client().exchange(&request).await.outcome.ok()
    }

    /// Which HTTP authentication the target asks for, as capabilities: `auth`, `auth-none`, `auth-basic`, `auth-digest`.
    async fn learn_schemes(&self, known: &mut Known) {
        let Some(mut answer) = self.challenge(Role::Nobody).await else { return };
        let accepted = json::read(&answer.body).value.and_then(|body| body.get("success").cloned()) == Some(true.into());
        if answer.status != 401 && !accepted {
            answer.headers.extend(self.challenge(Role::UnknownUser).await.map(|answer| answer.headers).unwrap_or_default());
        }
        let challenges = header_values(&answer.headers, "www-authenticate").collect::<Vec<_>>().join(", ").to_ascii_lowercase();
        let facts = [
            ("auth", answer.status == 401 || !accepted),
            ("auth-none", answer.status != 401 && accepted),
            ("auth-basic", challenges.contains("basic ")),
            ("auth-digest", challenges.contains("digest ")),
            ("auth-md5", offers_md5(&answer.headers)),
            ("admin-password", self.credentials.admin.as_ref().is_some_and(|admin| !admin.password.is_empty())),
        ];
        let asks = if challenges.is_empty() { "no challenge" } else { challenges.as_str() };
        let evidence = format!("without an account, {} comes with {asks}", answer.status);
        known.evidence.extend(facts.iter().map(|(name, _)| ((*name).to_owned(), without_nonces(&evidence))));
        known.capabilities.extend(facts.map(|(name, holds)| (name.to_owned(), Some(holds))));
    }

    /// Whether a password went out readable.
    pub fn basic_in_clear(&self) -> bool {
        self.gentle.basic_in_clear() || self.client().basic_in_clear()
    }

    fn secrets(&self) -> Vec<(String, String)> {
        let both = [&self.credentials.admin, &self.credentials.limited];
        both.into_iter().flatten().map(|account| (account.user.clone(), account.password.clone())).collect()
    }
}

fn device(suite: &SuiteCatalogue, settings: &Settings) -> Result<Box<dyn Device>, Obstacle> {
    mock::device(&suite.suite.suite, settings).map_err(|error| Obstacle::Setup(error.to_string()))
}

/// A challenge without what is another one each time.
fn without_nonces(text: &str) -> String {
    let is_once = |part: &&str| part.trim_start().starts_with("nonce=") || part.trim_start().starts_with("opaque=");
    text.split(',').filter(|part| !is_once(part)).collect::<Vec<_>>().join(",")
}

fn client(
    suite: &SuiteCatalogue,
    profile: Option<&Profile>,
    credentials: &Credentials,
    options: Options,
) -> Result<Client, Obstacle> {
    Client::new(options, credentials.clone(), login(suite, profile)).map_err(|error| Obstacle::Setup(error.to_string()))
}

fn credentials(accounts: &Accounts) -> Credentials {
    let same = |account: &Account| Some(UserPassword { user: account.user.clone(), password: account.password.clone() });
    Credentials { admin: same(&accounts.admin), limited: same(&accounts.limited) }
}

fn options(url: &Url, patience: &Patience) -> Options {
    Options {
        timeout: patience.timeout,
        cacert: patience.cacert.clone(),
        insecure: patience.insecure,
        max_connections: connections(url, patience.connections),
        idle_reuse: if is_loopback(url) { Duration::from_secs(2) } else { Duration::ZERO },
        ..Options::new(url.clone())
    }
}

/// How many requests are under way at once: gently on a device, many on loopback, unless told otherwise.
pub fn connections(url: &Url, wanted: Option<usize>) -> usize {
    wanted.unwrap_or(if is_loopback(url) { 16 } else { 1 }).max(1)
}

/// Whether a URL points at this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// How accounts log in, its paths filled in with the profile's values (or those of the edition that is assumed).
fn login(suite: &SuiteCatalogue, profile: Option<&Profile>) -> Login {
    let mut known = Known::of_suite(suite);
    let assumed = suite.profiles.iter().find(|profile| profile.is_default);
    if let Some(profile) = profile.or(assumed) {
        known.take_profile(suite, profile);
    }
    match &suite.suite.login {
        suite::Login::Http { challenge_path } => Login::Http { challenge_path: filled(challenge_path, &known) },
        suite::Login::Token { path } => Login::Token { path: filled(path, &known) },
    }
}

/// Where a target gives out tokens.
fn login_path(suite: &SuiteCatalogue, known: &Known) -> Option<String> {
    match &suite.suite.login {
        suite::Login::Http { .. } => None,
        suite::Login::Token { path } => Some(filled(path, known)),
    }
}

fn filled(path: &str, known: &Known) -> String {
    let ours = Ours::default();
    let maker = Maker::new(0, "login", 0, &ours);
    Scope::new(&known.values, &maker).text(path).unwrap_or_else(|_| path.to_owned())
}
