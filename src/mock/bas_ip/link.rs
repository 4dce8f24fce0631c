//! Identifiers addressed by link id: creating and updating them.

use super::body::list_items;
use super::defect::Defect;
use super::device::{Answer, Answered, Panel};
use super::draft::Draft;
use super::face;
use super::fault::Fault;
use super::identifier::{Identifier, Validity, number_key};
use super::quirk::Quirk;
use super::row::{self, Row};
use crate::mock::device::Request;
use serde_json::Value;

/// How many identifiers the panel holds.
const CAPACITY: usize = 50_000;
/// How many identifiers a panel with a small store holds beside those of strangers.
const FEW: usize = 40;

impl Panel {
    /// `POST /access/identifier/items/link`: creates or updates each item, and says for each what became of it.
    pub(super) fn upsert_links(&mut self, request: &Request) -> Answered {
        if self.nature.wrong(Defect::UpsertBodyCrash) && self.object(request).is_err() {
            return Err(Fault::Crash);
        }
        let object = self.object(request)?;
        if object.contains_key("link_ids") && self.nature.wrong(Defect::PostLinkIdsDeletes) {
            return self.delete_links(request);
        }
        let items = list_items(&self.nature, &object)?;
        if items.is_empty() && self.nature.wrong(Defect::EmptyUpsertWipes) {
            self.remove_where(|link_id| link_id.is_some());
        }
        let drafts = self.drafts(items);
        if drafts.is_err() && self.nature.wrong(Defect::UpsertHalfApplied) {
            let good: Vec<Draft> = items.iter().filter_map(|item| Draft::read(&self.nature, item, true).ok()).collect();
            good.into_iter().for_each(|draft| drop(self.upsert(draft)));
        }
        let rows = self.upsert_each(drafts?)?;
        Ok(Answer::Json(row::upsert(&self.nature, rows)))
    }

    fn upsert_each(&mut self, drafts: Vec<Result<Draft, Row>>) -> Result<Vec<Row>, Fault> {
        let mut rows = Vec::new();
        for draft in drafts {
            let row = draft.map_or_else(|row| row, |draft| self.upsert(draft));
            let failed = !row.succeeded();
            rows.push(row);
            if failed && self.nature.wrong(Defect::RowFailure400) {
                return Err(Fault::Body);
            }
            if failed && self.nature.wrong(Defect::RowFailure409) {
                return Err(Fault::Said(409, "Conflict"));
            }
            if failed && self.nature.wrong(Defect::UpsertStopsAtFailure) {
                break;
            }
        }
        Ok(rows)
    }

    /// Reads all items before any is stored, so that a refused request changes nothing.
    fn drafts(&self, items: &[Value]) -> Result<Vec<Result<Draft, Row>>, Fault> {
        let as_rows = self.nature.quirky(Quirk::BadValueAsRow);
        let read = |item: &Value| match Draft::read(&self.nature, item, true) {
            Ok(draft) => Ok(Ok(draft)),
            Err(_) if as_rows && item["link_id"].is_string() => Ok(Err(Row::new(item["link_id"].clone(), "entity_not_found"))),
            Err(_) if self.nature.quirky(Quirk::NamelessAsRow) && item["link_id"].is_null() => {
                Ok(Err(Row::new(Value::Null, "entity_not_found")))
            }
            Err(fault) => Err(fault),
        };
        items.iter().map(read).collect()
    }

    fn upsert(&mut self, draft: Draft) -> Row {
        let link_id = draft.link_id.clone().unwrap_or_default();
        let known = self.identifiers.uid_of_link(&self.link_key(&link_id));
        match self.objection(&draft, known) {
            Some(reason) if self.nature.wrong(Defect::FailedItemStored) => {
                self.store(draft, link_id.clone(), known);
                Row::new(link_id, reason)
            }
            Some(reason) => Row::new(link_id, reason),
            None => self.store(draft, link_id, known),
        }
    }

    fn store(&mut self, draft: Draft, link_id: String, known: Option<i64>) -> Row {
        let known = if self.nature.wrong(Defect::UpdateMakesSecond) { None } else { known };
        let again = self.nature.wrong(Defect::RecreatedSaysUpdated) && self.identifiers.gone.contains(&self.link_key(&link_id));
        let reason = if known.is_some() || again { "updated" } else { "created" };
        if known.is_some() && self.nature.wrong(Defect::UpdateIgnored) {
            return Row::new(link_id, reason);
        }
        if known.is_none() && self.nature.wrong(Defect::CreateNotStored) {
            return Row::new(link_id, reason);
        }
        let uid = known.unwrap_or_else(|| self.identifiers.next_uid(&self.nature));
        let mut identifier = self.identifier_from(draft, uid);
        if let Some(old) = self.identifiers.get(uid) {
            if self.nature.quirky(Quirk::UpdateKeepsLinkSpelling) {
                identifier.link_id.clone_from(&old.link_id);
            }
            if self.nature.wrong(Defect::UpdateKeepsName) {
                identifier.owner_name.clone_from(&old.owner_name);
            }
            if self.nature.wrong(Defect::UpdateKeepsType) {
                identifier.kind.clone_from(&old.kind);
            }
            if self.nature.wrong(Defect::UpdateKeepsValidity) {
                identifier.valid.clone_from(&old.valid);
                identifier.passes_left = old.passes_left;
            }
            if self.nature.wrong(Defect::UpdateMergesProfiles) {
                let added: Vec<i64> = identifier.profiles.iter().filter(|uid| !old.profiles.contains(uid)).copied().collect();
                identifier.profiles = [old.profiles.as_slice(), &added].concat();
            }
        }
        if self.nature.wrong(Defect::TakenNumberSteals) {
            self.steal_number(&identifier);
        }
        let replaced = self.identifiers.get(uid).map(|old| number_key(&old.kind, &old.number));
        self.identifiers.put(&self.nature, identifier);
        if let Some(number) = replaced.filter(|_| self.nature.wrong(Defect::OldNumberStaysTaken)) {
            self.identifiers.still_takes(number, uid);
        }
        Row::new(link_id, reason)
    }

