//! What the page's script reads: an index of all cases, and the dossier of each, parsed only when somebody opens it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::record::{BodyRecord, CaseRecord, ExchangeRecord, Record};
use crate::report::evidence::{curl, framing};
use crate::report::outcome::{area_and_name, is_waived, rerun};
use crate::report::plain::is_active;

/// How much of a body the page carries; the record has all that was kept.
const BODY: usize = 16 * 1024;

#[derive(Serialize)]
struct Index<'r> {
    cases: Vec<Entry<'r>>,
    requirements: BTreeMap<&'r str, Demand<'r>>,
}

#[derive(Serialize)]
struct Entry<'r> {
    id: &'r str,
    title: &'r str,
    verdict: &'static str,
    area: String,
    requirements: Vec<&'r str>,
    ms: u64,
}

#[derive(Serialize)]
struct Demand<'r> {
    strength: &'static str,
    statement: &'r str,
    source: &'r str,
}

#[derive(Serialize)]
struct Dossier<'r> {
    case: Cow<'r, CaseRecord>,
    rerun: String,
    curl: Vec<String>,
    framing: Vec<Vec<String>>,
    faults: Vec<Option<String>>,
}

/// The verdict as the page names it: an agreed failure is `waived`.
pub fn word(case: &CaseRecord) -> &'static str {
    if is_waived(case) { "waived" } else { case.verdict.word() }
}

/// The index of all cases, as JSON for a script element.
pub fn index(record: &Record) -> String {
    let cases = record.cases.iter().map(|case| Entry {
        id: &case.id,
        title: &case.title,
        verdict: word(case),
        area: area_and_name(&case.id).0,
        requirements: case.requirements.iter().map(|id| id.0.as_str()).collect(),
        ms: case.duration_ms,
    });
    let requirements = record.requirements.iter().map(|row| &row.requirement).map(|requirement| {
        let demand =
            Demand { strength: requirement.strength.word(), statement: &requirement.statement, source: &requirement.source };
        (requirement.id.0.as_str(), demand)
    });
    embedded(&Index { cases: cases.collect(), requirements: requirements.collect() })
}

/// Everything about one case, as JSON for a script element.
pub fn dossier(case: &CaseRecord, record: &Record) -> String {
    let mut kept = Cow::Borrowed(case);
    let has_long = |exchange: &ExchangeRecord| {
        exchange.request.body.as_ref().is_some_and(is_long) || exchange.response.as_ref().is_some_and(|one| is_long(&one.body))
    };
    if case.exchanges.iter().any(has_long) {
        for exchange in &mut kept.to_mut().exchanges {
            let reply = exchange.response.as_mut().map(|response| &mut response.body);
            exchange.request.body.iter_mut().chain(reply).for_each(shorten);
        }
    }
    let framing_of =
        |exchange: &ExchangeRecord| exchange.response.iter().flat_map(|response| &response.framing).map(framing).collect();
    embedded(&Dossier {
        rerun: rerun(case, record),
        curl: case.exchanges.iter().map(|exchange| curl(&record.target.url, &exchange.request)).collect(),
        framing: case.exchanges.iter().map(framing_of).collect(),
        faults: case.exchanges.iter().map(|exchange| exchange.fault.as_ref().map(ToString::to_string)).collect(),
        case: kept,
    })
}

fn is_long(body: &BodyRecord) -> bool {
    [&body.text, &body.base64].into_iter().flatten().any(|kept| kept.len() > BODY)
}

fn shorten(body: &mut BodyRecord) {
    for kept in [&mut body.text, &mut body.base64].into_iter().flatten() {
        if kept.len() > BODY {
            kept.truncate(kept.floor_char_boundary(BODY));
            body.cut = true;
        }
    }
}

/// JSON that a browser cannot take for markup and that holds no character that acts on a reader: inside strings, which is the only
/// place where they can be, such characters are as good as their escapes.
fn embedded(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("a record is plain data");
    let mut safe = String::with_capacity(json.len());
    let mut rest = json.as_str();
    while let Some((at, character)) = rest.char_indices().find(|(_, one)| matches!(one, '<' | '>' | '&') || is_active(*one)) {
        safe.push_str(&rest[..at]);
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(safe, "\\u{unit:04x}");
        }
        rest = &rest[at + character.len_utf8()..];
    }
    safe.push_str(rest);
    safe
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::sample::{self, POISON};

    #[test]
    fn what_is_embedded_comes_back_the_same_and_holds_nothing_active() {
        let text = embedded(&POISON);
        assert!(!text.contains(['<', '>', '&']) && !text.chars().any(is_active), "{text}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), POISON);
    }

    #[test]
    fn a_dossier_has_a_command_for_each_exchange_and_bounded_bodies() {
        let mut record = sample::full();
        let response = record.cases[1].exchanges[0].response.as_mut().unwrap();
        response.body.text = Some("ě".repeat(BODY));
        let value: Value = serde_json::from_str(&dossier(&record.cases[1], &record)).unwrap();
        assert!(value["curl"][0].as_str().unwrap().starts_with("curl "));
        let body = &value["case"]["exchanges"][0]["response"]["body"];
        assert!(body["text"].as_str().unwrap().len() <= BODY);
        assert_eq!(body["cut"], true);
    }
}
