//! Judges one submission: the rules of labs, then nginx's own messages, then the probes.

use std::time::Duration;

use super::files::{self, Files};
use super::lab::config::{Config, ConfigError, rules};
use super::lab::nginx::Nginx;
use super::lab::{Lab, Plan, Probe, log, prober, services, system};
use super::{FILE, GatewayTask, Judging, classify, runbook, title};
use crate::check::{
    CheckError, Context, Diagnostic, Event, Feedback, HandIn, Outcome, Phase, TestOutcome,
    TestResult, Values,
};
use crate::kind::Edition;
use crate::sys::clock::Stopwatch;

pub(super) fn hand_in(
    task: &GatewayTask,
    hand_in: &HandIn,
    context: &Context,
) -> Result<Outcome, CheckError> {
    if hand_in.faults.is_empty() {
        return solution(task, &files::of_collected(&hand_in.files), context);
    }
    let outcome = Outcome {
        diagnostics: hand_in.faults.clone(),
        ..Outcome::default()
    };
    Ok(not_started(task, outcome, context))
}

pub(super) fn solution(
    task: &GatewayTask,
    files: &Files,
    context: &Context,
) -> Result<Outcome, CheckError> {
    until(task, files, None, context)
}

/// Judges `files` by the probes up to the one called `last`.
pub(super) fn until(
    task: &GatewayTask,
    files: &Files,
    last: Option<&str>,
    context: &Context,
) -> Result<Outcome, CheckError> {
    let judged = judge(task, files, last, context);
    // Failures after a cancellation mean nothing.
    if context.cancel.is_cancelled() {
        return Err(CheckError::Cancelled);
    }
    judged
}

fn judge(
    task: &GatewayTask,
    files: &Files,
    last: Option<&str>,
    context: &Context,
) -> Result<Outcome, CheckError> {
    let mut plan = task.plan()?.clone();
    context.tell(Event::Step("reading your files"));
    let mut outcome = Outcome {
        diagnostics: files::touched(task, files),
        ..Outcome::default()
    };
    if let Some(text) = files.get(services::FILE)
        && let Err(faults) = services::apply(text, &mut plan.upstreams, plan.listen)
    {
        outcome.diagnostics.extend(faults);
    }
    let text = files.get(FILE).map_or("", String::as_str);
    let (config, faults) = rules::read(text, Nginx::version_for_grading(context)?);
    for fault in &faults {
        // The runbook may fix what nginx rejects, but not what labs refuse to run at all.
        let is_no_repair = task.judging == Judging::Runbook && fault.is_ours();
        let place = if fault.is_harmful() || is_no_repair {
            &mut outcome.forbidden
        } else {
            &mut outcome.diagnostics
        };
        place.push(diagnostic(fault));
    }
    let is_full = task.edition == Edition::Full;
    if task.judging == Judging::Runbook && is_full {
        // Errors that nginx reports in the file are for the runbook to fix.
        let is_other = |said: &Diagnostic| said.file.as_deref() != Some(FILE);
        if outcome.forbidden.is_empty() && !outcome.diagnostics.iter().any(is_other) {
            return runbook::replay(task, files, context);
        }
        return Ok(not_started(task, outcome, context));
    }
    if task.judging == Judging::Rules && is_full && outcome.diagnostics.is_empty() {
        return classify::judge(task, files, context);
    }
    let Some(config) = config.filter(|_| faults.is_empty()) else {
        return Ok(not_started(task, outcome, context));
    };
    outcome
        .diagnostics
        .extend(system::collision(&plan, &config));
    if !outcome.diagnostics.is_empty() {
        return Ok(not_started(task, outcome, context));
    }
    let last = task
        .probes
        .iter()
        .position(|probe| Some(&*probe.name) == last);
    let probes = &task.probes[..last.map_or(task.probes.len(), |last| last + 1)];
    run(task, probes, &plan, &config, context)
}

