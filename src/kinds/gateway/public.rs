//! A check without probes, in a student edition: nginx accepts the configuration, and the lab can
//! be put up.

use std::path::Path;

use super::{GatewayTask, judge};
use crate::check::{
    CheckError, Context, Event, Outcome, Scope, TestOutcome, TestResult, TestTitle,
};

/// Returns what the one thing that is checked is called.
pub(super) fn title() -> TestTitle {
    TestTitle {
        name: "nginx -t".to_owned(),
        title: "nginx accepts the configuration, and the lab starts".to_owned(),
    }
}

/// Checks the learner's folder `submission`.
pub(super) fn check(
    task: &GatewayTask,
    submission: &Path,
    context: &Context,
) -> Result<Outcome, CheckError> {
    let mut outcome = judge::submission(task, submission, context)?;
    let mut said = outcome.forbidden.iter().chain(&outcome.diagnostics);
    let result = match said.find(|said| said.error) {
        None => TestResult::Passed,
        Some(_) => TestResult::NotRun("the lab does not start".to_owned()),
    };
    let test = TestOutcome {
        test: title(),
        result,
    };
    context.tell(Event::Test(test.clone()));
    outcome.tests = vec![test];
    outcome.scope = Scope::Public;
    Ok(outcome)
}
