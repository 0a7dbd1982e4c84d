//! The session as a state machine: it is told what happens and says what to do about it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::input::{Effect, Farewell, Input, Note, Opened};
use super::menu::Menu;
use super::path::Stop;
use super::quizzing::Quizzing;
use super::sheet::Sheet;
use super::solving::{Running, Solving};
use super::view::View;
use crate::check::Outcome;
use crate::course::Course;
use crate::progress::Progress;
use crate::source::ExerciseId;
use crate::term::{Key, Pager, Reply, Spot};
use crate::text::{Line, Role};

/// What a session starts from.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    /// The course.
    pub course: Arc<Course>,
    /// What was done so far.
    pub progress: Progress,
    /// The workspace, as a learner would type it.
    pub workspace: String,
    /// Whether the workspace is there already.
    pub exists: bool,
    /// The command that opens the session.
    pub command: String,
    /// How the learner looks at it.
    pub view: View,
}

/// The session.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(super) course: Arc<Course>,
    pub(super) progress: Progress,
    pub(super) workspace: String,
    pub(super) exists: bool,
    command: String,
    pub(super) view: View,
    pub(super) screen: Screen,
    /// The screens under a list or the help, the lowest first.
    pub(super) under: Vec<Screen>,
    pub(super) sheet: Sheet,
    pub(super) pager: Option<Pager>,
    pub(super) results: BTreeMap<ExerciseId, Outcome>,
    pub(super) opened: BTreeMap<ExerciseId, Opened>,
    pub(super) prepared: BTreeSet<ExerciseId>,
    pub(super) running: Option<Running>,
    pub(super) runs: u64,
    /// Whether words are being typed, and for what, where a session runs by lines.
    pub(super) asked: Option<Asked>,
    /// Something to say until the next key.
    pub(super) notice: Option<Line>,
    pub(super) finish_shown: bool,
    pub(super) effects: Vec<Effect>,
}

/// What words were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Answer,
    Search,
}

/// What is on the screen.
#[derive(Debug, Clone)]
pub(super) enum Screen {
    List(List, Menu),
    Read(Stop),
    Quiz(Quizzing),
    Solve(Solving),
    Help,
    Finish,
}

/// Which list is on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Tracks,
    Map,
    Found,
    Left,
}

impl Machine {
    /// Returns a session that waits for [`Input::Start`].
    pub(crate) fn new(setup: Setup) -> Self {
        let track = setup.progress.track.as_ref();
        let finish_shown = track.is_some_and(|track| setup.progress.finished(&setup.course, track));
        Self {
            course: setup.course,
            progress: setup.progress,
            workspace: setup.workspace,
            exists: setup.exists,
            command: setup.command,
            view: setup.view,
            screen: Screen::Finish,
            under: Vec::new(),
            sheet: Sheet::new(Vec::new(), 1),
            pager: None,
            results: BTreeMap::new(),
            opened: BTreeMap::new(),
            prepared: BTreeSet::new(),
            running: None,
            runs: 0,
            asked: None,
            notice: None,
            finish_shown,
            effects: Vec::new(),
        }
    }

    /// Takes one input and returns what is to be done, in order.
    pub(crate) fn step(&mut self, input: Input) -> Vec<Effect> {
        match input {
            Input::Start => self.start(),
            Input::Key(key) => self.key(key),
            Input::Line(line) => self.line(&line),
            Input::Resize(size) => self.resize(size),
            Input::Reply(reply) => self.reply(reply),
            Input::Made(made) => self.made(made),
            Input::Opened(id, opened) => self.opened(id, opened),
            Input::Checking(run, event) => self.checking(run, event),
            Input::Elapsed(run, seconds) => self.elapsed(run, seconds),
            Input::Checked(run, result) => self.checked(run, result),
            Input::Changed => self.changed(),
            Input::Edited(edited) => self.edited(edited),
            Input::Reset(reset) => self.was_reset(reset),
            Input::Saved(Ok(progress)) => self.progress = progress,
            Input::Saved(Err(trouble)) if self.exists => self.complain(&trouble),
            Input::Saved(Err(_)) => {}
            Input::Returned => self.turn_page(),
            Input::Signal(signal) => self.quit(Farewell::Signal(signal)),
            Input::Closed => self.quit(Farewell::Closed),
        }
        std::mem::take(&mut self.effects)
    }

    fn start(&mut self) {
        let place = self.progress.place.as_ref().filter(|_| self.exists);
        match place.and_then(|place| self.way().stop_of(place)) {
            Some(stop) => self.go(stop),
            None => self.show_tracks(),
        }
    }

