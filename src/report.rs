//! What came out of a check, for people and for programs.

pub mod format;
pub mod json;
pub mod record;
pub mod terminal;
mod values;

pub use format::{FORMATS, Folder, Format, Results};
pub use json::CheckRecord;
pub use record::{
    ExerciseEntry, Header, Person, Record, Submissions, TestRecord, TestVerdict, Time,
};
pub use terminal::{Options, outcome_lines};
