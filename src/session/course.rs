//! The course on a real machine: what the [`Machine`] wants done is done here.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use super::Surface;
use super::check_runner::CheckRunner;
use super::editor::EditorCommand;
use super::learner_files::LearnerFiles;
use super::machine::Machine;
use super::screen::{self, Flow, Screen};
use super::shared::SharedState;
use super::{Editor, Effect, Farewell, Input, SessionError, Trouble, View, Words};
use crate::check::Context;
use crate::course::Course;
use crate::progress::Progress;
use crate::sandbox::interactive;
use crate::source::ExerciseId;
use crate::sys::clock::Stopwatch;
use crate::term::{Terminal, TerminalEvent, suspend};
use crate::workspace::{Lock, Workspace, WorkspaceError};

/// How often a screen on which nothing happens looks for what another program noted.
const REREAD: Duration = Duration::from_secs(1);

/// What a session needs.
pub(crate) struct Opening {
    pub course: Course,
    /// The workspace, if there is one.
    pub workspace: Option<Workspace>,
    /// Where a workspace is made if there is none.
    pub root: PathBuf,
    /// What was done so far.
    pub progress: Progress,
    /// The command that opens the session.
    pub command: String,
    pub context: Context,
    /// The terminal, and the words for what goes wrong.
    pub surface: Surface,
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
    let (sender, inputs) = channel();
    let view = opening.surface.view();
    let terminal = opening.surface.open(&sender)?;
    let words = Arc::clone(&opening.surface.words);
    let mut session = Session {
        machine: machine(&opening, view),
        terminal,
        runner: CheckRunner::new(opening.context, Arc::clone(&words), sender.clone()),
        files: LearnerFiles::new(opening.course, opening.workspace, opening.root),
        words,
        sender,
        lock,
        redraws: !view.by_lines(),
        clock: None,
    };
    screen::run(&mut session, &inputs)
}

fn machine(opening: &Opening, view: View) -> Machine {
    let root = opening
        .workspace
        .as_ref()
        .map_or(opening.root.as_path(), Workspace::root);
    let home = opening.context.environment.home();
    let shown = LearnerFiles::shown(root, home.as_deref());
    let shared = SharedState::new(
        opening.course.clone(),
        opening.progress.clone(),
        (shown, opening.workspace.is_some()),
        view,
    );
    Machine::new(shared, opening.command.clone())
}

struct Session {
    machine: Machine,
    terminal: Box<dyn Terminal>,
    runner: CheckRunner,
    files: LearnerFiles,
    words: Words,
    sender: Sender<Input>,
    lock: Option<Lock>,
    /// Whether the footer can be drawn anew, as a clock must.
    redraws: bool,
    /// The clock of the check that runs.
    clock: Option<Clock>,
}

/// How long the check of this number has run.
struct Clock {
    run: u64,
    watch: Stopwatch,
    /// The seconds that the machine knows of.
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

impl Screen for Session {
    type Input = Input;

    fn terminal(&mut self) -> &mut dyn Terminal {
        &mut *self.terminal
    }

    fn start(&mut self) -> Flow {
        self.tell(Input::Start)
    }

    fn take(&mut self, input: Input) -> Flow {
        if let Input::Terminal(TerminalEvent::Resize(size)) = &input {
            self.terminal.resize(*size);
        }
        if let Input::Checked(run, _) = &input {
            self.clock.take_if(|clock| clock.run == *run);
        }
        if let Some(farewell) = self.reread()? {
            return Ok(Some(farewell));
        }
        self.tell(input)
    }

    /// A second that passes is an input while a check runs, and may show what another program noted.
    fn timeout(&self) -> Option<Duration> {
        let clock = self.clock.as_ref().map(Clock::left_of_second);
        clock.or(self.redraws.then_some(REREAD))
    }

    fn tick(&mut self) -> Flow {
        if let Some(farewell) = self.reread()? {
            return Ok(Some(farewell));
        }
        match self.clock.as_mut().map(Clock::tick) {
            Some(input) => self.tell(input),
            None => Ok(None),
        }
    }

    fn stop(&mut self) {
        self.runner.close();
    }
}

impl Session {
    /// Tells the machine and does what it wants, until it wants nothing more.
    fn tell(&mut self, input: Input) -> Flow {
        let mut inputs = VecDeque::from([Input::Now(self.now()), input]);
        while let Some(input) = inputs.pop_front() {
            for effect in self.machine.step(input) {
                if let Effect::Quit(farewell) = effect {
                    return Ok(Some(farewell));
                }
                inputs.extend(self.act(effect)?);
            }
        }
        Ok(None)
    }

