//! Which process was started by which, as far as the system tells.

use std::fs;

/// Returns the numbers of the processes that the process `parent` has started and that still run,
/// in order; none where there is no `/proc`.
pub fn children(parent: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let mut children: Vec<u32> = numbers
        .filter(|number| parent_of(*number) == Some(parent))
        .collect();
    children.sort_unstable();
    children
}

/// The name of a program may hold anything, a parenthesis too: what counts comes after the last.
fn parent_of(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?;
    // One that has ended and waits for its parent does not run.
    (state != "Z").then_some(())?;
    fields.next()?.parse().ok()
}
