//! One learner's work on one exercise.

use std::path::PathBuf;

use crate::source::ExerciseId;

/// One learner's work on one exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Submission {
    /// Who handed it in.
    pub learner: String,
    /// Which exercise it answers.
    pub exercise: ExerciseId,
    /// Its folder.
    pub folder: PathBuf,
}

impl Submission {
    /// Returns its name: learner and exercise, with `/` between.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.learner, self.exercise)
    }
}
