//! A class of hand-ins for the exercise `double`.

use serde_json::Value;

use crate::harness::{Desk, Run};

/// What a learner may hand in, and the verdict it gets.
const HAND_INS: [(&str, &str); 5] = [
    (
        "pub fn double(n: i64) -> Option<i64> { n.checked_mul(2) }",
        "passed",
    ),
    (
        "pub fn double(n: i64) -> Option<i64> { Some(n.wrapping_mul(2)) }",
        "failed",
    ),
    (
        "pub fn double(n: i64) -> Option<i64> { Some(n * 2) }",
        "crashed",
    ),
    (
        "pub fn double(n: i64) -> Option<i64> { n +",
        "compile-error",
    ),
    (
        "pub fn double(_: i64) -> Option<i64> { std::process::exit(0) }",
        "crashed",
    ),
];

/// Returns a desk with the hand-ins of `size` learners in `class`.
pub(super) fn class(size: usize) -> Desk {
    let desk = Desk::new();
    for number in 0..size {
        let (source, _) = HAND_INS[number % HAND_INS.len()];
        hand_in(&desk, &learner(number), source);
    }
    desk
}

/// Returns the name of a learner of the class.
pub(super) fn learner(number: usize) -> String {
    format!("learner-{number:03}")
}

/// Returns the verdict that a learner of the class gets.
pub(super) fn verdict(number: usize) -> &'static str {
    HAND_INS[number % HAND_INS.len()].1
}

/// Hands in `source` for `learner`.
pub(super) fn hand_in(desk: &Desk, learner: &str, source: &str) {
    desk.write(&format!("class/{learner}/double/src/lib.rs"), source);
}

/// Returns the arguments that grade the class into the folder `out`.
pub(super) fn arguments<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["grade", "../class", "--course", "../course", "--out", out];
    arguments.extend(more);
    arguments
}

/// Grades the class into the folder `out`.
pub(super) fn grade(desk: &Desk, out: &str, more: &[&str]) -> Run {
    desk.gradus(&arguments(out, more))
}

/// Returns the lines of the results in `out`, header first, without what depends on the clock.
pub(super) fn results(desk: &Desk, out: &str) -> Vec<Value> {
    let text = desk.read(&format!("here/{out}/results.jsonl"));
    let lines = text.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).expect("JSON");
        let line_of_record = line.as_object_mut().expect("an object");
        line_of_record.remove("time");
        line
    });
    lines.collect()
}

/// Returns submission and verdict of each record in `out`.
pub(super) fn verdicts(desk: &Desk, out: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    results(desk, out)[1..]
        .iter()
        .map(|record| (text(&record["submission"]), text(&record["verdict"])))
        .collect()
}
