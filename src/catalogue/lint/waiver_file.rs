//! A file of waivers: its shape, and whether what it names exists.

use serde::Deserialize as _;

use super::super::{Catalogue, Sources};
use super::page::{Page, meant};
use super::structure::{Kind, mended};
use crate::diagnostic::Diagnostics;
use crate::json;
use crate::waiver::{Waiver, WaiverFile};

/// Reads a file of waivers. With a mistake in it, what comes back is as much as could be read.
pub fn read_waivers(shown: &str, text: &str) -> (Option<WaiverFile>, Diagnostics) {
    let (file, page, mut mistakes) = read(shown, text);
    mistakes.extend(page.into_iter().flat_map(Page::into_found));
    (file, mistakes)
}

/// Everything that is wrong with a file of waivers on a day (`2027-03-31`): also what a run would only find out at its end.
pub fn lint_waivers(shown: &str, text: &str, catalogue: &Catalogue, day: &str) -> Diagnostics {
    let (file, page, mut mistakes) = read(shown, text);
    if let (Some(file), Some(page)) = (&file, &page) {
        file.waivers.iter().enumerate().for_each(|(index, waiver)| check(page, index, waiver, catalogue, day));
    }
    mistakes.extend(page.into_iter().flat_map(Page::into_found));
    mistakes
}

fn read(shown: &str, text: &str) -> (Option<WaiverFile>, Option<Page>, Diagnostics) {
    let sources = Sources::default().with(shown, text);
    let mut mistakes = Diagnostics::default();
    let (reading, places) = json::read_with_places(text.as_bytes());
    mistakes.push_faults(shown, &reading, &places);
    let Some(page) = Page::read(&sources, shown) else { return (None, None, mistakes) };
    let file = match WaiverFile::deserialize(&mended(&page, Kind::Waivers)) {
        Ok(file) => Some(file),
        Err(error) => {
            if page.count() == 0 {
                page.say("", error.to_string(), None);
            }
            None
        }
    };
    file.iter().for_each(|file| check_sense(&page, file));
    (file, Some(page), mistakes)
}

/// What a schema cannot see: days that do not exist, ranges that hold for nothing, the same waiver twice.
fn check_sense(page: &Page, file: &WaiverFile) {
    for (index, waiver) in file.waivers.iter().enumerate() {
        let at = format!("/waivers/{index}");
        if let Some(day) = waiver.expires.as_ref().filter(|day| !is_day(day)) {
            page.say(&format!("{at}/expires"), format!("there is no day `{day}`"), Some("write it as 2027-03-31".to_owned()));
        }
        let range = waiver.firmware.as_ref();
        if let Some((range, from)) = range.and_then(|range| Some((range, range.from.as_ref()?)))
            && !range.holds_for(from)
        {
            page.say(
                &format!("{at}/firmware"),
                "this range holds for no version",
                Some("`from` is lower than `before`".to_owned()),
            );
        }
        let same = |other: &Waiver| {
            (&other.case, &other.fingerprint, &other.firmware) == (&waiver.case, &waiver.fingerprint, &waiver.firmware)
        };
        if let Some(first) = file.waivers[..index].iter().position(same) {
            page.say_beside(
                &at,
                "this deviation is waived already",
                &format!("/waivers/{first}"),
                "first written here",
                "keep one of them",
            );
        }
    }
}

fn is_day(day: &str) -> bool {
    let parts: Vec<u32> = day.split('-').filter_map(|part| part.parse().ok()).collect();
    let [year, month, date] = parts[..] else { return false };
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&date)
}

fn check(page: &Page, index: usize, waiver: &Waiver, catalogue: &Catalogue, day: &str) {
    let at = format!("/waivers/{index}");
    if catalogue.case(&waiver.case).is_none() {
        let ids = catalogue.suites.values().flat_map(|suite| &suite.cases).map(|case| case.id.0.as_str());
        let help = meant(&waiver.case, ids).or_else(|| Some("`doorspec list` shows them all".to_owned()));
        page.say(&format!("{at}/case"), format!("there is no case `{}`", waiver.case), help);
    }
    let requirement = &waiver.fingerprint.requirement;
    if catalogue.requirement(requirement).is_none() {
        let rows = catalogue.suites.values().flat_map(|suite| &suite.requirements.requirements).map(|row| row.id.0.as_str());
        let help = meant(&requirement.0, rows);
        page.say(&format!("{at}/fingerprint/requirement"), format!("there is no requirement `{requirement}`"), help);
    }
    if waiver.is_over(day) {
        let help = "have the device corrected, or agree on another day";
        page.say(&format!("{at}/expires"), "this waiver has expired", Some(help.to_owned()));
    }
}
