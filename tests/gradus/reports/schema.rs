//! The published schema of the results: what Gradus writes meets it, and other files do not.

use gradus::check::{TestVerdict, Verdict};
use jsonschema::Validator;
use serde_json::{Value, json, to_value};

use super::samples::{hostile, small};
use crate::harness::Desk;
use crate::repository::read;

fn schema() -> Value {
    serde_json::from_str(&read("book/src/reference/results.schema.json")).expect("JSON")
}

fn validator() -> Validator {
    jsonschema::draft202012::meta::validate(&schema()).expect("a schema of draft 2020-12");
    jsonschema::draft202012::new(&schema()).expect("a schema")
}

#[test]
fn results_of_a_grading_meet_the_schema() {
    let desk = Desk::new();
    let good = "pub fn double(n: i64) -> Option<i64> { n.checked_mul(2) }";
    desk.write("class/ada/double/src/lib.rs", good);
    desk.write("class/bob/double/src/lib.rs", "pub fn double(");
    desk.write(
        "here/list.csv",
        "learner,name,email,id,section,submitted_at\nada,Ada,a@b.example,7,A,now\n",
    );
    let run = desk.gradus(&[
        "grade",
        "../class",
        "--course",
        "../course",
        "--out",
        "out",
        "--roster",
        "list.csv",
    ]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let validator = validator();
    let text = desk.read("here/out/results.jsonl");
    assert_eq!(text.lines().count(), 3);
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let faults: Vec<String> = validator
            .iter_errors(&line)
            .map(|it| it.to_string())
            .collect();
        assert!(faults.is_empty(), "{faults:?}: {line}");
    }
}

#[test]
fn whatever_learners_write_meets_the_schema() {
    let validator = validator();
    for class in [small(), hostile()] {
        assert!(validator.is_valid(&to_value(&class.header).unwrap()));
        for record in &class.records {
            assert!(
                validator.is_valid(&to_value(record).unwrap()),
                "{}",
                record.submission
            );
        }
    }
}

#[test]
fn what_is_not_ours_does_not_meet_it() {
    let validator = validator();
    let record = to_value(&small().records[1]).unwrap();
    for (pointer, value) in [
        ("/verdict", json!("splendid")),
        ("/verdict", json!("not-run")),
        ("/tests/0/verdict", json!("compile-error")),
        ("/tests/0/visibility", json!("afterwards")),
        ("/score", json!(-1)),
        ("/schema", json!("gradus-record/2")),
        ("/source", json!("x")),
        ("/time/at", json!("now")),
    ] {
        let mut other = record.clone();
        *other.pointer_mut(pointer).expect("a field") = value;
        assert!(!validator.is_valid(&other), "{other}");
    }
    for field in ["verdict", "tests", "score", "time"] {
        let mut other = record.clone();
        other.as_object_mut().unwrap().remove(field);
        assert!(!validator.is_valid(&other), "{field}");
    }
}

#[test]
fn the_schema_knows_every_verdict_and_no_other() {
    let schema = schema();
    let listed = |pointer| schema.pointer(pointer).expect("a list").clone();
    let all = to_value(Verdict::ALL).unwrap();
    assert_eq!(listed("/$defs/verdict/enum"), all);
    let all = to_value(TestVerdict::ALL).unwrap();
    assert_eq!(listed("/$defs/test/properties/verdict/enum"), all);
}
