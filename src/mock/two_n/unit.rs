//! The unit as a whole: a request goes through the checks in their order, reaches a function, and leaves as a reply.

use super::blunder;
use super::body;
use super::create;
use super::defect::Defect;
use super::delete;
use super::directory::Directory;
use super::events::Events;
use super::failure::Failure;
use super::foreign;
use super::function::Function;
use super::gate::Gate;
use super::identifier;
use super::manner::Manner;
use super::model::Model;
use super::quirk::Quirk;
use super::reading;
use super::system;
use super::update;
use super::wire;
use crate::mock::device::{Device, Framing, Reply, Request, Settings};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// A 2N unit in memory.
pub struct Unit {
    manner: Manner,
    seed: u64,
    gate: Gate,
    directory: Directory,
    events: Events,
    /// Until when a crashed unit is silent; only a defect crashes it.
    silent_until: Duration,
    /// The reply to the last request, where that was a `template`; only a defect sends it again.
    left_over: Option<Reply>,
}

impl Unit {
    pub fn new(settings: &Settings, manner: Manner) -> Self {
        let directory = Directory::new(settings.seed, manner);
        Self {
            manner,
            seed: settings.seed,
            gate: Gate::new(settings, manner),
            directory,
            events: Events::default(),
            silent_until: Duration::ZERO,
            left_over: None,
        }
    }

    /// The order of checks is not documented; this one lets nothing be done before everything is known to be right.
    fn respond(&mut self, request: &Request, now: Duration) -> Result<Value, Failure> {
        let function = self.route(request)?;
        self.check_service(function, request)?;
        let open = function == Function::SystemInfo && self.manner.differs(Quirk::InfoWithoutCredentials);
        if !open {
            let role = self.gate.admit(request, now);
            let role = role.map_err(|failure| self.turned_away(function, failure, request, now))?;
            if !function.allowed_for(role, self.manner) {
                self.do_anyway(&[(Defect::DeletesWithoutRight, Function::Delete)], function, request, now);
                return Err(self.gate.unprivileged(now));
            }
        }
        if let Err(failure) = function.check_method(&request.method, self.manner) {
            self.do_anyway(WRONG_METHOD_ACTS, function, request, now);
            return Err(failure);
        }
        self.perform(function, request, now)
    }

    /// The refusal of somebody whose credentials do not count, as defects alter it.
    fn turned_away(&mut self, function: Function, mut failure: Failure, request: &Request, now: Duration) -> Failure {
        self.do_anyway(ACTS_BEFORE_ASKING, function, request, now);
        if function.is_directory() && self.manner.wrong(Defect::UnauthorizedWithoutChallenge) {
            failure.challenges.clear();
        }
        if function.is_directory() && self.manner.wrong(Defect::ChallengeOfOtherScheme) && !failure.challenges.is_empty() {
            failure.challenges = vec!["Basic realm=\"2N\"".into()];
        }
        failure
    }

    /// Does what the request asks although it is refused, where such a defect is in force.
    fn do_anyway(&mut self, defects: &[(Defect, Function)], function: Function, request: &Request, now: Duration) {
        if defects.iter().any(|(defect, on)| *on == function && self.manner.wrong(*defect)) {
            // What it answers is nobody's business: the refusal is what leaves the unit.
            let _ = self.perform(function, request, now);
        }
    }

    fn route(&self, request: &Request) -> Result<Function, Failure> {
        let lenient = self.manner.differs(Quirk::PathsLenient);
        let path = if lenient { request.path.trim_end_matches('/').to_ascii_lowercase() } else { request.path.clone() };
        let path = if self.manner.differs(Quirk::DoubledSlashAccepted) { path.replace("//", "/") } else { path };
        if path == "/api/dir/validate" && self.manner.differs(Quirk::ValidateIsCode1) {
            return Err(Failure::new(1));
        }
        let hidden = |function: &Function| *function == Function::Query && self.manner.wrong(Defect::QueryNotServed);
        let unknown = || Failure::new(if self.manner.wrong(Defect::UnknownPathIsCode12) { 12 } else { 2 });
        Function::at(&path).filter(|function| !hidden(function)).ok_or_else(unknown)
    }

    fn check_service(&self, function: Function, request: &Request) -> Result<(), Failure> {
        if !function.is_directory() {
            return Ok(());
        }
        let reads = matches!(function, Function::Get | Function::Query);
        let refusal = OUT_OF_SERVICE.iter().find(|refusal| {
            let served = request.secure && refusal.quirk == Quirk::HttpsRequired;
            self.manner.differs(refusal.quirk) && !served
        });
        match refusal {
            Some(refusal) if reads && self.manner.wrong(refusal.still_reads) => Ok(()),
            Some(refusal) => {
                let code = if self.manner.wrong(refusal.miscoded.0) { refusal.miscoded.1 } else { refusal.code };
                let status = if self.manner.wrong(refusal.misstated.0) { refusal.misstated.1 } else { 200 };
                Err(Failure::new(code).with_status(status))
            }
            None => Ok(()),
        }
    }

