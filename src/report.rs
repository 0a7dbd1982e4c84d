//! Reports: the outcome of a check, and the results of a grading, for people and for programs.

mod canvas;
mod clean;
mod csv;
mod exercism;
pub mod format;
pub(crate) mod github;
mod gradescope;
mod html;
pub(crate) mod json;
mod junit;
pub(crate) mod place;
pub mod record;
mod sheet;
pub(crate) mod terminal;
mod values;

pub(crate) use format::Formats;
pub use format::Results;
pub use format::{Format, ReportFolder};
pub(crate) use json::CheckRecord;
pub use record::{ExerciseEntry, Header, Person, Record, Submissions, TestRecord, Time};
pub(crate) use terminal::{Options, outcome_lines, verdict_line};

/// The formats that Gradus brings, a file each. The results themselves, a file of JSON lines, are always
/// written.
pub static FORMATS: &[&dyn Format] = &[
    &html::Html,
    &junit::Junit,
    &github::Github,
    &gradescope::Gradescope,
    &exercism::Exercism,
    &csv::Csv,
    &canvas::Canvas,
];
