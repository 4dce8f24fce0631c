//! Which cases are selected, which of them run, and why the others do not.

use serde_json::{Value, json};

use super::*;
use crate::catalogue::{Catalogue, Sources, load};

fn case(name: &str, change: Value) -> Value {
    let mut case = json!({ "name": name, "title": name, "requirements": ["2N-DIR-DEL-001"], "uncontrolled": "of a test",
        "steps": [{ "send": { "method": "GET", "path": "/x" } }] });
    let members = change.as_object().cloned().unwrap_or_default();
    case.as_object_mut().expect("it is one").extend(members);
    case
}

/// The suite `2n` with cases of our own alone.
fn suite(file: &str, cases: Vec<Value>) -> SuiteCatalogue {
    let text = json!({ "about": "Of a test.", "cases": cases }).to_string();
    let mut sources = Sources::default().with(&format!("cases/2n/{file}.json"), &text);
    for name in ["cases/2n/suite.json", "cases/2n/requirements.json"] {
        sources = sources.with(name, Sources::embedded().get(name).expect("it is embedded"));
    }
    let (Catalogue { mut suites }, mistakes) = load(&sources);
    assert!(mistakes.is_empty(), "{}", mistakes.render(&|_| None, false));
    suites.remove("2n").expect("it is there")
}

fn names(cases: &[&CatalogueCase]) -> Vec<String> {
    cases.iter().map(|case| case.case.name.clone()).collect()
}

#[test]
fn a_filter_is_a_name_or_a_folder_or_a_glob_or_a_part() {
    let row = |id: &str| json!({ "requirements": [id] });
    let suite = suite(
        "plan",
        vec![
            case("one", row("2N-DIR-DEL-001")),
            case("one-more", row("2N-DIR-DEL-010")),
            case("two", json!({ "requirements": ["2N-DIR-GET-001"], "rows": [{ "name": "a" }, { "name": "b" }] })),
            case("two-more", row("2N-DIR-GET-002")),
        ],
    );
    let all = ["one", "one-more", "two", "two", "two-more"];
    let check = |filters: &[&str], expected: &[&str]| {
        let filters: Vec<String> = filters.iter().map(|filter| (*filter).to_owned()).collect();
        assert_eq!(names(&select(&suite, &filters)), expected, "{filters:?}");
    };
    check(&[], &all);
    check(&["2n/plan/one"], &["one"]);
    check(&["2n/plan"], &all);
    check(&["2n/plan/two"], &["two", "two"]);
    check(&["2n/plan/two/b"], &["two"]);
    check(&["2N-DIR-DEL"], &["one", "one-more"]);
    check(&["2N-DIR-DEL-001"], &["one"]);
    check(&["2N-DIR-D"], &["one", "one-more"]);
    check(&["*/one*"], &["one", "one-more"]);
    check(&["*one"], &["one"]);
    check(&["more"], &["one-more", "two-more"]);
    check(&["2n/plan/two/a", "2n/plan/one", "2n/plan/one"], &["one", "two"]);
    check(&["nothing"], &[]);
    check(&["2n.plan.*"], &[]);
}

/// `BASIP-IDN-001` has the name of another group in its own.
#[test]
fn a_group_of_requirements_is_no_other_group_that_begins_alike() {
    let suite = &Catalogue::embedded().suites["bas-ip"];
    let selected = select(suite, &["BASIP-ID".to_owned()]);
    assert!(!selected.is_empty());
    for case in selected {
        assert!(case.case.requirements.iter().any(|row| row.0.starts_with("BASIP-ID-")), "{}", case.id);
    }
}

#[test]
fn a_case_runs_when_it_is_allowed_and_its_needs_are_met() {
    let check = |change: Value, allow: &[Risk], expected: Option<&str>| {
        let suite = suite("decide", vec![case("one", change.clone())]);
        let mut known = Known::of_suite(&suite);
        known.edition = Some("2.46".to_owned());
        known.capabilities.extend([("has".to_owned(), Some(true)), ("lacks".to_owned(), Some(false)), ("open".to_owned(), None)]);
        known.capabilities.insert("limited-account".to_owned(), Some(false));
        let choice = Choice { filters: Vec::new(), allow: allow.iter().copied().collect(), ..Choice::default() };
        let plan = Plan::new(&suite, &known, &choice);
        let reasons = plan.reasons();
        match expected {
            None => assert_eq!((plan.running().count(), reasons.len()), (1, 0), "{change}: {reasons:?}"),
            Some(part) => {
                assert_eq!((plan.running().count(), reasons.values().sum::<u64>()), (0, 1), "{change}");
                assert!(reasons.keys().all(|reason| reason.contains(part)), "{change}: {reasons:?}");
            }
        }
    };
    check(json!({}), &[], None);
    check(json!({ "risk": "read" }), &[], None);
    check(json!({ "risk": "disturb" }), &[], Some("--allow disturb"));
    check(json!({ "risk": "destroy" }), &[Risk::Disturb], Some("--allow destroy"));
    check(json!({ "risk": "destroy" }), &[Risk::Destroy], None);
    check(json!({ "needs": ["has"] }), &[], None);
    check(json!({ "needs": ["!lacks", "has"] }), &[], None);
    check(json!({ "needs": ["has", "lacks"] }), &[], Some("does not have `lacks`"));
    check(json!({ "needs": ["!has"] }), &[], Some("the target has `has`"));
    check(json!({ "needs": ["open"] }), &[], Some("not known whether the target has `open`"));
    check(json!({ "needs": ["!open"] }), &[], Some("not known"));
    check(json!({ "needs": ["limited-account"] }), &[], Some("DOORSPEC_LIMITED_USER"));
    check(json!({ "needs": ["!limited-account"] }), &[], None);
}

