//! Parts make a whole, or the error says why not.

use super::*;
use crate::grade::fixture::{header, record, results};
use crate::report::Record;
use std::fs;

/// Parts of one grading, in a folder of their own.
struct Parts {
    folder: tempfile::TempDir,
    parts: Vec<Results>,
}

impl Parts {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            parts: Vec::new(),
        }
    }

    fn add(&mut self, header: &Header, records: &[Record]) {
        let name = format!("{}.jsonl", self.parts.len() + 1);
        let part = results(self.folder.path(), &name, header, records);
        self.parts.push(part);
    }

    /// Merges them: the lines of the whole, or the faults, without the folder.
    fn merge(&self) -> Result<Vec<String>, Vec<String>> {
        let place = self.folder.path().join("whole/results.jsonl");
        match merge(&self.parts, &place) {
            Ok(merged) => {
                let text = fs::read_to_string(&place).unwrap();
                let lines: Vec<String> = text.lines().map(str::to_owned).collect();
                assert_eq!(merged, lines.len() - 1);
                Ok(lines)
            }
            Err(GradeError::Parts(faults)) => {
                assert!(!place.exists(), "there are results in spite of faults");
                let folder = format!("{}/", self.folder.path().display());
                let faults = faults.iter().map(|fault| fault.replace(&folder, ""));
                Err(faults.collect())
            }
            Err(error) => panic!("{error:?}"),
        }
    }

    fn faults(&self) -> Vec<String> {
        self.merge().unwrap_err()
    }
}

fn part(learners: &[&str], partition: &str) -> Header {
    Header {
        partition: Some(partition.to_owned()),
        ..header(learners)
    }
}

/// Two learners, dealt out by exercise.
fn two_parts(first: &[Record], second: &[Record]) -> Parts {
    let mut parts = Parts::new();
    parts.add(&part(&["ada", "bob"], "slice:1/2"), first);
    parts.add(&part(&["ada", "bob"], "slice:2/2"), second);
    parts
}

fn ones() -> [Record; 2] {
    ["ada", "bob"].map(|learner| record(learner, "one"))
}

fn twos() -> [Record; 2] {
    ["ada", "bob"].map(|learner| record(learner, "two"))
}

fn lines(records: &[Record]) -> Vec<String> {
    let header = serde_json::to_string(&header(&["ada", "bob"])).unwrap();
    let records = records.iter().map(|it| serde_json::to_string(it).unwrap());
    [header].into_iter().chain(records).collect()
}

#[test]
fn parts_make_the_whole_in_the_order_of_one_grading() {
    let [ada, bob] = ["ada", "bob"].map(|learner| ["one", "two"].map(|it| record(learner, it)));
    let whole = lines(&[&ada[..], &bob].concat());
    assert_eq!(two_parts(&ones(), &twos()).merge().unwrap(), whole);
    let mut parts = two_parts(&ones(), &twos());
    parts.parts.reverse();
    assert_eq!(parts.merge().unwrap(), whole);
}

#[test]
fn a_grading_that_was_never_dealt_out_is_a_whole() {
    let mut parts = Parts::new();
    parts.add(&header(&["ada", "bob"]), &[ones(), twos()].concat());
    assert_eq!(parts.merge().unwrap().len(), 5);
}

#[test]
fn beside_all_submissions_there_is_no_part() {
    let mut parts = Parts::new();
    parts.add(&header(&["ada", "bob"]), &[ones(), twos()].concat());
    parts.add(&part(&["ada", "bob"], "slice:1/2"), &[]);
    assert_eq!(
        parts.faults(),
        ["1.jsonl holds all submissions, yet there are other parts"]
    );
}

#[test]
fn no_parts_make_nothing() {
    assert_eq!(Parts::new().faults(), ["there are none"]);
}

#[test]
fn a_submission_without_a_record_is_missing() {
    let parts = two_parts(&ones(), &twos()[..1]);
    assert_eq!(parts.faults(), ["1 of 4 submissions have no record"]);
    let parts = two_parts(&[], &twos()[..1]);
    assert_eq!(parts.faults(), ["3 of 4 submissions have no record"]);
}

#[test]
fn submissions_that_were_not_graded_are_reported() {
    let cid = record("cid", "two");
    let other = two_parts(&ones(), &[twos()[0].clone(), cid.clone()]);
    let fault = "the 4 submissions are not the 4 that were graded";
    assert_eq!(other.faults(), [fault]);
    let more = two_parts(&ones(), &[&twos()[..], &[cid]].concat());
    let fault = "the 5 submissions are not the 4 that were graded";
    assert_eq!(more.faults(), [fault]);
}

