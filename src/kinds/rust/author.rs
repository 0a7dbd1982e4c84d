//! Crates as Cargo sees them: the author's, with the solution and the hidden tests, in which rust-analyzer,
//! `cargo fmt`, `clippy` and `cargo test` work; and the workspace around all crates in a folder.

use std::path::Path;
use std::{fs, io};

use super::task::RustTask;
use crate::kind::{Task, Workbench};

/// Tests of an exercise, by the name that Cargo is to call them.
const TESTS: [(&str, &str); 2] = [
    ("hidden", "hidden/tests.rs"),
    ("examples", "starter/tests/examples.rs"),
];

/// Returns the crate of the solution with all tests.
pub(super) fn workbench(task: &RustTask) -> Workbench {
    let generated = task.workspace().into_iter().filter(|file| !file.editable);
    let files = generated.map(|file| match file.path.as_str() {
        "Cargo.toml" => (file.path, with_tests(task, &file.text)),
        _ => (file.path, file.text),
    });
    Workbench {
        name: "crate",
        command: "cargo test",
        files: files.collect(),
        folders: &[
            ("src", "solution/src"),
            ("tests", "solution/tests"),
            ("hidden", "hidden"),
            ("starter", "starter"),
        ],
    }
}

/// Adds the hidden tests and the starter's examples to the crate's manifest.
fn with_tests(task: &RustTask, manifest: &str) -> String {
    let mut text = manifest.trim_end().to_owned();
    for (name, path) in TESTS {
        let in_solution = format!("solution/tests/{name}.rs");
        if task.file(path).is_some() && task.file(&in_solution).is_none() {
            let entry = ["\n\n[[test]]\nname = \"", name, "\"\npath = \"", path, "\""];
            text.extend(entry);
        }
    }
    text.push('\n');
    text
}

/// Returns the root manifest, whose members are the exercises that have a `Cargo.toml` of their own. Without
/// such an exercise there is none.
pub(super) fn root_manifest(exercises: &Path) -> io::Result<Vec<(String, String)>> {
    let members = crates(exercises)?;
    if members.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![("Cargo.toml".to_owned(), manifest(&members))])
}

fn crates(exercises: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(exercises)? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.extend(entry.file_name().into_string().ok());
        }
    }
    names.sort();
    Ok(names)
}

fn manifest(members: &[String]) -> String {
    let mut text = String::from(
        "# Written by Gradus: every Rust exercise that was handed out so far.\n\
         [workspace]\nresolver = \"3\"\nmembers = [\n",
    );
    for member in members {
        text.push_str("    \"exercises/");
        text.push_str(member);
        text.push_str("\",\n");
    }
    text.push_str("]\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_with_a_manifest_are_members() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b-crate", "a-crate", "a-lab"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        assert_eq!(root_manifest(folder.path()).unwrap(), []);
        for name in ["b-crate", "a-crate"] {
            fs::write(folder.path().join(name).join("Cargo.toml"), "").unwrap();
        }
        let files = root_manifest(folder.path()).unwrap();
        let table: toml::Table = files[0].1.parse().unwrap();
        let members = table["workspace"]["members"].as_array().unwrap();
        assert_eq!(members.len(), 2);
        assert_eq!(members[0].as_str(), Some("exercises/a-crate"));
    }
}
