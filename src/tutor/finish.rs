//! The end of a track: what one can do now, and what is left.

use super::machine::{List, Machine, Screen};
use super::menu::{Entry, Menu, Target};
use crate::kinds::gateway::drill;
use crate::term::Key;
use crate::text::{Line, Role};

impl Machine {
    pub(super) fn finish(&mut self) {
        self.leave_exercise();
        self.finish_shown = true;
        self.under.clear();
        self.screen = Screen::Finish;
        self.new_page();
    }

    /// Returns whether the track was finished by what was done last.
    pub(super) fn has_just_finished(&self) -> bool {
        !self.finish_shown && self.is_finished()
    }

    pub(super) fn is_finished(&self) -> bool {
        let track = self.progress.track.as_ref();
        track.is_some_and(|track| self.progress.finished(&self.course, track))
    }

    pub(super) fn finish_key(&mut self, key: Key) {
        match key {
            Key::Enter | Key::Char(' ') | Key::PageDown if self.sheet.turn() => self.turn_page(),
            Key::Enter | Key::Char(' ') => self.show_left(),
            Key::Char('b') | Key::PageUp | Key::Left => {
                if self.sheet.turn_back() {
                    self.turn_page();
                } else if let Some(last) = self.way().stops().last() {
                    self.go(last);
                }
            }
            _ => self.unknown_key(),
        }
    }

    pub(super) fn finish_page(&self) -> Vec<Line> {
        let track = self
            .progress
            .track
            .as_ref()
            .and_then(|id| self.course.track(id));
        let name = track.map_or("course", |track| track.title.as_str());
        if !self.is_finished() {
            let mut lines = self.view.heading(1, "The last page");
            lines.push(Line::new());
            lines.extend(self.view.markdown(
                "You have come to the end. Something in between is still open; **Enter** lists it.",
            ));
            return lines;
        }
        let mut lines = self.view.heading(1, &format!("{name}: finished"));
        lines.push(Line::new());
        lines.push(Line::plain("What you can do now:"));
        lines.push(Line::new());
        for lesson in self
            .course
            .lessons
            .iter()
            .filter(|lesson| !lesson.summary.is_empty())
        {
            let lead = self.view.sign(Role::Good, "✓", "learnt");
            lines.extend(self.view.hanging(&lead, &lesson.summary));
        }
        if drill::is_in(&self.course.tree) {
            lines.push(Line::new());
            lines.extend(self.view.markdown(
                "Stay in practice: `gradus drill` breaks a gateway, shows you what a customer \
                 sees, and takes the time until you have named the cause and mended it.",
            ));
        }
        lines
    }

    fn show_left(&mut self) {
        let entries = self.left();
        let intro = if entries.is_empty() {
            self.view
                .markdown("Nothing is left: you have done all there is.")
        } else {
            vec![Line::new().with(Role::Heading(1), "What is left")]
        };
        self.cover(Screen::List(
            List::Left,
            Menu {
                intro,
                entries,
                chosen: 0,
            },
        ));
    }

    /// Returns what was not done: lessons, exercises, optional ones last; then the other tracks.
    fn left(&self) -> Vec<Entry> {
        let lessons = self.course.lessons.iter().enumerate();
        let unread = lessons.filter_map(|(index, lesson)| {
            Some(Entry {
                target: Target::Stop(self.unread(index, lesson)?),
                label: self.lesson_label(index, lesson),
            })
        });
        let way = self.way();
        let stops = way
            .stops()
            .filter_map(|stop| Some((stop, way.exercise_at(stop)?)));
        let mut open: Vec<_> = stops
            .filter(|(_, exercise)| !self.state(exercise).is_done())
            .collect();
        open.sort_by_key(|(_, exercise)| exercise.further);
        let open = open
            .into_iter()
            .map(|(stop, exercise)| self.exercise_entry(stop, exercise));
        let tracks = self
            .tracks()
            .into_iter()
            .filter(|entry| self.is_other_track(&entry.target));
        unread.chain(open).chain(tracks).collect()
    }

    fn is_other_track(&self, target: &Target) -> bool {
        matches!(target, Target::Track(track) if Some(track) != self.progress.track.as_ref())
    }
}
