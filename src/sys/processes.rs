//! Which process was started by which, as far as the system tells.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// Returns how long the threads of `process` together have run, or waited for a processor while they
/// could have run; `None` where the system does not tell. One that sleeps does neither.
pub fn runnable(process: i32) -> Option<Duration> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let times = tasks.filter_map(|task| {
        let text = fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        let mut numbers = text.split_ascii_whitespace();
        let mut next = || numbers.next()?.parse().ok().map(Duration::from_nanos);
        Some(next()? + next()?)
    });
    Some(times.sum())
}

/// Returns the numbers of the processes that the process `parent` has started and that still run,
/// in order; none where there is no `/proc`.
pub fn children(parent: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let mut children: Vec<u32> = numbers.filter(|number| is_child(*number, parent)).collect();
    children.sort_unstable();
    children
}

/// Returns whether the process `child` was started by the process `parent` and still runs.
pub fn is_child(child: u32, parent: u32) -> bool {
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
pub fn state(process: i32) -> Option<char> {
    stat(format!("/proc/{process}/stat")).map(|(state, _)| state)
}

/// Returns the state that the file `stat` of a process or thread tells, and the fields after it. The
/// name before them may hold anything, a parenthesis too: what counts comes after the last.
fn stat(file: impl AsRef<Path>) -> Option<(char, String)> {
    let stat = fs::read_to_string(file).ok()?;
    let mut rest = stat.rsplit_once(')')?.1.trim_start().chars();
    Some((rest.next()?, rest.as_str().to_owned()))
}
