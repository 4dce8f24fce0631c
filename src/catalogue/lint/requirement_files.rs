//! The catalogue of rows: ids, groups, strengths, and what is said to be left out.

use std::collections::{BTreeMap, BTreeSet};

use super::knowledge::Knowledge;
use super::page::{Page, meant};
use crate::requirement::Requirement;

/// Checks `requirements.json`. `cited` are the rows that cases or the suite's invariants cite.
pub(super) fn check_requirements(page: &Page, knowledge: &Knowledge, cited: &BTreeMap<String, String>) {
    let Some(file) = &knowledge.requirements else { return };
    if file.suite != knowledge.name {
        let message = format!("this file belongs to the suite `{}`, not to `{}`", knowledge.name, file.suite);
        page.say("/suite", message, Some(format!("the folder says `{}`", knowledge.name)));
    }
    let mut prefixes: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, group) in file.groups.iter().enumerate() {
        if let Some(earlier) = prefixes.insert(&group.prefix, index) {
            let (here, there) = (format!("/groups/{index}/prefix"), format!("/groups/{earlier}/prefix"));
            page.say_beside(
                &here,
                format!("the group `{}` is there twice", group.prefix),
                &there,
                "the other one",
                "keep one of them",
            );
        }
    }
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, row) in file.requirements.iter().enumerate() {
        let at = format!("/requirements/{index}");
        if let Some(earlier) = ids.insert(&row.id.0, index) {
            let (here, there) = (format!("{at}/id"), format!("/requirements/{earlier}/id"));
            page.say_beside(
                &here,
                format!("two rows have the id `{}`", row.id),
                &there,
                "the other one",
                "an id is stable and used once",
            );
        }
        if !prefixes.contains_key(row.id.group()) {
            let help = meant(row.id.group(), prefixes.keys().copied()).filter(|help| help.starts_with("did you mean"));
            let help = help.or_else(|| Some("add the group to `groups`".to_owned()));
            page.say(&format!("{at}/id"), format!("there is no group `{}`", row.id.group()), help);
        }
        check_row(page, knowledge, &at, row, cited);
    }
}

fn check_row(page: &Page, knowledge: &Knowledge, at: &str, row: &Requirement, cited: &BTreeMap<String, String>) {
    for level in row.weaker.keys().filter(|level| **level >= row.strength) {
        let words = (level.word().to_uppercase(), row.strength.word().to_uppercase());
        let message = format!("a part that is demanded as {} is not weaker than the row, which is a {}", words.0, words.1);
        page.say_of_key(&format!("{at}/weaker/{}", words.0), message, None);
    }
    if row.excluded.is_some()
        && let Some(case) = cited.get(&row.id.0)
    {
        let help = "a covered row is not excluded: take `excluded` away".to_owned();
        page.say_of_key(&format!("{at}/excluded"), format!("{case} covers `{}`", row.id), Some(help));
    }
    let editions: BTreeSet<&str> = knowledge.profiles.iter().map(|(_, profile)| profile.edition.as_str()).collect();
    for (index, edition) in row.applies.iter().enumerate().filter(|(_, edition)| !editions.contains(edition.as_str())) {
        let help = meant(edition, editions.iter().copied());
        page.say(&format!("{at}/applies/{index}"), format!("no profile is of the edition `{edition}`"), help);
    }
}
