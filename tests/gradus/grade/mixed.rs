//! A class as large as is wanted: right, wrong and hostile work on exercises of every kind and tier.
//!
//! It is drawn from the sets of the corpus. All of it follows from its size and from where it lies.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use sha2::{Digest, Sha256};

use super::people::{learner, roster};
use crate::attacks::corpus::{self, Attack, Work};
use crate::attacks::hand_in::{attack_on, work_of};
use crate::attacks::place::Place;

/// Which set each of ten submissions in a row is drawn from.
const TEN: [Set; 10] = [
    Set::Right,
    Set::Wrong,
    Set::Attacks,
    Set::Right,
    Set::Wrong,
    Set::Right,
    Set::Attacks,
    Set::Right,
    Set::Wrong,
    Set::Attacks,
];
/// The most exercises that one learner answers.
const MOST: usize = 4;

#[derive(Debug, Clone, Copy)]
enum Set {
    Right,
    Wrong,
    Attacks,
}

/// What a submission must get.
#[derive(Debug)]
pub(super) enum Due {
    /// A pass: it is right.
    Pass,
    /// Anything that a wrong answer deserves: no pass, and no reproach either.
    Fault,
    /// This verdict: an attack's table names it.
    Exactly(String),
}

impl Due {
    /// Returns whether `verdict` is what is due.
    pub(super) fn is(&self, verdict: &str) -> bool {
        match self {
            Self::Pass => verdict == "passed",
            Self::Fault => !["passed", "forbidden", "internal-error"].contains(&verdict),
            Self::Exactly(due) => verdict == due,
        }
    }
}

/// Returns a number that looks as if it were thrown, and is the same for the same words.
pub(super) fn dice(words: &str) -> usize {
    let hash = Sha256::digest(words);
    let first = hash.first_chunk::<4>().copied().expect("32 bytes");
    u32::from_be_bytes(first) as usize
}

/// Hands in `size` submissions at `place`, lays the class list beside them as `roster.csv`, and
/// returns what each must get.
pub(super) fn hand_in(place: &Place, size: usize) -> BTreeMap<String, Due> {
    let (right, wrong) = (rounds("right"), rounds("wrong"));
    let attacks = attacks();
    let mut drawn = [0; 3];
    let mut due = BTreeMap::new();
    let mut row = Row::default();
    for number in 0..size {
        let set = TEN[number % TEN.len()];
        let draw = &mut drawn[set as usize];
        let (name, verdict) = match set {
            Set::Right | Set::Wrong => {
                let (rounds, verdict) = match set {
                    Set::Right => (&right, Due::Pass),
                    Set::Wrong | Set::Attacks => (&wrong, Due::Fault),
                };
                let work = of_round(rounds, *draw);
                let learner = row.learner(&work.exercise);
                work_of(place, work, &learner);
                (format!("{learner}/{}", work.exercise), verdict)
            }
            Set::Attacks => {
                let (attack, exercise) = &attacks[*draw % attacks.len()];
                let learner = attack.learner.clone().filter(|_| *draw < attacks.len());
                let learner = learner.unwrap_or_else(|| row.learner(exercise));
                attack_on(place, attack, exercise, &learner);
                let verdict = attack.expected(exercise, true).to_owned();
                (format!("{learner}/{exercise}"), Due::Exactly(verdict))
            }
        };
        *draw += 1;
        due.insert(name, verdict);
    }
    assert_eq!(due.len(), size, "two have one name");
    let learners: BTreeSet<&str> = due.keys().filter_map(|name| of(name)).collect();
    fs::write(place.path("roster.csv"), roster(learners.into_iter())).expect("a file");
    due
}

/// Returns the learner of the submission `name`.
pub(super) fn of(name: &str) -> Option<&str> {
    name.rsplit_once('/').map(|(learner, _)| learner)
}

/// Learners in a row: each hands in until they have answered what is handed in next, or enough.
#[derive(Debug, Default)]
struct Row {
    number: usize,
    answered: BTreeSet<String>,
}

impl Row {
    /// Returns who answers `exercise`.
    fn learner(&mut self, exercise: &str) -> String {
        if self.answered.len() == MOST || self.answered.contains(exercise) {
            self.number += 1;
            self.answered.clear();
        }
        self.answered.insert(exercise.to_owned());
        learner(self.number)
    }
}

/// Returns the honest work of the table `name`, shuffled, by exercise.
fn rounds(name: &str) -> Vec<Vec<Work>> {
    let mut works = corpus::works(name);
    works.sort_by_key(|work| dice(&work.name));
    let mut rounds: BTreeMap<String, Vec<Work>> = BTreeMap::new();
    for work in works {
        rounds.entry(work.exercise.clone()).or_default().push(work);
    }
    rounds.into_values().collect()
}

/// Returns draw `number`: the exercises take turns, whichever of them has the most work in its table.
fn of_round(rounds: &[Vec<Work>], number: usize) -> &Work {
    let works = &rounds[number % rounds.len()];
    &works[number / rounds.len() % works.len()]
}

/// Returns every attack with each exercise that it is made on, shuffled. Left out are
/// - what is slow: it runs into limits of many seconds, and the corpus's own long run makes it;
/// - what is no submission to a grader, and so has no record;
/// - what names the kit of its exercise: there is none before the first grading.
fn attacks() -> Vec<(Attack, String)> {
    let is_made = |attack: &Attack| !attack.slow && !attack.names("@KIT@");
    let mut attacks = Vec::new();
    for attack in corpus::attacks().into_iter().filter(is_made) {
        for (exercise, verdict) in &attack.verdict {
            if verdict != "no submission" {
                attacks.push((attack.clone(), exercise.clone()));
            }
        }
    }
    attacks.sort_by_key(|(attack, exercise)| dice(&format!("{}/{exercise}", attack.name)));
    attacks
}
