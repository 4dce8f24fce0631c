//! An entry under change: nothing of it is stored until every field of the request has been accepted.

use super::defect::Defect;
use super::manner::Manner;
use super::model;
use super::path::{self, Step};
use super::quirk::Quirk;
use serde_json::{Map, Value};

/// Why an entry is refused (`EDIR_…`), and which field is to blame where one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static str,
    pub field: Option<String>,
}

impl Fault {
    pub fn new(code: &'static str) -> Self {
        Self { code, field: None }
    }

    pub fn at(code: &'static str, field: &str) -> Self {
        Self { code, field: Some(field.replace("[]", "")) }
    }
}

/// The draft of an entry: the top-level values it does not share with the template, and what went wrong so far.
pub struct Draft<'a> {
    /// True for `create`, false for `update`: they differ in their defects only.
    creating: bool,
    template: &'a Map<String, Value>,
    manner: Manner,
    fields: Map<String, Value>,
    faults: Vec<Fault>,
}

impl<'a> Draft<'a> {
    /// Starts from what is stored (`fields` empty for a new entry).
    pub fn new(creating: bool, fields: Map<String, Value>, template: &'a Map<String, Value>, manner: Manner) -> Self {
        Self { creating, template, manner, fields, faults: Vec::new() }
    }

    /// Writes every field of the request's entry, nested or dotted, later ones over earlier ones.
    pub fn write(&mut self, entry: &Map<String, Value>) {
        for (name, value) in entry.iter().filter(|(name, _)| !matches!(name.as_str(), "uuid" | "deleted" | "timestamp")) {
            self.write_field(name, value);
        }
        self.check_validity();
    }

    /// The fields to store, or every fault found.
    pub fn finish(self) -> Result<Map<String, Value>, Vec<Fault>> {
        if self.faults.is_empty() { Ok(self.accepted()) } else { Err(self.faults) }
    }

