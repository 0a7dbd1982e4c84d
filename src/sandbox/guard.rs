//! Sandbox backends: one file each, and one line in [`GUARDS`].

#[cfg(target_os = "linux")]
pub(crate) mod landlock;
pub mod none;

use std::fmt;
use std::io;
use std::sync::Arc;

use super::ability::{Ability, Lacking};
use super::policy::Policy;

/// A sandbox backend: one way to confine a job.
pub trait Guard: fmt::Debug + Sync {
    /// Returns the name on the command line.
    fn name(&self) -> &'static str;

    /// Returns a short description, printed after the name.
    fn summary(&self) -> &'static str;

    /// Returns whether it holds against hostile code.
    fn is_strong(&self) -> bool;

    /// Returns whether a learner's code runs as another user.
    fn changes_user(&self, ability: &Ability) -> bool;

    /// Checks that a machine with `ability` can have it.
    ///
    /// # Errors
    /// Fails when the machine lacks something.
    fn needs(&self, ability: &Ability) -> Result<(), Lacking>;

    /// Prepares what [`Guard::seal`] needs for jobs with this policy. It runs in the process that starts
    /// them, which can cache the result.
    ///
    /// # Errors
    /// Fails when a rule cannot be made: the job must not run then.
    fn make_ready(&self, policy: &Policy) -> io::Result<Arc<str>>;

    /// Applies every rule to this process, which has one thread, except those of [`Guard::seal`].
    ///
    /// # Errors
    /// Fails when a rule cannot be set: the job must not run then.
    fn confine(&self, policy: &Policy) -> io::Result<()>;

    /// Applies the rules that would stop the launcher itself; only the exec of the program follows.
    ///
    /// # Errors
    /// As for [`Guard::confine`].
    fn seal(&self, policy: &Policy) -> io::Result<()>;
}

/// Every guard, the weakest first.
pub(crate) const GUARDS: &[&dyn Guard] = &[
    &none::None,
    #[cfg(target_os = "linux")]
    &landlock::Landlock,
];

/// Finds a guard by its name.
pub fn guard(name: &str) -> Option<&'static dyn Guard> {
    GUARDS.iter().copied().find(|guard| guard.name() == name)
}

/// Returns the strongest guard that a machine with `ability` can have.
pub(crate) fn strongest(ability: &Ability) -> &'static dyn Guard {
    let usable = |guard: &&&dyn Guard| guard.needs(ability).is_ok();
    GUARDS.iter().rfind(usable).copied().unwrap_or(GUARDS[0])
}
