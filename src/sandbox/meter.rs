//! A meter for the memory of all processes of a job: without a cgroup, the kernel limits only each alone.
//!
//! It adds up anonymous, shared and swapped memory from `/proc`. Memory that no process maps, such as a
//! memfd, is invisible there; the seccomp filter of a measured job allows no way to create any.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, Dir, Mode, OFlags, openat};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// The time between two measurements: even a busy process allocates only some MiB in it.
const POLL_INTERVAL: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 20_000_000,
};
/// The fields of `/proc/PID/status` that are added up, in KiB.
const MEMORY_FIELDS: [&str; 3] = ["RssAnon:", "RssShmem:", "VmSwap:"];

/// Measures all processes of this process's PID namespace.
pub(super) struct Meter {
    processes: OwnedFd,
    most: u64,
}

impl Meter {
    /// Returns a meter with a limit of `most` bytes. It keeps the present `/proc` open, whatever is mounted
    /// there later.
    pub(super) fn new(most: u64) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let processes = openat(CWD, "/proc", flags, Mode::empty())?;
        Ok(Self { processes, most })
    }

    /// Waits until the process `job` has ended, at most for [`POLL_INTERVAL`].
    pub(super) fn wait(job: Pid) -> io::Result<()> {
        let job = pidfd_open(job, PidfdFlags::empty())?;
        poll(
            &mut [PollFd::new(&job, PollFlags::IN)],
            Some(&POLL_INTERVAL),
        )?;
        Ok(())
    }

    pub(super) fn is_exceeded(&self) -> io::Result<bool> {
        let processes = numbers(&self.processes)?;
        let sum: u64 = processes.iter().map(|process| self.held_by(process)).sum();
        Ok(sum > self.most)
    }

    /// Returns how many bytes `process` holds; 0 if it has just ended.
    fn held_by(&self, process: &str) -> u64 {
        let own = self.held_by_task(process).unwrap_or_default();
        if own > 0 {
            return own;
        }
        // A process whose main thread has ended shows its memory in the remaining threads only.
        let folder = self.open(&format!("{process}/task"), OFlags::DIRECTORY);
        let tasks = folder.and_then(numbers).unwrap_or_default();
        let held = tasks
            .iter()
            .filter_map(|task| self.held_by_task(&format!("{process}/task/{task}")).ok());
        held.max().unwrap_or_default()
    }

    fn held_by_task(&self, task: &str) -> io::Result<u64> {
        let file = self.open(&format!("{task}/status"), OFlags::empty())?;
        let mut status = String::new();
        File::from(file).read_to_string(&mut status)?;
        Ok(held(&status))
    }

    fn open(&self, path: &str, flags: OFlags) -> io::Result<OwnedFd> {
        let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC;
        Ok(openat(&self.processes, path, flags, Mode::empty())?)
    }
}

/// Returns the numeric names in `folder`: process or thread ids.
fn numbers(folder: impl AsFd) -> io::Result<Vec<String>> {
    let mut numbers = Vec::new();
    for entry in Dir::read_from(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.bytes().all(|byte| byte.is_ascii_digit()) {
            numbers.push(name);
        }
    }
    Ok(numbers)
}

fn held(status: &str) -> u64 {
    let sizes = status.lines().filter_map(|line| {
        let size = MEMORY_FIELDS
            .iter()
            .find_map(|kind| line.strip_prefix(kind))?;
        size.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    });
    sizes.sum::<u64>() * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_counted_that_is_held_by_processes_and_not_by_files() {
        let status = "Name:\tx\nVmRSS:\t 900 kB\nRssAnon:\t 100 kB\nRssFile:\t 700 kB\n\
                      RssShmem:\t  20 kB\nVmSwap:\t 3 kB\n";
        assert_eq!(held(status), 123 * 1024);
        assert_eq!(held("Name:\tRssAnon: 1 kB\n"), 0);
        let meter = Meter::new(0).unwrap();
        let this = std::process::id().to_string();
        assert!(meter.held_by(&this) > 1 << 16);
        assert_eq!(meter.held_by("0"), 0);
        let meter = |most| Meter::new(most).unwrap().is_exceeded().unwrap();
        assert!(meter(1 << 10) && !meter(1 << 50));
    }
}
