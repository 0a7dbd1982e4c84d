//! An open folder, whose files are listed, opened and read relative to its descriptor (`openat`) without
//! following links. So a process that swaps folders or files meanwhile cannot lead outside of it.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, fstat, openat, statat};
use rustix::io::Errno;

/// The flags for a folder on the way to another: search permission is enough, without read permission.
#[cfg(target_os = "linux")]
const STEP: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const STEP: OFlags = OFlags::RDONLY;

/// Why something is not read, worded to follow its name.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Nothing has that name.
    #[error("does not exist")]
    Missing,
    /// It is a link, which could lead to another user's file.
    #[error("is a link; put the file itself there")]
    Link,
    /// It is not a regular file, or not a folder; holds which it should be.
    #[error("is not a regular {0}")]
    Special(&'static str),
    /// It has more than this number of bytes.
    #[error("is larger than {0} bytes")]
    TooLarge(u64),
    /// All files together have more than this number of bytes.
    #[error("has more than {0} bytes in all files")]
    TooMuch(u64),
    /// Its path has too many bytes.
    #[error("has too long a name")]
    TooLong,
    /// It has more than this number of entries.
    #[error("has more than {0} files")]
    TooMany(usize),
    /// Its folders are nested more deeply than this.
    #[error("has folders more than {0} levels deep")]
    TooDeep(usize),
    /// The system reports an error.
    #[error("cannot be read: {0}")]
    Unreadable(#[source] io::Error),
}

/// A path and why it is not read.
pub(crate) type RefusedPath = (String, Refusal);

/// The limits of [`Dir::read_all`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The number of files and folders.
    pub files: usize,
    /// The depth of nested folders.
    pub depth: usize,
    /// The length of a path in bytes.
    pub path: usize,
    /// The size of each file in bytes.
    pub bytes: u64,
    /// The size of all files in bytes.
    pub all: u64,
}

/// A folder may have so many times as many entries as files may be read, because some entries are skipped.
const SKIPPED_FACTOR: usize = 50;

/// An open folder.
#[derive(Debug)]
pub struct Dir(OwnedFd);

impl Dir {
    /// Opens the folder `path`.
    ///
    /// # Errors
    /// Fails when any part of the path is a link, or it is not a folder.
    pub fn open(path: &Path) -> Result<Self, Refusal> {
        let mut parts = path.components().filter_map(|part| match part {
            Component::CurDir | Component::Prefix(_) => None,
            Component::RootDir => Some(OsStr::new("/")),
            Component::ParentDir => Some(OsStr::new("..")),
            Component::Normal(name) => Some(name),
        });
        let Some(mut name) = parts.next() else {
            return open_folder(CWD, OsStr::new("."), OFlags::RDONLY).map(Self);
        };
        let mut at: Option<OwnedFd> = None;
        for next in parts {
            at = Some(match &at {
                None => open_folder(CWD, name, STEP)?,
                Some(at) => open_folder(at, name, STEP)?,
            });
            name = next;
        }
        match at {
            None => open_folder(CWD, name, OFlags::RDONLY),
            Some(at) => open_folder(at, name, OFlags::RDONLY),
        }
        .map(Self)
    }

    /// Opens the folder `name` in it.
    pub(crate) fn folder(&self, name: &OsStr) -> Result<Self, Refusal> {
        open_folder(&self.0, name, OFlags::RDONLY).map(Self)
    }

    /// Reads the file `path`, with `/` between its parts, of at most `limit` bytes.
    ///
    /// # Errors
    /// Fails when it does not exist or is longer, or when a part of the path is a link, or not a folder or
    /// regular file.
    pub fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, Refusal> {
        match path.split_once('/') {
            Some((first, rest)) => self.folder(OsStr::new(first))?.read(rest, limit),
            None => self.read_file(OsStr::new(path), limit),
        }
    }

    /// Reads every regular file in and below it, sorted by relative path. Skips names that start with a dot,
    /// `target`, names that are not UTF-8, and everything but files and folders.
    ///
    /// # Errors
    /// Fails at the first path that cannot be read or exceeds `bounds`; the path of this folder is empty.
    pub(crate) fn read_all(&self, bounds: Bounds) -> Result<Vec<(String, Vec<u8>)>, RefusedPath> {
        let mut walk = Walk {
            bounds,
            found: Vec::new(),
            folders: 0,
            bytes: 0,
        };
        walk.visit(self, "", 0)?;
        walk.found.sort();
        Ok(walk.found)
    }

