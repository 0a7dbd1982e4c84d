//! The Gradescope autograder: laid out as Gradescope does, set up, and run on uploads.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use snapbox::{assert_data_eq, str};
use zip::ZipArchive;

use super::{CANARY, holds, packed};
use crate::harness::{Desk, Run, toolchain};
use crate::reports::gradescope::{Graded, Passed, graded};

const RIGHT: &str = "pub fn double(n: i64) -> Option<i64> { n.checked_mul(2) }";
/// Begins as every program for Linux does.
const STAND_IN: &str = "\u{7f}ELF for another machine";
const WRONG: &str = "pub fn double(n: i64) -> Option<i64> { Some(n.wrapping_mul(2)) }";

/// Returns a desk with an autograder that is laid out, and carries this Gradus. The program is laid
/// beside the rest rather than packed, which takes long where nothing is built to be fast.
fn laid_out() -> Desk {
    let desk = packed();
    desk.write("built/gradus", STAND_IN);
    lay_out(&desk, &["--gradus", "../built/gradus"]);
    let program = desk.path("autograder/source/gradus");
    fs::copy(env!("CARGO_BIN_EXE_gradus"), program).expect("a copy");
    desk
}

/// Packs, unpacks the zip file into `autograder/source`, and puts its runner where Gradescope
/// copies it.
fn lay_out(desk: &Desk, more: &[&str]) {
    let run = pack(desk, more);
    assert_eq!(run.code, Some(0), "{run:?}");
    unpack(desk, "here/autograder.zip", "autograder/source");
    let runner = desk.path("autograder/source/run_autograder");
    fs::copy(runner, desk.path("autograder/run_autograder")).expect("a copy");
    for tool in ["apt-get", "curl"] {
        stand_in(desk, tool, "");
    }
}

fn pack(desk: &Desk, more: &[&str]) -> Run {
    let arguments = ["pack", "--gradescope", "--exercise", "double"];
    let places = ["--course", "../course", "--out", "autograder.zip"];
    desk.gradus(&[&arguments[..], &places, more].concat())
}

fn unpack(desk: &Desk, archive: &str, folder: &str) {
    let mut archive = zip(&desk.path(archive));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("an entry");
        let name = entry.enclosed_name().expect("a name that stays inside");
        let path = desk.path(folder).join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let mut file = File::create_new(&path).expect("a file");
        std::io::copy(&mut entry, &mut file).expect("a copy");
        let mode = entry.unix_mode().expect("a mode");
        file.set_permissions(Permissions::from_mode(mode))
            .expect("it is ours");
    }
}

fn zip(path: &Path) -> ZipArchive<File> {
    ZipArchive::new(File::open(path).expect("a file")).expect("a zip file")
}

/// Puts a program into `tools` that notes how it was called, and then does `what`: no test asks the
/// network for anything.
fn stand_in(desk: &Desk, program: &str, what: &str) {
    let log = desk.path("asked").display().to_string();
    let name = format!("tools/{program}");
    let text = format!("#!/bin/sh\necho {program} \"$@\" >>{log}\n{what}\n");
    desk.write(&name, &text);
    fs::set_permissions(desk.path(&name), Permissions::from_mode(0o755)).expect("it is ours");
}

fn set_up(desk: &Desk) -> Run {
    let tools = desk.path("tools").display().to_string();
    let run = desk.shell(&format!(
        "PATH={tools}:$PATH sh ../autograder/source/setup.sh"
    ));
    assert_eq!(run.code, Some(0), "{run:?}");
    run
}

/// Grades an upload with these files as Gradescope does, in a container of its own.
fn upload(desk: &Desk, files: &[(&str, &str)]) -> Run {
    for folder in ["submission", "results"] {
        let folder = desk.path("autograder").join(folder);
        fs::remove_dir_all(&folder).ok();
        fs::create_dir(&folder).expect("a folder");
    }
    for (path, text) in files {
        desk.write(&format!("autograder/submission/{path}"), text);
    }
    let run = desk.shell("../autograder/run_autograder");
    let told = [&run.stdout, &run.stderr];
    assert!(told.iter().all(|text| !text.contains(CANARY)), "{run:?}");
    run
}

