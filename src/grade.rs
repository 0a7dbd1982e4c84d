//! Grading: many submissions against the exercises of a course, each with a record that lasts.
//!
//! [`discover`] finds the submissions, [`Partition`] picks a part of them, and [`Batch::run`]
//! grades them on several threads and appends a record to the [`journal`] as each ends. A run that
//! was killed goes on where it was. What is done is written in order as [`results`], which
//! [`merge`] puts together from parts and [`compare`] holds against an older run.

pub(crate) mod batch;
pub(crate) mod cache;
pub mod cell;
pub(crate) mod compare;
pub(crate) mod discover;
#[cfg(test)]
mod fixture;
pub mod header;
pub mod journal;
pub mod merge;
pub(crate) mod partition;
pub mod reports;
pub(crate) mod results;
pub(crate) mod roster;
pub(crate) mod scoring;
pub(crate) mod submission;

use std::path::PathBuf;

pub(crate) use batch::{Batch, Options, Progress, Summary};
pub(crate) use partition::Partition;
pub use results::Results;
pub(crate) use results::ResultsFolder;
pub(crate) use roster::Roster;
pub(crate) use submission::Submission;

/// Why submissions could not be graded, or results not be used.
#[derive(Debug, thiserror::Error)]
pub enum GradeError {
    /// A file or folder cannot be used.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{}:{line}: {what}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// Another process writes results into this folder.
    #[error("another grading writes into {}", .0.display())]
    Busy(PathBuf),
    /// The folder holds results of another grading.
    #[error("{} holds results of another grading: {what}", path.display())]
    Other {
        /// The folder.
        path: PathBuf,
        /// What differs.
        what: String,
    },
    /// Two submissions have the same learner and exercise.
    #[error("{submission} is there twice: {} and {}", first.display(), second.display())]
    Twice {
        /// The name of the submission.
        submission: String,
        /// Where it is.
        first: PathBuf,
        /// Where it is, too.
        second: PathBuf,
    },
    /// Parts do not make a whole.
    #[error("the parts do not make a whole")]
    Parts(Vec<String>),
    /// Submissions are not run without a sandbox unless somebody says so.
    #[error("nothing is graded without a sandbox")]
    Sandbox(#[source] crate::sandbox::Lacking),
    /// The work was called off.
    #[error("the grading was called off")]
    Cancelled,
    /// The machine cannot do what grading needs.
    #[error(transparent)]
    Check(#[from] crate::check::CheckError),
}

impl GradeError {
    /// Returns a function that says which file an error is about.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
