//! The state machine of a course: a key goes to the page, the actions that it answers with are done here, and
//! effects come out.

mod asking;
mod checking;
mod moves;
mod stage;

use std::collections::BTreeSet;

use super::finish::Finish;
use super::help::Help;
use super::messages::{Editor, Effect, Farewell, Input, ProgressNote};
use super::page::{Action, CoursePage, PromptFor};
use super::path::Stop;
use super::reading::Reading;
use super::shared::SharedState;
use super::sheet::Sheet;
use crate::progress::Progress;
use crate::source::ExerciseId;
use crate::term::{Ask, Key, Pager, Prompt, Spot, TerminalEvent};
use crate::text::{Line, Role};

#[derive(Debug)]
pub(super) struct Machine {
    shared: SharedState,
    command: String,
    page: Box<dyn CoursePage>,
    /// The pages under a list or the help, the lowest first.
    under: Vec<Covered>,
    /// The places that results of a search opened, the latest last.
    found: Vec<Found>,
    pager: Option<Pager>,
    prepared: BTreeSet<ExerciseId>,
    /// The question at the bottom of the screen, and its purpose.
    asked: Option<(PromptFor, Prompt)>,
    /// The editor that was chosen because none is set.
    editor: Option<Editor>,
    /// Something to say until the next key.
    notice: Option<Line>,
    finish_shown: bool,
    effects: Vec<Effect>,
}

/// A page that lies under another.
#[derive(Debug)]
struct Covered {
    page: Box<dyn CoursePage>,
    /// The text as it was shown; `None` once it has changed.
    sheet: Option<Sheet>,
}

/// A place that a result of a search opened.
#[derive(Debug)]
struct Found {
    stop: Stop,
    /// The list of results, and the pages under it.
    results: Vec<Covered>,
}

impl Machine {
    /// Returns a session that waits for [`Input::Start`].
    pub(super) fn new(shared: SharedState, command: String) -> Self {
        Self {
            finish_shown: shared.is_finished(),
            shared,
            command,
            page: Box::new(Finish),
            under: Vec::new(),
            found: Vec::new(),
            pager: None,
            prepared: BTreeSet::new(),
            asked: None,
            editor: None,
            notice: None,
            effects: Vec::new(),
        }
    }

    /// Takes one input and returns what is to be done, in order.
    pub(super) fn step(&mut self, input: Input) -> Vec<Effect> {
        match input {
            Input::Now(now) => self.shared.now = now,
            Input::Start => self.start(),
            Input::Terminal(TerminalEvent::Key(key)) => self.key(key),
            Input::Terminal(TerminalEvent::Paste(text)) => self.paste(&text),
            Input::Terminal(TerminalEvent::Line(line)) => self.line(&line),
            Input::Terminal(TerminalEvent::Resize(size)) => self.resize(size),
            Input::Terminal(TerminalEvent::Signal(signal)) => self.quit(Farewell::Signal(signal)),
            Input::Terminal(TerminalEvent::Closed) => self.quit(Farewell::Closed),
            Input::Made(made) => self.made(made),
            Input::Opened(id, opened) => self.opened(id, opened),
            Input::Checking(run, event) => self.checking(run, &event),
            Input::Elapsed(run, seconds) => self.elapsed(run, seconds),
            Input::Checked(run, result) => self.checked(run, result),
            Input::Changed => self.changed(),
            Input::Edited(edited) => self.edited(edited),
            Input::NoEditor(id, file, editors) => self.which_editor(id, file, editors),
            Input::Compared(id, changes) => self.compared(&id, changes),
            Input::Program(id, came) => self.handed_out(id, came),
            Input::Reset(id, reset) => self.was_reset(&id, reset),
            Input::Saved(Ok(progress)) => self.shared.progress = progress,
            Input::Reread(Ok(progress)) => self.reread(progress),
            Input::Reread(Err(trouble)) => self.complain(&trouble),
            Input::Saved(Err(trouble)) if self.shared.exists => self.complain(&trouble),
            Input::Saved(Err(_)) => {}
            Input::Returned => self.turn_page(),
        }
        std::mem::take(&mut self.effects)
    }

    fn key(&mut self, key: Key) {
        if let Some(pager) = &mut self.pager {
            let turn = pager.step(key);
            self.after_pager(turn);
            return;
        }
        self.drop_notice();
        if self.asked.is_some() {
            self.press(key);
        } else if let Some(actions) = self.page.capture(key, &self.shared) {
            self.act(actions);
        } else if !self.common_key(key) {
            let actions = self.page.press(key, &self.shared);
            self.act(actions);
        }
    }

