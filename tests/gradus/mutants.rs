//! Mutants of a solution: a survivor is reported, unless it is marked as equivalent.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes snapshots so"
)]

use gradus::course;
use gradus::kinds::KINDS;
use gradus::source::Tree;
use snapbox::{assert_data_eq, str};

use crate::harness::Desk;

/// A hidden test that half of all wrong solutions pass.
const TWO_ALONE: &str = r"use double::double;

/// Twice two is four
#[test]
fn two() {
    assert_eq!(double(2), Some(4));
}
";

/// A solution of one line, where types and numbers can change.
const SOLUTION: &str = r"//! Doubles.

/// Returns twice `n`, or `None` when it does not fit.
pub fn double(n: i64) -> Option<i64> {
    i64::checked_mul(n, 2)
}
";

/// Marks of a mutant that survives, of one that is killed, of one that does not compile, and of none.
const MARKS: &str = r#"
[[equivalent]]
file = "solution/src/lib.rs"
text = "i64::checked_mul(n, 2)"
change = "`checked_mul` becomes `checked_add`"
reason = "twice two is two and two"

[[equivalent]]
file = "solution/src/lib.rs"
text = "i64::checked_mul(n, 2)"
change = "`2` becomes `3`"
reason = "untrue"

[[equivalent]]
file = "solution/src/lib.rs"
text = "i64::checked_mul(n, 2)"
change = "`i64` becomes `i32`"
reason = "untrue"

[[equivalent]]
file = "solution/src/lib.rs"
text = "n * 2"
change = "`2` becomes `3`"
reason = "the solution was another one"
"#;

const MANIFEST: &str = "course/exercises/double/exercise.toml";

/// A course whose only exercise has one weak test.
fn weak() -> Desk {
    let desk = Desk::new();
    desk.write("course/exercises/double/hidden/tests.rs", TWO_ALONE);
    desk.write("course/exercises/double/solution/src/lib.rs", SOLUTION);
    desk
}

fn mark(desk: &Desk, marks: &str) {
    let manifest = desk.read(MANIFEST);
    desk.write(MANIFEST, &format!("{manifest}{marks}"));
}

