//! The course that is compiled into the binary.

use std::borrow::Cow;

use crate::source::Tree;

/// The built-in course's files, as the build script found them.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// Returns the files of the built-in course.
pub fn tree() -> Tree {
    Tree::new(
        FILES
            .iter()
            .map(|(path, text)| ((*path).to_owned(), Cow::Borrowed(*text))),
    )
}
