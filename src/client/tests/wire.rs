//! Every way a reply can go wrong, and what a request looks like on the wire.

use super::peer::{Act, Act::*, peer};
use super::{client, get, options, outcome, put};
use crate::client::{Client, Credentials, Login, Options};
use crate::exchange::{Exchange, Outgoing, Wire};

async fn ask(scripts: &'static [&'static [Act]], outgoing: &Outgoing) -> Exchange {
    let peer = peer(scripts).await;
    client(&peer.url(), Login::None).exchange(outgoing).await
}

#[track_caller]
fn equal(exchange: &Exchange, expected: &str) {
    assert_eq!(outcome(exchange), expected);
}

macro_rules! replies {
    ($($name:ident: [$($act:expr),*] => $expected:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            equal(&ask(&[&[$($act),*]], &get("/")).await, $expected);
        }
    )*};
}

replies! {
    by_length: [Read(0), Say("HTTP/1.1 200 OK|Content-Length: 3||abc"), Hold] => "200 abc";
    in_two_parts: [Read(0), Say("HTTP/1.1 200 OK|Content-Le"), Wait(30), Say("ngth: 3||a"), Wait(30), Say("bc"), Hold] => "200 abc";
    line_feeds_only: [Read(0), Say("HTTP/1.1 200 OK\nContent-Length: 3\n\nabc"), Hold] => "200 abc";
    until_close: [Read(0), Say("HTTP/1.1 200 OK|Connection: close||ab"), Wait(400), Say("c")] => "200 abc";
    unannounced_close: [Read(0), Say("HTTP/1.1 200 OK||abc")] => "200 abc";
    old_until_close: [Read(0), Say("HTTP/1.0 200 OK||ab"), Wait(400), Say("c")] => "200 abc";
    chunked: [Read(0), Say("HTTP/1.1 200 OK|Transfer-Encoding: chunked||2;x=y|ab|1|c|0|T: 1||"), Hold] => "200 abc";
    interim: [Read(0), Say("HTTP/1.1 100 Continue||HTTP/1.1 103 Early|A: b||HTTP/1.1 200 OK|Content-Length: 0||"), Hold] => "200 ";
    bodiless: [Read(0), Say("HTTP/1.1 204 No Content||"), Hold] => "204 ";
    cut: [Read(0), Say("HTTP/1.1 200 OK|Content-Length: 5||abc")] => "200 abc [BodyShort { declared: 5, got: 3 }]";
    unended: [Read(0), Say("HTTP/1.1 200 OK|Transfer-Encoding: chunked||3|abc|")] => "200 abc [ChunksUnended]";
    bad_chunk: [Read(0), Say("HTTP/1.1 200 OK|Transfer-Encoding: chunked||3|abc|z|"), Hold] => "200 abc [BadChunk]";
    both: [Read(0), Say("HTTP/1.1 200 OK|Content-Length: 3|Transfer-Encoding: chunked||3|abc|0||"), Hold]
        => "200 abc [LengthAndChunked]";
    bad_length: [Read(0), Say("HTTP/1.1 200 OK|Content-Length: x||abc"), Hold] => "200 abc [BadLength { value: \"x\" }]";
    surplus: [Read(0), Say("HTTP/1.1 200 OK|Content-Length: 3||abcde"), Hold] => "200 abc [Surplus { bytes: 2 }]";
    forbidden: [Read(0), Say("HTTP/1.1 204 No Content|Content-Length: 3||"), Wait(10), Say("abc"), Hold]
        => "204  [BodyForbidden { bytes: 3 }]";
    end_unknown: [Read(0), Say("HTTP/1.1 200 OK||abc"), Hold] => "200 abc [EndUnknown]";
    length_too_large: [Read(0), Say("HTTP/1.1 200 OK|Content-Length: 4||abc"), Hold] => "200 abc [BodyShort { declared: 4, got: 3 }]";
    silence: [Read(0), Hold] => "Timeout { phase: \"first byte\", limit_ms: 800 }";
    slow_head: [Read(0), Drip("HTTP/1.1 200 OK|A: b|A: b|A: b|")] => "Timeout { phase: \"head\", limit_ms: 800 }";
    slow_body: [Read(0), Say("HTTP/1.1 200 OK|Content-Length: 99||"), Drip("abcdefghijklmnopqrstuvwxyz")]
        => "Timeout { phase: \"body\", limit_ms: 800 }";
    no_body: [Read(0), Say("HTTP/1.1 200 OK|Content-Length: 3||"), Hold] => "Timeout { phase: \"body\", limit_ms: 800 }";
    closed: [Read(0)] => "Closed { got: 0 }";
    closed_at_once: [] => "Closed { got: 0 }";
    closed_in_head: [Read(0), Say("HTTP/1.1 200")] => "Closed { got: 12 }";
    endless_head: [Read(0), Say("HTTP/1.1 200 OK|"), Forever("A: b|")] => "HeadTooLarge { limit: 2048 }";
    endless_interim: [Read(0), Forever("HTTP/1.1 100 Continue||")]
        => "NotHttp { why: \"more than 16 interim replies (1xx) came, and no real one\" }";
    endless_extension: [Read(0), Say("HTTP/1.1 200 OK|Transfer-Encoding: chunked||1;"), Forever("x")] => "200  [BadChunk]";
    endless_trailer: [Read(0), Say("HTTP/1.1 200 OK|Transfer-Encoding: chunked||0|"), Forever("A: b|")]
        => "HeadTooLarge { limit: 2048 }";
    garbage: [Read(0), Bytes(b"\x00\xff garbage")] => "NotHttp { why: \"invalid HTTP version; it begins with \\\"\\\\u{0}\\\\u{ff} garbage\\\"\" }";
    speaks_tls: [Read(0), Bytes(b"\x15\x03\x03\x00\x02\x02\x46")]
        => "Tls { why: \"what answers at this port speaks TLS; is it https:// rather than http://?\" }";
}

