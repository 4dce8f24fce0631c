//! Deleting identifiers by link id: the operation this suite is centred on.

use super::defect::Defect;
use super::device::{Answer, Answered, Panel};
use super::draft::uuid_shaped;
use super::fault::Fault;
use super::identifier::{Identifier, link_key};
use super::quirk::Quirk;
use super::row::{self, Row};
use crate::mock::device::Request;
use serde_json::{Map, Value};
use std::collections::HashSet;

const NIL: &str = "00000000-0000-0000-0000-000000000000";
const MAX: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";

impl Panel {
    /// `DELETE /access/identifier/items/link`: removes each id that is known, and says for each what became of it.
    pub(super) fn delete_links(&mut self, request: &Request) -> Answered {
        if self.nature.wrong(Defect::DeleteBodyIgnored) {
            return Ok(Answer::Json(row::deletion(&self.nature, Vec::new())));
        }
        let ids = self.named_ids(request)?;
        self.check_elements(&ids)?;
        if self.nature.wrong(Defect::UnknownFailsBatch) && ids.len() > 1 && ids.iter().any(|id| self.uid_named(id).is_none()) {
            return Err(Fault::Body);
        }
        if repeats(&ids) && self.nature.wrong(Defect::RepeatedIdDeletes) {
            drop(self.delete_each(ids));
            return Err(Fault::Body);
        }
        let rows = self.delete_each(ids);
        self.told(rows)
    }

    fn told(&self, rows: Vec<Row>) -> Answered {
        if self.nature.wrong(Defect::UnknownId404) && rows.iter().any(|row| !row.succeeded()) {
            return Err(Fault::Said(404, "Identifier not found"));
        }
        if self.nature.wrong(Defect::DeleteEmptyReply) {
            return Ok(Answer::Nothing(204));
        }
        let status = if self.nature.wrong(Defect::DeleteStatus202) { 202 } else { 200 };
        Ok(Answer::Status(status, row::deletion(&self.nature, rows)))
    }

    /// `POST /access/identifiers/link/delete`: the other route to the same.
    pub(super) fn delete_links_elsewhere(&mut self, request: &Request) -> Answered {
        let answer = self.delete_links(request)?;
        let failed = |rows: &Value| rows["result"].as_array().is_some_and(|rows| rows.iter().any(|row| row["success"] == false));
        match answer {
            Answer::Status(_, rows) if self.nature.wrong(Defect::AlternateRouteDiffers) && failed(&rows) => {
                Err(Fault::Said(404, "Identifier not found"))
            }
            answer => Ok(answer),
        }
    }

