//! `gradus solution`.

use std::io::{self, Write};

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;
use super::failure::Failure;
use crate::kind::WorkspaceFile;
use crate::progress::State;
use crate::text::{Line, Role, Style};

/// Show the reference solution of an exercise
#[derive(Debug, Args)]
pub(crate) struct Solution {
    /// The exercise [default: the one whose folder this is, else the next one]
    exercise: Option<String>,
    /// Show it even before a pass, without asking
    #[arg(long)]
    yes: bool,
    /// Show what it changes in the files as handed out
    #[arg(long)]
    diff: bool,
}

impl Solution {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let exercise = opened.exercise(app, self.exercise.as_deref())?;
        let passed = opened.progress.state_of(exercise) == State::Passed;
        if !passed
            && !self.yes
            && !agree(
                app,
                "You have not passed it yet, and a solution that was shown cannot be unseen. See it anyway?",
            )?
        {
            let hint = app.command(&format!("hint {}", exercise.id));
            let yes = app.command(&format!("solution {} --yes", exercise.id));
            return Err(Failure::Refused {
                what: format!(
                    "you have not passed `{}` yet, and seeing it cannot be undone",
                    exercise.id
                ),
                help: format!("try `{hint}` first; `{yes}` shows the solution now"),
            });
        }
        let task = exercise.task();
        let files = if self.diff {
            task.solution_changes()
        } else {
            task.solution()
        };
        if files.is_empty() {
            app.note("This exercise has no reference solution to show.");
            return Ok(Code::Nothing);
        }
        app.output.lines(&lines(app, &files))?;
        opened.update(app, |progress| progress.show_solution(&exercise.id))?;
        Ok(Code::Fine)
    }
}

/// Asks a question to be answered with yes or no; `false` if the session is not interactive.
pub(super) fn agree(app: &App, question: &str) -> Result<bool, Failure> {
    if !app.output.is_interactive() {
        return Ok(false);
    }
    app.output.line(Line::plain(question))?;
    app.output.text("[y/N] ")?;
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn lines(app: &App, files: &[WorkspaceFile]) -> Vec<Line> {
    let bold = Style::bold(Role::Accent);
    let mut lines = Vec::new();
    for file in files {
        lines.push(Line::new().with(bold.clone(), &file.path));
        lines.extend(app.output.markdown(&file.fenced()));
        lines.push(Line::new());
    }
    lines
}
