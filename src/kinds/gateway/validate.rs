//! Proves an exercise: the solution passes, and so does what else is accepted; the starter shows its
//! symptom; every wrong solution is caught by what it names; no probe could be left out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::files::{self, Files};
use super::lab::modules::Module;
use super::lab::{Nginx, Probe, services};
use super::manifest::Symptom;
use super::{
    CONFIG_TEST, FILE, GatewayTask, REFUSAL, RULES, RUNBOOK, SERVICES, UNTOUCHABLE, classify,
    judge, runbook,
};
use crate::check::{
    CheckError, Context, Feedback, Outcome, TestOutcome, TestResult, Values, Verdict,
};
use crate::kind::WrongSolution;
use crate::source::Problem;
use crate::sys::threads;

/// How many labs run at a time.
pub(super) const AT_ONCE: usize = 4;

/// Returns every way in which `task` does not hold what it promises.
pub(super) fn validate(task: &GatewayTask, context: &Context) -> Result<Vec<Problem>, CheckError> {
    let context = &Context {
        feedback: Feedback::Full,
        observer: Arc::new(|_| ()),
        ..context.clone()
    };
    let mut jobs = vec![Job::Passes("solution/", &task.solution), Job::Starter];
    let accepted = task.accepted.iter();
    jobs.extend(accepted.map(|(folder, files)| Job::Passes(folder, files)));
    let wrong = task.wrong.iter();
    jobs.extend(wrong.map(|(wrong, files)| Job::Caught(wrong, files)));
    let mut problems = Vec::new();
    for found in at_once(&jobs, |job| job.run(task, context)) {
        problems.extend(found?);
    }
    controls(task, &mut problems);
    Ok(problems)
}

/// One thing to prove about an exercise.
#[derive(Debug)]
enum Job<'a> {
    /// The solution in this folder passes.
    Passes(&'a str, &'a Files),
    /// The starter fails as the exercise promises.
    Starter,
    /// The wrong solution is caught.
    Caught(&'a WrongSolution, &'a Files),
}

impl Job<'_> {
    fn run(&self, task: &GatewayTask, context: &Context) -> Result<Vec<Problem>, CheckError> {
        let mut problems = Vec::new();
        match self {
            Self::Passes(folder, files) => {
                let outcome = judge::solution(task, files, context)?;
                passes(task, folder, &outcome, &mut problems);
            }
            Self::Starter => {
                let outcome = judge::solution(task, &runbook::untouched(task), context)?;
                starter(task, &outcome, &Nginx::required(context)?, &mut problems);
            }
            Self::Caught(wrong, files) => {
                let nginx = Nginx::required(context)?;
                let caught_by = lacked(&wrong.caught_without, &nginx).unwrap_or(&wrong.caught_by);
                let outcome = judge::until(task, files, Some(caught_by), context)?;
                if !is_caught(task, caught_by, files, &outcome) {
                    let outcome = judge::solution(task, files, context)?;
                    problems.push(escaped(task, wrong, caught_by, &outcome));
                }
            }
        }
        Ok(problems)
    }
}

/// Does `work` for each of `jobs`, some at a time, and returns the results in the order of the jobs.
/// A lab mostly waits, for as long as the exercise prescribes.
pub(crate) fn at_once<T: Sync, R: Send>(jobs: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    threads::map_parallel(AT_ONCE, jobs, work)
}

/// A probe that no wrong solution needs could be deleted, and nobody would notice. And a gateway
/// that answers by itself must be found out: by taking the upstream away.
fn controls(task: &GatewayTask, problems: &mut Vec<Problem>) {
    let file = format!("{}hidden/probes.toml", task.folder);
    for probe in &task.probes {
        let name = &probe.name;
        if task.wrong.iter().all(|(wrong, _)| wrong.caught_by != *name) {
            let message = format!("no wrong solution is caught by the probe `{name}`");
            let help = "add the mistake that it is there for to wrong/, or delete the probe";
            problems.push(Problem::new(&file, message).help(help));
        }
    }
    let may_hide = task.edit.iter().any(|path| path == FILE);
    if may_hide && !task.probes.iter().any(Probe::is_control) {
        let help = "add a probe at the end with `act = [{ stop = \"…\" }]` that expects a 502";
        let message = "no probe takes an upstream away";
        problems.push(Problem::new(file, message).help(help));
    }
}

