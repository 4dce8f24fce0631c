//! Locks, and the general access settings. Every opening is counted, so that a tester can see that no lock moved.

use super::body::{integer, needed_list};
use super::defect::Defect;
use super::device::{Answer, Answered, Panel};
use super::fault::Fault;
use super::quirk::Quirk;
use crate::mock::device::Request;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// The number that opens by itself, on the keypad and as a card.
const MASTER_CODE: &str = "90817263";
const MASTER_CARD: &str = "4018273645";
/// The longest opening in seconds.
const LONGEST: i64 = 604_800;

/// How often each lock was opened.
#[derive(Debug, Default)]
pub(super) struct Locks {
    opened: BTreeMap<i64, u64>,
    held_open: BTreeMap<i64, i64>,
    denials: u64,
}

impl Locks {
    pub fn state(&self) -> Value {
        json!({"opened": numbered(&self.opened), "held_open": numbered(&self.held_open), "denials": self.denials})
    }
}

fn numbered<T: Copy + Into<Value>>(counts: &BTreeMap<i64, T>) -> Value {
    counts.iter().map(|(lock, count)| (lock.to_string(), (*count).into())).collect::<serde_json::Map<_, _>>().into()
}

impl Panel {
    /// `GET /access/general/lock/open/remote/accepted/{lockNumber}`: opens a lock for a while.
    pub(super) fn open_lock(&mut self, lock: &str, request: &Request, now: Duration) -> Answered {
        if self.nature.wrong(Defect::OpenCrash) {
            return Err(Fault::Crash);
        }
        let lock = self.lock_number(lock.parse().ok())?;
        let seconds = request.query("unlockTime").map_or(Ok(0), str::parse::<i64>);
        let in_range = seconds.is_ok_and(|seconds| (0..=LONGEST).contains(&seconds));
        if !in_range && !self.nature.wrong(Defect::UnlockTimeUnbounded) {
            return Err(Fault::Said(400, "Unlock time should be in range [1, 86400] seconds"));
        }
        *self.locks.opened.entry(lock).or_default() += 1;
        self.log.note("access_granted_by_api_call", now);
        Ok(Answer::Json(json!({})))
    }

    fn lock_number(&self, lock: Option<i64>) -> Result<i64, Fault> {
        let last = self.nature.edition.last_lock;
        let text = if last == 2 {
            "Only 0, 1, 2 indexes available for the lock number"
        } else {
            "Only 0, 1..8 indexes available for the lock number"
        };
        let last = if self.nature.wrong(Defect::LockNumberUnbounded) { i64::MAX } else { last };
        lock.filter(|lock| (0..=last).contains(lock)).ok_or(Fault::Said(400, text))
    }

    /// `GET .../control/denied`: shows and plays that access is denied.
    pub(super) fn show_denied(&mut self) -> Answered {
        self.locks.denials += 1;
        Ok(Answer::Json(json!({})))
    }

    /// `POST /access/general/lock/open/emergency`: holds locks open; a fault in any of them moves none.
    pub(super) fn open_in_emergency(&mut self, request: &Request, now: Duration) -> Answered {
        let object = self.object(request)?;
        if self.nature.wrong(Defect::EmergencyEmptyAccepted) && !object.contains_key("locks") {
            return Ok(Answer::Json(json!({})));
        }
        let orders = needed_list(&object, "locks")?;
        let orders: Vec<(i64, i64)> = orders.iter().map(|order| self.emergency(order)).collect::<Result<_, _>>()?;
        for (lock, seconds) in orders {
            self.locks.held_open.insert(lock, seconds);
            *self.locks.opened.entry(lock).or_default() += 1;
            self.log.note("emergency_lock_is_opened", now);
        }
        Ok(Answer::Json(json!({})))
    }

    fn emergency(&self, order: &Value) -> Result<(i64, i64), Fault> {
        let order = order.as_object().ok_or_else(|| Fault::Type("locks".into()))?;
        let lock = integer(order, "lock_number")?.ok_or_else(|| Fault::Missing("lock_number".into()))?;
        let seconds = integer(order, "unlock_time")?.ok_or_else(|| Fault::Missing("unlock_time".into()))?;
        let longest = if self.nature.quirky(Quirk::EmergencyForAWeek) { LONGEST } else { 86_400 };
        let lock = self.lock_number(Some(lock))?;
        if !(1..=longest).contains(&seconds) && !self.nature.wrong(Defect::EmergencyTimeUnbounded) {
            return Err(Fault::Said(400, "Unlock time should be in range [1, 86400] seconds"));
        }
        Ok((lock, seconds))
    }

    /// `POST /access/general/lock/close/emergency`: lets locks go again.
    pub(super) fn close_in_emergency(&mut self, request: &Request) -> Answered {
        let object = self.object(request)?;
        let locks: Option<Vec<i64>> = needed_list(&object, "locks")?.iter().map(Value::as_i64).collect();
        for lock in locks.ok_or_else(|| Fault::Type("locks".into()))? {
            let lock = self.lock_number(Some(lock))?;
            self.locks.held_open.remove(&lock);
        }
        Ok(Answer::Json(json!({})))
    }

    /// `GET /access/general/remote/control/settings`.
    pub(super) fn remote_server(&self) -> Answered {
        let key = match self.nature.edition.remote_key {
            "enable" if self.nature.wrong(Defect::RemoteKeyOfOtherEdition) => "enabled",
            "enabled" if self.nature.wrong(Defect::RemoteKeyOfOtherEdition) => "enable",
            key => key,
        };
        Ok(Answer::Json(json!({key: false, "custom_server_enabled": false, "custom_server_api_url": ""})))
    }

    /// `GET /access/general/unlock/input/code`: the master code.
    pub(super) fn input_code(&self) -> Answered {
        Ok(Answer::Json(json!({"input_code_enable": true, "input_code_number": MASTER_CODE})))
    }

    /// True when a number is the panel's own.
    pub(super) fn is_master(kind: &str, number: &str) -> bool {
        matches!((kind, number), ("inputCode" | "input_code", MASTER_CODE) | ("card", MASTER_CARD))
    }
}
