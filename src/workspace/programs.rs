//! Hands out programs of the course, which use the learner's folders of exercises.

use std::path::PathBuf;

use super::{HandedOut, Parcel, Workspace, WorkspaceError};
use crate::course::{Course, Exercise, Program};
use crate::kind::PartOrigin;
use crate::progress::Progress;
use crate::source::ExerciseId;

/// The result of handing out a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProgramHandOut {
    /// Its files are there.
    Done {
        handed_out: HandedOut,
        /// The exercises whose reference solutions it uses.
        references: Vec<ExerciseId>,
    },
    /// Nothing was written: it would show the reference solutions of these exercises, which are not done and whose
    /// solutions were not seen.
    Asks(Vec<ExerciseId>),
    /// Nothing was written: these exercises are not done, and the course has no solutions.
    Lacks(Vec<ExerciseId>),
}

impl Workspace {
    /// Returns the folder of `program`, whether it is there or not.
    pub(crate) fn program_folder(&self, program: &Program) -> PathBuf {
        self.root.join("programs").join(program.id.as_str())
    }

    /// Hands out `program` with the learner's folders of the exercises that are done; for the others it gets copies
    /// of the reference solutions, if they were seen.
    ///
    /// # Errors
    /// Fails when the progress cannot be read, or a file not be written.
    pub(crate) fn hand_out_program(
        &self,
        course: &Course,
        program: &Program,
    ) -> Result<ProgramHandOut, WorkspaceError> {
        let progress = self.progress()?.progress;
        let used = program.uses.iter().filter_map(|id| course.exercise(id));
        let others: Vec<&Exercise> = used
            .filter(|exercise| !self.has_solution(exercise, &progress))
            .collect();
        let ids = |is_it: &dyn Fn(&Exercise) -> bool| -> Vec<ExerciseId> {
            let those = others.iter().filter(|exercise| is_it(exercise));
            those.map(|exercise| exercise.id.clone()).collect()
        };
        let lacking = ids(&|exercise| exercise.task().solution().is_empty());
        if !lacking.is_empty() {
            return Ok(ProgramHandOut::Lacks(lacking));
        }
        let is_seen = |exercise: &Exercise| {
            let done = progress.exercise(&exercise.id);
            done.is_some_and(|done| done.solution_seen)
        };
        let unseen = ids(&|exercise| !is_seen(exercise));
        if !unseen.is_empty() {
            return Ok(ProgramHandOut::Asks(unseen));
        }
        let references = ids(&|_| true);
        let origin = |id: &ExerciseId| {
            if references.contains(id) {
                PartOrigin::Reference
            } else {
                PartOrigin::Learner
            }
        };
        let handed_out = self.hand_out(&Parcel {
            name: program.id.as_str(),
            folder: self.program_folder(program),
            files: program.files(course, origin),
            kind: program.kind(course),
        })?;
        Ok(ProgramHandOut::Done {
            handed_out,
            references,
        })
    }

    /// Returns whether the learner's folder of `exercise` has a solution.
    fn has_solution(&self, exercise: &Exercise, progress: &Progress) -> bool {
        progress.has_succeeded(exercise) && self.folder(exercise).is_dir()
    }
}
