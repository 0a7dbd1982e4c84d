//! Process information from `/proc`: children and CPU usage.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// The unit of CPU times in `/proc/PID/stat` (`USER_HZ` is 100 on every architecture that Rust supports).
const TICK_MILLIS: u64 = 10;

/// The CPU usage of a process so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Usage {
    /// The CPU time of all its threads, ended ones included, in steps of 10 ms.
    pub ran: Duration,
    /// How long its present threads were runnable and had no CPU.
    pub queued: Duration,
    /// Whether a thread is running, runnable, or in uninterruptible sleep.
    pub is_ready: bool,
}

/// Returns the CPU usage of `process`; `None` if there is no such process, or no `/proc`.
pub(crate) fn usage(process: i32) -> Option<Usage> {
    let (_, fields) = stat(format!("/proc/{process}/stat"))?;
    let mut ticks = fields.split_ascii_whitespace().skip(10);
    let mut next = || {
        ticks
            .next()?
            .parse()
            .ok()
            .map(|ticks: u64| ticks * TICK_MILLIS)
    };
    let ran = Duration::from_millis(next()? + next()?);
    let mut usage = Usage {
        ran,
        ..Usage::default()
    };
    for task in fs::read_dir(format!("/proc/{process}/task")).ok()? {
        let task = task.ok()?.path();
        let state = stat(task.join("stat")).map(|(state, _)| state);
        usage.is_ready |= matches!(state, Some('R' | 'D'));
        let times = fs::read_to_string(task.join("schedstat")).unwrap_or_default();
        let queued = times.split_ascii_whitespace().nth(1);
        let nanos = queued.and_then(|nanos| nanos.parse().ok());
        usage.queued += Duration::from_nanos(nanos.unwrap_or(0));
    }
    Some(usage)
}

/// Returns the sorted ids of the running children of `parent`; none if there is no `/proc`.
pub(crate) fn children(parent: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let mut children: Vec<u32> = numbers.filter(|number| is_child(*number, parent)).collect();
    children.sort_unstable();
    children
}

pub(crate) fn is_child(child: u32, parent: u32) -> bool {
    parent_of(child) == Some(parent)
}

fn parent_of(process: u32) -> Option<u32> {
    let (state, rest) = stat(format!("/proc/{process}/stat"))?;
    // A zombie does not run.
    (state != 'Z').then_some(())?;
    rest.split_ascii_whitespace().next()?.parse().ok()
}

/// Returns the state of `process`, as `ps` shows it.
#[cfg(test)]
pub(crate) fn state(process: i32) -> Option<char> {
    stat(format!("/proc/{process}/stat")).map(|(state, _)| state)
}

/// Parses the `stat` file of a process or thread: its state, and the fields after it. The name before them
/// may contain parentheses, so they start after the last one.
fn stat(file: impl AsRef<Path>) -> Option<(char, String)> {
    let stat = fs::read_to_string(file).ok()?;
    let mut rest = stat.rsplit_once(')')?.1.trim_start().chars();
    Some((rest.next()?, rest.as_str().to_owned()))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_runs_is_ready_and_its_threads_count_when_they_are_gone() {
        let own = i32::try_from(std::process::id()).expect("process ids are small");
        let run = move |least: Duration| {
            while usage(own).expect("it is there").ran < least {
                std::hint::black_box((0..100_000_u64).sum::<u64>());
            }
        };
        let before = usage(own).expect("it is there");
        let more = before.ran + Duration::from_millis(50);
        std::thread::spawn(move || run(more))
            .join()
            .expect("it ends");
        let after = usage(own).expect("it is there");
        assert!(after.ran >= more && after.is_ready, "{before:?} {after:?}");
        assert_eq!(usage(i32::MAX), None);
    }
}
