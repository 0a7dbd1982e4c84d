//! Grades submissions on several threads; the calling thread writes their records. A check that panics is an
//! internal error of its submission.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::cache::VerdictCache;
use super::journal::Journal;
use super::{GradeError, Submission, scoring, worker};
use crate::check::{CheckError, Collected, Context, HandIn, Outcome, Verdict};
use crate::course::{Course, Exercise};
use crate::report::{ExerciseEntry, Header, Record, Time};
use crate::source::ExerciseId;
use crate::sys::clock::{Stopwatch, unix_time};
use crate::sys::fingerprint::Fingerprint;
use crate::sys::threads;

/// How a batch is graded.
#[derive(Debug, Clone, Default)]
pub(crate) struct BatchOptions {
    /// The number of worker threads.
    pub jobs: usize,
    /// Whether the first submission that does not pass ends the grading.
    pub fail_fast: bool,
    /// The cache of verdicts, if one is used.
    pub cache: Option<VerdictCache>,
}

/// Submissions to grade, with their course and options.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    pub course: &'a Course,
    /// The exercises that are graded.
    pub exercises: &'a [&'a Exercise],
    /// The header of the results.
    pub header: &'a Header,
    /// The submissions, in the order of the results.
    pub submissions: &'a [Submission],
    pub context: &'a Context,
    pub options: BatchOptions,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum BatchEvent<'a> {
    /// Preparation of an exercise begins.
    Preparing(&'a ExerciseId),
    /// An exercise cannot be graded here; its submissions get records that say so.
    Unavailable(&'a ExerciseId, &'a CheckError),
    /// A submission has a record from an earlier run.
    Known(Verdict),
    /// A submission was graded.
    Graded(&'a Record),
}

/// The counts of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Summary {
    /// The number of submissions by verdict.
    pub verdicts: BTreeMap<Verdict, usize>,
    /// The number of submissions without a record, because the grading ended early.
    pub remaining: usize,
}

impl Summary {
    /// Returns how many submissions have a record.
    pub(crate) fn done(&self) -> usize {
        self.verdicts.values().sum()
    }

    pub(crate) fn count(&self, verdict: Verdict) -> usize {
        self.verdicts.get(&verdict).copied().unwrap_or_default()
    }

    /// Returns whether every submission was judged.
    pub(crate) fn is_complete(&self) -> bool {
        self.remaining == 0 && self.count(Verdict::InternalError) == 0
    }

    pub(crate) fn all_passed(&self) -> bool {
        self.remaining == 0 && self.count(Verdict::Passed) == self.done()
    }
}

/// The result of a worker for a submission.
enum JobResult {
    /// The journal has a record of these files already.
    Known(Verdict),
    Graded(Box<Record>),
}

/// The state that the workers share.
struct GradeState<'a> {
    batch: &'a Batch<'a>,
    journal: Mutex<&'a mut Journal>,
    unavailable: BTreeMap<&'a ExerciseId, CheckError>,
}

