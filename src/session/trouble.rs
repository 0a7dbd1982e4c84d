//! What can go wrong in a session, and the words for it, which the command line hands in.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;

use super::drill::DrillError;
use crate::check::CheckError;
use crate::kinds::gateway::lab::control::{LabClientError, RegisteredLab};
use crate::text::{Line, Role, Style};
use crate::workspace::WorkspaceError;

/// Words an error for the learner.
pub(crate) type Words = Arc<dyn Fn(SessionError) -> Trouble + Send + Sync>;

/// Why a session cannot do what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    /// The workspace could not be used.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// A check could not be done.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// A drill could not be kept.
    #[error(transparent)]
    Drill(#[from] DrillError),
    /// The lab did not answer.
    #[error(transparent)]
    Lab(#[from] LabClientError),
    /// A lab of the exercise is up already.
    #[error("the lab of `{}` is up already: process {}, with the files in {}", .0.exercise, .0.pid, .0.folder.display())]
    LabIsUp(RegisteredLab),
    /// The terminal or the editor could not be used.
    #[error(transparent)]
    Stream(#[from] io::Error),
    /// A file or folder could not be used.
    #[error("cannot use {}", path.display())]
    File { path: PathBuf, source: io::Error },
    /// No editor is set and none is installed.
    #[error("no editor is set, and none is installed that Gradus knows")]
    NoEditor,
    /// The editor could not be started.
    #[error("cannot start the editor `{name}`{}", variable.map(|name| format!(" (from `{name}`)")).unwrap_or_default())]
    EditorStart {
        /// The program, as it was named.
        name: String,
        /// The variable that names it.
        variable: Option<&'static str>,
        source: io::Error,
    },
    /// The editor failed.
    #[error("the editor `{name}` failed: {status}")]
    EditorFailed { name: String, status: ExitStatus },
    /// A drill has no such answer.
    #[error("no {what} is called `{name}`")]
    NoChoice {
        /// What was named, such as `hop`.
        what: &'static str,
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
}

/// An error in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// What went wrong, and why.
    pub what: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Trouble {
    /// Returns the words as lines, each with its label.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let label = |role, text| {
            let bold = Style {
                bold: true,
                ..Style::from(role)
            };
            Line::new().with(bold, text)
        };
        let mut lines = Vec::new();
        for (index, text) in self.what.lines().enumerate() {
            let line = match index {
                0 => label(Role::Bad, "error: "),
                _ => Line::plain("       "),
            };
            lines.push(line.with(Role::Text, text));
        }
        for text in self.hint.iter().flat_map(|hint| hint.lines()) {
            lines.push(label(Role::Accent, "hint: ").with(Role::Text, text));
        }
        lines
    }
}
