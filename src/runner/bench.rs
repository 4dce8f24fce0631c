//! What all cases of a run share: the target, what is known of it, what was made, and the wall around everything else.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use tokio::sync::{RwLock, RwLockReadGuard};

use super::claims::{Made, Marks, key_of, signed};
use super::evidence::Evidence;
use super::firewall::{Firewall, RequestRule};
use super::journal::{FRESH, Journal, JournalLine};
use super::lockout::{Entry, Lockout};
use super::pace::Pace;
use super::request::outgoing;
use super::snapshot::Holdings;
use super::stops::Stops;
use super::transport::Transport;
use crate::case::{Pages, Risk};
use crate::catalogue::SuiteCatalogue;
use crate::exchange::{Answer, Exchange, Fault, Outgoing, Wire};
use crate::json::{pointer_all, pointer_put};
use crate::judge::{Read, Seen, Yardstick, holds};
use crate::profile::Known;
use crate::suite::Entity;
use crate::template::{Maker, Ours, Scope};

/// The most pages of a list that are read.
pub(super) const MOST_PAGES: u64 = 2_000;

/// How often a list is read that does not hold still.
const READINGS: usize = 5;

/// How often a removal is asked for that the device refuses for now.
const TRIES: u32 = 4;

/// What all cases of a run share.
pub(super) struct Bench<'b, T> {
    pub suite: &'b SuiteCatalogue,
    pub known: &'b Known,
    pub transport: &'b T,
    pub seed: u64,
    pub ours: &'b Ours,
    pub firewall: &'b Firewall,
    /// True while a case is run again alone: then a torn reply is the device's.
    pub alone: bool,
    /// True when the exchanges are those of a record.
    pub replayed: bool,
    pub pace: &'b Pace,
    pub lockout: &'b Lockout,
    /// Held by whoever reads a list while nothing else of this run may be sent.
    pub quiet: &'b RwLock<()>,
    /// Whether a 503 that asks to come back later is not judged: whoever asked comes back.
    pub patient: bool,
    pub stops: &'b Stops<'b>,
    pub journal: &'b Journal,
    /// Which requests create which kind of entry.
    pub creating: &'b [RequestRule],
    /// Every entry that the run made.
    pub made: &'b Made,
    pub marks: &'b Marks,
    pub ledger: &'b Ledger,
    /// What the device held before the run; `None` where that could not be read.
    pub before: Option<&'b Holdings>,
}

/// What a run has to remember beyond the ids of its entries.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Whether anything that writes was let through.
    pub wrote: Cell<bool>,
    /// Entries created with neither an id nor a mark, of which no reply has told the id.
    pub nameless: Cell<u64>,
    /// By kind and number, the case that the device gave the number last.
    pub holders: RefCell<HashMap<(usize, String), String>>,
}

impl<'b, T: Transport> Bench<'b, T> {
    /// Sends one request at the run's pace. What is refused because the device lets nobody in for a while is sent again once it does.
    pub async fn send(&self, request: &Outgoing) -> Exchange {
        if self.replayed {
            return self.transport.exchange(request).await;
        }
        self.lockout.pass().await;
        let exchange = self.send_once(request).await;
        if !self.lockout.is_met(request, &exchange) {
            return exchange;
        }
        match self.lockout.over(|| self.is_let_in()).await {
            Entry::Open => self.send_once(request).await,
            Entry::Shut => {
                let why = "the device lets the account in no more that it let in before (401)".to_owned();
                self.stops.die(format!("the run was stopped: {why}"));
                Exchange { outcome: Err(Fault::Login { why }), ..exchange }
            }
        }
    }

    /// The request that a living device answers.
    ///
    /// # Errors
    /// A mistake of the suite.
    pub fn alive_request(&self) -> Result<Outgoing, String> {
        let maker = own_maker(self.seed, self.ours);
        outgoing(&self.suite.suite.alive.send, &Scope::new(&self.known.values, &maker), false)
    }

    /// Whether the device lets the account in.
    async fn is_let_in(&self) -> bool {
        let Ok(request) = self.alive_request() else { return true };
        self.send_once(&request).await.outcome.is_ok_and(|answer| answer.status != 401)
    }

