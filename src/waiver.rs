//! A waiver: one deviation of one case that somebody agreed to, with a reason, and until when.

use serde::{Deserialize, Serialize};

use crate::requirement::RequirementId;

/// A file of waivers (`--waivers FILE`); its schema is `schemas/suite/waivers.schema.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaiverFile {
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Which device or project it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    pub waivers: Vec<Waiver>,
}

/// One agreed deviation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The id of the case.
    pub case: String,
    pub fingerprint: Fingerprint,
    pub reason: String,
    /// Where it is followed up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The last day on which it holds, `2027-03-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// The firmware for which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<FirmwareRange>,
}

/// What tells one deviation of a case from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    pub requirement: RequirementId,
    /// JSON pointer into the exchange; `*` stands for any position.
    pub at: String,
    /// The kind of check that found it.
    pub kind: String,
}

/// Versions from one (included) up to another (left out).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirmwareRange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

impl Waiver {
    /// Whether its last day is over on a day (`2027-04-01`).
    ///
    /// ```
    /// use doorspec::waiver::{Fingerprint, Waiver};
    /// let fingerprint = Fingerprint { requirement: "A-1".into(), at: "/response/status".into(), kind: "status".into() };
    /// let waiver = Waiver { case: "2n/a/b/c".into(), fingerprint, reason: "agreed".into(), link: None,
    ///                       expires: Some("2027-03-31".into()), firmware: None };
    /// assert!(!waiver.is_over("2027-03-31") && waiver.is_over("2027-04-01"));
    /// ```
    pub fn is_over(&self, day: &str) -> bool {
        self.expires.as_deref().is_some_and(|last| last < day)
    }
}

impl Fingerprint {
    /// Whether a deviation is the one that is meant.
    pub fn fits(&self, requirement: &RequirementId, at: &str, kind: &str) -> bool {
        self.requirement == *requirement && self.kind == kind && self.is_at(at)
    }

    fn is_at(&self, at: &str) -> bool {
        let is_position = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let (own, other): (Vec<&str>, Vec<&str>) = (self.at.split('/').collect(), at.split('/').collect());
        own.len() == other.len() && own.iter().zip(other).all(|(own, other)| *own == other || (*own == "*" && is_position(other)))
    }
}

impl FirmwareRange {
    /// Whether a version is in the range.
    pub fn holds_for(&self, version: &str) -> bool {
        let version = numbers(version);
        self.from.as_ref().is_none_or(|from| numbers(from) <= version)
            && self.before.as_ref().is_none_or(|before| version < numbers(before))
    }
}

/// `2.46.0.55` as numbers; what is no digit only separates.
fn numbers(version: &str) -> Vec<u64> {
    let mut numbers: Vec<u64> =
        version.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect();
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let rows = [
            ("2.9", "2.10", "2.9.5", true),
            ("2.9", "2.10", "2.10", false),
            ("2.9", "2.10", "2.10.0", false),
            ("2.9.0", "3", "2.9", true),
            ("2.46", "2.47", "2.45.9", false),
            ("2.46", "2.47", "2.46.0.55.2", true),
        ];
        for (from, before, version, expected) in rows {
            let range = FirmwareRange { from: Some(from.into()), before: Some(before.into()) };
            assert_eq!(range.holds_for(version), expected, "{from} {before} {version}");
        }
    }

    #[test]
    fn a_star_stands_for_a_position_and_nothing_else() {
        let rows = [
            ("/response/body/users/*/uuid", "/response/body/users/17/uuid", true),
            ("/response/body/users/0/uuid", "/response/body/users/1/uuid", false),
            ("/response/body/*/0/uuid", "/response/body/users/0/uuid", false),
            ("/response/body", "/response/body/users", false),
        ];
        for (own, at, expected) in rows {
            let fingerprint = Fingerprint { requirement: "A-1".into(), at: own.into(), kind: "body".into() };
            assert_eq!(fingerprint.fits(&"A-1".into(), at, "body"), expected, "{own} {at}");
        }
    }
}
