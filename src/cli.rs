//! The command line: arguments to domain to exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::sandbox::launcher;

/// Runs Gradus with the arguments and environment of this process.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments
        .first()
        .is_some_and(|first| first == launcher::ENTRY)
    {
        let error = launcher::enter(&arguments);
        return ExitCode::from(if error.raw_os_error().is_some() {
            126
        } else {
            125
        });
    }
    ExitCode::SUCCESS
}
