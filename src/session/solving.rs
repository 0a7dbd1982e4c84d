//! An exercise on the screen: its keys and its footer.

mod panels;

use super::Trouble;
use super::footer::{Footer, hint};
use super::messages::{Effect, ProgressNote};
use super::page::{Action, CoursePage, Keys, PromptFor, say, unknown_key};
use super::path::Stop;
use super::shared::{PAGES, SharedState};
use crate::check::{Outcome, TestTitle, Verdict};
use crate::course::Exercise;
use crate::kind::WorkspaceFile;
use crate::progress::State;
use crate::source::ExerciseId;
use crate::term::{Ask, Key};
use crate::text::{Line, Role};
use panels::Panel;

/// An exercise on the screen.
#[derive(Debug)]
pub(super) struct Solving {
    stop: Stop,
    exercise: Exercise,
    tests: Vec<TestTitle>,
    panel: Panel,
    confirm: Option<Confirm>,
}

/// Something that is done after a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Confirm {
    Reset,
    Solution,
    Settle,
}

impl Confirm {
    fn question(self) -> &'static str {
        match self {
            Self::Reset => "Restore the files as handed out? A copy of yours is kept.",
            Self::Solution => "Show the solution before yours passes?",
            Self::Settle => {
                "Skip this exercise and count it as done? You can still solve it later."
            }
        }
    }
}

impl Solving {
    pub(super) fn new(stop: Stop, exercise: &Exercise) -> Self {
        Self {
            stop,
            exercise: exercise.clone(),
            tests: exercise.task().facts().tests,
            panel: Panel::Task,
            confirm: None,
        }
    }

    pub(super) fn id(&self) -> &ExerciseId {
        &self.exercise.id
    }

    fn show(&mut self, panel: Panel) -> Vec<Action> {
        self.panel = panel;
        vec![Action::Restart]
    }

    fn is_done(&self, shared: &SharedState) -> bool {
        shared.state(&self.exercise).is_done()
    }

    fn has_lab(&self) -> bool {
        self.exercise.task().live().is_some()
    }

    fn go_on(&self, shared: &SharedState) -> Action {
        if !shared.sheet.is_at_end() {
            Action::Turn
        } else if self.is_done(shared) {
            Action::GoAfter(self.stop)
        } else {
            Action::Check(self.id().clone())
        }
    }

    fn go_back(&mut self, shared: &SharedState) -> Vec<Action> {
        if !shared.sheet.is_at_start() {
            vec![Action::TurnBack]
        } else if self.shows_task() {
            vec![Action::GoBefore(self.stop)]
        } else {
            self.show(Panel::Task)
        }
    }

    /// Opens the file of the exercise, or asks which one.
    fn edit(&self, shared: &SharedState) -> Action {
        let id = self.id().clone();
        let opened = shared.opened.get(&id);
        match opened.map(|opened| opened.files.as_slice()) {
            Some(files @ [_, _, ..]) => Action::Ask(PromptFor::File(id), Ask::One(files.to_vec())),
            Some(_) | None => Action::Edit(id),
        }
    }

    fn next_hint(&mut self, shared: &SharedState) -> Vec<Action> {
        let Some(last) = self.exercise.hints.len().checked_sub(1) else {
            return say(Role::Dim, "This exercise has no hints.");
        };
        let seen = shared.progress.hints(self.id());
        if seen > last && matches!(self.panel, Panel::Hints(_, to) if to > last) {
            let text = "That was the last hint; H shows all of them, o a solution.";
            return say(Role::Dim, text);
        }
        let next = seen.min(last);
        let mut actions = Vec::new();
        if seen <= last {
            actions.push(Action::Note(ProgressNote::Hinted(
                self.id().clone(),
                next + 1,
            )));
        }
        actions.extend(self.show(Panel::Hints(next, next + 1)));
        if seen > last {
            let text = "That was the last hint. H shows all of them, o shows a solution.";
            actions.extend(say(Role::Dim, text));
        }
        actions
    }

    fn all_hints(&mut self, shared: &SharedState) -> Vec<Action> {
        match shared.progress.hints(self.id()) {
            0 => say(Role::Dim, "No hint was shown yet; h shows the first."),
            seen => self.show(Panel::Hints(0, seen)),
        }
    }

