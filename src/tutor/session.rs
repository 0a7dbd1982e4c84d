//! The session on a real machine: what the [`Machine`] wants done is done here.

use std::collections::VecDeque;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::bench::Bench;
use super::desk::Desk;
use super::{Effect, Farewell, Input, Machine, Setup, Trouble, View};
use crate::check::{CheckError, Context};
use crate::course::Course;
use crate::progress::Progress;
use crate::sys::clock::Stopwatch;
use crate::term::{Caps, Lines, Listener, Received, Terminal, Theme, Tty};
use crate::workspace::{Lock, Workspace, WorkspaceError};

/// What a session needs.
pub(crate) struct Opening {
    /// The course.
    pub course: Course,
    /// The workspace, if there is one.
    pub workspace: Option<Workspace>,
    /// Where a workspace is made if there is none.
    pub root: PathBuf,
    /// What was done so far.
    pub progress: Progress,
    /// The command that opens the session.
    pub command: String,
    /// What checks work with.
    pub context: Context,
    /// What the terminal can do.
    pub caps: Caps,
    /// The looks.
    pub theme: Theme,
    /// Words what goes wrong.
    pub words: Words,
}

/// Words what goes wrong.
pub(crate) type Words = Arc<dyn Fn(SessionError) -> Trouble + Send + Sync>;

/// What can go wrong in a session.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    /// The workspace could not be used.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// A check could not be done.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// The terminal or the editor could not be used.
    #[error(transparent)]
    Stream(#[from] io::Error),
    /// No editor is known.
    #[error("no editor is set")]
    NoEditor,
}

/// Something that reaches the session from one of its threads.
#[derive(Debug)]
pub(super) enum Message {
    Received(Received),
    Input(Input),
}

/// Runs a session to its end.
///
/// # Errors
/// Fails when another session is open in the workspace, or when the terminal cannot be used.
pub(crate) fn run(opening: Opening) -> Result<Farewell, SessionError> {
    let lock = opening
        .workspace
        .as_ref()
        .map(Workspace::lock)
        .transpose()?;
    let (sender, receiver) = channel();
    let view = view(&opening.caps);
    let terminal = open_terminal(&opening, view, &sender)?;
    let mut session = Session {
        machine: machine(&opening, view),
        terminal,
        bench: Bench::new(opening.context, Arc::clone(&opening.words), sender.clone()),
        desk: Desk::new(opening.course, opening.workspace, opening.root),
        words: opening.words,
        sender,
        lock,
        by_lines: view.by_lines,
        clock: None,
    };
    session.run(&receiver)
}

fn machine(opening: &Opening, view: View) -> Machine {
    let root = opening
        .workspace
        .as_ref()
        .map_or(opening.root.as_path(), Workspace::root);
    let home = opening.context.environment.home();
    Machine::new(Setup {
        course: Arc::new(opening.course.clone()),
        progress: opening.progress.clone(),
        workspace: Desk::shown(root, home.as_deref()),
        exists: opening.workspace.is_some(),
        command: opening.command.clone(),
        view,
    })
}

fn view(caps: &Caps) -> View {
    let redraws = caps.terminal && io::stdin().is_terminal() && !caps.accessible;
    View {
        size: crate::term::Size {
            columns: caps.width,
            rows: caps.height,
        },
        by_lines: !redraws,
        paged: caps.terminal && io::stdin().is_terminal(),
        accessible: caps.accessible,
        hyperlinks: caps.hyperlinks,
        ascii: !caps.unicode,
        highlight: caps.color,
    }
}

fn open_terminal(
    opening: &Opening,
    view: View,
    sender: &Sender<Message>,
) -> io::Result<Box<dyn Terminal>> {
    let sender = sender.clone();
    let listener: Listener = Arc::new(move |received| {
        // When nobody listens any more the session is over.
        sender.send(Message::Received(received)).ok();
    });
    let (caps, theme) = (opening.caps.clone(), opening.theme.clone());
    if view.by_lines {
        return Ok(Box::new(Lines::open(caps, theme, &listener)?));
    }
    Ok(Box::new(Tty::open(caps, theme, &listener)?))
}

struct Session {
    machine: Machine,
    terminal: Box<dyn Terminal>,
    bench: Bench,
    desk: Desk,
    words: Words,
    sender: Sender<Message>,
    lock: Option<Lock>,
    by_lines: bool,
    /// The clock of the check that runs.
    clock: Option<Clock>,
}

const HOLDS_A_SENDER: &str = "the session itself holds a sender";

/// How long the check of this number has run.
struct Clock {
    run: u64,
    watch: Stopwatch,
    /// The seconds that were told.
    told: u64,
}

impl Clock {
    fn of(run: u64) -> Self {
        Self {
            run,
            watch: Stopwatch::start(),
            told: 0,
        }
    }

    /// Returns how long it is until the next second is over.
    fn left_of_second(&self) -> Duration {
        self.watch.remaining(Duration::from_secs(self.told + 1))
    }

    fn tick(&mut self) -> Input {
        self.told = self.watch.elapsed().as_secs();
        Input::Elapsed(self.run, self.told)
    }
}

impl Session {
    fn run(&mut self, messages: &Receiver<Message>) -> Result<Farewell, SessionError> {
        let mut ended = self.tell(Input::Start)?;
        while ended.is_none() {
            let input = self.next(messages);
            ended = self.tell(input)?;
        }
        self.bench.close();
        let farewell = ended.expect("the loop ends with it");
        match self.terminal.leave() {
            // Nobody is left to be told that it is gone.
            Err(_) if farewell == Farewell::Closed => Ok(farewell),
            left => Ok(left.map(|()| farewell)?),
        }
    }

