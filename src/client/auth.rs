//! HTTP authentication: asking what the target wants, answering it, and being wrong on purpose.
//!
//! No mutating request ever leaves without the credentials it is meant to carry: what the target wants is found out by a GET that changes
//! nothing. A request is repeated only when the device has refused it by a 401, and only once.

use std::sync::atomic::{AtomicBool, Ordering};

use super::account::{Account, Proof};
use super::challenge::{Answerable, choose, choose_md5, describe};
use super::digest::{DigestChallenge, DigestSession, basic, unguessable};
use super::options::{Credentials, UserPassword};
use super::transmission::{Message, Transmission};
use super::transport::Transport;
use crate::exchange::{Answer, Exchange, Fault, FramingFault, Headers, Role, Twist};

/// Everybody whom the client can ask as.
#[derive(Debug)]
pub struct People {
    credentials: Credentials,
    /// Wrong credentials are made up once, so that a device with a lock-out sees one culprit and not a hundred.
    stranger: UserPassword,
    basic_in_clear: AtomicBool,
}

impl People {
    pub fn new(credentials: Credentials) -> Self {
        let user = format!("doorspec-{}", &unguessable()[..8]);
        Self { credentials, stranger: UserPassword { user, password: unguessable() }, basic_in_clear: AtomicBool::new(false) }
    }

    /// The credentials of a role, or which variable is to be set for it.
    pub fn credentials(&self, role: Role) -> Result<UserPassword, Fault> {
        let missing = |variables: &str| Fault::Login { why: format!("no credentials are configured; set {variables}") };
        let admin = || self.credentials.admin.clone().ok_or_else(|| missing("DOORSPEC_USER and DOORSPEC_PASSWORD"));
        match role {
            Role::Admin => admin(),
            Role::Limited => {
                let limited = self.credentials.limited.clone();
                limited.ok_or_else(|| missing("DOORSPEC_LIMITED_USER and DOORSPEC_LIMITED_PASSWORD"))
            }
            Role::WrongPassword => Ok(UserPassword { password: self.stranger.password.clone(), ..admin()? }),
            Role::OtherUser => Ok(UserPassword { user: self.stranger.user.clone(), ..admin()? }),
            Role::EmptyPassword => Ok(UserPassword { password: String::new(), ..admin()? }),
            Role::LongerPassword => admin().map(|admin| UserPassword { password: format!("{}x", admin.password), ..admin }),
            Role::OtherCasePassword => admin().map(|admin| UserPassword { password: other_case(&admin.password), ..admin }),
            Role::UnknownUser | Role::Nobody => Ok(self.stranger.clone()),
        }
    }

    /// The Basic header of a role; a true password on an unencrypted connection is remembered.
    pub fn basic(&self, user: &UserPassword, role: Role, secure: bool) -> String {
        if !secure && matches!(role, Role::Admin | Role::Limited) {
            self.basic_in_clear.store(true, Ordering::Relaxed);
        }
        basic(user)
    }

    pub fn basic_in_clear(&self) -> bool {
        self.basic_in_clear.load(Ordering::Relaxed)
    }
}

/// The login of a target that uses HTTP authentication.
#[derive(Debug)]
pub struct HttpLogin {
    /// A GET of this target changes nothing and is challenged like every other.
    challenge_target: String,
    admin: Account,
    limited: Account,
    wrong: Account,
}

/// One exchange under this login.
struct Attempt<'a> {
    login: &'a HttpLogin,
    people: &'a People,
    transport: &'a Transport,
    message: Message<'a>,
    role: Role,
    account: &'a Account,
    challenges: u32,
}

impl HttpLogin {
    pub fn new(challenge_target: String) -> Self {
        Self { challenge_target, admin: Account::default(), limited: Account::default(), wrong: Account::default() }
    }

    /// Sends a request with the credentials of a role.
    pub async fn exchange(
        &self,
        people: &People,
        transport: &Transport,
        message: Message<'_>,
        role: Role,
        twist: Twist,
    ) -> Exchange {
        let account = match role {
            Role::Admin => &self.admin,
            Role::Limited => &self.limited,
            _ => &self.wrong,
        };
        let mut attempt = Attempt { login: self, people, transport, message, role, account, challenges: 0 };
        let transmission = match (role, twist) {
            (Role::Admin | Role::Limited, Twist::None) => attempt.rightly().await,
            _ => attempt.wrongly(twist).await,
        };
        let transmission = transmission.unwrap_or_else(|fault| transport.failed(&attempt.message, fault));
        transmission.into_exchange(attempt.challenges)
    }
}

