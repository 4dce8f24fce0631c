//! A layer between suite and device that spoils one reply.

use std::cell::{Cell, RefCell};

use super::mutation::mutations;
use crate::exchange::{Exchange, Outgoing, Role};
use crate::runner::Transport;

/// Which reply is spoilt, and how.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The how-manieth judged exchange of the attempt.
    pub exchange: usize,
    pub at: String,
    pub change: String,
}

/// Carries requests to a device, counts the judged ones, and spoils the reply that it was told to.
pub(super) struct Tampering<'t, T> {
    device: &'t T,
    count: Cell<usize>,
    target: RefCell<Option<Target>>,
    done: Cell<bool>,
    /// The judged exchanges as they came, while nothing is spoilt.
    seen: RefCell<Vec<Exchange>>,
}

impl<'t, T: Transport> Tampering<'t, T> {
    pub fn new(device: &'t T) -> Self {
        Self { device, count: Cell::new(0), target: RefCell::new(None), done: Cell::new(false), seen: RefCell::default() }
    }

    /// Begins an attempt.
    pub fn begin(&self, target: Option<Target>) {
        self.count.set(0);
        self.done.set(false);
        self.seen.borrow_mut().clear();
        *self.target.borrow_mut() = target;
    }

    /// Whether the reply was there to be spoilt.
    pub fn is_done(&self) -> bool {
        self.done.get()
    }

    /// The judged exchanges of an attempt in which nothing was spoilt.
    pub fn take_seen(&self) -> Vec<Exchange> {
        self.seen.take()
    }
}

impl<T: Transport> Transport for Tampering<'_, T> {
    async fn exchange(&self, outgoing: &Outgoing) -> Exchange {
        let mut exchange = self.device.exchange(outgoing).await;
        if !outgoing.judged || outgoing.page {
            return exchange;
        }
        let number = self.count.replace(self.count.get() + 1);
        match &*self.target.borrow() {
            None => self.seen.borrow_mut().push(exchange.clone()),
            Some(target) if target.exchange == number => {
                if let Ok(answer) = &mut exchange.outcome {
                    let spoilt = mutations(answer).into_iter().find(|one| one.at == target.at && one.change == target.change);
                    self.done.set(spoilt.is_some());
                    *answer = spoilt.map_or_else(|| answer.clone(), |mutation| mutation.answer);
                }
            }
            Some(_) => {}
        }
        exchange
    }

    fn has_account(&self, role: Role) -> bool {
        self.device.has_account(role)
    }
}
