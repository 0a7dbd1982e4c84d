//! What a kind does for the programs of a course, which are built on what a learner wrote for exercises.

use std::path::Path;

use super::{Task, WorkspaceFile};
use crate::check::{CheckError, Context};
use crate::source::ExerciseId;

/// Builds programs on exercises of a kind.
pub trait ProgramBuilder {
    /// Returns the files that Gradus writes into the folder `programs/ID` of a workspace, by their paths there:
    /// they join the program `id` with `parts`.
    fn files(&self, id: &str, parts: &[ProgramPart<'_>]) -> Vec<WorkspaceFile>;

    /// Returns the command that runs the program `id` in a workspace.
    fn command(&self, id: &str) -> String;

    /// Builds the program `id` in `folder`, its folder, where no part is the learner's, and runs it. Returns what
    /// it printed.
    ///
    /// # Errors
    /// Fails with what the tools said when it does not build or fails, and when Gradus could not do its work.
    fn run(&self, id: &str, folder: &Path, context: &Context) -> Result<String, CheckError>;
}

/// An exercise that a program uses.
#[derive(Debug, Clone, Copy)]
pub struct ProgramPart<'a> {
    /// The name of the exercise.
    pub exercise: &'a ExerciseId,
    /// What its kind made of its folder.
    pub task: &'a dyn Task,
    /// Whose solution the program uses.
    pub origin: PartOrigin,
}

/// Whose solution of an exercise a program uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartOrigin {
    /// The learner's, in the folder `exercises/ID` of the workspace.
    Learner,
    /// A copy of the reference solution in the program's folder.
    Reference,
}
