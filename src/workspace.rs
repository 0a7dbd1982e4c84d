//! The learner's folder: their files for each exercise, and what Gradus keeps beside them.
//!
//! ```text
//! gradus-workspace/
//!   README.md .gitignore                written by Gradus, as are files that a kind needs here
//!   exercises/<id>/                     the learner's files
//!   programs/<id>/                      a program that uses them, the learner's too
//!   drills/<number>/                    the learner's files of a drill
//!   .gradus/workspace.json              which course this belongs to
//!   .gradus/progress.json               what was done
//!   .gradus/drill.json                  the drill that is not over
//!   .gradus/drills.json                 what came of the others
//!   .gradus/backups/<id>-N/             copies made before files are put back
//! ```

pub(crate) mod author;
mod handed_out;
mod lock;
mod marker;
mod programs;
mod root;

use std::path::{Path, PathBuf};
use std::{fs, io};

pub(crate) use handed_out::HandedOut;
pub(crate) use lock::Lock;
pub(crate) use programs::ProgramHandOut;
pub(crate) use root::FOLDER_NAME;

use crate::course::{Course, Exercise};
use crate::kind::{Kind, WorkspaceFile};
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

/// Files that are handed out together.
struct Parcel<'a> {
    /// The name of their backups.
    name: &'a str,
    folder: PathBuf,
    files: Vec<WorkspaceFile>,
    /// The kind that has files of its own at the root of the workspace.
    kind: Option<&'static dyn Kind>,
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
                text: format!(
                    "# {}\n\n{}",
                    exercise.title,
                    handed_out::without_attributes(&exercise.readme)
                ),
                editable: false,
                language: "markdown",
            });
        }
        files
    }

    /// Returns the files of `exercise` that the learner writes in and a check reads, the one to edit first.
    pub(crate) fn files_to_edit(&self, exercise: &Exercise) -> Vec<PathBuf> {
        let folder = self.folder(exercise);
        let read = exercise.task().collect(&folder).files;
        let is_read = |path: &str| read.iter().any(|file| file.path == path);
        let files = exercise.task().workspace();
        let mut to_edit: Vec<_> = files
            .iter()
            .filter(|file| file.editable && is_read(&file.path))
            .collect();
        if to_edit.is_empty() {
            to_edit.extend(files.first());
        }
        let paths = to_edit.into_iter().map(|file| folder.join(&file.path));
        paths.collect()
    }

    /// Hands out the files of `exercise`. What is there and the learner's stays as it is; what is not theirs
    /// is renewed, with a copy of what they made of it.
    ///
    /// # Errors
    /// Fails when a file cannot be copied or written.
    pub(crate) fn ensure(&self, exercise: &Exercise) -> Result<HandedOut, WorkspaceError> {
        self.hand_out(&Parcel {
            name: exercise.id.as_str(),
            folder: self.folder(exercise),
            files: Self::files(exercise),
            kind: Some(exercise.kind),
        })
    }

    fn hand_out(&self, parcel: &Parcel<'_>) -> Result<HandedOut, WorkspaceError> {
        let folder = &parcel.folder;
        let mut handed_out = HandedOut {
            folder: folder.clone(),
            is_new: !folder.exists(),
            ..HandedOut::default()
        };
        let root_files = self.changed_kind_files(parcel)?;
        for file in &parcel.files {
            let path = folder.join(&file.path);
            let is_there = path.exists();
            if is_there && (file.editable || has_text(&path, &file.text)) {
                continue;
            }
            if is_there {
                self.keep(parcel, &path, &file.path, &mut handed_out)?;
            } else if !handed_out.is_new {
                handed_out.put_back.push(file.path.clone());
            }
            write(&path, &file.text)?;
        }
        for name in root_files {
            self.keep(parcel, &self.root.join(&name), &name, &mut handed_out)?;
        }
        if let Some(kind) = parcel.kind {
            write_kind_files(&self.root, kind)?;
        }
        Ok(handed_out)
    }

    /// Copies the file at `path` to a backup of its own, before it is renewed.
    fn keep(
        &self,
        parcel: &Parcel<'_>,
        path: &Path,
        name: &str,
        handed_out: &mut HandedOut,
    ) -> Result<(), WorkspaceError> {
        let backup = match &handed_out.copy {
            Some(backup) => backup.clone(),
            None => self.new_backup(parcel.name)?,
        };
        let inside = path.strip_prefix(&parcel.folder);
        copy_file(
            path,
            &backup
                .join(inside.map_or_else(|_| Path::new("workspace").join(name), Path::to_path_buf)),
        )?;
        handed_out.copy = Some(backup);
        handed_out.renewed.push(name.to_owned());
        Ok(())
    }

    /// The files at the workspace's root that are not as the kind of `parcel` wrote them.
    fn changed_kind_files(&self, parcel: &Parcel<'_>) -> Result<Vec<String>, WorkspaceError> {
        let Some(kind) = parcel.kind else {
            return Ok(Vec::new());
        };
        let files = kind.workspace_files(&self.root);
        let files = files.map_err(|source| file_error(&self.root, source))?;
        let is_changed = |(name, text): &(String, String)| {
            let path = self.root.join(name);
            path.exists() && !has_text(&path, text)
        };
        Ok(files
            .into_iter()
            .filter(is_changed)
            .map(|(name, _)| name)
            .collect())
    }

    /// Puts the files of `exercise` back to how they were handed out and returns where the copy of
    /// what was there is. Files that the learner added stay. The exercise is to be solved again.
    ///
    /// # Errors
    /// Fails when a file cannot be copied or written; nothing is overwritten before all is copied.
    pub(crate) fn reset(&self, exercise: &Exercise) -> Result<PathBuf, WorkspaceError> {
        let copy = self.back_up(exercise)?;
        let folder = self.folder(exercise);
        for file in Self::files(exercise) {
            write(&folder.join(&file.path), &file.text)?;
        }
        write_kind_files(&self.root, exercise.kind)?;
        self.update(|progress| progress.reset(&exercise.id))?;
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
        self.update_in_turn(&self.turn()?, change)
    }

    /// Does what [`update`](Self::update) does, during a turn.
    pub(crate) fn update_in_turn(
        &self,
        _turn: &Lock,
        change: impl FnOnce(&mut Progress),
    ) -> Result<Loaded, WorkspaceError> {
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

    /// Makes an empty folder for a backup of the files of `name`.
    fn new_backup(&self, name: &str) -> Result<PathBuf, WorkspaceError> {
        let backups = self.own("backups");
        let copy = (1..=u32::MAX)
            .map(|number| backups.join(format!("{name}-{number}")))
            .find(|path| !path.exists())
            .expect("numbers do not end");
        fs::create_dir_all(&copy).map_err(|source| file_error(&copy, source))?;
        Ok(copy)
    }

    fn back_up(&self, exercise: &Exercise) -> Result<PathBuf, WorkspaceError> {
        let folder = self.folder(exercise);
        let copy = self.new_backup(exercise.id.as_str())?;
        if !folder.is_dir() {
            return Ok(copy);
        }
        let names = files::list_files(&folder, MOST_FILES);
        for name in names.map_err(|source| file_error(&folder, source))? {
            copy_file(&folder.join(&name), &copy.join(&name))?;
        }
        Ok(copy)
    }
}

