//! One case: what it is for, and how it is judged step by step.

use super::requirement::{push, shout};
use super::steps;
use crate::case::Risk;
use crate::catalogue::{CatalogueCase, SuiteCatalogue};

/// A case in full.
pub(super) fn explained(suite: &SuiteCatalogue, case: &CatalogueCase) -> String {
    let mut text = format!("{}\n\n{}\n\n", case.id, case.case.title);
    push(&mut text, format_args!("file: {}:{}", case.shown_file, case.line));
    if !case.needs.is_empty() {
        push(&mut text, format_args!("needs: {}", case.needs.join(", ")));
    }
    push(&mut text, format_args!("risk: {}", risk(case.risk)));
    if case.case.alone {
        push(&mut text, format_args!("runs alone: it looks at the state of the whole device"));
    }
    if let Some(note) = &case.case.note {
        push(&mut text, format_args!("note: {note}"));
    }
    push(&mut text, format_args!("\nrequirements:"));
    for id in &case.case.requirements {
        match suite.requirement(id) {
            Some(row) => {
                push(&mut text, format_args!("  {id} {} ({})\n      {}", shout(row.strength), row.source, row.statement));
            }
            None => push(&mut text, format_args!("  {id} (the catalogue has no such row)")),
        }
    }
    if !case.case.fresh.is_empty() {
        let names: Vec<String> = case.case.fresh.keys().map(|name| format!("{{{{{name}}}}}")).collect();
        push(&mut text, format_args!("\nmade up for each run, and removed afterwards: {}", names.join(", ")));
    }
    push(&mut text, format_args!("\nsteps:"));
    steps::push(&mut text, suite, &case.case.steps, case.case.requirements.as_slice());
    if let Some(why) = &case.case.uncontrolled {
        push(&mut text, format_args!("\nthe refusal has no control: {why}"));
    }
    push(&mut text, format_args!("\nalone: doorspec run --filter {}", case.id));
    text
}

fn risk(risk: Risk) -> &'static str {
    match risk {
        Risk::Read => "read (changes nothing)",
        Risk::Own => "own (writes only what it made itself)",
        Risk::Disturb => "disturb (may move a relay, play a sound or place a call; needs `--allow disturb`)",
        Risk::Destroy => "destroy (may change what belongs to others; needs `--allow destroy`)",
    }
}
