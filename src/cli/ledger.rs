//! Journals as files: where they are, who may write them, and what is wrong with one.

use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::runner::{Journal, JournalLine, read_journal};

/// The file below `--out`.
const NAME: &str = "journal.jsonl";

/// Where a journal is: at its own place, or beside the reports.
pub(super) fn path(journal: Option<&Path>, out: &Path) -> PathBuf {
    journal.map_or_else(|| out.join(NAME), Path::to_path_buf)
}

/// Opens the journal of a run. One of earlier runs is carried on while entries may be left of them, else begun anew.
///
/// # Errors
/// A sentence: it cannot be written, another run writes it, or it is no journal.
pub(super) fn begin(path: &Path, target: &str) -> Result<(Journal, bool), String> {
    let mut file = open(path, true)?;
    let lines = lines(&mut file, path)?;
    let open_runs = lines.iter().any(|line| !is_done(&lines, line));
    if !open_runs {
        file.set_len(0).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    let run = uuid::Uuid::new_v4().simple().to_string();
    Ok((keep(file, path, target, &run)?, open_runs))
}

/// Opens a journal to clean up after its runs.
///
/// # Errors
/// A sentence: it is missing, a run writes it, or it is no journal.
pub(super) fn read(path: &Path, target: &str) -> Result<(Vec<JournalLine>, Journal), String> {
    let mut file = open(path, false)?;
    let lines = lines(&mut file, path)?;
    Ok((lines, keep(file, path, target, "clean")?))
}

fn keep(file: File, path: &Path, target: &str, run: &str) -> Result<Journal, String> {
    Journal::keep(file, target, run).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn open(path: &Path, create: bool) -> Result<File, String> {
    let verb = if create { "write" } else { "read" };
    let file = File::options().read(true).write(true).create(create).truncate(false).open(path);
    let file = file.map_err(|error| format!("cannot {verb} the journal {}: {error}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(format!("a run is at work with the journal {}: wait for it, or use another --out", path.display()));
        }
        // A file system without locks: two runs at once are then the user's care.
        Err(TryLockError::Error(_)) => {}
    }
    if create {
        safe_in_folder(path);
    }
    Ok(file)
}

/// The name of a new file is safe only once its folder is.
fn safe_in_folder(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    drop(File::open(folder).and_then(|folder| folder.sync_all()));
}

fn lines(file: &mut File, path: &Path) -> Result<Vec<JournalLine>, String> {
    let mut bytes = Vec::new();
    let read = file.read_to_end(&mut bytes).map(|_| io::Seek::rewind(file));
    read.map_err(|error| format!("cannot read the journal {}: {error}", path.display()))?
        .map_err(|error| format!("cannot read the journal {}: {error}", path.display()))?;
    let text = String::from_utf8_lossy(&bytes);
    read_journal(&text).map_err(|(line, why)| format!("{}:{line}: this is no line of a journal: {why}", path.display()))
}

fn is_done(lines: &[JournalLine], line: &JournalLine) -> bool {
    lines.iter().any(|other| other.done && other.run == line.run && other.suite == line.suite)
}
