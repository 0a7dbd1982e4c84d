//! Programs that the user works in, such as an editor or a shell: unconfined, on the terminal, with
//! the user's environment.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus};

/// Runs `program` on the terminal, waits for its end and returns its status.
#[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
pub(crate) fn interactive(program: &Path, arguments: &[OsString]) -> io::Result<ExitStatus> {
    Command::new(program).args(arguments).status()
}

/// Runs `program` on the terminal in `folder`, with `variables` added to the environment, and waits for
/// its end.
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

/// Replaces this process with `program`. Returns only when that fails, with the reason.
#[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
pub(crate) fn turn_into(
    program: &Path,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> io::Error {
    Command::new(program).args(arguments).exec()
}
