//! The files of a learner's folder: those of the starter, as the course or a learner has them.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use super::GatewayTask;
use crate::check::{CheckError, Diagnostic};
use crate::kind::Folder;
use crate::sys::files;

/// The most bytes of one file.
const MOST: u64 = 64 << 10;

/// Texts by their paths in the learner's folder.
pub type Files = BTreeMap<String, String>;

/// Returns the files below `part` of an exercise's folder, such as `starter/`.
pub(super) fn of_course(folder: &Folder<'_>, part: &str) -> Files {
    let prefix = folder.prefix() + part;
    let files = folder.tree.below(&prefix);
    files
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect()
}

/// Returns `files` with those of `starter` that it lacks.
pub(super) fn completed(mut files: Files, starter: &Files) -> Files {
    for (path, text) in starter {
        files.entry(path.clone()).or_insert_with(|| text.clone());
    }
    files
}

/// Reads a learner's folder; `Err` inside holds what is wrong with it.
pub(super) fn of_learner(
    task: &GatewayTask,
    folder: &Path,
) -> Result<Result<Files, Vec<Diagnostic>>, CheckError> {
    let mut read = Files::new();
    let mut faults = Vec::new();
    for path in task.starter.keys() {
        match text(&folder.join(path), path)? {
            Ok(text) => {
                read.insert(path.clone(), text);
            }
            Err(message) => faults.push(diagnostic(path, message)),
        }
    }
    Ok(if faults.is_empty() {
        Ok(read)
    } else {
        Err(faults)
    })
}

/// Returns what is wrong with files that a learner may not change.
pub(super) fn touched(task: &GatewayTask, files: &Files) -> Vec<Diagnostic> {
    let given = task.starter.iter();
    given
        .filter(|(path, text)| !task.edit.contains(path) && files.get(*path) != Some(text))
        .map(|(path, _)| {
            diagnostic(
                path,
                format!(
                    "{path} is not what this exercise is about: put it back as it was, and mend {}",
                    task.edit.join(" or ")
                ),
            )
        })
        .collect()
}

fn text(path: &Path, name: &str) -> Result<Result<String, String>, CheckError> {
    let bytes = match files::read_bounded(path, MOST) {
        Ok(bytes) => bytes,
        Err(error) => {
            return match error.kind() {
                ErrorKind::NotFound => Ok(Err(format!("{name} is missing"))),
                ErrorKind::InvalidInput
                | ErrorKind::FileTooLarge
                | ErrorKind::PermissionDenied
                | ErrorKind::NotADirectory => Ok(Err(format!("{name}: {error}"))),
                _ => Err(CheckError::File {
                    path: path.to_owned(),
                    source: error,
                }),
            };
        }
    };
    let text = String::from_utf8(bytes);
    Ok(text.map_err(|_| format!("{name} is not UTF-8 text")))
}

fn diagnostic(path: &str, message: String) -> Diagnostic {
    Diagnostic {
        error: true,
        text: message.clone(),
        message,
        file: Some(path.to_owned()),
        line: None,
    }
}
