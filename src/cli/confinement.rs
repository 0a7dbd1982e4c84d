//! What confines a learner's code here, and how somebody hears of it.

use std::fs;

use super::app::App;
use crate::check::Context;
use crate::sandbox::ability::User;
use crate::sandbox::{Ability, Guard, Lacking, Sandbox};
use crate::sys::environment::Environment;

/// Set to anything, this variable makes Gradus take the machine for one without a sandbox: to try
/// what happens there, never to be let through where a sandbox is asked for.
pub(crate) const MISSING: &str = "GRADUS_NO_SANDBOX";
/// The file in the state folder that says that it was told.
const TOLD: &str = "told-of-limits-only";

/// Returns what this machine can enforce.
pub(crate) fn ability(environment: &Environment) -> Ability {
    match environment.get(MISSING) {
        Some(_) => Ability::none(),
        None => Ability::of_machine(),
    }
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
