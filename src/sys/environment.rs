//! A snapshot of the environment, taken once by the command line and handed down.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The environment variables and the current folder, as they were when the program started.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    folder: PathBuf,
}

impl Environment {
    /// Returns an environment of these variables, with `folder` as the current folder.
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>, folder: PathBuf) -> Self {
        Self {
            variables: variables.into_iter().collect(),
            folder,
        }
    }

    /// Returns the value of `name` if it is set and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    /// Returns the value of `name` if it is set, not empty, and UTF-8.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(OsStr::to_str).map(str::to_owned)
    }

    /// Returns the current folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the home folder, if one is known.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.get("HOME").map(PathBuf::from)
    }

    /// Returns the folder for files that can be made again, made for this program alone.
    pub(crate) fn cache(&self) -> PathBuf {
        self.own_folder("GRADUS_CACHE_DIR", "XDG_CACHE_HOME", ".cache")
    }

    /// Returns the folder for what must last but belongs to no workspace.
    pub(crate) fn state(&self) -> PathBuf {
        self.own_folder("GRADUS_STATE_DIR", "XDG_STATE_HOME", ".local/state")
    }

    /// Returns the first executable file named `name` in the folders of `PATH` and then in `more`.
    pub(crate) fn find_program(&self, name: &str, more: &[&str]) -> Option<PathBuf> {
        let path = self.get("PATH").unwrap_or_default();
        let folders = std::env::split_paths(path).chain(more.iter().map(PathBuf::from));
        folders
            .map(|folder| folder.join(name))
            .find(|file| super::files::is_executable(file))
    }

    fn own_folder(&self, own: &str, xdg: &str, below_home: &str) -> PathBuf {
        if let Some(folder) = self.get(own) {
            // What runs there starts in other folders.
            return self.folder.join(folder);
        }
        let base = self
            .get(xdg)
            .map(PathBuf::from)
            .filter(|folder| folder.is_absolute());
        let base = base.or_else(|| self.home().map(|home| home.join(below_home)));
        base.unwrap_or_else(std::env::temp_dir).join("gradus")
    }
}
