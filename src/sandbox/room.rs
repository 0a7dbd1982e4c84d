//! A folder for a secluded job that takes no more than so much, whatever writes to it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// A folder that a secluded job finds empty. It is kept in memory, nobody outside sees what is in it, and
/// it goes with the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// The folder; one that is in another room comes after that.
    pub folder: PathBuf,
    /// How much all of its files may hold together, in bytes.
    pub bytes: u64,
    /// How many files and folders there may be.
    pub files: u64,
}

impl Room {
    /// Returns it as a word: both numbers, then the folder.
    pub(super) fn word(&self) -> OsString {
        let mut word = OsString::from(format!("{},{},", self.bytes, self.files));
        word.push(&self.folder);
        word
    }

    /// Reads a word of [`Room::word`].
    pub(super) fn parse(word: &OsStr) -> Option<Self> {
        let mut parts = word.as_bytes().splitn(3, |byte| *byte == b',');
        let mut number = || str::from_utf8(parts.next()?).ok()?.parse().ok();
        let (bytes, files) = (number()?, number()?);
        let folder = OsStr::from_bytes(parts.next()?).into();
        Some(Self {
            folder,
            bytes,
            files,
        })
    }

    /// Mounts it, in the mounts of this process. Other users can enter it, but not list it.
    #[cfg(target_os = "linux")]
    pub(super) fn mount(&self) -> std::io::Result<()> {
        use rustix::mount::{MountFlags, mount};
        let Self {
            folder,
            bytes,
            files,
        } = self;
        std::fs::create_dir_all(folder)?;
        let bounds = std::ffi::CString::new(format!("mode=711,size={bytes},nr_inodes={files}"))?;
        let safe = MountFlags::NOSUID | MountFlags::NODEV;
        Ok(mount("tmpfs", folder, "tmpfs", safe, Some(&*bounds))?)
    }
}
