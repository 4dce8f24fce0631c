//! From texts to a linked catalogue. Reading never stops at the first mistake.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{iter, thread};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::rows::{expand_faults, unfold_rows, unfold_short_forms, unfold_suite};
use super::{Catalogue, CatalogueCase, Sources, SuiteCatalogue};
use crate::case::{Case, CaseFile, CaseId};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::json::{self, Places};
use crate::requirement::RequirementFile;
use crate::schema::Schemas;
use crate::suite::{Profile, Suite};

/// Reads everything, and says everything that is wrong with it. What could be read is in the catalogue; mistakes of meaning (an unknown
/// requirement, an unused value) are the linter's.
pub fn load(sources: &Sources) -> (Catalogue, Diagnostics) {
    let names = suite_names(sources);
    let mut diagnostics = Diagnostics::default();
    let read = side_by_side(&names, |name| Reader::of(sources, |reader| reader.suite(name)));
    let suites = names.iter().cloned().zip(read).filter_map(|(name, (suite, wrong))| {
        diagnostics.extend(wrong);
        Some((name, suite?))
    });
    (Catalogue { suites: suites.collect() }, diagnostics)
}

/// Reads things that know nothing of each other on as many threads as the machine has for it; what came of them is in their order.
fn side_by_side<T: Sync, R: Send>(things: &[T], read: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let some = || -> Vec<(usize, R)> {
        let turns = iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        turns.map_while(|at| Some((at, read(things.get(at)?)))).collect()
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(things.len());
    let mut all: Vec<(usize, R)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(some)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    all.sort_unstable_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, result)| result).collect()
}

fn suite_names(sources: &Sources) -> Vec<String> {
    let folder =
        |name: &str| name.strip_prefix("cases/").and_then(|rest| rest.split_once('/')).map(|(suite, _)| suite.to_owned());
    let mut names: Vec<String> = sources.iter().filter_map(|(name, _)| folder(name)).collect();
    names.dedup();
    names
}

/// A file as JSON with the places of its values.
struct Document {
    name: Arc<str>,
    /// Its path as its author knows it.
    shown: Arc<str>,
    value: Value,
    places: Places,
}

struct Reader<'s> {
    sources: &'s Sources,
    diagnostics: Diagnostics,
}

impl<'s> Reader<'s> {
    /// What somebody reads, and what is wrong with it.
    fn of<R>(sources: &'s Sources, read: impl FnOnce(&mut Self) -> R) -> (R, Diagnostics) {
        let mut reader = Self { sources, diagnostics: Diagnostics::default() };
        let result = read(&mut reader);
        (result, reader.diagnostics)
    }

    fn suite(&mut self, name: &str) -> Option<SuiteCatalogue> {
        let suite = self.suite_file(name)?;
        let requirements = self.requirements(name)?;
        let profiles = self.profiles(name);
        let schemas = self.schemas(name);
        let cases = self.cases(name, &schemas);
        Some(SuiteCatalogue::new(suite, requirements, profiles, cases, schemas, self.sources.digest(name)))
    }

    fn suite_file(&mut self, name: &str) -> Option<Suite> {
        let file = format!("cases/{name}/suite.json");
        let mut document = self.required(&file, "every suite has one: how to log in, set-ups, named replies")?;
        unfold_suite(&mut document.value);
        self.shape(&document, "", &document.value)
    }

    fn requirements(&mut self, name: &str) -> Option<RequirementFile> {
        let file = format!("cases/{name}/requirements.json");
        let document = self.required(&file, "every suite has one: its requirement catalogue")?;
        self.shape(&document, "", &document.value)
    }

    fn profiles(&mut self, name: &str) -> Vec<Profile> {
        let prefix = format!("cases/{name}/profiles/");
        let files: Vec<String> = self.files_below(&prefix);
        let mut profiles = Vec::new();
        for file in files {
            let Some(document) = self.document(&file) else { continue };
            profiles.extend(self.shape::<Profile>(&document, "", &document.value));
        }
        profiles
    }

