//! The `results.json` of an Exercism test runner, version 3.
//!
//! Rules and limits are those of Exercism's test runner interface: the status is `error` where no
//! test ran, tests are in file order, a message at the top has at most 65,535 characters, the
//! output of a test at most 500, the file at most 500 kB.

use std::io;

use serde::Serialize;

use super::format::{Format, ReportFolder, Results};
use super::place::ReportIndex;
use super::{Record, TestRecord, clean};
use crate::check::TestVerdict;

/// The most characters of the message at the top; less than allowed, because the file has a limit too.
const MOST_MESSAGE: usize = 60_000;
/// The most characters of a test's output.
const MOST_OUTPUT: usize = 500;
/// The most characters of a test's message, and of all of them.
const MOST_FEEDBACK: usize = 4_000;
const MOST_IN_ALL: usize = 100_000;
/// The most characters of a test's title, and the most tests that are listed one by one.
const MOST_TITLE: usize = 200;
const MOST_TESTS: usize = 400;

#[derive(Debug)]
pub(super) struct Exercism;

impl Format for Exercism {
    fn id(&self) -> &'static str {
        "exercism"
    }

    fn summary(&self) -> &'static str {
        "Exercism's results: `exercism/results.json`, or one in a folder for each submission"
    }

    fn is_for_learners(&self) -> bool {
        true
    }

    fn write(&self, results: &dyn Results, folder: &mut dyn ReportFolder) -> io::Result<()> {
        let mut index = ReportIndex::new(self.id(), folder)?;
        let header = results.header();
        results.each(&mut |record| {
            let mut run = ExercismResult::new(&record);
            run.sandbox = (!header.is_confined()).then_some(&header.sandbox);
            index.file(header, &record, "results.json", &run, folder)
        })?;
        index.end()
    }
}

#[derive(Serialize)]
struct ExercismResult<'a> {
    version: u8,
    status: ExercismStatus,
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tests: Option<Vec<ExercismTest>>,
    /// `none` where submissions ran without a sandbox. The interface does not define this field, and
    /// readers ignore it.
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox: Option<&'a str>,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum ExercismStatus {
    Pass,
    Fail,
    Error,
}

#[derive(Serialize)]
struct ExercismTest {
    name: String,
    status: ExercismStatus,
    message: Option<String>,
    output: Option<String>,
}

impl ExercismResult<'_> {
    fn new(record: &Record) -> Self {
        let ran = |test: &TestRecord| test.verdict != TestVerdict::NotRun;
        if !record.is_pass() && !record.tests.iter().any(ran) {
            return Self {
                version: 3,
                status: ExercismStatus::Error,
                message: Some(why(record)),
                tests: None,
                sandbox: None,
            };
        }
        let status = if record.is_pass() {
            ExercismStatus::Pass
        } else {
            ExercismStatus::Fail
        };
        Self {
            version: 3,
            status,
            message: None,
            tests: Some(tests(record)),
            sandbox: None,
        }
    }
}

/// Returns why no test ran. Internal errors are not shown to learners.
fn why(record: &Record) -> String {
    let words = record.verdict.words();
    match (&record.error, record.diagnostics.trim_end()) {
        (Some(_), _) => format!("{words}: this submission could not be graded"),
        (None, "") => words.to_owned(),
        (None, diagnostics) => clean::lines(diagnostics, MOST_MESSAGE),
    }
}

fn tests(record: &Record) -> Vec<ExercismTest> {
    let visible = record.tests.iter().filter(|test| test.is_visible());
    let shown: Vec<&TestRecord> = visible.collect();
    let most = (MOST_IN_ALL / shown.len().clamp(1, MOST_TESTS)).min(MOST_FEEDBACK);
    let listed = shown.iter().take(MOST_TESTS);
    let mut tests: Vec<ExercismTest> = listed.map(|test| ExercismTest::new(test, most)).collect();
    let is_told = tests.iter().any(|test| test.status != ExercismStatus::Pass);
    if tests.is_empty() || !record.is_pass() && !is_told {
        tests.push(hidden_rest(record));
    }
    let failing = tests
        .iter()
        .position(|test| test.status != ExercismStatus::Pass);
    if !record.output.is_empty() {
        // The output belongs to the whole submission; Exercism shows only the first failing test.
        tests[failing.unwrap_or(0)].output = Some(clean::lines(&record.output, MOST_OUTPUT));
    }
    tests
}

/// Returns one entry for all tests that are not shown: a submission that does not pass must not look as
/// if it did.
fn hidden_rest(record: &Record) -> ExercismTest {
    ExercismTest {
        name: "Everything that is not shown here".to_owned(),
        status: if record.is_pass() {
            ExercismStatus::Pass
        } else {
            ExercismStatus::Fail
        },
        message: (!record.is_pass()).then(|| record.verdict.words().to_owned()),
        output: None,
    }
}

impl ExercismTest {
    fn new(test: &TestRecord, most: usize) -> Self {
        let status = match test.verdict {
            TestVerdict::Passed => ExercismStatus::Pass,
            TestVerdict::Failed => ExercismStatus::Fail,
            TestVerdict::Crashed
            | TestVerdict::OutputLimit
            | TestVerdict::MemoryLimit
            | TestVerdict::TimeLimit
            | TestVerdict::NotRun => ExercismStatus::Error,
        };
        let words = test.verdict.words();
        let message = match test.feedback.as_str() {
            "" => words.to_owned(),
            feedback => clean::lines(&format!("{words}\n{feedback}"), most),
        };
        Self {
            name: clean::lines(&clean::one_line(&test.title), MOST_TITLE),
            status,
            message: (status != ExercismStatus::Pass).then_some(message),
            output: None,
        }
    }
}
