//! The files at the root of a new workspace.

use std::path::Path;
use std::{fs, io};

use super::{WorkspaceError, file_error};
use crate::course::Course;

/// What a workspace is called when nobody says otherwise.
pub(crate) const FOLDER_NAME: &str = "gradus-workspace";

/// Refuses a folder that has files already; one that was cloned or is hidden-only is fine.
pub(super) fn refuse_foreign(root: &Path) -> Result<(), WorkspaceError> {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(file_error(root, source)),
    };
    for entry in entries {
        let name = entry
            .map_err(|source| file_error(root, source))?
            .file_name();
        if !name.to_string_lossy().starts_with('.') {
            return Err(WorkspaceError::NotEmpty(root.into()));
        }
    }
    Ok(())
}

/// Writes what a new workspace starts with.
pub(super) fn write(root: &Path, course: &Course) -> Result<(), WorkspaceError> {
    let exercises = root.join("exercises");
    fs::create_dir_all(&exercises).map_err(|source| file_error(&exercises, source))?;
    super::write(
        &root.join(".gitignore"),
        "/target\n/.gradus/*.lock\n/.gradus/lock\n",
    )?;
    super::write(&root.join("README.md"), &readme(course))
}

fn readme(course: &Course) -> String {
    format!(
        "# {}\n\n\
         Your folder for this course. Each exercise has a folder in `exercises/`, with its task in\n\
         `README.md`.\n\n\
         - `gradus` opens the course where you left it.\n\
         - `gradus check` checks the exercise whose folder you are in.\n\
         - `gradus hint`, `gradus next`, `gradus list`, `gradus status` work from here too.\n\n\
         What you have done is kept in `.gradus/progress.json`; copies of files\n\
         that were put back are in `.gradus/backups/`.\n",
        course.title
    )
}
