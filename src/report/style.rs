//! How text is set: colours and the width of a line.

use anstyle::{AnsiColor, Style as Paint};

use crate::verdict::Verdict;

/// How text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether verdicts and headings are coloured.
    pub color: bool,
    /// Columns of the terminal; fewer than 60 count as 60.
    pub width: usize,
}

impl Style {
    /// For files and for text within other reports: no colour, lines of 120 columns.
    pub const PLAIN: Self = Self { color: false, width: 120 };

    /// The columns to keep to.
    pub(super) fn columns(self) -> usize {
        self.width.max(60)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.paint(Paint::new().bold(), text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.paint(Paint::new().dimmed(), text)
    }

    /// The text in the colour of a verdict.
    pub(super) fn verdict(self, verdict: Verdict, text: &str) -> String {
        let color = match verdict {
            Verdict::Pass => AnsiColor::Green,
            Verdict::Observed => AnsiColor::Cyan,
            Verdict::Warn | Verdict::Inconclusive => AnsiColor::Yellow,
            Verdict::Fail | Verdict::Error => AnsiColor::Red,
            Verdict::NotApplicable => AnsiColor::BrightBlack,
        };
        self.paint(color.on_default().bold(), text)
    }

    fn paint(self, paint: Paint, text: &str) -> String {
        if self.color && !text.is_empty() { format!("{paint}{text}{paint:#}") } else { text.to_owned() }
    }
}
