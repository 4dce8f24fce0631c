//! The unit as a whole: a request goes through the checks in their order, reaches a function, and leaves as a reply.

use super::body;
use super::create;
use super::delete;
use super::directory::Directory;
use super::events::Events;
use super::failure::Failure;
use super::foreign;
use super::function::Function;
use super::gate::Gate;
use super::manner::Manner;
use super::model::Model;
use super::quirk::Quirk;
use super::reading;
use super::system;
use super::update;
use super::wire;
use crate::mock::device::{Device, Reply, Request, Settings};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// A 2N unit in memory.
pub struct Unit {
    manner: Manner,
    seed: u64,
    gate: Gate,
    directory: Directory,
    events: Events,
}

impl Unit {
    pub fn new(settings: &Settings, manner: Manner) -> Self {
        let directory = Directory::new(settings.seed, manner);
        Self { manner, seed: settings.seed, gate: Gate::new(settings, manner), directory, events: Events::default() }
    }

    /// The order of checks is not documented; this one lets nothing be done before everything is known to be right.
    fn respond(&mut self, request: &Request, now: Duration) -> Result<Value, Failure> {
        let function = self.route(request)?;
        self.check_service(function, request)?;
        let open = function == Function::SystemInfo && self.manner.differs(Quirk::InfoWithoutCredentials);
        if !open {
            let role = self.gate.admit(request, now)?;
            if !function.allowed_for(role) {
                return Err(self.gate.unprivileged(now));
            }
        }
        function.check_method(&request.method)?;
        self.perform(function, request, now)
    }

    fn route(&self, request: &Request) -> Result<Function, Failure> {
        let lenient = self.manner.differs(Quirk::PathsLenient);
        let path = if lenient { request.path.trim_end_matches('/').to_ascii_lowercase() } else { request.path.clone() };
        Function::at(&path).ok_or_else(|| Failure::new(2))
    }

    fn check_service(&self, function: Function, request: &Request) -> Result<(), Failure> {
        if !function.is_directory() {
            return Ok(());
        }
        match () {
            () if self.manner.differs(Quirk::DirectoryMissing) => Err(Failure::new(1)),
            () if self.manner.differs(Quirk::ServiceDisabled) => Err(Failure::new(4)),
            () if self.manner.differs(Quirk::HttpsRequired) && !request.secure => Err(Failure::new(7)),
            () => Ok(()),
        }
    }

    fn perform(&mut self, function: Function, request: &Request, now: Duration) -> Result<Value, Failure> {
        match function {
            Function::Template => self.template(request),
            Function::Create | Function::Update | Function::Delete | Function::Get | Function::Query => {
                let keys = body::read(request, self.manner)?;
                check_body(function, request)?;
                self.check_keys(function, &keys)?;
                self.on_directory(function, &keys, request, now)
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
        Ok(reading::template(&self.directory))
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

    fn on_directory(
        &mut self,
        function: Function,
        keys: &Map<String, Value>,
        request: &Request,
        now: Duration,
    ) -> Result<Value, Failure> {
        let before = self.directory.stamp;
        self.directory.begin_call();
        let result = match function {
            Function::Create => create::answer(&mut self.directory, keys, request),
            Function::Update => update::answer(&mut self.directory, keys),
            Function::Delete => delete::answer(&mut self.directory, keys),
            Function::Get => reading::get(&self.directory, keys),
            _ => reading::query(&self.directory, keys),
        };
        if self.directory.stamp != before {
            self.tell_change(now);
        }
        result
    }

    fn tell_change(&mut self, now: Duration) {
        let params = json!({ "series": self.directory.series, "timestamp": self.directory.stamp });
        self.events.tell("DirectoryChanged", params.clone(), now);
        self.events.tell("DirectorySaved", params, now);
    }
}

/// Where a key is mandatory, a body is.
fn check_body(function: Function, request: &Request) -> Result<(), Failure> {
    let empty = request.body.as_ref().is_none_or(Vec::is_empty);
    let mandatory = matches!(function, Function::Update | Function::Delete);
    if empty && mandatory { Err(Failure::new(11).of("users")) } else { Ok(()) }
}

impl Device for Unit {
    fn answer(&mut self, request: &Request, now: Duration) -> Reply {
        let outcome = self.respond(request, now);
        wire::reply(outcome, request, self.manner)
    }

    fn preload(&mut self, count: usize) {
        foreign::fill(&mut self.directory, count);
    }

    fn state(&self) -> Value {
        self.directory.state()
    }
}
