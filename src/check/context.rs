//! What a check works with.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::outcome::{Diagnostic, TestOutcome};
use crate::sandbox::{Allowance, Cancel, Sandbox};
use crate::sys::environment::Environment;

/// How much of input, expected and got a learner sees of a hidden test that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feedback {
    /// Title, input, expected and got.
    Full,
    /// The title only.
    Title,
}

/// Something that happened in a check, told as it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A step began: a verb in its `-ing` form with its object, such as `compiling your crate`.
    Step(&'static str),
    /// The compiler said something.
    Diagnostic(Diagnostic),
    /// A test ended.
    Test(TestOutcome),
    /// The learner's own tests were run against so many of so many wrong solutions.
    OwnTests(usize, usize),
}

/// What a check works with; cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// Starts processes.
    pub sandbox: Sandbox,
    /// The environment Gradus was started in.
    pub environment: Arc<Environment>,
    /// The folder for what can be made again.
    pub cache: PathBuf,
    /// Calls the check off.
    pub cancel: Cancel,
    /// What everything together may take that the submission causes.
    pub allowance: Allowance,
    /// How much a failing test tells.
    pub feedback: Feedback,
    /// Whether the submission is graded: a stranger may have written it to fool the grader.
    pub graded: bool,
    /// Is told what happens.
    pub observer: Arc<dyn Fn(Event) + Send + Sync>,
}

impl Context {
    /// Returns a context that tells nobody, with full feedback.
    pub fn new(sandbox: Sandbox, environment: Arc<Environment>) -> Self {
        let cache = environment.cache();
        Self {
            sandbox,
            environment,
            cache,
            cancel: Cancel::new(),
            allowance: Allowance::endless(),
            feedback: Feedback::Full,
            graded: false,
            observer: Arc::new(|_| ()),
        }
    }

    /// Does what is Gradus's own work, such as making what every check of an exercise needs: however
    /// long that takes, it is not the submission that took it.
    pub(crate) fn outside<T>(&self, work: impl FnOnce(&Self) -> T) -> T {
        let endless = Self {
            allowance: Allowance::endless(),
            ..self.clone()
        };
        self.allowance.outside(|| work(&endless))
    }

    /// Tells the observer.
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
