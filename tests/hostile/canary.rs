//! Secrets that can be recognised wherever they come out, in whatever form.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

/// The accounts of the runs here: variable and value. Every form of writing has something to escape in the passwords.
pub const ACCOUNTS: [(&str, &str); 4] = [
    ("DOORSPEC_USER", "Kanarek-Adm1n"),
    ("DOORSPEC_PASSWORD", "\"Kanarek7431\\+/ &<%?"),
    ("DOORSPEC_LIMITED_USER", "Kanarek-L1mited"),
    ("DOORSPEC_LIMITED_PASSWORD", "\"Kanarek8542\\+/ &<%?"),
];

/// What a device gives away of others, in members that are nobody's business.
pub const TOLD: [&str; 6] =
    ["Kanarek-token-77", "Kanarek-pin-78", "Kanarek-code-79", "Kanarek-card-80", "Kanarek-password-81", "Kanarek-number-82"];

/// The members of a reply that tell them.
pub fn members() -> String {
    let [token, pin, code, card, password, number] = TOLD;
    format!(
        r#""token":"{token}","access":{{"pin":"{pin}","code":["{code}","x"],"card":["{card}"],"Password":"{password}","deep":[{{"access.pin":"{pin}"}}]}},"identifier_number":"{number}","#
    )
}

/// Every text by which a secret could be recognised.
fn traces() -> Vec<String> {
    let mut traces: Vec<String> = TOLD.iter().map(ToString::to_string).collect();
    for [(_, user), (_, password)] in [[ACCOUNTS[0], ACCOUNTS[1]], [ACCOUNTS[2], ACCOUNTS[3]]] {
        let digest: String = Md5::digest(password.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        traces.extend([user.to_owned(), password.to_owned(), digest.to_uppercase(), digest]);
        // The middle of the password is the same in JSON, XML, HTML and URLs.
        traces.extend([password[1..12].to_owned(), "kANAREK".to_owned() + &password[8..12]]);
        for text in [password.to_owned(), format!("{user}:{password}")] {
            traces.extend((0..3).map(|before| STANDARD.encode("x".repeat(before) + &text)[4..16].to_owned()));
        }
    }
    traces
}

/// Which secrets are in the files of a folder, and where.
pub fn found(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).expect("the folder can be read").flatten().map(|entry| entry.path());
    let files: Vec<_> = files.map(|file| (fs::read_to_string(&file).expect("it is text"), file)).collect();
    assert!(files.len() >= 5, "the reports were written");
    let mut found = Vec::new();
    for trace in traces() {
        for (text, file) in &files {
            if let Some(at) = text.find(&trace) {
                let before = text.floor_char_boundary(at.saturating_sub(120));
                let after = text.ceil_char_boundary(at + trace.len() + 40);
                found.push(format!("{trace} in {}: {}", file.display(), &text[before..after]));
            }
        }
    }
    found
}
