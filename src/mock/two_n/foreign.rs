//! Entries that belong to somebody else: what a unit in service holds before the suite comes.

use super::chance::Chance;
use super::directory::Directory;
use super::draft::Draft;
use serde_json::{Map, Value, json};

const NAMES: [&str; 16] = [
    "Jana Nováková",
    "Liam O'Brien",
    "王小明",
    "Zoë Müller",
    "Aleksandr Иванов",
    "Reception",
    "Łukasz Żak",
    "Ngô Thị Hà",
    "Delivery \"North\"",
    "Ana Gómez-Peña",
    "محمد علي",
    "Sven Ångström",
    "Cleaning crew 🧹",
    "Flat 12B",
    "Σοφία Παππά",
    "Tom & Eve Hart",
];
const OWNERS: [&str; 6] = ["", "My2N", "", "Access Commander", "my2n", "Správa budovy"];

/// Adds `count` entries. They depend on the count's positions alone: the same count gives the same entries.
pub fn fill(directory: &mut Directory, count: usize) {
    let mut chance = Chance::new(0x0F0E_161E);
    directory.extend_capacity(count);
    let mut prefix = String::new();
    for place in 0..count {
        let mut uuid = chance.uuid();
        if place % 5 == 4 {
            uuid.replace_range(..prefix.len(), &prefix);
        }
        prefix = uuid[..8].to_owned();
        directory.begin_call();
        let mut draft = Draft::new(true, Map::new(), &directory.template, directory.manner);
        draft.write(&entry(directory, place, &mut chance));
        let fields = draft.finish().unwrap_or_default();
        directory.put(&uuid, &uuid, fields);
    }
}

/// A person as a manager would have entered them, with what this model can hold.
fn entry(directory: &Directory, place: usize, chance: &mut Chance) -> Map<String, Value> {
    let number = chance.number() % 1_000_000;
    let round = place / NAMES.len();
    let name = if round == 0 { NAMES[place % NAMES.len()].to_owned() } else { format!("{} {round}", NAMES[place % NAMES.len()]) };
    let mut entry = Map::new();
    entry.insert("name".into(), json!(name));
    entry.insert("owner".into(), json!(OWNERS[chance.below(OWNERS.len())]));
    if place.is_multiple_of(3) {
        entry.insert("email".into(), json!(format!("user{place}@building.example")));
    }
    let mut access = Map::new();
    match place % 4 {
        0 => access.insert("pin".into(), json!(format!("{number:06}"))),
        1 => access.insert("card".into(), json!([format!("4A{number:08X}"), ""])),
        2 => access.insert("code".into(), json!([format!("{number:04}")])),
        _ => None,
    };
    let offered = |name: &String| directory.template.get("access").is_some_and(|access| access.get(name).is_some());
    access.retain(|name, _| offered(name));
    if !access.is_empty() {
        entry.insert("access".into(), Value::Object(access));
    }
    entry.retain(|name, _| directory.template.contains_key(name));
    entry
}
