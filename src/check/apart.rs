//! Work that is done apart: by a Gradus in a network and among processes of its own, which does nothing
//! else and ends with what it found.
//!
//! What is run there reaches that Gradus and what it has started, and nothing of it outlives the work,
//! however that ends. What was found is only what that Gradus says whole.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::{CheckError, Context};
use crate::sandbox::{End, Job, Limits, Room, Seclusion, Stage};
use crate::sys::scratch::Scratch;
use crate::text::visible;

/// The most that the Gradus inside may take: a guard against mistakes of ours, for what it runs has
/// limits of its own.
const LIMITS: Limits = Limits {
    cpu: Duration::from_mins(2),
    wall: Duration::from_mins(10),
    ..Limits::trusted()
};
/// What the Gradus inside is told of the environment.
pub(crate) const HANDED_ON: [&str; 2] = ["PATH", "GRADUS_NGINX"];
/// The most characters of what a Gradus that failed said last.
const MOST_SAID: usize = 500;

/// Runs a Gradus with these arguments apart, and reads what it found. Of the environment it has what
/// every check needs, and `more`. The folders that `rooms` returns for its folder for temporary files are
/// bounded.
///
/// # Errors
/// Fails when it cannot be run, or does not say what it found.
pub(crate) fn run<T: DeserializeOwned>(
    arguments: Vec<OsString>,
    more: Vec<(&'static str, OsString)>,
    rooms: impl FnOnce(&Path) -> Vec<Room>,
    context: &Context,
) -> Result<T, CheckError> {
    let scratch = Scratch::searchable().map_err(|source| CheckError::File {
        path: std::env::temp_dir(),
        source,
    })?;
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
    format!("the Gradus that worked apart {how} before it said what it found{colon}{said}")
}
