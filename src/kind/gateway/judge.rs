//! Judges one configuration: what it may not say, what nginx says, what the probes find.

use std::io::ErrorKind;
use std::path::Path;

use super::{FILE, GatewayTask, title};
use crate::check::{
    CheckError, Context, Diagnostic, Event, Outcome, Phase, TestOutcome, TestResult, Values,
};
use crate::course::Feedback;
use crate::lab::config::{Config, Fault, rules};
use crate::lab::gateway::listening_ports;
use crate::lab::nginx::{INSTALL, Nginx};
use crate::lab::{Lab, Plan};
use crate::sys::clock::Stopwatch;
use crate::sys::files;

/// The most bytes of a configuration.
const MOST: u64 = 64 << 10;

/// Finds the nginx of this machine.
pub(super) fn nginx(context: &Context) -> Result<Nginx, CheckError> {
    let program = Nginx::locate(context).ok_or_else(|| CheckError::Missing {
        what: "there is no nginx on this machine".to_owned(),
        help: INSTALL.to_owned(),
    })?;
    Ok(Nginx::ask(program, context)?)
}

/// Judges the learner's folder.
pub(super) fn submission(
    task: &GatewayTask,
    folder: &Path,
    context: &Context,
) -> Result<Outcome, CheckError> {
    match read(&folder.join(FILE))? {
        Ok(text) => config(task, &text, context),
        Err(message) => {
            let mut outcome = Outcome::default();
            outcome.diagnostics.push(plain(&message));
            Ok(not_started(task, outcome, context))
        }
    }
}

/// Reads the learner's file; what is wrong with it is a message inside.
fn read(path: &Path) -> Result<Result<String, String>, CheckError> {
    let bytes = match files::read_bounded(path, MOST) {
        Ok(bytes) => bytes,
        Err(error) => {
            return match error.kind() {
                ErrorKind::NotFound => Ok(Err(format!("{FILE} is missing"))),
                ErrorKind::InvalidInput | ErrorKind::FileTooLarge => {
                    Ok(Err(format!("{FILE}: {error}")))
                }
                _ => Err(CheckError::File {
                    path: path.to_owned(),
                    source: error,
                }),
            };
        }
    };
    let text = String::from_utf8(bytes);
    Ok(text.map_err(|_| format!("{FILE} is not UTF-8 text")))
}

/// Judges the configuration `text`.
pub(super) fn config(
    task: &GatewayTask,
    text: &str,
    context: &Context,
) -> Result<Outcome, CheckError> {
    let judged = judge(task, text, context);
    // What fails because the check was called off is no fault of anyone.
    if context.cancel.is_cancelled() {
        return Err(CheckError::Cancelled);
    }
    judged
}

fn judge(task: &GatewayTask, text: &str, context: &Context) -> Result<Outcome, CheckError> {
    let plan = task.plan()?;
    context.tell(Event::Step("reading nginx.conf"));
    let mut outcome = Outcome::default();
    let parsed = Config::parse(text);
    let faults = match &parsed {
        Ok(config) => rules::check(config),
        Err(fault) => vec![fault.clone()],
    };
    for fault in &faults {
        let place = if fault.harmful {
            &mut outcome.forbidden
        } else {
            &mut outcome.diagnostics
        };
        place.push(diagnostic(fault));
    }
    let Some(config) = parsed.ok().filter(|_| faults.is_empty()) else {
        return Ok(not_started(task, outcome, context));
    };
    outcome.diagnostics.extend(collision(plan, &config));
    if !outcome.diagnostics.is_empty() {
        return Ok(not_started(task, outcome, context));
    }
    run(task, plan, &config, context)
}

fn run(
    task: &GatewayTask,
    plan: &Plan,
    config: &Config,
    context: &Context,
) -> Result<Outcome, CheckError> {
    context.tell(Event::Step("starting nginx"));
    let watch = Stopwatch::start();
    let started = Lab::start(plan, config, &nginx(context)?, context)?;
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
    for probe in &task.probes {
        let result = lab.run(probe)?;
        if context.cancel.is_cancelled() {
            return Err(CheckError::Cancelled);
        }
        let test = TestOutcome {
            test: title(probe),
            result: within(context.feedback, result),
        };
        context.tell(Event::Test(test.clone()));
        outcome.tests.push(test);
    }
    outcome.phases.push(Phase {
        name: "probe",
        duration: watch.elapsed(),
    });
    Ok(outcome)
}

/// Takes away what this feedback does not tell.
fn within(feedback: Feedback, result: TestResult) -> TestResult {
    match (feedback, result) {
        (Feedback::Title, TestResult::Failed(_)) => TestResult::Failed(Values::default()),
        (Feedback::Title, TestResult::TimeLimit(_)) => TestResult::TimeLimit(Values::default()),
        (Feedback::Full | Feedback::Title, result) => result,
    }
}

/// nginx cannot listen where an upstream does.
fn collision(plan: &Plan, config: &Config) -> Option<Diagnostic> {
    let mut listens = config.listens().into_iter().zip(listening_ports(config));
    listens.find_map(|(word, port)| {
        let upstream = plan.upstreams.iter().find(|found| found.port == port)?;
        let message = format!(
            "bind() to 127.0.0.1:{port} failed (98: Address already in use): {} listens there",
            upstream.name
        );
        Some(Diagnostic {
            error: true,
            text: format!("nginx: [emerg] {message} in {FILE}:{}", word.line),
            message,
            file: Some(FILE.to_owned()),
            line: Some(word.line),
        })
    })
}

fn not_started(task: &GatewayTask, mut outcome: Outcome, context: &Context) -> Outcome {
    let reason = if outcome.forbidden.is_empty() {
        "nginx does not accept the configuration"
    } else {
        "a lab does not run this configuration"
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

fn plain(message: &str) -> Diagnostic {
    Diagnostic {
        error: true,
        message: message.to_owned(),
        file: Some(FILE.to_owned()),
        line: None,
        text: message.to_owned(),
    }
}

fn diagnostic(fault: &Fault) -> Diagnostic {
    let Fault {
        harmful,
        line,
        message,
        help,
    } = fault;
    let message = crate::text::visible(message);
    let mut text = if *harmful {
        format!("{FILE}:{line}: {message}")
    } else {
        format!("nginx: [emerg] {message} in {FILE}:{line}")
    };
    if let Some(help) = help {
        text.extend(["\nhelp: ", help]);
    }
    Diagnostic {
        error: true,
        message,
        file: Some(FILE.to_owned()),
        line: Some(*line),
        text: text.clone(),
    }
}
