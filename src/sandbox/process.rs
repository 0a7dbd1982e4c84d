//! A running job: collects its output, enforces its limits, and kills what it leaves running.

mod watch;

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rustix::process::Signal;

use super::cancel::Cancel;
use super::hard_limit::{self, HardLimit};
use super::job::{Input, Job, Limits, Stage};
use super::process_group::Group;
use super::time_budget::{MAX_STRETCH, TimeBudget};
use super::turn::Turn;
use super::usage::{TICK, UsageTracker};
use super::{Sandbox, SandboxError, launcher};
use crate::sys::clock::Stopwatch;
use crate::sys::processes;
pub(crate) use watch::OutputStream;
use watch::{ChildEvent, Watched, start_thread, watch};

/// How long to wait for the rest of an ended process's output. A descendant that left its process group
/// may hold the pipe open; what it writes later is dropped.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It exited with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
    /// It used up its CPU or wall time.
    TimeLimit,
    /// It wrote more than it may.
    OutputLimit,
    /// It was cancelled.
    Cancelled,
    /// It never ran: the sandbox could not be entered. Standard error says why.
    NotEntered,
}

impl End {
    /// Returns whether it exited with code 0.
    pub fn is_success(self) -> bool {
        self == Self::Code(0)
    }
}

/// The result of a process that has ended.
#[derive(Debug, Clone)]
pub struct Exit {
    /// How it ended.
    pub end: End,
    /// Its standard output, within the limit.
    pub stdout: Vec<u8>,
    /// Its standard error, within the limit.
    pub stderr: Vec<u8>,
    /// How long it ran.
    pub duration: Duration,
    /// The hard limit of this machine that ended it before a limit of its own.
    pub hard_limit: Option<HardLimit>,
}

impl Exit {
    /// Checks that the program was started, and that no limit of the machine ended it.
    ///
    /// # Errors
    /// Fails when the sandbox could not be entered, or a hard limit below the job's own is what ended it.
    pub fn entered(&self) -> Result<(), SandboxError> {
        if let Some(limit) = self.hard_limit {
            return Err(limit.into());
        }
        if self.end != End::NotEntered {
            return Ok(());
        }
        let words = crate::text::visible(String::from_utf8_lossy(&self.stderr).trim());
        Err(SandboxError::Enter { words })
    }
}

/// A live process; dropping it kills it and everything it started.
#[derive(Debug)]
pub struct Process {
    group: Group,
    token: String,
    events: Receiver<ChildEvent>,
    /// How many output streams are still open.
    open: usize,
    status: Option<ExitStatus>,
    /// The limit that it was killed for.
    forced: Option<End>,
    limits: Limits,
    lowered: Vec<HardLimit>,
    watch: Stopwatch,
    usage: UsageTracker,
    /// When the last usage sample was taken, and the request that was open then.
    sampled: Stopwatch,
    sampled_turn: Option<u64>,
    turn: Turn,
    budget: TimeBudget,
    cancel: Cancel,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

/// Starts `job` through the launcher.
pub(super) fn spawn(sandbox: &Sandbox, job: Job, cancel: &Cancel) -> Result<Process, SandboxError> {
    let program = job.program.clone();
    let (limits, lowered) = hard_limit::lowered(job.limits);
    // How a learner's code ends is its verdict, which the machine must not decide.
    let is_strict = job.stage == Stage::Learner || limits.cpu.is_zero();
    if let Some(limit) = lowered.first().filter(|_| is_strict) {
        return Err((*limit).into());
    }
    let (turn, budget) = (job.turn.clone(), job.budget.clone());
    let failed = |source| SandboxError::Start {
        program: program.clone(),
        source,
    };
    let token = token().map_err(failed)?;
    let child = command(sandbox, job, &token)
        .and_then(|mut command| command.spawn())
        .map_err(failed)?;
    let Watched {
        group,
        events,
        streams,
    } = watch(child, start_thread).map_err(failed)?;
    cancel.watch(&group);
    Ok(Process {
        group,
        token,
        events,
        open: streams,
        status: None,
        forced: None,
        limits,
        lowered,
        watch: Stopwatch::start(),
        usage: UsageTracker::default(),
        sampled: Stopwatch::start(),
        sampled_turn: None,
        turn,
        budget,
        cancel: cancel.clone(),
        stdout: Vec::new(),
        stderr: Vec::new(),
    })
}

/// Returns an unguessable token: 128 random bits in hexadecimal.
pub(super) fn token() -> io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}

fn command(sandbox: &Sandbox, job: Job, token: &str) -> io::Result<Command> {
    let policy = sandbox.policy(&job, token)?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that starts processes"
    )]
    let mut command = Command::new(sandbox.launcher());
    command
        .args(launcher::arguments(&policy))
        .args(Some(job.program).filter(|program| !program.as_os_str().is_empty()))
        .args(job.arguments)
        .env_clear()
        .envs(job.environment)
        .current_dir(job.folder)
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    match job.input {
        Input::Null => command.stdin(Stdio::null()),
        Input::Descriptor(descriptor) => command.stdin(descriptor),
    };
    Ok(command)
}

