//! The trait of a kind of exercise, which reads an exercise's folder, and of its task, which judges a hand-in.

mod changes;
#[cfg(test)]
pub(crate) mod fixture;
mod program;
mod prove;

pub use program::{PartOrigin, ProgramBuilder, ProgramPart};
pub(crate) use prove::reason;
pub use prove::{Catch, Part, prove};

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::check::cache::{self, CachePart};
use crate::check::{CheckError, Collected, Context, HandIn, Mutant, Outcome, TestTitle};
use crate::source::{ExerciseId, Problem, Tree};

/// The kinds that a program knows, handed down from where it starts.
pub(crate) type Kinds = &'static [&'static dyn Kind];

/// A kind of exercise: reads an exercise's folder and makes a [`Task`] of it.
pub trait Kind: fmt::Debug + Sync {
    /// Returns its constant facts.
    fn about(&self) -> About;

    /// Reads what is this kind's own in `folder`. What is wrong goes to `problems`; the task then
    /// does what it can.
    fn load(&self, folder: &Folder<'_>, problems: &mut Vec<Problem>) -> Arc<dyn Task>;

    /// Reads what the course of `tree` holds for this kind beside its exercises; what is wrong with it goes to
    /// `problems`.
    fn read_course(&self, tree: &Tree, problems: &mut Vec<Problem>) {
        let _ = (tree, problems);
    }

    /// Proves what [`Kind::read_course`] reads.
    fn prove_course(&self, tree: &Tree, context: &Context) -> CourseProof {
        let _ = (tree, context);
        CourseProof::default()
    }

    /// Returns the program that verdicts depend on, with its version, if there is one.
    ///
    /// # Errors
    /// Fails when it cannot be asked.
    fn tool(&self, context: &Context) -> Result<Option<String>, CheckError>;

    /// Looks for what its checks need of this machine, or can use.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    fn findings(&self, context: &Context) -> Result<Vec<Finding>, CheckError> {
        let _ = context;
        Ok(Vec::new())
    }

    /// Returns the files at the root of the workspace `root`, by path and text, for the exercises and programs
    /// that were handed out into it.
    ///
    /// # Errors
    /// Fails when these cannot be read.
    fn workspace_files(&self, root: &Path) -> io::Result<Vec<(String, String)>> {
        let _ = root;
        Ok(Vec::new())
    }

    /// Returns what builds programs on its exercises; `None` if a program can use nothing of them.
    fn programs(&self) -> Option<&dyn ProgramBuilder> {
        None
    }

    /// Returns the files of a new exercise called `id`: path in the exercise's folder and text.
    /// They validate but for the parts that say so.
    fn scaffold(&self, id: &ExerciseId) -> Vec<(String, String)>;
}

impl dyn Kind + '_ {
    /// Returns the name of the kind in `exercise.toml` and on the command line.
    pub fn id(&self) -> &'static str {
        self.about().id
    }
}

/// The constant facts of a kind.
#[derive(Debug, Clone, Copy, Default)]
pub struct About {
    /// Its name in `exercise.toml` and on the command line.
    pub id: &'static str,
    /// One sentence on what a learner does in it.
    pub summary: &'static str,
    /// The keys of its own table in `exercise.toml` that a class is given.
    pub public_keys: &'static [&'static str],
    /// The variables of the environment that its checks read.
    pub variables: &'static [&'static str],
    /// What a hand-in is whose files its tool does not accept, on the screen; the verdict's words if empty.
    pub unaccepted: &'static str,
    /// What a learner's work is called on the screen where it prints something; `code` if empty.
    pub work: &'static str,
    /// The lines of a shell script that make a Debian ready to check its exercises.
    pub setup: &'static str,
    /// What its checks keep in the cache.
    pub cache: &'static [CachePart],
    /// Where the cause of a symptom may be that a lesson of its explains.
    pub hops: &'static [&'static str],
}

/// What was proved of what a course holds for a kind beside its exercises.
#[derive(Debug, Default)]
pub struct CourseProof {
    /// What does not hold.
    pub problems: Vec<Problem>,
    /// What this machine cannot prove, by name, and why.
    pub unproved: Vec<(String, String)>,
    /// How many faults were tried.
    pub faults: usize,
    /// How many pairs of them were tried.
    pub pairs: usize,
}

/// Something that was looked for on this machine.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// What was looked for.
    pub name: &'static str,
    /// Whether it is there and works.
    pub found: bool,
    /// What was found, or what to do.
    pub text: String,
}

impl Finding {
    /// Returns the finding for a search: its words, or what is missing and how to get it.
    pub(crate) fn of(
        name: &'static str,
        there: Result<String, CheckError>,
    ) -> Result<Self, CheckError> {
        let (found, text) = match there {
            Ok(text) => (true, text),
            Err(CheckError::Missing { what, help }) => (false, format!("{what}; {help}")),
            Err(error) => match error.hard_limit() {
                Some(limit) => (false, limit.to_string()),
                None => return Err(error),
            },
        };
        Ok(Self { name, found, text })
    }
}

