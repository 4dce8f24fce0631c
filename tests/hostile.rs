//! Peers that are hostile or broken: whatever they send, a run ends in time with the right exit status, in little memory and with valid reports.

#![cfg(unix)]

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use modes::{CONTENT, Mode, WIRE};
use program::{Mock, doorspec_with_accounts};
use server::{Hostile, Talk};
use verdicts::watch;

#[path = "hostile/modes.rs"]
mod modes;
mod program;
#[path = "hostile/server.rs"]
mod server;
#[path = "hostile/verdicts.rs"]
mod verdicts;

/// Runs under way at once: most of them wait for their device.
const AT_ONCE: usize = 6;

/// A run of two small cases about one function.
fn run(url: &str) -> Command {
    let filters = ["--filter", "2n/dir/get/unknown-uuid", "--filter", "2n/dir/get/empty-users"];
    let mut command = doorspec_with_accounts(&["run", url, "--suite", "2n", "--timeout", "300ms", "--seed", "7"]);
    command.args(filters);
    command
}

/// Does the work for every item, several at a time; gives what is wrong, all of it.
fn each<T: Sync>(items: &[T], work: impl Fn(&T) -> Vec<String> + Sync) {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let faults = work(item);
                    wrong.lock().expect("no thread panics with it").extend(faults);
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no thread panicked");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The mode's name before each fault, and what was said.
fn named(name: &str, faults: Vec<String>, said: &str) -> Vec<String> {
    let end = said.chars().rev().take(if faults.is_empty() { 0 } else { 1500 }).collect::<Vec<_>>();
    let said: String = end.into_iter().rev().collect();
    faults.into_iter().map(|fault| format!("== {name}: {fault}\n{said}")).collect()
}

fn all() -> Vec<&'static Mode> {
    let only = std::env::var("DOORSPEC_HOSTILE").unwrap_or_default();
    WIRE.iter().chain(CONTENT).filter(|mode| mode.name.contains(&only)).collect()
}

#[test]
fn a_good_device_with_one_bad_function_is_judged() {
    let mock = Mock::start(&["--suite", "2n", "--auth", "none", "--preload", "3"]);
    each(&all(), |mode| {
        let spoil = mode.spoil;
        let spoiler = move |talk: &mut Talk| if is_judged(talk) { spoil(talk) } else { talk.pass() };
        let hostile = Hostile::start(&mock.url, Box::new(spoiler));
        let ended = watch(&mut run(&hostile.url), Duration::from_secs(40));
        eprintln!("{:50} {:?} {:?} {} MiB", mode.name, ended.exit, ended.took, ended.memory_kib / 1024);
        named(mode.name, ended.faults(mode.exits), &ended.said)
    });
}

fn is_judged(talk: &Talk) -> bool {
    talk.target().starts_with("/api/dir/get")
}

#[test]
fn what_is_no_device_at_all_is_not_judged() {
    each(&all(), |mode| {
        let hostile = Hostile::start("", Box::new(mode.spoil));
        let ended = watch(&mut run(&hostile.url), Duration::from_secs(40));
        eprintln!("{:50} {:?} {:?} {} MiB", mode.name, ended.exit, ended.took, ended.memory_kib / 1024);
        named(mode.name, ended.faults(&[3]), &ended.said)
    });
}
