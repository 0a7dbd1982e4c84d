//! The kind `rust`: a function to write in a scratch crate, judged by hidden tests.

mod load;
mod validate;

use std::path::Path;
use std::sync::Arc;

use super::{Folder, Kind, Task, WorkspaceFile};
use crate::check::rust::assess::assess;
use crate::check::rust::kit::{Kit, Subject};
use crate::check::rust::own_tests::{self, Judged, Opponent};
use crate::check::rust::toolchain::Toolchain;
use crate::check::{CheckError, Context, Outcome, Phase, TestTitle, Verdict};
use crate::course::{ExerciseId, Problem, WrongSolution};
use crate::sys::clock::Stopwatch;

/// The kind `rust`.
#[derive(Debug)]
pub struct Rust;

/// A Rust exercise.
#[derive(Debug)]
struct RustTask {
    subject: Result<Subject, String>,
    id: ExerciseId,
    wrong: Vec<WrongSolution>,
    wrong_sources: Vec<Option<String>>,
    own_tests: Option<OwnTestsRule>,
    workspace: Vec<WorkspaceFile>,
    solution: Vec<WorkspaceFile>,
}

/// How the learner's own tests are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OwnTestsRule {
    /// How many wrong solutions they must catch.
    catch: usize,
}

impl Kind for Rust {
    fn id(&self) -> &'static str {
        "rust"
    }

    fn summary(&self) -> &'static str {
        "write a function in a scratch crate; hidden tests judge it"
    }

    fn load(&self, folder: &Folder<'_>, problems: &mut Vec<Problem>) -> Arc<dyn Task> {
        Arc::new(load::load(folder, problems))
    }

    fn scaffold(&self, id: &ExerciseId) -> Vec<(String, String)> {
        load::scaffold(id)
    }
}

impl RustTask {
    fn subject(&self) -> Result<&Subject, CheckError> {
        self.subject
            .as_ref()
            .map_err(|what| CheckError::Exercise { what: what.clone() })
    }

    fn opponents(&self) -> Vec<Opponent> {
        let wrong = self.wrong.iter().zip(&self.wrong_sources);
        let there = wrong.filter_map(|(wrong, source)| Some((wrong, source.clone()?)));
        there
            .map(|(wrong, source)| Opponent {
                source,
                fault: wrong.fault.clone(),
            })
            .collect()
    }

    /// Judges the learner's own tests and adds what they are worth.
    fn judge_own_tests(
        &self,
        rule: OwnTestsRule,
        submission: &Path,
        context: &Context,
        outcome: &mut Outcome,
    ) -> Result<(), CheckError> {
        let subject = self.subject()?;
        let kit = Kit::get(subject, context)?;
        let watch = Stopwatch::start();
        match own_tests::judge(
            subject,
            &kit,
            submission,
            &self.opponents(),
            rule.catch,
            context,
        )? {
            Judged::Worth(worth) => outcome.own_tests = Some(worth),
            Judged::Unusable(diagnostics) => outcome.diagnostics.extend(diagnostics),
        }
        outcome.phases.push(Phase {
            name: "own tests",
            duration: watch.elapsed(),
        });
        Ok(())
    }
}

impl Task for RustTask {
    fn workspace(&self) -> Vec<WorkspaceFile> {
        self.workspace.clone()
    }

    fn solution(&self) -> Vec<WorkspaceFile> {
        self.solution.clone()
    }

    fn tests(&self) -> Vec<TestTitle> {
        let tests = self.subject.as_ref().map(|subject| &subject.tests);
        tests.map_or(Vec::new(), |tests| {
            tests.iter().map(|declared| declared.test.clone()).collect()
        })
    }

    fn missing(&self, context: &Context) -> Option<String> {
        match Toolchain::find(context) {
            Err(CheckError::Missing { what, help }) => Some(format!("{what}; {help}")),
            Ok(_) | Err(_) => None,
        }
    }

    fn prepare(&self, context: &Context) -> Result<(), CheckError> {
        Kit::get(self.subject()?, context).map(drop)
    }

    fn check(&self, submission: &Path, context: &Context) -> Result<Outcome, CheckError> {
        let mut outcome = assess(self.subject()?, submission, context)?;
        if let Some(rule) = self
            .own_tests
            .filter(|_| outcome.verdict() == Verdict::Passed)
        {
            self.judge_own_tests(rule, submission, context, &mut outcome)?;
        }
        Ok(outcome)
    }

    fn validate(&self, context: &Context) -> Result<Vec<Problem>, CheckError> {
        validate::validate(self, context)
    }
}
