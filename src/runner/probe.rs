//! Finds out what a target is and what it can do, with requests that only read.

use crate::profile::Known;
use crate::template::{Ours, Scope};
use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value;

use super::request::outgoing;
use super::transport::Transport;
use crate::case::Send;
use crate::catalogue::SuiteCatalogue;
use crate::exchange::{Exchange, Fault, Outgoing, Role};
use crate::judge::{Read, Seen, Yardstick, compiled, judge};
use crate::suite::{Probe, Profile};

/// A reply that takes longer than this because its end never comes would make every case as slow.
const PROMPT_US: u64 = 1_000_000;

/// What probing came to.
#[derive(Debug)]
pub enum Probed {
    /// The target speaks the suite's API.
    Recognised(Box<Known>),
    /// It answers, but not like such a device; why, in a sentence.
    Stranger(String),
    /// Nobody answered, or the account was refused.
    Unreachable(Fault),
}

/// Probes a target for one suite. A profile that is given overrides what would be taken from the edition.
///
/// # Errors
/// A mistake of the suite's data.
pub async fn probe<T: Transport>(
    suite: &SuiteCatalogue,
    transport: &T,
    profile: Option<&Profile>,
    seed: u64,
) -> Result<Probed, String> {
    let mut known = Known::of_suite(suite);
    if let Some(profile) = profile {
        known.take_profile(suite, profile);
    } else if let Some(first) = suite.profiles.iter().find(|profile| profile.is_default).or(suite.profiles.first()) {
        known.values.extend(first.values.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    let mut recognised = false;
    for probe in &suite.suite.probe {
        let Some(exchange) = send(probe, &known, transport, seed).await? else { continue };
        if let Err(fault) = &exchange.outcome {
            let torn = matches!(fault, Fault::Closed { .. } | Fault::NotHttp { .. } | Fault::HeadTooLarge { .. });
            if probe.recognise.is_some() || !(recognised || torn) {
                return Ok(Probed::Unreachable(fault.clone()));
            }
            continue;
        }
        let read = Read::default();
        let seen = Seen::new(&exchange, &read);
        if let Some(expectation) = &probe.recognise {
            if let Some(why) = differs(suite, &seen, expectation, &known)? {
                return Ok(Probed::Stranger(why));
            }
            recognised = true;
        }
        learn(suite, probe, &seen, &mut known)?;
        if profile.is_none() && known.edition.is_none() {
            take_edition(suite, &mut known);
            if known.edition.is_some() {
                transport.learn(&known);
            }
        }
    }
    known.capabilities.insert("limited-account".to_owned(), Some(transport.has_account(Role::Limited)));
    known.capabilities.insert("admin-account".to_owned(), Some(transport.has_account(Role::Admin)));
    Ok(Probed::Recognised(Box::new(known)))
}

/// A request of the suite, filled in with what is known of the target.
///
/// # Errors
/// A mistake of the suite's data.
pub fn plain_request(send: &Send, known: &Known) -> Result<Outgoing, String> {
    let ours = Ours::default();
    let maker = super::bench::own_maker(0, &ours);
    outgoing(send, &Scope::new(&known.values, &maker), true)
}

/// Nothing is sent where the edition names no path for it.
async fn send<T: Transport>(probe: &Probe, known: &Known, transport: &T, seed: u64) -> Result<Option<Exchange>, String> {
    let ours = Ours::default();
    let maker = super::bench::own_maker(seed, &ours);
    let scope = Scope::new(&known.values, &maker);
    let request = outgoing(&probe.send, &scope, false)?;
    if !request.target.starts_with('/') {
        return Ok(None);
    }
    let exchange = transport.exchange(&request).await;
    if matches!(exchange.outcome, Err(Fault::Closed { .. } | Fault::NotHttp { .. })) {
        // Read byte by byte, a reply that a library gives up on may still be one that can be judged.
        let again = transport.exchange(&Outgoing { judged: true, ..request }).await;
        if again.outcome.is_ok() && again.duration_us < PROMPT_US {
            return Ok(Some(again));
        }
        // It also knows the first bytes of TLS, and says what to do.
        if matches!(again.outcome, Err(Fault::Tls { .. })) {
            return Ok(Some(again));
        }
    }
    Ok(Some(exchange))
}

/// The first difference between a reply and an expectation, as a sentence.
fn differs(
    suite: &SuiteCatalogue,
    seen: &Seen<'_>,
    expectation: &crate::case::Expectation,
    known: &Known,
) -> Result<Option<String>, String> {
    let ours = Ours::default();
    let maker = super::bench::own_maker(0, &ours);
    let scope = Scope::new(&known.values, &maker);
    let yardstick = Yardstick { schemas: &suite.schemas, replies: &suite.suite.replies, fill: &scope };
    let found = judge(seen, expectation, &yardstick).map_err(|error| error.0)?;
    Ok(found.into_iter().next().map(|deviation| {
        format!("{} is {} where a {} device has {}", deviation.at, deviation.actual, suite.suite.title, deviation.expected)
    }))
}

fn learn(suite: &SuiteCatalogue, probe: &Probe, seen: &Seen<'_>, known: &mut Known) -> Result<(), String> {
    for (capability, expectation) in &probe.capabilities {
        let holds = differs(suite, seen, expectation, known)?.is_none();
        known.capabilities.insert(capability.clone(), Some(holds));
        known.evidence.insert(capability.clone(), saw(seen));
    }
    keep_status(&probe.keep, seen, known);
    let Some(body) = seen.value() else { return Ok(()) };
    if let Some(fields) = &probe.fields
        && let Some(at) = body.pointer(&fields.at)
    {
        let mut paths = BTreeMap::new();
        field_paths(at, "", &mut paths);
        for path in paths.into_keys() {
            let capability = format!("{}{path}", fields.prefix);
            known.evidence.insert(capability.clone(), format!("{} and shows it", saw(seen)));
            known.capabilities.insert(capability, Some(true));
        }
    }
    for (word, place) in &probe.identity {
        if let Some(value) = body.pointer(place).filter(|value| !value.is_null()) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            known.identity.insert(word.clone(), text.chars().filter(|letter| !letter.is_control()).take(120).collect());
        }
    }
    keep(&probe.keep, body, known);
    Ok(())
}

/// What a probe saw, in a few words.
fn saw(seen: &Seen<'_>) -> String {
    let sent = &seen.exchange.sent;
    let status = seen.answer().map(|answer| answer.status).unwrap_or_default();
    format!("{} {} is answered {status}", sent.method, sent.target.split('?').next().unwrap_or_default())
}

fn keep(places: &IndexMap<String, String>, body: &Value, known: &mut Known) {
    for (name, place) in places {
        if let Some(value) = body.pointer(place) {
            known.values.insert(name.clone(), value.clone());
        }
    }
}

/// `#status` in place of a pointer keeps the status, as text, so that an edition can be recognised by it.
fn keep_status(places: &IndexMap<String, String>, seen: &Seen<'_>, known: &mut Known) {
    let Some(answer) = seen.answer() else { return };
    for name in places.iter().filter(|(_, place)| *place == "#status").map(|(name, _)| name) {
        known.values.insert(name.clone(), answer.status.to_string().into());
    }
}

/// Every member as a dotted path, parents included; elements of arrays count once.
fn field_paths(value: &Value, base: &str, paths: &mut BTreeMap<String, ()>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let path = if base.is_empty() { name.clone() } else { format!("{base}.{name}") };
                field_paths(inner, &path, paths);
                paths.insert(path, ());
            }
        }
        Value::Array(elements) => {
            elements.iter().filter(|element| element.is_object()).for_each(|element| field_paths(element, base, paths))
        }
        _ => {}
    }
}

