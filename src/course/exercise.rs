//! The parts of an exercise that are common to all kinds.

use crate::check::{CheckError, Context, Feedback};
use std::sync::Arc;

use super::Lazy;
use super::grading::Grading;
use crate::kind::{self, Kind, Task, WrongSolution};
use crate::source::{ExerciseId, Problem, TrackId};

/// An author's mark that a mutant is equivalent to the solution: no hidden test can distinguish them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EquivalentMutant {
    /// The changed file, relative to the exercise's folder.
    pub file: String,
    /// The first changed line, trimmed.
    pub text: String,
    /// The change, as reported for a survivor.
    pub change: String,
    /// Why the change has no effect that the task specifies.
    pub reason: String,
    /// The line of its entry in `exercise.toml`, from 1.
    pub line: usize,
}

/// An exercise of a course.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// The id.
    pub id: ExerciseId,
    /// The kind.
    pub kind: &'static dyn Kind,
    /// The title shown to a learner.
    pub title: String,
    /// One sentence for lists.
    pub summary: String,
    /// Its part in the story of the course, if any.
    pub story: Option<String>,
    /// The tracks it belongs to.
    pub tracks: Vec<TrackId>,
    /// The minutes that it takes; 0 if its manifest does not say.
    pub minutes: u32,
    /// Whether it is beyond the core: it does not count towards the finish.
    pub further: bool,
    /// How much a failing test reveals; `None` leaves it to the command.
    pub feedback: Option<Feedback>,
    /// The hints, gentle first, as Markdown.
    pub hints: Lazy<Vec<String>>,
    /// The task text, as Markdown.
    pub(crate) readme: Lazy<String>,
    pub(crate) judging: Lazy<Judging>,
}

/// The part of an exercise that judges. Most commands only list exercises, so it is read on first use.
#[derive(Debug, Clone)]
pub(crate) struct Judging {
    pub grading: Grading,
    pub wrong: Vec<WrongSolution>,
    pub equivalent: Vec<EquivalentMutant>,
    pub task: Arc<dyn Task>,
    pub fingerprint: String,
}

impl Exercise {
    /// Returns an exercise of no course, such as a drill, which only has a title and a task. A failing test of it
    /// reveals nothing.
    pub(crate) fn outside(
        id: ExerciseId,
        kind: &'static dyn Kind,
        title: String,
        task: Arc<dyn Task>,
    ) -> Self {
        Self {
            id,
            kind,
            title,
            summary: String::new(),
            story: None,
            tracks: Vec::new(),
            minutes: 0,
            further: true,
            feedback: Some(Feedback::Title),
            hints: Lazy::ready(Vec::new()),
            readme: Lazy::ready(String::new()),
            judging: Lazy::ready(Judging {
                grading: Grading::default(),
                wrong: Vec::new(),
                equivalent: Vec::new(),
                task,
                fingerprint: String::new(),
            }),
        }
    }

    /// Returns whether `track` has it; without a track, it does.
    pub(crate) fn is_on(&self, track: Option<&TrackId>) -> bool {
        track.is_none_or(|track| self.tracks.contains(track))
    }

    /// Returns whether it counts towards the finish of `track`.
    pub(crate) fn is_core(&self, track: Option<&TrackId>) -> bool {
        !self.further && self.is_on(track)
    }

    /// Returns what it is worth when it is graded.
    pub fn grading(&self) -> &Grading {
        &self.judging.grading
    }

    /// Returns the known-bad solutions.
    pub fn wrong(&self) -> &[WrongSolution] {
        &self.judging.wrong
    }

    /// Returns the mutants of the solution that are marked as equivalent to it.
    pub fn equivalent(&self) -> &[EquivalentMutant] {
        &self.judging.equivalent
    }

    /// Returns what its kind made of its folder.
    pub fn task(&self) -> &Arc<dyn Task> {
        &self.judging.task
    }

    /// Returns a hash of everything a verdict depends on; progress is kept by id and fingerprint.
    pub fn fingerprint(&self) -> &str {
        &self.judging.fingerprint
    }

    /// Returns every way in which it is not what an exercise has to be.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    pub fn prove(&self, context: &Context) -> Result<Vec<Problem>, CheckError> {
        let folder = format!("exercises/{}/", self.id);
        kind::prove(&**self.task(), &folder, self.wrong(), context)
    }
}
