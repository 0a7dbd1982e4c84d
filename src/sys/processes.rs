//! Which process was started by which, and what it does with its time, as far as the system tells.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// How long a tick is in which the kernel tells of processor time, on every machine that Rust knows.
const TICK_MILLIS: u64 = 10;

/// What a process has done with its time so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Usage {
    /// How long its threads ran together, those that ended too; in steps of 10 ms.
    pub ran: Duration,
    /// How long its present threads were ready to run and had no processor.
    pub queued: Duration,
    /// Whether a thread runs or is ready to, or waits for a disk.
    pub is_ready: bool,
}

/// Returns what `process` has done with its time; `None` where there is no such process, or no `/proc`.
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

/// Returns the numbers of the processes that the process `parent` has started and that still run,
/// in order; none where there is no `/proc`.
pub(crate) fn children(parent: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let mut children: Vec<u32> = numbers.filter(|number| is_child(*number, parent)).collect();
    children.sort_unstable();
    children
}

/// Returns whether the process `child` was started by the process `parent` and still runs.
pub(crate) fn is_child(child: u32, parent: u32) -> bool {
    parent_of(child) == Some(parent)
}

fn parent_of(process: u32) -> Option<u32> {
    let (state, rest) = stat(format!("/proc/{process}/stat"))?;
    // One that has ended and waits for its parent does not run.
    (state != 'Z').then_some(())?;
    rest.split_ascii_whitespace().next()?.parse().ok()
}

/// Returns the state of `process`, as `ps` shows it; `None` where there is no such process, or no
/// `/proc`.
#[cfg(test)]
pub(crate) fn state(process: i32) -> Option<char> {
    stat(format!("/proc/{process}/stat")).map(|(state, _)| state)
}

/// Returns the state that the file `stat` of a process or thread tells, and the fields after it. The
/// name before them may hold anything, a parenthesis too: what counts comes after the last.
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
