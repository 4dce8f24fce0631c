//! The write firewall: a request that changes something may name only entries of this run, and no group that could hold others.

use crate::template::Ours;
use std::collections::HashSet;
use std::sync::Mutex;

use regex::Regex;
use serde_json::Value;

use super::pointer;
use crate::case::Risk;
use crate::exchange::Outgoing;
use crate::suite::Safety;

/// `METHOD path-regex`, ready to use.
#[derive(Debug)]
pub(super) struct RequestRule {
    method: String,
    path: Regex,
}

impl RequestRule {
    /// Reads `PUT ^/api/dir/delete`; a method of `*` fits any.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let (method, path) = text.split_once(' ').ok_or_else(|| format!("`{text}` is not `METHOD path-regex`"))?;
        let path = Regex::new(path).map_err(|error| error.to_string())?;
        Ok(Self { method: method.to_owned(), path })
    }

    pub(super) fn fits(&self, outgoing: &Outgoing) -> bool {
        let path = outgoing.target.split('?').next().unwrap_or_default();
        (self.method == "*" || self.method.eq_ignore_ascii_case(&outgoing.method)) && self.path.is_match(path)
    }

    fn captured<'t>(&self, target: &'t str) -> Option<&'t str> {
        self.path.captures(target).and_then(|found| found.get(1)).map(|group| group.as_str())
    }
}

struct ScopeRule {
    request: RequestRule,
    member: String,
    single: String,
}

struct NumberRule {
    request: RequestRule,
    in_request: Vec<String>,
}

/// Lets through what can only reach entries of this run.
pub(super) struct Firewall {
    reads: Vec<RequestRule>,
    dangerous: Vec<(RequestRule, Risk)>,
    scopes: Vec<ScopeRule>,
    numbers: Vec<NumberRule>,
    special: HashSet<String>,
    uuid: Regex,
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
            Ok::<_, String>(ScopeRule { request, member: scope.member.clone(), single: scope.single.clone() })
        };
        let number = |rule: &crate::suite::NumberRule| {
            Ok::<_, String>(NumberRule { request: RequestRule::new(&rule.request)?, in_request: rule.in_request.clone() })
        };
        Ok(Self {
            reads: rules(&safety.reads)?,
            dangerous: safety
                .dangerous
                .iter()
                .map(|(text, risk)| Ok((RequestRule::new(text)?, *risk)))
                .collect::<Result<_, String>>()?,
            scopes: safety.scopes.iter().map(scope).collect::<Result<_, _>>()?,
            numbers: safety.numbers.iter().map(number).collect::<Result<_, _>>()?,
            special: safety.special.iter().map(|id| id.to_ascii_lowercase()).collect(),
            uuid: Regex::new(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
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

    /// Whether the request can change anything on the device.
    pub(super) fn writes(&self, outgoing: &Outgoing) -> bool {
        let reads = ["GET", "HEAD", "OPTIONS", "TRACE"].contains(&outgoing.method.to_ascii_uppercase().as_str());
        !reads && !self.reads.iter().any(|rule| rule.fits(outgoing))
    }

    /// Refuses what could reach an entry of somebody else.
    ///
    /// # Errors
    /// Why the request may not leave.
    pub(super) fn check(&self, outgoing: &Outgoing, risk: Risk, ours: &Ours) -> Result<(), String> {
        for (rule, needed) in &self.dangerous {
            if rule.fits(outgoing) && risk < *needed {
                return Err(format!("{} {} is {needed:?}, the case only {risk:?}", outgoing.method, outgoing.target));
            }
        }
        if !self.writes(outgoing) {
            return Ok(());
        }
        self.check_ids(outgoing, ours)?;
        self.check_numbers(outgoing)?;
        if risk < Risk::Destroy { self.check_scopes(outgoing, ours) } else { Ok(()) }
    }

    fn check_ids(&self, outgoing: &Outgoing, ours: &Ours) -> Result<(), String> {
        let body = String::from_utf8_lossy(outgoing.body.as_deref().unwrap_or_default());
        for text in [outgoing.target.as_str(), &body] {
            for found in self.uuid.find_iter(text) {
                let id = found.as_str().to_ascii_lowercase();
                if !ours.has(&id) && !self.special.contains(&id) && !self.is_given(&id) {
                    return Err(format!("it names {id}, which is no entry of this run"));
                }
            }
        }
        Ok(())
    }

    fn is_given(&self, id: &str) -> bool {
        self.given.lock().expect("nobody panics while holding it").contains(id)
    }

    fn check_numbers(&self, outgoing: &Outgoing) -> Result<(), String> {
        let path = outgoing.target.split('?').next().unwrap_or_default();
        for rule in self.numbers.iter().filter(|rule| rule.request.fits(outgoing)) {
            let body = json_body(outgoing);
            let in_body = rule.in_request.iter().flat_map(|place| body.iter().flat_map(|body| pointer::all(body, place)));
            let numbers = in_body.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            for number in numbers.chain(rule.request.captured(path).map(str::to_owned)) {
                let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
                if is_number && !self.special.contains(&number) && !self.is_given(&number) {
                    return Err(format!("it names entry {number}, which is no entry of this run"));
                }
            }
        }
        Ok(())
    }

    fn check_scopes(&self, outgoing: &Outgoing, ours: &Ours) -> Result<(), String> {
        for rule in self.scopes.iter().filter(|rule| rule.request.fits(outgoing)) {
            self.check_scope(rule, outgoing, ours)?;
        }
        Ok(())
    }

    /// A group must be the run's; a request that names neither a group nor entries could reach everything.
    fn check_scope(&self, rule: &ScopeRule, outgoing: &Outgoing, ours: &Ours) -> Result<(), String> {
        let group_elsewhere = format!("{}=", rule.member);
        if outgoing
            .target
            .split_once('?')
            .is_some_and(|(_, query)| query.contains(&group_elsewhere) && !query.contains(&self.tag))
        {
            return Err(format!("`{}` in the query is not this run's", rule.member));
        }
        let text = String::from_utf8_lossy(outgoing.body.as_deref().unwrap_or_default()).into_owned();
        match json_body(outgoing) {
            Some(Value::Object(members)) => match (members.get(&rule.member), members.contains_key(&rule.single)) {
                (Some(Value::String(group)), _) if group.to_lowercase().contains(&self.tag) => Ok(()),
                (Some(group), _) => Err(format!("`{}` is {group}, not a group of this run", rule.member)),
                (None, true) => Ok(()),
                (None, false) => {
                    Err(format!("it has neither `{}` nor `{}` and could reach everything", rule.member, rule.single))
                }
            },
            _ if text.contains(&self.tag) || self.uuid.find_iter(&text).any(|found| ours.has(found.as_str())) => Ok(()),
            _ => Err("its body names no entry and no group of this run".to_owned()),
        }
    }
}

fn json_body(outgoing: &Outgoing) -> Option<Value> {
    outgoing.body.as_deref().and_then(|body| crate::json::read(body).value)
}
