//! Judges one submission: the rules of labs, then nginx's own messages, then the probes.

use super::lab::config::{Config, ConfigError, rules};
use super::lab::nginx::Nginx;
use super::lab::{Lab, Plan, Probe, Started, services, system};
use super::probing::{NotStarted, not_started, probing, run_probes, tell_diagnostics};
use super::task::{FILE, Files, GatewayTask, Judging};
use super::{classify, files, runbook};
use crate::check::{CheckError, Context, Diagnostic, Event, HandIn, Outcome, Phase};
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
    let why = NotStarted::blaming(NotStarted::ConfigRefused, &hand_in.faults);
    let outcome = Outcome {
        diagnostics: hand_in.faults.clone(),
        ..Outcome::default()
    };
    Ok(not_started(task, why, outcome, context))
}

pub(super) fn solution(
    task: &GatewayTask,
    files: &Files,
    context: &Context,
) -> Result<Outcome, CheckError> {
    judge_up_to(task, files, None, context)
}

/// Judges `files` by the probes up to the one called `last`.
pub(super) fn judge_up_to(
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
    let mut why = NotStarted::blaming(NotStarted::ConfigRefused, &outcome.diagnostics);
    let text = files.get(FILE).map_or("", String::as_str);
    let (config, faults) = rules::read(text, Nginx::version_for_grading(context)?, &plan.hosts());
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
    if faults.iter().any(ConfigError::is_ours) {
        why = NotStarted::ConfigRefused;
    } else if why == NotStarted::Other && !faults.is_empty() {
        why = NotStarted::ConfigRejected;
    }
    let is_full = task.edition == Edition::Full;
    if task.judging == Judging::Runbook && is_full {
        // Errors that nginx reports in the file are for the runbook to fix.
        let is_other = |said: &Diagnostic| said.file.as_deref() != Some(FILE);
        if outcome.forbidden.is_empty() && !outcome.diagnostics.iter().any(is_other) {
            return runbook::replay(task, files, context);
        }
        return Ok(not_started(task, why, outcome, context));
    }
    if task.judging == Judging::Rules && is_full && outcome.diagnostics.is_empty() {
        return classify::judge(task, files, context);
    }
    let Some(config) = config.filter(|_| faults.is_empty()) else {
        return Ok(not_started(task, why, outcome, context));
    };
    if let Some(collision) = system::collision(&plan, &config) {
        outcome.diagnostics.push(collision);
        if why == NotStarted::Other {
            why = NotStarted::ConfigRejected;
        }
    }
    if !outcome.diagnostics.is_empty() {
        return Ok(not_started(task, why, outcome, context));
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
        Started::Up(lab) => lab,
        Started::Refused(diagnostics) => {
            let why = NotStarted::blaming(NotStarted::ConfigRejected, &diagnostics);
            outcome.diagnostics = diagnostics;
            return Ok(not_started(task, why, outcome, context));
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

fn diagnostic(fault: &ConfigError) -> Diagnostic {
    Diagnostic {
        error: true,
        message: fault.message(),
        file: Some(FILE.to_owned()),
        line: Some(fault.line),
        text: fault.text(),
    }
}
