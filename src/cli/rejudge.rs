//! `doorspec rejudge`: the recorded exchanges of a run, judged again.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::args::{Color, JunitDialect};
use super::format::Formats;
use super::run::{Wrong, cases};
use super::{library, stored, style};
use crate::catalogue::{Catalogue, SuiteCatalogue};
use crate::record::{CaseRecord, Record};
use crate::records::{exit, sum_up, waive};
use crate::report;
use crate::runner;
use crate::verdict::{Exit, Verdict};

/// `doorspec rejudge`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  doorspec rejudge reports/latest                   with the cases of this doorspec\n  \
doorspec rejudge record.json --cases cases        with the cases you are writing, without a device\n  \
doorspec rejudge reports/latest --format tap      another report of a run that is over")]
pub struct RejudgeArgs {
    /// The record of a run (`record.json` or its folder)
    pub record: PathBuf,
    /// Judge by the cases of this folder instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
    /// Failures that are agreed on, in place of the waivers of the record
    #[arg(long, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
    /// A folder for record.json, junit.xml and report.html of the new judgement
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The JUnit of `--out`: what most tools read, or what fits the Jenkins xUnit schema to the letter
    #[arg(long, value_enum, default_value_t = JunitDialect::Common)]
    pub junit_dialect: JunitDialect,
    #[command(flatten)]
    pub formats: Formats,
    /// Colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// Judges again, says what is found and which verdicts changed, and ends as a run would.
///
/// # Errors
/// When the text cannot be written.
pub async fn rejudge(args: &RejudgeArgs, out: &mut dyn Write) -> io::Result<Exit> {
    if let Err(message) = args.formats.check() {
        return library::usage(&message);
    }
    let mut own = None;
    let catalogue = match cases(args.cases.as_deref(), &mut own) {
        Ok(catalogue) => catalogue,
        Err(Wrong(message)) => return library::usage(&message),
    };
    let (old, new) = match again(args, catalogue).await {
        Ok(both) => both,
        Err(message) => return library::usage(&message),
    };
    let written = args.out.as_deref().map_or(Ok(()), |folder| stored::write_reports(&new, folder, args.junit_dialect.into()));
    if let Err(message) = written.and_then(|()| args.formats.write(&new)) {
        return library::usage(&message);
    }
    let style = style::of(args.color);
    let text = format!("{}{}\n{}", report::failures(&new, style), report::summary(&new, style), changes(&old, &new));
    args.formats.tell(&new, &text, out)?;
    Ok(exit(&new))
}

/// The record as it is and as it is judged now.
async fn again(args: &RejudgeArgs, catalogue: &Catalogue) -> Result<(Record, Record), String> {
    let old = stored::record(&args.record)?;
    let waivers = match &args.waivers {
        Some(file) => stored::waivers(file)?,
        None => old.waivers.iter().map(|one| one.waiver.clone()).collect(),
    };
    let of_record = |name: &String| {
        catalogue.suites.get(name).ok_or_else(|| format!("the record is of the suite `{name}`, which there is not"))
    };
    let suites: Vec<&SuiteCatalogue> = old.suites.iter().map(of_record).collect::<Result<_, _>>()?;
    let mut new = old.clone();
    new.cases.clear();
    new.requirements.clear();
    new.selection.not_applicable.clear();
    for suite in &suites {
        new.cases.extend(runner::rejudge(suite, &old).await?);
        new.requirements.extend(runner::requirements(suite));
    }
    for case in new.cases.iter().filter(|case| case.verdict == Verdict::NotApplicable && case.exchanges.is_empty()) {
        *new.selection.not_applicable.entry(case.reason.clone().unwrap_or_default()).or_insert(0) += 1;
    }
    new.selection.known = suites.iter().map(|suite| suite.cases.len() as u64).sum();
    new.selection.left_out = new.selection.known.saturating_sub(new.cases.len() as u64);
    sum_up(&mut new);
    waive(&mut new, waivers, &|id| catalogue.case(id).is_some());
    Ok((old, new))
}

/// Which verdicts are others now.
fn changes(old: &Record, new: &Record) -> String {
    let verdict = |case: &CaseRecord| if case.waived.is_some() { "waived" } else { case.verdict.word() };
    let mut text = String::new();
    for was in &old.cases {
        let Some(is) = new.cases.iter().find(|case| case.id == was.id) else { continue };
        if verdict(was) != verdict(is) {
            text.push_str(&format!("  {} -> {}  {}\n", verdict(was), verdict(is), report::visible(&was.id)));
        }
    }
    if text.is_empty() { "every verdict is as it was in the run\n".to_owned() } else { format!("verdicts that changed\n{text}") }
}
