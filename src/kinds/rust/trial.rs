//! One run of a judge: its tests call, Gradus answers, and libtest's output says how each ended.

mod libtest;
mod line;

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use super::kit::Kit;
use super::learner;
use super::replies::Call;
use crate::check::{CheckError, Context};
use crate::sandbox::{End, Input, Job, Limits, SandboxError, Turn, lowered};
pub(super) use line::read_optional;
pub(crate) use line::{AnswerCall, CallEnd, Known, PanicNote, known};
use line::{JudgeTraffic, serve_judge};

/// Returns the limits of a judge, against mistakes only: where the machine's hard limits are lower, those suffice.
pub(crate) fn limits() -> Limits {
    lowered(LIMITS).0
}

/// A judge is an author's code, and spends its time waiting for replies.
const LIMITS: Limits = Limits {
    cpu: Duration::from_secs(20),
    wall: Duration::from_mins(2),
    idle: None,
    memory: 4 << 30,
    output: 16 << 20,
    file: 0,
};
/// The stack of each test of a judge, in bytes.
const STACK: usize = 512 << 20;

#[derive(Debug, Clone)]
pub(crate) struct Trial {
    /// How the judge process ended.
    pub end: End,
    /// Tests that ended, by name, and whether they passed.
    pub passed: BTreeMap<String, bool>,
    /// Notes of the tests that panicked, by name; one about a lost call takes precedence.
    pub notes: BTreeMap<String, PanicNote>,
    /// The calls not known beforehand, in order, up to a limit.
    pub calls: Vec<Call>,
    /// The indexes in `calls` at which a test begins.
    pub starts: Vec<usize>,
}

/// Runs the judge of `kit`. It gets the replies `known` up front; `answer` is asked for any other.
pub(crate) fn run(
    kit: &Kit,
    known: &Known<'_>,
    answer: &mut AnswerCall<'_>,
    context: &Context,
) -> Result<Trial, CheckError> {
    // The judge deserialises, compares and formats values as deep as the learner's stack allows.
    let job = learner::job(&kit.judge(), limits(), &kit.toolchain, context)?
        .variable("RUST_MIN_STACK", STACK.to_string());
    run_job(job, known, answer, context)
}

/// Like [`run`], for the libtest program that `job` starts.
pub(crate) fn run_job(
    job: Job,
    known: &Known<'_>,
    answer: &mut AnswerCall<'_>,
    context: &Context,
) -> Result<Trial, CheckError> {
    let pipe = |source| {
        CheckError::Sandbox(SandboxError::Pipe {
            program: job.program.clone(),
            source,
        })
    };
    let (ours, theirs) = UnixStream::pair().map_err(pipe)?;
    let turn = Turn::default();
    let connected = job
        .arguments(["--test-threads=1", "--include-ignored", "--color=never"])
        .reading(Input::Descriptor(OwnedFd::from(theirs)))
        .with_turn(turn.clone());
    let process = context.sandbox.spawn(connected, &context.cancel)?;
    let (exit, traffic) = thread::scope(|scope| {
        let server = scope.spawn(|| serve_judge(&ours, known, answer, &turn));
        let exit = process.finish();
        (exit, server.join())
    });
    CheckError::unless_ran(&exit)?;
    let JudgeTraffic {
        calls,
        starts,
        notes,
        ..
    } = traffic.map_err(|_| CheckError::Cancelled)??;
    Ok(Trial {
        end: exit.end,
        passed: libtest::read(&String::from_utf8_lossy(&exit.stdout), exit.end),
        notes,
        calls,
        starts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_judge_may_use_more_than_a_learner() {
        let (judge, learner) = (LIMITS, Limits::learner());
        assert!(judge.memory > learner.memory);
        assert!(judge.output > learner.output);
        assert!(judge.memory > STACK as u64 && STACK > 1 << 20);
    }
}
