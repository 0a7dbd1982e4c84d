//! Gradescope's `results.json`.
//!
//! Keys and values are those of its documentation (autograder specifications). A test that is not
//! visible keeps its visibility: Gradescope hides it, and the total with it. So no other field reveals its
//! result.

use std::io;

use serde::Serialize;

use super::format::{Format, ReportFolder, Results};
use super::place::ReportIndex;
use super::{Header, Record, TestRecord, clean};
use crate::course::{Points, Visibility};

/// The most characters of one text.
const MOST_TEXT: usize = 20_000;

#[derive(Debug)]
pub(super) struct Gradescope;

impl Format for Gradescope {
    fn id(&self) -> &'static str {
        "gradescope"
    }

    fn summary(&self) -> &'static str {
        "Gradescope's results: `gradescope/results.json`, or one in a folder for each submission"
    }

    fn is_for_learners(&self) -> bool {
        true
    }

    fn write(&self, results: &dyn Results, folder: &mut dyn ReportFolder) -> io::Result<()> {
        let mut index = ReportIndex::new(self.id(), folder)?;
        let header = results.header();
        results.each(&mut |record| {
            // Without results Gradescope reports an autograder failure; a zero would be a grade.
            if record.error.is_some() {
                return index.skip(&record);
            }
            let graded = GradescopeResult::new(header, &record);
            index.file(header, &record, "results.json", &graded, folder)
        })?;
        index.end()
    }
}

#[derive(Serialize)]
struct GradescopeResult<'a> {
    score: Points,
    execution_time: f64,
    #[serde(skip_serializing_if = "String::is_empty")]
    output: String,
    output_format: &'static str,
    test_output_format: &'static str,
    test_name_format: &'static str,
    stdout_visibility: &'static str,
    tests: Vec<GradescopeTest>,
    extra_data: Extra<'a>,
}

#[derive(Serialize)]
struct Extra<'a> {
    submission: &'a str,
    gradus: &'a str,
    sandbox: &'a str,
}

#[derive(Serialize)]
struct GradescopeTest {
    #[serde(flatten)]
    worth: Option<TestScore>,
    status: &'static str,
    name: String,
    number: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    output: String,
    tags: Vec<String>,
    visibility: Visibility,
}

#[derive(Serialize, Clone, Copy)]
struct TestScore {
    score: Points,
    max_score: Points,
}

impl<'a> GradescopeResult<'a> {
    fn new(header: &'a Header, record: &'a Record) -> Self {
        let worth = test_scores(record);
        let weighed = record.tests.iter().zip(worth).enumerate();
        let mut tests: Vec<GradescopeTest> = weighed
            .map(|(index, (test, worth))| GradescopeTest {
                worth,
                ..GradescopeTest::new(record, test, index + 1)
            })
            .collect();
        if record.fails_beyond_tests() || tests.is_empty() {
            tests.push(whole(record, tests.len() + 1));
        }
        #[expect(clippy::cast_precision_loss, reason = "times are far below 2^53 ms")]
        let seconds = record.time.milliseconds as f64 / 1000.0;
        Self {
            score: record.score,
            execution_time: seconds,
            output: clean::lines(record.remark(), MOST_TEXT),
            output_format: "text",
            test_output_format: "text",
            test_name_format: "text",
            stdout_visibility: "hidden",
            tests,
            extra_data: Extra {
                submission: &record.submission,
                gradus: &header.gradus,
                sandbox: &header.sandbox,
            },
        }
    }
}

impl GradescopeTest {
    fn new(record: &Record, test: &TestRecord, number: usize) -> Self {
        let words = test.verdict.words();
        let output = match (test.passed(), test.feedback.as_str()) {
            (true, _) => String::new(),
            (false, "") => words.to_owned(),
            (false, feedback) => format!("{words}\n{}", clean::lines(feedback, MOST_TEXT)),
        };
        Self {
            worth: None,
            status: if test.passed() { "passed" } else { "failed" },
            name: clean::one_line(&test.title),
            number: number.to_string(),
            output,
            tags: vec![record.exercise.to_string()],
            visibility: test.visibility,
        }
    }
}

fn whole(record: &Record, number: usize) -> GradescopeTest {
    GradescopeTest {
        worth: None,
        status: if record.is_pass() { "passed" } else { "failed" },
        name: "The submission".to_owned(),
        number: number.to_string(),
        output: record.verdict.words().to_owned(),
        tags: vec![record.exercise.to_string()],
        visibility: Visibility::Visible,
    }
}

/// Returns the points of each test, which add up to those of a pass; `None` where the score is not the sum
/// over the tests.
fn test_scores(record: &Record) -> Vec<Option<TestScore>> {
    let all: u64 = record.tests.iter().map(|test| u64::from(test.weight)).sum();
    let mut before = 0;
    let mut parts = Vec::new();
    for test in &record.tests {
        let after = before + u64::from(test.weight);
        let up_to = |weight| record.max_score.share(weight, all).hundredths();
        let max_score = Points::of_hundredths(up_to(after) - up_to(before));
        let score = if test.passed() {
            max_score
        } else {
            Points::default()
        };
        parts.push(TestScore { score, max_score });
        before = after;
    }
    let sum: Points = parts.iter().map(|part| part.score).sum();
    // Each part is rounded, so the sum may be off by one hundredth for each.
    let is_sum = sum.hundredths().abs_diff(record.score.hundredths()) <= parts.len() as u64;
    parts
        .into_iter()
        .map(|part| is_sum.then_some(part))
        .collect()
}
