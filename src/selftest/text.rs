//! The kill matrix for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::matrix::{Fate, KillMatrix};
use super::wire::WireOutcome;

/// As text: what is wrong by name, then the figures.
pub fn as_text(matrices: &[KillMatrix]) -> String {
    let mut text = String::new();
    for matrix in matrices {
        add_suite(&mut text, matrix);
    }
    text
}

fn add_suite(text: &mut String, matrix: &KillMatrix) {
    let mut line = |words: String| {
        text.push_str(&words);
        text.push('\n');
    };
    for complaint in &matrix.plain {
        line(format!("{}: the plain mock: {complaint}", matrix.suite));
    }
    for defect in matrix.defects.iter().filter(|defect| defect.fate != Fate::Caught) {
        let others = match (&defect.obstacle, defect.others.len()) {
            (Some(obstacle), _) => format!("; {obstacle}"),
            (None, 0) => String::new(),
            (None, count) => format!("; {count} cases found something else, e.g. {}", defect.others[0]),
        };
        line(format!("{}: {}: {} (breaks {}){others}", matrix.suite, word(defect.fate), defect.name, defect.breaks));
    }
    for quirk in matrix.quirks.iter().filter(|quirk| !quirk.held_against.is_empty()) {
        line(format!("{}: held against the quirk {}:", matrix.suite, quirk.name));
        quirk.held_against.iter().take(5).for_each(|held| line(format!("    {held}")));
        if quirk.held_against.len() > 5 {
            line(format!("    and {} more", quirk.held_against.len() - 5));
        }
    }
    for case in &matrix.vacuous {
        line(format!("{}: vacuous: {case} fails on no defect", matrix.suite));
    }
    for row in &matrix.unbroken {
        line(format!("{}: no defect breaks {row} (MUST)", matrix.suite));
    }
    if !matrix.unbroken_should.is_empty() {
        line(format!("{}: SHOULD rows without a defect: {}", matrix.suite, matrix.unbroken_should.join(" ")));
    }
    let (caught, wrong_red) = (matrix.count(Fate::Caught), matrix.count(Fate::WrongRed));
    let (survived, broken) = (matrix.count(Fate::Survived), matrix.count(Fate::Broken));
    let unhappy = matrix.quirks.iter().filter(|quirk| !quirk.held_against.is_empty()).count();
    line(format!(
        "{}: {} cases; {} defects: {caught} caught, {wrong_red} wrong-red, {survived} survived, {broken} broken; {} vacuous cases; {} MUST rows unbroken; {} devices with quirks: {unhappy} held against",
        matrix.suite,
        matrix.cases,
        matrix.defects.len(),
        matrix.vacuous.len(),
        matrix.unbroken.len(),
        matrix.quirks.len()
    ));
}

fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Caught => "caught",
        Fate::WrongRed => "wrong-red",
        Fate::Survived => "survived",
        Fate::Broken => "broken",
    }
}

/// As JSON: the whole matrix.
pub fn as_json(matrices: &[KillMatrix]) -> String {
    serde_json::to_string_pretty(matrices).unwrap_or_default()
}

/// The mutants that were not seen, by function and place, then the figures.
pub fn wire_text(outcomes: &[WireOutcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let mut places: BTreeMap<(&str, &str, &str), Vec<&str>> = BTreeMap::new();
        for survivor in &outcome.survivors {
            let place = (survivor.function.as_str(), survivor.at.as_str(), survivor.change.as_str());
            places.entry(place).or_default().push(&survivor.case);
        }
        for ((function, at, change), cases) in places {
            let _ = writeln!(
                text,
                "{}: survived: {function} {at}: {change} ({} times, e.g. in {})",
                outcome.suite,
                cases.len(),
                cases[0]
            );
        }
        for (rule, count) in &outcome.excused {
            let _ = writeln!(text, "{}: {count} mutants not run: {rule}", outcome.suite);
        }
        let _ = writeln!(
            text,
            "{}: {} mutants of single replies: {} killed, {} survived; {} cases do not run on the plain mock",
            outcome.suite,
            outcome.mutants,
            outcome.killed,
            outcome.survivors.len(),
            outcome.idle.len()
        );
    }
    text
}
