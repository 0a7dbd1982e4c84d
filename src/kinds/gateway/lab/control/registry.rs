//! The registry of labs that are up: a small file each, in the user's state folder.

use std::fs;
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::sys::environment::Environment;
use crate::sys::files;

const MOST: u64 = 64 << 10;

/// A lab that is up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RegisteredLab {
    pub exercise: String,
    pub folder: PathBuf,
    pub pid: u32,
    pub socket: PathBuf,
}

#[derive(Debug, Clone)]
pub(crate) struct Registry {
    folder: PathBuf,
}

/// The registration of a lab; dropping it removes the file.
#[derive(Debug)]
pub(crate) struct Registration {
    file: PathBuf,
    pid: u32,
}

/// The result of [`Registry::enter`].
#[derive(Debug)]
pub(crate) enum Entered {
    Registered(Registration),
    /// The lab that is up already.
    Taken(RegisteredLab),
}

impl Registry {
    pub(crate) fn new(environment: &Environment) -> Self {
        Self {
            folder: environment.state().join("labs"),
        }
    }

    /// The labs that are up, by name. Files of labs that are gone are removed.
    pub(crate) fn labs(&self) -> io::Result<Vec<RegisteredLab>> {
        let files = match fs::read_dir(&self.folder) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let paths = files.flatten().map(|file| file.path());
        let is_entry = |path: &PathBuf| path.extension().is_some_and(|end| end == "json");
        let mut labs: Vec<RegisteredLab> = paths
            .filter(is_entry)
            .filter_map(|path| live(&path))
            .collect();
        labs.sort_by(|one, other| one.exercise.cmp(&other.exercise));
        Ok(labs)
    }

    pub(crate) fn find(&self, exercise: &str) -> Option<RegisteredLab> {
        live(&self.file(exercise))
    }

    /// Registers a lab, unless one of that exercise is up already.
    pub(crate) fn enter(&self, entry: &RegisteredLab) -> io::Result<Entered> {
        let file = self.file(&entry.exercise);
        fs::create_dir_all(&self.folder)?;
        loop {
            if let Some(first) = live(&file) {
                return Ok(Entered::Taken(first));
            }
            let mut new = tempfile::Builder::new()
                .prefix(".gradus-")
                .tempfile_in(&self.folder)?;
            new.write_all(serde_json::to_string(entry)?.as_bytes())?;
            match new.persist_noclobber(&file) {
                Ok(_) => {
                    return Ok(Entered::Registered(Registration {
                        file,
                        pid: entry.pid,
                    }));
                }
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error.error),
            }
        }
    }

    fn file(&self, exercise: &str) -> PathBuf {
        self.folder.join(format!("{exercise}.json"))
    }
}

/// Reads the file at `path`, or removes it if its lab is gone.
fn live(path: &Path) -> Option<RegisteredLab> {
    let entry = read(path);
    let lives = |entry: &RegisteredLab| UnixStream::connect(&entry.socket).is_ok();
    if !entry.as_ref().is_some_and(lives) {
        fs::remove_file(path).ok();
        return None;
    }
    entry
}

fn read(path: &Path) -> Option<RegisteredLab> {
    let bytes = files::read_bounded(path, MOST).ok()?;
    serde_json::from_slice(&bytes).ok()
}

impl Drop for Registration {
    fn drop(&mut self) {
        if read(&self.file).is_some_and(|entry| entry.pid == self.pid) {
            fs::remove_file(&self.file).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    fn entry(folder: &Path, pid: u32) -> RegisteredLab {
        RegisteredLab {
            exercise: "wrong-port".into(),
            folder: folder.into(),
            pid,
            socket: folder.join("socket"),
        }
    }

    #[test]
    fn the_second_lab_of_an_exercise_is_told_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry {
            folder: folder.path().join("labs"),
        };
        let _listener = UnixListener::bind(folder.path().join("socket")).unwrap();
        let first = entry(folder.path(), 1);
        let place = registry.enter(&first).unwrap();
        let Entered::Taken(found) = registry.enter(&entry(folder.path(), 2)).unwrap() else {
            unreachable!("the first lab is up")
        };
        assert_eq!(found, first);
        assert_eq!(registry.labs().unwrap(), [first]);
        drop(place);
        assert_eq!(registry.labs().unwrap(), []);
    }

    #[test]
    fn the_entry_of_a_lab_that_is_gone_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry {
            folder: folder.path().to_owned(),
        };
        let listener = UnixListener::bind(folder.path().join("socket")).unwrap();
        let place = registry.enter(&entry(folder.path(), 1)).unwrap();
        drop(listener);
        assert_eq!(registry.find("wrong-port"), None);
        assert!(!folder.path().join("wrong-port.json").exists());
        drop(place);
    }
}
