//! The schema of results: a header, then a record for each submission, each a line of JSON.
//!
//! Everything that depends on the clock is in [`Time`]; the rest is the same in every run over the same
//! input.

use serde::{Deserialize, Serialize};

use crate::check::{TestVerdict, Verdict};
use crate::course::{Points, Visibility};
use crate::source::ExerciseId;

/// The schema of the header.
pub const HEADER_SCHEMA: &str = "gradus-results/1";
/// The schema of a record.
pub const RECORD_SCHEMA: &str = "gradus-record/1";

/// The first line of results: what all records below have in common.
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
    /// The sandbox that submissions ran in; `none` for limits only.
    pub sandbox: String,
    /// Which part of all submissions this is; `None` for all of them.
    pub partition: Option<String>,
    /// All submissions, those of other parts included.
    pub submissions: Submissions,
}

impl Header {
    /// Returns whether submissions ran in a sandbox.
    pub(crate) fn is_confined(&self) -> bool {
        self.sandbox != "none"
    }
}

/// All submissions of a grading: how many, and which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submissions {
    /// How many there are.
    pub count: usize,
    /// SHA-256 over their sorted names, each followed by a line feed, in hexadecimal.
    pub fingerprint: String,
}

/// An exercise in a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExerciseEntry {
    /// Its name.
    pub id: ExerciseId,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: String,
    /// Where its hidden tests run, if its kind has more than one tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// The points of a pass.
    pub max_score: Points,
    /// SHA-256 over its files, in hexadecimal.
    pub fingerprint: String,
}

/// The result of one submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`RECORD_SCHEMA`].
    pub schema: String,
    /// The submission's name: learner and exercise, separated by `/`.
    pub submission: String,
    /// The name of the learner's folder.
    pub learner: String,
    /// The learner's entry in the class list; not in a journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// The exercise.
    pub exercise: ExerciseId,
    /// The verdict.
    pub verdict: Verdict,
    /// The points it scored.
    pub score: Points,
    /// The points of a pass.
    pub max_score: Points,
    /// Every declared test, in file order, also when nothing ran.
    pub tests: Vec<TestRecord>,
    /// Messages of the compiler or configuration test, without control characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub diagnostics: String,
    /// The output of the code, without control characters, where the exercise shows it to learners.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub output: String,
    /// The error of Gradus or the machine that prevented a verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// SHA-256 over the submitted files, in hexadecimal.
    pub source: String,
    /// When it was graded, and how long that took.
    pub time: Time,
}

impl Record {
    pub(crate) fn is_pass(&self) -> bool {
        self.verdict == Verdict::Passed
    }

    /// Returns whether it did not pass although no test failed. A format that lists only tests must then
    /// add an entry for the submission.
    pub(crate) fn fails_beyond_tests(&self) -> bool {
        !self.is_pass() && self.tests.iter().all(TestRecord::passed)
    }

    /// Returns how the record contradicts itself: then it was not written by a grading.
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

    /// Returns the message about the submission as a whole: the error, else the diagnostics.
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

/// The result of one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRecord {
    /// Its name in the code.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its verdict.
    pub verdict: TestVerdict,
    /// Its weight among the tests.
    pub weight: u32,
    /// Who sees it.
    pub visibility: Visibility,
    /// What a learner may see of a failure, in lines.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub feedback: String,
}

/// A learner's entry in the class list.
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

/// The fields of a record that depend on the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Time {
    /// When grading began, in seconds since 1970-01-01 UTC.
    pub at: u64,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}
