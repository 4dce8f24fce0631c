//! The functions this unit serves: path, methods, and the right each needs (HTTP API manual 5).

use super::failure::Failure;
use super::gate::Role;

/// A function of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    Template,
    Create,
    Update,
    Delete,
    Get,
    Query,
    SystemInfo,
    SystemStatus,
    SwitchCaps,
    SwitchStatus,
    IoCaps,
    IoStatus,
    LogCaps,
    LogSubscribe,
    LogUnsubscribe,
    LogPull,
}

use Function::*;

const READ: &[&str] = &["GET", "POST"];

const FUNCTIONS: &[(Function, &str, &[&str])] = &[
    (Template, "/api/dir/template", READ),
    (Create, "/api/dir/create", &["PUT"]),
    (Update, "/api/dir/update", &["PUT"]),
    (Delete, "/api/dir/delete", &["PUT"]),
    (Get, "/api/dir/get", &["POST"]),
    (Query, "/api/dir/query", &["POST"]),
    (SystemInfo, "/api/system/info", READ),
    (SystemStatus, "/api/system/status", READ),
    (SwitchCaps, "/api/switch/caps", READ),
    (SwitchStatus, "/api/switch/status", READ),
    (IoCaps, "/api/io/caps", READ),
    (IoStatus, "/api/io/status", READ),
    (LogCaps, "/api/log/caps", READ),
    (LogSubscribe, "/api/log/subscribe", READ),
    (LogUnsubscribe, "/api/log/unsubscribe", READ),
    (LogPull, "/api/log/pull", READ),
];

impl Function {
    /// The function at a path, letter for letter.
    pub fn at(path: &str) -> Option<Self> {
        FUNCTIONS.iter().find(|(_, known, _)| *known == path).map(|(function, ..)| *function)
    }

    /// The six functions of the directory, all of service System with the right System - Control.
    pub fn is_directory(self) -> bool {
        matches!(self, Template | Create | Update | Delete | Get | Query)
    }

    pub fn allowed_for(self, role: Role) -> bool {
        role == Role::Full || !(self.is_directory() || self == SystemStatus)
    }

    /// Code 3 for a method the function does not have.
    pub fn check_method(self, method: &str) -> Result<(), Failure> {
        let known = FUNCTIONS.iter().any(|(function, _, methods)| *function == self && methods.contains(&method));
        if known { Ok(()) } else { Err(Failure::new(3)) }
    }
}
