//! The write firewall: a request that changes something may name only entries of this run, and no group that could hold others.
//!
//! What a request names is looked for in every way in which a device could read it, because a case may write it in any.

mod views;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use regex::Regex;
use serde_json::Value;

use self::views::Views;
use crate::case::Risk;
use crate::exchange::Outgoing;
use crate::json::pointer_all;
use crate::judge::compiled;
use crate::suite::Safety;
use crate::template::Ours;

/// `METHOD path-regex`, ready to use.
#[derive(Debug)]
pub(super) struct RequestRule {
    method: String,
    path: Arc<Regex>,
}

impl RequestRule {
    /// Reads `PUT ^/api/dir/delete`; a method of `*` fits any.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let (method, path) = text.split_once(' ').ok_or_else(|| format!("`{text}` is not `METHOD path-regex`"))?;
        let path = compiled(path, false).map_err(|error| error.to_string())?;
        Ok(Self { method: method.to_owned(), path })
    }

    pub(super) fn fits(&self, outgoing: &Outgoing) -> bool {
        let path = outgoing.target.split('?').next().unwrap_or_default();
        self.allows(&outgoing.method) && self.path.is_match(path)
    }

    fn allows(&self, method: &str) -> bool {
        self.method == "*" || self.method.eq_ignore_ascii_case(method)
    }

    /// Whether it fits the path that a server comes to, with or without a slash at its end.
    fn reaches(&self, method: &str, path: &str) -> bool {
        self.allows(method) && (self.path.is_match(path) || self.path.is_match(&format!("{path}/")))
    }

    fn captured<'t>(&self, path: &'t str) -> Option<&'t str> {
        self.path.captures(path).and_then(|found| found.get(1)).map(|group| group.as_str())
    }
}

struct ScopeRule {
    request: RequestRule,
    member: String,
    single: String,
    /// The member as it may stand in a text, with the beginning of its value.
    written: Arc<Regex>,
    /// The member as a part of a multipart body, with its value.
    part: Arc<Regex>,
}

struct NumberRule {
    request: RequestRule,
    in_request: Vec<String>,
}

/// Lets through what can only reach entries of this run.
pub(super) struct Firewall {
    reads: Vec<RequestRule>,
    writes: Vec<RequestRule>,
    creating: Vec<RequestRule>,
    dangerous: Vec<(RequestRule, Risk)>,
    scopes: Vec<ScopeRule>,
    numbers: Vec<NumberRule>,
    special: HashSet<String>,
    uuid: Arc<Regex>,
    /// The text that owners of this run begin with.
    tag: String,
    /// Ids that devices gave to entries of this run.
    given: Mutex<HashSet<String>>,
}

