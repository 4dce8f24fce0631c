//! Which cases a run takes, where that follows from a record or from the CI job it runs in.

use std::collections::BTreeSet;
use std::path::Path;

use super::stored;
use crate::catalogue::SuiteCatalogue;
use crate::plan::Shard;
use crate::verdict::Verdict;

/// The cases that failed in a record, or that it could not judge.
pub(super) fn failed(path: &Path, suites: &[&SuiteCatalogue]) -> Result<BTreeSet<String>, String> {
    let record = stored::record(path)?;
    let is_unsettled = |verdict| matches!(verdict, Verdict::Inconclusive | Verdict::Error);
    let wanted = record.cases.iter().filter(|case| case.counts_as_failure(record.strict) || is_unsettled(case.verdict));
    let known = |id: &str| suites.iter().any(|suite| suite.cases.iter().any(|case| case.id.0 == id));
    let ids: BTreeSet<String> = wanted.map(|case| case.id.clone()).filter(|id| known(id)).collect();
    if ids.is_empty() {
        return Err(format!("nothing failed in {}: there is nothing to run again", path.display()));
    }
    Ok(ids)
}

/// The part of the cases that was asked for; `auto` takes it from what CI systems set.
pub(super) fn shard(text: Option<&str>) -> Result<Option<Shard>, String> {
    let Some(text) = text else { return Ok(None) };
    let wrong = |why: String| {
        let systems =
            "GitLab sets CI_NODE_INDEX and CI_NODE_TOTAL, or Kubernetes JOB_COMPLETION_INDEX (and you DOORSPEC_SHARD_TOTAL)";
        format!("{why}\nhelp: write e.g. `--shard 2/4`, or `--shard auto` where {systems}")
    };
    let (index, total) = if text == "auto" {
        shard_of_environment().map_err(wrong)?
    } else {
        let parts = text.split_once('/').and_then(|(index, total)| Some((index.parse().ok()?, total.parse().ok()?)));
        parts.ok_or_else(|| wrong(format!("`{text}` is no part of the cases")))?
    };
    Shard::new(index, total).map(Some).ok_or_else(|| wrong(format!("there is no part {index} of {total}")))
}

/// Which of how many, as GitLab counts (from 1) or as Kubernetes does (from 0).
fn shard_of_environment() -> Result<(u64, u64), String> {
    let number = |name: &str| -> Result<Option<u64>, String> {
        let Some(text) = std::env::var(name).ok().filter(|text| !text.is_empty()) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| format!("{name} is `{text}`, which is no number"))
    };
    match (number("CI_NODE_INDEX")?, number("CI_NODE_TOTAL")?) {
        (Some(index), Some(total)) => return Ok((index, total)),
        (Some(_), None) => return Err("CI_NODE_INDEX is set, but CI_NODE_TOTAL is not".to_owned()),
        _ => {}
    }
    match (number("JOB_COMPLETION_INDEX")?, number("DOORSPEC_SHARD_TOTAL")?) {
        (Some(index), Some(total)) => Ok((index + 1, total)),
        (Some(_), None) => Err("JOB_COMPLETION_INDEX is set, but DOORSPEC_SHARD_TOTAL is not".to_owned()),
        _ => Err("nothing says which part this is".to_owned()),
    }
}
