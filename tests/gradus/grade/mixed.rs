//! A class of any size: right, wrong and hostile work on exercises of every kind and tier.
//!
//! It is drawn from the sets of the corpus, and depends on nothing but its size and its folder.

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
/// An attack whose own words, which are part of its record, come from many processes at once: in no
/// order, and others each time.
const IN_NO_ORDER: &str = "runbook-that-multiplies";
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
    let mut sets = Sets::read();
    let mut row = Row::default();
    let mut due = BTreeMap::new();
    for number in 0..size {
        let piece = sets.draw(TEN[number % TEN.len()]);
        let exercise = piece.exercise().to_owned();
        let own = piece
            .name()
            .filter(|name| !due.contains_key(&format!("{name}/{exercise}")));
        let learner = own.unwrap_or_else(|| row.learner(&exercise));
        due.insert(
            format!("{learner}/{exercise}"),
            piece.hand_in(place, &learner),
        );
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

/// What is handed in next.
enum Piece<'a> {
    Right(&'a Work),
    Wrong(&'a Work),
    Attack(&'a Attack, &'a str),
}

impl Piece<'_> {
    /// Returns the exercise that it answers.
    fn exercise(&self) -> &str {
        match self {
            Self::Right(work) | Self::Wrong(work) => &work.exercise,
            Self::Attack(_, exercise) => exercise,
        }
    }

    /// Returns the name of its learner, where that is the attack.
    fn name(&self) -> Option<String> {
        match self {
            Self::Right(_) | Self::Wrong(_) => None,
            Self::Attack(attack, _) => attack.learner.clone(),
        }
    }

    /// Hands it in for `learner`, and returns what it must get.
    fn hand_in(&self, place: &Place, learner: &str) -> Due {
        match self {
            Self::Right(work) | Self::Wrong(work) => work_of(place, work, learner),
            Self::Attack(attack, exercise) => attack_on(place, attack, exercise, learner),
        }
        match self {
            Self::Right(_) => Due::Pass,
            Self::Wrong(_) => Due::Fault,
            Self::Attack(attack, exercise) => {
                Due::Exactly(attack.expected(exercise, true).to_owned())
            }
        }
    }
}

/// The sets, and how many were drawn from each.
struct Sets {
    right: Vec<Vec<Work>>,
    wrong: Vec<Vec<Work>>,
    attacks: Vec<(Attack, String)>,
    drawn: [usize; 3],
}

impl Sets {
    fn read() -> Self {
        Self {
            right: rounds("right"),
            wrong: rounds("wrong"),
            attacks: attacks(),
            drawn: [0; 3],
        }
    }

    /// Returns the next of `set`; after the last comes the first.
    fn draw(&mut self, set: Set) -> Piece<'_> {
        let number = self.drawn[set as usize];
        self.drawn[set as usize] += 1;
        match set {
            Set::Right => Piece::Right(of_round(&self.right, number)),
            Set::Wrong => Piece::Wrong(of_round(&self.wrong, number)),
            Set::Attacks => {
                let (attack, exercise) = &self.attacks[number % self.attacks.len()];
                Piece::Attack(attack, exercise)
            }
        }
    }
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
/// - what names the kit of its exercise: there is none before the first grading;
/// - [`IN_NO_ORDER`].
fn attacks() -> Vec<(Attack, String)> {
    let is_made =
        |attack: &Attack| !attack.slow && !attack.names("@KIT@") && attack.name != IN_NO_ORDER;
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
