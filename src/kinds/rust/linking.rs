//! A learner's crate is linked with what calls it; what it lacks is said in the contract's words.

use std::path::{Path, PathBuf};

use super::kit::{Kit, Subject};
use super::{lacking, linked};
use crate::check::outcome::Diagnostic;
use crate::check::{CheckError, Context};
use crate::kind::Tier;
use crate::sandbox::End;

/// The program that was linked, or why no test can run.
type Linked = Result<PathBuf, &'static str>;

/// Links the crate with what calls it; where that cannot be, `say`s so.
///
/// # Errors
/// Fails when the compiler cannot be started.
pub(super) fn link(
    subject: &Subject,
    kit: &Kit,
    library: &Path,
    context: &Context,
    say: &mut dyn FnMut(Diagnostic),
) -> Result<Linked, CheckError> {
    if subject.tier == Tier::Called {
        return link_dispatcher(subject, kit, library, context, say);
    }
    let (compiled, program) = linked::link(subject, kit, library, context)?;
    if compiled.is_success() {
        return Ok(Ok(program));
    }
    if compiled.end == End::TimeLimit {
        say(lacking::late(&subject.crate_name));
        return Ok(Err("the crate could not be linked"));
    }
    for diagnostic in lacking::to_tests(subject, &compiled, context.feedback) {
        say(diagnostic);
    }
    Ok(Err("the crate does not have what the tests call"))
}

/// Links the dispatcher; what the crate lacks is left out and told in the contract's words.
fn link_dispatcher(
    subject: &Subject,
    kit: &Kit,
    library: &Path,
    context: &Context,
    say: &mut dyn FnMut(Diagnostic),
) -> Result<Linked, CheckError> {
    let mut present = vec![true; subject.functions.len()];
    let (mut compiled, program) = kit.link(subject, library, &present, context)?;
    if !compiled.is_success() && compiled.end != End::TimeLimit {
        for diagnostic in lacking::to_calls(subject, &compiled, &mut present, context.feedback) {
            say(diagnostic);
        }
        (compiled, _) = kit.link(subject, library, &present, context)?;
    }
    if compiled.is_success() {
        return Ok(Ok(program));
    }
    // With the reference solution it links. A constant that is worked out only where a function is
    // called fails now, and the compiler names no function: none can be called.
    say(lacking::late(&subject.crate_name));
    present.fill(false);
    let (compiled, program) = kit.link(subject, library, &present, context)?;
    if compiled.is_success() {
        return Ok(Ok(program));
    }
    if context.allowance.is_over() {
        return Ok(Err("the crate could not be linked"));
    }
    Err(CheckError::exercise(format!(
        "the dispatcher does not link\n{}",
        compiled.words()
    )))
}
