//! Each matcher by rows: what is expected, what is there, and the places of what differs.

use serde_json::json;

use super::*;

fn check(expected: &Value, actual: Option<Value>, places: &[&str]) {
    let mut found = Findings::written();
    compare(expected, actual.as_ref(), "", "body", &mut found).expect("the matcher is right");
    let mut trial = Findings::trial();
    compare(expected, actual.as_ref(), "", "body", &mut trial).expect("the matcher is right");
    assert_eq!(trial.is_empty(), found.is_empty(), "a trial of {expected} says otherwise");
    let found = found.into_deviations();
    let at: Vec<&str> = found.iter().map(|deviation| deviation.at.as_str()).collect();
    assert_eq!(at, places, "{expected} against {actual:?}: {found:?}");
}

#[test]
fn what_holds_and_what_does_not() {
    let uuid = "9f8c242a-1f87-4674-b646-76a73ce06072";
    check(&json!({ "a": 1 }), Some(json!({ "a": 1.0, "b": 2 })), &[]);
    check(&json!({ "a": 1 }), Some(json!({ "a": "1" })), &["/a"]);
    check(&json!({ "a": { "$absent": true } }), Some(json!({})), &[]);
    check(&json!({ "a": { "$absent": true } }), Some(json!({ "a": null })), &["/a"]);
    check(&json!({ "a": { "$present": true } }), Some(json!({})), &["/a"]);
    check(&json!({ "a": null }), Some(json!({})), &["/a"]);
    check(&json!([1, 2]), Some(json!([1, 2, 3])), &[""]);
    check(&json!([]), Some(json!([])), &[]);
    check(&json!({ "$integer": { "min": 1 } }), Some(json!(0)), &[""]);
    check(&json!({ "$integer": {} }), Some(json!(1.0)), &[]);
    check(&json!({ "$integer": {} }), Some(json!("1")), &[""]);
    check(&json!({ "$one-of": [200, 401] }), Some(json!(401)), &[]);
    check(&json!({ "$one-of": [{ "$absent": true }, []] }), None, &[]);
    check(&json!({ "$not": { "$absent": true } }), None, &[""]);
    check(&json!({ "$not": 1 }), Some(json!(1)), &[""]);
    check(&json!({ "$not": 1 }), Some(json!(2)), &[]);
    check(&json!({ "$uuid": uuid }), Some(json!(uuid.to_uppercase())), &[]);
    check(&json!({ "$uuid": true }), Some(json!("{9f8c242a-1f87-4674-b646-76a73ce06072}")), &[""]);
    check(&json!({ "$regex": "^[0-9]+$" }), Some(json!("12")), &[]);
    check(&json!({ "$regex": "^a$", "ignore-case": true }), Some(json!("A")), &[]);
    check(&json!({ "$regex": "" }), Some(json!(12)), &[""]);
    check(&json!({ "$text": "log in" }), Some(json!("Log In")), &[]);
    check(&json!({ "$each": { "a": 1 } }), Some(json!([{ "a": 1 }, { "a": 2 }])), &["/1/a"]);
    check(&json!({ "$none": { "a": 1 } }), Some(json!([{ "a": 2 }])), &[]);
    check(&json!({ "$none": { "a": 1 } }), Some(json!([{ "a": 1 }])), &[""]);
    check(&json!({ "$contains": [1, { "$integer": {} }] }), Some(json!([1, "x"])), &[""]);
    check(&json!({ "$contains": [{ "$integer": {} }, 1] }), Some(json!([1, 7, "x"])), &[]);
    check(&json!({ "$contains": [1] }), Some(json!([1])), &[]);
    check(&json!({ "$contains": [1] }), Some(json!([2])), &[""]);
    check(&json!({ "$unordered": [1, 2] }), Some(json!([2, 1])), &[]);
    check(&json!({ "$unordered": [1, 2] }), Some(json!([1, 3])), &[""]);
    check(&json!({ "$unordered": [1, 2] }), Some(json!([2, 1, 3])), &[""]);
    check(&json!({ "$greater": 9_007_199_254_740_992_u64 }), Some(json!(9_007_199_254_740_993_u64)), &[]);
    check(&json!({ "$at-most": 3 }), Some(json!(3)), &[]);
    check(&json!({ "$equal": { "a": 1 } }), Some(json!({ "a": 1, "b": 2 })), &[""]);
    check(&json!({ "$same-as": { "a": 1, "t": 1 }, "except": ["/t"] }), Some(json!({ "a": 1, "t": 2 })), &[]);
    check(&json!({ "$same-as": [{ "t": 1 }], "except": ["/*/t"] }), Some(json!([{ "t": 2 }])), &[]);
    check(&json!({ "$like": { "a": 1, "t": 1 }, "except": ["/t"] }), Some(json!({ "a": 1, "b": 2 })), &[]);
    check(&json!({ "$like": { "a": { "c": [1] } } }), Some(json!({ "a": { "c": [2] } })), &["/a/c/0"]);
    check(&json!({ "$length": { "$at-most": 1 } }), Some(json!([1, 2])), &[""]);
    check(&json!({ "$length": 2 }), Some(json!("äö")), &[]);
    check(&json!({ "$length": 2 }), Some(json!([7, 8])), &[]);
    check(&json!({ "$length": 1 }), Some(json!({ "a": 1 })), &[]);
    check(&json!({ "$length": 2 }), Some(json!({ "a": 1 })), &[""]);
    check(&json!({ "$length": 1 }), Some(json!(1)), &[""]);
    check(&json!({ "$at-least": 3 }), Some(json!(3)), &[]);
    check(&json!({ "$at-least": 3 }), Some(json!(4)), &[]);
    check(&json!({ "$at-least": 3 }), Some(json!(2)), &[""]);
    check(&json!({ "$less": 3 }), Some(json!(2)), &[]);
    check(&json!({ "$less": 3 }), Some(json!(3)), &[""]);
    check(&json!({ "$greater": 3 }), Some(json!(3)), &[""]);
    check(&json!({ "$at-most": 3 }), Some(json!(4)), &[""]);
    check(&json!({ "$equal": 1 }), Some(json!(1)), &[]);
    check(&json!({ "$equal": 1 }), None, &[""]);
    check(&json!({ "$ascending": "/t" }), Some(json!([{ "t": 1 }, { "t": 1 }])), &[]);
    check(&json!({ "$strictly-ascending": "/t" }), Some(json!([{ "t": 1 }, { "t": 1 }])), &[""]);
    check(&json!({ "$strictly-ascending": "/t" }), Some(json!([{ "t": 1 }, { "t": 2 }])), &[]);
    check(&json!({ "$strictly-ascending": "/t" }), Some(json!([{ "t": 2 }, { "t": 1 }])), &[""]);
    let large = 9_007_199_254_740_992_u64;
    check(&json!({ "$strictly-ascending": "/t" }), Some(json!([{ "t": large }, { "t": large + 1 }])), &[]);
    check(&json!({ "$ascending": "/t" }), Some(json!([{ "t": large + 1 }, { "t": large }])), &[""]);
    check(&json!({ "$ascending": "/t" }), Some(json!([{ "t": 1 }, {}])), &[""]);
    check(&json!({ "$unique": "/u" }), Some(json!([{ "u": "a" }, { "u": "A" }])), &[""]);
    check(&json!({ "$unique": "/u" }), Some(json!([{ "u": "a" }, { "u": "b" }])), &[]);
    check(&json!({ "$keys": ["a"] }), Some(json!({ "a": 1, "b": 1 })), &[""]);
    check(&json!({ "$keys-of": { "a": 2 } }), Some(json!({ "a": 1 })), &[]);
    check(&json!({ "$all": [{ "$type": "string" }, { "$regex": "^a" }] }), Some(json!("b")), &[""]);
    check(&json!({ "$literal": { "$x": 1 } }), Some(json!({ "$x": 1 })), &[]);
}

