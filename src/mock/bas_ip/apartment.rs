//! Apartments, by link id or logical address, and by uid.

use super::body::{inner, integer, list_items, needed_inner, needed_list, text};
use super::defect::Defect;
use super::device::{Answer, Answered, Panel};
use super::draft::uuid_shaped;
use super::fault::Fault;
use super::listing::{Cell, Field, Shape, page};
use super::quirk::Quirk;
use super::row::{self, Row};
use crate::mock::device::Request;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// Where an apartment is: building, unit, floor, room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Address {
    pub building: i64,
    pub unit: i64,
    pub floor: i64,
    pub room: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Apartment {
    pub uid: i64,
    pub link_id: Option<String>,
    pub address: Address,
    pub name: String,
    pub residents: i64,
}

/// The apartments, by uid, with an index by link id and one by address.
#[derive(Debug, Default)]
pub(super) struct Apartments {
    by_uid: BTreeMap<i64, Apartment>,
    by_link: HashMap<String, i64>,
    by_address: HashMap<Address, i64>,
    last_uid: i64,
}

const FIELDS: &[Field] = &[
    Field { name: "apartment_name", is_number: false, options: &[] },
    Field { name: "residents", is_number: true, options: &[] },
];

impl Address {
    fn value(self) -> Value {
        json!({"building": self.building, "unit": self.unit, "floor": self.floor, "room": self.room})
    }
}

impl Apartments {
    pub fn uid_of_link(&self, link_id: &str) -> Option<i64> {
        self.by_link.get(&link_id.to_ascii_lowercase()).copied()
    }

    pub fn get(&self, uid: i64) -> Option<&Apartment> {
        self.by_uid.get(&uid)
    }

    pub fn put(&mut self, apartment: Apartment) {
        self.remove_uid(apartment.uid);
        if let Some(link_id) = &apartment.link_id {
            self.by_link.insert(link_id.to_ascii_lowercase(), apartment.uid);
        }
        self.by_address.insert(apartment.address, apartment.uid);
        self.by_uid.insert(apartment.uid, apartment);
    }

    pub fn next_uid(&mut self) -> i64 {
        self.last_uid += 1;
        self.last_uid
    }

    pub fn remove_uid(&mut self, uid: i64) -> Option<Apartment> {
        let apartment = self.by_uid.remove(&uid)?;
        self.by_address.remove(&apartment.address);
        if let Some(link_id) = &apartment.link_id {
            self.by_link.remove(&link_id.to_ascii_lowercase());
        }
        Some(apartment)
    }

    pub fn remove_link(&mut self, link_id: &str) -> Option<Apartment> {
        self.remove_uid(self.uid_of_link(link_id)?)
    }

    /// What an identifier says of the apartment it belongs to.
    pub fn reference(&self, uid: Option<i64>) -> Value {
        match uid.and_then(|uid| self.get(uid)) {
            Some(home) => json!({"uid": home.uid, "link_id": home.link_id, "logical_address": home.address.value()}),
            None => json!({"uid": -1, "link_id": null, "logical_address": null}),
        }
    }

    pub fn state(&self) -> Value {
        self.by_uid
            .values()
            .map(|one| {
                json!({"uid": one.uid, "link_id": one.link_id, "name": one.name,
            "address": one.address.value(), "residents": one.residents})
            })
            .collect()
    }
}

impl Panel {
    pub(super) fn apartment_uid(&self, uid: &str) -> Result<i64, Fault> {
        let known = uid.parse().ok().filter(|uid| self.apartments.get(*uid).is_some());
        known.ok_or(Fault::Said(400, "Wrong Logical Address"))
    }

    fn apartment_item(&self, one: &Apartment, identifiers: (usize, Vec<i64>, Vec<Value>)) -> Value {
        let (codes, uids, links) = identifiers;
        json!({
            "uid": one.uid,
            "apartment_address": one.address.value(),
            "apartment_name": one.name,
            "residents": {"count": one.residents},
            "photo_path": "",
            "route_path": "",
            "link_id": one.link_id,
            "identifiers": {
                "physicals": {"count": uids.len() - codes, "uid_items": uids, "link_ids": links},
                "input_numbers": {"count": codes, "uid_items": [], "link_ids": []},
            },
            "forward": {"exist": false},
        })
    }

    fn identifiers_of(&self, apartment: i64) -> (usize, Vec<i64>, Vec<Value>) {
        let bound = || self.identifiers.all().filter(|identifier| identifier.apartment == Some(apartment));
        let codes = bound().filter(|identifier| identifier.kind == "inputCode").count();
        (codes, bound().map(|one| one.uid).collect(), bound().map(|one| one.link_id.clone().into()).collect())
    }

    /// `GET /apartment/item/{uid}`.
    pub(super) fn read_apartment(&self, uid: &str) -> Answered {
        let uid = self.apartment_uid(uid)?;
        let one = self.apartments.get(uid).ok_or(Fault::Said(400, "Wrong Logical Address"))?;
        Ok(Answer::Json(self.apartment_item(one, self.identifiers_of(uid))))
    }

    /// `DELETE /apartment/item/{uid}`.
    pub(super) fn delete_apartment(&mut self, uid: &str) -> Answered {
        let uid = self.apartment_uid(uid)?;
        self.apartments.remove_uid(uid);
        Ok(self.done())
    }

