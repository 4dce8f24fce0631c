//! Time profiles: when an identifier opens, by uid and by link id.

use super::body::{list_items, needed_inner, needed_list, needed_text};
use super::defect::Defect;
use super::device::{Answer, Answered, Panel};
use super::draft::uuid_shaped;
use super::fault::Fault;
use super::listing::{Cell, Field, Shape, page};
use super::repeat;
use super::row::{self, Row};
use crate::mock::device::Request;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct TimeProfile {
    pub uid: i64,
    pub link_id: Option<String>,
    pub name: String,
    pub time_options: Map<String, Value>,
    pub repeat_options: Map<String, Value>,
}

/// The time profiles, by uid, with an index by link id.
#[derive(Debug, Default)]
pub(super) struct TimeProfiles {
    by_uid: BTreeMap<i64, TimeProfile>,
    by_link: HashMap<String, i64>,
    last_uid: i64,
}

const FIELDS: &[Field] = &[Field { name: "name", is_number: false, options: &[] }];
const WRONG_UID: Fault = Fault::Said(400, "Wrong Time Profile Uid");

impl TimeProfiles {
    pub fn uid_of_link(&self, link_id: &str) -> Option<i64> {
        self.by_link.get(&link_id.to_ascii_lowercase()).copied()
    }

    pub fn get(&self, uid: i64) -> Option<&TimeProfile> {
        self.by_uid.get(&uid)
    }

    pub fn next_uid(&mut self) -> i64 {
        self.last_uid += 1;
        self.last_uid
    }

    pub fn put(&mut self, profile: TimeProfile) {
        self.remove_uid(profile.uid);
        if let Some(link_id) = &profile.link_id {
            self.by_link.insert(link_id.to_ascii_lowercase(), profile.uid);
        }
        self.by_uid.insert(profile.uid, profile);
    }

    pub fn remove_uid(&mut self, uid: i64) -> Option<TimeProfile> {
        let profile = self.by_uid.remove(&uid)?;
        if let Some(link_id) = &profile.link_id {
            self.by_link.remove(&link_id.to_ascii_lowercase());
        }
        Some(profile)
    }

    /// Those of some uids that are still there.
    pub fn present(&self, uids: &[i64]) -> Vec<i64> {
        uids.iter().copied().filter(|uid| self.by_uid.contains_key(uid)).collect()
    }

    /// The link ids of some profiles, of those that have one.
    pub fn links_of(&self, uids: &[i64]) -> Vec<Value> {
        uids.iter().filter_map(|uid| self.by_uid.get(uid)?.link_id.clone().map(Value::from)).collect()
    }

    pub fn state(&self) -> Value {
        self.by_uid.values().map(|one| Value::Object(one.item())).collect()
    }
}

impl TimeProfile {
    fn item(&self) -> Map<String, Value> {
        Map::from_iter([
            ("uid".to_owned(), self.uid.into()),
            ("name".to_owned(), self.name.clone().into()),
            ("time_options".to_owned(), self.time_options.clone().into()),
            ("repeat_options".to_owned(), self.repeat_options.clone().into()),
            ("link_id".to_owned(), self.link_id.clone().into()),
        ])
    }
}

impl Panel {
    fn profile_uid(&self, uid: &str) -> Result<i64, Fault> {
        uid.parse().ok().filter(|uid| self.profiles.get(*uid).is_some()).ok_or(WRONG_UID)
    }

    fn profile_draft(&self, item: &Map<String, Value>) -> Result<TimeProfile, Fault> {
        let name = needed_text(item, "name")?.to_owned();
        let time_options = needed_inner(item, "time_options")?.clone();
        let repeat_options = needed_inner(item, "repeat_options")?.clone();
        repeat::check(&self.nature, &time_options, &repeat_options)?;
        Ok(TimeProfile { uid: 0, link_id: None, name, time_options, repeat_options })
    }

    fn profile_item(&self, one: &TimeProfile) -> Value {
        let attached = || self.identifiers.all().filter(|identifier| identifier.profiles.contains(&one.uid));
        let uids: Vec<i64> = attached().map(|identifier| identifier.uid).collect();
        let links: Vec<Value> = attached().filter_map(|identifier| identifier.link_id.clone().map(Value::from)).collect();
        let mut item = one.item();
        item.insert("identifiers".into(), json!({"uid_items": uids, "count": uids.len(), "link_ids": links}));
        item.into()
    }

    /// `POST /access/timeprofile`.
    pub(super) fn create_profile(&mut self, request: &Request) -> Answered {
        let draft = self.profile_draft(&self.object(request)?)?;
        let uid = self.profiles.next_uid();
        self.profiles.put(TimeProfile { uid, ..draft });
        Ok(Answer::Json(json!({ "uid": uid })))
    }

