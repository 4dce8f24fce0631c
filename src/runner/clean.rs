//! Removes what an interrupted run left on a device: what its journal names, and nothing else.

use std::sync::atomic::AtomicBool;

use serde_json::Value;

use super::bench::own_maker;
use super::claims::{Whose, key_of};
use super::evidence::Evidence;
use super::journal::{Claim, JournalLine};
use super::run::{Floor, Manner, Rules};
use super::snapshot::{Holdings, take};
use super::transport::Transport;
use crate::catalogue::SuiteCatalogue;
use crate::profile::Known;
use crate::schema::is_uuid_text;
use crate::template::Scope;

/// How often it is tried to remove what is left.
const ROUNDS: u32 = 2;

/// What cleaning up came to: kinds and ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cleaned {
    pub removed: Vec<String>,
    /// Entries that the journal names and the device does not hold.
    pub gone: u64,
    pub left: Vec<String>,
}

/// Removes what a claim names. Afterwards the journal (the manner's) says that nothing is left, if so.
///
/// # Errors
/// A sentence: the device could not be read, or a mistake of the suite's data.
pub async fn clean<T: Transport>(
    suite: &SuiteCatalogue,
    mut known: Known,
    claim: &Claim,
    manner: &Manner,
    transport: &T,
) -> Result<Cleaned, String> {
    let rules = Rules::new(suite, &known, manner.seed)?;
    let stop = AtomicBool::new(false);
    let floor = Floor::new(suite, transport, manner, rules, &stop);
    floor.take_claim(claim);
    let first = floor.held(&known).await?;
    let before = named(&floor, &first);
    let mut left = floor.round(&known, claim, &first).await?;
    for (dialect, class) in classes(suite) {
        if named(&floor, &left).is_empty() {
            break;
        }
        known.settle(suite, &dialect, &class);
        left = floor.round(&known, claim, &left).await?;
    }
    let still = named(&floor, &left);
    let blind = floor.remove_unlisted(&known, claim).await;
    let removed: Vec<String> = before.iter().filter(|entry| !still.contains(entry)).cloned().collect();
    let gone = claim.named.iter().filter(|line| !before.contains(&format!("{} {}", line.kind, key_of(&line.value())))).count();
    let cleaned = Cleaned { gone: gone as u64, removed, left: [still, blind].concat() };
    if cleaned.left.is_empty() {
        floor.close_claim(claim);
    }
    Ok(cleaned)
}

/// Every way in which a device may want to be asked, the usual ones first.
fn classes(suite: &SuiteCatalogue) -> Vec<(String, String)> {
    let all = suite.suite.dialects.iter().flat_map(|(name, dialect)| {
        let others = dialect.classes.keys().filter(|class| **class != dialect.default);
        others.map(|class| (name.clone(), class.clone()))
    });
    all.collect()
}

/// What is ours of what a device holds.
fn named<T: Transport>(floor: &Floor<'_, T>, held: &Holdings) -> Vec<String> {
    let nameless = floor.nameless_in(held);
    let ours = held.entries.iter().filter(|((listing, key), entry)| {
        entry.whose == Whose::Ours && entry.id.is_some() || nameless.contains(&(*listing, key))
    });
    let kind = |listing: usize| floor.suite.suite.safety.snapshots[listing].kind.as_str();
    ours.map(|((listing, key), _)| format!("{} {key}", kind(*listing))).collect()
}

impl<T: Transport> Floor<'_, T> {
    /// Makes everything ours that a claim names.
    fn take_claim(&self, claim: &Claim) {
        for word in &claim.fresh {
            if is_uuid_text(word) {
                self.ours.add(word);
            } else {
                self.ours.add_word(word);
            }
        }
        let safety = &self.suite.suite.safety;
        for line in &claim.named {
            if let Some(kind) = safety.entities.iter().position(|entity| entity.kind == line.kind) {
                let id = line.value();
                self.made.borrow_mut().insert((kind, key_of(&id)), id);
            }
        }
        let count = |settled: bool| {
            let lines = claim.nameless.iter().filter(|line| line.removed == settled);
            lines.filter_map(|line| line.nameless).sum::<u64>()
        };
        self.ledger.nameless.set(count(false).saturating_sub(count(true)));
        let after = claim.nameless.iter().filter_map(|line| line.after).min();
        let mut start = Holdings::default();
        if let Some(after) = after {
            start.stamps.extend((0..safety.snapshots.len()).map(|listing| (listing, (after, None))));
        }
        drop(self.before.set(Ok(start)));
    }

    async fn held(&self, known: &Known) -> Result<Holdings, String> {
        take(&self.bench(known, false), &self.claims(true)).await
    }

    fn nameless_in<'h>(&self, held: &'h Holdings) -> Vec<(usize, &'h String)> {
        self.nameless(self.before.get().and_then(|before| before.as_ref().ok()), held)
    }

    /// Tries to remove what is left, and looks again.
    async fn round(&self, known: &Known, claim: &Claim, held: &Holdings) -> Result<Holdings, String> {
        let mut held = held.clone();
        for _ in 0..ROUNDS {
            let before = self.before.get().and_then(|before| before.as_ref().ok()).filter(|_| !claim.nameless.is_empty());
            let tried = self.sweep(&self.bench(known, false), before, &held).await;
            if tried.is_empty() {
                break;
            }
            held = self.held(known).await?;
        }
        Ok(held)
    }

    /// Entries of kinds that no listing shows can only be asked to go; gives those of which that failed.
    async fn remove_unlisted(&self, known: &Known, claim: &Claim) -> Vec<String> {
        let safety = &self.suite.suite.safety;
        let is_listed = |kind: &str| safety.snapshots.iter().any(|snapshot| snapshot.kind == kind);
        let bench = self.bench(known, false);
        let maker = own_maker(self.manner.seed, &self.ours);
        let scope = Scope::new(&known.values, &maker);
        let mut left = Vec::new();
        for line in claim.named.iter().filter(|line| !is_listed(&line.kind) && line.id.is_some()) {
            let Some(kind) = safety.entities.iter().position(|entity| entity.kind == line.kind) else { continue };
            let id: Value = line.value();
            bench.firewall.own(&id);
            if bench.remove(kind, std::slice::from_ref(&id), &scope, &mut Evidence::default()).await.is_err() {
                left.push(format!("{} {}", line.kind, key_of(&id)));
            }
        }
        left
    }

    /// Says in the journal that nothing is left of the runs that the claim speaks of.
    fn close_claim(&self, claim: &Claim) {
        let suite = self.suite.suite.suite.clone();
        let done = |run: &String| JournalLine { suite: suite.clone(), run: run.clone(), done: true, ..JournalLine::default() };
        drop(self.manner.journal.write(claim.runs.iter().map(done).collect()));
    }
}
