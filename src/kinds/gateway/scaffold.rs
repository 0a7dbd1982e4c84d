//! The files of a new exercise.

use crate::source::ExerciseId;

/// Paths in the exercise's folder, and texts.
const TEMPLATES: [(&str, &str); 7] = [
    ("exercise.toml", include_str!("scaffold/exercise.toml")),
    ("README.md", include_str!("scaffold/README.md")),
    ("starter/nginx.conf", include_str!("scaffold/starter.conf")),
    (
        "solution/nginx.conf",
        include_str!("scaffold/solution.conf"),
    ),
    ("hidden/probes.toml", include_str!("scaffold/probes.toml")),
    (
        "wrong/01-another-port/nginx.conf",
        include_str!("scaffold/wrong.conf"),
    ),
    (
        "wrong/02-hidden-outage/nginx.conf",
        include_str!("scaffold/hidden.conf"),
    ),
];

pub(super) fn files(id: &ExerciseId) -> Vec<(String, String)> {
    let file = |(path, text): (&str, &str)| (path.to_owned(), text.replace("{id}", id.as_str()));
    TEMPLATES.into_iter().map(file).collect()
}
