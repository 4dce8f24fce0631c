//! The rows of a link reply: what became of each item or id.

use super::defect::Defect;
use super::nature::Nature;
use super::quirk::Quirk;
use serde_json::{Map, Value, json};

/// What became of one item.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub link_id: Value,
    pub reason: &'static str,
}

impl Row {
    pub fn new(link_id: impl Into<Value>, reason: &'static str) -> Self {
        Self { link_id: link_id.into(), reason }
    }

    pub fn succeeded(&self) -> bool {
        matches!(self.reason, "created" | "updated" | "deleted")
    }

    fn object(&self, nature: &Nature) -> Map<String, Value> {
        let mut row = Map::new();
        row.insert("link_id".into(), self.link_id.clone());
        row.insert("success".into(), self.succeeded().into());
        row.insert("extended_info".into(), nature.edition.reason(self.reason).into());
        if nature.edition.duplicate_flag && nature.quirky(Quirk::DuplicateFlagEverywhere) {
            row.insert("has_dublicates".into(), false.into());
        }
        row
    }
}

/// The reply to an upsert.
pub(super) fn upsert(nature: &Nature, rows: Vec<Row>) -> Value {
    let rows = arranged(nature, rows).iter().map(|row| upsert_row(nature, row)).collect();
    reply(rows)
}

fn upsert_row(nature: &Nature, row: &Row) -> Value {
    let mut object = row.object(nature);
    if nature.edition.duplicate_flag || nature.wrong(Defect::DuplicateFlagElsewhere) {
        object.insert("has_dublicates".into(), false.into());
    }
    if nature.wrong(Defect::UpsertSuccessText) {
        object.insert("success".into(), row.succeeded().to_string().into());
    }
    if nature.wrong(Defect::UpsertEnumOk) && row.succeeded() {
        object.insert("extended_info".into(), "ok".into());
    }
    if nature.wrong(Defect::CreateSaysUpdated) && row.reason == "created" {
        object.insert("extended_info".into(), "updated".into());
    }
    if nature.wrong(Defect::UpdateSaysCreated) && row.reason == "updated" {
        object.insert("extended_info".into(), "created".into());
    }
    if nature.wrong(Defect::UpsertEchoLost) {
        object.insert("link_id".into(), Value::Null);
    }
    Value::Object(object)
}

/// The reply to a delete by link id.
pub(super) fn deletion(nature: &Nature, rows: Vec<Row>) -> Value {
    let mut rows = arranged(nature, rows);
    if nature.wrong(Defect::RowsForDeletedOnly) {
        rows.retain(Row::succeeded);
    }
    if nature.wrong(Defect::RowsCapped) {
        rows.truncate(2);
    }
    let first = rows.first().map(|row| row.link_id.clone()).unwrap_or_default();
    let mut values: Vec<Value> = rows.iter().map(|row| deletion_row(nature, row, &first)).collect();
    if nature.wrong(Defect::RowsSwapped) && values.len() > 1 {
        swap_outcomes(&mut values);
    }
    if nature.wrong(Defect::ResultMissing) {
        return json!({});
    }
    if nature.wrong(Defect::RowsAtRoot) {
        return Value::Array(values);
    }
    if nature.wrong(Defect::SingleRowNotListed) && values.len() == 1 {
        return json!({"result": values[0]});
    }
    if nature.wrong(Defect::EmptyResultObject) && values.is_empty() {
        return json!({"result": {}});
    }
    if nature.wrong(Defect::SuccessWithError) {
        return json!({"result": values, "error": ""});
    }
    reply(values)
}

fn deletion_row(nature: &Nature, row: &Row, first: &Value) -> Value {
    let mut object = row.object(nature);
    write_wrong_values(nature, row, &mut object);
    if nature.wrong(Defect::EchoFirst) {
        object.insert("link_id".into(), first.clone());
    }
    if nature.wrong(Defect::EchoNil) {
        object.insert("link_id".into(), "00000000-0000-0000-0000-000000000000".into());
    }
    if nature.wrong(Defect::EchoWithoutHyphens) {
        object.insert("link_id".into(), row.link_id.as_str().unwrap_or_default().replace('-', "").into());
    }
    if nature.wrong(Defect::EchoNull) {
        object.insert("link_id".into(), Value::Null);
    }
    for (defect, key) in [
        (Defect::RowWithoutReason, "extended_info"),
        (Defect::RowWithoutLinkId, "link_id"),
        (Defect::RowWithoutSuccess, "success"),
    ] {
        if nature.wrong(defect) {
            object.shift_remove(key);
        }
    }
    Value::Object(object)
}

fn write_wrong_values(nature: &Nature, row: &Row, object: &mut Map<String, Value>) {
    let gone = row.succeeded();
    let wrongs: [(Defect, bool, &str, Value); 13] = [
        (Defect::SuccessText, true, "success", gone.to_string().into()),
        (Defect::SuccessInteger, true, "success", i32::from(gone).into()),
        (Defect::DuplicateFlagText, true, "has_dublicates", "false".into()),
        (Defect::DeletedButFalse, gone, "success", false.into()),
        (Defect::NotFoundButTrue, !gone, "success", true.into()),
        (Defect::CreatedInDelete, gone, "extended_info", "created".into()),
        (Defect::UpdatedInDelete, gone, "extended_info", "updated".into()),
        (Defect::EnumCapital, gone, "extended_info", "Deleted".into()),
        (Defect::EnumHyphens, !gone, "extended_info", "entity-not-found".into()),
        (Defect::EnumNotFound, !gone, "extended_info", "not_found".into()),
        (Defect::EnumDuplicates, row.reason == "has_duplicates", "extended_info", "has_duplicates".into()),
        (Defect::EnumInteger, true, "extended_info", i32::from(!gone).into()),
        (Defect::UnknownFailure, !gone, "extended_info", "number_taken_by_another_identifier".into()),
    ];
    for (defect, applies, key, value) in wrongs {
        if applies && nature.wrong(defect) {
            object.insert(key.into(), value);
        }
    }
}

fn swap_outcomes(rows: &mut [Value]) {
    let (first, last) = (rows[0]["link_id"].clone(), rows[rows.len() - 1]["link_id"].clone());
    let end = rows.len() - 1;
    rows[0]["link_id"] = last;
    rows[end]["link_id"] = first;
}

/// The rows in the number and order that this panel gives them.
pub(super) fn arranged(nature: &Nature, mut rows: Vec<Row>) -> Vec<Row> {
    if nature.quirky(Quirk::OneRowPerId) {
        let mut seen = std::collections::HashSet::new();
        rows.retain(|row| seen.insert(row.link_id.to_string().to_ascii_lowercase()));
    }
    if nature.quirky(Quirk::RowsReversed) {
        rows.reverse();
    }
    if nature.quirky(Quirk::RowsSorted) {
        rows.sort_by_key(|row| row.link_id.to_string());
    }
    rows
}

fn reply(rows: Vec<Value>) -> Value {
    json!({ "result": rows })
}

/// The reply of the sibling families: the rows as they are.
pub(super) fn plain(nature: &Nature, rows: Vec<Row>) -> Value {
    reply(arranged(nature, rows).iter().map(|row| Value::Object(row.object(nature))).collect())
}

/// The reply to call forwards.
pub(super) fn forwards(nature: &Nature, rows: Vec<Row>) -> Value {
    let mut value = plain(nature, rows);
    if nature.wrong(Defect::ForwardEnumNotFound) {
        value["result"].as_array_mut().into_iter().flatten().for_each(|row| {
            if row["extended_info"] == "entity_not_found" {
                row["extended_info"] = "not_found".into();
            }
        });
    }
    value
}
