//! The nature of one panel: its edition, how it is wrong, and how it differs.

use super::defect::{DEFECTS, Defect};
use super::edition::{DeleteRoute, EDITIONS, Edition, Grammar};
use super::quirk::{QUIRKS, Quirk};
use crate::mock::asked::{self, Places};
use crate::mock::device::{Settings, UnknownName};

/// What makes this panel differ from the reference, asked for at every place where it could show.
#[derive(Debug)]
pub(super) struct Nature {
    pub edition: &'static Edition,
    defects: Places,
    quirks: Places,
}

const _: () = assert!(DEFECTS.len() <= Places::MOST && QUIRKS.len() <= Places::MOST, "every defect and quirk needs a place");

impl Nature {
    /// Reads the names; one that is unknown is an error.
    pub fn new(settings: &Settings) -> Result<Self, UnknownName> {
        let defects = marked(&settings.defects, "defect", DEFECTS.iter().map(|row| row.name))?;
        let quirks = marked(&settings.quirks, "quirk", QUIRKS.iter().map(|row| row.name))?;
        let chosen = settings.quirks.iter().find_map(|name| Edition::named(name));
        let by_quirk = [(Quirk::NotFoundWord, "android-latest"), (Quirk::DuplicateFlagEverywhere, "android-2.10")];
        by_quirk.iter().for_each(|(quirk, _)| asked::quirk(*quirk as usize));
        let by_quirk = by_quirk.into_iter().find_map(|(quirk, edition)| quirks.contains(quirk as usize).then_some(edition));
        let implied = settings.defects.iter().find_map(|name| Defect::named(name)?.edition()).or(by_quirk);
        // An edition shows everywhere, and so does whatever implies one.
        places(QUIRKS.iter().map(|row| row.name), |name| Edition::named(name).is_some()).for_each(asked::quirk);
        places(DEFECTS.iter().map(|row| row.name), |name| Defect::named(name).and_then(Defect::edition).is_some())
            .for_each(asked::defect);
        let edition = chosen.or(implied.and_then(Edition::named)).unwrap_or(&EDITIONS[0]);
        Ok(Self { edition, defects, quirks })
    }

    /// True when the panel has this defect.
    pub fn wrong(&self, defect: Defect) -> bool {
        asked::defect(defect as usize);
        self.defects.contains(defect as usize)
    }

    /// True when the panel has this quirk.
    pub fn quirky(&self, quirk: Quirk) -> bool {
        asked::quirk(quirk as usize);
        self.quirks.contains(quirk as usize)
    }

    /// What all paths but one begin with.
    pub fn prefix(&self) -> &'static str {
        if self.wrong(Defect::V0UnderV1) { "/api/v1" } else { self.edition.prefix }
    }

    /// The routes that delete by link id. Only the documents of Android panels leave open which.
    pub fn delete_route(&self) -> DeleteRoute {
        if self.edition.grammar == Grammar::Expression {
            self.edition.delete_route
        } else if self.quirky(Quirk::PostDeleteRoute) {
            DeleteRoute::Post
        } else if self.quirky(Quirk::BothDeleteRoutes)
            || self.wrong(Defect::AlternateRouteDiffers)
            || self.wrong(Defect::TokenlessAlternate)
        {
            DeleteRoute::Both
        } else {
            self.edition.delete_route
        }
    }

    /// True when the panel differs so in what an item says of its apartment; a lift controller's items name none by link id.
    pub fn minds_apartments(&self, quirk: Quirk) -> bool {
        self.edition.has_lock && self.quirky(quirk)
    }

    /// True when the model has a camera that recognises faces.
    pub fn sees_faces(&self) -> bool {
        self.edition.faces && !self.quirky(Quirk::NoFaceModel) && !self.wrong(Defect::FaceIdWithoutCamera)
    }

    /// The model's name, by which a client tells whether it recognises faces.
    pub fn device_model(&self) -> &'static str {
        if self.edition.faces && self.edition.has_lock && !self.sees_faces() { "aa07bd" } else { self.edition.device_model }
    }
}

fn marked<'a>(
    wanted: &[String],
    kind: &'static str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Result<Places, UnknownName> {
    let mut marked = Places::default();
    for name in wanted {
        let unknown = || UnknownName { suite: "bas-ip", kind, name: name.clone() };
        marked.insert(known.clone().position(|have| have == name).ok_or_else(unknown)?);
    }
    Ok(marked)
}

/// Where in a table the names are of which this is true.
fn places<'a>(names: impl Iterator<Item = &'a str>, is_so: impl Fn(&str) -> bool) -> impl Iterator<Item = usize> {
    names.enumerate().filter(move |(_, name)| is_so(name)).map(|(place, _)| place)
}
