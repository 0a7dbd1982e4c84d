//! Hints, the solution, settling, and what needs a yes.

use super::input::{Effect, Note, Opened};
use super::machine::{Machine, Screen};
use super::solving::{Confirm, Panel};
use crate::source::ExerciseId;
use crate::term::Key;
use crate::text::{Line, Role};

impl Machine {
    pub(super) fn next_hint(&mut self) {
        let Some((id, count)) = self.hints() else {
            return;
        };
        let seen = self.progress.hints(&id);
        if count == 0 {
            self.say(Line::new().with(Role::Dim, "This exercise has no hints."));
            return;
        }
        let next = seen.min(count - 1);
        if seen < count {
            self.note(Note::Hinted(id, next + 1));
        }
        self.show_panel(Panel::Hints(next, next + 1));
    }

    pub(super) fn all_hints(&mut self) {
        match self.hints() {
            Some((id, _)) if self.progress.hints(&id) > 0 => {
                self.show_panel(Panel::Hints(0, self.progress.hints(&id)));
            }
            Some(_) | None => {
                self.say(Line::new().with(Role::Dim, "No hint was shown yet; h shows the first."));
            }
        }
    }

    fn hints(&self) -> Option<(ExerciseId, usize)> {
        let exercise = self.exercise()?;
        Some((exercise.id.clone(), exercise.hints.len()))
    }

    pub(super) fn want_solution(&mut self) {
        match self.solving() {
            Some(solving) if self.is_done(&solving.id) => self.show_solution(solving.id.clone()),
            Some(_) | None => self.ask_to_confirm(Confirm::Solution),
        }
    }

    pub(super) fn show_solution(&mut self, id: ExerciseId) {
        self.note(Note::SolutionSeen(id));
        self.show_panel(Panel::Solution);
    }

    pub(super) fn want_to_settle(&mut self) {
        match self
            .solving()
            .and_then(|solving| self.opened.get(&solving.id))
        {
            Some(Opened {
                missing: Some(missing),
                ..
            }) => {
                let reason = format!("this machine lacks something: {missing}");
                self.settle(&reason);
            }
            Some(_) | None => self.ask_to_confirm(Confirm::Settle),
        }
    }

    pub(super) fn settle(&mut self, reason: &str) {
        let Some(solving) = self.solving() else {
            return;
        };
        let (stop, id) = (solving.stop, solving.id.clone());
        self.note(Note::Settled(id, reason.to_owned()));
        self.advance(stop);
    }

    /// Takes the answer to a question that needs a yes; returns whether there was one.
    pub(super) fn confirm(&mut self, key: Key) -> bool {
        let Screen::Solve(solving) = &mut self.screen else {
            return false;
        };
        let id = solving.id.clone();
        let Some(confirm) = solving.confirm.take() else {
            return false;
        };
        match (key, confirm) {
            (Key::Ctrl(_), _) => return false,
            (Key::Char('y' | 'Y'), Confirm::Reset) => self.push(Effect::Reset(id)),
            (Key::Char('y' | 'Y'), Confirm::Solution) => self.show_solution(id),
            (Key::Char('y' | 'Y'), Confirm::Settle) => self.settle("settled by the learner"),
            _ => self.say(Line::new().with(Role::Dim, "Nothing was changed.")),
        }
        true
    }

    pub(super) fn ask_to_confirm(&mut self, confirm: Confirm) {
        if let Screen::Solve(solving) = &mut self.screen {
            solving.confirm = Some(confirm);
        }
        self.draw_footer();
    }
}
