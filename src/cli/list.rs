//! `doorspec list`: what is tested, what is not, and why.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use regex::Regex;
use serde_json::{Value, json};

use super::{library, matrix};
use crate::catalogue::{CatalogueCase, Cover, Coverage, SuiteCatalogue, coverage, load};
use crate::plan::select;
use crate::requirement::RequirementId;
use crate::verdict::Exit;

/// `doorspec list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  doorspec list --filter '2n/dir/delete/*'    the cases of one file\n  \
doorspec list --requirements --suite 2n     every row, and how it is tested\n  \
doorspec list --untested                    the rows that no case covers yet\n  \
doorspec list --matrix --format csv         requirement, cases, defects: for a spreadsheet")]
pub struct ListArgs {
    /// Only this suite (repeatable)
    #[arg(long, value_name = "SUITE")]
    pub suite: Vec<String>,
    /// List the cases of this folder instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
    /// Only what has an id that fits (repeatable; `*` stands for anything)
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,
    /// List requirements, each with how it is tested
    #[arg(long)]
    pub requirements: bool,
    /// List the requirements that no case covers, and that are not excluded either
    #[arg(long)]
    pub untested: bool,
    /// List each requirement with the cases that test it and the defects of the mock that break it, and back
    #[arg(long, conflicts_with_all = ["requirements", "untested"])]
    pub matrix: bool,
    /// Text for people, JSON for programs, CSV (of a matrix) for spreadsheets
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
    Csv,
}

/// Lists cases or requirements: exit 0, or 2 when a suite or a filter fits nothing.
///
/// # Errors
/// When the text cannot be written.
pub fn list(args: &ListArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let sources = match library::sources(args.cases.as_deref()) {
        Ok(sources) => sources,
        Err(error) => return library::usage(&error.to_string()),
    };
    let (catalogue, unread) = load(&sources);
    if !unread.is_empty() {
        let (some, are) = if unread.len() == 1 { ("mistake", "is") } else { ("mistakes", "are") };
        let message = format!("there {are} {} {some} in the cases, so that not all of them can be listed", unread.len());
        writeln!(io::stderr(), "warning: {message}\nhelp: `doorspec check` shows them")?;
    }
    let listed = library::suites(&catalogue, &args.suite).and_then(|suites| listed(args, &suites));
    match listed {
        Ok(text) => library::write_all(out, &text).map(|()| Exit::Conforms),
        Err(message) => library::usage(&message),
    }
}

/// The list as text. The error is a message for the user.
pub fn listed(args: &ListArgs, suites: &[&SuiteCatalogue]) -> Result<String, String> {
    let cases: Vec<&CatalogueCase> = suites.iter().flat_map(|suite| select(suite, &args.filter)).collect();
    let rows: Vec<Group<'_>> = suites.iter().flat_map(|suite| groups(suite, &args.filter, &cases)).collect();
    if !args.filter.is_empty() && cases.is_empty() && rows.is_empty() {
        return Err(format!("no case and no requirement fits `{}`", args.filter.join("`, `")));
    }
    let all: Vec<&Coverage<'_>> = rows.iter().flat_map(|group| &group.rows).collect();
    let of_rows = args.requirements || args.untested;
    Ok(match (of_rows, args.format) {
        (_, Format::Text) if args.matrix => matrix::as_text(suites, &all),
        (_, Format::Json) if args.matrix => matrix::as_json(suites, &all),
        (_, Format::Csv) if args.matrix => matrix::as_csv(suites, &all),
        (_, Format::Csv) => return Err("only a matrix is written as CSV\nhelp: `doorspec list --matrix --format csv`".to_owned()),
        (false, Format::Text) => cases_as_text(&cases),
        (false, Format::Json) => as_json("cases", cases.iter().map(|case| case_as_json(case)).collect()),
        (true, Format::Text) => rows_as_text(&rows, args.untested),
        (true, Format::Json) => {
            let rows = rows.iter().flat_map(|group| &group.rows).filter(|row| !args.untested || row.cover == Cover::Untested);
            as_json("requirements", rows.map(row_as_json).collect())
        }
    })
}

/// The rows of one area.
struct Group<'c> {
    prefix: &'c str,
    title: &'c str,
    rows: Vec<Coverage<'c>>,
}

