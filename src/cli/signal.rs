//! Being told to end.

use std::io::{self, Write};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

use super::spawn;
use crate::verdict::Exit;

/// Somebody may ask for the end: once, and what is under way is brought to its end; twice, and it ends at once.
#[derive(Clone)]
pub(super) struct Ending {
    asked: Arc<AtomicBool>,
    told: watch::Receiver<bool>,
}

impl Ending {
    /// Watches from now on. `words` are said at the second time.
    pub(super) fn watch(words: String) -> Self {
        let asked = Arc::new(AtomicBool::new(false));
        let (teller, told) = watch::channel(false);
        let flag = asked.clone();
        let mut signals = Signals::new();
        tokio::spawn(async move {
            signals.next().await;
            flag.store(true, Ordering::Relaxed);
            teller.send_replace(true);
            drop(writeln!(io::stderr(), "stopping: what is under way is brought to its end; once more ends at once"));
            signals.next().await;
            drop(writeln!(io::stderr(), "{words}"));
            spawn::end_at_once();
            process::exit(i32::from(Exit::Incomplete.code()));
        });
        Self { asked, told }
    }

    /// The flag that says so.
    pub(super) fn flag(&self) -> &AtomicBool {
        &self.asked
    }

    /// Whether the end was asked for.
    pub(super) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Gives the outcome, or `None` when the end is asked for before there is one.
    pub(super) async fn or<F: Future>(&self, work: F) -> Option<F::Output> {
        let mut told = self.told.clone();
        tokio::select! {
            outcome = work => Some(outcome),
            _ = told.wait_for(|told| *told) => None,
        }
    }
}

/// Ctrl-C and SIGTERM, none of them missed once it was made.
pub(super) struct Signals {
    #[cfg(unix)]
    streams: Option<(tokio::signal::unix::Signal, tokio::signal::unix::Signal)>,
}

impl Signals {
    #[cfg(unix)]
    pub(super) fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self { streams: signal(SignalKind::interrupt()).and_then(|one| Ok((one, signal(SignalKind::terminate())?))).ok() }
    }

    #[cfg(not(unix))]
    pub(super) fn new() -> Self {
        Self {}
    }

    #[cfg(unix)]
    pub(super) async fn next(&mut self) {
        match &mut self.streams {
            Some((interrupt, terminate)) => tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            },
            None => drop(tokio::signal::ctrl_c().await),
        }
    }

    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) {
        drop(tokio::signal::ctrl_c().await);
    }
}
