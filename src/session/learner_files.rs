//! The course and the workspace of a session.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use super::check_runner::CheckRunner;
use super::{Input, Opened, ProgressNote, SessionError};
use crate::check::{CheckError, Context};
use crate::course::{Course, Exercise};
use crate::progress::Progress;
use crate::source::ExerciseId;
use crate::sys::clock::unix_time;
use crate::watch::{WatchMode, Watcher};
use crate::workspace::{Workspace, WorkspaceError};

/// The course, the workspace, and the exercise that is watched.
pub(super) struct LearnerFiles {
    course: Course,
    workspace: Option<Workspace>,
    root: PathBuf,
    watched: Option<(ExerciseId, Watcher)>,
}

impl LearnerFiles {
    /// Returns the folder of the workspace.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn new(course: Course, workspace: Option<Workspace>, root: PathBuf) -> Self {
        Self {
            course,
            workspace,
            root,
            watched: None,
        }
    }

    /// Returns `path` as a learner would type it.
    pub(super) fn shown(path: &Path, home: Option<&Path>) -> String {
        let below_home = home.and_then(|home| path.strip_prefix(home).ok());
        match below_home {
            Some(rest) => Path::new("~").join(rest).display().to_string(),
            None => path.display().to_string(),
        }
    }

    pub(super) fn exercise(&self, id: &ExerciseId) -> Option<Exercise> {
        self.course.exercise(id).cloned()
    }

    /// Returns the exercise and the learner's folder for it.
    pub(super) fn submission(&self, id: &ExerciseId) -> Option<(Exercise, PathBuf)> {
        let exercise = self.exercise(id)?;
        let folder = self.workspace.as_ref()?.folder(&exercise);
        Some((exercise, folder))
    }

    pub(super) fn make(&mut self) -> Result<&Workspace, WorkspaceError> {
        let workspace = Workspace::create(&self.root, &self.course)?;
        Ok(self.workspace.insert(workspace))
    }

    /// Writes `note` down and returns all that was done.
    pub(super) fn save(&self, note: &ProgressNote) -> Result<Progress, WorkspaceError> {
        let now = unix_time();
        let workspace = self.workspace()?;
        let saved = workspace.update(|progress| note.apply(progress, &self.course, now))?;
        Ok(saved.progress)
    }

    /// Hands out the files of an exercise and watches them.
    pub(super) fn open(
        &mut self,
        id: &ExerciseId,
        runner: &CheckRunner,
        sender: &Sender<Input>,
    ) -> Result<Opened, SessionError> {
        let Some(exercise) = self.exercise(id) else {
            return Ok(Opened::default());
        };
        let workspace = self.workspace()?.clone();
        let handed_out = workspace.ensure(&exercise)?;
        self.watch(id, &handed_out.folder, sender)?;
        let home = runner.context().environment.home();
        let shown = |path: &Path| Self::shown(path, home.as_deref());
        let files = workspace.files_to_edit(&exercise);
        Ok(Opened {
            files: files.iter().map(|path| shown(path)).collect(),
            told: handed_out.sentences(shown),
            missing: exercise.task().missing(runner.context()),
        })
    }

    fn watch(&mut self, id: &ExerciseId, folder: &Path, sender: &Sender<Input>) -> io::Result<()> {
        if self
            .watched
            .as_ref()
            .is_some_and(|(watched, _)| watched == id)
        {
            return Ok(());
        }
        self.watched = None;
        let sender = sender.clone();
        let tell = move |_| {
            sender.send(Input::Changed).ok();
        };
        let watcher = Watcher::start(folder, WatchMode::Notified, tell)?;
        self.watched = Some((id.clone(), watcher));
        Ok(())
    }

    pub(super) fn reset(&self, id: &ExerciseId) -> Result<PathBuf, SessionError> {
        let workspace = self.workspace()?;
        let Some(exercise) = self.course.exercise(id) else {
            let what = format!("no exercise is called `{id}`");
            return Err(CheckError::exercise(what).into());
        };
        Ok(workspace.reset(exercise)?)
    }

    /// Returns the learner's editor and its arguments for the files of an exercise that are theirs.
    pub(super) fn editor(
        &self,
        id: &ExerciseId,
        context: &Context,
    ) -> Option<(PathBuf, Vec<OsString>)> {
        let files = self
            .workspace
            .as_ref()?
            .files_to_edit(self.course.exercise(id)?);
        let environment = &context.environment;
        let set = ["VISUAL", "EDITOR"]
            .iter()
            .find_map(|name| environment.text(name));
        let command = set.or_else(|| {
            ["nano", "vim", "vi"].iter().find_map(|name| {
                let found = environment.find_program(name, &[])?;
                Some(found.display().to_string())
            })
        })?;
        let mut words = command.split_whitespace();
        let program = PathBuf::from(words.next()?);
        let program = match program.components().count() {
            1 => environment
                .find_program(program.to_str()?, &[])
                .unwrap_or(program),
            _ => program,
        };
        let mut arguments: Vec<OsString> = words.map(OsString::from).collect();
        arguments.extend(files.into_iter().map(PathBuf::into_os_string));
        Some((program, arguments))
    }

    fn workspace(&self) -> Result<&Workspace, WorkspaceError> {
        let none = || WorkspaceError::NotOne(self.root.clone());
        self.workspace.as_ref().ok_or_else(none)
    }
}