impl Attempt<'_> {
    /// Presents the credentials as the target wants them; a 401 that may only mean that a nonce has ended is answered once.
    async fn rightly(&mut self) -> Result<Transmission, Fault> {
        if self.role == Role::Limited {
            self.people.credentials(self.role)?;
        }
        let (mut proof, mut asked) = match self.account.take() {
            Some(proof) => (proof, false),
            None => (self.ask().await?, true),
        };
        let mut repeated = false;
        loop {
            let transmission = self.present(&mut proof, Twist::None).await?;
            let Some(refusal) = transmission.refusal() else {
                self.account.put_back(proof, transmission.outcome.as_ref().ok());
                return Ok(transmission);
            };
            // A proof that was refused is forgotten: the next request asks again.
            let Some(next) = next(&proof, refusal, asked).filter(|_| !repeated) else { return Ok(transmission) };
            self.challenges += 1;
            (proof, asked, repeated) = (next, true, true);
        }
    }

    /// One request with something wrong in it; its answer is the answer, whatever it is.
    async fn wrongly(&mut self, twist: Twist) -> Result<Transmission, Fault> {
        let mut proof = match twist {
            Twist::Basic => Proof::Basic,
            Twist::Replay => return self.replay().await,
            Twist::CounterBack => self.used_twice().await?,
            Twist::Digest => match self.ask().await? {
                Proof::Digest(session) => Proof::Digest(session),
                Proof::Nothing | Proof::Basic => Proof::Digest(DigestSession::new(DigestChallenge::made_up())),
            },
            Twist::None => self.ask().await?,
            Twist::Md5 => self.ask_for(choose_md5).await?,
            Twist::UsedNonce => self.used_by_the_administrator().await?,
            Twist::ForeignNonce
            | Twist::UnknownAlgorithm
            | Twist::WrongResponse
            | Twist::NoResponse
            | Twist::CutResponse
            | Twist::NoQop
            | Twist::OtherUri => Proof::Digest(digest(self.ask().await?)?),
        };
        self.present(&mut proof, twist).await
    }

    /// Finds out what the target wants, by a GET without credentials.
    async fn ask(&mut self) -> Result<Proof, Fault> {
        self.ask_for(choose).await
    }

    async fn ask_for(&mut self, choose: fn(&Headers) -> Option<Answerable>) -> Result<Proof, Fault> {
        let target = self.login.challenge_target.clone();
        let answer = self.transport.ask(&Message::get(target.clone())).await.outcome?;
        self.challenges += u32::from(answer.status == 401);
        let challenge = choose(&answer.headers);
        let problem = match answer.status {
            _ if challenge.is_some() => return Ok(challenge.into()),
            401 => format!("a challenge that cannot be answered here ({})", describe(&answer.headers)),
            429 | 500.. => "no challenge".to_owned(),
            _ => return Ok(self.provoke(choose).await),
        };
        Err(Fault::Login { why: format!("GET {target} without credentials was answered {} and {problem}", answer.status) })
    }

    /// Asks once more with credentials that are made up, for a target may refuse somebody without any in words of its own, and without a
    /// challenge. One that has nothing to challenge wants none.
    async fn provoke(&self, choose: fn(&Headers) -> Option<Answerable>) -> Proof {
        let message = Message::get(self.login.challenge_target.clone());
        let Ok(stranger) = self.people.credentials(Role::UnknownUser) else { return Proof::Nothing };
        let mut made_up = Proof::Digest(DigestSession::new(DigestChallenge::made_up()));
        let digest = self.login.wrong.prove(&mut made_up, &stranger, &message, Twist::Digest);
        let basic = Some(self.people.basic(&stranger, Role::UnknownUser, self.transport.secure()));
        for authorization in [digest, basic] {
            let answer = self.transport.transmit(&message.with(authorization)).await.outcome;
            if let Some(challenge) = answer.ok().filter(|answer| answer.status == 401).and_then(|answer| choose(&answer.headers))
            {
                return Some(challenge).into();
            }
        }
        Proof::Nothing
    }

    async fn present(&self, proof: &mut Proof, twist: Twist) -> Result<Transmission, Fault> {
        self.present_with(&self.message, proof, twist).await
    }

    async fn present_with(&self, message: &Message<'_>, proof: &mut Proof, twist: Twist) -> Result<Transmission, Fault> {
        let authorization = match proof {
            Proof::Nothing => None,
            Proof::Basic => Some(self.people.basic(&self.people.credentials(self.role)?, self.role, self.transport.secure())),
            Proof::Digest(_) => self.account.prove(proof, &self.people.credentials(self.role)?, message, twist),
        };
        Ok(self.transport.transmit(&message.with(authorization)).await)
    }

    /// Sends the header of an earlier request again; where there was none, one is made by a GET that changes nothing.
    async fn replay(&mut self) -> Result<Transmission, Fault> {
        if self.account.last_authorization(&self.message).is_none() {
            let mut proof = Proof::Digest(digest(self.ask().await?)?);
            self.prime(&mut proof).await?;
        }
        let authorization = self.account.last_authorization(&self.message);
        Ok(self.transport.transmit(&self.message.with(authorization)).await)
    }

    /// A nonce whose counter has reached two where the device lets it, so that there is a lower one to go back to.
    async fn used_twice(&mut self) -> Result<Proof, Fault> {
        let session = digest(self.ask().await?)?;
        if session.challenge.quality == super::digest::Quality::Legacy {
            return Err(Fault::Login { why: "the target's Digest challenge offers no qop, so there is no counter".into() });
        }
        let mut proof = Proof::Digest(session);
        self.prime(&mut proof).await?;
        self.prime(&mut proof).await?;
        Ok(proof)
    }

    /// A nonce with which the right credentials came first, whatever is presented with it next.
    async fn used_by_the_administrator(&mut self) -> Result<Proof, Fault> {
        let mut proof = Proof::Digest(digest(self.ask().await?)?);
        let role = std::mem::replace(&mut self.role, Role::Admin);
        let primed = self.prime(&mut proof).await;
        self.role = role;
        primed.map(|()| proof)
    }

    /// Uses a proof once, on a GET that changes nothing.
    async fn prime(&mut self, proof: &mut Proof) -> Result<(), Fault> {
        let message = Message::get(self.login.challenge_target.clone());
        self.present_with(&message, proof, Twist::None).await?.outcome.map(|_| ())
    }
}

