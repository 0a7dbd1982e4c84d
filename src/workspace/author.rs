//! A throw-away project for the author of an exercise, laid out by its kind: solution, starter and hidden
//! tests where the tools of its language find them. The folders are links, so that what is edited there is
//! edited in the course.

use std::fs;
use std::path::{Path, PathBuf};

use super::{WorkspaceError, file_error, write};
use crate::course::{Course, Exercise};
use crate::kind::Workbench;

/// The file that tells our folders from those of others.
const MARK: &str = ".gradus-author";

/// Makes `workbench`, that of `exercise`, in `root`, and returns its folder. What an earlier call left there is
/// made anew.
pub(crate) fn prepare(
    root: &Path,
    course: &Course,
    exercise: &Exercise,
    workbench: &Workbench,
) -> Result<PathBuf, WorkspaceError> {
    if !root.join(MARK).is_file() {
        super::root::refuse_foreign(root)?;
    }
    write(
        &root.join(MARK),
        "Made by `gradus author`; may be deleted at any time.\n",
    )?;
    let folder = root.join("exercises").join(exercise.id.as_str());
    clear(&folder)?;
    for (path, text) in &workbench.files {
        write(&folder.join(path), text)?;
    }
    for (name, part) in workbench.folders {
        let source = format!("exercises/{}/{part}", exercise.id);
        link(course, &source, &folder.join(name))?;
    }
    super::write_kind_files(root, exercise.kind)?;
    Ok(folder)
}

/// Removes what an earlier call made; links are removed, not followed.
fn clear(folder: &Path) -> Result<(), WorkspaceError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(|source| file_error(folder, source)),
    }
}

/// Links `to` to the course's folder `source`; copies it where the course is in the binary.
fn link(course: &Course, source: &str, to: &Path) -> Result<(), WorkspaceError> {
    let prefix = format!("{source}/");
    let mut files = course.tree.below(&prefix).peekable();
    if files.peek().is_none() {
        return Ok(());
    }
    #[cfg(unix)]
    if let Some(course_folder) = course.tree.folder() {
        let linked = std::os::unix::fs::symlink(course_folder.join(source), to);
        return linked.map_err(|source| file_error(to, source));
    }
    for (name, text) in files {
        write(&to.join(name), text)?;
    }
    Ok(())
}
