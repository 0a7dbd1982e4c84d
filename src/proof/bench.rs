//! What the blocks of a batch work with: labs that are up, and a desk. Blocks that name the same lab
//! share it, in their order.

use super::desk::Desk;
use super::live::{Live, Named};
use super::{Block, Miss};
use crate::check::{CheckError, Context};
use crate::course::Course;
use crate::sandbox::{End, Exit};
use crate::text::visible;

/// What the blocks of a batch work with.
#[derive(Debug)]
pub struct Bench<'a> {
    /// The course they belong to.
    pub course: &'a Course,
    /// What a check works with.
    pub context: &'a Context,
    labs: Vec<((String, bool), Live)>,
    desk: Option<Desk>,
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Came {
    /// What it printed, errors included, in a learner's words.
    pub(super) printed: String,
    /// How it ended.
    pub(super) end: End,
}

/// Where commands are run.
#[derive(Debug)]
pub(super) enum Shell<'b> {
    /// In a lab.
    Lab(&'b Live),
    /// At a desk.
    Desk(&'b Desk),
}

impl<'a> Bench<'a> {
    /// Returns a bench with nothing on it.
    pub(crate) fn new(course: &'a Course, context: &'a Context) -> Self {
        Self {
            course,
            context,
            labs: Vec::new(),
            desk: None,
        }
    }

    /// Returns the shell that `block` means: that of the lab it names, else one at the desk.
    pub(super) fn shell(&mut self, block: &Block) -> Result<Shell<'_>, Miss> {
        if let Some(named) = Named::of(block)? {
            return self.lab(named, block).map(Shell::Lab);
        }
        if self.desk.is_none() {
            let desk = Desk::new(self.course, self.context);
            self.desk = Some(desk.map_err(|error| Miss::of_error(block, &error))?);
        }
        let desk = self.desk.as_ref().map(Shell::Desk);
        Ok(desk.expect("it was made when there was none"))
    }

    /// Returns the lab called `named`; it is put up at its first use.
    pub(super) fn lab(&mut self, named: Named<'_>, block: &Block) -> Result<&Live, Miss> {
        let key = named.key();
        let known = self.labs.iter().position(|(known, _)| *known == key);
        let place = known.unwrap_or(self.labs.len());
        if known.is_none() {
            let live = named.open(block, None, self.course, self.context)?;
            self.labs.push((key, live));
        }
        Ok(&self.labs[place].1)
    }
}

impl Shell<'_> {
    /// Runs one line.
    pub(super) fn run(&self, line: &str) -> Result<Came, CheckError> {
        match self {
            Self::Lab(lab) => lab.run(line),
            Self::Desk(desk) => desk.run(line),
        }
    }
}

impl Came {
    /// Returns what came of a process that writes to standard output alone.
    pub(super) fn of(exit: &Exit) -> Self {
        let printed = String::from_utf8_lossy(&exit.stdout);
        let lines = printed
            .lines()
            .map(|line| visible(line.trim_end_matches('\r')) + "\n");
        Self {
            printed: lines.collect(),
            end: exit.end,
        }
    }

    /// Returns why it could not be run to an end, if so.
    pub(super) fn trouble(&self) -> Option<String> {
        match self.end {
            End::Code(126 | 127) => Some("is no command here".to_owned()),
            End::Code(_) => None,
            End::Signal(signal) => Some(format!("is ended by signal {signal}")),
            End::TimeLimit => Some("does not come to an end".to_owned()),
            End::OutputLimit => Some("prints too much".to_owned()),
            End::Cancelled => Some("was called off".to_owned()),
            End::NotEntered => Some("cannot be started here".to_owned()),
        }
    }
}
