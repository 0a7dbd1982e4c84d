//! The learner's progress: a versioned file, replaced atomically.
//!
//! The file holds ids, never paths, so that it can move between machines, and it survives an update of the
//! course: entries that the course no longer has are kept, and an exercise that has changed since it was
//! passed still counts as passed.

mod file;
mod review;
mod way;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};

pub(crate) use file::{Loaded, ProgressError};
pub(crate) use review::CardId;
use review::Review;
pub(crate) use way::{Next, Tally};

use crate::check::Scope;
use crate::course::{Exercise, Lesson, anchor};
use crate::source::{ExerciseId, LessonId, TrackId};

/// The learner's progress in a course.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// The chosen track, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<TrackId>,
    /// The last position in the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    #[serde(default)]
    lessons: BTreeMap<LessonId, LessonProgress>,
    #[serde(default)]
    exercises: BTreeMap<ExerciseId, ExerciseProgress>,
    #[serde(default, skip_serializing_if = "Review::is_empty")]
    review: Review,
}

/// A position in the course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The lesson.
    pub lesson: LessonId,
    /// The section, by index from 0; out of range if an update removed sections.
    pub section: usize,
    /// The item of the section, likewise.
    #[serde(default)]
    pub item: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct LessonProgress {
    /// The ids of the sections seen.
    #[serde(default, deserialize_with = "section_ids")]
    seen: BTreeSet<String>,
    #[serde(default)]
    quizzes: BTreeMap<String, QuizState>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum QuizState {
    /// Answered, but never correctly.
    Tried,
    /// Answered correctly at least once.
    Right,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct ExerciseProgress {
    /// Whether its files were handed out.
    #[serde(default)]
    pub started: bool,
    /// The first pass, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<Pass>,
    /// The pass of before its files were restored, if there was one: history, which no longer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_before: Option<Pass>,
    /// Why it was skipped for good, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<String>,
    /// How many hints were shown.
    #[serde(default)]
    pub hints: usize,
    /// Whether the solution was shown.
    #[serde(default)]
    pub solution_seen: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pass {
    /// Seconds since 1970-01-01 UTC.
    pub at: u64,
    /// The fingerprint of the exercise that was passed.
    pub fingerprint: String,
}

/// The state of an exercise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    New,
    /// Its files were handed out, or hints or the solution were shown.
    Started,
    Passed,
    /// It was skipped for good with a reason, such as a machine without nginx.
    Settled,
}

impl State {
    /// Returns whether the exercise counts as finished.
    pub(crate) fn is_done(self) -> bool {
        match self {
            Self::Passed | Self::Settled => true,
            Self::New | Self::Started => false,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Started => "started",
            Self::Passed => "passed",
            Self::Settled => "settled",
        }
    }
}

impl Progress {
    /// The reason with which an exercise is settled when its public examples pass.
    pub(crate) const IN_PUBLIC: &str = "the public examples hold";

    pub(crate) fn state_of(&self, exercise: &Exercise) -> State {
        let Some(done) = self.exercises.get(&exercise.id) else {
            return State::New;
        };
        match done {
            ExerciseProgress {
                passed: Some(_), ..
            } => State::Passed,
            ExerciseProgress {
                settled: Some(_), ..
            } => State::Settled,
            ExerciseProgress {
                started: false,
                hints: 0,
                solution_seen: false,
                ..
            } => State::New,
            ExerciseProgress { .. } => State::Started,
        }
    }

    /// Returns whether what the learner wrote for `exercise` was once good enough: it passed, or all that a
    /// student edition can check held.
    pub(crate) fn has_succeeded(&self, exercise: &Exercise) -> bool {
        self.exercise(&exercise.id).is_some_and(|done| {
            done.passed.is_some() || done.settled.as_deref() == Some(Self::IN_PUBLIC)
        })
    }

    /// Returns whether the pass is of an earlier version of `exercise`.
    pub(crate) fn passed_earlier_version(&self, exercise: &Exercise) -> bool {
        let pass = self
            .exercise(&exercise.id)
            .and_then(|done| done.passed.as_ref());
        pass.is_some_and(|pass| pass.fingerprint != exercise.fingerprint())
    }

    pub(crate) fn exercise(&self, id: &ExerciseId) -> Option<&ExerciseProgress> {
        self.exercises.get(id)
    }

    /// Records that the files of the exercise `id` were handed out.
    pub(crate) fn start(&mut self, id: &ExerciseId) {
        self.exercise_mut(id).started = true;
    }

    /// Records a pass of `exercise` at `at` (seconds since 1970-01-01 UTC). An existing pass of the same
    /// version is kept; one of an earlier version is replaced.
    pub fn pass(&mut self, exercise: &Exercise, at: u64) {
        let earlier = self.passed_earlier_version(exercise);
        let done = self.exercise_mut(&exercise.id);
        done.started = true;
        done.settled = None;
        if done.passed.is_none() || earlier {
            let fingerprint = exercise.fingerprint().to_owned();
            done.passed = Some(Pass { at, fingerprint });
        }
    }

    /// Records that the files of the exercise `id` are the starter again: it is to be solved again, and a pass of
    /// before is history. One that was skipped for a reason of its own stays skipped.
    pub(crate) fn reset(&mut self, id: &ExerciseId) {
        let done = self.exercise_mut(id);
        done.started = true;
        done.passed_before = done.passed.take().or(done.passed_before.take());
        done.settled
            .take_if(|reason| reason.as_str() == Self::IN_PUBLIC);
    }

    /// Returns whether `exercise` was passed, and is to be solved again.
    pub(crate) fn is_to_solve_again(&self, exercise: &Exercise) -> bool {
        self.state_of(exercise) == State::Started
            && self
                .exercise(&exercise.id)
                .is_some_and(|done| done.passed_before.is_some())
    }

    /// Records that the tests of `scope` passed for `exercise`. Public examples only settle it: without the
    /// hidden tests there is nothing more to do, but no pass.
    pub(crate) fn record_success(&mut self, exercise: &Exercise, scope: Scope, at: u64) {
        match scope {
            Scope::Hidden => self.pass(exercise, at),
            Scope::Public => self.settle(&exercise.id, Self::IN_PUBLIC),
        }
    }

    /// Records that the exercise `id` is skipped for good, and why.
    pub(crate) fn settle(&mut self, id: &ExerciseId, reason: impl Into<String>) {
        self.exercise_mut(id).settled = Some(reason.into());
    }

    pub(crate) fn hints(&self, id: &ExerciseId) -> usize {
        self.exercise(id).map_or(0, |done| done.hints)
    }

    /// Records that the first `count` hints for the exercise `id` were shown.
    pub(crate) fn show_hints(&mut self, id: &ExerciseId, count: usize) {
        let done = self.exercise_mut(id);
        done.hints = done.hints.max(count);
    }

    pub(crate) fn show_solution(&mut self, id: &ExerciseId) {
        self.exercise_mut(id).solution_seen = true;
    }

    /// Records that section `section` of `lesson` was seen; ignores an index that is out of range.
    pub fn see(&mut self, lesson: &Lesson, section: usize) {
        if let Some(section) = lesson.sections().get(section) {
            let done = self.lessons.entry(lesson.id.clone()).or_default();
            done.seen.insert(section.id.clone());
        }
    }

    pub(crate) fn has_seen(&self, lesson: &Lesson, section: usize) -> bool {
        // Without this, every lesson would be parsed for its sections.
        let Some(done) = self.lessons.get(&lesson.id) else {
            return false;
        };
        let section = lesson.sections().get(section);
        section.is_some_and(|section| done.seen.contains(&section.id))
    }

    /// Returns whether `lesson` was opened and all its core sections that `track` has were seen.
    pub(crate) fn has_read(&self, lesson: &Lesson, track: Option<&TrackId>) -> bool {
        if !self.lessons.contains_key(&lesson.id) {
            return false;
        }
        let mut sections = lesson.sections().iter().enumerate();
        sections
            .all(|(index, section)| !lesson.is_core(section, track) || self.has_seen(lesson, index))
    }

    /// Records an answer at `now` (seconds since 1970-01-01 UTC) to the question `quiz`. Once right, it stays
    /// right; a wrong one is asked again in a review.
    pub(crate) fn answer(&mut self, lesson: &LessonId, quiz: &str, right: bool, now: u64) {
        let done = self.lessons.entry(lesson.clone()).or_default();
        let state = done
            .quizzes
            .entry(quiz.to_owned())
            .or_insert(QuizState::Tried);
        if right {
            *state = QuizState::Right;
        }
        let id = CardId::Quiz {
            lesson: lesson.clone(),
            quiz: quiz.to_owned(),
        };
        self.recall(id, right, now);
    }

    /// Returns whether the question `quiz` was ever answered.
    pub(crate) fn has_answered(&self, lesson: &LessonId, quiz: &str) -> bool {
        let done = self.lessons.get(lesson);
        done.is_some_and(|done| done.quizzes.contains_key(quiz))
    }

    fn exercise_mut(&mut self, id: &ExerciseId) -> &mut ExerciseProgress {
        self.exercises.entry(id.clone()).or_default()
    }
}

/// Reads the ids of sections. Earlier versions kept titles; a title's anchor is the id.
fn section_ids<'de, D: Deserializer<'de>>(seen: D) -> Result<BTreeSet<String>, D::Error> {
    let seen = BTreeSet::<String>::deserialize(seen)?;
    Ok(seen.iter().map(|title| anchor(title)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Lazy;
    use crate::course::body::Body;
    use crate::course::exercise::Judging;
    use crate::course::fixture;

    #[test]
    fn a_pass_of_an_earlier_version_still_counts() {
        let course = fixture::course();
        let exercise = &course.exercises[0];
        let mut progress = Progress::default();
        let mut old = exercise.clone();
        old.judging = Lazy::ready(Judging {
            fingerprint: "another".into(),
            ..(*old.judging).clone()
        });
        progress.pass(&old, 5);
        assert_eq!(progress.state_of(exercise), State::Passed);
        assert!(progress.passed_earlier_version(exercise));
        progress.pass(exercise, 6);
        assert!(!progress.passed_earlier_version(exercise));
        progress.pass(exercise, 7);
        let pass = progress
            .exercise(&exercise.id)
            .and_then(|done| done.passed.clone());
        assert_eq!(pass.map(|pass| pass.at), Some(6));
    }

    #[test]
    fn an_exercise_that_was_reset_is_to_be_solved_again() {
        let course = fixture::course();
        let exercise = &course.exercises[0];
        let mut progress = Progress::default();
        progress.pass(exercise, 5);
        progress.reset(&exercise.id);
        progress.reset(&exercise.id);
        assert_eq!(progress.state_of(exercise), State::Started);
        assert!(progress.is_to_solve_again(exercise) && !progress.has_succeeded(exercise));
        let written = serde_json::to_string(&progress).unwrap();
        assert_eq!(
            serde_json::from_str::<Progress>(&written).unwrap(),
            progress
        );
        progress.pass(exercise, 6);
        assert_eq!(progress.state_of(exercise), State::Passed);
        progress.settle(&exercise.id, Progress::IN_PUBLIC);
        progress.reset(&exercise.id);
        assert_eq!(progress.state_of(exercise), State::Started);
        progress.settle(&exercise.id, "no nginx here");
        progress.reset(&exercise.id);
        assert_eq!(progress.state_of(exercise), State::Settled);
    }

    #[test]
    fn states_go_from_new_to_done() {
        let course = fixture::course();
        let exercise = &course.exercises[0];
        let mut progress = Progress::default();
        assert_eq!(progress.state_of(exercise), State::New);
        progress.show_hints(&exercise.id, 2);
        progress.show_hints(&exercise.id, 1);
        assert_eq!(progress.hints(&exercise.id), 2);
        assert_eq!(progress.state_of(exercise), State::Started);
        progress.settle(&exercise.id, "no nginx here");
        assert_eq!(progress.state_of(exercise), State::Settled);
        progress.pass(exercise, 1);
        assert_eq!(progress.state_of(exercise), State::Passed);
    }

    #[test]
    fn titles_of_earlier_versions_are_read_as_ids() {
        let mut lesson = fixture::course().lessons[0].clone();
        let text = "Words.\n\n## What's new? {#old-title}\n\nx\n\n## Two\n\ny\n\n## Two\n\nz\n";
        lesson.text = Lazy::ready(Body::parse(text, 1, "l.md"));
        let file = r#"{"lessons": {"start": {"seen": ["", "Old title", "Two #2"]}}}"#;
        let progress: Progress = serde_json::from_str(file).unwrap();
        let seen = (0..4).map(|section| progress.has_seen(&lesson, section));
        assert_eq!(seen.collect::<Vec<_>>(), [true, true, false, true]);
    }

    #[test]
    fn a_section_is_known_by_its_title_not_its_place() {
        let course = fixture::course();
        let mut lesson = course.lessons[0].clone();
        let mut progress = Progress::default();
        let body = |text| Lazy::ready(Body::parse(text, 1, "l.md"));
        lesson.text = body("Words.\n\n## Part\n\nMore.\n");
        progress.see(&lesson, 1);
        let updated = "Words.\n\n## Inserted\n\nNew.\n\n## Part\n\nMore.\n";
        lesson.text = body(updated);
        assert!(!progress.has_seen(&lesson, 1));
        assert!(progress.has_seen(&lesson, 2));
        assert!(!progress.has_seen(&lesson, 99));
    }

    #[test]
    fn a_right_answer_stays_right() {
        let lesson: LessonId = "one".parse().unwrap();
        let mut progress = Progress::default();
        let quiz = |progress: &Progress| progress.lessons.get(&lesson)?.quizzes.get("q").copied();
        assert_eq!(quiz(&progress), None);
        progress.answer(&lesson, "q", false, 0);
        assert_eq!(quiz(&progress), Some(QuizState::Tried));
        progress.answer(&lesson, "q", true, 0);
        progress.answer(&lesson, "q", false, 0);
        assert_eq!(quiz(&progress), Some(QuizState::Right));
    }
}
