//! Devices that let nobody in for a while after wrong logins. Cases about the login provoke that, and it is no fault: whatever was refused
//! meanwhile is asked again once the account is let in again, and nothing else is asked while that is found out.

use std::cell::Cell;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::sleep;

use crate::exchange::{Exchange, Outgoing, Role, Twist, header};

/// The pauses between two looks whether the account is let in again; the first look is at once, for a single function may refuse it.
const PAUSES_S: [u64; 8] = [0, 1, 2, 4, 8, 15, 30, 30];

/// How long a run waits for that in all.
const PATIENCE_S: u64 = 120;

/// What became of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// It is let in: what refused it may be asked once more.
    Open,
    /// It is not, however long the run waits.
    Shut,
}

/// Whether the account is let in just now. It is shared by everything that a run sends.
#[derive(Debug, Default)]
pub(super) struct Lockout {
    was_let_in: Cell<bool>,
    /// Nobody was let in at some time.
    happened: Cell<bool>,
    waited_s: Cell<u64>,
    /// Held by whoever finds out whether the account is let in.
    looking: Mutex<()>,
}

impl Lockout {
    /// Whether nobody was let in at some time.
    pub(super) fn has_happened(&self) -> bool {
        self.happened.get()
    }

    /// Waits while somebody finds out whether the account is let in.
    pub(super) async fn pass(&self) {
        drop(self.looking.lock().await);
    }

    /// Whether an account is refused by this reply although it came with the right credentials and the administrator was let in before.
    pub(super) fn is_met(&self, request: &Outgoing, exchange: &Exchange) -> bool {
        let is_right = matches!(request.role, Role::Admin | Role::Limited) && request.twist == Twist::None;
        let Some(answer) = exchange.outcome.as_ref().ok().filter(|_| is_right) else { return false };
        if header(&request.headers, "authorization").is_some() {
            return false;
        }
        if answer.status != 401 && request.role == Role::Admin {
            self.was_let_in.set(true);
        }
        answer.status == 401 && self.was_let_in.get()
    }

    /// Looks, ever more rarely, whether the account is let in again.
    pub(super) async fn over<F: Future<Output = bool>>(&self, is_let_in: impl Fn() -> F) -> Entry {
        let _looking = self.looking.lock().await;
        for pause_s in PAUSES_S {
            let waited_s = self.waited_s.get() + pause_s;
            if waited_s > PATIENCE_S {
                break;
            }
            self.waited_s.set(waited_s);
            sleep(Duration::from_secs(pause_s)).await;
            if is_let_in().await {
                return Entry::Open;
            }
            self.happened.set(true);
        }
        self.waited_s.set(PATIENCE_S);
        Entry::Shut
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{Answer, Sent};

    fn reply(status: u16) -> Exchange {
        let answer = Answer { status, ..Answer::default() };
        Exchange { sent: Sent::default(), outcome: Ok(answer), duration_us: 1, challenges: 0 }
    }

    #[test]
    fn only_the_right_account_that_was_let_in_before_is_locked_out() {
        let lockout = Lockout::default();
        let right = Outgoing::default();
        let wrong = Outgoing { role: Role::WrongPassword, ..Outgoing::default() };
        assert!(!lockout.is_met(&right, &reply(401)), "it was never let in");
        assert!(!lockout.is_met(&right, &reply(200)));
        assert!(!lockout.is_met(&wrong, &reply(401)));
        assert!(!lockout.is_met(&right, &reply(403)));
        assert!(lockout.is_met(&right, &reply(401)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_waits_so_long_and_no_longer() {
        let lockout = Lockout::default();
        let looks = Cell::new(0);
        let after = |times: u32| {
            let looks = &looks;
            move || async move {
                looks.set(looks.get() + 1);
                looks.get() >= times
            }
        };
        assert_eq!(lockout.over(after(4)).await, Entry::Open);
        looks.set(0);
        assert_eq!(lockout.over(after(100)).await, Entry::Shut);
        looks.set(0);
        assert_eq!(lockout.over(after(2)).await, Entry::Shut, "all patience is used up, but for one look");
        assert_eq!(looks.get(), 1);
    }
}
