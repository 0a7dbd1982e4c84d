//! The only place that starts processes.
//!
//! A [`Job`] says what to run and within which [`Limits`]; [`Sandbox::run`] waits for its end, and
//! [`Sandbox::spawn`] hands out a live [`Process`]. Every job is entered through a re-exec of
//! Gradus itself ([`launcher`]), which sets the limits and becomes the program; a stronger sandbox
//! adds its rules there. Each process leads a group of its own, which is killed whole. A server, which
//! has processes of its own, runs under a [`supervisor`], so that it goes even when Gradus is killed.

pub mod cancel;
mod interactive;
pub mod job;
pub mod launcher;
pub mod process;
pub mod supervisor;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use cancel::Cancel;
pub use interactive::{interactive, interactive_in, turn_into};
pub use job::{Input, Job, Limits, Stage};
pub use process::{End, Exit, Process, Stream};
pub use supervisor::{Supervised, Wish};

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

/// Does the work of one of the sandbox's own processes if `arguments` (without Gradus's own name)
/// name one, and returns its exit code. It comes before anything else in `main`.
pub fn enter(arguments: &[OsString]) -> Option<u8> {
    let entry = arguments.first()?.to_str()?;
    match entry {
        launcher::ENTRY => {
            let error = launcher::enter(arguments);
            Some(if error.raw_os_error().is_some() {
                126
            } else {
                125
            })
        }
        supervisor::ENTRY => Some(supervisor::enter(arguments).unwrap_or(126)),
        _ => None,
    }
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

    /// Starts the server `job` under a supervisor, which ends it and removes the folder `scratch`
    /// when it is dropped, called off, or left behind by a Gradus that was killed.
    ///
    /// # Errors
    /// Fails when the supervisor cannot be started.
    pub fn supervise(
        &self,
        job: Job,
        scratch: &Path,
        cancel: &Cancel,
    ) -> Result<Supervised, SandboxError> {
        supervisor::start(&self.launcher, job, scratch, cancel)
    }

    /// Runs `job` to its end and returns how it ended and what it wrote.
    ///
    /// # Errors
    /// Fails when the program cannot be started.
    pub fn run(&self, job: Job, cancel: &Cancel) -> Result<Exit, SandboxError> {
        Ok(self.spawn(job, cancel)?.finish())
    }
}
