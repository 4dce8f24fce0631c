//! Colours and width of this terminal.

use std::env;
use std::io::{self, IsTerminal};

use super::args::Color;
use crate::report::Style;

/// How text is set here; `NO_COLOR` counts as `--color never` unless told otherwise.
pub(super) fn of(color: Color) -> Style {
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none(),
    };
    let width = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(120);
    Style { color, width }
}