#[test]
fn what_is_nearly_the_same_is_told_apart() {
    check(
        &json!({ "$uuid": "9f8c242a-1f87-4674-b646-76a73ce06072" }),
        Some(json!("9f8c242a-1f87-4674-b646-76a73ce06073")),
        &[""],
    );
    check(&json!({ "$integer": {} }), Some(json!(1.5)), &[""]);
    check(&json!({ "$type": "integer" }), Some(json!(2)), &[]);
    check(&json!({ "$type": ["integer", "null"] }), Some(json!(1.5)), &[""]);
    check(&json!({ "$equal": { "a": { "b": 1 } } }), Some(json!({ "a": { "b": 1.0 } })), &[]);
    check(&json!({ "$equal": [{ "$absent": true }] }), Some(json!([{ "$absent": true }])), &[]);
    check(&json!({ "$equal": [1, 2] }), Some(json!([2, 1])), &[""]);
    check(&json!({ "$equal": [1] }), Some(json!([1.0])), &[]);
    check(&json!({ "$same-as": { "a": { "t": 1 } }, "except": ["/a/t"] }), Some(json!({ "a": { "t": 2 } })), &[]);
    check(
        &json!({ "$same-as": { "a": { "t": 1 }, "t": 1 }, "except": ["/a/t"] }),
        Some(json!({ "a": { "t": 2 }, "t": 2 })),
        &[""],
    );
    check(&json!({ "$same-as": [{ "t": 1 }, { "t": 1 }], "except": ["/0/t"] }), Some(json!([{ "t": 2 }, { "t": 2 }])), &[""]);
    let fields = json!({ "a": { "t": 1, "x": 1 }, "b": { "t": 1 } });
    let same_but = |places: Value| json!({ "$same-as": fields, "except": places });
    check(&same_but(json!(["/a/t"])), Some(json!({ "a": { "t": 2, "x": 2 }, "b": { "t": 1 } })), &[""]);
    check(&same_but(json!(["/*/t"])), Some(json!({ "a": { "t": 2, "x": 1 }, "b": { "t": 3 } })), &[]);
    check(&json!({ "$same-as": [{ "t": 1 }, { "t": 1 }], "except": ["/0/t"] }), Some(json!([{ "t": 2 }, { "t": 1 }])), &[]);
    assert!(is_matcher(&json!({ "$absent": true })) && !is_matcher(&json!({ "absent": true })) && !is_matcher(&json!("$absent")));
}

