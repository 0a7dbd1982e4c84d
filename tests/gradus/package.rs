//! The packaged crate holds every file of the course.

use std::collections::BTreeSet;
use std::process::Command;

use crate::repository::{files_below, root};

/// Cargo leaves out folders that hold a `Cargo.toml` of their own, and says nothing.
#[test]
#[expect(clippy::disallowed_methods, reason = "cargo knows what it packages")]
fn package_holds_every_file_of_the_course() {
    let mut command = Command::new(env!("CARGO"));
    command.args(["package", "--list", "--allow-dirty", "--offline"]);
    let output = command.current_dir(root()).output().expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let list = String::from_utf8(output.stdout).expect("UTF-8");
    let packaged: BTreeSet<&str> = list.lines().collect();
    let mut wanted = files_below("lessons");
    wanted.extend(files_below("exercises"));
    wanted.extend(["course.toml", "README.md", "LICENSE-MIT"].map(str::to_owned));
    let missing: Vec<_> = wanted
        .iter()
        .filter(|file| !packaged.contains(file.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}
