//! What validation finds: exercises, pages and the drill are proved, several at a time.

use serde::Serialize;

use crate::check::{CheckError, Context};
use crate::cli::exit::Code;
use crate::cli::output::Stepper;
use crate::course::{Course, Exercise};
use crate::kind::Tier;
use crate::kinds::gateway::drill;
use crate::kinds::gateway::drill::Ground;
use crate::proof::{Batch, Proof};
use crate::source::{ExerciseId, Problem};
use crate::sys::threads;
use crate::text::with_causes;

/// What validation found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) problems: Vec<Problem>,
    pub(super) unproved: Vec<Unproved>,
    pub(super) proved: Vec<ExerciseId>,
    pub(super) faults: usize,
    pub(super) pairs: usize,
    pub(super) code: Proof,
}

/// An exercise, or a fault of the drill, that could not be proved, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Unproved {
    pub(super) exercise: String,
    pub(super) reason: String,
}

/// Something to prove.
#[derive(Debug)]
pub(super) enum Job<'a> {
    Exercise(&'a Exercise),
    Blocks(&'a Batch),
}

impl Findings {
    /// Returns the exercises that were proved and whose hidden tests run in the learner's process.
    pub(super) fn linked<'a>(&'a self, course: &'a Course) -> impl Iterator<Item = &'a ExerciseId> {
        self.proved.iter().filter(|id| {
            let exercise = course.exercise(id);
            exercise.is_some_and(|exercise| exercise.task().tier() == Some(Tier::Linked))
        })
    }

    /// Proves each of `jobs`, at most `most` at a time, the blocks of pages by `prove_batch`.
    pub(super) fn prove(
        &mut self,
        jobs: &[Job<'_>],
        prove_batch: &(impl Fn(&Batch) -> Proof + Sync),
        context: &Context,
        most: usize,
        steps: &Stepper,
    ) {
        let prove_job = |job: &Job<'_>| {
            let mut found = Self::default();
            match job {
                Job::Exercise(exercise) => {
                    steps.show(&format!("proving {}", exercise.id));
                    found.add(exercise, prove(exercise, context));
                }
                Job::Blocks(batch) => {
                    steps.show(&format!("running the code of {}", batch.name));
                    found.code = prove_batch(batch);
                }
            }
            found
        };
        for found in threads::map_parallel(most, jobs, prove_job) {
            self.problems.extend(found.problems);
            self.unproved.extend(found.unproved);
            self.proved.extend(found.proved);
            self.code.add(found.code);
        }
        self.problems.append(&mut self.code.problems);
        self.code.unproved.sort();
        self.unproved.sort();
        self.proved.sort();
    }

    /// Proves the drill on `ground`.
    pub(super) fn prove_drill(&mut self, ground: &Ground, context: &Context) {
        let unproved = |name: &str, reason| Unproved {
            exercise: format!("drill: {name}"),
            reason,
        };
        match drill::prove::prove(ground, context) {
            Ok(proof) => {
                self.problems.extend(proof.problems);
                (self.faults, self.pairs) = (proof.faults, proof.pairs);
                let left = proof.unproved.into_iter();
                let left = left.map(|(fault, reason)| unproved(&fault, reason));
                self.unproved.extend(left);
            }
            Err(error) => {
                let reason = with_causes(&error);
                self.unproved.push(unproved("all of it", reason));
            }
        }
    }

    /// Sorts the problems, and keeps those of the exercise `only` if it is given.
    pub(super) fn keep_those_of(&mut self, only: Option<&ExerciseId>) {
        if let Some(only) = only {
            let folder = format!("exercises/{only}/");
            let problems = &mut self.problems;
            problems.retain(|problem| problem.file.starts_with(&folder));
        }
        self.problems.sort();
        self.problems.dedup();
    }

    fn add(&mut self, exercise: &Exercise, proof: Result<Vec<Problem>, Unproved>) {
        match proof {
            Ok(problems) if problems.is_empty() => self.proved.push(exercise.id.clone()),
            Ok(problems) => self.problems.extend(problems),
            Err(unproved) => self.unproved.push(unproved),
        }
    }

    /// Returns the exit code for it.
    pub(super) fn exit(&self) -> Code {
        if !self.problems.is_empty() {
            Code::NotPassed
        } else if !self.unproved.is_empty() || self.code.unproved.iter().any(|it| !it.declared) {
            Code::Failed
        } else {
            Code::Fine
        }
    }
}

fn prove(exercise: &Exercise, context: &Context) -> Result<Vec<Problem>, Unproved> {
    let problems = proved(exercise, context, || exercise.task().validate(context))?;
    Ok(problems.unwrap_or_else(|problem| vec![problem]))
}

/// Does `work` with `exercise`, where this machine can check it; `Err` inside is what is wrong with the
/// exercise.
pub(super) fn proved<T>(
    exercise: &Exercise,
    context: &Context,
    work: impl FnOnce() -> Result<T, CheckError>,
) -> Result<Result<T, Problem>, Unproved> {
    let unproved = |reason| Unproved {
        exercise: exercise.id.to_string(),
        reason,
    };
    if let Some(missing) = exercise.task().missing(context) {
        return Err(unproved(missing));
    }
    match work() {
        Ok(done) => Ok(Ok(done)),
        Err(CheckError::Exercise { what, place }) => {
            let (file, line) = place.unzip();
            let file = file.as_deref().unwrap_or("exercise.toml");
            let file = format!("exercises/{}/{file}", exercise.id);
            Ok(Err(Problem::new(file, what).at(line)))
        }
        Err(error) => Err(unproved(with_causes(&error))),
    }
}
