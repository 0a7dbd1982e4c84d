//! A grading that was killed or cancelled, or that had an internal error, resumes where it stopped.

use std::fs;
use std::path::Path;

use super::class::{arguments, class, grade, hand_in, learner, results, verdict, verdicts};
use crate::harness::{Desk, Extent};
use crate::processes::wait_until;

const SIZE: usize = 24;

/// Returns how many whole lines the journal in `out` has, its header included.
fn lines(desk: &Desk, out: &str) -> usize {
    let journal = fs::read(desk.path(&format!("here/{out}/journal.jsonl"))).unwrap_or_default();
    journal
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| line.ends_with(b"\n"))
        .count()
}

#[test]
fn every_submission_has_a_record_in_order() {
    let desk = class(10);
    let run = grade(&desk, "out", &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let expected: Vec<_> = (0..10)
        .map(|number| {
            (
                format!("{}/double", learner(number)),
                verdict(number).to_owned(),
            )
        })
        .collect();
    assert_eq!(verdicts(&desk, "out"), expected);
    let records = results(&desk, "out");
    assert_eq!(records[1]["tests"].as_array().map(Vec::len), Some(3));
    assert_eq!(records[4]["tests"][0]["verdict"], "not-run");
    assert_eq!(
        (&records[1]["score"], &records[2]["score"]),
        (&1.into(), &0.67.into())
    );
}

#[test]
fn a_grading_that_is_killed_again_and_again_ends_as_one_that_is_not() {
    if !Extent::Whole.is_wanted() {
        return;
    }
    let desk = class(SIZE);
    assert_eq!(grade(&desk, "whole", &[]).code, Some(0));
    // Each time it is let a few submissions further than before, and killed in the next one.
    for kill in 1..=5 {
        let mut grader = desk.start(&arguments("killed", &[]));
        wait_until("a few more records", || lines(&desk, "killed") > kill * 4);
        grader.kill().expect("it runs");
        grader.wait().expect("it ends");
        assert!(
            lines(&desk, "killed") < SIZE,
            "it was done before it was killed"
        );
    }
    assert_eq!(grade(&desk, "killed", &[]).code, Some(0));
    assert_eq!(results(&desk, "killed"), results(&desk, "whole"));
    assert_eq!(lines(&desk, "killed"), SIZE + 1, "nothing was graded twice");
}

#[test]
fn a_line_that_was_cut_short_is_graded_again() {
    let desk = class(4);
    grade(&desk, "out", &[]);
    let whole = results(&desk, "out");
    let path = desk.path("here/out/journal.jsonl");
    let journal = fs::read(&path).unwrap();
    for cut in [journal.len() - 1, journal.len() - 700, 40, 0] {
        fs::write(&path, &journal[..cut]).unwrap();
        assert_eq!(grade(&desk, "out", &[]).code, Some(0), "cut at {cut}");
        assert_eq!(results(&desk, "out"), whole, "cut at {cut}");
    }
    let broken = String::from_utf8(journal)
        .unwrap()
        .replacen("\"source\"", "\"sauce\"", 1);
    fs::write(&path, broken).unwrap();
    let run = grade(&desk, "out", &[]);
    assert_eq!(run.code, Some(3));
    assert!(
        run.stderr
            .contains("journal.jsonl:2: not a line of a journal"),
        "{run:?}"
    );
}

#[test]
fn what_is_handed_in_later_or_anew_is_graded_and_nothing_else() {
    let desk = class(5);
    grade(&desk, "out", &[]);
    hand_in(
        &desk,
        "a-late-one",
        "pub fn double(n: i64) -> Option<i64> { n.checked_add(n) }",
    );
    hand_in(
        &desk,
        &learner(1),
        "pub fn double(n: i64) -> Option<i64> { n.checked_mul(2) }",
    );
    fs::remove_dir_all(desk.path("class/learner-004")).unwrap();
    assert_eq!(grade(&desk, "out", &[]).code, Some(0));
    assert_eq!(
        lines(&desk, "out"),
        1 + 5 + 2,
        "those of before, and two more"
    );
    let found: Vec<_> = verdicts(&desk, "out")
        .into_iter()
        .map(|(_, verdict)| verdict)
        .collect();
    assert_eq!(
        found,
        ["passed", "passed", "passed", "crashed", "compile-error"]
    );
}

#[test]
fn what_gradus_could_not_do_is_tried_again() {
    let desk = class(3);
    let nowhere = [("PATH", "/nowhere"), ("CARGO_HOME", "/nowhere")];
    let run = desk.gradus_with(&arguments("out", &[]), "", &nowhere);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(
        verdicts(&desk, "out")
            .iter()
            .all(|(_, verdict)| verdict == "internal-error")
    );
    let error = results(&desk, "out")[1]["error"].clone();
    assert!(
        error.as_str().unwrap().contains("no Rust compiler"),
        "{error}"
    );
    let run = grade(&desk, "out", &[]);
    assert_eq!(run.code, Some(3), "the tools are others now: {run:?}");
    assert!(run.stderr.contains("start over"), "{run:?}");
    let run = grade(&desk, "out", &["--fresh"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(desk.path("here/out/journal-before.jsonl").exists());
}

#[test]
fn a_course_that_changed_is_not_mixed_with_what_was_graded_before() {
    let desk = class(2);
    grade(&desk, "out", &[]);
    let tests = "course/exercises/double/hidden/tests.rs";
    desk.write(
        tests,
        &desk
            .read(tests)
            .replace("double(3), Some(6)", "double(4), Some(8)"),
    );
    let run = grade(&desk, "out", &[]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(
        run.stderr.contains("the exercise double has changed"),
        "{run:?}"
    );
}

#[test]
fn two_gradings_do_not_write_into_one_folder() {
    let desk = class(SIZE);
    let mut first = desk.start(&arguments("out", &[]));
    wait_until("the first to write", || lines(&desk, "out") > 0);
    let second = grade(&desk, "out", &[]);
    first.kill().expect("it runs");
    first.wait().expect("it ends");
    assert_eq!(second.code, Some(3));
    assert!(
        second.stderr.contains("another grading writes to"),
        "{second:?}"
    );
}

#[test]
fn a_signal_ends_it_with_a_word_and_leaves_a_journal_to_go_on_with() {
    let desk = class(SIZE);
    let grader = desk.start(&arguments("out", &[]));
    wait_until("a few records", || lines(&desk, "out") > 3);
    let pid = rustix_pid(grader.id());
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it runs");
    let output = grader.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("The same command resumes the grading"),
        "{said}"
    );
    assert!(!Path::new(&desk.path("here/out/results.jsonl")).exists());
    assert_eq!(grade(&desk, "out", &[]).code, Some(0));
    assert_eq!(lines(&desk, "out"), SIZE + 1);
}

fn rustix_pid(id: u32) -> rustix::process::Pid {
    let id = i32::try_from(id).expect("process ids are small");
    rustix::process::Pid::from_raw(id).expect("a process")
}

#[test]
fn a_cache_answers_for_the_same_bytes_and_for_no_others() {
    let desk = class(5);
    let cache = desk.path("cache");
    let cache = [("GRADUS_CACHE_DIR", cache.to_str().unwrap())];
    let run = |out, more: &[&str]| desk.gradus_with(&arguments(out, more), "", &cache);
    assert_eq!(run("first", &["--cache"]).code, Some(0));
    // A mark in the cache shows who was asked.
    let mut kept = 0;
    for shelf in fs::read_dir(desk.path("cache/verdicts")).unwrap() {
        for entry in fs::read_dir(shelf.unwrap().path()).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, text.replace("\"max_score\":1", "\"max_score\":7")).unwrap();
            kept += 1;
        }
    }
    assert_eq!(kept, 5);
    hand_in(
        &desk,
        &learner(0),
        "pub fn double(n: i64) -> Option<i64> { n.checked_mul(2)  }",
    );
    assert_eq!(run("second", &["--cache"]).code, Some(0));
    let marks = |out| {
        let records = results(&desk, out);
        let marks = records[1..]
            .iter()
            .map(|record| record["max_score"].clone());
        marks.collect::<Vec<_>>()
    };
    assert_eq!(marks("second"), [1, 7, 7, 7, 7]);
    assert_eq!(run("third", &[]).code, Some(0));
    assert_eq!(marks("third"), [1, 1, 1, 1, 1]);
}
