//! What is made of a course: what its class is given, and what its instructor takes to a platform
//! that grades.

pub(crate) mod autograder;
pub(crate) mod student;
pub(crate) mod workflows;

use std::path::{Path, PathBuf};

use crate::source::ExerciseId;
use crate::sys::files;

/// Why something could not be packed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackError {
    /// There is something at the place already.
    #[error("{} already exists", .0.display())]
    Exists(PathBuf),
    /// A file cannot be read or written.
    #[error("cannot use {}", path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    /// The exercise has nothing that a class could check with.
    #[error("the exercise {exercise} has no public examples in {path}")]
    NoExamples {
        exercise: ExerciseId,
        /// Where they would be.
        path: String,
    },
    /// A manifest cannot be read.
    #[error("{path} cannot be read")]
    Manifest {
        path: String,
        source: toml::de::Error,
    },
    /// What an autograder is to carry does not run where it is taken to.
    #[error("{} is not a Linux executable", .0.display())]
    NotLinux(PathBuf),
    /// The zip file cannot be made.
    #[error("cannot make {}", path.display())]
    Zip {
        path: PathBuf,
        source: zip::result::ZipError,
    },
}

/// A file that is packed: where it goes, with `/` between the parts, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packed {
    pub path: String,
    pub text: String,
}

/// Writes `files` into the new or empty folder `folder`, and returns their paths.
pub(crate) fn write(folder: &Path, files: &[Packed]) -> Result<Vec<PathBuf>, PackError> {
    let is_free = match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    if !is_free {
        return Err(PackError::Exists(folder.to_owned()));
    }
    let mut written = Vec::new();
    for file in files {
        let path = folder.join(&file.path);
        let done = files::write_whole(&path, file.text.as_bytes());
        done.map_err(|source| PackError::File {
            path: path.clone(),
            source,
        })?;
        written.push(path);
    }
    Ok(written)
}
