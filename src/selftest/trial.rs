//! One device under the whole suite.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::case::Risk;
use crate::catalogue::SuiteCatalogue;
use crate::mock::device::Settings;
use crate::plan::Choice;
use crate::runner::{Manner, SuiteRun};
use crate::session::{Patience, Session};

/// How much is run.
#[derive(Debug, Clone)]
pub struct Scale {
    pub seed: u64,
    /// Devices under test at once.
    pub threads: usize,
    /// Random combinations of quirks for each suite.
    pub combinations: usize,
    /// Only these defects and quirks; empty takes all.
    pub only: Vec<String>,
    /// Only these cases.
    pub filters: Vec<String>,
}

impl Default for Scale {
    fn default() -> Self {
        // Some devices hang, and are waited for: meanwhile others have the machine.
        let threads = thread::available_parallelism().map_or(2, usize::from) * 6;
        Self { seed: 7, threads, combinations: 20, only: Vec::new(), filters: Vec::new() }
    }
}

/// Runs what is chosen of the suite on one device.
///
/// Of what a device that is only different sent nothing is kept: nobody compares it.
pub(super) fn run(suite: &SuiteCatalogue, settings: &Settings, choice: &Choice) -> Result<SuiteRun, String> {
    let manner = Manner { evidence: settings.quirks.is_empty() || !settings.defects.is_empty(), ..Manner::quick(settings.seed) };
    on_mock(suite, settings, async |session| session.run(choice, &manner).await.map_err(|error| error.to_string()))
}

/// Of the filtered cases whatever a mock can bear, which is everything.
pub(super) fn all(filters: &[String]) -> Choice {
    Choice { filters: filters.to_vec(), allow: [Risk::Disturb, Risk::Destroy].into(), ..Choice::default() }
}

/// Opens a mock of its own and works with it.
pub(super) fn on_mock<'c, O>(
    suite: &'c SuiteCatalogue,
    settings: &Settings,
    work: impl AsyncFnOnce(Session<'c>) -> Result<O, String>,
) -> Result<O, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let patience = Patience { timeout: Duration::from_millis(1500), ..Patience::default() };
    runtime.block_on(async {
        let session = Session::embedded(suite, settings, patience).await.map_err(|error| error.to_string())?;
        work(session).await
    })
}

/// Does the same for every item, several at once, and gives the results in the items' order.
pub(super) fn each<I: Sync, O: Send>(items: &[I], threads: usize, work: impl Fn(&I) -> O + Sync) -> Vec<O> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while let Some((at, item)) = take(&next, items) {
                    let outcome = work(item);
                    done.lock().expect("no worker panics while holding it").push((at, outcome));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no worker panics while holding it");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

fn take<'i, I>(next: &AtomicUsize, items: &'i [I]) -> Option<(usize, &'i I)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    items.get(at).map(|item| (at, item))
}
