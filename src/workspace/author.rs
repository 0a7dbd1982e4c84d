//! A throw-away Cargo workspace for the author of an exercise: solution, starter and hidden tests
//! as an ordinary crate, in which rust-analyzer, `cargo fmt`, `clippy` and `cargo test` work.
//! The folders are links, so that what is edited there is edited in the course.

use std::fs;
use std::path::{Path, PathBuf};

use super::{WorkspaceError, file_error, members, write};
use crate::course::{Course, Exercise};

/// The file that tells our folders from those of others.
const MARK: &str = ".gradus-author";

/// Makes the workspace in `root` and returns the crate's folder; `None` when exercises of this
/// kind are no crates. What an earlier call left there is made anew.
///
/// # Errors
/// Fails when `root` has files of others, or cannot be written.
pub(crate) fn prepare(
    root: &Path,
    course: &Course,
    exercise: &Exercise,
) -> Result<Option<PathBuf>, WorkspaceError> {
    let generated = exercise.task().workspace().into_iter();
    let generated: Vec<_> = generated.filter(|file| !file.editable).collect();
    if !generated.iter().any(|file| file.path == "Cargo.toml") {
        return Ok(None);
    }
    if !root.join(MARK).is_file() {
        super::root::refuse_foreign(root)?;
    }
    write(
        &root.join(MARK),
        "Made by `gradus author`; may be deleted at any time.\n",
    )?;
    let folder = root.join("exercises").join(exercise.id.as_str());
    clear(&folder)?;
    for file in &generated {
        let text = match file.path.as_str() {
            "Cargo.toml" => with_tests(&file.text, course, exercise),
            _ => file.text.clone(),
        };
        write(&folder.join(&file.path), &text)?;
    }
    for (name, source) in parts(exercise) {
        link(course, &source, &folder.join(name))?;
    }
    members::write_manifest(root)?;
    Ok(Some(folder))
}

/// Returns the folders of the crate and where each is in the course.
fn parts(exercise: &Exercise) -> [(&'static str, String); 4] {
    let part = |name: &str| format!("exercises/{}/{name}", exercise.id);
    [
        ("src", part("solution/src")),
        ("tests", part("solution/tests")),
        ("hidden", part("hidden")),
        ("starter", part("starter")),
    ]
}

/// Adds the hidden tests and the starter's examples to the crate's manifest.
fn with_tests(manifest: &str, course: &Course, exercise: &Exercise) -> String {
    let mut text = manifest.trim_end().to_owned();
    let tests = [
        ("hidden", "hidden/tests.rs"),
        ("examples", "starter/tests/examples.rs"),
    ];
    for (name, path) in tests {
        let is_there = course
            .tree
            .get(&format!("exercises/{}/{path}", exercise.id))
            .is_some();
        let in_solution = format!("exercises/{}/solution/tests/{name}.rs", exercise.id);
        if is_there && course.tree.get(&in_solution).is_none() {
            let entry = ["\n\n[[test]]\nname = \"", name, "\"\npath = \"", path, "\""];
            text.extend(entry);
        }
    }
    text.push('\n');
    text
}

/// Removes what an earlier call made; links are removed, not followed.
fn clear(folder: &Path) -> Result<(), WorkspaceError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(|source| file_error(folder, source)),
    }
}

/// Links `to` to the course's folder `source`; copies it where the course is in the binary.
fn link(course: &Course, source: &str, to: &Path) -> Result<(), WorkspaceError> {
    let prefix = format!("{source}/");
    let mut files = course.tree.below(&prefix).peekable();
    if files.peek().is_none() {
        return Ok(());
    }
    #[cfg(unix)]
    if let Some(course_folder) = course.tree.folder() {
        let linked = std::os::unix::fs::symlink(course_folder.join(source), to);
        return linked.map_err(|source| file_error(to, source));
    }
    for (name, text) in files {
        write(&to.join(name), text)?;
    }
    Ok(())
}
