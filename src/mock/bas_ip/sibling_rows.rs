//! Rows for the families beside the links: what a call answers on a panel that has a few entities.

use super::examples::{Bench, item};
use serde_json::{Value, json};

const ONE: &str = "9f8c242a-1f87-4674-b646-76a73ce06072";
const HOME: &str = "5bdb2ad3-be0f-4811-a481-1c19267c5ec3";
const NEXT: &str = "ab47354a-5de2-4fc0-8d8a-d989e71ef6fb";

/// Method, path, body, status, place in the reply, value there.
type Step<'a> = (&'a str, &'a str, Option<Value>, u16, &'a str, Value);

fn check(edition: &str, steps: &[Step]) {
    let mut bench = Bench::logged_in(&[], &[edition]);
    for (method, path, body, status, place, value) in steps {
        let body = body.as_ref().map(Value::to_string);
        let reply = bench.call(method, &format!("/api/v1{path}"), body.as_deref());
        let found = reply.1.pointer(place).cloned().unwrap_or_default();
        assert_eq!((reply.0, &found), (*status, value), "{edition}: {method} {path} {body:?} -> {}", reply.1);
    }
}

fn plain(kind: &str, number: &str) -> Value {
    let mut item = item(ONE, number);
    item["identifier_type"] = kind.into();
    item["link_id"] = Value::Null;
    item
}

fn home(link_id: &str, building: i64) -> Value {
    let address = json!({"building": building, "unit": 0, "floor": 98, "room": 99});
    json!({"list_items": [{"apartment_address": address, "apartment_name": "Flat", "link_id": link_id}]})
}

fn hours(format: &Value) -> Value {
    json!({"name": "Hours", "time_options": {"is_all_day": true}, "repeat_options": {"repeat_enable": true, "repeat_format": format}})
}

fn custom(point: &str, looper: i64, options: &Value) -> Value {
    let custom = json!({"repeat_point_type": point, "repeat_looper": looper, "repeat_options": options});
    hours(&json!({"repeat_type": "custom", "repeat_end": {"format": "never"}, "repeat_custom": custom}))
}

#[test]
fn identifiers_by_uid() {
    let taken = "Identifier with that type and number already exist";
    let wrong = "Wrong Identifier uid";
    check(
        "android-2.9",
        &[
            ("POST", "/access/identifier", Some(plain("card", "77")), 200, "/uid", json!(1)),
            ("POST", "/access/identifier", Some(plain("card", "77")), 400, "/error", json!(taken)),
            ("POST", "/access/identifier", Some(plain("qr", ONE)), 200, "/uid", json!(2)),
            ("GET", "/access/identifier/item/1", None, 200, "/additional/passes_left", json!(-1)),
            ("GET", "/access/identifier/item/1", None, 200, "/link_id", Value::Null),
            ("PATCH", "/access/identifier/item/1", Some(plain("card", "78")), 200, "", json!({})),
            ("GET", "/access/identifier/item/1", None, 200, "/identifier_number", json!("78")),
            ("GET", "/access/identifier/item/9", None, 400, "/error", json!(wrong)),
            ("PATCH", "/access/identifier/item/9", Some(plain("card", "79")), 400, "/error", json!(wrong)),
            ("DELETE", "/access/identifier/item/x", None, 400, "/error", json!(wrong)),
            ("GET", "/access/identifier/items", None, 200, "/list_items/1/identifier_uid", json!(2)),
            (
                "DELETE",
                "/access/identifier/items",
                Some(json!({})),
                400,
                "/error",
                json!("Wrong JSON body: no value for `uid_items`"),
            ),
            ("DELETE", "/access/identifier/items", Some(json!({"uid_items": [1, 2, 3]})), 200, "", json!({})),
            ("GET", "/access/identifier/items", None, 200, "/list_option/pagination/total_items", json!(0)),
        ],
    );
}

#[test]
fn apartments_and_time_profiles() {
    let upsert = |looper: i64| json!({"list_items": [with_link(custom("week", looper, &json!(["MON"])))]});
    let created = |reason: &str| json!({"link_id": ONE, "success": true, "extended_info": reason});
    check(
        "android-2.9",
        &[
            ("POST", "/apartment/items/link", Some(home(HOME, 1)), 200, "/result/0/extended_info", json!("created")),
            ("POST", "/apartment/items/link", Some(home(NEXT, 1)), 200, "/result/0/extended_info", json!("updated")),
            ("POST", "/apartment/items/link", Some(home(HOME, 0)), 400, "/error", json!("Wrong JSON body")),
            ("DELETE", "/apartment/items/link", Some(json!({"link_ids": [HOME]})), 200, "/result/0/success", json!(false)),
            ("POST", "/access/timeprofile/items/link", Some(upsert(1)), 200, "/result/0", created("created")),
            ("POST", "/access/timeprofile/items/link", Some(upsert(2)), 200, "/result/0", created("updated")),
            ("POST", "/access/timeprofile/items/link", Some(upsert(0)), 400, "/error", json!("Wrong repeat_looper range")),
            ("DELETE", "/access/timeprofile/items/link", Some(json!({"link_ids": [ONE]})), 200, "/result/0", created("deleted")),
            ("GET", "/access/timeprofile/item/1", None, 400, "/error", json!("Wrong Time Profile Uid")),
            ("POST", "/access/identifier", Some(plain("card", "1")), 200, "/uid", json!(1)),
            ("POST", "/apartment/item/1/identifier/1", None, 200, "", json!({})),
            ("GET", "/access/identifier/item/1", None, 200, "/apartment/link_id", json!(NEXT)),
            ("POST", "/apartment/item/unbind/identifier/1", None, 200, "", json!({})),
            ("POST", "/apartment/item/unbind/identifier/1", None, 200, "/error", json!("Identifier already unbound")),
        ],
    );
}