fn run(
    task: &GatewayTask,
    probes: &[Probe],
    plan: &Plan,
    config: &Config,
    context: &Context,
) -> Result<Outcome, CheckError> {
    context.tell(Event::Step("starting nginx"));
    let watch = Stopwatch::start();
    let started = Lab::start(plan, config, &Nginx::required(context)?, context)?;
    let mut outcome = Outcome::default();
    outcome.phases.push(Phase {
        name: "start",
        duration: watch.elapsed(),
    });
    let mut lab = match started {
        Ok(lab) => lab,
        Err(diagnostics) => {
            outcome.diagnostics = diagnostics;
            return Ok(not_started(task, outcome, context));
        }
    };
    outcome.diagnostics = lab.warnings().to_vec();
    tell_diagnostics(&outcome, context);
    context.tell(Event::Step("probing the gateway"));
    let watch = Stopwatch::start();
    outcome.tests = run_probes(probes, &mut lab, context)?;
    outcome.phases.extend(probing(&lab, watch.elapsed()));
    Ok(outcome)
}

/// The phases of probing for `time`, apart from the waiting that the exercise prescribes.
pub(super) fn probing(lab: &Lab, time: Duration) -> [Phase; 2] {
    let wait = lab.waited().min(time);
    let phase = |name, duration| Phase { name, duration };
    [
        phase("probe", time.saturating_sub(wait)),
        phase("wait", wait),
    ]
}

pub(super) fn run_probes(
    probes: &[Probe],
    lab: &mut Lab,
    context: &Context,
) -> Result<Vec<TestOutcome>, CheckError> {
    let mut tests = Vec::new();
    for probe in probes {
        let result = prober::run(lab, probe, context)?;
        if context.cancel.is_cancelled() {
            return Err(CheckError::Cancelled);
        }
        let test = TestOutcome {
            test: title(probe),
            result: if context.graded {
                without_run(within(context.feedback, result))
            } else {
                within(context.feedback, result)
            },
        };
        context.tell(Event::Test(test.clone()));
        tests.push(test);
    }
    Ok(tests)
}

/// Removes what the feedback level hides.
pub(super) fn within(feedback: Feedback, result: TestResult) -> TestResult {
    match (feedback, result) {
        (Feedback::Title, TestResult::Failed(_)) => TestResult::Failed(Values::default()),
        (Feedback::Title, TestResult::TimeLimit(_)) => TestResult::TimeLimit(Values::default()),
        (Feedback::Full | Feedback::Title, result) => result,
    }
}

/// Strips run-specific parts from the log line in a note, so that a second grading gives the same result.
fn without_run(mut result: TestResult) -> TestResult {
    if let TestResult::Failed(values) | TestResult::TimeLimit(values) = &mut result
        && let Some(note) = &mut values.note
    {
        *note = log::without_run(note);
    }
    result
}

pub(super) fn not_started(task: &GatewayTask, mut outcome: Outcome, context: &Context) -> Outcome {
    let is_conf = |diagnostic: &Diagnostic| diagnostic.file.as_deref() == Some(FILE);
    let is_ours = |said: &Diagnostic| is_conf(said) && said.text.starts_with(FILE);
    let reason = if !outcome.forbidden.is_empty() || outcome.diagnostics.iter().any(is_ours) {
        "a lab does not run this configuration"
    } else if outcome.diagnostics.iter().any(is_conf) {
        "nginx does not accept the configuration"
    } else {
        "the lab does not start"
    };
    let tests = task.probes.iter().map(|probe| TestOutcome {
        test: title(probe),
        result: TestResult::NotRun(reason.to_owned()),
    });
    outcome.tests = tests.collect();
    tell_diagnostics(&outcome, context);
    outcome
}

fn tell_diagnostics(outcome: &Outcome, context: &Context) {
    for diagnostic in outcome.forbidden.iter().chain(&outcome.diagnostics) {
        context.tell(Event::Diagnostic(diagnostic.clone()));
    }
}

fn diagnostic(fault: &ConfigError) -> Diagnostic {
    Diagnostic {
        error: true,
        message: fault.message(),
        file: Some(FILE.to_owned()),
        line: Some(fault.line),
        text: fault.text(),
    }
}
