//! Isolated work: a second Gradus in network and PID namespaces of its own, which prints its result as
//! JSON.
//!
//! Code that runs there can reach only that Gradus and its children, and the kernel ends all of them with
//! it. Only a complete result counts.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::{CheckError, Context};
use crate::sandbox::{End, Job, Limits, Room, Seclusion, Stage};
use crate::sys::scratch::Scratch;
use crate::text::visible;

/// The limits of the Gradus inside, against bugs only: the jobs that it runs have their own.
const LIMITS: Limits = Limits {
    cpu: Duration::from_mins(2),
    wall: Duration::from_mins(10),
    ..Limits::trusted()
};
/// The most characters of standard error in an error message.
const MOST_STDERR: usize = 500;

/// Runs an isolated Gradus with these arguments, and parses its result. Its environment is that of every
/// check, and `more`. `rooms` returns its size-limited folders, given its folder for temporary files.
///
/// # Errors
/// Fails when it cannot be run, or prints no complete result.
pub(crate) fn run<T: DeserializeOwned>(
    arguments: Vec<OsString>,
    more: Vec<(&'static str, OsString)>,
    rooms: impl FnOnce(&Path) -> Vec<Room>,
    context: &Context,
) -> Result<T, CheckError> {
    let scratch = Scratch::searchable().map_err(CheckError::temporary)?;
    let job = Job::new(Stage::Trusted, context.sandbox.launcher(), "/")
        .arguments(arguments)
        .within(LIMITS)
        .secluded(Seclusion::Network)
        .with_rooms(rooms(scratch.path()));
    let job = variables(scratch.path(), context)
        .into_iter()
        .chain(more)
        .fold(job, |job, (name, value)| job.variable(name, value));
    let exit = context.sandbox.run(job, &context.cancel)?;
    CheckError::unless_ran(&exit)?;
    match serde_json::from_slice(&exit.stdout) {
        Ok(found) if exit.end.is_success() => Ok(found),
        Ok(_) | Err(_) => Err(CheckError::Apart(unfinished(exit.end, &exit.stderr))),
    }
}

/// Returns the environment of the Gradus inside, which inherits only `PATH`.
fn variables(scratch: &Path, context: &Context) -> Vec<(&'static str, OsString)> {
    let mut variables: Vec<(&str, OsString)> = vec![
        ("HOME", scratch.into()),
        ("LANG", "C.UTF-8".into()),
        ("TMPDIR", scratch.into()),
        ("GRADUS_CACHE_DIR", PathBuf::from(&context.cache).into()),
        ("GRADUS_STATE_DIR", scratch.join("state").into()),
    ];
    variables.extend(context.environment.named(&["PATH"]));
    variables
}

fn unfinished(end: End, stderr: &[u8]) -> String {
    let how = match end {
        End::Code(code) => format!("ended with exit code {code}"),
        End::Signal(signal) => format!("was killed by signal {signal}"),
        End::TimeLimit => "took too long".to_owned(),
        End::OutputLimit => "printed too much".to_owned(),
        End::Cancelled | End::NotEntered => "did not run".to_owned(),
    };
    let start: String = String::from_utf8_lossy(stderr)
        .chars()
        .take(MOST_STDERR)
        .collect();
    let message = visible(start.trim());
    let colon = if message.is_empty() { "" } else { ": " };
    format!("the isolated Gradus {how} before it printed a result{colon}{message}")
}
