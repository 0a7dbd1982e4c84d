//! Two programs in one workspace: sessions keep each other out, writers take turns.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

use super::{WorkspaceError, file_error};

/// Keeps other sessions out of a workspace until it is dropped, or until the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

pub(super) fn session(root: &Path) -> Result<Lock, WorkspaceError> {
    let file = open(root, "lock")?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(WorkspaceError::Busy(root.into())),
        Err(TryLockError::Error(source)) => Err(file_error(root, source)),
    }
}

/// Waits for this program's turn to write the progress file.
pub(super) fn turn(root: &Path) -> Result<Lock, WorkspaceError> {
    let file = open(root, "progress.lock")?;
    file.lock().map_err(|source| file_error(root, source))?;
    Ok(Lock { _file: file })
}

fn open(root: &Path, name: &str) -> Result<File, WorkspaceError> {
    let path = root.join(".gradus").join(name);
    let open = || -> io::Result<File> {
        fs::create_dir_all(root.join(".gradus"))?;
        File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
    };
    open().map_err(|source| file_error(&path, source))
}
