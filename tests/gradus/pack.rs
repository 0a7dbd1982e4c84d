//! Student editions, and packages for platforms that grade.

mod autograder;
mod student;
mod workflows;

use std::fs;
use std::path::Path;

use crate::harness::Desk;

/// Stands in every file that is hidden from a class.
const CANARY: &str = "canary-7f3a91";

/// Returns a desk whose course has the canary in all that is hidden, and packs it for the class into
/// `here/class`.
fn packed() -> Desk {
    let desk = Desk::new();
    let exercise = "course/exercises/double";
    for file in [
        "hidden/tests.rs",
        "solution/src/lib.rs",
        "wrong/01-wraps.rs",
    ] {
        let path = format!("{exercise}/{file}");
        let text = desk.read(&path);
        desk.write(&path, &format!("{text}\n// {CANARY}\n"));
    }
    let path = format!("{exercise}/exercise.toml");
    let text = desk.read(&path);
    let hinted = text.replace("Look for `checked_mul`.", CANARY);
    assert_ne!(hinted, text);
    let graded = format!(
        "{hinted}\n[grade]\npoints = 10\n[[grade.test]]\nname = \"too_large\"\nweight = 3\n"
    );
    desk.write(
        &path,
        &graded.replace("wraps\"", &format!("wraps {CANARY}\"")),
    );
    let run = desk.gradus(&[
        "pack",
        "--student",
        "--course",
        "../course",
        "--out",
        "class",
    ]);
    assert_eq!(run.code, Some(0), "{run:?}");
    desk
}

/// Returns the paths and bytes of all files below `folder`.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).expect("a file")));
        }
    }
    found
}

/// Returns whether `bytes` have `part` somewhere.
fn holds(bytes: &[u8], part: &str) -> bool {
    bytes
        .windows(part.len())
        .any(|window| window == part.as_bytes())
}
