//! `gradus watch`.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, Scope};

use clap::Args;

use super::app::{App, Done, OpenCourse};
use super::check::{feedback, hand_out, prepare, show};
use super::exit::Code;
use super::failure::Failure;
use crate::check::{CheckError, Context, Outcome, Verdict};
use crate::course::Exercise;
use crate::sandbox::Cancel;
use crate::sys::clock::unix_time;
use crate::text::{Line, Role};
use crate::watch::{Changed, WatchMode, Watcher};

/// Check an exercise again after each save, until Ctrl-C
#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// The exercise [default: the one whose folder this is, else the next one]
    exercise: Option<String>,
    /// Poll the files instead of waiting for change notifications
    #[arg(long)]
    poll: bool,
}

/// An event in the loop of `watch`.
enum WatchEvent {
    Changed(Changed),
    /// The check of this number ended.
    Checked(u64, Result<Outcome, CheckError>),
}

impl Watch {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let exercise = opened.exercise(app, self.exercise.as_deref())?;
        hand_out(app, &opened, exercise)?;
        let folder = opened.workspace()?.folder(exercise);
        let mut context = app.context(feedback(exercise))?;
        context.awaited = true;
        prepare(app, exercise, &mut context)?;
        let (sender, receiver) = channel();
        let _watcher = start(&folder, self.poll, sender.clone())?;
        app.note(&format!(
            "Watching {} in {}; each save is checked. Ctrl-C ends.",
            exercise.title,
            app.shown(&folder)
        ));
        let checks = Checks {
            exercise,
            folder: &folder,
            context: &context,
            sender,
        };
        thread::scope(|scope| checks.follow(scope, app, &opened, &receiver))?;
        Ok(Code::Fine)
    }
}

fn start(folder: &Path, poll: bool, sender: Sender<WatchEvent>) -> Result<Watcher, Failure> {
    let pace = if poll {
        WatchMode::Polled
    } else {
        WatchMode::Notified
    };
    // Sending fails only once the loop has ended.
    let send = move |changed| drop(sender.send(WatchEvent::Changed(changed)));
    Watcher::start(folder, pace, send).map_err(|source| Failure::File {
        path: folder.into(),
        source,
    })
}

/// The checks of one exercise, at most one of which is wanted at a time.
struct Checks<'a> {
    exercise: &'a Exercise,
    folder: &'a Path,
    context: &'a Context,
    sender: Sender<WatchEvent>,
}

impl<'a> Checks<'a> {
    /// Checks now and after each change, until the reader of standard output is gone.
    fn follow<'scope>(
        &'a self,
        scope: &'scope Scope<'scope, 'a>,
        app: &App,
        opened: &OpenCourse,
        receiver: &Receiver<WatchEvent>,
    ) -> Result<(), Failure> {
        let mut number = 0;
        let mut cancel = self.begin(scope, number);
        while let Ok(message) = receiver.recv() {
            match message {
                WatchEvent::Changed(changed) => {
                    cancel.cancel();
                    number += 1;
                    let files = changed.files.join(", ");
                    app.output.step("");
                    app.output.lines(&[
                        Line::new(),
                        Line::new().with(Role::Dim, format!("{files} changed")),
                    ])?;
                    cancel = self.begin(scope, number);
                }
                WatchEvent::Checked(of, result) if of == number => {
                    app.output.step("");
                    self.report(app, opened, result)?;
                }
                // An obsolete check, which was cancelled.
                WatchEvent::Checked(_, _) => {}
            }
            if app.output.is_closed() {
                cancel.cancel();
                break;
            }
        }
        Ok(())
    }

    fn begin<'scope>(&'a self, scope: &'scope Scope<'scope, 'a>, number: u64) -> Cancel {
        let mut context = self.context.clone();
        context.cancel = Cancel::new();
        let cancel = context.cancel.clone();
        scope.spawn(move || {
            let check = || self.exercise.task().check_folder(self.folder, &context);
            let result = CheckError::catch_panic(check);
            // The receiver is gone once the command has ended.
            self.sender.send(WatchEvent::Checked(number, result)).ok();
        });
        cancel
    }

    fn report(
        &self,
        app: &App,
        opened: &OpenCourse,
        result: Result<Outcome, CheckError>,
    ) -> Result<(), Failure> {
        match result {
            Ok(outcome) => {
                if outcome.verdict() == Verdict::Passed {
                    opened.update(app, |progress| {
                        progress.record_success(self.exercise, outcome.scope, unix_time());
                    })?;
                }
                show(app, opened, self.exercise, &outcome)
            }
            Err(CheckError::Cancelled) => Ok(()),
            Err(error) => {
                let words = Failure::Check(error).words(&app.invocation);
                app.output.tell(&words.lines());
                Ok(())
            }
        }
    }
}