/// Takes the edition whose conditions fit best: the one with the most of them.
fn take_edition(suite: &SuiteCatalogue, known: &mut Known) {
    let holds = |(name, pattern): (&String, &String)| {
        let pattern = compiled(pattern, true);
        pattern.is_ok_and(|pattern| known.word(name).is_some_and(|word| pattern.is_match(word)))
    };
    let fit = |profile: &Profile| {
        let ways = std::iter::once(&profile.recognised_by).chain(&profile.also_recognised_by);
        ways.filter(|conditions| !conditions.is_empty() && conditions.iter().all(holds)).map(IndexMap::len).max()
    };
    let best = suite.profiles.iter().filter(|profile| fit(profile).is_some()).max_by_key(|profile| fit(profile)).cloned();
    if let Some(profile) = best {
        let ways = std::iter::once(&profile.recognised_by).chain(&profile.also_recognised_by);
        let met = ways
            .filter(|conditions| !conditions.is_empty() && conditions.iter().all(holds))
            .max_by_key(|conditions| conditions.len());
        let words = met.into_iter().flatten().map(|(name, _)| format!("{name} is {}", known.word(name).unwrap_or_default()));
        let words = words.collect::<Vec<_>>().join(", ");
        for (name, claimed) in &profile.capabilities {
            let claim = format!("the edition {} {} it", profile.edition, if *claimed == Some(true) { "has" } else { "lacks" });
            if claimed.is_some() && !known.evidence.contains_key(name) {
                known.evidence.insert(name.clone(), claim);
            }
        }
        known.evidence.insert("edition".to_owned(), words);
        known.take_profile(suite, &profile);
    }
}
