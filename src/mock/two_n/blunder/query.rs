//! What goes wrong around `query`.

use super::super::defect::Defect;
use super::super::directory::Directory;
use super::super::failure::Failure;
use super::super::function::Function::Query;
use super::super::members::{omit, put, replace};
use super::shared::{beside_name, list, result, rows};
use super::{After, Before, Keys};
use serde_json::{Value, json};

pub(super) const BEFORE: &[Before] = &[
    (Defect::QueryZeroIsEnd, Query, |keys, directory| {
        if keys.get("iterator").is_some_and(|iterator| iterator["timestamp"] == json!(0)) {
            keys.insert("iterator".into(), json!({ "timestamp": directory.stamp }));
        }
    }),
    (Defect::QueryIgnoresIterator, Query, |keys, _| omit(keys, "iterator")),
    (Defect::QueryBeyondStartsOver, Query, |keys, directory| {
        if stamp_of(keys).is_some_and(|stamp| stamp > directory.stamp) {
            keys.shift_remove("iterator");
        }
    }),
    (Defect::QueryStaleListsAll, Query, |keys, directory| {
        if is_stale(keys, &directory.series) {
            keys.shift_remove("series");
            keys.shift_remove("iterator");
        }
    }),
    (Defect::QueryFieldsIgnored, Query, |keys, _| omit(keys, "fields")),
    (Defect::QueryUnknownFieldBringsAll, Query, |keys, directory| {
        let fields = keys.get("fields").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let top = |name: &str| name.split(['.', '[']).next().unwrap_or_default().to_owned();
        if fields.map(top).any(|top| !directory.template.contains_key(&top)) {
            keys.insert("fields".into(), json!([]));
        }
    }),
];

pub(super) const AFTER: &[After] = &[
    (Defect::QueryHidesNewest, Query, |outcome, _, _| list(outcome, |users| users.truncate(users.len().saturating_sub(1)))),
    (Defect::QueryTwentyAtMost, Query, |outcome, _, _| list(outcome, |users| users.truncate(20))),
    (Defect::QueryHidesUnowned, Query, |outcome, _, directory| {
        let unowned = |user: &Value| {
            let uuid = user["uuid"].as_str().unwrap_or_default().to_ascii_uppercase();
            directory.find(&uuid).is_some_and(|entry| entry.owner().is_empty())
        };
        list(outcome, |users| users.retain(|user| !unowned(user)))
    }),
    (Defect::QueryNameBringsOwner, Query, |outcome, keys, directory| beside_name(outcome, keys, directory, "owner")),
    (Defect::QueryBeyondWithoutHighest, Query, |outcome, keys, directory| {
        let beyond = is_beyond(keys, directory);
        if beyond { result(outcome, |result| omit(result, "timestamp")) } else { outcome }
    }),
    (Defect::QueryBeyondSaysZero, Query, |outcome, keys, directory| {
        let beyond = is_beyond(keys, directory);
        if beyond { result(outcome, |result| replace(result, "timestamp", json!(0))) } else { outcome }
    }),
    (Defect::QueryStaleHidesHighest, Query, |outcome, keys, directory| {
        let stale = is_stale(keys, &directory.series);
        if stale { result(outcome, |result| omit(result, "timestamp")) } else { outcome }
    }),
    (Defect::QueryStaleSaysZero, Query, |outcome, keys, directory| {
        let stale = is_stale(keys, &directory.series);
        if stale { result(outcome, |result| replace(result, "timestamp", json!(0))) } else { outcome }
    }),
    (Defect::QueryWithoutSeries, Query, |outcome, _, _| result(outcome, |result| omit(result, "series"))),
    (Defect::QueryWithoutStamps, Query, |outcome, _, _| rows(outcome, |row| omit(row, "timestamp"))),
    (Defect::QueryHighestIsCount, Query, |outcome, _, directory| {
        let count = directory.keys_where(|_| true).len();
        result(outcome, |result| replace(result, "timestamp", json!(count)))
    }),
    (Defect::QueryOwnSeriesIsStale, Query, |outcome, keys, directory| match keys.get("series") {
        Some(Value::String(series)) if *series == directory.series => {
            Ok(json!({ "series": directory.series, "timestamp": directory.stamp, "invalid": 0 }))
        }
        _ => outcome,
    }),
    (Defect::QueryEchoesSeries, Query, |outcome, keys, directory| {
        let stale = is_stale(keys, &directory.series);
        if stale { result(outcome, |result| put(result, "series", keys["series"].clone())) } else { outcome }
    }),
    (Defect::QueryStaleWithoutHighest, Query, |outcome, keys, directory| {
        let stale = is_stale(keys, &directory.series);
        result(outcome, |result| result.retain(|name, _| !stale || name == "series"))
    }),
    (Defect::QueryEmptyIteratorRefused, Query, |outcome, keys, _| match keys.get("iterator") {
        Some(Value::Object(iterator)) if iterator.is_empty() => Err(Failure::new(12).of("iterator")),
        _ => outcome,
    }),
    (Defect::QueryDoubles, Query, |outcome, _, _| list(outcome, |users| users.extend(users.last().cloned()))),
    (Defect::QueryMovesStamp, Query, |outcome, _, directory| {
        if let Some(newest) = directory.keys_where(|_| true).last() {
            directory.touch(newest);
        }
        outcome
    }),
];

fn stamp_of(keys: &Keys) -> Option<u64> {
    keys.get("iterator")?.get("timestamp")?.as_u64()
}

fn is_beyond(keys: &Keys, directory: &Directory) -> bool {
    !is_stale(keys, &directory.series) && stamp_of(keys).is_some_and(|stamp| stamp > directory.stamp)
}

fn is_stale(keys: &Keys, series: &str) -> bool {
    keys.get("series").and_then(Value::as_str).is_some_and(|sent| sent != series)
}
