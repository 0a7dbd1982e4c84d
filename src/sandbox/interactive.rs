//! A program that the learner uses themselves, such as an editor: it has the terminal and all of
//! their environment, and nothing of ours limits it.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Runs `program` on the terminal and waits for its end.
///
/// # Errors
/// Fails when it cannot be started.
#[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
pub(crate) fn interactive(program: &Path, arguments: &[OsString]) -> io::Result<()> {
    Command::new(program).args(arguments).status().map(drop)
}

/// Runs `program` on the terminal in `folder`, with `variables` besides the learner's own, and
/// waits for its end.
///
/// # Errors
/// Fails when it cannot be started.
#[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
pub(crate) fn interactive_in(
    folder: &Path,
    program: &Path,
    arguments: &[OsString],
    variables: &[(&str, OsString)],
) -> io::Result<()> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    command.status().map(drop)
}

/// Turns this process into `program`. Returns only when that fails, with the reason.
#[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
pub(crate) fn turn_into(
    program: &Path,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> io::Error {
    Command::new(program).args(arguments).exec()
}
