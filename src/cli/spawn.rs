//! `--spawn`: a mock server of the user's, started for one run and stopped after it.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::mock::port::free_port;

/// How many of the last lines are shown when it dies.
const LINES: usize = 20;

/// How long a server that was asked to end may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process of the server that runs, for whoever ends the program without dropping anything; 0 while there is none.
static RUNNING: AtomicU32 = AtomicU32::new(0);

/// Ends the server at once, where one runs: the program is about to end.
pub(super) fn end_at_once() {
    match RUNNING.load(Ordering::Relaxed) {
        0 => {}
        process => tell(process, "-KILL"),
    }
}

/// Sends a signal to a process and whatever it started.
fn tell(process: u32, signal: &str) {
    drop(Command::new("kill").args([signal, "--", &format!("-{process}")]).stderr(Stdio::null()).status());
}

/// A server under test. It ends with this value.
pub(super) struct Spawned {
    child: Child,
    program: String,
    said: Arc<Mutex<VecDeque<String>>>,
}

/// A command that was read, and the port it will be told.
pub(super) struct Recipe {
    words: Vec<String>,
    pub(super) port: u16,
}

impl Recipe {
    /// Reads a command; `{port}` in it becomes a free port.
    ///
    /// # Errors
    /// A message for the user.
    pub(super) fn read(command: &str) -> Result<Self, String> {
        let words = words(command)?;
        if !words.iter().any(|word| word.contains("{port}")) {
            return Err("the command of `--spawn` has no {port}, where the server is told its port\n\
                        help: write e.g. `--spawn './your-mock --port {port}'`"
                .to_owned());
        }
        let port = free_port().map_err(|error| format!("no port is free: {error}"))?;
        let words = words.into_iter().map(|word| word.replace("{port}", &port.to_string())).collect();
        Ok(Self { words, port })
    }

    /// Starts the server.
    ///
    /// # Errors
    /// A message for the user: it cannot be started.
    pub(super) fn start(&self) -> Result<Spawned, String> {
        let (program, arguments) = self.words.split_first().ok_or("the command of `--spawn` is empty")?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own: Ctrl-C is doorspec's, and what the command starts in turn ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| format!("cannot start `{program}`: {error}"))?;
        RUNNING.store(child.id(), Ordering::Relaxed);
        let said = Arc::default();
        keep(child.stdout.take(), None);
        keep(child.stderr.take(), Some(Arc::clone(&said)));
        Ok(Spawned { child, program: program.clone(), said })
    }
}

impl Spawned {
    /// How it ended, with the last lines it wrote to standard error; nothing while it runs.
    pub(super) fn death(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok()??;
        // What it wrote last may still be on its way.
        thread::sleep(Duration::from_millis(50));
        Some(in_words(&self.program, status, &self.said.lock().expect("nobody panics while holding it")))
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        RUNNING.store(0, Ordering::Relaxed);
        if self.child.try_wait().is_ok_and(|status| status.is_some()) {
            return;
        }
        #[cfg(unix)]
        {
            tell(self.child.id(), "-TERM");
            let asked = Instant::now();
            while asked.elapsed() < PATIENCE {
                if self.child.try_wait().is_ok_and(|status| status.is_some()) {
                    return;
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn in_words(program: &str, status: ExitStatus, said: &VecDeque<String>) -> String {
    let tail = if said.is_empty() {
        "it wrote nothing to standard error".to_owned()
    } else {
        let lines: String = said.iter().map(|line| format!("\n  | {line}")).collect();
        format!("the last it wrote to standard error:{lines}")
    };
    format!("`{program}` ended by itself ({status}); {tail}")
}

/// Reads what a server writes, so that it never has to wait; keeps the last lines where they are wanted.
fn keep(stream: Option<impl Read + Send + 'static>, lines: Option<Arc<Mutex<VecDeque<String>>>>) {
    let Some(stream) = stream else { return };
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while reader.by_ref().take(4096).read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            if let Some(lines) = &lines {
                let text = String::from_utf8_lossy(&line);
                let mut lines = lines.lock().expect("nobody panics while holding it");
                lines.push_back(text.trim_end().chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect());
                if lines.len() > LINES {
                    lines.pop_front();
                }
            }
            line.clear();
        }
    });
}

/// A command as words; quotes keep a word together.
fn words(command: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in command.chars() {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    if quote.is_some() {
        return Err("a quote in the command of `--spawn` is not closed".to_owned());
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_taken_apart_at_blanks_outside_of_quotes() {
        let rows: [(&str, &[&str]); 4] = [
            ("./mock --port {port}", &["./mock", "--port", "{port}"]),
            ("sh -c 'exec mock \"{port}\"'", &["sh", "-c", "exec mock \"{port}\""]),
            ("  a  ''  b", &["a", "", "b"]),
            ("", &[]),
        ];
        for (command, expected) in rows {
            assert_eq!(
                words(command).as_deref(),
                Ok(expected.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>().as_slice()),
                "{command}"
            );
        }
        assert!(words("a 'b").is_err());
    }
}
