//! The context of a check: sandbox, environment, cache, cancellation, observer.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cache::{self, CachePart};
use super::outcome::{Diagnostic, TestOutcome};
use crate::sandbox::{Cancel, Sandbox, TimeBudget};
use crate::sys::environment::Environment;
use crate::sys::scratch;

/// How much a learner sees of a hidden test that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feedback {
    /// Title, input, expected and got.
    Full,
    /// The title only.
    Title,
}

/// An event in a check, reported as it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A step began: a verb in its `-ing` form with its object, such as `compiling your crate`.
    Step(&'static str),
    /// A message of the compiler.
    Diagnostic(Diagnostic),
    /// A test ended.
    Test(TestOutcome),
    /// The learner's own tests ran against the first number of wrong solutions; the second is the total.
    OwnTests(usize, usize),
}

/// The context of a check; cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// Starts processes.
    pub sandbox: Sandbox,
    /// The environment Gradus was started in.
    pub environment: Arc<Environment>,
    /// The cache folder.
    pub cache: PathBuf,
    /// What is kept in it.
    pub cache_parts: Vec<CachePart>,
    /// Cancels the check.
    pub cancel: Cancel,
    /// The time that all processes of the submission share.
    pub budget: TimeBudget,
    /// How much a failing test reveals.
    pub feedback: Feedback,
    /// Whether the submission is graded: then it is untrusted, and may be written to fool the grader.
    pub graded: bool,
    /// Whether a learner waits for the result: then the first call that takes too long ends the check, and the
    /// tests after it do not run.
    pub awaited: bool,
    /// Receives the events.
    pub observer: Arc<dyn Fn(Event) + Send + Sync>,
}

impl Context {
    /// Returns a context without an observer, with full feedback and no time budget.
    pub fn new(sandbox: Sandbox, environment: Arc<Environment>) -> Self {
        let cache = environment.cache();
        scratch::fall_back_to(cache.join("tmp"));
        Self {
            sandbox,
            environment,
            cache,
            cache_parts: Vec::new(),
            cancel: Cancel::new(),
            budget: TimeBudget::unlimited(),
            feedback: Feedback::Full,
            graded: false,
            awaited: false,
            observer: Arc::new(|_| ()),
        }
    }

    /// Runs `work` of Gradus's own, such as compiling an exercise's judge: its time does not count against
    /// the submission.
    pub(crate) fn outside<T>(&self, work: impl FnOnce(&Self) -> T) -> T {
        let unlimited = Self {
            budget: TimeBudget::unlimited(),
            ..self.clone()
        };
        self.budget.exclude(|| work(&unlimited))
    }

    /// Removes what was not used for longest from a cache that has grown too large.
    pub(crate) fn trim_cache(&self) {
        cache::trim(&self.cache, &self.cache_parts, cache::BOUND);
    }

    pub(crate) fn tell(&self, event: Event) {
        (self.observer)(event);
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sandbox,
            cache,
            feedback,
            ..
        } = self;
        formatter
            .debug_struct("Context")
            .field("sandbox", sandbox)
            .field("cache", cache)
            .field("feedback", feedback)
            .finish_non_exhaustive()
    }
}
