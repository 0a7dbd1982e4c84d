//! The kind `rust`: a function to write in a scratch crate, judged by hidden tests.

mod load;
mod scaffold;
mod validate;

use load::{OwnTests, Settings};

use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::{Folder, Kind, Task, WorkspaceFile};
use crate::check::rust::assess::assess;
use crate::check::rust::collect;
use crate::check::rust::kit::{Kit, Subject};
use crate::check::rust::own_tests::{self, Judged, Opponent};
use crate::check::rust::toolchain::Toolchain;
use crate::check::{
    CheckError, Collected, Context, Diagnostic, Outcome, Phase, Scope, TestTitle, Tier, Verdict,
};
use crate::course::{Edition, ExerciseId, Problem, Tree, WrongSolution};
use crate::sys::clock::Stopwatch;

/// The kind `rust`.
#[derive(Debug)]
pub struct Rust;

/// A Rust exercise.
#[derive(Debug)]
struct RustTask {
    id: ExerciseId,
    tree: Tree,
    wrong: Vec<WrongSolution>,
    edition: Edition,
    /// The table `rust` of the manifest.
    settings: OnceLock<Result<Settings, Problem>>,
    /// Contract and hidden tests; most commands never want them.
    subject: OnceLock<Result<Subject, Vec<Problem>>>,
}

impl Kind for Rust {
    fn id(&self) -> &'static str {
        "rust"
    }

    fn summary(&self) -> &'static str {
        "write a function in a scratch crate; hidden tests judge it"
    }

    fn load(&self, folder: &Folder<'_>, _problems: &mut Vec<Problem>) -> Arc<dyn Task> {
        Arc::new(load::load(folder))
    }

    fn tool(&self, context: &Context) -> Result<Option<String>, CheckError> {
        match Toolchain::find(context) {
            Ok(toolchain) => Ok(toolchain.version.lines().next().map(str::to_owned)),
            Err(CheckError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn scaffold(&self, id: &ExerciseId) -> Vec<(String, String)> {
        scaffold::scaffold(id)
    }
}

impl RustTask {
    /// Returns the text of the file `path` of the exercise's folder.
    fn file(&self, path: &str) -> Option<&str> {
        self.tree.get(&format!("exercises/{}/{path}", self.id))
    }

    /// Returns the files below `part` of the exercise's folder.
    fn files_below(&self, part: &str, editable: bool) -> Vec<WorkspaceFile> {
        let prefix = format!("exercises/{}/{part}", self.id);
        let files = self.tree.below(&prefix).map(|(path, text)| WorkspaceFile {
            path: path.to_owned(),
            text: text.to_owned(),
            editable,
        });
        files.collect()
    }

    fn settings(&self) -> Result<&Settings, &Problem> {
        let settings = self.settings.get_or_init(|| load::settings(self));
        settings.as_ref()
    }

    fn read(&self) -> Result<&Subject, &[Problem]> {
        self.subject
            .get_or_init(|| load::subject(self))
            .as_ref()
            .map_err(Vec::as_slice)
    }

    fn subject(&self) -> Result<&Subject, CheckError> {
        self.read().map_err(|problems| {
            let first = problems.first();
            CheckError::exercise(first.map_or_else(String::new, Problem::to_string))
        })
    }

    fn opponents(&self) -> Vec<Opponent> {
        let there = self.wrong.iter().filter_map(|wrong| {
            Some(Opponent {
                source: self.file(&wrong.path)?.to_owned(),
                fault: wrong.fault.clone(),
            })
        });
        there.collect()
    }

    /// Returns what the learner's own tests have to be worth, if there are to be some.
    fn own_tests(&self) -> Option<OwnTests> {
        self.settings().ok()?.own_tests
    }

    /// Judges the learner's own tests and adds what they are worth.
    fn judge_own_tests(
        &self,
        rule: OwnTests,
        submission: &Path,
        context: &Context,
        outcome: &mut Outcome,
    ) -> Result<(), CheckError> {
        let subject = self.subject()?;
        let watch = Stopwatch::start();
        let opponents = self.opponents();
        let judged = Kit::with(subject, context, |kit| {
            own_tests::judge(subject, kit, submission, &opponents, rule.catch, context)
        });
        match judged? {
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
        load::workspace(self, self.read().ok())
    }

    fn solution(&self) -> Vec<WorkspaceFile> {
        self.files_below("solution/", true)
    }

    fn decides(&self, path: &str) -> bool {
        matches!(path, "contract.rs" | "bridge.rs") || path.starts_with("hidden/")
    }

    fn tests(&self) -> Vec<TestTitle> {
        let tests = self.read().map(|subject| &subject.tests);
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
        Kit::with(self.subject()?, context, |_| Ok(()))
    }

    fn sources(
        &self,
        submission: &Path,
    ) -> Result<Result<Vec<Collected>, Vec<Diagnostic>>, CheckError> {
        let mut sources = match collect::sources(submission) {
            Ok(sources) => sources,
            Err(diagnostic) => return Ok(Err(vec![diagnostic])),
        };
        if self.judges_own_tests() {
            // Without them the crate is checked all the same.
            sources.extend(collect::one(submission, own_tests::FILE.to_owned()));
        }
        Ok(Ok(sources))
    }

    fn tier(&self) -> Option<Tier> {
        self.read().ok().map(|subject| subject.tier)
    }

    fn judges_own_tests(&self) -> bool {
        self.own_tests().is_some()
    }

    fn check(&self, submission: &Path, context: &Context) -> Result<Outcome, CheckError> {
        let mut outcome = assess(self.subject()?, submission, context)?;
        if self.edition == Edition::Student {
            outcome.scope = Scope::Public;
        }
        let rule = self.own_tests();
        if let Some(rule) = rule.filter(|_| outcome.verdict() == Verdict::Passed) {
            self.judge_own_tests(rule, submission, context, &mut outcome)?;
        }
        Ok(outcome)
    }

    fn validate(&self, context: &Context) -> Result<Vec<Problem>, CheckError> {
        validate::validate(self, context)
    }
}
