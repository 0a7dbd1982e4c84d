//! Headers, records and results for unit tests.

use std::fs;
use std::path::Path;

use super::{Results, header};
use crate::check::{TestVerdict, Verdict};
use crate::course::{Points, Visibility};
use crate::report::record::{HEADER_SCHEMA, RECORD_SCHEMA};
use crate::report::{ExerciseEntry, Header, Record, TestRecord, Time};

/// The exercises that are graded.
pub(super) const EXERCISES: [&str; 2] = ["one", "two"];

/// Returns the header of a grading of both exercises of all `learners`, who are in order.
pub(super) fn header(learners: &[&str]) -> Header {
    let entry = |id: &str| ExerciseEntry {
        id: id.parse().unwrap(),
        title: id.to_uppercase(),
        kind: "rust".to_owned(),
        tier: None,
        max_score: Points::whole(2),
        fingerprint: format!("files of {id}"),
    };
    let of = |learner: &&str| EXERCISES.map(|exercise| format!("{learner}/{exercise}"));
    Header {
        schema: HEADER_SCHEMA.to_owned(),
        gradus: "1.0.0".to_owned(),
        course: "small".to_owned(),
        title: "A small course".to_owned(),
        exercises: EXERCISES.map(entry).into(),
        tools: vec!["rustc 1.95.0".to_owned()],
        sandbox: "landlock".to_owned(),
        partition: None,
        submissions: header::submissions(learners.iter().flat_map(of)),
    }
}

/// Returns the record of a submission that has passed.
pub(super) fn record(learner: &str, exercise: &str) -> Record {
    Record {
        schema: RECORD_SCHEMA.to_owned(),
        submission: format!("{learner}/{exercise}"),
        learner: learner.to_owned(),
        person: None,
        exercise: exercise.parse().unwrap(),
        verdict: Verdict::Passed,
        score: Points::whole(2),
        max_score: Points::whole(2),
        tests: vec![TestRecord {
            name: "holds".to_owned(),
            title: "It holds".to_owned(),
            verdict: TestVerdict::Passed,
            weight: 1,
            visibility: Visibility::Visible,
            feedback: String::new(),
        }],
        diagnostics: String::new(),
        output: String::new(),
        error: None,
        source: format!("files of {learner}"),
        time: Time::default(),
    }
}

/// Returns the results `name` in `folder`: `header` and `records`, a line each.
pub(super) fn results(folder: &Path, name: &str, header: &Header, records: &[Record]) -> Results {
    let mut text = serde_json::to_string(header).unwrap();
    for record in records {
        text.push('\n');
        text.push_str(&serde_json::to_string(record).unwrap());
    }
    text.push('\n');
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    Results::open(&path).unwrap()
}
