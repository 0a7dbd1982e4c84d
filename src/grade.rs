//! Batch grading: many submissions against the exercises of a course, with a durable record of each.
//!
//! [`discover`] finds the submissions, [`Partition`] selects a part of them, and [`Batch::run`]
//! grades them on several threads and appends a record to the [`journal`] as each ends, so that a
//! killed run can be resumed. The records are then written in order as [`results`]; [`merge`] joins those
//! of several parts, and [`compare`] compares them with an older run.

pub(crate) mod batch;
pub(crate) mod cache;
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
pub mod worker;

use std::path::PathBuf;

pub(crate) use batch::{Batch, BatchEvent, BatchOptions, Summary};
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
    /// A file has invalid content.
    #[error("{}:{line}: {what}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// Another process is grading into this folder.
    #[error("another grading writes to {}", .0.display())]
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
    #[error("{submission} appears twice: {} and {}", first.display(), second.display())]
    Twice {
        /// The name of the submission.
        submission: String,
        /// Its folder.
        first: PathBuf,
        /// Its other folder.
        second: PathBuf,
    },
    /// The parts of a grading are incomplete or contradictory; holds the messages.
    #[error("the parts do not make a whole")]
    Parts(Vec<String>),
    /// There is no sandbox, and grading without one was not allowed explicitly.
    #[error("nothing is graded without a sandbox")]
    Sandbox(#[source] crate::sandbox::Lacking),
    /// The grading was cancelled.
    #[error("the grading was cancelled")]
    Cancelled,
    /// The machine cannot do what grading needs.
    #[error(transparent)]
    Check(#[from] crate::check::CheckError),
}

impl GradeError {
    /// For `map_err`: adds the path to an I/O error.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