    /// Sends a request whatever its answer is; alone, on a connection of its own, for a device may close a kept one whenever it likes.
    async fn send_once(&self, request: &Outgoing) -> Exchange {
        self.pace.turn().await;
        let exchange = if self.alone {
            let wire = Wire { fresh: true, ..request.wire.clone() };
            self.transport.exchange(&Outgoing { judged: true, wire, ..request.clone() }).await
        } else {
            self.transport.exchange(request).await
        };
        self.pace.learn(&exchange);
        exchange
    }

    /// The kinds of entries that a request may create.
    pub fn creators(&self, request: &Outgoing) -> Vec<(usize, &'b Entity)> {
        let entities = &self.suite.suite.safety.entities;
        let fitting = entities.iter().zip(self.creating).enumerate().filter(|(_, (_, rule))| rule.fits(request));
        fitting.map(|(kind, (entity, _))| (kind, entity)).collect()
    }

    /// Waits while a list is being read that does not hold still; nobody reads one so while the guard is held.
    pub async fn in_turn(&self) -> RwLockReadGuard<'_, ()> {
        self.quiet.read().await
    }

    /// Writes down everything that a request which writes may create, before it leaves, and gives what it creates: kind and ids.
    ///
    /// # Errors
    /// When the journal could not be made safe: then the request must not leave.
    pub fn announce(&self, request: &Outgoing) -> Result<Vec<(usize, Vec<Value>)>, String> {
        self.ledger.wrote.set(true);
        let fresh = self.ours.take_new().into_iter();
        let mut lines: Vec<JournalLine> =
            fresh.map(|id| JournalLine::entity(&self.suite.suite.suite, FRESH, &Value::String(id))).collect();
        let mut created = Vec::new();
        let creators = self.creators(request);
        let body = request.body.as_deref().filter(|_| !creators.is_empty());
        let body = body.and_then(|body| crate::json::read(body).value).unwrap_or_default();
        for (kind, entity) in creators {
            let ids = ids(&body, &entity.in_request, false);
            lines.extend(ids.iter().map(|id| JournalLine::entity(&self.suite.suite.suite, &entity.kind, id)));
            let nameless = self.nameless(entity, request);
            if nameless > 0 {
                self.ledger.nameless.set(self.ledger.nameless.get() + nameless);
                lines.push(self.nameless_line(entity, nameless, false));
            }
            created.push((kind, ids));
        }
        self.journal.write(lines).map_err(|error| format!("the journal cannot be written: {error}"))?;
        Ok(created)
    }

    /// How many entries a request may create that carry neither an id nor a mark of this run.
    fn nameless(&self, entity: &Entity, request: &Outgoing) -> u64 {
        let Some(each) = &entity.each else { return 0 };
        let Some(body) = request.body.as_deref() else { return 0 };
        let Some(body) = crate::json::read(body).value else { return 1 };
        let is_known = |element: &Value| {
            let marked = self.marks.are_ours(&entity.kind, element, self.ours);
            let texts = element.as_object().into_iter().flat_map(serde_json::Map::values).filter_map(Value::as_str);
            marked || texts.into_iter().any(|text| self.ours.has(text))
        };
        pointer_all(&body, each).into_iter().filter(|element| !is_known(element)).count() as u64
    }

    fn nameless_line(&self, entity: &Entity, count: u64, settled: bool) -> JournalLine {
        let after = self.before.and_then(|before| before.stamps.values().map(|(stamp, _)| *stamp).max());
        let kind = entity.kind.clone();
        let suite = self.suite.suite.suite.clone();
        JournalLine { suite, kind, nameless: Some(count), after, removed: settled, ..JournalLine::default() }
    }

    /// A reply came: it named what was created, which the journal holds by now, or nothing was.
    pub fn settle_nameless(&self, entity: &Entity, request: &Outgoing) {
        let count = self.nameless(entity, request);
        if count > 0 {
            self.ledger.nameless.set(self.ledger.nameless.get().saturating_sub(count));
            drop(self.journal.write(vec![self.nameless_line(entity, count, true)]));
        }
    }

    /// Takes ids that a device gave to entries of this run, unless it held them before: a device that names somebody else's entry in
    /// its reply must not have it removed by us.
    ///
    /// # Errors
    /// When the journal could not be made safe.
    pub fn take_given(&self, kind: usize, entity: &Entity, reply: &Value) -> Result<(Vec<Value>, Vec<Value>), String> {
        let listing = self.suite.suite.safety.snapshots.iter().position(|snapshot| snapshot.kind == entity.kind);
        let is_foreign = |id: &Value| match (self.before, listing) {
            _ if id.as_str().is_some_and(|id| self.ours.has(id)) => false,
            (Some(before), Some(listing)) => before.holds_foreign(listing, id),
            (None, Some(_)) => true,
            (_, None) => false,
        };
        let (foreign, given): (Vec<Value>, Vec<Value>) =
            ids(reply, &entity.in_reply, entity.in_request.is_empty()).into_iter().partition(is_foreign);
        let new = given.iter().filter(|id| !self.made.borrow().contains_key(&(kind, key_of(id))));
        let lines = new.map(|id| JournalLine::entity(&self.suite.suite.suite, &entity.kind, id));
        self.journal.write(lines.collect()).map_err(|error| format!("the journal cannot be written: {error}"))?;
        given.iter().for_each(|id| self.firewall.own(id));
        Ok((given, foreign))
    }

    /// Whether a reply says that there is no room for more entries.
    pub fn is_full(&self, seen: &Seen<'_>, scope: &Scope<'_>) -> bool {
        let full = self.suite.suite.safety.full.as_ref();
        full.is_some_and(|full| seen.answer().is_some() && holds(seen, full, &self.yardstick(scope)).unwrap_or(false))
    }

    /// What replies are measured with.
    pub fn yardstick<'a>(&'a self, scope: &'a Scope<'_>) -> Yardstick<'a> {
        Yardstick { schemas: &self.suite.schemas, replies: &self.suite.suite.replies, fill: scope }
    }

    /// What the device shows of an entry when asked for it alone; `None` where there is no way to ask, else the reply's body if it is what shows the
    /// entry.
    pub async fn shown(&self, entity: &Entity, id: &Value, scope: &Scope<'_>) -> Option<Option<Value>> {
        let shown = entity.shown.as_ref()?;
        let mut inner = scope.inner();
        inner.set("id", id.clone());
        let request = outgoing(&shown.send, &inner, false).ok()?;
        self.firewall.check(&request, Risk::Read, self.ours).ok()?;
        let exchange = self.send(&request).await;
        let read = Read::default();
        let seen = Seen::new(&exchange, &read);
        let is_there = holds(&seen, &shown.expect, &self.yardstick(&inner)).unwrap_or(false);
        Some(is_there.then(|| seen.value().cloned().unwrap_or_default()))
    }

    /// Remembers an entry as made by a case of this run.
    pub fn note_created(&self, kind: usize, id: &Value, case: &str) {
        self.made.borrow_mut().insert((kind, key_of(id)), id.clone());
        if id.is_number() {
            self.ledger.holders.borrow_mut().insert((kind, key_of(id)), case.to_owned());
        }
    }

    /// Whether an entry is still that of the case: a device may give the number of a removed one to the entry of another case.
    pub fn is_held_by(&self, kind: usize, id: &Value, case: &str) -> bool {
        self.ledger.holders.borrow().get(&(kind, key_of(id))).is_none_or(|holder| holder == case)
    }

    /// Removes entries of a kind.
    ///
    /// # Errors
    /// A sentence about what could not be removed.
    pub async fn remove(&self, kind: usize, ids: &[Value], scope: &Scope<'_>, evidence: &mut Evidence) -> Result<(), String> {
        if ids.is_empty() {
            return Ok(());
        }
        let one_by_one: Vec<&[Value]> =
            if self.suite.suite.safety.entities[kind].one_by_one { ids.chunks(1).collect() } else { vec![ids] };
        for some in one_by_one {
            if self.is_anothers(kind, some, scope).await {
                self.forget(kind, some);
                continue;
            }
            self.remove_some(kind, some, scope, evidence).await?;
        }
        Ok(())
    }

    /// Whether a number that the device gave to an entry of ours is that of somebody else's entry by now: the device shows it under a name that is
    /// none of this run's.
    async fn is_anothers(&self, kind: usize, ids: &[Value], scope: &Scope<'_>) -> bool {
        let entity = &self.suite.suite.safety.entities[kind];
        let [id @ Value::Number(_)] = ids else { return false };
        let item = self.shown(entity, id, scope).await.flatten();
        let is_ours = |item: &Value| self.marks.are_ours(&entity.kind, item, self.ours) || signed(self.ours, item);
        item.is_some_and(|item| self.marks.names(&entity.kind, &item) && !is_ours(&item))
    }

    async fn remove_some(&self, kind: usize, ids: &[Value], scope: &Scope<'_>, evidence: &mut Evidence) -> Result<(), String> {
        let entity = &self.suite.suite.safety.entities[kind];
        let mut inner = scope.inner();
        inner.set("ids", json!(ids));
        inner.set("id", ids.first().cloned().unwrap_or_default());
        let request = outgoing(&entity.remove, &inner, false)?;
        self.firewall.check(&request, Risk::Own, self.ours).map_err(|why| format!("the teardown may not leave: {why}"))?;
        self.ledger.wrote.set(true);
        let mut exchange = self.send(&request).await;
        for _ in 1..TRIES {
            let may_repeat = match &exchange.outcome {
                Ok(answer) => answer.is_too_much(),
                // A uuid of ours is never anybody else's, a number may be by now.
                Err(_) => ids.iter().all(Value::is_string),
            };
            if !may_repeat || self.stops.is_dead() {
                break;
            }
            exchange = self.send(&request).await;
        }
        let failure = match &exchange.outcome {
            Err(fault) => Some(fault.to_string()),
            Ok(answer) if answer.status >= 500 || matches!(answer.status, 401 | 403 | 429) => {
                Some(format!("status {}", answer.status))
            }
            Ok(_) => None,
        };
        evidence.add("teardown", None, exchange);
        match failure {
            None => self.forget(kind, ids),
            Some(why) => return Err(format!("{} {ids:?} could not be removed: {why}", entity.kind)),
        }
        Ok(())
    }

    /// What was removed is struck from the journal; a number is no longer ours, because the device may give it to somebody else.
    fn forget(&self, kind: usize, ids: &[Value]) {
        self.journal.strike(&self.suite.suite.suite, &self.suite.suite.safety.entities[kind].kind, ids);
        for id in ids.iter().filter(|id| id.is_number()) {
            self.made.borrow_mut().shift_remove(&(kind, key_of(id)));
            self.firewall.disown(id);
        }
    }

    /// Reads a paged list whole, as one exchange whose rows are all rows. A page that does not come ends it with that exchange.
    ///
    /// What is written between two pages moves rows from one to the other, and a row that moved to a page read before is missed. So a list of
    /// several pages that does not add up is read again.
    ///
    /// # Errors
    /// A mistake of the suite.
    pub async fn all_pages(&self, pages: &Pages, scope: &Scope<'_>) -> Result<Exchange, String> {
        let mut reading = self.reading(pages, scope, false).await?;
        for _ in 1..READINGS {
            if reading.adds_up {
                break;
            }
            // What this run itself writes meanwhile waits.
            let _quiet = self.quiet.write().await;
            reading = self.reading(pages, scope, true).await?;
        }
        Ok(reading.exchange)
    }

    async fn reading(&self, pages: &Pages, scope: &Scope<'_>, further: bool) -> Result<Reading, String> {
        let mut whole: Option<(Exchange, Value)> = None;
        let mut rows: Vec<Value> = Vec::new();
        let mut seen = HashSet::new();
        let mut totals = Vec::new();
        for page in 1..=MOST_PAGES {
            let exchange = self.page(pages, page, scope, further || page > 1).await?;
            let read = readable(&exchange).and_then(|(answer, body)| Some((answer.status, rows_at(&body, &pages.items)?, body)));
            let Some((status, found, body)) = read else {
                // A list of which a page did not come is not shorter for that.
                return Ok(Reading { exchange, adds_up: whole.is_none() });
            };
            let new_rows = found.iter().map(Value::to_string).filter(|row| seen.insert(row.clone())).count();
            let total = pages.total(&body);
            totals.extend(total);
            if whole.is_none() {
                whole = Some((exchange, body));
            }
            if new_rows == 0 || status != 200 {
                break;
            }
            rows.extend(found);
            let all = total.is_some_and(|total| rows.len() as u64 >= total);
            if all || !pages.is_paged() {
                break;
            }
        }
        let (exchange, body) = whole.ok_or("no page came")?;
        let adds_up = totals.len() < 2 || totals.iter().all(|total| *total == seen.len() as u64);
        Ok(Reading { exchange: joined(exchange, body, &pages.items, rows), adds_up })
    }

    async fn page(&self, pages: &Pages, page: u64, scope: &Scope<'_>, further: bool) -> Result<Exchange, String> {
        let request = Outgoing { further, ..self.page_request(pages, page, scope)? };
        self.firewall.check(&request, Risk::Read, self.ours)?;
        Ok(self.send(&request).await)
    }

    /// The request for one page of a list.
    ///
    /// # Errors
    /// A mistake of the suite.
    pub fn page_request(&self, pages: &Pages, page: u64, scope: &Scope<'_>) -> Result<Outgoing, String> {
        let mut send = pages.send.clone();
        if pages.is_paged() {
            let fill = |text: &str| text.replace("{{page}}", &page.to_string());
            send.path = fill(&send.path);
            send.query.values_mut().for_each(|value| {
                if let Some(text) = value.as_str() {
                    *value = json!(fill(text));
                }
            });
        }
        Ok(Outgoing { page: true, ..outgoing(&send, scope, true)? })
    }
}

