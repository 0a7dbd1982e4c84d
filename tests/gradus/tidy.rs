//! The repository is in order.

use std::collections::BTreeSet;

use crate::repository::{fences, files_below, files_of, read};

/// The most lines of a file of `src/`, its unit tests aside.
const MOST_LINES: usize = 450;

/// Names that say nothing about what is inside.
const DRAWERS: [&str; 6] = ["common", "helper", "helpers", "misc", "util", "utils"];

fn rust_files(folder: &str) -> Vec<String> {
    files_of(folder, "rs")
}

/// Returns the lines of `text` before its unit tests.
fn lines_without_tests(text: &str) -> usize {
    let tests = "#[cfg(test)]\nmod tests {";
    let code = text.split_once(tests).map_or(text, |(code, _)| code);
    code.lines().count()
}

#[test]
fn no_source_file_holds_more_than_one_idea() {
    let mut faults = Vec::new();
    for file in rust_files("src") {
        let lines = lines_without_tests(&read(&file));
        if lines > MOST_LINES {
            faults.push(format!("{file} has {lines} lines"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
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
fn architecture_names_every_module_and_no_other() {
    let text = read("ARCHITECTURE.md");
    let map = text.split("\n## ").find(|part| part.starts_with("Map\n"));
    let mut named = BTreeSet::new();
    for part in map.expect("a map").split("\n### `").skip(1) {
        let (module, rest) = part.split_once('`').expect("a closed name");
        named.insert(module.to_owned());
        assert!(rest.contains("Not here: "), "{module}: what is not there?");
        let rows = rest.lines().filter_map(|line| line.strip_prefix("| `"));
        let parts = rows.filter_map(|row| row.split_once('`'));
        named.extend(parts.map(|(name, _)| format!("{module}/{name}")));
    }
    let there = modules();
    let unnamed: Vec<_> = there.difference(&named).collect();
    let gone: Vec<_> = named.difference(&there).collect();
    assert!(unnamed.is_empty(), "not in the map: {unnamed:?}");
    assert!(gone.is_empty(), "not in src/: {gone:?}");
}

/// Returns the modules of the library and their parts.
fn modules() -> BTreeSet<String> {
    let files = rust_files("src");
    let paths = files.iter().map(|file| {
        let path = file.trim_start_matches("src/").trim_end_matches(".rs");
        path.to_owned()
    });
    let shallow = paths.filter(|path| path.matches('/').count() < 2);
    let modules = shallow.filter(|path| path != "lib" && path != "main");
    modules.collect()
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
