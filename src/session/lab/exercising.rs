//! A lab that is up for its exercise.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::purpose::{Purpose, Reaction, RunCheck};
use crate::check::{Outcome, Verdict};
use crate::kind::Task;
use crate::kinds::gateway::lab::control::LabStatus;
use crate::session::{SessionError, View};
use crate::text::{Line, Role};

/// Notes that an exercise holds, and returns what comes next.
pub(crate) type Pass<'a> = Box<dyn FnMut(&Outcome) -> Result<Vec<Line>, SessionError> + 'a>;

/// Solving an exercise.
pub(crate) struct Exercising<'a> {
    pub(crate) task: Arc<dyn Task>,
    /// The learner's folder.
    pub(crate) folder: PathBuf,
    pub(crate) pass: Pass<'a>,
}

impl Purpose for Exercising<'_> {
    fn heading(&mut self, status: &LabStatus, _view: &View) -> Vec<Line> {
        let title = Line::new().with(Role::Heading(1), &status.title);
        vec![title.with(Role::Dim, format!("  the lab of {}", status.exercise))]
    }

    fn check(&self, _socket: &Path) -> RunCheck {
        let (task, folder) = (Arc::clone(&self.task), self.folder.clone());
        Box::new(move |context| task.check_folder(&folder, context))
    }

    fn checked(&mut self, outcome: &Outcome) -> Result<Reaction, SessionError> {
        if outcome.verdict() != Verdict::Passed {
            return Ok(Reaction::shown(Vec::new()));
        }
        (self.pass)(outcome).map(Reaction::shown)
    }
}
