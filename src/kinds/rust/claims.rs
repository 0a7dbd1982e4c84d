//! What has to hold of a Rust exercise beside what holds of every kind.

use super::kits::with_kit;
use super::replies::Call;
use super::subject::Subject;
use super::task::RustTask;
use crate::check::{CheckError, Context, Outcome, Verdict};
use crate::kind::{Part, Tier, reason};
use crate::source::Problem;

/// Finds tests without a title, and functions that no test calls.
pub(super) fn of_files(task: &RustTask, context: &Context) -> Result<Vec<Problem>, CheckError> {
    let subject = match task.read() {
        Ok(subject) => subject,
        Err(problems) => return Ok(problems.to_vec()),
    };
    let mut problems = untitled(task, subject);
    match with_kit(subject, context, |kit| Ok(kit.calls.clone())) {
        Ok(calls) => problems.extend(uncalled(task, subject, &calls)),
        Err(CheckError::Exercise { what, place }) => {
            let (path, line) = place.unzip();
            let path = path.as_deref().unwrap_or("exercise.toml");
            problems.push(Problem::new(file(task, path), what).at(line));
        }
        Err(error) => return Err(error),
    }
    Ok(problems)
}

/// Finds a starter that does not compile.
pub(super) fn of_outcome(task: &RustTask, part: Part<'_>, outcome: &Outcome) -> Option<Problem> {
    let runs = match outcome.verdict() {
        Verdict::CompileError | Verdict::Forbidden | Verdict::InternalError => false,
        Verdict::Passed
        | Verdict::Failed
        | Verdict::Crashed
        | Verdict::OutputLimit
        | Verdict::MemoryLimit
        | Verdict::TimeLimit => true,
    };
    if runs || !matches!(part, Part::Starter) {
        return None;
    }
    let message = format!("the starter does not compile: {}", reason(outcome));
    Some(Problem::new(file(task, "starter/src/lib.rs"), message))
}

fn file(task: &RustTask, path: &str) -> String {
    format!("exercises/{}/{path}", task.id)
}

fn untitled(task: &RustTask, subject: &Subject) -> Vec<Problem> {
    let untitled = subject.tests.iter().filter(|declared| !declared.titled);
    let mut problems: Vec<_> = untitled
        .map(|declared| {
            Problem::new(
                file(task, "hidden/tests.rs"),
                format!("test `{}` has no title", declared.test.name),
            )
            .at(declared.line)
            .help("write a doc comment: one short line that says the rule")
        })
        .collect();
    if subject.tests.is_empty() {
        problems.push(
            Problem::new(file(task, "hidden/tests.rs"), "no test")
                .help("mark functions with `#[test]`"),
        );
    }
    problems
}

/// Finds functions of the contract that no hidden test calls.
fn uncalled(task: &RustTask, subject: &Subject, calls: &[Call]) -> Vec<Problem> {
    let is_called = |index: usize| {
        if subject.tier == Tier::Linked {
            // These calls are made in the learner's process, where nobody counts them.
            let call = format!("{}(", subject.functions[index].name);
            return subject.hidden.contains(&call);
        }
        let number = u32::try_from(index).unwrap_or(u32::MAX).to_le_bytes();
        calls.iter().any(|call| call.starts_with(&number))
    };
    let uncalled = subject
        .functions
        .iter()
        .enumerate()
        .filter(|(index, _)| !is_called(*index));
    let source = if subject.bridge.is_some() {
        "bridge.rs"
    } else {
        "contract.rs"
    };
    uncalled
        .map(|(_, function)| {
            let message = format!("no hidden test calls `{}`", function.name);
            Problem::new(file(task, source), message)
                .at(function.line)
                .help("add a test to hidden/tests.rs")
        })
        .collect()
}
