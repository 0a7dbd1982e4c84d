//! What grading writes down: a header, then one record a submission, each a line of JSON.
//!
//! Everything that depends on the clock stands in [`Time`]; the rest is the same on every run over
//! the same input.

use serde::{Deserialize, Serialize};

use crate::check::{TestResult, Verdict};
use crate::course::{Points, Visibility};
use crate::source::ExerciseId;

/// The name and version of the header's shape.
pub const HEADER_SCHEMA: &str = "gradus-results/1";
/// The name and version of a record's shape.
pub const RECORD_SCHEMA: &str = "gradus-record/1";

/// The first line of a file of results: what all records below have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`HEADER_SCHEMA`].
    pub schema: String,
    /// The version of Gradus.
    pub gradus: String,
    /// The id of the course.
    pub course: String,
    /// The title of the course.
    pub title: String,
    /// The exercises that are graded, in the order of the course.
    pub exercises: Vec<ExerciseEntry>,
    /// The programs that verdicts depend on, with their versions.
    pub tools: Vec<String>,
    /// The sandbox that submissions ran in; `none` where nothing but limits held them.
    pub sandbox: String,
    /// Which part of all submissions this is; `None` for all of them.
    pub partition: Option<String>,
    /// All submissions, those of other parts included.
    pub submissions: Submissions,
}

impl Header {
    /// Returns whether more than limits held the submissions.
    pub(crate) fn is_confined(&self) -> bool {
        self.sandbox != "none"
    }
}

/// All submissions of a grading: how many, and which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submissions {
    /// How many there are.
    pub count: usize,
    /// SHA-256 over their names in order, each ended by a line feed, in hexadecimal.
    pub fingerprint: String,
}

/// An exercise of a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExerciseEntry {
    /// Its name.
    pub id: ExerciseId,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: String,
    /// Where its hidden tests run, where the kind knows more than one place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// The points of a pass.
    pub max_score: Points,
    /// SHA-256 over its files, in hexadecimal.
    pub fingerprint: String,
}

/// What came of one submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`RECORD_SCHEMA`].
    pub schema: String,
    /// The submission's name: learner and exercise, with `/` between.
    pub submission: String,
    /// Who handed it in.
    pub learner: String,
    /// What the class list says of them; a journal does not hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// Which exercise it answers.
    pub exercise: ExerciseId,
    /// The judgement.
    pub verdict: Verdict,
    /// The points it gets.
    pub score: Points,
    /// The points of a pass.
    pub max_score: Points,
    /// Every declared test, in file order, also when nothing ran.
    pub tests: Vec<TestRecord>,
    /// What the compiler or the configuration test said, without control characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub diagnostics: String,
    /// What the code printed, without control characters, where the exercise lets learners see it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub output: String,
    /// Why Gradus could not do its work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// SHA-256 over the files that count, in hexadecimal.
    pub source: String,
    /// When, and how long it took.
    pub time: Time,
}

impl Record {
    /// Returns whether the submission passed.
    pub(crate) fn is_pass(&self) -> bool {
        self.verdict == Verdict::Passed
    }

    /// Returns whether it did not pass, although no test says so: a reader of nothing but tests
    /// must be told.
    pub(crate) fn fails_beyond_tests(&self) -> bool {
        !self.is_pass() && self.tests.iter().all(TestRecord::passed)
    }

    /// Returns how the record contradicts itself, if it does: no grading writes such a one.
    pub(crate) fn contradiction(&self) -> Option<&'static str> {
        if self.score > self.max_score {
            return Some("its score is above its maximum");
        }
        if !self.is_pass() {
            return None;
        }
        let holds = !self.tests.is_empty() && self.tests.iter().all(TestRecord::passed);
        if !holds {
            Some("its verdict is `passed`, and its tests say otherwise")
        } else if self.score < self.max_score {
            Some("its verdict is `passed`, and its score is not its maximum")
        } else {
            None
        }
    }

    /// Returns what is to be said of the submission as a whole: why Gradus could not do its work,
    /// else what the compiler said.
    pub(crate) fn remark(&self) -> &str {
        self.error.as_deref().unwrap_or(&self.diagnostics)
    }
}

impl TestRecord {
    /// Returns whether it passed.
    pub fn passed(&self) -> bool {
        self.verdict == TestVerdict::Passed
    }

    /// Returns whether the learner may see its result at once.
    pub fn is_visible(&self) -> bool {
        self.visibility == Visibility::Visible
    }
}

/// What one test found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRecord {
    /// Its name in the code.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it found.
    pub verdict: TestVerdict,
    /// Its weight among the tests.
    pub weight: u32,
    /// Who sees it.
    pub visibility: Visibility,
    /// What a learner may know of a failure, line by line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub feedback: String,
}

/// What one test found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestVerdict {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// A call ended in a way of its own.
    Crashed,
    /// A call wrote too much.
    OutputLimit,
    /// A call wanted too much memory.
    MemoryLimit,
    /// A call took too long.
    TimeLimit,
    /// It did not run.
    NotRun,
}

impl TestVerdict {
    /// Every verdict on a test, best first.
    pub const ALL: [Self; 7] = [
        Self::Passed,
        Self::Failed,
        Self::Crashed,
        Self::OutputLimit,
        Self::MemoryLimit,
        Self::TimeLimit,
        Self::NotRun,
    ];

    /// Returns the words for a person.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::NotRun => "not run",
            Self::Passed => Verdict::Passed.words(),
            Self::Failed => Verdict::Failed.words(),
            Self::Crashed => Verdict::Crashed.words(),
            Self::OutputLimit => Verdict::OutputLimit.words(),
            Self::MemoryLimit => Verdict::MemoryLimit.words(),
            Self::TimeLimit => Verdict::TimeLimit.words(),
        }
    }
}

impl From<&TestResult> for TestVerdict {
    fn from(result: &TestResult) -> Self {
        match result {
            TestResult::Passed => Self::Passed,
            TestResult::Failed(_) => Self::Failed,
            TestResult::Crashed(_) => Self::Crashed,
            TestResult::OutputLimit(_) => Self::OutputLimit,
            TestResult::MemoryLimit(_) => Self::MemoryLimit,
            TestResult::TimeLimit(_) => Self::TimeLimit,
            TestResult::NotRun(_) => Self::NotRun,
        }
    }
}

/// What the class list says of a learner.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Person {
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Their number in the platform that the class list comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Their section or group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// When they handed in, as the class list words it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<String>,
}

/// Everything of a record that depends on the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Time {
    /// When grading began, in seconds since 1970-01-01 UTC.
    pub at: u64,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}
