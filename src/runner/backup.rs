//! What others have on a device, written down before anything is sent that writes: should a bug of the device destroy some of it, this says
//! what was there.
//!
//! One JSON text a line: `{"suite":"2n","kind":"user","entry":{...}}`. Codes and passwords in an entry are redacted, as everywhere; nobody but
//! its owner can put those back.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::redaction::Redaction;

/// Where entries of others are written down. A backup that is kept nowhere costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Backup(Option<Arc<Mutex<Book>>>);

#[derive(Debug)]
struct Book {
    out: BufWriter<File>,
    lines: u64,
}

impl Backup {
    /// A backup in a file, which is empty.
    pub fn keep(file: File) -> Self {
        Self(Some(Arc::new(Mutex::new(Book { out: BufWriter::new(file), lines: 0 }))))
    }

    /// Writes an entry down, and says on which line; `None` where nothing is kept.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn write(&self, suite: &str, kind: &str, entry: &Value, redaction: &Redaction) -> io::Result<Option<u64>> {
        let Some(book) = &self.0 else { return Ok(None) };
        let mut book = book.lock().unwrap_or_else(PoisonError::into_inner);
        let line = json!({ "suite": suite, "kind": kind, "entry": entry }).to_string();
        writeln!(book.out, "{}", redaction.text(&line))?;
        book.lines += 1;
        Ok(Some(book.lines))
    }

    /// Makes safe on disk what was written.
    ///
    /// # Errors
    /// When it cannot be made safe.
    pub(super) fn finish(&self) -> io::Result<()> {
        let Some(book) = &self.0 else { return Ok(()) };
        let mut book = book.lock().unwrap_or_else(PoisonError::into_inner);
        book.out.flush()?;
        if book.lines > 0 { book.out.get_ref().sync_data() } else { Ok(()) }
    }
}
