//! What a lab is up for: its heading, its further keys, its check.

use std::path::Path;

use crate::check::{CheckError, Context, Outcome};
use crate::kinds::gateway::lab::control::LabStatus;
use crate::session::{Farewell, SessionError, View};
use crate::term::Ask;
use crate::text::Line;

/// What a key, a line or a check of a purpose led to.
#[derive(Debug)]
pub(crate) struct Reaction {
    /// What is shown.
    pub lines: Vec<Line>,
    /// What the learner is asked then; the answer goes to [`Purpose::chosen`].
    pub ask: Option<Ask>,
    /// How the session ends, if it does.
    pub end: Option<Farewell>,
}

impl Reaction {
    /// Returns that `lines` are shown and the lab stays up.
    pub(crate) fn shown(lines: Vec<Line>) -> Self {
        Self {
            lines,
            ask: None,
            end: None,
        }
    }

    /// Returns that `lines` are shown and the lab goes down.
    pub(crate) fn end(lines: Vec<Line>) -> Self {
        Self {
            end: Some(Farewell::Done),
            ..Self::shown(lines)
        }
    }

    /// Returns that `line` is shown and the learner is to choose one of `labels`.
    pub(crate) fn ask(line: Line, labels: Vec<String>) -> Self {
        Self {
            ask: Some(Ask::One(labels)),
            ..Self::shown(vec![line])
        }
    }
}

/// A key that only this purpose has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnKey {
    pub key: &'static str,
    /// What it does, for the footer.
    pub short: &'static str,
    /// What it does, for the help.
    pub long: &'static str,
}

pub(crate) type RunCheck =
    Box<dyn FnOnce(&Context) -> Result<Outcome, CheckError> + Send + 'static>;

/// What a lab is up for.
pub(crate) trait Purpose {
    /// Returns what comes above the addresses.
    fn heading(&mut self, status: &LabStatus, view: &View) -> Vec<Line>;

    /// Returns the keys that only this purpose has.
    fn keys(&self) -> &'static [OwnKey] {
        &[]
    }

    /// Does what `key` is for; `None` if it is none of its keys.
    fn press(&mut self, key: char, view: &View) -> Result<Option<Reaction>, SessionError> {
        let _ = (key, view);
        Ok(None)
    }

    /// Takes the index of what was chosen; `None` if the learner would rather not.
    fn chosen(&mut self, index: Option<usize>) -> Result<Reaction, SessionError> {
        let _ = index;
        Ok(Reaction::shown(Vec::new()))
    }

    /// Does what a line of `words` says, where there are no keys; `None` if it means nothing here.
    fn line(&mut self, words: &[&str]) -> Result<Option<Reaction>, SessionError> {
        let _ = words;
        Ok(None)
    }

    /// Returns whether the logs are shown as they grow.
    fn shows_logs(&self) -> bool {
        true
    }

    /// Returns whether the screen shows the state of the services, and the output of nginx's start.
    fn looks_inside(&self) -> bool {
        true
    }

    /// Returns what checks the lab that listens at `socket`.
    fn check(&self, socket: &Path) -> RunCheck;

    /// Takes note of the outcome of a check, and returns what comes below it.
    fn checked(&mut self, outcome: &Outcome) -> Result<Reaction, SessionError>;
}
