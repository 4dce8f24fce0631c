//! The write-ahead journal: what a run may create stands in a file, safe on disk, before the request leaves that could create it.
//!
//! One JSON text a line. A line that is torn at the end of the file was not safe yet, so its request never left: it is dropped. Whoever
//! comes after a run that was killed reads the journal and removes what it names, and nothing else.

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The kind of a line that names what a run made up and may use as an id or as a mark, before it is known for what.
pub const FRESH: &str = "fresh";

/// One line: an entity of a run, or what became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalLine {
    pub suite: String,
    /// The device's URL without credentials.
    pub target: String,
    /// Another one for each run.
    pub run: String,
    /// The kind of entry, or `fresh`.
    pub kind: String,
    /// The id, or the mark by which the entry is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// True where the id is a number.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub number: bool,
    /// Entries that were created with neither an id nor a mark: how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nameless: Option<u64>,
    /// ... and the device's stamp before it: what was there then is not among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// True where the entry was removed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// True where the run, or whoever cleaned up after it, found nothing left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

/// Where a run writes down what it may create. One that is kept nowhere costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Journal(Option<Arc<Kept>>);

#[derive(Debug)]
struct Kept {
    target: String,
    run: String,
    ink: Mutex<Ink>,
}

#[derive(Debug)]
struct Ink {
    file: File,
    written: HashSet<(String, String, String, bool)>,
}

impl Journal {
    /// A journal in a file, for one run on one target. A torn last line of an earlier run is cut off.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn keep(mut file: File, target: &str, run: &str) -> io::Result<Self> {
        let text = io::read_to_string(&file)?;
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
        let ink = Mutex::new(Ink { file, written: HashSet::new() });
        Ok(Self(Some(Arc::new(Kept { target: target.to_owned(), run: run.to_owned(), ink }))))
    }

    /// Whether lines are kept at all.
    pub fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    /// Writes lines and returns once they are safe on disk. What was written before is not repeated. The target is filled in, and the run
    /// where a line names none.
    ///
    /// # Errors
    /// When they could not be made safe: then what they announce must not happen.
    pub fn write(&self, lines: Vec<JournalLine>) -> io::Result<()> {
        self.put(lines, true)
    }

    fn put(&self, lines: Vec<JournalLine>, safe: bool) -> io::Result<()> {
        let Some(kept) = &self.0 else { return Ok(()) };
        let mut ink = kept.ink.lock().map_err(|_| io::Error::other("an earlier line could not be written"))?;
        let mut text = String::new();
        for mut line in lines {
            let id = line.id.clone().unwrap_or_default();
            let again = line.nameless.is_none() && !line.done;
            if again && !ink.written.insert((line.suite.clone(), line.kind.clone(), id, line.removed)) {
                continue;
            }
            line.target.clone_from(&kept.target);
            if line.run.is_empty() {
                line.run.clone_from(&kept.run);
            }
            text.push_str(&serde_json::to_string(&line).map_err(io::Error::other)?);
            text.push('\n');
        }
        if text.is_empty() {
            return Ok(());
        }
        ink.file.write_all(text.as_bytes())?;
        if safe { ink.file.sync_data() } else { Ok(()) }
    }

    /// Writes down what was removed, without waiting for the disk: a line that is lost only costs whoever cleans up another look.
    pub fn strike(&self, suite: &str, kind: &str, ids: &[Value]) {
        if self.is_kept() {
            let line = |id: &Value| JournalLine { removed: true, ..JournalLine::entity(suite, kind, id) };
            drop(self.put(ids.iter().map(line).collect(), false));
        }
    }
}

impl JournalLine {
    /// The line of an entry.
    pub fn entity(suite: &str, kind: &str, id: &Value) -> Self {
        let text = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        Self { suite: suite.to_owned(), kind: kind.to_owned(), id: Some(text), number: id.is_number(), ..Self::default() }
    }

    /// The id as the device knows it.
    pub fn value(&self) -> Value {
        let id = self.id.clone().unwrap_or_default();
        match id.parse::<i64>() {
            Ok(number) if self.number => number.into(),
            _ => Value::String(id),
        }
    }
}

/// Reads a journal.
///
/// # Errors
/// The number of the first line that is none, and why. A torn last line is no mistake.
pub fn read_journal(text: &str) -> Result<Vec<JournalLine>, (usize, String)> {
    let whole = text.rfind('\n').map_or("", |at| &text[..at]);
    let lines = whole.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| serde_json::from_str(line).map_err(|error| (at + 1, error.to_string()))).collect()
}

