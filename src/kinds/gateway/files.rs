//! The files of a learner's folder: those of the starter, in the course's version or a learner's.

use std::path::Path;

use super::lab::config;
use super::task::{FILE, Files, GatewayTask};
use crate::check::{Collected, Diagnostic, HandIn};
use crate::kind::Folder;
use crate::source::Tree;
use crate::sys::dir::{Dir, Refusal};

const MOST: u64 = 64 << 10;

/// The files below `part` of an exercise's folder, such as `starter/`.
pub(super) fn of_course(folder: &Folder<'_>, part: &str) -> Files {
    below(folder.tree, &(folder.prefix() + part))
}

/// The files of `tree` below `prefix`.
pub(super) fn below(tree: &Tree, prefix: &str) -> Files {
    let files = tree.below(prefix);
    files
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect()
}

/// Adds the files of `starter` that `files` lacks.
pub(super) fn completed(mut files: Files, starter: &Files) -> Files {
    for (path, text) in starter {
        files.entry(path.clone()).or_insert_with(|| text.clone());
    }
    files
}

pub(super) fn collected(files: &Files) -> Vec<Collected> {
    let files = files.iter().map(|(path, text)| Collected {
        path: path.clone(),
        bytes: text.clone().into_bytes(),
    });
    files.collect()
}

pub(super) fn of_collected(files: &[Collected]) -> Files {
    let texts = files.iter().map(|file| {
        let text = String::from_utf8_lossy(&file.bytes);
        (file.path.clone(), text.into_owned())
    });
    texts.collect()
}

/// Reads a learner's folder without following symbolic links on the way to it.
pub(super) fn of_learner(task: &GatewayTask, folder: &Path) -> HandIn {
    let mut hand_in = HandIn {
        folder: folder.to_owned(),
        files: Vec::new(),
        faults: Vec::new(),
    };
    let dir = match Dir::open(folder) {
        Ok(dir) => dir,
        Err(refusal) => {
            let fault = diagnostic(FILE, format!("the folder {refusal}"));
            hand_in.faults.push(fault);
            return hand_in;
        }
    };
    for path in task.starter.keys() {
        match text(&dir, path) {
            Ok(text) => hand_in.files.push(Collected {
                path: path.clone(),
                bytes: text.into_bytes(),
            }),
            Err(fault) => hand_in.faults.push(fault),
        }
    }
    if !hand_in.faults.is_empty() {
        // An incomplete submission is not judged.
        hand_in.files.clear();
    }
    hand_in
}

/// Reports changes of files that a learner may not edit.
pub(super) fn touched(task: &GatewayTask, files: &Files) -> Vec<Diagnostic> {
    let given = task.starter.iter();
    given
        .filter(|(path, text)| !task.edit.contains(path) && files.get(*path) != Some(text))
        .map(|(path, _)| {
            diagnostic(
                path,
                format!(
                    "{path} is not what this exercise is about: put it back as it was, and fix {}",
                    task.edit.join(" or ")
                ),
            )
        })
        .collect()
}

fn text(folder: &Dir, name: &str) -> Result<String, Diagnostic> {
    let bytes = folder.read(name, MOST).map_err(|refusal| {
        let message = match refusal {
            Refusal::Missing => format!("{name} is missing"),
            refusal => format!("{name} {refusal}"),
        };
        diagnostic(name, message)
    })?;
    let decoded = if name == FILE {
        config::decode(bytes)
    } else {
        String::from_utf8(bytes).map_err(|error| {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            valid.split(|byte| *byte == b'\n').count()
        })
    };
    decoded.map_err(|line| not_utf8(name, line))
}

fn not_utf8(name: &str, line: usize) -> Diagnostic {
    let message = format!("{name} is not UTF-8 text: line {line} has invalid bytes");
    let help = "save the file as UTF-8, or write that line without accents and special characters";
    Diagnostic {
        text: format!("{message}\nhelp: {help}"),
        line: Some(line),
        ..diagnostic(name, message)
    }
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
