//! An isolated worker: a Gradus in network and PID namespaces of its own that checks one submission and
//! prints the outcome as JSON.
//!
//! A learner's servers and commands can reach only that Gradus and its children. Unless the worker prints
//! a complete outcome, there is no verdict.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::header::fingerprint;
use super::scoring;
use crate::check::{CheckError, Collected, Context, Feedback, Outcome, hand_in, isolated};
use crate::course::{Course, Exercise};
use crate::sandbox::Room;
use crate::sys::scratch::Scratch;

/// The hidden command of the worker.
pub(crate) const ENTRY: &str = "__cell";

/// The most bytes and files in the folders of a lab, with its logs and nginx's temporary files, and of a
/// runbook. They are kept in memory, so that a submission cannot fill the grader's disk.
const LAB: (u64, u64) = (64 << 20, 8_192);
const RUNBOOK: (u64, u64) = (16 << 20, 1_024);
/// The folder of runbooks, below the worker's folder for temporary files.
pub(crate) const RUNBOOK_FOLDER: &str = "runbooks";

/// The output of the worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum WorkerResult {
    /// The check has an outcome.
    Judged(Box<Outcome>),
    /// The check could not be done; holds the reason.
    Failed(String),
}

impl WorkerResult {
    pub(crate) fn from_check(checked: Result<Outcome, CheckError>) -> Self {
        match checked {
            Ok(outcome) => Self::Judged(Box::new(outcome)),
            Err(error) => Self::Failed(scoring::error_text(&error)),
        }
    }
}

/// Returns whether submissions to `exercise` are checked by a worker: where there is a strong sandbox and
/// the exercise runs servers.
pub(crate) fn needs_worker(exercise: &Exercise, context: &Context) -> bool {
    exercise.task().facts().needs_network && context.sandbox.guard().is_strong()
}

/// Tries whether workers can be isolated here.
///
/// # Errors
/// Fails when they cannot, and says what the machine lacks.
pub(crate) fn rehearse(context: &Context) -> Result<(), CheckError> {
    let possible = context.sandbox.rehearse_seclusion();
    possible.map_err(|lacking| CheckError::Missing {
        what: format!(
            "its servers must run in a network of their own where submissions are confined, and {lacking}"
        ),
        help: lacking.help().to_owned(),
    })
}

/// Checks the submission of `files` in a worker.
///
/// # Errors
/// Fails as [`Task::check`](crate::kind::Task::check) does, and when the worker prints no outcome.
pub fn check(
    course: &Course,
    exercise: &Exercise,
    files: &[Collected],
    context: &Context,
) -> Result<Outcome, CheckError> {
    let scratch = Scratch::new().map_err(CheckError::temporary)?;
    hand_in::write(files, scratch.path())?;
    let arguments = arguments(course, exercise, scratch.path(), context);
    let variables = context.environment.named(exercise.kind.about().variables);
    match isolated::run(arguments, variables, rooms, context)? {
        WorkerResult::Judged(outcome) => Ok(*outcome),
        WorkerResult::Failed(words) => Err(CheckError::Apart(words)),
    }
}

fn arguments(
    course: &Course,
    exercise: &Exercise,
    submission: &Path,
    context: &Context,
) -> Vec<OsString> {
    let here = context.environment.folder();
    let mut arguments: Vec<OsString> = vec![
        ENTRY.into(),
        exercise.id.to_string().into(),
        here.join(submission).into(),
        "--fingerprint".into(),
        fingerprint(&course.tree, exercise).into(),
    ];
    if let Some(folder) = course.tree.folder() {
        arguments.extend(["--course".into(), folder.into()]);
    }
    if context.feedback == Feedback::Full {
        arguments.push("--full".into());
    }
    for rule in context.sandbox.disabled_rules() {
        arguments.extend(["--off".into(), rule.word().into()]);
    }
    arguments
}

/// Returns the size-limited folders: that for temporary files, and in it that of runbooks.
fn rooms(scratch: &Path) -> Vec<Room> {
    let room = |folder: PathBuf, (bytes, files)| Room {
        folder,
        bytes,
        files,
    };
    vec![
        room(scratch.to_owned(), LAB),
        room(scratch.join(RUNBOOK_FOLDER), RUNBOOK),
    ]
}
