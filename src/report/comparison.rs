//! Two records side by side, as text and as a page.

use askama::Template;

use crate::record::Record;
use crate::records::{Change, Class, Comparison, Difference};
use crate::report::plain::{clipped, counted, visible};
use crate::report::style::Style;
use crate::verdict::Verdict;

/// How many differences and cases of a change are named.
const SHOWN: usize = 6;

/// What changed from one record to another: what breaks first, each change once, with what shows it.
pub fn comparison(before: &Record, after: &Record, found: &Comparison, style: Style) -> String {
    let mut text = format!("before   {}\nafter    {}\n", named(before), named(after));
    text += &format!("cases    {} compared", found.compared);
    for (only, word) in [(&found.only_before, "before"), (&found.only_after, "after")] {
        if !only.is_empty() {
            text += &format!(", {} run only {word}", only.len());
        }
    }
    text += "\n\n";
    for change in &found.changes {
        text += &shown(change, style);
        text.push('\n');
    }
    text + &total(found) + "\n"
}

/// How many differences there are, and of which class.
fn total(found: &Comparison) -> String {
    let count = |class| found.changes.iter().filter(|change| change.class == class).count();
    let counts = [Class::Breaking, Class::Compatible, Class::Observed].map(|class| format!("{} {}", count(class), word(class)));
    format!("{}: {}", counted(found.changes.len() as u64, "difference", "differences"), counts.join(", "))
}

fn named(record: &Record) -> String {
    let identity = ["model", "firmware"].map(|name| record.target.identity.get(name).map(|value| visible(value)));
    let words: Vec<String> = [Some(visible(&record.target.url))].into_iter().chain(identity).flatten().collect();
    format!("{}  ({}, seed {})", words.join(", "), visible(&record.started), record.seed)
}

fn word(class: Class) -> &'static str {
    match class {
        Class::Breaking => "breaking",
        Class::Compatible => "compatible",
        Class::Observed => "observed",
    }
}

/// The verdict whose colour a class takes.
fn tone(class: Class) -> Verdict {
    match class {
        Class::Breaking => Verdict::Fail,
        Class::Compatible => Verdict::Pass,
        Class::Observed => Verdict::Observed,
    }
}

/// What a change is about: the functions that show it, or what stands in their place.
fn about(change: &Change) -> String {
    let about = match (change.functions.as_slice(), change.differences.first()) {
        ([], Some(difference)) => format!("{} {}", difference.kind, difference.at),
        ([], None) => counted(change.verdicts.len() as u64, "verdict", "verdicts"),
        (functions, _) if functions.len() > SHOWN => {
            format!("{} and {} more functions", functions[..SHOWN].join(", "), functions.len() - SHOWN)
        }
        (functions, _) => functions.join(", "),
    };
    visible(&about)
}

fn shown(change: &Change, style: Style) -> String {
    let named = format!("{}:", word(change.class));
    let mut text = format!("{} {}\n", style.verdict(tone(change.class), &named), style.bold(&about(change)));
    let line = |said: String| format!("   |  {}\n", clipped(&said, style.columns().saturating_sub(6)));
    for difference in change.differences.iter().take(SHOWN) {
        let place = format!("{} at {}", difference.kind, visible(&difference.at));
        text += &line(format!("{place}: {} -> {}", visible(&difference.before), visible(&difference.after)));
    }
    if change.differences.len() > SHOWN {
        text += &line(format!("and {} more places", change.differences.len() - SHOWN));
    }
    for verdict in change.verdicts.iter().take(SHOWN) {
        text += &line(format!("{} -> {}  {}", verdict.before.word(), verdict.after.word(), visible(&verdict.case)));
    }
    if change.verdicts.len() > SHOWN {
        text += &line(format!("and {} more verdicts", change.verdicts.len() - SHOWN));
    }
    if let Some(first) = change.cases.first() {
        let more = if change.cases.len() > 1 { format!(" and {} more", change.cases.len() - 1) } else { String::new() };
        text += &line(format!("shown by {}{more}", visible(first)));
    }
    text
}

#[derive(Template)]
#[template(path = "comparison.html", config = "src/report/askama.toml")]
struct Page {
    style: &'static str,
    tone: &'static str,
    headline: &'static str,
    total: String,
    sides: [(&'static str, String); 2],
    compared: String,
    changes: Vec<Shown>,
    only: Vec<(&'static str, Vec<String>)>,
}

/// A change, ready to be read.
struct Shown {
    tone: &'static str,
    class: &'static str,
    about: String,
    functions: Vec<String>,
    differences: Vec<[String; 4]>,
    verdicts: Vec<(String, &'static str, &'static str)>,
    cases: Vec<String>,
}

/// The same as one page that needs no other file and no network.
pub fn comparison_html(before: &Record, after: &Record, found: &Comparison) -> String {
    let (tone, headline) = match found.changes.first().map(|worst| worst.class) {
        None => ("good", "No difference"),
        Some(Class::Breaking) => ("bad", "Breaking changes"),
        Some(Class::Compatible) => ("good", "Compatible changes"),
        Some(Class::Observed) => ("doubt", "Other choices"),
    };
    let only = [("Run only before", &found.only_before), ("Run only after", &found.only_after)];
    let page = Page {
        style: concat!(include_str!("page.css"), include_str!("comparison.css")),
        tone,
        headline,
        total: total(found),
        sides: [("Before", named(before)), ("After", named(after))],
        compared: counted(found.compared as u64, "case", "cases"),
        changes: found.changes.iter().map(readable).collect(),
        only: only.into_iter().filter(|(_, cases)| !cases.is_empty()).map(|(title, cases)| (title, all_visible(cases))).collect(),
    };
    // Rendering into memory fails only where a value's own formatting does, and these are strings and numbers.
    page.render().expect("the page is made of strings and numbers")
}

fn readable(change: &Change) -> Shown {
    let difference = |one: &Difference| [one.kind.to_owned(), visible(&one.at), visible(&one.before), visible(&one.after)];
    Shown {
        tone: tone(change.class).word(),
        class: word(change.class),
        about: about(change),
        functions: if change.functions.len() > SHOWN { all_visible(&change.functions) } else { Vec::new() },
        differences: change.differences.iter().map(difference).collect(),
        verdicts: change.verdicts.iter().map(|one| (visible(&one.case), one.before.word(), one.after.word())).collect(),
        cases: all_visible(&change.cases),
    }
}

fn all_visible(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| visible(text)).collect()
}
