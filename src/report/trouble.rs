//! What the page says about cases that are not as they should be.

use crate::record::{CaseRecord, Mismatch, Record};
use crate::report::dossier::word;
use crate::report::outcome::{broken, row};
use crate::report::plain::visible;
use crate::requirement::RequirementId;

/// How many deviations from one requirement a case shows, and how many cases of a kind are named.
const DIFFERENCES: usize = 3;
const ALIKE: usize = 8;

/// A stretch of a sentence: plain, or set as code because it stood between backticks.
pub struct Part {
    pub code: bool,
    pub text: String,
}

/// Cases that deviate in the same way, shown by the first of them.
pub struct Trouble {
    pub word: &'static str,
    pub title: Vec<Part>,
    pub reason: String,
    pub broken: Vec<Broken>,
    pub heading: String,
    pub cases: Vec<String>,
    pub more: usize,
}

/// A requirement that a case breaks, and where.
pub struct Broken {
    pub id: String,
    pub strength: &'static str,
    pub statement: Vec<Part>,
    pub source: String,
    pub differences: Vec<Difference>,
    pub more: usize,
}

pub struct Difference {
    pub at: String,
    pub expected: String,
    pub actual: String,
}

/// A case on one line.
pub struct Line {
    pub word: &'static str,
    pub id: String,
    pub title: String,
}

/// Cases of one kind of trouble, as the page shows them.
pub fn trouble(alike: &[&CaseRecord], record: &Record) -> Trouble {
    let first = alike[0];
    let cited = first.requirements.first().filter(|_| first.mismatches.is_empty());
    Trouble {
        word: word(first),
        title: prose(&first.title),
        reason: first.reason.as_deref().map(visible).unwrap_or_default(),
        broken: broken(first).into_iter().chain(cited).map(|id| broken_by(first, id, record)).collect(),
        heading: if alike.len() == 1 { "case".to_owned() } else { format!("{} cases in the same way:", alike.len()) },
        cases: alike.iter().take(ALIKE).map(|case| visible(&case.id)).collect(),
        more: alike.len().saturating_sub(ALIKE),
    }
}

fn broken_by(case: &CaseRecord, id: &RequirementId, record: &Record) -> Broken {
    let mismatches: Vec<&Mismatch> = case.mismatches.iter().filter(|mismatch| mismatch.requirement == *id).collect();
    let row = row(record, id).map(|row| &row.requirement);
    let level = mismatches.iter().map(|mismatch| mismatch.level).max().or(row.map(|row| row.strength));
    Broken {
        id: visible(&id.0),
        strength: level.map(|level| level.word()).unwrap_or_default(),
        statement: row.map(|row| prose(&row.statement)).unwrap_or_default(),
        source: row.map(|row| visible(&row.source)).unwrap_or_default(),
        differences: mismatches.iter().take(DIFFERENCES).map(|mismatch| difference(mismatch)).collect(),
        more: mismatches.len().saturating_sub(DIFFERENCES),
    }
}

fn difference(mismatch: &Mismatch) -> Difference {
    Difference { at: visible(&mismatch.at), expected: visible(&mismatch.expected), actual: visible(&mismatch.actual) }
}

/// A case on one line.
pub fn line(case: &CaseRecord) -> Line {
    Line { word: word(case), id: visible(&case.id), title: visible(&case.title) }
}

/// The sentence with its code told apart.
pub fn prose(text: &str) -> Vec<Part> {
    let parts: Vec<&str> = text.split('`').collect();
    let is_paired = parts.len() % 2 == 1;
    if !is_paired {
        return vec![Part { code: false, text: visible(text) }];
    }
    parts.iter().enumerate().map(|(at, part)| Part { code: at % 2 == 1, text: visible(part) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code() {
        let parts = |text| prose(text).iter().map(|part| (part.code, part.text.clone())).collect::<Vec<_>>();
        assert_eq!(parts("a `b` c"), [(false, "a ".into()), (true, "b".into()), (false, " c".into())]);
        assert_eq!(parts("one ` only"), [(false, "one ` only".into())]);
    }
}
