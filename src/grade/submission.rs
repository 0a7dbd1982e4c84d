//! One learner's work on one exercise.

use std::path::PathBuf;

use crate::source::ExerciseId;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Submission {
    pub learner: String,
    pub exercise: ExerciseId,
    pub folder: PathBuf,
}

impl Submission {
    /// Returns the name: learner and exercise, separated by `/`.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.learner, self.exercise)
    }
}
