//! `gradus reset`.

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;
use super::names;
use super::solution::agree;
use crate::course::Exercise;
use crate::text::{Line, counted};

/// Restore an exercise's files as handed out; a copy of yours is kept
#[derive(Debug, Args)]
pub(crate) struct Reset {
    /// The exercise
    #[arg(required_unless_present = "all")]
    exercise: Option<String>,
    /// Restore the files of every exercise that was handed out
    #[arg(long, conflicts_with = "exercise")]
    all: bool,
}

impl Reset {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let workspace = opened.workspace()?;
        let chosen = if let Some(name) = &self.exercise {
            vec![names::exercise(&opened.course, name)?]
        } else {
            let is_there = |exercise: &&Exercise| workspace.folder(exercise).is_dir();
            opened.course.exercises.iter().filter(is_there).collect()
        };
        if chosen.is_empty() {
            app.note("No exercise was handed out yet.");
            return Ok(Code::Nothing);
        }
        let question = format!(
            "Restore the files of {}? What you solved stays passed; a program on your crates needs them.",
            counted(chosen.len(), "exercise")
        );
        if self.all && app.output.is_interactive() && !agree(app, &question)? {
            return Ok(Code::Nothing);
        }
        for exercise in chosen {
            let copy = workspace.reset(exercise)?;
            let folder = app.shown(&workspace.folder(exercise));
            app.output.lines(&[
                Line::plain(format!("Restored the files in {folder}.")),
                Line::plain(format!("A copy of what was there: {}", app.shown(&copy))),
            ])?;
        }
        Ok(Code::Fine)
    }
}