/// What a journal says of one suite's entries on one target.
#[derive(Debug, Clone, Default)]
pub struct Claim {
    /// What runs made up: uuids, owners, numbers.
    pub fresh: Vec<String>,
    /// Kind and id of entries that are not said to be removed.
    pub named: Vec<JournalLine>,
    /// Kind, count and stamp of what was created without a name.
    pub nameless: Vec<JournalLine>,
    /// Entries that are said to be removed already.
    pub removed: u64,
    /// The runs it speaks of.
    pub runs: BTreeSet<String>,
}

impl Claim {
    /// Sums up the lines of a suite, leaving out runs after which nothing was left.
    pub fn of(suite: &str, lines: &[JournalLine]) -> Self {
        let done: HashSet<&str> =
            lines.iter().filter(|line| line.done && line.suite == suite).map(|line| line.run.as_str()).collect();
        let mut claim = Self::default();
        let open = lines.iter().filter(|line| line.suite == suite && !line.done && !done.contains(line.run.as_str()));
        for line in open {
            claim.runs.insert(line.run.clone());
            match (&line.id, line.nameless, line.removed) {
                (Some(id), _, false) if line.kind == FRESH => claim.fresh.push(id.clone()),
                (_, Some(_), _) => claim.nameless.push(line.clone()),
                (_, _, false) => claim.named.push(line.clone()),
                (_, _, true) => {
                    claim.named.retain(|named| (&named.kind, &named.id) != (&line.kind, &line.id));
                    claim.removed += 1;
                }
            }
        }
        claim
    }

    /// Whether nothing can be left.
    pub fn is_empty(&self) -> bool {
        self.fresh.is_empty() && self.named.is_empty() && self.nameless.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: &str, id: &str) -> JournalLine {
        JournalLine { suite: "2n".into(), kind: kind.into(), id: Some(id.into()), ..JournalLine::default() }
    }

    fn written(before: &str, lines: Vec<JournalLine>) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal.jsonl");
        std::fs::write(&path, before).expect("it is written");
        let file = File::options().read(true).write(true).open(&path).expect("it opens");
        let journal = Journal::keep(file, "http://device", "r1").expect("it can be kept");
        journal.write(lines).expect("it is safe");
        std::fs::read_to_string(&path).expect("it is read")
    }

    #[test]
    fn a_torn_last_line_is_cut_off_and_no_line_is_written_twice() {
        let text = written("{\"suite\":\"2n\",\"tar", vec![line("user", "a"), line("user", "a"), line(FRESH, "a")]);
        let read = read_journal(&text).expect("every line is one");
        assert_eq!(read.iter().map(|line| line.kind.as_str()).collect::<Vec<_>>(), ["user", FRESH]);
        assert!(read.iter().all(|line| line.target == "http://device" && line.run == "r1"));
    }

    #[test]
    fn reading_drops_a_torn_end_and_names_a_bad_line() {
        let good = written("", vec![line("user", "a")]);
        let rows: [(String, Result<usize, usize>); 5] = [
            (String::new(), Ok(0)),
            (good.clone(), Ok(1)),
            (format!("{good}{{\"suite\""), Ok(1)),
            (format!("{good}\n\n{good}"), Ok(2)),
            (format!("{good}garbage\n{good}"), Err(2)),
        ];
        for (text, expected) in rows {
            let found = read_journal(&text).map(|lines| lines.len()).map_err(|(at, _)| at);
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn what_is_removed_or_done_is_claimed_no_more() {
        let removed = JournalLine { removed: true, ..line("user", "a") };
        let done = JournalLine { done: true, id: None, ..line("", "") };
        let claim = |lines: &[JournalLine]| {
            let claim = Claim::of("2n", lines);
            (claim.fresh.len(), claim.named.len(), claim.removed)
        };
        assert_eq!(claim(&[line(FRESH, "a"), line("user", "a")]), (1, 1, 0));
        assert_eq!(claim(&[line(FRESH, "a"), line("user", "a"), removed.clone()]), (1, 0, 1));
        assert_eq!(claim(&[line("user", "a"), removed.clone(), line("user", "a")]), (0, 1, 1));
        assert_eq!(claim(&[line(FRESH, "a"), line("user", "a"), done]), (0, 0, 0));
    }
}
