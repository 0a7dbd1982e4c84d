//! The binary: names the guests, calls the library, returns the exit code.

use std::process::ExitCode;

use gradus::cli::Guests;

/// A new guest is a file or folder, and a line in one of these lists.
const GUESTS: Guests = Guests {
    kinds: gradus::kinds::KINDS,
    formats: gradus::report::FORMATS,
    languages: gradus::languages::LANGUAGES,
};

fn main() -> ExitCode {
    gradus::cli::main(GUESTS)
}
