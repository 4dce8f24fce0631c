//! The cases that somebody asked for: those in the binary, or those of a folder.

use std::io::{self, Write};
use std::path::Path;
use std::slice;

use crate::catalogue::{Catalogue, SourceError, Sources, SuiteCatalogue};
use crate::diagnostic::did_you_mean;
use crate::plan::select;
use crate::verdict::Exit;

/// The texts to read.
pub(super) fn sources(cases: Option<&Path>) -> Result<Sources, SourceError> {
    cases.map_or_else(|| Ok(Sources::embedded()), Sources::folder)
}

/// The suites of these names; all of them without a name. The error is a message for the user.
pub(super) fn suites<'c>(catalogue: &'c Catalogue, names: &[String]) -> Result<Vec<&'c SuiteCatalogue>, String> {
    let known = || catalogue.suites.keys().map(String::as_str);
    if let Some(unknown) = names.iter().find(|name| !catalogue.suites.contains_key(*name)) {
        let near = did_you_mean(unknown, known()).map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| format!("known suites: {}", known().collect::<Vec<_>>().join(", ")));
        return Err(format!("there is no suite `{unknown}`\nhelp: {help}"));
    }
    let wanted = catalogue.suites.iter().filter(|(name, _)| names.is_empty() || names.contains(name));
    Ok(wanted.map(|(_, suite)| suite).collect())
}

/// Each filter has to match a case: one that fits nothing would leave nothing to do, and nothing to be wrong.
pub(super) fn check_filters(suites: &[&SuiteCatalogue], filters: &[String]) -> Result<(), String> {
    let misses = |filter: &&String| suites.iter().all(|suite| select(suite, slice::from_ref(*filter)).is_empty());
    let help = "`doorspec list` shows them all, `*` stands for anything; cases of your own need `--cases DIR`";
    match filters.iter().find(misses) {
        Some(filter) => Err(format!("the filter `{filter}` matches no case\nhelp: {help}")),
        None => Ok(()),
    }
}

/// Says what is wrong with what somebody typed.
pub(super) fn usage(message: &str) -> io::Result<Exit> {
    writeln!(io::stderr(), "error: {message}")?;
    Ok(Exit::Usage)
}

/// Writes a whole text. Whoever reads it may have seen enough: a closed pipe is no mistake, and changes no exit status.
pub(super) fn write_all(out: &mut dyn Write, text: &str) -> io::Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