    fn show_solution(&mut self) -> Vec<Action> {
        let mut actions = vec![Action::Note(ProgressNote::SolutionSeen(self.id().clone()))];
        actions.extend(self.show(Panel::Solution));
        actions
    }

    fn want_to_settle(&mut self, shared: &SharedState) -> Vec<Action> {
        let opened = shared.opened.get(self.id());
        match opened.and_then(|opened| opened.missing.as_ref()) {
            Some(missing) => self.settle(format!("this machine lacks something: {missing}")),
            None => self.ask_to_confirm(Confirm::Settle),
        }
    }

    fn settle(&self, reason: impl Into<String>) -> Vec<Action> {
        let note = ProgressNote::Settled(self.id().clone(), reason.into());
        vec![Action::Note(note), Action::GoAfter(self.stop)]
    }

    fn ask_to_confirm(&mut self, confirm: Confirm) -> Vec<Action> {
        self.confirm = Some(confirm);
        vec![Action::DrawFooter]
    }

    /// Returns the file that a lab is about, if it is one: a runbook's lab may seem to be about none.
    fn only_file<'a>(&self, shared: &'a SharedState) -> Option<&'a str> {
        let opened = shared.opened.get(self.id())?;
        match opened.files.as_slice() {
            [file] if self.has_lab() => Some(file),
            _ => None,
        }
    }

    /// Adds to the footer the check that runs, or the state of the exercise.
    fn say_state(&self, footer: &mut Footer, shared: &SharedState) {
        if let Some(running) = shared.checks.running() {
            footer.place = Line::new().with(Role::Accent, format!("Checking: {}", running.step));
            footer.note = running.note(self.tests.len());
            return;
        }
        let fails = |outcome: &Outcome| outcome.verdict() != Verdict::Passed;
        let fails = shared.checks.outcome(self.id()).is_some_and(fails);
        let (role, word) = match shared.state(&self.exercise) {
            State::Passed if fails => (Role::Dim, " · passed before"),
            State::Passed => (Role::Good, " · passed"),
            State::Settled => (Role::Warn, " · skipped"),
            State::New | State::Started => (Role::Dim, " · checked at each save"),
        };
        let title = Line::new().with(Role::Accent, &self.exercise.title);
        let short = title.clone().with(role, word);
        let file = self
            .only_file(shared)
            .filter(|_| role == Role::Dim && !fails);
        let long = file.map(|file| short.clone().with(role, format!(" of {file}")));
        // The longest that leaves room for the number of the page.
        let places = long.into_iter().chain([short, title.clone()]);
        let mut fitting = places.filter(|place| place.width() + PAGES <= shared.view.caps.width);
        footer.place = fitting.next().unwrap_or(title);
    }
}

impl CoursePage for Solving {
    fn lines(&self, shared: &SharedState) -> Vec<Line> {
        self.panel.lines(self, shared)
    }

    /// Returns the last result in full, or else the panel.
    fn in_full(&self, shared: &SharedState) -> Vec<Line> {
        let outcome = shared.checks.outcome(self.id());
        match (&self.panel, outcome) {
            (Panel::Task | Panel::Result, Some(outcome)) => self.outcome(outcome, &shared.view),
            _ => self.lines(shared),
        }
    }

    fn footer(&self, shared: &SharedState) -> Footer {
        if let Some(confirm) = self.confirm {
            let mut footer = Footer::new("", vec![hint("y", "yes"), hint("any other key", "no")]);
            footer.notice = Some(Line::new().with(Role::Warn, confirm.question()));
            footer.pinned = &[];
            return footer;
        }
        let enter = match (shared.sheet.is_at_end(), self.is_done(shared)) {
            (false, _) => "more",
            (true, true) => "next",
            (true, false) => "check",
        };
        let mut hints = vec![hint("Enter", enter), hint("e", "edit"), hint("h", "hint")];
        if matches!(self.panel, Panel::Hints(_, to) if to >= self.exercise.hints.len()) {
            hints.extend([hint("o", "solution"), hint("H", "all hints")]);
        } else if self.is_done(shared) {
            let other = if self.panel == Panel::Solution {
                "your code"
            } else {
                "solution"
            };
            hints.push(hint("o", other));
        }
        if self.has_lab() {
            hints.push(hint("l", "lab"));
        }
        if !self.shows_task() {
            hints.push(hint("t", "task"));
        }
        if shared.checks.outcome(self.id()).is_some() {
            hints.push(hint("v", "full result"));
        }
        hints.extend([hint("n", "next"), hint("b", "back"), hint("m", "map")]);
        let mut footer = shared.place_footer(self.stop, hints);
        self.say_state(&mut footer, shared);
        footer
    }

