//! Inputs about checks, and about the files of exercises.

use std::path::PathBuf;

use super::Machine;
use crate::check::{Event, Outcome, Scope, Verdict};
use crate::kind::WorkspaceFile;
use crate::progress::Progress;
use crate::session::checks::Running;
use crate::session::{Effect, Opened, ProgressNote, Trouble};
use crate::source::ExerciseId;
use crate::text::{Line, Role};

impl Machine {
    /// Starts a check; the backend cancels one that runs.
    pub(super) fn check(&mut self, id: ExerciseId) {
        let number = self.shared.checks.start(id.clone());
        self.push(Effect::Check(number, id));
        self.draw_footer();
    }

    pub(super) fn cancel_check(&mut self) {
        if self.shared.checks.cancel() {
            self.push(Effect::CancelCheck);
        }
    }

    pub(super) fn changed(&mut self) {
        if let Some(id) = self.lowest().exercise().cloned() {
            self.drop_notice();
            self.check(id);
        }
    }

    pub(super) fn checking(&mut self, number: u64, event: &Event) {
        self.change_running(number, |running| running.take(event));
    }

    pub(super) fn elapsed(&mut self, number: u64, seconds: u64) {
        self.change_running(number, |running| running.seconds = seconds);
    }

    fn change_running(&mut self, number: u64, change: impl FnOnce(&mut Running)) {
        let by_lines = self.shared.view.by_lines();
        if let Some(running) = self.shared.checks.numbered(number) {
            change(running);
            if !by_lines {
                self.draw_footer();
            }
        }
    }

    pub(super) fn checked(&mut self, number: u64, result: Result<Outcome, Trouble>) {
        let Some(id) = self.shared.checks.end(number) else {
            return;
        };
        let result = result.map(|outcome| self.take_outcome(id, outcome));
        if self.lowest().exercise().is_none() {
            return;
        }
        if let Some(covered) = self.under.first_mut() {
            covered.page.show_result(result);
            covered.sheet = None;
            self.say(Line::new().with(Role::Accent, "The check has ended."));
        } else {
            self.page.show_result(result);
            self.new_page();
        }
    }

    fn take_outcome(&mut self, id: ExerciseId, outcome: Outcome) {
        if outcome.verdict() == Verdict::Passed {
            let id = id.clone();
            self.note(match outcome.scope {
                Scope::Hidden => ProgressNote::Passed(id),
                Scope::Public => ProgressNote::Settled(id, Progress::IN_PUBLIC.to_owned()),
            });
        }
        self.shared.checks.keep(id, outcome);
    }

    pub(super) fn opened(&mut self, id: ExerciseId, opened: Result<Opened, Trouble>) {
        let is_here = self.page.exercise() == Some(&id);
        let is_lowest = self.lowest().exercise() == Some(&id);
        match opened {
            Ok(opened) => {
                let told = opened.told.join(" ");
                let shows_task = is_here && self.page.shows_task();
                let is_changed = is_lowest && opened.is_changed;
                let before = self.shared.opened.insert(id.clone(), opened.clone());
                if shows_task && before != Some(opened) {
                    self.update();
                }
                if !told.is_empty() {
                    self.say(Line::new().with(Role::Warn, told));
                }
                if is_changed {
                    self.check(id);
                }
            }
            Err(trouble) if is_here => {
                self.page.show_result(Err(trouble));
                self.new_page();
            }
            Err(_) => {}
        }
    }

    pub(super) fn edited(&mut self, edited: Result<(), Trouble>) {
        self.redraw();
        if let Err(trouble) = edited {
            self.complain(&trouble);
        }
    }

    /// Shows what the reference solution changes in the learner's files.
    pub(super) fn compared(&mut self, id: &ExerciseId, changes: Vec<WorkspaceFile>) {
        if self.page.exercise() == Some(id) {
            self.page.show_changes(changes);
            self.new_page();
        }
    }

    /// Takes what came of restoring the files of an exercise, which is to be solved again.
    pub(super) fn was_reset(&mut self, id: &ExerciseId, reset: Result<PathBuf, Trouble>) {
        match reset {
            Ok(copy) => {
                self.shared.checks.forget(id);
                self.note(ProgressNote::Reset(id.clone()));
                if !self.shared.view.by_lines() {
                    self.refresh();
                }
                let text = format!(
                    "The files were restored; the exercise is to be solved again. Yours are kept in {}",
                    copy.display()
                );
                self.say(Line::new().with(Role::Good, text));
            }
            Err(trouble) => self.complain(&trouble),
        }
    }
}