/// A paged list as it was read.
struct Reading {
    exchange: Exchange,
    /// Each page told of as many rows as came on all of them together.
    adds_up: bool,
}

/// The ids at some places: texts, and numbers only where it is the device that numbers its entries. An empty text is nobody's id, and a device that
/// is asked to remove it might remove whatever has none.
fn ids(body: &Value, places: &[String], are_numbered: bool) -> Vec<Value> {
    let found = places.iter().flat_map(|place| pointer_all(body, place));
    let is_id = |id: &&Value| match id {
        Value::String(text) => !text.trim().is_empty(),
        Value::Number(_) => are_numbered,
        _ => false,
    };
    found.filter(is_id).cloned().collect()
}

impl Pages {
    /// How many rows there are on all pages, where the reply says so.
    pub(super) fn total(&self, body: &Value) -> Option<u64> {
        self.totals.iter().find_map(|place| body.pointer(place).and_then(Value::as_u64))
    }

    /// Whether the request asks for one page of several.
    pub(super) fn is_paged(&self) -> bool {
        self.send.path.contains("{{page}}")
            || self.send.query.values().any(|value| value.as_str().is_some_and(|text| text.contains("{{page}}")))
    }
}

fn readable(exchange: &Exchange) -> Option<(&Answer, Value)> {
    let answer = exchange.outcome.as_ref().ok()?;
    Some((answer, crate::json::read(&answer.body).value?))
}

fn rows_at(body: &Value, items: &str) -> Option<Vec<Value>> {
    body.pointer(items).and_then(Value::as_array).cloned()
}

/// The first page's exchange with the rows of all pages.
fn joined(mut exchange: Exchange, mut body: Value, items: &str, rows: Vec<Value>) -> Exchange {
    pointer_put(&mut body, items, Some(Value::Array(rows)));
    if let Ok(answer) = &mut exchange.outcome {
        answer.body = body.to_string().into_bytes();
    }
    exchange
}

/// A maker for what belongs to no case: probes, snapshots, the final sweep.
pub(super) fn own_maker(seed: u64, ours: &Ours) -> Maker<'_> {
    Maker::new(seed, "run", 0, ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_an_id_is_one() {
        let reply = json!({ "users": [{ "uuid": "a" }, { "uuid": "" }, { "uuid": " " }, { "uuid": 1 }, { "uuid": null }, {}] });
        let places = ["/users/*/uuid".to_owned()];
        assert_eq!(ids(&reply, &places, false), [json!("a")]);
        assert_eq!(ids(&reply, &places, true), [json!("a"), json!(1)]);
    }
}
