//! What authors write: the files of a course, the names and patterns in them, and what is wrong with them.

pub(crate) mod id;
mod manifest;
pub(crate) mod pattern;
pub(crate) mod problem;
pub(crate) mod tree;

pub use id::ExerciseId;
pub(crate) use id::{LessonId, ProgramId, TrackId};
pub(crate) use manifest::{line_of, toml_problem};
pub(crate) use pattern::Pattern;
pub use problem::Problem;
pub use tree::Tree;
