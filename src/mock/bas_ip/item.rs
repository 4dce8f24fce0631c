//! Identifiers by uid: what the panel's own pages work with.

use super::body::needed_list;
use super::defect::Defect;
use super::device::{Answer, Answered, Panel};
use super::draft::Draft;
use super::fault::Fault;
use super::identifier::Identifier;
use super::listing::{Cell, Field, Page, Shape, page};
use super::picture;
use super::quirk::Quirk;
use crate::mock::device::Request;
use serde_json::{Map, Value, json};

const PANEL_FIELDS: &[Field] = &[
    Field { name: "name", is_number: false, options: &[] },
    Field { name: "identifier_number", is_number: false, options: &[] },
    Field { name: "identifier_type", is_number: false, options: &["card", "ukey", "inputCode", "qr", "license_plate"] },
    Field { name: "lock", is_number: false, options: &["first", "second", "all"] },
    Field { name: "passes_left", is_number: true, options: &[] },
];
const LIFT_FIELDS: &[Field] = &[
    Field { name: "name", is_number: false, options: &[] },
    Field { name: "number", is_number: false, options: &[] },
    Field { name: "type", is_number: false, options: &["card", "ukey", "input_code", "qr", "face_id"] },
];

const TAKEN: &str = "Identifier with that type and number already exist";

fn cell(identifier: &Identifier, field: &str) -> Option<Cell> {
    let text = |text: &str| Some(Cell::Text(text.into()));
    match field {
        "name" | "identifier_owner" | "identifier_owner.name" => text(&identifier.owner_name),
        "identifier_number" | "number" => text(&identifier.number),
        "identifier_type" | "type" => text(&identifier.kind),
        "lock" => text(&identifier.lock),
        "link_id" => identifier.link_id.as_deref().and_then(text),
        "passes_left" => Some(Cell::Number(identifier.passes_left)),
        _ => None,
    }
}

impl Panel {
    /// `GET /access/identifier/items/link`: a page of the items with their link ids.
    pub(super) fn list_links(&mut self, request: &Request) -> Answered {
        if self.nature.wrong(Defect::GetWithBodyDeletes) && request.body.as_deref().is_some_and(|body| !body.is_empty()) {
            return self.delete_links(request);
        }
        if self.nature.wrong(Defect::ListingChangesState) {
            self.wear_out();
        }
        let local_too = !self.nature.quirky(Quirk::LocalOmitted);
        let rows = self.identifiers.all().filter(|identifier| local_too || identifier.link_id.is_some()).collect();
        let page = self.page_of(request, rows)?;
        let items: Vec<Value> = page.rows.iter().map(|identifier| self.link_item(identifier).into()).collect();
        Ok(Answer::Json(self.listed(page.option, items)))
    }

    fn wear_out(&mut self) {
        for uid in self.identifiers.uids_where(|identifier| identifier.link_id.is_some()).into_iter().take(1) {
            self.identifiers.take_out(&self.nature, uid);
        }
    }

    fn page_of<'a>(&'a self, request: &Request, rows: Vec<&'a Identifier>) -> Result<Page<'a, Identifier>, Fault> {
        let fields = if self.nature.edition.has_lock { PANEL_FIELDS } else { LIFT_FIELDS };
        if self.nature.wrong(Defect::PageBeyond404) && self.is_beyond(request, rows.len()) {
            return Err(Fault::Said(404, "Page not found"));
        }
        page(&self.nature, request, rows, &Shape { fields, cell: &cell, strict: true }, self.removals)
    }

    fn is_beyond(&self, request: &Request, rows: usize) -> bool {
        let number = |name: &str| request.query(name).and_then(|text| text.parse::<usize>().ok());
        number("page_number").unwrap_or(1) > rows.div_ceil(number("limit").unwrap_or(10).max(1)).max(1)
    }