fn with_link(mut profile: Value) -> Value {
    profile["link_id"] = ONE.into();
    profile
}

#[test]
fn repeat_settings() {
    let rows = [
        (custom("fortnight", 1, &json!([])), "Wrong repeat_point_type enum name"),
        (custom("week", 1001, &json!(["MON"])), "Wrong repeat_looper range"),
        (custom("week", 1, &json!([])), "Set in WeekOptions can't be empty"),
        (custom("week", 1, &json!(["Mon"])), "Wrong repeat_options enum name"),
        (custom("month", 1, &json!({"format": "dayNumbers", "range": []})), "Set in dayNumbers can't be empty"),
        (custom("month", 1, &json!({"format": "dayNumbers", "range": [32]})), "Wrong DayOfMonth range"),
        (custom("month", 1, &json!({"format": "days", "range": [3]})), "Wrong format enum name"),
        (custom("year", 1, &json!({"months": []})), "Set in YearOptions can't be empty"),
        (custom("year", 1, &json!({"months": [13]})), "Wrong months range"),
        (hours(&json!({"repeat_type": "never"})), "Wrong repeat_type"),
        (hours(&json!({"repeat_type": "day", "repeat_end": {"format": "soon"}})), "Wrong format enum name"),
        (json!({"name": "x", "time_options": {}}), "Wrong JSON body: no value for `repeat_options`"),
    ];
    for (body, text) in rows {
        check("android-2.9", &[("POST", "/access/timeprofile", Some(body), 400, "/error", json!(text))]);
    }
}

#[test]
fn locks_and_log() {
    let open = "/access/general/lock/open/remote/accepted";
    let emergency = "/access/general/lock/open/emergency";
    let order = |lock: i64, seconds: i64| Some(json!({"locks": [{"lock_number": lock, "unlock_time": seconds}]}));
    let index = json!("Only 0, 1, 2 indexes available for the lock number");
    let range = json!("Unlock time should be in range [1, 86400] seconds");
    check(
        "android-2.9",
        &[
            ("GET", &format!("{open}/3"), None, 400, "/error", index.clone()),
            ("GET", &format!("{open}/1?unlockTime=604801"), None, 400, "/error", range.clone()),
            ("POST", emergency, Some(json!({})), 400, "/error", json!("Wrong JSON body: no value for `locks`")),
            ("POST", emergency, order(9, 1), 400, "/error", index),
            ("POST", emergency, order(1, 0), 400, "/error", range),
            ("GET", "/log/items", None, 200, "/list_items/0/name/key", json!("successful_login_api_call")),
            ("GET", &format!("{open}/1"), None, 200, "", json!({})),
            ("GET", "/log/items?locale=da", None, 200, "/list_items/0/name/key", json!("access_granted_by_api_call")),
            ("GET", "/access/general/remote/control/settings", None, 200, "/enable", json!(false)),
            ("GET", "/access/lift/rule/item/1", None, 404, "", Value::Null),
        ],
    );
}

#[test]
fn editions() {
    let links = "/access/identifier/items/link";
    let listed = format!("{links}?limit=10&page_number=1");
    let write = |number: &str| Some(json!({"list_items": [item(ONE, number)]}));
    let reason = "/result/0/extended_info";
    let total = "/list_option/pagination/total_items";
    check(
        "camdroid-1.3",
        &[
            ("POST", links, write("42"), 200, reason, json!("created")),
            ("GET", links, None, 400, "/error", json!("Required parameters missed")),
            (
                "GET",
                &format!("{listed}&filter=name eq 'CT-Ada Byron' and not identifier_number eq '7'"),
                None,
                200,
                total,
                json!(1),
            ),
            ("GET", &format!("{listed}&filter=(name nq 'CT-Ada Byron' or passes_left ge 0)"), None, 200, total, json!(0)),
            ("GET", &format!("{listed}&filter=name eq"), None, 400, "/error", json!("Wrong JSON body")),
            ("GET", &format!("{listed}&filter=name ne 'x'"), None, 400, "/error", json!("Wrong JSON body")),
            ("DELETE", "/forward/items/link", Some(json!({"link_ids": [12]})), 200, reason, json!("entity_not_found")),
        ],
    );
    let flag = "/result/0/has_dublicates";
    check("android-2.10", &[("POST", links, write("42"), 200, flag, json!(false)), ("GET", &listed, None, 200, total, json!(1))]);
    check(
        "android-latest",
        &[
            ("POST", links, write("42"), 200, reason, json!("created")),
            ("DELETE", "/access/identifiers?number=42", None, 400, "/error", json!("Wrong JSON body: no value for `type`")),
            ("DELETE", "/access/identifiers?type=card&number=42", None, 200, reason, json!("deleted")),
            ("DELETE", "/access/identifiers?type=card&number=42", None, 200, reason, json!("entity_not_found")),
        ],
    );
    let lift =
        json!({"owner": {"name": "CT", "type": "owner"}, "type": "input_code", "number": "4711", "floors": [1], "link_id": ONE});
    let lift = json!({ "list_items": [lift] });
    check(
        "lift-1",
        &[
            ("POST", links, Some(lift), 200, reason, json!("created")),
            ("GET", &listed, None, 200, "/list_items/0/floors", json!([1])),
        ],
    );
}