#[test]
fn a_case_whose_rows_are_all_of_another_edition_does_not_apply() {
    let mut suite = suite(
        "edition",
        vec![
            case("both", json!({ "requirements": ["2N-DIR-DEL-001", "2N-DIR-DEL-002"] })),
            case("old", json!({ "requirements": ["2N-DIR-DEL-002"] })),
            case("none", json!({ "requirements": [] })),
        ],
    );
    for row in &mut suite.requirements.requirements {
        if row.id.0 == "2N-DIR-DEL-002" {
            row.applies = vec!["1.0".to_owned()];
        }
    }
    let known = Known { edition: Some("2.46".to_owned()), ..Known::of_suite(&suite) };
    let plan = Plan::new(&suite, &known, &Choice { filters: vec!["2n/edition".to_owned()], ..Choice::default() });
    assert_eq!(names(&plan.running().collect::<Vec<_>>()), ["both", "none"]);
    assert!(plan.reasons().keys().all(|reason| reason.contains("the edition 2.46")), "{:?}", plan.reasons());
    assert_eq!(plan.left_out, 0);
    assert_eq!(Plan::new(&suite, &known, &Choice { filters: vec!["*/old".to_owned()], ..Choice::default() }).left_out, 2);
}

#[test]
fn heavy_requests_are_stress() {
    let check = |steps: Value, expected: bool| {
        let suite = suite("stress", vec![case("one", json!({ "steps": steps.clone() }))]);
        assert_eq!(is_stress(&suite.cases[0]), expected, "{steps}");
    };
    let send = |json: Value| json!({ "send": { "method": "PUT", "path": "/x", "json": json } });
    check(json!([send(json!({ "a": [1, 2] }))]), false);
    check(json!([send(json!({ "a": { "$repeat": "x", "times": 999 } }))]), false);
    check(json!([send(json!({ "a": { "$repeat": "x", "times": 1000 } }))]), true);
    check(json!([send(json!({ "a": [{ "$repeat": "x", "times": 500 }, { "$repeat": "x", "times": 500 }] }))]), true);
    check(json!([send(json!({ "a": { "$times": 99, "of": 1 } }))]), false);
    check(json!([send(json!({ "a": { "$times": 100, "of": 1 } }))]), true);
    check(json!([send(json!({ "a": vec![json!({ "$times": 1, "of": 1 }); 100] }))]), false);
    check(json!([send(json!({ "a": { "b": { "c": { "$repeat": "x", "times": 2000 } } } }))]), true);
    let together = |count: usize| json!([{ "together": vec![json!({ "method": "GET", "path": "/x" }); count] }]);
    check(together(8), false);
    check(together(9), true);
}

#[test]
fn every_case_belongs_to_one_part_and_parts_are_of_a_size() {
    let ids: Vec<String> = (0..1000).map(|number| format!("2n/dir/delete/row-{number}")).collect();
    for total in [1, 2, 3, 4, 7] {
        let parts: Vec<Shard> = (1..=total).filter_map(|index| Shard::new(index, total)).collect();
        let sizes: Vec<usize> = parts.iter().map(|part| ids.iter().filter(|id| part.holds(id)).count()).collect();
        assert_eq!(sizes.iter().sum::<usize>(), ids.len());
        assert!(ids.iter().all(|id| parts.iter().filter(|part| part.holds(id)).count() == 1));
        let even = ids.len() / usize::try_from(total).unwrap_or(1);
        assert!(sizes.iter().all(|size| size.abs_diff(even) < 80), "{total}: {sizes:?}");
    }
    // Worked out by another program: a part holds the same cases in every version and on every machine.
    let rows =
        [("2n/dir/delete/existing", 1, 7), ("bas-ip/link/delete/existing", 3, 4), ("2n/dir/create/new", 4, 5), ("a", 1, 2)];
    for (id, of_four, of_seven) in rows {
        let part = |total| (1..=total).find(|index| Shard::new(*index, total).is_some_and(|part| part.holds(id)));
        assert_eq!((part(4), part(7)), (Some(of_four), Some(of_seven)), "{id}");
    }
    assert_eq!(Shard::new(2, 4).map(|part| part.to_string()).as_deref(), Some("2/4"));
    assert_eq!((Shard::new(0, 4), Shard::new(5, 4), Shard::new(1, 0)), (None, None, None));
}
