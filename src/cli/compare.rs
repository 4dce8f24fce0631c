//! `doorspec compare`: two records side by side.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::Color;
use super::{library, stored, style};
use crate::records;
use crate::report;
use crate::verdict::Exit;

/// `doorspec compare`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  doorspec run http://192.0.2.40 --out reports/2.46      before the update\n  \
doorspec run http://192.0.2.40 --out reports/2.47      and after it\n  doorspec compare reports/2.46 reports/2.47 --html compare.html\n\n\
Exit status: 0 nothing changed that could be relied on, 1 something did, 2 a record cannot be read.")]
pub struct CompareArgs {
    /// The earlier record (`record.json` or its folder)
    pub before: PathBuf,
    /// The later record
    pub after: PathBuf,
    /// What to write
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Also a page for a browser
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// For people or for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// Says what changed from one record to the other.
///
/// # Errors
/// When the text cannot be written.
pub fn compare(args: &CompareArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let both = stored::record(&args.before).and_then(|before| Ok((before, stored::record(&args.after)?)));
    let (before, after) = match both {
        Ok(both) => both,
        Err(message) => return library::usage(&message),
    };
    let found = records::compare(&before, &after);
    if let Some(file) = &args.html
        && let Err(message) = stored::write(file, report::comparison_html(&before, &after, &found))
    {
        return library::usage(&message);
    }
    let text = match args.format {
        Format::Text => report::comparison(&before, &after, &found, style::of(args.color)),
        Format::Json => serde_json::to_string_pretty(&found)? + "\n",
    };
    library::write_all(out, &text)?;
    Ok(if found.is_breaking() { Exit::DoesNotConform } else { Exit::Conforms })
}
