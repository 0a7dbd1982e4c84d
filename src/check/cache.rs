//! The cache folder. An entry in use is locked; when all entries together exceed the size limit, the least
//! recently used are removed.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::sys::clock;
use crate::sys::files;
use crate::sys::scratch::{self, Scratch};

/// The size limit of all entries together, in bytes.
pub(crate) const BOUND: u64 = 500_000_000;

/// The lock file of an entry, which its users hold a shared lock on. Its modification time is when the
/// entry was last used.
const USED: &str = ".used";
/// How long after its last change an entry is kept that cannot be locked, because programs other than
/// Gradus work in it.
const GRACE: Duration = Duration::from_hours(24);

/// A subfolder or file of the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CachePart {
    /// The name of the folder or file.
    pub name: &'static str,
    /// A description of its entries, in the plural.
    pub what: &'static str,
    /// How many levels below the folder its entries are; 0 for a file.
    pub depth: usize,
    /// How its entries are protected.
    pub protection: Protection,
}

/// How an entry is protected from removal while it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// By a [`Hold`].
    Lock,
    /// Not at all: it is a file that is read in one go.
    None,
    /// By a recent change, see [`GRACE`].
    Grace,
}

/// The folder of marks, one for each course folder that was loaded without a problem.
pub(crate) const COURSES: &str = "courses";

/// The parts that belong to no kind of exercise.
pub(crate) const COMMON: [CachePart; 3] = [
    CachePart {
        name: "verdicts",
        what: "verdicts of gradings",
        depth: 2,
        protection: Protection::None,
    },
    CachePart {
        name: "author",
        what: "crates of `gradus author`",
        depth: 1,
        protection: Protection::Grace,
    },
    CachePart {
        name: COURSES,
        what: "courses that had no problem",
        depth: 1,
        protection: Protection::None,
    },
];

/// The size of a part of the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PartUsage {
    pub part: CachePart,
    /// The number of entries.
    pub entries: usize,
    /// The size of all their files.
    pub bytes: u64,
}

/// Measures each of `parts` of the cache in the folder `cache`.
pub(crate) fn contents(cache: &Path, parts: &[CachePart]) -> Vec<PartUsage> {
    let content = |part: &CachePart| {
        let entries = part.entries(cache);
        PartUsage {
            part: *part,
            entries: entries.len(),
            bytes: entries.iter().map(|entry| entry.bytes).sum(),
        }
    };
    parts.iter().map(content).collect()
}

/// Removes the least recently used entries until all together have at most `bound` bytes, except those in
/// use.
pub(crate) fn trim(cache: &Path, parts: &[CachePart], bound: u64) {
    let mut entries: Vec<CacheEntry> = parts.iter().flat_map(|part| part.entries(cache)).collect();
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

/// Removes every entry that is not in use, and abandoned scratch folders. Returns how many bytes were freed
/// and how many entries are left.
pub(crate) fn clear(cache: &Path, parts: &[CachePart]) -> (u64, usize) {
    let (mut bytes, mut left) = (0, 0);
    for part in parts {
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

/// A shared lock on an entry, which protects it from [`trim`] and [`clear`].
#[derive(Debug)]
pub struct Hold {
    folder: PathBuf,
    lock: Option<File>,
}

impl Hold {
    /// Locks the entry in `folder`, and records that it is used; `None` if it does not exist or is being
    /// removed.
    pub fn take(folder: &Path) -> Option<Self> {
        let path = folder.join(USED);
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        // Read-only is enough, as for another user's cache.
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

    /// Returns whether the entry is still in place: something that ignores locks, such as `rm`, may have
    /// removed or replaced it.
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

#[derive(Debug)]
struct CacheEntry {
    path: PathBuf,
    protection: Protection,
    bytes: u64,
    used: SystemTime,
}

impl CachePart {
    fn entries(&self, cache: &Path) -> Vec<CacheEntry> {
        let mut paths = vec![cache.join(self.name)];
        for _ in 0..self.depth {
            paths = paths.iter().flat_map(|path| below(path)).collect();
        }
        let entries = paths.into_iter();
        entries
            .filter_map(|path| CacheEntry::read(path, self.protection))
            .collect()
    }
}

/// Lists a folder, without hidden names: those are scratch folders of entries that are being made or
/// removed.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let shown = entries.filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
    shown.map(|entry| entry.path()).collect()
}

impl CacheEntry {
    fn read(path: PathBuf, protection: Protection) -> Option<Self> {
        let (bytes, changed) = measure(&path)?;
        let noted = fs::symlink_metadata(path.join(USED)).and_then(|it| it.modified());
        Some(Self {
            used: noted.unwrap_or(changed),
            path,
            protection,
            bytes,
        })
    }

    /// Returns whether [`trim`] may remove it.
    fn is_free(&self) -> bool {
        self.protection != Protection::Grace || clock::age(self.used) >= GRACE
    }

    /// Removes it unless it is in use; returns whether it did. A folder is renamed away first, so that others
    /// see all of it or nothing.
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

/// Returns the size of the files at and below `path`, and the latest modification time.
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

    const KITS: CachePart = CachePart {
        name: "kits",
        what: "judges",
        depth: 1,
        protection: Protection::Lock,
    };
    const PARTS: [CachePart; 3] = [KITS, COMMON[0], COMMON[1]];

    /// Creates an entry of `bytes` bytes that was used `days` ago.
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
        let older = entry(cache.path(), "kits/older", 40, 4);
        let verdict = cache.path().join("verdicts/ab/c.json");
        files::write_whole(&verdict, &[0; 40]).unwrap();
        trim(cache.path(), &PARTS, 120);
        assert!(old.exists() && older.exists() && verdict.exists());
        trim(cache.path(), &PARTS, 119);
        assert!(old.exists() && !older.exists() && verdict.exists());
        drop(Hold::take(&old).unwrap());
        trim(cache.path(), &PARTS, 40);
        assert!(old.exists() && !verdict.exists());
        assert_eq!(contents(cache.path(), &PARTS)[0].bytes, 40);
    }

    #[test]
    fn what_is_in_use_stays_and_what_is_gone_is_known() {
        let cache = tempfile::tempdir().unwrap();
        let kit = entry(cache.path(), "kits/kit", 40, 3);
        let hold = Hold::take(&kit).unwrap();
        let other = Hold::take(&kit).unwrap();
        drop(hold);
        trim(cache.path(), &PARTS, 0);
        assert_eq!(clear(cache.path(), &PARTS), (0, 1));
        assert!(other.is_current());
        fs::rename(&kit, cache.path().join("elsewhere")).unwrap();
        assert!(!other.is_current());
        entry(cache.path(), "kits/kit", 40, 0);
        assert!(!other.is_current());
        assert!(Hold::take(&cache.path().join("kits/none")).is_none());
        assert_eq!(clear(cache.path(), &PARTS), (40, 0));
    }

    #[test]
    fn an_author_at_work_is_left_alone_until_the_cache_is_cleared() {
        let cache = tempfile::tempdir().unwrap();
        let crates = entry(cache.path(), "author/course", 40, 3);
        fs::remove_file(crates.join(USED)).unwrap();
        fs::write(crates.join("judge"), "new").unwrap();
        trim(cache.path(), &PARTS, 0);
        assert!(crates.exists());
        let foreign = cache.path().join("notes.txt");
        fs::write(&foreign, "mine").unwrap();
        clear(cache.path(), &PARTS);
        assert!(!crates.exists() && foreign.exists());
    }
}
