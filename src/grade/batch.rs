//! Grades submissions on several threads; one thread writes what they find.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::cache::Cache;
use super::journal::Journal;
use super::{GradeError, Submission, cell, scoring};
use crate::check::{CheckError, Collected, Context, HandIn, Outcome, Verdict};
use crate::course::{Course, Exercise};
use crate::report::{ExerciseEntry, Header, Record, Time};
use crate::source::ExerciseId;
use crate::sys::clock::{Stopwatch, unix_time};
use crate::sys::fingerprint::Fingerprint;
use crate::sys::threads;

/// How a batch is graded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// How many submissions at a time.
    pub jobs: usize,
    /// Whether the first that does not pass ends the grading.
    pub fail_fast: bool,
    /// Where verdicts are kept and looked for.
    pub cache: Option<Cache>,
}

/// Submissions, and what is needed to grade them.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    /// The course.
    pub course: &'a Course,
    /// The exercises of it that are graded.
    pub exercises: &'a [&'a Exercise],
    /// What the results begin with.
    pub header: &'a Header,
    /// The submissions, in the order of the results.
    pub submissions: &'a [Submission],
    /// What a check works with.
    pub context: &'a Context,
    /// How to go about it.
    pub options: Options,
}

/// Something that happened in a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Progress<'a> {
    /// An exercise is made ready.
    Preparing(&'a ExerciseId),
    /// An exercise cannot be graded here; its submissions get records that say so.
    Unready(&'a ExerciseId, &'a CheckError),
    /// A submission has its record from an earlier run.
    Known(Verdict),
    /// A submission has its record now.
    Graded(&'a Record),
}

/// What a batch came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Summary {
    /// How many submissions have which verdict.
    pub verdicts: BTreeMap<Verdict, usize>,
    /// How many have no record, because the grading ended before their turn.
    pub left: usize,
}

impl Summary {
    /// Returns how many submissions have a record.
    pub(crate) fn done(&self) -> usize {
        self.verdicts.values().sum()
    }

    /// Returns how many have the verdict `verdict`.
    pub(crate) fn count(&self, verdict: Verdict) -> usize {
        self.verdicts.get(&verdict).copied().unwrap_or_default()
    }

    /// Returns whether every submission was graded.
    pub(crate) fn is_complete(&self) -> bool {
        self.left == 0 && self.count(Verdict::InternalError) == 0
    }

    /// Returns whether every submission passed.
    pub(crate) fn all_passed(&self) -> bool {
        self.left == 0 && self.count(Verdict::Passed) == self.done()
    }
}

/// What a worker says of a submission.
enum Found {
    Known(Verdict),
    Graded(Box<Record>),
}

/// What the workers share.
struct Hall<'a> {
    batch: &'a Batch<'a>,
    journal: Mutex<&'a mut Journal>,
    unready: BTreeMap<&'a ExerciseId, CheckError>,
}

