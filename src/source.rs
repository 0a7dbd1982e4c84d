//! What authors write: the files of a course, the names and patterns in them, and what is wrong with them.

pub mod id;
mod manifest;
pub mod pattern;
pub mod problem;
pub mod tree;

pub use id::{ExerciseId, LessonId, TrackId};
pub(crate) use manifest::{line_of, toml_problem};
pub use pattern::Pattern;
pub use problem::Problem;
pub use tree::Tree;
