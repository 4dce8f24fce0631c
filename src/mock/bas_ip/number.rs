//! Deleting identifiers by type and number: the newest Android panels only.

use super::body::needed_list;
use super::defect::Defect;
use super::device::{Answer, Answered, Panel};
use super::fault::Fault;
use super::identifier::number_key;
use crate::mock::device::Request;
use serde_json::{Value, json};

impl Panel {
    /// `DELETE /access/identifiers?type=`, with `number=` for one or a body for several; a fault in any of them deletes none.
    pub(super) fn delete_by_number(&mut self, request: &Request) -> Answered {
        let kind = match request.query("type") {
            Some(kind) if self.nature.edition.types.contains(&kind) => kind,
            None if self.nature.wrong(Defect::NumberTypeOptional) => "card",
            Some(_) if self.nature.wrong(Defect::NumberAnyType) => "qr",
            None => return Err(Fault::Missing("type".into())),
            Some(_) => return Err(Fault::Said(400, "Wrong identifier type")),
        };
        if let Some(number) = request.query("number") {
            let row = self.delete_number(kind, number.to_owned())?;
            return Ok(Answer::Json(json!({"result": [row]})));
        }
        let numbers = self.numbers(request)?;
        if !self.nature.wrong(Defect::NumberBatchHalfApplied) {
            numbers.iter().try_for_each(|number| self.check_number(number.as_deref().unwrap_or_default()))?;
        }
        let mut rows = Vec::new();
        for number in numbers {
            let number = number.ok_or_else(|| Fault::Type("identifier_number".into()))?;
            rows.push(self.delete_number(kind, number)?);
        }
        Ok(Answer::Json(json!({ "result": rows })))
    }

    fn numbers(&self, request: &Request) -> Result<Vec<Option<String>>, Fault> {
        let object = self.object(request)?;
        let items = needed_list(&object, "list_items")?;
        if items.is_empty() && !self.nature.wrong(Defect::NumberEmptyBatchAccepted) {
            return Err(Fault::Said(400, "List cannot be empty"));
        }
        let number = |item: &Value| match item.get("identifier_number") {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        Ok(items.iter().map(number).collect())
    }

    fn check_number(&self, number: &str) -> Result<(), Fault> {
        let legible = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":-+/=".contains(&byte));
        if legible { Ok(()) } else { Err(Fault::Said(400, "Wrong identifier number")) }
    }

    fn delete_number(&mut self, kind: &str, number: String) -> Result<Value, Fault> {
        self.check_number(&number)?;
        let read = match i64::from_str_radix(&number, 16) {
            Ok(decimal) if self.nature.wrong(Defect::NumberReadAsHex) => decimal.to_string(),
            _ => number.clone(),
        };
        let of = |kind: &str| self.identifiers.uid_of_number(&number_key(kind, &read));
        let found = match of(kind) {
            None if self.nature.wrong(Defect::NumberTypeIgnored) => self.nature.edition.types.iter().find_map(|kind| of(kind)),
            found => found,
        };
        let kept = found.is_some() && self.nature.wrong(Defect::NumberDeleteKeeps);
        let gone = kept || found.is_some_and(|uid| self.identifiers.take_out(&self.nature, uid).is_some());
        let reason = if gone { "deleted" } else { "entity_not_found" };
        Ok(json!({"identifier_type": kind, "success": gone, "identifier_number": number, "extended_info": reason}))
    }
}
