//! What came out of a check, for people and for programs.

pub mod json;
pub mod terminal;
mod values;

pub use json::Record;
pub use terminal::{Options, outcome_lines};
