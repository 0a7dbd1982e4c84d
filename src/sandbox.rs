//! The only place that starts processes.
//!
//! A [`Job`] says what to run and within which [`Limits`]; [`Sandbox::run`] waits for its end, and
//! [`Sandbox::spawn`] hands out a live [`Process`]. Every job is entered through a re-exec of
//! Gradus itself ([`launcher`]), which sets the limits, lets a [`guard`] confine it as the job's
//! [`policy`] says, and becomes the program. Each process leads a group of its own, which is killed
//! whole. A server, which has processes of its own, runs under a [`supervisor`], so that it goes even
//! when Gradus is killed. A job can be [secluded](Seclusion): in a network, among processes or with
//! files of its own.

pub(crate) mod ability;
mod allowance;
#[cfg(target_os = "linux")]
mod calls;
pub(crate) mod cancel;
mod group;
pub mod guard;
mod interactive;
pub(crate) mod job;
#[cfg(target_os = "linux")]
mod kernel;
pub(crate) mod launcher;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod namespaces;
mod pace;
pub(crate) mod policy;
pub(crate) mod process;
pub(crate) mod room;
#[cfg(target_os = "linux")]
mod root;
pub(crate) mod rule;
pub(crate) mod seclusion;
pub(crate) mod supervisor;
mod turn;
#[cfg(target_os = "linux")]
mod user;
pub(crate) mod view;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub use ability::Ability;
pub use ability::Lacking;
pub use allowance::Allowance;
pub use cancel::Cancel;
pub(crate) use guard::GUARDS;
pub use guard::Guard;
pub(crate) use interactive::{interactive, interactive_in, turn_into};
pub(crate) use job::Input;
pub use job::{Job, Limits, Stage};
use policy::Policy;
pub use process::{End, Exit};
pub(crate) use process::{Process, Stream};
pub use room::Room;
pub use rule::Rule;
pub use seclusion::Seclusion;
pub(crate) use supervisor::{Supervised, Wish};
pub use turn::Turn;
pub use view::Access;
pub use view::View;

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
    /// The sandbox could not be entered, so that the job did not run.
    #[error("cannot enter the sandbox: {words}")]
    Enter {
        /// What was said.
        words: String,
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
pub(crate) fn enter(arguments: &[OsString]) -> Option<u8> {
    let entry = arguments.first()?.to_str()?;
    match entry {
        launcher::ENTRY | launcher::INSIDE => Some(launcher::enter(arguments)),
        #[cfg(target_os = "linux")]
        namespaces::INIT => Some(launcher::be_first(arguments)),
        supervisor::ENTRY => Some(supervisor::enter(arguments).unwrap_or(126)),
        _ => None,
    }
}

/// Starts jobs through the launcher.
#[derive(Debug, Clone)]
pub struct Sandbox {
    launcher: PathBuf,
    guard: &'static dyn Guard,
    ability: Ability,
    off: Vec<Rule>,
    /// Where shells of labs work that are secluded.
    shells: Option<PathBuf>,
    can_show_views: Arc<OnceLock<bool>>,
}

impl Sandbox {
    /// Returns the strongest sandbox of this machine, which enters jobs through the Gradus binary
    /// at `launcher`.
    pub fn new(launcher: impl Into<PathBuf>) -> Self {
        Self::of(launcher, Ability::of_machine())
    }

    /// Returns the strongest sandbox of a machine with this ability.
    pub fn of(launcher: impl Into<PathBuf>, ability: Ability) -> Self {
        Self {
            launcher: launcher.into(),
            guard: guard::strongest(&ability),
            ability,
            off: Vec::new(),
            shells: None,
            can_show_views: Arc::default(),
        }
    }

    /// Returns a sandbox that holds against hostile code, after a rehearsal.
    ///
    /// # Errors
    /// Fails when this machine cannot have one, and says what it lacks.
    pub fn strong(launcher: impl Into<PathBuf>, ability: Ability) -> Result<Self, Lacking> {
        let strongest = GUARDS.iter().rfind(|guard| guard.is_strong());
        let needs = strongest.map(|guard| guard.needs(&ability));
        needs.unwrap_or(Err(Lacking::Landlock))?;
        let sandbox = Self::of(launcher, ability);
        sandbox.rehearse()?;
        Ok(sandbox)
    }

    /// Returns this sandbox with another guard, such as one that somebody asked for by name.
    ///
    /// # Errors
    /// Fails when this machine cannot have it, and says what it lacks.
    pub fn guarded_by(mut self, guard: &'static dyn Guard) -> Result<Self, Lacking> {
        guard.needs(&self.ability)?;
        self.guard = guard;
        Ok(self)
    }

    /// Returns this sandbox without one of its rules: a test shows with it that the rule, and no
    /// other, stops an attack. A release build has no such switch.
    #[cfg(debug_assertions)]
    #[must_use]
    pub fn without(mut self, rule: Rule) -> Self {
        self.off.push(rule);
        self
    }

    /// Returns this sandbox as it is within a job that is [secluded](Seclusion::Network): shells of
    /// labs have nothing but their view, no power over who judges them, and their files in `room`.
    #[must_use]
    pub(crate) fn secluding_shells(mut self, room: impl Into<PathBuf>) -> Self {
        self.shells = Some(room.into());
        self
    }

    /// Returns the folder in which the files of a lab's shell belong, where its commands are a stranger's.
    pub(crate) fn room_of_shells(&self) -> Option<&Path> {
        self.shells.as_deref()
    }

    /// Returns what a lab's shell has to itself, where a learner's commands run in it.
    pub(crate) fn seclusion_of_shells(&self) -> Seclusion {
        if self.shells.is_some() {
            Seclusion::Files
        } else {
            Seclusion::None
        }
    }

    /// Returns what a lab's server has to itself: nothing but its view wherever that can be had, and in
    /// a grading in any case.
    pub(crate) fn seclusion_of_servers(&self) -> Seclusion {
        let can = || self.ability.namespaces && self.rehearse_as(Seclusion::View).is_ok();
        let is_shown = self.guard.is_strong()
            && (self.shells.is_some() || *self.can_show_views.get_or_init(can));
        if is_shown {
            Seclusion::View
        } else {
            Seclusion::None
        }
    }

    /// Returns the rules that do not hold.
    pub fn off(&self) -> &[Rule] {
        &self.off
    }

    /// Returns the Gradus binary.
    pub(crate) fn launcher(&self) -> &Path {
        &self.launcher
    }

    /// Returns who confines the jobs.
    pub fn guard(&self) -> &'static dyn Guard {
        self.guard
    }

    /// Returns whether code of a learner runs as another user, who reaches only what everybody
    /// does.
    pub fn changes_user(&self) -> bool {
        !self.off.contains(&Rule::User) && self.guard.changes_user(&self.ability)
    }

    /// Enters the sandbox as code of a learner would, and does nothing there.
    ///
    /// # Errors
    /// Fails when it cannot be entered.
    pub(crate) fn rehearse(&self) -> Result<(), Lacking> {
        self.attempt(Job::new(Stage::Learner, PathBuf::new(), "/"))
    }

    /// Enters a [network of one's own](Seclusion::Network), and does nothing there.
    ///
    /// # Errors
    /// Fails when none can be had, and says what the machine lacks.
    pub fn rehearse_seclusion(&self) -> Result<(), Lacking> {
        if !self.ability.namespaces {
            return Err(Lacking::Namespaces);
        }
        self.rehearse_as(Seclusion::Network)
    }

    fn rehearse_as(&self, seclusion: Seclusion) -> Result<(), Lacking> {
        let job = Job::new(Stage::Trusted, PathBuf::new(), "/");
        self.attempt(job.secluded(seclusion))
    }

    fn attempt(&self, job: Job) -> Result<(), Lacking> {
        let run = self.run(job, &Cancel::new());
        let exit = run.map_err(|error| Lacking::Trial(error.to_string()))?;
        exit.entered()
            .map_err(|error| Lacking::Trial(error.to_string()))
    }

    fn policy(&self, job: &Job, token: &str) -> std::io::Result<Policy> {
        let parent = rustix::process::getpid().as_raw_nonzero();
        let is_learners = job.stage == Stage::Learner || job.seclusion == Seclusion::Files;
        let mut policy = Policy {
            limits: job.limits,
            view: job.view.clone(),
            seclusion: job.seclusion,
            rooms: job.rooms.clone(),
            as_spare_user: is_learners && self.changes_user(),
            off: self.off.clone(),
            parent: u64::from(parent.get().unsigned_abs()),
            token: token.to_owned(),
            ..Policy::new(self.guard, job.stage)
        };
        policy.ready = self.guard.make_ready(&policy)?;
        Ok(policy)
    }

    /// Starts `job` and returns the live process.
    ///
    /// # Errors
    /// Fails when the program cannot be started.
    pub fn spawn(&self, job: Job, cancel: &Cancel) -> Result<Process, SandboxError> {
        process::spawn(self, job, cancel)
    }

    /// Starts the server `job` under a supervisor, which ends it and removes the folder `scratch`
    /// when it is dropped, called off, or left behind by a Gradus that was killed.
    ///
    /// # Errors
    /// Fails when the supervisor cannot be started.
    pub(crate) fn supervise(
        &self,
        job: Job,
        scratch: &Path,
        cancel: &Cancel,
    ) -> Result<Supervised, SandboxError> {
        supervisor::start(self, job, scratch, cancel)
    }

    /// Runs `job` to its end and returns how it ended and what it wrote.
    ///
    /// # Errors
    /// Fails when the program cannot be started.
    pub fn run(&self, job: Job, cancel: &Cancel) -> Result<Exit, SandboxError> {
        Ok(self.spawn(job, cancel)?.finish())
    }
}
