//! Why a request is refused: the documented error strings, and the few that had to be invented where the manuals are silent.

use super::nature::Nature;
use super::quirk::Quirk;

/// A refusal. Its words are chosen when the reply is written, because editions write them differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The body is missing or empty.
    NoBody,
    /// The body is not JSON.
    Syntax,
    /// The body is JSON, but not what the operation takes.
    Body,
    /// A required field is not there.
    Missing(String),
    /// A field has the wrong JSON type.
    Type(String),
    /// A status and a documented text.
    Said(u16, &'static str),
    /// Bad credentials.
    Credentials,
    /// Login parameters are missing.
    Parameters,
    /// No valid token.
    LogIn,
    /// The account lacks the rights.
    Rights,
    /// Nothing at that path.
    Path,
    /// Nothing at that path for that method.
    Method,
    /// The model lacks the feature.
    Disabled,
    /// More than the panel takes.
    TooLarge,
    /// A defect: the panel's software fell over.
    Crash,
    /// A defect: the connection ends without a reply.
    Drop,
    /// A defect: no reply ever comes.
    Hang,
}

impl Fault {
    pub fn status(&self, nature: &Nature) -> u16 {
        match self {
            Self::Said(status, _) => *status,
            Self::LogIn => 401,
            Self::Rights => 403,
            Self::Path if nature.quirky(Quirk::UnknownPath400) => 400,
            Self::Path | Self::Disabled => 404,
            Self::Method if nature.quirky(Quirk::WrongMethod404) => 404,
            Self::Method => 405,
            Self::TooLarge => 413,
            Self::Crash => 500,
            _ => 400,
        }
    }

    pub fn text(&self, nature: &Nature) -> String {
        match self {
            Self::NoBody | Self::Syntax | Self::Body => "Wrong JSON body".into(),
            Self::Missing(name) => format!("Wrong JSON body: no value for {}", quoted(nature, name)),
            Self::Type(name) => format!("Wrong JSON body: value {} was of the wrong type", quoted(nature, name)),
            Self::Said(_, text) => (*text).into(),
            Self::Credentials => "Wrong login or password".into(),
            Self::Parameters => "Required parameters missed".into(),
            Self::LogIn => "Log In".into(),
            Self::Rights => "Administrator rights required".into(),
            Self::Path => "Not found".into(),
            Self::Method => "Method not allowed".into(),
            Self::Disabled => "This feature is disabled on your device".into(),
            Self::TooLarge => "Payload too large".into(),
            Self::Crash | Self::Drop | Self::Hang => "Internal error".into(),
        }
    }

    /// The code of the error object that lift controllers send.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Credentials | Self::Parameters | Self::LogIn => "invalid_authentication",
            Self::Rights => "permission_denied",
            Self::Crash => "system_error",
            _ => "not_valid",
        }
    }

    /// The message of the error object that lift controllers send.
    pub fn message(&self, nature: &Nature) -> String {
        match self {
            Self::Credentials | Self::Parameters => "Invalid credentials".into(),
            Self::LogIn => "Please log in".into(),
            Self::Body | Self::NoBody | Self::Syntax | Self::Missing(_) | Self::Type(_) => "Data validation error".into(),
            _ => self.text(nature),
        }
    }

    /// The field at fault and what is wrong with it.
    pub fn field(&self) -> Option<(&str, &'static str)> {
        match self {
            Self::Missing(name) => Some((name, "is required")),
            Self::Type(name) => Some((name, "is of the wrong type")),
            _ => None,
        }
    }
}

fn quoted(nature: &Nature, name: &str) -> String {
    if nature.quirky(Quirk::NoQuotes) {
        name.into()
    } else if nature.quirky(Quirk::SingleQuotes) {
        format!("'{name}'")
    } else if nature.quirky(Quirk::DoubleQuotes) {
        format!("\"{name}\"")
    } else {
        format!("`{name}`")
    }
}
