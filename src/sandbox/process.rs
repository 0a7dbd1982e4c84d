//! A running job: its output within bounds, its end, and the end of everything it started.

mod watch;

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rustix::process::Signal;

use super::allowance::{Allowance, MOST_EXTENT};
use super::cancel::Cancel;
use super::group::Group;
use super::job::{Input, Job, Limits};
use super::pace::{Pace, TICK};
use super::turn::Turn;
use super::{Sandbox, SandboxError, launcher};
use crate::sys::clock::Stopwatch;
use crate::sys::processes;
pub(crate) use watch::Stream;
use watch::{Event, Watched, start_thread, watch};

/// How long the output of a process that has ended is waited for. Whoever left its group may hold the
/// pipe open; what they write later is nobody's.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It exited with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
    /// It used up its processor or wall time.
    TimeLimit,
    /// It wrote more than it may.
    OutputLimit,
    /// Somebody called it off.
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

/// What a process left behind.
#[derive(Debug, Clone)]
pub struct Exit {
    /// How it ended.
    pub end: End,
    /// What it wrote to standard output, within the limit.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, within the limit.
    pub stderr: Vec<u8>,
    /// How long it ran.
    pub duration: Duration,
}

impl Exit {
    /// Tells a job that never ran from one that did.
    ///
    /// # Errors
    /// Fails when the sandbox could not be entered.
    pub fn entered(&self) -> Result<(), SandboxError> {
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
    events: Receiver<Event>,
    open: usize,
    status: Option<ExitStatus>,
    forced: Option<End>,
    limits: Limits,
    watch: Stopwatch,
    /// How it spends its time, when that was last seen, and whose turn it was.
    pace: Pace,
    seen: Stopwatch,
    seen_turn: Option<u64>,
    turn: Turn,
    allowance: Allowance,
    cancel: Cancel,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

/// Starts `job` through the launcher.
pub(super) fn spawn(sandbox: &Sandbox, job: Job, cancel: &Cancel) -> Result<Process, SandboxError> {
    let program = job.program.clone();
    let limits = job.limits;
    let (turn, allowance) = (job.turn.clone(), job.allowance.clone());
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
        watch: Stopwatch::start(),
        pace: Pace::default(),
        seen: Stopwatch::start(),
        seen_turn: None,
        turn,
        allowance,
        cancel: cancel.clone(),
        stdout: Vec::new(),
        stderr: Vec::new(),
    })
}

/// Returns a word that nobody can guess.
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
    /// Waits for the end, collects the output, and kills what the process left running.
    pub(crate) fn finish(self) -> Exit {
        self.finish_with(|_, _| ())
    }

    /// Does what [`Process::finish`] does, and hands each piece of output to `observe` as it comes.
    pub(crate) fn finish_with(mut self, mut observe: impl FnMut(Stream, &[u8])) -> Exit {
        while !self.is_done() {
            match self.events.recv_timeout(self.patience()) {
                Ok(event) => {
                    if let Event::Output(stream, bytes) = &event {
                        observe(*stream, bytes);
                    }
                    self.note(event);
                }
                Err(RecvTimeoutError::Timeout) if self.status.is_none() => self.look(),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        let end = self.end();
        if end == End::NotEntered {
            self.stderr.drain(..self.token.len());
        }
        Exit {
            end,
            stdout: std::mem::take(&mut self.stdout),
            stderr: std::mem::take(&mut self.stderr),
            duration: self.watch.elapsed(),
        }
    }

    /// Waits at most `patience` for the end, and returns whether it came; output is kept meanwhile.
    pub fn ended_within(&mut self, patience: Duration) -> bool {
        let watch = Stopwatch::start();
        while self.status.is_none() {
            match self.events.recv_timeout(watch.left_of(patience)) {
                Ok(event) => self.note(event),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        self.status.is_some()
    }

    /// Takes in what a process that has ended wrote last: its end may be known before its words are.
    pub fn hear_out(&mut self) {
        while !self.is_done() {
            match self.events.recv_timeout(LAST_WORDS) {
                Ok(event) => self.note(event),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
    }

    /// Returns what came from standard error so far, within the limit.
    pub fn stderr(&self) -> &[u8] {
        &self.stderr
    }

    /// Looks at how it spends its time, and ends it where that is used up.
    fn look(&mut self) {
        if let Some(usage) = processes::usage(self.group.id()) {
            let queued = self.pace.note(self.seen.elapsed(), usage);
            self.allowance.give_back(queued);
        }
        self.seen = Stopwatch::start();
        let turn = self.turn.of_process();
        if turn.is_none() || turn != self.seen_turn {
            self.pace.begin_turn();
        }
        self.seen_turn = turn;
        let idle = self.limits.idle.unwrap_or(Duration::MAX);
        let is_idle = self.pace.idle() >= idle;
        if is_idle || self.left_of_wall().is_zero() || self.allowance.is_over() {
            self.force(End::TimeLimit);
        }
    }

    fn left_of_wall(&self) -> Duration {
        let wall = self.limits.wall;
        let extent = self.pace.queued().min(wall * (MOST_EXTENT - 1));
        self.watch.left_of(wall + extent)
    }

    fn is_done(&self) -> bool {
        self.status.is_some() && (self.open == 0 || self.forced.is_some())
    }

    fn patience(&self) -> Duration {
        if self.status.is_some() || self.forced.is_some() {
            return LAST_WORDS;
        }
        self.seen.left_of(TICK).min(self.left_of_wall())
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Output(stream, bytes) => self.keep(stream, &bytes),
            Event::Closed => self.open -= 1,
            Event::Ended(status) => self.status = Some(status),
        }
    }

    fn keep(&mut self, stream: Stream, bytes: &[u8]) {
        let room = self
            .limits
            .output
            .saturating_sub(self.stdout.len() + self.stderr.len());
        let kept = &bytes[..bytes.len().min(room)];
        match stream {
            Stream::Stdout => self.stdout.extend_from_slice(kept),
            Stream::Stderr => self.stderr.extend_from_slice(kept),
        }
        if kept.len() < bytes.len() {
            self.force(End::OutputLimit);
        }
    }

    fn force(&mut self, end: End) {
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
