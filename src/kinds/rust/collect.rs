//! Collects the files of a submission: regular files only, within bounds.

use std::ffi::OsStr;
use std::path::Path;

use crate::check::{Collected, Diagnostic};
use crate::sys::dir::{Bounds, Dir, Refusal};
use crate::text::visible;

/// The limits of a submission. Paths must also fit below our own folders.
const BOUNDS: Bounds = Bounds {
    files: 200,
    depth: 32,
    path: 1_000,
    bytes: 512 << 10,
    all: 16 << 20,
};

/// Reads `src/**` of `submission`. A file that cannot be accepted is a diagnostic, for the learner to fix.
///
/// # Errors
/// Fails when there is no `src/lib.rs`, or a file cannot be read or is too large.
pub(crate) fn sources(submission: &Dir) -> Result<Vec<Collected>, Diagnostic> {
    let found = match submission.folder(OsStr::new("src")) {
        Ok(src) => src.read_all(BOUNDS),
        Err(Refusal::Missing) => Ok(Vec::new()),
        Err(refusal) => Err((String::new(), refusal)),
    };
    let found = found.map_err(|(path, refusal)| {
        let path = format!("src/{path}");
        refused(path.trim_end_matches('/'), &refusal)
    })?;
    if !found.iter().any(|(path, _)| path == "lib.rs") {
        let missing = "does not exist, or is not a regular file";
        return Err(refused("src/lib.rs", &missing));
    }
    let taken = found.into_iter().map(|(path, bytes)| Collected {
        path: format!("src/{path}"),
        bytes,
    });
    Ok(taken.collect())
}

pub(crate) fn one(submission: &Dir, path: &str) -> Result<Collected, Diagnostic> {
    let read = submission.read(path, BOUNDS.bytes);
    let bytes = read.map_err(|refusal| refused(path, &refusal))?;
    let path = path.to_owned();
    Ok(Collected { path, bytes })
}

/// Opens the folder `submission` without following a symbolic link on the way.
pub(crate) fn open(submission: &Path) -> Result<Dir, Diagnostic> {
    Dir::open(submission).map_err(|refusal| refused("the folder that was handed in", &refusal))
}

/// The longest path that a diagnostic shows, in characters.
const MOST_SHOWN: usize = 40;

fn refused(file: &str, why: &impl std::fmt::Display) -> Diagnostic {
    let mut shown: String = file.chars().take(MOST_SHOWN).collect();
    if shown.len() < file.len() {
        shown.push('…');
    }
    let message = visible(&format!("{shown} {why}"));
    Diagnostic {
        error: true,
        text: format!("error: {message}\n"),
        message,
        file: Some(shown),
        line: None,
    }
}
