//! What all commands share: environment, options, output; opening the course and the workspace.

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Guests;
use super::arguments::Global;
use super::exit::Code;
use super::failure::Failure;
use super::invocation::Invocation;
use super::output::Output;
use super::{confinement, names};
use crate::check::cache::COURSES;
use crate::check::{CheckError, Context, Event, Feedback};
use crate::course::{Course, Exercise, builtin, load_or_open, open};
use crate::kind::cache_parts;
use crate::progress::{Loaded, Next, Progress, State};
use crate::sandbox::Sandbox;
use crate::session::{Surface, Words};
use crate::source::{Problem, Tree};
use crate::sys::environment::Environment;
use crate::sys::files;
use crate::text::{Line, Role, counted};
use crate::workspace::{FOLDER_NAME, Workspace};

/// The result of a command.
pub(crate) type Done = Result<Code, Failure>;

/// What all commands share.
#[derive(Debug)]
pub(crate) struct App {
    /// The kinds, report formats and code-block languages of this program.
    pub(crate) guests: Guests,
    /// The environment Gradus was started in.
    pub(crate) environment: Arc<Environment>,
    pub(crate) global: Global,
    pub(crate) output: Output,
    /// How to type a command of Gradus here.
    pub(crate) invocation: Invocation,
}

impl App {
    pub(super) fn new(
        guests: Guests,
        environment: Environment,
        first: Option<&OsStr>,
        global: Global,
    ) -> Self {
        let executable = std::env::current_exe().ok();
        let invocation = Invocation::detect(&environment, first, executable.as_deref(), &global);
        Self {
            guests,
            output: Output::new(&environment, global.color),
            environment: Arc::new(environment),
            global,
            invocation,
        }
    }

    /// The time by which drills and reviews go, in seconds since 1970-01-01 UTC.
    pub(crate) fn now(&self) -> u64 {
        self.environment.unix_time()
    }

    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        self.environment.folder().join(path)
    }

    /// `path`, relative to the current folder if it is below it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        let here = self.environment.folder();
        let shown = path.strip_prefix(here).unwrap_or(path);
        if shown.as_os_str().is_empty() {
            return ".".to_owned();
        }
        shown.display().to_string()
    }

    pub(crate) fn command(&self, command: &str) -> String {
        self.invocation.command(command)
    }

    /// The folder of the workspace: from the option or `GRADUS_WORKSPACE`, else the workspace that the
    /// current folder belongs to, else the one in the current folder.
    pub(crate) fn workspace_root(&self) -> Option<PathBuf> {
        let option = self.global.workspace.clone();
        let named = option.or_else(|| self.environment.get("GRADUS_WORKSPACE").map(PathBuf::from));
        if let Some(named) = named {
            return Some(self.path(&named));
        }
        let here = self.environment.folder();
        let below = here.join(FOLDER_NAME);
        Workspace::find(here).or_else(|| Workspace::find(&below))
    }

    pub(crate) fn open_workspace(&self) -> Result<Option<Workspace>, Failure> {
        let root = self.workspace_root();
        Ok(root.map(|root| Workspace::open(&root)).transpose()?)
    }

    /// The files of the course: from the option, else that of `workspace`, else the built-in course.
    pub(crate) fn tree(&self, workspace: Option<&Workspace>) -> Result<Tree, Failure> {
        let named = self.global.course.as_ref().map(|path| self.path(path));
        let folder = named.or_else(|| {
            workspace
                .and_then(Workspace::course_folder)
                .map(Path::to_path_buf)
        });
        match folder {
            Some(folder) => Ok(Tree::read(&folder)?),
            None => Ok(builtin::tree()),
        }
    }

    /// Opens the course and, if there is one, the workspace. Problems of the course are only a warning.
    pub(crate) fn open_course(&self) -> Result<OpenCourse, Failure> {
        let workspace = self.open_workspace()?;
        let tree = self.tree(workspace.as_ref())?;
        let course = if tree.folder().is_some() {
            let marks = self.environment.cache().join(COURSES);
            let (course, problems) = load_or_open(&tree, self.guests.kinds, &marks);
            self.warn_of_problems(&course, &problems);
            course
        } else {
            open(&tree, self.guests.kinds)
        };
        let mut loaded = Loaded::default();
        if let Some(workspace) = &workspace {
            workspace.expect(&course)?;
            loaded = workspace.progress()?;
        }
        if let Some(aside) = &loaded.damaged {
            self.warn(&format!(
                "your progress file was damaged; it was moved to {}, and a new one was started",
                self.shown(aside)
            ));
        }
        Ok(OpenCourse {
            course,
            workspace,
            progress: loaded.progress,
            warned: OnceCell::new(),
        })
    }

    fn warn_of_problems(&self, course: &Course, problems: &[Problem]) {
        let Some(folder) = course.tree.folder() else {
            return;
        };
        if !problems.is_empty() {
            let folder = self.shown(folder);
            self.warn(&format!(
                "this course has {}; `gradus validate {folder}` lists them",
                counted(problems.len(), "problem")
            ));
        }
    }

    /// Prints a warning to standard error.
    pub(crate) fn warn(&self, text: &str) {
        let line = Line::new().with(Role::Warn, "warning: ");
        self.output.tell(&[line.with(Role::Text, text)]);
    }

    /// Prints a note to standard error.
    pub(crate) fn note(&self, text: &str) {
        self.output.tell(&[Line::plain(text)]);
    }

    /// Prints that the file or folder `path` was written.
    pub(crate) fn wrote(&self, path: &Path) -> Result<(), Failure> {
        let line = Line::new().with(Role::Dim, "wrote ");
        Ok(self
            .output
            .line(line.with(Role::Accent, self.shown(path)))?)
    }

    /// Returns the function that words the errors of a session.
    pub(crate) fn words(&self) -> Words {
        let invocation = self.invocation.clone();
        Arc::new(move |error| Failure::from(error).words(&invocation))
    }

    /// Returns the terminal of a session; `aside` leaves standard output alone.
    pub(crate) fn surface(&self, aside: bool) -> Surface {
        Surface {
            caps: *self.output.caps(),
            theme: self.output.theme().clone(),
            aside,
            words: self.words(),
        }
    }

    /// Shows the steps of what is done with `context`.
    pub(crate) fn show_steps(&self, context: &mut Context) {
        let steps = self.output.stepper();
        context.observer = Arc::new(move |event| {
            if let Event::Step(step) = event {
                steps.show(step);
            }
        });
    }

    /// Returns what a check works with; a failing test tells as much as `feedback` says.
    pub(crate) fn context(&self, feedback: Feedback) -> Result<Context, Failure> {
        let launcher = std::env::current_exe().map_err(|source| {
            let path = PathBuf::from("gradus");
            Failure::Check(CheckError::File { path, source })
        })?;
        let sandbox = Sandbox::with_ability(launcher, confinement::ability(&self.environment));
        let mut context = Context::new(sandbox, Arc::clone(&self.environment));
        if let Err(error) = files::can_write_to(&context.cache) {
            let spare = files::own_folder(&std::env::temp_dir(), "gradus-cache").ok();
            if let Some(spare) = spare {
                self.warn(&format!(
                    "{} cannot be written ({error}): what is compiled is kept in {}; `GRADUS_CACHE_DIR` names another folder",
                    self.shown(&context.cache),
                    spare.display()
                ));
                context.cache = spare;
            }
        }
        context.feedback = feedback;
        context.cache_parts = cache_parts(self.guests.kinds);
        Ok(context)
    }
}

