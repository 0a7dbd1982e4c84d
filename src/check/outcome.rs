//! The outcome of a check: phases, diagnostics, test results. The verdict is computed from them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::own_tests::OwnTests;
use super::verdict::{TestVerdict, Verdict};

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

/// The result of one test: the verdict, and what it rests on. A test that did not run has the reason as a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// The verdict.
    pub verdict: TestVerdict,
    /// The values of a test that failed.
    pub values: Values,
}

impl TestVerdict {
    /// Returns the result of a test with this verdict.
    pub fn with(self, values: Values) -> TestResult {
        TestResult {
            verdict: self,
            values,
        }
    }
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
            Some(own) if !own.suffice() => Verdict::Failed,
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
