//! Logging in, on a small device that checks credentials strictly and counts what it was asked.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::{credentials, get, options, outcome, put};
use crate::client::challenge::read;
use crate::client::digest::{Algorithm, DigestChallenge, Quality, basic, upper_md5};
use crate::client::{Client, Credentials, Login, UserPassword};
use crate::exchange::{Outgoing, Role, Twist};
use crate::mock::device::{Device, Framing, Reply, Request};
use crate::mock::server::{Server, ServerOptions};

#[derive(Clone, Copy, PartialEq)]
enum Wants {
    Nothing,
    Basic,
    Digest(Quality),
    /// A nonce lasts for so many requests.
    Nonces(u32),
    Token,
    /// A 401 without a challenge.
    Silent,
}

/// Answers 200 with a line that says who asked and how the counter stood, 401 otherwise.
struct Door {
    wants: Wants,
    /// Nonces with the counter seen last.
    nonces: BTreeMap<String, u32>,
    tokens: Vec<String>,
    asked: Vec<String>,
}

impl Device for Door {
    fn answer(&mut self, request: &Request, _now: Duration) -> Reply {
        let with = request.header("authorization").unwrap_or("-").split(' ').next().unwrap_or_default().to_owned();
        self.asked.push(format!("{} {} {with}", request.method, request.path));
        match self.wants {
            _ if request.path == "/login" => self.log_in(request),
            Wants::Nothing => reply(200, "nobody", None),
            Wants::Silent => reply(401, "", None),
            Wants::Basic => {
                let known = |user: &&UserPassword| request.header("authorization") == Some(basic(user).as_str());
                match users().iter().find(known) {
                    Some(user) => reply(200, &user.user, None),
                    None => reply(401, "", Some(r#"Basic realm="door""#.into())),
                }
            }
            Wants::Digest(quality) => self.digest(request, quality, u32::MAX),
            Wants::Nonces(limit) => self.digest(request, Quality::Auth, limit),
            Wants::Token => {
                let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
                let known = token.is_some_and(|token| self.tokens.last().is_some_and(|last| last == token));
                if known { reply(200, "bearer", None) } else { reply(401, "", None) }
            }
        }
    }

    fn preload(&mut self, _count: usize) {}

    /// What was asked since the last look.
    fn state(&self) -> Value {
        json!(self.asked)
    }
}

impl Door {
    fn digest(&mut self, request: &Request, quality: Quality, limit: u32) -> Reply {
        let refuse = |door: &mut Self, stale: bool| {
            let nonce = format!("nonce-{}", door.nonces.len());
            door.nonces.insert(nonce.clone(), 0);
            let qop = if quality == Quality::Auth { r#", qop="auth""# } else { "" };
            reply(401, "", Some(format!(r#"Digest realm="a, door", nonce="{nonce}", algorithm=SHA-256, stale={stale}{qop}"#)))
        };
        let Some(given) = request.header("authorization").and_then(|value| read(value).into_iter().next()) else {
            return refuse(self, false);
        };
        let value = |name: &str| given.parameter(name).unwrap_or_default().to_owned();
        let count = u32::from_str_radix(&value("nc"), 16).unwrap_or(0);
        let Some(user) = users().into_iter().find(|user| user.user == value("username")) else { return refuse(self, false) };
        let challenge = DigestChallenge {
            realm: value("realm"),
            nonce: value("nonce"),
            opaque: None,
            algorithm: Algorithm::Sha256,
            algorithm_name: None,
            quality,
            bound: false,
            stale: false,
        };
        let right = challenge.expected(&user, &request.method, &request.target, count, &value("cnonce"));
        if right != value("response") || value("uri") != request.target || value("algorithm") != "SHA-256" {
            return refuse(self, false);
        }
        match self.nonces.get_mut(&value("nonce")) {
            Some(seen) if quality == Quality::Legacy || (count > *seen && count <= limit) => {
                *seen = count;
                reply(200, &format!("{} {count}", user.user), None)
            }
            _ => refuse(self, true),
        }
    }

    fn log_in(&mut self, request: &Request) -> Reply {
        let matches = |user: &UserPassword| {
            request.query("username") == Some(&user.user) && request.query("password") == Some(&upper_md5(&user.password))
        };
        if !users().iter().any(matches) {
            return Reply::json(400, &json!({ "error": "Wrong login or password" }));
        }
        self.tokens.push(format!("token-{}", self.tokens.len()));
        Reply::json(200, &json!({ "token": self.tokens.last(), "account_type": "admin" }))
    }
}

fn users() -> Vec<UserPassword> {
    let Credentials { admin, limited } = credentials();
    admin.into_iter().chain(limited).collect()
}

fn reply(status: u16, body: &str, challenge: Option<String>) -> Reply {
    let headers = challenge.map(|challenge| ("WWW-Authenticate".into(), challenge)).into_iter().collect();
    Reply { status, headers, body: body.into(), framing: Framing::Sound, delay: Duration::ZERO }
}

struct House {
    server: Server,
    client: Client,
}

async fn house(wants: Wants, credentials: Credentials) -> House {
    let door = Door { wants, nonces: BTreeMap::new(), tokens: vec![], asked: vec![] };
    let server = Server::start(Box::new(door), "127.0.0.1:0".parse().unwrap(), ServerOptions::default()).await.unwrap();
    let login = match wants {
        Wants::Token => Login::Token { path: "/login".into() },
        _ => Login::Http { challenge_path: "/probe".into() },
    };
    let client = Client::new(options(&format!("http://{}", server.address())), credentials, login).unwrap();
    House { server, client }
}

impl House {
    async fn ask(&self, role: Role, twist: Twist) -> (String, u32) {
        let exchange = self.client.exchange(&Outgoing { role, twist, ..put("/door", "{}") }).await;
        (outcome(&exchange), exchange.challenges)
    }

    fn asked(&self) -> Vec<String> {
        serde_json::from_value(self.server.device().lock().unwrap().state()).unwrap()
    }
}

fn told(text: &str, challenges: u32) -> (String, u32) {
    (text.to_owned(), challenges)
}

#[tokio::test]
async fn nothing_is_asked_for() {
    let house = house(Wants::Nothing, Credentials::default()).await;
    assert_eq!(house.ask(Role::Admin, Twist::None).await, told("200 nobody", 0));
    assert_eq!(house.ask(Role::Admin, Twist::None).await, told("200 nobody", 0));
    // Made-up credentials ask once whether there is a challenge after all.
    assert_eq!(house.asked(), ["GET /probe -", "GET /probe Digest", "GET /probe Basic", "PUT /door -", "PUT /door -"]);
}

#[tokio::test]
async fn basic_is_answered_and_remembered() {
    let house = house(Wants::Basic, credentials()).await;
    assert!(!house.client.basic_in_clear());
    assert_eq!(house.ask(Role::Admin, Twist::None).await, told("200 admin", 1));
    assert_eq!(house.ask(Role::Admin, Twist::None).await, told("200 admin", 0));
    assert_eq!(house.ask(Role::Limited, Twist::None).await, told("200 guard", 1));
    assert!(house.client.basic_in_clear());
    assert_eq!(house.asked()[..3], ["GET /probe -", "PUT /door Basic", "PUT /door Basic"]);
}

#[tokio::test]
async fn digest_is_answered_and_its_counter_rises() {
    let house = house(Wants::Digest(Quality::Auth), credentials()).await;
    assert_eq!(house.ask(Role::Admin, Twist::None).await, told("200 admin 1", 1));
    assert_eq!(house.ask(Role::Admin, Twist::None).await, told("200 admin 2", 0));
    assert_eq!(house.ask(Role::Limited, Twist::None).await, told("200 guard 1", 1));
    assert_eq!(house.ask(Role::Nobody, Twist::None).await, told("401 ", 0));
    assert!(!house.client.basic_in_clear());
}

#[tokio::test]
async fn digest_without_a_counter_works_too() {
    let house = house(Wants::Digest(Quality::Legacy), credentials()).await;
    assert_eq!(house.ask(Role::Admin, Twist::None).await, told("200 admin 0", 1));
    assert_eq!(house.ask(Role::Admin, Twist::None).await, told("200 admin 0", 0));
    assert!(house.ask(Role::Admin, Twist::CounterBack).await.0.contains("no qop"));
}

#[tokio::test]
async fn a_nonce_that_ended_is_replaced_once() {
    let house = house(Wants::Nonces(2), credentials()).await;
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(house.ask(Role::Admin, Twist::None).await);
    }
    let expected = [("200 admin 1", 1), ("200 admin 2", 0), ("200 admin 1", 1), ("200 admin 2", 0), ("200 admin 1", 1)];
    assert_eq!(seen, expected.map(|(text, challenges)| told(text, challenges)));
}

#[tokio::test]
async fn requests_at_once_never_show_a_counter_out_of_order() {
    let house = house(Wants::Digest(Quality::Auth), credentials()).await;
    let outgoing = Outgoing { role: Role::Admin, ..put("/door", "{}") };
    for _ in 0..4 {
        let exchanges = futures_util::future::join_all((0..16).map(|_| house.client.exchange(&outgoing))).await;
        assert!(exchanges.iter().all(|exchange| outcome(exchange).starts_with("200 admin")));
    }
    let refused = house.asked().iter().filter(|asked| *asked == "PUT /door -").count();
    assert_eq!((refused, house.asked().iter().filter(|asked| *asked == "PUT /door Digest").count()), (0, 64));
}

#[tokio::test]
async fn wrong_people_are_refused_after_one_try() {
    for wants in [Wants::Basic, Wants::Digest(Quality::Auth)] {
        let house = house(wants, credentials()).await;
        for role in [Role::WrongPassword, Role::UnknownUser] {
            assert_eq!(house.ask(role, Twist::None).await, told("401 ", 1), "{role:?}");
        }
        assert_eq!(house.asked().iter().filter(|asked| asked.starts_with("PUT")).count(), 2);
        assert!(!house.asked().contains(&"PUT /door -".to_owned()) && !house.client.basic_in_clear());
    }
}

#[tokio::test]
async fn a_wrong_password_of_the_admin_is_not_tried_twice() {
    let wrong = UserPassword { user: "admin".into(), password: "wrong".into() };
    let house = house(Wants::Digest(Quality::Auth), Credentials { admin: Some(wrong), limited: None }).await;
    assert_eq!(house.ask(Role::Admin, Twist::None).await, told("401 ", 1));
    assert_eq!(house.asked(), ["GET /probe -", "PUT /door Digest"]);
}

#[tokio::test]
async fn twists_of_digest_are_seen_by_the_device() {
    let house = house(Wants::Digest(Quality::Auth), credentials()).await;
    let check = async |twist: Twist, expected: &str| assert_eq!(house.ask(Role::Admin, twist).await.0, expected, "{twist:?}");
    check(Twist::Replay, "401 ").await;
    check(Twist::None, "200 admin 1").await;
    check(Twist::Replay, "401 ").await;
    check(Twist::CounterBack, "401 ").await;
    check(Twist::Basic, "401 ").await;
    check(Twist::Digest, "200 admin 1").await;
    check(Twist::ForeignNonce, "401 ").await;
    check(Twist::UnknownAlgorithm, "401 ").await;
    check(Twist::WrongResponse, "401 ").await;
    check(Twist::OtherUri, "401 ").await;
    check(Twist::None, "200 admin 2").await;
}

#[tokio::test]
async fn twists_that_need_another_scheme_say_so() {
    let house = house(Wants::Basic, credentials()).await;
    assert_eq!(house.ask(Role::Admin, Twist::Basic).await, told("200 admin", 0));
    assert_eq!(house.ask(Role::Admin, Twist::Digest).await, told("401 ", 1));
    for twist in [Twist::Replay, Twist::ForeignNonce] {
        assert!(house.ask(Role::Admin, twist).await.0.contains("needs a Digest challenge"), "{twist:?}");
    }
}

#[tokio::test]
async fn missing_credentials_name_their_variables() {
    let check = async |wants: Wants, role: Role, expected: &str| {
        let house = house(wants, Credentials::default()).await;
        let came = house.ask(role, Twist::None).await.0;
        assert!(came.contains(expected), "{came}");
        assert!(house.asked().iter().all(|asked| asked.starts_with("GET /probe")));
    };
    check(Wants::Basic, Role::Admin, "set DOORSPEC_USER and DOORSPEC_PASSWORD").await;
    check(Wants::Token, Role::Admin, "set DOORSPEC_USER and DOORSPEC_PASSWORD").await;
    check(Wants::Nothing, Role::Limited, "set DOORSPEC_LIMITED_USER").await;
    check(Wants::Silent, Role::Admin, "no WWW-Authenticate header").await;
}

#[tokio::test]
async fn a_token_is_fetched_once_and_renewed_once() {
    let house = house(Wants::Token, credentials()).await;
    let outgoing = Outgoing { role: Role::Admin, ..put("/door", "{}") };
    let exchanges = futures_util::future::join_all((0..8).map(|_| house.client.exchange(&outgoing))).await;
    assert!(exchanges.iter().all(|exchange| outcome(exchange) == "200 bearer"));
    let logins = || house.asked().iter().filter(|asked| asked.starts_with("GET /login")).count();
    assert_eq!(logins(), 1);
    // Somebody else's login ends the token.
    assert_eq!(house.ask(Role::Limited, Twist::None).await, told("200 bearer", 0));
    assert_eq!(house.ask(Role::Admin, Twist::None).await, told("200 bearer", 1));
    assert_eq!(logins(), 3);
    assert_eq!(house.ask(Role::Nobody, Twist::None).await, told("401 ", 0));
    assert_eq!(house.ask(Role::WrongPassword, Twist::None).await, told("401 ", 0));
    let own = Outgoing { headers: vec![("Authorization".into(), "Bearer x".into())], role: Role::Admin, ..get("/door") };
    assert_eq!(outcome(&house.client.exchange(&own).await), "401 ");
    assert_eq!(logins(), 3);
}

#[tokio::test]
async fn a_refused_login_is_tried_in_small_letters_and_then_never_again() {
    let wrong = UserPassword { user: "admin".into(), password: "wrong".into() };
    let house = house(Wants::Token, Credentials { admin: Some(wrong), limited: None }).await;
    for _ in 0..2 {
        let came = house.ask(Role::Admin, Twist::None).await.0;
        assert!(came.contains("GET /login was answered 400: Wrong login or password"), "{came}");
    }
    assert_eq!(house.asked(), ["GET /login -", "GET /login -"]);
}

#[tokio::test]
async fn what_left_is_told_with_its_authorization() {
    let house = house(Wants::Basic, credentials()).await;
    let exchange = house.client.exchange(&Outgoing { role: Role::Admin, ..put("/door", "{}") }).await;
    let names: Vec<_> = exchange.sent.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Host", "Authorization", "Content-Length"]);
    assert!(house.client.basic_in_clear());
}
