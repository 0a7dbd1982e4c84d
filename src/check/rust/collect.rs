//! The files of a submission: regular files only, within bounds, copied into a folder of ours.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::super::{CheckError, Diagnostic};
use crate::sys::files;

/// The most files a submission may have.
const MOST_FILES: usize = 200;
/// The most bytes a file may have.
const MOST_BYTES: u64 = 512 << 10;
/// The most bytes of a file's path: it must also fit below our own folders.
const MOST_NAME: usize = 1_000;
/// Why a link is not followed.
const LINK: &str = "is a link; put the file itself there";

/// A file of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// Its path in the submission, with `/` between the parts.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Reads `src/**` of the submission in `folder`. What cannot be taken is a diagnostic: the
/// learner's to see and to mend.
///
/// # Errors
/// Fails when there is no `src/lib.rs`, or a file is no regular one or too large.
pub fn sources(folder: &Path) -> Result<Vec<Collected>, Diagnostic> {
    if let Some(link) = first_link(folder, "src") {
        return Err(refused(&link, LINK));
    }
    let names = files::list_files(&folder.join("src"), MOST_FILES);
    let names = match names {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        names => names.map_err(|error| refused("src", &format!("cannot be read: {error}")))?,
    };
    if !names.iter().any(|name| name == "lib.rs") {
        return Err(refused("src/lib.rs", "is not there, or is no regular file"));
    }
    names
        .into_iter()
        .map(|name| one(folder, format!("src/{name}")))
        .collect()
}

/// Reads the file `path` of the submission in `folder`.
///
/// # Errors
/// Fails when it is not there, no regular file, or too large.
pub fn one(folder: &Path, path: String) -> Result<Collected, Diagnostic> {
    if path.len() > MOST_NAME {
        let start: String = path.chars().take(40).collect();
        return Err(refused(&format!("{start}…"), "has too long a name"));
    }
    if let Some(link) = first_link(folder, &path) {
        return Err(refused(&link, LINK));
    }
    match files::read_bounded(&folder.join(&path), MOST_BYTES) {
        Ok(bytes) => Ok(Collected { path, bytes }),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(refused(&path, "is not there")),
        Err(error) => Err(refused(&path, &format!("cannot be read: {error}"))),
    }
}

/// Writes `files` below `folder`.
///
/// # Errors
/// Fails when a file cannot be written.
pub fn write(files: &[Collected], folder: &Path) -> Result<(), CheckError> {
    for file in files {
        let path = folder.join(&file.path);
        let parent = path.parent().map(PathBuf::from).unwrap_or_default();
        let written = fs::create_dir_all(parent).and_then(|()| fs::write(&path, &file.bytes));
        written.map_err(|source| CheckError::File { path, source })?;
    }
    Ok(())
}

/// Returns the first part of `path` below `folder` that is a link: behind one may be anything, such
/// as somebody else's solution.
fn first_link(folder: &Path, path: &str) -> Option<String> {
    let ends = path.match_indices('/').map(|(index, _)| index);
    let mut parts = ends.chain([path.len()]).map(|end| &path[..end]);
    let is_link = |part: &&str| {
        fs::symlink_metadata(folder.join(part)).is_ok_and(|metadata| metadata.is_symlink())
    };
    parts.find(is_link).map(str::to_owned)
}

fn refused(file: &str, why: &str) -> Diagnostic {
    let message = format!("{file} {why}");
    Diagnostic {
        error: true,
        text: format!("error: {message}\n"),
        message,
        file: Some(file.to_owned()),
        line: None,
    }
}
