//! The panel itself: its state, and the way of a request through it: route, method, token, role, body.

use super::apartment::Apartments;
use super::defect::Defect;
use super::fault::Fault;
use super::forward::Forwards;
use super::identifier::Identifiers;
use super::lock::Locks;
use super::log::Log;
use super::nature::Nature;
use super::quirk::Quirk;
use super::random;
use super::route::Route;
use super::session::Sessions;
use super::time_profile::TimeProfiles;
use super::wire;
use crate::mock::device::{Accounts, Device, Reply, Request, Settings, UnknownName};
use serde_json::{Value, json};
use std::time::Duration;

/// The query parameters that some call takes.
const QUERY_NAMES: &[&str] = &[
    "username",
    "password",
    "limit",
    "page_number",
    "sort_field",
    "sort_type",
    "order_by",
    "filter",
    "filter_field",
    "filter_type",
    "filter_format",
    "filter_value",
    "locale",
    "from",
    "to",
    "unlockTime",
    "type",
    "number",
];

/// What an operation answers when it does not refuse.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// 200 and JSON.
    Json(Value),
    /// Another status and JSON.
    Status(u16, Value),
    /// A PNG image.
    Image(Vec<u8>),
    /// A status without a body.
    Nothing(u16),
}

pub(super) type Answered = Result<Answer, Fault>;

/// The state of a panel.
#[derive(Debug)]
pub(super) struct Panel {
    pub nature: Nature,
    pub accounts: Accounts,
    pub seed: u64,
    pub sessions: Sessions,
    pub identifiers: Identifiers,
    pub apartments: Apartments,
    pub profiles: TimeProfiles,
    pub forwards: Forwards,
    pub locks: Locks,
    pub log: Log,
    /// How many identifiers were deleted by link id since the start.
    pub removals: usize,
    /// How many identifiers of strangers were settled.
    pub settled: usize,
    /// Until when a panel that a broken body upsets answers nothing.
    upset_until: Duration,
    information_calls: u64,
}

impl Device for Panel {
    fn answer(&mut self, request: &Request, now: Duration) -> Reply {
        if now < self.upset_until {
            return wire::refusal(&self.nature, request, &Fault::Drop);
        }
        match self.serve(request, now) {
            Ok(answer) => wire::reply(&self.nature, request, answer),
            Err(fault) => {
                if fault == Fault::Syntax && self.nature.wrong(Defect::UpsetByBrokenJson) {
                    self.upset_until = now.saturating_add(Duration::from_millis(250));
                }
                wire::refusal(&self.nature, request, &fault)
            }
        }
    }

    fn preload(&mut self, count: usize) {
        self.settle_strangers(count);
    }

    fn state(&self) -> Value {
        json!({
            "edition": self.nature.edition.name,
            "identifiers": self.identifiers.all().map(|one| self.identifier_state(one)).collect::<Vec<_>>(),
            "apartments": self.apartments.state(),
            "time_profiles": self.profiles.state(),
            "forwards": self.forwards.state(),
            "locks": self.locks.state(),
            "log": self.log.state(),
            "sessions": self.sessions.count(),
        })
    }
}

impl Panel {
    pub fn new(settings: &Settings) -> Result<Self, UnknownName> {
        Ok(Self {
            nature: Nature::new(settings)?,
            accounts: settings.accounts.clone(),
            seed: settings.seed,
            sessions: Sessions::default(),
            identifiers: Identifiers::default(),
            apartments: Apartments::default(),
            profiles: TimeProfiles::default(),
            forwards: Forwards::default(),
            locks: Locks::default(),
            log: Log::default(),
            removals: 0,
            settled: 0,
            upset_until: Duration::ZERO,
            information_calls: 0,
        })
    }

    fn serve(&mut self, request: &Request, now: Duration) -> Answered {
        let route = self.route(request, now)?;
        let method = request.method.as_str();
        if method == "OPTIONS" && self.nature.quirky(Quirk::OptionsAnswered) {
            return Ok(Answer::Nothing(204));
        }
        if !route.methods(&self.nature).contains(&method) {
            return Err(Fault::Method);
        }
        if self.nature.quirky(Quirk::BodyBeforeToken) && request.body.is_some() {
            self.object(request)?;
        }
        if self.nature.wrong(Defect::BasicCrash)
            && request.header("authorization").is_some_and(|proof| proof.starts_with("Basic"))
        {
            return Err(Fault::Crash);
        }
        if let Err(refusal) = self.admit(&route, request, now) {
            if refusal == Fault::Rights && self.nature.quirky(Quirk::BodyBeforeRole) && request.body.is_some() {
                self.object(request)?;
            }
            if self.acts_despite(&refusal, &route, method) {
                drop(self.act(route, request, now));
            }
            return Err(refusal);
        }
        let odd_query = request.query.iter().any(|(name, _)| !QUERY_NAMES.contains(&name.as_str()));
        if odd_query && self.nature.wrong(Defect::UnknownQueryRefused) {
            return Err(Fault::Body);
        }
        self.act(route, request, now)
    }