    /// The envelope of a list.
    pub(super) fn listed(&self, option: Value, items: Vec<Value>) -> Value {
        let spelling = match self.nature.edition.list_option {
            "list_option" if self.nature.quirky(Quirk::ListOptions) => "list_options",
            "list_option" if self.nature.quirky(Quirk::CapitalListOptions) => "List_options",
            spelling => spelling,
        };
        if self.nature.wrong(Defect::ListItemsMissing) {
            return json!({spelling: option, "items": items});
        }
        if self.nature.wrong(Defect::EmptyListNull) && items.is_empty() {
            return json!({spelling: option, "list_items": null});
        }
        if self.nature.wrong(Defect::SingleItemNotListed) && items.len() == 1 {
            return json!({spelling: option, "list_items": items[0]});
        }
        if self.nature.wrong(Defect::PaginationMissing) {
            return json!({ "list_items": items });
        }
        if self.nature.wrong(Defect::ListAtRoot) {
            return json!(items);
        }
        json!({spelling: option, "list_items": items})
    }

    fn link_item(&self, identifier: &Identifier) -> Map<String, Value> {
        identifier.item(&self.nature, self.profiles.links_of(&identifier.profiles))
    }

    /// The item as the pages by uid give it.
    fn full_item(&self, identifier: &Identifier) -> Map<String, Value> {
        let mut item = self.link_item(identifier);
        let present = self.profiles.present(&identifier.profiles);
        let links = self.profiles.links_of(&identifier.profiles);
        item.insert("time_profiles".into(), json!({"uid_items": present, "link_ids": links, "count": present.len()}));
        item.insert("apartment".into(), self.apartments.reference(identifier.apartment));
        if self.nature.wrong(Defect::PassesLeftZero) && identifier.passes_left == -1 {
            item.insert("additional".into(), json!({"passes_left": 0}));
        }
        if self.nature.wrong(Defect::LocalHasNilLink) && identifier.link_id.is_none() {
            item.insert("link_id".into(), "00000000-0000-0000-0000-000000000000".into());
        }
        item
    }

    /// The whole of an identifier, for comparing states.
    pub(super) fn identifier_state(&self, identifier: &Identifier) -> Value {
        let mut item = self.full_item(identifier);
        item.insert("identifier_uid".into(), identifier.uid.into());
        item.into()
    }

    /// `GET /access/identifier/items`.
    pub(super) fn list_identifiers(&self, request: &Request) -> Answered {
        let page = self.page_of(request, self.identifiers.all().collect())?;
        let row = |identifier: &&Identifier| {
            let mut item = Map::from_iter([("identifier_uid".to_owned(), identifier.uid.into())]);
            item.extend(self.full_item(identifier));
            Value::from(item)
        };
        let items = page.rows.iter().map(row).collect();
        Ok(Answer::Json(self.listed(page.option, items)))
    }

    /// `POST /access/identifier`: makes a local identifier.
    pub(super) fn create_identifier(&mut self, request: &Request) -> Answered {
        let draft = self.plain_draft(request, None);
        if matches!(draft, Err(Fault::Said(_, TAKEN))) && self.nature.wrong(Defect::RefusedCreateStored) {
            let item = Value::Object(self.object(request)?);
            let double = Draft::read(&self.nature, &item, false)?;
            self.store_plain(double);
        }
        let uid = self.store_plain(draft?);
        if self.nature.wrong(Defect::UidAsText) {
            return Ok(Answer::Json(json!({"uid": uid.to_string()})));
        }
        Ok(Answer::Json(json!({ "uid": uid })))
    }

    fn store_plain(&mut self, draft: Draft) -> i64 {
        let uid = self.identifiers.next_uid(&self.nature);
        let identifier = Identifier { link_id: None, ..self.identifier_from(draft, uid) };
        self.identifiers.put(&self.nature, identifier);
        uid
    }

    fn plain_draft(&self, request: &Request, known: Option<i64>) -> Result<Draft, Fault> {
        let object = self.object(request)?;
        let draft = Draft::read(&self.nature, &Value::Object(object), false)?;
        if draft.kind == "face_id" && !self.nature.sees_faces() {
            return Err(Fault::Said(400, "You cannot create face_id identifier on this panel"));
        }
        if Self::is_master(&draft.kind, &draft.number) {
            let code = "Cannot create identifier with the same input code number as master code";
            let card = "Cannot create identifier with same card number as master card";
            return Err(Fault::Said(400, if draft.kind == "card" { card } else { code }));
        }
        if self.number_taken(&draft, known) && draft.face_image.is_none() && !self.nature.wrong(Defect::DoubleNumberAccepted) {
            let status = if self.nature.wrong(Defect::DoubleNumber409) { 409 } else { 400 };
            return Err(Fault::Said(status, TAKEN));
        }
        if self.nature.edition.face_images && draft.times_clash() {
            return Err(Fault::Said(400, "Invalid timeprofile settings"));
        }
        Ok(draft)
    }

