//! What a step keeps for those after it, and for its own expectations.

use super::names::{Giver, Names};
use super::page::meant;
use super::site::Site;
use crate::case::Step;
use crate::json::pointer_join;

/// What `keep` may name besides a place in the body.
const KEPT: &[&str] = &["#status", "#body", "#text", "#header:", "#time-ms", "#class"];

/// Checks the places that a step keeps, and gives their names a value.
pub(super) fn check_kept(names: &mut Names<'_>, site: &Site<'_>, at: &str, step: &Step) {
    for (name, place) in &step.keep {
        let pointer = pointer_join(&format!("{at}/keep"), name);
        names.give(site, name, Giver::Kept, pointer.clone());
        let bare = place.strip_prefix('?').unwrap_or(place);
        match &step.setup {
            Some(setup) if !bare.starts_with(['/', '#']) => check_given(names, site, &pointer, setup, place),
            _ => check_place(site, &pointer, bare),
        }
        if bare == "#class" && step.observe.is_empty() {
            site.say(&pointer, "`#class` is the class of an observation, and this step has none", None);
        }
    }
}

fn check_place(site: &Site<'_>, pointer: &str, place: &str) {
    let is_header = place.strip_prefix("#header:").is_some_and(|header| !header.is_empty());
    if is_header || place.is_empty() || place.starts_with('/') || (KEPT.contains(&place) && place != "#header:") {
        return;
    }
    let help = if place.starts_with('#') {
        meant(place, KEPT.iter().copied())
    } else {
        Some("a JSON pointer begins with `/`: `/result/users/0/uuid`".to_owned())
    };
    site.say(pointer, format!("`{place}` is no place in a reply"), help);
}

/// A name that is kept from a set-up is one of its own.
fn check_given(names: &Names<'_>, site: &Site<'_>, pointer: &str, setup: &str, name: &str) {
    let Some(known) = names.knowledge.suite.as_ref().and_then(|suite| suite.setups.get(setup)) else { return };
    let kept = known.steps.iter().flat_map(|step| step.keep.keys());
    let own: Vec<&str> = known.fresh.keys().chain(known.parameters.keys()).chain(kept).map(String::as_str).collect();
    if !own.contains(&name) && !names.knowledge.values.contains_key(name) {
        site.say(pointer, format!("the set-up `{setup}` has no name `{name}`"), meant(name, own));
    }
}
