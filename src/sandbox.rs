//! The only place that starts processes.
//!
//! A [`Job`] names a program and its [`Limits`]; [`Sandbox::run`] waits for its end, and
//! [`Sandbox::spawn`] returns a live [`Process`]. Every job starts as a re-exec of Gradus itself
//! ([`launcher`]), which sets the limits, has a [`guard`] confine it as the job's [`policy`] says, and
//! execs the program. Each job leads its own process group, which is killed as a whole. A server with
//! worker processes runs under a [`supervisor`], which ends it even when Gradus is killed. A job can be
//! [secluded](Seclusion) in namespaces: with its own network, processes or files.

pub(crate) mod ability;
#[cfg(target_os = "linux")]
mod calls;
pub(crate) mod cancel;
pub mod guard;
mod hard_limit;
mod interactive;
pub(crate) mod job;
#[cfg(target_os = "linux")]
mod kernel;
pub(crate) mod launcher;
mod machine;
#[cfg(target_os = "linux")]
mod meter;
#[cfg(target_os = "linux")]
mod namespaces;
mod own_process;
pub(crate) mod policy;
pub(crate) mod process;
mod process_group;
pub(crate) mod room;
#[cfg(target_os = "linux")]
mod root;
pub(crate) mod rule;
pub(crate) mod seclusion;
pub(crate) mod supervisor;
mod time_budget;
mod turn;
mod usage;
#[cfg(target_os = "linux")]
mod user;
pub(crate) mod view;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub use ability::Ability;
pub use ability::Lacking;
pub use cancel::Cancel;
pub(crate) use guard::GUARDS;
pub use guard::Guard;
pub use hard_limit::HardLimit;
pub(crate) use hard_limit::lowered;
pub(crate) use interactive::{interactive, interactive_in, turn_into};
pub(crate) use job::Input;
pub use job::{Job, Limits, Stage};
use policy::Policy;
pub use process::{End, Exit};
pub(crate) use process::{OutputStream, Process};
pub use room::Room;
pub use rule::Rule;
pub use seclusion::Seclusion;
pub(crate) use supervisor::{ServerSignal, Supervised};
pub use time_budget::TimeBudget;
pub use turn::Turn;
pub use view::Access;
pub use view::View;