    fn delete_each(&mut self, ids: Vec<Value>) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let count = ids.len();
        for (index, id) in ids.into_iter().enumerate() {
            let is_last = index > 0 && index + 1 == count;
            let row = if self.only_says_so(&id, is_last, &rows) { Row::new(id, "deleted") } else { self.delete_link(id, &rows) };
            rows.push(row);
            if self.ends_after(rows.last()) {
                break;
            }
        }
        rows
    }

    /// True when the row says deleted without anything being done for it.
    fn only_says_so(&self, id: &Value, is_last: bool, before: &[Row]) -> bool {
        if self.nature.quirky(Quirk::DuplicatesBothDeleted)
            && before.iter().any(|row| row.succeeded() && same_id(&row.link_id, id))
        {
            return true;
        }
        is_last && self.nature.wrong(Defect::LastOfBatchKept) && self.uid_named(id).is_some()
    }

    fn ends_after(&self, row: Option<&Row>) -> bool {
        let failed = row.is_some_and(|row| !row.succeeded());
        (failed && self.nature.wrong(Defect::StopsAtFirstUnknown)) || self.nature.wrong(Defect::OnlyFirstDeleted)
    }

    fn delete_link(&mut self, id: Value, before: &[Row]) -> Row {
        match self.uid_named(&id) {
            Some(uid) => {
                let shown = self.echo(id, uid);
                self.remove(uid);
                Row::new(shown, "deleted")
            }
            None if self.nature.wrong(Defect::EnumDuplicates) && before.iter().any(|row| same_id(&row.link_id, &id)) => {
                Row::new(id, "has_duplicates")
            }
            None if self.nature.wrong(Defect::UnknownSaysDeleted) => Row::new(id, "deleted"),
            None if self.nature.wrong(Defect::UnknownSaysCreated) => Row::new(id, "created"),
            None if self.nature.wrong(Defect::SecondSaysDeleted) && self.was_deleted(&id) => Row::new(id, "deleted"),
            None if self.nature.quirky(Quirk::OddElementVerbatim) => Row::new(id, self.unknown_word()),
            None => Row::new(as_text(id), self.unknown_word()),
        }
    }

    fn unknown_word(&self) -> &'static str {
        if self.nature.quirky(Quirk::NotFoundWord) && self.nature.edition.reasons.contains(&"not_found") {
            "not_found"
        } else {
            "entity_not_found"
        }
    }

    fn echo(&self, id: Value, uid: i64) -> Value {
        if self.nature.quirky(Quirk::EchoUpperCase) {
            return id.as_str().map(str::to_ascii_uppercase).into();
        }
        if self.nature.quirky(Quirk::EchoAsStored) {
            return self.identifiers.get(uid).and_then(|identifier| identifier.link_id.clone()).into();
        }
        id
    }

    /// The uid that an element of `link_ids` addresses.
    fn uid_named(&self, id: &Value) -> Option<i64> {
        if self.nature.wrong(Defect::NumberDeletesUid) && id.is_i64() {
            return id.as_i64().filter(|uid| self.identifiers.get(*uid).is_some());
        }
        let id = id.as_str()?;
        if self.nature.wrong(Defect::TailMatched) {
            let end = tail(id)?;
            return self
                .first_uid(|one| one.link_id.as_deref().and_then(tail).is_some_and(|tail| tail.eq_ignore_ascii_case(end)));
        }
        let known = self.identifiers.uid_of_link(&self.link_key(id));
        if known.is_none() && self.nature.wrong(Defect::NumberAsLinkId) {
            return self.first_uid(|one| one.number.eq_ignore_ascii_case(id));
        }
        known
    }

    fn first_uid(&self, holds: impl Fn(&Identifier) -> bool) -> Option<i64> {
        self.identifiers.all().find(|one| holds(one)).map(|one| one.uid)
    }

    fn check_elements(&mut self, ids: &[Value]) -> Result<(), Fault> {
        self.overreach(ids);
        let refused = |id: &Value| match id {
            Value::String(text) if self.nature.wrong(Defect::OnlyVersion4) => uuid_shaped(text) && text.as_bytes()[14] != b'4',
            Value::String(text)
                if self.nature.quirky(Quirk::NilRefused) && [NIL, MAX].contains(&text.to_ascii_lowercase().as_str()) =>
            {
                true
            }
            Value::String(text) => self.nature.quirky(Quirk::NonUuidRefused) && !uuid_shaped(text),
            Value::Number(_) if self.nature.wrong(Defect::NumberDeletesUid) => false,
            _ => !self.nature.quirky(Quirk::OddElementAsRow) && !self.nature.quirky(Quirk::OddElementVerbatim),
        };
        if !ids.iter().any(refused) {
            return Ok(());
        }
        if self.nature.wrong(Defect::NullElementCrash) && ids.contains(&Value::Null) {
            return Err(Fault::Crash);
        }
        if self.nature.wrong(Defect::HalfApplied) {
            ids.iter().filter_map(|id| self.uid_named(id)).collect::<Vec<_>>().into_iter().for_each(|uid| self.remove(uid));
        }
        Err(Fault::Type("link_ids".into()))
    }

    pub(super) fn check_link_list(&mut self, ids: &[Value]) -> Result<(), Fault> {
        if ids.is_empty() && self.nature.quirky(Quirk::EmptyListCannotBe) {
            return Err(Fault::Said(400, "List cannot be empty"));
        }
        if ids.is_empty() && self.nature.quirky(Quirk::EmptyListWrongBody) {
            return Err(Fault::Body);
        }
        if ids.is_empty() && self.nature.wrong(Defect::EmptyListCrash) {
            return Err(Fault::Crash);
        }
        if ids.len() > 20 && self.nature.wrong(Defect::FiftyRefused) {
            return Err(Fault::TooLarge);
        }
        if ids.len() > 1000 && self.nature.quirky(Quirk::ThousandIdsAtMost) {
            return Err(Fault::TooLarge);
        }
        Ok(())
    }

    fn was_deleted(&self, id: &Value) -> bool {
        id.as_str().is_some_and(|id| self.identifiers.gone.contains(&self.link_key(id)))
    }

    pub(super) fn link_key(&self, id: &str) -> String {
        link_key(&self.nature, id)
    }

    /// The elements of `link_ids`, whatever they are.
    fn named_ids(&mut self, request: &Request) -> Result<Vec<Value>, Fault> {
        if let Some(id) = request.query("link_ids").filter(|_| self.nature.wrong(Defect::QueryIdsTaken)) {
            return Ok(vec![id.into()]);
        }
        let object = self.object(request)?;
        let ids = self.list_named(&object)?;
        self.check_link_list(&ids)?;
        Ok(ids)
    }

    fn list_named(&mut self, object: &Map<String, Value>) -> Result<Vec<Value>, Fault> {
        let wrong = |defect| self.nature.wrong(defect);
        let known = object.get("link_ids").or_else(|| misspelt(object).filter(|_| wrong(Defect::MisspeltKeyTaken)));
        match known.cloned() {
            Some(Value::Array(ids)) if ids.is_empty() && wrong(Defect::EmptyListDeletesAll) => {
                self.remove_where(|_| true);
                Ok(ids)
            }
            Some(Value::Array(ids)) if wrong(Defect::NestedListFlattened) => Ok(ids.into_iter().flat_map(flattened).collect()),
            Some(Value::Array(ids)) => Ok(ids),
            Some(_) if wrong(Defect::WrongType422) => Err(Fault::Said(422, "Wrong JSON body")),
            Some(Value::String(id)) if wrong(Defect::StringAsList) => Ok(vec![id.into()]),
            Some(Value::Object(ids)) if wrong(Defect::ObjectAsList) => Ok(ids.into_iter().map(|(_, id)| id).collect()),
            Some(Value::Number(_)) if wrong(Defect::NumberAsList) => Ok(Vec::new()),
            Some(Value::Bool(_)) if wrong(Defect::BooleanAsList) => Ok(Vec::new()),
            Some(Value::Null) if wrong(Defect::NullCrash) => Err(Fault::Crash),
            Some(Value::Null) if wrong(Defect::NullDeletesLocal) => {
                self.remove_where(|link_id| link_id.is_none());
                Ok(Vec::new())
            }
            Some(Value::Null) if self.nature.quirky(Quirk::NullIsMissing) => Err(Fault::Missing("link_ids".into())),
            Some(_) => Err(Fault::Type("link_ids".into())),
            None if wrong(Defect::MissingIdsDeletesAll) => {
                self.remove_where(|_| true);
                Ok(Vec::new())
            }
            None if wrong(Defect::MissingIds404) => Err(Fault::Said(404, "Not found")),
            None if wrong(Defect::MissingIdsText) => Err(Fault::Said(400, "link_ids is required")),
            None if wrong(Defect::MissingIdsOtherName) => Err(Fault::Missing("ids".into())),
            None if self.nature.quirky(Quirk::MissingIsWrongBody) => Err(Fault::Body),
            None => Err(Fault::Missing("link_ids".into())),
        }
    }

    /// What defective panels delete although nobody named it.
    fn overreach(&mut self, ids: &[Value]) {
        let names = |text: &str| ids.iter().any(|id| id.as_str().is_some_and(|id| id.eq_ignore_ascii_case(text)));
        let local = (ids.contains(&Value::Null) && self.nature.wrong(Defect::NullElementDeletesLocal))
            || (names("") && self.nature.wrong(Defect::EmptyIdDeletesLocal))
            || (names(NIL) && self.nature.wrong(Defect::NilDeletesLocal));
        if local {
            self.remove_where(|link_id| link_id.is_none());
        }
        if names(MAX) && self.nature.wrong(Defect::MaxDeletesAll) {
            self.remove_where(|_| true);
        }
        if self.nature.wrong(Defect::ApartmentIdDeletes) {
            ids.iter().filter_map(Value::as_str).for_each(|id| drop(self.apartments.remove_link(id)));
        }
        if self.nature.wrong(Defect::ShortIdDeletes) {
            let stems: Vec<&str> = ids.iter().filter_map(Value::as_str).filter(|id| (3..36).contains(&id.len())).collect();
            self.remove_where(|link_id| link_id.is_some_and(|id| stems.iter().any(|stem| id.starts_with(stem))));
        }
    }

    pub(super) fn remove_where(&mut self, holds: impl Fn(Option<&str>) -> bool) {
        for uid in self.identifiers.uids_where(|identifier| holds(identifier.link_id.as_deref())) {
            self.identifiers.take_out(&self.nature, uid);
        }
    }

    /// Removes one identifier; a defective panel also does what it should not, or does not do what it says.
    fn remove(&mut self, uid: i64) {
        if self.nature.wrong(Defect::DeletedStaysListed) {
            return;
        }
        let Some(removed) = self.identifiers.take_out(&self.nature, uid) else { return };
        self.removals += 1;
        if let Some(link_id) = removed.link_id.as_deref() {
            let key = self.link_key(link_id);
            self.identifiers.gone.insert(key);
        }
        if self.nature.wrong(Defect::PrefixNeighboursDeleted) {
            let stem = removed.link_id.as_deref().unwrap_or_default().get(..8).unwrap_or("?").to_owned();
            self.remove_where(|link_id| link_id.is_some_and(|id| id.starts_with(&stem)));
        }
        if self.nature.wrong(Defect::SameOwnerDeleted) {
            let twins = self.identifiers.uids_where(|other| other.owner_name == removed.owner_name);
            twins.into_iter().for_each(|uid| drop(self.identifiers.take_out(&self.nature, uid)));
        }
        if self.nature.wrong(Defect::ApartmentDeletedToo) {
            self.apartments.remove_uid(removed.apartment.unwrap_or(-1));
        }
        if self.nature.wrong(Defect::ProfilesDeletedToo) {
            removed.profiles.iter().for_each(|uid| drop(self.profiles.remove_uid(*uid)));
        }
        if let Some(next) = self.identifiers.get_mut(uid + 1).filter(|_| self.nature.wrong(Defect::NeighbourChanged)) {
            next.lock = "all".into();
        }
        if self.nature.wrong(Defect::DeletedStillReadable) {
            self.identifiers.ghosts.insert(uid, removed);
        }
    }
}

/// An id of a wrong type is echoed as its JSON text.
fn as_text(id: Value) -> Value {
    if id.is_string() { id } else { id.to_string().into() }
}

fn misspelt(object: &Map<String, Value>) -> Option<&Value> {
    ["linkIds", "link_id", "LINK_IDS", "ids"].iter().find_map(|key| object.get(*key))
}

fn flattened(id: Value) -> Vec<Value> {
    match id {
        Value::Array(ids) => ids,
        id => vec![id],
    }
}

/// The last twelve characters.
fn tail(id: &str) -> Option<&str> {
    id.get(id.len().checked_sub(12)?..)
}

fn repeats(ids: &[Value]) -> bool {
    let mut seen = HashSet::new();
    !ids.iter().all(|id| seen.insert(id.to_string().to_ascii_lowercase()))
}

fn same_id(left: &Value, right: &Value) -> bool {
    match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => left.eq_ignore_ascii_case(right),
        _ => left == right,
    }
}
