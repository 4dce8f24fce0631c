//! The end of the trace: what shows only after an update, in a filter by order, by number, or to callers without a token.

use super::examples::item;
use super::trace::Trace;
use serde_json::{Value, json};

const MINE: &str = "3f2c9a51-5b0e-4a53-9d6b-6a0c2f8d1e77";
const OTHER: &str = "c1a4d7be-88f2-4f0d-a2b9-0d9be5a1c3f4";
const CODE: &str = "d2b0a6c8-0f0e-4f5c-9a53-5e1c7b9f2a60";

/// Sends it all, as administrator first.
pub(super) fn all(trace: &mut Trace) {
    trace.bench.log_in("ct-admin", "BB2264706686D975260D0E6317BC511F");
    items(trace);
    filters(trace);
    numbers(trace);
    trace.bench.chunked = true;
    trace.delete(&json!({ "link_ids": [MINE] }).to_string());
    trace.bench.chunked = false;
    without_rights(trace);
}

fn items(trace: &mut Trace) {
    let changed = |key: &str, value: Value| {
        let mut item = item(OTHER, "7001");
        item[key] = value;
        item
    };
    trace.upsert(&[item(MINE, "7000")]);
    trace.upsert(&[item(MINE, "7002")]);
    trace.upsert(&[item(OTHER, "7000")]);
    let no_passes = json!({"time": {"is_permanent": true}, "passes": {"is_permanent": false, "max_passes": 0}});
    trace.upsert(&[changed("valid", no_passes)]);
    trace.upsert(&[changed("link_id", Value::Null)]);
    trace.upsert(&[changed("identifier_owner", json!({"name": "CT-\u{1f6aa}", "type": "owner"}))]);
    trace.get("/access/identifier/items/link?limit=50&page_number=1");
    let mut plate = changed("identifier_type", "license_plate".into());
    plate["identifier_number"] = "X".into();
    trace.upsert(&[plate]);
}

fn filters(trace: &mut Trace) {
    for filter in ["lock eq 'first' or lock eq 'second'", "passes_left gt -1", "passes_left lt -1", "passes_left ge -1"] {
        trace.list(&format!("&filter={filter}"));
    }
}

fn numbers(trace: &mut Trace) {
    let mut local = item(MINE, CODE);
    local["identifier_type"] = "qr".into();
    local.as_object_mut().map(|item| item.shift_remove("link_id"));
    trace.send("POST", "/access/identifier", Some(&local.to_string()));
    let batch = json!({"list_items": [{ "identifier_number": CODE }]}).to_string();
    trace.send("DELETE", "/access/identifiers?type=xyz", Some(&batch));
    trace.send("DELETE", "/access/identifiers?type=qr", Some(&batch));
    trace.get("/access/identifier/items?limit=50&page_number=1");
}

fn without_rights(trace: &mut Trace) {
    trace.bench.log_in("ct-limited", &super::random::hex(&<md5::Md5 as md5::Digest>::digest(b"Rose-12")));
    trace.get("/access/identifier/items?limit=50&page_number=1");
    trace.bench.token.clear();
    trace.get("/access/identifier/items?limit=50&page_number=1");
    trace.send("POST", "/access/identifier", Some(&item(MINE, "7003").to_string()));
    trace.send("DELETE", "/access/identifier/item/1", None);
}
