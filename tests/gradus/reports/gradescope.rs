//! Gradescope's results have the keys that its documentation lists, and no others.

use serde::Deserialize;

/// A file of results.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that it can be read is the test")]
pub(crate) struct Graded {
    pub(crate) score: f64,
    execution_time: f64,
    pub(crate) output: Option<String>,
    output_format: Form,
    test_output_format: Form,
    test_name_format: Form,
    stdout_visibility: Seen,
    pub(crate) tests: Vec<GradedTest>,
    extra_data: serde_json::Value,
}

/// A test in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that it can be read is the test")]
pub(crate) struct GradedTest {
    pub(crate) score: Option<f64>,
    pub(crate) max_score: Option<f64>,
    pub(crate) status: Passed,
    pub(crate) name: String,
    number: String,
    pub(crate) output: Option<String>,
    tags: Vec<String>,
    pub(crate) visibility: Seen,
}

/// How texts are written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    Text,
}

/// Whether a test passed.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Passed {
    Passed,
    Failed,
}

/// Who sees something.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Seen {
    Visible,
    Hidden,
    AfterDueDate,
    AfterPublished,
}

/// Reads `text` as Gradescope does: a score, points that add up to it, and no carriage return.
pub(crate) fn graded(text: &str) -> Graded {
    assert!(!text.contains('\r'), "{text}");
    let graded: Graded =
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let got: f64 = graded.tests.iter().filter_map(|test| test.score).sum();
    let difference = (got - graded.score).abs();
    assert!(difference < 0.06, "{got} of {}: {text}", graded.score);
    graded
}
