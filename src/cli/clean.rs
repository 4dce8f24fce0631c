//! `doorspec clean`: removes what an interrupted run left on a device.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use url::Url;

use super::args::Reach;
use super::{accounts, ledger, run, target_url, targets};
use crate::catalogue::Catalogue;
use crate::json::printable;
use crate::runner::{Claim, Cleaned, Journal, JournalLine, Manner};
use crate::session::Session;
use crate::suite::Profile;
use crate::verdict::Exit;

/// `doorspec clean`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "It removes what the journal names and nothing else, and may be repeated at will.\n\
Exit status: 0 nothing is left, 2 the journal is missing, wrong or of another device, 3 something is left or nobody answers.")]
pub struct CleanArgs {
    /// The device, as it was given to `run`: its URL, or its name in doorspec.toml
    pub url: String,
    /// Where the credentials are.
    #[arg(skip)]
    pub accounts: accounts::Names,
    /// The journal; without it, the one beside the reports
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// The folder that the run wrote its reports to
    #[arg(long, value_name = "DIR", default_value = "reports/latest")]
    pub out: PathBuf,
    /// Take a journal that was written for another address: the device has moved
    #[arg(long)]
    pub moved: bool,
    /// What is known of the device already
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    #[command(flatten)]
    pub reach: Reach,
}

/// What was read and checked before the first request leaves.
struct Prepared {
    url: Url,
    profile: Option<Profile>,
    lines: Vec<JournalLine>,
    journal: Journal,
}

/// Removes what is left, and says what became of it.
pub async fn clean(args: &CleanArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let (args, prepared) = match with_target(args).and_then(|args| prepare(&args).map(|prepared| (args, prepared))) {
        Ok(both) => both,
        Err(message) => {
            writeln!(io::stderr(), "error: {message}")?;
            return Ok(Exit::Usage);
        }
    };
    let mut exit = Exit::Conforms;
    let suites: BTreeSet<&str> = prepared.lines.iter().map(|line| line.suite.as_str()).collect();
    let mut any = false;
    for suite in suites {
        let claim = Claim::of(suite, &prepared.lines);
        if claim.is_empty() {
            continue;
        }
        any = true;
        match clean_suite(&args, &prepared, suite, &claim).await {
            Ok(cleaned) => {
                exit = exit.winner(if cleaned.left.is_empty() { Exit::Conforms } else { Exit::Incomplete });
                say(suite, &cleaned, out)?;
            }
            Err(why) => {
                exit = exit.winner(Exit::Incomplete);
                writeln!(out, "{suite}: could not clean up: {}", shown(&args.accounts.redaction(false).text(&why)))?;
            }
        }
    }
    if !any {
        writeln!(out, "nothing is left: the journal says so, and nothing was sent")?;
    }
    Ok(exit)
}

/// The arguments with what `doorspec.toml` says of a named target; what was typed wins.
fn with_target(args: &CleanArgs) -> Result<CleanArgs, String> {
    let args = args.clone();
    let Some(target) = targets::named(&args.url)? else { return Ok(args) };
    let (reach, profile) = (args.reach.or(&target), args.profile.or(target.profile));
    Ok(CleanArgs { url: target.url, reach, profile, accounts: target.accounts, ..args })
}

fn prepare(args: &CleanArgs) -> Result<Prepared, String> {
    let url = target_url::read(&args.url)?;
    let profile = args
        .profile
        .as_deref()
        .map(|path| run::read_profile(path, Catalogue::embedded()))
        .transpose()
        .map_err(|run::Wrong(why)| why)?;
    let path = ledger::path(args.journal.as_deref(), &args.out);
    let target = target_url::shown(&url);
    let (mut lines, journal) = ledger::read(&path, &target)?;
    let others: BTreeSet<String> =
        lines.iter().filter(|line| line.target != target && !line.target.is_empty()).map(|line| line.target.clone()).collect();
    if !args.moved {
        let had_any = !lines.is_empty();
        lines.retain(|line| line.target == target);
        if lines.is_empty() && had_any {
            let others = others.into_iter().collect::<Vec<_>>().join(", ");
            return Err(format!(
                "{} is the journal of {others}, not of {target}\nhelp: `--moved` if the device has another address now",
                path.display()
            ));
        }
    }
    let known = &Catalogue::embedded().suites;
    match lines.iter().find(|line| !known.contains_key(&line.suite)) {
        Some(line) => Err(format!("{} speaks of the suite `{}`, which does not exist", path.display(), line.suite)),
        None => Ok(Prepared { url, profile, lines, journal }),
    }
}

async fn clean_suite(args: &CleanArgs, prepared: &Prepared, suite: &str, claim: &Claim) -> Result<Cleaned, String> {
    let patience = args.reach.patience();
    let profile = prepared.profile.clone().filter(|profile| profile.suite == suite);
    let suite = &Catalogue::embedded().suites[suite];
    let session = Session::device(suite, &prepared.url, args.accounts.credentials(), profile, &patience);
    let manner =
        Manner { pause: run::pause(Some(&prepared.url)), journal: prepared.journal.clone(), cautious: true, ..Manner::quick(0) };
    let cleaned = session.map_err(|error| error.to_string())?.clean(claim, &manner).await;
    cleaned.map_err(|obstacle| obstacle.to_string())
}

/// What a device said, so that no terminal acts on it.
fn shown(text: &str) -> Cow<'_, str> {
    printable(text, 2000)
}

fn say(suite: &str, cleaned: &Cleaned, out: &mut dyn Write) -> io::Result<()> {
    for entry in &cleaned.removed {
        writeln!(out, "{suite}: removed the {}", shown(entry))?;
    }
    for entry in &cleaned.left {
        writeln!(out, "{suite}: LEFT, could not be removed: the {}", shown(entry))?;
    }
    let gone = match cleaned.gone {
        0 => String::new(),
        count => format!(", {count} were gone already"),
    };
    writeln!(out, "{suite}: {} removed{gone}, {} left", cleaned.removed.len(), cleaned.left.len())
}
