//! What has to hold of a gateway exercise beside what holds of every kind: no probe could be left out, nginx
//! warns of nothing in a solution, and the starter shows its symptom.

use std::collections::BTreeMap;

use super::lab::modules::Module;
use super::lab::{Nginx, Probe, services};
use super::task::{
    CONFIG_TEST, FILE, Files, GatewayTask, REFUSAL, RULES, RUNBOOK, SERVICES, Symptom, UNTOUCHABLE,
};
use super::{classify, files, judge};
use crate::check::{CheckError, Context, Outcome, TestOutcome, TestVerdict, Values, Verdict};
use crate::kind::{Catch, Part, WrongSolution, reason};
use crate::source::Problem;

/// A probe that no wrong solution needs could be deleted, and nobody would notice. And a gateway
/// that answers by itself must be found out: by taking the upstream away.
pub(super) fn of_files(task: &GatewayTask) -> Vec<Problem> {
    let mut problems = Vec::new();
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
    problems
}

/// Returns what is wrong with the outcome of `part`.
pub(super) fn of_outcome(
    task: &GatewayTask,
    part: Part<'_>,
    outcome: &Outcome,
    context: &Context,
) -> Result<Vec<Problem>, CheckError> {
    Ok(match part {
        Part::Solution(folder) => unclean(task, folder, outcome),
        Part::Starter => {
            let problem = without_symptom(task, outcome, &Nginx::required(context)?);
            problem.into_iter().collect()
        }
    })
}

/// Finds what nginx warns of in the solution in `folder`.
fn unclean(task: &GatewayTask, folder: &str, outcome: &Outcome) -> Vec<Problem> {
    let own = task.edit.first().map_or(FILE, String::as_str);
    let file = format!("{}{folder}{own}", task.folder);
    let warnings = outcome.diagnostics.iter();
    let problems = warnings.map(|warning| {
        let message = format!("it must pass, but it is not clean: {}", warning.message);
        Problem::new(&file, message).at(warning.line)
    });
    problems.collect()
}

fn without_symptom(task: &GatewayTask, outcome: &Outcome, nginx: &Nginx) -> Option<Problem> {
    let symptom = task.symptom.as_ref()?;
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
    if shows(symptom, shown, outcome) {
        return None;
    }
    let Symptom { status, log, .. } = symptom;
    let status = status.map_or("nginx does not start".to_owned(), |status| {
        format!("status {status}")
    });
    let log = log
        .as_ref()
        .map_or(String::new(), |log| format!(", and `{log}` in the log"));
    let message = format!("the starter does not show the symptom: {status}{log}");
    let file = format!("{}starter/{FILE}", task.folder);
    Some(Problem::new(file, message).help(reason(outcome)))
}

fn shows(symptom: &Symptom, test: Option<&TestOutcome>, outcome: &Outcome) -> bool {
    let Symptom { status, log, .. } = symptom;
    let says = |text: &str| log.as_ref().is_none_or(|log| text.contains(log));
    let Some(status) = status else {
        let mut said = outcome.diagnostics.iter();
        return said.any(|said| said.error && says(&said.message));
    };
    let Some(Values { got, note, .. }) = test.and_then(|test| test.result.failed_values()) else {
        return false;
    };
    let got = got.as_deref().unwrap_or_default();
    got.contains(&status.to_string()) && says(note.as_deref().unwrap_or_default())
}

/// Judges the wrong solution `files` by the probes up to the one that is to catch it.
pub(super) fn catch<'a>(
    task: &GatewayTask,
    wrong: &'a WrongSolution,
    files: &Files,
    context: &Context,
) -> Result<Catch<'a>, CheckError> {
    let instead = lacked(&wrong.caught_without, &Nginx::required(context)?);
    let by = instead.unwrap_or(&wrong.caught_by);
    let outcome = judge::judge_up_to(task, files, Some(by), context)?;
    Ok(if is_caught(task, by, files, &outcome) {
        Catch::Caught
    } else {
        Catch::Missed(by)
    })
}

/// Returns what holds where `nginx` lacks a module, of `without`, which is by modules' names.
fn lacked<'a>(without: &'a BTreeMap<String, String>, nginx: &Nginx) -> Option<&'a String> {
    let lacks = |name: &str| Module::named(name).is_some_and(|module| !nginx.has(module));
    let mut without = without.iter();
    without.find_map(|(name, instead)| lacks(name).then_some(instead))
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
            let stopped = |test: &TestOutcome| test.result.verdict == TestVerdict::NotRun;
            outcome.verdict() == Verdict::Failed && outcome.tests.iter().all(stopped)
        }
        UNTOUCHABLE => !files::touched(task, files).is_empty(),
        _ => outcome
            .tests
            .iter()
            .any(|test| test.test.name == by && test.result.failed_values().is_some()),
    }
}
