//! The map of the course, with what was done.

use super::lists::{ListKind, Listing};
use super::menu::{Menu, MenuEntry, Target};
use super::path::Stop;
use super::shared::SharedState;
use crate::course::{Exercise, Lesson};
use crate::progress::Tally;
use crate::text::{Line, Role, counted};

impl SharedState {
    /// Returns the map, with the stop `here` chosen.
    pub(super) fn map(&self, here: Stop) -> Listing {
        let mut menu = self.map_menu();
        let is_lesson =
            |target: &Target| matches!(target, Target::Stop(stop) if stop.lesson == here.lesson);
        if !menu.choose_target(|target| *target == Target::Stop(here)) {
            menu.choose_target(is_lesson);
        }
        Listing::new(ListKind::Map, menu)
    }

    pub(super) fn map_menu(&self) -> Menu {
        let lessons = self.course.lessons.iter().enumerate();
        let entries = lessons.flat_map(|(index, lesson)| self.lesson_entries(index, lesson));
        let entries = self.review_entry().into_iter().chain(entries);
        let entries = entries.chain(self.program_entries());
        Menu::new(self.map_intro(), entries.collect(), 0)
    }

    /// Returns the entry of the review, if something is due.
    pub(super) fn review_entry(&self) -> Option<MenuEntry> {
        let due = self.due().len();
        let label = Line::new().with(
            Role::Warn,
            format!("Review: {} due", counted(due, "question")),
        );
        let target = Target::Review;
        (due > 0).then_some(MenuEntry { label, target })
    }

    fn map_intro(&self) -> Vec<Line> {
        let track = self.progress.track.as_ref();
        let Tally {
            lessons,
            exercises,
            settled,
        } = self.progress.tally(&self.course, track);
        let title = track
            .and_then(|id| self.course.track(id))
            .map(|track| format!("  {} track", track.title));
        let skipped = match settled {
            0 => String::new(),
            settled => format!(", {settled} skipped"),
        };
        let counts = format!(
            "  {} of {} lessons, {} of {} exercises{skipped}",
            lessons.done, lessons.of, exercises.done, exercises.of
        );
        let head = Line::new()
            .with(Role::Heading(1), "Map")
            .with(Role::Dim, title.unwrap_or_default());
        if self.view.caps.width < 72 {
            return vec![head, Line::new().with(Role::Dim, counts.trim())];
        }
        vec![head.with(Role::Dim, counts)]
    }

    fn lesson_entries(&self, index: usize, lesson: &Lesson) -> Vec<MenuEntry> {
        let way = self.way();
        let Some(first) = way.lesson(index).filter(|stop| stop.lesson == index) else {
            return Vec::new();
        };
        let mut entries = vec![MenuEntry {
            label: self.lesson_label(index, lesson),
            target: Target::Stop(self.unread(index, lesson).unwrap_or(first)),
        }];
        let stops = way.stops().filter(|stop| stop.lesson == index);
        for stop in stops {
            if let Some(exercise) = way.exercise_at(stop) {
                entries.push(self.exercise_entry(stop, exercise));
            }
        }
        entries
    }

    /// Returns the programs of the track.
    pub(super) fn program_entries(&self) -> Vec<MenuEntry> {
        let programs = self.course.programs_of(self.progress.track.as_ref());
        let entries = programs.map(|program| MenuEntry {
            label: Line::plain(format!("{}, a program of your functions", program.title)),
            target: Target::Program(program.id.clone()),
        });
        entries.collect()
    }

    pub(super) fn lesson_label(&self, index: usize, lesson: &Lesson) -> Line {
        let read = self.progress.has_read(lesson, self.progress.track.as_ref());
        let begun =
            (0..lesson.sections().len()).any(|section| self.progress.has_seen(lesson, section));
        let mark = match (read, begun) {
            (true, _) => self.view.sign(Role::Good, "✓", "read"),
            (false, true) => self.view.sign(Role::Accent, "◐", "begun"),
            (false, false) => self.view.sign(Role::Dim, "○", "new"),
        };
        mark.with(Role::Text, format!("{}  {}", index + 1, lesson.title))
            .with(Role::Dim, format!("  {} min", self.minutes(lesson)))
    }

    pub(super) fn exercise_entry(&self, stop: Stop, exercise: &Exercise) -> MenuEntry {
        let indent = if self.view.caps.accessible {
            "exercise, "
        } else {
            "     "
        };
        let mut label = Line::plain(indent);
        label
            .spans
            .extend(self.view.mark(self.state(exercise)).spans);
        label.push(Role::Text, &exercise.title);
        if exercise.further {
            label.push(Role::Dim, "  optional");
        }
        MenuEntry {
            label,
            target: Target::Stop(stop),
        }
    }
}
