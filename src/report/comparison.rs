//! Two records side by side, as text.

use crate::record::Record;
use crate::records::{Change, Class, Comparison};
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
    let count = |class| found.changes.iter().filter(|change| change.class == class).count();
    let counts = [Class::Breaking, Class::Compatible, Class::Observed].map(|class| format!("{} {}", count(class), word(class)));
    let all = counted(found.changes.len() as u64, "difference", "differences");
    text + &format!("{all}: {}\n", counts.join(", "))
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

fn shown(change: &Change, style: Style) -> String {
    let tone = match change.class {
        Class::Breaking => Verdict::Fail,
        Class::Compatible => Verdict::Pass,
        Class::Observed => Verdict::Observed,
    };
    let about = match (change.functions.as_slice(), change.differences.first()) {
        ([], Some(difference)) => format!("{} {}", difference.kind, difference.at),
        ([], None) => counted(change.verdicts.len() as u64, "verdict", "verdicts"),
        (functions, _) => functions.join(", "),
    };
    let mut text = format!("{} {}\n", style.verdict(tone, &format!("{}:", word(change.class))), style.bold(&visible(&about)));
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
