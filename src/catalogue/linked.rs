//! The catalogue as the rest of the program uses it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use super::{Sources, load};
use crate::case::{Case, CaseId, Risk};
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
    /// A digest of the files that all this was read from, and so of everything that verdicts follow from.
    pub digest: String,
    rows: HashMap<RequirementId, usize>,
}

/// A case where it stands. What the rows of a case have in common is there once.
#[derive(Debug, Clone)]
pub struct CatalogueCase {
    pub id: CaseId,
    pub case: Arc<Case>,
    /// What the file and the case need, together.
    pub needs: Arc<[String]>,
    pub risk: Risk,
    /// The file's name in the catalogue, e.g. `cases/2n/dir/delete.json`.
    pub file: Arc<str>,
    /// The file's path as its author knows it.
    pub shown_file: Arc<str>,
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
        digest: String,
    ) -> Self {
        let rows = requirements.requirements.iter().enumerate().map(|(at, row)| (row.id.clone(), at)).collect();
        Self { suite, requirements, profiles, cases, schemas, digest, rows }
    }

    /// A catalogue row by its id.
    pub fn requirement(&self, id: &RequirementId) -> Option<&Requirement> {
        self.rows.get(id).map(|at| &self.requirements.requirements[*at])
    }
}
