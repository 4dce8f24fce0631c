//! One row of the catalogue.

use std::fmt::Write as _;

use super::MockRows;
use crate::catalogue::{Cover, SuiteCatalogue, coverage};
use crate::requirement::{Requirement, Strength};

/// A row in full: what it says, where that stands, who tests it, and what breaks it.
pub(super) fn explained(suite: &SuiteCatalogue, row: &Requirement, mocks: &[MockRows]) -> String {
    let mut text = format!("{} {}\n\n{}\n\n", row.id, shout(row.strength), row.statement);
    for (level, part) in &row.weaker {
        push(&mut text, format_args!("of this only {}: {part}", shout(*level)));
    }
    let group = suite.requirements.groups.iter().find(|group| group.prefix == row.id.group());
    group.iter().for_each(|group| push(&mut text, format_args!("area: {}", group.title)));
    push(&mut text, format_args!("source: {}", row.source));
    if !row.applies.is_empty() {
        push(&mut text, format_args!("editions: {}", row.applies.join(", ")));
    }
    push(&mut text, format_args!("when it does not hold: {}", consequence(row.strength)));
    text.push('\n');
    push_cover(&mut text, suite, row);
    push_defects(&mut text, row, mocks);
    text
}

fn push_cover(text: &mut String, suite: &SuiteCatalogue, row: &Requirement) {
    let cover = coverage(suite).into_iter().find(|one| one.requirement.id == row.id).map(|one| one.cover);
    match cover {
        Some(Cover::Cases(cases)) => {
            push(text, format_args!("tested by:"));
            for id in cases {
                let title = suite.cases.iter().find(|case| case.id == *id).map_or("", |case| &*case.case.title);
                push(text, format_args!("  {id}\n      {title}"));
            }
        }
        Some(Cover::Always) => push(text, format_args!("judged on every reply, or after every case; it has no case of its own")),
        Some(Cover::Excluded(reason)) => push(text, format_args!("not tested: {reason}")),
        Some(Cover::Untested) | None => push(text, format_args!("not tested: no case cites it yet")),
    }
}

fn push_defects(text: &mut String, row: &Requirement, mocks: &[MockRows]) {
    let defects = mocks.iter().flat_map(|mock| mock.defects.iter().map(move |defect| (mock.suite, defect)));
    let breaking: Vec<_> = defects.filter(|(_, defect)| defect.breaks == row.id.0).collect();
    if !breaking.is_empty() {
        push(text, format_args!("\nbroken by these defects of the mock:"));
    }
    for (suite, defect) in breaking {
        push(
            text,
            format_args!("  {} (`doorspec mock --suite {suite} --defect {}`)\n      {}", defect.name, defect.name, defect.about),
        );
    }
}

fn consequence(strength: Strength) -> &'static str {
    match strength {
        Strength::Must => "the case fails",
        Strength::Should => "the case warns; with `--strict` that counts as a failure",
        Strength::May => "it is recorded, and never held against the device",
    }
}

/// A strength as documents write it.
pub(super) fn shout(strength: Strength) -> String {
    strength.word().to_uppercase()
}

/// One more line.
pub(super) fn push(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes what is written");
}
