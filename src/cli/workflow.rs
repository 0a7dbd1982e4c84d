//! Output for a GitHub Actions step: annotations on standard output, and the step's summary.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::app::App;
use super::failure::Failure;
use crate::grade::GradeError;
use crate::report::github::{ANNOTATIONS, MOST_SUMMARY, SUMMARY};

/// Shows the GitHub report that was written to the folder `out`.
pub(super) fn show(app: &App, out: &Path) -> Result<(), Failure> {
    let read = |name: &str| {
        let path = out.join(name);
        fs::read_to_string(&path).map_err(GradeError::file(path))
    };
    app.output.text(&read(ANNOTATIONS)?)?;
    let Some(place) = app.environment.get("GITHUB_STEP_SUMMARY") else {
        return Ok(());
    };
    let place = PathBuf::from(place);
    let summary = read(SUMMARY)?;
    let there = fs::metadata(&place).map_or(0, |it| it.len());
    if there + summary.len() as u64 > MOST_SUMMARY as u64 {
        app.warn("the step's summary has no room for that of the grading");
        return Ok(());
    }
    let file = File::options().append(true).create(true).open(&place);
    let written = file.and_then(|mut file| file.write_all(summary.as_bytes()));
    written.map_err(GradeError::file(place))?;
    Ok(())
}
