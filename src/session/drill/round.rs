//! One drill, from its first symptom to its end.

use serde::{Deserialize, Serialize};

use super::journal::{PastDrill, PastFault};
use crate::kinds::gateway::drill::{Fault, Seed};

/// A drill that is not over. Its faults are not in here: they follow from the seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Round {
    /// Its number in the workspace, which names its folder and its lab.
    pub number: u32,
    /// What its faults follow from.
    pub seed: Seed,
    pub count: usize,
    /// A hash of the files as they were handed out: with another course the seed means others.
    pub fingerprint: String,
    /// Seconds of the times it was worked on before.
    pub spent: u64,
    /// When the learner sat down to it, in seconds since 1970-01-01 UTC, if they did.
    pub sitting: Option<u64>,
    /// The faults that were named, in the order of the draw.
    pub named: Vec<NamedFault>,
    /// Wrong answers since the last right one.
    pub wrong: u32,
    /// How many checks failed.
    pub failed_checks: u32,
    /// Seconds until the last fault was named.
    pub diagnosed: Option<u64>,
    /// Seconds until the gateway was fixed.
    pub repaired: Option<u64>,
    pub exam: Option<Exam>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NamedFault {
    /// Which one of the draw.
    pub place: usize,
    /// How many answers before were wrong.
    pub wrong: u32,
}

/// Drills in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Exam {
    /// Which drill of the exam this is, from 1.
    pub drill: usize,
    pub seeds: Vec<Seed>,
    pub first: u32,
}

/// What an answer is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answered {
    /// It names a fault, and that was the last.
    All,
    /// It names a fault, and there is another.
    OneOfSeveral,
    /// It names a fault that was named before.
    Again,
    /// The hop is right, the cause is not.
    HopOnly,
    /// The cause is right, the hop is not.
    CauseOnly,
    /// Neither is right.
    Wrong,
}

impl Answered {
    /// Returns whether it names a fault.
    pub(crate) fn is_right(self) -> bool {
        matches!(self, Self::All | Self::OneOfSeveral | Self::Again)
    }
}

impl Round {
    /// Returns how many seconds it was worked on, at the time `now`.
    pub(crate) fn seconds(&self, now: u64) -> u64 {
        let sitting = self.sitting.map_or(0, |since| now.saturating_sub(since));
        self.spent + sitting
    }

    /// Adds the time since the learner sat down to what was spent; they go on if `stays`.
    pub(crate) fn pause(&mut self, now: u64, stays: bool) {
        self.spent = self.seconds(now);
        self.sitting = (stays && self.sitting.is_some()).then_some(now);
    }

    /// Takes an answer; `faults` are those of the draw.
    pub(crate) fn answer(
        &mut self,
        faults: &[&Fault],
        hop: &str,
        cause: &str,
        now: u64,
    ) -> Answered {
        let is_it = |fault: &&&Fault| fault.hop == hop && fault.cause == cause;
        let mut places = faults.iter().enumerate();
        let is_new = |place: usize| self.named.iter().all(|found| found.place != place);
        if let Some((place, _)) = places.find(|(place, fault)| is_it(fault) && is_new(*place)) {
            let wrong = std::mem::take(&mut self.wrong);
            self.named.push(NamedFault { place, wrong });
            if self.named.len() < faults.len() {
                return Answered::OneOfSeveral;
            }
            self.diagnosed = Some(self.seconds(now));
            return Answered::All;
        }
        if faults.iter().any(|fault| is_it(&fault)) {
            return Answered::Again;
        }
        self.wrong += 1;
        let open = || {
            let faults = faults.iter().enumerate();
            let unnamed = |place| self.named.iter().all(|found| found.place != place);
            faults.filter(move |(place, _)| unnamed(*place))
        };
        if open().any(|(_, fault)| fault.cause == cause) {
            Answered::CauseOnly
        } else if open().any(|(_, fault)| fault.hop == hop) {
            Answered::HopOnly
        } else {
            Answered::Wrong
        }
    }

    /// Notes what the judge found.
    pub(crate) fn checked(&mut self, passed: bool, now: u64) {
        if !passed {
            self.failed_checks += 1;
        } else if self.repaired.is_none() {
            self.repaired = Some(self.seconds(now));
        }
    }

    /// Returns whether every fault was named and the gateway is fixed.
    pub(crate) fn is_over(&self) -> bool {
        self.diagnosed.is_some() && self.repaired.is_some()
    }

    /// Returns what the journal keeps of it.
    pub(crate) fn entry(&self, faults: &[&Fault], date: u64) -> PastDrill {
        let named = faults.iter().enumerate().map(|(place, fault)| {
            let found = self.named.iter().find(|found| found.place == place);
            PastFault {
                fault: fault.id.clone(),
                cause: fault.cause.clone(),
                named: found.is_some(),
                wrong_answers: found.map_or(self.wrong, |found| found.wrong),
            }
        });
        PastDrill {
            number: self.number,
            date,
            seed: self.seed,
            faults: named.collect(),
            seconds_to_diagnosis: self.diagnosed,
            seconds_to_repair: self.repaired,
            failed_checks: self.failed_checks,
            exam: self.exam.as_ref().map(|exam| exam.first),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::kinds::gateway::drill::fault::tests::fault;

    pub(in crate::session::drill) fn round() -> Round {
        Round {
            number: 1,
            seed: Seed(7),
            count: 2,
            fingerprint: String::new(),
            spent: 10,
            sitting: Some(100),
            named: Vec::new(),
            wrong: 0,
            failed_checks: 0,
            diagnosed: None,
            repaired: None,
            exam: None,
        }
    }

    #[test]
    fn every_fault_is_named_once_and_wrong_answers_are_counted() {
        let (one, mut two) = (fault("one", "a", "", ""), fault("two", "b", "", ""));
        two.hop = "end".into();
        let faults = [&one, &two];
        let mut round = round();
        let mut answer = |hop: &str, cause: &str| round.answer(&faults, hop, cause, 130);
        assert_eq!(answer("end", "cause-of-one"), Answered::CauseOnly);
        assert_eq!(answer("moon", "cause-of-one"), Answered::CauseOnly);
        assert_eq!(answer("moon", "cause-of-three"), Answered::Wrong);
        assert_eq!(answer("end", "cause-of-three"), Answered::HopOnly);
        assert_eq!(answer("way", "cause-of-one"), Answered::OneOfSeveral);
        assert_eq!(answer("way", "cause-of-one"), Answered::Again);
        assert_eq!(answer("way", "cause-of-two"), Answered::CauseOnly);
        assert_eq!(answer("end", "cause-of-two"), Answered::All);
        assert_eq!(round.diagnosed, Some(40));
        assert!(!round.is_over());
        round.checked(false, 140);
        round.checked(true, 150);
        round.checked(true, 190);
        assert!(round.is_over());
        let entry = round.entry(&faults, 5);
        assert_eq!(
            (entry.failed_checks, entry.seconds_to_repair),
            (1, Some(60))
        );
        let wrong: Vec<_> = entry.faults.iter().map(|it| it.wrong_answers).collect();
        assert_eq!(wrong, [4, 1]);
    }

    #[test]
    fn time_counts_while_somebody_sits_there() {
        let mut round = round();
        round.pause(130, true);
        assert_eq!((round.spent, round.sitting), (40, Some(130)));
        round.pause(140, false);
        assert_eq!((round.seconds(999), round.sitting), (50, None));
    }
}
