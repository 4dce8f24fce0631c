//! Each defect and each quirk must show on the walk, on the wire; and each must act somewhere in the room's code.

use super::super::{DEFECTS, QUIRKS, setup};
use super::settings;
use super::walk::walk;
use crate::mock::device::{Reply, Scheme, Settings};

/// A unit to walk over: a scheme, and perhaps the quirk without which a defect does not show.
type Ground = (Scheme, Option<&'static str>);

fn ground((scheme, quirk): Ground) -> Settings {
    Settings { quirks: quirk.map(str::to_owned).into_iter().collect(), ..settings(scheme) }
}

/// The names that make no difference on any of their grounds.
fn hidden(
    names: impl Iterator<Item = &'static str>,
    grounds: fn(&str) -> Vec<Ground>,
    add: fn(&mut Settings, &str),
) -> Vec<&'static str> {
    let mut sound: Vec<(Ground, Vec<Reply>)> = Vec::new();
    let mut shows = |name: &str| {
        grounds(name).into_iter().any(|place| {
            if !sound.iter().any(|(known, _)| *known == place) {
                sound.push((place, walk(&ground(place), None).0));
            }
            let mut other = ground(place);
            add(&mut other, name);
            sound.iter().find(|(known, _)| *known == place).is_some_and(|(_, sound)| walk(&other, Some(sound)).1)
        })
    };
    names.filter(|name| !shows(name)).collect()
}

/// The walk with credentials tells little of the directory, and the one without them nothing of credentials: both are taken.
fn plain_grounds(_: &str) -> Vec<Ground> {
    vec![(Scheme::None, None), (Scheme::Digest, None)]
}

fn grounds_of_defect(name: &str) -> Vec<Ground> {
    match setup(name) {
        (Scheme::Digest, None) => plain_grounds(name),
        (Scheme::Digest, quirk) => vec![(Scheme::None, quirk)],
        special => vec![special],
    }
}

#[test]
fn every_defect_shows() {
    let add = |settings: &mut Settings, name: &str| settings.defects.push(name.into());
    let hidden = hidden(DEFECTS.iter().map(|row| row.name), grounds_of_defect, add);
    assert!(hidden.is_empty(), "no request of the walk shows {hidden:?}");
}

#[test]
fn every_quirk_shows() {
    let add = |settings: &mut Settings, name: &str| settings.quirks.push(name.into());
    let hidden = hidden(QUIRKS.iter().map(|row| row.name), plain_grounds, add);
    assert_eq!(hidden, ["model-verso"], "the plain unit is a Verso already; everything else must show");
}

#[test]
fn every_defect_and_quirk_acts_somewhere() {
    let room = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mock/two_n");
    let files = |folder: &std::path::Path| {
        std::fs::read_dir(folder).expect("the room is there").flatten().map(|entry| entry.path()).collect()
    };
    let mut paths: Vec<std::path::PathBuf> = files(&room);
    paths.extend::<Vec<_>>(files(&room.join("blunder")));
    let code: String = paths.iter().filter(|path| path.is_file()).filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    let catalogues = [("Defect", include_str!("../defect.rs")), ("Quirk", include_str!("../quirk.rs"))];
    for (kind, text) in catalogues {
        let names = text.lines().filter_map(|line| line.strip_prefix("    ")?.split_once(" \"").map(|(id, _)| id));
        let idle: Vec<&str> = names
            .filter(|id| id.chars().all(char::is_alphanumeric))
            .filter(|id| !code.contains(&format!("{kind}::{id}")))
            .collect();
        assert!(idle.is_empty(), "{kind}: {idle:?}");
    }
}
