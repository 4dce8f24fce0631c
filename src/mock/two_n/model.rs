//! The nine models of the product line and the directory fields each of them has (HTTP API manual 5.14.1).

use super::manner::Manner;
use super::quirk::Quirk;
use super::rule::Rule;
use serde_json::{Map, Value, json};

/// A family of units that share one template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    Vario,
    Style,
    Verso,
    Base,
    Uni,
    IpOne,
    VideoKit,
    AudioKit,
    AccessUnit,
}

const VA: u16 = 1 << Model::Vario as u16;
const ST: u16 = 1 << Model::Style as u16;
const VE: u16 = 1 << Model::Verso as u16;
const BA: u16 = 1 << Model::Base as u16;
const UN: u16 = 1 << Model::Uni as u16;
const ON: u16 = 1 << Model::IpOne as u16;
const VK: u16 = 1 << Model::VideoKit as u16;
const AK: u16 = 1 << Model::AudioKit as u16;
const AU: u16 = 1 << Model::AccessUnit as u16;
const ALL: u16 = VA | ST | VE | BA | UN | ON | VK | AK | AU;
/// On any model, with newer firmware.
const NEWER: u16 = 1 << 15;
const NOT_UNI: u16 = ALL & !UN;
const NOT_ACCESS: u16 = ALL & !AU;

/// A leaf of the template: where it is (`[]` stands for every element of an array), what it may hold, which models have it.
struct Field {
    path: &'static str,
    rule: Rule,
    on: u16,
}

const fn field(path: &'static str, rule: Rule, on: u16) -> Field {
    Field { path, rule, on }
}

const FIELDS: &[Field] = &[
    field("uuid", Rule::Text, ALL),
    field("deleted", Rule::Flag(false), ALL),
    field("owner", Rule::Text, ALL),
    field("recordType", Rule::Integer, ST),
    field("name", Rule::Name, ALL),
    field("visitorGroup", Rule::Text, NEWER),
    field("photo", Rule::Photo, VA | ST | VE | ON),
    field("highlighting", Rule::Flag(false), ST),
    field("email", Rule::Email, NOT_UNI),
    field("treepath", Rule::Tree, VA | ST | VE),
    field("virtNumber", Rule::Virtual, VA | ST | VE | VK | AK),
    field("deputy", Rule::Text, VA | ST | VE | BA | ON | VK | AK),
    field("buttons", Rule::Text, NOT_ACCESS & !ST),
    field("callPos[].peer", Rule::Peer, NOT_ACCESS),
    field("callPos[].profiles", Rule::Text, NOT_ACCESS),
    field("callPos[].grouped", Rule::Flag(false), NOT_ACCESS),
    field("callPos[].ipEye", Rule::Text, VA | ST | VE | BA | VK),
    field("access.validFrom", Rule::Epoch, NOT_UNI),
    field("access.validTo", Rule::Epoch, NOT_UNI),
    field("access.accessPoints[].enabled", Rule::Flag(true), NOT_UNI),
    field("access.accessPoints[].profiles", Rule::Text, NOT_UNI),
    field("access.pairingExpired", Rule::Flag(false), ST | VE | AU),
    field("access.virtCard", Rule::Text, VA | ST | VE | AU),
    field("access.card[]", Rule::Card, VA | ST | VE | BA | AU),
    field("access.mobkey", Rule::Text, ST | VE | AU),
    field("access.fpt", Rule::Text, ST | VE | AU),
    field("access.pin", Rule::Pin, NOT_UNI),
    field("access.accessException", Rule::Flag(false), NOT_UNI),
    field("access.code[]", Rule::Code, ALL),
    field("access.licensePlates", Rule::Text, NOT_UNI),
    field("access.remainingUses", Rule::Integer, NEWER),
    field("access.liftFloors", Rule::Text, VA | ST | VE | AU),
    field("timestamp", Rule::Integer, ALL),
];

/// Which quirk makes the unit which model; the plain unit is a Verso.
const BY_QUIRK: &[(Quirk, Model)] = &[
    (Quirk::ModelVario, Model::Vario),
    (Quirk::ModelStyle, Model::Style),
    (Quirk::ModelVerso, Model::Verso),
    (Quirk::ModelBase, Model::Base),
    (Quirk::ModelUni, Model::Uni),
    (Quirk::ModelIpOne, Model::IpOne),
    (Quirk::ModelVideoKit, Model::VideoKit),
    (Quirk::ModelAudioKit, Model::AudioKit),
    (Quirk::ModelAccessUnit, Model::AccessUnit),
];

impl Model {
    pub fn of(manner: Manner) -> Self {
        BY_QUIRK.iter().find(|(quirk, _)| manner.differs(*quirk)).map_or(Self::Verso, |(_, model)| *model)
    }

    /// The model's name and number as `system/info` tells them.
    pub fn variant(self) -> (&'static str, u16) {
        match self {
            Self::Vario => ("2N IP Vario", 1),
            Self::Style => ("2N IP Style", 28),
            Self::Verso => ("2N IP Verso", 14),
            Self::Base => ("2N IP Base", 15),
            Self::Uni => ("2N IP Uni", 9),
            Self::IpOne => ("2N IP One", 30),
            Self::VideoKit => ("2N IP Video Kit", 6),
            Self::AudioKit => ("2N IP Audio Kit", 5),
            Self::AccessUnit => ("2N Access Unit", 16),
        }
    }

    /// The entry that has nothing but defaults; its keys are the fields of this model.
    pub fn template(self, manner: Manner) -> Map<String, Value> {
        let newer = if manner.differs(Quirk::NewerFields) { NEWER } else { 0 };
        let mut template = Value::Object(Map::new());
        for field in FIELDS.iter().filter(|field| field.on & (newer | 1 << self as u16) != 0) {
            plant(&mut template, field.path, "", self, field.rule.default());
        }
        match template {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    /// How many elements an array of the template has.
    fn length(self, array: &str) -> usize {
        match (array, self) {
            ("callPos", _) => 3,
            ("access.code", Self::Uni) => 1,
            ("access.code", Self::Base | Self::AccessUnit) => 2,
            ("access.code", _) => 4,
            _ => 2,
        }
    }
}

/// The rule of a leaf, by its path with `[]` for any index; `None` where the product line has no such leaf.
pub fn rule(path: &str) -> Option<Rule> {
    FIELDS.iter().find(|field| field.path == path).map(|field| field.rule)
}

/// True when some model has this field, or a group of this name.
pub fn in_product_line(path: &str) -> bool {
    FIELDS.iter().any(|field| {
        field.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || rest.starts_with('['))
    })
}

/// Grows the template by one leaf, making the groups and arrays on the way.
fn plant(place: &mut Value, path: &str, before: &str, model: Model, default: Value) {
    let (step, rest) = path.split_once('.').map_or((path, ""), |(step, rest)| (step, rest));
    let name = step.trim_end_matches("[]");
    let here = if before.is_empty() { name.to_owned() } else { format!("{before}.{name}") };
    let Value::Object(map) = place else { return };
    if step == name {
        let child = map.entry(name).or_insert_with(|| if rest.is_empty() { default.clone() } else { json!({}) });
        if !rest.is_empty() {
            plant(child, rest, &here, model, default);
        }
        return;
    }
    let empty = if rest.is_empty() { default.clone() } else { json!({}) };
    let array = map.entry(name).or_insert_with(|| Value::Array(vec![empty; model.length(&here)]));
    if let (Value::Array(items), false) = (array, rest.is_empty()) {
        for item in items {
            plant(item, rest, &here, model, default.clone());
        }
    }
}
