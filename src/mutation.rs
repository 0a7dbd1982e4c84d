//! Whether the hidden tests of an exercise notice each small change of its solution.

mod problems;

use std::ops::AddAssign;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::check::mutant::{self, Fate, Mutant};
use crate::check::{CheckError, Collected, Context, Feedback, Verdict};
use crate::course::{EquivalentMutant, Exercise};
use crate::kind::WrongSolution;
use crate::sys::threads;

/// The mutants of an exercise, each with what became of it, in the order of its kind.
#[derive(Debug)]
pub(crate) struct Survey<'a> {
    exercise: &'a Exercise,
    tried: Vec<Tried>,
    /// The hidden tests that each wrong solution does not pass, by name.
    wrong: Vec<Vec<String>>,
}

/// A mutant that was judged.
#[derive(Debug)]
struct Tried {
    mutant: Mutant,
    fate: Fate,
    /// The hidden tests that it does not pass, by name.
    failed: Vec<String>,
}

/// How many mutants there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub(crate) struct Tally {
    /// All of them; the others add up to it.
    pub made: usize,
    /// Those that do not compile, or that nginx does not accept.
    pub not_compiling: usize,
    /// Those that a hidden test or probe tells from the solution.
    pub killed: usize,
    /// Those that survive and are marked as equivalent.
    pub marked: usize,
    pub surviving: usize,
}

/// What a hidden test or probe is good for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Worth {
    /// Its name.
    pub test: String,
    /// How many mutants it kills.
    pub kills: usize,
    /// How many of them no other test kills: without it they would survive.
    pub kills_alone: usize,
    /// How many wrong solutions name it as what catches them.
    pub wrong: usize,
    /// How many wrong solutions no other test catches.
    pub wrong_alone: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.made += other.made;
        self.not_compiling += other.not_compiling;
        self.killed += other.killed;
        self.marked += other.marked;
        self.surviving += other.surviving;
    }
}

/// Judges every mutant and every wrong solution of `exercise`, on `processors` processors; `tell` hears how
/// many of how many are judged.
///
/// # Errors
/// Fails when Gradus could not do its work, or when the solution itself does not pass.
pub(crate) fn survey<'a>(
    exercise: &'a Exercise,
    context: &Context,
    processors: usize,
    tell: &(impl Fn(usize, usize) + Sync),
) -> Result<Survey<'a>, CheckError> {
    let context = &Context {
        feedback: Feedback::Title,
        observer: Arc::new(|_| ()),
        ..context.clone()
    };
    let solution = exercise.task().solution().into_iter();
    let solution: Vec<_> = solution.map(Collected::from).collect();
    let mutants = mutant::distinct(exercise.task().mutants(), &solution);
    if !mutants.is_empty() {
        let verdict = exercise.task().judge_files(&solution, context)?.verdict();
        if verdict != Verdict::Passed {
            let what = "the solution does not pass, so its mutants show nothing";
            return Err(CheckError::exercise(what));
        }
    }
    let wrong = exercise.wrong().iter();
    let wrong = wrong.filter_map(|wrong| exercise.task().wrong_solution(wrong));
    let wrong: Vec<_> = wrong.collect();
    let files = mutants.iter().map(|mutant| &mutant.files).chain(&wrong);
    let mut judged = judge_all(
        exercise,
        &files.collect::<Vec<_>>(),
        context,
        processors,
        tell,
    )?;
    let of_wrong = judged.split_off(mutants.len());
    let tried = mutants.into_iter().zip(judged);
    let tried = tried.map(|(mutant, (fate, failed))| Tried {
        mutant,
        fate,
        failed,
    });
    Ok(Survey {
        exercise,
        tried: tried.collect(),
        wrong: of_wrong.into_iter().map(|(_, failed)| failed).collect(),
    })
}