impl Batch<'_> {
    /// Grades what `journal` has no record of, appends a record as each ends, and tells `observe`.
    ///
    /// # Errors
    /// Fails when the journal cannot be written, or the work was called off.
    pub(crate) fn run(
        &self,
        journal: &mut Journal,
        observe: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Summary, GradeError> {
        let hall = Hall {
            batch: self,
            unready: self.prepare(observe)?,
            journal: Mutex::new(journal),
        };
        let mut summary = Summary::default();
        let mut failed = None;
        let grade = |submission: &Submission| hall.grade(submission);
        threads::each(self.options.jobs, self.submissions, grade, |_, found| {
            let kept = found.and_then(|it| hall.keep(it, &mut summary, observe));
            kept.unwrap_or_else(|error| {
                failed.get_or_insert(error);
                ControlFlow::Break(())
            })
        });
        summary.left = self.submissions.len() - summary.done();
        failed.map_or(Ok(summary), Err)
    }

    /// Makes `exercise` ready.
    fn prepare_one(&self, exercise: &Exercise) -> Result<(), CheckError> {
        if let Some(what) = exercise.task().missing(self.context) {
            let help = String::new();
            return Err(CheckError::Missing { what, help });
        }
        if cell::is_for(exercise, self.context) {
            cell::rehearse(self.context)?;
        }
        exercise.task().prepare(self.context)
    }

    /// Makes every exercise ready that has submissions; returns what could not be made ready.
    fn prepare(
        &self,
        observe: &mut dyn FnMut(Progress<'_>),
    ) -> Result<BTreeMap<&ExerciseId, CheckError>, GradeError> {
        let mut unready = BTreeMap::new();
        for exercise in self.exercises {
            let mut submissions = self.submissions.iter();
            if !submissions.any(|submission| submission.exercise == exercise.id) {
                continue;
            }
            observe(Progress::Preparing(&exercise.id));
            match self.prepare_one(exercise) {
                Ok(()) => {}
                Err(CheckError::Cancelled) => return Err(GradeError::Cancelled),
                Err(error) => {
                    observe(Progress::Unready(&exercise.id, &error));
                    unready.insert(&exercise.id, error);
                }
            }
        }
        Ok(unready)
    }
}

impl<'a> Hall<'a> {
    fn journal(&self) -> MutexGuard<'_, &'a mut Journal> {
        // It is changed by single steps, each of which leaves it whole.
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down what a worker found, and says whether the grading goes on.
    fn keep(
        &self,
        found: Found,
        summary: &mut Summary,
        observe: &mut dyn FnMut(Progress<'_>),
    ) -> Result<ControlFlow<()>, GradeError> {
        let verdict = match found {
            Found::Known(verdict) => {
                observe(Progress::Known(verdict));
                verdict
            }
            Found::Graded(record) => {
                self.journal().append(&record)?;
                observe(Progress::Graded(&record));
                record.verdict
            }
        };
        *summary.verdicts.entry(verdict).or_default() += 1;
        if self.batch.options.fail_fast && verdict != Verdict::Passed {
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(()))
    }

    fn grade(&self, submission: &Submission) -> Result<Found, GradeError> {
        let batch = self.batch;
        let is_meant = |exercise: &&&Exercise| exercise.id == submission.exercise;
        let exercise = *batch
            .exercises
            .iter()
            .find(is_meant)
            .expect("only submissions to these exercises are found");
        let entry = batch
            .header
            .exercises
            .iter()
            .find(|entry| entry.id == exercise.id)
            .expect("the header has every exercise");
        let at = unix_time();
        let watch = Stopwatch::start();
        let desk = Desk {
            batch,
            submission,
            exercise,
            entry,
        };
        let known = |source: &str| self.journal().verdict(&submission.name(), source);
        let graded = catch_unwind(AssertUnwindSafe(|| {
            desk.grade(self.unready.get(&exercise.id), known)
        }));
        let mut record = match graded {
            Ok(Ok(Found::Known(verdict))) => return Ok(Found::Known(verdict)),
            Ok(Ok(Found::Graded(record))) => record,
            Ok(Err(CheckError::Cancelled)) => return Err(GradeError::Cancelled),
            Ok(Err(error)) => Box::new(scoring::failure(submission, exercise, &error)),
            Err(_) => Box::new(scoring::panicked(submission, exercise)),
        };
        record.time = Time {
            at,
            milliseconds: u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        Ok(Found::Graded(record))
    }
}

/// One submission that is graded.
struct Desk<'a> {
    batch: &'a Batch<'a>,
    submission: &'a Submission,
    exercise: &'a Exercise,
    entry: &'a ExerciseEntry,
}

impl Desk<'_> {
    fn grade(
        &self,
        unready: Option<&CheckError>,
        known: impl Fn(&str) -> Option<Verdict>,
    ) -> Result<Found, CheckError> {
        let Self {
            submission,
            exercise,
            ..
        } = self;
        let hand_in = exercise.task().collect(&submission.folder);
        let source = fingerprint(&hand_in.files);
        if let Some(verdict) = known(&source) {
            return Ok(Found::Known(verdict));
        }
        if let Some(error) = unready {
            let mut record = scoring::failure(submission, exercise, error);
            record.source = source;
            return Ok(Found::Graded(Box::new(record)));
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
            return Ok(Found::Graded(Box::new(record)));
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
        Ok(Found::Graded(Box::new(record)))
    }

    fn check(&self, hand_in: &HandIn, context: &Context) -> Result<Outcome, CheckError> {
        if cell::is_for(self.exercise, context) && hand_in.faults.is_empty() {
            return cell::check(self.batch.course, self.exercise, &hand_in.files, context);
        }
        self.exercise.task().check(hand_in, context)
    }
}

/// Returns the SHA-256 of the files that count: for each the length and bytes of path and text.
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

    fn summary(passed: usize, failed: usize, internal: usize, left: usize) -> Summary {
        let verdicts = [
            (Verdict::Passed, passed),
            (Verdict::Failed, failed),
            (Verdict::InternalError, internal),
        ];
        let verdicts = verdicts.into_iter().filter(|(_, count)| *count > 0);
        Summary {
            verdicts: verdicts.collect(),
            left,
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
