//! The requests of the trace: one of everything that a defect or quirk could show in.

use super::examples::item;
use super::trace::Trace;
use serde_json::{Value, json};
use std::time::Duration;

const ONE: &str = "9f8c242a-1f87-4674-b646-76a73ce06072";
const TWIN: &str = "9f8c242a-2f87-4674-b646-76a73ce06072";
const TWO: &str = "ab47354a-5de2-4fc0-8d8a-d989e71ef6fb";
const OLD: &str = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
const HOME: &str = "5bdb2ad3-be0f-4811-a481-1c19267c5ec3";
const HOURS: &str = "1c9e6679-7425-40de-944b-e07fc1f90ae7";
const NOBODY: &str = "ad7eb6db-b141-450d-9645-d027a2f1e3ff";

/// Sends everything: at the door, as administrator, with fewer rights, with tokens that end.
pub(super) fn all(trace: &mut Trace) {
    strangers_at_the_door(trace);
    trace.bench.now += Duration::from_secs(10);
    trace.bench.log_in("ct-admin", "BB2264706686D975260D0E6317BC511F");
    entities(trace);
    lists(trace);
    plain_identifiers(trace);
    deletes(trace);
    upserts(trace);
    siblings(trace);
    rights(trace);
    sessions(trace);
    super::further_requests::all(trace);
}

fn refill(trace: &mut Trace) {
    let guest = json!({"name": "CT-Zoë \"Zed\" O'Neil / 2", "type": "guest"});
    let hours = json!({ "link_ids": [HOURS] });
    trace.upsert(&[
        with(item(ONE, "1"), "time_profiles", hours),
        item(TWIN, "2"),
        with(item(TWO, "0A-1B-2C-3D-4E"), "identifier_owner", guest),
        with(item(OLD, "4"), "lock", "second".into()),
    ]);
}

fn with(mut item: Value, key: &str, value: Value) -> Value {
    item[key] = value;
    item
}

fn without(mut item: Value, key: &str) -> Value {
    item.as_object_mut().map(|item| item.shift_remove(key));
    item
}

fn typed(kind: &str, number: &str) -> Value {
    with(item(NOBODY, number), "identifier_type", kind.into())
}

fn strangers_at_the_door(trace: &mut Trace) {
    for path in ["/api/info", "/api/info", "/login", "/login?username=ct-admin", "/login?username=&password=", "/ct/none"] {
        trace.get(path);
    }
    trace.send("POST", "/login?username=ct-admin&password=0", None);
    for query in ["username=ct-admin&password=0", "username=nobody&password=0", "username=ct-admin&password=Tulip-4711"] {
        trace.get(&format!("/login?{query}"));
    }
    for sum in ["BB2264706686D975260D0E6317BC511F", "bb2264706686d975260d0e6317bc511f"] {
        trace.get(&format!("/login?username=ct-admin&password={sum}"));
    }
    for token in ["", "0000000000000000000000000000000000000000"] {
        trace.bench.token = token.into();
        trace.list("");
        trace.upsert(&[item(NOBODY, "999")]);
        trace.delete("{");
        trace.delete(&json!({ "link_ids": [NOBODY] }).to_string());
        trace.get("/access/general/lock/open/remote/accepted/1");
    }
}

fn entities(trace: &mut Trace) {
    let address = json!({"building": 1, "unit": 0, "floor": 98, "room": 99});
    let home = json!({"apartment_address": address, "apartment_name": "Flat 1", "link_id": HOME});
    trace.send("POST", "/apartment/items/link", Some(&json!({ "list_items": [home] }).to_string()));
    trace.send("POST", "/access/timeprofile/items/link", Some(&json!({ "list_items": [hours(HOURS, "week", 1)] }).to_string()));
    let hours = json!({ "link_ids": [HOURS] });
    trace.upsert(&[with(item(ONE, "1"), "time_profiles", hours.clone())]);
    trace.send("POST", "/access/identifier", Some(&without(item(NOBODY, "77"), "link_id").to_string()));
    trace.send("POST", "/access/identifier", Some(&without(item(NOBODY, "77"), "link_id").to_string()));
    refill(trace);
    let many = (0..30_u64).map(|index| {
        let owner = json!({"name": format!("CT-{} {index}", if index % 2 == 0 { "a" } else { "B" }), "type": "owner"});
        with(item(&super::random::uuid(3, "own", index), &format!("{}", 500 + index)), "identifier_owner", owner)
    });
    trace.upsert(&many.collect::<Vec<_>>());
    trace.upsert(&[with(item(ONE, "1"), "time_profiles", hours)]);
    trace.list("");
}

