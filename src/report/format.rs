//! The formats of reports over many submissions. A new one is one file here and one line in
//! [`FORMATS`].

use std::fmt;
use std::io::{self, Write};

use super::record::{Header, Record};

/// Every format there is. The results themselves, a file of JSON lines, are always written.
pub static FORMATS: &[&dyn Format] = &[
    &super::html::Html,
    &super::junit::Junit,
    &super::github::Github,
    &super::gradescope::Gradescope,
    &super::exercism::Exercism,
    &super::csv::Csv,
    &super::canvas::Canvas,
];

/// A format that some reader of results wants.
pub trait Format: fmt::Debug + Sync {
    /// Returns the name of the format on the command line.
    fn id(&self) -> &'static str;

    /// Returns one sentence on who reads it, and which files it consists of.
    fn summary(&self) -> &'static str;

    /// Returns whether learners are handed its files: then nothing in them tells of a single test
    /// that is not [`Visibility::Visible`](crate::course::Visibility::Visible), unless the reader
    /// keeps it back itself.
    fn is_for_learners(&self) -> bool {
        false
    }

    /// Writes the report on `results` into `folder`. It must not need memory for all records at
    /// once beyond what its own summary takes.
    ///
    /// # Errors
    /// Fails when the results cannot be read or a file cannot be written.
    fn write(&self, results: &dyn Results, folder: &mut dyn Folder) -> io::Result<()>;
}

/// The results of a grading; they can be read as often as a format wants.
pub trait Results {
    /// Returns what all records have in common.
    fn header(&self) -> &Header;

    /// Hands each record to `visit`, sorted by learner, then in the order of the exercises.
    ///
    /// # Errors
    /// Fails when a record cannot be read, or when `visit` fails.
    fn each(&self, visit: &mut dyn FnMut(Record) -> io::Result<()>) -> io::Result<()>;
}

/// Where the files of a report go.
pub trait Folder {
    /// Starts the file `path`, whose parts are divided by `/`. A flush ends it: it takes its place,
    /// and nothing more can be written. Without one there is no file.
    ///
    /// # Errors
    /// Fails when it cannot be made.
    fn file(&mut self, path: &str) -> io::Result<Box<dyn Write>>;
}

/// Returns the format called `id`.
pub fn find(id: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.id() == id)
}
