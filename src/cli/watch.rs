//! `doorspec watch`: for people who write cases, a run of what a change touches, as soon as it is saved.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::args::RunArgs;
use super::signal::Ending;
use super::{library, run};
use crate::catalogue::{Catalogue, Sources};
use crate::plan::select;
use crate::report;
use crate::verdict::Exit;

/// How often the files are looked at, and how long they must stay as they are: an editor may still be writing.
const PAUSE: Duration = Duration::from_millis(300);
const SETTLE: Duration = Duration::from_millis(100);
/// How many changed files are named.
const NAMED: usize = 3;

/// `doorspec watch`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  doorspec watch                                   cases/ and schemas/ beside it, on the embedded mocks\n  \
doorspec watch lobby --filter '2n/dir/delete/*'  the same on a device\n\n\
A changed case file runs its cases again; a changed schema, or what belongs to a suite as a whole, the cases of the suite. With a mistake in a\n\
file it is said, and nothing runs until it is mended. Ctrl-C ends it, with the exit status of the last run."
)]
pub struct WatchArgs {
    #[command(flatten)]
    pub run: RunArgs,
}

/// Runs the cases, and then those that each change touches, until it is told to end.
///
/// # Errors
/// When the text cannot be written.
pub async fn watch(args: &WatchArgs, out: &mut dyn Write) -> io::Result<Exit> {
    if args.run.fleet.is_some() {
        return library::usage(
            "`watch` runs on one target\nhelp: name it, as in `doorspec watch lobby`, and leave `--fleet` out",
        );
    }
    let given = match run::with_target(&args.run) {
        Ok(given) => given.into_owned(),
        Err(message) => return library::usage(&message),
    };
    let folder = given.cases.clone().unwrap_or_else(|| PathBuf::from("cases"));
    let args = RunArgs { cases: Some(folder.clone()), is_brief: true, ..given };
    let mut seen = match Sources::folder(&folder) {
        Ok(seen) => seen,
        Err(error) => return library::usage(&error.to_string()),
    };
    let ending = Ending::watch("ended at once".to_owned());
    let mut open = Touched::Everything;
    let mut exit = Exit::Conforms;
    loop {
        match run::read_cases(&folder) {
            Ok(catalogue) => exit = run_again(&args, &catalogue, &open, exit, &ending, out).await?,
            Err(message) => {
                library::write_all(out, &format!("error: {message}\n"))?;
                exit = Exit::Usage;
            }
        }
        // What could not run is still to run.
        if exit != Exit::Usage {
            open = Touched::Files(BTreeSet::new());
        }
        library::write_all(out, &format!("watching {} for changes, Ctrl-C ends\n\n", folder.display()))?;
        let Some(changed) = next_change(&folder, &mut seen, &ending).await else { return Ok(exit) };
        open = open.and(changed);
    }
}

/// What has to run again.
enum Touched {
    Everything,
    Files(BTreeSet<String>),
}

impl Touched {
    fn and(self, changed: BTreeSet<String>) -> Self {
        match self {
            Self::Everything => Self::Everything,
            Self::Files(files) => Self::Files(files.into_iter().chain(changed).collect()),
        }
    }

    /// The cases; `None` for all of them.
    fn cases(&self, catalogue: &Catalogue) -> Option<BTreeSet<String>> {
        let Self::Files(files) = self else { return None };
        let mut touched = BTreeSet::new();
        for (name, suite) in &catalogue.suites {
            let is_whole =
                files.iter().any(|file| belongs_to_all(file, name) && suite.cases.iter().all(|case| *case.file != **file));
            let own = suite.cases.iter().filter(|case| is_whole || files.contains(&*case.file));
            touched.extend(own.map(|case| case.id.0.clone()));
        }
        Some(touched)
    }
}

/// Whether a file that holds no case has to do with all cases of a suite.
fn belongs_to_all(file: &str, suite: &str) -> bool {
    let of = |folder: &str| file.strip_prefix(folder).and_then(|rest| rest.split_once('/')).map(|(first, _)| first);
    match (of("schemas/"), of("cases/")) {
        (Some(first), _) => first == suite,
        (_, Some(first)) => first == suite,
        _ => false,
    }
}

async fn run_again(
    args: &RunArgs,
    catalogue: &Catalogue,
    touched: &Touched,
    before: Exit,
    ending: &Ending,
    out: &mut dyn Write,
) -> io::Result<Exit> {
    let only = touched.cases(catalogue);
    if let (Some(only), Touched::Files(files)) = (&only, touched) {
        let is_chosen = |suite| select(suite, &args.filter).iter().any(|case| only.contains(&case.id.0));
        let names: Vec<String> = files.iter().take(NAMED).map(|name| report::visible(name)).collect();
        let more = if files.len() > NAMED { format!(" and {} more", files.len() - NAMED) } else { String::new() };
        library::write_all(out, &format!("changed: {}{more}\n", names.join(", ")))?;
        if !catalogue.suites.values().any(is_chosen) {
            library::write_all(out, "no case that was asked for has to do with it\n")?;
            return Ok(before);
        }
    }
    run::replay(&RunArgs { only, ..args.clone() }, catalogue, ending, out).await
}

/// The files that changed, once they stay as they are; `None` when the end was asked for.
async fn next_change(folder: &Path, seen: &mut Sources, ending: &Ending) -> Option<BTreeSet<String>> {
    loop {
        ending.or(tokio::time::sleep(PAUSE)).await?;
        let Ok(now) = Sources::folder(folder) else { continue };
        if differing(seen, &now).is_empty() {
            continue;
        }
        ending.or(tokio::time::sleep(SETTLE)).await?;
        let Ok(settled) = Sources::folder(folder) else { continue };
        if differing(&now, &settled).is_empty() {
            let changed = differing(seen, &settled);
            *seen = settled;
            return Some(changed);
        }
    }
}

fn differing(one: &Sources, other: &Sources) -> BTreeSet<String> {
    let names = one.iter().chain(other.iter()).map(|(name, _)| name);
    names.filter(|name| one.get(name) != other.get(name)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_touches_what_it_has_to_do_with() {
        let catalogue = Catalogue::embedded();
        let all = |suite: &str| catalogue.suites[suite].cases.len();
        let of_file = |file: &str| {
            let cases = catalogue.suites.values().flat_map(|suite| &suite.cases);
            cases.filter(|case| *case.file == *file).count()
        };
        assert!(of_file("cases/2n/dir/delete.json") > 0);
        let rows = [
            ("cases/2n/dir/delete.json", of_file("cases/2n/dir/delete.json")),
            ("cases/2n/suite.json", all("2n")),
            ("schemas/bas-ip/link.schema.json", all("bas-ip")),
            ("schemas/suite/record.schema.json", 0),
            ("cases/README.md", 0),
        ];
        for (file, expected) in rows {
            let touched = Touched::Files(BTreeSet::from([file.to_owned()])).cases(catalogue);
            assert_eq!(touched.map(|ids| ids.len()), Some(expected), "{file}");
        }
        assert_eq!(Touched::Everything.cases(catalogue), None);
    }
}