/// Returns the results of an upload with `source` as its `src/lib.rs`.
fn results(desk: &Desk, source: &str) -> Graded {
    results_of(desk, &[("src/lib.rs", source)])
}

fn results_of(desk: &Desk, files: &[(&str, &str)]) -> Graded {
    let run = upload(desk, files);
    assert_eq!(run.code, Some(0), "{run:?}");
    let text = desk.read("autograder/results/results.json");
    assert!(!text.contains(CANARY), "{text}");
    graded(&text)
}

fn passed(graded: &Graded) -> Vec<bool> {
    let tests = graded.tests.iter();
    tests.map(|test| test.status == Passed::Passed).collect()
}

#[test]
fn uploads_are_graded_whatever_is_in_them() {
    let desk = packed();
    lay_out(&desk, &[]);
    let run = set_up(&desk);
    assert!(run.stdout.contains("The solution was graded"), "{run:?}");
    assert!(!run.stdout.contains(CANARY), "{run:?}");
    let asked = fs::read_to_string(desk.path("asked")).unwrap_or_default();
    let fetched = asked.lines().any(|line| line.starts_with("curl"));
    assert!(!fetched, "the compiler is there: {asked}");

    let right = results(&desk, RIGHT);
    assert_eq!((right.score, passed(&right)), (10.0, vec![true; 3]));

    let wrong = results(&desk, WRONG);
    assert_eq!(
        (wrong.score, passed(&wrong)),
        (4.0, vec![true, true, false])
    );
    assert_eq!(wrong.tests[2].name, "What does not fit is None");

    let broken = results(&desk, "pub fn double(");
    assert_eq!((broken.score, passed(&broken)), (0.0, vec![false; 3]));
    assert!(broken.output.unwrap_or_default().contains("error"));

    let nothing = results_of(&desk, &[]);
    assert_eq!((nothing.score, passed(&nothing)), (0.0, vec![false; 3]));
    let told = nothing.output.unwrap_or_default();
    assert!(told.contains("src/lib.rs"), "{told}");
}

#[test]
fn an_upload_neither_reads_what_is_hidden_nor_writes_its_own_results() {
    let desk = laid_out();
    set_up(&desk);
    let root = desk.path("autograder").display().to_string();
    let hidden = format!("{root}/source/course/exercises/double/hidden/tests.rs");
    let included = results(
        &desk,
        &format!(
            "pub fn double(_: i64) -> Option<i64> {{ panic!(\"{{}}\", include_str!({hidden:?})) }}"
        ),
    );
    assert_eq!((included.score, passed(&included)), (0.0, vec![false; 3]));

    let forging = format!(
        "pub fn double(n: i64) -> Option<i64> {{
            let text = std::fs::read_to_string({hidden:?}).unwrap_or_default();
            println!(\"{{text}}\");
            let forged = r#\"{{\"score\": 1000000}}\"#;
            std::fs::write({:?}, forged).ok();
            if n != 2 {{ std::process::exit(0) }}
            Some(4)
        }}",
        format!("{root}/results/results.json")
    );
    let forged = results(&desk, &forging);
    assert_eq!(
        (forged.score, passed(&forged)),
        (2.0, vec![false, true, false])
    );

    // What was there before, whoever wrote it, is no result of what could not be graded.
    desk.write("autograder/results/results.json", "{\"score\": 1000000}");
    let run = desk.shell("GRADUS_NO_SANDBOX=1 ../autograder/run_autograder");
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stdout.contains("sandbox"), "doctor tells: {run:?}");
    assert!(!desk.path("autograder/results/results.json").exists());
}