/// Which part of a course its files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edition {
    /// All of it, with what is hidden.
    #[default]
    Full,
    /// What a class is given: nothing that is hidden, and only public examples to check with.
    Student,
}

/// A known-bad solution that the hidden tests must reject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongSolution {
    /// The file or folder, relative to the exercise's folder.
    pub path: String,
    /// The hidden test or probe that must catch it.
    pub caught_by: String,
    /// What catches it instead where the machine lacks something, by the name of what is lacking.
    pub caught_without: BTreeMap<String, String>,
    /// The kind of fault, in words that give away no code.
    pub fault: String,
    /// The line of its entry in `exercise.toml`, from 1.
    pub line: usize,
}

/// Where the hidden tests run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// In a process of ours, which calls the learner's code in another.
    #[default]
    Called,
    /// In the learner's process, one a test.
    Linked,
}

/// What commands and reports need to know of an exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What the hidden tests or probes are called, in file order.
    pub tests: Vec<TestTitle>,
    /// Where the hidden tests run, where the kind knows more than one place.
    pub tier: Option<Tier>,
    /// Whether a pass takes tests of the learner's own.
    pub judges_own_tests: bool,
    /// Whether a check runs servers. Where submissions are confined, it gets a network of its own, and
    /// processes: so it leads nowhere, and nothing stays.
    pub needs_network: bool,
    /// How many checks one processor has time for: most of them wait.
    pub checks_a_processor: usize,
}

impl Facts {
    /// Returns the facts of an exercise with these tests; the others are the defaults.
    pub fn of(tests: Vec<TestTitle>) -> Self {
        Self {
            tests,
            tier: None,
            judges_own_tests: false,
            needs_network: false,
            checks_a_processor: 1,
        }
    }
}

/// An exercise's folder, as a kind reads it.
#[derive(Debug, Clone, Copy)]
pub struct Folder<'a> {
    /// The exercise's name.
    pub id: &'a ExerciseId,
    /// The files of the course.
    pub tree: &'a Tree,
    /// The text of `exercise.toml`.
    pub manifest: &'a str,
    /// The known-bad solutions that the manifest names.
    pub wrong: &'a [WrongSolution],
    /// Which part of the course this is; in a student edition nothing hidden is there, and a check
    /// is of what is public.
    pub edition: Edition,
}

impl Folder<'_> {
    /// Returns the folder's path in the course, with a `/` at its end.
    pub fn prefix(&self) -> String {
        format!("exercises/{}/", self.id)
    }

    /// Returns the text of the file `path` of the folder.
    pub fn file(&self, path: &str) -> Option<&str> {
        self.tree.get(&format!("{}{path}", self.prefix()))
    }
}

/// A file in a learner's folder for an exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceFile {
    /// The path in the exercise's folder of the workspace, with `/` between the parts.
    pub path: String,
    /// The text it starts with.
    pub text: String,
    /// Whether the learner writes in it; what is not theirs may be renewed at any time.
    pub editable: bool,
    /// The language of its text, as a fenced block names it.
    pub language: &'static str,
}

impl WorkspaceFile {
    /// Returns the text as a fenced block of Markdown that nothing in it can close.
    pub(crate) fn fenced(&self) -> String {
        let runs = self.text.split(|char| char != '`').map(str::len);
        let fence = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
        let Self { text, language, .. } = self;
        format!("{fence}{language}\n{}\n{fence}\n", text.trim_end())
    }
}

impl From<WorkspaceFile> for Collected {
    fn from(file: WorkspaceFile) -> Self {
        Self {
            path: file.path,
            bytes: file.text.into_bytes(),
        }
    }
}

/// A project in which the tools of an exercise's language work, for its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workbench {
    /// What it is called, such as `crate`.
    pub name: &'static str,
    /// The command that runs the hidden tests in it.
    pub command: &'static str,
    /// The files that Gradus writes, by path and text.
    pub files: Vec<(String, String)>,
    /// The folders of the project, each with the one in the exercise's folder that it is.
    pub folders: &'static [(&'static str, &'static str)],
}

/// An exercise as its kind understands it.
pub trait Task: fmt::Debug + Send + Sync {
    /// Returns the files of the learner's folder, the one to open in an editor first.
    fn workspace(&self) -> Vec<WorkspaceFile>;

    /// Returns the files of the reference solution, by their paths in the learner's folder.
    fn solution(&self) -> Vec<WorkspaceFile>;