    /// `GET /apartment/items` and `GET /apartment/items/link`.
    pub(super) fn list_apartments(&self, request: &Request) -> Answered {
        let cell = |one: &Apartment, field: &str| match field {
            "apartment_name" => Some(Cell::Text(one.name.clone())),
            "link_id" => one.link_id.clone().map(Cell::Text),
            "residents" => Some(Cell::Number(one.residents)),
            _ => None,
        };
        let rows = self.apartments.by_uid.values().collect();
        let page = page(&self.nature, request, rows, &Shape { fields: FIELDS, cell: &cell, strict: true }, 0)?;
        let items = page.rows.iter().map(|one| self.apartment_item(one, self.identifiers_of(one.uid))).collect();
        Ok(Answer::Json(self.listed(page.option, items)))
    }

    /// `POST /apartment/items/link`: an apartment is the same when its link id or its address is.
    pub(super) fn upsert_apartments(&mut self, request: &Request) -> Answered {
        let object = self.object(request)?;
        let items = list_items(&self.nature, &object)?;
        let drafts: Result<Vec<Apartment>, Fault> = items.iter().map(|item| self.apartment_draft(item, true)).collect();
        if drafts.is_err() {
            self.keep_refused(items);
        }
        let rows = drafts?.into_iter().map(|draft| self.store_apartment(draft)).collect();
        Ok(Answer::Json(row::upsert(&self.nature, rows)))
    }

    /// What a defective panel stores of a request that it refuses.
    fn keep_refused(&mut self, items: &[Value]) {
        for (defect, bounded) in [(Defect::ApartmentsHalfApplied, true), (Defect::ApartmentStoredDespite400, false)] {
            if self.nature.wrong(defect) {
                let drafts: Vec<_> = items.iter().filter_map(|item| self.apartment_draft(item, bounded).ok()).collect();
                drafts.into_iter().for_each(|draft| drop(self.store_apartment(draft)));
            }
        }
    }

    fn apartment_draft(&self, item: &Value, bounded: bool) -> Result<Apartment, Fault> {
        let item = item.as_object().ok_or_else(|| Fault::Type("list_items".into()))?;
        let link_id = text(item, "link_id")?.ok_or_else(|| Fault::Missing("link_id".into()))?;
        if !uuid_shaped(link_id) {
            return Err(Fault::Type("link_id".into()));
        }
        let place = needed_inner(item, "apartment_address")?;
        let part = |key: &str, least: i64, most: i64| {
            let value = integer(place, key)?.ok_or_else(|| Fault::Missing(key.into()))?;
            let most = if key == "room" && self.nature.wrong(Defect::LastRoomRefused) { most - 1 } else { most };
            let least = if self.takes_below(key) { least - 1 } else { least };
            let in_range = !bounded || (least..=most).contains(&value) || self.nature.wrong(Defect::AnyAddressAccepted);
            if in_range { Ok(value) } else { Err(Fault::Body) }
        };
        let address = Address {
            building: part("building", 1, 9999)?,
            unit: part("unit", 0, 99)?,
            floor: part("floor", 0, 98)?,
            room: part("room", 0, 99)?,
        };
        let residents = inner(item, "residents")?.map(|residents| integer(residents, "count")).transpose()?.flatten();
        let name = text(item, "apartment_name")?.unwrap_or_default().to_owned();
        Ok(Apartment { uid: 0, link_id: Some(link_id.into()), address, name, residents: residents.unwrap_or(0) })
    }

    fn takes_below(&self, key: &str) -> bool {
        let defects = [("unit", Defect::UnitBelowAccepted), ("room", Defect::RoomBelowAccepted)];
        defects.iter().any(|(name, defect)| *name == key && self.nature.wrong(*defect))
    }

    fn store_apartment(&mut self, draft: Apartment) -> Row {
        let link_id = draft.link_id.clone().unwrap_or_default();
        let same_link = self.apartments.uid_of_link(&link_id);
        let same_address = self.apartments.by_address.get(&draft.address).copied();
        let known = same_link.or(same_address.filter(|_| !self.nature.wrong(Defect::AddressNotMatched)));
        if same_link.is_some() && same_address.is_some_and(|uid| Some(uid) != same_link) {
            return Row::new(link_id, "entity_not_found");
        }
        let uid = known.unwrap_or_else(|| self.apartments.next_uid());
        self.apartments.put(Apartment { uid, ..draft });
        Row::new(link_id, if known.is_some() { "updated" } else { "created" })
    }

    /// `DELETE /apartment/items/link`: one that is not there is passed over.
    pub(super) fn delete_apartment_links(&mut self, request: &Request) -> Answered {
        let object = self.object(request)?;
        let ids: Option<Vec<&str>> = needed_list(&object, "link_ids")?.iter().map(Value::as_str).collect();
        let mut rows = Vec::new();
        for id in ids.ok_or_else(|| Fault::Type("link_ids".into()))? {
            match self.apartments.remove_link(id) {
                Some(_) => rows.push(Row::new(id, "deleted")),
                None if self.nature.wrong(Defect::UnknownApartment404) => return Err(Fault::Said(404, "Apartment not found")),
                None if self.nature.quirky(Quirk::UnknownApartmentsSilent) => (),
                None => rows.push(Row::new(id, "entity_not_found")),
            }
        }
        Ok(Answer::Json(row::plain(&self.nature, rows)))
    }
}