#[test]
fn an_image_that_cannot_grade_says_so_while_it_is_built() {
    let desk = laid_out();
    let tools = desk.path("tools").display().to_string();
    let run = desk.shell(&format!(
        "PATH={tools}:$PATH GRADUS_NO_SANDBOX=1 sh ../autograder/source/setup.sh"
    ));
    assert_eq!(
        run.code,
        Some(0),
        "the containers may be allowed more: {run:?}"
    );
    assert!(run.stdout.contains("NOT graded"), "{run:?}");
    // A program for another system ends the build.
    desk.write("autograder/source/gradus", STAND_IN);
    let run = desk.shell(&format!(
        "PATH={tools}:$PATH sh ../autograder/source/setup.sh"
    ));
    assert_ne!(run.code, Some(0), "{run:?}");
}

/// The programs that the scripts may count on in a bare image.
const BARE: [&str; 10] = [
    "sh", "cat", "chmod", "cp", "dirname", "env", "mkdir", "mktemp", "rm", "ln",
];

#[test]
fn an_image_without_a_compiler_is_given_one() {
    let desk = laid_out();
    for program in BARE {
        let real = found(program);
        std::os::unix::fs::symlink(real, desk.path("tools").join(program)).expect("a link");
    }
    let tools = desk.path("tools").display().to_string();
    let link = |program: &str, into: &str| {
        let real = found(program).display().to_string();
        format!("mkdir -p {into}; ln -sf {real} {into}/{program}")
    };
    stand_in(&desk, "apt-get", &link("cc", &tools));
    let installer = link("rustc", "$HOME/.cargo/bin");
    stand_in(&desk, "curl", &format!("echo '{installer}'"));
    let script = format!("PATH={tools} sh ../autograder/source/setup.sh");
    let run = desk.shell(&script);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("The solution was graded"), "{run:?}");
    assert_data_eq!(
        desk.read("asked"),
        str![[r"
apt-get update
apt-get install -y --no-install-recommends ca-certificates curl gcc libc6-dev
curl --proto =https --tlsv1.2 -sSf https://sh.rustup.rs

"]]
    );
}

/// Returns where the program `name` of this machine is.
fn found(name: &str) -> std::path::PathBuf {
    let (_, path) = toolchain().pop().expect("the last is PATH");
    let folders = std::env::split_paths(&path).collect::<Vec<_>>();
    let mut places = folders.iter().map(|folder| folder.join(name));
    places.find(|place| place.is_file()).expect("it is there")
}

#[test]
fn it_carries_the_program_that_is_named_and_none_that_cannot_run_there() {
    let desk = packed();
    desk.write("built/gradus", STAND_IN);
    let run = pack(&desk, &["--gradus", "../built/gradus"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let mut archive = zip(&desk.path("here/autograder.zip"));
    let mut entry = archive.by_name("gradus").expect("it is there");
    assert_eq!(entry.unix_mode().map(|mode| mode & 0o777), Some(0o755));
    let mut bytes = Vec::new();
    std::io::copy(&mut entry, &mut bytes).expect("bytes");
    assert!(holds(&bytes, "for another machine"));

    desk.write("built/gradus", "MZ for another system");
    fs::remove_file(desk.path("here/autograder.zip")).expect("it was there");
    let run = pack(&desk, &["--gradus", "../built/gradus"]);
    assert_data_eq!(
        run.whole(),
        str![[r"
--- stderr
error: [SCRATCH]/here/../built/gradus is not a Linux executable
hint: name a Gradus built for Gradescope's image with `--gradus`; nothing was written
--- exit 3

"]]
    );
    assert!(!desk.path("here/autograder.zip").exists());
}

#[test]
fn what_a_lab_needs_is_told_when_it_is_packed() {
    let desk = packed();
    desk.write("built/gradus", STAND_IN);
    let run = desk.gradus(&[
        "pack",
        "--gradescope",
        "--exercise",
        "wrong-port",
        "--gradus",
        "../built/gradus",
        "--out",
        "lab.zip",
    ]);
    assert_data_eq!(
        run.whole(),
        str![[r"
wrote lab.zip
--- stderr
wrong-port is a lab: it is graded only where a container may have a network of its own. The log of the image's build says whether Gradescope's may.
--- exit 0

"]]
    );
}