    /// Tells the machine of progress that was written since it was read last.
    fn reread(&mut self) -> Flow {
        let reread = self.files.reread_progress();
        match self.worded(reread).transpose() {
            Some(progress) => self.tell(Input::Reread(progress)),
            None => Ok(None),
        }
    }

    /// Carries out an effect, and returns the input it leads to. Errors are those of the terminal.
    fn act(&mut self, effect: Effect) -> io::Result<Option<Input>> {
        match effect {
            Effect::Show(lines, spot) => self.terminal.show(&lines, spot)?,
            Effect::Footer(lines) => self.terminal.footer(&lines)?,
            Effect::Frame(rows) => self.terminal.frame(&rows)?,
            Effect::EndFrames => self.terminal.end_frames()?,
            Effect::Save(note) => {
                let saved = self.files.save(&note, self.now());
                return Ok(Some(Input::Saved(self.worded(saved))));
            }
            Effect::MakeWorkspace => {
                let made = self.make();
                return Ok(Some(Input::Made(self.worded(made))));
            }
            Effect::Open(id) => {
                let opened = self.files.open(&id, &self.runner, &self.sender);
                return Ok(Some(Input::Opened(id, self.worded(opened))));
            }
            Effect::Reset(id) => {
                let reset = self.files.reset(&id);
                return Ok(Some(Input::Reset(id, self.worded(reset))));
            }
            Effect::Compare(id) => {
                let changes = self.files.changes_to_solution(&id);
                return Ok(Some(Input::Compared(id, changes)));
            }
            Effect::Program(id) => {
                let came = self.files.hand_out_program(&id);
                return Ok(Some(Input::Program(id, self.worded(came))));
            }
            Effect::Edit(id, file, editor) => return self.edit(id, file, editor).map(Some),
            Effect::Lab(id) => return self.lab(&id).map(Some),
            Effect::Prepare(id) => self.runner.prepare(self.files.exercise(&id)),
            Effect::Check(run, id) => {
                // Where nothing is redrawn there is no clock to see.
                self.clock = self.redraws.then(|| Clock::of(run));
                self.files.note_contents(&id);
                self.runner.check(run, self.files.submission(&id));
            }
            Effect::CancelCheck => {
                self.clock = None;
                self.runner.cancel();
            }
            Effect::Suspend => {
                self.terminal.lend(suspend)??;
                return Ok(Some(Input::Returned));
            }
            Effect::Quit(_) => {}
        }
        Ok(None)
    }

    fn now(&self) -> u64 {
        self.runner.context().environment.unix_time()
    }

    fn make(&mut self) -> Result<(), WorkspaceError> {
        let workspace = self.files.make()?;
        self.lock = Some(workspace.lock()?);
        Ok(())
    }

    fn edit(&mut self, id: ExerciseId, file: usize, chosen: Option<Editor>) -> io::Result<Input> {
        let environment = &self.runner.context().environment;
        let editor = match EditorCommand::find(environment, chosen) {
            Ok(editor) => editor,
            Err(found) if found.is_empty() => {
                let trouble = (self.words)(SessionError::NoEditor);
                return Ok(Input::Edited(Err(trouble)));
            }
            Err(found) => return Ok(Input::NoEditor(id, file, found)),
        };
        let Some(file) = self.files.file(&id, file) else {
            return Ok(Input::Edited(Ok(())));
        };
        let edited = self.terminal.lend(|| editor.run(&file))?;
        Ok(Input::Edited(self.worded(edited)))
    }

    /// Puts a lab up as the learner would in another terminal; q in it leads back.
    fn lab(&mut self, id: &ExerciseId) -> io::Result<Input> {
        let gradus = self.runner.context().sandbox.launcher().to_owned();
        let root = self.files.root().as_os_str().to_owned();
        let words = ["lab", "up", id.as_str(), "--workspace"].map(OsString::from);
        let arguments: Vec<_> = words.into_iter().chain([root]).collect();
        self.terminal.lend(|| interactive(&gradus, &arguments))??;
        Ok(Input::Returned)
    }

    fn worded<T, E: Into<SessionError>>(&self, result: Result<T, E>) -> Result<T, Trouble> {
        result.map_err(|error| (self.words)(error.into()))
    }
}
