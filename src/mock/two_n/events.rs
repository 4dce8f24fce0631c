//! The log as far as the directory speaks in it: channels that carry `DirectoryChanged` and `DirectorySaved` (HTTP API manual 5.10).

use super::failure::Failure;
use super::system;
use crate::mock::device::Request;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

const NAMES: [&str; 3] = ["DeviceState", "DirectoryChanged", "DirectorySaved"];
/// A channel keeps so many events; the oldest go first.
const QUEUE: usize = 128;

struct Channel {
    filter: Vec<String>,
    events: VecDeque<Value>,
    lifetime: Duration,
    ends: Duration,
}

/// The subscriptions of one unit.
#[derive(Default)]
pub struct Events {
    channels: BTreeMap<u32, Channel>,
    last_channel: u32,
    last_event: u64,
}

impl Events {
    pub fn names() -> Value {
        json!({ "events": NAMES })
    }

    pub fn subscribe(&mut self, request: &Request, now: Duration) -> Result<Value, Failure> {
        let duration = number(request, "duration", Some(90))?;
        if !(1..=3600).contains(&duration) {
            return Err(Failure::new(12).of("duration"));
        }
        let filter: Vec<String> =
            request.query("filter").map(|names| names.split(',').map(str::to_owned).collect()).unwrap_or_default();
        let lifetime = Duration::from_secs(duration.into());
        self.channels.retain(|_, channel| channel.ends > now);
        self.last_channel += 1;
        self.channels.insert(self.last_channel, Channel { filter, events: VecDeque::new(), lifetime, ends: now + lifetime });
        Ok(json!({ "id": self.last_channel }))
    }

    pub fn unsubscribe(&mut self, request: &Request) -> Result<Value, Failure> {
        let id = number(request, "id", None)?;
        self.channels.remove(&id).map(|_| Value::Null).ok_or_else(|| Failure::new(12).of("id"))
    }

    /// The events since the last pull. The mock never waits: its time is handed in.
    pub fn pull(&mut self, request: &Request, now: Duration) -> Result<Value, Failure> {
        let id = number(request, "id", None)?;
        let channel = self.channels.get_mut(&id).filter(|channel| channel.ends > now).ok_or_else(|| Failure::new(12).of("id"))?;
        channel.ends = now + channel.lifetime;
        Ok(json!({ "events": std::mem::take(&mut channel.events) }))
    }

    /// Tells every channel that wants to know.
    pub fn tell(&mut self, name: &str, params: Value, now: Duration) {
        self.last_event += 1;
        let event = json!({
            "id": self.last_event, "tzShift": 0, "utcTime": system::utc(now), "upTime": now.as_secs(), "event": name, "params": params,
        });
        let open = self.channels.values_mut().filter(|channel| channel.ends > now);
        for channel in open.filter(|channel| channel.filter.is_empty() || channel.filter.iter().any(|wanted| wanted == name)) {
            if channel.events.len() == QUEUE {
                channel.events.pop_front();
            }
            channel.events.push_back(event.clone());
        }
    }
}

fn number(request: &Request, name: &str, default: Option<u32>) -> Result<u32, Failure> {
    match request.query(name) {
        None => default.ok_or_else(|| Failure::new(11).of(name)),
        Some(text) => text.parse().map_err(|_| Failure::new(12).of(name)),
    }
}
