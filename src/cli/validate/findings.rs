//! What validation finds: exercises and pages are proved, several at a time.

use serde::Serialize;

use crate::check::{CheckError, Context};
use crate::cli::exit::Code;
use crate::cli::output::Stepper;
use crate::code_blocks::{Batch, Proof};
use crate::course::{Course, Exercise, Program};
use crate::kind::{CourseProof, Tier};
use crate::source::{ExerciseId, Problem};
use crate::sys::threads;
use crate::text::with_causes;

/// What validation found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) problems: Vec<Problem>,
    pub(super) unproved: Vec<Unproved>,
    pub(super) proved: Vec<ExerciseId>,
    /// How many programs were proved.
    pub(super) programs: usize,
    pub(super) faults: usize,
    pub(super) pairs: usize,
    pub(super) code: Proof,
}

/// An exercise, or something beside them, that could not be proved, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Unproved {
    #[serde(flatten)]
    pub(super) subject: Subject,
    pub(super) reason: String,
}

/// What a proof is of, by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Subject {
    Exercise(String),
    Program(String),
    /// A fault of the drill, or all of it.
    Fault(String),
}

impl Subject {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Exercise(name) | Self::Program(name) | Self::Fault(name) => name,
        }
    }
}

/// Something to prove.
#[derive(Debug)]
pub(super) enum Job<'a> {
    Exercise(&'a Exercise),
    Program(&'a Program, &'a Course),
    Blocks(&'a Batch),
}

impl Findings {
    /// Returns the exercises that were proved and whose hidden tests run in the learner's process.
    pub(super) fn linked<'a>(&'a self, course: &'a Course) -> impl Iterator<Item = &'a ExerciseId> {
        self.proved.iter().filter(|id| {
            let exercise = course.exercise(id);
            exercise.is_some_and(|exercise| exercise.task().facts().tier == Some(Tier::Linked))
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
                    found.add(
                        exercise,
                        attempt(exercise, context, || exercise.prove(context)),
                    );
                }
                Job::Program(program, course) => {
                    steps.show(&format!("building {}", program.id));
                    found.add_program(program, program.prove(course, context));
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
            self.programs += found.programs;
            self.code.add(found.code);
        }
        self.problems.append(&mut self.code.problems);
        self.code.unproved.sort();
        self.unproved.sort();
        self.proved.sort();
    }

    /// Adds what was proved of what the course holds for a kind.
    pub(super) fn add_course(&mut self, proof: CourseProof) {
        self.problems.extend(proof.problems);
        self.faults += proof.faults;
        self.pairs += proof.pairs;
        let unproved = proof.unproved.into_iter();
        self.unproved
            .extend(unproved.map(|(name, reason)| Unproved {
                subject: Subject::Fault(name),
                reason,
            }));
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

    fn add_program(&mut self, program: &Program, proof: Result<Vec<Problem>, CheckError>) {
        match proof {
            Ok(found) if found.is_empty() => self.programs += 1,
            Ok(found) => self.problems.extend(found),
            Err(error) => self.unproved.push(Unproved {
                subject: Subject::Program(program.id.to_string()),
                reason: with_causes(&error),
            }),
        }
    }

    fn add(&mut self, exercise: &Exercise, proof: Attempt<Vec<Problem>>) {
        match proof {
            Attempt::Done(found) if found.is_empty() => self.proved.push(exercise.id.clone()),
            Attempt::Done(found) => self.problems.extend(found),
            Attempt::Broken(problem) => self.problems.push(problem),
            Attempt::Unproved(unproved) => self.unproved.push(unproved),
        }
    }

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

/// What came of work with an exercise.
#[derive(Debug)]
pub(super) enum Attempt<T> {
    Done(T),
    /// The exercise is at fault.
    Broken(Problem),
    /// This machine cannot do it.
    Unproved(Unproved),
}

/// Does `work` with `exercise`, where this machine can check it.
pub(super) fn attempt<T>(
    exercise: &Exercise,
    context: &Context,
    work: impl FnOnce() -> Result<T, CheckError>,
) -> Attempt<T> {
    let unproved = |reason| {
        Attempt::Unproved(Unproved {
            subject: Subject::Exercise(exercise.id.to_string()),
            reason,
        })
    };
    if let Some(missing) = exercise.task().missing(context) {
        return unproved(missing);
    }
    match work() {
        Ok(done) => Attempt::Done(done),
        Err(CheckError::Exercise { what, place }) => {
            let (file, line) = place.unzip();
            let file = file.as_deref().unwrap_or("exercise.toml");
            let file = format!("exercises/{}/{file}", exercise.id);
            Attempt::Broken(Problem::new(file, what).at(line))
        }
        Err(error) => unproved(with_causes(&error)),
    }
}
