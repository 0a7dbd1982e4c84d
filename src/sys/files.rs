//! Files: read within bounds, written whole, copied without following links.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Writes `bytes` to a new file beside `path` and renames it there: a reader, or a crash at any
/// moment, sees the old file or the new one, never a part.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    persist(written_beside(path, bytes)?, path)
}

/// Like [`write_whole`], with execute permission for everybody, whatever the umask.
pub(crate) fn write_program(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = written_beside(path, bytes)?;
    #[cfg(unix)]
    file.as_file()
        .set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    persist(file, path)
}

fn written_beside(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = temp_file_in(folder)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Creates a temporary file in `folder`, to be renamed with [`persist`]. Its mode is what the umask leaves.
pub(crate) fn temp_file_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".gradus-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Renames the complete `file` to `path` in the same folder, as [`write_whole`] does.
pub(crate) fn persist(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// Fails when it does not exist, is a link or a device, or is longer.
pub(crate) fn read_bounded(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = open_regular(path)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("larger than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

/// Opens a regular file for reading.
///
/// # Errors
/// Fails when it does not exist, or is a link, a FIFO or a device.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    let is_regular = |metadata: &fs::Metadata| {
        let other = || io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
        metadata.is_file().then_some(()).ok_or_else(other)
    };
    is_regular(&fs::symlink_metadata(path)?)?;
    let file = open_itself(path)?;
    // It may have been replaced between the two calls.
    is_regular(&file.metadata()?)?;
    Ok(file)
}

/// Opens `path` without following a link or waiting for the writer of a FIFO.
fn open_itself(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(unix)]
    {
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags);
    }
    options.read(true).open(path)
}

/// Sets the modification time of `file` to now, if this user may.
pub(crate) fn touch(file: &File) {
    file.set_modified(super::clock::now()).ok();
}

/// Reads at most `limit` bytes of a file from the byte `offset` on.
pub(crate) fn read_from(path: &Path, offset: u64, limit: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(io::SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Checks that files can be created in `folder`, or in the nearest parent that there is.
pub(crate) fn can_write_to(folder: &Path) -> io::Result<()> {
    let there = folder.ancestors().find(|folder| folder.exists());
    let access = rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
    Ok(rustix::fs::access(there.unwrap_or(folder), access)?)
}

/// Returns the folder of this user in `parent`, which may be open to all: nobody else can write to it.
///
/// # Errors
/// Fails when it cannot be created, or belongs to another user.
pub(crate) fn own_folder(parent: &Path, name: &str) -> io::Result<PathBuf> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    let user = rustix::process::geteuid().as_raw();
    let folder = parent.join(format!("{name}-{user}"));
    match fs::DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let metadata = fs::symlink_metadata(&folder)?;
    if metadata.is_dir() && metadata.uid() == user && metadata.mode() & 0o022 == 0 {
        return Ok(folder);
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        "it belongs to another user",
    ))
}

/// Creates a temporary folder that other users can enter but not list.
pub(crate) fn scratch(prefix: &str) -> io::Result<tempfile::TempDir> {
    scratch_in(&super::scratch::temp_dir(), prefix)
}

/// Like [`scratch`], in the folder `parent`.
pub(crate) fn scratch_in(parent: &Path, prefix: &str) -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o711));
    builder.tempdir_in(parent)
}

/// Lists the regular files below `folder`, as sorted relative paths with `/`. Skips links, names that start
/// with a dot, and `target`.
///
/// # Errors
/// Fails when a folder cannot be read, or when there are more than `most` files.
pub(crate) fn list_files(folder: &Path, most: usize) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_path_buf(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            if name.starts_with('.') || name == "target" {
                continue;
            }
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push((entry.path(), format!("{prefix}{name}/")));
            } else if kind.is_file() {
                found.push(format!("{prefix}{name}"));
            }
            if found.len() + folders.len() > most {
                return Err(io::Error::other(format!("more than {most} files")));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Returns whether `path` is a regular file with an execute bit.
pub fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && has_run_bit(&metadata))
}

/// Returns an unused path in `folder`: `name`, else `name-2`, `name-3`, …
pub(crate) fn free_name(folder: &Path, name: &str) -> PathBuf {
    let numbered = (2..).map(|number| folder.join(format!("{name}-{number}")));
    std::iter::once(folder.join(name))
        .chain(numbered)
        .find(|path| !path.exists())
        .expect("numbers do not end")
}

#[cfg(unix)]
fn has_run_bit(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn has_run_bit(_metadata: &fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/progress.json");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_long_file_and_a_link_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, b"12345").unwrap();
        assert!(read_bounded(&path, 4).is_err());
        assert_eq!(read_bounded(&path, 5).unwrap(), b"12345");
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink(&path, &link).unwrap();
            assert!(read_bounded(&link, 5).is_err());
        }
    }
}
