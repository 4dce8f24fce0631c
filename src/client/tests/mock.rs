//! Client and mock server together: what one writes, the other reads.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{client, get, outcome, put};
use crate::client::Login;
use crate::exchange::{Outgoing, Wire};
use crate::mock::device::{Device, Framing, Reply, Request};
use crate::mock::server::{Server, ServerOptions};

/// Answers with what it was asked; the path names the framing.
struct Echo;

impl Device for Echo {
    fn answer(&mut self, request: &Request, _now: Duration) -> Reply {
        let framing = match request.path.trim_start_matches("/prefix") {
            "/chunked" => Framing::Chunked,
            "/until-close" => Framing::UntilClose,
            "/close-after" => Framing::CloseAfter,
            "/length-more" => Framing::LengthOff(2),
            "/length-less" => Framing::LengthOff(-2),
            "/unended" => Framing::ChunksUnended,
            "/both" => Framing::LengthAndChunked,
            "/cut" => Framing::Cut(1),
            "/drop" => Framing::Drop,
            "/hang" => Framing::Hang,
            _ => Framing::Sound,
        };
        let body = request.body.as_deref().map_or_else(|| request.target.clone().into_bytes(), <[u8]>::to_vec);
        Reply { status: 200, headers: vec![], body, framing, delay: Duration::ZERO }
    }

    fn preload(&mut self, _count: usize) {}

    fn state(&self) -> Value {
        json!(null)
    }
}

async fn start() -> Server {
    Server::start(Box::new(Echo), "127.0.0.1:0".parse().unwrap(), ServerOptions::default()).await.unwrap()
}

#[tokio::test]
async fn every_framing_of_the_mock_is_recognised() {
    let server = start().await;
    let client = client(&format!("http://{}", server.address()), Login::None);
    let check = async |target: &str, expected: &str| {
        assert_eq!(outcome(&client.exchange(&put(target, "abcd")).await), expected, "{target}");
    };
    check("/sound", "200 abcd").await;
    check("/chunked", "200 abcd").await;
    check("/until-close", "200 abcd").await;
    check("/close-after", "200 abcd").await;
    check("/length-more", "200 abcd [BodyShort { declared: 6, got: 4 }]").await;
    check("/length-less", "200 ab [Surplus { bytes: 2 }]").await;
    check("/unended", "200 abcd [ChunksUnended]").await;
    check("/both", "200 abcd [LengthAndChunked]").await;
    check("/cut", "200 a [BodyShort { declared: 4, got: 1 }]").await;
    check("/drop", "Closed { got: 0 }").await;
    check("/hang", "Timeout { phase: \"first byte\", limit_ms: 800 }").await;
}

#[tokio::test]
async fn every_fault_of_a_request_meets_a_strict_server() {
    let server = start().await;
    let client = client(&format!("http://{}", server.address()), Login::None);
    let check = async |wire: Wire, expected: &str| {
        let came = outcome(&client.exchange(&Outgoing { wire: wire.clone(), ..put("/", "abcd") }).await);
        assert!(came.starts_with(expected), "{wire:?}: {came}");
    };
    let none = Wire::default;
    check(none(), "200 abcd").await;
    check(Wire { chunked: Some(3), ..none() }, "200 abcd").await;
    check(Wire { expect_continue: true, ..none() }, "200 abcd").await;
    check(Wire { close: true, ..none() }, "200 abcd").await;
    check(Wire { fresh: true, ..none() }, "200 abcd").await;
    check(Wire { no_host: true, ..none() }, "400 ").await;
    check(Wire { chunked: Some(3), content_length: Some(4), ..none() }, "400 ").await;
    check(Wire { no_content_length: true, ..none() }, "200 /").await;
    check(Wire { content_length: Some(2), ..none() }, "200 ab").await;
    check(Wire { cut_body: Some(2), ..none() }, "Closed { got: 0 }").await;
    check(Wire { content_length: Some(9), ..none() }, "Timeout { phase: \"first byte\"").await;
    check(none(), "200 abcd").await;
}

#[tokio::test]
async fn targets_go_out_as_they_are_on_both_paths() {
    let server = start().await;
    let client = client(&format!("http://{}/prefix/", server.address()), Login::None);
    for target in ["/a?b=%20c", "/a/../b", "/a//b?", "/%7e?x=[1]&y='", "/a?b#c", "/a|b"] {
        for judged in [true, false] {
            let exchange = client.exchange(&Outgoing { judged, ..get(target) }).await;
            let expected = format!("/prefix{target}");
            assert_eq!((outcome(&exchange), &exchange.sent.target), (format!("200 {expected}"), &expected), "{judged}");
        }
    }
}

#[tokio::test]
async fn bodies_are_the_same_on_both_paths() {
    let server = start().await;
    let client = client(&format!("http://{}", server.address()), Login::None);
    let check = async |body: Option<&str>, expected: &str| {
        for judged in [true, false] {
            let body = body.map(|body| body.as_bytes().to_vec());
            let exchange = client.exchange(&Outgoing { judged, body, ..put("/", "") }).await;
            assert_eq!(outcome(&exchange), expected, "{judged}");
        }
    };
    check(Some("abc"), "200 abc").await;
    check(Some(""), "200 ").await;
    check(None, "200 /").await;
}

#[tokio::test]
async fn many_at_once_are_all_answered() {
    let server = start().await;
    let client = Arc::new(client(&format!("http://{}", server.address()), Login::None));
    let ask = |number: usize| {
        let (client, outgoing) = (client.clone(), put("/", &format!("body {number}")));
        // Spawned, so that this also holds the future to being movable between threads.
        tokio::spawn(async move { client.exchange(&outgoing).await })
    };
    let tasks: Vec<_> = (0..64).map(ask).collect();
    for (number, task) in tasks.into_iter().enumerate() {
        assert_eq!(outcome(&task.await.unwrap()), format!("200 body {number}"));
    }
}

#[tokio::test]
async fn addresses_of_the_sixth_version_work() {
    let Ok(server) = Server::start(Box::new(Echo), "[::1]:0".parse().unwrap(), ServerOptions::default()).await else { return };
    let client = client(&format!("http://[::1]:{}", server.address().port()), Login::None);
    for judged in [true, false] {
        assert_eq!(outcome(&client.exchange(&Outgoing { judged, ..get("/x") }).await), "200 /x");
    }
}
