//! One run of a judge: its tests call, Gradus answers, libtest's own lines say how each ended.

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
use crate::sandbox::{End, Input, Job, Limits, SandboxError, Turn};
pub(super) use line::maybe;
pub(crate) use line::{Answerer, CallEnd, Known, Note, known};
use line::{Served, serve};

/// What a judge may use: it is an author's code, and only answers hold it up.
pub(crate) const LIMITS: Limits = Limits {
    cpu: Duration::from_secs(20),
    wall: Duration::from_mins(2),
    idle: None,
    memory: 4 << 30,
    output: 16 << 20,
    file: 0,
};
/// The stack of each test of a judge, in bytes.
const STACK: usize = 512 << 20;

/// What a run of a judge found.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    /// How the judge itself ended.
    pub end: End,
    /// Whether each test that ended passed, by name.
    pub passed: BTreeMap<String, bool>,
    /// What the tests that panicked were doing, by name; a lost call is kept before any other.
    pub notes: BTreeMap<String, Note>,
    /// The first calls that were not known beforehand, in order.
    pub calls: Vec<Call>,
    /// Where in `calls` those of each test begin.
    pub starts: Vec<usize>,
}

/// Runs the judge of `kit`, which knows the replies `known` from the start and asks `answer` for any
/// other.
///
/// # Errors
/// Fails when the judge cannot be started, when `answer` fails, or when the check is called off.
pub(crate) fn run(
    kit: &Kit,
    known: &Known<'_>,
    answer: &mut Answerer<'_>,
    context: &Context,
) -> Result<Trial, CheckError> {
    // A value may be as deep as the learner's stack allows, and is read, compared and shown there.
    let job = learner::job(&kit.judge(), LIMITS, &kit.toolchain, context)?
        .variable("RUST_MIN_STACK", STACK.to_string());
    run_job(job, known, answer, context)
}

/// Does what [`run`] does for another program of libtest's, which `job` starts.
///
/// # Errors
/// As for [`run`].
pub(crate) fn run_job(
    job: Job,
    known: &Known<'_>,
    answer: &mut Answerer<'_>,
    context: &Context,
) -> Result<Trial, CheckError> {
    let pipe = |source| {
        CheckError::Sandbox(SandboxError::Pipe {
            program: job.program.clone(),
            source,
        })
    };
    let (ours, theirs) = UnixStream::pair().map_err(pipe)?;
    let job = job
        .arguments(["--test-threads=1", "--include-ignored", "--color=never"])
        .reading(Input::Descriptor(OwnedFd::from(theirs)));
    let turn = Turn::default();
    let job = job.taking(turn.clone());
    let process = context.sandbox.spawn(job, &context.cancel)?;
    let (exit, served) = thread::scope(|scope| {
        let server = scope.spawn(|| serve(&ours, known, answer, &turn));
        let exit = process.finish();
        (exit, server.join())
    });
    CheckError::unless_ran(&exit)?;
    let Served {
        calls,
        starts,
        notes,
        ..
    } = served.map_err(|_| CheckError::Cancelled)??;
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
