//! Everything that an author can get wrong, said at its place and all at once.
//!
//! A mistake that this lets pass comes out in the middle of a run, as the suite's own fault, or never: a matcher that demands nothing, a
//! name that is kept and not compared, a negative case that a device passes by refusing everything.

mod case_files;
mod controls;
mod demands;
mod expectations;
mod keeps;
mod knowledge;
mod matchers;
mod names;
mod page;
mod profile_file;
mod requests;
mod requirement_files;
mod risk;
mod schema_files;
mod setups;
mod site;
mod steps;
mod structure;
mod suite_files;
mod template;
#[cfg(test)]
mod tests;
mod vocabulary;
mod waiver_file;

use std::collections::{BTreeMap, BTreeSet};

use super::sources::is_of_the_suite;
use super::{Catalogue, Sources, coverage, load};
use crate::diagnostic::{Diagnostic, Diagnostics};
use knowledge::Knowledge;
use page::Page;

pub use profile_file::read_profile;
pub use waiver_file::{lint_waivers, read_waivers};

/// Every mistake in the cases, the schemas and the catalogue, each once and at its place.
///
/// ```
/// use doorspec::catalogue::{Sources, lint};
/// let sources = Sources::default().with("cases/demo/suite.json", r#"{ "suit": "demo" }"#);
/// let mistakes: Vec<String> = lint(&sources).iter().map(ToString::to_string).collect();
/// assert!(mistakes.contains(&"cases/demo/suite.json:1:3: unknown key `suit` (did you mean `suite`?)".to_owned()), "{mistakes:?}");
/// ```
pub fn lint(sources: &Sources) -> Diagnostics {
    examine(sources).mistakes
}

/// The catalogue with every mistake in it, for whoever needs both: the texts are read once.
pub fn examine(sources: &Sources) -> Examination {
    let (catalogue, loaded) = load(sources);
    let is_whole = loaded.is_empty();
    Examination { mistakes: mistakes(sources, &catalogue, loaded), catalogue, is_whole }
}

/// What came of reading and linting.
#[derive(Debug, Clone)]
pub struct Examination {
    /// As much as could be read.
    pub catalogue: Catalogue,
    /// Whether everything could be read, so that what the catalogue lacks is lacking indeed.
    pub is_whole: bool,
    pub mistakes: Diagnostics,
}

fn mistakes(sources: &Sources, catalogue: &Catalogue, loaded: Diagnostics) -> Diagnostics {
    let pages: Vec<Page> = sources.iter().filter_map(|(name, _)| Page::read(sources, name)).collect();
    let suites = folders(&pages, "cases/").into_iter();
    let suites: BTreeMap<String, Knowledge> =
        suites.map(|suite| (suite.clone(), Knowledge::gather(&suite, &pages, sources))).collect();
    suites.values().for_each(|knowledge| check_suite(knowledge, &pages, catalogue));
    for folder in folders(&pages, "schemas/") {
        let prefix = format!("schemas/{folder}/");
        let of_folder: Vec<&Page> = pages.iter().filter(|page| page.name.starts_with(&prefix)).collect();
        schema_files::check_schemas(&folder, &of_folder, suites.get(&folder));
    }
    let unsaid: Vec<Diagnostic> = loaded.into_iter().filter(|diagnostic| !is_said(&pages, diagnostic)).collect();
    let mut all: Vec<Diagnostic> = unsaid.into_iter().chain(pages.into_iter().flat_map(Page::into_found)).collect();
    all.sort_by(|one, other| (&one.file, one.place, &one.message).cmp(&(&other.file, other.place, &other.message)));
    all.dedup_by(|one, other| (&one.file, one.place, &one.message) == (&other.file, other.place, &other.message));
    all.into_iter().collect()
}

fn check_suite(knowledge: &Knowledge, pages: &[Page], catalogue: &Catalogue) {
    let suite = &knowledge.name;
    let prefix = format!("cases/{suite}/");
    let mut ids = BTreeMap::new();
    for page in pages.iter().filter(|page| page.name.starts_with(&prefix) && !is_of_the_suite(&page.name)) {
        case_files::check_case_file(page, knowledge, &mut ids);
    }
    let page = |file: &str| pages.iter().find(|page| page.name == format!("{prefix}{file}"));
    if let Some(page) = page("suite.json") {
        suite_files::check_suite(page, knowledge);
    }
    if let Some(page) = page("requirements.json") {
        let cited = catalogue.suites.get(suite).map(coverage::first_citations).unwrap_or_default();
        requirement_files::check_requirements(page, knowledge, &cited);
    }
    suite_files::check_profiles(pages, knowledge);
}

/// The names of the folders below a folder.
fn folders(pages: &[Page], prefix: &str) -> BTreeSet<String> {
    let folder = |page: &Page| page.name.strip_prefix(prefix)?.split_once('/').map(|(folder, _)| folder.to_owned());
    pages.iter().filter_map(folder).collect()
}

/// Whether what the loader says of the shape of a file was said already, and better.
fn is_said(pages: &[Page], diagnostic: &Diagnostic) -> bool {
    let page = pages.iter().find(|page| page.is_shown_as(&diagnostic.file));
    page.is_some_and(|page| page.is_misshapen_around(diagnostic.place))
}
