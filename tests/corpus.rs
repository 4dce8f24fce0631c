//! What fuzzing has tried: every input that is kept is tried again with each change. How new ones are found: CONTRIBUTING.

use std::fs;
use std::path::Path;

#[path = "fuzz/aims.rs"]
mod aims;

fn try_again(aim: &str, attempt: fn(&[u8])) {
    let folder = Path::new("tests/fuzz/corpus").join(aim);
    let files: Vec<_> =
        fs::read_dir(&folder).expect("the folder exists").map(|file| file.expect("it can be read").path()).collect();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    for file in files {
        println!("{}", file.display());
        attempt(&fs::read(&file).expect("it can be read"));
    }
}

#[test]
fn case_files() {
    try_again("cases", aims::cases);
}

#[test]
fn replies() {
    try_again("replies", aims::replies);
}

#[test]
fn reports() {
    try_again("reports", aims::reports);
}
