//! Lessons, their sections and symptoms.

use std::ops::Range;

use super::Lazy;
use super::body::Body;
use super::quiz::Quiz;
use crate::lesson::Doc;
use crate::source::{ExerciseId, LessonId, Pattern};

/// A lesson of a course.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// The id: the file's name without number and extension.
    pub id: LessonId,
    /// The number at the start of the file's name, which orders the lessons.
    pub number: u32,
    /// The file, relative to the course's folder.
    pub file: String,
    /// The title shown to a learner.
    pub title: String,
    /// One sentence: what one can do after it.
    pub summary: String,
    /// The reading time.
    pub minutes: u32,
    /// What one may paste into a search to find this lesson.
    pub symptoms: Lazy<Vec<Symptom>>,
    /// The exercises it leads to, in order.
    pub leads_to: Vec<ExerciseId>,
    pub(crate) text: Lazy<Body>,
}

/// A part of a lesson, from one second-level heading to the next.
#[derive(Debug, Clone)]
pub struct Section {
    /// The heading's text; `None` for the introduction.
    pub title: Option<String>,
    /// Whether it is beyond the core.
    pub further: bool,
    /// Its contents, in order. The heading is part of the first range of blocks.
    pub items: Vec<Item>,
}

/// An item of a section.
#[derive(Debug, Clone)]
pub enum Item {
    /// Blocks of the lesson's [`Doc`].
    Text(Range<usize>),
    /// A question.
    Quiz(Quiz),
    /// A link to an exercise.
    Exercise(ExerciseId),
}

/// A pattern for log lines, with the cause of such a line.
#[derive(Debug, Clone)]
pub struct Symptom {
    /// The pattern.
    pub pattern: Pattern,
    /// The line of the pattern in the lesson's file, from 1.
    pub line: usize,
    /// A line that it matches.
    pub example: String,
    /// The cause, as Markdown.
    pub cause: String,
    /// The hop where it happens.
    pub hop: String,
}

impl Lesson {
    pub(crate) fn doc(&self) -> &Doc {
        &self.text.doc
    }

    /// Returns the sections, in order; the first is the introduction and may lack a title.
    pub fn sections(&self) -> &[Section] {
        &self.text.sections
    }

    pub(crate) fn exercises(&self) -> impl Iterator<Item = &ExerciseId> {
        self.leads_to.iter()
    }

    /// Returns the lesson's questions, in order.
    pub fn quizzes(&self) -> impl Iterator<Item = &Quiz> {
        self.items().filter_map(|item| match item {
            Item::Quiz(quiz) => Some(quiz),
            Item::Text(_) | Item::Exercise(_) => None,
        })
    }

    fn items(&self) -> impl Iterator<Item = &Item> {
        self.sections().iter().flat_map(|section| &section.items)
    }
}