impl Firewall {
    /// Builds the rules of a suite. The error is a mistake of `suite.json`.
    pub(super) fn new(safety: &Safety, tag: String) -> Result<Self, String> {
        let rules = |texts: &[String]| texts.iter().map(|text| RequestRule::new(text)).collect::<Result<Vec<_>, _>>();
        let scope = |scope: &crate::suite::Scope| {
            let request = RequestRule::new(&scope.request)?;
            let name = regex::escape(&scope.member);
            let pattern = |text: String| compiled(&text, false).map_err(|error| error.to_string());
            let written = pattern(format!(r#"(?i)["']?\b{name}["']?\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}}]*)"#))?;
            let part = pattern(format!(r#"(?i)name\s*=\s*"?{name}"?[^\r\n]*(?:\r?\n[^\r\n]+)*\r?\n\r?\n([^\r\n]*)"#))?;
            Ok::<_, String>(ScopeRule { request, member: scope.member.clone(), single: scope.single.clone(), written, part })
        };
        let number = |rule: &crate::suite::NumberRule| {
            Ok::<_, String>(NumberRule { request: RequestRule::new(&rule.request)?, in_request: rule.in_request.clone() })
        };
        Ok(Self {
            reads: rules(&safety.reads)?,
            writes: rules(&safety.writes)?,
            creating: safety.entities.iter().map(|entity| RequestRule::new(&entity.created_by)).collect::<Result<_, _>>()?,
            dangerous: safety
                .dangerous
                .iter()
                .map(|(text, risk)| Ok((RequestRule::new(text)?, *risk)))
                .collect::<Result<_, String>>()?,
            scopes: safety.scopes.iter().map(scope).collect::<Result<_, _>>()?,
            numbers: safety.numbers.iter().map(number).collect::<Result<_, _>>()?,
            special: safety.special.iter().map(|id| id.to_ascii_lowercase()).collect(),
            uuid: compiled("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", true)
                .map_err(|error| error.to_string())?,
            tag,
            given: Mutex::default(),
        })
    }

    /// Remembers an id that a device gave to an entry of this run.
    pub(super) fn own(&self, id: &Value) {
        let text = id.as_str().map_or_else(|| id.to_string(), str::to_ascii_lowercase);
        self.given.lock().expect("nobody panics while holding it").insert(text);
    }

    /// Forgets an id that a device may give to somebody else from now on.
    pub(super) fn disown(&self, id: &Value) {
        self.given.lock().expect("nobody panics while holding it").remove(&id.to_string());
    }

    fn can_write(&self, outgoing: &Outgoing, views: &Views<'_>) -> bool {
        let method = outgoing.method.to_ascii_uppercase();
        let overridden = outgoing.headers.iter().any(|(name, _)| name.to_ascii_lowercase().contains("method-override"))
            || views.parameters("_method").next().is_some();
        let reads = ["GET", "HEAD", "OPTIONS", "TRACE"].contains(&method.as_str());
        let reaches = |rule: &RequestRule| rule.reaches(&method, &views.path);
        let scoped = self.scopes.iter().any(|rule| reaches(&rule.request));
        overridden || scoped || self.writes.iter().any(reaches) || (!reads && !self.reads.iter().any(reaches))
    }

    /// Refuses what could reach an entry of somebody else, and tells whether the request can change anything on the device.
    ///
    /// # Errors
    /// Why the request may not leave.
    pub(super) fn check(&self, outgoing: &Outgoing, risk: Risk, ours: &Ours) -> Result<bool, Refusal> {
        let views = Views::of(outgoing);
        for (rule, needed) in &self.dangerous {
            if (rule.fits(outgoing) || rule.reaches(&outgoing.method, &views.path)) && risk < *needed {
                return Err(format!("{} {} is {needed:?}, the case only {risk:?}", outgoing.method, outgoing.target).into());
            }
        }
        if !self.can_write(outgoing, &views) {
            return Ok(false);
        }
        self.check_ids(&views, ours)?;
        self.check_numbers(outgoing, &views)?;
        if risk < Risk::Destroy {
            self.check_scopes(outgoing, &views, ours)?;
        }
        Ok(true)
    }

    fn check_ids(&self, views: &Views<'_>, ours: &Ours) -> Result<(), Refusal> {
        for text in &views.texts {
            for found in self.uuid.find_iter(text) {
                let id = found.as_str().to_ascii_lowercase();
                if !ours.has(&id) && !self.special.contains(&id) && !self.is_given(&id) {
                    return Err(Refusal::of_entry(id));
                }
            }
        }
        Ok(())
    }

    fn is_given(&self, id: &str) -> bool {
        self.given.lock().expect("nobody panics while holding it").contains(id)
    }

    fn check_numbers(&self, outgoing: &Outgoing, views: &Views<'_>) -> Result<(), Refusal> {
        let method = &outgoing.method;
        for rule in self.numbers.iter().filter(|rule| rule.request.reaches(method, &views.path)) {
            let mut named: Vec<String> = rule.request.captured(&views.path).map(str::to_owned).into_iter().collect();
            if !rule.in_request.is_empty() {
                Self::numbers_of_body(rule, views, &mut named);
            }
            let is_foreign = |number: &String| !self.special.contains(number) && !self.is_given(number);
            if let Some(number) = named.iter().flat_map(|text| numbers_in(text)).find(is_foreign) {
                return Err(Refusal::of_entry(number));
            }
        }
        Ok(())
    }

    /// What stands at the places of a rule; in a body that is no JSON, whatever could be a number.
    fn numbers_of_body(rule: &NumberRule, views: &Views<'_>, named: &mut Vec<String>) {
        match views.reading() {
            Some(body) if body.is_object() => {
                let values = rule.in_request.iter().flat_map(|place| pointer_all(&body, place));
                values.for_each(|value| scalars(value, named));
            }
            _ => named.extend(views.body.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned)),
        }
    }

    fn check_scopes(&self, outgoing: &Outgoing, views: &Views<'_>, ours: &Ours) -> Result<(), String> {
        let method = &outgoing.method;
        let creates = self.creating.iter().any(|rule| rule.reaches(method, &views.path));
        for rule in &self.scopes {
            if rule.request.reaches(method, &views.path) {
                self.check_groups(rule, views)?;
                self.check_reach(rule, views, ours)?;
            } else if !creates && !names_entries(rule, views, ours) {
                self.check_groups(rule, views)?;
            }
        }
        Ok(())
    }

    /// Every group that is named, in whatever way, must be the run's.
    fn check_groups(&self, rule: &ScopeRule, views: &Views<'_>) -> Result<(), String> {
        let is_ours = |group: &str| group.to_lowercase().contains(&self.tag);
        if let Some(group) = views.parameters(&rule.member).find(|group| !is_ours(group)) {
            return Err(format!("`{}` is {group:?}, not a group of this run", rule.member));
        }
        for text in &views.texts {
            for found in [&rule.written, &rule.part].into_iter().flat_map(|pattern| pattern.captures_iter(text)) {
                if !is_ours(&found[1]) {
                    return Err(format!("`{}` is {}, not a group of this run", rule.member, &found[1]));
                }
            }
        }
        Ok(())
    }

    /// A request that names neither a group nor entries could reach everything.
    fn check_reach(&self, rule: &ScopeRule, views: &Views<'_>, ours: &Ours) -> Result<(), String> {
        if let Some(members) = views.reading().as_deref().and_then(Value::as_object) {
            return match (members.get(&rule.member), members.contains_key(&rule.single)) {
                (Some(Value::String(_)), _) | (None, true) => Ok(()),
                (Some(group), _) => Err(format!("`{}` is {group}, not a group of this run", rule.member)),
                (None, false) => {
                    Err(format!("it has neither `{}` nor `{}` and could reach everything", rule.member, rule.single))
                }
            };
        }
        if views.body.contains(&self.tag) || self.uuid.find_iter(&views.body).any(|found| ours.has(found.as_str())) {
            return Ok(());
        }
        Err("its body names no entry and no group of this run".to_owned())
    }
}

/// Why a request may not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    why: String,
    /// The entry that it names and that is not this run's.
    pub entry: Option<String>,
}

impl Refusal {
    fn of_entry(id: String) -> Self {
        Self { why: format!("it names the entry {id}, which is none of this run"), entry: Some(id) }
    }
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Self { why, entry: None }
    }
}

impl From<Refusal> for String {
    fn from(refusal: Refusal) -> Self {
        refusal.why
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.why)
    }
}

