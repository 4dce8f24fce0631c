//! Where a case that was unfolded stands in its file.

use serde_json::Value;

use super::page::Page;
use crate::json::pointer_join;

/// A case, a row's case or a set-up, where it stands. Its pointers speak of the long form (`/steps/0/expect/0/status`); what is said comes
/// out at the place where the author wrote it, be it the short form or a row's value.
pub(super) struct Site<'p> {
    pub(super) page: &'p Page,
    base: String,
    row: Option<usize>,
}

impl<'p> Site<'p> {
    /// A part of a file.
    pub(super) fn new(page: &'p Page, base: impl Into<String>) -> Self {
        Self { page, base: base.into(), row: None }
    }

    /// The case of one row.
    pub(super) fn row(page: &'p Page, base: impl Into<String>, row: usize) -> Self {
        Self { page, base: base.into(), row: Some(row) }
    }

    /// Says what is wrong with a value.
    pub(super) fn say(&self, pointer: &str, message: impl Into<String>, help: Option<String>) {
        self.page.say(&self.written(pointer), message, help);
    }

    /// Says what is wrong with the name of a member.
    pub(super) fn say_of_key(&self, pointer: &str, message: impl Into<String>, help: Option<String>) {
        self.page.say_of_key(&self.written(pointer), message, help);
    }

    /// Whether the author wrote the same in two places, whatever a row makes of it.
    pub(super) fn is_written_as(&self, one: &str, other: &str) -> bool {
        let raw = |pointer: &str| self.page.value.pointer(&format!("{}{pointer}", self.base));
        raw(one) == raw(other)
    }

    /// The members of the row, where there is one.
    pub(super) fn row_members(&self) -> impl Iterator<Item = &str> {
        let row = self.row.and_then(|row| self.page.value.pointer(&format!("{}/rows/{row}", self.base)));
        row.and_then(Value::as_object).into_iter().flat_map(|members| members.keys().map(String::as_str))
    }

    /// Where a pointer of the long form is in the file.
    fn written(&self, pointer: &str) -> String {
        let Some(start) = self.page.value.pointer(&self.base) else { return self.base.clone() };
        let mut at = (self.base.clone(), start);
        for token in pointer.split('/').skip(1) {
            at = self.through_row(at);
            match self.step(&at, token) {
                Step::To(next) => at = next,
                Step::Stay => {}
                Step::Stop => return at.0,
            }
        }
        self.through_row(at).0
    }

    fn step<'v>(&self, at: &(String, &'v Value), token: &str) -> Step<'v> {
        let name = token.replace("~1", "/").replace("~0", "~");
        let next = |name: &str, value| Step::To((pointer_join(&at.0, name), value));
        match at.1 {
            Value::Object(members) => match members.get(&name) {
                Some(value) => next(&name, value),
                None if name == "when" || name.parse::<usize>().is_ok() => Step::Stay,
                None => members.iter().find(|(key, _)| key.contains("{{")).map_or(Step::Stop, |(key, value)| next(key, value)),
            },
            Value::Array(elements) => match name.parse::<usize>() {
                Ok(index) => elements.get(index).map_or(Step::Stop, |value| next(&name, value)),
                Err(_) if name == "own" => Step::Stay,
                Err(_) => Step::Stop,
            },
            _ => Step::Stop,
        }
    }

    /// A string that is nothing but a member of the row is written in the row.
    fn through_row<'v>(&'v self, at: (String, &'v Value)) -> (String, &'v Value) {
        let whole = at.1.as_str().and_then(|text| text.strip_prefix("{{")?.strip_suffix("}}"));
        let (Some(name), Some(row)) = (whole, self.row) else { return at };
        let pointer = pointer_join(&format!("{}/rows/{row}", self.base), name);
        match self.page.value.pointer(&pointer) {
            Some(value) => (pointer, value),
            None => at,
        }
    }
}

enum Step<'v> {
    To((String, &'v Value)),
    Stay,
    Stop,
}
