//! Proves an exercise: the solution passes, the starter shows its symptom, every wrong solution is
//! caught by what it names.

use std::sync::Arc;

use super::manifest::Symptom;
use super::{CONFIG_TEST, FILE, GatewayTask, REFUSAL, judge};
use crate::check::{CheckError, Context, Outcome, TestOutcome, TestResult, Values, Verdict};
use crate::course::{Feedback, Problem, WrongSolution};

/// Returns every way in which `task` does not hold what it promises.
pub(super) fn validate(task: &GatewayTask, context: &Context) -> Result<Vec<Problem>, CheckError> {
    let context = &Context {
        feedback: Feedback::Full,
        observer: Arc::new(|_| ()),
        ..context.clone()
    };
    let mut problems = Vec::new();
    solution(
        task,
        &judge::config(task, &task.solution, context)?,
        &mut problems,
    );
    starter(
        task,
        &judge::config(task, &task.starter, context)?,
        &mut problems,
    );
    for (wrong, text) in &task.wrong {
        let outcome = judge::config(task, text, context)?;
        if !is_caught(&wrong.caught_by, &outcome) {
            problems.push(escaped(task, wrong, &outcome));
        }
    }
    Ok(problems)
}

fn solution(task: &GatewayTask, outcome: &Outcome, problems: &mut Vec<Problem>) {
    let file = format!("{}solution/{FILE}", task.folder);
    let said = outcome.forbidden.iter().chain(&outcome.diagnostics);
    for diagnostic in said {
        let message = format!("the solution is not clean: {}", diagnostic.message);
        problems.push(Problem::new(&file, message).at(diagnostic.line));
    }
    for test in &outcome.tests {
        if let Some(values) = test.result.values() {
            let message = format!("the solution fails the probe `{}`", test.test.name);
            problems.push(Problem::new(&file, message).help(in_words(values)));
        }
    }
}

fn starter(task: &GatewayTask, outcome: &Outcome, problems: &mut Vec<Problem>) {
    let file = format!("{}starter/{FILE}", task.folder);
    if outcome.verdict() == Verdict::Passed {
        let help = "break it in the one way that the lesson teaches";
        problems.push(Problem::new(file, "the starter passes").help(help));
        return;
    }
    let first = outcome.tests.first();
    if let Some(symptom) = &task.symptom
        && !first.is_some_and(|first| shows(symptom, first))
    {
        let Symptom { status, log } = symptom;
        let message = format!(
            "the first probe does not show the symptom: status {status}, and `{log}` in the log"
        );
        let values = first.and_then(|first| first.result.values());
        let help = values.map_or_else(|| "it did not fail".to_owned(), in_words);
        problems.push(Problem::new(file, message).help(help));
    }
}

fn shows(symptom: &Symptom, test: &TestOutcome) -> bool {
    let Some(Values { got, note, .. }) = test.result.values() else {
        return false;
    };
    let status = symptom.status.to_string();
    got.as_ref().is_some_and(|got| got.starts_with(&status))
        && note
            .as_ref()
            .is_some_and(|note| note.contains(&symptom.log))
}

fn is_caught(by: &str, outcome: &Outcome) -> bool {
    match by {
        REFUSAL => !outcome.forbidden.is_empty(),
        CONFIG_TEST => {
            outcome.forbidden.is_empty() && outcome.diagnostics.iter().any(|said| said.error)
        }
        _ => outcome
            .tests
            .iter()
            .any(|test| test.test.name == by && test.result.values().is_some()),
    }
}

fn escaped(task: &GatewayTask, wrong: &WrongSolution, outcome: &Outcome) -> Problem {
    let WrongSolution {
        path, caught_by, ..
    } = wrong;
    let message = format!("`{path}` is not caught by `{caught_by}`");
    let file = format!("{}exercise.toml", task.folder);
    Problem::new(file, message)
        .at(wrong.line)
        .help(instead(outcome))
}

fn instead(outcome: &Outcome) -> String {
    let mut said = outcome.forbidden.iter().chain(&outcome.diagnostics);
    if let Some(said) = said.find(|said| said.error) {
        return format!("it does not run: {}", said.message);
    }
    let failed = outcome
        .tests
        .iter()
        .filter(|test| test.result != TestResult::Passed)
        .map(|test| format!("`{}`", test.test.name));
    let failed: Vec<_> = failed.collect();
    if failed.is_empty() {
        "nothing catches it".to_owned()
    } else {
        format!("it is caught by {}", failed.join(", "))
    }
}

fn in_words(values: &Values) -> String {
    let parts = [
        ("sent", &values.input),
        ("expected", &values.expected),
        ("got", &values.got),
        ("log", &values.note),
    ];
    let parts = parts
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)));
    parts.collect::<Vec<_>>().join("; ")
}
