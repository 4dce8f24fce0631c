//! The house stays in order: rooms import from below only, strangers do not know each other, and nothing of one machine gets in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms from the ground up. A room may import rooms of lower floors, and of its own floor only those named before it there.
const FLOORS: &[&[&str]] = &[
    &["json", "diagnostic"],
    &["exchange", "requirement", "verdict", "schema", "case", "suite", "waiver", "record"],
    &["judge", "template", "records"],
    &["catalogue", "profile", "plan"],
    &["client", "mock", "report"],
    &["runner"],
    &["session", "selftest"],
    &["cli"],
];

/// Rooms of one floor that must not import each other at all.
const STRANGERS: &[&str] = &["client", "mock", "report"];

#[test]
fn rooms_import_from_below_only() {
    let order: Vec<&str> = FLOORS.iter().flat_map(|floor| floor.iter().copied()).collect();
    let rank: BTreeMap<&str, usize> = order.iter().enumerate().map(|(at, room)| (*room, at)).collect();
    let mut wrong = Vec::new();
    for file in rust_files(Path::new("src")) {
        let Some(room) = room_of(&file) else { continue };
        let Some(own) = rank.get(room.as_str()) else {
            wrong.push(format!("{}: the room `{room}` has no floor: add it to FLOORS", file.display()));
            continue;
        };
        for import in imports(&file) {
            let strangers = STRANGERS.contains(&room.as_str()) && STRANGERS.contains(&import.as_str()) && room != import;
            if rank.get(import.as_str()).is_none_or(|other| other > own) || strangers {
                wrong.push(format!("{}: `{room}` imports `{import}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_mock_never_sees_a_case_and_reports_know_only_the_record() {
    let allowed: [(&str, &[&str]); 3] = [
        ("mock", &["mock"]),
        ("report", &["report", "record", "records", "requirement", "verdict", "exchange", "json"]),
        ("judge", &["judge", "case", "exchange", "json", "requirement", "schema"]),
    ];
    for (room, known) in allowed {
        for file in rust_files(&Path::new("src").join(room)) {
            for import in imports(&file) {
                assert!(known.contains(&import.as_str()), "{}: `{room}` imports `{import}`", file.display());
            }
        }
    }
}

#[test]
fn the_judge_has_no_clock_no_file_and_no_socket() {
    for file in rust_files(Path::new("src/judge")) {
        let text = code(&file);
        for word in ["std::time", "std::fs", "std::net", "tokio", "Instant", "std::env"] {
            assert!(!text.contains(word), "{}: the judge is pure, but names {word}", file.display());
        }
    }
}

#[test]
fn only_the_client_and_the_mock_open_sockets() {
    for file in rust_files(Path::new("src")) {
        let room = room_of(&file).unwrap_or_default();
        let text = code(&file);
        let opens = ["TcpStream", "TcpListener", "reqwest::"].iter().any(|word| text.contains(word));
        assert!(!opens || ["client", "mock"].contains(&room.as_str()), "{} opens a socket", file.display());
    }
}

#[test]
fn nothing_of_one_machine_is_in_the_project() {
    let mut files = Vec::new();
    for folder in ["src", "tests", "cases", "schemas", ".ci"] {
        collect(Path::new(folder), &mut files, &|_| true);
    }
    files.extend(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "Cargo.toml"].map(PathBuf::from));
    let paths = ["/ho\u{6d}e/", "/ro\u{6f}t/", "/wor\u{6b}/"];
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for path in paths {
            assert!(!text.contains(path), "{} names {path}", file.display());
        }
    }
}

#[test]
fn files_stay_small_enough_to_read() {
    let mut large = Vec::new();
    for file in rust_files(Path::new("src")) {
        let lines = fs::read_to_string(&file).expect("a source file can be read").lines().count();
        if lines > 620 {
            large.push(format!("{} has {lines} lines", file.display()));
        }
    }
    assert!(large.is_empty(), "{}", large.join("\n"));
}

/// The room a source file belongs to; `main`, `lib` and the build script are the door.
fn room_of(file: &Path) -> Option<String> {
    let first = file.strip_prefix("src").ok()?.components().next()?;
    let name = first.as_os_str().to_string_lossy();
    let room = name.strip_suffix(".rs").unwrap_or(&name).to_owned();
    (!["main", "lib", "build"].contains(&room.as_str())).then_some(room)
}

/// The rooms that a file names, tests aside.
fn imports(file: &Path) -> Vec<String> {
    let text = code(file);
    let mut found: Vec<String> = text
        .split("crate::")
        .skip(1)
        .map(|rest| rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect())
        .collect();
    found.sort();
    found.dedup();
    found.retain(|room: &String| !room.is_empty());
    found
}

/// A file's code: without comments, and without the tests at its end.
fn code(file: &Path) -> String {
    if file.components().any(|part| part.as_os_str() == "tests")
        || file.file_stem().is_some_and(|stem| stem == "tests" || stem == "sample")
    {
        return String::new();
    }
    let text = fs::read_to_string(file).expect("a source file can be read");
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(folder, &mut files, &|path| path.extension().is_some_and(|extension| extension == "rs"));
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>, wanted: &dyn Fn(&Path) -> bool) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files, wanted);
        } else if wanted(&path) {
            files.push(path);
        }
    }
}
