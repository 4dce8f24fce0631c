//! `doorspec selftest`: how good the suite is.

use std::io::{self, Write};
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::thread;

use clap::Args;

use super::library;
use super::run::{Wrong, cases};
use crate::catalogue::SuiteCatalogue;
use crate::diagnostic::did_you_mean;
use crate::mock;
use crate::selftest::{KillMatrix, Scale, WireOutcome, as_json, as_text, matrix, wire, wire_text};
use crate::verdict::Exit;

/// `doorspec selftest`.
#[derive(Debug, Args)]
pub struct SelftestArgs {
    /// Only this suite (repeatable)
    #[arg(long, value_name = "SUITE")]
    pub suite: Vec<String>,
    /// Only these defects and quirks (repeatable)
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// Only cases whose id or requirement fits (repeatable)
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,
    /// Read cases and schemas from this folder instead of those built in
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
    /// Random combinations of quirks for each suite
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub combinations: usize,
    /// What is made up and chosen follows from this
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,
    /// Spoil single replies instead, one place at a time, and take one in N of these mutants (1: all of them)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub mutants: Option<u64>,
    /// The whole matrix as JSON instead of what is wrong as text
    #[arg(long)]
    pub json: bool,
}

/// Runs every suite on every defect and quirk of its mock.
pub fn selftest(args: &SelftestArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let scale = Scale {
        seed: args.seed,
        combinations: args.combinations,
        only: args.only.clone(),
        filters: args.filter.clone(),
        ..Scale::default()
    };
    let mut own = None;
    let catalogue = match cases(args.cases.as_deref(), &mut own) {
        Ok(catalogue) => catalogue,
        Err(Wrong(message)) => return library::usage(&message),
    };
    let suites = match library::suites(catalogue, &args.suite).and_then(|suites| check_names(args, suites)) {
        Ok(suites) => suites,
        Err(message) => return library::usage(&message),
    };
    if let Some(one_in) = args.mutants {
        return mutants(&suites, &scale, one_in, args.json, out);
    }
    // Beside each other: a suite that waits for devices that hang leaves the machine to the other.
    let matrices: Vec<KillMatrix> = thread::scope(|scope| {
        let begun: Vec<_> = suites.into_iter().map(|suite| scope.spawn(|| matrix(suite, &scale))).collect();
        begun.into_iter().map(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    let text = if args.json { as_json(&matrices) } else { as_text(&matrices) };
    writeln!(out, "{}", text.trim_end())?;
    Ok(if matrices.iter().all(KillMatrix::is_clean) { Exit::Conforms } else { Exit::DoesNotConform })
}

/// A filter or a name that fits nothing would leave nothing to do, and nothing to be wrong.
fn check_names<'c>(args: &SelftestArgs, suites: Vec<&'c SuiteCatalogue>) -> Result<Vec<&'c SuiteCatalogue>, String> {
    library::check_filters(&suites, &args.filter)?;
    let rows = suites.iter().map(|suite| mock::rows(&suite.suite.suite));
    let known: Vec<&str> =
        rows.flat_map(|(defects, quirks)| defects.iter().map(|row| row.name).chain(quirks.iter().map(|row| row.name))).collect();
    if let Some(name) = args.only.iter().find(|name| !known.contains(&name.as_str())) {
        let near = did_you_mean(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| "`doorspec mock --list` shows them all".to_owned());
        return Err(format!("no mock has a defect or quirk `{name}`\nhelp: {help}"));
    }
    Ok(suites)
}

fn mutants(suites: &[&SuiteCatalogue], scale: &Scale, one_in: u64, json: bool, out: &mut dyn Write) -> io::Result<Exit> {
    let outcomes: Result<Vec<WireOutcome>, String> = suites.iter().map(|suite| wire(suite, scale, one_in)).collect();
    let outcomes = match outcomes {
        Ok(outcomes) => outcomes,
        Err(why) => {
            writeln!(io::stderr(), "error: the plain mock cannot be run: {why}")?;
            return Ok(Exit::Fault);
        }
    };
    let text = if json { serde_json::to_string_pretty(&outcomes)? } else { wire_text(&outcomes) };
    writeln!(out, "{}", text.trim_end())?;
    Ok(if outcomes.iter().all(WireOutcome::is_good) { Exit::Conforms } else { Exit::DoesNotConform })
}