fn hours(link_id: &str, kind: &str, looper: i64) -> Value {
    let custom = json!({"repeat_point_type": "week", "repeat_looper": looper, "repeat_options": ["MON"]});
    let format = json!({"repeat_type": kind, "repeat_end": {"format": "never"}, "repeat_custom": custom});
    json!({"name": "Hours", "link_id": link_id, "time_options": {"is_all_day": true, "date_from": 1, "date_to": 2},
        "repeat_options": {"repeat_enable": true, "repeat_format": format}})
}

fn lists(trace: &mut Trace) {
    trace.get("/access/identifier/items/link");
    trace.get("/access/identifier/items");
    trace.send("GET", "/access/identifier/items/link?limit=10&page_number=1", Some(&json!({ "link_ids": [ONE] }).to_string()));
    for paging in ["limit=20&page_number=1", "limit=30&page_number=2", "limit=50&page_number=1", "limit=25&page_number=1"] {
        trace.get(&format!("/access/identifier/items/link?{paging}"));
    }
    for paging in ["limit=10&page_number=2", "limit=10&page_number=9", "limit=10&page_number=0", "limit=7&page_number=1&zz=1"] {
        trace.get(&format!("/access/identifier/items/link?{paging}"));
    }
    for query in
        ["sort_field=name&sort_type=asc", "sort_field=name&sort_type=desc", "sort_field=none", "filter_field=none&filter_value=1"]
    {
        trace.list(&format!("&{query}"));
    }
    for query in ["filter_field=identifier_number&filter_type=equal&filter_value=2", "order_by=name desc", "order_by=name asc"] {
        trace.list(&format!("&{query}"));
    }
    for filter in ["name eq 'CT-Ada Byron'", "name nq 'CT-a 2' and identifier_number eq '2'", "name eq", "not passes_left gt 3"] {
        trace.list(&format!("&filter={filter}"));
    }
    for locale in ["en", "da", "uk", "xx"] {
        trace.get(&format!("/log/items?limit=50&page_number=1&locale={locale}"));
    }
}

fn deletes(trace: &mut Trace) {
    let capitals = TWO.to_ascii_uppercase();
    let lists = [
        json!([NOBODY]),
        json!([]),
        json!([NOBODY, TWO]),
        json!([ONE]),
        json!([ONE]),
        json!([TWO, OLD, TWIN]),
        json!([NOBODY, NOBODY]),
        json!([TWO, TWO]),
        json!([capitals]),
        json!([format!(" {{{TWO}}} ")]),
        json!([TWO, 7]),
        json!([1]),
        json!([null]),
        json!([[ONE]]),
        json!([""]),
        json!(["9f8c"]),
        json!(["00000000-0000-0000-0000-000000000000"]),
        json!(["ffffffff-ffff-ffff-ffff-ffffffffffff"]),
        json!([HOME]),
        json!(ONE),
        json!({ "0": ONE }),
        json!(1),
        json!(true),
        json!(null),
        (0..1001).map(|index| format!("{index:08x}-9dad-41d1-80b4-00c04fd430c8")).collect(),
        json!(["x".repeat(70_000)]),
    ];
    for list in lists {
        refill(trace);
        trace.delete(&json!({ "link_ids": list }).to_string());
        trace.get("/access/identifier/item/1");
    }
    trace.send("POST", "/access/identifiers/link/delete", Some(&json!({ "link_ids": [NOBODY] }).to_string()));
    trace.get("/apartment/items?limit=10&page_number=1");
    trace.get("/access/timeprofile/items?limit=10&page_number=1");
    trace.upsert(&[item(NOBODY, "1")]);
    trace.delete(&json!({ "link_ids": [NOBODY] }).to_string());
    bodies(trace);
    trace.bench.now += Duration::from_secs(1);
    trace.send("DELETE", "/access/identifier/items/link?link_ids=9f8c242a-1f87-4674-b646-76a73ce06072", None);
    trace.send("DELETE", "/access/identifier/items/link", None);
    trace.send("POST", "/access/identifier/items/link", Some(&json!({ "link_ids": [ONE] }).to_string()));
    trace.send("PUT", "/access/identifier/items/link", Some("{}"));
}

