//! The learner's editor: the one that is set, or one that is installed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Editor, SessionError};
use crate::sandbox::interactive;
use crate::sys::environment::Environment;

/// The editors to choose from where none is set, the easiest first.
const EDITORS: &[Editor] = &[
    editor("micro", "Ctrl-Q"),
    editor("nano", "Ctrl-X"),
    editor("hx", "Esc, then :wq and Enter,"),
    editor("nvim", "Esc, then :wq and Enter,"),
    editor("vim", "Esc, then :wq and Enter,"),
    editor("vi", "Esc, then :wq and Enter,"),
    editor("emacs", "Ctrl-X Ctrl-C"),
];

/// The variables that name an editor, the first that is set wins.
const VARIABLES: [&str; 2] = ["VISUAL", "EDITOR"];

const fn editor(name: &'static str, exit: &'static str) -> Editor {
    Editor { name, exit }
}

/// The command of an editor.
#[derive(Debug)]
pub(super) struct EditorCommand {
    program: PathBuf,
    arguments: Vec<OsString>,
    /// The program as it was named, and by what.
    name: String,
    variable: Option<&'static str>,
}

impl EditorCommand {
    /// Returns the editor that is set, or else `chosen`; if there is none, those that are installed.
    pub(super) fn find(
        environment: &Environment,
        chosen: Option<Editor>,
    ) -> Result<Self, Vec<Editor>> {
        let set = VARIABLES.iter().find_map(|name| {
            let command = environment.text(name)?;
            Some((Some(*name), command)).filter(|(_, command)| !command.trim().is_empty())
        });
        let chosen = chosen.map(|editor| (None, editor.name.to_owned()));
        let is_installed = |editor: &&Editor| environment.find_program(editor.name, &[]).is_some();
        let (variable, command) = set.or(chosen).ok_or_else(|| {
            EDITORS
                .iter()
                .filter(is_installed)
                .copied()
                .collect::<Vec<_>>()
        })?;
        let mut words = command.split_whitespace();
        let name = words.next().unwrap_or_default().to_owned();
        let found = match Path::new(&name).components().count() {
            1 => environment.find_program(&name, &[]),
            _ => None,
        };
        Ok(Self {
            program: found.unwrap_or_else(|| PathBuf::from(&name)),
            arguments: words.map(OsString::from).collect(),
            name,
            variable,
        })
    }

    /// Opens `file` and waits for the editor's end.
    pub(super) fn run(&self, file: &Path) -> Result<(), SessionError> {
        let mut arguments = self.arguments.clone();
        arguments.push(file.as_os_str().to_owned());
        let ended = interactive(&self.program, &arguments);
        let status = ended.map_err(|source| SessionError::EditorStart {
            name: self.name.clone(),
            variable: self.variable,
            source,
        })?;
        if status.success() {
            return Ok(());
        }
        Err(SessionError::EditorFailed {
            name: self.name.clone(),
            status,
        })
    }
}