    fn perform(&mut self, function: Function, request: &Request, now: Duration) -> Result<Value, Failure> {
        match function {
            Function::Template => self.template(request),
            Function::Create | Function::Update | Function::Delete | Function::Get | Function::Query => {
                let keys = body::read(request, self.manner).inspect_err(|_| self.delete_from_broken(function, request))?;
                if let Some(result) = self.without_body(function, request) {
                    return result;
                }
                self.check_keys(function, &keys)?;
                self.on_directory(function, keys, request, now)
            }
            Function::SystemInfo => Ok(system::identity(Model::of(self.manner), self.seed)),
            Function::SystemStatus => Ok(system::status(now)),
            Function::SwitchCaps => system::switch_caps(request),
            Function::SwitchStatus => system::switch_status(request),
            Function::IoCaps => system::io_caps(request),
            Function::IoStatus => system::io_status(request),
            Function::LogCaps => Ok(Events::names()),
            Function::LogSubscribe => self.events.subscribe(request, now),
            Function::LogUnsubscribe => self.events.unsubscribe(request),
            Function::LogPull => self.events.pull(request, now),
        }
    }

    fn template(&mut self, request: &Request) -> Result<Value, Failure> {
        let has_body = request.body.as_ref().is_some_and(|body| !body.is_empty());
        if has_body && self.manner.differs(Quirk::TemplateBodyRefused) {
            return Err(Failure::new(14).saying("Unsupported Content-Type"));
        }
        if has_body && self.manner.differs(Quirk::TemplateBodyIsCode12) {
            return Err(Failure::new(12));
        }
        if let Some((name, _)) = request.query.first().filter(|_| self.manner.differs(Quirk::TemplateParametersRefused)) {
            return Err(Failure::new(12).of(name));
        }
        blunder::twist(Function::Template, &mut Map::new(), &mut self.directory);
        let mut result = reading::template(&self.directory);
        if request.method == "POST" && self.manner.wrong(Defect::TemplateShorterByPost) {
            result["users"][0].as_object_mut().map(|entry| entry.shift_remove("access"));
        }
        blunder::spoil(Function::Template, Ok(result), &Map::new(), &mut self.directory)
    }

    /// Where a key is mandatory, a body is.
    fn without_body(&self, function: Function, request: &Request) -> Option<Result<Value, Failure>> {
        let defect = match function {
            Function::Update => Defect::EmptyUpdateSucceeds,
            Function::Delete => Defect::DeleteWithoutBodySucceeds,
            _ => return None,
        };
        let nothing = json!({ "series": self.directory.series, "users": [] });
        let answer = if self.manner.wrong(defect) { Ok(nothing) } else { Err(Failure::new(11).of("users")) };
        request.body.as_ref().is_none_or(Vec::is_empty).then_some(answer)
    }

    /// Deletes every uuid in a text that is no JSON, where that defect is in force.
    fn delete_from_broken(&mut self, function: Function, request: &Request) {
        if function != Function::Delete || !self.manner.wrong(Defect::BrokenJsonDeletes) {
            return;
        }
        let text = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned();
        for uuid in text.split('"').filter(|text| identifier::well_formed(text)) {
            self.directory.bury(&uuid.to_ascii_uppercase());
        }
    }

    fn check_keys(&self, function: Function, keys: &Map<String, Value>) -> Result<(), Failure> {
        let known: &[&str] = match function {
            Function::Create => &["users", "force"],
            Function::Update => &["users"],
            Function::Delete => &["users", "owner"],
            Function::Get => &["users", "fields"],
            _ => &["series", "fields", "iterator"],
        };
        match keys.keys().find(|key| !known.contains(&key.as_str())) {
            Some(unknown) if self.manner.differs(Quirk::UnknownKeysRefused) => Err(Failure::new(12).of(unknown)),
            _ => Ok(()),
        }
    }

    fn on_directory(&mut self, function: Function, mut keys: Keys, request: &Request, now: Duration) -> Result<Value, Failure> {
        let before = self.directory.stamp;
        let saved = self.saved(function);
        self.crash_on_long_uuid(&keys, now);
        self.directory.begin_call();
        self.directory.now = now;
        blunder::twist(function, &mut keys, &mut self.directory);
        let result = match function {
            Function::Create => create::answer(&mut self.directory, &keys, request),
            Function::Update => update::answer(&mut self.directory, &keys),
            Function::Delete => delete::answer(&mut self.directory, &keys),
            Function::Get => reading::get(&self.directory, &keys),
            _ => reading::query(&self.directory, &keys),
        };
        if self.directory.stamp != before && !self.manner.wrong(Defect::NoChangeEvents) {
            self.tell_change(if self.manner.wrong(Defect::EventStampBehind) { before } else { self.directory.stamp }, now);
        }
        let result = self.roll_back(function, saved, result);
        blunder::spoil(function, result, &keys, &mut self.directory)
    }

    /// The directory before a call that a defect may roll back.
    fn saved(&self, function: Function) -> Option<Directory> {
        let create = function == Function::Create && self.manner.wrong(Defect::CreateAllOrNothing);
        let delete = function == Function::Delete && self.manner.wrong(Defect::DeleteMixedRollsBack);
        (create || delete).then(|| self.directory.clone())
    }

