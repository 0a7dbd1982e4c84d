//! `gradus lab up`.

use std::path::Path;
use std::sync::Arc;

use clap::Args;

use super::{registry, shell};
use crate::check::{Context, Diagnostic, Outcome};
use crate::cli::app::{App, Done};
use crate::cli::check::{feedback, hand_out, refuse_missing};
use crate::cli::exit::Code;
use crate::cli::failure::Failure;
use crate::cli::next;
use crate::course::Exercise;
use crate::kinds::gateway::lab::control::{LabSetup, LabStatus};
use crate::kinds::gateway::{self, Label, Opening};
use crate::progress::Progress;
use crate::session::lab::LabSession;
use crate::session::lab::exercising::Exercising;
use crate::session::lab::purpose::Purpose;
use crate::session::{Farewell, SessionError};
use crate::sys::clock::unix_time;
use crate::text::{Line, Role};

/// Run an exercise's nginx and services on the ports you know, until q or Ctrl-C
#[derive(Debug, Args)]
pub(crate) struct Up {
    /// The exercise [default: the one whose folder this is, else the next one]
    exercise: Option<String>,
}

impl Up {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let exercise = opened.exercise(app, self.exercise.as_deref())?;
        if exercise.task().live().is_none() {
            return Err(Failure::Refused {
                what: format!("the exercise `{}` has no lab", exercise.id),
                help: format!(
                    "check it: `{}`",
                    app.command(&format!("check {}", exercise.id))
                ),
            });
        }
        refuse_second(app, exercise.id.as_str())?;
        hand_out(app, &opened, exercise)?;
        let workspace = opened.workspace()?;
        let folder = workspace.folder(exercise);
        let context = app.context(feedback(exercise))?;
        refuse_missing(app, exercise, &context)?;
        let label = Label {
            exercise: exercise.id.as_str(),
            title: &exercise.title,
        };
        let opening = match gateway::opening(&**exercise.task(), label, &folder, &context)? {
            Opening::Ready(setup) => *setup,
            Opening::Refused(faults) => return Ok(print_refusal(app, &faults)),
        };
        let pass = |outcome: &Outcome| {
            let note = |progress: &mut Progress| {
                progress.record_success(exercise, outcome.scope, unix_time());
            };
            workspace.update(note)?;
            let mut progress = opened.progress.clone();
            note(&mut progress);
            Ok(next::lines_for(app, &opened, &progress))
        };
        let mut purpose = Exercising {
            task: Arc::clone(exercise.task()),
            folder,
            pass: Box::new(pass),
        };
        up(app, exercise, opening, context, false, &mut purpose)
    }
}

/// Keeps the lab `opening` up, for `purpose`, until its end; `aside` leaves standard output alone.
pub(in crate::cli) fn up(
    app: &App,
    exercise: &Exercise,
    opening: LabSetup,
    context: Context,
    aside: bool,
    purpose: &mut dyn Purpose,
) -> Done {
    let open_shell = |status: &LabStatus, socket: &Path| {
        app.note(&shell::welcome(status));
        shell::open(app, status, socket)
    };
    let session = LabSession {
        exercise,
        opening,
        context,
        purpose,
        surface: app.surface(aside),
        open_shell: &open_shell,
    };
    let farewell = session.run()?;
    if !aside {
        let text = format!("The lab of {} is shutting down.", exercise.id);
        app.output.line(Line::plain(text))?;
    }
    Ok(match farewell {
        Farewell::Signal(signal) => Code::Stopped(signal),
        Farewell::Done | Farewell::Interrupted | Farewell::Closed => Code::Fine,
    })
}

/// Prints why a lab cannot be put up.
pub(in crate::cli) fn print_refusal(app: &App, faults: &[Diagnostic]) -> Code {
    let lines = faults.iter().flat_map(|fault| fault.text.lines());
    let lines: Vec<_> = lines
        .map(|line| Line::new().with(Role::Bad, line))
        .collect();
    app.output.tell(&lines);
    Code::NotPassed
}

/// Refuses a second lab of an exercise.
pub(in crate::cli) fn refuse_second(app: &App, exercise: &str) -> Result<(), Failure> {
    match registry(app).find(exercise) {
        Some(first) => Err(SessionError::LabIsUp(first).into()),
        None => Ok(()),
    }
}
