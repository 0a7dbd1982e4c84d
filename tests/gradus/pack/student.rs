//! The student edition opens, checks public examples, and contains nothing hidden.

use std::path::Path;

use snapbox::{assert_data_eq, str};

use super::{CANARY, files, holds, packed};
use crate::harness::Desk;

const RIGHT: &str = "pub fn double(n: i64) -> Option<i64> { n.checked_mul(2) }";
/// Holds for the public example, and not for every hidden test.
const PLAUSIBLE: &str = "pub fn double(n: i64) -> Option<i64> { Some(n.wrapping_mul(2)) }";

#[test]
fn nothing_hidden_is_in_any_byte_of_it() {
    let desk = packed();
    let files = files(&desk.path("here/class"));
    assert!(files.len() > 8, "{} files", files.len());
    for (path, bytes) in &files {
        assert!(!holds(bytes, CANARY), "{path}");
        assert!(!holds(bytes, "too_large"), "{path} names a hidden test");
        for part in ["/hidden/", "/solution/", "/wrong/"] {
            assert!(!path.contains(part), "{path}");
        }
    }
    let with_hints = ["pack", "--student", "--hints", "--course", "../course"];
    let run = desk.gradus(&[&with_hints[..], &["--out", "hinted"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    let manifest = desk.read("here/hinted/exercises/double/exercise.toml");
    assert!(manifest.contains(CANARY), "a hint was asked for");
}

#[test]
fn the_built_in_course_hands_out_no_hidden_file_and_opens() {
    let desk = Desk::new();
    let run = desk.gradus(&["pack", "--student", "--out", "class"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let packed = files(&desk.path("here/class"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("exercises");
    let mut hidden = files(&root);
    hidden.retain(|(path, _)| {
        let parts = ["/hidden/", "/solution/", "/wrong/", "/accepted/"];
        // Whoever puts this lab up can see what its nginx runs with.
        let is_shown = path.ends_with("/hidden/running.conf");
        !is_shown && parts.iter().any(|part| path.contains(part))
    });
    assert!(hidden.len() > 100, "{} hidden files", hidden.len());
    let given: Vec<_> = packed
        .iter()
        .filter(|(path, _)| path.contains("/starter/"))
        .collect();
    for (path, bytes) in &hidden {
        let text = String::from_utf8_lossy(bytes);
        // What stands in a starter anyway is no secret, and a runbook of one or two commands may
        // stand in a lesson.
        if text.lines().count() < 4 || given.iter().any(|(_, given)| holds(given, text.trim())) {
            continue;
        }
        let leak = packed.iter().find(|(_, packed)| holds(packed, text.trim()));
        let leak = leak.map(|(path, _)| path);
        assert!(leak.is_none(), "{path} is in {leak:?}");
    }
    let listed = |course: &[&str]| desk.gradus(&[&["list", "--json"], course].concat());
    let (full, class) = (listed(&[]), listed(&["--course", "class"]));
    assert_eq!(class.stderr, "", "it loads without a problem");
    assert_eq!(
        full.json()["exercises"].as_array().map(Vec::len),
        class.json()["exercises"].as_array().map(Vec::len)
    );
    let read = |course: &[&str]| {
        desk.gradus(&[&["read", "first-502"], course].concat())
            .stdout
    };
    // The commands that a page shows name the course.
    let in_class = read(&["--course", "class"]).replace(" --course class", "");
    assert_eq!(read(&[]), in_class);
}

#[test]
fn a_check_runs_the_public_examples_and_says_that_it_is_no_pass() {
    let desk = packed();
    desk.write("mine/src/lib.rs", PLAUSIBLE);
    let check = ["check", "double", "--course", "class", "--path", "../mine"];
    let run = desk.gradus(&check);
    assert_data_eq!(
        run.whole(),
        str![[r"
Public examples hold: Double (1 of 1 tests passed)

  ✓ twice three is six

These are the public examples only, never a pass: the hidden tests are with
your instructor, and run when your work is graded.

Next: read lesson 1, Start.
  gradus --course class read start
--- exit 0

"]]
    );
    let json = desk.gradus(&[&check[..], &["--json"]].concat()).json();
    assert_eq!(json["scope"], "public");
    desk.write(
        "mine/src/lib.rs",
        "pub fn double(_: i64) -> Option<i64> { None }",
    );
    let run = desk.gradus(&check);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.starts_with("Failed: Double"), "{run:?}");
}

#[test]
fn an_exercise_whose_examples_hold_is_settled_and_not_passed() {
    let desk = packed();
    let course = ["--course", "class"];
    desk.gradus(&["init", "--course", "class"]);
    desk.gradus(&[&["check", "double"], &course[..]].concat());
    desk.write("here/gradus-workspace/exercises/double/src/lib.rs", RIGHT);
    let run = desk.gradus(&["check", "double"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let listed = desk.gradus(&["list", "--json"]).json();
    let exercise = &listed["exercises"][0];
    assert_eq!(
        (&exercise["id"], &exercise["state"]),
        (&"double".into(), &"settled".into())
    );
    let run = desk.gradus(&["solution", "double", "--yes"]);
    assert_eq!(run.code, Some(4), "there is none: {run:?}");
}

#[test]
fn a_lab_is_checked_by_nginx_and_by_being_put_up() {
    let desk = Desk::new();
    desk.gradus(&["pack", "--student", "--out", "class"]);
    let course = ["--course", "class"];
    let check = |lab: &str| {
        let folder = format!("class/exercises/{lab}/starter");
        let arguments = ["check", lab, "--path", &folder];
        desk.gradus(&[&arguments[..], &course].concat())
    };
    let run = check("wrong-port");
    assert_eq!(run.code, Some(0), "a probe would find it broken: {run:?}");
    assert!(run.stdout.contains("never a pass"), "{run:?}");
    for lab in ["app-down", "classify-the-log"] {
        assert_eq!(check(lab).code, Some(0), "{lab}");
    }
    let conf = "here/class/exercises/wrong-port/starter/nginx.conf";
    desk.write(conf, &desk.read(conf).replace("proxy_pass", "proxy_past"));
    let run = check("wrong-port");
    assert_eq!(run.code, Some(1), "{run:?}");
}

#[test]
fn it_grades_nobody_and_is_packed_once() {
    let desk = packed();
    let grade = ["grade", "../mine", "--course", "class", "--out", "out"];
    let pack = ["pack", "--student", "--course", "class", "--out", "again"];
    let validate = ["validate", "class"];
    for arguments in [&grade[..], &pack, &validate] {
        let run = desk.gradus(arguments);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains("student edition"), "{run:?}");
    }
    let run = desk.gradus(&[
        "pack",
        "--student",
        "--course",
        "../course",
        "--out",
        "class",
    ]);
    assert_eq!(run.code, Some(3), "what is there is left alone: {run:?}");
}

#[test]
fn an_exercise_without_public_examples_is_not_handed_out() {
    let desk = Desk::new();
    let examples = "course/exercises/double/starter/tests/examples.rs";
    std::fs::remove_file(desk.path(examples)).expect("a file");
    let run = desk.gradus(&[
        "pack",
        "--student",
        "--course",
        "../course",
        "--out",
        "class",
    ]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("no public examples"), "{run:?}");
    assert!(!desk.path("here/class").exists());
}
