//! A profile that was given by itself: its shape, and whether its suite knows what it says.

use serde::Deserialize as _;

use super::super::{Catalogue, Sources, SuiteCatalogue};
use super::page::{Page, meant};
use super::structure::{Kind, mended};
use crate::diagnostic::Diagnostics;
use crate::json::{self, pointer_join};
use crate::suite::Profile;

/// Reads a profile file, and says everything that is wrong with it.
pub fn read_profile(shown: &str, text: &str, catalogue: &Catalogue) -> (Option<Profile>, Diagnostics) {
    let sources = Sources::default().with(shown, text);
    let mut mistakes = Diagnostics::default();
    let (reading, places) = json::read_with_places(text.as_bytes());
    mistakes.push_faults(shown, &reading, &places);
    let Some(page) = Page::read(&sources, shown) else { return (None, mistakes) };
    let profile = match Profile::deserialize(&mended(&page, Kind::Profile)) {
        Ok(profile) => Some(profile),
        Err(error) => {
            if page.count() == 0 {
                page.say("", error.to_string(), None);
            }
            None
        }
    };
    if let Some(profile) = &profile {
        match catalogue.suites.get(&profile.suite) {
            Some(suite) => check_dialects(&page, suite, profile),
            None => {
                let help = meant(&profile.suite, catalogue.suites.keys().map(String::as_str));
                page.say("/suite", format!("there is no suite `{}`", profile.suite), help);
            }
        }
    }
    mistakes.extend(page.into_found());
    (profile, mistakes)
}

fn check_dialects(page: &Page, suite: &SuiteCatalogue, profile: &Profile) {
    let dialects = &suite.suite.dialects;
    for (name, class) in &profile.dialect {
        let at = pointer_join("/dialect", name);
        match dialects.get(name) {
            None => {
                let help = meant(name, dialects.keys().map(String::as_str));
                page.say_of_key(&at, format!("the suite has no dialect `{name}`"), help);
            }
            Some(dialect) if !dialect.classes.contains_key(class) => {
                let help = meant(class, dialect.classes.keys().map(String::as_str));
                page.say(&at, format!("the dialect `{name}` has no class `{class}`"), help);
            }
            Some(_) => {}
        }
    }
}
