//! Proves a course's drill: the whole system passes its probes, every fault shows and is noticed,
//! every two faults that go together show together and can be taken out again.

use super::fault::{with_faults, without_faults};
use super::{DrillSpec, Fault, MANIFEST, Shows};
use crate::check::{CheckError, Context, Feedback, TestOutcome, Verdict};
use crate::kind::{CourseProof, reason};
use crate::kinds::gateway::task::{Files, LABS_A_PROCESSOR};
use crate::source::Problem;
use crate::sys::threads;

/// One thing to prove.
#[derive(Debug)]
enum FaultProof<'a> {
    Whole,
    /// One fault, or two.
    Broken(Vec<&'a Fault>),
}

/// Proves `spec`.
///
/// # Errors
/// Fails when Gradus could not do its work.
pub(crate) fn prove(spec: &DrillSpec, context: &Context) -> Result<CourseProof, CheckError> {
    let context = &Context {
        feedback: Feedback::Full,
        observer: std::sync::Arc::new(|_| ()),
        ..context.clone()
    };
    let mut proof = CourseProof::default();
    let mut faults = Vec::new();
    for fault in &spec.faults {
        match fault.missing(context) {
            Some(reason) => {
                let name = format!("drill: {}", fault.id);
                proof.unproved.push((name, reason));
            }
            None => faults.push(fault),
        }
    }
    let mut jobs = vec![FaultProof::Whole];
    jobs.extend(faults.iter().map(|fault| FaultProof::Broken(vec![*fault])));
    let pairs = pairs(&faults);
    (proof.faults, proof.pairs) = (faults.len(), pairs.len());
    jobs.extend(pairs.into_iter().map(FaultProof::Broken));
    for found in threads::map_parallel(LABS_A_PROCESSOR, &jobs, |job| job.run(spec, context)) {
        proof.problems.extend(found?);
    }
    Ok(proof)
}

fn pairs<'a>(faults: &[&'a Fault]) -> Vec<Vec<&'a Fault>> {
    let mut pairs = Vec::new();
    for (index, one) in faults.iter().enumerate() {
        let others = faults[index + 1..].iter();
        let others = others.filter(|other| one.goes_with(other));
        pairs.extend(others.map(|other| vec![*one, *other]));
    }
    pairs
}

impl FaultProof<'_> {
    fn run(&self, spec: &DrillSpec, context: &Context) -> Result<Vec<Problem>, CheckError> {
        let mut problems = Vec::new();
        match self {
            Self::Whole => {
                let outcome = spec.system.judge(spec.system.files(), None, context)?;
                if outcome.verdict() != Verdict::Passed {
                    let message = "the whole system does not pass its probes".to_owned();
                    problems.push(Problem::new(MANIFEST, message).help(reason(&outcome)));
                }
            }
            Self::Broken(faults) => match with_faults(spec.system.files(), faults) {
                Ok(files) => {
                    shows(spec, faults, &files, context, &mut problems)?;
                    check_undo(spec, faults, &files, &mut problems);
                    if faults.len() == 1 {
                        is_noticed(spec, faults[0], &files, context, &mut problems)?;
                    }
                }
                // The loader has already reported this, with its line.
                Err(_) if faults.len() == 1 => {}
                Err(misfit) => problems.push(Problem::new(MANIFEST, misfit.to_string())),
            },
        }
        Ok(problems)
    }
}

fn names(faults: &[&Fault]) -> String {
    let names: Vec<_> = faults.iter().map(|it| format!("`{}`", it.id)).collect();
    names.join(" and ")
}

fn shows(
    spec: &DrillSpec,
    faults: &[&Fault],
    files: &Files,
    context: &Context,
    problems: &mut Vec<Problem>,
) -> Result<(), CheckError> {
    let probes = faults.iter().map(|fault| fault.probe()).collect();
    let outcome = spec.system.judge(files, Some(probes), context)?;
    for fault in faults {
        let seen = match &fault.shows {
            Shows::Refusal(says) => {
                let mut said = outcome.diagnostics.iter();
                said.any(|said| said.error && said.message.contains(says))
            }
            Shows::Answer(_) => {
                let test = outcome.tests.iter().find(|it| it.test.name == fault.id);
                test.is_some_and(TestOutcome::passed)
            }
        };
        if !seen {
            let all = names(faults);
            let message = format!("with {all}, the symptom of `{}` does not show", fault.id);
            problems.push(Problem::new(MANIFEST, message).help(reason(&outcome)));
        }
    }
    Ok(())
}

/// Checks that `faults` can be taken out of the broken `files` again.
fn check_undo(spec: &DrillSpec, faults: &[&Fault], files: &Files, problems: &mut Vec<Problem>) {
    let message = match without_faults(files, faults) {
        Ok(intact) if intact == *spec.system.files() => return,
        Ok(_) => format!("{} cannot be undone", names(faults)),
        Err(misfit) => format!("{} cannot be undone: {misfit}", names(faults)),
    };
    let help = "make `from` and `to` longer, until each appears once";
    problems.push(Problem::new(MANIFEST, message).help(help));
}

fn is_noticed(
    spec: &DrillSpec,
    fault: &Fault,
    files: &Files,
    context: &Context,
    problems: &mut Vec<Problem>,
) -> Result<(), CheckError> {
    let outcome = spec.system.judge(files, None, context)?;
    if outcome.verdict() == Verdict::Passed {
        let message = format!("no probe notices the fault `{}`", fault.id);
        let help = "add a probe to drill/probes.toml that fails as long as it is there";
        problems.push(Problem::new(MANIFEST, message).help(help));
    }
    Ok(())
}
