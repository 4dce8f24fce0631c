//! Which cases can see a defect or a quirk at all.

use std::collections::{BTreeMap, BTreeSet};

use super::trial::{all, on_mock};
use crate::catalogue::SuiteCatalogue;
use crate::mock::asked::{self, Asked};
use crate::mock::{self, device::Settings};
use crate::plan::Plan;
use crate::runner::Stage;
use crate::session::Session;

/// What the plain mock looked for in each case. A case in which it never looked for a defect or quirk goes, on a mock that has it, exactly as
/// on the plain one: it need not be run there.
pub(super) struct Sight<'s> {
    suite: &'s SuiteCatalogue,
    /// Looked for before any case: such a device may be another from the start.
    at_start: Asked,
    by_case: BTreeMap<&'s str, Asked>,
}

impl<'s> Sight<'s> {
    /// Runs each case alone on a plain mock.
    ///
    /// # Errors
    /// When the plain mock cannot be run.
    pub fn of(suite: &'s SuiteCatalogue, seed: u64) -> Result<Self, String> {
        asked::take();
        on_mock(suite, &Session::plain_mock(seed), async |session| {
            let known = session.recognise(seed).await.map_err(|why| why.to_string())?;
            let stage = Stage::new(suite, &known, &session, seed)?;
            let mut sight = Self { suite, at_start: asked::take(), by_case: BTreeMap::new() };
            for case in Plan::new(suite, &known, &all(&[])).running() {
                stage.attempt(case, 0).await;
                sight.by_case.insert(&case.id.0, asked::take());
            }
            Ok(sight)
        })
    }

    /// The cases that may go otherwise on a mock of these settings than on the plain one; `None` when any may.
    pub fn cases(&self, settings: &Settings) -> Option<BTreeSet<String>> {
        let plain = Session::plain_mock(settings.seed);
        let (defects, quirks) = mock::rows(&self.suite.suite.suite);
        let place_of = |name: &String, names: &[&str]| names.iter().position(|have| have == name);
        let defect_names: Vec<&str> = defects.iter().map(|row| row.name).collect();
        let quirk_names: Vec<&str> = quirks.iter().map(|row| row.name).collect();
        let defects: Option<Vec<usize>> = settings.defects.iter().map(|name| place_of(name, &defect_names)).collect();
        let quirks: Option<Vec<usize>> = settings.quirks.iter().map(|name| place_of(name, &quirk_names)).collect();
        let (defects, quirks) = (defects?, quirks?);
        let looks = |asked: &Asked| {
            defects.iter().any(|place| asked.defects.contains(*place)) || quirks.iter().any(|place| asked.quirks.contains(*place))
        };
        if settings.scheme != plain.scheme || looks(&self.at_start) {
            return None;
        }
        let cases = self.suite.cases.iter().map(|case| case.id.0.as_str());
        let may_differ = |id: &&str| self.by_case.get(id).is_none_or(looks);
        Some(cases.filter(may_differ).map(str::to_owned).collect())
    }
}
