//! A submission that is checked apart: by a Gradus in a network and among processes of its own, which
//! checks nothing else and ends with what it finds.
//!
//! What a learner's servers and commands reach from there is that Gradus and what it has started.
//! Whatever becomes of it, a verdict is only what it says whole.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::header::fingerprint;
use super::scoring;
use crate::check::{CheckError, Collected, Context, Feedback, Outcome, apart, hand_in};
use crate::course::{Course, Exercise};
use crate::sandbox::Room;
use crate::sys::scratch::Scratch;

/// The hidden command of the Gradus inside.
pub(crate) const ENTRY: &str = "__cell";

/// How much the folders of a lab, with its logs and all that nginx stores, may hold, and those of a runbook,
/// in bytes and files: what is written there takes memory, and none of the disk of others.
const LAB: (u64, u64) = (64 << 20, 8_192);
const RUNBOOK: (u64, u64) = (16 << 20, 1_024);
/// The folder of runbooks, among those for temporary files of the Gradus inside.
pub(crate) const ROOM: &str = "runbooks";

/// What the Gradus inside says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Finding {
    /// What came out of the check.
    Judged(Box<Outcome>),
    /// Why it could not do its work.
    Failed(String),
}

impl Finding {
    /// Returns the finding of a check that ended like this.
    pub(crate) fn of(checked: Result<Outcome, CheckError>) -> Self {
        match checked {
            Ok(outcome) => Self::Judged(Box::new(outcome)),
            Err(error) => Self::Failed(scoring::reason(&error)),
        }
    }
}

/// Returns whether `exercise` is checked apart where submissions are confined.
pub(crate) fn is_for(exercise: &Exercise, context: &Context) -> bool {
    exercise.task().needs_network() && context.sandbox.guard().is_strong()
}

/// Finds out whether anything can be checked apart here.
///
/// # Errors
/// Fails where it cannot, and says what the machine lacks.
pub(crate) fn rehearse(context: &Context) -> Result<(), CheckError> {
    let possible = context.sandbox.rehearse_seclusion();
    possible.map_err(|lacking| CheckError::Missing {
        what: format!(
            "its servers are run in a network of their own where submissions are confined, and {lacking}"
        ),
        help: lacking.help().to_owned(),
    })
}

/// Checks the submission of `files` apart.
///
/// # Errors
/// Fails as [`Task::check`](crate::kind::Task::check) does, and when the Gradus inside does not say
/// what it found.
pub fn check(
    course: &Course,
    exercise: &Exercise,
    files: &[Collected],
    context: &Context,
) -> Result<Outcome, CheckError> {
    let scratch = Scratch::new().map_err(|source| CheckError::File {
        path: std::env::temp_dir(),
        source,
    })?;
    hand_in::write(files, scratch.path())?;
    let arguments = arguments(course, exercise, scratch.path(), context);
    match apart::run(arguments, Vec::new(), rooms, context)? {
        Finding::Judged(outcome) => Ok(*outcome),
        Finding::Failed(words) => Err(CheckError::Apart(words)),
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
    for rule in context.sandbox.off() {
        arguments.extend(["--off".into(), rule.word().into()]);
    }
    arguments
}

/// Returns the folders that bound what is written: that for temporary files, and in it that of runbooks.
fn rooms(scratch: &Path) -> Vec<Room> {
    let room = |folder: PathBuf, (bytes, files)| Room {
        folder,
        bytes,
        files,
    };
    vec![
        room(scratch.to_owned(), LAB),
        room(scratch.join(ROOM), RUNBOOK),
    ]
}