    /// `GET /access/timeprofile/item/{uid}`.
    pub(super) fn read_profile(&self, uid: &str) -> Answered {
        let uid = self.profile_uid(uid)?;
        let one = self.profiles.get(uid).ok_or(WRONG_UID)?;
        Ok(Answer::Json(self.profile_item(one)))
    }

    /// `PATCH /access/timeprofile/item/{uid}`.
    pub(super) fn update_profile(&mut self, uid: &str, request: &Request) -> Answered {
        let uid = self.profile_uid(uid)?;
        let draft = self.profile_draft(&self.object(request)?)?;
        let link_id = self.profiles.get(uid).and_then(|one| one.link_id.clone());
        self.profiles.put(TimeProfile { uid, link_id, ..draft });
        Ok(self.done())
    }

    /// `DELETE /access/timeprofile/item/{uid}`.
    pub(super) fn delete_profile(&mut self, uid: &str) -> Answered {
        let uid = self.profile_uid(uid)?;
        self.profiles.remove_uid(uid);
        Ok(self.done())
    }

    /// `GET /access/timeprofile/items` and `GET /access/timeprofile/items/link`.
    pub(super) fn list_profiles(&self, request: &Request) -> Answered {
        let cell = |one: &TimeProfile, field: &str| match field {
            "name" => Some(Cell::Text(one.name.clone())),
            "link_id" => one.link_id.clone().map(Cell::Text),
            _ => None,
        };
        let rows = self.profiles.by_uid.values().collect();
        let page = page(&self.nature, request, rows, &Shape { fields: FIELDS, cell: &cell, strict: true }, 0)?;
        let items = page.rows.iter().map(|one| self.profile_item(one)).collect();
        Ok(Answer::Json(self.listed(page.option, items)))
    }

    /// `POST /access/timeprofile/items/link`.
    pub(super) fn upsert_profiles(&mut self, request: &Request) -> Answered {
        let object = self.object(request)?;
        let items = list_items(&self.nature, &object)?;
        let drafts: Result<Vec<_>, Fault> = items.iter().map(|item| self.linked_draft(item)).collect();
        if drafts.is_err() && self.nature.wrong(Defect::ProfilesHalfApplied) {
            let good: Vec<_> = items.iter().filter_map(|item| self.linked_draft(item).ok()).collect();
            good.into_iter().for_each(|(link_id, draft)| drop(self.store_profile(link_id, draft)));
        }
        let rows = drafts?.into_iter().map(|(link_id, draft)| self.store_profile(link_id, draft)).collect();
        Ok(Answer::Json(row::upsert(&self.nature, rows)))
    }

    fn linked_draft(&self, item: &Value) -> Result<(String, TimeProfile), Fault> {
        let item = item.as_object().ok_or_else(|| Fault::Type("list_items".into()))?;
        let link_id = needed_text(item, "link_id")?;
        if !uuid_shaped(link_id) {
            return Err(Fault::Type("link_id".into()));
        }
        Ok((link_id.to_owned(), self.profile_draft(item)?))
    }

    fn store_profile(&mut self, link_id: String, draft: TimeProfile) -> Row {
        let known = self.profiles.uid_of_link(&link_id);
        let uid = known.unwrap_or_else(|| self.profiles.next_uid());
        self.profiles.put(TimeProfile { uid, link_id: Some(link_id.clone()), ..draft });
        Row::new(link_id, if known.is_some() { "updated" } else { "created" })
    }

    /// `DELETE /access/timeprofile/items/link`.
    pub(super) fn delete_profile_links(&mut self, request: &Request) -> Answered {
        let object = self.object(request)?;
        let ids: Option<Vec<&str>> = needed_list(&object, "link_ids")?.iter().map(Value::as_str).collect();
        let mut rows = Vec::new();
        for id in ids.ok_or_else(|| Fault::Type("link_ids".into()))? {
            match self.profiles.uid_of_link(id) {
                Some(_) if self.nature.wrong(Defect::ProfileDeleteKeeps) => rows.push(Row::new(id, "deleted")),
                Some(uid) => {
                    self.profiles.remove_uid(uid);
                    rows.push(Row::new(id, "deleted"));
                }
                None if self.nature.wrong(Defect::UnknownProfile404) => return Err(Fault::Said(404, "Time profile not found")),
                None if self.nature.wrong(Defect::UnknownProfileSaysDeleted) => rows.push(Row::new(id, "deleted")),
                None => rows.push(Row::new(id, "entity_not_found")),
            }
        }
        Ok(Answer::Json(row::plain(&self.nature, rows)))
    }
}
