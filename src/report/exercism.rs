//! The `results.json` of an Exercism test runner, version 3.
//!
//! Rules and limits are those of Exercism's test runner interface: the status is `error` where no
//! test ran, tests stand in file order, a message at the top has at most 65,535 characters, the
//! output of a test at most 500, the file at most 500 kB.

use std::io;

use serde::Serialize;

use super::format::{Folder, Format, Results};
use super::place::Index;
use super::{Record, TestRecord, TestVerdict, clean};

/// The most characters of the message at the top; the file has a limit, too.
const MOST_MESSAGE: usize = 60_000;
/// The most characters of what a test prints.
const MOST_OUTPUT: usize = 500;
/// The most characters of a test's message, and of all of them.
const MOST_TOLD: usize = 4_000;
const MOST_IN_ALL: usize = 100_000;
/// The most characters of a test's title, and the most tests that are listed one by one.
const MOST_TITLE: usize = 200;
const MOST_TESTS: usize = 400;

/// Exercism's results.
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

    fn write(&self, results: &dyn Results, folder: &mut dyn Folder) -> io::Result<()> {
        let mut index = Index::new(self.id(), folder)?;
        let header = results.header();
        results.each(&mut |record| {
            let mut run = Run::new(&record);
            run.sandbox = (!header.is_confined()).then_some(&header.sandbox);
            index.file(header, &record, "results.json", &run, folder)
        })?;
        index.end()
    }
}

#[derive(Serialize)]
struct Run<'a> {
    version: u8,
    status: Status,
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tests: Option<Vec<Test>>,
    /// `none` where submissions ran without a sandbox. The interface has no such field, and passes it
    /// over.
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox: Option<&'a str>,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Status {
    Pass,
    Fail,
    Error,
}

#[derive(Serialize)]
struct Test {
    name: String,
    status: Status,
    message: Option<String>,
    output: Option<String>,
}

impl Run<'_> {
    fn new(record: &Record) -> Self {
        let ran = |test: &TestRecord| test.verdict != TestVerdict::NotRun;
        if !record.is_pass() && !record.tests.iter().any(ran) {
            return Self {
                version: 3,
                status: Status::Error,
                message: Some(why(record)),
                tests: None,
                sandbox: None,
            };
        }
        let status = if record.is_pass() {
            Status::Pass
        } else {
            Status::Fail
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

/// Returns why no test ran. What went wrong on our side is not for learners.
fn why(record: &Record) -> String {
    let words = record.verdict.words();
    match (&record.error, record.diagnostics.trim_end()) {
        (Some(_), _) => format!("{words}: this submission could not be graded"),
        (None, "") => words.to_owned(),
        (None, said) => clean::lines(said, MOST_MESSAGE),
    }
}

fn tests(record: &Record) -> Vec<Test> {
    let visible = record.tests.iter().filter(|test| test.is_visible());
    let shown: Vec<&TestRecord> = visible.collect();
    let most = (MOST_IN_ALL / shown.len().clamp(1, MOST_TESTS)).min(MOST_TOLD);
    let listed = shown.iter().take(MOST_TESTS);
    let mut tests: Vec<Test> = listed.map(|test| Test::new(test, most)).collect();
    let is_told = tests.iter().any(|test| test.status != Status::Pass);
    if tests.is_empty() || !record.is_pass() && !is_told {
        tests.push(rest(record));
    }
    let failing = tests.iter().position(|test| test.status != Status::Pass);
    if !record.output.is_empty() {
        // What was printed belongs to the whole; only the first failure is shown.
        tests[failing.unwrap_or(0)].output = Some(clean::lines(&record.output, MOST_OUTPUT));
    }
    tests
}

/// Returns one test for all that is not shown: a submission that does not pass must not look as if
/// it did.
fn rest(record: &Record) -> Test {
    Test {
        name: "Everything that is not shown here".to_owned(),
        status: if record.is_pass() {
            Status::Pass
        } else {
            Status::Fail
        },
        message: (!record.is_pass()).then(|| record.verdict.words().to_owned()),
        output: None,
    }
}

impl Test {
    fn new(test: &TestRecord, most: usize) -> Self {
        let status = match test.verdict {
            TestVerdict::Passed => Status::Pass,
            TestVerdict::Failed => Status::Fail,
            TestVerdict::Crashed
            | TestVerdict::OutputLimit
            | TestVerdict::MemoryLimit
            | TestVerdict::TimeLimit
            | TestVerdict::NotRun => Status::Error,
        };
        let words = test.verdict.words();
        let message = match test.feedback.as_str() {
            "" => words.to_owned(),
            feedback => clean::lines(&format!("{words}\n{feedback}"), most),
        };
        Self {
            name: clean::lines(&clean::one_line(&test.title), MOST_TITLE),
            status,
            message: (status != Status::Pass).then_some(message),
            output: None,
        }
    }
}
