//! What is tested: every row of a suite's catalogue is covered by cases, or excluded with a reason, or missing.

use std::collections::BTreeMap;

use super::{Catalogue, CatalogueCase, Sources, SuiteCatalogue};
use crate::case::CaseId;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::json;
use crate::requirement::{Requirement, RequirementId};

/// How a row is tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover<'c> {
    /// These cases cite it, in the order of the catalogue.
    Cases(Vec<&'c CaseId>),
    /// It is judged on every reply, or after every case, without a case of its own.
    Always,
    /// No case covers it, and this is why.
    Excluded(&'c str),
    /// No case covers it, and nobody says why.
    Untested,
}

/// A row and how it is tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage<'c> {
    pub requirement: &'c Requirement,
    pub cover: Cover<'c>,
}

/// Every row of a suite, in the order of its catalogue.
pub fn coverage(suite: &SuiteCatalogue) -> Vec<Coverage<'_>> {
    let mut citing: BTreeMap<&RequirementId, Vec<&CaseId>> = BTreeMap::new();
    for CatalogueCase { id, case, .. } in &suite.cases {
        case.requirements.iter().for_each(|row| citing.entry(row).or_default().push(id));
    }
    let always: Vec<&RequirementId> = always(suite).collect();
    let mut cover = |row: &'_ Requirement| match citing.remove(&row.id) {
        Some(cases) => Some(Cover::Cases(cases)),
        None => always.contains(&&row.id).then_some(Cover::Always),
    };
    let rows = suite.requirements.requirements.iter();
    let rows = rows.map(|requirement| {
        let unless = requirement.excluded.as_deref().map_or(Cover::Untested, Cover::Excluded);
        Coverage { requirement, cover: cover(requirement).unwrap_or(unless) }
    });
    rows.collect()
}

/// The rows of the suite's invariants and of its sign of life.
fn always(suite: &SuiteCatalogue) -> impl Iterator<Item = &RequirementId> {
    suite.suite.invariants.iter().chain([&suite.suite.alive.expect]).filter_map(|expectation| expectation.requirement.as_ref())
}

/// For every row that is covered, who covers it first.
pub(super) fn first_citations(suite: &SuiteCatalogue) -> BTreeMap<String, String> {
    let covered = coverage(suite).into_iter().filter_map(|row| {
        let by = match row.cover {
            Cover::Cases(cases) => cases.first().map(ToString::to_string)?,
            Cover::Always => "suite.json".to_owned(),
            Cover::Excluded(_) | Cover::Untested => return None,
        };
        Some((row.requirement.id.0.clone(), by))
    });
    covered.collect()
}

/// Says of every row that no case covers, and that is not excluded, that it is missing.
///
/// Only catalogues that are the author's own are held to it: whoever writes three cases in a folder is not told of the rows that the rest of
/// the binary's cases cover.
pub fn uncovered(sources: &Sources, catalogue: &Catalogue) -> Diagnostics {
    let suites = catalogue.suites.iter().map(|(name, suite)| (format!("cases/{name}/requirements.json"), suite));
    suites.filter(|(file, _)| sources.is_own(file)).flat_map(|(file, suite)| missing(sources, &file, suite)).collect()
}

fn missing(sources: &Sources, file: &str, suite: &SuiteCatalogue) -> Vec<Diagnostic> {
    let rows = coverage(suite);
    let untested = rows.iter().enumerate().filter(|(_, row)| row.cover == Cover::Untested);
    let mut untested = untested.peekable();
    if untested.peek().is_none() {
        return Vec::new();
    }
    let (_, places) = json::read_with_places(sources.get(file).unwrap_or_default().as_bytes());
    let said = untested.map(|(index, row)| {
        let message = format!("no case covers {}, nor is it excluded", row.requirement.id);
        let help = "write a case that cites it, or say in `excluded` why there is none";
        Diagnostic::new(sources.shown(file), message).at(places.of(&format!("/requirements/{index}/id"))).help(help)
    });
    said.collect()
}
