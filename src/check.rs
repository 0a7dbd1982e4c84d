//! One submission against one exercise: facts are stored here, judgements computed.

pub(crate) mod apart;
pub mod cache;
pub(crate) mod context;
pub(crate) mod hand_in;
pub(crate) mod mutant;
pub(crate) mod outcome;

pub use context::Feedback;
pub use context::{Context, Event};
pub use hand_in::Collected;
pub use hand_in::HandIn;
pub use mutant::Mutant;
pub use outcome::{
    Diagnostic, Outcome, OwnTests, Phase, Scope, Standing, TestOutcome, TestResult, TestTitle,
    Values, Verdict,
};

use crate::sandbox::SandboxError;

/// Gradus could not do its work: not the learner's fault.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The work was called off.
    #[error("the check was called off")]
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
        /// The file, relative to the exercise's folder, and the line, from 1, where they are known.
        place: Option<(String, usize)>,
    },
    /// A file of the learner or of ours could not be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A check that went on elsewhere, in a process or a lab of its own, could not be done; holds why.
    #[error("{0}")]
    Apart(String),
    /// A process could not be started or watched.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// What a kind of exercise judges with, such as a lab, could not be set up or asked.
    #[error(transparent)]
    Kind(Box<dyn std::error::Error + Send + Sync>),
}

impl CheckError {
    /// Returns the error that the exercise is at fault somewhere.
    pub(crate) fn exercise(what: impl Into<String>) -> Self {
        Self::Exercise {
            what: what.into(),
            place: None,
        }
    }

    /// Tells the end of a process that is ours to tell from one that belongs to the outcome.
    ///
    /// # Errors
    /// Fails when the process was called off, or never ran.
    pub(crate) fn unless_ran(exit: &crate::sandbox::Exit) -> Result<(), Self> {
        if exit.end == crate::sandbox::End::Cancelled {
            return Err(Self::Cancelled);
        }
        Ok(exit.entered()?)
    }
}
