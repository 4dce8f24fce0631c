//! After the cases: what is left of a run is removed, and what belongs to others is compared.

use std::time::Duration;

use serde_json::Value;

use super::bench::{Bench, own_maker};
use super::claims::Whose;
use super::evidence::Evidence;
use super::journal::JournalLine;
use super::run::Floor;
use super::snapshot::{Holdings, take, written_since};
use super::transport::Transport;
use super::untouched::Looks;
use crate::profile::Known;
use crate::record::Untouched;
use crate::template::Scope;

/// After so many removals it is looked whether the entries are gone; after the first one at once.
const AUDIT_EVERY: usize = 100;

/// How long nothing is sent, to see whether somebody else is at work.
const QUIET: Duration = Duration::from_millis(1500);

impl<T: Transport> Floor<'_, T> {
    /// Sweeps up what is left of this run, and compares what belongs to others.
    pub(super) async fn after(&self, known: &Known) -> Untouched {
        let bench = self.bench(known, true);
        let unknown = |why: String| Untouched { holds: None, why_unknown: Some(why), ..Untouched::default() };
        let before = match self.before.get() {
            Some(Ok(before)) => before,
            Some(Err(why)) => return unknown(format!("before the run: {why}")),
            None => return unknown("it was not read before the run".to_owned()),
        };
        let after = match self.swept(&bench, before).await {
            Ok(after) => after,
            Err(why) => return unknown(format!("after the run: {why}")),
        };
        let later = self.look_later(&bench, before, &after).await;
        let written = written_since(&bench, before, &self.claims(false)).await;
        let wrote = self.ledger.wrote.get();
        let looks = Looks { before, after: &after, later: later.as_ref(), written: written.as_deref(), wrote };
        let untouched = looks.untouched(|listing| self.suite.suite.safety.snapshots[listing].kind.clone());
        self.close(&after, &untouched);
        untouched
    }

    /// What a device holds once this run's entries are removed, as far as they can be.
    async fn swept(&self, bench: &Bench<'_, T>, before: &Holdings) -> Result<Holdings, String> {
        let held = take(bench, &self.claims(false)).await?;
        if self.sweep(bench, Some(before), &held).await.is_empty() { Ok(held) } else { take(bench, &self.claims(false)).await }
    }

    /// Removes one by one what is ours; gives what it tried to remove.
    pub(super) async fn sweep(&self, bench: &Bench<'_, T>, before: Option<&Holdings>, held: &Holdings) -> Vec<(usize, Value)> {
        let maker = own_maker(self.manner.seed, &self.ours);
        let scope = Scope::new(&bench.known.values, &maker);
        let safety = &self.suite.suite.safety;
        let mut tried = Vec::new();
        let nameless = self.nameless(before, held);
        for ((listing, key), entry) in &held.entries {
            let Some(id) = entry.id.as_ref().filter(|_| entry.whose == Whose::Ours || nameless.contains(&(*listing, key))) else {
                continue;
            };
            let Some(kind) = safety.entities.iter().position(|entity| entity.kind == safety.snapshots[*listing].kind) else {
                continue;
            };
            // What somebody else had before the run stays, whatever is on it now.
            if !before.is_some_and(|before| before.holds_foreign(*listing, id)) {
                bench.firewall.own(id);
                drop(bench.remove(kind, std::slice::from_ref(id), &scope, &mut Evidence::default()).await);
                tried.push((kind, id.clone()));
            }
        }
        tried
    }

    /// Entries that say nothing and came after the run began, as long as they are no more than the run made without a name.
    pub(super) fn nameless<'h>(&self, before: Option<&Holdings>, held: &'h Holdings) -> Vec<(usize, &'h String)> {
        let since = |listing: &usize| before.and_then(|before| before.stamps.get(listing)).map(|(stamp, _)| *stamp);
        let is_new = |listing: &usize, stamp: Option<u64>| since(listing).zip(stamp).is_some_and(|(since, stamp)| stamp > since);
        let candidates = held
            .entries
            .iter()
            .filter(|((listing, _), entry)| entry.bare && entry.whose == Whose::Others && is_new(listing, entry.stamp));
        let candidates: Vec<_> = candidates.map(|((listing, key), _)| (*listing, key)).collect();
        if candidates.len() as u64 <= self.ledger.nameless.get() { candidates } else { Vec::new() }
    }

    /// Where something differs: whether more changes while nothing is sent.
    async fn look_later(&self, bench: &Bench<'_, T>, before: &Holdings, after: &Holdings) -> Option<Holdings> {
        if !Looks::differ(before, after) || !self.manner.cautious {
            return None;
        }
        tokio::time::sleep(QUIET).await;
        take(bench, &self.claims(false)).await.ok()
    }

    /// The journal's last words about this run.
    fn close(&self, after: &Holdings, untouched: &Untouched) {
        let suite = &self.suite.suite.suite;
        let done = JournalLine { suite: suite.clone(), done: true, ..JournalLine::default() };
        let left = after.entries.iter().filter(|(_, entry)| entry.whose == Whose::Ours);
        let kind = |listing: usize| self.suite.suite.safety.snapshots[listing].kind.as_str();
        let lines: Vec<JournalLine> = if untouched.left_behind.is_empty() && self.ledger.nameless.get() == 0 {
            vec![done]
        } else {
            left.filter_map(|((listing, _), entry)| Some(JournalLine::entity(suite, kind(*listing), entry.id.as_ref()?)))
                .collect()
        };
        drop(self.manner.journal.write(lines));
    }

    /// Looks whether what was removed is gone. What is not, and cannot be removed one by one either, ends the making of more.
    pub(super) async fn audit(&self, bench: &Bench<'_, T>, at_once: bool) {
        let count = self.removed.borrow().len();
        let due = at_once || count >= AUDIT_EVERY || (self.audits.get() == 0 && count > 0);
        if !self.manner.cautious || !due || self.stops.is_over() || self.stops.is_stuck() {
            return;
        }
        self.audits.set(self.audits.get() + 1);
        let removed = self.removed.take();
        let maker = own_maker(self.manner.seed, &self.ours);
        let scope = Scope::new(&bench.known.values, &maker);
        let mut left = self.still_there(bench, &removed).await;
        for (kind, id) in &left {
            drop(bench.remove(*kind, std::slice::from_ref(id), &scope, &mut Evidence::default()).await);
        }
        if !left.is_empty() {
            left = self.still_there(bench, &left).await;
        }
        let mut proven = Vec::new();
        for (kind, id) in &left {
            let entity = &self.suite.suite.safety.entities[*kind];
            // Where there is no way to ask, the list is believed.
            if bench.shown(entity, id, &scope).await.is_none_or(|shown| shown.is_some()) {
                proven.push(format!("{} {}", entity.kind, id.as_str().map_or_else(|| id.to_string(), str::to_owned)));
            }
        }
        if !proven.is_empty() {
            self.stops
                .stick(format!("entries of this run cannot be removed, so nothing more was created: {}", proven.join(", ")));
        }
    }

    async fn still_there(&self, bench: &Bench<'_, T>, removed: &[(usize, Value)]) -> Vec<(usize, Value)> {
        let Ok(held) = take(bench, &self.claims(false)).await else { return Vec::new() };
        let safety = &self.suite.suite.safety;
        let is_there = |kind: usize, id: &Value| {
            let listing = safety.snapshots.iter().position(|snapshot| snapshot.kind == safety.entities[kind].kind);
            listing.is_some_and(|listing| held.entries.contains_key(&(listing, super::claims::key_of(id))))
        };
        // A number may have been given to another entry since.
        removed.iter().filter(|(kind, id)| id.is_string() && is_there(*kind, id)).cloned().collect()
    }
}