/// The password in the other letter case; something else, too, where it has no letters.
fn other_case(password: &str) -> String {
    let flip =
        |letter: char| if letter.is_lowercase() { letter.to_uppercase().to_string() } else { letter.to_lowercase().to_string() };
    let flipped: String = password.chars().map(flip).collect();
    if flipped == password { format!("{password}x") } else { flipped }
}

fn digest(proof: Proof) -> Result<DigestSession, Fault> {
    let asked = match proof {
        Proof::Digest(session) => return Ok(session),
        Proof::Basic => "Basic",
        Proof::Nothing => "no credentials",
    };
    Err(Fault::Login { why: format!("this needs a Digest challenge, but the target asks for {asked}") })
}

/// What to try after a refusal, when trying again can make a difference. `asked` tells that the proof was made for this very exchange: then
/// only a device that calls its own new nonce stale is believed once more.
fn next(refused: &Proof, answer: &Answer, asked: bool) -> Option<Proof> {
    let next = Proof::from(Some(choose(&answer.headers)?)).clone();
    let sensible = match (refused, &next) {
        (Proof::Digest(_), Proof::Digest(session)) => !asked || session.challenge.stale,
        (Proof::Basic, Proof::Basic) => false,
        _ => true,
    };
    (sensible && is_whole(answer)).then_some(next)
}

/// Whether a refusal was read to its end.
pub fn is_whole(answer: &Answer) -> bool {
    let cut = |fault: &FramingFault| {
        matches!(fault, FramingFault::BodyShort { .. } | FramingFault::ChunksUnended | FramingFault::BadChunk)
    };
    !answer.capped && !answer.framing.iter().any(cut)
}
