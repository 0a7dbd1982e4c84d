//! Who confines a job: one file each, and one line in [`GUARDS`].

#[cfg(target_os = "linux")]
pub(crate) mod landlock;
pub mod none;

use std::fmt;
use std::io;
use std::sync::Arc;

use super::ability::{Ability, Lacking};
use super::policy::Policy;

/// One way to confine a job.
pub trait Guard: fmt::Debug + Sync {
    /// Returns its name on the command line.
    fn name(&self) -> &'static str;

    /// Returns what it does, as a few words after its name.
    fn summary(&self) -> &'static str;

    /// Returns whether it holds against code that is hostile.
    fn is_strong(&self) -> bool;

    /// Returns whether code of a learner runs as another user.
    fn changes_user(&self, ability: &Ability) -> bool;

    /// Says what a machine lacks for it.
    ///
    /// # Errors
    /// Fails when the machine lacks something.
    fn needs(&self, ability: &Ability) -> Result<(), Lacking>;

    /// Makes ready what [`Guard::seal`] needs for jobs with this policy: in the process that starts them,
    /// where it can be kept from one to the next.
    ///
    /// # Errors
    /// Fails when a rule cannot be made: the job must not run then.
    fn make_ready(&self, policy: &Policy) -> io::Result<Arc<str>>;

    /// Confines this process, which has one thread, but for what [`Guard::seal`] does.
    ///
    /// # Errors
    /// Fails when a rule cannot be set: the job must not run then.
    fn confine(&self, policy: &Policy) -> io::Result<()>;

    /// Takes away what the launcher itself needed; nothing but the job's program comes after it.
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

/// Returns the guard called `name`.
pub fn guard(name: &str) -> Option<&'static dyn Guard> {
    GUARDS.iter().copied().find(|guard| guard.name() == name)
}

/// Returns the last guard that this machine can have.
pub(crate) fn strongest(ability: &Ability) -> &'static dyn Guard {
    let usable = |guard: &&&dyn Guard| guard.needs(ability).is_ok();
    GUARDS.iter().rfind(usable).copied().unwrap_or(GUARDS[0])
}
