//! The command line: arguments to domain to exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::sandbox;

/// Runs Gradus with the arguments and environment of this process.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if let Some(code) = sandbox::enter(&arguments) {
        return ExitCode::from(code);
    }
    ExitCode::SUCCESS
}
