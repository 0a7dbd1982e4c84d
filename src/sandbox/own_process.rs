//! The limits of this process, and whether it dies with the one that started it.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

pub(super) fn set_limit(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    setrlimit(
        resource,
        Rlimit {
            current: Some(soft),
            maximum: Some(hard),
        },
    )
    .map_err(io::Error::from)
}

/// Asks the kernel to kill this process when the thread that started it ends (PDEATHSIG). A parent that
/// ended before the call sends no signal, so its id is compared afterwards; 0 skips that.
#[cfg(target_os = "linux")]
pub(super) fn die_with_parent(parent: u64) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    let now = rustix::process::getppid().map_or(0, |pid| {
        u64::from(pid.as_raw_nonzero().get().unsigned_abs())
    });
    if parent == 0 || now == parent {
        return Ok(());
    }
    Err(io::Error::other("launcher: Gradus ended first"))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn die_with_parent(_parent: u64) -> io::Result<()> {
    Ok(())
}

/// Undoes [`die_with_parent`]: a supervisor must outlive Gradus to end its server.
pub(super) fn outlive_parent() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(None)?;
    Ok(())
}
