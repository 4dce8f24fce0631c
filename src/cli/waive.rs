//! `doorspec waive`: from the failures of a record to waivers.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::{library, stored};
use crate::catalogue::read_waivers;
use crate::records::waivers_of;
use crate::verdict::Exit;
use crate::waiver::{Waiver, WaiverFile};

/// `doorspec waive`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  doorspec waive reports/latest --reason 'corrected in 2.47' --expires 2027-03-31 --out waivers.json\n\
  doorspec run http://192.0.2.40 --waivers waivers.json"
)]
pub struct WaiveArgs {
    /// The record of a run that failed (`record.json` or its folder)
    pub record: PathBuf,
    /// Why the failures are agreed on
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Where they are followed up
    #[arg(long, value_name = "URL")]
    pub link: Option<String>,
    /// The last day on which the waivers hold, e.g. 2027-03-31
    #[arg(long, value_name = "DATE")]
    pub expires: Option<String>,
    /// Add them to this file instead of writing them to standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Writes a waiver for each deviation that fails the record.
///
/// # Errors
/// When the text cannot be written.
pub fn waive(args: &WaiveArgs, out: &mut dyn Write) -> io::Result<Exit> {
    match waivers(args) {
        Ok((text, count)) => {
            let Some(file) = &args.out else {
                library::write_all(out, &text)?;
                return Ok(Exit::Conforms);
            };
            if let Err(message) = stored::write(file, text) {
                return library::usage(&message);
            }
            writeln!(out, "{count} added to {}: each holds for one deviation of one case", file.display())?;
            Ok(Exit::Conforms)
        }
        Err(message) => library::usage(&message),
    }
}

/// The whole text of the file, and how many waivers are new in it.
fn waivers(args: &WaiveArgs) -> Result<(String, String), String> {
    let record = stored::record(&args.record)?;
    let new = waivers_of(&record, &args.reason, args.link.as_deref(), args.expires.as_deref());
    if new.is_empty() {
        return Err(format!("nothing fails in {}: there is nothing to waive", args.record.display()));
    }
    let mut file = match args.out.as_deref().filter(|file| file.exists()) {
        Some(file) => stored::waiver_file(file)?,
        None => WaiverFile::default(),
    };
    // What is agreed on anew takes the place of what was agreed on before.
    let is_renewed = |old: &Waiver| new.iter().any(|one| (&one.case, &one.fingerprint) == (&old.case, &old.fingerprint));
    file.waivers.retain(|old| !is_renewed(old));
    let count = if new.len() == 1 { "1 waiver".to_owned() } else { format!("{} waivers", new.len()) };
    file.waivers.extend(new);
    let text = serde_json::to_string_pretty(&file).map_err(|error| error.to_string())? + "\n";
    // What was typed may be no day or no link: it is held to what a file of waivers is held to.
    let (_, mistakes) = read_waivers("the waivers", &text);
    match mistakes.iter().next() {
        Some(mistake) => {
            Err(format!("{}{}", mistake.message, mistake.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default()))
        }
        None => Ok((text, count)),
    }
}