#[test]
fn each_type_is_told_from_every_other() {
    let of_type = [
        ("integer", json!(1)),
        ("number", json!(1.5)),
        ("string", json!("a")),
        ("boolean", json!(false)),
        ("null", json!(null)),
        ("object", json!({})),
        ("array", json!([])),
    ];
    for (wanted, _) in &of_type {
        for (kind, value) in &of_type {
            let fits = kind == wanted || (*wanted, *kind) == ("number", "integer");
            check(&json!({ "$type": wanted }), Some(value.clone()), if fits { &[] } else { &[""] });
        }
    }
    check(&json!({ "$type": "text" }), Some(json!("a")), &[""]);
}

#[test]
fn a_flood_of_findings_ends() {
    let many = json!(vec![0; 1000]);
    for flooded in [json!({ "$each": 1 }), json!({ "$all": [{ "$each": 1 }, { "$each": 2 }] }), json!(vec![1; 1000])] {
        let mut found = Findings::written();
        compare(&flooded, Some(&many), "", "body", &mut found).expect("the matcher is right");
        assert_eq!(found.into_deviations().len(), 100, "{flooded}");
    }
}

#[test]
fn an_unknown_matcher_is_the_suites_fault() {
    let mut found = Findings::trial();
    for actual in [Some(&json!(1)), None] {
        assert!(compare(&json!({ "$foo": 1 }), actual, "", "body", &mut found).is_err());
    }
}
