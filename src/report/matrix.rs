//! The requirement matrix: every catalogue row of a run, counted once, by area.

use std::collections::BTreeMap;

use crate::record::{Record, RequirementRecord};
use crate::report::outcome::is_waived;
use crate::requirement::RequirementId;
use crate::verdict::Verdict;

/// What a run found out about one catalogue row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// The worst verdict of the cases that judge it.
    Found(Verdict),
    /// A deviation in cases of which every one was agreed on.
    Waived,
    /// No case covers it, with a reason in the catalogue.
    Excluded,
    /// Cases cover it, but none of them was selected.
    LeftOut,
}

impl Finding {
    /// What became of a row; `agreed` tells of the rows that are deviated from whether all of it was agreed on.
    fn of(requirement: &RequirementRecord, agreed: &BTreeMap<&RequirementId, bool>) -> Self {
        match (requirement.verdict, &requirement.requirement.excluded) {
            (Some(Verdict::Fail | Verdict::Warn), _) if agreed.get(&requirement.requirement.id) == Some(&true) => Self::Waived,
            (Some(verdict), _) => Self::Found(verdict),
            (None, Some(_)) => Self::Excluded,
            (None, None) => Self::LeftOut,
        }
    }

    /// The word for it, e.g. `excluded`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Found(verdict) => verdict.word(),
            Self::Waived => "waived",
            Self::Excluded => "excluded",
            Self::LeftOut => "left-out",
        }
    }
}

/// One area of an API, with its rows and what was found about each.
#[derive(Debug, Clone, PartialEq)]
pub struct Area<'r> {
    /// The ids' common part, e.g. `2N-DIR-DEL`.
    pub prefix: &'r str,
    pub title: &'r str,
    pub rows: Vec<(&'r RequirementRecord, Finding)>,
}

/// A column of the matrix: its heading, the class that colours it, and what it counts.
pub struct Column {
    pub heading: &'static str,
    pub class: &'static str,
    pub count: fn(&Area<'_>) -> usize,
}

/// The columns, in the order in which reports show them.
pub const COLUMNS: [Column; 10] = [
    Column { heading: "rows", class: "", count: |area| area.rows.len() },
    Column { heading: "covered", class: "", count: |area| area.covered() },
    Column { heading: "failed", class: "fail", count: |area| area.found(Verdict::Fail) },
    Column { heading: "waived", class: "waived", count: |area| area.count(Finding::Waived) },
    Column { heading: "warned", class: "warn", count: |area| area.found(Verdict::Warn) },
    Column { heading: "observed", class: "observed", count: |area| area.found(Verdict::Observed) },
    Column { heading: "unjudged", class: "inconclusive", count: |area| area.unjudged() },
    Column { heading: "n/a", class: "", count: |area| area.found(Verdict::NotApplicable) },
    Column { heading: "excluded", class: "", count: |area| area.count(Finding::Excluded) },
    Column { heading: "left out", class: "", count: |area| area.count(Finding::LeftOut) },
];

impl Area<'_> {
    /// How many rows have this finding.
    pub fn count(&self, finding: Finding) -> usize {
        self.rows.iter().filter(|row| row.1 == finding).count()
    }

    /// How many rows have this verdict.
    pub fn found(&self, verdict: Verdict) -> usize {
        self.count(Finding::Found(verdict))
    }

    /// How many rows were judged: a case ran and came to a verdict about the device.
    pub fn covered(&self) -> usize {
        let judged = [Verdict::Pass, Verdict::Observed, Verdict::Warn, Verdict::Fail].map(|verdict| self.found(verdict));
        judged.iter().sum::<usize>() + self.count(Finding::Waived)
    }

    /// How many rows could not be judged although a case for them was run.
    pub fn unjudged(&self) -> usize {
        self.found(Verdict::Inconclusive) + self.found(Verdict::Error)
    }
}

/// The areas of a record in their order. A row whose area the record does not name gets one of its own, so that none is lost.
pub fn areas(record: &Record) -> Vec<Area<'_>> {
    let agreed = agreed(record);
    let mut areas: Vec<Area<'_>> =
        record.groups.iter().map(|group| Area { prefix: &group.prefix, title: &group.title, rows: Vec::new() }).collect();
    for row in &record.requirements {
        let prefix = area_of(&areas, row);
        let found = (row, Finding::of(row, &agreed));
        match areas.iter_mut().find(|area| area.prefix == prefix) {
            Some(area) => area.rows.push(found),
            None => areas.push(Area { prefix, title: "", rows: vec![found] }),
        }
    }
    areas.retain(|area| !area.rows.is_empty());
    areas
}

/// The rows that cases deviate from, and whether every one of these cases was agreed on.
fn agreed(record: &Record) -> BTreeMap<&RequirementId, bool> {
    let mut agreed = BTreeMap::new();
    for case in &record.cases {
        for mismatch in &case.mismatches {
            *agreed.entry(&mismatch.requirement).or_insert(true) &= is_waived(case);
        }
    }
    agreed
}

fn area_of<'r>(areas: &[Area<'r>], row: &'r RequirementRecord) -> &'r str {
    let id = row.requirement.id.0.as_str();
    let within = |prefix: &str| id.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('-'));
    let named = areas.iter().map(|area| area.prefix).filter(|prefix| within(prefix)).max_by_key(|prefix| prefix.len());
    named.unwrap_or_else(|| row.requirement.id.group())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_row_is_counted_once() {
        let record = sample::full();
        let areas = areas(&record);
        assert_eq!(areas.iter().map(|area| area.rows.len()).sum::<usize>(), record.requirements.len());
        for area in &areas {
            let others = area.found(Verdict::NotApplicable) + area.count(Finding::Excluded) + area.count(Finding::LeftOut);
            assert_eq!(area.covered() + area.unjudged() + others, area.rows.len(), "{}", area.prefix);
        }
    }

    #[test]
    fn a_row_without_a_named_area_is_not_lost() {
        let mut record = sample::full();
        record.groups.clear();
        let prefixes: Vec<_> = areas(&record).iter().map(|area| area.prefix).collect();
        assert_eq!(prefixes, ["2N-DIR-DEL", "2N-DIR-CRE", "2N-INV"]);
    }
}
