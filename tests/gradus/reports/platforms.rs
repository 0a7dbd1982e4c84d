//! JUnit, Gradescope and Exercism: parsed again as those platforms parse them.

use std::collections::{BTreeMap, BTreeSet};

use gradus::check::Verdict;
use quick_junit::{NonSuccessKind, Report, TestCaseStatus};
use serde::Deserialize;

use super::gradescope::{GradedTest, Passed, Seen, graded};
use super::samples::{CANARY, Class, empty, great, hostile, report, small};

fn junit(class: &Class) -> Vec<Report> {
    let files = report("junit", class);
    let read = |text: &String| {
        Report::deserialize_from_str(text).unwrap_or_else(|error| panic!("{error}"))
    };
    files.values().map(read).collect()
}

#[test]
fn junit_has_every_test_and_fails_what_failed() {
    let reports = junit(&small());
    let [report] = reports.as_slice() else {
        panic!("one file")
    };
    assert_eq!((report.tests, report.failures, report.errors), (30, 13, 5));
    let suites = report.test_suites.iter();
    let names: Vec<&str> = suites.map(|suite| suite.name.as_str()).collect();
    assert_eq!(names[..2], ["ada/double", "ada/halve"]);
    let case = &report.test_suites[1].test_cases[1];
    assert_eq!(case.name.as_str(), "Edges of the range");
    assert_eq!(case.classname.as_ref().unwrap().as_str(), "ada/halve");
    let TestCaseStatus::NonSuccess {
        kind,
        ty,
        description,
        ..
    } = &case.status
    else {
        panic!("{case:?}")
    };
    assert_eq!(*kind, NonSuccessKind::Failure);
    assert_eq!(ty.as_ref().unwrap().as_str(), "failed");
    assert!(
        description
            .as_ref()
            .unwrap()
            .as_str()
            .contains("expected: 1")
    );
}

#[test]
fn junit_skips_nothing_and_names_no_case_twice() {
    for class in [small(), hostile()] {
        for report in junit(&class) {
            let mut seen = BTreeSet::new();
            for suite in &report.test_suites {
                for case in &suite.test_cases {
                    let key = (
                        case.classname.clone().unwrap().into_string(),
                        case.name.as_str().to_owned(),
                    );
                    assert!(seen.insert(key), "{case:?}");
                    assert!(!matches!(case.status, TestCaseStatus::Skipped { .. }));
                }
            }
        }
    }
}

#[test]
fn junit_fails_a_submission_that_no_test_fails() {
    let mut class = empty();
    class.add("ada", 0, Verdict::Passed);
    class.records[0].verdict = Verdict::Forbidden;
    assert_eq!(junit(&class)[0].failures, 1);
    class.records[0].tests.clear();
    assert_eq!(junit(&class)[0].failures, 1);
}

#[test]
fn junit_goes_on_in_another_file_before_one_is_too_long() {
    let mut class = great(20);
    for record in &mut class.records {
        record.output = "<&>".repeat(20_000);
    }
    let files = report("junit", &class);
    assert!(files.len() > 1, "{:?}", files.keys());
    assert!(files.values().all(|text| text.len() < 30_000_000));
    let tests: usize = junit(&class).iter().map(|report| report.tests).sum();
    assert_eq!(tests, 20 * 3 * 5);
}

fn one<T: for<'de> Deserialize<'de>>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Returns the results of a format with a file a submission, without the list of files.
fn files(id: &str, class: &Class) -> BTreeMap<String, String> {
    let mut files = report(id, class);
    let index = files.remove(&format!("{id}/index.jsonl")).expect("a list");
    let listed: Vec<serde_json::Value> = index.lines().map(one).collect();
    assert_eq!(listed.len(), class.records.len());
    for (entry, record) in listed.iter().zip(&class.records) {
        assert_eq!(entry["submission"], record.submission.as_str());
        let is_there = |file: &str| files.contains_key(&format!("{id}/{file}"));
        assert_eq!(
            entry["file"].as_str().is_some_and(is_there),
            entry["file"].is_string()
        );
    }
    files
}

