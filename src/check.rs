//! Checks of one submission against one exercise. Facts are stored; verdicts are computed from them.

pub mod cache;
pub(crate) mod context;
pub(crate) mod hand_in;
pub(crate) mod isolated;
pub(crate) mod mutant;
mod outcome;
mod own_tests;
mod verdict;

pub use context::Feedback;
pub use context::{Context, Event};
pub use hand_in::Collected;
pub use hand_in::HandIn;
pub use mutant::Mutant;
pub use outcome::{Diagnostic, Outcome, Phase, Scope, TestOutcome, TestResult, TestTitle, Values};
pub use own_tests::{OwnTests, Rejection, RejectionReason};
pub use verdict::{Standing, TestVerdict, Verdict};

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use crate::sandbox::{HardLimit, SandboxError};
use crate::sys::scratch;

/// A check could not be done, through no fault of the learner.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The check was cancelled.
    #[error("the check was cancelled")]
    Cancelled,
    /// This machine lacks something the exercise needs.
    #[error("{what}")]
    Missing {
        /// What is missing.
        what: String,
        /// What to do about it.
        help: String,
    },
    /// The exercise itself is at fault.
    #[error("the exercise itself is broken")]
    Exercise {
        /// What is wrong with it; may quote hidden files, so it is for authors only.
        what: String,
        /// The file, relative to the exercise's folder, and the line, from 1, if known.
        place: Option<(String, usize)>,
    },
    /// A file could not be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A check in another process or a lab failed; holds its message.
    #[error("{0}")]
    Apart(String),
    /// Gradus panicked, which says so on standard error.
    #[error("a bug in Gradus ended this check")]
    Bug,
    /// A process could not be started or watched.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// An error of a kind of exercise, such as of its lab.
    #[error(transparent)]
    Kind(Box<dyn std::error::Error + Send + Sync>),
}

impl CheckError {
    pub(crate) fn exercise(what: impl Into<String>) -> Self {
        Self::Exercise {
            what: what.into(),
            place: None,
        }
    }

    /// For `map_err`: adds the path to an I/O error.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// For `map_err`: what cannot be used is the folder for temporary files.
    pub(crate) fn temporary(source: io::Error) -> Self {
        Self::file(scratch::temp_dir())(source)
    }

    /// Returns the hard limit of this machine that it is about, if it is.
    pub(crate) fn hard_limit(&self) -> Option<&HardLimit> {
        match self {
            Self::Sandbox(SandboxError::HardLimit(limit)) => Some(limit),
            _ => None,
        }
    }

    /// Does `work` of a check, in which a panic is an error of Gradus, as any other of them.
    pub(crate) fn catch_panic<T>(work: impl FnOnce() -> Result<T, Self>) -> Result<T, Self> {
        catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Self::Bug))
    }

    /// Checks that a process ran, so that how it ended belongs to the outcome.
    ///
    /// # Errors
    /// Fails when the process was cancelled or never ran.
    pub(crate) fn unless_ran(exit: &crate::sandbox::Exit) -> Result<(), Self> {
        if exit.end == crate::sandbox::End::Cancelled {
            return Err(Self::Cancelled);
        }
        Ok(exit.entered()?)
    }
}
