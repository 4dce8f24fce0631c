//! The command line: what can be said, with a sentence of help each.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::case::Risk;
use crate::mock::device::Scheme;
use crate::report;
use crate::session::Patience;

/// The conformance test suite for door devices that speak HTTP and JSON.
#[derive(Debug, Parser)]
#[command(name = "doorspec", version, about, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 conforms, 1 does not conform, 2 wrong command line or file, 3 incomplete,\n\
4 the device's own data changed, 5 doorspec itself is at fault.\n\
Credentials come from DOORSPEC_USER, DOORSPEC_PASSWORD, DOORSPEC_LIMITED_USER and DOORSPEC_LIMITED_PASSWORD.")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Replay the cases against a device; without a URL the embedded mock devices are the target
    Run(Box<RunArgs>),
    /// Run what a change in cases/ or schemas/ touches as soon as it is saved, for people who write cases
    Watch(Box<super::watch::WatchArgs>),
    /// Remove what an interrupted run left on a device, from its journal
    Clean(super::clean::CleanArgs),
    /// Find out what a device is and can do, and write its profile
    Probe(super::probe::ProbeArgs),
    /// Check cases, schemas and catalogue: every mistake with its line and column
    Check(super::check::CheckArgs),
    /// List the cases, or the requirements and how each is tested
    List(super::list::ListArgs),
    /// Explain a requirement, a case, a set-up, a defect, a quirk, a verdict or an exit status in full
    Explain(super::explain::ExplainArgs),
    /// Compare two records: verdicts and behaviour that changed, e.g. from firmware to firmware
    Compare(super::compare::CompareArgs),
    /// Judge the recorded exchanges of a run again, offline
    Rejudge(super::rejudge::RejudgeArgs),
    /// Make one record of those of several runs, each of a part of the cases
    Merge(super::merge::MergeArgs),
    /// Write waivers for the failures of a record
    Waive(super::waive::WaiveArgs),
    /// Run the suite on every defect and quirk of the mock: the kill matrix
    Selftest(super::selftest::SelftestArgs),
    /// Serve a conforming mock device, or a deliberately defective one
    Mock(MockArgs),
    /// Print the schema of a file: case, waivers, record ...
    Schema(super::print::SchemaArgs),
    /// Print a script that completes commands and options in a shell
    Completions(super::print::CompletionsArgs),
    /// Print the man page
    Man,
}

/// `doorspec run`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  doorspec run                                     both suites on the embedded mocks\n  \
DOORSPEC_USER=qa DOORSPEC_PASSWORD=... doorspec run http://192.0.2.40 --suite 2n\n  \
doorspec run lobby                               what doorspec.toml says of the target `lobby`\n  \
doorspec run --fleet site.toml --out reports/site  every target of a file that is like doorspec.toml\n  \
doorspec run http://127.0.0.1:8080 --suite bas-ip --filter 'bas-ip/link/*' --out reports/panel\n  \
doorspec run --format github --format gitlab=code-quality.json --format tap=run.tap")]
pub struct RunArgs {
    /// The device, e.g. http://192.0.2.40, or the name of a target in doorspec.toml; without it the embedded mock devices
    pub url: Option<String>,
    /// Where the credentials are.
    #[arg(skip)]
    pub accounts: super::accounts::Names,
    /// The name in doorspec.toml by which the device was given.
    #[arg(skip)]
    pub named: Option<String>,
    /// Only these cases, where somebody watches what changes.
    #[arg(skip)]
    pub only: Option<std::collections::BTreeSet<String>>,
    /// Whether only what failed and the outcome are said.
    #[arg(skip)]
    pub is_brief: bool,
    /// Start this mock server on a free port, which takes the place of {port}, run against it, and stop it
    #[arg(long, value_name = "COMMAND", conflicts_with = "url")]
    pub spawn: Option<String>,
    /// Run on every target of this file at once, each in its own pace: reports in a folder each below --out, and fleet.html over all of them
    #[arg(long, value_name = "FILE", conflicts_with_all = ["url", "spawn", "profile", "journal", "junit", "record", "html", "wanted", "rerun_failed"])]
    pub fleet: Option<PathBuf>,
    /// The suite to run (repeatable); without it, what the target turns out to be
    #[arg(long, value_name = "SUITE")]
    pub suite: Vec<String>,
    /// What is known of the device already (see `cases/<suite>/profiles`)
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// The folder for record.json, junit.xml and report.html
    #[arg(long, value_name = "DIR", default_value = "reports/latest")]
    pub out: PathBuf,
    /// Where everything stands that the run may create, for `doorspec clean`; by default journal.jsonl beside the reports
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// One more copy of the JUnit report
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// The JUnit that `--junit` and `--out` get: what most tools read, or what fits the Jenkins xUnit schema to the letter
    #[arg(long, value_enum, default_value_t = JunitDialect::Common)]
    pub junit_dialect: JunitDialect,
    /// One more copy of the record
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// One more copy of the page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    #[command(flatten)]
    pub formats: super::format::Formats,
    /// Only cases whose id or requirement fits (repeatable; `*` stands for anything)
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,
    /// Only the cases that failed in this record, or could not be judged
    #[arg(long, value_name = "RECORD")]
    pub rerun_failed: Option<PathBuf>,
    /// Only this part of the cases, e.g. 2/4; `auto` takes it from what GitLab or Kubernetes set. `doorspec merge` puts the records together
    #[arg(long, value_name = "I/N")]
    pub shard: Option<String>,
    /// How many cases run at once; by default 16 on loopback, else 1, and 1 for each device of a fleet
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// What the run makes up follows from this; by default another one each time
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Run the cases in an order that follows from the seed
    #[arg(long)]
    pub shuffle: bool,
    /// The longest a device may take for one reply
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub timeout: Duration,
    /// Warnings count as failures
    #[arg(long)]
    pub strict: bool,
    /// Also run cases that may disturb people or destroy data (repeatable)
    #[arg(long, value_name = "CLASS", value_enum)]
    pub allow: Vec<AllowClass>,
    /// Failures that are agreed on; a waiver that is stale, expired or matches nothing fails the run
    #[arg(long, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
    /// Use the cases of this folder instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
    /// Trust the certificates in this PEM file
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,
    /// Accept any certificate; the report says so
    #[arg(long)]
    pub insecure: bool,
    /// Only say what would be run; nothing is sent
    #[arg(long)]
    pub dry_run: bool,
    /// Wait so long for the device to answer at all
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub wait_ready: Option<Duration>,
    /// Colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Only the outcome
    #[arg(long)]
    pub quiet: bool,
}

