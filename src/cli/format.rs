//! Reports on request (`--format KIND[=FILE]`), and where the text goes when one of them takes standard output.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{library, stored};
use crate::diagnostic::did_you_mean;
use crate::record::Record;
use crate::report::{self, Format};

/// How much GitHub takes as the summary of a step.
const SUMMARY: u64 = 1024 * 1024;

/// The reports that a command makes on request.
#[derive(Debug, Clone, Args)]
pub struct Formats {
    /// One more report (repeatable): github, gitlab, markdown, tap or ctrf. Without FILE it goes to standard output, and the text to standard error
    #[arg(long = "format", value_name = "KIND[=FILE]", value_parser = read)]
    wanted: Vec<Wanted>,
}

/// One report, and the file it goes to where not to standard output.
#[derive(Debug, Clone)]
struct Wanted {
    format: Format,
    file: Option<PathBuf>,
}

fn read(text: &str) -> Result<Wanted, String> {
    let (word, file) = text.split_once('=').map_or((text, None), |(word, file)| (word, Some(file)));
    let known = Format::ALL.map(Format::word);
    let wrong = || {
        let near = did_you_mean(word, known).map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
        format!("there is no format `{word}`{near} (known: {})", known.join(", "))
    };
    let format = Format::ALL.into_iter().find(|format| format.word() == word).ok_or_else(wrong)?;
    match file {
        Some("") => Err(format!("no file is named after `{word}=`")),
        _ => Ok(Wanted { format, file: file.map(PathBuf::from) }),
    }
}

impl Formats {
    /// Whether everything can be written: found out before anything is done.
    ///
    /// # Errors
    /// A message for the user.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.wanted.iter().filter(|wanted| wanted.file.is_none()).count() > 1 {
            return Err("only one format can go to standard output: name a file for the others, e.g. `--format ctrf=ctrf.json`"
                .to_owned());
        }
        for file in self.files() {
            stored::writable(file)?;
        }
        Ok(())
    }

    /// The files that are written.
    fn files(&self) -> impl Iterator<Item = &Path> {
        self.wanted.iter().filter_map(|wanted| wanted.file.as_deref())
    }

    /// Writes the files; of a job on GitHub that asks for annotations also its summary.
    ///
    /// # Errors
    /// A message for the user.
    pub(super) fn write(&self, record: &Record) -> Result<(), String> {
        for wanted in &self.wanted {
            if let Some(file) = &wanted.file {
                stored::write(file, wanted.format.of(record))?;
            }
        }
        match env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty() && self.has_github()) {
            Some(file) => {
                let said = append(Path::new(&file), &Format::Markdown.of(record));
                // A summary that cannot be written changes nothing about the device.
                said.or_else(|why| writeln!(io::stderr(), "note: no job summary was written: {why}"))
                    .map_err(|error| error.to_string())
            }
            None => Ok(()),
        }
    }

    /// Says the text, and writes what goes to standard output.
    ///
    /// # Errors
    /// When one of them cannot be written.
    pub(super) fn tell(&self, record: &Record, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let is_on_github = self.has_github() || env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        let token = uuid::Uuid::new_v4().simple().to_string();
        let text = if is_on_github { report::unheeded(text, &token) } else { text.to_owned() };
        match self.wanted.iter().find(|wanted| wanted.file.is_none()).map(|wanted| wanted.format) {
            // Annotations are lines of the job's log, in which the text is wanted too.
            Some(Format::Github) => library::write_all(out, &(text + &Format::Github.of(record))),
            Some(format) => {
                library::write_all(&mut io::stderr(), &text)?;
                library::write_all(out, &format.of(record))
            }
            None => library::write_all(out, &text),
        }
    }

    fn has_github(&self) -> bool {
        self.wanted.iter().any(|wanted| wanted.format == Format::Github)
    }
}

fn append(file: &Path, text: &str) -> Result<(), String> {
    let taken = fs::metadata(file).map_or(0, |metadata| metadata.len());
    if taken + text.len() as u64 > SUMMARY {
        return Err(format!("{} is full ({taken} bytes)", file.display()));
    }
    let opened = OpenOptions::new().append(true).create(true).open(file);
    opened.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| stored::cannot_write(file, &error))
}
