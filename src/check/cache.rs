//! The cache as a whole: what is made once and kept. An entry in use is locked; where all entries
//! together are larger than the bound, those go that were not used for longest.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::sys::clock;
use crate::sys::files;
use crate::sys::scratch::{self, Scratch};

/// The most bytes of all entries together.
pub(crate) const BOUND: u64 = 500_000_000;

/// The file of an entry that those who use it keep locked. It was changed when the entry was used
/// last.
const USED: &str = ".used";
/// How long an entry that nobody can lock, because programs of others work in it, is left alone after
/// its last change.
const GRACE: Duration = Duration::from_hours(24);

/// A part of the cache.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its folder or file in the cache.
    pub name: &'static str,
    /// What an entry is, in the plural.
    pub what: &'static str,
    /// How many folders below its own its entries are.
    depth: usize,
    keeping: Keeping,
}

/// How an entry is kept from being removed while it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeping {
    /// By a [`Hold`].
    Lock,
    /// It is a file that is read at once.
    Nothing,
    /// By having been changed lately.
    Grace,
}

/// Every part.
pub(crate) static PARTS: [Part; 6] = [
    Part::new("kits", "judges of Rust exercises", 1, Keeping::Lock),
    Part::new("runtime", "libraries of judges", 1, Keeping::Lock),
    Part::new("nginx", "programs that labs run", 1, Keeping::Lock),
    Part::new("verdicts", "verdicts of gradings", 2, Keeping::Nothing),
    Part::new("author", "crates of `gradus author`", 1, Keeping::Grace),
    Part::new("toolchain.json", "compilers found", 0, Keeping::Nothing),
];

/// What is in a part of the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Content {
    /// The part.
    pub part: &'static Part,
    /// How many entries it has.
    pub entries: usize,
    /// How many bytes their files have.
    pub bytes: u64,
}

/// Returns what is in each part of the cache in the folder `cache`.
pub(crate) fn contents(cache: &Path) -> Vec<Content> {
    let content = |part: &'static Part| {
        let entries = part.entries(cache);
        Content {
            part,
            entries: entries.len(),
            bytes: entries.iter().map(|entry| entry.bytes).sum(),
        }
    };
    PARTS.iter().map(content).collect()
}

/// Removes what was not used for longest until all entries together have at most `bound` bytes. What
/// is in use stays, and what cannot be removed.
pub(crate) fn trim(cache: &Path, bound: u64) {
    let mut entries: Vec<Entry> = PARTS.iter().flat_map(|part| part.entries(cache)).collect();
    let mut bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
    entries.sort_by_key(|entry| entry.used);
    for entry in &entries {
        if bytes <= bound {
            return;
        }
        if entry.is_free() && entry.remove() {
            bytes -= entry.bytes;
        }
    }
}

/// Removes every entry that is not in use, and what was left half made. Returns how many bytes went
/// and how many entries stay.
pub(crate) fn clear(cache: &Path) -> (u64, usize) {
    let (mut bytes, mut left) = (0, 0);
    for part in &PARTS {
        scratch::sweep(&cache.join(part.name));
        for entry in part.entries(cache) {
            if entry.remove() {
                bytes += entry.bytes;
            } else {
                left += 1;
            }
        }
    }
    (bytes, left)
}

/// An entry that is used by this process: no [`trim`] or [`clear`] takes it away meanwhile.
#[derive(Debug)]
pub struct Hold {
    folder: PathBuf,
    lock: Option<File>,
}

impl Hold {
    /// Takes hold of the entry in `folder`, and notes that it is used; `None` where it is not there, or
    /// about to be removed.
    pub fn take(folder: &Path) -> Option<Self> {
        let path = folder.join(USED);
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        // In a cache that is another user's, what they made can be used all the same.
        let lock = options.open(&path).or_else(|_| File::open(&path)).ok();
        if let Some(lock) = &lock {
            if matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)) {
                return None;
            }
            files::touch(lock);
        }
        let folder = folder.to_owned();
        let hold = Self { folder, lock };
        hold.is_current().then_some(hold)
    }

    /// Returns whether the entry is still in its place. One that was removed by other means, such as
    /// `rm`, is not.
    pub(crate) fn is_current(&self) -> bool {
        let Some(lock) = &self.lock else {
            return self.folder.is_dir();
        };
        let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        let there = fs::symlink_metadata(self.folder.join(USED)).map(identity);
        let held = lock.metadata().map(identity);
        matches!((there, held), (Ok(there), Ok(held)) if there == held)
    }
}

/// Something that was made once.
#[derive(Debug)]
struct Entry {
    path: PathBuf,
    keeping: Keeping,
    bytes: u64,
    used: SystemTime,
}

impl Part {
    const fn new(name: &'static str, what: &'static str, depth: usize, keeping: Keeping) -> Self {
        Self {
            name,
            what,
            depth,
            keeping,
        }
    }

