//! The map of the course, with what was done.

use super::machine::{List, Machine, Screen};
use super::menu::{Entry, Menu, Target};
use super::path::Stop;
use crate::course::{Exercise, Lesson};
use crate::progress::Tally;
use crate::text::{Line, Role};

impl Machine {
    pub(super) fn show_map(&mut self) {
        let here = self.here();
        let entries = self.map_entries();
        let is_it = |entry: &Entry| entry.target == Target::Stop(here);
        let is_lesson = |entry: &Entry| matches!(entry.target, Target::Stop(stop) if stop.lesson == here.lesson);
        let exercise = entries.iter().position(is_it);
        let lesson = entries.iter().position(is_lesson);
        let chosen = exercise.or(lesson).unwrap_or(0);
        let intro = self.map_intro();
        self.cover(Screen::List(
            List::Map,
            Menu {
                intro,
                entries,
                chosen,
            },
        ));
    }

    /// Returns the stop where the learner is, under whatever covers it.
    fn here(&self) -> Stop {
        match self.lowest() {
            Screen::Read(stop) => *stop,
            Screen::Quiz(quizzing) => quizzing.stop,
            Screen::Solve(solving) => solving.stop,
            Screen::List(..) | Screen::Help | Screen::Finish => Stop::default(),
        }
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
        if self.view.size.columns < 72 {
            return vec![head, Line::new().with(Role::Dim, counts.trim())];
        }
        vec![head.with(Role::Dim, counts)]
    }

    fn map_entries(&self) -> Vec<Entry> {
        let lessons = self.course.lessons.iter().enumerate();
        lessons
            .flat_map(|(index, lesson)| self.lesson_entries(index, lesson))
            .collect()
    }

    fn lesson_entries(&self, index: usize, lesson: &Lesson) -> Vec<Entry> {
        let way = self.way();
        let Some(first) = way.lesson(index).filter(|stop| stop.lesson == index) else {
            return Vec::new();
        };
        let mut entries = vec![Entry {
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

    /// Returns the first stop of the first core section that was not seen.
    pub(super) fn unread(&self, index: usize, lesson: &Lesson) -> Option<Stop> {
        let mut sections = lesson.sections().iter().enumerate();
        let (section, _) = sections.find(|(number, section)| {
            !section.further && !self.progress.has_seen(lesson, *number)
        })?;
        self.way()
            .stops()
            .find(|stop| (stop.lesson, stop.section) == (index, section))
    }

    pub(super) fn lesson_label(&self, index: usize, lesson: &Lesson) -> Line {
        let read = self.progress.has_read(lesson);
        let begun =
            (0..lesson.sections().len()).any(|section| self.progress.has_seen(lesson, section));
        let mark = match (read, begun) {
            (true, _) => self.view.sign(Role::Good, "✓", "read"),
            (false, true) => self.view.sign(Role::Accent, "◐", "begun"),
            (false, false) => self.view.sign(Role::Dim, "○", "new"),
        };
        mark.with(Role::Text, format!("{}  {}", index + 1, lesson.title))
            .with(Role::Dim, format!("  {} min", lesson.minutes))
    }

    pub(super) fn exercise_entry(&self, stop: Stop, exercise: &Exercise) -> Entry {
        let indent = if self.view.accessible {
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
        Entry {
            label,
            target: Target::Stop(stop),
        }
    }
}