    fn read_file(&self, name: &OsStr, limit: u64) -> Result<Vec<u8>, Refusal> {
        // O_NONBLOCK: opening a FIFO must not wait for a writer. O_NOCTTY: a terminal must not become ours.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let opened = openat(&self.0, name, OFlags::RDONLY | flags, Mode::empty());
        let file = opened.map_err(|errno| refusal(&self.0, name, errno, "file"))?;
        let found = fstat(&file).map_err(|errno| Refusal::Unreadable(errno.into()))?;
        if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
            return Err(Refusal::Special("file"));
        }
        let mut bytes = Vec::new();
        let read = File::from(file).take(limit + 1).read_to_end(&mut bytes);
        read.map_err(Refusal::Unreadable)?;
        if bytes.len() as u64 > limit {
            return Err(Refusal::TooLarge(limit));
        }
        Ok(bytes)
    }

    /// Lists the names in it, sorted; fails if there are more than `most`.
    fn names(&self, most: usize) -> Result<Vec<OsString>, Refusal> {
        let unreadable = |errno: Errno| Refusal::Unreadable(errno.into());
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.0).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name != "." && name != ".." {
                names.push(name.to_owned());
            }
            if names.len() > most {
                return Err(Refusal::TooMany(most));
            }
        }
        names.sort();
        Ok(names)
    }
}

fn open_folder(
    at: impl std::os::fd::AsFd,
    name: &OsStr,
    flags: OFlags,
) -> Result<OwnedFd, Refusal> {
    let flags = flags | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = openat(&at, name, flags, Mode::empty());
    opened.map_err(|errno| refusal(&at, name, errno, "folder"))
}

/// Returns why `name` in the folder `at` could not be opened as a `what`, a file or a folder.
fn refusal(at: impl std::os::fd::AsFd, name: &OsStr, errno: Errno, what: &'static str) -> Refusal {
    if errno == Errno::NOENT {
        return Refusal::Missing;
    }
    let found = statat(at, name, AtFlags::SYMLINK_NOFOLLOW);
    match found.map(|found| FileType::from_raw_mode(found.st_mode)) {
        Ok(FileType::Symlink) => Refusal::Link,
        Ok(FileType::RegularFile) if what == "file" => Refusal::Unreadable(errno.into()),
        Ok(FileType::Directory) if what == "folder" => Refusal::Unreadable(errno.into()),
        Ok(_) => Refusal::Special(what),
        Err(_) => Refusal::Unreadable(errno.into()),
    }
}

/// The state of [`Dir::read_all`].
struct Walk {
    bounds: Bounds,
    found: Vec<(String, Vec<u8>)>,
    folders: usize,
    bytes: u64,
}

impl Walk {
    fn visit(&mut self, dir: &Dir, path: &str, depth: usize) -> Result<(), RefusedPath> {
        let refuse = |refusal| (path.to_owned(), refusal);
        if depth > self.bounds.depth {
            return Err(refuse(Refusal::TooDeep(self.bounds.depth)));
        }
        let most = self.bounds.files.saturating_mul(SKIPPED_FACTOR);
        for name in dir.names(most).map_err(refuse)? {
            let Some(name) = name.to_str() else { continue };
            if name.starts_with('.') || name == "target" {
                continue;
            }
            let below = match path {
                "" => name.to_owned(),
                path => format!("{path}/{name}"),
            };
            self.visit_entry(dir, name, below, depth)?;
        }
        Ok(())
    }