/// Whether the groups in a body are only properties of single entries, which are this run's.
fn names_entries(rule: &ScopeRule, views: &Views<'_>, ours: &Ours) -> bool {
    let Some(members) = views.json().and_then(Value::as_object) else { return false };
    let entries = members.get(&rule.single).and_then(Value::as_array);
    let is_ours = |entry: &Value| {
        entry.as_object().is_some_and(|members| members.values().filter_map(Value::as_str).any(|text| ours.has(text)))
    };
    !members.contains_key(&rule.member) && entries.is_some_and(|entries| !entries.is_empty() && entries.iter().all(is_ours))
}

/// Every scalar below a value, as text.
fn scalars(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| scalars(element, found)),
        Value::Object(members) => members.values().for_each(|member| scalars(member, found)),
        Value::String(text) => found.push(text.clone()),
        scalar => found.push(scalar.to_string()),
    }
}

/// The numbers that devices could take a text for: a lenient reader stops at the first letter that fits no number.
fn numbers_in(text: &str) -> Vec<String> {
    let text = text.trim_start_matches(|letter: char| letter.is_whitespace() || "\"'+[{(".contains(letter));
    let mut found = Vec::new();
    if let Some(exact) = text.trim_end().parse::<f64>().ok().filter(|exact| exact.fract() == 0.0 && exact.abs() < 9e15) {
        found.push(format!("{:.0}", exact.abs()));
    }
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let digits: String = hex.chars().take_while(char::is_ascii_hexdigit).collect();
        found.extend(i64::from_str_radix(&digits, 16).ok().map(|number| number.to_string()));
        return found;
    }
    let digits: String = text.trim_start_matches('-').chars().take_while(char::is_ascii_digit).collect();
    if !digits.is_empty() {
        let shortened = digits.trim_start_matches('0');
        found.push(if shortened.is_empty() { "0".to_owned() } else { shortened.to_owned() });
    }
    found
}
