//! What all cases of a run share: the target, what is known of it, what was made, and the wall around everything else.

use crate::profile::Known;
use crate::template::{Maker, Ours, Scope};
use std::cell::RefCell;
use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::evidence::Evidence;
use super::firewall::{Firewall, RequestRule};
use super::pointer;
use super::request::outgoing;
use super::transport::Transport;
use crate::case::{Pages, Risk};
use crate::catalogue::SuiteCatalogue;
use crate::exchange::{Answer, Exchange, Outgoing, Wire};
use crate::suite::Entity;

/// The most pages of a list that are read.
const MOST_PAGES: u64 = 2_000;

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
    /// The pause before each request.
    pub pause: Duration,
    /// Which requests create which kind of entry.
    pub creating: &'b [RequestRule],
    /// Every entry that the run made: kind and id.
    pub made: &'b RefCell<Vec<(usize, Value)>>,
}

impl<'b, T: Transport> Bench<'b, T> {
    /// Sends one request at the run's pace; alone, on a connection of its own, for a device may close a kept one whenever it likes.
    pub async fn send(&self, request: &Outgoing) -> Exchange {
        if !self.pause.is_zero() {
            tokio::time::sleep(self.pause).await;
        }
        if !self.alone {
            return self.transport.exchange(request).await;
        }
        let wire = Wire { fresh: true, ..request.wire.clone() };
        self.transport.exchange(&Outgoing { judged: true, wire, ..request.clone() }).await
    }

    /// The kinds of entries that a request may create.
    pub fn creators(&self, request: &Outgoing) -> Vec<(usize, &'b Entity)> {
        let entities = &self.suite.suite.safety.entities;
        let fitting = entities.iter().zip(self.creating).enumerate().filter(|(_, (_, rule))| rule.fits(request));
        fitting.map(|(kind, (entity, _))| (kind, entity)).collect()
    }

    /// Remembers an entry as made by this run.
    pub fn note_created(&self, kind: usize, id: &Value) {
        self.made.borrow_mut().push((kind, id.clone()));
    }

    /// Removes entries of a kind.
    ///
    /// # Errors
    /// A sentence about what could not be removed.
    pub async fn remove(&self, kind: usize, ids: &[Value], scope: &Scope<'_>, evidence: &mut Evidence) -> Result<(), String> {
        let entity = &self.suite.suite.safety.entities[kind];
        if ids.is_empty() {
            return Ok(());
        }
        let one_by_one: Vec<&[Value]> = if entity.one_by_one { ids.chunks(1).collect() } else { vec![ids] };
        for some in one_by_one {
            self.remove_some(entity, some, scope, evidence).await?;
        }
        Ok(())
    }

    async fn remove_some(
        &self,
        entity: &Entity,
        ids: &[Value],
        scope: &Scope<'_>,
        evidence: &mut Evidence,
    ) -> Result<(), String> {
        let mut inner = scope.inner();
        inner.set("ids", json!(ids));
        inner.set("id", ids.first().cloned().unwrap_or_default());
        let request = outgoing(&entity.remove, &inner, false)?;
        self.firewall.check(&request, Risk::Own, self.ours).map_err(|why| format!("the teardown may not leave: {why}"))?;
        let exchange = self.send(&request).await;
        let failure = match &exchange.outcome {
            Err(fault) => Some(fault.to_string()),
            Ok(answer) if answer.status >= 500 || answer.status == 401 || answer.status == 429 => {
                Some(format!("status {}", answer.status))
            }
            Ok(_) => None,
        };
        evidence.add("teardown", None, exchange);
        failure.map_or(Ok(()), |why| Err(format!("{} {ids:?} could not be removed: {why}", entity.kind)))
    }

    /// Reads a paged list whole, as one exchange whose rows are all rows. A page that does not come ends it with that exchange.
    ///
    /// # Errors
    /// A mistake of the suite.
    pub async fn all_pages(&self, pages: &Pages, scope: &Scope<'_>) -> Result<Exchange, String> {
        let mut whole: Option<(Exchange, Value)> = None;
        let mut rows: Vec<Value> = Vec::new();
        let mut seen = HashSet::new();
        for page in 1..=MOST_PAGES {
            let exchange = self.page(pages, page, scope).await?;
            let Some((answer, body)) = readable(&exchange) else {
                if whole.is_none() {
                    return Ok(exchange);
                }
                break;
            };
            let Some(Value::Array(found)) = body.pointer(&pages.items).cloned() else {
                if whole.is_none() {
                    return Ok(exchange);
                }
                break;
            };
            let new_rows = found.iter().map(Value::to_string).filter(|row| seen.insert(row.clone())).count();
            let total = pages.totals.iter().find_map(|place| body.pointer(place).and_then(Value::as_u64));
            let status = answer.status;
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
        Ok(joined(exchange, body, &pages.items, rows))
    }

    async fn page(&self, pages: &Pages, page: u64, scope: &Scope<'_>) -> Result<Exchange, String> {
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
        let request = outgoing(&send, scope, true)?;
        self.firewall.check(&request, Risk::Read, self.ours)?;
        Ok(self.send(&request).await)
    }
}

impl Pages {
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

/// The first page's exchange with the rows of all pages.
fn joined(mut exchange: Exchange, mut body: Value, items: &str, rows: Vec<Value>) -> Exchange {
    pointer::put(&mut body, items, Some(Value::Array(rows)));
    if let Ok(answer) = &mut exchange.outcome {
        answer.body = body.to_string().into_bytes();
    }
    exchange
}

/// A maker for what belongs to no case: probes, snapshots, the final sweep.
pub(super) fn own_maker(seed: u64, ours: &Ours) -> Maker<'_> {
    Maker::new(seed, "run", 0, ours)
}
