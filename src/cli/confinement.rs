//! What confines a learner's code here, and how somebody hears of it.

use std::fs;
use std::path::Path;

use super::app::App;
use crate::check::Context;
use crate::sandbox::ability::{TOLD, User};
use crate::sandbox::guard::guard;
use crate::sandbox::{Ability, Guard, Lacking, Sandbox};
use crate::sys::environment::Environment;

/// Set to anything, this variable makes Gradus take the machine for one without a sandbox: to try
/// what happens there, never to be let through where a sandbox is asked for.
pub(crate) const MISSING: &str = "GRADUS_NO_SANDBOX";
/// Set to anything, this variable makes Gradus take the machine for one on which nobody can have a
/// network of their own; as honest as [`MISSING`].
pub(crate) const SHARED: &str = "GRADUS_NO_NAMESPACES";
/// Returns what this machine can enforce.
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

/// Finds out whether labs can be graded here, and commands on a page be run: in a network of their own.
///
/// # Errors
/// Fails where they cannot, with what the machine lacks.
pub(crate) fn of_labs(app: &App, context: &Context) -> Result<(), Lacking> {
    let ability = ability(&app.environment);
    Sandbox::strong(context.sandbox.launcher(), ability)?.rehearse_seclusion()
}

/// Returns what confines code of a learner here, in words.
///
/// # Errors
/// Fails when it is limits alone, with what the machine lacks for more.
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

/// Returns the sandbox that grading goes on in: the one that was asked for by name, else one that
/// holds against hostile code.
///
/// # Errors
/// Fails when this machine cannot have it.
pub(crate) fn for_grading(
    environment: &Environment,
    launcher: &Path,
    named: Option<&str>,
) -> Result<Sandbox, Lacking> {
    let ability = ability(environment);
    match named.and_then(guard) {
        Some(guard) if !guard.is_strong() => Sandbox::of(launcher, ability).guarded_by(guard),
        Some(guard) => Sandbox::strong(launcher, ability)?.guarded_by(guard),
        None => Sandbox::strong(launcher, ability),
    }
}

/// Says once, ever, that checks here have limits alone.
pub(crate) fn tell_once(app: &App, guard: &dyn Guard) {
    if guard.is_strong() {
        return;
    }
    let folder = app.environment.state();
    let told = folder.join(TOLD);
    if told.exists() {
        return;
    }
    let doctor = app.command("doctor");
    app.note(&format!(
        "A check on this machine has limits of time, memory and output, and no sandbox beyond that: check only what you trust. `{doctor}` says why. You are told this once."
    ));
    // Where it cannot be noted down, it is told again.
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(told, ""))
        .ok();
}
