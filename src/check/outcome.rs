//! The outcome of a check: phases, diagnostics, test results. The verdict is computed from them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The verdict on a submission or on one test; a greater one is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every test passed.
    Passed,
    /// A test failed.
    Failed,
    /// The code ended by itself: a panic, an exit, a signal.
    Crashed,
    /// It wrote too much.
    OutputLimit,
    /// It needed too much memory.
    MemoryLimit,
    /// It took too long.
    TimeLimit,
    /// It does not compile, or a configuration is invalid.
    CompileError,
    /// It uses something that no solution may use.
    Forbidden,
    /// The check could not be done.
    InternalError,
}

/// The three groups of verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The submission passed.
    Passed,
    /// The submission did not pass.
    NotPassed,
    /// The check could not be done, so nothing is known.
    Unjudged,
}

impl Verdict {
    /// Every verdict, best first.
    pub const ALL: [Self; 9] = [
        Self::Passed,
        Self::Failed,
        Self::Crashed,
        Self::OutputLimit,
        Self::MemoryLimit,
        Self::TimeLimit,
        Self::CompileError,
        Self::Forbidden,
        Self::InternalError,
    ];

    pub(crate) fn standing(self) -> Standing {
        match self {
            Self::Passed => Standing::Passed,
            Self::InternalError => Standing::Unjudged,
            Self::Failed
            | Self::Crashed
            | Self::OutputLimit
            | Self::MemoryLimit
            | Self::TimeLimit
            | Self::CompileError
            | Self::Forbidden => Standing::NotPassed,
        }
    }

    /// Returns the words to display.
    pub fn words(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Crashed => "crashed",
            Self::OutputLimit => "output limit",
            Self::MemoryLimit => "memory limit",
            Self::TimeLimit => "time limit",
            Self::CompileError => "compile error",
            Self::Forbidden => "forbidden",
            Self::InternalError => "internal error",
        }
    }
}

/// The name and title of a hidden test or probe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestTitle {
    /// The name in the code, with `::` between modules.
    pub name: String,
    /// The title for learners.
    pub title: String,
}

/// A step of a check and how long it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// The step: a verb in its plain form, such as `compile`.
    pub name: &'static str,
    /// Wall time.
    pub duration: Duration,
}

/// A message of a compiler or a configuration test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Whether it is an error; otherwise a warning.
    pub error: bool,
    /// The message in one line.
    pub message: String,
    /// The learner's file, relative to the exercise's folder.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The tool's whole message, without control characters, with the learner's paths.
    pub text: String,
}

/// Input, expected and got of a test that failed: values, never source.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Values {
    /// The call or request, such as `safe_divide(7, 0)`.
    pub input: Option<String>,
    /// The expected result.
    pub expected: Option<String>,
    /// The actual result.
    pub got: Option<String>,
    /// Context, such as a log line or a panic message.
    pub note: Option<String>,
}

impl Values {
    /// Returns nothing but a note.
    pub fn note(note: impl Into<String>) -> Self {
        Self {
            note: Some(note.into()),
            ..Self::default()
        }
    }
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

    /// Returns the result of a test with this verdict.
    pub fn with(self, values: Values) -> TestResult {
        TestResult {
            verdict: self,
            values,
        }
    }

    /// Returns whether the test ran and does not hold.
    pub(crate) fn is_failure(self) -> bool {
        !matches!(self, Self::Passed | Self::NotRun)
    }

    /// Returns what the verdict on a submission is by this test alone: one that did not run counts as failed.
    pub fn as_verdict(self) -> Verdict {
        match self {
            Self::Passed => Verdict::Passed,
            Self::Failed | Self::NotRun => Verdict::Failed,
            Self::Crashed => Verdict::Crashed,
            Self::OutputLimit => Verdict::OutputLimit,
            Self::MemoryLimit => Verdict::MemoryLimit,
            Self::TimeLimit => Verdict::TimeLimit,
        }
    }

    /// Returns the words to display.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotRun => "not run",
            ran => ran.as_verdict().words(),
        }
    }
}

/// The result of one test: the verdict, and what it rests on. A test that did not run has the reason as a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// The verdict.
    pub verdict: TestVerdict,
    /// The values of a test that failed.
    pub values: Values,
}

impl TestResult {
    /// Returns the result of a test that holds.
    pub fn passed() -> Self {
        TestVerdict::Passed.with(Values::default())
    }

    /// Returns the result of a test that did not run, for this reason.
    pub fn not_run(reason: impl Into<String>) -> Self {
        TestVerdict::NotRun.with(Values::note(reason))
    }

    /// Returns why the test did not run; `None` if it ran.
    pub fn why_not_run(&self) -> Option<&str> {
        let note = self.values.note.as_deref();
        note.filter(|_| self.verdict == TestVerdict::NotRun)
    }

