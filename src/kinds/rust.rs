//! The kind `rust`: a function to write in a scratch crate, judged by hidden tests.
//!
//! The hidden tests run in a process of ours and call the learner's code in another, so neither an answer
//! nor a verdict is ever in the learner's process. The road of a submission: [`collect`] its files,
//! [`compile`] its crate alone, link it with a [`dispatch`]er, and let the judge of the exercise's [`kit`]
//! call it ([`trial`]).

pub(crate) mod assess;
pub(crate) mod census;
pub(crate) mod collect;
pub(crate) mod compile;
pub(crate) mod contract;
mod diagnostics;
pub(crate) mod dispatch;
pub(crate) mod forbidden;
pub(crate) mod glue;
mod inspect;
pub(crate) mod kit;
mod kits;
mod lacking;
pub(crate) mod learner;
pub(crate) mod linked;
mod linking;
pub(crate) mod own_tests;
mod program;
pub(crate) mod replies;
pub(crate) mod runtime;
pub(crate) mod subject;
pub(crate) mod titles;
pub mod toolchain;
pub(crate) mod trial;
mod try_out;

mod author;
mod claims;
mod mutants;
mod programs;
mod scaffold;
mod task;
mod values;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::check::cache::{CachePart, Protection};
use crate::check::{
    CheckError, Collected, Context, HandIn, Mutant, Outcome, Phase, Scope, Verdict,
};
use crate::kind::{
    About, Edition, Facts, Finding, Folder, Kind, Part, ProgramBuilder, Task, Workbench,
    WorkspaceFile, WrongSolution,
};
use crate::source::{ExerciseId, Problem};
use crate::sys::clock::Stopwatch;
use kits::with_kit;
use own_tests::{Judged, WrongCrate};
use task::{OwnTests, RustTask};
use toolchain::Toolchain;

/// How long everything may take that one submission causes, unless ten times the processor time of one
/// run is more: twice the compiler's time, and some more for the tests.
const SUBMISSION: Duration = Duration::from_mins(1);

/// The kind `rust`.
#[derive(Debug)]
pub struct Rust;

/// What checks keep in the cache.
const CACHE: [CachePart; 3] = [
    CachePart {
        name: "kits",
        what: "judges of Rust exercises",
        depth: 1,
        protection: Protection::Lock,
    },
    CachePart {
        name: "runtime",
        what: "libraries of judges",
        depth: 1,
        protection: Protection::Lock,
    },
    CachePart {
        name: "toolchain.json",
        what: "compilers found",
        depth: 0,
        protection: Protection::None,
    },
];

impl Kind for Rust {
    fn about(&self) -> About {
        About {
            id: "rust",
            summary: "write a function in a scratch crate; hidden tests judge it",
            public_keys: &["cpu_seconds", "memory_mib"],
            variables: &[],
            unaccepted: "",
            work: "",
            setup: include_str!("rust/setup.sh"),
            cache: &CACHE,
            hops: &[],
        }
    }

    fn load(&self, folder: &Folder<'_>, _problems: &mut Vec<Problem>) -> Arc<dyn Task> {
        Arc::new(RustTask::of(folder))
    }

