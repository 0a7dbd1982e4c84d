//! Checks in the background: one at a time, the last one wins.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::{Input, SessionError, Words};
use crate::check::{CheckError, Context, Feedback, Outcome};
use crate::course::Exercise;
use crate::sandbox::Cancel;
use crate::source::ExerciseId;

/// Runs checks and what makes them fast.
pub(super) struct CheckRunner {
    context: Context,
    words: Words,
    sender: Sender<Input>,
    running: Option<Cancel>,
    preparing: Cancel,
    workers: Vec<JoinHandle<()>>,
    /// Held while an exercise is made ready, so that its check waits for that.
    ready: BTreeMap<ExerciseId, Arc<Mutex<()>>>,
}

impl CheckRunner {
    pub(super) fn new(context: Context, words: Words, sender: Sender<Input>) -> Self {
        Self {
            context,
            words,
            sender,
            running: None,
            preparing: Cancel::new(),
            workers: Vec::new(),
            ready: BTreeMap::new(),
        }
    }

    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    /// Makes `exercise` ready. What goes wrong shows in its check.
    pub(super) fn prepare(&mut self, exercise: Option<Exercise>) {
        let Some(exercise) = exercise else { return };
        let ready = self.ready(&exercise.id);
        let mut context = self.context.clone();
        context.cancel = self.preparing.clone();
        if exercise.task().missing(&context).is_some() {
            return;
        }
        self.work(move || {
            let _held = ready.lock().unwrap_or_else(PoisonError::into_inner);
            CheckError::catch_panic(|| exercise.task().prepare(&context)).ok();
        });
    }

    /// Checks a submission under the number `run`; the check that runs is called off.
    pub(super) fn check(&mut self, run: u64, submission: Option<(Exercise, PathBuf)>) {
        self.cancel();
        let Some((exercise, folder)) = submission else {
            return;
        };
        let ready = self.ready(&exercise.id);
        let context = self.check_context(run, &exercise);
        self.running = Some(context.cancel.clone());
        let (words, sender) = (Arc::clone(&self.words), self.sender.clone());
        self.work(move || {
            drop(ready.lock().unwrap_or_else(PoisonError::into_inner));
            let check = || exercise.task().check_folder(&folder, &context);
            let checked = CheckError::catch_panic(check);
            if context.cancel.is_cancelled() || matches!(checked, Err(CheckError::Cancelled)) {
                return;
            }
            let result: Result<Outcome, _> =
                checked.map_err(|error| words(SessionError::Check(error)));
            sender.send(Input::Checked(run, result)).ok();
        });
    }

    /// Calls off the check that runs.
    pub(super) fn cancel(&mut self) {
        if let Some(cancel) = self.running.take() {
            cancel.cancel();
        }
    }

    /// Calls everything off and waits for its end, so that nothing is left behind.
    pub(super) fn close(&mut self) {
        self.cancel();
        self.preparing.cancel();
        for worker in self.workers.drain(..) {
            // A worker that panicked has said so already.
            worker.join().ok();
        }
    }

    fn check_context(&self, run: u64, exercise: &Exercise) -> Context {
        let mut context = self.context.clone();
        context.cancel = Cancel::new();
        context.awaited = true;
        context.feedback = exercise.feedback.unwrap_or(Feedback::Full);
        let sender = Mutex::new(self.sender.clone());
        context.observer = Arc::new(move |event| {
            let sender = sender.lock().unwrap_or_else(PoisonError::into_inner);
            sender.send(Input::Checking(run, event)).ok();
        });
        context
    }

    fn ready(&mut self, id: &ExerciseId) -> Arc<Mutex<()>> {
        Arc::clone(self.ready.entry(id.clone()).or_default())
    }

    fn work(&mut self, work: impl FnOnce() + Send + 'static) {
        self.workers.retain(|worker| !worker.is_finished());
        let worker = thread::Builder::new().name("check".into()).spawn(work);
        self.workers.extend(worker.ok());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::kind::fixture::JudgedBy;
    use crate::kinds::KINDS;
    use crate::sandbox::Sandbox;
    use crate::session::Trouble;
    use crate::sys::environment::Environment;
    use crate::text::with_causes;

    #[test]
    fn a_check_that_panics_ends_with_an_error() {
        let environment = Environment::new([], "/".into());
        let context = Context::new(Sandbox::new("/gradus"), Arc::new(environment));
        let words: Words = Arc::new(|error| Trouble {
            what: with_causes(&error),
            hint: None,
        });
        let (sender, receiver) = channel();
        let mut runner = CheckRunner::new(context, words, sender);
        let id = "broken".parse().unwrap();
        let task = JudgedBy(|| -> Outcome { panic!("a bug") });
        let exercise = Exercise::outside(id, KINDS[0], "Broken".into(), Arc::new(task));
        runner.check(1, Some((exercise, "/".into())));
        for worker in runner.workers.drain(..) {
            worker.join().unwrap();
        }
        let Ok(Input::Checked(1, Err(trouble))) = receiver.try_recv() else {
            panic!("the check ends");
        };
        assert_eq!(trouble.what, "a bug in Gradus ended this check");
    }
}
