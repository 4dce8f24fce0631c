//! Every way to misbehave in a reply.

use std::io;
use std::thread::sleep;
use std::time::Duration;

use crate::server::Talk;
use crate::verdicts::ACTIVE;

/// Answers one request, rightly or not; an error ends the connection.
pub type Spoil = fn(&mut Talk) -> io::Result<()>;

/// A way to answer a request.
pub struct Mode {
    pub name: &'static str,
    /// How a run may end whose target is a good device, but for one function that answers like this.
    pub exits: &'static [i32],
    pub spoil: Spoil,
}

const fn mode(name: &'static str, exits: &'static [i32], spoil: Spoil) -> Mode {
    Mode { name, exits, spoil }
}

/// The device is at fault, and can be judged.
const FAULT: &[i32] = &[1];
/// It cannot be judged.
const OPEN: &[i32] = &[3];

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

/// The connection and the frame of the message.
pub const WIRE: &[Mode] = &[
    mode("silent", FAULT, Talk::hang),
    mode("closed after the request", FAULT, Talk::close),
    mode("reset after the request", FAULT, Talk::reset),
    mode("reset in the head", FAULT, |talk| talk.write("HTTP/1.1 200 OK\r\nContent-").and_then(|()| talk.reset())),
    mode("reset in the body", FAULT, |talk| {
        talk.write(format!("{OK}Content-Length: 400\r\n\r\n{{\"success\":"))?;
        talk.reset()
    }),
    mode("endless header", FAULT, |talk| talk.endless("HTTP/1.1 200 OK\r\nX: ", "x")),
    mode("endless headers", FAULT, |talk| talk.endless("HTTP/1.1 200 OK\r\n", "X-Filler: abc\r\n")),
    mode("ten thousand headers", FAULT, |talk| {
        let headers: String = (0..10_000).map(|number| format!("X-{number}: abcdef\r\n")).collect();
        talk.json("200 OK", &headers, "{\"success\":true}")
    }),
    mode("a header of 1 MB", FAULT, |talk| {
        let header = format!("X-Large: {}\r\n", "x".repeat(1 << 20));
        talk.json("200 OK", &header, "{\"success\":true}")
    }),
    mode("a header without a colon", FAULT, |talk| talk.json("200 OK", "no colon here\r\n", "{\"success\":true}")),
    mode("folded headers", FAULT, |talk| talk.json("200 OK", "X-Folded: a\r\n b\r\n\tc\r\n", "{\"success\":true}")),
    mode("endless body", FAULT, |talk| talk.endless(&format!("{OK}\r\n"), "[1,")),
    mode("endless body with a length", FAULT, |talk| {
        talk.endless(&format!("{OK}Content-Length: 10000000000\r\n\r\n"), "{\"a\":")
    }),
    mode("endless chunks", FAULT, |talk| {
        talk.endless(&format!("{OK}Transfer-Encoding: chunked\r\n\r\n"), "10\r\n0123456789abcdef\r\n")
    }),
    mode("endless small chunks", FAULT, |talk| talk.endless(&format!("{OK}Transfer-Encoding: chunked\r\n\r\n"), "1\r\n \r\n")),
    mode("an endless size of a chunk", FAULT, |talk| talk.endless(&format!("{OK}Transfer-Encoding: chunked\r\n\r\n"), "0")),
    mode("endless trailers", FAULT, |talk| {
        talk.endless(&format!("{OK}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n"), "X-Trailer: abc\r\n")
    }),
    mode("garbage for the size of a chunk", FAULT, |talk| chunked(talk, "zz\r\n{}\r\n0\r\n\r\n")),
    mode("a negative size of a chunk", FAULT, |talk| chunked(talk, "-2\r\n{}\r\n0\r\n\r\n")),
    mode("a huge size of a chunk", FAULT, |talk| chunked(talk, "7fffffffffffffff\r\n{}\r\n0\r\n\r\n")),
    mode("a size of a chunk beyond 64 bits", FAULT, |talk| chunked(talk, "fffffffffffffffffffff\r\n{}\r\n0\r\n\r\n")),
    mode("a length of 10 GB, and then nothing", FAULT, |talk| with_length(talk, "10000000000", "{\"success\":true}")),
    mode("a length that is one too long", FAULT, |talk| with_length(talk, "17", "{\"success\":true}")),
    mode("a length that is too short", FAULT, |talk| with_length(talk, "3", "{\"success\":true}")),
    mode("garbage for a length", FAULT, |talk| with_length(talk, "many", "{\"success\":true}")),
    mode("a negative length", FAULT, |talk| with_length(talk, "-16", "{\"success\":true}")),
    mode("a length beyond 64 bits", FAULT, |talk| with_length(talk, "99999999999999999999999", "{\"success\":true}")),
    mode("two lengths", FAULT, |talk| with_length(talk, "16\r\nContent-Length: 400", "{\"success\":true}")),
    mode("a length beside chunks", FAULT, |talk| {
        with_length(talk, "16\r\nTransfer-Encoding: chunked", "10\r\n{\"success\":true}\r\n0\r\n\r\n")
    }),
    mode("one byte now and then", FAULT, |talk| {
        let reply = format!("{OK}Content-Length: 16\r\n\r\n{{\"success\":true}}");
        reply.bytes().try_for_each(|byte| {
            sleep(Duration::from_millis(100));
            talk.write([byte])
        })?;
        talk.hang()
    }),
    mode("a body that trickles", FAULT, |talk| {
        talk.write(format!("{OK}Content-Length: 100\r\n\r\n"))?;
        loop {
            sleep(Duration::from_millis(100));
            talk.write("1")?;
        }
    }),
    mode("a flood of interim replies", FAULT, |talk| talk.endless("", "HTTP/1.1 102 Processing\r\n\r\n")),
    mode("100 without end", FAULT, |talk| {
        loop {
            talk.write("HTTP/1.1 100 Continue\r\n\r\n")?;
            sleep(Duration::from_millis(50));
        }
    }),
    mode("another protocol", FAULT, |talk| {
        talk.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")?;
        talk.hang()
    }),
    mode("two replies for one request", FAULT, |talk| {
        let (head, body) = talk.genuine()?;
        talk.write([head.as_bytes(), &body, head.as_bytes(), &body].concat())
    }),
    mode("no status line", FAULT, |talk| talk.write("Content-Type: application/json\r\n\r\n{\"success\":true}")),
    mode("HTTP/0.9", FAULT, |talk| talk.write("{\"success\":true}").and_then(|()| talk.close())),
    mode("the preface of HTTP/2", FAULT, |talk| {
        talk.write(b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64\0\x04\0\x10\0\0\0\x06\0\x01\0\0")
    }),
    mode("a status line of HTTP/2", FAULT, |talk| talk.write("HTTP/2 200\r\n\r\n{}")),
    mode("status 999", FAULT, |talk| talk.json("999 Beyond", "", "{\"success\":true}")),
    mode("status 0", FAULT, |talk| talk.json("0 Nothing", "", "{\"success\":true}")),
    mode("status 000", FAULT, |talk| talk.json("000 Nothing", "", "{\"success\":true}")),
    mode("status -1", FAULT, |talk| talk.json("-1 Less", "", "{\"success\":true}")),
    mode("a status without end", FAULT, |talk| talk.endless("HTTP/1.1 ", "2")),
    mode("TLS on a plain port", FAULT, |talk| talk.write(b"\x15\x03\x01\0\x02\x02\x46").and_then(|()| talk.close())),
    mode("an SSH server", FAULT, |talk| talk.write("SSH-2.0-OpenSSH_9.6\r\n")),
];

/// What the reply says.
pub const CONTENT: &[Mode] = &[
    mode("a gzip bomb", FAULT, |talk| talk.json("200 OK", "Content-Encoding: gzip\r\n", bomb())),
    mode("nested 200,000 deep", FAULT, |talk| talk.json("200 OK", "", "[".repeat(200_000) + &"]".repeat(200_000))),
    mode("objects nested 200,000 deep", FAULT, |talk| talk.json("200 OK", "", "{\"a\":".repeat(200_000))),
    mode("ten million numbers", FAULT, |talk| {
        talk.json("200 OK", "", format!("{{\"success\":true,\"result\":{{\"users\":[{}1]}}}}", "1,".repeat(10_000_000)))
    }),
    mode("three million numbers", FAULT, |talk| {
        talk.json("200 OK", "", format!("{{\"success\":true,\"result\":{{\"users\":[{}1]}}}}", "1,".repeat(3_000_000)))
    }),
    mode("a million empty objects", FAULT, |talk| {
        talk.json("200 OK", "", format!("{{\"success\":true,\"result\":{{\"users\":[{}{{}}]}}}}", "{},".repeat(1_000_000)))
    }),
    mode("two hundred thousand faults", FAULT, |talk| talk.json("200 OK", "", format!("[{}1]", "01,".repeat(200_000)))),
    mode("a hundred thousand deviations", FAULT, |talk| {
        let entry = "{\"timestamp\":\"x\",\"errors\":[]},";
        talk.json("200 OK", "", format!("{{\"success\":true,\"result\":{{\"users\":[{}{{}}]}}}}", entry.repeat(50_000)))
    }),
    mode("invalid UTF-8", FAULT, |talk| talk.json("200 OK", "", b"{\"success\":true,\"x\":\"\xff\xc3\x28\xed\xa0\x80\"}")),
    mode("UTF-16", FAULT, |talk| {
        let wide: Vec<u8> = "{\"success\":true}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        talk.json("200 OK", "", [b"\xff\xfe".as_slice(), &wide].concat())
    }),
    mode("a byte order mark", FAULT, |talk| {
        let (_, body) = talk.genuine()?;
        talk.json("200 OK", "", [b"\xef\xbb\xbf".as_slice(), &body].concat())
    }),
    mode("lone surrogates", FAULT, |talk| talk.json("200 OK", "", entry(r"\ud800 \udc00\ud800"))),
    mode("an active text in every member", FAULT, |talk| talk.json("200 OK", "", entry(&escaped()))),
    mode("raw active bytes", FAULT, |talk| talk.json("200 OK", "", entry(&ACTIVE.join("]]>\0\u{9b}")))),
    mode("active headers", FAULT, |talk| {
        let headers = format!("X-Html: {}]]>\r\nWWW-Authenticate: \u{9b}31m{}\r\n", ACTIVE[1], ACTIVE[2]);
        talk.json("200 <b>]]>", &headers, "{}")
    }),
    mode("an active reason", FAULT, |talk| talk.json(&format!("200 {}", ACTIVE[0]), "", "{}")),
    mode("an active media type", FAULT, |talk| {
        let reply = format!("HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: 2\r\n\r\n{{}}", ACTIVE[1]);
        talk.write(reply)
    }),
    mode("numbers of any size", FAULT, |talk| {
        let number = "9".repeat(400);
        let body = format!(
            r#"{{"success":true,"result":{{"series":1e999999,"users":[{{"uuid":{number},"timestamp":-{number}.{number}e{number}}}]}}}}"#
        );
        talk.json("200 OK", "", body)
    }),
    mode("a number of a million digits", FAULT, |talk| {
        talk.json("200 OK", "", format!("{{\"success\":true,\"result\":{}}}", "7".repeat(1_000_000)))
    }),
    mode("duplicate members by the thousand", FAULT, |talk| {
        talk.json("200 OK", "", format!("{{{}\"success\":true}}", "\"success\":true,".repeat(20_000)))
    }),
    mode("thirty thousand members", FAULT, |talk| {
        let members: String = (0..30_000).map(|number| format!("\"m{number}\":{number},")).collect();
        talk.json("200 OK", "", format!("{{{members}\"success\":true}}"))
    }),
    mode("a name of 5 MB", FAULT, |talk| talk.json("200 OK", "", format!("{{\"{}\":1,\"success\":1}}", "n".repeat(5 << 20)))),
    mode("a text of 5 MB", FAULT, |talk| talk.json("200 OK", "", entry(&"t".repeat(5 << 20)))),
    mode("a text of 5 MB without a blank or an end", FAULT, |talk| talk.json("200 OK", "", "\u{65e5}".repeat(5 << 18))),
    mode("no body", FAULT, |talk| talk.json("200 OK", "", "")),
    mode("another media type", FAULT, |talk| {
        talk.write("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>")
    }),
    mode("a redirect to itself", FAULT, |talk| {
        let target = format!("Location: {}\r\n", talk.target());
        talk.json("302 Found", &target, "{}")
    }),
    mode("a redirect to another scheme", FAULT, |talk| {
        talk.json("307 Temporary Redirect", "Location: https://127.0.0.1:1/\r\n", "")
    }),
    mode("429 for ever", OPEN, |talk| talk.json("429 Too Many Requests", "Retry-After: 0\r\n", "{}")),
    mode("a Retry-After of a year", OPEN, |talk| talk.json("429 Too Many Requests", "Retry-After: 31536000\r\n", "{}")),
    mode("garbage for Retry-After", OPEN, |talk| talk.json("429 Too Many Requests", "Retry-After: -1 soon\r\n", "{}")),
    mode("503 for ever", FAULT, |talk| talk.json("503 Service Unavailable", "", "{}")),
    mode("503 with a Retry-After, for ever", FAULT, |talk| {
        talk.json("503 Service Unavailable", "Retry-After: 99999999999999999999\r\n", "{}")
    }),
    mode("a challenge that is garbage", FAULT, |talk| talk.json("401 Unauthorized", "WWW-Authenticate: ,=,\"Digest\r\n", "{}")),
];

fn chunked(talk: &mut Talk, body: &str) -> io::Result<()> {
    talk.write(format!("{OK}Transfer-Encoding: chunked\r\n\r\n{body}"))
}

fn with_length(talk: &mut Talk, length: &str, body: &str) -> io::Result<()> {
    talk.write(format!("{OK}Content-Length: {length}\r\n\r\n{body}"))
}

/// A reply of the directory with this JSON text wherever a text may be.
fn entry(text: &str) -> String {
    format!(
        r#"{{"success":true,"result":{{"series":"{text}","users":[{{"uuid":"{text}","name":"{text}","errors":[{{"code":"{text}","description":"{text}","{text}":"{text}"}}]}}]}}}}"#
    )
}

/// The active texts as the inside of a JSON text.
pub fn escaped() -> String {
    let text = serde_json::to_string(&format!("{} ]]> \0 \u{9b}31m \u{202e}", ACTIVE.join(" "))).expect("it is a text");
    text[1..text.len() - 1].to_owned()
}

/// 100 MB of zeroes in some 600 kB of gzip: one block of a literal and of copies of 258 bytes, 13 bits each.
fn bomb() -> Vec<u8> {
    let mut bits = vec![true, true, false, false, false, true, true, false, false, false, false];
    let copy = [true, true, false, false, false, true, false, true, false, false, false, false, false];
    (0..400_000).for_each(|_| bits.extend(copy));
    bits.extend([false; 7]);
    let pack = |eight: &[bool]| eight.iter().enumerate().fold(0, |byte, (at, bit)| byte | (u8::from(*bit) << at));
    [b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec(), bits.chunks(8).map(pack).collect()].concat()
}
