//! The files of a course in memory, filled from a folder or from the binary.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use crate::sys::files;
use crate::sys::fingerprint::Fingerprint;

/// The most files a course may have.
const MOST_FILES: usize = 20_000;
/// The most bytes a file of a course may have.
const MOST_BYTES: u64 = 4 << 20;

/// A course that cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The folder holds no `course.toml`.
    #[error("no course.toml in {}", .0.display())]
    NoCourse(PathBuf),
    /// A file or folder could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The text files of a course by their path from its root, with `/` between the parts.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    files: Arc<BTreeMap<Cow<'static, str>, Cow<'static, str>>>,
    folder: Option<PathBuf>,
    /// The fingerprint of the folder, and of the names, sizes and times of the files in it.
    state: Option<String>,
}

impl Tree {
    /// Returns a tree of these files.
    pub fn new(
        files: impl IntoIterator<Item = (impl Into<Cow<'static, str>>, Cow<'static, str>)>,
    ) -> Self {
        let files = files.into_iter();
        Self {
            files: Arc::new(files.map(|(path, text)| (path.into(), text)).collect()),
            folder: None,
            state: None,
        }
    }

    /// Reads `course.toml`, `lessons/`, `exercises/`, `programs/` and `drill/` below `folder`.
    ///
    /// # Errors
    /// Fails when there is no `course.toml`, or when a file cannot be read or is not UTF-8.
    pub fn read(folder: &Path) -> Result<Self, TreeError> {
        let folder = fs::canonicalize(folder).map_err(|source| TreeError::Read {
            path: folder.into(),
            source,
        })?;
        if !folder.join("course.toml").is_file() {
            return Err(TreeError::NoCourse(folder));
        }
        let mut names = vec!["course.toml".to_owned()];
        for part in ["lessons", "exercises", "programs", "drill"] {
            let path = folder.join(part);
            if path.is_dir() {
                let below = files::list_files(&path, MOST_FILES);
                let below = below.map_err(|source| TreeError::Read { path, source })?;
                names.extend(below.into_iter().map(|name| format!("{part}/{name}")));
            }
        }
        let mut read = BTreeMap::new();
        let mut state = Fingerprint::new();
        state.add(folder.as_os_str().as_encoded_bytes());
        for name in names {
            let path = folder.join(&name);
            // The state before the text: a file that is saved in between has a later one.
            let text = add_state(&mut state, &name, &path).and_then(|()| read_text(&path));
            let mut text = text.map_err(|source| TreeError::Read { path, source })?;
            if name.starts_with("lessons/") {
                text = with_line_feeds(text);
            }
            read.insert(Cow::Owned(name), Cow::Owned(text));
        }
        Ok(Self {
            files: Arc::new(read),
            folder: Some(folder),
            state: Some(state.finish()),
        })
    }

    /// Returns the part of it that one exercise is read from: `course.toml` and what is below
    /// `folder`, which ends in `/`.
    #[must_use]
    pub(crate) fn part(&self, folder: &str) -> Self {
        let files = self.files.iter();
        let is_part = |path: &str| path == "course.toml" || path.starts_with(folder);
        let files = files.filter(|(path, _)| is_part(path));
        let files = files.map(|(path, text)| (path.clone(), text.clone()));
        Self {
            files: Arc::new(files.collect()),
            folder: self.folder.clone(),
            state: None,
        }
    }

    /// Returns the folder the files were read from; `None` for a course in the binary.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Returns what changes whenever a file of the folder is saved, added or removed; `None` for a course in the
    /// binary and for a part of one.
    pub(crate) fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// Returns the text of the file `path`.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(AsRef::as_ref)
    }

    /// Returns the paths and texts of all files below the folder `prefix` (which ends in `/`),
    /// sorted, with paths relative to it.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let from = self
            .files
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        from.map_while(move |(path, text)| Some((path.strip_prefix(prefix)?, text.as_ref())))
    }

    /// Returns the names of the folders directly below `prefix` (which ends in `/`), sorted.
    pub(crate) fn folders(&self, prefix: &str) -> Vec<&str> {
        let mut folders: Vec<&str> = Vec::new();
        let from = (Bound::Included(prefix), Bound::Unbounded);
        for (path, _) in self.files.range::<str, _>(from) {
            let Some(rest) = path.strip_prefix(prefix) else {
                break;
            };
            let is_in = |folder: &&str| {
                let below = rest.strip_prefix(*folder);
                below.is_some_and(|below| below.starts_with('/'))
            };
            if !folders.last().is_some_and(is_in) {
                folders.extend(rest.split_once('/').map(|(folder, _)| folder));
            }
        }
        folders
    }
}

/// Returns a page without a byte-order mark, and with LF for CRLF, as editors on Windows write both.
fn with_line_feeds(text: String) -> String {
    let page = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if page.len() == text.len() && !page.contains("\r\n") {
        return text;
    }
    page.replace("\r\n", "\n")
}

/// Adds the file `path` to the state of a folder. The time of the last change counts too, since a copy may keep that
/// of the last write.
fn add_state(state: &mut Fingerprint, name: &str, path: &Path) -> io::Result<()> {
    let file = fs::metadata(path)?;
    let times = [
        file.mtime(),
        file.mtime_nsec(),
        file.ctime(),
        file.ctime_nsec(),
    ];
    state.add(name);
    state.add(file.size().to_le_bytes());
    state.add(times.map(i64::to_le_bytes).as_flattened());
    Ok(())
}

fn read_text(path: &Path) -> io::Result<String> {
    let bytes = files::read_bounded(path, MOST_BYTES)?;
    String::from_utf8(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn each_folder_is_named_once_also_where_one_name_begins_another() {
        let paths = [
            "b/0", "e/a-b/x", "e/a/x", "e/a/y/z", "e/a0/x", "e/f", "g/h/i",
        ];
        let tree = Tree::new(paths.map(|path| (path, "".into())));
        assert_eq!(tree.folders("e/"), ["a-b", "a", "a0"]);
        assert_eq!(tree.folders("e/a/"), ["y"]);
        assert!(tree.folders("x/").is_empty());
    }
}
