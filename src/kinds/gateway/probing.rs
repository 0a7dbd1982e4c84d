//! Sends the probes of a task to its lab, or says why none was sent.

use std::time::Duration;

use super::lab::{Lab, Probe, log, prober};
use super::task::{FILE, GatewayTask, title};
use crate::check::{
    CheckError, Context, Diagnostic, Event, Feedback, Outcome, Phase, TestOutcome, TestResult,
};

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
                without_run(hide_values(context.feedback, result))
            } else {
                hide_values(context.feedback, result)
            },
        };
        context.tell(Event::Test(test.clone()));
        tests.push(test);
    }
    Ok(tests)
}

/// Removes what the feedback level hides.
pub(super) fn hide_values(feedback: Feedback, result: TestResult) -> TestResult {
    match feedback {
        Feedback::Full => result,
        Feedback::Title => result.without_values(),
    }
}

/// Strips run-specific parts from the log line in a note, so that a second grading gives the same result.
fn without_run(mut result: TestResult) -> TestResult {
    if let Some(note) = &mut result.values.note {
        *note = log::without_run(note);
    }
    result
}

/// Why no probe was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotStarted {
    /// A rule of labs forbids the configuration.
    ConfigRefused,
    /// nginx rejects the configuration.
    ConfigRejected,
    /// Something else than the configuration.
    Other,
}

impl NotStarted {
    fn reason(self) -> &'static str {
        match self {
            Self::ConfigRefused => "a lab does not run this configuration",
            Self::ConfigRejected => "nginx does not accept the configuration",
            Self::Other => "the lab does not start",
        }
    }

    /// `blame` if one of `diagnostics` is about the configuration.
    pub(super) fn blaming(blame: Self, diagnostics: &[Diagnostic]) -> Self {
        let mut files = diagnostics.iter().map(|said| said.file.as_deref());
        if files.any(|file| file == Some(FILE)) {
            blame
        } else {
            Self::Other
        }
    }
}

/// Completes the `outcome` of a lab that did not start.
pub(super) fn not_started(
    task: &GatewayTask,
    why: NotStarted,
    mut outcome: Outcome,
    context: &Context,
) -> Outcome {
    outcome.tests = not_run(task, why.reason());
    tell_diagnostics(&outcome, context);
    outcome
}

/// The tests of `task`, none of which was run.
pub(super) fn not_run(task: &GatewayTask, reason: &str) -> Vec<TestOutcome> {
    let tests = task.probes.iter().map(|probe| TestOutcome {
        test: title(probe),
        result: TestResult::not_run(reason),
    });
    tests.collect()
}

pub(super) fn tell_diagnostics(outcome: &Outcome, context: &Context) {
    for diagnostic in outcome.forbidden.iter().chain(&outcome.diagnostics) {
        context.tell(Event::Diagnostic(diagnostic.clone()));
    }
}
