//! A case is written while `doorspec watch` looks on: changed, broken, mended, and ended by Ctrl-C.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use program::doorspec;

mod program;

/// `doorspec watch`, with every line that it says.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(folder: &Path, filter: &str) -> Self {
        let mut command = doorspec(&["watch", "--filter", filter]);
        command.current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let (teller, lines) = channel();
        let streams: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().expect("piped")), Box::new(child.stderr.take().expect("piped"))];
        for stream in streams {
            let teller = teller.clone();
            thread::spawn(move || BufReader::new(stream).lines().map_while(Result::ok).all(|line| teller.send(line).is_ok()));
        }
        Self { child, lines }
    }

    /// What is said until a line holds these words.
    fn until(&self, words: &str) -> String {
        let mut said = String::new();
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let line = self.lines.recv_timeout(end.saturating_duration_since(Instant::now()));
            let line = line.unwrap_or_else(|_| panic!("nobody says {words:?}:\n{said}"));
            said += &(line.clone() + "\n");
            if line.contains(words) {
                return said;
            }
        }
    }

    fn interrupt(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill exists").success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A folder with the cases about deleting on a 2N device.
fn cases() -> (tempfile::TempDir, std::path::PathBuf, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("cases/2n/dir");
    fs::create_dir_all(&own).expect("it can be made");
    let text = fs::read_to_string("cases/2n/dir/delete.json").expect("the cases");
    let file = own.join("delete.json");
    fs::write(&file, &text).expect("it can be written");
    (folder, file, text)
}

#[test]
fn what_a_change_touches_is_run_again_until_ctrl_c() {
    let (folder, file, text) = cases();
    let write = |text: &str| fs::write(&file, text).expect("it can be written");
    let watch = Watch::start(folder.path(), "2n/dir/delete/unknown-uuid");
    let said = watch.until("watching cases for changes");
    assert!(said.contains("1 pass; conforms"), "{said}");

    write(&text.replacen("EDIR_UUID_DOES_NOT_EXIST\" }] }] } } }", "EDIR_UUID_IS_ODD\" }] }] } } }", 1));
    let said = watch.until("watching cases for changes");
    for words in ["changed: cases/2n/dir/delete.json", "fail: a well-formed uuid", "EDIR_UUID_IS_ODD", "1 fail; does not conform"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }

    write(&text.replacen("\"steps\"", "\"stepz\"", 1));
    let said = watch.until("watching cases for changes");
    assert!(said.contains("unknown key `stepz`") && !said.contains("; conforms"), "{said}");

    write(&text);
    let said = watch.until("watching cases for changes");
    assert!(said.contains("1 pass; conforms"), "{said}");

    let other = file.with_file_name("other.json");
    fs::copy("cases/2n/dir/delete-batch.json", other).expect("it can be copied");
    let said = watch.until("watching cases for changes");
    assert!(said.contains("changed: cases/2n/dir/other.json\nno case that was asked for has to do with it"), "{said}");
    assert_eq!(watch.interrupt(), Some(0));
}

#[test]
fn it_ends_like_the_last_run() {
    let (folder, file, text) = cases();
    fs::write(&file, text.replacen("EDIR_UUID_DOES_NOT_EXIST\" }] }] } } }", "EDIR_UUID_IS_ODD\" }] }] } } }", 1))
        .expect("it can be written");
    let watch = Watch::start(folder.path(), "2n/dir/delete/unknown-uuid");
    watch.until("watching cases for changes");
    assert_eq!(watch.interrupt(), Some(1));
    let nothing = tempfile::tempdir().expect("a folder");
    program::check(doorspec(&["watch"]).current_dir(nothing.path()), 2, &["cannot read cases"]);
}
