//! The public check of a student edition, without probes: nginx accepts the configuration, and the lab
//! starts.

use super::judge;
use super::task::GatewayTask;
use crate::check::{
    CheckError, Context, Event, HandIn, Outcome, Scope, TestOutcome, TestResult, TestTitle,
};

pub(super) fn title() -> TestTitle {
    TestTitle {
        name: "nginx -t".to_owned(),
        title: "nginx accepts the configuration, and the lab starts".to_owned(),
    }
}

pub(super) fn check(
    task: &GatewayTask,
    hand_in: &HandIn,
    context: &Context,
) -> Result<Outcome, CheckError> {
    let mut outcome = judge::hand_in(task, hand_in, context)?;
    let mut said = outcome.forbidden.iter().chain(&outcome.diagnostics);
    let result = match said.find(|said| said.error) {
        None => TestResult::passed(),
        Some(_) => TestResult::not_run("the lab does not start"),
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
