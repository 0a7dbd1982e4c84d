//! An exercise on the screen: its keys, its panels, its footer.

use std::path::PathBuf;

use super::footer::{Footer, hint};
use super::input::{Effect, Note, Opened, Trouble};
use super::machine::{Machine, Screen};
use super::path::Stop;
use crate::check::TestTitle;
use crate::course::Exercise;
use crate::progress::State;
use crate::source::ExerciseId;
use crate::term::Key;
use crate::text::{Line, Role};

/// An exercise on the screen.
#[derive(Debug, Clone)]
pub(super) struct Solving {
    pub(super) stop: Stop,
    pub(super) id: ExerciseId,
    pub(super) tests: Vec<TestTitle>,
    pub(super) panel: Panel,
    pub(super) confirm: Option<Confirm>,
}

/// What of an exercise is on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Panel {
    Task,
    Result,
    /// The hints of these numbers, from 0.
    Hints(usize, usize),
    Solution,
    Trouble(Trouble),
}

/// Something that is done after a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Confirm {
    Reset,
    Solution,
    Settle,
}

impl Confirm {
    fn question(self) -> &'static str {
        match self {
            Self::Reset => "Put the files back as they were handed out? A copy of yours is kept.",
            Self::Solution => "Show the solution before yours passes?",
            Self::Settle => "Settle this exercise without a pass? You can still do it later.",
        }
    }
}

/// A check that runs.
#[derive(Debug, Clone)]
pub(super) struct Running {
    pub(super) run: u64,
    pub(super) id: ExerciseId,
    pub(super) step: &'static str,
    pub(super) tests: usize,
    pub(super) held: usize,
    /// How long it has run.
    pub(super) seconds: u64,
}

impl Solving {
    pub(super) fn new(stop: Stop, exercise: &Exercise) -> Self {
        Self {
            stop,
            id: exercise.id.clone(),
            tests: exercise.task().tests(),
            panel: Panel::Task,
            confirm: None,
        }
    }
}

impl Machine {
    pub(super) fn solve_key(&mut self, key: Key) {
        let Screen::Solve(solving) = &self.screen else {
            return;
        };
        let (stop, id) = (solving.stop, solving.id.clone());
        match key {
            Key::Enter | Key::Char(' ') | Key::PageDown | Key::Right | Key::Down => {
                self.go_on(stop, id);
            }
            Key::Char('b') | Key::PageUp | Key::Left | Key::Up => self.go_back(stop),
            Key::Char('c') => self.check(id),
            Key::Char('e') => self.edit(id),
            Key::Char('h') => self.next_hint(),
            Key::Char('H') => self.all_hints(),
            Key::Char('t') => self.show_panel(Panel::Task),
            Key::Char('v') => self.view_result(),
            Key::Char('o') => self.want_solution(),
            Key::Char('r') => self.ask_to_confirm(Confirm::Reset),
            Key::Char('s') => self.want_to_settle(),
            Key::Char('n') => self.advance(stop),
            Key::Char('l') if self.has_lab() => self.push(Effect::Lab(id)),
            _ => self.unknown_key(),
        }
    }

    fn go_on(&mut self, stop: Stop, id: ExerciseId) {
        if self.sheet.turn() {
            self.turn_page();
        } else if self.is_done(&id) {
            self.advance(stop);
        } else {
            self.check(id);
        }
    }

    fn go_back(&mut self, stop: Stop) {
        if self.sheet.turn_back() {
            self.turn_page();
        } else if self.panel() == Some(&Panel::Task) {
            self.retreat(stop);
        } else {
            self.show_panel(Panel::Task);
        }
    }

    fn view_result(&mut self) {
        let title = self.exercise().map(|exercise| exercise.title.clone());
        self.open_pager(&title.unwrap_or_default());
    }

    fn edit(&mut self, id: ExerciseId) {
        self.push(Effect::Edit(id));
    }

    pub(super) fn edited(&mut self, edited: Result<(), Trouble>) {
        self.redraw();
        if let Err(trouble) = edited {
            self.complain(&trouble);
        }
    }

    pub(super) fn was_reset(&mut self, reset: Result<PathBuf, Trouble>) {
        match reset {
            Ok(copy) => {
                let text = format!(
                    "The files are as they were handed out. Yours are kept in {}",
                    copy.display()
                );
                self.say(Line::new().with(Role::Good, text));
            }
            Err(trouble) => self.complain(&trouble),
        }
    }

