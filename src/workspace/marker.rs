//! `.gradus/workspace.json`: what makes a folder a workspace.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{WorkspaceError, file_error};
use crate::course::Course;
use crate::sys::files;

const VERSION: u64 = 1;
const MOST_BYTES: u64 = 1 << 20;

/// The contents of `workspace.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Marker {
    version: u64,
    pub(super) course: String,
    /// Where the course is on this machine; missing for the built-in course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) course_folder: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

impl Marker {
    /// Returns the file in the workspace `root`.
    pub(super) fn path(root: &Path) -> PathBuf {
        root.join(".gradus/workspace.json")
    }

    /// Returns the marker of a new workspace for `course`.
    pub(super) fn of(course: &Course) -> Self {
        Self {
            version: VERSION,
            course: course.id.clone(),
            course_folder: course.tree.folder().map(Path::to_path_buf),
        }
    }

    pub(super) fn read(root: &Path) -> Result<Self, WorkspaceError> {
        let path = Self::path(root);
        let bytes = match files::read_bounded(&path, MOST_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if is_missing(&error) => return Err(WorkspaceError::NotOne(root.into())),
            Err(source) => return Err(file_error(&path, source)),
        };
        let damaged = |source| WorkspaceError::Damaged {
            path: path.clone(),
            source,
        };
        let Version { version } = serde_json::from_slice(&bytes).map_err(damaged)?;
        if version > VERSION {
            return Err(WorkspaceError::Newer { path, version });
        }
        serde_json::from_slice(&bytes).map_err(damaged)
    }

    pub(super) fn write(&self, root: &Path) -> Result<(), WorkspaceError> {
        let path = Self::path(root);
        let mut text = serde_json::to_string_pretty(self).expect("names are JSON");
        text.push('\n');
        files::write_whole(&path, text.as_bytes()).map_err(|source| file_error(&path, source))
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_newer_and_a_damaged_marker_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".gradus")).unwrap();
        fs::write(Marker::path(folder.path()), r#"{"version": 2}"#).unwrap();
        assert!(matches!(
            Marker::read(folder.path()),
            Err(WorkspaceError::Newer { version: 2, .. })
        ));
        fs::write(Marker::path(folder.path()), "{").unwrap();
        assert!(matches!(
            Marker::read(folder.path()),
            Err(WorkspaceError::Damaged { .. })
        ));
    }
}
