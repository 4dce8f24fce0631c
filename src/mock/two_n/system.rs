//! What else a client of the directory reads: identity, status, switches and ports (HTTP API manual 5.1, 5.3 and 5.4).

use super::failure::Failure;
use super::model::Model;
use crate::mock::device::Request;
use serde_json::{Value, json};
use std::time::Duration;

pub const VERSION: &str = "2.50.0.76.2";

/// When the mock was switched on, as its own clock tells it: a device here has no other clock than the time since its start.
const STARTED: u64 = 1_767_225_600;

pub fn identity(model: Model, seed: u64) -> Value {
    let (variant, number) = model.variant();
    let (left, right) = (seed % 10_000, (seed / 10_000) % 10_000);
    json!({
        "devType": format!("2-{number}-0-0"), "variant": variant, "variantId": number, "customerId": 2,
        "serialNumber": format!("54-{left:04}-{right:04}"), "macAddr": format!("7C-1E-B3-{:02X}-{:02X}-01", left % 256, right % 256),
        "hwVersion": "570v1", "swVersion": VERSION, "buildType": "release", "firmwarePackage": "verso", "deviceName": "Front door",
    })
}

pub fn status(now: Duration) -> Value {
    json!({ "systemTime": utc(now), "upTime": now.as_secs() })
}

pub fn utc(now: Duration) -> u64 {
    STARTED + now.as_secs()
}

pub fn switch_caps(request: &Request) -> Result<Value, Failure> {
    let switches = json!([
        { "switch": 1, "enabled": true, "mode": "monostable", "switchOnDuration": 5, "type": "normal" },
        { "switch": 2, "enabled": true, "mode": "bistable", "type": "normal" },
        { "switch": 3, "enabled": false },
        { "switch": 4, "enabled": false },
    ]);
    chosen(switches, "switches", "switch", request)
}

pub fn switch_status(request: &Request) -> Result<Value, Failure> {
    let status = |number: u8| json!({ "switch": number, "active": false, "locked": false, "held": false });
    chosen((1..=4).map(status).collect(), "switches", "switch", request)
}

pub fn io_caps(request: &Request) -> Result<Value, Failure> {
    let ports = json!([{ "port": "relay1", "type": "output" }, { "port": "input1", "type": "input" }]);
    chosen(ports, "ports", "port", request)
}

pub fn io_status(request: &Request) -> Result<Value, Failure> {
    chosen(json!([{ "port": "relay1", "state": 0 }, { "port": "input1", "state": 0 }]), "ports", "port", request)
}

/// All of a list, or the one the query names.
fn chosen(list: Value, plural: &str, singular: &str, request: &Request) -> Result<Value, Failure> {
    let Some(wanted) = request.query(singular) else { return Ok(json!({ plural: list })) };
    let name = |one: &Value| one[singular].as_str().map_or_else(|| one[singular].to_string(), str::to_owned);
    let one = list.as_array().and_then(|list| list.iter().find(|one| name(one) == wanted));
    one.map(|one| json!({ plural: [one] })).ok_or_else(|| Failure::new(12).of(singular))
}
