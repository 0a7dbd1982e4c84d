//! What a kind of exercise is: it reads an exercise's folder, and judges what is handed in.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::check::{CheckError, Collected, Context, HandIn, Mutant, Outcome, TestTitle};
use crate::source::{ExerciseId, Problem, Tree};

/// The kinds that a program knows, handed down from where it starts.
pub(crate) type Kinds = &'static [&'static dyn Kind];

/// A kind of exercise: reads an exercise's folder and makes a [`Task`] of it.
pub trait Kind: fmt::Debug + Sync {
    /// Returns the name of the kind in `exercise.toml` and on the command line.
    fn id(&self) -> &'static str;

    /// Returns one sentence on what a learner does in it.
    fn summary(&self) -> &'static str;

    /// Reads what is this kind's own in `folder`. What is wrong goes to `problems`; the task then
    /// does what it can.
    fn load(&self, folder: &Folder<'_>, problems: &mut Vec<Problem>) -> Arc<dyn Task>;

    /// Reads what the course of `tree` holds for this kind beside its exercises; what is wrong with it goes to
    /// `problems`.
    fn read_course(&self, tree: &Tree, problems: &mut Vec<Problem>) {
        let _ = (tree, problems);
    }

    /// Returns the program that verdicts depend on, with its version, if there is one.
    ///
    /// # Errors
    /// Fails when it cannot be asked.
    fn tool(&self, context: &Context) -> Result<Option<String>, CheckError>;

    /// Returns the keys of this kind's own table in `exercise.toml` that a class is given.
    fn public_keys(&self) -> &'static [&'static str];

    /// Returns the files of a new exercise called `id`: path in the exercise's folder and text.
    /// They validate but for the parts that say so.
    fn scaffold(&self, id: &ExerciseId) -> Vec<(String, String)>;
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

    /// Returns what the hidden tests or probes are called, in file order.
    fn tests(&self) -> Vec<TestTitle>;

    /// Returns what this machine lacks to check it, in words that say what to do; `None` if nothing.
    fn missing(&self, context: &Context) -> Option<String>;

    /// Makes ready what every check of this exercise needs, so that the first is as fast as the next.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work, a fault in the course included.
    fn prepare(&self, context: &Context) -> Result<(), CheckError>;

    /// Reads the files of the learner's folder `folder` that count, and no others, each once. On the way to
    /// the folder there is no link.
    fn collect(&self, folder: &Path) -> HandIn;

    /// Returns where the hidden tests run, where the kind knows more than one place.
    fn tier(&self) -> Option<Tier> {
        None
    }

    /// Returns whether a pass takes tests of the learner's own.
    fn judges_own_tests(&self) -> bool {
        false
    }

    /// Returns whether a check runs servers. Where submissions are confined, it gets a network of its
    /// own, and processes: so it leads nowhere, and nothing stays.
    fn needs_network(&self) -> bool {
        false
    }

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

    /// Proves the exercise: the solution passes, the starter does not, every wrong solution is
    /// caught by the test it names.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work.
    fn validate(&self, context: &Context) -> Result<Vec<Problem>, CheckError>;

    /// Returns the files of the known-bad solution `wrong`, by their paths in the learner's folder; `None`
    /// if they are not there.
    fn wrong_solution(&self, wrong: &WrongSolution) -> Option<Vec<Collected>>;

    /// Returns the reference solution, broken in small ways, always in the same order.
    fn mutants(&self) -> Vec<Mutant> {
        Vec::new()
    }

    /// Returns how many checks of it one processor has time for: most of them wait.
    fn checks_a_processor(&self) -> usize {
        1
    }

    /// Judges the files `files` of a learner's folder by the hidden tests or probes alone.
    ///
    /// # Errors
    /// Fails when Gradus could not do its work; a failure of the files is an [`Outcome`].
    fn judge_files(&self, files: &[Collected], context: &Context) -> Result<Outcome, CheckError>;
}

/// Returns the kind called `id`, of `kinds`.
pub fn find(kinds: Kinds, id: &str) -> Option<&'static dyn Kind> {
    kinds.iter().copied().find(|kind| kind.id() == id)
}