    fn keys(&self, _shared: &SharedState) -> Keys {
        &[
            ("e", "open the file in your editor; saving checks it"),
            ("c", "check now"),
            (
                "l",
                "run the exercise's nginx, where it has one; q leads back",
            ),
            ("v", "the last result in full, in a pager"),
            ("t", "the task"),
            ("h", "the next hint"),
            ("H", "the hints so far"),
            ("o", "a solution; again, what it changes in your files"),
            (
                "r",
                "restore the files as handed out; a copy of yours is kept",
            ),
            ("n", "go on without a pass"),
            ("s", "skip it: go on, and count it as done"),
            ("b", "go back"),
        ]
    }

    /// Takes the answer to a question that needs a yes.
    fn capture(&mut self, key: Key, _shared: &SharedState) -> Option<Vec<Action>> {
        let confirm = self.confirm.take()?;
        match (key, confirm) {
            (Key::Ctrl(_), _) => None,
            (Key::Char('y' | 'Y'), Confirm::Reset) => {
                self.panel = Panel::Task;
                Some(vec![Action::Effect(Effect::Reset(self.id().clone()))])
            }
            (Key::Char('y' | 'Y'), Confirm::Solution) => Some(self.show_solution()),
            (Key::Char('y' | 'Y'), Confirm::Settle) => Some(self.settle("settled by the learner")),
            _ => Some(say(Role::Dim, "Nothing was changed.")),
        }
    }

    fn press(&mut self, key: Key, shared: &SharedState) -> Vec<Action> {
        let id = self.id().clone();
        vec![match key {
            Key::Enter | Key::Char(' ') | Key::PageDown | Key::Right | Key::Down => {
                self.go_on(shared)
            }
            Key::Char('b') | Key::PageUp | Key::Left | Key::Up => return self.go_back(shared),
            Key::Char('c') => Action::Check(id),
            Key::Char('e') => self.edit(shared),
            Key::Char('h') => return self.next_hint(shared),
            Key::Char('H') => return self.all_hints(shared),
            Key::Char('t') => return self.show(Panel::Task),
            Key::Char('v') => Action::Pager(self.exercise.title.clone()),
            Key::Char('o') if self.panel == Panel::Solution => Action::Effect(Effect::Compare(id)),
            Key::Char('o') if matches!(self.panel, Panel::Compared(_)) => {
                return self.show(Panel::Solution);
            }
            Key::Char('o') if self.is_done(shared) => return self.show_solution(),
            Key::Char('o') => return self.ask_to_confirm(Confirm::Solution),
            Key::Char('r') => return self.ask_to_confirm(Confirm::Reset),
            Key::Char('s') => return self.want_to_settle(shared),
            Key::Char('n') => Action::GoAfter(self.stop),
            Key::Char('l') if self.has_lab() => Action::Effect(Effect::Lab(id)),
            _ => return unknown_key(),
        }]
    }

    fn stop(&self) -> Option<Stop> {
        Some(self.stop)
    }

    fn exercise(&self) -> Option<&ExerciseId> {
        Some(self.id())
    }

    fn shows_task(&self) -> bool {
        self.panel == Panel::Task
    }

    fn show_changes(&mut self, changes: Vec<WorkspaceFile>) {
        self.panel = Panel::Compared(changes);
    }

    fn show_result(&mut self, result: Result<(), Trouble>) {
        self.panel = match result {
            Ok(()) => Panel::Result,
            Err(trouble) => Panel::Trouble(trouble),
        };
    }
}
