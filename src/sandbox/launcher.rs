//! The re-exec: a fresh Gradus process that limits itself and becomes the job's program.
//!
//! It runs before anything else in `main`, in a process with one thread, so nothing here needs the
//! care that code between fork and exec needs.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{Resource, Rlimit, Signal, setrlimit};

use super::job::Limits;

/// The first argument that makes Gradus a launcher.
pub const ENTRY: &str = "__sandbox";

/// Returns the launcher's arguments for a program with these limits.
pub(super) fn arguments(limits: &Limits) -> [String; 5] {
    let parent = rustix::process::getpid().as_raw_nonzero();
    [
        ENTRY.to_owned(),
        limits.cpu.as_secs().max(1).to_string(),
        limits.memory.to_string(),
        limits.file.to_string(),
        parent.to_string(),
    ]
}

/// Limits this process and becomes the program named in `arguments` (without Gradus's own name).
/// Returns only when that fails, with the reason.
pub fn enter(arguments: &[OsString]) -> io::Error {
    let [_, cpu, memory, file, parent, program, rest @ ..] = arguments else {
        return io::Error::new(io::ErrorKind::InvalidInput, "launcher: too few arguments");
    };
    let limited = limit(cpu, memory, file).and_then(|()| die_with(parent));
    if let Err(error) = limited {
        return error;
    }
    #[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
    Command::new(program).args(rest).exec()
}

fn limit(cpu: &OsStr, memory: &OsStr, file: &OsStr) -> io::Result<()> {
    let cpu = number(cpu)?;
    set(Resource::Cpu, cpu, cpu + 1)?;
    let memory = number(memory)?;
    set(Resource::As, memory, memory)?;
    let file = number(file)?;
    set(Resource::Fsize, file, file)?;
    set(Resource::Core, 0, 0)
}

fn set(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    setrlimit(
        resource,
        Rlimit {
            current: Some(soft),
            maximum: Some(hard),
        },
    )
    .map_err(io::Error::from)
}

/// Asks the kernel to kill this process when the thread that started it ends.
#[cfg(target_os = "linux")]
fn die_with(parent: &OsStr) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    let now = rustix::process::getppid().map_or(0, |pid| {
        u64::from(pid.as_raw_nonzero().get().unsigned_abs())
    });
    if now == number(parent)? {
        return Ok(());
    }
    Err(io::Error::other("launcher: Gradus ended first"))
}

#[cfg(not(target_os = "linux"))]
fn die_with(_parent: &OsStr) -> io::Result<()> {
    Ok(())
}

/// Undoes [`die_with`]: a supervisor must live on to end what it watches.
pub(super) fn outlive_parent() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(None)?;
    Ok(())
}

fn number(text: &OsStr) -> io::Result<u64> {
    let number = text.to_str().and_then(|text| text.parse().ok());
    number.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "launcher: not a number"))
}
