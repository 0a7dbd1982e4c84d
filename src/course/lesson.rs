//! Lessons, their sections and symptoms.

use std::borrow::Cow;
use std::ops::Range;

use super::Lazy;
use super::body::Body;
use super::outline::Outline;
use super::quiz::Quiz;
use crate::lesson::{Block, BlockKind, Doc, text_of};
use crate::source::{ExerciseId, LessonId, Pattern, TrackId};

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
    /// The time for text and questions; each exercise has its own.
    pub minutes: u32,
    /// The patterns of its symptoms, in order: a search tries them before it reads a symptom.
    pub(crate) patterns: Lazy<Vec<Pattern>>,
    /// What one may paste into a search to find this lesson.
    pub symptoms: Lazy<Vec<Symptom>>,
    /// The exercises it leads to, and the tracks it is for.
    pub outline: Outline,
    /// The text.
    pub(crate) text: Lazy<Body>,
}

/// A part of a lesson, from one second-level heading to the next.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its name in the progress file: `{#id}` of the heading, else the heading's anchor; empty for the
    /// introduction.
    pub id: String,
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
    /// What to run or look at first.
    pub first: Option<String>,
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
        self.outline.leads.iter().map(|lead| &lead.exercise)
    }

    /// Returns whether `track` has any core text of the lesson; without a track, it does.
    pub(crate) fn is_on(&self, track: Option<&TrackId>) -> bool {
        self.outline.is_on(track)
    }

    /// Returns whether `track` has anything of the section `section`, exercises aside.
    pub(crate) fn has_section(&self, section: &Section, track: Option<&TrackId>) -> bool {
        section.items.iter().any(|item| match item {
            Item::Text(range) => self.has_text(range, track),
            Item::Quiz(quiz) => quiz.is_on(track),
            Item::Exercise(_) => false,
        })
    }

    /// Returns whether reading `section` counts towards the finish of `track`.
    pub(crate) fn is_core(&self, section: &Section, track: Option<&TrackId>) -> bool {
        !section.further && self.has_section(section, track)
    }

    /// Returns whether `track` has any of the blocks `range`.
    pub(crate) fn has_text(&self, range: &Range<usize>, track: Option<&TrackId>) -> bool {
        let is_shown = |index: &usize| {
            let block = &self.doc().blocks[*index];
            !matches!(block.kind, BlockKind::Comment(_)) && self.text.has_block(*index, track)
        };
        range.clone().any(|index| is_shown(&index))
    }

    /// Returns those of the blocks `range` that `track` has; all of them without a track.
    pub(crate) fn blocks(&self, range: &Range<usize>, track: Option<&TrackId>) -> Cow<'_, [Block]> {
        let all = &self.doc().blocks[range.clone()];
        let is_on = |index: usize| self.text.has_block(index, track);
        if range.clone().all(is_on) {
            return Cow::Borrowed(all);
        }
        let own = range.clone().zip(all).filter(|(index, _)| is_on(*index));
        Cow::Owned(own.map(|(_, block)| block.clone()).collect())
    }

    /// Returns the index of the block that is the heading with this anchor.
    pub(super) fn heading_of(&self, wanted: &str) -> Option<usize> {
        let is_it = |block: &Block| match &block.kind {
            BlockKind::Heading { text, marks, .. } => match &marks.id {
                Some(id) => id == wanted,
                None => anchor(&text_of(text)) == wanted,
            },
            _ => false,
        };
        self.doc().blocks.iter().position(is_it)
    }

    /// Returns the index of the section with the block at `index`.
    pub(super) fn section_of(&self, index: usize) -> Option<usize> {
        let has_it = |item: &Item| matches!(item, Item::Text(range) if range.contains(&index));
        let mut sections = self.sections().iter();
        sections.position(|section| section.items.iter().any(has_it))
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

/// Returns the anchor of a heading as GitHub and mdBook generate it.
pub(crate) fn anchor(heading: &str) -> String {
    // One letter may become two in lower case, and the second a mark that is dropped.
    let lower = heading.trim().chars().flat_map(char::to_lowercase);
    let kept = lower.filter_map(|char| match char {
        ' ' | '-' => Some('-'),
        '_' => Some('_'),
        _ => char.is_alphanumeric().then_some(char),
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::anchor;

    #[test]
    fn a_heading_gives_the_anchor_that_github_makes() {
        assert_eq!(
            anchor("Is it running? (`ss -ltn`)"),
            "is-it-running-ss--ltn"
        );
        assert_eq!(anchor("A part of it"), "a-part-of-it");
    }

    #[test]
    fn an_anchor_is_its_own_anchor() {
        for title in [
            "Is it running? (`ss -ltn`)",
            "Ünïcode İ ǅ",
            "a_b - c #2",
            "",
        ] {
            let once = anchor(title);
            assert_eq!(anchor(&once), once, "{title}");
        }
    }
}
