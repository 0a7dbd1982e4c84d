//! Chooses the sandbox, and reports what this machine can enforce.

use std::fs;
use std::path::Path;

use super::app::App;
use crate::check::Context;
use crate::sandbox::ability::{LIMITS_NOTICE, User};
use crate::sandbox::guard::guard;
use crate::sandbox::{Ability, Guard, Lacking, Sandbox};
use crate::sys::environment::Environment;

/// If set, Gradus behaves as on a machine without a sandbox. For tests: it never weakens a check that
/// requires a sandbox.
pub(crate) const MISSING: &str = "GRADUS_NO_SANDBOX";
/// If set, Gradus behaves as on a machine without unprivileged user namespaces; see [`MISSING`].
pub(crate) const SHARED: &str = "GRADUS_NO_NAMESPACES";
pub(crate) fn ability(environment: &Environment) -> Ability {
    if environment.get(MISSING).is_some() {
        return Ability::none();
    }
    let machine = Ability::of_machine();
    Ability {
        namespaces: machine.namespaces && environment.get(SHARED).is_none(),
        ..machine
    }
}

/// Whether labs can be graded, and commands on pages run, in a network namespace of their own.
pub(crate) fn of_labs(app: &App, context: &Context) -> Result<(), Lacking> {
    let ability = ability(&app.environment);
    Sandbox::strong(context.sandbox.launcher(), ability)?.rehearse_seclusion()
}

/// Describes the sandbox of a learner's code.
pub(crate) fn strength(app: &App, context: &Context) -> Result<String, Lacking> {
    let ability = ability(&app.environment);
    let sandbox = Sandbox::strong(context.sandbox.launcher(), ability)?;
    let version = ability.landlock.unwrap_or_default();
    let user = match ability.user {
        User::Spare => "as another user",
        User::Ordinary | User::Stuck => "as you",
    };
    Ok(format!(
        "{}: {}; Landlock {version} and filtered system calls; a learner's code runs {user}",
        sandbox.guard().name(),
        sandbox.guard().summary()
    ))
}

/// The sandbox of a grading: the one named, else the strongest that resists hostile code.
pub(crate) fn for_grading(
    environment: &Environment,
    launcher: &Path,
    named: Option<&str>,
) -> Result<Sandbox, Lacking> {
    let ability = ability(environment);
    match named.and_then(guard) {
        Some(guard) if !guard.is_strong() => {
            Sandbox::with_ability(launcher, ability).with_guard(guard)
        }
        Some(guard) => Sandbox::strong(launcher, ability)?.with_guard(guard),
        None => Sandbox::strong(launcher, ability),
    }
}

/// Says, once per user, that checks have limits but no sandbox.
pub(crate) fn tell_once(app: &App, guard: &dyn Guard) {
    if guard.is_strong() {
        return;
    }
    let folder = app.environment.state();
    let told = folder.join(LIMITS_NOTICE);
    if told.exists() {
        return;
    }
    let doctor = app.command("doctor");
    app.note(&format!(
        "A check on this machine has limits of time, memory and output, and no sandbox beyond that: check only what you trust. `{doctor}` says why. This note is shown once."
    ));
    // If it cannot be recorded, the note is shown again.
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(told, ""))
        .ok();
}
