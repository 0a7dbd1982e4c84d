//! `gradus lab up`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use clap::Args;

use super::purpose::Purpose;
use super::registry;
use super::screen::{Message, Screen};
use super::solving::Solving;
use crate::check::{CheckError, Context, Diagnostic};
use crate::cli::app::{App, Done, OpenCourse};
use crate::cli::check::{feedback, refuse_missing};
use crate::cli::exit::Code;
use crate::cli::failure::Failure;
use crate::course::Exercise;
use crate::kinds::gateway::lab::control::protocol::CommandOutput;
use crate::kinds::gateway::lab::control::{LabHost, LabSetup, RegisteredLab, wrappers};
use crate::kinds::gateway::{self, Label};
use crate::text::{Line, Role};
use crate::watch::{WatchMode, Watcher};

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
        if let Some(first) = registry(app).find(exercise.id.as_str()) {
            return Err(up_already(app, &first));
        }
        let folder = hand_out(app, &opened, exercise)?;
        let context = app.context(feedback(exercise))?;
        refuse_missing(app, exercise, &context)?;
        let label = Label {
            exercise: exercise.id.as_str(),
            title: &exercise.title,
        };
        match gateway::opening(&**exercise.task(), label, &folder, &context)? {
            Ok(opening) => {
                let mut purpose = Solving {
                    app,
                    opened: &opened,
                    exercise,
                };
                up(app, exercise, opening, context, &mut purpose)
            }
            Err(faults) => {
                tell(app, &faults);
                Ok(Code::NotPassed)
            }
        }
    }
}

/// Keeps the lab `opening` up, for `purpose`, until somebody wants its end.
pub(in crate::cli) fn up(
    app: &App,
    exercise: &Exercise,
    mut opening: LabSetup,
    context: Context,
    purpose: &mut dyn Purpose,
) -> Done {
    let aside = purpose.wants_stdout();
    opening.own_ports = true;
    let folder = opening.folder.clone();
    let (sender, messages) = channel();
    let told = sender.clone();
    let told = Arc::new(move |happened| {
        // When nobody listens any more the lab is going down.
        told.send(Message::LabEvent(happened)).ok();
    });
    let (host, said) = LabHost::start(opening, told).map_err(CheckError::from)?;
    let failed = |source| Failure::File {
        path: host.folder().to_owned(),
        source,
    };
    let missing = |name: &&&str| app.environment.find_program(name, &[]).is_none();
    let more: Vec<&str> = wrappers::STAND_INS
        .iter()
        .filter(missing)
        .copied()
        .collect();
    let gradus = context.sandbox.launcher();
    wrappers::write(host.folder(), gradus, &more).map_err(failed)?;
    let entry = RegisteredLab {
        exercise: exercise.id.to_string(),
        folder: folder.clone(),
        pid: std::process::id(),
        socket: host.socket().to_owned(),
    };
    let _registered = match registry(app).enter(&entry).map_err(failed)? {
        Ok(registered) => registered,
        Err(first) => return Err(up_already(app, &first)),
    };
    let _watcher = watch(&folder, sender.clone())?;
    let mut screen = Screen::open(app, exercise, purpose, &host, context, sender)?;
    let code = screen.run(&said_lines(&said), &messages)?;
    drop(screen);
    if !aside {
        let text = format!("The lab of {} goes down.", exercise.id);
        app.output.line(Line::plain(text))?;
    }
    Ok(code)
}

fn said_lines(said: &CommandOutput) -> Vec<Line> {
    let role = if said.code == 0 {
        Role::Warn
    } else {
        Role::Bad
    };
    let lines = said.stderr.lines();
    lines.map(|line| Line::new().with(role, line)).collect()
}

/// Returns the exercise's folder; when there is none, hands it out.
fn hand_out(app: &App, opened: &OpenCourse, exercise: &Exercise) -> Result<PathBuf, Failure> {
    crate::cli::check::hand_out(app, opened, exercise)?;
    let folder = opened.workspace()?.folder(exercise);
    fs::canonicalize(&folder).map_err(|source| Failure::File {
        path: folder,
        source,
    })
}

fn watch(folder: &Path, sender: Sender<Message>) -> Result<Watcher, Failure> {
    let tell = move |changed| drop(sender.send(Message::Saved(changed)));
    Watcher::start(folder, WatchMode::Notified, tell).map_err(|source| Failure::File {
        path: folder.into(),
        source,
    })
}

/// Shows what keeps a lab from being put up.
pub(in crate::cli) fn tell(app: &App, faults: &[Diagnostic]) {
    let lines = faults.iter().flat_map(|fault| fault.text.lines());
    let lines: Vec<_> = lines
        .map(|line| Line::new().with(Role::Bad, line))
        .collect();
    app.output.tell(&lines);
}

/// Returns why a second lab of an exercise is not put up.
pub(in crate::cli) fn up_already(app: &App, first: &RegisteredLab) -> Failure {
    let RegisteredLab {
        exercise,
        folder,
        pid,
        ..
    } = first;
    let command = |command: &str| app.command(&format!("lab {command}"));
    Failure::Refused {
        what: format!(
            "the lab of `{exercise}` is up already: process {pid}, with the files in {}",
            folder.display()
        ),
        help: format!(
            "`{}` shows it, `{}` ends it",
            command("ps"),
            command(&format!("down {exercise}"))
        ),
    }
}
