//! The processes of this machine, as far as tests need them.

use std::fs;
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

/// Returns the command lines of the processes that run below `folder` or name it.
pub(crate) fn of_folder(folder: &Path) -> Vec<String> {
    let folder = folder.to_string_lossy();
    let mut found = Vec::new();
    for process in fs::read_dir("/proc").expect("processes").flatten() {
        let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        let place = fs::read_link(process.path().join("cwd")).unwrap_or_default();
        if line.contains(&*folder) || place.to_string_lossy().contains(&*folder) {
            found.push(line);
        }
    }
    found
}

/// Returns whether a process has a thread called `name`.
pub(crate) fn has_thread(name: &str) -> bool {
    let processes = fs::read_dir("/proc").expect("processes").flatten();
    let tasks = processes.filter_map(|process| fs::read_dir(process.path().join("task")).ok());
    tasks.flatten().flatten().any(|task| {
        fs::read_to_string(task.path().join("comm")).is_ok_and(|comm| comm.trim() == name)
    })
}

/// Looks again and again until `holds`; panics with `what` when a minute has gone by.
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let (_open, never) = channel::<()>();
    for _ in 0..6_000 {
        if holds() {
            return;
        }
        never.recv_timeout(Duration::from_millis(10)).ok();
    }
    panic!("waited a minute: {what}");
}
