//! Evidence as text: an exchange on one line or in full, and the command that repeats its request by hand.

use std::fmt::Write as _;

use crate::exchange::{FramingFault, header};
use crate::record::{BodyRecord, ExchangeRecord, RequestRecord, ResponseRecord};
use crate::report::plain::{clipped, columns, squeezed, visible, visible_lines};

/// The exchange on one line of at most `width` columns: `PUT /api/dir/delete {...}  ->  200 {...}`.
pub fn one_line(exchange: &ExchangeRecord, width: usize) -> String {
    const ARROW: &str = "  ->  ";
    let request = asked(&exchange.request);
    let reply = came_back(exchange);
    let room = width.saturating_sub(ARROW.len()).max(24);
    let (want, have) = (columns(&request), columns(&reply));
    let for_request = want.min(room.saturating_sub(have).max(room / 2));
    format!("{}{ARROW}{}", clipped(&request, for_request), clipped(&reply, room - for_request))
}

fn asked(request: &RequestRecord) -> String {
    let line = format!("{} {}", visible(&request.method), visible(&request.target));
    join(line, request.body.as_ref().map(short).unwrap_or_default())
}

fn came_back(exchange: &ExchangeRecord) -> String {
    match (&exchange.response, &exchange.fault) {
        (Some(response), _) => join(response.status.to_string(), short(&response.body)),
        (None, Some(fault)) => visible(&fault.to_string()),
        (None, None) => "no reply".to_owned(),
    }
}

fn join(line: String, body: String) -> String {
    if body.is_empty() { line } else { format!("{line} {body}") }
}

fn short(body: &BodyRecord) -> String {
    match (&body.text, &body.base64) {
        (Some(text), _) => squeezed(text) + if body.cut { "…" } else { "" },
        (None, Some(_)) => format!("({} bytes that are not UTF-8)", body.bytes),
        (None, None) => String::new(),
    }
}

/// The exchange in full: a heading, then the request behind `>` and the reply behind `<`.
pub fn transcript(exchange: &ExchangeRecord) -> String {
    let mut text = format!("{} ({})\n", heading(exchange), milliseconds(exchange.duration_us));
    behind(&mut text, "> ", &request_text(&exchange.request));
    if let Some(response) = &exchange.response {
        behind(&mut text, "< ", &response_text(response));
        for fault in &response.framing {
            let _ = writeln!(text, "! {}", framing(fault));
        }
    }
    if let Some(fault) = &exchange.fault {
        let _ = writeln!(text, "! {}", visible(&fault.to_string()));
    }
    text
}

/// What an exchange is for, with the name of its step.
pub fn heading(exchange: &ExchangeRecord) -> String {
    let step = exchange.step.as_deref().map(|step| format!(": {}", visible(step))).unwrap_or_default();
    visible(&exchange.purpose) + &step
}

/// A duration as reports write it: `2.4 ms`.
pub fn milliseconds(microseconds: u64) -> String {
    format!("{}.{} ms", microseconds / 1000, microseconds % 1000 / 100)
}

fn behind(text: &mut String, mark: &str, lines: &str) {
    for line in lines.lines() {
        text.push_str(format!("{mark}{line}").trim_end());
        text.push('\n');
    }
}

fn request_text(request: &RequestRecord) -> String {
    let head = format!("{} {}\n", visible(&request.method), visible(&request.target));
    message(head, &request.headers, request.body.as_ref())
}

fn response_text(response: &ResponseRecord) -> String {
    let head = format!("{} {}\n", response.status, visible(&response.reason));
    message(head, &response.headers, Some(&response.body))
}

fn message(mut text: String, headers: &[(String, String)], body: Option<&BodyRecord>) -> String {
    for (name, value) in headers {
        let _ = writeln!(text, "{}: {}", visible(name), visible(value));
    }
    if let Some(body) = body {
        let _ = write!(text, "\n{}", body_text(body));
    }
    text
}

/// A body as lines, with a note where it is not all of what was on the wire, or no text.
pub fn body_text(body: &BodyRecord) -> String {
    let kept = match (&body.text, &body.base64) {
        (Some(text), _) => visible_lines(text),
        (None, Some(base64)) => format!("(not UTF-8; base64) {}", visible(base64)),
        (None, None) => String::new(),
    };
    if body.cut { format!("{kept}\n(cut: {} bytes on the wire)", body.bytes) } else { kept }
}

