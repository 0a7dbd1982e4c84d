//! JUnit's XML, which nearly every CI system reads.
//!
//! GitLab shows `classname` as the suite, keeps the first of two cases with the same names, and
//! rejects files of 30 MB; Jenkins shows the text of a failure. So a case's class is the submission, its
//! name is unique there, messages are the element's text, and a long report has several files.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::format::{Format, ReportFolder, Results};
use super::{Header, Record, TestRecord, clean};
use crate::check::{Standing, TestVerdict, Verdict};

/// About how many bytes a file may have before the next begins.
const MOST_BYTES: usize = 12 << 20;
/// The most characters of one text.
const MOST_TEXT: usize = 64 << 10;
/// The bytes of a case beside its texts.
const OVERHEAD: usize = 160;

#[derive(Debug)]
pub(super) struct Junit;

impl Format for Junit {
    fn id(&self) -> &'static str {
        "junit"
    }

    fn summary(&self) -> &'static str {
        "JUnit XML for GitLab, Jenkins and others: `junit.xml`, and `junit-2.xml` where it is long"
    }

    fn write(&self, results: &dyn Results, folder: &mut dyn ReportFolder) -> io::Result<()> {
        let header = results.header();
        let mut file = JunitFile::new(header, 1);
        results.each(&mut |record| {
            if file.bytes > MOST_BYTES {
                file.write(folder)?;
                file = JunitFile::new(header, file.number + 1);
            }
            file.add(header, &record);
            Ok(())
        })?;
        file.write(folder)
    }
}

struct JunitFile {
    number: usize,
    report: Report,
    bytes: usize,
}

impl JunitFile {
    fn new(header: &Header, number: usize) -> Self {
        Self {
            number,
            report: Report::new(clean::one_line(&header.title)),
            bytes: 0,
        }
    }

    fn add(&mut self, header: &Header, record: &Record) {
        let (suite, bytes) = suite(header, record);
        self.report.add_test_suite(suite);
        self.bytes += bytes;
    }

    fn write(&self, folder: &mut dyn ReportFolder) -> io::Result<()> {
        let path = match self.number {
            1 => "junit.xml".to_owned(),
            number => format!("junit-{number}.xml"),
        };
        let mut file = folder.file(&path)?;
        self.report.serialize(&mut file).map_err(io::Error::other)?;
        file.flush()
    }
}

/// Returns the suite of a submission, and about how many bytes of XML it takes.
fn suite(header: &Header, record: &Record) -> (TestSuite, usize) {
    let class = clean::one_line(&record.submission);
    let mut suite = TestSuite::new(class.as_str());
    suite.set_time(Duration::from_millis(record.time.milliseconds));
    for (name, value) in [
        ("verdict", record.verdict.words().to_owned()),
        ("score", record.score.to_string()),
        ("max_score", record.max_score.to_string()),
        ("sandbox", header.sandbox.clone()),
    ] {
        suite.add_property(Property::new(name, value));
    }
    let mut cases: Vec<TestCase> = Vec::new();
    let mut taken = BTreeSet::new();
    for test in &record.tests {
        cases.push(TestCase::new(
            unique(test, &mut taken),
            status(record, test),
        ));
    }
    if record.fails_beyond_tests() || record.tests.is_empty() {
        cases.push(TestCase::new("the submission", whole(record)));
    }
    let mut bytes = 4 * OVERHEAD;
    for mut case in cases {
        case.set_classname(class.as_str());
        bytes += OVERHEAD
            + length(&class)
            + length(case.name.as_str())
            + description_length(&case.status);
        suite.add_test_case(case);
    }
    let output = truncate(&record.output);
    if !output.is_empty() {
        suite.set_system_out(output.as_str());
    }
    let remark = truncate(record.remark());
    if !remark.is_empty() {
        suite.set_system_err(remark.as_str());
    }
    (suite, bytes + length(&output) + length(&remark))
}

/// Returns the title of `test`, with its name added if another test has the same title.
fn unique(test: &TestRecord, taken: &mut BTreeSet<String>) -> String {
    let title = clean::one_line(&test.title);
    let name = if taken.contains(&title) {
        format!("{title} ({})", clean::one_line(&test.name))
    } else {
        title
    };
    taken.insert(name.clone());
    name
}

fn status(record: &Record, test: &TestRecord) -> TestCaseStatus {
    let kind = match test.verdict {
        TestVerdict::Passed => return TestCaseStatus::success(),
        TestVerdict::NotRun if record.verdict == Verdict::InternalError => NonSuccessKind::Error,
        // Not "skipped", which CI systems do not count as a failure.
        TestVerdict::NotRun
        | TestVerdict::Failed
        | TestVerdict::Crashed
        | TestVerdict::OutputLimit
        | TestVerdict::MemoryLimit
        | TestVerdict::TimeLimit => NonSuccessKind::Failure,
    };
    let words = match test.verdict {
        TestVerdict::NotRun => format!("not run: {}", record.verdict.words()),
        verdict => verdict.words().to_owned(),
    };
    let description = match test.feedback.as_str() {
        "" => words.clone(),
        feedback => truncate(feedback),
    };
    failing(kind, test.verdict.words(), &words, &description)
}

fn whole(record: &Record) -> TestCaseStatus {
    let kind = match record.verdict.standing() {
        Standing::Passed => return TestCaseStatus::success(),
        Standing::Unjudged => NonSuccessKind::Error,
        Standing::NotPassed => NonSuccessKind::Failure,
    };
    let words = record.verdict.words();
    let text = match record.remark() {
        "" => words.to_owned(),
        remark => truncate(remark),
    };
    failing(kind, words, words, &text)
}

fn failing(kind: NonSuccessKind, type_: &str, message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(type_);
    status.set_message(message);
    status.set_description(text);
    status
}

fn description_length(status: &TestCaseStatus) -> usize {
    match status {
        TestCaseStatus::NonSuccess { description, .. } => {
            description.as_ref().map_or(0, |text| length(text.as_str()))
        }
        TestCaseStatus::Success { .. } | TestCaseStatus::Skipped { .. } => 0,
    }
}

/// Returns how many bytes `text` takes at most in XML.
fn length(text: &str) -> usize {
    let escaped = |byte: &u8| matches!(byte, b'<' | b'>' | b'&' | b'"' | b'\'');
    text.len() + 5 * text.bytes().filter(|byte| escaped(byte)).count()
}

fn truncate(text: &str) -> String {
    clean::lines(text, MOST_TEXT)
}
