//! Watches a folder for changes of its files' contents: a touched file, a build, or an editor's temporary
//! files do not count.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};
use std::{fs, io};

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::sys::files;
use crate::sys::fingerprint::sha256;

/// The debounce time: how long the folder must be quiet before its files are read, since editors save in
/// several steps.
const DEBOUNCE: Duration = Duration::from_millis(60);
/// The polling interval.
const POLL: Duration = Duration::from_millis(400);
/// How often to look whether the folder was replaced by another of the same name, of which no notification
/// comes: a branch was switched, or a folder above it was moved.
const REPLACED: Duration = Duration::from_secs(1);
/// The most files that are watched.
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
    wake: Sender<Wake>,
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
        let watched = Watched::new(folder, mode, wake.clone());
        let seen = contents(folder)?;
        let work = move || watch(watched, &woken, seen, tell);
        let thread = thread::Builder::new().name("watch".into()).spawn(work)?;
        Ok(Self {
            wake,
            thread: Some(thread),
        })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // The thread may have ended.
        self.wake.send(Wake::Stop).ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// What wakes the thread of a watcher.
enum Wake {
    /// The system notified of something in the folder.
    Notified,
    Stop,
}

/// Which folder it is. The number of one that was removed is soon given to another.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    born: Option<SystemTime>,
}

/// The folder, by its name: another may come to its place.
struct Watched {
    folder: PathBuf,
    wake: Sender<Wake>,
    /// What notifies of changes, unless the folder is polled.
    notifier: Option<RecommendedWatcher>,
    mode: WatchMode,
    /// The folder that the notifier watches.
    identity: Option<Identity>,
}

impl Watched {
    fn new(folder: &Path, mode: WatchMode, wake: Sender<Wake>) -> Self {
        let mut watched = Self {
            folder: folder.to_path_buf(),
            wake,
            notifier: None,
            mode,
            identity: None,
        };
        watched.follow();
        watched
    }

    /// Watches the folder that has the name now; returns whether it is another one.
    fn follow(&mut self) -> bool {
        let metadata = fs::metadata(&self.folder).ok();
        let identity = metadata.map(|metadata| Identity {
            device: metadata.dev(),
            inode: metadata.ino(),
            born: metadata.created().ok(),
        });
        if identity == self.identity {
            return false;
        }
        self.identity = identity;
        self.notifier = match self.mode {
            WatchMode::Notified => notifier(&self.folder, self.wake.clone()),
            WatchMode::Polled => None,
        };
        true
    }

    /// Waits until the files should be read; returns false once the watcher is dropped.
    fn wait(&mut self, woken: &Receiver<Wake>) -> bool {
        loop {
            let pace = if self.notifier.is_some() {
                REPLACED
            } else {
                POLL
            };
            match woken.recv_timeout(pace) {
                Ok(Wake::Notified) => return settle(woken),
                Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => {
                    if self.follow() || self.notifier.is_none() {
                        return true;
                    }
                }
            }
        }
    }
}

/// Waits until the folder is quiet; returns false once the watcher is dropped.
fn settle(woken: &Receiver<Wake>) -> bool {
    loop {
        match woken.recv_timeout(DEBOUNCE) {
            Ok(Wake::Notified) => {}
            Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => return true,
        }
    }
}

fn notifier(folder: &Path, wake: Sender<Wake>) -> Option<RecommendedWatcher> {
    let tell = move |event: notify::Result<notify::Event>| {
        let is_read = event.is_ok_and(|event| event.kind.is_access());
        if !is_read {
            wake.send(Wake::Notified).ok();
        }
    };
    let mut notifier = notify::recommended_watcher(tell).ok()?;
    notifier.watch(folder, RecursiveMode::Recursive).ok()?;
    Some(notifier)
}

fn watch(
    mut watched: Watched,
    woken: &Receiver<Wake>,
    mut seen: Contents,
    mut tell: impl FnMut(Changed),
) {
    while watched.wait(woken) {
        watched.follow();
        // A folder that cannot be read is being written, or replaced: there will be another try.
        let Ok(now) = contents(&watched.folder) else {
            watched.identity = None;
            continue;
        };
        let files = difference(&seen, &now);
        seen = now;
        if !files.is_empty() {
            tell(Changed { files });
        }
    }
}

/// The SHA-256 of each file.
pub(crate) type Contents = BTreeMap<String, [u8; 32]>;

/// Returns what the files of `folder` say, without those of a build or an editor.
///
/// # Errors
/// Fails when the folder cannot be read.
pub(crate) fn contents(folder: &Path) -> io::Result<Contents> {
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
    use std::collections::BTreeSet;

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

    /// Replaces the folder above the watched one, as a switch of branches does.
    fn replacement(mode: WatchMode) {
        let home = tempfile::tempdir().expect("a scratch folder");
        let above = home.path().join("exercises");
        let folder = above.join("one");
        fs::create_dir_all(&folder).expect("a folder");
        write_whole(&folder.join("lib.rs"), b"one").expect("a file");
        let (sender, receiver) = channel();
        let tell = move |changed: Changed| sender.send(changed.files).expect("a listener");
        let _watcher = Watcher::start(&folder, mode, tell).expect("a watcher");
        fs::rename(&above, home.path().join("aside")).expect("a move");
        fs::create_dir_all(&folder).expect("a folder");
        write_whole(&folder.join("lib.rs"), b"two").expect("a file");
        assert_eq!(receiver.recv_timeout(DEADLINE), Ok(vec!["lib.rs".into()]));
        fs::remove_dir_all(&folder).expect("a removal");
        fs::create_dir_all(&folder).expect("a folder");
        write_whole(&folder.join("main.rs"), b"three").expect("a file");
        let mut changed = BTreeSet::new();
        while changed.len() < 2 {
            changed.extend(receiver.recv_timeout(DEADLINE).expect("a change"));
        }
        write_whole(&folder.join("main.rs"), b"four").expect("a change");
        assert_eq!(receiver.recv_timeout(DEADLINE), Ok(vec!["main.rs".into()]));
    }

    #[test]
    fn a_folder_that_is_replaced_is_still_watched() {
        replacement(WatchMode::Notified);
        replacement(WatchMode::Polled);
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
