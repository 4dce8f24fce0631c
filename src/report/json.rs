//! The record as JSON: the report that every other report can be made from again.

use std::io;

use crate::record::Record;

/// The record as indented JSON that ends in a newline. The same record gives the same bytes; `schemas/suite/record.schema.json`
/// describes them.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_json(record: &Record, out: &mut impl io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, record)?;
    out.write_all(b"\n")
}

/// The record as one text.
pub fn json(record: &Record) -> String {
    // A record is made of strings, numbers and maps with string keys, for which serialising cannot fail.
    let mut text = serde_json::to_string_pretty(record).expect("a record is plain data");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::report::sample;

    const SCHEMA: &str = include_str!("../../schemas/suite/record.schema.json");

    fn check(instance: &Value) -> Vec<String> {
        let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .offline()
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            .build(&schema)
            .expect("the schema is a schema");
        validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    #[test]
    fn a_record_fits_its_schema_and_comes_back_the_same() {
        for record in [sample::passing(), sample::full(), sample::hostile(), sample::waived()] {
            let text = super::json(&record);
            assert!(text.ends_with("}\n"));
            assert_eq!(check(&serde_json::from_str(&text).unwrap()), Vec::<String>::new());
            assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
        }
    }

    #[test]
    fn what_is_not_a_record_does_not_fit() {
        let rows = [
            ("/exit", json!(9)),
            ("/outcome", json!("splendid")),
            ("/cases/0/verdict", json!("passed")),
            ("/cases/0/requirements/0", json!("DEL 1")),
            ("/cases/0/source/line", json!(-1)),
            ("/target", json!({ "url": "http://x", "identity": {}, "password": "x" })),
            ("/tally", json!({ "pass": 1 })),
        ];
        for (place, wrong) in rows {
            let mut instance = serde_json::to_value(sample::full()).unwrap();
            *instance.pointer_mut(place).unwrap() = wrong;
            assert!(!check(&instance).is_empty(), "{place}");
        }
    }

    #[test]
    fn every_key_of_the_schema_is_described() {
        fn undescribed(schema: &Value, at: &str, missing: &mut Vec<String>) {
            let Some(members) = schema.as_object() else { return };
            for (name, property) in members.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if property.get("description").is_none() {
                    missing.push(format!("{at}/{name}"));
                }
            }
            for (name, member) in members {
                undescribed(member, &format!("{at}/{name}"), missing);
                for member in member.as_array().into_iter().flatten() {
                    undescribed(member, &format!("{at}/{name}"), missing);
                }
            }
        }
        let mut missing = Vec::new();
        undescribed(&serde_json::from_str(SCHEMA).unwrap(), "", &mut missing);
        assert_eq!(missing, Vec::<String>::new());
    }
}
