//! `doorspec list --matrix`: from each requirement to the cases that test it and the defects that break it, and back.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::catalogue::{Cover, Coverage, SuiteCatalogue};
use crate::mock;

/// One row of the matrix.
struct Line<'c> {
    row: &'c Coverage<'c>,
    /// The defects of the mock that break it.
    defects: Vec<&'static str>,
}

fn lines<'c>(suites: &[&SuiteCatalogue], rows: &'c [&'c Coverage<'c>]) -> Vec<Line<'c>> {
    let mut breaking: BTreeMap<&str, Vec<&'static str>> = BTreeMap::new();
    for suite in suites {
        for defect in mock::rows(&suite.suite.suite).0 {
            breaking.entry(defect.breaks).or_default().push(defect.name);
        }
    }
    let line = |row: &&'c Coverage<'c>| Line { row, defects: breaking.remove(row.requirement.id.0.as_str()).unwrap_or_default() };
    rows.iter().map(line).collect()
}

/// The cases that cover a row, or a word for why there are none.
fn cases(row: &Coverage<'_>) -> (Vec<String>, &'static str) {
    match &row.cover {
        Cover::Cases(cases) => (cases.iter().map(|id| id.0.clone()).collect(), "covered"),
        Cover::Always => (Vec::new(), "always"),
        Cover::Excluded(_) => (Vec::new(), "excluded"),
        Cover::Untested => (Vec::new(), "untested"),
    }
}

/// For people: a requirement on a line, its cases and defects below.
pub(super) fn as_text(suites: &[&SuiteCatalogue], rows: &[&Coverage<'_>]) -> String {
    let mut text = String::new();
    for line in lines(suites, rows) {
        let (cases, state) = cases(line.row);
        let row = line.row.requirement;
        let _ = writeln!(text, "{} {}  {state}", row.id, row.strength.word().to_uppercase());
        for case in cases {
            let _ = writeln!(text, "    case    {case}");
        }
        for defect in line.defects {
            let _ = writeln!(text, "    defect  {defect}");
        }
    }
    text
}

/// For programs: both ways.
pub(super) fn as_json(suites: &[&SuiteCatalogue], rows: &[&Coverage<'_>]) -> String {
    let mut by_case: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut requirements = Vec::new();
    let mut defects = Vec::new();
    for line in lines(suites, rows) {
        let (cases, state) = cases(line.row);
        let id = line.row.requirement.id.0.as_str();
        cases.iter().for_each(|case| by_case.entry(case.clone()).or_default().push(id));
        defects.extend(line.defects.iter().map(|name| json!({ "name": name, "breaks": id, "cases": cases })));
        requirements.push(json!({
            "id": id, "strength": line.row.requirement.strength, "state": state, "cases": cases, "defects": line.defects
        }));
    }
    let cases: Vec<Value> = by_case.into_iter().map(|(id, rows)| json!({ "id": id, "requirements": rows })).collect();
    let all = json!({ "requirements": requirements, "cases": cases, "defects": defects });
    format!("{}\n", serde_json::to_string_pretty(&all).expect("values with names as keys can be written"))
}

/// For spreadsheets (RFC 4180): a requirement on a line; several cases or defects in one field are separated by blanks.
pub(super) fn as_csv(suites: &[&SuiteCatalogue], rows: &[&Coverage<'_>]) -> String {
    let mut text = "requirement,strength,state,statement,cases,defects\r\n".to_owned();
    for line in lines(suites, rows) {
        let (cases, state) = cases(line.row);
        let row = line.row.requirement;
        let fields = [&row.id.0, row.strength.word(), state, &row.statement, &cases.join(" "), &line.defects.join(" ")];
        let _ = write!(text, "{}\r\n", fields.map(field).join(","));
    }
    text
}

fn field(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, coverage};

    #[test]
    fn every_form_tells_of_every_row() {
        let suites: Vec<&SuiteCatalogue> = Catalogue::embedded().suites.values().collect();
        let rows: Vec<Coverage<'_>> = suites.iter().flat_map(|suite| coverage(suite)).collect();
        let rows: Vec<&Coverage<'_>> = rows.iter().collect();
        let json: Value = serde_json::from_str(&as_json(&suites, &rows)).expect("it is JSON");
        assert_eq!(json["requirements"].as_array().map(Vec::len), Some(rows.len()));
        let csv = as_csv(&suites, &rows);
        assert_eq!(csv.matches("\r\n").count(), rows.len() + 1);
        let text = as_text(&suites, &rows);
        for row in rows {
            assert!(text.contains(&row.requirement.id.0) && csv.contains(&row.requirement.id.0), "{}", row.requirement.id);
        }
    }

    #[test]
    fn a_field_with_commas_or_quotes_is_quoted() {
        let rows = [("a", "a"), ("a,b", "\"a,b\""), ("say \"a\"", "\"say \"\"a\"\"\"")];
        rows.iter().for_each(|(text, expected)| assert_eq!(field(text), *expected));
    }
}