/// `doorspec mock`.
#[derive(Debug, Args)]
pub struct MockArgs {
    /// Which device to be
    #[arg(long, value_name = "SUITE", required_unless_present = "list")]
    pub suite: Option<String>,
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// How a 2N device asks for credentials
    #[arg(long, value_enum, default_value_t = AuthScheme::Digest)]
    pub auth: AuthScheme,
    /// Speak TLS, with a certificate made for this mock alone
    #[arg(long)]
    pub tls: bool,
    /// Write that certificate here, for `--cacert` (implies `--tls`)
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Be wrong in this way (repeatable)
    #[arg(long, value_name = "NAME")]
    pub defect: Vec<String>,
    /// Be different in this way, and still right (repeatable)
    #[arg(long, value_name = "NAME")]
    pub quirk: Vec<String>,
    /// Take so long for every reply
    #[arg(long, value_name = "DURATION", default_value = "0ms", value_parser = duration)]
    pub latency: Duration,
    /// Hold so many entries that belong to somebody else
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub preload: usize,
    /// What the device makes up follows from this
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// List the defects and quirks
    #[arg(long)]
    pub list: bool,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// Which JUnit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum JunitDialect {
    Common,
    Strict,
}

impl From<JunitDialect> for report::Dialect {
    fn from(dialect: JunitDialect) -> Self {
        match dialect {
            JunitDialect::Common => Self::Common,
            JunitDialect::Strict => Self::Strict,
        }
    }
}

/// Risks that must be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AllowClass {
    Read,
    Own,
    Disturb,
    Destroy,
}

impl From<AllowClass> for Risk {
    fn from(class: AllowClass) -> Self {
        match class {
            AllowClass::Read => Self::Read,
            AllowClass::Own => Self::Own,
            AllowClass::Disturb => Self::Disturb,
            AllowClass::Destroy => Self::Destroy,
        }
    }
}

/// How a 2N mock asks for credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AuthScheme {
    None,
    Basic,
    Digest,
}

impl From<AuthScheme> for Scheme {
    fn from(scheme: AuthScheme) -> Self {
        match scheme {
            AuthScheme::None => Self::None,
            AuthScheme::Basic => Self::Basic,
            AuthScheme::Digest => Self::Digest,
        }
    }
}

/// `500ms`, `2s`, `1m 30s`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no duration: write e.g. 500ms, 2s or 1m");
    let signed: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(signed).map_err(|_| wrong())
}

/// How a device is reached by a command that writes no report about it.
#[derive(Debug, Clone, Args)]
pub struct Reach {
    /// The longest a device may take for one reply
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub timeout: Duration,
    /// Trust the certificates in this PEM file
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,
    /// Accept any certificate
    #[arg(long)]
    pub insecure: bool,
}

impl Reach {
    /// With what `doorspec.toml` says of a target; what was typed wins.
    pub(super) fn or(self, target: &super::targets::Target) -> Self {
        Self { cacert: self.cacert.or(target.cacert.clone()), insecure: self.insecure || target.insecure, ..self }
    }

    /// The same for a session.
    pub(super) fn patience(&self) -> Patience {
        Patience { timeout: self.timeout, cacert: self.cacert.clone(), insecure: self.insecure, ..Patience::default() }
    }
}
