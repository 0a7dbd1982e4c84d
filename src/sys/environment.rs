//! A snapshot of the environment, taken once by the command line and handed down.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::clock;

/// Moves the clock of drills and reviews, for tests: seconds since 1970-01-01 UTC.
const NOW: &str = "GRADUS_NOW";

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

    /// Returns the value of `name`; an empty one counts as unset.
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

    /// Returns those of `names` that are set, with their values.
    pub(crate) fn named(&self, names: &[&'static str]) -> Vec<(&'static str, OsString)> {
        let set = names.iter();
        set.filter_map(|name| Some((*name, self.get(name)?.to_owned())))
            .collect()
    }

    /// Returns the time in seconds since 1970-01-01 UTC, by which drills and reviews go.
    pub(crate) fn unix_time(&self) -> u64 {
        let moved = self.text(NOW).and_then(|now| now.parse().ok());
        moved.unwrap_or_else(clock::unix_time)
    }

    /// Returns the current folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.get("HOME").map(PathBuf::from)
    }

    /// Returns Gradus's cache folder, for files that can be made again.
    pub(crate) fn cache(&self) -> PathBuf {
        self.own_folder("GRADUS_CACHE_DIR", "XDG_CACHE_HOME", ".cache")
    }

    /// Returns Gradus's state folder, for files that must last but belong to no workspace.
    pub(crate) fn state(&self) -> PathBuf {
        self.own_folder("GRADUS_STATE_DIR", "XDG_STATE_HOME", ".local/state")
    }

    /// Finds the executable `name` in the folders of `PATH`, then in `more`.
    pub(crate) fn find_program(&self, name: &str, more: &[&str]) -> Option<PathBuf> {
        let path = self.get("PATH").unwrap_or_default();
        let folders = std::env::split_paths(path).chain(more.iter().map(PathBuf::from));
        folders
            .map(|folder| folder.join(name))
            .find(|file| super::files::is_executable(file))
    }

    fn own_folder(&self, own: &str, xdg: &str, below_home: &str) -> PathBuf {
        if let Some(folder) = self.get(own) {
            // Absolute, because programs with other current folders use it.
            return self.folder.join(folder);
        }
        // The XDG specification says that relative paths are to be ignored.
        let xdg_base = self
            .get(xdg)
            .map(PathBuf::from)
            .filter(|folder| folder.is_absolute());
        let base = xdg_base.or_else(|| self.home().map(|home| home.join(below_home)));
        base.unwrap_or_else(std::env::temp_dir).join("gradus")
    }
}
