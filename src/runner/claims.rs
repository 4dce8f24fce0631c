//! Whose an entry is that a device lists: this run's, another run's, or somebody else's.

use std::cell::RefCell;
use std::sync::Arc;

use indexmap::IndexMap;
use regex::Regex;
use serde_json::Value;

use crate::judge::compiled;
use crate::suite::{Mark, Safety};
use crate::template::{Ours, Scope};

/// Whose an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Ours,
    /// It carries the mark of a run, but not of this one.
    AnotherRun,
    Others,
}

/// The entries that a run made: kind and id (in lower case) to the id as it was sent or given.
pub(super) type Made = RefCell<IndexMap<(usize, String), Value>>;

/// Each kind of entry with its mark, where it has one, filled in for a target.
pub(super) struct Marks(Vec<(String, Option<Marking>)>);

/// Where the mark of an entry stands, and what it looks like.
struct Marking {
    at: String,
    pattern: Arc<Regex>,
}

impl Marks {
    /// Reads the marks of a suite. The error is a mistake of `suite.json`.
    pub(super) fn new(safety: &Safety, scope: &Scope<'_>) -> Result<Self, String> {
        let marking = |mark: &Mark| {
            let pattern = compiled(&mark.pattern, false).map_err(|error| error.to_string())?;
            Ok::<_, String>(Marking { at: scope.text(&mark.at)?, pattern })
        };
        let all = safety.entities.iter().map(|entity| Ok((entity.kind.clone(), entity.mark.as_ref().map(marking).transpose()?)));
        Ok(Self(all.collect::<Result<_, String>>()?))
    }

    /// Whether an entry has a text where the mark of a run would be.
    pub(super) fn names(&self, kind: &str, row: &Value) -> bool {
        let marking = self.0.iter().find(|(have, _)| have == kind).and_then(|(_, marking)| marking.as_ref());
        marking.is_some_and(|marking| row.pointer(&marking.at).is_some_and(Value::is_string))
    }

    /// Whether this run wrote its mark on an entry.
    pub(super) fn are_ours(&self, kind: &str, row: &Value, ours: &Ours) -> bool {
        self.word(kind, row).is_some_and(|word| ours.has_word(word))
    }

    /// What the run that made an entry wrote on it.
    pub(super) fn word<'r>(&self, kind: &str, row: &'r Value) -> Option<&'r str> {
        let marking = self.0.iter().find(|(have, _)| have == kind)?.1.as_ref()?;
        let text = row.pointer(&marking.at)?.as_str()?;
        Some(marking.pattern.captures(text)?.get(1).map_or(text, |group| group.as_str()))
    }
}

/// Everything that shows whose an entry is.
pub(super) struct Claims<'c> {
    pub ours: &'c Ours,
    pub made: &'c Made,
    pub marks: &'c Marks,
    /// An id that is a number is taken for ours only with the run's mark: since the run the device may have given it to somebody else.
    pub strict: bool,
}

impl Claims<'_> {
    pub(super) fn whose(&self, kind: &str, id: Option<&Value>, row: &Value) -> Whose {
        let word = self.marks.word(kind, row);
        let is_marked = word.is_some_and(|word| self.ours.has_word(word));
        let is_made = id.is_some_and(|id| self.has_made(kind, id) && (!self.strict || id.is_string()));
        let is_signed = !self.strict && id.is_some_and(Value::is_number) && signed(self.ours, row);
        match word {
            _ if is_made || is_marked || is_signed => Whose::Ours,
            Some(_) => Whose::AnotherRun,
            None => Whose::Others,
        }
    }

    fn has_made(&self, kind: &str, id: &Value) -> bool {
        let uuid = id.as_str().is_some_and(|id| self.ours.has(id));
        let kinds = self.marks.0.iter().enumerate().filter(|(_, (have, _))| have == kind);
        uuid || kinds.into_iter().any(|(at, _)| self.made.borrow().contains_key(&(at, key_of(id))))
    }
}

/// Whether any text of an entry is one that the run made up: where the device numbers its entries itself, that shows whose one is.
pub(super) fn signed(ours: &Ours, row: &Value) -> bool {
    match row {
        Value::String(text) => ours.signed(text),
        Value::Array(elements) => elements.iter().any(|element| signed(ours, element)),
        Value::Object(members) => members.values().any(|member| signed(ours, member)),
        _ => false,
    }
}

/// The id of an entry as text, the same whatever its letter case.
pub(super) fn key_of(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_ascii_lowercase)
}
