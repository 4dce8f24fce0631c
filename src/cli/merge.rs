//! `doorspec merge`: records of parts of a run into one.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::args::{Color, JunitDialect};
use super::format::Formats;
use super::{library, stored, style};
use crate::records;
use crate::report;
use crate::verdict::Exit;

/// `doorspec merge`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  doorspec run http://127.0.0.1:8080 --shard 1/2 --out reports/1      in one job\n  \
doorspec run http://127.0.0.1:8080 --shard 2/2 --out reports/2      in another\n  doorspec merge reports/1 reports/2 --out reports/all")]
pub struct MergeArgs {
    /// The records (`record.json` or its folder), in any order
    #[arg(required = true)]
    pub records: Vec<PathBuf>,
    /// The folder for record.json, junit.xml and report.html
    #[arg(long, value_name = "DIR", default_value = "reports/merged")]
    pub out: PathBuf,
    /// The JUnit of `--out`: what most tools read, or what fits the Jenkins xUnit schema to the letter
    #[arg(long, value_enum, default_value_t = JunitDialect::Common)]
    pub junit_dialect: JunitDialect,
    #[command(flatten)]
    pub formats: Formats,
    /// Colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// Merges, writes the reports, and ends as one run of everything would.
///
/// # Errors
/// When the text cannot be written.
pub fn merge(args: &MergeArgs, out: &mut dyn Write) -> io::Result<Exit> {
    if let Err(message) = args.formats.check() {
        return library::usage(&message);
    }
    let merged = args.records.iter().map(|path| stored::record(path)).collect::<Result<Vec<_>, _>>();
    let merged = merged.and_then(|all| records::merge(all).map_err(|why| format!("these records cannot be merged: {why}")));
    let written = merged.and_then(|record| {
        stored::write_reports(&record, &args.out, args.junit_dialect.into())
            .and_then(|()| args.formats.write(&record))
            .map(|()| record)
    });
    match written {
        Ok(record) => {
            let style = style::of(args.color);
            let text = format!(
                "{}{}reports: {}\n",
                report::failures(&record, style),
                report::summary(&record, style),
                args.out.display()
            );
            args.formats.tell(&record, &text, out)?;
            Ok(records::exit(&record))
        }
        Err(message) => library::usage(&message),
    }
}
