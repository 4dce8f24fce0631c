//! `doorspec explain`: one requirement, case, set-up, defect, quirk, verdict or exit status in full.

mod case;
mod requirement;
mod rest;
mod steps;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::library;
use crate::catalogue::{Catalogue, load};
use crate::diagnostic::did_you_mean;
use crate::mock;
use crate::mock::device::{DefectRow, QuirkRow};
use crate::verdict::{Exit, Verdict};

/// `doorspec explain`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  doorspec explain 2N-DIR-DEL-007\n  doorspec explain 2n/dir/delete/unknown-uuid\n  \
doorspec explain inconclusive\n  doorspec explain exit-3")]
pub struct ExplainArgs {
    /// The id of a requirement or a case, the name of a set-up, a defect or a quirk, a verdict, or `exit-3`
    pub id: String,
    /// Use the cases of this folder instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// The defects and quirks of one suite's mock.
#[derive(Debug, Clone, Copy)]
pub struct MockRows {
    pub suite: &'static str,
    pub defects: &'static [DefectRow],
    pub quirks: &'static [QuirkRow],
}

impl MockRows {
    /// Those of every mock in the binary.
    pub fn all() -> Vec<Self> {
        let rows = mock::SUITES.into_iter().map(|suite| (suite, mock::rows(suite)));
        rows.map(|(suite, (defects, quirks))| Self { suite, defects, quirks }).collect()
    }
}

/// Explains what goes by an id: exit 0, or 2 when nothing does.
///
/// # Errors
/// When the text cannot be written.
pub fn explain(args: &ExplainArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let own;
    let catalogue = match &args.cases {
        None => Catalogue::embedded(),
        Some(folder) => match library::sources(Some(folder)) {
            Ok(sources) => {
                own = load(&sources).0;
                &own
            }
            Err(error) => return library::usage(&error.to_string()),
        },
    };
    match explained(&args.id, catalogue, &MockRows::all()) {
        Ok(text) => library::write_all(out, &text).map(|()| Exit::Conforms),
        Err(message) => library::usage(&message),
    }
}

/// Everything that goes by an id, in full. The error is a message for the user.
pub fn explained(id: &str, catalogue: &Catalogue, mocks: &[MockRows]) -> Result<String, String> {
    let mut texts = Vec::new();
    for suite in catalogue.suites.values() {
        let rows = suite.requirements.requirements.iter().filter(|row| row.id.0.eq_ignore_ascii_case(id));
        texts.extend(rows.map(|row| requirement::explained(suite, row, mocks)));
        texts.extend(suite.cases.iter().filter(|case| case.id.0 == id).map(|case| case::explained(suite, case)));
        let setups = suite.suite.setups.iter().filter(|(name, _)| *name == id);
        texts.extend(setups.map(|(name, setup)| rest::setup(suite, name, setup)));
    }
    texts.extend(rest::mock_rows(id, catalogue, mocks));
    texts.extend(Verdict::ALL.into_iter().filter(|verdict| verdict.word() == id).map(rest::verdict));
    texts.extend(
        rest::EXITS
            .into_iter()
            .filter(|exit| id == exit.code().to_string() || id == format!("exit-{}", exit.code()))
            .map(rest::exit),
    );
    if texts.is_empty() { Err(unknown(id, catalogue, mocks)) } else { Ok(texts.join("\n")) }
}

fn unknown(id: &str, catalogue: &Catalogue, mocks: &[MockRows]) -> String {
    let mut known: BTreeSet<&str> = Verdict::ALL.into_iter().map(Verdict::word).collect();
    for suite in catalogue.suites.values() {
        known.extend(suite.requirements.requirements.iter().map(|row| row.id.0.as_str()));
        known.extend(suite.cases.iter().map(|case| case.id.0.as_str()));
        known.extend(suite.suite.setups.keys().map(String::as_str));
    }
    for mock in mocks {
        known.extend(mock.defects.iter().map(|row| row.name));
        known.extend(mock.quirks.iter().map(|row| row.name));
    }
    let near = did_you_mean(id, known.iter().copied()).or_else(|| by_last_word(id, &known));
    let within: Vec<&str> = known.iter().copied().filter(|one| one.contains(id)).take(5).collect();
    let help = match (near, within.as_slice()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "`doorspec list` and `doorspec list --requirements` show the ids".to_owned(),
        (None, within) => format!("did you mean one of `{}`?", within.join("`, `")),
    };
    format!("nothing goes by the id `{id}`\nhelp: {help}")
}

/// Somebody who knows only the last word of an id, and not even that to the letter.
fn by_last_word(id: &str, known: &BTreeSet<&str>) -> Option<String> {
    let last = |one: &str| one.rsplit('/').next().unwrap_or_default().to_owned();
    let words: BTreeSet<String> = known.iter().map(|one| last(one)).collect();
    let word = did_you_mean(id, words.iter().map(String::as_str))?;
    known.iter().find(|one| last(one) == word).map(|one| (*one).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(id: &str, expected: &[&str]) {
        let text = match explained(id, Catalogue::embedded(), &MockRows::all()) {
            Ok(text) | Err(text) => text,
        };
        expected.iter().for_each(|part| assert!(text.contains(part), "`{part}` is not in\n{text}"));
    }

    #[test]
    fn everything_that_has_a_name_is_explained() {
        check("2N-DIR-DEL-007", &["2N-DIR-DEL-007", "MUST", "HTTP API manual 5.14.4"]);
        check("2n-dir-del-007", &["2N-DIR-DEL-007"]);
        check("inconclusive", &["could not be judged"]);
        check("exit-3", &["incomplete"]);
        check("4", &["the device's own data changed"]);
    }

    #[test]
    fn what_nobody_knows_is_said() {
        check("inconclusve", &["nothing goes by the id `inconclusve`", "did you mean `inconclusive`?"]);
        check("2N-DIR-DEL-00", &["did you mean"]);
        check("unknwn-uuid", &["did you mean `2n/", "/unknown-uuid`?"]);
    }
}
