//! Which rows a case cites, and how strongly.

use std::collections::BTreeSet;

use super::knowledge::Knowledge;
use super::page::meant;
use super::site::Site;
use crate::case::{Case, Expectation};
use crate::requirement::{RequirementId, Strength};

/// Checks that a case lists what it cites, cites what it lists, and demands no more than a row does.
pub(super) fn check_demands(site: &Site<'_>, knowledge: &Knowledge, case: &Case) {
    check_list(site, knowledge, case);
    let only = match case.requirements.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    let mut cited: BTreeSet<&RequirementId> = BTreeSet::new();
    for (index, step) in case.steps.iter().enumerate() {
        for (number, expectation) in step.expect.iter().enumerate().filter(|_| step.setup.is_none()) {
            let at = format!("/steps/{index}/expect/{number}");
            let row = check_citation(site, &at, "expectation", expectation.requirement.as_ref(), only, case);
            cited.extend(row);
            if let Some(row) = row {
                check_strength(site, knowledge, &at, expectation, row);
            }
        }
        for (number, observation) in step.observe.iter().enumerate() {
            let at = format!("/steps/{index}/observe/{number}");
            cited.extend(check_citation(site, &at, "observation", observation.requirement.as_ref(), only, case));
        }
    }
    let known = |id: &RequirementId| knowledge.requirements.is_none() || knowledge.row(&id.0).is_some();
    for (index, id) in case.requirements.iter().enumerate().filter(|(_, id)| known(id) && !cited.contains(id)) {
        if case.requirements[..index].contains(id) {
            continue;
        }
        let help = "cite it in the expectation that would break it, or take it out".to_owned();
        site.say(&format!("/requirements/{index}"), format!("no expectation or observation cites `{id}`"), Some(help));
    }
}

fn check_list(site: &Site<'_>, knowledge: &Knowledge, case: &Case) {
    for (index, id) in case.requirements.iter().enumerate() {
        let pointer = format!("/requirements/{index}");
        let same = |earlier: usize| {
            case.requirements[earlier] == *id && site.is_written_as(&pointer, &format!("/requirements/{earlier}"))
        };
        if (0..index).any(same) {
            site.say(&pointer, format!("`{id}` is listed twice"), Some("keep one of them".to_owned()));
        } else if knowledge.requirements.is_some() && knowledge.row(&id.0).is_none() {
            say_unknown(site, knowledge, &pointer, id);
        }
    }
}

/// Says that the catalogue has no such row.
pub(super) fn say_unknown(site: &Site<'_>, knowledge: &Knowledge, pointer: &str, id: &RequirementId) {
    let group = knowledge.row_ids().filter(|known| known.rsplit_once('-').map(|(group, _)| group) == Some(id.group()));
    let help = match group.last() {
        Some(last) => Some(format!("the last row of the group is `{last}`")),
        None => meant(&id.0, knowledge.row_ids()),
    };
    site.say(pointer, format!("the catalogue has no row `{id}`"), help);
}

/// The row that is cited; says so when it is not clear which, or when it is not listed.
fn check_citation<'c>(
    site: &Site<'_>,
    at: &str,
    what: &str,
    row: Option<&'c RequirementId>,
    only: Option<&'c RequirementId>,
    case: &Case,
) -> Option<&'c RequirementId> {
    let Some(row) = row else {
        if only.is_none() {
            let help = "name one of them in `requirement`".to_owned();
            site.say(at, format!("the case cites several rows, and this {what} does not say which"), Some(help));
        }
        return only;
    };
    if !case.requirements.contains(row) {
        let help = meant(&row.0, case.requirements.iter().map(|id| id.0.as_str()))
            .filter(|help| help.starts_with("did you mean"))
            .or_else(|| Some(format!("add \"{row}\" to the case's `requirements`")));
        site.say(&format!("{at}/requirement"), format!("`{row}` is not in the case's `requirements`"), help);
    }
    Some(row)
}

/// A level is weaker than the row, as the row allows; and what may be either way cannot be expected.
pub(super) fn check_strength(site: &Site<'_>, knowledge: &Knowledge, at: &str, expectation: &Expectation, id: &RequirementId) {
    let Some(row) = knowledge.row(&id.0) else { return };
    let strength = row.strength;
    if let Some(level) = expectation.level {
        let pointer = format!("{at}/level");
        if level > strength {
            let message = format!("the level {} is stronger than `{id}`, which is a {}", shout(level), shout(strength));
            site.say(&pointer, message, Some("leave `level` out: the row's strength holds".to_owned()));
        } else if level < strength && !row.weaker.contains_key(&level) {
            let message = format!("`{id}` demands no part as {} only", shout(level));
            site.say(
                &pointer,
                message,
                Some("the row's `weaker` in requirements.json says which parts are demanded less".to_owned()),
            );
        }
    }
}

fn shout(strength: Strength) -> String {
    strength.word().to_uppercase()
}
