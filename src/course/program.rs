//! Programs of a course: built on what a learner wrote for exercises.

use std::path::Path;

use super::Course;
use crate::check::{CheckError, Context};
use crate::kind::{Kind, PartOrigin, ProgramBuilder, ProgramPart, WorkspaceFile};
use crate::source::{ExerciseId, Problem, ProgramId, TrackId};
use crate::sys::files;

/// A program of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The id.
    pub id: ProgramId,
    /// The title shown to a learner.
    pub title: String,
    /// One sentence for lists.
    pub summary: String,
    /// The tracks it belongs to.
    pub tracks: Vec<TrackId>,
    /// The exercises that it uses.
    pub uses: Vec<ExerciseId>,
}

impl Program {
    /// The manifest, in the program's folder.
    pub(crate) const MANIFEST: &'static str = "program.toml";
    /// What the program prints, in its folder.
    pub(crate) const OUTPUT: &'static str = "output.txt";

    /// Returns the path of its folder in the course and in a workspace, with a `/` at its end.
    pub(crate) fn prefix(&self) -> String {
        format!("programs/{}/", self.id)
    }

    /// Returns whether `track` has it; without a track, it does.
    pub(crate) fn is_on(&self, track: Option<&TrackId>) -> bool {
        track.is_none_or(|track| self.tracks.contains(track))
    }

    /// Returns the kind of the exercises that it uses; `None` in a course with a problem.
    pub(crate) fn kind(&self, course: &Course) -> Option<&'static dyn Kind> {
        Some(course.exercise(self.uses.first()?)?.kind)
    }

    fn builder(&self, course: &Course) -> Option<&'static dyn ProgramBuilder> {
        self.kind(course)?.programs()
    }

    /// Returns the command that runs it in a workspace.
    pub(crate) fn command(&self, course: &Course) -> String {
        let builder = self.builder(course);
        builder.map_or_else(String::new, |builder| builder.command(self.id.as_str()))
    }

    /// Returns what it prints with the reference solutions, as its folder declares.
    pub(crate) fn output<'a>(&self, course: &'a Course) -> &'a str {
        let path = self.prefix() + Self::OUTPUT;
        course.tree.get(&path).unwrap_or_default()
    }

    /// Returns the files of its folder in a workspace, where `origin` says whose solution of an exercise it uses.
    pub(crate) fn files(
        &self,
        course: &Course,
        origin: impl Fn(&ExerciseId) -> PartOrigin,
    ) -> Vec<WorkspaceFile> {
        let used = self.uses.iter().filter_map(|id| course.exercise(id));
        let parts: Vec<_> = used
            .map(|exercise| ProgramPart {
                exercise: &exercise.id,
                task: &**exercise.task(),
                origin: origin(&exercise.id),
            })
            .collect();
        let folder = self.prefix();
        let sources = course.tree.below(&folder);
        let sources = sources.filter(|(path, _)| ![Self::MANIFEST, Self::OUTPUT].contains(path));
        let sources = sources.map(|(path, text)| WorkspaceFile {
            path: path.to_owned(),
            text: text.to_owned(),
            editable: true,
            language: "text",
        });
        let builder = self.builder(course).into_iter();
        let written = builder.flat_map(|builder| builder.files(self.id.as_str(), &parts));
        sources.chain(written).collect()
    }

    /// Builds and runs it with the reference solutions; returns in which way it is not what it has to be.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    pub fn prove(&self, course: &Course, context: &Context) -> Result<Vec<Problem>, CheckError> {
        let Some(builder) = self.builder(course) else {
            return Ok(Vec::new());
        };
        let scratch = files::scratch("gradus-program-").map_err(CheckError::temporary)?;
        for file in self.files(course, |_| PartOrigin::Reference) {
            let path = scratch.path().join(Path::new(&file.path));
            files::write_whole(&path, file.text.as_bytes()).map_err(CheckError::file(path))?;
        }
        let printed = match builder.run(self.id.as_str(), scratch.path(), context) {
            Ok(printed) => printed,
            Err(CheckError::Exercise { what, .. }) => {
                let problem = Problem::new(self.prefix() + Self::MANIFEST, what);
                return Ok(vec![problem]);
            }
            Err(error) => return Err(error),
        };
        if printed == self.output(course) {
            return Ok(Vec::new());
        }
        let message = "this is not what the program prints with the reference solutions";
        let problem = Problem::new(self.prefix() + Self::OUTPUT, message);
        Ok(vec![problem.help(format!("it prints\n{printed}"))])
    }
}