    /// Returns the values of a test that failed.
    pub fn failed_values(&self) -> Option<&Values> {
        Some(&self.values).filter(|_| self.verdict.is_failure())
    }

    /// Returns the result without its values; the reason why a test did not run stays.
    #[must_use]
    pub(crate) fn without_values(self) -> Self {
        match self.verdict {
            TestVerdict::NotRun => self,
            verdict => verdict.with(Values::default()),
        }
    }
}

/// One hidden test or probe with its result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestOutcome {
    /// The test.
    pub test: TestTitle,
    /// Its result.
    pub result: TestResult,
}

impl TestOutcome {
    /// Returns whether the test holds.
    pub fn passed(&self) -> bool {
        self.result.verdict == TestVerdict::Passed
    }
}

/// Which tests a check runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The hidden tests or probes.
    #[default]
    Hidden,
    /// The public examples only, which never give a pass.
    Public,
}

/// Why the learner's own tests do not accept the reference solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectionReason {
    /// The file has no code.
    Empty,
    /// The file has code, and no test.
    NoTest,
    /// A test did not end in time.
    TooSlow,
    /// A test with `#[should_panic]` did not panic.
    NoPanic,
    /// An assertion failed.
    Failed,
    /// The process of the tests ended before they did.
    Ended,
    /// They accepted it the first time and not the second.
    Unsteady,
}

/// The rejection of the reference solution by the learner's own tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Why.
    pub reason: RejectionReason,
    /// The learner's file.
    pub file: String,
    /// The function that rejects it, or lacks its `#[test]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Its line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// The judgement of the learner's own tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnTests {
    /// Whether they accept the reference solution.
    pub accept_reference: bool,
    /// How many wrong solutions they caught.
    pub caught: usize,
    /// How many a pass needs.
    pub needed: usize,
    /// How many wrong solutions there are.
    pub of: usize,
    /// The kinds of fault not caught, in the course's order.
    pub missed: Vec<String>,
    /// Why they do not accept the reference solution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Box<Rejection>>,
}

impl OwnTests {
    /// Records that a wrong solution with this fault was not caught.
    pub(crate) fn miss(&mut self, fault: &str) {
        if !self.missed.iter().any(|missed| missed == fault) {
            self.missed.push(fault.to_owned());
        }
    }
}

/// The outcome of a check: facts only.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// The steps, in order; not part of the JSON that a worker process prints.
    #[serde(skip)]
    pub phases: Vec<Phase>,
    /// Uses of what no solution may use, for which nothing ran.
    pub forbidden: Vec<Diagnostic>,
    /// The messages of the compiler or configuration test.
    pub diagnostics: Vec<Diagnostic>,
    /// Every declared test, in file order, even if nothing compiled.
    pub tests: Vec<TestOutcome>,
    /// The judgement of the learner's own tests, where the exercise has one.
    pub own_tests: Option<OwnTests>,
    /// The output of the learner's code, without control characters, within a limit.
    pub printed: String,
    /// What the learner's code printed in tests that failed, by the tests' names, as far as it is known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub printed_by: BTreeMap<String, String>,
    /// Which tests ran.
    #[serde(default)]
    pub scope: Scope,
}

impl Outcome {
    /// Computes the verdict: the worst of all parts. Without a test it is never a pass.
    pub fn verdict(&self) -> Verdict {
        if !self.forbidden.is_empty() {
            return Verdict::Forbidden;
        }
        if self.diagnostics.iter().any(|diagnostic| diagnostic.error) {
            return Verdict::CompileError;
        }
        let tests = self.tests.iter();
        let worst = tests.map(|test| test.result.verdict.as_verdict()).max();
        let tests = worst.unwrap_or(Verdict::InternalError);
        tests.max(self.own_verdict())
    }

    /// Counts the tests that passed.
    pub fn passed(&self) -> usize {
        self.tests.iter().filter(|test| test.passed()).count()
    }

