//! `gradus reset`.

use clap::Args;

use super::app::{App, Done, OpenCourse};
use super::exit::Code;
use super::names;
use super::solution::agree;
use crate::course::Exercise;
use crate::source::ExerciseId;
use crate::text::{Line, Role, counted};
use crate::workspace::Workspace;

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
            "Restore the files of {}? What you passed is then to be solved again; a copy of yours is kept.",
            counted(chosen.len(), "exercise")
        );
        if self.all && app.output.is_interactive() && !agree(app, &question)? {
            return Ok(Code::Nothing);
        }
        for exercise in &chosen {
            let copy = workspace.reset(exercise)?;
            let folder = app.shown(&workspace.folder(exercise));
            app.output.lines(&[
                Line::plain(format!("Restored the files in {folder}.")),
                Line::plain(format!("A copy of what was there: {}", app.shown(&copy))),
            ])?;
            if opened.progress.has_succeeded(exercise) {
                let text = format!(
                    "You passed `{}` before; it is to be solved again.",
                    exercise.id
                );
                app.output.line(Line::plain(text))?;
            }
        }
        app.output
            .lines(&program_lines(app, &opened, workspace, &chosen))?;
        Ok(Code::Fine)
    }
}

/// Says which programs that were handed out use the restored files of `exercises`, and how to renew them.
fn program_lines(
    app: &App,
    opened: &OpenCourse,
    workspace: &Workspace,
    exercises: &[&Exercise],
) -> Vec<Line> {
    let is_reset = |id: &ExerciseId| exercises.iter().any(|exercise| exercise.id == *id);
    let programs = opened.course.programs.iter().filter(|program| {
        workspace.program_folder(program).is_dir() && program.uses.iter().any(is_reset)
    });
    let told = programs.flat_map(|program| {
        let text = format!("`{}` uses what was restored. To renew it:", program.id);
        let command = app.command(&format!("program {}", program.id));
        [
            Line::plain(text),
            Line::plain("  ").with(Role::Code, command),
        ]
    });
    told.collect()
}
