//! The messages and exit codes of a grading.

use snapbox::{assert_data_eq, str};

use super::class::{arguments, class, grade, hand_in, learner, results, verdicts};

const RIGHT: &str = "pub fn double(n: i64) -> Option<i64> { n.checked_mul(2) }";

#[test]
fn a_grading_sums_up_what_it_found() {
    let desk = class(5);
    desk.write("class/notes.txt", "");
    desk.write("class/empty/README.md", "");
    desk.write("roster.csv", "learner,name\nlearner-000,Ada\nzoe,Zoe\n");
    let run = grade(&desk, "out", &["--roster", "../roster.csv"]);
    let run = crate::harness::Run {
        // Which submission ends first differs.
        stderr: run
            .stderr
            .lines()
            .filter(|line| !line.contains(" of 6: "))
            .fold(String::new(), |all, line| all + line + "\n"),
        ..run
    };
    assert_data_eq!(
        run.whole(),
        str![[r"
6 submissions graded
       1  passed
       1  failed
       2  crashed
       2  compile error
wrote out/results.jsonl
--- stderr
warning: ../class/notes.txt is not a submission: no folder
1 learner of the class list handed nothing in: zoe
--- exit 0

"]]
    );
    assert_eq!(results(&desk, "out")[2]["person"]["name"], "Ada");
}

#[test]
fn the_exit_code_says_whether_the_work_was_done_or_with_an_option_whether_all_passed() {
    let desk = class(2);
    assert_eq!(grade(&desk, "out", &[]).code, Some(0));
    assert_eq!(grade(&desk, "out", &["--require-pass"]).code, Some(1));
    hand_in(&desk, &learner(1), RIGHT);
    assert_eq!(grade(&desk, "out", &["--require-pass"]).code, Some(0));
    assert_eq!(grade(&desk, "out", &["--exercise", "doubl"]).code, Some(2));
    let gone = desk.gradus(&["grade", "../gone", "--course", "../course", "--out", "out"]);
    assert_eq!(gone.code, Some(3));
}

#[test]
fn the_first_that_does_not_pass_may_end_it() {
    let desk = class(20);
    let run = grade(&desk, "out", &["--fail-fast", "--jobs", "1"]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stdout.contains("not graded"), "{run:?}");
    let graded = verdicts(&desk, "out").len();
    assert!((2..10).contains(&graded), "{graded}");
}

#[test]
fn one_checkout_and_a_list_are_graded_as_a_folder_of_learners_is() {
    let desk = class(1);
    desk.write("ada/exercises/double/src/lib.rs", RIGHT);
    let course = ["--course", "../course"];
    let run = desk.gradus(&[&["grade", "../ada", "--out", "checkout"], &course[..]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    let one = |learner: &str| vec![(format!("{learner}/double"), "passed".to_owned())];
    assert_eq!(verdicts(&desk, "checkout"), one("ada"));
    let named = ["grade", "../ada", "--learner", "lovelace", "--out", "named"];
    assert_eq!(desk.gradus(&[&named, &course[..]].concat()).code, Some(0));
    assert_eq!(verdicts(&desk, "named"), one("lovelace"));
    let list = "bob\tdouble\t../ada/exercises/double\n";
    let run = desk.gradus_with(
        &[&["grade", "-", "--out", "list"], &course[..]].concat(),
        list,
        &[],
    );
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(verdicts(&desk, "list"), one("bob"));
}

#[test]
fn names_of_learners_are_only_names() {
    let desk = class(0);
    let long = "n".repeat(200);
    let names = [
        "a\u{1b}[31mb\nc",
        "=HYPERLINK(1)",
        "<script>",
        "x..y",
        "é\u{202e}",
        &long,
    ];
    for name in names {
        hand_in(&desk, name, RIGHT);
    }
    hand_in(&desk, "wrong\u{1b}[2J", "pub fn double(");
    let run = grade(&desk, "out", &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        !run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'),
        "{run:?}"
    );
    let found = verdicts(&desk, "out");
    assert_eq!(found.len(), names.len() + 1);
    for name in names {
        let name = format!("{name}/double");
        assert!(
            found.contains(&(name.clone(), "passed".to_owned())),
            "{name:?}: {found:?}"
        );
    }
}

#[test]
fn a_new_grading_shows_whose_result_changed_and_why() {
    let desk = class(5);
    grade(&desk, "old", &[]);
    hand_in(&desk, &learner(1), RIGHT);
    hand_in(&desk, "zoe", RIGHT);
    std::fs::remove_dir_all(desk.path("class/learner-003")).unwrap();
    let mut arguments = arguments("new", &["--diff", "old"]);
    arguments[0] = "regrade";
    let run = desk.gradus(&arguments);
    assert_data_eq!(
        run.stdout,
        str![[r"
learner-001/double: failed (0.67) -> passed (1)
    the submitted files changed
    differs: What does not fit is None
zoe/double: nothing -> passed (1)
    new submission
learner-003/double: compile error (0) -> nothing
    no longer there
3 results changed
5 submissions graded
       3  passed
       2  crashed
wrote new/results.jsonl

"]]
    );
    let tests = "course/exercises/double/hidden/tests.rs";
    desk.write(
        tests,
        &desk
            .read(tests)
            .replace("double(3), Some(6)", "double(-3), Some(-6)"),
    );
    arguments[5] = "newer";
    arguments[7] = "new";
    let run = desk.gradus(&arguments);
    assert!(run.stdout.contains("no result changed"), "{run:?}");
    desk.write(tests, &desk.read(tests).replace("Some(-6)", "Some(-7)"));
    arguments[5] = "newest";
    let run = desk.gradus(&arguments);
    assert!(run.stdout.contains("the exercise has changed"), "{run:?}");
}

#[test]
fn a_name_that_a_list_refuses_is_no_name_of_a_checkout() {
    let desk = class(0);
    for name in ["", "a/b"] {
        let learner = format!("--learner={name}");
        let run = desk.gradus(&["grade", ".", &learner, "--out", "out"]);
        assert_eq!(run.code, Some(2), "{run:?}");
        let why = format!("`{name}` is not a valid name for a learner");
        assert!(run.stderr.contains(&why), "{run:?}");
    }
}
