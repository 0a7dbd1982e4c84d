//! Verdicts, on a submission and on one test.

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
