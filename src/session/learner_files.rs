//! The course and the workspace of a session.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::{fs, io};

use super::check_runner::CheckRunner;
use super::{Input, Opened, ProgressNote, SessionError};
use crate::check::CheckError;
use crate::course::{Course, Exercise};
use crate::kind::WorkspaceFile;
use crate::progress::Progress;
use crate::source::{ExerciseId, ProgramId};
use crate::sys::files;
use crate::watch::{self, Contents, WatchMode, Watcher};
use crate::workspace::{ProgramHandOut, Workspace, WorkspaceError};

/// The most bytes of a learner's file that is compared with the solution.
const MOST_COMPARED: u64 = 1 << 20;

/// The course, the workspace, and the exercise that is watched.
pub(super) struct LearnerFiles {
    course: Course,
    workspace: Option<Workspace>,
    root: PathBuf,
    watched: Option<(ExerciseId, Watcher)>,
    /// The contents of each exercise's files when they were opened or checked last.
    contents: BTreeMap<ExerciseId, Contents>,
    /// The progress file as it was when it was read last.
    progress_read: Option<FileStamp>,
}

/// What tells one version of a file from the next: it is replaced at each write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileStamp {
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

impl FileStamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        })
    }
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
            contents: BTreeMap::new(),
            progress_read: None,
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

    /// Writes `note` down, at the time `now`, and returns all that was done.
    pub(super) fn save(&self, note: &ProgressNote, now: u64) -> Result<Progress, WorkspaceError> {
        let workspace = self.workspace()?;
        let saved = workspace.update(|progress| note.apply(progress, &self.course, now))?;
        Ok(saved.progress)
    }

    /// Returns the progress if its file was replaced since this was asked last.
    pub(super) fn reread_progress(&mut self) -> Result<Option<Progress>, WorkspaceError> {
        let Some(workspace) = &self.workspace else {
            return Ok(None);
        };
        // Taken before the file is read, so that a write in between is seen the next time.
        let stamp = FileStamp::of(&workspace.progress_file());
        if stamp.is_none() || stamp == self.progress_read {
            return Ok(None);
        }
        self.progress_read = stamp;
        Ok(Some(workspace.progress()?.progress))
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
            file: files.first().map(|path| shown(path)).unwrap_or_default(),
            files: files
                .iter()
                .map(|path| below(path, &handed_out.folder))
                .collect(),
            told: handed_out.sentences(shown),
            is_changed: self.note_contents(id),
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

    pub(super) fn hand_out_program(&self, id: &ProgramId) -> Result<ProgramHandOut, SessionError> {
        let workspace = self.workspace()?;
        let mut programs = self.course.programs.iter();
        let Some(program) = programs.find(|program| program.id == *id) else {
            let what = format!("no program is called `{id}`");
            return Err(CheckError::exercise(what).into());
        };
        Ok(workspace.hand_out_program(&self.course, program)?)
    }

    pub(super) fn reset(&self, id: &ExerciseId) -> Result<PathBuf, SessionError> {
        let workspace = self.workspace()?;
        let Some(exercise) = self.course.exercise(id) else {
            let what = format!("no exercise is called `{id}`");
            return Err(CheckError::exercise(what).into());
        };
        Ok(workspace.reset(exercise)?)
    }

    /// Returns the file at this index of the exercise's files, or else its folder.
    pub(super) fn file(&self, id: &ExerciseId, index: usize) -> Option<PathBuf> {
        let (exercise, folder) = self.submission(id)?;
        let files = self.workspace.as_ref()?.files_to_edit(&exercise);
        Some(files.into_iter().nth(index).unwrap_or(folder))
    }

    /// Returns what the reference solution of an exercise changes in the learner's files.
    pub(super) fn changes_to_solution(&self, id: &ExerciseId) -> Vec<WorkspaceFile> {
        let Some((exercise, folder)) = self.submission(id) else {
            return Vec::new();
        };
        // A file that is not there, or no text, is shown as the solution has it.
        let own = |path: &str| {
            let bytes = files::read_bounded(&folder.join(path), MOST_COMPARED).ok()?;
            String::from_utf8(bytes).ok()
        };
        exercise.task().changes_to_solution(own)
    }

    /// Remembers the contents of an exercise's files; returns whether they have changed.
    pub(super) fn note_contents(&mut self, id: &ExerciseId) -> bool {
        let Some((_, folder)) = self.submission(id) else {
            return false;
        };
        // What cannot be read is reported by the check.
        let Ok(now) = watch::contents(&folder) else {
            return false;
        };
        let before = self.contents.insert(id.clone(), now);
        before.is_some_and(|before| Some(&before) != self.contents.get(id))
    }

    fn workspace(&self) -> Result<&Workspace, WorkspaceError> {
        let none = || WorkspaceError::NotOne(self.root.clone());
        self.workspace.as_ref().ok_or_else(none)
    }
}

/// Returns `path` relative to `folder`.
fn below(path: &Path, folder: &Path) -> String {
    let path = path.strip_prefix(folder).unwrap_or(path);
    path.display().to_string()
}