#[test]
fn a_submission_in_the_wrong_part_is_reported() {
    assert_eq!(
        two_parts(&twos(), &ones()).faults(),
        [
            "ada/one does not belong in 2.jsonl",
            "ada/two does not belong in 1.jsonl",
            "bob/one does not belong in 2.jsonl",
            "bob/two does not belong in 1.jsonl"
        ]
    );
}

#[test]
fn a_submission_that_appears_twice_is_reported() {
    let again = [&ones()[..], &ones()[..1]].concat();
    assert_eq!(
        two_parts(&again, &twos()).faults(),
        ["ada/one appears twice"]
    );
    let mut other = record("bob", "one");
    other.source = "other files".to_owned();
    assert_eq!(
        two_parts(&ones(), &[&twos()[..], &[other]].concat()).faults(),
        ["bob/one appears twice, with different results"]
    );
}

#[test]
fn a_record_that_names_another_submission_is_reported() {
    let mut odd = ones();
    odd[0].submission = "bob/one".to_owned();
    odd[1].exercise = "three".parse().unwrap();
    assert_eq!(
        two_parts(&odd, &twos()).faults(),
        [
            "bob/one in 1.jsonl has another learner or exercise in its record",
            "bob/one in 1.jsonl belongs to an exercise that was not graded",
            "2 of 4 submissions have no record"
        ]
    );
}

#[test]
fn every_part_is_there_once() {
    let mut parts = Parts::new();
    let named = |partition| part(&["ada", "bob"], partition);
    parts.add(&named("slice:1/3"), &ones());
    parts.add(&named("slice:1/3"), &twos());
    assert_eq!(
        parts.faults(),
        [
            "slice:1/3 appears twice: 1.jsonl and 2.jsonl",
            "slice:2/3 is missing",
            "slice:3/3 is missing",
            "ada/two does not belong in 2.jsonl",
            "bob/one does not belong in 1.jsonl"
        ]
    );
}

#[test]
fn parts_of_other_partitions_are_reported() {
    let named = |partition| part(&["ada", "bob"], partition);
    for other in ["slice:2/3", "hash:2/2"] {
        let mut parts = Parts::new();
        parts.add(&named("slice:1/2"), &ones());
        parts.add(&named(other), &twos());
        let faults = parts.faults();
        let fault = format!("2.jsonl is {other}, but another part is slice:1/2");
        assert_eq!(faults[..2], [fault, "slice:2/2 is missing".to_owned()]);
    }
    let mut parts = two_parts(&ones(), &twos());
    parts.add(&header(&["ada", "bob"]), &[]);
    parts.add(&named("slice:2 of 2"), &[]);
    let all = "holds all submissions, yet there are other parts";
    assert_eq!(
        parts.faults(),
        [
            "4.jsonl has the invalid partition `slice:2 of 2`".to_owned(),
            format!("3.jsonl {all}"),
            format!("4.jsonl {all}"),
        ]
    );
}

#[test]
fn parts_of_other_gradings_are_reported() {
    let faults = |other: &Header| {
        let mut parts = Parts::new();
        parts.add(&part(&["ada", "bob"], "slice:1/2"), &ones());
        parts.add(other, &twos());
        parts.faults()
    };
    let mut other = part(&["ada", "bob"], "slice:2/2");
    other.tools = vec!["rustc 1.96.0".to_owned()];
    let what = "1.jsonl and 2.jsonl belong to different gradings";
    let tools = "the tools were rustc 1.95.0 and are rustc 1.96.0";
    assert_eq!(faults(&other), [format!("{what}: {tools}")]);
    let other = part(&["ada", "cid"], "slice:2/2");
    let submissions = "other submissions were graded";
    assert_eq!(faults(&other), [format!("{what}: {submissions}")]);
}

#[test]
fn of_many_faults_fifty_are_reported_and_the_rest_counted() {
    let named = |partition: &str| part(&["ada", "bob"], partition);
    let faults = |count: usize| {
        let mut parts = Parts::new();
        parts.add(&named(&format!("slice:1/{}", count + 1)), &[]);
        parts.faults()
    };
    // All submissions are missing, too.
    let messages = faults(49);
    assert_eq!(messages.len(), 50);
    assert_eq!(messages[48], "slice:50/50 is missing");
    assert_eq!(messages[49], "4 of 4 submissions have no record");
    let messages = faults(50);
    assert_eq!(messages.len(), 51);
    assert_eq!(messages[50], "and 1 more");
    let messages = faults(100_000_000);
    assert_eq!(messages[50], "and 2 more");
}
