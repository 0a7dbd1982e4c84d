//! Hand-ins that git cannot store: links, pipes, sockets, strange names, very large and very deep trees.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::harness::copy;

/// What makes a hand-in, given the folder of the course and an empty folder.
type Builder = fn(course: &Path, folder: &Path);

/// Every builder by its name.
const BUILDERS: [(&str, Builder); 22] = [
    ("linked-file", linked_file),
    ("linked-source-folder", linked_source_folder),
    ("linked-folder", linked_folder),
    ("linked-workspace", linked_workspace),
    ("linked-module", linked_module),
    ("linked-own-tests", linked_own_tests),
    ("linked-configuration", linked_configuration),
    ("pipe", pipe),
    ("pipe-for-configuration", pipe_for_configuration),
    ("socket", socket),
    ("folder-for-file", folder_for_file),
    ("sparse", sparse),
    ("sparse-configuration", sparse_configuration),
    ("many-files", many_files),
    ("deep-folders", deep_folders),
    ("names-of-no-text", names_of_no_text),
    ("deep-brackets", deep_brackets),
    ("deep-configuration", deep_configuration),
    ("large-configuration", large_configuration),
    ("deep-rules", deep_rules),
    ("many-rules", many_rules),
    ("many-ports", many_ports),
];

/// Makes the hand-in of the builder `name` in `folder`.
pub(crate) fn build(name: &str, course: &Path, folder: &Path) {
    let found = BUILDERS.iter().find(|(known, _)| *known == name);
    let (_, builder) = found.unwrap_or_else(|| panic!("no builder `{name}`"));
    builder(course, folder);
}

/// Returns the solution of the exercise that `folder` answers.
fn solution(course: &Path, folder: &Path) -> std::path::PathBuf {
    let exercise = folder.file_name().expect("the exercise's name");
    course.join("exercises").join(exercise).join("solution")
}

fn linked_file(course: &Path, folder: &Path) {
    let file = solution(course, folder).join("src/lib.rs");
    symlink(file, folder.join("src/lib.rs")).expect("a link");
}

fn linked_source_folder(course: &Path, folder: &Path) {
    fs::remove_dir(folder.join("src")).expect("it is empty");
    symlink(solution(course, folder).join("src"), folder.join("src")).expect("a link");
}

fn linked_folder(course: &Path, folder: &Path) {
    fs::remove_dir_all(folder).expect("it is there");
    symlink(solution(course, folder), folder).expect("a link");
}

/// The workspace of another learner, under the name that a workspace has.
fn linked_workspace(course: &Path, folder: &Path) {
    let learner = folder.parent().expect("the learner's folder");
    fs::remove_dir_all(folder).expect("it is there");
    let other = course.with_file_name("other-workspace");
    let exercise = folder.file_name().expect("the exercise's name");
    copy(
        &solution(course, folder),
        &other.join("exercises").join(exercise),
    );
    symlink(other, learner.join("gradus-workspace")).expect("a link");
}

fn linked_module(course: &Path, folder: &Path) {
    let text = "mod answer;\npub use answer::{half, shout};\n";
    fs::write(folder.join("src/lib.rs"), text).expect("a file");
    let file = solution(course, folder).join("src/lib.rs");
    symlink(file, folder.join("src/answer.rs")).expect("a link");
}

fn linked_own_tests(course: &Path, folder: &Path) {
    copy(&solution(course, folder).join("src"), &folder.join("src"));
    symlink(solution(course, folder).join("tests"), folder.join("tests")).expect("a link");
}

fn linked_configuration(course: &Path, folder: &Path) {
    let file = solution(course, folder).join("nginx.conf");
    fs::remove_file(folder.join("nginx.conf")).expect("it is there");
    symlink(file, folder.join("nginx.conf")).expect("a link");
}

fn pipe(_course: &Path, folder: &Path) {
    make_pipe(&folder.join("src/lib.rs"));
}

fn pipe_for_configuration(_course: &Path, folder: &Path) {
    make_pipe(&folder.join("nginx.conf"));
}

