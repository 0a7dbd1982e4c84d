//! Watches a folder for changes of its files' contents: a touched file, a build, or an editor's temporary
//! files do not count.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fs, io};

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::sys::files;
use crate::sys::fingerprint::sha256;

/// The debounce time: how long the folder must be quiet before its files are read, since editors save in
/// several steps.
const DEBOUNCE: Duration = Duration::from_millis(60);
/// The polling interval.
const POLL: Duration = Duration::from_millis(400);
const MOST_FILES: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WatchMode {
    /// By notifications of the system, such as inotify.
    Notified,
    /// By reading the files every 400 ms: for network folders, and where the system has no notifications.
    Polled,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changed {
    /// Sorted paths, relative to the folder, of files that were written, added or removed.
    pub files: Vec<String>,
}

/// Watches a folder until it is dropped.
#[derive(Debug)]
pub(crate) struct Watcher {
    notifier: Option<RecommendedWatcher>,
    wake: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Watches `folder` and calls `tell`, on the watcher's thread, after each change. Falls back to polling
    /// if notifications cannot be set up.
    pub(crate) fn start(
        folder: &Path,
        mode: WatchMode,
        tell: impl FnMut(Changed) + Send + 'static,
    ) -> io::Result<Self> {
        let (wake, woken) = channel();
        let notifier = match mode {
            WatchMode::Notified => notifier(folder, wake.clone()),
            WatchMode::Polled => None,
        };
        let mode = if notifier.is_some() {
            WatchMode::Notified
        } else {
            WatchMode::Polled
        };
        let folder = folder.to_path_buf();
        let seen = contents(&folder)?;
        let work = move || watch(&folder, mode, &woken, seen, tell);
        let thread = thread::Builder::new().name("watch".into()).spawn(work)?;
        Ok(Self {
            notifier,
            wake: Some(wake),
            thread: Some(thread),
        })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.notifier.take());
        drop(self.wake.take());
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn notifier(folder: &Path, wake: Sender<()>) -> Option<RecommendedWatcher> {
    let tell = move |event: notify::Result<notify::Event>| {
        let is_read = event.is_ok_and(|event| event.kind.is_access());
        if !is_read {
            wake.send(()).ok();
        }
    };
    let mut notifier = notify::recommended_watcher(tell).ok()?;
    notifier.watch(folder, RecursiveMode::Recursive).ok()?;
    Some(notifier)
}

fn watch(
    folder: &Path,
    mode: WatchMode,
    woken: &Receiver<()>,
    mut seen: Contents,
    mut tell: impl FnMut(Changed),
) {
    while wait(mode, woken) {
        // A folder that cannot be read is being written; its next event triggers another try.
        let Ok(now) = contents(folder) else { continue };
        let files = difference(&seen, &now);
        seen = now;
        if !files.is_empty() {
            tell(Changed { files });
        }
    }
}

/// Waits until the files should be read; returns false once the watcher is dropped.
fn wait(mode: WatchMode, woken: &Receiver<()>) -> bool {
    match mode {
        WatchMode::Polled => woken.recv_timeout(POLL) == Err(RecvTimeoutError::Timeout),
        WatchMode::Notified => {
            if woken.recv().is_err() {
                return false;
            }
            loop {
                match woken.recv_timeout(DEBOUNCE) {
                    Ok(()) => {}
                    Err(RecvTimeoutError::Timeout) => return true,
                    Err(RecvTimeoutError::Disconnected) => return false,
                }
            }
        }
    }
}

/// The SHA-256 of each file.
type Contents = BTreeMap<String, [u8; 32]>;

fn contents(folder: &Path) -> io::Result<Contents> {
    let hash = |name: String| {
        let path: PathBuf = folder.join(&name);
        let bytes = fs::read(path).ok()?;
        Some((name, sha256(bytes)))
    };
    let names = files::list_files(folder, MOST_FILES)?;
    Ok(names.into_iter().filter_map(hash).collect())
}

fn difference(before: &Contents, after: &Contents) -> Vec<String> {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let new = after
        .iter()
        .filter(|(name, hash)| before.get(*name) != Some(hash))
        .map(|(name, _)| name);
    let mut names: Vec<String> = gone.chain(new).cloned().collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::files::write_whole;

    const DEADLINE: Duration = Duration::from_secs(20);

    fn changes(mode: WatchMode) {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = folder.path().join("lib.rs");
        write_whole(&file, b"one").expect("a file");
        let (sender, receiver) = channel();
        let tell = move |changed: Changed| sender.send(changed.files).expect("a listener");
        let watcher = Watcher::start(folder.path(), mode, tell).expect("a watcher");
        assert_eq!(watcher.notifier.is_some(), mode == WatchMode::Notified);
        write_whole(&file, b"one").expect("the same again");
        fs::create_dir(folder.path().join("target")).expect("a folder");
        fs::write(folder.path().join("target/built"), "x").expect("a file");
        fs::write(folder.path().join(".lib.rs.swp"), "x").expect("a file");
        write_whole(&file, b"two").expect("a change");
        assert_eq!(receiver.recv_timeout(DEADLINE), Ok(vec!["lib.rs".into()]));
        fs::remove_file(&file).expect("a removal");
        assert_eq!(receiver.recv_timeout(DEADLINE), Ok(vec!["lib.rs".into()]));
        drop(watcher);
        assert!(receiver.recv_timeout(DEADLINE).is_err());
    }

    #[test]
    fn a_notified_change_is_reported_once() {
        changes(WatchMode::Notified);
    }

    #[test]
    fn a_polled_change_is_reported_once() {
        changes(WatchMode::Polled);
    }
}