#[tokio::test]
async fn endless_bodies_are_capped() {
    let capped = format!("200 {} capped", "x".repeat(4096));
    let check = async |scripts: &'static [&'static [Act]]| equal(&ask(scripts, &get("/")).await, &capped);
    check(&[&[Read(0), Say("HTTP/1.1 200 OK||"), Forever("xxxxxxxxx")]]).await;
    check(&[&[Read(0), Say("HTTP/1.1 200 OK|Content-Length: 18446744073709551615||"), Forever("xxxxxxxxx")]]).await;
    check(&[&[Read(0), Say("HTTP/1.1 200 OK|Transfer-Encoding: chunked||"), Forever("7|xxxxxxx|")]]).await;
    check(&[&[Read(0), Say("HTTP/1.1 200 OK|Transfer-Encoding: chunked||ffffffffffffffff|"), Forever("xxxxxxx")]]).await;
}

#[tokio::test]
async fn what_a_reply_to_head_announces_is_not_waited_for() {
    let head = Outgoing { method: "HEAD".into(), ..get("/") };
    equal(&ask(&[&[Read(0), Say("HTTP/1.1 200 OK|Content-Length: 3||"), Hold]], &head).await, "200 ");
    let forbidden = "200  [BodyForbidden { bytes: 3 }]";
    equal(&ask(&[&[Read(0), Say("HTTP/1.1 200 OK|Content-Length: 3||abc"), Hold]], &head).await, forbidden);
}

#[tokio::test]
async fn header_bytes_that_are_no_text_are_kept() {
    let exchange =
        ask(&[&[Read(0), Bytes(b"HTTP/1.1 200 OK\r\nX-Name: \xf8l\r\nContent-Length: 0\r\n\r\n"), Hold]], &get("/")).await;
    assert_eq!(exchange.outcome.unwrap().headers[0], ("X-Name".into(), "\u{f8}l".into()));
}