    /// Reads a uid out of a path; anything that names no identifier is a wrong uid.
    fn identifier_uid(&self, uid: &str) -> Result<i64, Fault> {
        let known = uid.parse().ok().filter(|uid| self.identifiers.get(*uid).is_some());
        known.ok_or_else(|| self.wrong_uid())
    }

    fn wrong_uid(&self) -> Fault {
        if self.nature.wrong(Defect::WrongUid404) {
            Fault::Said(404, "Not found")
        } else if self.nature.quirky(Quirk::WrongUidLowerCase) {
            Fault::Said(400, "Wrong identifier uid")
        } else {
            Fault::Said(400, "Wrong Identifier uid")
        }
    }

    /// `GET /access/identifier/item/{uid}`.
    pub(super) fn read_identifier(&self, uid: &str) -> Answered {
        let uid = self.identifier_uid(uid)?;
        let identifier = self.identifiers.get(uid).ok_or_else(|| self.wrong_uid())?;
        Ok(Answer::Json(self.full_item(identifier).into()))
    }

    /// `PATCH /access/identifier/item/{uid}`: the same body as for creating.
    pub(super) fn update_identifier(&mut self, uid: &str, request: &Request) -> Answered {
        if self.nature.wrong(Defect::UnknownUpdateAccepted) && self.identifier_uid(uid).is_err() {
            return Ok(Answer::Json(json!({})));
        }
        let uid = self.identifier_uid(uid)?;
        let draft = self.plain_draft(request, Some(uid))?;
        let keeps_profiles = draft.profile_links.is_none() && draft.profile_uids.is_empty();
        let keeps_apartment = draft.apartment_link_id.is_none();
        let mut identifier = self.identifier_from(draft, uid);
        let old = self.identifiers.get(uid).ok_or_else(|| self.wrong_uid())?;
        identifier.link_id.clone_from(&old.link_id);
        if keeps_profiles {
            identifier.profiles.clone_from(&old.profiles);
        }
        if keeps_apartment {
            identifier.apartment_link_id.clone_from(&old.apartment_link_id);
            identifier.apartment = old.apartment;
        }
        self.identifiers.put(&self.nature, identifier);
        Ok(Answer::Json(json!({})))
    }

    /// `DELETE /access/identifier/item/{uid}`.
    pub(super) fn delete_identifier(&mut self, uid: &str) -> Answered {
        let uid = self.identifier_uid(uid)?;
        self.identifiers.take_out(&self.nature, uid);
        Ok(self.done())
    }

    /// `DELETE /access/identifier/items`: removes each uid that is known.
    pub(super) fn delete_identifiers(&mut self, request: &Request) -> Answered {
        let object = self.object(request)?;
        if self.nature.wrong(Defect::BulkMissingAccepted) && !object.contains_key("uid_items") {
            return Ok(self.done());
        }
        if self.nature.wrong(Defect::BulkMissingDeletesLocal) && !object.contains_key("uid_items") {
            self.remove_where(|link_id| link_id.is_none());
        }
        if object.get("uid_items").is_some_and(Value::is_null) && self.nature.wrong(Defect::BulkNullAccepted) {
            return Ok(self.done());
        }
        let uids: Option<Vec<i64>> = needed_list(&object, "uid_items")?.iter().map(|uid| self.uid_item(uid)).collect();
        let mut uids = uids.ok_or_else(|| Fault::Type("uid_items".into()))?;
        if uids.iter().any(|uid| *uid < -1) {
            return Err(Fault::Body);
        }
        if uids.iter().any(|uid| self.identifiers.get(*uid).is_none()) && self.nature.quirky(Quirk::BulkUnknownRefused) {
            return Err(self.wrong_uid());
        }
        if uids.len() > 1 && self.nature.wrong(Defect::BulkFirstOnly) {
            uids.truncate(1);
        }
        uids.into_iter().for_each(|uid| drop(self.identifiers.take_out(&self.nature, uid)));
        Ok(self.done())
    }

