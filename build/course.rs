//! The built-in course: embeds each file of `course.toml`, `lessons/`, `exercises/`, `programs/` and
//! `drill/` in a list that `course::builtin` reads.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Writes that list to `builtin.rs` in `out`.
pub(crate) fn embed(root: &Path, out: &Path) -> io::Result<()> {
    let mut files = vec![root.join("course.toml")];
    println!("cargo::rerun-if-changed=course.toml");
    for folder in ["lessons", "exercises", "programs", "drill"] {
        println!("cargo::rerun-if-changed={folder}");
        collect(&root.join(folder), &mut files)?;
    }
    files.sort();
    let mut list = String::from("&[\n");
    for file in &files {
        let path = file.strip_prefix(root).expect("below the root");
        let name = path
            .to_str()
            .expect("course files have UTF-8 names")
            .replace('\\', "/");
        // The text instead of an `include_str!`, so that the crate builds without this folder later on.
        let text = fs::read_to_string(file)?;
        writeln!(list, "    ({name:?}, {text:?}),").expect("a string takes it");
    }
    list.push(']');
    fs::write(out.join("builtin.rs"), list)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
