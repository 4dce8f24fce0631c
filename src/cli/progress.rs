//! One line that moves, on a terminal; nothing elsewhere.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::runner::Event;
use crate::verdict::Verdict;

/// Shows how far a run is.
pub(super) struct Progress {
    shown: bool,
    state: RefCell<State>,
}

struct State {
    suite: String,
    running: usize,
    done: usize,
    failed: usize,
    drawn: Option<Instant>,
    began: Instant,
}

impl Progress {
    /// Progress on standard error, where that is a terminal.
    pub(super) fn new(quiet: bool) -> Self {
        let state = State { suite: String::new(), running: 0, done: 0, failed: 0, drawn: None, began: Instant::now() };
        Self { shown: !quiet && io::stderr().is_terminal(), state: RefCell::new(state) }
    }

    /// Takes note of an event.
    pub(super) fn tell(&self, event: &Event) {
        if !self.shown {
            return;
        }
        let mut state = self.state.borrow_mut();
        match event {
            Event::Begin { suite, running } => {
                state.suite.clone_from(suite);
                state.running = *running;
            }
            Event::Done { verdict, .. } => {
                state.done += 1;
                state.failed += usize::from(*verdict == Verdict::Fail);
            }
            Event::Note { .. } => {}
        }
        if state.drawn.is_none_or(|drawn| drawn.elapsed() > Duration::from_millis(80)) {
            state.drawn = Some(Instant::now());
            self.show(&line(&state));
        }
    }

    /// Puts a line in the place of the last one.
    pub(super) fn show(&self, line: &str) {
        if self.shown {
            let mut terminal = io::stderr();
            drop(write!(terminal, "\r\x1b[K{line}").and_then(|()| terminal.flush()));
        }
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        self.show("");
    }
}

fn line(state: &State) -> String {
    let seconds = state.began.elapsed().as_secs_f64();
    let rate = if seconds > 0.0 { state.done as f64 / seconds } else { 0.0 };
    let left = if rate > 0.0 { (state.running - state.done.min(state.running)) as f64 / rate } else { 0.0 };
    let failed = if state.failed > 0 { format!(", {} failed", state.failed) } else { String::new() };
    format!("{}: {} of {}{failed}, {rate:.0}/s, {left:.0} s left", state.suite, state.done, state.running)
}
