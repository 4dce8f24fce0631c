//! Call forwards, addressed by an integer on newer panels and by a uuid on older ones.

use super::body::{integer, list_items, needed_list};
use super::defect::Defect;
use super::device::{Answer, Answered, Panel};
use super::draft::uuid_shaped;
use super::fault::Fault;
use super::listing::{Cell, Field, Shape, page};
use super::row::{self, Row};
use crate::mock::device::Request;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The forwards, by forward number.
#[derive(Debug, Default)]
pub(super) struct Forwards(BTreeMap<i64, Forward>);

#[derive(Debug, Clone, PartialEq)]
struct Forward {
    number: i64,
    link_id: Value,
    entities: Value,
}

const FIELDS: &[Field] = &[Field { name: "forward_number", is_number: true, options: &[] }];

impl Forward {
    fn item(&self) -> Value {
        json!({"forward_number": self.number, "forward_entity_list": self.entities, "link_id": self.link_id})
    }
}

impl Forwards {
    pub fn state(&self) -> Value {
        self.0.values().map(Forward::item).collect()
    }
}

impl Panel {
    fn is_forward_id(&self, id: &Value) -> bool {
        let integers = self.nature.edition.integer_forwards && !self.nature.wrong(Defect::ForwardUuidOnly);
        if integers { id.is_i64() } else { id.as_str().is_some_and(uuid_shaped) }
    }

    /// `GET /forward/items` and `GET /forward/items/link`.
    pub(super) fn list_forwards(&self, request: &Request) -> Answered {
        let cell = |one: &Forward, field: &str| (field == "forward_number").then_some(Cell::Number(one.number));
        let rows = self.forwards.0.values().collect();
        let page = page(&self.nature, request, rows, &Shape { fields: FIELDS, cell: &cell, strict: true }, 0)?;
        let items = page.rows.iter().map(|one| one.item()).collect();
        Ok(Answer::Json(self.listed(page.option, items)))
    }

    /// `POST /forward/items/link`: a forward is the same when its number is.
    pub(super) fn upsert_forwards(&mut self, request: &Request) -> Answered {
        let object = self.object(request)?;
        let drafts: Vec<Forward> =
            list_items(&self.nature, &object)?.iter().map(|item| self.forward_draft(item)).collect::<Result<_, _>>()?;
        let mut rows = Vec::new();
        for draft in drafts {
            let link_id = draft.link_id.clone();
            let known = self.forwards.0.insert(draft.number, draft).is_some();
            rows.push(Row::new(link_id, if known { "updated" } else { "created" }));
        }
        Ok(Answer::Json(row::forwards(&self.nature, rows)))
    }

    fn forward_draft(&self, item: &Value) -> Result<Forward, Fault> {
        let item: &Map<String, Value> = item.as_object().ok_or_else(|| Fault::Type("list_items".into()))?;
        let number = integer(item, "forward_number")?.ok_or_else(|| Fault::Missing("forward_number".into()))?;
        let link_id = item.get("link_id").ok_or_else(|| Fault::Missing("link_id".into()))?.clone();
        if !self.is_forward_id(&link_id) {
            return Err(Fault::Type("link_id".into()));
        }
        let entities = item.get("forward_entity_list").cloned().unwrap_or_else(|| json!([]));
        Ok(Forward { number, link_id, entities })
    }

    /// `DELETE /forward/items/link`.
    pub(super) fn delete_forward_links(&mut self, request: &Request) -> Answered {
        let object = self.object(request)?;
        let ids = needed_list(&object, "link_ids")?;
        if !ids.iter().all(|id| self.is_forward_id(id)) {
            return Err(Fault::Type("link_ids".into()));
        }
        let rows = ids.iter().map(|id| self.delete_forward(id)).collect();
        Ok(Answer::Json(row::forwards(&self.nature, rows)))
    }

    fn delete_forward(&mut self, id: &Value) -> Row {
        let number = self.forwards.0.values().find(|forward| forward.link_id == *id).map(|forward| forward.number);
        match number.and_then(|number| self.forwards.0.remove(&number)) {
            Some(_) => Row::new(id.clone(), "deleted"),
            None => Row::new(id.clone(), "entity_not_found"),
        }
    }
}