/// What is wrong with the framing of a reply, in words.
pub fn framing(fault: &FramingFault) -> String {
    match fault {
        FramingFault::BodyShort { declared, got } => format!("the body ended after {got} of {declared} announced bytes"),
        FramingFault::Surplus { bytes } => format!("{bytes} bytes came after the end of the body"),
        FramingFault::ChunksUnended => "the chunked body had no last chunk".to_owned(),
        FramingFault::BadChunk => "a chunk's size line is no hexadecimal number".to_owned(),
        FramingFault::LengthAndChunked => "Content-Length and Transfer-Encoding together".to_owned(),
        FramingFault::BadLength { value } => format!("the Content-Length is unusable: {}", visible(value)),
        FramingFault::BodyForbidden { bytes } => format!("a body of {bytes} bytes where there must be none"),
        FramingFault::EndUnknown => "nothing said where the body ends, and the connection stayed open".to_owned(),
    }
}

/// A command that repeats the request by hand. It names credentials only by the environment variables they come from.
pub fn curl(url: &str, request: &RequestRecord) -> String {
    let base = if url.contains("://") { quoted(url.trim_end_matches('/')) } else { "\"$URL\"".to_owned() };
    let mut line = format!("curl --globoff --path-as-is --request {} {base}{}", quoted(&request.method), quoted(&request.target));
    if let Some(scheme) = header(&request.headers, "authorization") {
        line += if scheme.starts_with("Bearer") {
            " --header \"Authorization: Bearer $TOKEN\""
        } else {
            " --anyauth --user \"$DOORSPEC_USER:$DOORSPEC_PASSWORD\""
        };
    }
    for (name, value) in request.headers.iter().filter(|(name, _)| !is_added_by_curl(name)) {
        let _ = write!(line, " --header {}", quoted(&format!("{name}: {value}")));
    }
    match request.body.as_ref().map(|body| (&body.text, &body.base64)) {
        Some((Some(text), _)) => line + " --data-raw " + &quoted(text),
        Some((None, Some(base64))) => format!("printf %s {} | base64 -d | {line} --data-binary @-", quoted(base64)),
        _ => line,
    }
}

fn is_added_by_curl(name: &str) -> bool {
    ["host", "content-length", "connection", "authorization", "transfer-encoding"]
        .iter()
        .any(|own| name.eq_ignore_ascii_case(own))
}

/// One word of a shell. Text that a terminal would act on is written with the escapes of `$'...'` (bash, zsh, ksh).
pub fn quoted(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/:.,_-+=@%".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    if visible(text) == text {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut word = "$'".to_owned();
    for character in text.chars() {
        match character {
            '\'' | '\\' => word.extend(['\\', character]),
            _ if visible(character.encode_utf8(&mut [0; 4])).starts_with('\\') => {
                for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(word, "\\x{byte:02x}");
                }
            }
            _ => word.push(character),
        }
    }
    word + "'"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn an_exchange_keeps_to_the_width() {
        let exchange = &sample::full().cases[0].exchanges[0];
        for width in [40, 80, 120, 200] {
            let line = one_line(exchange, width);
            assert!(columns(&line) <= width, "{width}: {line}");
            assert!(line.starts_with("PUT /api/dir/") && line.contains("  ->  200"), "{line}");
        }
    }

    #[test]
    fn a_transcript_tells_requests_from_replies() {
        let exchange = &sample::full().cases[0].exchanges[0];
        let text = transcript(exchange);
        assert!(text.starts_with("judged (2.4 ms)\n> PUT /api/dir/delete\n> Host: 10.0.0.5\n"), "{text}");
        assert!(text.contains("\n>\n> {\"users\""), "{text}");
        assert!(text.contains("\n< 200 OK\n< Content-Type: application/json\n<\n< {\"success\""), "{text}");
    }

    #[test]
    fn a_command_is_safe_to_paste() {
        let request = &sample::full().cases[0].exchanges[0].request;
        let line = curl("http://10.0.0.5/", request);
        assert!(line.starts_with("curl --globoff --path-as-is --request PUT http://10.0.0.5/api/dir/delete --anyauth"), "{line}");
        assert!(line.contains("--header 'Content-Type: application/json' --data-raw '{\"users\""), "{line}");
        assert!(!line.contains("redacted"), "{line}");
        let rows = [
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(id)`id`", "'$(id)`id`'"),
            ("", "''"),
            ("\u{1b}'\\", r"$'\x1b\'\\'"),
            ("\u{202e}", r"$'\xe2\x80\xae'"),
            ("a\nb", r"$'a\x0ab'"),
        ];
        for (text, expected) in rows {
            assert_eq!(quoted(text), expected);
        }
    }
}
