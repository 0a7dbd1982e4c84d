//! Proves a Rust exercise.

use super::RustTask;
use super::assess::assess_files;
use super::kit::{Kit, Subject};
use super::replies::Call;
use crate::check::{CheckError, Collected, Context, Outcome, TestResult, Verdict};
use crate::kind::{Task, Tier, WrongSolution};
use crate::source::Problem;

use super::load::sources_of;

pub(super) fn validate(task: &RustTask, context: &Context) -> Result<Vec<Problem>, CheckError> {
    let subject = match task.read() {
        Ok(subject) => subject,
        Err(problems) => return Ok(problems.to_vec()),
    };
    let mut problems = untitled(task, subject);
    let calls = match Kit::with(subject, context, |kit| Ok(kit.calls.clone())) {
        Ok(calls) => calls,
        Err(CheckError::Exercise { what, place }) => {
            let (path, line) = place.unzip();
            let path = path.as_deref().unwrap_or("exercise.toml");
            problems.push(Problem::new(file(task, path), what).at(line));
            return Ok(problems);
        }
        Err(error) => return Err(error),
    };
    problems.extend(uncalled(task, subject, &calls));
    problems.extend(solution(task, subject, context)?);
    problems.extend(starter(task, subject, context)?);
    for wrong in &task.wrong {
        let files = task.wrong_solution(wrong);
        problems.extend(wrong_solution(task, subject, wrong, files, context)?);
    }
    Ok(problems)
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

fn solution(
    task: &RustTask,
    subject: &Subject,
    context: &Context,
) -> Result<Option<Problem>, CheckError> {
    let outcome = assess_files(subject, &subject.solution, context)?;
    if outcome.verdict() == Verdict::Passed {
        return Ok(None);
    }
    let message = format!("the solution does not pass: {}", words(&outcome));
    Ok(Some(Problem::new(
        file(task, "solution/src/lib.rs"),
        message,
    )))
}

fn starter(
    task: &RustTask,
    subject: &Subject,
    context: &Context,
) -> Result<Option<Problem>, CheckError> {
    let outcome = assess_files(
        subject,
        &sources_of(&task.files_below("starter/", true)),
        context,
    )?;
    let message = match outcome.verdict() {
        Verdict::Passed => "the starter passes: there is nothing to do".to_owned(),
        Verdict::CompileError | Verdict::Forbidden | Verdict::InternalError => {
            format!("the starter does not compile: {}", words(&outcome))
        }
        Verdict::Failed
        | Verdict::Crashed
        | Verdict::OutputLimit
        | Verdict::MemoryLimit
        | Verdict::TimeLimit => return Ok(None),
    };
    Ok(Some(Problem::new(
        file(task, "starter/src/lib.rs"),
        message,
    )))
}

fn wrong_solution(
    task: &RustTask,
    subject: &Subject,
    wrong: &WrongSolution,
    files: Option<Vec<Collected>>,
    context: &Context,
) -> Result<Option<Problem>, CheckError> {
    let problem =
        |message: String| Some(Problem::new(file(task, "exercise.toml"), message).at(wrong.line));
    let Some(files) = files else {
        return Ok(problem(format!(
            "wrong solution `{}` is not there",
            wrong.path
        )));
    };
    let outcome = assess_files(subject, &files, context)?;
    if matches!(
        outcome.verdict(),
        Verdict::CompileError | Verdict::Forbidden
    ) {
        return Ok(problem(format!(
            "wrong solution `{}` does not compile: {}",
            wrong.path,
            words(&outcome)
        )));
    }
    let Some(test) = outcome
        .tests
        .iter()
        .find(|test| test.test.name == wrong.caught_by)
    else {
        return Ok(problem(format!(
            "`{}`: there is no hidden test `{}`",
            wrong.path, wrong.caught_by
        )));
    };
    if test.result != TestResult::Passed {
        return Ok(None);
    }
    let by = outcome
        .tests
        .iter()
        .find(|test| test.result != TestResult::Passed);
    let by = by.map_or("no test catches it".to_owned(), |test| {
        format!("`{}` does", test.test.name)
    });
    Ok(problem(format!(
        "`{}` does not catch wrong solution `{}`; {by}",
        wrong.caught_by, wrong.path
    )))
}

fn words(outcome: &Outcome) -> String {
    let diagnostics = outcome
        .forbidden
        .iter()
        .chain(&outcome.diagnostics)
        .find(|diagnostic| diagnostic.error);
    let failing = outcome
        .tests
        .iter()
        .find(|test| test.result != TestResult::Passed);
    match (diagnostics, failing) {
        (Some(diagnostic), _) => diagnostic.message.clone(),
        (None, Some(test)) => {
            let values = test.result.values().cloned().unwrap_or_default();
            let parts = [
                values.input.map(|input| format!("called {input}")),
                values
                    .expected
                    .map(|expected| format!("expected {expected}")),
                values.got.map(|got| format!("got {got}")),
                values.note,
            ];
            let parts: Vec<_> = parts.into_iter().flatten().collect();
            let verdict = outcome.verdict().words();
            format!("{verdict}: `{}`: {}", test.test.name, parts.join(", "))
        }
        (None, None) => outcome.verdict().words().to_owned(),
    }
}
