//! The supervisor: a Gradus process that stands between Gradus and a server with processes of its
//! own, and ends them all when Gradus is gone, however it went.
//!
//! Linux can kill a child together with its parent, but not a grandchild such as an nginx worker.
//! So the supervisor leads the server's process group and holds the reading end of a pipe: when the
//! other end closes, the owner has let go or has died. A byte on the pipe asks it to send the server a
//! signal, such as the one on which nginx reads its configuration again.

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
use super::group::wait_without_reaping;
use super::job::{Input, Job, Stage};
use super::policy::Policy;
use super::process::{self, Process};
use super::seclusion::Seclusion;
use super::{Sandbox, SandboxError, launcher};

/// The first argument that makes Gradus a supervisor.
pub(crate) const ENTRY: &str = "__supervise";

/// How long a server may take to end in order before it is killed.
const GRACE: Duration = Duration::from_millis(400);

/// What can be asked of a server through its supervisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// SIGHUP: to read its configuration again.
    HangUp,
    /// SIGTERM: to end at once.
    Terminate,
    /// SIGQUIT: to end when it has done what it has begun.
    Quit,
    /// SIGUSR1: to open its logs again.
    Reopen,
}

impl Wish {
    const ALL: [(Self, u8, Signal); 4] = [
        (Self::HangUp, b'h', Signal::HUP),
        (Self::Terminate, b't', Signal::TERM),
        (Self::Quit, b'q', Signal::QUIT),
        (Self::Reopen, b'o', Signal::USR1),
    ];

    fn byte(self) -> u8 {
        let known = Self::ALL.iter().find(|(wish, ..)| *wish == self);
        known.map_or(b'h', |(_, byte, _)| *byte)
    }
}

/// A live server under a supervisor; dropping it ends the server and everything it started.
#[derive(Debug)]
pub(crate) struct Supervised {
    process: Process,
    alive: Option<PipeWriter>,
    token: String,
}

impl Supervised {
    /// Waits at most `patience` for the server to end by itself, and returns whether it did.
    pub(crate) fn ended_within(&mut self, patience: Duration) -> bool {
        self.process.ended_within(patience)
    }

    /// Takes in what a server that has ended wrote last.
    pub(crate) fn hear_out(&mut self) {
        self.process.hear_out();
    }

    /// Tells a server that never ran from one that did.
    ///
    /// # Errors
    /// Fails when the sandbox could not be entered.
    pub(crate) fn entered(&self) -> Result<(), SandboxError> {
        match self.stderr().strip_prefix(self.token.as_bytes()) {
            None => Ok(()),
            Some(words) => Err(SandboxError::Enter {
                words: crate::text::visible(String::from_utf8_lossy(words).trim()),
            }),
        }
    }

    /// Returns what the server wrote to standard error so far, within the limit.
    pub(crate) fn stderr(&self) -> &[u8] {
        self.process.stderr()
    }

    /// Sends the server the signal of `wish`.
    ///
    /// # Errors
    /// Fails when the supervisor is gone.
    pub(crate) fn ask(&mut self, wish: Wish) -> io::Result<()> {
        match &mut self.alive {
            Some(pipe) => pipe.write_all(&[wish.byte()]),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.alive.take());
        self.process.ended_within(2 * GRACE);
    }
}

/// Starts `job` under a supervisor.
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
    // The server is confined, the supervisor, which removes its folder, is not.
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
        alive: Some(writer),
        token,
    })
}

enum News {
    /// The server has ended; the code says how.
    Ended(u8),
    Asked(Signal),
    Abandoned,
}

/// Runs the program named in `arguments` (without Gradus's own name) until it ends or standard
/// input does, and returns the exit code.
///
/// # Errors
/// Fails when the program cannot be started or watched.
pub(crate) fn enter(arguments: &[OsString]) -> io::Result<u8> {
    let [_, scratch, program, rest @ ..] = arguments else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "supervisor: too few arguments",
        ));
    };
    launcher::outlive_parent()?;
    #[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
    let child = Command::new(program)
        .args(rest)
        .stdin(Stdio::null())
        .spawn()?;
    let server = Pid::from_child(&child);
    let news = watch(server)?;
    loop {
        match news.recv() {
            Ok(News::Ended(code)) => return Ok(code),
            Ok(News::Asked(wanted)) => {
                kill_process(server, wanted).ok();
            }
            Ok(News::Abandoned) | Err(_) => break,
        }
    }
    kill_process(server, Signal::TERM).ok();
    news.recv_timeout(GRACE).ok();
    fs::remove_dir_all(scratch).ok();
    kill_current_process_group(Signal::KILL)?;
    Ok(0)
}

/// Watches the owner, and the child `server`, which is never reaped here: as long as signals may be sent
/// to it, its number is its own.
fn watch(server: Pid) -> io::Result<Receiver<News>> {
    let (sender, news) = channel();
    let owner = sender.clone();
    thread::Builder::new().spawn(move || watch_owner(&owner))?;
    thread::Builder::new().spawn(move || watch_server(server, &sender))?;
    Ok(news)
}

fn watch_server(server: Pid, sender: &Sender<News>) {
    if let Ok(status) = wait_without_reaping(server) {
        sender.send(News::Ended(exit_code(&status))).ok();
    }
}

fn watch_owner(sender: &Sender<News>) {
    let mut byte = [0];
    while let Ok(1) = io::stdin().lock().read(&mut byte) {
        let asked = Wish::ALL.iter().find(|(_, known, _)| *known == byte[0]);
        if let Some((.., signal)) = asked {
            sender.send(News::Asked(*signal)).ok();
        }
    }
    sender.send(News::Abandoned).ok();
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
    fn a_server_that_has_ended_keeps_its_number_while_it_may_be_sent_signals() {
        #[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "kill -KILL $$"]);
        let mut child = command.spawn().expect("a shell");
        let server = Pid::from_child(&child);
        let (sender, news) = channel();
        watch_server(server, &sender);
        let Ok(News::Ended(code)) = news.recv() else {
            panic!("its end is news");
        };
        assert_eq!(code, 128 + 9);
        let number = server.as_raw_nonzero().get();
        assert_eq!(processes::state(number), Some('Z'));
        child.wait().expect("it is not reaped");
    }
}
