//! The Cargo workspace around the learner's crates.

use std::path::Path;
use std::{fs, io};

use super::{WorkspaceError, file_error, has_text, write};

/// Lists in the root `Cargo.toml` the exercises that have one of their own. Without such an
/// exercise there is no root `Cargo.toml` either.
pub(super) fn write_manifest(root: &Path) -> Result<(), WorkspaceError> {
    let exercises = root.join("exercises");
    let members = crates(&exercises).map_err(|source| file_error(&exercises, source))?;
    if members.is_empty() {
        return Ok(());
    }
    let path = root.join("Cargo.toml");
    let text = manifest(&members);
    if has_text(&path, &text) {
        return Ok(());
    }
    write(&path, &text)
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
            fs::create_dir_all(folder.path().join("exercises").join(name)).unwrap();
        }
        write_manifest(folder.path()).unwrap();
        assert!(!folder.path().join("Cargo.toml").exists());
        for name in ["b-crate", "a-crate"] {
            let manifest = folder
                .path()
                .join("exercises")
                .join(name)
                .join("Cargo.toml");
            fs::write(manifest, "").unwrap();
        }
        write_manifest(folder.path()).unwrap();
        let text = fs::read_to_string(folder.path().join("Cargo.toml")).unwrap();
        let table: toml::Table = text.parse().unwrap();
        let members = table["workspace"]["members"].as_array().unwrap();
        assert_eq!(members.len(), 2);
        assert_eq!(members[0].as_str(), Some("exercises/a-crate"));
    }
}
