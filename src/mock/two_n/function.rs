//! The functions this unit serves: path, methods, and the right each needs (HTTP API manual 5).

use super::defect::Defect;
use super::failure::Failure;
use super::gate::Role;
use super::manner::Manner;
use super::quirk::Quirk;

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

    pub fn allowed_for(self, role: Role, manner: Manner) -> bool {
        match (role, self) {
            (Role::Full, Update) => !manner.wrong(Defect::FullMayNotUpdate),
            (Role::Full, _) => true,
            (Role::Limited, Delete) => manner.wrong(Defect::LimitedMayDelete),
            (Role::Limited, Create) => manner.wrong(Defect::LimitedMayCreate),
            (Role::Limited, Update) => manner.wrong(Defect::LimitedMayUpdate),
            (Role::Limited, Template | Get | Query) => manner.wrong(Defect::LimitedMayRead),
            (Role::Limited, _) => !(self.is_directory() || self == SystemStatus),
        }
    }

    /// Code 3 for a method the function does not have.
    pub fn check_method(self, method: &str, manner: Manner) -> Result<(), Failure> {
        let known = FUNCTIONS.iter().any(|(function, _, methods)| *function == self && methods.contains(&method));
        let turned = TURNED.iter().any(|(defect, on, turned)| (*on, *turned) == (self, method) && manner.wrong(*defect));
        match known != turned {
            true => Ok(()),
            false if matches!(method, "OPTIONS" | "PATCH" | "TRACE") && manner.differs(Quirk::OddMethodsAreCode2) => {
                Err(Failure::new(2))
            }
            false if manner.wrong(Defect::WrongMethodIsCode2) => Err(Failure::new(2)),
            false => Err(Failure::new(3)),
        }
    }
}

/// Defects that refuse a method the function has, or accept one it has not.
const TURNED: &[(Defect, Function, &str)] = &[
    (Defect::TemplateGetRefused, Template, "GET"),
    (Defect::TemplatePostRefused, Template, "POST"),
    (Defect::TemplatePutAccepted, Template, "PUT"),
    (Defect::CreatePutRefused, Create, "PUT"),
    (Defect::CreatePostAccepted, Create, "POST"),
    (Defect::UpdatePutRefused, Update, "PUT"),
    (Defect::UpdatePostAccepted, Update, "POST"),
    (Defect::DeletePutRefused, Delete, "PUT"),
    (Defect::DeletePostAccepted, Delete, "POST"),
    (Defect::GetPostRefused, Get, "POST"),
    (Defect::GetGetAccepted, Get, "GET"),
    (Defect::QueryPostRefused, Query, "POST"),
    (Defect::QueryGetAccepted, Query, "GET"),
];
