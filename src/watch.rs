//! Watches a folder and tells when what its files say has changed: a touched file, a build and an
//! editor's temporary files are no change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fs, io};

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::sys::files;
use crate::sys::fingerprint::sha256;

/// How long the folder must be quiet before its files are read: editors write in several steps.
const QUIET: Duration = Duration::from_millis(60);
/// How often the files are read where nobody tells of changes.
const POLL: Duration = Duration::from_millis(400);
/// The most files that are watched.
const MOST_FILES: usize = 10_000;

/// How changes are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// The system tells.
    Notified,
    /// The files are read again and again: for network folders, and where the system cannot tell.
    Polled,
}

/// Files have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changed {
    /// Those that were written, added or removed, relative to the folder, sorted.
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
    /// Watches `folder` and calls `tell`, in a thread of the watcher, after each change. Where the
    /// system cannot tell of changes it polls.
    ///
    /// # Errors
    /// Fails when the folder cannot be read, or no thread can be started.
    pub(crate) fn start(
        folder: &Path,
        pace: Pace,
        tell: impl FnMut(Changed) + Send + 'static,
    ) -> io::Result<Self> {
        let (wake, woken) = channel();
        let notifier = match pace {
            Pace::Notified => notifier(folder, wake.clone()),
            Pace::Polled => None,
        };
        let pace = if notifier.is_some() {
            Pace::Notified
        } else {
            Pace::Polled
        };
        let folder = folder.to_path_buf();
        let seen = contents(&folder)?;
        let work = move || watch(&folder, pace, &woken, seen, tell);
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
    pace: Pace,
    woken: &Receiver<()>,
    mut seen: Contents,
    mut tell: impl FnMut(Changed),
) {
    while wait(pace, woken) {
        // A folder that cannot be read just now is being written; the next event tells.
        let Ok(now) = contents(folder) else { continue };
        let files = difference(&seen, &now);
        seen = now;
        if !files.is_empty() {
            tell(Changed { files });
        }
    }
}

/// Waits until it is worth looking; returns whether anybody is still interested.
fn wait(pace: Pace, woken: &Receiver<()>) -> bool {
    match pace {
        Pace::Polled => woken.recv_timeout(POLL) == Err(RecvTimeoutError::Timeout),
        Pace::Notified => {
            if woken.recv().is_err() {
                return false;
            }
            loop {
                match woken.recv_timeout(QUIET) {
                    Ok(()) => {}
                    Err(RecvTimeoutError::Timeout) => return true,
                    Err(RecvTimeoutError::Disconnected) => return false,
                }
            }
        }
    }
}

/// A hash of each file.
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

    fn changes(pace: Pace) {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = folder.path().join("lib.rs");
        write_whole(&file, b"one").expect("a file");
        let (sender, receiver) = channel();
        let tell = move |changed: Changed| sender.send(changed.files).expect("a listener");
        let watcher = Watcher::start(folder.path(), pace, tell).expect("a watcher");
        assert_eq!(watcher.notifier.is_some(), pace == Pace::Notified);
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
    fn a_notified_change_is_told_once() {
        changes(Pace::Notified);
    }

    #[test]
    fn a_polled_change_is_told_once() {
        changes(Pace::Polled);
    }
}
