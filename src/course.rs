//! A course: lessons, quizzes and exercises, read from a folder or from the binary.
//!
//! [`load()`] never stops at the first fault: it returns what it could read and every [`Problem`](crate::source::Problem).

pub(crate) mod body;
pub mod builtin;
pub(crate) mod exercise;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod grading;
mod lazy;
pub(crate) mod lesson;
mod load;
mod manifest;
pub(crate) mod publish;
pub(crate) mod quiz;
pub mod rules;
pub(crate) mod scaffold;

pub(crate) use exercise::EquivalentMutant;
pub use exercise::Exercise;
pub(crate) use grading::{Credit, Grading};
pub use grading::{Points, Visibility};
pub(crate) use lazy::Lazy;
pub use lesson::Lesson;
pub(crate) use lesson::{Item, Section, Symptom};
pub use load::{load, open};
pub(crate) use quiz::{Answer, Choice, Mark};
pub use quiz::{Question, Quiz};

use crate::kind::Edition;
use crate::source::{ExerciseId, LessonId, TrackId, Tree};

/// A way through the course, with a finish of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// The track's name in commands and files.
    pub id: TrackId,
    /// The title shown to a learner.
    pub title: String,
    /// One sentence on what it holds and needs.
    pub description: String,
}

/// A course as it was read; what could not be read is missing and told in a [`Problem`](crate::source::Problem).
#[derive(Debug, Clone)]
pub struct Course {
    /// The course's name in progress files.
    pub id: String,
    /// The title shown to a learner.
    pub title: String,
    /// One sentence on what one learns.
    pub description: String,
    /// Which part of the course this is.
    pub edition: Edition,
    /// The tracks, in the order of the manifest.
    pub tracks: Vec<Track>,
    /// The lessons, in their order.
    pub lessons: Vec<Lesson>,
    /// The exercises, in the order in which the lessons name them.
    pub exercises: Vec<Exercise>,
    /// The files all this was read from.
    pub tree: Tree,
}

impl Course {
    /// Returns the lesson called `id`.
    pub(crate) fn lesson(&self, id: &LessonId) -> Option<&Lesson> {
        self.lessons.iter().find(|lesson| lesson.id == *id)
    }

    /// Returns the exercise called `id`.
    pub fn exercise(&self, id: &ExerciseId) -> Option<&Exercise> {
        self.exercises.iter().find(|exercise| exercise.id == *id)
    }

    /// Returns the track called `id`.
    pub(crate) fn track(&self, id: &TrackId) -> Option<&Track> {
        self.tracks.iter().find(|track| track.id == *id)
    }

    /// Returns the lesson that leads to the exercise `id`.
    pub(crate) fn lesson_of(&self, id: &ExerciseId) -> Option<&Lesson> {
        self.lessons
            .iter()
            .find(|lesson| lesson.exercises().any(|named| named == id))
    }

    /// Returns the exercises of the track `track`, in order; all of them for `None`.
    pub fn exercises_of<'a>(
        &'a self,
        track: Option<&'a TrackId>,
    ) -> impl Iterator<Item = &'a Exercise> {
        self.exercises
            .iter()
            .filter(move |exercise| track.is_none_or(|track| exercise.tracks.contains(track)))
    }
}
