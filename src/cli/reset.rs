//! `gradus reset`.

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;
use super::names;
use crate::text::Line;

/// Restore an exercise's files as handed out; a copy of yours is kept
#[derive(Debug, Args)]
pub(crate) struct Reset {
    /// The exercise
    exercise: String,
}

impl Reset {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let exercise = names::exercise(&opened.course, &self.exercise)?;
        let workspace = opened.workspace()?;
        let copy = workspace.reset(exercise)?;
        let folder = app.shown(&workspace.folder(exercise));
        app.output.lines(&[
            Line::plain(format!("Restored the files in {folder}.")),
            Line::plain(format!("A copy of what was there: {}", app.shown(&copy))),
        ])?;
        Ok(Code::Fine)
    }
}
