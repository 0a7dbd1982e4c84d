//! A size-limited folder for a secluded job: a tmpfs.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// A tmpfs that a secluded job finds empty. It is mounted in the job's mount namespace, so it is
/// invisible outside and goes with the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Where it is mounted; a nested one must come after its parent.
    pub folder: PathBuf,
    /// The size of all files together, in bytes.
    pub bytes: u64,
    /// The number of files and folders (inodes).
    pub files: u64,
}

impl Room {
    /// Returns `bytes,files,folder`, for a policy.
    pub(super) fn word(&self) -> OsString {
        let mut word = OsString::from(format!("{},{},", self.bytes, self.files));
        word.push(&self.folder);
        word
    }

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

    /// Mounts it in this process's mount namespace. Other users can enter it, but not list it.
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
