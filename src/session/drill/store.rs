//! Where drills are kept: the open one and the journal beside the progress file, the learner's
//! files in `drills/` of the workspace.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Journal, PastDrill, Round};
use crate::progress::{CardId, Progress};
use crate::sys::files;
use crate::workspace::{Lock, Workspace, WorkspaceError};

/// The version of both files that this program reads and writes.
const VERSION: u64 = 1;
/// The most bytes of a file.
const MOST: u64 = 16 << 20;

#[derive(Debug)]
pub(crate) struct Store {
    workspace: Workspace,
    /// Others wait until it is dropped.
    turn: Lock,
}

/// Why drills could not be kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DrillError {
    /// A newer Gradus wrote it; it is left as it is.
    #[error("{} has version {version}, and this Gradus reads {VERSION}", path.display())]
    Newer { path: PathBuf, version: u64 },
    /// It makes no sense; it is left as it is.
    #[error("cannot make sense of {}", path.display())]
    Damaged {
        path: PathBuf,
        source: serde_json::Error,
    },
    /// A file or folder could not be read or written.
    #[error("cannot use {}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// The seed of the open drill leads to other faults now.
    #[error("drill {number} cannot go on: the course, or the nginx of this machine, has changed")]
    Changed { number: u32 },
    /// There are not so many faults that go together.
    #[error("at most {most} faults can be there together")]
    TooMany { most: usize },
    /// No fault of the course can be shown on this machine.
    #[error("this machine can show none of the course's faults")]
    Nothing,
}

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    version: u64,
    #[serde(flatten)]
    what: T,
}

#[derive(Deserialize)]
struct VersionField {
    version: u64,
}

impl Store {
    /// Opens the drills of `workspace`; a second one waits until this is dropped.
    pub(crate) fn open(workspace: &Workspace) -> Result<Self, DrillError> {
        Ok(Self {
            workspace: workspace.clone(),
            turn: workspace.turn()?,
        })
    }

    /// Returns the drill that is not over, if there is one.
    pub(crate) fn round(&self) -> Result<Option<Round>, DrillError> {
        read(&self.round_file())
    }

    /// Keeps `round` as the drill that is not over; `None` if there is none.
    pub(crate) fn keep(&self, round: Option<&Round>) -> Result<(), DrillError> {
        let path = self.round_file();
        match round {
            Some(round) => write(&path, round),
            None => match fs::remove_file(&path) {
                Err(source) if source.kind() != ErrorKind::NotFound => {
                    Err(DrillError::File { path, source })
                }
                Ok(()) | Err(_) => Ok(()),
            },
        }
    }

    /// Returns what came of the drills that are over.
    pub(crate) fn journal(&self) -> Result<Journal, DrillError> {
        Ok(read(&self.journal_file())?.unwrap_or_default())
    }

    pub(crate) fn keep_journal(&self, journal: &Journal) -> Result<(), DrillError> {
        write(&self.journal_file(), journal)
    }

    /// Notes in the progress which causes are to be asked again: those that were not named at once.
    pub(crate) fn note_causes(&self, drill: &PastDrill) -> Result<(), DrillError> {
        let note = |progress: &mut Progress| {
            for fault in &drill.faults {
                let cause = fault.cause.clone();
                progress.answer_card(CardId::Cause { cause }, fault.at_once(), drill.date);
            }
        };
        self.workspace.update_in_turn(&self.turn, note)?;
        Ok(())
    }

    pub(crate) fn folder(&self, number: u32) -> PathBuf {
        self.workspace
            .root()
            .join("drills")
            .join(number.to_string())
    }

    /// Returns a number that no drill ever had, and no folder has.
    pub(crate) fn next_number(&self) -> Result<u32, DrillError> {
        let journal = self.journal()?;
        let last = journal.drills.iter().map(|drill| drill.number).max();
        let mut numbers = last.map_or(1, |last| last + 1)..;
        let free = numbers.find(|number| !self.folder(*number).exists());
        Ok(free.unwrap_or(u32::MAX))
    }

    /// Writes `text` to the file `name` of `folder`, unless it is there.
    pub(crate) fn hand_out(folder: &Path, name: &str, text: &str) -> Result<(), DrillError> {
        let path = folder.join(name);
        if path.exists() {
            return Ok(());
        }
        let written = files::write_whole(&path, text.as_bytes());
        written.map_err(|source| DrillError::File { path, source })
    }

    fn round_file(&self) -> PathBuf {
        self.workspace.root().join(".gradus/drill.json")
    }

    fn journal_file(&self) -> PathBuf {
        self.workspace.root().join(".gradus/drills.json")
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, DrillError> {
    let bytes = match files::read_bounded(path, MOST) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            let path = path.to_owned();
            return Err(DrillError::File { path, source });
        }
    };
    let damaged = |source| DrillError::Damaged {
        path: path.to_owned(),
        source,
    };
    let VersionField { version } = serde_json::from_slice(&bytes).map_err(damaged)?;
    if version > VERSION {
        let path = path.to_owned();
        return Err(DrillError::Newer { path, version });
    }
    let read: Versioned<T> = serde_json::from_slice(&bytes).map_err(damaged)?;
    Ok(Some(read.what))
}

fn write(path: &Path, what: &impl Serialize) -> Result<(), DrillError> {
    let failed = |source| DrillError::File {
        path: path.to_owned(),
        source,
    };
    let version = VERSION;
    let text = serde_json::to_string_pretty(&Versioned { version, what });
    let text = text.map_err(|error| failed(error.into()))? + "\n";
    files::write_whole(path, text.as_bytes()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::fixture;
    use crate::kinds::gateway::drill::fault::tests::fault;
    use crate::session::drill::round::tests::round;

    #[test]
    fn what_is_kept_is_read_back_and_newer_files_are_left_alone() {
        let scratch = tempfile::tempdir().unwrap();
        let course = fixture::course();
        let workspace = Workspace::create(&scratch.path().join("w"), &course).unwrap();
        let store = Store::open(&workspace).unwrap();
        assert_eq!(store.round().unwrap(), None);
        store.keep(Some(&round())).unwrap();
        assert_eq!(store.round().unwrap(), Some(round()));
        store.keep(None).unwrap();
        store.keep(None).unwrap();
        let (one, two) = (fault("one", "a", "", ""), fault("two", "b", "", ""));
        let mut entry = round().entry(&[&one, &two], 9);
        entry.faults[1].named = true;
        store.note_causes(&entry).unwrap();
        let cause = "cause-of-one".to_owned();
        let progress = workspace.progress().unwrap().progress;
        let cards: Vec<_> = progress.cards().into_iter().map(|(id, _)| id).collect();
        assert_eq!(cards, [&CardId::Cause { cause }]);
        let drills = vec![entry];
        store.keep_journal(&Journal { drills }).unwrap();
        assert_eq!(store.next_number().unwrap(), 2);
        fs::create_dir_all(store.folder(2)).unwrap();
        assert_eq!(store.next_number().unwrap(), 3);
        let file = store.journal_file();
        fs::write(&file, "{\"version\": 2}").unwrap();
        assert!(matches!(store.journal(), Err(DrillError::Newer { .. })));
        fs::write(&file, "{").unwrap();
        assert!(matches!(store.journal(), Err(DrillError::Damaged { .. })));
        assert_eq!(fs::read_to_string(file).unwrap(), "{");
    }
}