/// Rows that fit by themselves; where none does, those that the chosen cases cite.
fn groups<'c>(suite: &'c SuiteCatalogue, filters: &[String], cases: &[&CatalogueCase]) -> Vec<Group<'c>> {
    let by_itself = |id: &RequirementId| filters.iter().any(|filter| fits(filter, &id.0));
    let named = suite.requirements.requirements.iter().any(|row| by_itself(&row.id));
    let cited: BTreeSet<&RequirementId> = cases.iter().flat_map(|case| &case.case.requirements).collect();
    let chosen = |id: &RequirementId| filters.is_empty() || if named { by_itself(id) } else { cited.contains(id) };
    let mut groups: Vec<Group<'c>> = suite
        .requirements
        .groups
        .iter()
        .map(|group| Group { prefix: &group.prefix, title: &group.title, rows: Vec::new() })
        .collect();
    for row in coverage(suite).into_iter().filter(|row| chosen(&row.requirement.id)) {
        if let Some(group) = groups.iter_mut().find(|group| group.prefix == row.requirement.id.group()) {
            group.rows.push(row);
        }
    }
    groups.retain(|group| !group.rows.is_empty());
    groups
}

fn fits(filter: &str, id: &str) -> bool {
    if !filter.contains('*') {
        return id.contains(filter);
    }
    let parts: Vec<String> = filter.split('*').map(regex::escape).collect();
    Regex::new(&format!("^{}$", parts.join(".*"))).is_ok_and(|pattern| pattern.is_match(id))
}

fn cases_as_text(cases: &[&CatalogueCase]) -> String {
    let width = cases.iter().map(|case| case.id.0.len()).max().unwrap_or_default().min(60);
    let mut text = String::new();
    for case in cases {
        writeln!(text, "{:width$}  {}", case.id.0, case.case.title).expect("a string takes what is written");
    }
    writeln!(text, "\n{}", counted(cases.len(), "case", "cases")).expect("a string takes what is written");
    text
}

fn rows_as_text(groups: &[Group<'_>], only_untested: bool) -> String {
    let mut text = String::new();
    let (mut covered, mut excluded, mut untested) = (0, 0, 0);
    for group in groups {
        let mut lines = String::new();
        for row in &group.rows {
            match row.cover {
                Cover::Cases(_) | Cover::Always => covered += 1,
                Cover::Excluded(_) => excluded += 1,
                Cover::Untested => untested += 1,
            }
            if !only_untested || row.cover == Cover::Untested {
                lines.push_str(&row_as_text(row, only_untested));
            }
        }
        if !lines.is_empty() {
            writeln!(text, "{}  {}\n{lines}", group.prefix, group.title).expect("a string takes what is written");
        }
    }
    let rows = counted(covered + excluded + untested, "requirement", "requirements");
    writeln!(text, "{rows}: {covered} covered, {excluded} excluded, {untested} untested")
        .expect("a string takes what is written");
    text
}

fn row_as_text(row: &Coverage<'_>, only_untested: bool) -> String {
    let strength = row.requirement.strength.word().to_uppercase();
    let how = match &row.cover {
        Cover::Cases(cases) => format!("covered by {}", counted(cases.len(), "case", "cases")),
        Cover::Always => "judged on every reply".to_owned(),
        Cover::Excluded(reason) => format!("excluded: {reason}"),
        Cover::Untested => "untested".to_owned(),
    };
    let how = if only_untested { String::new() } else { format!("\n      {how}") };
    format!("  {} {strength}  {}{how}\n", row.requirement.id, row.requirement.statement)
}

fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

fn as_json(key: &str, values: Vec<Value>) -> String {
    let text = serde_json::to_string_pretty(&json!({ key: values })).expect("values with names as keys can be written");
    format!("{text}\n")
}

fn case_as_json(case: &CatalogueCase) -> Value {
    json!({
        "id": case.id, "title": case.case.title, "requirements": case.case.requirements, "needs": case.needs,
        "risk": case.risk, "file": case.shown_file, "line": case.line
    })
}

fn row_as_json(row: &Coverage<'_>) -> Value {
    let (state, cases, reason) = match &row.cover {
        Cover::Cases(cases) => ("covered", cases.as_slice(), None),
        Cover::Always => ("always", [].as_slice(), None),
        Cover::Excluded(reason) => ("excluded", [].as_slice(), Some(*reason)),
        Cover::Untested => ("untested", [].as_slice(), None),
    };
    let requirement = row.requirement;
    json!({
        "id": requirement.id, "strength": requirement.strength, "statement": requirement.statement, "source": requirement.source,
        "state": state, "cases": cases, "excluded": reason
    })
}