    /// Reads the entry `name` of `dir`, whose whole path is `path`.
    fn visit_entry(
        &mut self,
        dir: &Dir,
        name: &str,
        path: String,
        depth: usize,
    ) -> Result<(), RefusedPath> {
        let found = match statat(&dir.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => FileType::from_raw_mode(found.st_mode),
            Err(errno) => return Err((path, refusal(&dir.0, OsStr::new(name), errno, "file"))),
        };
        if !matches!(found, FileType::Directory | FileType::RegularFile) {
            return Ok(());
        }
        if self.found.len() + self.folders >= self.bounds.files {
            return Err((String::new(), Refusal::TooMany(self.bounds.files)));
        }
        if path.len() > self.bounds.path {
            return Err((path, Refusal::TooLong));
        }
        if found == FileType::Directory {
            self.folders += 1;
            return match dir.folder(OsStr::new(name)) {
                Ok(folder) => self.visit(&folder, &path, depth + 1),
                Err(refusal) => Err((path, refusal)),
            };
        }
        match dir.read_file(OsStr::new(name), self.bounds.bytes) {
            Ok(bytes) => {
                self.bytes += bytes.len() as u64;
                if self.bytes > self.bounds.all {
                    return Err((String::new(), Refusal::TooMuch(self.bounds.all)));
                }
                self.found.push((path, bytes));
                Ok(())
            }
            Err(refusal) => Err((path, refusal)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use rustix::fs::{RenameFlags, mknodat, renameat_with};

    use super::*;

    const BOUNDS: Bounds = Bounds {
        files: 6,
        depth: 2,
        path: 20,
        bytes: 10,
        all: 30,
    };

    fn tree(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Dir) {
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let dir = open(folder.path()).unwrap();
        (folder, dir)
    }

    fn open(path: &Path) -> Result<Dir, Refusal> {
        let parent = fs::canonicalize(path.parent().unwrap()).unwrap();
        Dir::open(&parent.join(path.file_name().unwrap()))
    }

    fn read(files: &[(&str, &[u8])]) -> Result<Vec<String>, String> {
        let (_folder, dir) = tree(files);
        read_names(&dir)
    }

    fn read_names(dir: &Dir) -> Result<Vec<String>, String> {
        match dir.read_all(BOUNDS) {
            Ok(found) => Ok(found.into_iter().map(|(path, _)| path).collect()),
            Err((path, refusal)) => Err(format!("{path} {refusal}")),
        }
    }

    #[test]
    fn regular_files_are_read_within_bounds() {
        let files: &[(&str, &[u8])] =
            &[("b", b"2"), ("a/c", b"1"), (".x/y", b""), ("target/z", b"")];
        assert_eq!(read(files), Ok(vec!["a/c".to_owned(), "b".to_owned()]));
        let refused = |files: &[(&str, &[u8])], why: &str| {
            assert_eq!(read(files).unwrap_err(), why);
        };
        refused(&[("a", &[0; 11])], "a is larger than 10 bytes");
        let many: Vec<_> = (0..7).map(|number| number.to_string()).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|name| (&**name, &b""[..])).collect();
        refused(&many, " has more than 6 files");
        let large: Vec<(&str, &[u8])> = ["a", "b", "c", "d"].map(|name| (name, &[0; 9][..])).into();
        refused(&large, " has more than 30 bytes in all files");
        refused(
            &[("a/b/c/d", b"")],
            "a/b/c has folders more than 2 levels deep",
        );
        refused(
            &[("123456789012345678901", b"")],
            "123456789012345678901 has too long a name",
        );
    }

    #[test]
    fn links_pipes_and_sockets_are_left_out_and_never_read() {
        let (folder, dir) = tree(&[("file", b"1"), ("there/file", b"2")]);
        let path = |name: &str| folder.path().join(name);
        symlink("file", path("link")).unwrap();
        symlink("there", path("folder")).unwrap();
        mknodat(CWD, path("pipe"), FileType::Fifo, Mode::RUSR, 0).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        assert_eq!(read_names(&dir).unwrap(), ["file", "there/file"]);
        let why = |name: &str| dir.read(name, 10).unwrap_err().to_string();
        for name in ["link", "folder/file"] {
            assert_eq!(why(name), Refusal::Link.to_string());
        }
        for name in ["pipe", "socket", "there"] {
            assert_eq!(why(name), "is not a regular file");
        }
        assert_eq!(why("file/x"), "is not a regular folder");
        assert_eq!(why("none/x"), "does not exist");
        assert_eq!(dir.read("there/file", 10).unwrap(), b"2");
        assert!(matches!(open(&path("folder")), Err(Refusal::Link)));
        let way = fs::canonicalize(folder.path()).unwrap().join("folder/..");
        assert!(matches!(Dir::open(&way), Err(Refusal::Link)));
    }

    /// A process that swaps folders and files during the read cannot lead outside of the folder.
    #[test]
    #[cfg(target_os = "linux")]
    fn what_takes_the_place_of_a_folder_or_file_is_never_followed() {
        let (folder, dir) = tree(&[("mine/src/lib.rs", b"mine"), ("other/src/lib.rs", b"other")]);
        let root = fs::canonicalize(folder.path()).unwrap();
        symlink("other", root.join("swap")).unwrap();
        symlink("../other/src", root.join("mine/swap")).unwrap();
        symlink("../../other/src/lib.rs", root.join("mine/src/swap")).unwrap();
        let over = AtomicBool::new(false);
        let exchange = |here: &str, there: &str| {
            let (here, there) = (root.join(here), root.join(there));
            renameat_with(CWD, here, CWD, there, RenameFlags::EXCHANGE).is_ok()
        };
        let read = || {
            let whole = Dir::open(&root.join("mine")).and_then(|mine| {
                let src = mine.folder(OsStr::new("src"))?;
                src.read_all(BOUNDS).map_err(|(_, refusal)| refusal)
            });
            let direct = dir.read("mine/src/lib.rs", 10);
            let whole = whole.into_iter().flatten().map(|(_, bytes)| bytes);
            whole.chain(direct).collect::<Vec<_>>()
        };
        let mut seen = 0;
        thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    for (here, there) in [
                        ("mine", "swap"),
                        ("mine/src", "mine/swap"),
                        ("mine/src/lib.rs", "mine/src/swap"),
                    ] {
                        assert!(exchange(here, there) && exchange(here, there));
                    }
                }
            });
            for _ in 0..5_000 {
                let found = read();
                seen += found.len();
                if found.iter().any(|bytes| bytes != b"mine") {
                    over.store(true, Ordering::Relaxed);
                    panic!("{found:?}");
                }
            }
            over.store(true, Ordering::Relaxed);
        });
        assert!(seen > 0);
    }
}
