//! The supervisor: a process between Gradus and a server, which ends the server and its workers when
//! Gradus ends, even by SIGKILL.
//!
//! PDEATHSIG kills a child together with its parent, but not a grandchild such as an nginx worker. So the
//! supervisor leads the server's process group and reads from a pipe: EOF means that its owner has died. A
//! byte on the pipe says that the owner has dropped its handle, or asks for a signal to the server, such as
//! the SIGHUP that makes nginx reload.

use std::ffi::OsString;
use std::fs;
use std::io::{self, PipeWriter, Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitIdStatus, kill_current_process_group, kill_process};

use super::cancel::Cancel;
use super::job::{Input, Job, Stage};
use super::policy::Policy;
use super::process::{self, Process};
use super::process_group::wait_without_reaping;
use super::seclusion::Seclusion;
use super::{Sandbox, SandboxError, launcher, own_process};

/// The first argument of a supervisor.
pub(crate) const ENTRY: &str = "__supervise";

/// Ends the server like EOF, but the folder stays: its owner is alive and may still need it.
const RELEASE: u8 = b'r';

/// How long a server may take to shut down before it is killed.
const GRACE: Duration = Duration::from_millis(400);

/// A signal that a supervisor can send to its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServerSignal {
    /// SIGHUP: reload the configuration.
    HangUp,
    /// SIGTERM: end at once.
    Terminate,
    /// SIGQUIT: shut down gracefully, after open requests.
    Quit,
    /// SIGUSR1: reopen the log files.
    Reopen,
}

impl ServerSignal {
    const ALL: [(Self, u8, Signal); 4] = [
        (Self::HangUp, b'h', Signal::HUP),
        (Self::Terminate, b't', Signal::TERM),
        (Self::Quit, b'q', Signal::QUIT),
        (Self::Reopen, b'o', Signal::USR1),
    ];

    fn byte(self) -> u8 {
        let known = Self::ALL.iter().find(|(signal, ..)| *signal == self);
        known.map_or(b'h', |(_, byte, _)| *byte)
    }
}

/// A live server under a supervisor; dropping it ends the server and everything it started.
#[derive(Debug)]
pub(crate) struct Supervised {
    process: Process,
    /// Closed to end the server.
    pipe: Option<PipeWriter>,
    token: String,
}

impl Supervised {
    /// Waits at most `timeout` for the end of the server, and returns whether it has ended.
    pub(crate) fn wait_for_end(&mut self, timeout: Duration) -> bool {
        self.process.wait_for_end(timeout)
    }

    /// Reads the remaining output of a server that has ended.
    pub(crate) fn drain_output(&mut self) {
        self.process.drain_output();
    }

    /// Checks that the server was started.
    pub(crate) fn entered(&self) -> Result<(), SandboxError> {
        match self.stderr().strip_prefix(self.token.as_bytes()) {
            None => Ok(()),
            Some(words) => Err(SandboxError::Enter {
                words: crate::text::visible(String::from_utf8_lossy(words).trim()),
            }),
        }
    }

    /// Returns the server's standard error so far, within the limit.
    pub(crate) fn stderr(&self) -> &[u8] {
        self.process.stderr()
    }