#[tokio::test]
async fn surplus_is_read_to_the_end_when_closing() {
    let outgoing = Outgoing { wire: Wire { close: true, ..Wire::default() }, ..get("/") };
    let scripts: &[&[Act]] = &[&[Read(0), Say("HTTP/1.1 200 OK|Content-Length: 1||a"), Wait(50), Say("bc"), Wait(50), Say("de")]];
    equal(&ask(scripts, &outgoing).await, "200 a [Surplus { bytes: 4 }]");
}

#[tokio::test]
async fn a_refusal_before_the_body_was_taken_is_read() {
    let outgoing = put("/", &"x".repeat(4_000_000));
    equal(&ask(&[&[Read(0), Say("HTTP/1.1 413 Too Large|Content-Length: 2||no"), Wait(200)]], &outgoing).await, "413 no");
    let stuck: &[&[Act]] = &[&[Hold]];
    equal(&ask(stuck, &outgoing).await, "Timeout { phase: \"send\", limit_ms: 800 }");
}

#[tokio::test]
async fn a_cut_body_is_followed_by_the_end() {
    let peer = peer(&[&[ReadAll, Say("HTTP/1.1 400 Bad Request|Content-Length: 0||")]]).await;
    let outgoing = Outgoing { wire: Wire { cut_body: Some(2), ..Wire::default() }, ..put("/x", "abcd") };
    let exchange = client(&peer.url(), Login::None).exchange(&outgoing).await;
    equal(&exchange, "400 ");
    assert_eq!(peer.heard(), [format!("PUT /x HTTP/1.1|Host: {}|Content-Length: 4||ab", peer.address)]);
    assert_eq!(exchange.sent.body.as_deref(), Some(&b"ab"[..]));
}

#[tokio::test]
async fn the_body_waits_for_the_interim_reply() {
    let outgoing = Outgoing { wire: Wire { expect_continue: true, ..Wire::default() }, ..put("/", "abc") };
    let willing: &[&[Act]] = &[&[Read(0), Say("HTTP/1.1 100 Continue||"), Read(0), Hold]];
    let heard = async |scripts| {
        let peer = peer(scripts).await;
        let exchange = client(&peer.url(), Login::None).exchange(&outgoing).await;
        (peer.heard()[0].ends_with("||abc"), outcome(&exchange))
    };
    assert_eq!(heard(willing).await, (true, "Timeout { phase: \"first byte\", limit_ms: 800 }".into()));
    let refusing: &[&[Act]] = &[&[Read(0), Say("HTTP/1.1 417 No|Content-Length: 0||"), Read(0), Hold]];
    assert_eq!(heard(refusing).await, (false, "417 ".into()));
}

#[tokio::test]
async fn a_kept_connection_is_used_again_only_while_it_is_sound() {
    let check = async |scripts: &'static [&'static [Act]], pause: u64, options: fn(Options) -> Options, connections: usize| {
        let peer = peer(scripts).await;
        let client = Client::new(options(super::options(&peer.url())), Credentials::default(), Login::None).unwrap();
        for _ in 0..2 {
            equal(&client.exchange(&get("/")).await, "200 a");
            tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        }
        assert_eq!(peer.heard().len(), connections, "{scripts:?}");
    };
    const GOOD: Act = Say("HTTP/1.1 200 OK|Content-Length: 1||a");
    let as_is = |options| options;
    check(&[&[Read(0), GOOD, Read(0), GOOD, Hold]], 0, as_is, 1).await;
    check(&[&[Read(0), GOOD]], 50, as_is, 2).await;
    check(&[&[Read(0), GOOD, Wait(20), Say("?"), Hold]], 50, as_is, 2).await;
    check(&[&[Read(0), Say("HTTP/1.1 200 OK|Content-Length: 1|Connection: close||a"), Hold]], 0, as_is, 2).await;
    check(&[&[Read(0), Say("HTTP/1.0 200 OK|Content-Length: 1||a"), Hold]], 0, as_is, 2).await;
    let brief = |options| Options { idle_reuse: std::time::Duration::from_millis(10), ..options };
    check(&[&[Read(0), GOOD, Hold]], 50, brief, 2).await;
    let none = |options| Options { idle_reuse: std::time::Duration::ZERO, ..options };
    check(&[&[Read(0), GOOD, Hold]], 0, none, 2).await;
}

