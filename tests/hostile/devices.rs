//! Devices that misbehave as a whole: at the door, after a while, or in how they let people in.

use std::io;
use std::thread::sleep;
use std::time::Duration;

use crate::modes::{Spoil, escaped};
use crate::server::Talk;

/// A device and how a run against it may end.
pub struct Device {
    pub name: &'static str,
    pub suite: &'static str,
    pub exits: &'static [i32],
    pub spoil: Spoil,
}

const fn two_n(name: &'static str, exits: &'static [i32], spoil: Spoil) -> Device {
    Device { name, suite: "2n", exits, spoil }
}

const fn bas_ip(name: &'static str, exits: &'static [i32], spoil: Spoil) -> Device {
    Device { name, suite: "bas-ip", exits, spoil }
}

/// The device is recognised after fewer requests than this, and its cases are under way.
const RECOGNISED: usize = 14;

pub const DEVICES: &[Device] = &[
    two_n("always a new challenge", &[3], |talk| {
        let count = talk.count;
        challenge(talk, &format!("Digest realm=\"r\", nonce=\"n{count}\", qop=\"auth\""))
    }),
    two_n("always a stale nonce", &[3], |talk| {
        let count = talk.count;
        challenge(talk, &format!("Digest realm=\"r\", nonce=\"n{count}\", qop=\"auth\", stale=true"))
    }),
    two_n("a challenge that is garbage", &[3], |talk| challenge(talk, ",,=\"Digest nonce=,\\")),
    two_n("an unknown algorithm", &[3], |talk| challenge(talk, "Digest realm=\"r\", nonce=\"n\", algorithm=ROT13")),
    two_n("a nonce of 50 kB", &[3], |talk| challenge(talk, &format!("Digest realm=\"r\", nonce=\"{}\"", "n".repeat(50_000)))),
    two_n("a nonce of 1 MB", &[3], |talk| challenge(talk, &format!("Digest realm=\"r\", nonce=\"{}\"", "n".repeat(1 << 20)))),
    two_n("ten thousand challenges", &[3], |talk| challenge(talk, &"Digest realm=\"r\", ".repeat(2_500))),
    two_n("an active name", &[0, 1], |talk| {
        let (_, body) = talk.genuine()?;
        let texts = ["IP Verso", "Front door", "2.50.0.76.2", "570v1", "\"uuid\"", "\"name\""];
        let body = texts.iter().fold(String::from_utf8_lossy(&body).into_owned(), |body, text| {
            let with = if text.starts_with('"') { format!("\"{}\":1,{text}", escaped()) } else { escaped() };
            if talk.target().contains("/dir/template") || !text.starts_with('"') { body.replacen(text, &with, 1) } else { body }
        });
        talk.json("200 OK", "", body)
    }),
    two_n("death", &[3], |talk| if talk.count < RECOGNISED { talk.pass() } else { talk.reset() }),
    two_n("silence after a while", &[3], |talk| if talk.count < RECOGNISED { talk.pass() } else { talk.hang() }),
    two_n("another service after a while", &[3], |talk| match talk.count {
        ..RECOGNISED => talk.pass(),
        _ => talk.write("SSH-2.0-OpenSSH_9.6\r\n").and_then(|()| talk.close()),
    }),
    two_n("a page for everything after a while", &[1, 3], |talk| match talk.count {
        ..RECOGNISED => talk.pass(),
        _ => talk.write("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"),
    }),
    two_n("death and resurrection", &[0, 3], |talk| if is_away(talk) { talk.reset() } else { talk.pass() }),
    two_n("too much for a while", &[0, 3], |talk| {
        if is_away(talk) { talk.json("429 Too Many Requests", "Retry-After: 0\r\n", "{}") } else { talk.pass() }
    }),
    two_n("slow for a while", &[0, 1, 3], |talk| {
        if is_away(talk) {
            sleep(Duration::from_millis(400));
        }
        talk.pass()
    }),
    bas_ip("a token of 5 MB", &[1, 3], |talk| token(talk, &format!("\"{}\"", "t".repeat(5 << 20)))),
    bas_ip("an empty token", &[1, 3], |talk| token(talk, "\"\"")),
    bas_ip("a token that is an object", &[1, 3], |talk| token(talk, "{\"token\":\"x\"}")),
    bas_ip("a token that breaks out of its header", &[1, 3], |talk| token(talk, "\"x\\r\\nX-Broken-Out: 1\\r\\n\\r\\n\"")),
    bas_ip("a token that opens nothing", &[1, 3], |talk| token(talk, "\"0123456789abcdef\"")),
    bas_ip("a login that never ends", &[3], |talk| if talk.target().contains("/login?") { talk.hang() } else { talk.pass() }),
    bas_ip("a session that is over at once", &[1, 3], |talk| {
        if talk.head.contains("Bearer") { talk.json("401 Unauthorized", "", "{\"error\":\"Log In\"}") } else { talk.pass() }
    }),
];

fn is_away(talk: &Talk) -> bool {
    (RECOGNISED..RECOGNISED + 5).contains(&talk.count)
}

fn challenge(talk: &mut Talk, challenge: &str) -> io::Result<()> {
    let header = format!("WWW-Authenticate: {challenge}\r\n");
    talk.json(
        "401 Unauthorized",
        &header,
        "{\"success\":false,\"error\":{\"code\":9,\"description\":\"Authentication required\"}}",
    )
}

/// Answers logins with this token, and lets everything else through.
fn token(talk: &mut Talk, token: &str) -> io::Result<()> {
    if !talk.target().contains("/login?") {
        return talk.pass();
    }
    talk.json("200 OK", "", format!("{{\"token\":{token},\"account_type\":\"admin\"}}"))
}