/// `part` is the folder of a solution that must pass.
fn passes(task: &GatewayTask, part: &str, outcome: &Outcome, problems: &mut Vec<Problem>) {
    let own = task.edit.first().map_or(FILE, String::as_str);
    let file = format!("{}{part}{own}", task.folder);
    let said = outcome.forbidden.iter().chain(&outcome.diagnostics);
    for diagnostic in said {
        let message = format!("it is to pass, but it is not clean: {}", diagnostic.message);
        problems.push(Problem::new(&file, message).at(diagnostic.line));
    }
    for test in &outcome.tests {
        if let Some(values) = test.result.values() {
            let message = format!("it is to pass, but it fails the probe `{}`", test.test.name);
            problems.push(Problem::new(&file, message).help(in_words(values)));
        }
    }
    let not_run = outcome.tests.iter().find_map(|test| match &test.result {
        TestResult::NotRun(reason) => Some(reason),
        _ => None,
    });
    if let (Some(reason), None) = (not_run, outcome.diagnostics.first()) {
        let message = format!("it is to pass, but no probe was sent: {reason}");
        let problem = Problem::new(&file, message);
        problems.push(match outcome.printed.trim() {
            "" => problem,
            printed => problem.help(format!("it printed: {printed}")),
        });
    }
}

/// Returns what holds where `nginx` lacks a module, of `without`, which is by modules' names.
fn lacked<'a>(without: &'a BTreeMap<String, String>, nginx: &Nginx) -> Option<&'a String> {
    let lacks = |name: &str| Module::named(name).is_some_and(|module| !nginx.has(module));
    let mut without = without.iter();
    without.find_map(|(name, instead)| lacks(name).then_some(instead))
}

fn starter(task: &GatewayTask, outcome: &Outcome, nginx: &Nginx, problems: &mut Vec<Problem>) {
    let file = format!("{}starter/{FILE}", task.folder);
    if outcome.verdict() == Verdict::Passed {
        let help = "break it in the one way that the lesson teaches";
        problems.push(Problem::new(file, "the starter passes").help(help));
        return;
    }
    let Some(symptom) = &task.symptom else {
        return;
    };
    let refused = lacked(&symptom.without, nginx).map(|says| Symptom {
        status: None,
        log: Some(says.clone()),
        ..symptom.clone()
    });
    let symptom = refused.as_ref().unwrap_or(symptom);
    let named = symptom.probe.as_ref();
    let shown = match named {
        Some(name) => outcome.tests.iter().find(|test| test.test.name == *name),
        None => outcome.tests.first(),
    };
    if !shows(symptom, shown, outcome) {
        let Symptom { status, log, .. } = symptom;
        let status = status.map_or("nginx does not start".to_owned(), |status| {
            format!("status {status}")
        });
        let log = log
            .as_ref()
            .map_or(String::new(), |log| format!(", and `{log}` in the log"));
        let message = format!("the starter does not show the symptom: {status}{log}");
        let values = shown.and_then(|shown| shown.result.values());
        let help = values.map_or_else(|| instead(outcome), in_words);
        problems.push(Problem::new(file, message).help(help));
    }
}

fn shows(symptom: &Symptom, test: Option<&TestOutcome>, outcome: &Outcome) -> bool {
    let Symptom { status, log, .. } = symptom;
    let says = |text: &str| log.as_ref().is_none_or(|log| text.contains(log));
    let Some(status) = status else {
        let mut said = outcome.diagnostics.iter();
        return said.any(|said| said.error && says(&said.message));
    };
    let Some(Values { got, note, .. }) = test.and_then(|test| test.result.values()) else {
        return false;
    };
    let got = got.as_deref().unwrap_or_default();
    got.contains(&status.to_string()) && says(note.as_deref().unwrap_or_default())
}

fn is_caught(task: &GatewayTask, by: &str, files: &Files, outcome: &Outcome) -> bool {
    let says = |file: fn(&str) -> bool| {
        let mut said = outcome.diagnostics.iter();
        outcome.forbidden.is_empty()
            && said.any(|said| said.error && said.file.as_deref().is_some_and(file))
    };
    match by {
        REFUSAL => !outcome.forbidden.is_empty(),
        CONFIG_TEST => says(|file| file == FILE),
        SERVICES => says(|file| file == services::FILE),
        RULES => says(|file| file == classify::FILE),
        RUNBOOK => {
            let stopped = |test: &TestOutcome| matches!(test.result, TestResult::NotRun(_));
            outcome.verdict() == Verdict::Failed && outcome.tests.iter().all(stopped)
        }
        UNTOUCHABLE => !files::touched(task, files).is_empty(),
        _ => outcome
            .tests
            .iter()
            .any(|test| test.test.name == by && test.result.values().is_some()),
    }
}

fn escaped(
    task: &GatewayTask,
    wrong: &WrongSolution,
    caught_by: &str,
    outcome: &Outcome,
) -> Problem {
    let path = &wrong.path;
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