/// Returns what becomes of each of `solutions`, and the tests that it fails. After the first error nothing more
/// is begun.
fn judge_all(
    exercise: &Exercise,
    solutions: &[&Vec<Collected>],
    context: &Context,
    processors: usize,
    tell: &(impl Fn(usize, usize) + Sync),
) -> Result<Vec<(Fate, Vec<String>)>, CheckError> {
    let most = processors * exercise.task().facts().checks_a_processor;
    let (judged, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    tell(0, solutions.len());
    let judge = |files: &&Vec<Collected>| {
        if is_over.load(Ordering::Relaxed) {
            return Err(CheckError::Cancelled);
        }
        let outcome = exercise.task().judge_files(files, context);
        is_over.fetch_or(outcome.is_err(), Ordering::Relaxed);
        tell(judged.fetch_add(1, Ordering::Relaxed) + 1, solutions.len());
        let outcome = outcome?;
        let failed = outcome.tests.iter();
        let failed = failed.filter(|test| !test.passed());
        let names = failed.map(|test| test.test.name.clone());
        Ok((Fate::from_verdict(outcome.verdict()), names.collect()))
    };
    let mut fates = Vec::new();
    let mut first_error = None;
    for fate in threads::map_parallel(most, solutions, judge) {
        match fate {
            Ok(fate) => fates.push(fate),
            Err(CheckError::Cancelled) if first_error.is_some() => {}
            Err(error) => first_error = Some(error),
        }
    }
    first_error.map_or(Ok(fates), Err)
}

impl Survey<'_> {
    /// Returns how many there are.
    pub(crate) fn tally(&self) -> Tally {
        let count = |wanted| {
            self.tried
                .iter()
                .filter(|tried| tried.fate == wanted)
                .count()
        };
        let surviving = self.unmarked().count();
        Tally {
            made: self.tried.len(),
            not_compiling: count(Fate::NotCompiling),
            killed: count(Fate::Killed),
            marked: count(Fate::Survived) - surviving,
            surviving,
        }
    }

    /// Returns what each hidden test or probe is good for, in file order.
    pub(crate) fn worth(&self) -> Vec<Worth> {
        let tests = self.exercise.task().facts().tests.into_iter();
        let worth = tests.map(|test| {
            let names = |wrong: &&WrongSolution| wrong.caught_by == test.name;
            let is_alone = |failed: &&Vec<String>| failed.len() == 1 && failed[0] == test.name;
            let mut worth = Worth {
                wrong: self.exercise.wrong().iter().filter(names).count(),
                wrong_alone: self.wrong.iter().filter(is_alone).count(),
                test: test.name,
                kills: 0,
                kills_alone: 0,
            };
            let killed = self.tried.iter().filter(|it| it.fate == Fate::Killed);
            for Tried { failed, .. } in killed.filter(|it| it.failed.contains(&worth.test)) {
                worth.kills += 1;
                worth.kills_alone += usize::from(failed.len() == 1);
            }
            worth
        });
        worth.collect()
    }

    /// Returns the mutants that survive without a mark.
    fn unmarked(&self) -> impl Iterator<Item = &Mutant> {
        let marks = &self.exercise.equivalent();
        let survivors = self.survivors();
        survivors.filter(|mutant| marks.iter().all(|mark| !fits(mark, mutant)))
    }

    fn survivors(&self) -> impl Iterator<Item = &Mutant> {
        let survived = self.tried.iter().filter(|it| it.fate == Fate::Survived);
        survived.map(|tried| &tried.mutant)
    }

    /// Returns the marks that fit no mutant that survives.
    fn stale_marks(&self) -> impl Iterator<Item = &EquivalentMutant> {
        let marks = self.exercise.equivalent().iter();
        marks.filter(|mark| self.survivors().all(|mutant| !fits(mark, mutant)))
    }
}

/// Returns whether `mark` speaks of `mutant`.
fn fits(mark: &EquivalentMutant, mutant: &Mutant) -> bool {
    mark.file == mutant.file && mark.text == mutant.text() && mark.change == mutant.change
}

#[cfg(test)]
mod tests {
    use super::fits;
    use crate::course::{builtin, load};
    use crate::kinds::KINDS;

    #[test]
    fn each_mark_of_the_built_in_course_speaks_of_a_mutant() {
        let (course, _) = load(&builtin::tree(), KINDS);
        for exercise in &course.exercises {
            let mutants = exercise.task().mutants();
            for mark in exercise.equivalent() {
                assert!(
                    mutants.iter().any(|mutant| fits(mark, mutant)),
                    "{}: no mutant is {:?} of {:?}",
                    exercise.id,
                    mark.change,
                    mark.text
                );
            }
        }
    }
}
