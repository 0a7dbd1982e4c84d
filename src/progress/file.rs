//! The progress file. A damaged one is renamed, one of a newer version refused.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use super::Progress;
use crate::sys::files;

/// The version of the format.
const VERSION: u32 = 1;
/// The most bytes a progress file may have.
const MOST_BYTES: u64 = 16 << 20;

/// The progress file as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// The progress; empty if there was no file, or a damaged one.
    pub progress: Progress,
    /// The new path of a damaged file, if there was one.
    pub damaged: Option<PathBuf>,
}

/// The progress file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ProgressError {
    /// A newer Gradus wrote it; it is not touched.
    #[error("{} has version {version}, and this Gradus reads {VERSION}", path.display())]
    Newer { path: PathBuf, version: u64 },
    /// It could not be read.
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// It could not be written.
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    #[serde(flatten)]
    progress: &'a Progress,
}

#[derive(Deserialize)]
struct FileVersion {
    version: u64,
}

impl Progress {
    /// Reads the file `path`. A missing file gives empty progress; a damaged one is renamed.
    ///
    /// # Errors
    /// Fails when the file has a newer version, or cannot be read or moved.
    pub fn load(path: &Path) -> Result<Loaded, ProgressError> {
        let Some(bytes) = read(path)? else {
            return Ok(Loaded::default());
        };
        refuse_newer(path, &bytes)?;
        let parsed = serde_json::from_slice::<FileVersion>(&bytes)
            .and_then(|_| serde_json::from_slice::<Self>(&bytes));
        let damaged = match parsed {
            Ok(progress) => {
                return Ok(Loaded {
                    progress,
                    damaged: None,
                });
            }
            Err(_) => move_aside(path)?,
        };
        Ok(Loaded {
            progress: Self::default(),
            damaged: Some(damaged),
        })
    }

    /// Replaces the file `path` atomically.
    ///
    /// # Errors
    /// Fails when a newer Gradus wrote the file that is there, or when it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), ProgressError> {
        if let Some(bytes) = read(path)? {
            refuse_newer(path, &bytes)?;
        }
        let written = Written {
            version: VERSION,
            progress: self,
        };
        let write = || -> io::Result<()> {
            let mut text = serde_json::to_string_pretty(&written)?;
            text.push('\n');
            files::write_whole(path, text.as_bytes())
        };
        write().map_err(|source| ProgressError::Write {
            path: path.into(),
            source,
        })
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, ProgressError> {
    match files::read_bounded(path, MOST_BYTES) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ProgressError::Read {
            path: path.into(),
            source,
        }),
    }
}

fn refuse_newer(path: &Path, bytes: &[u8]) -> Result<(), ProgressError> {
    match serde_json::from_slice::<FileVersion>(bytes) {
        Ok(FileVersion { version }) if version > u64::from(VERSION) => Err(ProgressError::Newer {
            path: path.into(),
            version,
        }),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn move_aside(path: &Path) -> Result<PathBuf, ProgressError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let aside = files::free_name(folder, "progress.json.damaged");
    let moved = fs::rename(path, &aside);
    moved.map_err(|source| ProgressError::Write {
        path: aside.clone(),
        source,
    })?;
    Ok(aside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::fixture;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("progress.json");
        (folder, path)
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let (_folder, path) = folder();
        let course = fixture::course();
        let mut progress = Progress {
            track: Some("fast".parse().unwrap()),
            ..Progress::default()
        };
        progress.see(&course.lessons[0], 0);
        progress.pass(&course.exercises[0], 12);
        progress.answer(&course.lessons[0].id, "q", true, 5);
        progress.answer(&course.lessons[0].id, "r", false, 5);
        progress.save(&path).unwrap();
        let loaded = Progress::load(&path).unwrap();
        assert_eq!(loaded.progress, progress);
        assert_eq!(loaded.damaged, None);
    }

    #[test]
    fn no_file_is_no_progress() {
        let (_folder, path) = folder();
        assert_eq!(Progress::load(&path).unwrap(), Loaded::default());
    }

    #[test]
    fn a_newer_file_is_refused_and_never_overwritten() {
        let (_folder, path) = folder();
        let newer = r#"{"version": 2, "stars": 5}"#;
        fs::write(&path, newer).unwrap();
        assert!(matches!(
            Progress::load(&path),
            Err(ProgressError::Newer { version: 2, .. })
        ));
        assert!(matches!(
            Progress::default().save(&path),
            Err(ProgressError::Newer { .. })
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), newer);
    }

    #[test]
    fn a_damaged_file_is_moved_aside() {
        let (folder, path) = folder();
        for text in ["{\"version\": 1, \"lessons\": {", "", "{\"track\": null}"] {
            fs::write(&path, text).unwrap();
            let loaded = Progress::load(&path).unwrap();
            assert_eq!(loaded.progress, Progress::default());
            let aside = loaded.damaged.unwrap();
            assert_eq!(fs::read_to_string(&aside).unwrap(), text);
            assert!(!path.exists());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn what_the_course_no_longer_has_is_kept() {
        let (_folder, path) = folder();
        let text = r#"{"version": 1,
            "lessons": {"gone": {"seen": ["A"], "quizzes": {"q": "tried"}}},
            "exercises": {"gone-too": {"passed": {"at": 3, "fingerprint": "f"}, "hints": 1}}}"#;
        fs::write(&path, text).unwrap();
        Progress::load(&path).unwrap().progress.save(&path).unwrap();
        let again = fs::read_to_string(&path).unwrap();
        assert!(
            again.contains("gone-too") && again.contains("tried"),
            "{again}"
        );
    }
}
