//! The nature of one panel: its edition, how it is wrong, and how it differs.

use super::defect::{DEFECTS, Defect};
use super::edition::{DeleteRoute, EDITIONS, Edition, Grammar};
use super::quirk::{QUIRKS, Quirk};
use crate::mock::device::{Settings, UnknownName};

/// What makes this panel differ from the reference, asked for at every place where it could show.
#[derive(Debug)]
pub(super) struct Nature {
    pub edition: &'static Edition,
    defects: Vec<bool>,
    quirks: Vec<bool>,
}

impl Nature {
    /// Reads the names; one that is unknown is an error.
    pub fn new(settings: &Settings) -> Result<Self, UnknownName> {
        let defects = marked(&settings.defects, "defect", DEFECTS.iter().map(|row| row.name))?;
        let quirks = marked(&settings.quirks, "quirk", QUIRKS.iter().map(|row| row.name))?;
        let chosen = settings.quirks.iter().find_map(|name| Edition::named(name));
        let by_quirk = [(Quirk::NotFoundWord, "android-latest"), (Quirk::DuplicateFlagEverywhere, "android-2.10")];
        let by_quirk = by_quirk.into_iter().find_map(|(quirk, edition)| quirks[quirk as usize].then_some(edition));
        let implied = settings.defects.iter().find_map(|name| Defect::named(name)?.edition()).or(by_quirk);
        let edition = chosen.or(implied.and_then(Edition::named)).unwrap_or(&EDITIONS[0]);
        Ok(Self { edition, defects, quirks })
    }

    /// True when the panel has this defect.
    pub fn wrong(&self, defect: Defect) -> bool {
        self.defects[defect as usize]
    }

    /// True when the panel has this quirk.
    pub fn quirky(&self, quirk: Quirk) -> bool {
        self.quirks[quirk as usize]
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
        } else if self.quirky(Quirk::BothDeleteRoutes) || self.wrong(Defect::AlternateRouteDiffers) {
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
) -> Result<Vec<bool>, UnknownName> {
    for name in wanted {
        if !known.clone().any(|have| have == name) {
            return Err(UnknownName { suite: "bas-ip", kind, name: name.clone() });
        }
    }
    Ok(known.map(|have| wanted.iter().any(|name| name == have)).collect())
}
