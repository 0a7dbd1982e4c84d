//! An exercise: its task, checks at each save, hints, the solution.

use std::path::PathBuf;

use super::footer::{Footer, hint};
use super::input::{Effect, Note, Opened, Trouble};
use super::machine::{Machine, Screen};
use super::path::Stop;
use crate::check::{Event, Outcome, TestTitle, Verdict};
use crate::course::{Exercise, ExerciseId};
use crate::progress::State;
use crate::term::Key;
use crate::text::{Line, Role};

/// An exercise on the screen.
#[derive(Debug, Clone)]
pub(super) struct Solving {
    pub(super) stop: Stop,
    pub(super) id: ExerciseId,
    pub(super) tests: Vec<TestTitle>,
    pub(super) panel: Panel,
    confirm: Option<Confirm>,
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
enum Confirm {
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
    run: u64,
    id: ExerciseId,
    step: &'static str,
    tests: usize,
    held: usize,
}

impl Solving {
    pub(super) fn new(stop: Stop, exercise: &Exercise) -> Self {
        Self {
            stop,
            id: exercise.id.clone(),
            tests: exercise.task.tests(),
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

    fn ask_to_confirm(&mut self, confirm: Confirm) {
        if let Screen::Solve(solving) = &mut self.screen {
            solving.confirm = Some(confirm);
        }
        self.draw_footer();
    }

    fn want_solution(&mut self) {
        match self.solving() {
            Some(solving) if self.is_done(&solving.id) => self.show_solution(solving.id.clone()),
            Some(_) | None => self.ask_to_confirm(Confirm::Solution),
        }
    }

    fn show_solution(&mut self, id: ExerciseId) {
        self.note(Note::SolutionSeen(id));
        self.show_panel(Panel::Solution);
    }

    fn want_to_settle(&mut self) {
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

    fn settle(&mut self, reason: &str) {
        let Some(solving) = self.solving() else {
            return;
        };
        let (stop, id) = (solving.stop, solving.id.clone());
        self.note(Note::Settled(id, reason.to_owned()));
        self.advance(stop);
    }

    fn next_hint(&mut self) {
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

    fn all_hints(&mut self) {
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

    /// Starts a check; one that runs is called off.
    fn check(&mut self, id: ExerciseId) {
        self.runs += 1;
        self.running = Some(Running {
            run: self.runs,
            id: id.clone(),
            step: "starting",
            tests: 0,
            held: 0,
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

    pub(super) fn checked(&mut self, run: u64, result: Result<Outcome, Trouble>) {
        let Some(running) = self.running.take_if(|running| running.run == run) else {
            return;
        };
        let panel = match result {
            Ok(outcome) => {
                if outcome.verdict() == Verdict::Passed {
                    self.note(Note::Passed(running.id.clone()));
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

    fn show_panel(&mut self, panel: Panel) {
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

    fn is_done(&self, id: &ExerciseId) -> bool {
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
            if running.tests > 0 {
                footer.note = format!("{} of {of} hold", running.held);
            }
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
