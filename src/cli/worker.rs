//! A hidden command: checks one submission in a process of its own, for a `gradus grade`.

use std::path::PathBuf;

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;
use super::failure::Failure;
use super::names;
use crate::check::Feedback;
use crate::course::load;
use crate::grade::header::fingerprint;
use crate::grade::worker::{RUNBOOK_FOLDER, WorkerResult};

/// Checks one submission and writes the finding as JSON.
#[derive(Debug, Args)]
pub(crate) struct Worker {
    exercise: String,
    submission: PathBuf,
    /// The fingerprint of the exercise in the grading process.
    #[arg(long)]
    fingerprint: String,
    /// A test that fails tells what it expected.
    #[arg(long)]
    full: bool,
    /// A rule of the sandbox to switch off, for tests.
    #[cfg(debug_assertions)]
    #[arg(long)]
    off: Vec<String>,
}

impl Worker {
    pub(super) fn run(self, app: &App) -> Done {
        app.output.json(&self.check(app)?)?;
        Ok(Code::Fine)
    }

    fn check(&self, app: &App) -> Result<WorkerResult, Failure> {
        // Loads only this exercise: no lessons, no other exercises.
        let folder = format!("exercises/{}/", self.exercise);
        let (course, _) = load(&app.tree(None)?.part(&folder), app.guests.kinds);
        let exercise = names::exercise(&course, &self.exercise)?;
        if fingerprint(&course.tree, exercise) != self.fingerprint {
            let changed = "the exercise was changed while it was graded".to_owned();
            return Ok(WorkerResult::Failed(changed));
        }
        let feedback = if self.full {
            Feedback::Full
        } else {
            Feedback::Title
        };
        let mut context = app.context(feedback)?;
        context.graded = true;
        let room = std::env::temp_dir().join(RUNBOOK_FOLDER);
        context.sandbox = context.sandbox.with_secluded_shells(room);
        #[cfg(debug_assertions)]
        for word in &self.off {
            if let Some(rule) = crate::sandbox::Rule::parse(word) {
                context.sandbox = context.sandbox.without(rule);
            }
        }
        if !context.sandbox.guard().is_strong() {
            let weak = "there is no sandbox inside the other".to_owned();
            return Ok(WorkerResult::Failed(weak));
        }
        let checked = exercise.task().check_folder(&self.submission, &context);
        Ok(WorkerResult::from_check(checked))
    }
}
