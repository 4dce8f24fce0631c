//! A file that a person wrote, with the places of its values and what was found about it.

use std::cell::RefCell;

use serde_json::Value;

use super::super::Sources;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::json::{self, Place, Places};

/// One file as JSON. It is read as far as its meaning is plain, so that a trailing comma does not hide other mistakes.
pub(super) struct Page {
    /// The name in the sources, e.g. `cases/2n/dir/delete.json`.
    pub(super) name: String,
    pub(super) value: Value,
    places: Places,
    /// The path as its author knows it.
    shown: String,
    /// Whether there is nothing wrong with it as JSON.
    is_clean: bool,
    found: RefCell<Vec<Diagnostic>>,
    /// Where the shape is wrong: what the loader says of the same part is then known already.
    misshapen: RefCell<Vec<Place>>,
}

impl Page {
    /// Reads a file; `None` where no value can be made of it. Its faults as JSON are the loader's to say.
    pub(super) fn read(sources: &Sources, name: &str) -> Option<Self> {
        let (reading, places) = json::read_with_places(sources.get(name)?.as_bytes());
        let is_clean = reading.is_clean();
        let (found, misshapen) = (RefCell::default(), RefCell::default());
        Some(Self {
            name: name.to_owned(),
            value: reading.value?,
            places,
            shown: sources.shown(name),
            is_clean,
            found,
            misshapen,
        })
    }

    /// Says what is wrong with the value at a pointer, or with the innermost value around it that exists.
    pub(super) fn say(&self, pointer: &str, message: impl Into<String>, help: Option<String>) {
        self.push(Diagnostic::new(&self.shown, message).at(self.places.nearest(pointer)).help_with(help));
    }

    /// Says what is wrong with the name of a member.
    pub(super) fn say_of_key(&self, pointer: &str, message: impl Into<String>, help: Option<String>) {
        self.push(Diagnostic::new(&self.shown, message).at(self.key_place(pointer)).help_with(help));
    }

    /// Says what is wrong with a value, and shows the place that it clashes with.
    pub(super) fn say_beside(&self, pointer: &str, message: impl Into<String>, other: &str, label: &str, help: &str) {
        let diagnostic = Diagnostic::new(&self.shown, message).at(self.places.nearest(pointer)).help(help);
        self.push(match self.places.nearest(other) {
            Some(place) => diagnostic.related_to(place, label),
            None => diagnostic,
        });
    }

    /// Says that the shape is wrong.
    pub(super) fn say_of_shape(&self, pointer: &str, of_key: bool, message: impl Into<String>, help: Option<String>) {
        let place = if of_key { self.key_place(pointer) } else { self.places.nearest(pointer) };
        self.misshapen.borrow_mut().extend(place);
        self.push(Diagnostic::new(&self.shown, message).at(place).help_with(help));
    }

    /// Whether a mistake of shape was found in the same case (or, outside of cases, in the same file) as a place.
    pub(super) fn is_misshapen_around(&self, place: Option<Place>) -> bool {
        if !self.is_clean {
            return false;
        }
        let unit = |place: &Place| self.case_around(place);
        let wanted = place.as_ref().and_then(unit);
        self.misshapen.borrow().iter().any(|wrong| unit(wrong) == wanted)
    }

    /// How much was found so far.
    pub(super) fn count(&self) -> usize {
        self.found.borrow().len()
    }

    /// What was found.
    pub(super) fn into_found(self) -> Vec<Diagnostic> {
        self.found.into_inner()
    }

    /// Whether the file goes by this path in messages.
    pub(super) fn is_shown_as(&self, path: &str) -> bool {
        self.shown == path
    }

    fn case_around(&self, place: &Place) -> Option<usize> {
        let cases = self.value.get("cases")?.as_array()?.len();
        let around = |index: &usize| {
            let whole = self.places.of(&format!("/cases/{index}"));
            whole.is_some_and(|whole| whole.start <= place.start && place.end <= whole.end)
        };
        (0..cases).find(around)
    }

    fn key_place(&self, pointer: &str) -> Option<Place> {
        self.places.key_of(pointer).or_else(|| self.places.nearest(pointer))
    }

    fn push(&self, diagnostic: Diagnostic) {
        self.found.borrow_mut().push(diagnostic);
    }
}

/// What somebody probably meant, as help; without a near word, what there is to choose from (as long as that is not too much).
pub(super) fn meant<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = did_you_mean(word, known.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let listed = known.join("`, `");
    (!known.is_empty() && listed.len() <= 300).then(|| format!("there are `{listed}`"))
}
