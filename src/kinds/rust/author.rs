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

/// Returns the manifest at the root of the workspace `root`, whose members are the exercises and programs that
/// have a `Cargo.toml` of their own. Without such there is none.
pub(super) fn root_manifest(root: &Path) -> io::Result<Vec<(String, String)>> {
    let mut members = Vec::new();
    for folder in ["exercises", "programs"] {
        members.extend(crates(root, folder)?);
    }
    if members.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![("Cargo.toml".to_owned(), manifest(&members))])
}

/// Returns the crates in the folder `folder` of `root`, by their paths in `root`.
fn crates(root: &Path, folder: &str) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(root.join(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut crates = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            let name = entry.file_name().into_string().ok();
            crates.extend(name.map(|name| format!("{folder}/{name}")));
        }
    }
    crates.sort();
    Ok(crates)
}

fn manifest(members: &[String]) -> String {
    let mut text = String::from(
        "# Written by Gradus: every Rust exercise and program that was handed out so far.\n\
         [workspace]\nresolver = \"3\"\nmembers = [\n",
    );
    for member in members {
        text.extend(["    \"", member, "\",\n"]);
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
        let crates = ["exercises/b-crate", "exercises/a-crate", "programs/c"];
        for name in crates.into_iter().chain(["exercises/a-lab"]) {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        assert_eq!(root_manifest(folder.path()).unwrap(), []);
        for name in crates {
            fs::write(folder.path().join(name).join("Cargo.toml"), "").unwrap();
        }
        let files = root_manifest(folder.path()).unwrap();
        let table: toml::Table = files[0].1.parse().unwrap();
        let members = table["workspace"]["members"].as_array().unwrap();
        let members: Vec<_> = members.iter().filter_map(toml::Value::as_str).collect();
        assert_eq!(
            members,
            ["exercises/a-crate", "exercises/b-crate", "programs/c"]
        );
    }
}
