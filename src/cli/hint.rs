//! `gradus hint`.

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;
use crate::text::{Line, Role, Style};

/// Show the next hint for an exercise
#[derive(Debug, Args)]
pub(crate) struct Hint {
    /// The exercise [default: the one whose folder this is, else the next one]
    exercise: Option<String>,
    /// Show the hints shown so far again, and no new one
    #[arg(long, conflicts_with = "all")]
    again: bool,
    /// Show every hint
    #[arg(long)]
    all: bool,
}

impl Hint {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let exercise = opened.exercise(app, self.exercise.as_deref())?;
        let seen = opened.progress.hints(&exercise.id);
        let of = exercise.hints.len();
        let shown = if self.all {
            0..of
        } else if self.again {
            0..seen.min(of)
        } else {
            seen.min(of)..(seen + 1).min(of)
        };
        if shown.is_empty() {
            explain_none_left(app, exercise.id.as_str(), of);
            return Ok(Code::Nothing);
        }
        let last = shown.end;
        for index in shown {
            app.output.line(heading(index + 1, of))?;
            app.output
                .lines(&app.output.markdown(&exercise.hints[index]))?;
            app.output.line(Line::new())?;
        }
        opened.update(app, |progress| progress.show_hints(&exercise.id, last))?;
        let command = app.command(&format!("hint {}", exercise.id));
        if opened.workspace.is_none() && last < of {
            app.note("Without a workspace hints are not counted; `--all` shows the rest.");
        } else if last < of {
            app.output
                .line(Line::new().with(Role::Dim, format!("The next one: {command}")))?;
        }
        Ok(Code::Fine)
    }
}

fn heading(number: usize, of: usize) -> Line {
    let bold = Style::bold(Role::Accent);
    Line::new().with(bold, format!("Hint {number} of {of}"))
}

/// Explains why there is no hint to show.
fn explain_none_left(app: &App, id: &str, of: usize) {
    let text = if of == 0 {
        "This exercise has no hints.".to_owned()
    } else {
        format!(
            "There are no more hints. To read them again: {}. To see the solution: {}",
            app.command(&format!("hint {id} --all")),
            app.command(&format!("solution {id}"))
        )
    };
    app.note(&text);
}