fn bodies(trace: &mut Trace) {
    let deep = format!("{{\"link_ids\":[],\"x\":{}{}}}", "[".repeat(1000), "]".repeat(1000));
    let form = format!("link_ids={ONE}");
    let doubled = format!("{{\"link_ids\":[\"{ONE}\"],\"link_ids\":[\"{NOBODY}\"]}}");
    let marked = format!("\u{feff}{{\"link_ids\":[\"{NOBODY}\"]}}");
    let single = format!("{{'link_ids':['{NOBODY}'],}}");
    let root = format!("[\"{NOBODY}\"]");
    let misspelt = format!("{{\"linkIds\":[\"{NOBODY}\"]}}");
    let extra = format!("{{\"link_ids\":[\"{NOBODY}\"],\"zz_ct\":1}}");
    for body in ["", "{", "{}", "null", "1", "\"x\"", &deep, &form, &doubled, &marked, &single, &root, &misspelt, &extra] {
        refill(trace);
        trace.delete(body);
    }
    for media in ["application/json; charset=utf-8", "text/plain", ""] {
        trace.bench.media = media.into();
        trace.delete(&json!({ "link_ids": [NOBODY] }).to_string());
    }
    trace.bench.media = "application/json".into();
}

fn upserts(trace: &mut Trace) {
    refill(trace);
    let image = |length: usize| with(typed("face_id", ""), "face_image", base64_of(length).into());
    let items = [
        item(NOBODY, "2"),
        with(item(NOBODY, "90"), "time_profiles", json!({ "link_ids": [TWIN] })),
        with(
            item(NOBODY, "90"),
            "valid",
            json!({"time": {"is_permanent": false, "from": 9, "to": 8}, "passes": {"is_permanent": true}}),
        ),
        with(item(NOBODY, "90"), "valid", json!({"time": {"is_permanent": true}, "passes": {"is_permanent": true}})),
        with(item(NOBODY, "90"), "apartment_link_id", HOME.into()),
        with(item(&NOBODY.to_ascii_uppercase(), "90"), "identifier_owner", json!({"name": "CT-Other", "type": "owner"})),
        without(item(NOBODY, "90"), "apartment_link_id"),
        without(item(NOBODY, "90"), "identifier_owner"),
        without(item(NOBODY, "90"), "lock"),
        with(item(NOBODY, "90"), "lock", "third".into()),
        with(item(NOBODY, "90"), "zz", 1.into()),
        typed("xyz", "90"),
        typed("inputCode", "4711"),
        typed("inputCode", "04711"),
        typed("inputCode", "47a1"),
        typed("qr", ONE),
        typed("qr", "abc"),
        typed("card", "4018273645"),
        typed("license_plate", &"A".repeat(100)),
        typed("face_id", "AAAA"),
        with(typed("face_id", ""), "face_image", "%%%".into()),
        image(10),
        image(5000),
    ];
    for item in items {
        trace.upsert(&[item]);
        trace.list("&filter_field=link_id&filter_value=ad7eb6db-b141-450d-9645-d027a2f1e3ff");
        trace.erase(&json!({ "link_ids": [NOBODY] }).to_string());
    }
    for number in ["1234567890", "0000012", "0a:1b", "0A-1B-2C-3D-4E-5F-60-71", "12345678901", "0A1B", "0A"] {
        trace.upsert(&[item(NOBODY, number)]);
        trace.list("&filter_field=link_id&filter_type=equal&filter_value=ad7eb6db-b141-450d-9645-d027a2f1e3ff");
        trace.erase(&json!({ "link_ids": [NOBODY] }).to_string());
    }
    trace.upsert(&[item(NOBODY, "2"), item(TWO, "91")]);
    trace.upsert(&[item(NOBODY, "94"), typed("xyz", "95")]);
    trace.get("/access/identifier/items/link?limit=50&page_number=1");
    for body in ["{}", "{\"list_items\":null}", "{\"list_items\":{}}", "{\"list_items\":[]}", "{"] {
        trace.send("POST", "/access/identifier/items/link", Some(body));
    }
}

fn base64_of(length: usize) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, vec![7; length])
}