    pub(super) fn show_panel(&mut self, panel: Panel) {
        if let Screen::Solve(solving) = &mut self.screen {
            solving.panel = panel;
            self.new_page();
        }
    }

    pub(super) fn open_exercise(&mut self) {
        if let Some(solving) = self.solving() {
            let id = solving.id.clone();
            self.push(Effect::Open(id.clone()));
            self.note(Note::Started(id));
        }
    }

    pub(super) fn opened(&mut self, id: ExerciseId, opened: Result<Opened, Trouble>) {
        let here = self.solving().is_some_and(|solving| solving.id == id);
        match opened {
            Ok(opened) => {
                let news = self.opened.get(&id) != Some(&opened);
                self.opened.insert(id, opened);
                if here && news && self.panel() == Some(&Panel::Task) {
                    self.update();
                }
            }
            Err(trouble) if here => self.show_panel(Panel::Trouble(trouble)),
            Err(_) => {}
        }
    }

    /// Calls off what belongs to the exercise that is left.
    pub(super) fn leave_exercise(&mut self) {
        if self.running.take().is_some() {
            self.push(Effect::CancelCheck);
        }
    }

    pub(super) fn solving(&self) -> Option<&Solving> {
        match &self.screen {
            Screen::Solve(solving) => Some(solving),
            Screen::List(..)
            | Screen::Read(_)
            | Screen::Quiz(_)
            | Screen::Help
            | Screen::Finish => None,
        }
    }

    fn panel(&self) -> Option<&Panel> {
        self.solving().map(|solving| &solving.panel)
    }

    pub(super) fn exercise(&self) -> Option<&Exercise> {
        self.course.exercise(&self.solving()?.id)
    }

    pub(super) fn state(&self, exercise: &Exercise) -> State {
        self.progress.state_of(exercise)
    }

    fn has_lab(&self) -> bool {
        self.exercise().is_some_and(|it| it.task().live().is_some())
    }

    pub(super) fn is_done(&self, id: &ExerciseId) -> bool {
        let exercise = self.course.exercise(id);
        exercise.is_some_and(|exercise| self.state(exercise).is_done())
    }

    pub(super) fn solving_footer(&self, solving: &Solving) -> Footer {
        if let Some(confirm) = solving.confirm {
            let mut footer = Footer::new("", vec![hint("y", "yes"), hint("any other key", "no")]);
            footer.place = Line::new().with(Role::Warn, confirm.question());
            return footer;
        }
        let enter = match (self.sheet.is_at_end(), self.is_done(&solving.id)) {
            (false, _) => "more",
            (true, true) => "next",
            (true, false) => "check",
        };
        let mut hints = vec![hint("Enter", enter), hint("e", "edit"), hint("h", "hint")];
        if self.has_lab() {
            hints.push(hint("l", "lab"));
        }
        if solving.panel != Panel::Task {
            hints.push(hint("t", "task"));
        }
        if self.results.contains_key(&solving.id) {
            hints.push(hint("v", "full result"));
        }
        hints.extend([hint("n", "next"), hint("b", "back"), hint("m", "map")]);
        let mut footer = self.place_footer(solving.stop, hints);
        self.say_state(&mut footer);
        footer
    }

    fn say_state(&self, footer: &mut Footer) {
        let Some(exercise) = self.exercise() else {
            return;
        };
        footer.place = Line::new().with(Role::Accent, &exercise.title);
        if let Some(running) = &self.running {
            footer.place = Line::new().with(Role::Accent, format!("Checking: {}", running.step));
            let of = self.solving().map_or(0, |solving| solving.tests.len());
            let Running {
                tests,
                held,
                seconds,
                ..
            } = running;
            let held = (*tests > 0).then(|| format!("{held} of {of} hold"));
            let time = (*seconds > 0).then(|| format!("{seconds} s"));
            let parts: Vec<String> = held.into_iter().chain(time).collect();
            footer.note = parts.join(", ");
            return;
        }
        let (role, word) = match self.state(exercise) {
            State::Passed => (Role::Good, " · passed"),
            State::Settled => (Role::Warn, " · settled"),
            State::New | State::Started => (Role::Dim, " · checked at each save"),
        };
        footer.place.push(role, word);
    }
}