/// A process could not be started, confined or watched: a fault of Gradus or the machine, not of the job.
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
        /// The launcher's message.
        words: String,
    },
    /// A hard limit of this machine is below what a job needs.
    #[error(transparent)]
    HardLimit(#[from] HardLimit),
    /// A pipe or socket to a process could not be created or used.
    #[error("cannot talk to {}", program.display())]
    Pipe {
        /// The program.
        program: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Runs this process as a launcher, init or supervisor if `arguments` (without Gradus's own name)
/// ask for one, and returns its exit code. `main` calls it before anything else, while the process has
/// one thread.
pub(crate) fn enter(arguments: &[OsString]) -> Option<u8> {
    let entry = arguments.first()?.to_str()?;
    match entry {
        launcher::ENTRY | launcher::INSIDE => Some(launcher::enter(arguments)),
        #[cfg(target_os = "linux")]
        namespaces::INIT => Some(launcher::run_init(arguments)),
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
    /// The working folder of lab shells, where these are secluded.
    shells: Option<PathBuf>,
    can_show_views: Arc<OnceLock<bool>>,
}

impl Sandbox {
    /// Returns the strongest sandbox of this machine, which enters jobs through the Gradus binary
    /// at `launcher`.
    pub fn new(launcher: impl Into<PathBuf>) -> Self {
        Self::with_ability(launcher, Ability::of_machine())
    }

    /// Returns the strongest sandbox of a machine with this ability.
    pub fn with_ability(launcher: impl Into<PathBuf>, ability: Ability) -> Self {
        Self {
            launcher: launcher.into(),
            guard: guard::strongest(&ability),
            ability,
            off: Vec::new(),
            shells: None,
            can_show_views: Arc::default(),
        }
    }

    /// Returns a sandbox that holds against hostile code, after a trial run of it.
    ///
    /// # Errors
    /// Fails when this machine cannot have one, and says what it lacks.
    pub fn strong(launcher: impl Into<PathBuf>, ability: Ability) -> Result<Self, Lacking> {
        let strongest = GUARDS.iter().rfind(|guard| guard.is_strong());
        let needs = strongest.map(|guard| guard.needs(&ability));
        needs.unwrap_or(Err(Lacking::Landlock))?;
        let sandbox = Self::with_ability(launcher, ability);
        sandbox.rehearse()?;
        Ok(sandbox)
    }

    /// Returns this sandbox with another guard, such as one named on the command line.
    ///
    /// # Errors
    /// Fails when this machine cannot have it, and says what it lacks.
    pub fn with_guard(mut self, guard: &'static dyn Guard) -> Result<Self, Lacking> {
        guard.needs(&self.ability)?;
        self.guard = guard;
        Ok(self)
    }

    /// Returns this sandbox without one of its rules. Tests use it to show that this rule, and no
    /// other, stops an attack; release builds do not have it.
    #[cfg(debug_assertions)]
    #[must_use]
    pub fn without(mut self, rule: Rule) -> Self {
        self.off.push(rule);
        self
    }

    /// Returns this sandbox as a grading uses it inside a [secluded](Seclusion::Network) job: a lab's
    /// shell runs an untrusted runbook, so it sees only its view, cannot signal its judge, and works in
    /// `folder`.
    #[must_use]
    pub(crate) fn with_secluded_shells(mut self, folder: impl Into<PathBuf>) -> Self {
        self.shells = Some(folder.into());
        self
    }

    /// Returns the working folder of lab shells; `None` where they run the user's own commands.
    pub(crate) fn shell_folder(&self) -> Option<&Path> {
        self.shells.as_deref()
    }

    pub(crate) fn shell_seclusion(&self) -> Seclusion {
        if self.shells.is_some() {
            Seclusion::Files
        } else {
            Seclusion::None
        }
    }

    /// Returns the seclusion of a lab's server: in a grading always [`Seclusion::View`], elsewhere
    /// wherever a trial run shows that the machine supports it.
    pub(crate) fn server_seclusion(&self) -> Seclusion {
        let can = || self.ability.namespaces && self.rehearse_as(Seclusion::View).is_ok();
        let is_shown = self.guard.is_strong()
            && (self.shells.is_some() || *self.can_show_views.get_or_init(can));
        if is_shown {
            Seclusion::View
        } else {
            Seclusion::None
        }
    }

    /// Returns the rules that are switched off: none in a release build.
    pub fn disabled_rules(&self) -> &[Rule] {
        &self.off
    }

    pub(crate) fn launcher(&self) -> &Path {
        &self.launcher
    }

    /// Returns the guard that confines the jobs.
    pub fn guard(&self) -> &'static dyn Guard {
        self.guard
    }

    /// Returns whether a learner's code runs as an unprivileged user, who reaches only world-accessible
    /// files.
    pub fn changes_user(&self) -> bool {
        !self.off.contains(&Rule::User) && self.guard.changes_user(&self.ability)
    }

    /// Enters the sandbox as a learner's code would, and does nothing there.
    pub(crate) fn rehearse(&self) -> Result<(), Lacking> {
        self.attempt(Job::new(Stage::Learner, PathBuf::new(), "/"))
    }

    /// Enters a [network namespace](Seclusion::Network), and does nothing there.
    ///
    /// # Errors
    /// Fails when the machine does not allow one, and says what it lacks.
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
        run.and_then(|exit| exit.entered())
            .map_err(|error| match error {
                SandboxError::HardLimit(limit) => Lacking::HardLimit(limit),
                error => Lacking::Trial(error.to_string()),
            })
    }

    fn policy(&self, job: &Job, token: &str) -> std::io::Result<Policy> {
        let parent = rustix::process::getpid().as_raw_nonzero();
        let is_learners = job.stage == Stage::Learner || job.seclusion == Seclusion::Files;
        let mut policy = Policy {
            limits: lowered(job.limits).0,
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

    /// Starts the server `job` under a supervisor, which ends it when the handle is dropped, the check is
    /// cancelled, or Gradus is killed; then it also removes the folder `scratch`.
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
