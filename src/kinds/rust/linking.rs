//! Links a learner's crate with its caller, and reports what it lacks in terms of the contract.

use std::path::{Path, PathBuf};

use super::kit::Kit;
use super::subject::Subject;
use super::{lacking, linked};
use crate::check::{CheckError, Context, Diagnostic};
use crate::kind::Tier;
use crate::sandbox::End;

const NOT_LINKED: &str = "the crate could not be linked";

/// What linking came to.
pub(super) enum Linked {
    Program(PathBuf),
    /// Why no test can run.
    Refused(&'static str),
}

/// Links the crate with its caller; `report`s why, if that is impossible.
pub(super) fn link(
    subject: &Subject,
    kit: &Kit,
    library: &Path,
    context: &Context,
    report: &mut dyn FnMut(Diagnostic),
) -> Result<Linked, CheckError> {
    if subject.tier == Tier::Called {
        return link_dispatcher(subject, kit, library, context, report);
    }
    let (compiled, program) = linked::link(subject, kit, library, context)?;
    if compiled.is_success() {
        return Ok(Linked::Program(program));
    }
    let late = lacking::late_constant(&compiled);
    if compiled.end == End::TimeLimit || late.is_some() {
        report(lacking::link_failure(subject, late));
        return Ok(Linked::Refused(NOT_LINKED));
    }
    for diagnostic in lacking::missing_for_tests(subject, &compiled, context.feedback) {
        report(diagnostic);
    }
    Ok(Linked::Refused(
        "the crate does not have what the tests call",
    ))
}

/// Links the dispatcher without the functions that the crate lacks, which are reported.
fn link_dispatcher(
    subject: &Subject,
    kit: &Kit,
    library: &Path,
    context: &Context,
    report: &mut dyn FnMut(Diagnostic),
) -> Result<Linked, CheckError> {
    let mut present = vec![true; subject.functions.len()];
    let (mut compiled, program) = kit.link(subject, library, &present, context)?;
    if !compiled.is_success()
        && compiled.end != End::TimeLimit
        && lacking::late_constant(&compiled).is_none()
    {
        for diagnostic in
            lacking::missing_functions(subject, &compiled, &mut present, context.feedback)
        {
            report(diagnostic);
        }
        (compiled, _) = kit.link(subject, library, &present, context)?;
    }
    if compiled.is_success() {
        return Ok(Linked::Program(program));
    }
    // It links with the reference solution, so this is a post-monomorphisation error: a constant that is
    // evaluated only where a generic function is called.
    let late = lacking::late_constant(&compiled);
    report(lacking::link_failure(subject, late));
    if late.is_some() {
        return Ok(Linked::Refused(NOT_LINKED));
    }
    // rustc came to no error of its own, so which function it is stays unknown, and none is bound.
    present.fill(false);
    let (compiled, program) = kit.link(subject, library, &present, context)?;
    if compiled.is_success() {
        return Ok(Linked::Program(program));
    }
    if context.budget.is_exhausted() {
        return Ok(Linked::Refused(NOT_LINKED));
    }
    Err(CheckError::exercise(format!(
        "the dispatcher does not link\n{}",
        compiled.words()
    )))
}