#[test]
fn no_mutant_of_a_good_exercise_survives() {
    let desk = Desk::new();
    assert_data_eq!(
        desk.gradus(&["validate", "../course", "--mutants"]).whole(),
        str![[r#"
No problems: 10 mutants of 1 exercise in [..] s: 10 killed, 0 not compiling, 0 marked, 0 surviving
--- exit 0

"#]]
    );
}

#[test]
fn a_mutant_that_survives_is_told_with_its_change() {
    let desk = weak();
    let run = desk.gradus(&["validate", "../course", "--mutants", "double"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
exercises/double/solution/src/lib.rs:5: a mutant survives: `checked_mul` becomes `checked_add`
    - i64::checked_mul(n, 2)
    + i64::checked_add(n, 2)
    add a hidden test that tells them apart, or mark it as equivalent with a reason
exercises/double/solution/src/lib.rs:5: a mutant survives: `n, 2` becomes `2, n`
    - i64::checked_mul(n, 2)
    + i64::checked_mul(2, n)
    add a hidden test that tells them apart, or mark it as equivalent with a reason
2 problems: 12 mutants of 1 exercise in [..] s: 7 killed, 3 not compiling, 0 marked, 2 surviving
--- exit 1

"#]]
    );
}

#[test]
fn a_marked_mutant_is_none_and_a_stale_mark_is_a_problem() {
    let desk = weak();
    mark(&desk, MARKS);
    let run = desk.gradus(&["validate", "../course", "--mutants", "double"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
exercises/double/exercise.toml:19: no surviving mutant fits this mark: `2` becomes `3` in `i64::checked_mul(n, 2)`
    a hidden test tells it from the solution: delete the mark
exercises/double/exercise.toml:25: no surviving mutant fits this mark: `i64` becomes `i32` in `i64::checked_mul(n, 2)`
    it does not compile: delete the mark
exercises/double/exercise.toml:31: no surviving mutant fits this mark: `2` becomes `3` in `n * 2`
    there is no such mutant any more: delete the mark, or correct `text` or `change`
exercises/double/solution/src/lib.rs:5: a mutant survives: `n, 2` becomes `2, n`
    - i64::checked_mul(n, 2)
    + i64::checked_mul(2, n)
    add a hidden test that tells them apart, or mark it as equivalent with a reason
4 problems: 12 mutants of 1 exercise in [..] s: 7 killed, 3 not compiling, 1 marked, 1 surviving
--- exit 1

"#]]
    );
}

#[test]
fn one_mark_may_speak_of_several_changes_of_a_line() {
    let desk = weak();
    let marks = r#"
[[equivalent]]
file = "solution/src/lib.rs"
text = "i64::checked_mul(n, 2)"
change = ["`checked_mul` becomes `checked_add`", "`n, 2` becomes `2, n`"]
reason = "twice two is two and two, in either order"
"#;
    mark(&desk, marks);
    let run = desk.gradus(&["validate", "../course", "--mutants", "double"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let whole = run.whole();
    assert!(whole.contains("2 marked, 0 surviving"), "{whole}");
}

#[test]
fn json_counts_the_mutants_of_each_exercise() {
    let desk = weak();
    let arguments = ["validate", "../course", "--mutants", "double", "--json"];
    let run = desk.gradus(&arguments);
    assert_eq!(run.code, Some(1));
    let json = run.json();
    assert_eq!(json["problems"].as_array().map(Vec::len), Some(2));
    assert_data_eq!(
        json["mutants"].to_string(),
        str![[
            r#"[{"exercise":"double","killed":7,"made":12,"marked":0,"not_compiling":3,"surviving":2,"tests":[{"kills":7,"kills_alone":7,"test":"two","wrong":0,"wrong_alone":0}]}]"#
        ]]
    );
    assert_eq!(json["unproved"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_solution_that_does_not_pass_has_no_mutants() {
    let desk = weak();
    let three = SOLUTION.replace("(n, 2)", "(n, 3)");
    desk.write("course/exercises/double/solution/src/lib.rs", &three);
    let run = desk.gradus(&["validate", "../course", "--mutants", "double"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
exercises/double/exercise.toml: the solution does not pass, so its mutants show nothing
1 problem: 0 mutants of 0 exercises in [..] s: 0 killed, 0 not compiling, 0 marked, 0 surviving
--- exit 1

"#]]
    );
}

#[test]
fn a_mark_needs_a_reason_and_is_there_once() {
    let desk = weak();
    let (first, _) = MARKS.split_at(MARKS.find("reason").expect("a reason"));
    mark(&desk, &first.repeat(2));
    let run = desk.gradus(&["validate", "../course", "--exercise", "double"]);
    assert_data_eq!(
        run.stdout,
        str![[r#"
exercises/double/exercise.toml:8: `wrong/01-wraps.rs`: there is no hidden test `too_large`
exercises/double/exercise.toml:13: a mutant is marked without a reason
    say in `reason` why no test can tell it from the solution
exercises/double/exercise.toml:18: a mutant is marked twice
exercises/double/exercise.toml:18: a mutant is marked without a reason
    say in `reason` why no test can tell it from the solution
exercises/double/starter/src/lib.rs: the starter passes: there is nothing to do
5 problems, 0 exercises proved

"#]]
    );
}

#[test]
fn a_mark_is_not_handed_out_and_changes_no_pass() {
    let desk = Desk::new();
    let fingerprint = || {
        let tree = Tree::read(&desk.path("course")).expect("a course");
        let (course, _) = course::load(&tree, KINDS);
        course.exercises[0].fingerprint().to_owned()
    };
    let before = fingerprint();
    mark(&desk, MARKS);
    assert_eq!(fingerprint(), before);
    desk.gradus(&[
        "pack",
        "--student",
        "--course",
        "../course",
        "--out",
        "class",
    ]);
    let handed_out = desk.read("here/class/exercises/double/exercise.toml");
    assert!(!handed_out.contains("equivalent"), "{handed_out}");
}

#[test]
fn mutants_are_of_one_exercise_or_of_all() {
    let desk = Desk::new();
    let run = desk.gradus(&["validate", "../course", "--mutants", "dubble"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    let run = desk.gradus(&["validate", "../course", "--mutants", "--watch", "double"]);
    assert_eq!(run.code, Some(2), "{run:?}");
}

#[test]
fn an_exercise_that_this_machine_cannot_check_is_named() {
    let desk = Desk::with_labs();
    let arguments = ["validate", "../labs", "--mutants"];
    let run = desk.gradus_with(&arguments, "", &[("GRADUS_NGINX", "/nowhere/nginx")]);
    assert_eq!(run.code, Some(3), "{run:?}");
    let named = "not proved here: this exercise needs nginx";
    assert!(run.stdout.contains(named), "{run:?}");
}
