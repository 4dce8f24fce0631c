//! `doorspec check`: everything that is wrong with cases, schemas and catalogue, at once.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::Color;
use super::{library, stored, style};
use crate::catalogue::{Catalogue, Examination, Sources, examine, lint_waivers, load, read_profile, uncovered};
use crate::diagnostic::Diagnostics;
use crate::verdict::Exit;

/// `doorspec check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  doorspec check                   what the binary carries\n  \
doorspec check --cases cases     the cases you are writing, with the schemas beside that folder")]
pub struct CheckArgs {
    /// Check the cases of this folder instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
    /// Check this file of waivers, too
    #[arg(long, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
    /// Check this profile, too
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// Colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// Checks everything, and says what is wrong: exit 0 when nothing is, else 2.
///
/// # Errors
/// When the text cannot be written.
pub fn check(args: &CheckArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let sources = match library::sources(args.cases.as_deref()) {
        Ok(sources) => sources,
        Err(error) => return library::usage(&error.to_string()),
    };
    let color = style::of(args.color).color;
    let (mut text, mut exit) = report(&sources, color);
    let today = jiff::Timestamp::now().to_string();
    let lint_waivers = |shown: &str, text: &str, catalogue: &Catalogue| lint_waivers(shown, text, catalogue, &today[..10]);
    let lint_profile = |shown: &str, text: &str, catalogue: &Catalogue| read_profile(shown, text, catalogue).1;
    let given: [(&Option<PathBuf>, &Lint<'_>); 2] = [(&args.waivers, &lint_waivers), (&args.profile, &lint_profile)];
    for (file, lint) in given {
        let Some(file) = file else { continue };
        match single(&sources, file, lint, color) {
            Ok((said, found)) => (text, exit) = (said + &text, exit.winner(found)),
            Err(error) => return library::usage(&error),
        }
    }
    library::write_all(out, &text)?;
    Ok(exit)
}

/// What is wrong with the texts, and a line that sums it up.
pub fn report(sources: &Sources, color: bool) -> (String, Exit) {
    let Examination { catalogue, is_whole, mut mistakes } = examine(sources);
    // What could not be read cannot cover anything: its rows are spoken of when it can.
    if is_whole {
        mistakes.extend(uncovered(sources, &catalogue));
    }
    let text_of = |shown: &str| sources.iter().find(|(name, _)| sources.shown(name) == shown).map(|(_, text)| text.to_owned());
    let mut text = mistakes.render(&text_of, color);
    if !mistakes.is_empty() {
        text.push('\n');
    }
    text.push_str(&summary(sources, &catalogue, &mistakes));
    (text, if mistakes.is_empty() { Exit::Conforms } else { Exit::Usage })
}

type Lint<'l> = dyn Fn(&str, &str, &Catalogue) -> Diagnostics + 'l;

/// What is wrong with a single file.
fn single(sources: &Sources, file: &Path, lint: &Lint<'_>, color: bool) -> Result<(String, Exit), String> {
    let text = stored::text(file)?;
    let shown = file.display().to_string();
    let mistakes = lint(&shown, &text, &load(sources).0);
    let mut said = mistakes.render(&|_| Some(text.clone()), color);
    if !mistakes.is_empty() {
        said.push('\n');
    }
    said.push_str(&format!("checked {shown}: {}\n", counted(mistakes.len())));
    Ok((said, if mistakes.is_empty() { Exit::Conforms } else { Exit::Usage }))
}

fn counted(mistakes: usize) -> String {
    match mistakes {
        0 => "no mistake".to_owned(),
        1 => "1 mistake".to_owned(),
        several => format!("{several} mistakes"),
    }
}

fn summary(sources: &Sources, catalogue: &Catalogue, mistakes: &Diagnostics) -> String {
    let suites = || catalogue.suites.values();
    let cases: usize = suites().map(|suite| suite.cases.len()).sum();
    let rows: usize = suites().map(|suite| suite.requirements.requirements.len()).sum();
    let profiles: usize = suites().map(|suite| suite.profiles.len()).sum();
    let schemas = sources.iter().filter(|(name, _)| name.starts_with("schemas/")).count();
    let found = counted(mistakes.len());
    format!("checked {cases} cases, {rows} requirements, {profiles} profiles and {schemas} schemas: {found}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_shown_with_its_line() {
        let sources = Sources::default().with("cases/demo/suite.json", "{\n  \"suit\": 1\n}\n");
        let (text, exit) = report(&sources, false);
        assert_eq!(exit, Exit::Usage);
        assert!(text.contains(" --> cases/demo/suite.json:2:3\n"), "{text}");
        assert!(text.contains("= help: did you mean `suite`?"), "{text}");
        assert!(text.lines().last().is_some_and(|last| last.ends_with(" mistakes")), "{text}");
    }

    #[test]
    fn nothing_wrong_is_one_line() {
        let (text, exit) = report(&Sources::default(), false);
        let expected = "checked 0 cases, 0 requirements, 0 profiles and 0 schemas: no mistake\n";
        assert_eq!((text.as_str(), exit), (expected, Exit::Conforms));
    }

    #[test]
    fn a_closed_pipe_changes_nothing() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(library::write_all(&mut Closed, "text").is_ok());
    }
}
