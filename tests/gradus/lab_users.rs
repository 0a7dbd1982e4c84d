//! Labs work for the superuser, whose nginx workers run as another user, and for ordinary users.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::harness::is_superuser;
use crate::lab_kills::solution;

/// Labs whose nginx reaches its service by an address, and by a path.
const EXERCISES: [&str; 2] = ["wrong-port", "socket-path-and-mode"];
/// The number of an ordinary user and group.
const ORDINARY: u32 = 65_534;

#[test]
fn a_lab_works_whoever_checks_it() {
    let home = tempfile::tempdir().expect("a folder");
    for exercise in EXERCISES {
        let mine = check(exercise, home.path(), &[]);
        assert!(mine.status.success(), "{exercise}: {mine:?}");
    }
}

#[test]
fn a_lab_works_for_an_ordinary_user() {
    if !is_superuser() {
        return;
    }
    let home = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::chown(home.path(), Some(ORDINARY), Some(ORDINARY)).expect("it is ours");
    let user = format!("--reuid={ORDINARY}");
    let group = format!("--regid={ORDINARY}");
    let changed = ["setpriv", &user, &group, "--clear-groups"];
    for exercise in EXERCISES {
        let theirs = check(exercise, home.path(), &changed);
        assert!(theirs.status.success(), "{exercise}: {theirs:?}");
    }
    let left = fs::read_dir(home.path().join("tmp")).expect("a folder");
    assert_eq!(left.count(), 0, "a folder is left");
}

/// Checks the solution of `exercise` in `home` by the command that begins with `prefix`.
#[expect(clippy::disallowed_methods, reason = "the test starts the binary")]
fn check(exercise: &str, home: &Path, prefix: &[&str]) -> Output {
    let folder = home.join(exercise);
    solution(exercise, &folder);
    let temporary = home.join("tmp");
    fs::create_dir_all(&temporary).expect("a folder");
    if !prefix.is_empty() {
        std::os::unix::fs::chown(&temporary, Some(ORDINARY), Some(ORDINARY)).expect("it is ours");
    }
    let gradus = env!("CARGO_BIN_EXE_gradus");
    let mut words = prefix.iter().copied().chain([gradus]);
    let mut command = Command::new(words.next().expect("at least gradus"));
    command
        .args(words)
        .args(["check", exercise, "--path"])
        .arg(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("TMPDIR", temporary)
        .current_dir(home);
    command.output().expect("it starts")
}