fn copy_file(from: &Path, to: &Path) -> Result<(), WorkspaceError> {
    let parent = to.parent().expect("a file in a folder");
    fs::create_dir_all(parent).map_err(|source| file_error(parent, source))?;
    fs::copy(from, to).map_err(|source| file_error(to, source))?;
    Ok(())
}

/// Writes what `kind` has at the root of a workspace.
fn write_kind_files(root: &Path, kind: &dyn Kind) -> Result<(), WorkspaceError> {
    let files = kind.workspace_files(root);
    for (path, text) in files.map_err(|source| file_error(root, source))? {
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
        let handed_out = workspace.ensure(&course.exercises[0]).unwrap();
        let deep = handed_out.folder.join("src");
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
        let folder = workspace.ensure(exercise).unwrap().folder;
        let readme = folder.join("README.md");
        assert_eq!(fs::read_to_string(&readme).unwrap(), "# Both\n\nDo both.\n");
        fs::write(&readme, "scribble").unwrap();
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        let renewed = workspace.ensure(exercise).unwrap();
        assert_eq!(renewed.renewed, ["README.md"]);
        let copy = renewed.copy.unwrap().join("README.md");
        assert_eq!(fs::read_to_string(copy).unwrap(), "scribble");
        let again = workspace.ensure(exercise).unwrap();
        assert_eq!((again.renewed.len(), again.copy), (0, None));
        assert_eq!(fs::read_to_string(&readme).unwrap(), "# Both\n\nDo both.\n");
        assert_eq!(
            fs::read_to_string(folder.join("notes.txt")).unwrap(),
            "mine"
        );
    }

    #[test]
    fn what_was_deleted_is_put_back_with_a_word() {
        let (_folder, workspace, course) = workspace();
        let exercise = &course.exercises[0];
        let first = workspace.ensure(exercise).unwrap();
        assert!(first.is_new && first.put_back.is_empty());
        fs::remove_file(first.folder.join("README.md")).unwrap();
        let second = workspace.ensure(exercise).unwrap();
        assert_eq!(second.put_back, ["README.md"]);
        assert_eq!(second.copy, None);
    }

    #[test]
    fn a_reset_keeps_a_copy_each_time() {
        let (_folder, workspace, course) = workspace();
        let exercise = &course.exercises[0];
        let folder = workspace.ensure(exercise).unwrap().folder;
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