    pub(crate) fn send(&mut self, signal: ServerSignal) -> io::Result<()> {
        match &mut self.pipe {
            Some(pipe) => pipe.write_all(&[signal.byte()]),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        if let Some(mut pipe) = self.pipe.take() {
            pipe.write_all(&[RELEASE]).ok();
        }
        self.process.wait_for_end(2 * GRACE);
    }
}

pub(super) fn start(
    sandbox: &Sandbox,
    mut job: Job,
    scratch: &Path,
    cancel: &Cancel,
) -> Result<Supervised, SandboxError> {
    let (reader, writer) = io::pipe().map_err(|source| SandboxError::Pipe {
        program: job.program.clone(),
        source,
    })?;
    let failed = |source| SandboxError::Start {
        program: job.program.clone(),
        source,
    };
    let token = process::token().map_err(failed)?;
    // The policy confines the server. The supervisor, which removes the folder, is trusted.
    let policy = Policy {
        parent: 0,
        ..sandbox.policy(&job, &token).map_err(failed)?
    };
    let mut arguments: Vec<OsString> =
        vec![ENTRY.into(), scratch.into(), sandbox.launcher().into()];
    arguments.append(&mut launcher::arguments(&policy));
    arguments.push(job.program.into());
    arguments.append(&mut job.arguments);
    job.stage = Stage::Trusted;
    job.seclusion = Seclusion::None;
    job.program = sandbox.launcher().into();
    job.arguments = arguments;
    job.input = Input::Descriptor(OwnedFd::from(reader));
    Ok(Supervised {
        process: process::spawn(sandbox, job, cancel)?,
        pipe: Some(writer),
        token,
    })
}

enum SupervisorEvent {
    /// The server has ended; holds its exit code, or 128 and the signal.
    Ended(u8),
    SignalRequested(Signal),
    /// The owner has dropped its handle.
    Released,
    /// The owner has died.
    Abandoned,
}

/// Runs the program named in `arguments` (without Gradus's own name) until it ends or standard
/// input does, and returns the exit code.
pub(crate) fn enter(arguments: &[OsString]) -> io::Result<u8> {
    let [_, scratch, program, rest @ ..] = arguments else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "supervisor: too few arguments",
        ));
    };
    own_process::outlive_parent()?;
    #[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
    let child = Command::new(program)
        .args(rest)
        .stdin(Stdio::null())
        .spawn()?;
    let server = Pid::from_child(&child);
    let events = watch(server)?;
    let is_abandoned = loop {
        match events.recv() {
            Ok(SupervisorEvent::Ended(code)) => return Ok(code),
            Ok(SupervisorEvent::SignalRequested(signal)) => {
                kill_process(server, signal).ok();
            }
            Ok(SupervisorEvent::Released) => break false,
            Ok(SupervisorEvent::Abandoned) | Err(_) => break true,
        }
    };
    kill_process(server, Signal::TERM).ok();
    events.recv_timeout(GRACE).ok();
    if is_abandoned {
        fs::remove_dir_all(scratch).ok();
    }
    kill_current_process_group(Signal::KILL)?;
    Ok(0)
}

/// Watches the owner and the child `server`. The child is not reaped here: while signals may be sent to
/// it, its id must not be reused.
fn watch(server: Pid) -> io::Result<Receiver<SupervisorEvent>> {
    let (sender, events) = channel();
    let owner = sender.clone();
    thread::Builder::new().spawn(move || watch_owner(&owner))?;
    thread::Builder::new().spawn(move || watch_server(server, &sender))?;
    Ok(events)
}

fn watch_server(server: Pid, sender: &Sender<SupervisorEvent>) {
    if let Ok(status) = wait_without_reaping(server) {
        sender.send(SupervisorEvent::Ended(exit_code(&status))).ok();
    }
}

fn watch_owner(sender: &Sender<SupervisorEvent>) {
    let mut byte = [0];
    while let Ok(1) = io::stdin().lock().read(&mut byte) {
        if byte[0] == RELEASE {
            sender.send(SupervisorEvent::Released).ok();
            return;
        }
        let known = ServerSignal::ALL
            .iter()
            .find(|(_, known, _)| *known == byte[0]);
        if let Some((.., signal)) = known {
            sender.send(SupervisorEvent::SignalRequested(*signal)).ok();
        }
    }
    sender.send(SupervisorEvent::Abandoned).ok();
}

fn exit_code(status: &WaitIdStatus) -> u8 {
    let signal = status.terminating_signal().map(|signal| 128 + signal);
    let code = status.exit_status().or(signal);
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(255)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::sys::processes;

    #[test]
    fn a_server_that_has_ended_keeps_its_id_while_it_may_be_sent_signals() {
        #[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "kill -KILL $$"]);
        let mut child = command.spawn().expect("a shell");
        let server = Pid::from_child(&child);
        let (sender, events) = channel();
        watch_server(server, &sender);
        let Ok(SupervisorEvent::Ended(code)) = events.recv() else {
            panic!("its end is an event");
        };
        assert_eq!(code, 128 + 9);
        let number = server.as_raw_nonzero().get();
        assert_eq!(processes::state(number), Some('Z'));
        child.wait().expect("it is not reaped");
    }
}
