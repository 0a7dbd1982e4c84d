//! A submission that is checked apart: by a Gradus in a network and among processes of its own, which
//! checks nothing else and ends with what it finds.
//!
//! What a learner's servers and commands reach from there is that Gradus and what it has started.
//! Whatever becomes of it, a verdict is only what it says whole.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::header::fingerprint;
use super::scoring;
use crate::check::{CheckError, Context, Outcome};
use crate::course::{Course, Exercise, Feedback};
use crate::lab::nginx;
use crate::sandbox::{End, Job, Limits, Seclusion, Stage};
use crate::sys::scratch::Scratch;
use crate::text::visible;

/// The hidden command of the Gradus inside.
pub const ENTRY: &str = "__cell";

/// The most that a check may take: a guard against mistakes of ours, for what a learner wrote has
/// limits of its own.
const LIMITS: Limits = Limits {
    cpu: Duration::from_mins(2),
    wall: Duration::from_mins(10),
    ..Limits::trusted()
};
/// What the Gradus inside is told of the environment.
const HANDED_ON: [&str; 2] = ["PATH", nginx::CHOICE];
/// The most characters of what a Gradus that failed said last.
const MOST_SAID: usize = 500;

/// What the Gradus inside says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Finding {
    /// What came out of the check.
    Judged(Box<Outcome>),
    /// Why it could not do its work.
    Failed(String),
}

impl Finding {
    /// Returns the finding of a check that ended like this.
    pub fn of(checked: Result<Outcome, CheckError>) -> Self {
        match checked {
            Ok(outcome) => Self::Judged(Box::new(outcome)),
            Err(error) => Self::Failed(scoring::reason(&error)),
        }
    }
}

/// Returns whether `exercise` is checked apart where submissions are confined.
pub fn is_for(exercise: &Exercise, context: &Context) -> bool {
    exercise.task.needs_network() && context.sandbox.guard().is_strong()
}

/// Finds out whether anything can be checked apart here.
///
/// # Errors
/// Fails where it cannot, and says what the machine lacks.
pub fn rehearse(context: &Context) -> Result<(), CheckError> {
    let possible = context.sandbox.rehearse_seclusion();
    possible.map_err(|lacking| CheckError::Missing {
        what: format!(
            "its servers are run in a network of their own where submissions are confined, and {lacking}"
        ),
        help: lacking.help().to_owned(),
    })
}

/// Checks the folder `submission` apart.
///
/// # Errors
/// Fails as [`Task::check`](crate::kind::Task::check) does, and when the Gradus inside does not say
/// what it found.
pub fn check(
    course: &Course,
    exercise: &Exercise,
    submission: &Path,
    context: &Context,
) -> Result<Outcome, CheckError> {
    let scratch = Scratch::searchable().map_err(|source| CheckError::File {
        path: std::env::temp_dir(),
        source,
    })?;
    let job = Job::new(Stage::Trusted, context.sandbox.launcher(), "/")
        .arguments(arguments(course, exercise, submission, context))
        .within(LIMITS)
        .secluded(Seclusion::Network);
    let job = variables(scratch.path(), context)
        .into_iter()
        .fold(job, |job, (name, value)| job.variable(name, value));
    let exit = context.sandbox.run(job, &context.cancel)?;
    CheckError::unless_ran(&exit)?;
    let finding = serde_json::from_slice(&exit.stdout);
    match finding {
        Ok(Finding::Judged(outcome)) if exit.end.is_success() => Ok(*outcome),
        Ok(Finding::Failed(words)) if exit.end.is_success() => Err(CheckError::Apart(words)),
        Ok(_) | Err(_) => Err(CheckError::Apart(unfinished(exit.end, &exit.stderr))),
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

/// Returns the whole environment of the Gradus inside: nothing of what the machine's may hold.
fn variables(scratch: &Path, context: &Context) -> Vec<(&'static str, OsString)> {
    let mut variables: Vec<(&str, OsString)> = vec![
        ("HOME", scratch.into()),
        ("LANG", "C.UTF-8".into()),
        ("TMPDIR", scratch.into()),
        ("GRADUS_CACHE_DIR", PathBuf::from(&context.cache).into()),
        ("GRADUS_STATE_DIR", scratch.join("state").into()),
    ];
    let known = HANDED_ON.map(|name| (name, context.environment.get(name)));
    let known = known.into_iter();
    variables.extend(known.filter_map(|(name, value)| Some((name, value?.to_owned()))));
    variables
}

fn unfinished(end: End, stderr: &[u8]) -> String {
    let how = match end {
        End::Code(code) => format!("ended with exit code {code}"),
        End::Signal(signal) => format!("was ended by signal {signal}"),
        End::TimeLimit => "took too long".to_owned(),
        End::OutputLimit => "said too much".to_owned(),
        End::Cancelled | End::NotEntered => "did not run".to_owned(),
    };
    let said: String = String::from_utf8_lossy(stderr)
        .chars()
        .take(MOST_SAID)
        .collect();
    let said = visible(said.trim());
    let colon = if said.is_empty() { "" } else { ": " };
    format!("the Gradus that checked it apart {how} before it said what it found{colon}{said}")
}