    fn tool(&self, context: &Context) -> Result<Option<String>, CheckError> {
        match Toolchain::find(context) {
            Ok(toolchain) => Ok(toolchain.version.lines().next().map(str::to_owned)),
            Err(CheckError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn findings(&self, context: &Context) -> Result<Vec<Finding>, CheckError> {
        let found = Toolchain::find(context).and_then(|toolchain| {
            try_out::link_and_run(&toolchain, context)?;
            let version = toolchain.version.lines().next().unwrap_or_default();
            let linker = toolchain.linker.display();
            Ok(format!("{version}; {linker} links programs, and they run"))
        });
        Ok(vec![Finding::of("Rust", found)?])
    }

    fn workspace_files(&self, root: &Path) -> io::Result<Vec<(String, String)>> {
        author::root_manifest(root)
    }

    fn programs(&self) -> Option<&dyn ProgramBuilder> {
        Some(&programs::Cargo)
    }

    fn scaffold(&self, id: &ExerciseId) -> Vec<(String, String)> {
        scaffold::scaffold(id)
    }
}

impl RustTask {
    /// Returns `context` with a bound to what all of one submission may take, where it has none.
    fn bounded(&self, context: &Context) -> Result<Context, CheckError> {
        let whole = SUBMISSION.max(self.subject()?.limits.cpu * 10);
        Ok(Context {
            budget: context.budget.clone().or_limited_to(whole),
            ..context.clone()
        })
    }

    fn wrong_crates(&self) -> Vec<WrongCrate> {
        let there = self.wrong.iter().filter_map(|wrong| {
            Some(WrongCrate {
                source: self.file(&wrong.path)?.to_owned(),
                fault: wrong.fault.clone(),
            })
        });
        there.collect()
    }

    /// Returns `outcome` with what was checked here.
    fn scoped(&self, mut outcome: Outcome) -> Outcome {
        if self.edition == Edition::Student {
            outcome.scope = Scope::Public;
        }
        outcome
    }

    /// Judges the learner's own tests and adds what they are worth.
    fn judge_own_tests(
        &self,
        rule: OwnTests,
        hand_in: &HandIn,
        context: &Context,
        outcome: &mut Outcome,
    ) -> Result<(), CheckError> {
        let subject = self.subject()?;
        let mut files = hand_in.files.iter();
        let Some(tests) = files.find(|file| file.path == own_tests::FILE) else {
            let wrong = self.wrong.len();
            let faults = hand_in.faults.iter().cloned();
            let said = faults.map(|fault| own_tests::explain_absence(fault, rule.catch, wrong));
            outcome.diagnostics.extend(said);
            return Ok(());
        };
        // What they are worth is remembered, so it must not depend on who waits.
        let context = &Context {
            awaited: false,
            ..context.clone()
        };
        let watch = Stopwatch::start();
        let wrong_crates = self.wrong_crates();
        let judged = with_kit(subject, context, |kit| {
            own_tests::judge(subject, kit, tests, &wrong_crates, rule.catch, context)
        });
        match judged? {
            Judged::Worth(worth, warning) => {
                outcome.own_tests = Some(worth);
                outcome.diagnostics.extend(warning);
            }
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
        task::workspace(self, self.read().ok())
    }

    fn solution(&self) -> Vec<WorkspaceFile> {
        self.files_below("solution/", true)
    }

    fn public_files(&self) -> Result<Vec<(String, String)>, String> {
        let contract = self.file("contract.rs");
        if contract.is_some() && self.file(task::EXAMPLES).is_none() {
            return Err(task::EXAMPLES.to_owned());
        }
        let contract = contract.map(|text| ("contract.rs".to_owned(), text.to_owned()));
        Ok(contract.into_iter().collect())
    }

    fn decides(&self, path: &str) -> bool {
        matches!(path, "contract.rs" | "bridge.rs") || path.starts_with("hidden/")
    }

    fn facts(&self) -> Facts {
        let subject = self.read().ok();
        let tests = subject.map_or(&[][..], |subject| &subject.tests);
        Facts {
            tier: subject.map(|subject| subject.tier),
            judges_own_tests: self.own_tests().is_some(),
            ..Facts::of(tests.iter().map(|declared| declared.test.clone()).collect())
        }
    }

    fn missing(&self, context: &Context) -> Option<String> {
        match Toolchain::find(context) {
            Err(CheckError::Missing { what, help }) => Some(format!("{what}; {help}")),
            Ok(_) | Err(_) => None,
        }
    }

    fn workbench(&self) -> Option<Workbench> {
        Some(author::workbench(self))
    }

    fn prepare(&self, context: &Context) -> Result<(), CheckError> {
        with_kit(self.subject()?, context, |_| Ok(()))
    }

    fn collect(&self, folder: &Path) -> HandIn {
        let mut hand_in = HandIn {
            folder: folder.to_owned(),
            files: Vec::new(),
            faults: Vec::new(),
        };
        let read = collect::open(folder).and_then(|dir| {
            hand_in.files = collect::sources(&dir)?;
            if self.own_tests().is_some() {
                hand_in.files.push(collect::one(&dir, own_tests::FILE)?);
            }
            Ok(())
        });
        hand_in.faults.extend(read.err());
        hand_in
    }

    fn check(&self, hand_in: &HandIn, context: &Context) -> Result<Outcome, CheckError> {
        if hand_in.files.is_empty() {
            let outcome = assess::assess_unreadable(self.subject()?, &hand_in.faults, context)?;
            return Ok(self.scoped(outcome));
        }
        let context = &self.bounded(context)?;
        let mut outcome = self.scoped(self.judge_files(&hand_in.files, context)?);
        if let Some(rule) = self.own_tests()
            && outcome.verdict() == Verdict::Passed
        {
            self.judge_own_tests(rule, hand_in, context, &mut outcome)?;
        }
        Ok(outcome)
    }

    fn claims(&self, context: &Context) -> Result<Vec<Problem>, CheckError> {
        claims::of_files(self, context)
    }

    fn outcome_claims(
        &self,
        part: Part<'_>,
        outcome: &Outcome,
        _context: &Context,
    ) -> Result<Vec<Problem>, CheckError> {
        Ok(claims::of_outcome(self, part, outcome)
            .into_iter()
            .collect())
    }

    fn wrong_solution(&self, wrong: &WrongSolution) -> Option<Vec<Collected>> {
        Some(vec![Collected {
            path: "src/lib.rs".to_owned(),
            bytes: self.file(&wrong.path)?.as_bytes().to_vec(),
        }])
    }

    fn mutants(&self) -> Vec<Mutant> {
        mutants::mutants(self)
    }

    fn judge_files(&self, files: &[Collected], context: &Context) -> Result<Outcome, CheckError> {
        let sources = files.iter().filter(|file| file.path.starts_with("src/"));
        let sources: Vec<_> = sources.cloned().collect();
        assess::assess_files(self.subject()?, &sources, &self.bounded(context)?)
    }
}
