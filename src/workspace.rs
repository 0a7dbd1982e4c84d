//! The learner's folder: their files for each exercise, and what Gradus keeps beside them.
//!
//! ```text
//! gradus-workspace/
//!   README.md .gitignore                written by Gradus, as are files that a kind needs here
//!   exercises/<id>/                     the learner's files
//!   drills/<number>/                    the learner's files of a drill
//!   .gradus/workspace.json              which course this belongs to
//!   .gradus/progress.json               what was done
//!   .gradus/drill.json                  the drill that is not over
//!   .gradus/drills.json                 what came of the others
//!   .gradus/backups/<id>-N/             copies made by a reset
//! ```

pub(crate) mod author;
mod lock;
mod marker;
mod root;

use std::path::{Path, PathBuf};
use std::{fs, io};

pub(crate) use lock::Lock;
pub(crate) use root::FOLDER_NAME;

use crate::course::{Course, Exercise};
use crate::kind::WorkspaceFile;
use crate::progress::{Loaded, Progress, ProgressError};
use crate::sys::files;
use marker::Marker;

/// The most files of an exercise that a reset copies.
const MOST_FILES: usize = 10_000;

/// A learner's folder.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
    marker: Marker,
}

/// A workspace that could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkspaceError {
    /// The folder is no workspace.
    #[error("{} is not a Gradus workspace", .0.display())]
    NotOne(PathBuf),
    /// The folder is a workspace already.
    #[error("{} is a workspace of the course `{course}`", root.display())]
    OtherCourse {
        root: PathBuf,
        /// The course it belongs to.
        course: String,
    },
    /// A newer Gradus made it.
    #[error("{} has version {version}, which this Gradus does not read", path.display())]
    Newer { path: PathBuf, version: u64 },
    /// Its `workspace.json` is damaged.
    #[error("cannot make sense of {}", path.display())]
    Damaged {
        path: PathBuf,
        source: serde_json::Error,
    },
    /// The folder has files that Gradus did not put there.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// Another session works in it.
    #[error("another Gradus session is open in {}", .0.display())]
    Busy(PathBuf),
    /// A file or folder could not be read or written.
    #[error("cannot use {}", path.display())]
    File { path: PathBuf, source: io::Error },
    /// The progress file could not be used.
    #[error(transparent)]
    Progress(#[from] ProgressError),
}

impl Workspace {
    /// Returns the nearest folder from `from` upwards that is a workspace.
    pub(crate) fn find(from: &Path) -> Option<PathBuf> {
        let mut folders = from.ancestors();
        folders
            .find(|folder| Marker::path(folder).is_file())
            .map(Path::to_path_buf)
    }

    /// Makes `root` a workspace for `course`. When it is one already it is opened, and notes
    /// where the course is now.
    pub(crate) fn create(root: &Path, course: &Course) -> Result<Self, WorkspaceError> {
        if Marker::path(root).is_file() {
            let mut workspace = Self::open(root)?;
            workspace.expect(course)?;
            let marker = Marker::of(course);
            if workspace.marker != marker {
                marker.write(&workspace.root)?;
                workspace.marker = marker;
            }
            return Ok(workspace);
        }
        root::refuse_foreign(root)?;
        fs::create_dir_all(root).map_err(|source| file_error(root, source))?;
        let root = fs::canonicalize(root).map_err(|source| file_error(root, source))?;
        root::write(&root, course)?;
        let marker = Marker::of(course);
        marker.write(&root)?;
        Ok(Self { root, marker })
    }

    pub(crate) fn open(root: &Path) -> Result<Self, WorkspaceError> {
        let marker = Marker::read(root)?;
        let root = fs::canonicalize(root).map_err(|source| file_error(root, source))?;
        Ok(Self { root, marker })
    }

