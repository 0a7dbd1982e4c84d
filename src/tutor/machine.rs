//! The session as a state machine: it is told what happens and says what to do about it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::footer::{Footer, hint};
use super::input::{Effect, Farewell, Input, Note, Opened, Trouble};
use super::menu::{Menu, Target};
use super::path::{Stop, Way};
use super::quizzing::Quizzing;
use super::sheet::{Added, Sheet};
use super::solving::{Running, Solving};
use super::view::View;
use crate::check::Outcome;
use crate::course::{Course, ExerciseId, Item};
use crate::progress::Progress;
use crate::term::{Key, Pager, Reply, Size, Spot, Turn};
use crate::text::{Line, Role};

/// What a session starts from.
#[derive(Debug, Clone)]
pub struct Setup {
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
pub struct Machine {
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
    effects: Vec<Effect>,
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
    pub fn new(setup: Setup) -> Self {
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
    pub fn step(&mut self, input: Input) -> Vec<Effect> {
        match input {
            Input::Start => self.start(),
            Input::Key(key) => self.key(key),
            Input::Line(line) => self.line(&line),
            Input::Resize(size) => self.resize(size),
            Input::Reply(reply) => self.reply(reply),
            Input::Made(made) => self.made(made),
            Input::Opened(id, opened) => self.opened(id, opened),
            Input::Checking(run, event) => self.checking(run, event),
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

    fn resize(&mut self, size: Size) {
        self.view.size = size;
        if let Some(mut pager) = self.pager.take() {
            pager.resize(self.in_full(), size);
            self.push(Effect::Frame(pager.frame()));
            self.pager = Some(pager);
        }
        let lines = self.content();
        self.sheet.relay(lines, self.view.rows());
        self.redraw();
    }

    fn after_pager(&mut self, turn: Turn) {
        match (turn, &self.pager) {
            (Turn::Stay, Some(pager)) => self.push(Effect::Frame(pager.frame())),
            (Turn::Stay | Turn::Leave, _) => {
                self.pager = None;
                self.push(Effect::EndFrames);
                self.redraw();
            }
        }
    }

    /// Opens the pager on all there is to read on this screen.
    pub(super) fn open_pager(&mut self, title: &str) {
        let lines = self.in_full();
        if self.view.by_lines {
            self.push(Effect::Show(lines, Spot::Fresh));
            self.draw_footer();
            return;
        }
        let pager = Pager::new(title, lines, self.view.size);
        self.push(Effect::Frame(pager.frame()));
        self.pager = Some(pager);
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

    /// Starts the screen's text on an empty screen.
    pub(super) fn new_page(&mut self) {
        self.sheet = Sheet::new(self.content(), self.view.rows());
        self.turn_page();
    }

    /// Shows the sheet's page on an empty screen.
    pub(super) fn turn_page(&mut self) {
        self.show(Spot::Fresh);
    }

    /// Shows the sheet's page where it is.
    pub(super) fn redraw(&mut self) {
        if self.view.by_lines {
            self.draw_footer();
        } else {
            self.show(Spot::Over);
        }
    }

    /// Shows the screen's text anew after it has changed: what was added below, if it was added.
    pub(super) fn update(&mut self) {
        let lines = self.content();
        match self.sheet.extend(lines.clone(), self.view.rows()) {
            Some(Added::Below(added)) => {
                self.push(Effect::Show(added, Spot::Below));
                self.draw_footer();
                self.note_seen();
            }
            Some(Added::Fresh) => self.turn_page(),
            None => {
                self.sheet = Sheet::new(lines, self.view.rows());
                self.redraw_changed();
            }
        }
    }

    fn redraw_changed(&mut self) {
        self.show(if self.view.by_lines {
            Spot::Fresh
        } else {
            Spot::Over
        });
    }

    fn show(&mut self, spot: Spot) {
        let lines = self.sheet.shown().to_vec();
        self.push(Effect::Show(lines, spot));
        self.draw_footer();
        self.note_seen();
    }

    /// Draws the footer anew.
    pub(super) fn draw_footer(&mut self) {
        let footer = self.footer();
        self.push(Effect::Footer(footer.lines(&self.view)));
    }

    /// Says something until the next key.
    pub(super) fn say(&mut self, line: Line) {
        self.notice = Some(line);
        self.draw_footer();
    }

    pub(super) fn complain(&mut self, trouble: &Trouble) {
        let mut line = Line::new().with(Role::Bad, &trouble.what);
        if let Some(help) = &trouble.help {
            line.push(Role::Dim, format!(" {help}"));
        }
        self.say(line);
    }

    /// Writes down what the learner did.
    pub(super) fn note(&mut self, note: Note) {
        note.apply(&mut self.progress, &self.course, 0);
        self.push(Effect::Save(note));
    }

    /// Asks for something; what is drawn while the pager is open would be lost.
    pub(super) fn push(&mut self, effect: Effect) {
        let hidden = matches!(effect, Effect::Show(..) | Effect::Footer(_));
        if !(hidden && self.pager.is_some()) {
            self.effects.push(effect);
        }
    }

    pub(super) fn way(&self) -> Way<'_> {
        Way {
            course: &self.course,
            track: self.progress.track.as_ref(),
        }
    }

    /// Returns the text of the screen.
    pub(super) fn content(&self) -> Vec<Line> {
        let lines = match &self.screen {
            Screen::List(_, menu) => menu.lines(&self.view),
            Screen::Read(stop) => self.reading(*stop),
            Screen::Quiz(quizzing) => self.question(quizzing),
            Screen::Solve(solving) => self.exercise_page(solving),
            Screen::Help => self.help(),
            Screen::Finish => self.finish_page(),
        };
        self.view.fit(lines)
    }

    /// Returns what the pager shows for the screen.
    fn in_full(&self) -> Vec<Line> {
        let lines = match &self.screen {
            Screen::Read(stop) => self.whole_lesson(*stop),
            Screen::Solve(solving) => self.whole_result(solving),
            Screen::List(..) | Screen::Quiz(_) | Screen::Help | Screen::Finish => self.content(),
        };
        self.view.fit(lines)
    }

    fn footer(&self) -> Footer {
        let mut footer = match &self.screen {
            Screen::List(list, _) => self.list_footer(*list),
            Screen::Read(stop) => self.reading_footer(*stop),
            Screen::Quiz(quizzing) => self.quiz_footer(quizzing),
            Screen::Solve(solving) => self.solving_footer(solving),
            Screen::Help => Footer::new("Keys", vec![hint("Enter", "back")]),
            Screen::Finish => Footer::new(
                "The end of the track",
                vec![hint("Enter", "what is left"), hint("m", "map")],
            ),
        };
        let (page, pages) = self.sheet.place();
        if pages > 1 && footer.note.is_empty() {
            footer.note = format!("page {page} of {pages}");
        }
        if let Some(notice) = &self.notice {
            footer.place = notice.clone();
        }
        footer
    }

    pub(super) fn follow(&mut self, target: Target) {
        match target {
            Target::Stop(stop) => self.go(stop),
            Target::Track(track) => self.choose_track(track),
        }
    }
}