    fn uid_item(&self, uid: &Value) -> Option<i64> {
        match uid {
            Value::String(text) if self.nature.quirky(Quirk::UidTextsTaken) => text.parse().ok(),
            uid => uid.as_i64(),
        }
    }

    /// What a call answers whose reply body is not documented.
    pub(super) fn done(&self) -> Answer {
        if self.nature.quirky(Quirk::EmptyReplies) { Answer::Nothing(200) } else { Answer::Json(json!({})) }
    }

    /// `GET /access/identifier/item/{uid}/qr`: the QR code as a picture.
    pub(super) fn picture(&self, uid: &str) -> Answered {
        let uid = self.identifier_uid(uid)?;
        let identifier = self.identifiers.get(uid).ok_or_else(|| self.wrong_uid())?;
        if identifier.kind != "qr" && !self.nature.quirky(Quirk::PictureOfAny) {
            return Err(self.wrong_uid());
        }
        if self.nature.wrong(Defect::PictureEmpty) {
            return Ok(Answer::Image(Vec::new()));
        }
        Ok(Answer::Image(picture::png(&identifier.number)))
    }

    /// `POST` and `DELETE /access/identifier/item/{uid}/timeprofile/{profile}`.
    pub(super) fn attach(&mut self, uid: &str, profile: &str, attaches: bool) -> Answered {
        let uid = self.identifier_uid(uid)?;
        let known = profile.parse().ok().filter(|profile| self.profiles.get(*profile).is_some());
        let profile = known.ok_or(Fault::Said(400, "Wrong Time Profile Uid"))?;
        let identifier = self.identifiers.get_mut(uid).ok_or(Fault::Said(400, "Wrong Identifier uid"))?;
        identifier.profiles.retain(|have| *have != profile);
        if attaches {
            identifier.profiles.push(profile);
        }
        Ok(self.done())
    }

    /// `POST /access/identifier/item/{uid}/passes/reset`.
    pub(super) fn reset_passes(&mut self, uid: &str) -> Answered {
        let uid = self.identifier_uid(uid)?;
        if let Some(identifier) = self.identifiers.get_mut(uid) {
            identifier.passes_left = if identifier.valid.any_number { -1 } else { identifier.valid.max_passes.unwrap_or(-1) };
        }
        Ok(self.done())
    }

    /// `POST /apartment/item/{apartment}/identifier/{uid}`.
    pub(super) fn bind(&mut self, apartment: &str, uid: &str) -> Answered {
        let uid = self.identifier_uid(uid)?;
        let apartment = self.apartment_uid(apartment)?;
        let link_id = self.apartments.get(apartment).and_then(|apartment| apartment.link_id.clone());
        let identifier = self.identifiers.get_mut(uid).ok_or(Fault::Said(400, "Wrong Identifier uid"))?;
        if identifier.apartment.is_some_and(|have| have != apartment && self.apartments.get(have).is_some()) {
            return Ok(Answer::Json(json!({"error": "Identifier uid is already attached to another apartment"})));
        }
        identifier.apartment = Some(apartment);
        identifier.apartment_link_id = link_id;
        Ok(self.done())
    }

    /// `POST /apartment/item/unbind/identifier/{uid}`: that it was not bound is no error of the call.
    pub(super) fn unbind(&mut self, uid: &str) -> Answered {
        let uid = self.identifier_uid(uid)?;
        let identifier = self.identifiers.get_mut(uid).ok_or(Fault::Said(400, "Wrong Identifier uid"))?;
        identifier.apartment_link_id = None;
        if identifier.apartment.take().is_some() {
            return Ok(self.done());
        }
        if self.nature.wrong(Defect::UnboundCrash) {
            return Err(Fault::Crash);
        }
        Ok(Answer::Json(json!({"error": "Identifier already unbound"})))
    }
}