    fn entries(&self, cache: &Path) -> Vec<Entry> {
        let mut paths = vec![cache.join(self.name)];
        for _ in 0..self.depth {
            paths = paths.iter().flat_map(|path| below(path)).collect();
        }
        let entries = paths.into_iter();
        entries
            .filter_map(|path| Entry::read(path, self.keeping))
            .collect()
    }
}

/// Returns what is in a folder, but for what is hidden: it is being made or removed.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let shown = entries.filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
    shown.map(|entry| entry.path()).collect()
}

impl Entry {
    fn read(path: PathBuf, keeping: Keeping) -> Option<Self> {
        let (bytes, changed) = measure(&path)?;
        let noted = fs::symlink_metadata(path.join(USED)).and_then(|it| it.modified());
        Some(Self {
            used: noted.unwrap_or(changed),
            path,
            keeping,
            bytes,
        })
    }

    /// Returns whether it may go before anybody asks for it.
    fn is_free(&self) -> bool {
        self.keeping != Keeping::Grace || clock::age(self.used) >= GRACE
    }

    /// Removes it, unless it is in use; whoever looks sees all of it or nothing.
    fn remove(&self) -> bool {
        let is_folder = fs::symlink_metadata(&self.path).is_ok_and(|it| it.is_dir());
        if !is_folder {
            return fs::remove_file(&self.path).is_ok();
        }
        let lock = File::open(self.path.join(USED));
        if lock.as_ref().is_ok_and(|lock| lock.try_lock().is_err()) {
            return false;
        }
        let aside = || -> io::Result<Scratch> {
            let scratch = Scratch::within(self.path.parent().unwrap_or(Path::new("/")))?;
            fs::rename(&self.path, scratch.path().join("entry"))?;
            Ok(scratch)
        };
        aside().is_ok()
    }
}

/// Returns how many bytes the files at and below `path` have, and when the last of them was changed.
fn measure(path: &Path) -> Option<(u64, SystemTime)> {
    let metadata = fs::symlink_metadata(path).ok()?;
    let mut found = (0, metadata.modified().ok()?);
    if !metadata.is_dir() {
        found.0 = metadata.len();
        return Some(found);
    }
    for entry in fs::read_dir(path).ok()?.flatten() {
        if let Some((bytes, changed)) = measure(&entry.path()) {
            found = (found.0 + bytes, found.1.max(changed));
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes an entry of `bytes` bytes that was used `days` ago.
    fn entry(cache: &Path, path: &str, bytes: u64, days: u32) -> PathBuf {
        let path = cache.join(path);
        fs::create_dir_all(&path).unwrap();
        let ago = clock::now() - Duration::from_hours(24) * days;
        for name in ["judge", USED] {
            let file = File::create(path.join(name)).unwrap();
            file.set_len(if name == USED { 0 } else { bytes }).unwrap();
            file.set_modified(ago).unwrap();
        }
        File::open(&path).unwrap().set_modified(ago).unwrap();
        path
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first_and_no_more_than_must() {
        let cache = tempfile::tempdir().unwrap();
        let old = entry(cache.path(), "kits/old", 40, 3);
        let older = entry(cache.path(), "runtime/older", 40, 4);
        let verdict = cache.path().join("verdicts/ab/c.json");
        files::write_whole(&verdict, &[0; 40]).unwrap();
        trim(cache.path(), 120);
        assert!(old.exists() && older.exists() && verdict.exists());
        trim(cache.path(), 119);
        assert!(old.exists() && !older.exists() && verdict.exists());
        drop(Hold::take(&old).unwrap());
        trim(cache.path(), 40);
        assert!(old.exists() && !verdict.exists());
        assert_eq!(contents(cache.path())[0].bytes, 40);
    }

    #[test]
    fn what_is_in_use_stays_and_what_is_gone_is_known() {
        let cache = tempfile::tempdir().unwrap();
        let kit = entry(cache.path(), "kits/kit", 40, 3);
        let hold = Hold::take(&kit).unwrap();
        let other = Hold::take(&kit).unwrap();
        drop(hold);
        trim(cache.path(), 0);
        assert_eq!(clear(cache.path()), (0, 1));
        assert!(other.is_current());
        fs::rename(&kit, cache.path().join("elsewhere")).unwrap();
        assert!(!other.is_current());
        entry(cache.path(), "kits/kit", 40, 0);
        assert!(!other.is_current());
        assert!(Hold::take(&cache.path().join("kits/none")).is_none());
        assert_eq!(clear(cache.path()), (40, 0));
    }

    #[test]
    fn an_author_at_work_is_left_alone_until_the_cache_is_cleared() {
        let cache = tempfile::tempdir().unwrap();
        let crates = entry(cache.path(), "author/course", 40, 3);
        fs::remove_file(crates.join(USED)).unwrap();
        fs::write(crates.join("judge"), "new").unwrap();
        trim(cache.path(), 0);
        assert!(crates.exists());
        let foreign = cache.path().join("notes.txt");
        fs::write(&foreign, "mine").unwrap();
        clear(cache.path());
        assert!(!crates.exists() && foreign.exists());
    }
}