#[test]
fn gradescope_knows_every_field_and_scores_add_up() {
    for class in [small(), great(20), hostile()] {
        for text in files("gradescope", &class).values() {
            let graded = graded(text);
            let worth: f64 = graded.tests.iter().filter_map(|test| test.max_score).sum();
            assert!(
                [0.0, 10.0, 5.0, 3.0]
                    .iter()
                    .any(|max| (max - worth).abs() < 1e-9),
                "{worth}"
            );
        }
    }
}

#[test]
fn gradescope_is_told_which_tests_to_hold_back() {
    let files = files("gradescope", &small());
    let graded = graded(&files["gradescope/ada/halve/results.json"]);
    let seen: Vec<&Seen> = graded.tests.iter().map(|test| &test.visibility).collect();
    let expected = [
        Seen::Visible,
        Seen::Visible,
        Seen::Hidden,
        Seen::AfterDueDate,
        Seen::AfterPublished,
    ];
    assert_eq!(seen, expected.iter().collect::<Vec<_>>());
    assert_eq!(graded.tests[0].status, Passed::Passed);
    assert_eq!(graded.tests[1].status, Passed::Failed);
    let told = |test: &&GradedTest| test.output.as_deref().unwrap_or_default().contains(CANARY);
    assert!(
        graded
            .tests
            .iter()
            .filter(told)
            .all(|test| test.visibility != Seen::Visible)
    );
    assert!(!graded.output.unwrap_or_default().contains(CANARY));
    // A zero that is our fault is no grade.
    assert!(!files.contains_key("gradescope/bob/keep/results.json"));
}

#[test]
fn a_single_submission_has_its_file_where_a_script_finds_it() {
    let mut class = empty();
    class.add("Ada ☃", 0, Verdict::Passed);
    for id in ["gradescope", "exercism"] {
        assert!(
            report(id, &class).contains_key(&format!("{id}/results.json")),
            "{id}"
        );
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    version: u8,
    status: Status,
    message: Option<String>,
    tests: Option<Vec<RunTest>>,
    /// Ours; the interface has no such field.
    #[serde(rename = "sandbox")]
    _sandbox: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RunTest {
    name: String,
    status: Status,
    message: Option<String>,
    output: Option<String>,
}

#[derive(Debug, Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Status {
    Pass,
    Fail,
    Error,
}

#[test]
fn exercism_gets_what_its_interface_asks_for() {
    for class in [small(), great(20), hostile()] {
        for (path, text) in files("exercism", &class) {
            assert!(text.len() < 500_000, "{path}");
            let run: Run = one(&text);
            assert_eq!(run.version, 3);
            assert_eq!(run.status == Status::Error, run.tests.is_none(), "{path}");
            assert_eq!(run.status == Status::Error, run.message.is_some(), "{path}");
            assert!(run.message.unwrap_or_default().chars().count() <= 65_535);
            let tests = run.tests.unwrap_or_default();
            assert_eq!(
                run.status == Status::Pass,
                !tests.is_empty() && tests.iter().all(|test| test.status == Status::Pass),
                "{path}"
            );
            for test in tests {
                assert!(!test.name.is_empty());
                assert_eq!(
                    test.status != Status::Pass,
                    test.message.is_some(),
                    "{path}"
                );
                assert!(test.output.unwrap_or_default().chars().count() <= 500);
            }
        }
    }
}

#[test]
fn exercism_gets_tests_in_file_order() {
    let files = files("exercism", &small());
    let run: Run = one(&files["exercism/ada/halve/results.json"]);
    let tests = run.tests.unwrap();
    let names: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
    assert_eq!(names, ["Exact results", "Edges of the range"]);
    assert_eq!(
        tests[1].message.as_deref(),
        Some("failed\ninput: f(7)\nexpected: 1\ngot: 2")
    );
    assert_eq!(tests[1].output.as_deref(), Some("printed\n"));
}

#[test]
fn exercism_passes_nothing_that_only_a_hidden_test_fails() {
    let mut class = small();
    for test in class.records[1]
        .tests
        .iter_mut()
        .filter(|test| test.is_visible())
    {
        test.verdict = gradus::check::TestVerdict::Passed;
    }
    let run: Run = one(&files("exercism", &class)["exercism/ada/halve/results.json"]);
    assert_eq!(run.status, Status::Fail);
    assert_eq!(run.tests.unwrap().last().unwrap().status, Status::Fail);
}
