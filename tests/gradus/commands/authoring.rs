//! The commands of an author.

use std::path::Path;

use snapbox::{assert_data_eq, str};

use crate::harness::Desk;

#[test]
fn a_good_course_is_proved() {
    let desk = Desk::new();
    assert_data_eq!(
        desk.gradus(&["validate", "../course"]).whole(),
        str![[r#"
No problems: 2 lessons, 1 exercise proved
--- exit 0

"#]]
    );
}

#[test]
fn exercises_whose_tests_run_in_the_learners_process_are_named() {
    let desk = Desk::new();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/course-check");
    let fixture = fixture.to_str().expect("UTF-8");
    let said = |id| desk.gradus(&["validate", fixture, "--exercise", id]).stdout;
    let named = "Hidden tests run in the learner's process (`linked`): keep";
    assert!(said("keep").contains(named), "{}", said("keep"));
    assert!(!said("pair").contains("linked"), "{}", said("pair"));
    let json = desk.gradus(&["validate", fixture, "--exercise", "keep", "--json"]);
    assert_eq!(json.json()["linked"][0], "keep");
}

#[test]
fn every_problem_is_listed_with_file_and_line() {
    let desk = Desk::new();
    let toml = desk.read("course/exercises/double/exercise.toml");
    let toml = toml
        .replace("\"too_large\"", "\"small\"")
        .replace(", \"Look for `checked_mul`.\"", "");
    desk.write("course/exercises/double/exercise.toml", &toml);
    desk.write(
        "course/lessons/02-end.md",
        "+++\ntitle = \"End\"\n+++\nSee [it](03-gone.md).\n",
    );
    let run = desk.gradus(&["validate", "../course"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
exercises/double/exercise.toml:5: 2 hints
    write at least 3, the gentlest first
exercises/double/exercise.toml:8: `small` does not catch wrong solution `wrong/01-wraps.rs`; `too_large` does
lessons/02-end.md:1: `summary` is missing or empty
    say in one sentence what one can do after the lesson
lessons/02-end.md:4: the link `03-gone.md` leads to no lesson
4 problems, 0 exercises proved
--- exit 1

"#]]
    );
    let json = desk.gradus(&["validate", "../course", "--json"]).json();
    assert_eq!(json["problems"].as_array().map(Vec::len), Some(4), "{json}");
    let only = desk.gradus(&["validate", "../course", "--exercise", "double"]);
    assert!(!only.stdout.contains("lessons/"), "{only:?}");
}

#[test]
fn a_new_course_is_written_once() {
    let desk = Desk::new();
    assert_data_eq!(
        desk.gradus(&["new", "course", "my-course"]).whole(),
        str![[r#"
wrote my-course/course.toml
wrote my-course/lessons/01-start.md
Edit them, then: gradus validate my-course
--- exit 0

"#]]
    );
    let again = desk.gradus(&["new", "course", "my-course"]);
    assert_data_eq!(
        again.whole(),
        str![[r#"
--- stderr
error: [SCRATCH]/here/my-course/course.toml exists already
hint: choose another name; nothing was written
--- exit 3

"#]]
    );
    let lesson = desk.gradus(&["new", "lesson", "more", "--course", "my-course"]);
    assert_data_eq!(
        lesson.whole(),
        str![[r#"
wrote my-course/lessons/02-more.md
--- exit 0

"#]]
    );
    let good = desk.gradus(&["validate", "my-course"]);
    assert_eq!(good.code, Some(0), "{good:?}");
}

#[test]
fn the_builtin_course_cannot_be_added_to() {
    let desk = Desk::new();
    let run = desk.gradus(&["new", "lesson", "more"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
--- stderr
error: the built-in course cannot be changed
hint: name a course's folder with `--course`
--- exit 2

"#]]
    );
}

#[test]
fn an_author_gets_a_crate_that_is_linked_to_the_course() {
    let desk = Desk::new();
    let run = desk.gradus(&[
        "author",
        "double",
        "--course",
        "../course",
        "--into",
        "crate",
    ]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
Made a crate of `double`. Its folders are links: what you edit there is edited in the course.
  cd crate/exercises/double && cargo test
Prove it with: gradus --course ../course validate --exercise double
--- exit 0

"#]]
    );
    let folder = "here/crate/exercises/double";
    desk.write(&format!("{folder}/src/lib.rs"), "// edited\n");
    assert_eq!(
        desk.read("course/exercises/double/solution/src/lib.rs"),
        "// edited\n"
    );
    let manifest = desk.read(&format!("{folder}/Cargo.toml"));
    assert!(manifest.contains("hidden/tests.rs"), "{manifest}");
}

#[test]
fn completions_and_the_manual_page_are_written() {
    let desk = Desk::new();
    for (arguments, part) in [
        (["completions", "bash"].as_slice(), "_gradus"),
        (["completions", "fish"].as_slice(), "complete -c gradus"),
        (["man"].as_slice(), ".TH gradus"),
    ] {
        let run = desk.gradus(arguments);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.contains(part), "{part}");
    }
}
