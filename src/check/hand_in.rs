//! The files of a submission, read once: what is judged is what was read.

use std::fs;
use std::path::{Path, PathBuf};

use super::{CheckError, Diagnostic};

/// A submitted file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// Its path in the submission, with `/` between the parts.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A submission as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandIn {
    /// The folder it was read from.
    pub folder: PathBuf,
    /// The files that are judged.
    pub files: Vec<Collected>,
    /// Why other files could not be read, for the learner to fix.
    pub faults: Vec<Diagnostic>,
}

/// Writes `files` below `folder`.
pub(crate) fn write(files: &[Collected], folder: &Path) -> Result<(), CheckError> {
    for file in files {
        let path = folder.join(&file.path);
        let parent = path.parent().map(PathBuf::from).unwrap_or_default();
        let written = fs::create_dir_all(parent).and_then(|()| fs::write(&path, &file.bytes));
        written.map_err(CheckError::file(path))?;
    }
    Ok(())
}
