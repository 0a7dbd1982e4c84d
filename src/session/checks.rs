//! Checks: the one that runs, and the last outcome of each exercise.

use std::collections::BTreeMap;

use crate::check::{Event, Outcome};
use crate::source::ExerciseId;

#[derive(Debug, Default)]
pub(super) struct Checks {
    running: Option<Running>,
    /// How many checks were started.
    started: u64,
    outcomes: BTreeMap<ExerciseId, Outcome>,
}

/// A check that runs.
#[derive(Debug, Clone)]
pub(super) struct Running {
    number: u64,
    id: ExerciseId,
    pub(super) step: &'static str,
    /// How many tests have run, and how many of them hold.
    tests: usize,
    held: usize,
    /// How long it has run.
    pub(super) seconds: u64,
}

impl Running {
    /// Returns how far it is, of `all` tests.
    pub(super) fn note(&self, all: usize) -> String {
        let held = (self.tests > 0).then(|| format!("{} of {all} hold", self.held));
        let time = (self.seconds > 0).then(|| format!("{} s", self.seconds));
        let parts: Vec<String> = held.into_iter().chain(time).collect();
        parts.join(", ")
    }

    pub(super) fn take(&mut self, event: &Event) {
        match event {
            Event::Step(step) => self.step = step,
            Event::Test(test) => {
                self.tests += 1;
                self.held += usize::from(test.passed());
            }
            Event::OwnTests(..) => self.step = "trying your own tests",
            Event::Diagnostic(_) => {}
        }
    }
}

impl Checks {
    pub(super) fn running(&self) -> Option<&Running> {
        self.running.as_ref()
    }

    pub(super) fn outcome(&self, id: &ExerciseId) -> Option<&Outcome> {
        self.outcomes.get(id)
    }

    pub(super) fn keep(&mut self, id: ExerciseId, outcome: Outcome) {
        self.outcomes.insert(id, outcome);
    }

    /// Forgets the last outcome of an exercise whose files are others now.
    pub(super) fn forget(&mut self, id: &ExerciseId) {
        self.outcomes.remove(id);
    }

    /// Notes a check that starts, and returns its number.
    pub(super) fn start(&mut self, id: ExerciseId) -> u64 {
        self.started += 1;
        self.running = Some(Running {
            number: self.started,
            id,
            step: "starting",
            tests: 0,
            held: 0,
            seconds: 0,
        });
        self.started
    }

    /// Forgets the check that runs; returns whether there was one.
    pub(super) fn cancel(&mut self) -> bool {
        self.running.take().is_some()
    }

    /// Returns the check that runs, if it has this number.
    pub(super) fn numbered(&mut self, number: u64) -> Option<&mut Running> {
        self.running.as_mut().filter(|it| it.number == number)
    }

    /// Ends the check of this number, if it runs, and returns its exercise.
    pub(super) fn end(&mut self, number: u64) -> Option<ExerciseId> {
        let ended = self.running.take_if(|running| running.number == number);
        ended.map(|running| running.id)
    }
}
