//! The reports of a grading: which may be asked for, and which were written.

use std::path::{Path, PathBuf};

use clap::Command;
use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::cli::app::App;
use crate::cli::failure::Failure;
use crate::grade::{self, Results};
use crate::report::{Formats, format};
use crate::text::counted;

/// What clap calls the formats that are asked for.
pub(in crate::cli) const ASKED: &str = "reports";

/// Returns `command` with the names of `formats` as those that reports may be asked for in.
pub(in crate::cli) fn with_formats(command: Command, formats: Formats) -> Command {
    let names = formats
        .iter()
        .map(|format| PossibleValue::new(format.id()).help(format.summary()));
    let names = PossibleValuesParser::new(names);
    command.mut_subcommands(|command| {
        command.mut_args(|argument| {
            if argument.get_id() == ASKED {
                argument.value_parser(names.clone())
            } else {
                argument
            }
        })
    })
}

/// Writes the reports with the ids `formats` into the folder `out`, and returns their files.
pub(in crate::cli) fn write(
    app: &App,
    results: &Results,
    out: &Path,
    formats: &[String],
) -> Result<Vec<PathBuf>, Failure> {
    let formats = formats
        .iter()
        .filter_map(|id| format::find(app.guests.formats, id));
    let written = grade::reports::write(results, out, &formats.collect::<Vec<_>>())?;
    if written.removed > 0 {
        let what = counted(written.removed, "file");
        app.note(&format!("Removed {what} of reports on other results."));
    }
    Ok(written.files)
}

/// Shows the paths of the results and of their reports.
pub(in crate::cli) fn list(app: &App, results: &Path, reports: &[PathBuf]) -> Result<(), Failure> {
    for path in std::iter::once(results).chain(reports.iter().map(PathBuf::as_path)) {
        app.wrote(path)?;
    }
    Ok(())
}
