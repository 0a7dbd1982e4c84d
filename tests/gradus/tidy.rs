//! The repository is tidy: its files, fixtures, pages and architecture map.

mod arrows;

use std::collections::BTreeSet;

use crate::repository::{fences, files_below, files_of, read};

/// Names that say nothing about what is inside.
const DRAWERS: [&str; 6] = ["common", "helper", "helpers", "misc", "util", "utils"];

fn rust_files(folder: &str) -> Vec<String> {
    files_of(folder, "rs")
}

#[test]
fn no_module_is_a_drawer() {
    for folder in ["src", "tests"] {
        for file in rust_files(folder) {
            let mut parts = file.trim_end_matches(".rs").split('/');
            assert!(!parts.any(|part| DRAWERS.contains(&part)), "{file}");
        }
    }
}

#[test]
fn every_source_file_starts_with_what_it_is() {
    for folder in ["src", "tests/gradus"] {
        let mut files = rust_files(folder);
        // The parts of a unit test are what its name says.
        files.retain(|file| !file.contains("/tests/"));
        for file in files {
            assert!(read(&file).starts_with("//! "), "{file}");
        }
    }
}

#[test]
fn no_test_file_is_forgotten() {
    for file in rust_files("tests/gradus") {
        let (folder, name) = file.rsplit_once('/').expect("a file in a folder");
        let module = name.trim_end_matches(".rs");
        if module == "main" {
            continue;
        }
        let parent = match folder {
            "tests/gradus" => "tests/gradus/main.rs".to_owned(),
            folder => format!("{folder}.rs"),
        };
        let declared = format!("mod {module};");
        let is_declared = read(&parent).lines().any(|line| line.ends_with(&declared));
        assert!(is_declared, "{parent} does not say `{declared}`");
    }
}

#[test]
fn no_test_is_ignored_and_none_sleeps() {
    // Taken apart, so that this file does not name what it looks for.
    let unwanted = [["#[", "ignore"].concat(), ["thread::", "sleep"].concat()];
    for file in rust_files("tests") {
        let text = read(&file);
        for part in &unwanted {
            assert!(!text.contains(part.as_str()), "{file} has `{part}`");
        }
    }
}

#[test]
fn every_fixture_says_what_it_is_for() {
    let listed: BTreeSet<String> = table_of("tests/fixtures/README.md", "folder");
    let there = files_below("tests/fixtures");
    let there = there
        .iter()
        .filter_map(|file| file.strip_prefix("tests/fixtures/")?.split_once('/'));
    let there: BTreeSet<String> = there.map(|(folder, _)| folder.to_owned()).collect();
    assert_eq!(listed, there);
}

/// Returns the names in the first column of the tables headed `head` in the page `page`.
fn table_of(page: &str, head: &str) -> BTreeSet<String> {
    let text = read(page);
    let mut names = BTreeSet::new();
    let mut inside = false;
    for line in text.lines() {
        inside = line.starts_with(&format!("| {head} |")) || inside && line.starts_with('|');
        if inside && let Some(rest) = line.strip_prefix("| `") {
            names.extend(rest.split_once('`').map(|(name, _)| name.to_owned()));
        }
    }
    names
}

#[test]
fn architecture_is_read_at_one_sitting() {
    let size = read("ARCHITECTURE.md").len();
    assert!(size <= 20_000, "{size} bytes");
}

#[test]
fn every_page_is_free_of_tabs_and_trailing_blanks() {
    for page in [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
    ] {
        for (index, line) in read(page).lines().enumerate() {
            let is_clean = line == line.trim_end() && !line.contains('\t');
            assert!(is_clean, "{page}:{}", index + 1);
        }
        assert!(
            fences(page).iter().all(|fence| !fence.info.is_empty()),
            "{page}"
        );
    }
}
