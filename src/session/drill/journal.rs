//! What came of every drill, and what that says about the learner.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::kinds::gateway::drill::Seed;

/// All drills of a workspace, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Journal {
    pub drills: Vec<PastDrill>,
}

/// A drill that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PastDrill {
    pub number: u32,
    /// When it ended, in seconds since 1970-01-01 UTC.
    pub date: u64,
    /// What its faults followed from.
    pub seed: Seed,
    pub faults: Vec<PastFault>,
    /// Seconds until the last fault was named; none if the learner gave up before.
    pub seconds_to_diagnosis: Option<u64>,
    /// Seconds until the gateway was fixed; none if the learner gave up before.
    pub seconds_to_repair: Option<u64>,
    /// How many checks failed.
    pub failed_checks: u32,
    /// The number of the first drill of the exam it belongs to.
    pub exam: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PastFault {
    /// The fault's name in the course.
    pub fault: String,
    pub cause: String,
    /// Whether the learner named it.
    pub named: bool,
    /// How many wrong answers came before.
    pub wrong_answers: u32,
}

impl PastFault {
    pub(crate) fn at_once(&self) -> bool {
        self.named && self.wrong_answers == 0
    }
}

/// What an exam was worth: a point for each drill whose faults were all named at once, and a point
/// for each that was fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Score {
    pub points: usize,
    pub of: usize,
}

/// How often a cause was met, and how often it was named at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Accuracy {
    pub cause: String,
    /// How often it was named with the first answer.
    pub at_once: usize,
    /// How often it was met.
    pub met: usize,
}

impl PastDrill {
    /// Returns whether every fault was named with the first answer.
    pub(crate) fn at_once(&self) -> bool {
        self.faults.iter().all(PastFault::at_once)
    }

    /// Returns the seconds until it was over; none if the learner gave up.
    pub(crate) fn seconds(&self) -> Option<u64> {
        Some(self.seconds_to_diagnosis?.max(self.seconds_to_repair?))
    }

    /// Returns how many answers were wrong.
    pub(crate) fn wrong_answers(&self) -> u32 {
        self.faults.iter().map(|fault| fault.wrong_answers).sum()
    }

    fn points(&self) -> usize {
        usize::from(self.at_once()) + usize::from(self.seconds_to_repair.is_some())
    }
}

impl Journal {
    /// Returns the names of all faults that were met, in order.
    pub(crate) fn met(&self) -> impl Iterator<Item = &str> {
        let faults = self.drills.iter().flat_map(|drill| &drill.faults);
        faults.map(|fault| fault.fault.as_str())
    }

    /// Returns the causes that were not named at once when they were met last.
    pub(crate) fn weak(&self) -> BTreeSet<String> {
        let mut weak = BTreeSet::new();
        for fault in self.drills.iter().flat_map(|drill| &drill.faults) {
            if fault.at_once() {
                weak.remove(&fault.cause);
            } else {
                weak.insert(fault.cause.clone());
            }
        }
        weak
    }

    /// Returns the drills of the exam that began with the drill `first`.
    pub(crate) fn exam(&self, first: u32) -> impl Iterator<Item = &PastDrill> {
        let drills = self.drills.iter();
        drills.filter(move |drill| drill.exam == Some(first))
    }

    /// Returns what the exam that began with the drill `first` was worth; it has `drills`.
    pub(crate) fn score(&self, first: u32, drills: usize) -> Score {
        Score {
            points: self.exam(first).map(PastDrill::points).sum(),
            of: 2 * drills,
        }
    }

    /// Returns the fastest drill that was named at once and fixed.
    pub(crate) fn best(&self) -> Option<&PastDrill> {
        let clean = self.drills.iter().filter(|drill| drill.at_once());
        clean
            .filter(|drill| drill.seconds().is_some())
            .min_by_key(|drill| drill.seconds())
    }

    /// Returns how well each cause that was met is known, the least known first.
    pub(crate) fn accuracy(&self) -> Vec<Accuracy> {
        let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for fault in self.drills.iter().flat_map(|drill| &drill.faults) {
            let (at_once, met) = counts.entry(&fault.cause).or_default();
            *at_once += usize::from(fault.at_once());
            *met += 1;
        }
        let all = counts.into_iter().map(|(cause, (at_once, met))| Accuracy {
            cause: cause.to_owned(),
            at_once,
            met,
        });
        let mut all: Vec<_> = all.collect();
        all.sort_by_key(|it| it.at_once * 1000 / it.met);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u32, cause: &str, wrong_answers: u32, repaired: Option<u64>) -> PastDrill {
        PastDrill {
            number,
            date: 0,
            seed: Seed(number),
            faults: vec![PastFault {
                fault: format!("some-{cause}"),
                cause: cause.into(),
                named: true,
                wrong_answers,
            }],
            seconds_to_diagnosis: Some(30),
            seconds_to_repair: repaired,
            failed_checks: 0,
            exam: Some(1),
        }
    }

    #[test]
    fn a_journal_knows_the_best_time_the_score_and_the_weak_causes() {
        let drills = vec![
            entry(1, "port", 0, Some(90)),
            entry(2, "mode", 2, Some(10)),
            entry(3, "port", 1, None),
            entry(4, "port", 0, Some(20)),
        ];
        let journal = Journal { drills };
        // The second was fixed sooner, after two wrong answers.
        assert_eq!(
            journal.best().map(|it| (it.number, it.seconds())),
            Some((4, Some(30)))
        );
        assert_eq!(journal.score(1, 5), Score { points: 5, of: 10 });
        let known = journal.accuracy().into_iter();
        let known: Vec<_> = known.map(|it| (it.cause, it.at_once, it.met)).collect();
        assert_eq!(known, [("mode".into(), 0, 1), ("port".into(), 2, 3)]);
        assert_eq!(journal.weak(), BTreeSet::from(["mode".to_owned()]));
    }
}
