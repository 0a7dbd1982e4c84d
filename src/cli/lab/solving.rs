//! A lab that is up for its exercise.

use std::path::Path;
use std::sync::Arc;

use super::purpose::{Deed, Judge, Purpose};
use crate::check::{Outcome, Verdict};
use crate::cli::app::{App, OpenCourse};
use crate::cli::failure::Failure;
use crate::cli::next;
use crate::course::Exercise;
use crate::kinds::gateway::lab::control::LabStatus;
use crate::sys::clock::unix_time;
use crate::text::{Line, Role};
use crate::tutor::View;

/// Solving an exercise.
pub(super) struct Solving<'a> {
    pub(super) app: &'a App,
    pub(super) opened: &'a OpenCourse,
    pub(super) exercise: &'a Exercise,
}

impl Purpose for Solving<'_> {
    fn heading(&mut self, status: &LabStatus, _view: &View) -> Vec<Line> {
        let title = Line::new().with(Role::Heading(1), &status.title);
        vec![title.with(Role::Dim, format!("  the lab of {}", status.exercise))]
    }

    fn judge(&self, _socket: &Path) -> Result<Judge, Failure> {
        let task = Arc::clone(self.exercise.task());
        let folder = self.opened.workspace()?.folder(self.exercise);
        Ok(Box::new(move |context| task.check_folder(&folder, context)))
    }

    fn judged(&mut self, outcome: &Outcome) -> Result<Deed, Failure> {
        if outcome.verdict() != Verdict::Passed {
            return Ok(Deed::shown(Vec::new()));
        }
        let exercise = self.exercise;
        self.opened
            .update(|progress| progress.record_success(exercise, outcome.scope, unix_time()))?;
        let mut progress = self.opened.progress.clone();
        progress.record_success(exercise, outcome.scope, unix_time());
        let next = next::lines_for(self.app, self.opened, &progress);
        Ok(Deed::shown(next))
    }
}
