//! A request that is refused as a whole (HTTP API manual 2.3).

use std::borrow::Cow;

/// The general error of a reply: code, words, and the parameter to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub code: u16,
    pub description: Cow<'static, str>,
    pub param: Option<String>,
    /// 200, or 401 where credentials are asked for.
    pub status: u16,
    /// The challenges that go with a 401.
    pub challenges: Vec<String>,
}

impl Failure {
    pub fn new(code: u16) -> Self {
        Self { code, description: Cow::Borrowed(words(code)), param: None, status: 200, challenges: Vec::new() }
    }

    /// The same failure, naming the parameter.
    pub fn of(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }

    /// The same failure in other words (code 14 tells its cases apart by them only).
    pub fn saying(mut self, description: &'static str) -> Self {
        self.description = Cow::Borrowed(description);
        self
    }

    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

/// The strings of codes 1-4, 7, 8, 11 and 12 are the manual's; the others could not be read and are ours.
fn words(code: u16) -> &'static str {
    match code {
        1 => "function is not supported",
        2 => "invalid request path",
        3 => "invalid request method",
        4 => "function is disabled",
        7 => "invalid connection type",
        8 => "invalid authentication method",
        9 => "authorization required",
        10 => "insufficient user privileges",
        11 => "missing mandatory parameter",
        12 => "invalid parameter value",
        13 => "parameter data too big",
        15 => "no data available",
        17 => "parameter collision",
        18 => "request rejected",
        _ => "unspecified processing error",
    }
}