/// The course, the workspace if there is one, and the progress in it.
#[derive(Debug)]
pub(crate) struct OpenCourse {
    pub(crate) course: Course,
    pub(crate) workspace: Option<Workspace>,
    /// Empty without a workspace.
    pub(crate) progress: Progress,
    /// Whether it was said that the workspace cannot be written.
    warned: OnceCell<()>,
}

impl OpenCourse {
    pub(crate) fn workspace(&self) -> Result<&Workspace, Failure> {
        self.workspace.as_ref().ok_or(Failure::NoWorkspace)
    }

    /// The exercise `name`; by default the one of the current folder, else the next one, else one that is
    /// started.
    pub(crate) fn exercise(&self, app: &App, name: Option<&str>) -> Result<&Exercise, Failure> {
        if let Some(name) = name {
            return names::exercise(&self.course, name);
        }
        if let Some(exercise) = self.exercise_at(app.environment.folder()) {
            return Ok(exercise);
        }
        match self.progress.next(&self.course) {
            Next::Solve(exercise) => Ok(exercise),
            Next::Read { .. } | Next::Nothing => self.begun().ok_or(Failure::WhichExercise),
        }
    }

    /// The exercise whose folder in the workspace contains `folder`.
    pub(crate) fn exercise_at(&self, folder: &Path) -> Option<&Exercise> {
        let root = self.workspace.as_ref()?.root().join("exercises");
        let folder = std::fs::canonicalize(folder).ok()?;
        let first = folder.strip_prefix(root).ok()?.components().next()?;
        let id = first.as_os_str().to_str()?;
        names::exercise(&self.course, id).ok()
    }

    /// Updates the progress file; does nothing without a workspace. In one that cannot be written, only says so.
    pub(crate) fn update(
        &self,
        app: &App,
        change: impl FnOnce(&mut Progress),
    ) -> Result<(), Failure> {
        let Some(workspace) = &self.workspace else {
            return Ok(());
        };
        if let Err(error) = files::can_write_to(workspace.root()) {
            let root = app.shown(workspace.root());
            self.warned.get_or_init(|| {
                app.warn(&format!(
                    "{root} cannot be written ({error}): progress is not kept"
                ));
            });
            return Ok(());
        }
        workspace.update(change)?;
        Ok(())
    }

    fn begun(&self) -> Option<&Exercise> {
        let mut exercises = self.course.exercises_of(self.progress.track.as_ref());
        exercises.find(|exercise| self.progress.state_of(exercise) == State::Started)
    }
}
