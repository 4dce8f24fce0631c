//! One case after another on one device: for whoever runs the same case again and again.

use std::sync::atomic::AtomicBool;

use jsonschema::Validator;

use super::bench::own_maker;
use super::case_record::ran;
use super::case_run::attempt;
use super::evidence::Room;
use super::redaction::Redaction;
use super::run::{Floor, Manner, Rules};
use super::snapshot::Holdings;
use super::transport::Transport;
use crate::case::Expectation;
use crate::catalogue::{CatalogueCase, SuiteCatalogue};
use crate::exchange::Exchange;
use crate::judge::{Read, Seen, Yardstick, holds};
use crate::profile::Known;
use crate::record::CaseRecord;
use crate::template::Scope;

/// Nobody stops who runs single cases.
static NEVER: AtomicBool = AtomicBool::new(false);

/// A device of which everything is known, with the wall around what is not ours. It holds nothing of anybody else.
pub struct Stage<'s, T> {
    suite: &'s SuiteCatalogue,
    known: &'s Known,
    floor: Floor<'s, T>,
}

impl<'s, T: Transport> Stage<'s, T> {
    /// Prepares a device.
    ///
    /// # Errors
    /// A mistake of the suite's data.
    pub fn new(suite: &'s SuiteCatalogue, known: &'s Known, transport: &'s T, seed: u64) -> Result<Self, String> {
        let manner = Manner::quick(seed);
        let floor = Floor::new(suite, transport, &manner, Rules::new(suite, known, seed)?, &NEVER);
        drop(floor.before.set(Ok(Holdings::default())));
        Ok(Self { suite, known, floor })
    }

    /// The suite's rules for every reply that apply to this one and to the target's edition.
    pub fn rules_of(&self, exchange: &Exchange) -> Vec<&'s Expectation> {
        let maker = own_maker(self.floor.manner.seed, &self.floor.ours);
        let scope = Scope::new(&self.known.values, &maker);
        let read = Read::default();
        let seen = Seen::new(exchange, &read);
        let yardstick = Yardstick { schemas: &self.suite.schemas, replies: &self.suite.suite.replies, fill: &scope };
        let applies = |rule: &Expectation| {
            rule.condition.as_ref().is_none_or(|condition| holds(&seen, condition, &yardstick).unwrap_or(false))
        };
        let row = |rule: &Expectation| rule.requirement.as_ref().and_then(|id| self.suite.requirement(id));
        let concerns = |rule: &Expectation| row(rule).is_some_and(|row| self.known.concerns(row));
        self.suite.suite.invariants.iter().filter(|rule| applies(rule) && concerns(rule)).collect()
    }

    /// The schema that a rule holds against a reply.
    pub fn schema_of(&self, rule: &Expectation) -> Option<&'s Validator> {
        self.suite.schemas.get(rule.schema.as_ref()?).ok()
    }

    /// Runs a case once. Each number makes up values of its own.
    pub async fn attempt(&self, case: &CatalogueCase, number: u32) -> CaseRecord {
        ran(
            case,
            attempt(&self.floor.bench(self.known, false), case, number).await,
            &Redaction::default(),
            Some(&Room::default()),
        )
        .record
    }
}