fn socket(_course: &Path, folder: &Path) {
    drop(UnixListener::bind(folder.join("src/lib.rs")).expect("a socket"));
}

fn folder_for_file(_course: &Path, folder: &Path) {
    fs::create_dir(folder.join("src/lib.rs")).expect("a folder");
}

fn sparse(_course: &Path, folder: &Path) {
    make_sparse(&folder.join("src/lib.rs"));
}

fn sparse_configuration(_course: &Path, folder: &Path) {
    make_sparse(&folder.join("nginx.conf"));
}

fn make_pipe(path: &Path) {
    fs::remove_file(path).ok();
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o644), 0).expect("a pipe");
}

fn make_sparse(path: &Path) {
    File::create(path)
        .and_then(|file| file.set_len(8 << 30))
        .expect("a file");
}

/// A wrong answer among 20,000 other files.
fn many_files(_course: &Path, folder: &Path) {
    wrong(folder);
    for number in 0..20_000 {
        File::create(folder.join(format!("src/m{number}.rs"))).expect("a file");
    }
}

/// A wrong answer beside folders in folders, as deep as a path can be.
fn deep_folders(_course: &Path, folder: &Path) {
    wrong(folder);
    let mut deep = folder.join("src");
    while deep.as_os_str().len() < 4_000 {
        deep.push("deeper");
    }
    fs::create_dir_all(&deep).expect("folders");
    File::create(deep.join("lib.rs")).expect("a file");
}

/// A wrong answer beside files whose names are no text.
fn names_of_no_text(_course: &Path, folder: &Path) {
    wrong(folder);
    for number in 1..=9 {
        let name = [b"\xff\xfe\x1b[2J".as_slice(), &[number], b".rs"].concat();
        File::create(folder.join("src").join(OsStr::from_bytes(&name))).expect("a file");
    }
    File::create(folder.join("src/\u{1b}]0;title\n::error::a.rs")).expect("a file");
}

/// Brackets in brackets, and a word for which the tokens are looked through.
fn deep_brackets(_course: &Path, folder: &Path) {
    let deep = 250_000;
    let text = format!(
        "// set_hook\nconst A: () = {}{};\n",
        "(".repeat(deep),
        ")".repeat(deep)
    );
    fs::write(folder.join("src/lib.rs"), text).expect("a file");
}

fn deep_configuration(_course: &Path, folder: &Path) {
    fs::write(folder.join("nginx.conf"), "http {".repeat(10_000)).expect("a file");
}

fn large_configuration(_course: &Path, folder: &Path) {
    fs::write(
        folder.join("nginx.conf"),
        "# more\n".repeat((10 << 20) / 7 + 1),
    )
    .expect("a file");
}

fn deep_rules(course: &Path, folder: &Path) {
    copy(&solution(course, folder).with_file_name("starter"), folder);
    let text = format!("rule = {}{}\n", "[".repeat(20_000), "]".repeat(20_000));
    fs::write(folder.join("rules.toml"), text).expect("a file");
}

/// A rule for each text of two digits, and each cause: as many as a file may hold.
fn many_rules(course: &Path, folder: &Path) {
    copy(&solution(course, folder).with_file_name("starter"), folder);
    let rule = "[[rule]]\ncause = \"app-down\"\nerror = \"(a+)+$\"\n";
    fs::write(folder.join("rules.toml"), rule.repeat(60_000 / rule.len())).expect("a file");
}

fn wrong(folder: &Path) {
    let text = "pub fn half(n: i64) -> Option<i64> { Some(n) }\npub fn shout(text: &str) -> String { text.to_uppercase() }\n";
    fs::write(folder.join("src/lib.rs"), text).expect("a file");
}

fn many_ports(course: &Path, folder: &Path) {
    let text = fs::read_to_string(solution(course, folder).join("nginx.conf")).expect("a file");
    let listens = (9000..9100).fold(String::new(), |all, port| {
        all + &format!("listen 127.0.0.1:{port};\n")
    });
    let text = text.replacen("listen ", &(listens + "listen "), 1);
    fs::write(folder.join("nginx.conf"), text).expect("a file");
}
