//! The binary: calls the library, returns the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    gradus::cli::main(gradus::kinds::KINDS)
}