fn plain_identifiers(trace: &mut Trace) {
    let plain = |kind: &str, number: &str| without(typed(kind, number), "link_id").to_string();
    trace.send("POST", "/access/identifier", Some(&plain("card", "77")));
    trace.send("POST", "/access/identifier", Some(&plain("qr", ONE)));
    for uid in 30..42 {
        trace.get(&format!("/access/identifier/item/{uid}"));
        trace.get(&format!("/access/identifier/item/{uid}/qr"));
    }
    trace.get("/access/identifier/item/2147483000");
    trace.send("PATCH", "/access/identifier/item/2147483000", Some(&plain("card", "78")));
    trace.send("POST", "/apartment/item/unbind/identifier/2", None);
    trace.send("POST", "/apartment/item/unbind/identifier/2", None);
    for body in ["{}", "{\"uid_items\":[\"1\"]}", "{\"uid_items\":[2147483000]}"] {
        trace.send("DELETE", "/access/identifier/items", Some(body));
        trace.get("/access/identifier/items?limit=50&page_number=1");
    }
    trace.send("DELETE", "/access/identifiers?number=505", None);
    trace.send("DELETE", "/access/identifiers?type=card&number=1FE", None);
    for body in ["{\"list_items\":[]}", "{\"list_items\":[{\"identifier_number\":\"506\"},{\"identifier_number\":\"?\"}]}"] {
        trace.send("DELETE", "/access/identifiers?type=card", Some(body));
        trace.get("/access/identifier/items?limit=50&page_number=1");
    }
}

fn siblings(trace: &mut Trace) {
    let home =
        |building: i64| json!({"apartment_address": {"building": building, "unit": 0, "floor": 98, "room": 99}, "link_id": TWO});
    for building in [1, 0] {
        trace.send("POST", "/apartment/items/link", Some(&json!({ "list_items": [home(building)] }).to_string()));
    }
    let unknown = json!({ "link_ids": [NOBODY] }).to_string();
    let profiles = json!({ "link_ids": [HOURS] }).to_string();
    trace.send("DELETE", "/apartment/items/link", Some(&unknown));
    for (kind, looper) in [("never", 1), ("custom", 0), ("custom", 1)] {
        trace.send("POST", "/access/timeprofile", Some(&hours(HOURS, kind, looper).to_string()));
    }
    trace.send("DELETE", "/access/timeprofile/items/link", Some(&unknown));
    trace.send("DELETE", "/access/timeprofile/items/link", Some(&profiles));
    trace.get("/access/timeprofile/items?limit=10&page_number=1");
    for body in ["{\"link_ids\":[12]}", &unknown] {
        trace.send("DELETE", "/forward/items/link", Some(body));
    }
    for path in ["1", "9", "1?unlockTime=604801"] {
        trace.get(&format!("/access/general/lock/open/remote/accepted/{path}"));
    }
    let order = |seconds: i64| json!({"locks": [{"lock_number": 1, "unlock_time": seconds}]}).to_string();
    for body in ["{}", &order(0), &order(90_000)] {
        trace.send("POST", "/access/general/lock/open/emergency", Some(body));
    }
    trace.get("/access/general/remote/control/settings");
    trace.get("/access/lift/rule/item/1");
    trace.get("/log/items?limit=50&page_number=1");
    trace.get("/ct/none");
}

fn rights(trace: &mut Trace) {
    refill(trace);
    let admin = trace.bench.token.clone();
    trace.bench.log_in("ct-limited", &super::random::hex(&<md5::Md5 as md5::Digest>::digest(b"Rose-12")));
    trace.send("DELETE", "/access/identifier/items/link", Some(&json!({ "link_ids": [ONE] }).to_string()));
    trace.send("DELETE", "/access/identifier/items/link", Some("{"));
    trace.upsert(&[item(NOBODY, "92")]);
    trace.list("");
    trace.get("/apartment/items?limit=10&page_number=1");
    trace.bench.token.clear();
    trace.send("DELETE", "/access/identifier/items/link", Some(&json!({ "link_ids": [TWO] }).to_string()));
    trace.bench.token = admin;
    trace.list("");
    trace.upsert(&[item(&TWO.to_ascii_uppercase(), "93")]);
    trace.get("/access/identifier/items/link?limit=50&page_number=1");
}

fn sessions(trace: &mut Trace) {
    let first = trace.bench.token.clone();
    trace.bench.log_in("ct-admin", "BB2264706686D975260D0E6317BC511F");
    let second = std::mem::replace(&mut trace.bench.token, first);
    trace.list("");
    trace.bench.token = format!(" {second}");
    trace.list("");
    trace.bench.token = second.clone();
    for seconds in [3600, 7000] {
        trace.bench.now += Duration::from_secs(seconds);
        trace.list("");
        trace.delete(&json!({ "link_ids": [NOBODY] }).to_string());
    }
    trace.bench.token = second;
    trace.bench.log_in("ct-admin", "BB2264706686D975260D0E6317BC511F");
    trace.get("/logout");
    trace.list("");
    trace.delete(&json!({ "link_ids": [NOBODY] }).to_string());
    trace.bench.token = "Basic".into();
    trace.list("");
}
