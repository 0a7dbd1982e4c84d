//! Temporary folders that a later Gradus removes if their owner was killed.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use super::files;

/// The start of the names of scratch folders.
const PREFIX: &str = ".gradus-scratch-";
/// The file in each that its owner keeps locked.
const LOCK: &str = ".lock";

/// Where temporary folders go where programs cannot be run from the machine's own.
static INSTEAD: OnceLock<PathBuf> = OnceLock::new();

/// Sets the folder that [`temp_dir`] returns where programs cannot be run from the machine's own.
pub(crate) fn fall_back_to(folder: PathBuf) {
    INSTEAD.get_or_init(|| folder);
}

/// Returns the folder for temporary files, from which programs can be run.
pub(crate) fn temp_dir() -> PathBuf {
    let usual = std::env::temp_dir();
    let instead = INSTEAD.get().filter(|_| !runs_programs(&usual));
    let instead = instead.filter(|folder| fs::create_dir_all(folder).is_ok());
    instead.cloned().unwrap_or(usual)
}

/// Returns whether the file system of `folder` runs programs: it may be mounted `noexec`.
#[cfg(unix)]
pub(crate) fn runs_programs(folder: &Path) -> bool {
    use rustix::fs::{StatVfsMountFlags, statvfs};
    statvfs(folder).map_or(true, |system| {
        !system.f_flag.contains(StatVfsMountFlags::NOEXEC)
    })
}

#[cfg(not(unix))]
pub(crate) fn runs_programs(_folder: &Path) -> bool {
    true
}

/// A temporary folder, removed when it is dropped. Its owner holds a file lock, which ends with the process,
/// so that [`sweep`] can recognise an abandoned folder.
#[derive(Debug)]
pub(crate) struct Scratch {
    folder: TempDir,
    _lock: File,
}

impl Scratch {
    /// Creates one in the folder for temporary files.
    pub(crate) fn new() -> io::Result<Self> {
        Self::within(&temp_dir())
    }

    /// Creates one in the folder for temporary files that other users can enter but not list: nginx's
    /// workers usually run as another user.
    pub(crate) fn searchable() -> io::Result<Self> {
        let parent = std::env::temp_dir();
        sweep(&parent);
        let scratch = Self::within(&parent)?;
        #[cfg(unix)]
        fs::set_permissions(
            scratch.path(),
            std::os::unix::fs::PermissionsExt::from_mode(0o711),
        )?;
        Ok(scratch)
    }

    /// Creates one in the folder `parent`.
    pub(crate) fn within(parent: &Path) -> io::Result<Self> {
        loop {
            let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
            let path = folder.path().join(LOCK);
            let lock = match File::create_new(&path) {
                Ok(lock) => lock,
                // Another process swept it before it had a lock.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            // A file system without locks is fine: there nothing is swept either.
            let is_ours = !matches!(lock.try_lock(), Err(TryLockError::WouldBlock));
            if is_ours && path.exists() {
                return Ok(Self {
                    folder,
                    _lock: lock,
                });
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Renames the folder to `place`, for good. An existing folder there that has the file `proof` is
    /// complete and wins; one without is replaced.
    pub(crate) fn keep_as(self, place: &Path, proof: &str) -> io::Result<()> {
        let moved = fs::rename(self.path(), place).or_else(|error| {
            if place.join(proof).exists() {
                return Ok(());
            }
            match fs::remove_dir_all(place) {
                Err(removal) if removal.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
            fs::rename(self.path(), place)
        });
        if !self.path().exists() {
            // The lock is kept until the folder is in place, where nothing is swept. A lock file that cannot
            // be removed does no harm.
            fs::remove_file(place.join(LOCK)).ok();
            drop(self.folder.keep());
        }
        moved
    }
}

/// Removes the scratch folders in `parent` whose owners have ended, as far as possible.
pub(crate) fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            sweep_one(&entry.path());
        }
    }
}

fn sweep_one(folder: &Path) {
    // `open_regular`, because another user may have put a FIFO there.
    match files::open_regular(&folder.join(LOCK)) {
        Ok(lock) if lock.try_lock().is_ok() => fs::remove_dir_all(folder).ok(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => sweep_unlocked(folder),
        Ok(_) | Err(_) => None,
    };
}

/// Removes a folder without a lock. If it is empty, its owner may be about to create the lock, and retries.
/// The lock is created first, so a folder with files and no lock was being removed by a process that was
/// killed.
fn sweep_unlocked(folder: &Path) -> Option<()> {
    let error = fs::remove_dir(folder).err()?;
    let is_half = error.kind() == io::ErrorKind::DirectoryNotEmpty && !folder.join(LOCK).exists();
    is_half.then(|| fs::remove_dir_all(folder).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_fifo_in_place_of_a_lock_does_not_block() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join(format!("{PREFIX}x"));
        fs::create_dir(&folder).unwrap();
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        let kind = rustix::fs::FileType::Fifo;
        let lock = folder.join(LOCK);
        rustix::fs::mknodat(rustix::fs::CWD, &lock, kind, mode, 0).unwrap();
        sweep(parent.path());
        assert!(lock.exists());
    }

    #[test]
    fn a_folder_that_was_left_behind_is_swept_and_one_in_use_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let used = Scratch::within(parent.path()).unwrap();
        let left = Scratch::within(parent.path()).unwrap();
        let path = left.path().to_owned();
        fs::write(path.join("file"), "").unwrap();
        // As when the owner is killed: the lock ends, the folder stays.
        let Scratch {
            folder,
            _lock: lock,
        } = left;
        drop((folder.keep(), lock));
        sweep(parent.path());
        assert!(!path.exists());
        assert!(used.path().exists());
    }

    #[test]
    fn a_half_removed_folder_is_swept() {
        let parent = tempfile::tempdir().unwrap();
        let half = parent.path().join(format!("{PREFIX}half"));
        let fresh = parent.path().join(format!("{PREFIX}fresh"));
        fs::create_dir_all(half.join("left")).unwrap();
        fs::create_dir(&fresh).unwrap();
        sweep(parent.path());
        assert!(!half.exists() && !fresh.exists());
    }

    #[test]
    fn a_folder_is_kept_where_none_is_or_an_unfinished_one() {
        let parent = tempfile::tempdir().unwrap();
        let place = parent.path().join("place");
        let make = |text: &str| {
            let scratch = Scratch::within(parent.path()).unwrap();
            fs::write(scratch.path().join("proof"), text).unwrap();
            scratch
        };
        fs::create_dir_all(place.join("unfinished")).unwrap();
        make("first").keep_as(&place, "proof").unwrap();
        make("second").keep_as(&place, "proof").unwrap();
        assert_eq!(fs::read_to_string(place.join("proof")).unwrap(), "first");
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
    }
}
