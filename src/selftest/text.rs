//! The kill matrix for people and for programs.

use super::matrix::{Fate, KillMatrix};

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
