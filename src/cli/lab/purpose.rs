//! What a lab is up for: what its screen says first, what further keys do, what a check is.

use std::path::Path;

use crate::check::{CheckError, Context, Outcome};
use crate::cli::exit::Code;
use crate::cli::failure::Failure;
use crate::kinds::gateway::lab::control::LabStatus;
use crate::term::Terminal;
use crate::text::Line;
use crate::tutor::View;

/// Whether the lab stays up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Then {
    /// It does.
    Stay,
    /// It goes down, and the command ends so.
    End(Code),
}

/// What was done, and what comes of it.
#[derive(Debug)]
pub(in crate::cli) struct Deed {
    /// What is shown.
    pub(in crate::cli) lines: Vec<Line>,
    /// Whether the lab stays up.
    pub(in crate::cli) then: Then,
}

impl Deed {
    /// Returns that `lines` are shown and the lab stays up.
    pub(in crate::cli) fn shown(lines: Vec<Line>) -> Self {
        let then = Then::Stay;
        Self { lines, then }
    }
}

/// A key that only this purpose has.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct OwnKey {
    /// The key.
    pub(in crate::cli) key: &'static str,
    /// What it does, for the last row.
    pub(in crate::cli) short: &'static str,
    /// What it does, for the help.
    pub(in crate::cli) long: &'static str,
}

/// Where a key may ask more.
pub(in crate::cli) struct Surface<'a> {
    /// The terminal.
    pub(in crate::cli) terminal: &'a mut dyn Terminal,
    /// How much fits.
    pub(in crate::cli) view: &'a View,
}

/// Finds out whether the lab is mended.
pub(in crate::cli) type Judge =
    Box<dyn FnOnce(&Context) -> Result<Outcome, CheckError> + Send + 'static>;

/// What a lab is up for.
pub(in crate::cli) trait Purpose {
    /// Returns what stands above the addresses.
    fn heading(&mut self, status: &LabStatus, view: &View) -> Vec<Line>;

    /// Returns the keys that only this purpose has.
    fn keys(&self) -> &'static [OwnKey] {
        &[]
    }

    /// Does what `key` is for; nothing if it is none of its keys.
    fn press(&mut self, key: char, surface: &mut Surface<'_>) -> Result<Option<Deed>, Failure> {
        let _ = (key, surface);
        Ok(None)
    }

    /// Does what a line of `words` says, where there are no keys; nothing if it means nothing here.
    fn line(&mut self, words: &[String]) -> Result<Option<Deed>, Failure> {
        let _ = words;
        Ok(None)
    }

    /// Returns whether the logs are shown as they grow.
    fn shows_logs(&self) -> bool {
        true
    }

    /// Returns whether the screen says of itself how the services are, and what nginx said to its
    /// start.
    fn looks_inside(&self) -> bool {
        true
    }

    /// Returns whether standard output is for something else than the screen.
    fn wants_stdout(&self) -> bool {
        false
    }

    /// Returns what finds out whether the lab that listens at `socket` is mended.
    fn judge(&self, socket: &Path) -> Result<Judge, Failure>;

    /// Takes note of what the judge found, and returns what comes below it.
    fn judged(&mut self, outcome: &Outcome) -> Result<Deed, Failure>;
}
