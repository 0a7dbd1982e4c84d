//! Checks of the exercise on the screen.

use super::input::{Effect, Note, Trouble};
use super::machine::{Machine, Screen};
use super::solving::{Panel, Running};
use crate::check::{Event, Outcome, Scope, Verdict};
use crate::progress::Progress;
use crate::source::ExerciseId;
use crate::text::{Line, Role};

impl Machine {
    /// Starts a check; one that runs is called off.
    pub(super) fn check(&mut self, id: ExerciseId) {
        self.runs += 1;
        self.running = Some(Running {
            run: self.runs,
            id: id.clone(),
            step: "starting",
            tests: 0,
            held: 0,
            seconds: 0,
        });
        self.push(Effect::Check(self.runs, id));
        self.draw_footer();
    }

    pub(super) fn changed(&mut self) {
        if let Screen::Solve(solving) = self.lowest() {
            let id = solving.id.clone();
            self.notice = None;
            self.check(id);
        }
    }

    pub(super) fn checking(&mut self, run: u64, event: Event) {
        let Some(running) = self.running.as_mut().filter(|running| running.run == run) else {
            return;
        };
        match event {
            Event::Step(step) => running.step = step,
            Event::Test(test) => {
                running.tests += 1;
                running.held += usize::from(test.result.verdict() == Verdict::Passed);
            }
            Event::OwnTests(..) => running.step = "trying your own tests",
            Event::Diagnostic(_) => {}
        }
        if !self.view.by_lines {
            self.draw_footer();
        }
    }

    pub(super) fn elapsed(&mut self, run: u64, seconds: u64) {
        let Some(running) = self.running.as_mut().filter(|running| running.run == run) else {
            return;
        };
        running.seconds = seconds;
        if !self.view.by_lines {
            self.draw_footer();
        }
    }

    pub(super) fn checked(&mut self, run: u64, result: Result<Outcome, Trouble>) {
        let Some(running) = self.running.take_if(|running| running.run == run) else {
            return;
        };
        let panel = match result {
            Ok(outcome) => {
                if outcome.verdict() == Verdict::Passed {
                    let id = running.id.clone();
                    self.note(match outcome.scope {
                        Scope::Hidden => Note::Passed(id),
                        Scope::Public => Note::Settled(id, Progress::IN_PUBLIC.to_owned()),
                    });
                }
                self.results.insert(running.id, outcome);
                Panel::Result
            }
            Err(trouble) => Panel::Trouble(trouble),
        };
        if let Some(Screen::Solve(solving)) = self.under.first_mut() {
            solving.panel = panel;
            self.say(Line::new().with(Role::Accent, "The check has ended."));
            return;
        }
        self.show_panel(panel);
    }
}