    fn route<'a>(&mut self, request: &'a Request, now: Duration) -> Result<Route<'a>, Fault> {
        let route = Route::find(&self.nature, &request.path);
        if route.is_err() && self.nature.quirky(Quirk::TokenBeforeRoute) && self.caller(request, now).is_none() {
            return Err(Fault::LogIn);
        }
        route
    }

    fn act(&mut self, route: Route, request: &Request, now: Duration) -> Answered {
        let method = request.method.as_str();
        match (route, method) {
            (Route::Information, _) => self.information(),
            (Route::Login, _) => self.log_in(request, now),
            (Route::Logout, _) => self.log_out(request),
            (Route::LinkItems, "GET") => self.list_links(request),
            (Route::LinkItems, "POST") => self.upsert_links(request),
            (Route::LinkDelete, _) => self.delete_links_elsewhere(request),
            (Route::LinkItems, _) => self.delete_links(request),
            (Route::Create, _) => self.create_identifier(request),
            (Route::Item(uid), "GET") => self.read_identifier(uid),
            (Route::Item(uid), "PATCH") => self.update_identifier(uid, request),
            (Route::Item(uid), _) => self.delete_identifier(uid),
            (Route::Items, "GET") => self.list_identifiers(request),
            (Route::Items | Route::ItemsDelete, _) => self.delete_identifiers(request),
            (Route::Picture(uid), _) => self.picture(uid),
            (Route::ItemProfile(uid, profile), _) => self.attach(uid, profile, method == "POST"),
            (Route::PassesReset(uid), _) => self.reset_passes(uid),
            (Route::ByNumber, _) => self.delete_by_number(request),
            (Route::Bind(apartment, uid), _) => self.bind(apartment, uid),
            (Route::Unbind(uid), _) => self.unbind(uid),
            (Route::Apartment(uid), "GET") => self.read_apartment(uid),
            (Route::Apartment(uid), _) => self.delete_apartment(uid),
            (Route::Apartments, _) => self.list_apartments(request),
            (Route::ApartmentLinks, "GET") => self.list_apartments(request),
            (Route::ApartmentLinks, "POST") => self.upsert_apartments(request),
            (Route::ApartmentLinks, _) => self.delete_apartment_links(request),
            (Route::ProfileCreate, _) => self.create_profile(request),
            (Route::Profile(uid), "GET") => self.read_profile(uid),
            (Route::Profile(uid), "PATCH") => self.update_profile(uid, request),
            (Route::Profile(uid), _) => self.delete_profile(uid),
            (Route::Profiles, _) | (Route::ProfileLinks, "GET") => self.list_profiles(request),
            (Route::ProfileLinks, "POST") => self.upsert_profiles(request),
            (Route::ProfileLinks, _) => self.delete_profile_links(request),
            (Route::Forwards, _) | (Route::ForwardLinks, "GET") => self.list_forwards(request),
            (Route::ForwardLinks, "POST") => self.upsert_forwards(request),
            (Route::ForwardLinks, _) => self.delete_forward_links(request),
            (Route::Log, _) => self.list_log(request),
            (Route::Open(lock), _) => self.open_lock(lock, request, now),
            (Route::Denied, _) => self.show_denied(),
            (Route::EmergencyOpen, _) => self.open_in_emergency(request, now),
            (Route::EmergencyClose, _) => self.close_in_emergency(request),
            (Route::RemoteServer, _) => self.remote_server(),
            (Route::Representation, _) => Ok(Answer::Json(json!({"identifier_representation": "decimal", "type": "wiegand_26"}))),
            (Route::InputCode, _) => self.input_code(),
            (Route::Disabled, _) if self.nature.wrong(Defect::DisabledServed) => Ok(Answer::Json(json!({}))),
            (Route::Disabled, _) if self.nature.wrong(Defect::DisabledCrash) => Err(Fault::Crash),
            (Route::Disabled, _) => Err(Fault::Disabled),
        }
    }

    /// `GET /api/info`: what the panel is.
    fn information(&mut self) -> Answered {
        self.information_calls += 1;
        let varies = self.nature.wrong(Defect::SerialVaries);
        let serial = random::uuid(self.seed, "serial", if varies { self.information_calls } else { 0 });
        let serial = if self.nature.wrong(Defect::SerialNotUuid) { serial.replace('-', "")[..12].to_owned() } else { serial };
        let mut information = json!({
            "firmware_version": self.nature.edition.firmware,
            "framework_version": "2.4.1",
            "api_version": self.nature.edition.api_version,
            "device_name": "North gate",
            "device_type": "panel",
            "device_model": self.nature.device_model(),
            "device_serial_number": serial,
        });
        if self.nature.edition.has_hybrid {
            information["hybrid_enable"] = false.into();
            information["hybrid_version"] = Value::Null;
        }
        if self.nature.wrong(Defect::FirmwareAsNumber) {
            information["firmware_version"] = json!(3.12);
        }
        if self.nature.wrong(Defect::ModelAsNumber) {
            information["device_model"] = 4.into();
        }
        if self.nature.wrong(Defect::DeviceTypeUnknown) {
            information["device_type"] = "doorphone".into();
        }
        Ok(Answer::Json(information))
    }
}
