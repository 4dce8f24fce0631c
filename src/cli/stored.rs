//! Files that somebody gives to a command: records and waivers, read and checked before anything is done.

use std::fs;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::Path;

use crate::catalogue::read_waivers;
use crate::diagnostic::Diagnostic;
use crate::json;
use crate::record::Record;
use crate::report;
use crate::waiver::{Waiver, WaiverFile};

/// The text of a file; the error is a message for the user.
pub(super) fn text(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    String::from_utf8(bytes).map_err(|_| format!("{} is not UTF-8 text", path.display()))
}

/// The waivers of a file.
pub(super) fn waivers(path: &Path) -> Result<Vec<Waiver>, String> {
    waiver_file(path).map(|file| file.waivers)
}

/// A file of waivers.
pub(super) fn waiver_file(path: &Path) -> Result<WaiverFile, String> {
    let text = text(path)?;
    let (file, mistakes) = read_waivers(&path.display().to_string(), &text);
    if mistakes.is_empty() {
        return Ok(file.unwrap_or_default());
    }
    let rendered = mistakes.render(&|_| Some(text.clone()), std::io::stderr().is_terminal());
    Err(format!("there are mistakes in {}\n{rendered}", path.display()))
}

/// A record as `run` wrote it.
pub(super) fn record(path: &Path) -> Result<Record, String> {
    let path = if path.is_dir() { path.join("record.json") } else { path.to_owned() };
    let text = text(&path)?;
    let wrong = |why: String| format!("{why}\nhelp: give a `record.json` that `doorspec run` wrote, or the folder it is in");
    let value = match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(value) => value,
        Err(error) => {
            let (reading, places) = json::read_with_places(text.as_bytes());
            let fault = reading.faults.first().map(|fault| Diagnostic::of_fault(path.display().to_string(), fault, &places));
            return Err(wrong(fault.map_or_else(|| format!("{}: {error}", path.display()), |fault| fault.to_string())));
        }
    };
    serde_path_to_error::deserialize(value)
        .map_err(|error| wrong(format!("{} is no record: at {}: {}", path.display(), error.path(), error.inner())))
}

/// Writes a whole file; the error is a message for the user.
pub(super) fn write(file: &Path, text: impl AsRef<[u8]>) -> Result<(), String> {
    fs::write(file, text).map_err(|error| cannot_write(file, &error))
}

pub(super) fn cannot_write(path: &Path, error: &io::Error) -> String {
    format!("cannot write {}: {error}", path.display())
}

/// Whether a file can be written; its folder is made. The error is a message for the user.
pub(super) fn writable(file: &Path) -> Result<(), String> {
    if let Some(parent) = file.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(|error| cannot_write(parent, &error))?;
    }
    fs::OpenOptions::new().append(true).create(true).open(file).map(drop).map_err(|error| cannot_write(file, &error))
}

/// Writes the three reports of a record into a folder; the error is a message for the user.
pub(super) fn write_reports(record: &Record, folder: &Path, dialect: report::Dialect) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
    let reports: [(&str, &Report<'_>); 3] = [
        ("record.json", &|out| report::write_json(record, out)),
        ("junit.xml", &|out| report::write_junit(record, dialect, out)),
        ("report.html", &|out| report::write_html(record, out)),
    ];
    for (name, write) in reports {
        let path = folder.join(name);
        let written = fs::File::create(&path).map(BufWriter::new).and_then(|mut file| {
            write(&mut file)?;
            file.flush()
        });
        written.map_err(|error| cannot_write(&path, &error))?;
    }
    Ok(())
}

type Report<'r> = dyn Fn(&mut BufWriter<fs::File>) -> io::Result<()> + 'r;
