//! What a format of reports over many submissions is.

use std::fmt;
use std::io::{self, Write};

use super::record::{Header, Record};

/// The formats that a program knows, handed down from where it starts.
pub(crate) type Formats = &'static [&'static dyn Format];

/// A report format.
pub trait Format: fmt::Debug + Sync {
    /// Returns the name of the format on the command line.
    fn id(&self) -> &'static str;

    /// Returns one sentence: its purpose and its files.
    fn summary(&self) -> &'static str;

    /// Returns whether learners get its files. Then nothing in them reveals a test that is not
    /// [`Visibility::Visible`](crate::course::Visibility::Visible), unless the platform itself hides it.
    fn is_for_learners(&self) -> bool {
        false
    }

    /// Writes the report on `results` to `folder`. It must not hold all records in memory.
    ///
    /// # Errors
    /// Fails when the results cannot be read or a file cannot be written.
    fn write(&self, results: &dyn Results, folder: &mut dyn ReportFolder) -> io::Result<()>;
}

/// The results of a grading, which a format may read several times.
pub trait Results {
    /// Returns the header.
    fn header(&self) -> &Header;

    /// Calls `visit` for each record, sorted by learner, then in the order of the exercises.
    ///
    /// # Errors
    /// Fails when a record cannot be read, or when `visit` fails.
    fn each(&self, visit: &mut dyn FnMut(Record) -> io::Result<()>) -> io::Result<()>;
}

/// The folder that a report is written to.
pub trait ReportFolder {
    /// Creates the file `path`, with `/` between its parts. The first flush completes it: only then does
    /// it appear, and nothing more can be written.
    ///
    /// # Errors
    /// Fails when it cannot be created.
    fn file(&mut self, path: &str) -> io::Result<Box<dyn Write>>;
}

/// Returns the format called `id`, of `formats`.
pub fn find(formats: Formats, id: &str) -> Option<&'static dyn Format> {
    formats.iter().copied().find(|format| format.id() == id)
}