    /// Returns the files that a class is given beside the task and the starter, by their paths in the
    /// exercise's folder of a student edition.
    ///
    /// # Errors
    /// Fails with the path of a file that is missing and without which a class could check nothing.
    fn public_files(&self) -> Result<Vec<(String, String)>, String>;

    /// Returns whether the file `path` of the exercise's folder decides what passes: a pass of what was
    /// there before it changed is one of an earlier version.
    fn decides(&self, path: &str) -> bool;

    /// Returns what commands and reports need to know of it.
    fn facts(&self) -> Facts;

    /// Returns what this machine lacks to check it, in words that say what to do; `None` if nothing.
    fn missing(&self, context: &Context) -> Option<String>;

    /// Returns the project for its author; `None` where there is nothing to build.
    fn workbench(&self) -> Option<Workbench> {
        None
    }

    /// Makes ready what every check of this exercise needs, so that the first is as fast as the next.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work, a fault in the course included.
    fn prepare(&self, context: &Context) -> Result<(), CheckError>;

    /// Reads the files of the learner's folder `folder` that count, and no others, each once. On the way to
    /// the folder there is no link.
    fn collect(&self, folder: &Path) -> HandIn;

    /// Judges what was handed in.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work; a learner's failure is an [`Outcome`].
    fn check(&self, hand_in: &HandIn, context: &Context) -> Result<Outcome, CheckError>;

    /// Judges the learner's folder `folder`, which may be named by way of links.
    ///
    /// # Errors
    /// Fails as [`Task::check`] does.
    fn check_folder(&self, folder: &Path, context: &Context) -> Result<Outcome, CheckError> {
        let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        self.check(&self.collect(&folder), context)
    }

    /// Returns what can be kept up for a learner to look at, such as a lab: its kind knows what it is. `None`
    /// if there is nothing like that.
    fn live(&self) -> Option<&dyn Any> {
        None
    }

    /// Returns the solutions that pass, by their folders in the exercise's, each with a `/` at its end.
    fn solutions(&self) -> Vec<(String, Vec<Collected>)> {
        let files = self.solution().into_iter().map(Collected::from);
        vec![("solution/".to_owned(), files.collect())]
    }

    /// Returns what a learner begins with, as it is judged.
    fn starter(&self) -> Vec<Collected> {
        self.workspace().into_iter().map(Collected::from).collect()
    }

    /// Returns the files of the known-bad solution `wrong`, by their paths in the learner's folder; `None`
    /// if they are not there.
    fn wrong_solution(&self, wrong: &WrongSolution) -> Option<Vec<Collected>>;

    /// Returns the names, besides those of hidden tests, that `caught_by` may give.
    fn catchers(&self) -> &'static [&'static str] {
        &[]
    }

    /// Judges the known-bad solution `wrong`, which consists of `files`.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    fn catch<'a>(
        &self,
        wrong: &'a WrongSolution,
        files: &[Collected],
        context: &Context,
    ) -> Result<Catch<'a>, CheckError> {
        let outcome = self.judge_files(files, context)?;
        let is_caught = prove::catches(&outcome, &wrong.caught_by);
        Ok(if is_caught {
            Catch::Caught
        } else {
            Catch::Missed(&wrong.caught_by)
        })
    }

    /// Returns the problems that only this kind looks for, before any solution is judged.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    fn claims(&self, context: &Context) -> Result<Vec<Problem>, CheckError> {
        let _ = context;
        Ok(Vec::new())
    }

    /// Returns the problems of `part` that only this kind looks for, given the `outcome` of judging it.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    fn outcome_claims(
        &self,
        part: Part<'_>,
        outcome: &Outcome,
        context: &Context,
    ) -> Result<Vec<Problem>, CheckError> {
        let _ = (part, outcome, context);
        Ok(Vec::new())
    }

    /// Returns the reference solution, broken in small ways, always in the same order.
    fn mutants(&self) -> Vec<Mutant> {
        Vec::new()
    }

    /// Judges the files `files` of a learner's folder by the hidden tests or probes alone.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work; a failure of the files is an [`Outcome`].
    fn judge_files(&self, files: &[Collected], context: &Context) -> Result<Outcome, CheckError>;
}

/// Returns what is kept in the cache: by `kinds`, then by no kind; folders, then single files.
pub(crate) fn cache_parts(kinds: Kinds) -> Vec<CachePart> {
    let of_kinds = kinds.iter().flat_map(|kind| kind.about().cache);
    let mut parts: Vec<_> = of_kinds.copied().chain(cache::COMMON).collect();
    parts.sort_by_key(|part| part.depth == 0);
    parts
}

/// Returns the kind called `id`, of `kinds`.
pub fn find(kinds: Kinds, id: &str) -> Option<&'static dyn Kind> {
    kinds.iter().copied().find(|kind| kind.id() == id)
}