    /// One row that failed undoes the others.
    fn roll_back(
        &mut self,
        function: Function,
        saved: Option<Directory>,
        result: Result<Value, Failure>,
    ) -> Result<Value, Failure> {
        let failed = |users: &Vec<Value>| users.iter().any(|user| user.get("errors").is_some());
        let some_failed = result.as_ref().is_ok_and(|result| result["users"].as_array().is_some_and(failed));
        match saved.filter(|_| some_failed) {
            None => result,
            Some(saved) => {
                self.directory = saved;
                if function == Function::Create { Err(Failure::new(12).of("users")) } else { result }
            }
        }
    }

    fn crash_on_long_uuid(&mut self, keys: &Keys, now: Duration) {
        let long = |row: &Value| row.get("uuid").and_then(Value::as_str).is_some_and(|uuid| uuid.len() > 1_000);
        let found = keys.get("users").and_then(Value::as_array).is_some_and(|rows| rows.iter().any(long));
        if found && self.manner.wrong(Defect::LongUuidCrashes) {
            self.silent_until = now + Duration::from_secs(2);
        }
    }

    fn tell_change(&mut self, stamp: u64, now: Duration) {
        let mut params = json!({ "series": self.directory.series, "timestamp": stamp });
        if self.manner.wrong(Defect::EventWithoutSeries) {
            params.as_object_mut().map(|params| params.shift_remove("series"));
        }
        if self.manner.differs(Quirk::EventsWithoutStamp) {
            params.as_object_mut().map(|params| params.shift_remove("timestamp"));
        }
        self.events.tell("DirectoryChanged", params.clone(), now);
        if !self.manner.differs(Quirk::NoSavedEvents) {
            self.events.tell("DirectorySaved", params, now);
        }
    }
}

const WRONG_METHOD_ACTS: &[(Defect, Function)] = &[
    (Defect::WrongMethodExecutes, Function::Delete),
    (Defect::WrongMethodCreates, Function::Create),
    (Defect::WrongMethodUpdates, Function::Update),
];

const ACTS_BEFORE_ASKING: &[(Defect, Function)] = &[
    (Defect::DeletesBeforeAsking, Function::Delete),
    (Defect::CreatesBeforeAsking, Function::Create),
    (Defect::UpdatesBeforeAsking, Function::Update),
];

/// How a unit refuses every directory function, and the ways to get that wrong.
struct OutOfService {
    quirk: Quirk,
    code: u16,
    /// Another code.
    miscoded: (Defect, u16),
    /// Another status than 200.
    misstated: (Defect, u16),
    /// Reading is served all the same.
    still_reads: Defect,
}

const OUT_OF_SERVICE: [OutOfService; 3] = [
    OutOfService {
        quirk: Quirk::DirectoryMissing,
        code: 1,
        miscoded: (Defect::MissingDirectoryIsCode2, 2),
        misstated: (Defect::MissingDirectoryStatus404, 404),
        still_reads: Defect::MissingDirectoryStillReads,
    },
    OutOfService {
        quirk: Quirk::ServiceDisabled,
        code: 4,
        miscoded: (Defect::DisabledServiceIsCode14, 14),
        misstated: (Defect::DisabledServiceStatus404, 404),
        still_reads: Defect::DisabledServiceStillReads,
    },
    OutOfService {
        quirk: Quirk::HttpsRequired,
        code: 7,
        miscoded: (Defect::PlainHttpIsCode14, 14),
        misstated: (Defect::PlainHttpStatus426, 426),
        still_reads: Defect::PlainHttpStillReads,
    },
];

/// True for a body that opens hundreds of brackets in a row.
fn deeply_nested(request: &Request) -> bool {
    let body = request.body.as_deref().unwrap_or_default();
    body.split(|byte| *byte != b'[').any(|run| run.len() > 500)
}

type Keys = Map<String, Value>;

impl Device for Unit {
    fn answer(&mut self, request: &Request, now: Duration) -> Reply {
        let mut outcome = self.respond(request, now);
        let function = Function::at(&request.path);
        if function.is_none() && outcome.is_err() && self.manner.wrong(Defect::UnknownPathSucceeds) {
            outcome = Ok(Value::Null);
        }
        let too_big = request.body.as_ref().is_some_and(|body| body.len() > body::LIMIT);
        let closes = too_big && self.manner.differs(Quirk::BigBodyCloses);
        if closes || now < self.silent_until || (self.manner.wrong(Defect::DeepNestingDrops) && deeply_nested(request)) {
            return Reply { framing: Framing::Drop, ..wire::reply(outcome, request, function, self.manner) };
        }
        let reply = wire::reply(outcome, request, function, self.manner);
        let left_over = self.left_over.take().filter(|_| function == Some(Function::Get) && reply.status == 200);
        if function == Some(Function::Template) && self.manner.wrong(Defect::ReplyLeftOver) {
            self.left_over = Some(reply.clone());
        }
        left_over.unwrap_or(reply)
    }

    fn preload(&mut self, count: usize) {
        foreign::fill(&mut self.directory, count);
    }

    fn state(&self) -> Value {
        self.directory.state()
    }
}
