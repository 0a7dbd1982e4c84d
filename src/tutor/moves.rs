//! Going from place to place.

use super::input::{Effect, Note};
use super::machine::{Machine, Screen};
use super::menu::Target;
use super::path::{Stop, Way};
use super::quizzing::Quizzing;
use super::solving::Solving;
use crate::course::Item;
use crate::text::{Line, Role};

impl Machine {
    /// Goes to `stop` and notes it.
    pub(super) fn go(&mut self, stop: Stop) {
        self.leave_exercise();
        self.under.clear();
        self.screen = self.screen_at(stop);
        if let Some(place) = self.way().place_of(stop) {
            self.note(Note::Place(place));
        }
        self.open_exercise();
        self.prepare_from(stop);
        self.new_page();
    }

    fn screen_at(&self, stop: Stop) -> Screen {
        if let Some(exercise) = self.way().exercise_at(stop) {
            return Screen::Solve(Solving::new(stop, exercise));
        }
        match self.way().at(stop) {
            Some((_, _, Item::Quiz(quiz))) => Screen::Quiz(Quizzing::new(stop, quiz.clone())),
            Some((_, _, Item::Text(_) | Item::Exercise(_))) | None => Screen::Read(stop),
        }
    }

    fn prepare_from(&mut self, stop: Stop) {
        let next = self
            .way()
            .next_exercise(stop)
            .map(|exercise| exercise.id.clone());
        if let Some(id) = next
            && self.prepared.insert(id.clone())
        {
            self.push(Effect::Prepare(id));
        }
    }

    /// Goes to the stop after `stop`, or to the finish.
    pub(super) fn advance(&mut self, stop: Stop) {
        if self.has_just_finished() {
            self.finish();
            return;
        }
        match self.way().after(stop) {
            Some(next) => self.go(next),
            None => self.finish(),
        }
    }

    /// Goes to the end of the stop before `stop`.
    pub(super) fn retreat(&mut self, stop: Stop) {
        let Some(before) = self.way().before(stop) else {
            self.say(Line::new().with(Role::Dim, "This is where the course begins."));
            return;
        };
        self.go(before);
        if !self.sheet.is_at_end() {
            self.sheet.turn_to_end();
            self.turn_page();
        }
    }

    /// Goes to the lesson after that of `stop`.
    pub(super) fn skip_lesson(&mut self, stop: Stop) {
        match self.way().lesson(stop.lesson + 1) {
            Some(next) => self.go(next),
            None => self.finish(),
        }
    }

    /// Covers the screen with another.
    pub(super) fn cover(&mut self, screen: Screen) {
        let covered = std::mem::replace(&mut self.screen, screen);
        self.under.push(covered);
        self.new_page();
    }

    /// Goes back to the screen that is covered.
    pub(super) fn close(&mut self) {
        if let Some(screen) = self.under.pop() {
            self.screen = screen;
            self.new_page();
        }
    }

    /// Returns the screen that lies under all that covers it.
    pub(super) fn lowest(&self) -> &Screen {
        self.under.first().unwrap_or(&self.screen)
    }

    pub(super) fn follow(&mut self, target: Target) {
        match target {
            Target::Stop(stop) => self.go(stop),
            Target::Track(track) => self.choose_track(track),
        }
    }

    pub(super) fn way(&self) -> Way<'_> {
        Way {
            course: &self.course,
            track: self.progress.track.as_ref(),
        }
    }
}