    /// Waits for the next input. While a check runs, a second that passes is one.
    fn next(&mut self, messages: &Receiver<Message>) -> Input {
        let Some(clock) = &mut self.clock else {
            let message = messages.recv().expect(HOLDS_A_SENDER);
            return self.input(message);
        };
        match messages.recv_timeout(clock.left_of_second()) {
            Ok(message) => self.input(message),
            Err(RecvTimeoutError::Timeout) => clock.tick(),
            Err(RecvTimeoutError::Disconnected) => unreachable!("{HOLDS_A_SENDER}"),
        }
    }

    fn input(&mut self, message: Message) -> Input {
        match message {
            Message::Input(input) => {
                if let Input::Checked(run, _) = &input {
                    self.clock.take_if(|clock| clock.run == *run);
                }
                input
            }
            Message::Received(Received::Key(key)) => Input::Key(key),
            Message::Received(Received::Line(line)) => Input::Line(line),
            Message::Received(Received::Resize(size)) => {
                self.terminal.resize(size);
                Input::Resize(size)
            }
            Message::Received(Received::Signal(signal)) => Input::Signal(signal),
            Message::Received(Received::Closed) => Input::Closed,
        }
    }

    /// Tells the machine and does what it wants, until it wants nothing more.
    fn tell(&mut self, input: Input) -> Result<Option<Farewell>, SessionError> {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for effect in self.machine.step(input) {
                if let Effect::Quit(farewell) = effect {
                    return Ok(Some(farewell));
                }
                match self.act(effect) {
                    Ok(input) => inputs.extend(input),
                    Err(error) if is_gone(&error) => return Ok(Some(Farewell::Closed)),
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(None)
    }

    /// Does what the machine wants and returns what to tell it. Errors are the terminal's.
    fn act(&mut self, effect: Effect) -> io::Result<Option<Input>> {
        match effect {
            Effect::Show(lines, spot) => self.terminal.show(&lines, spot)?,
            Effect::Footer(lines) => self.terminal.footer(&lines)?,
            Effect::Frame(rows) => self.terminal.frame(&rows)?,
            Effect::EndFrames => self.terminal.end_frames()?,
            Effect::Ask(ask) => return Ok(Some(Input::Reply(self.terminal.ask(&ask)?))),
            Effect::Save(note) => {
                let saved = self.desk.save(&note);
                return Ok(Some(Input::Saved(self.worded(saved))));
            }
            Effect::MakeWorkspace => {
                let made = self.make();
                return Ok(Some(Input::Made(self.worded(made))));
            }
            Effect::Open(id) => {
                let opened = self.desk.open(&id, &self.bench, &self.sender);
                return Ok(Some(Input::Opened(id, self.worded(opened))));
            }
            Effect::Reset(id) => {
                let reset = self.desk.reset(&id);
                return Ok(Some(Input::Reset(self.worded(reset))));
            }
            Effect::Edit(id) => return self.edit(&id).map(Some),
            Effect::Lab(id) => return self.lab(&id).map(Some),
            Effect::Prepare(id) => self.bench.prepare(self.desk.exercise(&id)),
            Effect::Check(run, id) => {
                // Where nothing is redrawn there is no clock to see.
                self.clock = (!self.by_lines).then(|| Clock::of(run));
                self.bench.check(run, self.desk.submission(&id));
            }
            Effect::CancelCheck => {
                self.clock = None;
                self.bench.cancel();
            }
            Effect::Suspend => return self.suspend().map(Some),
            Effect::Quit(_) => {}
        }
        Ok(None)
    }

    fn make(&mut self) -> Result<(), WorkspaceError> {
        let workspace = self.desk.make()?;
        self.lock = Some(workspace.lock()?);
        Ok(())
    }

    fn edit(&mut self, id: &crate::source::ExerciseId) -> io::Result<Input> {
        let Some((program, arguments)) = self.desk.editor(id, self.bench.context()) else {
            let trouble = (self.words)(SessionError::NoEditor);
            return Ok(Input::Edited(Err(trouble)));
        };
        self.terminal.release()?;
        let edited = crate::sandbox::interactive(&program, &arguments);
        self.terminal.reclaim()?;
        Ok(Input::Edited(self.worded(edited)))
    }

    /// Puts a lab up as the learner would in another terminal; q in it leads back.
    fn lab(&mut self, id: &crate::source::ExerciseId) -> io::Result<Input> {
        let gradus = self.bench.context().sandbox.launcher().to_owned();
        let root = self.desk.root().as_os_str().to_owned();
        let words = ["lab", "up", id.as_str(), "--workspace"].map(std::ffi::OsString::from);
        let arguments: Vec<_> = words.into_iter().chain([root]).collect();
        self.terminal.release()?;
        let done = crate::sandbox::interactive(&gradus, &arguments);
        self.terminal.reclaim()?;
        done.map(|()| Input::Returned)
    }

    fn suspend(&mut self) -> io::Result<Input> {
        self.terminal.release()?;
        crate::term::suspend()?;
        self.terminal.reclaim()?;
        Ok(Input::Returned)
    }

    fn worded<T, E: Into<SessionError>>(&self, result: Result<T, E>) -> Result<T, Trouble> {
        result.map_err(|error| (self.words)(error.into()))
    }
}

/// Returns whether the terminal went away.
fn is_gone(error: &io::Error) -> bool {
    // 5 is EIO: a terminal whose other end is closed.
    let kinds = [io::ErrorKind::BrokenPipe, io::ErrorKind::UnexpectedEof];
    kinds.contains(&error.kind()) || error.raw_os_error() == Some(5)
}
