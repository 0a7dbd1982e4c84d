//! A course: lessons, quizzes, exercises and programs, read from a folder or from the binary.
//!
//! [`load()`] never stops at the first problem: it returns what it could read, and every
//! [`Problem`](crate::source::Problem).

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
pub(crate) mod outline;
mod program;
pub(crate) mod publish;
pub(crate) mod quiz;
pub mod rules;
pub(crate) mod scaffold;

pub(crate) use exercise::EquivalentMutant;
pub use exercise::Exercise;
pub(crate) use grading::Credit;
pub use grading::{Points, Visibility};
pub(crate) use lazy::Lazy;
pub use lesson::Lesson;
pub(crate) use lesson::{Item, Section, Symptom, anchor};
pub(crate) use load::load_or_open;
pub use load::{load, open};
pub use program::Program;
pub(crate) use quiz::{Answer, Choice, Mark};
pub use quiz::{Question, Quiz};

use crate::kind::{Edition, Kinds};
use crate::source::{ExerciseId, LessonId, TrackId, Tree};

/// A track: a selection of exercises with its own finish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// The name in commands and files.
    pub id: TrackId,
    /// The title shown to a learner.
    pub title: String,
    /// One sentence: contents and prerequisites.
    pub description: String,
}

/// A course as it was read; a [`Problem`](crate::source::Problem) reports each part that could not be.
#[derive(Debug, Clone)]
pub struct Course {
    /// The id, which progress files refer to.
    pub id: String,
    /// The title shown to a learner.
    pub title: String,
    /// One sentence: what one learns.
    pub description: String,
    /// The edition: full, or for students.
    pub edition: Edition,
    /// The tracks, in the order of the manifest.
    pub tracks: Vec<Track>,
    /// Groups of words for one thing; a search for one finds all.
    pub(crate) synonyms: Vec<Vec<String>>,
    /// The lessons, by number.
    pub lessons: Vec<Lesson>,
    /// The exercises, in the order in which the lessons name them.
    pub exercises: Vec<Exercise>,
    /// The programs, by name.
    pub programs: Vec<Program>,
    /// The files of the course.
    pub tree: Tree,
    /// The kinds that its exercises may be of.
    pub(crate) kinds: Kinds,
}

impl Course {
    pub(crate) fn lesson(&self, id: &LessonId) -> Option<&Lesson> {
        self.lessons.iter().find(|lesson| lesson.id == *id)
    }

    /// Returns the exercise called `id`.
    pub fn exercise(&self, id: &ExerciseId) -> Option<&Exercise> {
        self.exercises.iter().find(|exercise| exercise.id == *id)
    }

    /// Returns the lesson with this path, relative to the folder of the lessons.
    fn linked_lesson(&self, path: &str) -> Option<&Lesson> {
        let file = format!("lessons/{}", path.trim_start_matches("./"));
        self.lessons.iter().find(|lesson| lesson.file == file)
    }

    /// Returns the lesson, and the index of its section, that `link` in the text of `lesson` leads to; `None` if
    /// it leads out of the course, or nowhere.
    pub(crate) fn linked<'a>(
        &'a self,
        lesson: &'a Lesson,
        link: &str,
    ) -> Option<(&'a Lesson, usize)> {
        let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
        let target = match path {
            "" => lesson,
            path => self.linked_lesson(path)?,
        };
        let section = match anchor {
            "" => 0,
            anchor => target.section_of(target.heading_of(anchor)?)?,
        };
        Some((target, section))
    }

    /// Returns whether `track` has `item` of `lesson`; without a track, it does.
    pub(crate) fn has_item(&self, lesson: &Lesson, item: &Item, track: Option<&TrackId>) -> bool {
        match item {
            Item::Text(range) => lesson.has_text(range, track),
            Item::Quiz(quiz) => quiz.is_on(track),
            Item::Exercise(id) => {
                let exercise = self.exercise(id);
                exercise.is_some_and(|exercise| exercise.is_on(track))
            }
        }
    }

    /// Returns the minutes that `lesson` takes on `track` with its core exercises.
    pub(crate) fn minutes(&self, lesson: &Lesson, track: Option<&TrackId>) -> u32 {
        let exercises = lesson.exercises().filter_map(|id| self.exercise(id));
        let core = exercises.filter(|exercise| exercise.is_core(track));
        lesson.minutes + core.map(|exercise| exercise.minutes).sum::<u32>()
    }

    pub(crate) fn track(&self, id: &TrackId) -> Option<&Track> {
        self.tracks.iter().find(|track| track.id == *id)
    }

    /// Returns the lesson that leads to the exercise `id`.
    pub(crate) fn lesson_of(&self, id: &ExerciseId) -> Option<&Lesson> {
        self.lessons
            .iter()
            .find(|lesson| lesson.exercises().any(|named| named == id))
    }

    /// Returns the programs of the track `track`; all of them for `None`.
    pub(crate) fn programs_of(&self, track: Option<&TrackId>) -> impl Iterator<Item = &Program> {
        let programs = self.programs.iter();
        programs.filter(move |program| program.is_on(track))
    }

    /// Returns the exercises of the track `track`, in order; all of them for `None`.
    pub fn exercises_of<'a>(
        &'a self,
        track: Option<&'a TrackId>,
    ) -> impl Iterator<Item = &'a Exercise> {
        self.exercises
            .iter()
            .filter(move |exercise| exercise.is_on(track))
    }
}
