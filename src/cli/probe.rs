//! `doorspec probe`: what a device is and can do.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use url::Url;

use super::args::Reach;
use super::{accounts, ledger, library, run, stored, target_url, targets};
use crate::catalogue::{Catalogue, SuiteCatalogue};
use crate::plan::Choice;
use crate::profile::Known;
use crate::record::Untouched;
use crate::runner::{Journal, Manner};
use crate::session::{Obstacle, Session};
use crate::verdict::Exit;

/// `doorspec probe`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  doorspec probe http://192.0.2.40 --out panel.json\n  doorspec run http://192.0.2.40 --profile panel.json\n\n\
Where the documents leave a choice, a few cases that write entries of their own find out which one the device made; the entries are removed.\n\
Exit status: 0 recognised, 2 wrong command line, 3 nobody answers or it is no such device, 4 the device's own data changed."
)]
pub struct ProbeArgs {
    /// The device, e.g. http://192.0.2.40, or the name of a target in doorspec.toml
    pub url: String,
    /// Where the credentials are.
    #[arg(skip)]
    pub accounts: accounts::Names,
    /// The suite to look for; without it, what the target turns out to be
    #[arg(long, value_name = "SUITE")]
    pub suite: Vec<String>,
    /// Write the profile to this file instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Send nothing that writes: choices that the documents leave stay open
    #[arg(long)]
    pub read_only: bool,
    /// Where everything stands that is created on the way, for `doorspec clean`
    #[arg(long, value_name = "FILE", default_value = "reports/latest/journal.jsonl")]
    pub journal: PathBuf,
    #[command(flatten)]
    pub reach: Reach,
}

/// Probes the device for each suite, and writes the profile of the one that it is.
///
/// # Errors
/// When the text cannot be written.
pub async fn probe(args: &ProbeArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let args = &match with_target(args) {
        Ok(args) => args,
        Err(message) => return library::usage(&message),
    };
    let prepared = target_url::read(&args.url)
        .and_then(|url| Ok((library::suites(Catalogue::embedded(), &args.suite)?, journal(args, &url)?, url)));
    let (suites, journal, url) = match prepared {
        Ok(prepared) => prepared,
        Err(message) => return library::usage(&message),
    };
    let mut whys = BTreeSet::new();
    for suite in suites {
        match find_out(args, suite, &url, &journal).await {
            Ok((known, untouched)) => return tell(args, suite, &url, &known, &untouched, out),
            Err(obstacle) => whys.insert(obstacle.to_string()),
        };
    }
    for why in whys {
        writeln!(io::stderr(), "error: {why}")?;
    }
    Ok(Exit::Incomplete)
}

/// The arguments with what `doorspec.toml` says of a named target; what was typed wins.
fn with_target(args: &ProbeArgs) -> Result<ProbeArgs, String> {
    let args = args.clone();
    let Some(target) = targets::named(&args.url)? else { return Ok(args) };
    let (reach, suite) = (args.reach.or(&target), if args.suite.is_empty() { target.suite } else { args.suite });
    Ok(ProbeArgs { url: target.url, reach, suite, accounts: target.accounts, ..args })
}

/// The journal, and the file for the profile: found out before a request leaves whether they can be written.
fn journal(args: &ProbeArgs, url: &Url) -> Result<Journal, String> {
    if let Some(file) = &args.out {
        let opened = fs::OpenOptions::new().append(true).create(true).open(file);
        opened.map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    if args.read_only {
        return Ok(Journal::default());
    }
    if let Some(folder) = args.journal.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("cannot write {}: {error}", folder.display()))?;
    }
    Ok(ledger::begin(&args.journal, &target_url::shown(url))?.0)
}

/// Recognises the device; unless told otherwise, also settles what the documents leave open.
async fn find_out(
    args: &ProbeArgs,
    suite: &SuiteCatalogue,
    url: &Url,
    journal: &Journal,
) -> Result<(Known, Untouched), Obstacle> {
    let patience = args.reach.patience();
    let session = Session::device(suite, url, args.accounts.credentials(), None, &patience)?;
    let seed = uuid::Uuid::new_v4().as_u64_pair().0 >> 16;
    if args.read_only {
        return Ok((session.recognise(seed).await?, Untouched { holds: Some(true), ..Untouched::default() }));
    }
    // No case is chosen: those that settle something run all the same.
    let choice = Choice { only: Some(BTreeSet::new()), ..Choice::default() };
    let manner =
        Manner { pause: run::pause(Some(url)), journal: journal.clone(), cautious: true, jobs: 1, ..Manner::quick(seed) };
    let found = session.run(&choice, &manner).await?;
    Ok((found.known, found.untouched))
}

fn tell(
    args: &ProbeArgs,
    suite: &SuiteCatalogue,
    url: &Url,
    known: &Known,
    untouched: &Untouched,
    out: &mut dyn Write,
) -> io::Result<Exit> {
    let identity: Vec<String> = known.identity.iter().map(|(word, value)| format!("{word} {value}")).collect();
    let about = format!("{} at {}: {}", suite.suite.title, target_url::shown(url), identity.join(", "));
    let text = serde_json::to_string_pretty(&known.written(suite, &about))? + "\n";
    match &args.out {
        None => library::write_all(out, &text)?,
        Some(file) => {
            if let Err(message) = stored::write(file, text) {
                return library::usage(&message);
            }
            let there = known.capabilities.values().filter(|holds| **holds == Some(true)).count();
            let edition = known.edition.as_ref().map(|edition| format!(", edition {edition}")).unwrap_or_default();
            writeln!(out, "{about}{edition}\n{there} capabilities; the profile is in {}", file.display())?;
        }
    }
    untouched
        .left_behind
        .iter()
        .try_for_each(|left| writeln!(io::stderr(), "could not be removed: {left}; `doorspec clean` tries again"))?;
    untouched.changes.iter().try_for_each(|change| writeln!(io::stderr(), "changed: {change}"))?;
    let left = if untouched.left_behind.is_empty() { Exit::Conforms } else { Exit::Incomplete };
    Ok(if untouched.holds == Some(false) { Exit::DataChanged } else { left })
}