#[tokio::test]
async fn a_request_that_has_left_is_not_sent_again() {
    let scripts: &[&[Act]] = &[&[Read(0), Say("HTTP/1.1 200 OK|Content-Length: 1||a"), Read(3)], &[Hold]];
    let peer = peer(scripts).await;
    let client = client(&peer.url(), Login::None);
    equal(&client.exchange(&get("/")).await, "200 a");
    equal(&client.exchange(&put("/", "abc")).await, "Closed { got: 0 }");
    assert_eq!(peer.heard().len(), 1);
}

#[tokio::test]
async fn both_paths_name_the_reason_for_having_no_connection() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let plain = peer(&[&[Wait(20), Say("HTTP/1.1 400 Bad Request||"), Hold]]).await;
    let check = async |base: &str, expected: &str| {
        for judged in [true, false] {
            let exchange = client(base, Login::None).exchange(&Outgoing { judged, ..get("/") }).await;
            assert!(outcome(&exchange).contains(expected), "{base} {judged}: {exchange:?}");
        }
    };
    check(&format!("http://{free}"), &format!("Refused {{ address: \"{free}\" }}")).await;
    // No name server is needed to know that no label is that long.
    let nowhere = "x".repeat(64);
    check(&format!("http://{nowhere}.invalid"), &format!("Unresolved {{ host: \"{nowhere}.invalid\"")).await;
    let plain = Options { insecure: true, ..options(&plain.url().replace("http:", "https:")) };
    for judged in [true, false] {
        let client = Client::new(plain.clone(), Credentials::default(), Login::None).unwrap();
        let exchange = client.exchange(&Outgoing { judged, ..get("/") }).await;
        assert!(outcome(&exchange).contains("does not speak TLS"), "{judged}: {exchange:?}");
    }
}

#[tokio::test]
async fn the_ordinary_path_tells_the_same_faults() {
    let check = async |scripts: &'static [&'static [Act]], expected: &str| {
        let exchange = ask(scripts, &Outgoing { judged: false, ..get("/") }).await;
        assert!(outcome(&exchange).starts_with(expected), "{expected}: {exchange:?}");
    };
    check(&[&[Read(0), Say("HTTP/1.1 200 OK|Content-Length: 3||abc"), Hold]], "200 abc").await;
    check(&[&[Read(0), Say("HTTP/1.1 302 Found|Location: /elsewhere|Content-Length: 0||"), Hold]], "302 ").await;
    check(&[&[Read(0), Say("HTTP/1.1 200 OK|Content-Length: 5||abc")]], "200 abc [BodyShort { declared: 5, got: 3 }]").await;
    check(&[&[Read(0), Say("HTTP/1.1 200 OK|Transfer-Encoding: chunked||3|abc|")]], "200 abc [ChunksUnended]").await;
    check(&[&[Read(0), Hold]], "Timeout { phase: \"first byte\"").await;
    check(&[&[Read(0), Say("HTTP/1.1 200 OK|Content-Length: 5||abc"), Hold]], "Timeout { phase: \"body\"").await;
    check(&[&[Read(0)]], "Closed").await;
    check(&[&[Read(0), Say("garbage")]], "NotHttp").await;
    check(&[&[Read(0), Say("HTTP/1.1 200 OK||"), Forever("xxxxxxxx")]], &format!("200 {} capped", "x".repeat(4096))).await;
}