    fn steal_number(&mut self, thief: &Identifier) {
        let key = number_key(&thief.kind, &thief.number);
        if let Some(uid) = self.identifiers.uid_of_number(&key).filter(|uid| *uid != thief.uid) {
            self.identifiers.take_out(&self.nature, uid);
        }
    }

    /// Why an item that was read well cannot be stored.
    fn objection(&self, draft: &Draft, known: Option<i64>) -> Option<&'static str> {
        let wrong = |defect| self.nature.wrong(defect);
        if let Some(reason) = face::objection(&self.nature, draft) {
            return Some(reason);
        }
        let has_time_rule = self.nature.edition.reasons.contains(&"invalid_time_rules_settings");
        if has_time_rule && draft.times_clash() && !wrong(Defect::ReversedTimesAccepted) {
            return Some("invalid_time_rules_settings");
        }
        if !wrong(Defect::UnknownProfileIgnored) && self.unknown_profile(draft) {
            return Some("bound_time_profile_doesnt_exist");
        }
        let apartment = draft.apartment_link_id.as_deref();
        if self.nature.minds_apartments(Quirk::UnknownApartmentRefused)
            && apartment.is_some_and(|id| self.apartments.uid_of_link(id).is_none())
        {
            return Some("entity_not_found");
        }
        let open_to_all = wrong(Defect::TakenNumberAccepted) || wrong(Defect::TakenNumberSteals);
        if !open_to_all && draft.face_image.is_none() && self.number_taken(draft, known) {
            return Some("number_taken_by_another_identifier");
        }
        (known.is_none() && self.identifiers.len() >= self.capacity()).then_some("number_of_identifiers_exceeded")
    }

    fn capacity(&self) -> usize {
        let says_so = self.nature.edition.reasons.contains(&"number_of_identifiers_exceeded");
        if says_so && self.nature.quirky(Quirk::FewIdentifiers) { self.settled + FEW } else { CAPACITY }
    }

    fn unknown_profile(&self, draft: &Draft) -> bool {
        draft.profile_links.iter().flatten().any(|id| self.profiles.uid_of_link(id).is_none())
    }

    pub(super) fn number_taken(&self, draft: &Draft, by_other_than: Option<i64>) -> bool {
        let holder = self.identifiers.uid_of_number(&number_key(&draft.kind, &draft.number));
        let strangers_only = !self.nature.wrong(Defect::UpdateConflictsWithItself);
        holder.is_some_and(|uid| !(strangers_only && Some(uid) == by_other_than)) || Self::is_master(&draft.kind, &draft.number)
    }

    pub(super) fn identifier_from(&self, draft: Draft, uid: i64) -> Identifier {
        let permanent = Validity { always: true, from: None, to: None, any_number: true, max_passes: None };
        let valid = draft.valid.unwrap_or(permanent);
        let passes_left = if valid.any_number { -1 } else { draft.passes_left.or(valid.max_passes).unwrap_or(-1) };
        let mut profiles = draft.profile_uids;
        profiles.extend(draft.profile_links.iter().flatten().filter_map(|id| self.profiles.uid_of_link(id)));
        if profiles.len() > 1 && self.nature.wrong(Defect::SecondProfileLost) {
            profiles.remove(1);
        }
        if self.nature.wrong(Defect::ProfilesNotStored) {
            profiles.clear();
        }
        let apartment_link_id = draft.apartment_link_id.filter(|_| !self.nature.wrong(Defect::ApartmentLinkNotStored));
        let owner_type = if self.nature.wrong(Defect::OwnerTypeNotStored) { "owner".into() } else { draft.owner_type };
        let number = if draft.face_image.is_some() { face::number_of(self.seed, uid) } else { draft.number };
        Identifier {
            uid,
            apartment: apartment_link_id.as_deref().and_then(|id| self.apartments.uid_of_link(id)),
            apartment_link_id,
            link_id: draft.link_id,
            owner_name: draft.owner_name,
            owner_type,
            kind: draft.kind,
            number,
            lock: draft.lock,
            valid,
            profiles,
            passes_left,
            extra: draft.extra,
        }
    }
}