    fn key(&mut self, key: Key) {
        if let Some(pager) = &mut self.pager {
            let turn = pager.step(key);
            self.after_pager(turn);
            return;
        }
        self.notice = None;
        if self.confirm(key) || self.common_key(key) {
            return;
        }
        match &self.screen {
            Screen::List(..) => self.list_key(key),
            Screen::Read(stop) => self.read_key(*stop, key),
            Screen::Quiz(_) => self.quiz_key(key),
            Screen::Solve(_) => self.solve_key(key),
            Screen::Help => self.close(),
            Screen::Finish => self.finish_key(key),
        }
    }

    /// Takes a key that means the same on every screen; returns whether it was one.
    fn common_key(&mut self, key: Key) -> bool {
        match key {
            Key::Char('q') | Key::Ctrl('d') => self.quit(Farewell::Done),
            Key::Ctrl('c') => self.quit(Farewell::Interrupted),
            Key::Ctrl('z') => self.push(Effect::Suspend),
            Key::Ctrl('l') => self.redraw(),
            Key::Char('?') if !matches!(self.screen, Screen::Help) => self.cover(Screen::Help),
            Key::Char('m') if self.can_leave() && !self.is_list(List::Map) => self.show_map(),
            Key::Char('/') if self.can_leave() => self.ask_search(),
            Key::Escape if !self.under.is_empty() => self.close(),
            _ => return false,
        }
        true
    }

    /// Returns whether the learner may go anywhere: not before a track is chosen.
    pub(super) fn can_leave(&self) -> bool {
        self.exists && (self.course.tracks.is_empty() || self.progress.track.is_some())
    }

    pub(super) fn is_list(&self, wanted: List) -> bool {
        matches!(self.screen, Screen::List(list, _) if list == wanted)
    }

    /// Takes a line as the keys it stands for.
    fn line(&mut self, line: &str) {
        if let Some(asked) = self.asked.take() {
            self.typed(asked, line);
        } else if line.is_empty() {
            self.key(Key::Enter);
        } else if line.starts_with(|char: char| char.is_ascii_digit()) {
            self.numbers(line);
        } else {
            let mut chars = line.chars();
            match (chars.next(), chars.next()) {
                (Some(char), None) => self.key(Key::Char(char)),
                _ => self.say(Line::new().with(Role::Warn, "Type one of the keys, then Enter.")),
            }
        }
    }

    fn numbers(&mut self, line: &str) {
        let parts = line.split([' ', ',']).filter(|part| !part.is_empty());
        let numbers: Option<Vec<usize>> = parts.map(|part| part.parse().ok()).collect();
        match (&self.screen, numbers) {
            (Screen::Quiz(_), Some(numbers)) => self.answer_numbers(&numbers),
            (Screen::List(..), Some(numbers)) => self.choose_number(numbers[0]),
            _ => self.say(Line::new().with(Role::Warn, "A number does nothing here.")),
        }
    }

    fn reply(&mut self, reply: Reply) {
        match (reply, self.asked.take()) {
            (Reply::Interrupted, _) => self.quit(Farewell::Interrupted),
            (Reply::Dismissed, _) | (Reply::Answer(_), None) => self.redraw(),
            (Reply::Answer(answer), Some(Asked::Answer)) => self.answered(&answer),
            (Reply::Answer(answer), Some(Asked::Search)) => self.searched(&answer),
        }
    }

    /// Ends the session; all is saved already.
    pub(super) fn quit(&mut self, farewell: Farewell) {
        if self.running.take().is_some() {
            self.push(Effect::CancelCheck);
        }
        if self.pager.take().is_some() {
            self.push(Effect::EndFrames);
        }
        if farewell != Farewell::Closed {
            let lines = self.view.fit(vec![Line::new(), self.last_words()]);
            self.push(Effect::Show(lines, Spot::Below));
        }
        self.push(Effect::Quit(farewell));
    }

    fn last_words(&self) -> Line {
        let kept = if self.exists {
            "Your progress is saved. To go on: "
        } else {
            "Nothing was written. To start again: "
        };
        Line::new()
            .with(Role::Dim, kept)
            .with(Role::Code, &self.command)
    }

    /// Writes down what the learner did.
    pub(super) fn note(&mut self, note: Note) {
        note.apply(&mut self.progress, &self.course, 0);
        self.push(Effect::Save(note));
    }
}
