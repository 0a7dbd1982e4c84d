//! `gradus skip`.

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;
use super::failure::Failure;
use super::names;
use crate::check::Feedback;
use crate::text::Line;

/// Mark as done an exercise that this machine cannot check, to finish the track without it
#[derive(Debug, Args)]
pub(crate) struct Skip {
    /// The exercise
    exercise: String,
}

impl Skip {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let exercise = names::exercise(&opened.course, &self.exercise)?;
        let workspace = opened.workspace()?;
        let context = app.context(Feedback::Full)?;
        let Some(missing) = exercise.task().missing(&context) else {
            return Err(Failure::Refused {
                what: format!("this machine can check `{}`", exercise.id),
                help: format!("try it: {}", app.command(&format!("check {}", exercise.id))),
            });
        };
        workspace.update(|progress| progress.settle(&exercise.id, &*missing))?;
        app.output.lines(&[
            Line::plain(format!(
                "Marked `{}` as done without a pass: {missing}",
                exercise.id
            )),
            Line::plain("You can still pass it, here or on another machine."),
        ])?;
        Ok(Code::Fine)
    }
}
