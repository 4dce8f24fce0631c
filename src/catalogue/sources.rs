//! The texts a catalogue is read from: those in the binary, or a folder's.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest as _, Sha256};

use super::embedded;

/// Files by name (`cases/2n/suite.json`, `schemas/2n/...`), with `/` on every system.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: BTreeMap<String, Cow<'static, str>>,
    /// How the author knows the `cases` folder, for messages.
    folder: Option<PathBuf>,
    /// What was in that folder, or beside it.
    own: BTreeSet<String>,
}

/// A folder of cases that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("cannot read {path}: {source}")]
    Unreadable { path: String, source: io::Error },
    #[error("{path} is not UTF-8 text")]
    NotText { path: String },
    #[error("{path} holds no case file: give the folder that holds `2n/` or `bas-ip/`")]
    Empty { path: String },
}

impl Sources {
    /// What the binary carries.
    pub fn embedded() -> Self {
        let files = embedded::FILES.iter().map(|(name, text)| ((*name).to_owned(), Cow::Borrowed(*text))).collect();
        Self { files, ..Self::default() }
    }

    /// The cases of a folder, with the schemas of a `schemas` folder beside it where there is one. What belongs to a suite as a whole
    /// (`suite.json`, `requirements.json`, profiles) comes from the binary where the folder lacks it.
    ///
    /// # Errors
    /// When the folder or a file in it cannot be read, or when it holds no JSON file.
    pub fn folder(cases: &Path) -> Result<Self, SourceError> {
        let mut own = BTreeMap::new();
        read_folder(cases, "cases", &mut own)?;
        if own.is_empty() {
            return Err(SourceError::Empty { path: cases.display().to_string() });
        }
        if let Some(schemas) = cases.parent().map(|parent| parent.join("schemas")).filter(|schemas| schemas.is_dir()) {
            read_folder(&schemas, "schemas", &mut own)?;
        }
        let names = own.keys().cloned().collect();
        for (name, text) in embedded::FILES {
            if name.starts_with("schemas/") || is_of_the_suite(name) {
                own.entry((*name).to_owned()).or_insert(Cow::Borrowed(*text));
            }
        }
        Ok(Self { files: own, folder: Some(cases.to_owned()), own: names })
    }

    /// One text, for tests of the reader.
    #[must_use]
    pub fn with(mut self, name: &str, text: &str) -> Self {
        self.files.insert(name.to_owned(), Cow::Owned(text.to_owned()));
        self
    }

    /// The text of a file.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(AsRef::as_ref)
    }

    /// Whether a file is the author's own: all of the binary's are while nobody gave a folder, and else those of the folder.
    pub fn is_own(&self, name: &str) -> bool {
        self.folder.is_none() || self.own.contains(name)
    }

    /// Every file, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(name, text)| (name.as_str(), text.as_ref()))
    }

    /// A digest of every file of a suite, as hexadecimal digits: another name or another text makes another one.
    pub(super) fn digest(&self, suite: &str) -> String {
        let folders = [format!("cases/{suite}/"), format!("schemas/{suite}/")];
        let mut digest = Sha256::new();
        for (name, text) in self.iter().filter(|(name, _)| folders.iter().any(|folder| name.starts_with(folder))) {
            // No name and no text holds a NUL, so none of them runs into the next.
            [name, "\0", text, "\0"].iter().for_each(|part| digest.update(part));
        }
        data_encoding::HEXLOWER.encode(&digest.finalize()[..8])
    }

    /// A file's path as its author knows it.
    pub fn shown(&self, name: &str) -> String {
        match (&self.folder, name.strip_prefix("cases/")) {
            (Some(folder), Some(rest)) => folder.join(rest).display().to_string(),
            (Some(folder), None) if self.own.contains(name) => folder.with_file_name(name).display().to_string(),
            _ => name.to_owned(),
        }
    }
}

/// Whether a file belongs to a suite as a whole: it is not a file of cases.
pub(super) fn is_of_the_suite(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    matches!(parts.as_slice(), ["cases", _, "suite.json" | "requirements.json"] | ["cases", _, "profiles", _])
}

fn read_folder(folder: &Path, name: &str, files: &mut BTreeMap<String, Cow<'static, str>>) -> Result<(), SourceError> {
    let unreadable = |source| SourceError::Unreadable { path: folder.display().to_string(), source };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(last) = path.file_name().map(|last| last.to_string_lossy().into_owned()) else { continue };
        let inner = format!("{name}/{last}");
        if path.is_dir() {
            read_folder(&path, &inner, files)?;
        } else if last.ends_with(".json") {
            let bytes = fs::read(&path).map_err(|source| SourceError::Unreadable { path: path.display().to_string(), source })?;
            let text = String::from_utf8(bytes).map_err(|_| SourceError::NotText { path: path.display().to_string() })?;
            files.insert(inner, Cow::Owned(text));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_text_or_another_name_makes_another_digest() {
        let sources = || Sources::default().with("cases/2n/a.json", "{}").with("schemas/2n/b.schema.json", "{}");
        let before = sources().digest("2n");
        assert_eq!(before.len(), 16, "{before}");
        assert_ne!(sources().with("cases/2n/a.json", "{ }").digest("2n"), before);
        assert_ne!(sources().with("cases/2n/c.json", "").digest("2n"), before);
        assert_ne!(sources().with("schemas/2n/b.schema.json", "[]").digest("2n"), before);
        assert_eq!(sources().with("cases/bas-ip/a.json", "{}").digest("2n"), before, "that is another suite's");
    }
}
