//! A program that the learner uses themselves, such as an editor: it has the terminal and all of
//! their environment, and nothing of ours limits it.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Command;

/// Runs `program` on the terminal and waits for its end.
///
/// # Errors
/// Fails when it cannot be started.
#[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
pub fn interactive(program: &Path, arguments: &[OsString]) -> io::Result<()> {
    Command::new(program).args(arguments).status().map(drop)
}