    /// Refuses a course that this workspace does not belong to.
    pub(crate) fn expect(&self, course: &Course) -> Result<(), WorkspaceError> {
        if self.marker.course == course.id {
            return Ok(());
        }
        Err(WorkspaceError::OtherCourse {
            root: self.root.clone(),
            course: self.marker.course.clone(),
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the folder of the course this was made for; `None` for the built-in course.
    pub(crate) fn course_folder(&self) -> Option<&Path> {
        self.marker.course_folder.as_deref()
    }

    /// Returns the folder of `exercise`, whether it is there or not.
    pub(crate) fn folder(&self, exercise: &Exercise) -> PathBuf {
        self.root.join("exercises").join(exercise.id.as_str())
    }

    /// Returns the files of `exercise` in the order of its task, the one to edit first; the task
    /// text comes with its title.
    pub(crate) fn files(exercise: &Exercise) -> Vec<WorkspaceFile> {
        let mut files = exercise.task().workspace();
        if !exercise.readme.is_empty() {
            files.retain(|file| file.path != "README.md");
            files.push(WorkspaceFile {
                path: "README.md".into(),
                text: format!("# {}\n\n{}", exercise.title, *exercise.readme),
                editable: false,
                language: "markdown",
            });
        }
        files
    }

    /// Returns the file of `exercise` that is opened in an editor first.
    pub(crate) fn first_file(&self, exercise: &Exercise) -> Option<PathBuf> {
        let first = exercise.task().workspace().into_iter().next()?;
        Some(self.folder(exercise).join(first.path))
    }

    /// Hands out the files of `exercise` and returns its folder. What is there and the learner's
    /// stays as it is; what is not theirs is renewed.
    pub(crate) fn ensure(&self, exercise: &Exercise) -> Result<PathBuf, WorkspaceError> {
        let folder = self.folder(exercise);
        for file in Self::files(exercise) {
            let path = folder.join(&file.path);
            let stays = path.exists() && (file.editable || has_text(&path, &file.text));
            if !stays {
                write(&path, &file.text)?;
            }
        }
        write_kind_files(&self.root, exercise)?;
        Ok(folder)
    }

    /// Puts the files of `exercise` back to how they were handed out and returns where the copy of
    /// what was there is. Files that the learner added stay.
    ///
    /// # Errors
    /// Fails when a file cannot be copied or written; nothing is overwritten before all is copied.
    pub(crate) fn reset(&self, exercise: &Exercise) -> Result<PathBuf, WorkspaceError> {
        let copy = self.back_up(exercise)?;
        let folder = self.folder(exercise);
        for file in Self::files(exercise) {
            write(&folder.join(&file.path), &file.text)?;
        }
        write_kind_files(&self.root, exercise)?;
        Ok(copy)
    }

    /// Keeps other sessions out for as long as the lock lives.
    pub(crate) fn lock(&self) -> Result<Lock, WorkspaceError> {
        lock::session(&self.root)
    }

    pub(crate) fn progress_file(&self) -> PathBuf {
        self.own("progress.json")
    }

    pub(crate) fn progress(&self) -> Result<Loaded, WorkspaceError> {
        Ok(Progress::load(&self.progress_file())?)
    }

    /// Reads the progress file, lets `change` change it, and writes it; two programs that do so at
    /// the same time wait for each other. Returns what was written.
    pub(crate) fn update(
        &self,
        change: impl FnOnce(&mut Progress),
    ) -> Result<Loaded, WorkspaceError> {
        let _turn = lock::turn(&self.root)?;
        let mut loaded = self.progress()?;
        let before = loaded.progress.clone();
        change(&mut loaded.progress);
        if loaded.progress != before {
            loaded.progress.save(&self.progress_file())?;
        }
        Ok(loaded)
    }

    /// Waits for this program's turn to write what Gradus keeps; it lasts until the lock is dropped.
    pub(crate) fn turn(&self) -> Result<Lock, WorkspaceError> {
        lock::turn(&self.root)
    }

    fn own(&self, name: &str) -> PathBuf {
        self.root.join(".gradus").join(name)
    }

    fn back_up(&self, exercise: &Exercise) -> Result<PathBuf, WorkspaceError> {
        let folder = self.folder(exercise);
        let backups = self.own("backups");
        let copy = (1..=u32::MAX)
            .map(|number| backups.join(format!("{}-{number}", exercise.id)))
            .find(|path| !path.exists())
            .expect("numbers do not end");
        fs::create_dir_all(&copy).map_err(|source| file_error(&copy, source))?;
        if !folder.is_dir() {
            return Ok(copy);
        }
        let names = files::list_files(&folder, MOST_FILES);
        for name in names.map_err(|source| file_error(&folder, source))? {
            let to = copy.join(&name);
            let parent = to.parent().expect("a file in a folder");
            fs::create_dir_all(parent).map_err(|source| file_error(parent, source))?;
            fs::copy(folder.join(&name), &to).map_err(|source| file_error(&to, source))?;
        }
        Ok(copy)
    }
}

/// Writes what the kind of `exercise` has at the root of a workspace.
fn write_kind_files(root: &Path, exercise: &Exercise) -> Result<(), WorkspaceError> {
    let exercises = root.join("exercises");
    let files = exercise.kind.workspace_files(&exercises);
    for (path, text) in files.map_err(|source| file_error(&exercises, source))? {
        let path = root.join(path);
        if !has_text(&path, &text) {
            write(&path, &text)?;
        }
    }
    Ok(())
}

fn has_text(path: &Path, text: &str) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes())
}

fn write(path: &Path, text: &str) -> Result<(), WorkspaceError> {
    files::write_whole(path, text.as_bytes()).map_err(|source| file_error(path, source))
}

fn file_error(path: &Path, source: io::Error) -> WorkspaceError {
    WorkspaceError::File {
        path: path.into(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::fixture;

    fn workspace() -> (tempfile::TempDir, Workspace, Course) {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let course = fixture::course();
        let workspace = Workspace::create(&folder.path().join("w"), &course).expect("a workspace");
        (folder, workspace, course)
    }

    #[test]
    fn a_workspace_is_found_from_below() {
        let (folder, workspace, course) = workspace();
        let deep = workspace.ensure(&course.exercises[0]).unwrap().join("src");
        assert_eq!(Workspace::find(&deep).as_deref(), Some(workspace.root()));
        assert_eq!(Workspace::find(folder.path()), None);
        assert!(matches!(
            Workspace::open(folder.path()),
            Err(WorkspaceError::NotOne(_))
        ));
    }

    #[test]
    fn what_the_learner_wrote_stays_and_the_rest_is_renewed() {
        let (_folder, workspace, course) = workspace();
        let exercise = &course.exercises[0];
        let folder = workspace.ensure(exercise).unwrap();
        let readme = folder.join("README.md");
        assert_eq!(fs::read_to_string(&readme).unwrap(), "# Both\n\nDo both.\n");
        fs::write(&readme, "scribble").unwrap();
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        workspace.ensure(exercise).unwrap();
        assert_eq!(fs::read_to_string(&readme).unwrap(), "# Both\n\nDo both.\n");
        assert_eq!(
            fs::read_to_string(folder.join("notes.txt")).unwrap(),
            "mine"
        );
    }

    #[test]
    fn a_reset_keeps_a_copy_each_time() {
        let (_folder, workspace, course) = workspace();
        let exercise = &course.exercises[0];
        let folder = workspace.ensure(exercise).unwrap();
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("src/lib.rs"), "first").unwrap();
        let first = workspace.reset(exercise).unwrap();
        fs::write(folder.join("src/lib.rs"), "second").unwrap();
        let second = workspace.reset(exercise).unwrap();
        assert_eq!(
            fs::read_to_string(first.join("src/lib.rs")).unwrap(),
            "first"
        );
        assert_eq!(
            fs::read_to_string(second.join("src/lib.rs")).unwrap(),
            "second"
        );
    }

    #[test]
    fn a_second_session_is_kept_out_until_the_first_ends() {
        let (_folder, workspace, _course) = workspace();
        let first = workspace.lock().unwrap();
        assert!(matches!(workspace.lock(), Err(WorkspaceError::Busy(_))));
        drop(first);
        assert!(workspace.lock().is_ok());
    }

    #[test]
    fn a_folder_with_other_files_and_another_course_are_refused() {
        let (folder, workspace, mut course) = workspace();
        let foreign = folder.path().join("home");
        fs::create_dir(&foreign).unwrap();
        fs::write(foreign.join("thesis.txt"), "").unwrap();
        assert!(matches!(
            Workspace::create(&foreign, &course),
            Err(WorkspaceError::NotEmpty(_))
        ));
        course.id = "other".into();
        assert!(matches!(
            Workspace::create(workspace.root(), &course),
            Err(WorkspaceError::OtherCourse { .. })
        ));
    }

    #[test]
    fn an_update_is_read_back() {
        let (_folder, workspace, course) = workspace();
        let written = workspace
            .update(|progress| progress.pass(&course.exercises[0], 9))
            .unwrap();
        assert_eq!(workspace.progress().unwrap().progress, written.progress);
    }
}
