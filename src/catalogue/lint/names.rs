//! The names of one case: what gives them a value, and what uses them.

use std::cell::Cell;
use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::Value;

use super::knowledge::Knowledge;
use super::page::meant;
use super::site::Site;
use super::template;

/// How a name got its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Giver {
    Fresh,
    Kept,
    Parameter,
}

struct Name {
    giver: Giver,
    /// Where it is given its value.
    pointer: String,
    used: Cell<bool>,
}

/// The names that one case or set-up may use.
pub(super) struct Names<'k> {
    pub(super) knowledge: &'k Knowledge,
    own: IndexMap<String, Name>,
    /// Whether whoever uses the text may bring names of its own.
    is_open: bool,
}

impl<'k> Names<'k> {
    /// Only what the suite gives.
    pub(super) fn new(knowledge: &'k Knowledge) -> Self {
        Self { knowledge, own: IndexMap::new(), is_open: false }
    }

    /// For values that a case uses: what they refer to is looked for there.
    pub(super) fn open(knowledge: &'k Knowledge) -> Self {
        Self { is_open: true, ..Self::new(knowledge) }
    }

    /// Gives a name a value. A name that is kept again stays used.
    pub(super) fn give(&mut self, site: &Site<'_>, name: &str, giver: Giver, pointer: String) {
        if let Some(earlier) = self.own.get(name)
            && (earlier.giver != Giver::Kept || giver != Giver::Kept)
        {
            site.say_of_key(&pointer, format!("`{name}` has a value already"), Some("give it another name".to_owned()));
            return;
        }
        if template::is_built_in(name) || name == "page" {
            site.say_of_key(&pointer, format!("`{name}` has a meaning of its own"), Some("give it another name".to_owned()));
        }
        let used = Cell::new(self.own.get(name).is_some_and(|earlier| earlier.used.get()));
        self.own.insert(name.to_owned(), Name { giver, pointer, used });
    }

    /// Uses a name; says so when nobody gave it a value before.
    pub(super) fn take(&self, site: &Site<'_>, pointer: &str, name: &str, locals: &[&str]) {
        if let Some((message, help)) = self.missing(site, name, locals) {
            site.say(pointer, message, help);
        }
    }

    /// Uses a name that is the name of a member.
    pub(super) fn take_member(&self, site: &Site<'_>, pointer: &str, name: &str) {
        if let Some((message, help)) = self.missing(site, name, &[]) {
            site.say_of_key(pointer, message, help);
        }
    }

    /// What to say of a name that has no value here, or whose value needs one that has none.
    fn missing(&self, site: &Site<'_>, name: &str, locals: &[&str]) -> Option<(String, Option<String>)> {
        if self.is_open || name == "new-uuid" || locals.contains(&name) || self.knowledge.suite.is_none() {
            self.touch(name, 0);
            return None;
        }
        let lacking = self.touch(name, 0)?;
        let message = match lacking == name {
            true => format!("`{{{{{name}}}}}` is not known here"),
            false => format!("`{{{{{name}}}}}` needs `{{{{{lacking}}}}}`, which is not known here"),
        };
        Some((message, self.help_for(site, &lacking)))
    }

    fn help_for(&self, site: &Site<'_>, name: &str) -> Option<String> {
        match name {
            "index" | "item" => Some("it stands for something only inside `give`".to_owned()),
            "page" => Some("it stands for something only in `pages`".to_owned()),
            _ => meant(name, self.known(site).into_iter().collect::<BTreeSet<_>>()),
        }
    }

    /// Uses the names that a named reply or list of classes takes from its case.
    pub(super) fn take_all(&self, site: &Site<'_>, pointer: &str, names: &BTreeSet<String>) {
        names.iter().for_each(|name| self.take(site, pointer, name, &["page"]));
    }

    /// Counts a name as used, and with it what its value refers to. What comes back is the first of them that has no value.
    fn touch(&self, name: &str, depth: usize) -> Option<String> {
        if let Some(own) = self.own.get(name) {
            own.used.set(true);
            return None;
        }
        let Some(values) = self.knowledge.values.get(name) else { return Some(name.to_owned()) };
        let mut inner = BTreeSet::new();
        if depth < 8 {
            values.iter().for_each(|value| template::names_in(value, &mut inner));
        }
        let lacking: Vec<String> = inner.iter().filter_map(|name| self.touch(name, depth + 1)).collect();
        lacking.into_iter().find(|name| !template::is_built_in(name) && name != "page")
    }

    fn known<'s>(&'s self, site: &'s Site<'_>) -> Vec<&'s str> {
        let own = self.own.keys().chain(self.knowledge.values.keys()).map(String::as_str);
        own.chain(site.row_members()).collect()
    }

    /// The names that nothing uses: how each got its value, and where.
    pub(super) fn unused(&self) -> Vec<(String, Giver, String)> {
        let unused = self.own.iter().filter(|(_, name)| !name.used.get());
        unused.map(|(word, name)| (word.clone(), name.giver, name.pointer.clone())).collect()
    }
}

/// Says that a name is never used.
pub(super) fn say_unused(site: &Site<'_>, (name, giver, pointer): &(String, Giver, String)) {
    let (what, help) = match giver {
        Giver::Fresh => ("made up", "use it in a step, or take it out of `fresh`"),
        Giver::Kept => ("kept", "compare or send it in a later step, or do not keep it"),
        Giver::Parameter => ("a parameter", "use it in a step, or take it out of `parameters`"),
    };
    site.say_of_key(pointer, format!("`{name}` is {what} and never used"), Some(help.to_owned()));
}

/// Uses every template of a text.
pub(super) fn take_text(names: &Names<'_>, site: &Site<'_>, pointer: &str, text: &str, locals: &[&str]) {
    if text.contains("{{") {
        template::check_text(site, pointer, text);
        template::names_of(text).for_each(|name| names.take(site, pointer, name, locals));
    }
}

/// Uses every template of a plain value.
pub(super) fn take_plain(names: &Names<'_>, site: &Site<'_>, pointer: &str, value: &Value, locals: &[&str]) {
    match value {
        Value::String(text) => take_text(names, site, pointer, text, locals),
        Value::Array(elements) => {
            let numbered = elements.iter().enumerate();
            numbered.for_each(|(index, inner)| take_plain(names, site, &format!("{pointer}/{index}"), inner, locals));
        }
        Value::Object(members) => {
            for (name, inner) in members {
                let pointer = crate::json::pointer_join(pointer, name);
                take_text(names, site, &pointer, name, locals);
                take_plain(names, site, &pointer, inner, locals);
            }
        }
        _ => {}
    }
}
