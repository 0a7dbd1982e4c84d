//! An exercise: what every kind has in common.

use std::sync::{Arc, OnceLock};

use super::grading::Grading;
use super::load;
use crate::check::Feedback;
use crate::kind::{Edition, Kind, Task, WrongSolution};
use crate::source::{ExerciseId, TrackId, Tree};

/// The author's word that a mutant behaves as the solution does: no hidden test can tell them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EquivalentMutant {
    /// The changed file, relative to the exercise's folder.
    pub file: String,
    /// The first changed line, without the blanks around it.
    pub text: String,
    /// The change, as it is told of a survivor.
    pub change: String,
    /// Why it changes nothing that the task speaks of.
    pub reason: String,
    /// The line of its entry in `exercise.toml`, from 1.
    pub line: usize,
}

/// An exercise of a course.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// The exercise's name.
    pub id: ExerciseId,
    /// What kind of exercise it is.
    pub kind: &'static dyn Kind,
    /// The title shown to a learner.
    pub title: String,
    /// One sentence for lists.
    pub summary: String,
    /// Its place in the larger story of the course, if it has one.
    pub story: Option<String>,
    /// The tracks it belongs to.
    pub tracks: Vec<TrackId>,
    /// Whether it is beyond the core: it does not count towards the finish.
    pub further: bool,
    /// How much a failing test tells; `None` leaves it to the command.
    pub feedback: Option<Feedback>,
    /// The hints, gentle first, as Markdown.
    pub hints: Vec<String>,
    pub(crate) tree: Tree,
    pub(crate) edition: Edition,
    pub(crate) judging: OnceLock<Judging>,
}

/// The part of an exercise that judges. Most commands only list exercises, so it is read on first use.
#[derive(Debug, Clone)]
pub(crate) struct Judging {
    pub(crate) grading: Grading,
    pub(crate) wrong: Vec<WrongSolution>,
    pub(crate) equivalent: Vec<EquivalentMutant>,
    pub(crate) task: Arc<dyn Task>,
    pub(crate) fingerprint: String,
}

impl Exercise {
    fn judging(&self) -> &Judging {
        self.judging.get_or_init(|| load::judging(self))
    }

    #[cfg(test)]
    pub(crate) fn judging_mut(&mut self) -> &mut Judging {
        self.judging();
        self.judging.get_mut().expect("it was just read")
    }

    /// Returns what it is worth when it is graded.
    pub fn grading(&self) -> &Grading {
        &self.judging().grading
    }

    /// Returns the task text, as Markdown.
    pub fn readme(&self) -> &str {
        let path = format!("exercises/{}/README.md", self.id);
        self.tree.get(&path).unwrap_or_default()
    }

    /// Returns the known-bad solutions.
    pub fn wrong(&self) -> &[WrongSolution] {
        &self.judging().wrong
    }

    /// Returns the mutants of the solution that are marked as equivalent to it.
    pub fn equivalent(&self) -> &[EquivalentMutant] {
        &self.judging().equivalent
    }

    /// Returns what its kind made of its folder.
    pub fn task(&self) -> &Arc<dyn Task> {
        &self.judging().task
    }

    /// Returns a hash of everything a verdict depends on; progress is kept by id and fingerprint.
    pub fn fingerprint(&self) -> &str {
        &self.judging().fingerprint
    }
}
