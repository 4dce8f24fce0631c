//! Reports that CI systems and test viewers read, made on request.

use crate::record::Record;
use crate::report::ctrf::ctrf;
use crate::report::github::github;
use crate::report::gitlab::gitlab;
use crate::report::markdown::markdown;
use crate::report::tap::tap;

/// A report on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Workflow commands of GitHub Actions: annotations on the case files.
    Github,
    /// The Code Quality report of GitLab.
    Gitlab,
    /// A summary for the page of a CI job.
    Markdown,
    /// TAP version 14.
    Tap,
    /// The Common Test Report Format.
    Ctrf,
}

impl Format {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Github, Self::Gitlab, Self::Markdown, Self::Tap, Self::Ctrf];

    /// Its name on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Markdown => "markdown",
            Self::Tap => "tap",
            Self::Ctrf => "ctrf",
        }
    }

    /// The record in this format. The same record gives the same bytes.
    pub fn of(self, record: &Record) -> String {
        match self {
            Self::Github => github(record),
            Self::Gitlab => gitlab(record),
            Self::Markdown => markdown(record),
            Self::Tap => tap(record),
            Self::Ctrf => ctrf(record),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::plain::is_active;
    use crate::report::sample;

    #[test]
    fn nothing_that_a_device_sent_acts_on_who_reads_it() {
        for format in Format::ALL {
            for record in [sample::hostile(), sample::full(), sample::waived(), sample::passing()] {
                let text = format.of(&record);
                let active: Vec<char> = text.chars().filter(|character| *character != '\n' && is_active(*character)).collect();
                assert_eq!(active, Vec::<char>::new(), "{}: {text}", format.word());
                assert_eq!(format.of(&record), text, "the same record gives the same bytes");
            }
        }
    }
}
