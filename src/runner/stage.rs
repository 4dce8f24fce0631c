//! One case after another on one device: for whoever runs the same case again and again.

use std::cell::RefCell;

use jsonschema::Validator;
use serde_json::Value;

use super::bench::{Bench, own_maker};
use super::case_run::attempt;
use super::evidence::Redaction;
use super::firewall::{Firewall, RequestRule};
use super::run::{empty, fill};
use super::transport::Transport;
use crate::case::Expectation;
use crate::catalogue::{CatalogueCase, SuiteCatalogue};
use crate::exchange::Exchange;
use crate::judge::{Read, Seen, Yardstick, holds};
use crate::profile::Known;
use crate::record::CaseRecord;
use crate::template::{Maker, Ours, Scope};

/// A device of which everything is known, with the wall around what is not ours.
pub struct Stage<'s, T> {
    suite: &'s SuiteCatalogue,
    known: &'s Known,
    transport: &'s T,
    seed: u64,
    ours: Ours,
    firewall: Firewall,
    creating: Vec<RequestRule>,
    made: RefCell<Vec<(usize, Value)>>,
}

impl<'s, T: Transport> Stage<'s, T> {
    /// Prepares a device.
    ///
    /// # Errors
    /// A mistake of the suite's data.
    pub fn new(suite: &'s SuiteCatalogue, known: &'s Known, transport: &'s T, seed: u64) -> Result<Self, String> {
        let creating =
            suite.suite.safety.entities.iter().map(|entity| RequestRule::new(&entity.created_by)).collect::<Result<_, _>>()?;
        Ok(Self {
            suite,
            known,
            transport,
            seed,
            ours: Ours::default(),
            firewall: Firewall::new(&suite.suite.safety, Maker::tag(seed))?,
            creating,
            made: RefCell::default(),
        })
    }

    /// The suite's rules for every reply that apply to this one.
    pub fn rules_of(&self, exchange: &Exchange) -> Vec<&'s Expectation> {
        let maker = own_maker(self.seed, &self.ours);
        let scope = Scope::new(&self.known.values, &maker);
        let read = Read::default();
        let seen = Seen::new(exchange, &read);
        let yardstick = Yardstick { schemas: &self.suite.schemas, replies: &self.suite.suite.replies, fill: &scope };
        let applies = |rule: &Expectation| {
            rule.condition.as_ref().is_none_or(|condition| holds(&seen, condition, &yardstick).unwrap_or(false))
        };
        self.suite.suite.invariants.iter().filter(|rule| applies(rule)).collect()
    }

    /// The schema that a rule holds against a reply.
    pub fn schema_of(&self, rule: &Expectation) -> Option<&'s Validator> {
        self.suite.schemas.get(rule.schema.as_ref()?).ok()
    }

    /// Runs a case once, as alone: what is torn is the device's. Each number makes up values of its own.
    pub async fn attempt(&self, case: &CatalogueCase, number: u32) -> CaseRecord {
        let bench = Bench {
            suite: self.suite,
            known: self.known,
            transport: self.transport,
            seed: self.seed,
            ours: &self.ours,
            firewall: &self.firewall,
            alone: true,
            pause: std::time::Duration::ZERO,
            creating: &self.creating,
            made: &self.made,
        };
        let mut record = empty(case);
        fill(&mut record, attempt(&bench, case, number).await, &Redaction::default());
        record
    }
}
