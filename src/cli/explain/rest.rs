//! Set-ups, defects and quirks of the mock, verdicts, exit statuses.

use super::MockRows;
use super::requirement::push;
use super::steps;
use crate::catalogue::{Catalogue, SuiteCatalogue};
use crate::requirement::RequirementId;
use crate::suite::Setup;
use crate::verdict::{Exit, Verdict};

/// Every exit status.
pub(super) const EXITS: [Exit; 6] =
    [Exit::Conforms, Exit::DoesNotConform, Exit::Usage, Exit::Incomplete, Exit::DataChanged, Exit::Fault];

/// A set-up in full.
pub(super) fn setup(suite: &SuiteCatalogue, name: &str, setup: &Setup) -> String {
    let mut text = format!("{name} (a set-up of {})\n\n{}\n\n", suite.suite.suite, setup.about);
    for (parameter, default) in &setup.parameters {
        match default.is_null() {
            true => push(&mut text, format_args!("{parameter}: the case gives it")),
            false => push(&mut text, format_args!("{parameter}: {default} unless the case gives another")),
        }
    }
    push(&mut text, format_args!("\nsteps (what does not hold makes the case inconclusive, never failed):"));
    steps::push(&mut text, suite, &setup.steps, &[]);
    let users = suite.cases.iter().filter(|case| case.case.steps.iter().any(|step| step.setup.as_deref() == Some(name))).count();
    push(&mut text, format_args!("\nused by {users} cases"));
    text
}

/// Defects and quirks of this name.
pub(super) fn mock_rows(name: &str, catalogue: &Catalogue, mocks: &[MockRows]) -> Vec<String> {
    let mut texts = Vec::new();
    for mock in mocks {
        for row in mock.defects.iter().filter(|row| row.name == name) {
            let mut text = format!("{name} (a defect of the {} mock)\n\n{}\n\n", mock.suite, row.about);
            let statement = catalogue.requirement(&RequirementId::from(row.breaks)).map_or("", |(_, row)| row.statement.as_str());
            push(&mut text, format_args!("breaks: {}\n    {statement}", row.breaks));
            push(&mut text, format_args!("try it: doorspec mock --suite {} --defect {name}", mock.suite));
            texts.push(text);
        }
        for row in mock.quirks.iter().filter(|row| row.name == name) {
            let mut text =
                format!("{name} (a quirk of the {} mock: different, and still right)\n\n{}\n\n", mock.suite, row.about);
            let others = mock.quirks.iter().filter(|other| other.group == row.group && other.name != name);
            let others: Vec<&str> = others.map(|other| other.name).collect();
            if !row.group.is_empty() && !others.is_empty() {
                push(&mut text, format_args!("excludes: {}", others.join(", ")));
            }
            push(&mut text, format_args!("try it: doorspec mock --suite {} --quirk {name}", mock.suite));
            texts.push(text);
        }
    }
    texts
}

/// What a verdict means.
pub(super) fn verdict(verdict: Verdict) -> String {
    let meaning = match verdict {
        Verdict::Pass => "The case was judged, and everything is as required.",
        Verdict::Warn => {
            "Something that the documents show or imply (SHOULD) is different. With `--strict` it counts as a failure."
        }
        Verdict::Fail => "Something that the documents state (MUST) is different, or an invariant is broken.",
        Verdict::Observed => {
            "The documents leave the point open (MAY): what the device does is recorded, and never held against it."
        }
        Verdict::Inconclusive => {
            "The case applies, but could not be judged: its scene could not be set, the reply did not come, or the device was busy.\n\
             It is never held against the device, and the run is incomplete (exit 3)."
        }
        Verdict::NotApplicable => {
            "The target lacks what the case needs, or the case may harm a device and was not allowed (`--allow`)."
        }
        Verdict::Error => "The suite itself is at fault (exit 5).",
    };
    format!("{} (a verdict)\n\n{meaning}\n", verdict.word())
}

/// What an exit status means.
pub(super) fn exit(exit: Exit) -> String {
    let order = "When several hold, the first of 5, 4, 1, 3, 0 wins.";
    format!("{} (an exit status)\n\n{}.\n{order}\n", exit.code(), exit.sentence())
}
