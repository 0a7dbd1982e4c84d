//! An exercise from `start` to a pass.

use std::io::{BufRead, BufReader};

use snapbox::{assert_data_eq, str};

use crate::harness::Desk;

const SOURCE: &str = "here/gradus-workspace/exercises/double/src/lib.rs";
const SOLUTION: &str = "course/exercises/double/solution/src/lib.rs";

#[test]
fn an_exercise_is_handed_out_checked_and_passed() {
    let desk = Desk::with_workspace();
    let handed_out = desk.gradus(&["check", "double"]);
    assert_data_eq!(
        handed_out.whole(),
        str![[r#"
--- stderr
Handed out gradus-workspace/exercises/double. The task is in README.md there; edit gradus-workspace/exercises/double/src/lib.rs and check again.
--- exit 4

"#]]
    );
    let failed = desk.gradus(&["check", "double"]);
    assert_data_eq!(
        failed.whole(),
        str![[r#"
Crashed: Double (1 of 3 tests passed)

  ✗ A small number is doubled
      input     double(3)
      expected  Some(6)
      got       Some(5)
  ✓ Twice two is four
  ✗ What does not fit is None (crashed)
      input     double(i64::MAX)
      got       a panic at src/lib.rs:5:10: attempt to add with overflow

Stuck? gradus hint double
--- exit 1

"#]]
    );
    desk.write(SOURCE, &desk.read(SOLUTION));
    let passed = desk.gradus(&["check", "double"]);
    assert_data_eq!(
        passed.whole(),
        str![[r#"
Passed: Double (3 of 3 tests passed)

  ✓ A small number is doubled
  ✓ Twice two is four
  ✓ What does not fit is None

Next: read lesson 1, Start.
  gradus read start
To compare, the reference solution: gradus solution double --diff
--- exit 0

"#]]
    );
    let json = desk.gradus(&["list", "--json"]).json();
    assert_eq!(json["exercises"][0]["state"], "passed");
}

#[test]
fn a_compile_error_comes_first_and_whole() {
    let desk = Desk::with_workspace();
    desk.gradus(&["check", "double"]);
    desk.write(SOURCE, "pub fn double(n: i64) -> Option<i64> {\n    n\n}\n");
    let run = desk.gradus(&["check", "double"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.starts_with("Compile error: Double"), "{run:?}");
    assert!(run.stdout.contains("mismatched types"), "{run:?}");
    assert!(run.stdout.contains("src/lib.rs:2"), "{run:?}");
}

#[test]
fn a_check_as_json_has_the_verdict_and_every_test() {
    let desk = Desk::with_workspace();
    desk.gradus(&["check", "double"]);
    let run = desk.gradus(&["check", "double", "--json"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let json = run.json();
    assert_eq!(json["version"], 1);
    assert_eq!(json["exercise"]["id"], "double");
    assert_eq!(json["of"], 3);
    assert_eq!(json["tests"][1]["title"], "Twice two is four");
    assert_eq!(json["tests"][1]["result"], "passed");
    assert_eq!(json["tests"][0]["expected"], "Some(6)");
}

#[test]
fn any_folder_can_be_checked_without_a_workspace() {
    let desk = Desk::new();
    let run = desk.gradus(&[
        "check",
        "double",
        "--course",
        "../course",
        "--path",
        "../course/exercises/double/solution",
    ]);
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn a_folder_that_is_not_there_is_no_submission() {
    let desk = Desk::with_workspace();
    let run = desk.gradus(&["check", "double", "--path", "nowhere"]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("here/nowhere: "), "{run:?}");
}

#[test]
fn hints_come_one_at_a_time_and_can_be_read_again() {
    let desk = Desk::with_workspace();
    assert_data_eq!(
        desk.gradus(&["hint", "double"]).whole(),
        str![[r#"
Hint 1 of 3
Add it to itself.

The next one: gradus hint double
--- exit 0

"#]]
    );
    assert_data_eq!(
        desk.gradus(&["hint", "double"]).whole(),
        str![[r#"
Hint 2 of 3
What if it does not fit?

The next one: gradus hint double
--- exit 0

"#]]
    );
    let again = desk.gradus(&["hint", "double", "--again"]);
    assert!(
        again.stdout.contains("Hint 1") && again.stdout.contains("Hint 2"),
        "{again:?}"
    );
    assert!(!again.stdout.contains("Hint 3"), "{again:?}");
    desk.gradus(&["hint", "double"]);
    let none = desk.gradus(&["hint", "double"]);
    assert_eq!(none.code, Some(4), "{none:?}");
}

#[test]
fn the_solution_is_kept_back_until_it_is_wanted() {
    let desk = Desk::with_workspace();
    let refused = desk.gradus(&["solution", "double"]);
    assert_data_eq!(
        refused.whole(),
        str![[r#"
--- stderr
error: you have not passed `double` yet, and seeing it cannot be undone
hint: try `gradus hint double` first; `gradus solution double --yes` shows the solution now
--- exit 2

"#]]
    );
    let shown = desk.gradus(&["solution", "double", "--yes"]);
    assert!(shown.stdout.contains("n.checked_mul(2)"), "{shown:?}");
}

#[test]
fn a_reset_keeps_a_copy() {
    let desk = Desk::with_workspace();
    desk.gradus(&["check", "double"]);
    desk.write(SOURCE, "my own work");
    let run = desk.gradus(&["reset", "double"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
Restored the files in gradus-workspace/exercises/double.
A copy of what was there: gradus-workspace/.gradus/backups/double-1
--- exit 0

"#]]
    );
    assert!(desk.read(SOURCE).contains("Some(n + 2)"));
    let copy = "here/gradus-workspace/.gradus/backups/double-1/src/lib.rs";
    assert_eq!(desk.read(copy), "my own work");
}

#[test]
fn an_exercise_that_can_be_checked_here_is_not_skipped() {
    let desk = Desk::with_workspace();
    let run = desk.gradus(&["skip", "double"]);
    assert_eq!(run.code, Some(2), "{run:?}");
}

#[test]
fn the_way_leads_to_a_finish() {
    let desk = Desk::with_workspace();
    desk.gradus(&["init", "--track", "writer", "--course", "../course"]);
    let next = |what: &str| {
        let json = desk.gradus(&["status", "--json"]).json();
        assert_eq!(json["next"].as_str(), Some(what), "{json}");
    };
    next("read start");
    desk.on_terminal(&["read", "start"]);
    next("check double");
    let said = desk.gradus(&["next"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
Next: the exercise “Double”.
Double a number that may be too large.
  Task:   gradus-workspace/exercises/double/README.md
  Edit:   gradus-workspace/exercises/double/src/lib.rs
  Check:  gradus check double
--- exit 0

"#]]
    );
    desk.write(SOURCE, &desk.read(SOLUTION));
    desk.gradus(&["check"]);
    next("read end");
    desk.on_terminal(&["read"]);
    let status = desk.gradus(&["status"]);
    assert_data_eq!(
        status.whole(),
        str![[r#"
A small course

workspace  gradus-workspace
track      reader: 2 of 2 lessons, 0 of 0 exercises  finished
track      writer: 2 of 2 lessons, 1 of 1 exercises  finished  (yours)

You have finished the course.
--- exit 0

"#]]
    );
}

#[test]
fn each_save_is_checked() {
    let desk = Desk::with_workspace();
    desk.gradus(&["check", "double"]);
    let mut watch = desk.start(&["watch", "double", "--poll"]);
    let mut lines = BufReader::new(watch.stdout.take().expect("a pipe")).lines();
    let mut wait_for = |text: &str| {
        let found = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains(text)));
        assert!(found.is_some(), "it ended before it said {text}");
    };
    wait_for("tests passed)");
    desk.write(SOURCE, &desk.read(SOLUTION));
    wait_for("src/lib.rs changed");
    wait_for("Passed: Double");
    watch.kill().expect("it runs");
    watch.wait().expect("it ends");
}

#[test]
fn what_a_learner_changed_or_deleted_is_renewed_with_a_word_and_a_copy() {
    let desk = Desk::with_workspace();
    desk.gradus(&["check", "double"]);
    let manifest = "here/gradus-workspace/exercises/double/Cargo.toml";
    let handed_out = desk.read(manifest);
    desk.write(
        manifest,
        &format!("{handed_out}\n[dependencies]\nitertools = \"0.15\"\n"),
    );
    std::fs::remove_file(desk.path(SOURCE)).expect("a file");
    let run = desk.gradus(&["check", "double"]);
    assert_data_eq!(
        &run.stderr,
        str![[r#"
Cargo.toml was not as handed out, and a check does not read what you change there: it was renewed, and yours is kept in gradus-workspace/.gradus/backups/double-1.
src/lib.rs was missing, and put back as handed out.

"#]]
    );
    assert_eq!(desk.read(manifest), handed_out);
    let copy = desk.read("here/gradus-workspace/.gradus/backups/double-1/Cargo.toml");
    assert!(copy.contains("itertools"), "{copy}");
    let again = desk.gradus(&["check", "double"]);
    assert_eq!(again.stderr, "", "{again:?}");
}

#[test]
fn all_exercises_that_were_handed_out_are_checked_and_reset() {
    let desk = Desk::with_workspace();
    assert_data_eq!(
        desk.gradus(&["check", "--all"]).whole(),
        str![[r#"
--- stderr
No exercise was handed out yet.
--- exit 4

"#]]
    );
    desk.gradus(&["check", "double"]);
    assert_data_eq!(
        desk.gradus(&["check", "--all"]).whole(),
        str![[r#"
Crashed: Double (1 of 3 tests passed)  double
0 of 1 exercise passed.
--- exit 1

"#]]
    );
    desk.write(SOURCE, &desk.read(SOLUTION));
    assert_data_eq!(
        desk.gradus(&["check", "--all"]).whole(),
        str![[r#"
Passed: Double (3 of 3 tests passed)  double
1 of 1 exercise passed.
--- exit 0

"#]]
    );
    let json = desk.gradus(&["list", "--json"]).json();
    assert_eq!(json["exercises"][0]["state"], "passed");
    assert_data_eq!(
        desk.gradus(&["reset", "--all"]).whole(),
        str![[r#"
Restored the files in gradus-workspace/exercises/double.
A copy of what was there: gradus-workspace/.gradus/backups/double-1
You passed `double` before; it is to be solved again.
--- exit 0

"#]]
    );
    assert!(desk.read(SOURCE).contains("Some(n + 2)"));
    let json = desk.gradus(&["list", "--json"]).json();
    assert_eq!(json["exercises"][0]["state"], "started");
    let list = desk.gradus(&["list"]).stdout;
    assert!(list.contains("to be solved again"), "{list}");
    let status = desk.gradus(&["status"]).stdout;
    assert!(
        status.contains("writer: 0 of 2 lessons, 0 of 1 exercises"),
        "{status}"
    );
}

#[test]
fn a_solution_is_shown_as_changes_to_the_starter() {
    let desk = Desk::with_workspace();
    let shown = desk.gradus(&["solution", "double", "--yes", "--diff"]);
    assert_data_eq!(
        shown.whole(),
        str![[r#"
src/lib.rs
  -//! Your solution.
  +//! The reference solution.

   /// Returns twice `n`, or `None` when it does not fit.
   pub fn double(n: i64) -> Option<i64> {
  -    Some(n + 2)
  +    n.checked_mul(2)
   }

--- exit 0

"#]]
    );
}

#[test]
fn what_the_code_printed_stands_under_the_test_that_failed() {
    let desk = Desk::with_workspace();
    desk.gradus(&["check", "double"]);
    desk.write(
        SOURCE,
        "pub fn double(n: i64) -> Option<i64> {\n    println!(\"doubling {n}\");\n    dbg!(n.signum());\n    Some(n * 2)\n}\n",
    );
    let run = desk.gradus(&["check", "double"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
Crashed: Double (2 of 3 tests passed)

  ✓ A small number is doubled
  ✓ Twice two is four
  ✗ What does not fit is None (crashed)
      input     double(i64::MAX)
      got       a panic at src/lib.rs:4:10: attempt to multiply with overflow
      printed   doubling 9223372036854775807
                [src/lib.rs:3:5] n.signum() = 1

Stuck? gradus hint double
--- exit 1

"#]]
    );
}

#[test]
fn a_check_ends_with_the_first_call_that_takes_too_long() {
    let desk = Desk::with_workspace();
    desk.gradus(&["check", "double"]);
    desk.write(
        SOURCE,
        "pub fn double(_n: i64) -> Option<i64> {\n    loop {\n        std::thread::park();\n    }\n}\n",
    );
    let run = desk.gradus(&["check", "double"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
Time limit: Double (0 of 3 tests passed)

  ✗ A small number is doubled (time limit)
      input     double(3)
      got       no answer within 2 s
  - Twice two is four
      an earlier call took too long
  - What does not fit is None
      an earlier call took too long

Stuck? gradus hint double
--- exit 1

"#]]
    );
}