impl Batch<'_> {
    /// Grades the submissions that `journal` has no record of, appends a record as each ends, and reports
    /// each step to `observe`.
    pub(crate) fn run(
        &self,
        journal: &mut Journal,
        observe: &mut dyn FnMut(BatchEvent<'_>),
    ) -> Result<Summary, GradeError> {
        let state = GradeState {
            batch: self,
            unavailable: self.prepare(observe)?,
            journal: Mutex::new(journal),
        };
        let mut summary = Summary::default();
        let mut failed = None;
        let grade = |submission: &Submission| state.grade(submission);
        threads::for_each_parallel(self.options.jobs, self.submissions, grade, |_, found| {
            let stored = found.and_then(|it| state.store(it, &mut summary, observe));
            stored.unwrap_or_else(|error| {
                failed.get_or_insert(error);
                ControlFlow::Break(())
            })
        });
        summary.remaining = self.submissions.len() - summary.done();
        failed.map_or(Ok(summary), Err)
    }

    fn prepare_exercise(&self, exercise: &Exercise) -> Result<(), CheckError> {
        if let Some(what) = exercise.task().missing(self.context) {
            let help = String::new();
            return Err(CheckError::Missing { what, help });
        }
        if worker::needs_worker(exercise, self.context) {
            worker::rehearse(self.context)?;
        }
        exercise.task().prepare(self.context)
    }

    /// Prepares every exercise that has submissions; returns those that cannot be graded here.
    fn prepare(
        &self,
        observe: &mut dyn FnMut(BatchEvent<'_>),
    ) -> Result<BTreeMap<&ExerciseId, CheckError>, GradeError> {
        let mut unavailable = BTreeMap::new();
        for exercise in self.exercises {
            let mut submissions = self.submissions.iter();
            if !submissions.any(|submission| submission.exercise == exercise.id) {
                continue;
            }
            observe(BatchEvent::Preparing(&exercise.id));
            match self.prepare_exercise(exercise) {
                Ok(()) => {}
                Err(CheckError::Cancelled) => return Err(GradeError::Cancelled),
                Err(error) => {
                    observe(BatchEvent::Unavailable(&exercise.id, &error));
                    unavailable.insert(&exercise.id, error);
                }
            }
        }
        Ok(unavailable)
    }
}

impl<'a> GradeState<'a> {
    fn journal(&self) -> MutexGuard<'_, &'a mut Journal> {
        // Each append leaves the journal consistent, so a panic of another worker does no harm.
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores the result of a worker, and returns whether the grading continues.
    fn store(
        &self,
        found: JobResult,
        summary: &mut Summary,
        observe: &mut dyn FnMut(BatchEvent<'_>),
    ) -> Result<ControlFlow<()>, GradeError> {
        let verdict = match found {
            JobResult::Known(verdict) => {
                observe(BatchEvent::Known(verdict));
                verdict
            }
            JobResult::Graded(record) => {
                self.journal().append(&record)?;
                observe(BatchEvent::Graded(&record));
                record.verdict
            }
        };
        *summary.verdicts.entry(verdict).or_default() += 1;
        if self.batch.options.fail_fast && verdict != Verdict::Passed {
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(()))
    }

    fn grade(&self, submission: &Submission) -> Result<JobResult, GradeError> {
        let batch = self.batch;
        let exercise = *batch
            .exercises
            .iter()
            .find(|exercise| exercise.id == submission.exercise)
            .expect("only submissions to these exercises are found");
        let entry = batch
            .header
            .exercises
            .iter()
            .find(|entry| entry.id == exercise.id)
            .expect("the header has every exercise");
        let at = unix_time();
        let watch = Stopwatch::start();
        let job = SubmissionJob {
            batch,
            submission,
            exercise,
            entry,
        };
        let known = |source: &str| self.journal().verdict(&submission.name(), source);
        let graded =
            CheckError::catch_panic(|| job.grade(self.unavailable.get(&exercise.id), known));
        let mut record = match graded {
            Ok(JobResult::Known(verdict)) => return Ok(JobResult::Known(verdict)),
            Ok(JobResult::Graded(record)) => record,
            Err(CheckError::Cancelled) => return Err(GradeError::Cancelled),
            Err(error) => Box::new(scoring::failed_record(submission, exercise, &error)),
        };
        record.time = Time {
            at,
            milliseconds: u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        Ok(JobResult::Graded(record))
    }
}

/// The grading of one submission.
struct SubmissionJob<'a> {
    batch: &'a Batch<'a>,
    submission: &'a Submission,
    exercise: &'a Exercise,
    entry: &'a ExerciseEntry,
}

impl SubmissionJob<'_> {
    fn grade(
        &self,
        unavailable: Option<&CheckError>,
        known: impl Fn(&str) -> Option<Verdict>,
    ) -> Result<JobResult, CheckError> {
        let Self {
            submission,
            exercise,
            ..
        } = self;
        let hand_in = exercise.task().collect(&submission.folder);
        let source = fingerprint(&hand_in.files);
        if let Some(verdict) = known(&source) {
            return Ok(JobResult::Known(verdict));
        }
        if let Some(error) = unavailable {
            let mut record = scoring::failed_record(submission, exercise, error);
            record.source = source;
            return Ok(JobResult::Graded(Box::new(record)));
        }
        let cache = self
            .batch
            .options
            .cache
            .as_ref()
            .filter(|_| hand_in.faults.is_empty());
        if let Some(record) = cache.and_then(|cache| cache.get(self.entry, &source)) {
            let record = Record {
                submission: submission.name(),
                learner: submission.learner.clone(),
                ..record
            };
            return Ok(JobResult::Graded(Box::new(record)));
        }
        let context = Context {
            feedback: scoring::feedback(exercise),
            graded: true,
            observer: Arc::new(|_| ()),
            ..self.batch.context.clone()
        };
        let outcome = self.check(&hand_in, &context)?;
        let mut record = scoring::record(submission, exercise, &outcome);
        record.source = source;
        if let Some(cache) = cache.filter(|_| record.verdict != Verdict::InternalError) {
            cache.put(self.entry, &record);
        }
        Ok(JobResult::Graded(Box::new(record)))
    }

    fn check(&self, hand_in: &HandIn, context: &Context) -> Result<Outcome, CheckError> {
        if worker::needs_worker(self.exercise, context) && hand_in.faults.is_empty() {
            return worker::check(self.batch.course, self.exercise, &hand_in.files, context);
        }
        self.exercise.task().check(hand_in, context)
    }
}

/// Returns the SHA-256 over the length and bytes of each path and text.
fn fingerprint(files: &[Collected]) -> String {
    let mut fingerprint = Fingerprint::new();
    for Collected { path, bytes } in files {
        fingerprint.add(path);
        fingerprint.add(bytes);
    }
    fingerprint.finish_whole()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn fingerprint_of_a_submission_stays() {
        let file = |path: &str, text: &str| Collected {
            path: path.into(),
            bytes: text.into(),
        };
        let files = [file("src/lib.rs", "pub mod a;\n"), file("src/a.rs", "")];
        assert_eq!(
            fingerprint(&files),
            "cd5924facf6cb718be647023a199d2e33bd95fe7daa99244646a8b58031e2de2"
        );
    }

    fn summary(passed: usize, failed: usize, internal: usize, remaining: usize) -> Summary {
        let verdicts = [
            (Verdict::Passed, passed),
            (Verdict::Failed, failed),
            (Verdict::InternalError, internal),
        ];
        let verdicts = verdicts.into_iter().filter(|(_, count)| *count > 0);
        Summary {
            verdicts: verdicts.collect(),
            remaining,
        }
    }

    #[test]
    fn a_summary_counts_records_by_their_verdicts() {
        let summary = summary(3, 2, 0, 4);
        assert_eq!(summary.done(), 5);
        assert_eq!(summary.count(Verdict::Passed), 3);
        assert_eq!(summary.count(Verdict::Failed), 2);
        assert_eq!(summary.count(Verdict::InternalError), 0);
    }

    #[test]
    fn a_grading_is_complete_when_every_submission_was_judged() {
        assert!(summary(3, 2, 0, 0).is_complete());
        assert!(summary(0, 0, 0, 0).is_complete());
        assert!(!summary(3, 2, 0, 1).is_complete());
        assert!(!summary(3, 2, 1, 0).is_complete());
        assert!(!summary(3, 2, 1, 1).is_complete());
    }

    #[test]
    fn all_have_passed_when_none_failed_and_none_is_left() {
        assert!(summary(3, 0, 0, 0).all_passed());
        assert!(!summary(3, 1, 0, 0).all_passed());
        assert!(!summary(3, 0, 1, 0).all_passed());
        assert!(!summary(3, 0, 0, 1).all_passed());
    }

    #[test]
    fn files_are_told_apart_by_paths_texts_and_where_each_ends() {
        let of = |files: &[(&str, &str)]| {
            let file = |(path, text): &(&str, &str)| Collected {
                path: (*path).to_owned(),
                bytes: text.as_bytes().to_vec(),
            };
            fingerprint(&files.iter().map(file).collect::<Vec<_>>())
        };
        let all = [
            of(&[]),
            of(&[("a", "bc")]),
            of(&[("ab", "c")]),
            of(&[("a", "b"), ("c", "")]),
            of(&[("c", ""), ("a", "b")]),
        ];
        assert!(all.iter().all(|name| name.len() == 64));
        assert_eq!(BTreeSet::from(all.clone()).len(), all.len());
    }
}
