//! The only place that starts processes.
//!
//! A [`Job`] says what to run and within which [`Limits`]; [`Sandbox::run`] waits for its end, and
//! [`Sandbox::spawn`] hands out a live [`Process`]. Every job is entered through a re-exec of
//! Gradus itself ([`launcher`]), which sets the limits and becomes the program; a stronger sandbox
//! adds its rules there. Each process leads a group of its own, which is killed whole.

pub mod cancel;
pub mod job;
pub mod launcher;
pub mod process;

use std::path::{Path, PathBuf};

pub use cancel::Cancel;
pub use job::{Input, Job, Limits, Stage};
pub use process::{End, Exit, Process, Stream};

/// What went wrong on our side when a process was to be started or watched.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The program could not be started.
    #[error("cannot start {}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The pipe to a process broke in a way that is not the process's end.
    #[error("cannot talk to {}", program.display())]
    Pipe {
        /// The program.
        program: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Starts jobs through the launcher.
#[derive(Debug, Clone)]
pub struct Sandbox {
    launcher: PathBuf,
}

impl Sandbox {
    /// Returns a sandbox that enters jobs through the Gradus binary at `launcher`.
    pub fn new(launcher: impl Into<PathBuf>) -> Self {
        Self {
            launcher: launcher.into(),
        }
    }

    /// Returns the Gradus binary.
    pub fn launcher(&self) -> &Path {
        &self.launcher
    }

    /// Starts `job` and returns the live process.
    ///
    /// # Errors
    /// Fails when the program cannot be started.
    pub fn spawn(&self, job: Job, cancel: &Cancel) -> Result<Process, SandboxError> {
        process::spawn(&self.launcher, job, cancel)
    }

    /// Runs `job` to its end and returns how it ended and what it wrote.
    ///
    /// # Errors
    /// Fails when the program cannot be started.
    pub fn run(&self, job: Job, cancel: &Cancel) -> Result<Exit, SandboxError> {
        Ok(self.spawn(job, cancel)?.finish())
    }
}
