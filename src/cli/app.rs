//! What every command works with: environment, options, output; the course and the workspace.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::Global;
use super::exit::Code;
use super::failure::Failure;
use super::invocation::Invocation;
use super::output::Output;
use super::{confinement, names};
use crate::check::{CheckError, Context, Feedback};
use crate::course::{Course, Exercise, builtin, load, open};
use crate::kind::Kinds;
use crate::progress::{Loaded, Next, Progress, State};
use crate::sandbox::Sandbox;
use crate::source::{Problem, Tree};
use crate::sys::environment::Environment;
use crate::text::{Line, Role};
use crate::workspace::{FOLDER_NAME, Workspace};

/// How a command ends.
pub(crate) type Done = Result<Code, Failure>;

/// What every command works with.
#[derive(Debug)]
pub(crate) struct App {
    /// The kinds of exercises there are.
    pub(crate) kinds: Kinds,
    /// The environment Gradus was started in.
    pub(crate) environment: Arc<Environment>,
    /// The options of every command.
    pub(crate) global: Global,
    /// Standard output and standard error.
    pub(crate) output: Output,
    /// How a command of ours is typed.
    pub(crate) invocation: Invocation,
}

impl App {
    /// Returns the app for one run of Gradus, started as `first`.
    pub(super) fn new(
        kinds: Kinds,
        environment: Environment,
        first: Option<&OsStr>,
        global: Global,
    ) -> Self {
        let executable = std::env::current_exe().ok();
        let invocation = Invocation::detect(&environment, first, executable.as_deref(), &global);
        Self {
            kinds,
            output: Output::new(&environment, global.color),
            environment: Arc::new(environment),
            global,
            invocation,
        }
    }

    /// Returns `path` as seen from the current folder.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        self.environment.folder().join(path)
    }

    /// Returns `path` as short as a learner can type it here.
    pub(crate) fn shown(&self, path: &Path) -> String {
        let here = self.environment.folder();
        let shown = path.strip_prefix(here).unwrap_or(path);
        if shown.as_os_str().is_empty() {
            return ".".to_owned();
        }
        shown.display().to_string()
    }

    /// Returns the command line for `command`, such as `check safe-divide`.
    pub(crate) fn command(&self, command: &str) -> String {
        self.invocation.command(command)
    }

    /// Returns the folder of the workspace that is meant, if there is one: the one named, else the
    /// one this folder belongs to, else the one in this folder.
    pub(crate) fn workspace_root(&self) -> Option<PathBuf> {
        let named = self.global.workspace.clone();
        let named = named.or_else(|| self.environment.get("GRADUS_WORKSPACE").map(PathBuf::from));
        if let Some(named) = named {
            return Some(self.path(&named));
        }
        let here = self.environment.folder();
        let below = here.join(FOLDER_NAME);
        Workspace::find(here).or_else(|| Workspace::find(&below))
    }

    /// Returns the workspace that is meant, if there is one.
    pub(crate) fn open_workspace(&self) -> Result<Option<Workspace>, Failure> {
        let root = self.workspace_root();
        Ok(root.map(|root| Workspace::open(&root)).transpose()?)
    }

    /// Returns the files of the course that is meant: the one named, else that of `workspace`,
    /// else the built-in one.
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

    /// Opens the course and, if there is one, the workspace, for a command of a learner. That the
    /// course has problems is told, and no reason to stop.
    pub(crate) fn desk(&self) -> Result<Desk, Failure> {
        let workspace = self.open_workspace()?;
        let tree = self.tree(workspace.as_ref())?;
        let course = if tree.folder().is_some() {
            let (course, problems) = load(&tree, self.kinds);
            self.tell_of(&course, &problems);
            course
        } else {
            open(&tree, self.kinds)
        };
        let mut loaded = Loaded::default();
        if let Some(workspace) = &workspace {
            workspace.expect(&course)?;
            loaded = workspace.progress()?;
        }
        if let Some(aside) = &loaded.damaged {
            self.warn(&format!(
                "your progress file was damaged; it was moved to {}, and a new one begins",
                self.shown(aside)
            ));
        }
        Ok(Desk {
            course,
            workspace,
            progress: loaded.progress,
        })
    }

    fn tell_of(&self, course: &Course, problems: &[Problem]) {
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

    /// Tells of something to look at, on standard error.
    pub(crate) fn warn(&self, text: &str) {
        let line = Line::new().with(Role::Warn, "warning: ");
        self.output.tell(&[line.with(Role::Text, text)]);
    }

    /// Tells of something, on standard error.
    pub(crate) fn note(&self, text: &str) {
        self.output.tell(&[Line::plain(text)]);
    }

    /// Returns what a check works with; a failing test tells as much as `feedback` says.
    pub(crate) fn context(&self, feedback: Feedback) -> Result<Context, Failure> {
        let launcher = std::env::current_exe().map_err(|source| {
            let path = PathBuf::from("gradus");
            Failure::Check(CheckError::File { path, source })
        })?;
        let sandbox = Sandbox::of(launcher, confinement::ability(&self.environment));
        let mut context = Context::new(sandbox, Arc::clone(&self.environment));
        context.feedback = feedback;
        Ok(context)
    }
}

/// The course, the workspace if there is one, and what was done in it.
#[derive(Debug)]
pub(crate) struct Desk {
    /// The course.
    pub(crate) course: Course,
    /// The workspace.
    pub(crate) workspace: Option<Workspace>,
    /// What was done; nothing without a workspace.
    pub(crate) progress: Progress,
}

impl Desk {
    /// Returns the workspace.
    pub(crate) fn workspace(&self) -> Result<&Workspace, Failure> {
        self.workspace.as_ref().ok_or(Failure::NoWorkspace)
    }

    /// Returns the exercise called `name`; without a name the one whose folder this is, else the
    /// one that is next, else the one that was begun.
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

    /// Returns the exercise whose folder in the workspace `folder` lies in.
    pub(crate) fn exercise_at(&self, folder: &Path) -> Option<&Exercise> {
        let root = self.workspace.as_ref()?.root().join("exercises");
        let folder = std::fs::canonicalize(folder).ok()?;
        let first = folder.strip_prefix(root).ok()?.components().next()?;
        let id = first.as_os_str().to_str()?;
        names::exercise(&self.course, id).ok()
    }

    /// Writes down what was done; without a workspace nothing is kept.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Progress)) -> Result<(), Failure> {
        if let Some(workspace) = &self.workspace {
            workspace.update(change)?;
        }
        Ok(())
    }

    fn begun(&self) -> Option<&Exercise> {
        let mut exercises = self.course.exercises_of(self.progress.track.as_ref());
        exercises.find(|exercise| self.progress.state_of(exercise) == State::Started)
    }
}

/// Returns `count` with `noun` in its right form.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