    /// The fields that were accepted so far, without those at their default.
    pub fn accepted(&self) -> Map<String, Value> {
        let fields = self.fields.iter().filter(|(name, value)| self.template.get(*name) != Some(*value));
        fields.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Notes a name this unit does not have: unknown to the product line, or only not on this model.
    fn missing(&mut self, path: &str) {
        let manner = self.manner;
        let known = model::in_product_line(path);
        let elsewhere = known && !manner.differs(Quirk::UnavailableAsUnknown);
        let skipped = match (known, self.creating) {
            (true, _) => manner.wrong(Defect::UnavailableAccepted),
            (false, _) if path.contains('.') && manner.wrong(Defect::UnknownMemberIgnored) => true,
            (false, true) => manner.wrong(Defect::CreateIgnoresUnknownField),
            (false, false) => manner.wrong(Defect::UpdateIgnoresUnknownField),
        };
        if !skipped {
            self.faults.push(Fault::at(if elsewhere { "EDIR_FIELD_NOT_AVAILABLE" } else { "EDIR_FIELD_NAME_UNKNOWN" }, path));
        }
    }

    /// Whether a defect stores any text in any field.
    fn unchecked(&self, path: &str) -> bool {
        let whole = if self.creating { Defect::CreateUnchecked } else { Defect::UpdateUnchecked };
        let part = match path {
            "access.code[]" => Defect::UpdateCodeUnchecked,
            "access.card[]" => Defect::UpdateCardUnchecked,
            _ => whole,
        };
        self.manner.wrong(whole) || (!self.creating && self.manner.wrong(part))
    }

    fn write_field(&mut self, name: &str, value: &Value) {
        let steps = path::read(name).unwrap_or_default();
        let unknown = !self.creating && self.manner.wrong(Defect::UpdateDottedUnknown);
        if steps.len() > 1 && (unknown || self.manner.wrong(Defect::DottedKeyUnknown)) {
            return self.faults.push(Fault::at("EDIR_FIELD_NAME_UNKNOWN", name));
        }
        let indexed = steps.iter().any(|step| matches!(step, Step::Index(_)));
        let (Some(Step::Name(top)), false) = (steps.first(), indexed && self.manner.differs(Quirk::NoIndexedWrites)) else {
            self.faults.push(Fault::at("EDIR_FIELD_NAME_UNKNOWN", name));
            return;
        };
        let Some(default) = self.template.get(top) else {
            self.missing(top);
            return;
        };
        let mut target = self.fields.get(top).unwrap_or(default).clone();
        self.descend(&mut target, default, &steps[1..], top, value);
        self.fields.insert(top.clone(), target);
    }

    /// Follows the steps of a dotted name; a member name reaches into every element of an array.
    fn descend(&mut self, target: &mut Value, default: &Value, steps: &[Step], path: &str, value: &Value) {
        let Some(step) = steps.first() else { return self.assign(target, default, path, value) };
        match (target, default, step) {
            (Value::Object(map), Value::Object(defaults), Step::Name(name)) => {
                let path = format!("{path}.{name}");
                match (map.get_mut(name), defaults.get(name)) {
                    (Some(member), Some(default)) => self.descend(member, default, &steps[1..], &path, value),
                    _ => self.missing(&path),
                }
            }
            (Value::Array(items), Value::Array(defaults), Step::Index(place)) => {
                match (items.get_mut(*place), defaults.get(*place)) {
                    (Some(item), Some(default)) => self.descend(item, default, &steps[1..], &format!("{path}[]"), value),
                    _ => self.faults.push(Fault::at("EDIR_FIELD_NAME_UNKNOWN", path)),
                }
            }
            (Value::Array(items), Value::Array(defaults), Step::Name(_)) => {
                for (item, default) in items.iter_mut().zip(defaults) {
                    self.descend(item, default, steps, &format!("{path}[]"), value);
                }
            }
            _ => self.faults.push(Fault::at("EDIR_FIELD_NAME_UNKNOWN", path)),
        }
    }

    fn assign(&mut self, target: &mut Value, default: &Value, path: &str, value: &Value) {
        match (target, default, value) {
            (Value::Object(map), Value::Object(defaults), Value::Object(members)) => {
                for (name, value) in members {
                    let path = format!("{path}.{name}");
                    match (map.get_mut(name), defaults.get(name)) {
                        (Some(member), Some(default)) => self.assign(member, default, &path, value),
                        _ => self.missing(&path),
                    }
                }
            }
            (Value::Array(items), Value::Array(defaults), Value::Array(values)) => {
                self.assign_elements(items, defaults, path, values)
            }
            (target @ (Value::Object(_) | Value::Array(_)), _, Value::Null) if self.manner.differs(Quirk::NullResets) => {
                *target = default.clone();
            }
            (Value::Object(_) | Value::Array(_), ..) => self.faults.push(Fault::at("EDIR_FIELD_VALUE_ERROR", path)),
            (leaf @ Value::String(_), _, Value::String(_)) if self.unchecked(path) => *leaf = value.clone(),
            (leaf, ..) => match model::rule(path).and_then(|rule| rule.accept(value, self.manner)) {
                Some(accepted) => *leaf = accepted,
                None => self.faults.push(Fault::at("EDIR_FIELD_VALUE_ERROR", path)),
            },
        }
    }

    /// Elements that a shorter array leaves out return to their default.
    fn assign_elements(&mut self, items: &mut [Value], defaults: &[Value], path: &str, values: &[Value]) {
        if values.len() > items.len() && !self.manner.differs(Quirk::LongArraysCut) {
            return self.faults.push(Fault::at("EDIR_FIELD_VALUE_ERROR", path));
        }
        let path = format!("{path}[]");
        for (place, (item, default)) in items.iter_mut().zip(defaults).enumerate() {
            match values.get(place) {
                Some(value) => self.assign(item, default, &path, value),
                None if self.manner.differs(Quirk::ShortArraysKeepRest) => {}
                None => *item = default.clone(),
            }
        }
    }

    /// A validity that ends before it begins is refused (configuration manual 5.2.1).
    fn check_validity(&mut self) {
        let stamp = |name: &str| self.fields.get("access")?.get(name)?.as_str()?.parse::<u128>().ok().filter(|stamp| *stamp != 0);
        let backwards = matches!((stamp("validFrom"), stamp("validTo")), (Some(from), Some(to)) if from > to);
        if backwards && !self.manner.differs(Quirk::ValidityUnchecked) {
            self.faults.push(Fault::at("EDIR_FIELD_VALUE_ERROR", "access.validTo"));
        }
    }
}
