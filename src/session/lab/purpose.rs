//! What a lab is up for: its heading, its further keys, its check.

use std::path::Path;

use crate::check::{CheckError, Context, Outcome};
use crate::kinds::gateway::lab::control::LabStatus;
use crate::session::{Farewell, SessionError, View};
use crate::term::Terminal;
use crate::text::Line;

/// What a key, a line or a check of a purpose led to.
#[derive(Debug)]
pub(crate) struct Reaction {
    /// What is shown.
    pub lines: Vec<Line>,
    /// How the session ends, if it does.
    pub end: Option<Farewell>,
}

impl Reaction {
    /// Returns that `lines` are shown and the lab stays up.
    pub(crate) fn shown(lines: Vec<Line>) -> Self {
        Self { lines, end: None }
    }

    /// Returns that `lines` are shown and the lab goes down.
    pub(crate) fn end(lines: Vec<Line>) -> Self {
        let end = Some(Farewell::Done);
        Self { lines, end }
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

    /// Does what `key` is for, and may ask on the terminal; `None` if it is none of its keys.
    fn press(
        &mut self,
        key: char,
        terminal: &mut dyn Terminal,
        view: &View,
    ) -> Result<Option<Reaction>, SessionError> {
        let _ = (key, terminal, view);
        Ok(None)
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
