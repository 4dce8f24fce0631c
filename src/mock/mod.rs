//! Conforming mock devices behind real HTTP on loopback, and every named way to make one defective or merely different.
//!
//! The mock is written from the API documents and never sees a case: when mock and cases agree, two readings agree.

pub mod asked;
pub mod bas_ip;
pub mod device;
pub mod port;
pub mod reply;
pub mod request;
pub mod server;
pub mod tls;
pub mod two_n;

use device::{DefectRow, Device, QuirkRow, Scheme, Settings, UnknownName};

/// The suites that have a mock device.
pub const SUITES: [&str; 2] = ["2n", "bas-ip"];

/// Makes the mock device of a suite.
///
/// # Errors
/// When the settings name a defect or quirk that it does not have.
pub fn device(suite: &str, settings: &Settings) -> Result<Box<dyn Device>, UnknownName> {
    match suite {
        "2n" => two_n::device(settings),
        _ => bas_ip::device(settings),
    }
}

/// The set-up in which a defect shows: the scheme, and the quirk without which the device never comes to do it.
pub fn setup(suite: &str, defect: &str) -> (Scheme, Option<&'static str>) {
    if suite == "2n" { two_n::setup(defect) } else { bas_ip::setup(defect) }
}

/// The defects and quirks of a suite's mock.
pub fn rows(suite: &str) -> (&'static [DefectRow], &'static [QuirkRow]) {
    match suite {
        "2n" => (two_n::DEFECTS, two_n::QUIRKS),
        _ => (bas_ip::DEFECTS, bas_ip::QUIRKS),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_defect_and_quirk_of_a_suite_has_a_name_of_its_own() {
        for suite in ["2n", "bas-ip"] {
            let (defects, quirks) = rows(suite);
            let names: Vec<&str> = defects.iter().map(|row| row.name).chain(quirks.iter().map(|row| row.name)).collect();
            let known: BTreeSet<&&str> = names.iter().collect();
            assert_eq!(known.len(), names.len(), "{suite}");
        }
    }
}
