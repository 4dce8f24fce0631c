//! The catalogue as the rest of the program uses it.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufWriter};
use std::sync::{Arc, OnceLock};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{Sources, load};
use crate::case::{Case, CaseId, Risk, Step};
use crate::requirement::{Requirement, RequirementFile, RequirementId};
use crate::schema::Schemas;
use crate::suite::{Profile, Suite};

/// Every suite with its cases.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// By id, e.g. `2n`.
    pub suites: BTreeMap<String, SuiteCatalogue>,
}

/// One suite, linked.
#[derive(Debug, Clone)]
pub struct SuiteCatalogue {
    pub suite: Suite,
    pub requirements: RequirementFile,
    pub profiles: Vec<Profile>,
    pub cases: Vec<CatalogueCase>,
    pub schemas: Schemas,
    rows: HashMap<RequirementId, usize>,
    digest: OnceLock<String>,
}

/// A case where it stands.
#[derive(Debug, Clone)]
pub struct CatalogueCase {
    pub id: CaseId,
    pub case: Case,
    /// What the file and the case need, together.
    pub needs: Vec<String>,
    pub risk: Risk,
    /// The file's name in the catalogue, e.g. `cases/2n/dir/delete.json`.
    pub file: String,
    /// The file's path as its author knows it.
    pub shown_file: String,
    /// Which of the file's cases it is (rows of one case share it).
    pub index: usize,
    /// Where it begins in the file.
    pub line: u32,
}

impl Catalogue {
    /// The catalogue that the binary carries; read at most once.
    pub fn embedded() -> &'static Self {
        static EMBEDDED: OnceLock<Catalogue> = OnceLock::new();
        EMBEDDED.get_or_init(|| load(&Sources::embedded()).0)
    }

    /// A case by its id.
    pub fn case(&self, id: &str) -> Option<&CatalogueCase> {
        self.suites.values().flat_map(|suite| &suite.cases).find(|case| case.id.0 == id)
    }

    /// A catalogue row by its id, with its suite.
    pub fn requirement(&self, id: &RequirementId) -> Option<(&SuiteCatalogue, &Requirement)> {
        self.suites.values().find_map(|suite| suite.requirement(id).map(|row| (suite, row)))
    }
}

impl SuiteCatalogue {
    /// Puts the parts of a suite together.
    pub fn new(
        suite: Suite,
        requirements: RequirementFile,
        profiles: Vec<Profile>,
        cases: Vec<CatalogueCase>,
        schemas: Schemas,
    ) -> Self {
        let rows = requirements.requirements.iter().enumerate().map(|(at, row)| (row.id.clone(), at)).collect();
        Self { suite, requirements, profiles, cases, schemas, rows, digest: OnceLock::new() }
    }

    /// A digest of everything that verdicts follow from: what the suite says, its rows, its cases and its schemas. Worked out at most once.
    pub fn digest(&self) -> &str {
        self.digest.get_or_init(|| {
            let mut digest = BufWriter::new(Digester(Sha256::new()));
            let schemas = self.schemas.names().map(|name| (name, self.schemas.text(name)));
            let parts = (&self.suite, &self.requirements, &self.profiles, schemas.collect::<Vec<_>>());
            put(&mut digest, &parts);
            let mut before: &[Arc<Step>] = &[];
            for case in &self.cases {
                let Case { title, requirements, fresh, alone, first, lasting, steps, .. } = &case.case;
                put(&mut digest, &(&case.id, title, requirements, &case.needs, case.risk, fresh, alone, first, lasting));
                for (at, step) in steps.iter().enumerate() {
                    // What a row shares with the row before it is not written again.
                    let is_shared = before.get(at).is_some_and(|earlier| Arc::ptr_eq(step, earlier));
                    put(&mut digest, &(!is_shared).then_some(step));
                }
                before = steps;
            }
            let digest = digest.into_inner().unwrap_or_else(|_| unreachable!("memory takes it")).0;
            digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
        })
    }

    /// A catalogue row by its id.
    pub fn requirement(&self, id: &RequirementId) -> Option<&Requirement> {
        self.rows.get(id).map(|at| &self.requirements.requirements[*at])
    }
}

/// Adds a part of a suite: plain data with string keys, which memory takes.
fn put(digest: &mut BufWriter<Digester>, part: &impl Serialize) {
    serde_json::to_writer(digest, part).expect("a suite is plain data");
}

struct Digester(Sha256);

impl io::Write for Digester {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
