//! What came out of a check, for people and for programs.

mod canvas;
mod clean;
mod csv;
mod exercism;
pub mod format;
pub mod github;
mod gradescope;
mod html;
pub mod json;
mod junit;
pub mod place;
pub mod record;
mod sheet;
pub mod terminal;
mod values;

pub use format::{FORMATS, Folder, Format, Results};
pub use json::CheckRecord;
pub use record::{
    ExerciseEntry, Header, Person, Record, Submissions, TestRecord, TestVerdict, Time,
};
pub use terminal::{Options, outcome_lines};
