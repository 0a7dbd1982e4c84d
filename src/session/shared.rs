//! What the pages of a session share, and only the machine changes.

use std::collections::BTreeMap;
use std::ops::Range;

use super::checks::Checks;
use super::footer::{Footer, Hint};
use super::messages::Opened;
use super::path::{Stop, Way};
use super::review::{Deck, ReviewCard};
use super::sheet::Sheet;
use super::view::View;
use crate::course::{Course, Exercise, Item, Lesson, Section};
use crate::progress::{Progress, State};
use crate::source::ExerciseId;
use crate::text::{Line, Role, links};

/// The cells that `page 2 of 3` takes at the end of the row.
pub(super) const PAGES: usize = 13;

#[derive(Debug)]
pub(super) struct SharedState {
    pub(super) course: Course,
    pub(super) progress: Progress,
    /// The workspace, as a learner would type it.
    pub(super) workspace: String,
    /// Whether the workspace is there.
    pub(super) exists: bool,
    pub(super) view: View,
    /// The text of the page, cut into screens.
    pub(super) sheet: Sheet,
    pub(super) opened: BTreeMap<ExerciseId, Opened>,
    pub(super) checks: Checks,
    /// The time of the last input, in seconds since 1970-01-01 UTC.
    pub(super) now: u64,
}

impl SharedState {
    /// Returns the state of a session that begins.
    pub(super) fn new(
        course: Course,
        progress: Progress,
        (workspace, exists): (String, bool),
        view: View,
    ) -> Self {
        Self {
            course,
            progress,
            workspace,
            exists,
            view,
            sheet: Sheet::default(),
            opened: BTreeMap::new(),
            checks: Checks::default(),
            now: 0,
        }
    }

    /// Returns the questions that are to be reviewed today.
    pub(super) fn due(&self) -> Vec<ReviewCard> {
        Deck::new(&self.course, &self.progress, self.now).cards
    }

    pub(super) fn way(&self) -> Way<'_> {
        Way {
            course: &self.course,
            track: self.progress.track.as_ref(),
        }
    }

    /// Returns whether the learner may go anywhere: not before a track is chosen.
    pub(super) fn can_leave(&self) -> bool {
        self.exists && (self.course.tracks.is_empty() || self.progress.track.is_some())
    }

    pub(super) fn is_finished(&self) -> bool {
        let track = self.progress.track.as_ref();
        track.is_some_and(|track| self.progress.finished(&self.course, track))
    }

    pub(super) fn state(&self, exercise: &Exercise) -> State {
        self.progress.state_of(exercise)
    }

    /// Returns the minutes that `lesson` takes on the track, with its exercises.
    pub(super) fn minutes(&self, lesson: &Lesson) -> u32 {
        self.course.minutes(lesson, self.progress.track.as_ref())
    }

    /// Returns the number of `lesson`, from 1.
    pub(super) fn number(&self, lesson: &Lesson) -> usize {
        let mut lessons = self.course.lessons.iter();
        let earlier = lessons.position(|other| other.id == lesson.id);
        earlier.unwrap_or(self.course.lessons.len()) + 1
    }

    /// Returns the first stop of the first core section of a lesson that was not seen.
    pub(super) fn unread(&self, index: usize, lesson: &Lesson) -> Option<Stop> {
        let mut sections = lesson.sections().iter().enumerate();
        let (section, _) = sections.find(|(number, section)| {
            lesson.is_core(section, self.progress.track.as_ref())
                && !self.progress.has_seen(lesson, *number)
        })?;
        self.way()
            .stops()
            .find(|stop| (stop.lesson, stop.section) == (index, section))
    }

    /// Returns the first stop of the track that is not done, optional ones aside.
    pub(super) fn open_stop(&self) -> Option<Stop> {
        let way = self.way();
        let mut lessons = self.course.lessons.iter().enumerate();
        lessons.find_map(|(index, lesson)| {
            let stops = way.stops().filter(|stop| stop.lesson == index);
            let is_open = |stop: &Stop| {
                way.exercise_at(*stop)
                    .is_some_and(|exercise| !exercise.further && !self.state(exercise).is_done())
            };
            let unread = self.unread(index, lesson);
            unread.into_iter().chain(stops.filter(is_open)).min()
        })
    }

    /// Returns the texts that links on the screen lead to, each with its title.
    pub(super) fn linked(&self, here: Stop) -> Vec<(String, Stop)> {
        let Some((lesson, _, _)) = self.way().at(here) else {
            return Vec::new();
        };
        let shown = self.sheet.shown();
        let targets = links(&shown).into_iter().filter_map(|link| {
            let (target, section) = self.course.linked(lesson, link)?;
            let index = self.number(target) - 1;
            let way = self.way();
            let mut stops = way.stops().filter(|stop| stop.lesson == index);
            let is_text = |stop: &Stop| matches!(way.at(*stop), Some((_, _, Item::Text(_))));
            let stop = stops.find(|stop| stop.section >= section && is_text(stop))?;
            let title = target.sections().get(section)?.title.as_ref();
            Some((title.unwrap_or(&target.title).clone(), stop))
        });
        targets.collect()
    }

    /// Returns a footer that says where in the course `stop` is.
    pub(super) fn place_footer(&self, stop: Stop, hints: Vec<Hint>) -> Footer {
        let mut footer = Footer::new("", hints);
        if let Some((lesson, section, _)) = self.way().at(stop) {
            let number = self.number(lesson);
            let section = self.section_place(stop, lesson, section);
            let place = |lesson: String| {
                Line::new()
                    .with(Role::Accent, lesson)
                    .with(Role::Dim, &section)
            };
            footer.place = place(format!("{number} {}", lesson.title));
            // The number of pages needs room too.
            if footer.place.width() + PAGES > self.view.caps.width {
                footer.place = place(format!("Lesson {number}"));
            }
        }
        footer
    }

    /// Counts only the sections that the track has.
    fn section_place(&self, stop: Stop, lesson: &Lesson, section: &Section) -> String {
        let Some(title) = &section.title else {
            return String::new();
        };
        let further = if section.further { ", optional" } else { "" };
        let track = self.progress.track.as_ref();
        let titled = |sections: &[Section]| {
            let titled = sections.iter().filter(|section| section.title.is_some());
            titled
                .filter(|section| lesson.has_section(section, track))
                .count()
        };
        let (number, of) = (
            titled(&lesson.sections()[..=stop.section]),
            titled(lesson.sections()),
        );
        format!(" · {number}/{of} {title}{further}")
    }

    /// Lays out those of the blocks `range` of `lesson` that the track has.
    pub(super) fn blocks(&self, lesson: &Lesson, range: &Range<usize>) -> Vec<Line> {
        let blocks = lesson.blocks(range, self.progress.track.as_ref());
        self.view.blocks(&blocks, lesson.doc())
    }
}
