//! The verdicts, how they combine, and the exit status of a run.

use serde::{Deserialize, Serialize};

use crate::requirement::Strength;

/// What was found about one case. The order is how bad it is; a verdict only gets worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The profile lacks what the case needs, or the case was not allowed.
    NotApplicable,
    /// Judged, and as required.
    Pass,
    /// A MAY: classified and recorded, never held against the device.
    Observed,
    /// Deviates from a SHOULD.
    Warn,
    /// Applicable, but could not be judged.
    Inconclusive,
    /// Deviates from a MUST, or breaks an invariant.
    Fail,
    /// The suite's own fault.
    Error,
}

impl Verdict {
    /// Every verdict in the order reports list them.
    pub const ALL: [Self; 7] =
        [Self::Pass, Self::Warn, Self::Fail, Self::Observed, Self::Inconclusive, Self::NotApplicable, Self::Error];

    /// The word of the contract, e.g. `not-applicable`.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotApplicable => "not-applicable",
            Self::Pass => "pass",
            Self::Observed => "observed",
            Self::Warn => "warn",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }

    /// The verdict of a deviation from a requirement of this strength.
    pub fn of_deviation(strength: Strength) -> Self {
        match strength {
            Strength::May => Self::Observed,
            Strength::Should => Self::Warn,
            Strength::Must => Self::Fail,
        }
    }

    /// The worse of two.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        self.max(other)
    }
}

/// The exit status of the program: one documented constant each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Every applicable case ran, and none failed.
    Conforms = 0,
    /// An unwaived fail, or a waiver that is stale, expired or matches nothing; under `--strict` also a warn.
    DoesNotConform = 1,
    /// The command line or a file given to doorspec is wrong.
    Usage = 2,
    /// Nothing failed, but something applicable could not be judged, or nothing was applicable, or nobody answered.
    Incomplete = 3,
    /// The device's own data changed during the run.
    DataChanged = 4,
    /// doorspec itself is at fault.
    Fault = 5,
}

impl Exit {
    /// The number for the operating system.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The status of this number; a number that is none is a fault.
    pub fn of_code(code: u8) -> Self {
        let all = [Self::Conforms, Self::DoesNotConform, Self::Usage, Self::Incomplete, Self::DataChanged, Self::Fault];
        all.into_iter().find(|exit| exit.code() == code).unwrap_or(Self::Fault)
    }

    /// One sentence for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Conforms => "conforms: every applicable case ran, and none failed",
            Self::DoesNotConform => "does not conform",
            Self::Usage => "the command line or a file given to doorspec is wrong",
            Self::Incomplete => "incomplete: nothing failed, but not everything applicable could be judged",
            Self::DataChanged => "the device's own data changed during the run",
            Self::Fault => "doorspec itself is at fault",
        }
    }

    /// The word in the record's `outcome`.
    pub fn outcome(self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::DoesNotConform => "failed",
            Self::Usage => "usage",
            Self::Incomplete => "incomplete",
            Self::DataChanged => "data-changed",
            Self::Fault => "fault",
        }
    }

    /// The one that wins when several hold: the first of 5, 4, 1, 3, 0.
    #[must_use]
    pub fn winner(self, other: Self) -> Self {
        let rank = |exit: Self| match exit {
            Self::Conforms => 0,
            Self::Incomplete => 1,
            Self::DoesNotConform => 2,
            Self::DataChanged => 3,
            Self::Fault => 4,
            Self::Usage => 5,
        };
        std::cmp::max_by_key(self, other, |exit| rank(*exit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_only_gets_worse() {
        let order = [
            Verdict::NotApplicable,
            Verdict::Pass,
            Verdict::Observed,
            Verdict::Warn,
            Verdict::Inconclusive,
            Verdict::Fail,
            Verdict::Error,
        ];
        for (at, one) in order.into_iter().enumerate() {
            for (beside, other) in order.into_iter().enumerate() {
                assert_eq!(one.worse(other), order[at.max(beside)]);
            }
        }
    }

    #[test]
    fn a_deviation_weighs_as_much_as_its_requirement() {
        let rows = [(Strength::May, Verdict::Observed), (Strength::Should, Verdict::Warn), (Strength::Must, Verdict::Fail)];
        for (strength, verdict) in rows {
            assert_eq!(Verdict::of_deviation(strength), verdict);
        }
    }

    #[test]
    fn words_and_numbers_are_those_of_the_contract() {
        let words = Verdict::ALL.map(Verdict::word);
        assert_eq!(words, ["pass", "warn", "fail", "observed", "inconclusive", "not-applicable", "error"]);
        let exits = [
            (Exit::Conforms, 0, "conforms"),
            (Exit::DoesNotConform, 1, "failed"),
            (Exit::Usage, 2, "usage"),
            (Exit::Incomplete, 3, "incomplete"),
            (Exit::DataChanged, 4, "data-changed"),
            (Exit::Fault, 5, "fault"),
        ];
        for (exit, code, outcome) in exits {
            assert_eq!((exit.code(), exit.outcome()), (code, outcome));
        }
        let sentences: std::collections::BTreeSet<&str> = exits.iter().map(|(exit, ..)| exit.sentence()).collect();
        assert_eq!(sentences.len(), exits.len(), "each says something else");
    }

    #[test]
    fn the_first_of_5_4_1_3_0_wins() {
        let first = [Exit::Fault, Exit::DataChanged, Exit::DoesNotConform, Exit::Incomplete, Exit::Conforms];
        for (at, one) in first.into_iter().enumerate() {
            for (beside, other) in first.into_iter().enumerate() {
                assert_eq!(one.winner(other), first[at.min(beside)]);
            }
        }
    }
}