    /// Returns whether the learner's own tests are what keeps the submission from a pass: every other test
    /// passed, and what is wrong is about no line of code.
    pub(crate) fn lacks_own_tests_only(&self) -> bool {
        let tests_pass = !self.tests.is_empty() && self.passed() == self.tests.len();
        let mut errors = self
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.error);
        tests_pass
            && self.forbidden.is_empty()
            && errors.all(|error| error.line.is_none())
            && self.verdict() != Verdict::Passed
    }

    fn own_verdict(&self) -> Verdict {
        match &self.own_tests {
            Some(own) if !own.accept_reference || own.caught < own.needed => Verdict::Failed,
            Some(_) | None => Verdict::Passed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_test_is_never_a_pass() {
        assert_eq!(Outcome::default().verdict(), Verdict::InternalError);
    }

    #[test]
    fn the_worst_test_decides() {
        let test = |result| TestOutcome {
            test: TestTitle {
                name: "t".into(),
                title: "T".into(),
            },
            result,
        };
        let tests = vec![
            test(TestResult::passed()),
            test(TestVerdict::TimeLimit.with(Values::default())),
            test(TestVerdict::Failed.with(Values::default())),
        ];
        let mut outcome = Outcome {
            tests,
            ..Outcome::default()
        };
        assert_eq!(outcome.verdict(), Verdict::TimeLimit);
        assert_eq!(outcome.passed(), 1);
        outcome.tests.push(test(TestResult::passed()));
        assert_eq!(outcome.passed(), 2);
        outcome.tests.clear();
        assert_eq!(outcome.passed(), 0);
    }

    #[test]
    fn only_a_pass_is_right_and_only_an_error_of_ours_judges_nothing() {
        for verdict in Verdict::ALL {
            let expected = if verdict == Verdict::Passed {
                Standing::Passed
            } else if verdict == Verdict::InternalError {
                Standing::Unjudged
            } else {
                Standing::NotPassed
            };
            assert_eq!(verdict.standing(), expected, "{verdict:?}");
        }
    }

    #[test]
    fn the_words_of_a_verdict_are_its_name_with_blanks() {
        for verdict in Verdict::ALL {
            let name = serde_json::to_string(&verdict).unwrap();
            let words = format!("\"{}\"", verdict.words().replace(' ', "-"));
            assert_eq!(words, name);
        }
    }

    #[test]
    fn a_test_that_failed_has_values_and_no_other_has() {
        let values = Values {
            input: Some("f(1)".into()),
            ..Values::default()
        };
        for verdict in TestVerdict::ALL {
            let result = verdict.with(values.clone());
            let ran = !matches!(verdict, TestVerdict::Passed | TestVerdict::NotRun);
            assert_eq!(result.failed_values(), ran.then_some(&values));
            let passed = verdict == TestVerdict::Passed;
            assert_eq!(verdict.as_verdict() == Verdict::Passed, passed);
            let name = serde_json::to_string(&verdict).unwrap();
            let words = format!("\"{}\"", verdict.words().replace(' ', "-"));
            assert_eq!(words, name);
        }
        let not_run = TestResult::not_run("it was the turn of another");
        assert_eq!(not_run.why_not_run(), Some("it was the turn of another"));
        assert_eq!(not_run.verdict.as_verdict(), Verdict::Failed);
        assert_eq!(not_run.clone().without_values(), not_run);
        let failed = TestVerdict::Failed.with(values);
        assert_eq!(failed.why_not_run(), None);
        assert_eq!(failed.without_values().values, Values::default());
    }

    #[test]
    fn a_kind_of_fault_is_missed_once_however_many_solutions_have_it() {
        let mut own = OwnTests {
            accept_reference: true,
            caught: 0,
            needed: 1,
            of: 3,
            missed: Vec::new(),
            rejection: None,
        };
        for fault in ["zero", "sign", "zero"] {
            own.miss(fault);
        }
        assert_eq!(own.missed, ["zero", "sign"]);
    }

    #[test]
    fn what_is_refused_or_does_not_compile_passes_no_test() {
        let diagnostic = |error| Diagnostic {
            error,
            message: String::new(),
            file: None,
            line: None,
            text: String::new(),
        };
        let mut outcome = passing();
        outcome.diagnostics = vec![diagnostic(false)];
        assert_eq!(outcome.verdict(), Verdict::Passed, "a warning is none");
        outcome.diagnostics.push(diagnostic(true));
        assert_eq!(outcome.verdict(), Verdict::CompileError);
        outcome.forbidden = vec![diagnostic(true)];
        assert_eq!(outcome.verdict(), Verdict::Forbidden);
    }

    #[test]
    fn own_tests_catch_as_many_as_are_needed_and_accept_what_is_right() {
        let verdict = |accept_reference, caught| {
            let own_tests = Some(OwnTests {
                accept_reference,
                caught,
                needed: 20,
                of: 27,
                missed: Vec::new(),
                rejection: None,
            });
            Outcome {
                own_tests,
                ..passing()
            }
            .verdict()
        };
        assert_eq!(verdict(true, 20), Verdict::Passed);
        assert_eq!(verdict(true, 19), Verdict::Failed);
        assert_eq!(verdict(false, 27), Verdict::Failed);
    }

    fn passing() -> Outcome {
        let test = TestTitle {
            name: "t".into(),
            title: "T".into(),
        };
        let result = TestResult::passed();
        Outcome {
            tests: vec![TestOutcome { test, result }],
            ..Outcome::default()
        }
    }
}