    /// Takes a key that means the same on every page; returns whether it was one.
    fn common_key(&mut self, key: Key) -> bool {
        match key {
            Key::Char('q') | Key::Ctrl('d') => self.quit(Farewell::Done),
            Key::Ctrl('c') => self.quit(Farewell::Interrupted),
            Key::Ctrl('z') => self.push(Effect::Suspend),
            Key::Ctrl('l') => self.redraw(),
            Key::Char('?') => {
                let help = Help::new(self.page.keys(&self.shared));
                self.cover(Box::new(help));
            }
            Key::Char('m') if self.shared.can_leave() => self.show_map(),
            Key::Char('/') if self.shared.can_leave() => {
                self.ask(PromptFor::Search, Ask::Words("Search for".to_owned()));
            }
            Key::Escape if !self.under.is_empty() => self.close(),
            Key::Escape if self.is_found(self.page.stop()) => self.reopen_results(),
            _ => return false,
        }
        true
    }

    /// Does what a page wants.
    fn act(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Effect(effect) => self.push(effect),
                Action::Note(note) => self.note(note),
                Action::Say(line) => self.say(line),
                Action::Turn => {
                    self.shared.sheet.turn();
                    self.turn_page();
                }
                Action::TurnBack => {
                    self.shared.sheet.turn_back();
                    self.turn_page();
                }
                Action::Restart => self.new_page(),
                Action::Update => self.update(),
                Action::Refresh => self.refresh(),
                Action::DrawFooter => self.draw_footer(),
                Action::Pager(title) => self.open_pager(&title),
                Action::Ask(asked, ask) => self.ask(asked, ask),
                Action::Press(key) => self.press(key),
                Action::Check(id) => self.check(id),
                Action::Edit(id) => self.edit(id, 0),
                Action::Go(target) => self.follow(target),
                Action::GoAfter(stop) => self.advance(stop),
                Action::GoBefore(stop) => self.retreat(stop),
                Action::SkipLesson(stop) => {
                    let next = self.shared.way().lesson(stop.lesson + 1);
                    self.go_or_finish(next);
                }
                Action::Cover(page) => self.cover(page),
                Action::Visit(stop) => self.cover(Box::new(Reading::visit(stop))),
                Action::Replace(page) => self.replace(page),
                Action::Close => self.close(),
                Action::ShowTracks => self.show_tracks(),
            }
        }
    }

    /// Returns the exercise that the page is about.
    pub(super) fn exercise(&self) -> Option<&ExerciseId> {
        self.page.exercise()
    }

    /// Takes the progress as another program has left it, and shows it.
    fn reread(&mut self, progress: Progress) {
        if self.shared.progress == progress {
            return;
        }
        self.shared.progress = progress;
        // Numbers of entries that are on paper stay what they were.
        if self.shared.view.by_lines() {
            return;
        }
        self.page.renew(&self.shared);
        for covered in &mut self.under {
            covered.page.renew(&self.shared);
        }
        if self.pager.is_none() {
            self.refresh();
        }
    }

    #[cfg(test)]
    pub(super) fn progress(&self) -> &Progress {
        &self.shared.progress
    }

    /// Ends the session; all is saved already.
    fn quit(&mut self, farewell: Farewell) {
        self.cancel_check();
        if self.pager.take().is_some() {
            self.push(Effect::EndFrames);
        }
        if farewell != Farewell::Closed {
            let lines = self.shared.view.fit(self.last_words());
            self.push(Effect::Show(lines, Spot::Below));
        }
        self.push(Effect::Quit(farewell));
    }

    /// Returns what was kept, and the command that goes on, on a line of its own if the screen is narrow.
    fn last_words(&self) -> Vec<Line> {
        let kept = if self.shared.exists {
            "Your progress is saved. To go on:"
        } else {
            "Nothing was written. To start again:"
        };
        let kept = Line::new().with(Role::Dim, kept);
        let command = Line::new().with(Role::Code, &self.command);
        let both = kept
            .clone()
            .with(Role::Dim, " ")
            .with(Role::Code, &self.command);
        if both.width() > self.shared.view.caps.width {
            return vec![Line::new(), kept, command];
        }
        vec![Line::new(), both]
    }

    /// Writes down what the learner did.
    fn note(&mut self, note: ProgressNote) {
        let now = self.shared.now;
        note.apply(&mut self.shared.progress, &self.shared.course, now);
        self.push(Effect::Save(note));
    }
}
