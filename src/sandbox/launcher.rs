//! The re-exec: a fresh Gradus process that limits and confines itself and becomes the job's
//! program.
//!
//! It runs before anything else in `main`, in a process with one thread, so nothing here needs the
//! care that code between fork and exec needs.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{Resource, Rlimit, Signal, setrlimit};

use super::job::Stage;
use super::policy::Policy;
use super::seclusion::Seclusion;

/// The first argument that makes Gradus a launcher.
pub(crate) const ENTRY: &str = "__sandbox";
/// The first argument of a launcher in namespaces of its own, where nothing outside is to be left
/// any more.
pub(super) const INSIDE: &str = "__inside";
/// The exit code of a launcher that could not become the program. Only together with the policy's
/// token does it mean that.
pub(super) const FAILED: u8 = 126;

/// Returns the launcher's arguments for `policy`.
pub(super) fn arguments(policy: &Policy) -> Vec<OsString> {
    let mut arguments = vec![ENTRY.into()];
    arguments.append(&mut policy.words());
    arguments
}

/// Limits and confines this process as `arguments` say (without Gradus's own name) and becomes the
/// program that they name; without one it is a rehearsal. Returns only when that is over, with the
/// exit code.
pub(crate) fn enter(arguments: &[OsString]) -> u8 {
    let (policy, job) = match Policy::read(arguments.get(1..).unwrap_or_default()) {
        Ok(read) => read,
        Err(error) => return tell("", &error),
    };
    let inside = arguments.first().is_some_and(|entry| entry == INSIDE);
    if policy.seclusion.has_processes() && !inside {
        return seclude(&policy, arguments).unwrap_or_else(|error| tell(&policy.token, &error));
    }
    let parent = if inside { 0 } else { policy.parent };
    match confine(&policy, parent) {
        Ok(()) => {}
        Err(error) => return tell(&policy.token, &error),
    }
    let [program, arguments @ ..] = job else {
        return 0;
    };
    #[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
    let error = Command::new(program).args(arguments).exec();
    tell(&policy.token, &error)
}

#[cfg(target_os = "linux")]
fn seclude(policy: &Policy, arguments: &[OsString]) -> io::Result<u8> {
    super::namespaces::run(policy, arguments)
}

#[cfg(not(target_os = "linux"))]
fn seclude(_policy: &Policy, _arguments: &[OsString]) -> io::Result<u8> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Is the first process of new namespaces, as `arguments` say (without Gradus's own name), and
/// returns the exit code.
#[cfg(target_os = "linux")]
pub(super) fn be_first(arguments: &[OsString]) -> u8 {
    let read = Policy::read(arguments.get(1..).unwrap_or_default());
    let (policy, _) = match read {
        Ok(read) => read,
        Err(error) => return tell("", &error),
    };
    let ended = super::namespaces::be_first(&policy, arguments);
    ended.unwrap_or_else(|error| tell(&policy.token, &error))
}

/// Tells Gradus, at the other end of standard error, what went wrong.
fn tell(token: &str, error: &io::Error) -> u8 {
    // With nobody there to read it, the exit code is all that can be said.
    writeln!(io::stderr(), "{token}{error}").ok();
    FAILED
}

fn confine(policy: &Policy, parent: u64) -> io::Result<()> {
    limit(policy)?;
    #[cfg(target_os = "linux")]
    if policy.seclusion == Seclusion::View {
        super::namespaces::show_view(policy)?;
    }
    policy.guard.confine(policy)?;
    // Becoming another user undoes it, so it comes after that.
    die_with(parent)?;
    policy.guard.seal(policy)
}

fn limit(policy: &Policy) -> io::Result<()> {
    if policy.stage != Stage::Trusted {
        go_first();
    }
    let cpu = policy.limits.cpu.as_secs();
    set(Resource::Cpu, cpu, cpu + 1)?;
    set(Resource::As, policy.limits.memory, policy.limits.memory)?;
    set(Resource::Fsize, policy.limits.file, policy.limits.file)?;
    set(Resource::Core, 0, 0)
}

/// Has the kernel end this process, and not one who grades, where the machine's memory runs out: many
/// processes within their limits can take more than there is.
#[cfg(target_os = "linux")]
fn go_first() {
    // Where there is no such file, there is nothing to be said to the kernel.
    std::fs::write("/proc/self/oom_score_adj", "1000").ok();
}

#[cfg(not(target_os = "linux"))]
fn go_first() {}

/// Sets one limit of this process.
pub(super) fn set(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
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
pub(super) fn die_with(parent: u64) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    let now = rustix::process::getppid().map_or(0, |pid| {
        u64::from(pid.as_raw_nonzero().get().unsigned_abs())
    });
    if parent == 0 || now == parent {
        return Ok(());
    }
    Err(io::Error::other("launcher: Gradus ended first"))
}

#[cfg(not(target_os = "linux"))]
fn die_with(_parent: u64) -> io::Result<()> {
    Ok(())
}

/// Undoes [`die_with`]: a supervisor must live on to end what it watches.
pub(super) fn outlive_parent() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(None)?;
    Ok(())
}