impl Process {
    /// Waits for the end, collects the output, and kills what is left of its process group.
    pub(crate) fn finish(self) -> Exit {
        self.finish_with(|_, _| ())
    }

    /// Like [`Process::finish`], and passes each piece of output to `observe` as it arrives.
    pub(crate) fn finish_with(mut self, mut observe: impl FnMut(OutputStream, &[u8])) -> Exit {
        while !self.is_done() {
            match self.events.recv_timeout(self.next_timeout()) {
                Ok(event) => {
                    if let ChildEvent::Output(stream, bytes) = &event {
                        observe(*stream, bytes);
                    }
                    self.handle(event);
                }
                Err(RecvTimeoutError::Timeout) if self.status.is_none() => self.sample_usage(),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        let end = self.end();
        if end == End::NotEntered {
            self.stderr.drain(..self.token.len());
        }
        let hard_limit = HardLimit::of_end(&self.lowered, end, &self.stderr);
        Exit {
            end,
            stdout: std::mem::take(&mut self.stdout),
            stderr: std::mem::take(&mut self.stderr),
            duration: self.watch.elapsed(),
            hard_limit,
        }
    }

    /// Waits at most `timeout` for the end, and returns whether it has ended; keeps its output meanwhile.
    pub fn wait_for_end(&mut self, timeout: Duration) -> bool {
        let watch = Stopwatch::start();
        while self.status.is_none() {
            match self.events.recv_timeout(watch.remaining(timeout)) {
                Ok(event) => self.handle(event),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        self.status.is_some()
    }

    /// Reads the remaining output of a process that has ended: its end may be noticed first.
    pub fn drain_output(&mut self) {
        while !self.is_done() {
            match self.events.recv_timeout(DRAIN_TIMEOUT) {
                Ok(event) => self.handle(event),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
    }

    /// Returns its standard error so far, within the limit.
    pub fn stderr(&self) -> &[u8] {
        &self.stderr
    }

    /// Samples its CPU usage, and kills it if a time limit is exceeded.
    fn sample_usage(&mut self) {
        if let Some(usage) = processes::usage(self.group.id()) {
            let queued = self.usage.add_sample(self.sampled.elapsed(), usage);
            self.budget.exclude_queued(queued);
        }
        self.sampled = Stopwatch::start();
        let turn = self.turn.of_process();
        if turn.is_none() || turn != self.sampled_turn {
            self.usage.reset_idle();
        }
        self.sampled_turn = turn;
        let idle = self.limits.idle.unwrap_or(Duration::MAX);
        let is_idle = self.usage.idle() >= idle;
        if is_idle || self.wall_time_left().is_zero() || self.budget.is_exhausted() {
            self.kill_for(End::TimeLimit);
        }
    }

    fn wall_time_left(&self) -> Duration {
        let wall = self.limits.wall;
        let queued = self.usage.queued().min(wall * (MAX_STRETCH - 1));
        self.watch.remaining(wall + queued)
    }

    fn is_done(&self) -> bool {
        self.status.is_some() && (self.open == 0 || self.forced.is_some())
    }

    fn next_timeout(&self) -> Duration {
        if self.status.is_some() || self.forced.is_some() {
            return DRAIN_TIMEOUT;
        }
        self.sampled.remaining(TICK).min(self.wall_time_left())
    }

    fn handle(&mut self, event: ChildEvent) {
        match event {
            ChildEvent::Output(stream, bytes) => self.keep_output(stream, &bytes),
            ChildEvent::Closed => self.open -= 1,
            ChildEvent::Ended(status) => self.status = Some(status),
        }
    }

    fn keep_output(&mut self, stream: OutputStream, bytes: &[u8]) {
        let kept_so_far = self.stdout.len() + self.stderr.len();
        let room = self.limits.output.saturating_sub(kept_so_far);
        let kept = &bytes[..bytes.len().min(room)];
        match stream {
            OutputStream::Stdout => self.stdout.extend_from_slice(kept),
            OutputStream::Stderr => self.stderr.extend_from_slice(kept),
        }
        if kept.len() < bytes.len() {
            self.kill_for(End::OutputLimit);
        }
    }

    fn kill_for(&mut self, end: End) {
        self.forced.get_or_insert(end);
        self.group.kill();
    }

    fn end(&self) -> End {
        if self.cancel.is_cancelled() {
            return End::Cancelled;
        }
        if let Some(end) = self.forced {
            return end;
        }
        let Some(status) = self.status else {
            return End::Signal(Signal::KILL.as_raw());
        };
        let failed = Some(i32::from(launcher::FAILED));
        if status.code() == failed && self.stderr.starts_with(self.token.as_bytes()) {
            return End::NotEntered;
        }
        match (status.code(), status.signal()) {
            (Some(code), _) => End::Code(code),
            (None, Some(signal)) if signal == Signal::XCPU.as_raw() => End::TimeLimit,
            (None, Some(signal)) => End::Signal(signal),
            (None, None) => End::Code(-1),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.group.kill();
        self.cancel.forget(&self.group);
    }
}