    fn schemas(&mut self, name: &str) -> Schemas {
        let prefix = format!("schemas/{name}/");
        let mut texts = BTreeMap::new();
        for file in self.files_below(&prefix) {
            let Some(document) = self.document(&file) else { continue };
            let path = file.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".schema.json"));
            match path {
                Some(path) => drop(texts.insert(path.to_owned(), document.value)),
                None => self.say(&document, "", "a schema's file name ends in .schema.json", None),
            }
        }
        Schemas::new(texts)
    }

    fn cases(&mut self, name: &str, schemas: &Schemas) -> Vec<CatalogueCase> {
        let files = self.files_below(&format!("cases/{name}/"));
        let files: Vec<String> = files.into_iter().filter(|file| !super::sources::is_of_the_suite(file)).collect();
        let read = side_by_side(&files, |file| Reader::of(self.sources, |reader| reader.case_file(file, schemas)));
        let (cases, wrong): (Vec<_>, Vec<_>) = read.into_iter().unzip();
        wrong.into_iter().for_each(|wrong| self.diagnostics.extend(wrong));
        let mut all = Vec::with_capacity(cases.iter().map(Vec::len).sum());
        cases.into_iter().for_each(|cases| all.extend(cases));
        all
    }

    fn case_file(&mut self, file: &str, schemas: &Schemas) -> Vec<CatalogueCase> {
        let Some(mut document) = self.document(file) else { return Vec::new() };
        let written = document.value.get_mut("cases").map(Value::take);
        let Some(Value::Array(written)) = written else {
            self.say(&document, "", "a case file is an object with a list `cases`", Some("see cases/README.md".to_owned()));
            return Vec::new();
        };
        document.value["cases"] = Value::Array(Vec::new());
        let Some(shell) = self.shape::<CaseFile>(&document, "", &document.value) else { return Vec::new() };
        let numbered = written.into_iter().enumerate();
        numbered.flat_map(|(index, case)| self.case(&document, &shell, index, case, schemas)).collect()
    }

    fn case(
        &mut self,
        document: &Document,
        shell: &CaseFile,
        index: usize,
        mut written: Value,
        schemas: &Schemas,
    ) -> Vec<CatalogueCase> {
        let pointer = format!("/cases/{index}");
        if let Err(misfits) = expand_faults(&mut written, schemas) {
            for misfit in misfits {
                self.say(document, &format!("{pointer}/rows{}", misfit.pointer), &misfit.message, misfit.help);
            }
            return Vec::new();
        }
        unfold_short_forms(&mut written);
        let mut cases: Vec<CatalogueCase> = Vec::new();
        for (row, value) in unfold_rows(written) {
            let Some(mut case) = self.shape::<Case>(document, &pointer, &value) else { break };
            if let Some(before) = cases.last() {
                share_steps(&mut case, before);
            }
            cases.push(placed(document, shell, index, row.as_deref(), case, cases.last()));
        }
        cases
    }

    fn files_below(&self, prefix: &str) -> Vec<String> {
        self.sources.iter().map(|(name, _)| name).filter(|name| name.starts_with(prefix)).map(str::to_owned).collect()
    }

    fn required(&mut self, file: &str, why: &str) -> Option<Document> {
        if self.sources.get(file).is_none() {
            self.diagnostics.push(Diagnostic::new(self.sources.shown(file), "this file is missing").help(why));
            return None;
        }
        self.document(file)
    }

    /// Reads one file; what is wrong with it as JSON is said, with its place.
    fn document(&mut self, file: &str) -> Option<Document> {
        let text = self.sources.get(file)?;
        let (reading, places) = json::read_with_places(text.as_bytes());
        self.diagnostics.push_faults(&self.sources.shown(file), &reading, &places);
        if !reading.faults.is_empty() {
            return None;
        }
        Some(Document { name: file.into(), shown: self.sources.shown(file).into(), value: reading.value?, places })
    }

    /// Gives a value its shape; what does not fit is said at its place. The way to a place costs time, so it is kept on a second
    /// reading only, when there is something to say.
    fn shape<T: DeserializeOwned>(&mut self, document: &Document, base: &str, value: &Value) -> Option<T> {
        if let Ok(shaped) = T::deserialize(value) {
            return Some(shaped);
        }
        match serde_path_to_error::deserialize(value) {
            Ok(shaped) => Some(shaped),
            Err(error) => {
                let pointer = format!("{base}{}", pointer_of(error.path()));
                let (message, help) = in_words(&error.into_inner().to_string());
                let unknown = unknown_member(&message).map(|member| json::pointer_join(&pointer, member));
                self.say(document, unknown.as_deref().unwrap_or(&pointer), &message, help);
                None
            }
        }
    }

    fn say(&mut self, document: &Document, pointer: &str, message: &str, help: Option<String>) {
        let place = document.places.key_of(pointer).or_else(|| document.places.nearest(pointer));
        self.diagnostics.push(Diagnostic::new(&*document.shown, message).at(place).help_with(help));
    }
}

fn placed(
    document: &Document,
    shell: &CaseFile,
    index: usize,
    row: Option<&str>,
    case: Case,
    before: Option<&CatalogueCase>,
) -> CatalogueCase {
    let stem = document.name.strip_prefix("cases/").and_then(|rest| rest.strip_suffix(".json")).unwrap_or(&document.name);
    let id = row.map_or_else(|| format!("{stem}/{}", case.name), |row| format!("{stem}/{}/{row}", case.name));
    let line = document.places.of(&format!("/cases/{index}/name")).or_else(|| document.places.of(&format!("/cases/{index}")));
    CatalogueCase {
        id: CaseId(id),
        needs: shared(shell.needs.iter().chain(&case.needs).cloned().collect(), before.map(|row| &row.needs)),
        risk: case.risk.unwrap_or(shell.risk),
        case: shared(Arc::new(case), before.map(|row| &row.case)),
        shown_file: Arc::clone(&document.shown),
        file: Arc::clone(&document.name),
        index,
        line: line.map_or(1, |place| u32::try_from(place.line).unwrap_or(u32::MAX)),
    }
}

/// What the row before it has, where it is the same.
fn shared<T: PartialEq + ?Sized>(own: Arc<T>, before: Option<&Arc<T>>) -> Arc<T> {
    before.filter(|earlier| own == **earlier).map_or(own, Arc::clone)
}

/// A row keeps only the steps that are not those of the row before it.
fn share_steps(case: &mut Case, before: &CatalogueCase) {
    for (step, earlier) in case.steps.iter_mut().zip(&before.case.steps).filter(|(step, earlier)| *step == *earlier) {
        *step = Arc::clone(earlier);
    }
}

/// A serde path as a JSON pointer.
fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => json::pointer_join(&pointer, key),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

/// serde's message in the words of an author, with what was probably meant.
fn in_words(message: &str) -> (String, Option<String>) {
    let Some((unknown, known)) = message.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`')) else {
        return (message.to_owned(), None);
    };
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    let near = did_you_mean(unknown, known.iter().copied());
    let help = near.map_or_else(|| format!("known keys: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
    (format!("unknown key `{unknown}`"), Some(help))
}

fn unknown_member(message: &str) -> Option<&str> {
    message.strip_prefix("unknown key `").and_then(|rest| rest.strip_suffix('`'))
}
