//! How fast a target is asked: never faster than it was agreed, and slower as soon as it says or shows that it is too much.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::exchange::{Answer, Exchange};

/// The first pause after a refusal; it doubles with each refusal in a row.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// So many refusals in a row, each after a longer pause (a minute in all), show a device that takes nothing any more.
const HOPELESS: u32 = 8;

/// The longest pause, whatever the device asks for: a device that wants an hour is not worth waiting for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The most that rising latency adds between two requests.
const MOST_EXTRA: Duration = Duration::from_secs(1);

/// When the next request may leave. It is shared by everything that a run sends.
#[derive(Debug)]
pub(super) struct Pace {
    /// From the start of one request to the start of the next; zero asks as fast as it goes.
    gap: Duration,
    next: Cell<Instant>,
    /// Refusals in a row, and when the last of them was counted.
    refusals: Cell<u32>,
    refused: Cell<Option<Instant>>,
    /// What a reply usually takes and what the last ones took, in milliseconds.
    usual: Cell<Option<f64>>,
    lately: Cell<f64>,
    extra: Cell<Duration>,
}

impl Pace {
    pub(super) fn new(gap: Duration) -> Self {
        Self {
            gap,
            next: Cell::new(Instant::now()),
            refusals: Cell::new(0),
            refused: Cell::new(None),
            usual: Cell::new(None),
            lately: Cell::new(0.0),
            extra: Cell::new(Duration::ZERO),
        }
    }

    /// Waits until a request may leave.
    pub(super) async fn turn(&self) {
        let now = Instant::now();
        let at = self.next.get().max(now);
        self.next.set(at + self.gap + self.extra.get());
        if at > now {
            sleep_until(at).await;
        }
    }

    /// Learns from what came: backs off where the device refuses for now, and where it becomes slow.
    pub(super) fn learn(&self, exchange: &Exchange) {
        match exchange.outcome.as_ref().ok().filter(|answer| answer.is_too_much()) {
            Some(answer) => {
                // Requests that were under way together are refused together, and that is one refusal.
                let left = Instant::now().checked_sub(Duration::from_micros(exchange.duration_us));
                if self.refused.get().is_none_or(|refused| left.is_none_or(|left| left > refused)) {
                    self.back_off(answer);
                }
            }
            None => self.refusals.set(0),
        }
        if !self.gap.is_zero() && exchange.outcome.is_ok() {
            self.watch(exchange.duration_us as f64 / 1000.0);
        }
    }

    /// Whether the device refuses everything, however long it is left alone.
    pub(super) fn is_hopeless(&self) -> bool {
        self.refusals.get() >= HOPELESS
    }

    fn back_off(&self, answer: &Answer) {
        let refusals = self.refusals.get();
        self.refusals.set(refusals + 1);
        self.refused.set(Some(Instant::now()));
        let own = FIRST_PAUSE * 2u32.pow(refusals.min(7));
        let pause = answer.retry_after().filter(|asked| *asked <= LONGEST_PAUSE).unwrap_or(own).max(own).min(LONGEST_PAUSE);
        self.next.set(self.next.get().max(Instant::now() + pause));
    }

    fn watch(&self, took_ms: f64) {
        let usual =
            self.usual.get().map_or(took_ms, |usual| if took_ms < usual { took_ms } else { usual + (took_ms - usual) * 0.01 });
        let lately = self.lately.get().mul_add(0.8, took_ms * 0.2);
        self.usual.set(Some(usual));
        self.lately.set(lately);
        let is_rising = lately > usual.mul_add(3.0, 50.0);
        let extra = self.extra.get();
        self.extra.set(if is_rising { (extra * 2 + self.gap).min(MOST_EXTRA) } else { extra / 2 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Sent;

    fn reply(status: u16, after: Option<&str>, duration_ms: u64) -> Exchange {
        let headers = after.map(|after| ("Retry-After".to_owned(), after.to_owned())).into_iter().collect();
        let answer = Answer { status, headers, ..Answer::default() };
        Exchange { sent: Sent::default(), outcome: Ok(answer), duration_us: duration_ms * 1000, challenges: 0 }
    }

    fn check(gap_ms: u64, replies: &[Exchange], expected_ms: std::ops::RangeInclusive<u128>) {
        let pace = Pace::new(Duration::from_millis(gap_ms));
        replies.iter().for_each(|reply| pace.learn(reply));
        let wait = pace.next.get().saturating_duration_since(Instant::now()) + pace.extra.get();
        assert!(expected_ms.contains(&wait.as_millis()), "{wait:?} for {replies:?}");
    }

    #[test]
    fn refusals_and_slowness_hold_the_next_request_back() {
        check(0, &[reply(200, None, 5)], 0..=0);
        check(0, &[reply(429, None, 5)], 200..=250);
        check(0, &[reply(429, Some("2"), 5)], 1900..=2000);
        check(0, &[reply(429, Some("3600"), 5)], 200..=250);
        check(0, &[reply(429, Some("Wed, 21 Oct 2026 07:28:00 GMT"), 5)], 200..=250);
        check(0, &[reply(429, None, 0), reply(429, None, 0)], 400..=500);
        check(0, &[reply(429, None, 5), reply(429, None, 5)], 200..=250);
        check(0, &[reply(503, Some("1"), 5)], 900..=1000);
        check(0, &[reply(503, None, 5)], 0..=0);
        let slow: Vec<Exchange> = (0..20).map(|_| reply(200, None, 5)).chain((0..6).map(|_| reply(200, None, 900))).collect();
        check(50, &slow, 50..=1000);
        check(0, &slow, 0..=0);
    }

    #[test]
    fn a_device_that_takes_nothing_any_more_is_known() {
        let pace = Pace::new(Duration::ZERO);
        let refuse = |times: u32| (0..times).for_each(|_| pace.learn(&reply(429, Some("0"), 0)));
        refuse(7);
        pace.learn(&reply(200, None, 0));
        refuse(7);
        assert!(!pace.is_hopeless());
        refuse(1);
        assert!(pace.is_hopeless());
    }

    #[tokio::test]
    async fn no_more_leave_in_a_second_than_agreed() {
        let pace = Pace::new(Duration::from_millis(10));
        let began = Instant::now();
        for _ in 0..11 {
            pace.turn().await;
        }
        assert!(began.elapsed().as_millis() >= 100);
    }
}
