//! The program as a user starts it, and a mock device beside it.

#![allow(dead_code, reason = "each test file uses what it needs of this")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// The accounts of a mock that is told of none: variable and value.
const ACCOUNTS: [(&str, &str); 4] = [
    ("DOORSPEC_USER", "doorspec-admin"),
    ("DOORSPEC_PASSWORD", "Tulip-4711"),
    ("DOORSPEC_LIMITED_USER", "doorspec-limited"),
    ("DOORSPEC_LIMITED_PASSWORD", "Daisy-0815"),
];

/// The program without accounts.
pub fn doorspec(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorspec"));
    command.args(arguments);
    for name in ACCOUNTS.map(|(name, _)| name).into_iter().chain(["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"]) {
        command.env_remove(name);
    }
    command
}

/// The program with the accounts of the mock.
pub fn doorspec_with_accounts(arguments: &[&str]) -> Command {
    let mut command = doorspec(arguments);
    command.envs(ACCOUNTS);
    command
}

/// Everything that was written to the terminal.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs to the end; checks the exit status and that the words are said. Gives everything that was said.
pub fn check(command: &mut Command, exit: i32, words: &[&str]) -> String {
    let output = command.output().expect("the program starts");
    let said = said(&output);
    assert_eq!(output.status.code(), Some(exit), "{command:?}\n{said}");
    for word in words {
        assert!(said.contains(word), "{command:?} does not say {word:?}:\n{said}");
    }
    said
}

/// The record that a run wrote below its `--out`.
pub fn record(out: &Path) -> Value {
    let text = fs::read_to_string(out.join("record.json")).expect("the record was written");
    serde_json::from_str(&text).expect("the record is JSON")
}

/// A mock device in a process of its own; it ends with this value.
pub struct Mock {
    pub child: Child,
    pub url: String,
}

impl Mock {
    /// Starts a mock and waits until it says where it listens and who its accounts are.
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    /// The same with accounts that the environment names.
    pub fn start_with(arguments: &[&str], accounts: &[(&str, &str)]) -> Self {
        let mut command = doorspec(&["mock"]);
        let mut child =
            command.args(arguments).envs(accounts.iter().copied()).stdout(Stdio::piped()).spawn().expect("the mock starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        let first = lines.next().expect("it says where it listens").expect("it is text");
        let url = first.strip_prefix("listening on ").expect("the first line says where it listens").to_owned();
        let second: Value = serde_json::from_str(&lines.next().expect("a second line").expect("it is text")).expect("it is JSON");
        assert!(second["accounts"].as_array().is_some_and(|accounts| accounts.len() == 2));
        Self { child, url }
    }

    /// A run against this mock, with its accounts.
    pub fn run(&self, out: &Path, more: &[&str]) -> Command {
        let mut command = doorspec_with_accounts(&["run", &self.url, "--out", out.to_str().expect("the path is text")]);
        command.args(more);
        command
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
