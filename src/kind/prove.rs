//! Proves an exercise, whatever its kind: the solution passes, the starter does not, and each wrong
//! solution is caught by the test it names.

use std::sync::Arc;

use super::{Task, WrongSolution};
use crate::check::{CheckError, Collected, Context, Feedback, Outcome, TestOutcome, Verdict};
use crate::source::Problem;
use crate::sys::threads;

/// What is judged to prove an exercise.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// The solution in this folder of the exercise, such as `solution/`: it passes.
    Solution(&'a str),
    /// What a learner begins with: it does not.
    Starter,
}

/// Whether a wrong solution is caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Catch<'a> {
    /// It is.
    Caught,
    /// It is not, by what should catch it.
    Missed(&'a str),
}

/// An exercise under proof.
struct Exercise<'a> {
    task: &'a dyn Task,
    /// Its folder in the course, with a `/` at its end.
    folder: &'a str,
    context: &'a Context,
}

/// One thing to prove.
enum Claim<'a> {
    Outcome(Part<'a>, Vec<Collected>),
    Caught(&'a WrongSolution),
}

/// Returns every way in which the exercise in `folder`, which ends with a `/`, is not what it has to be.
///
/// # Errors
/// Fails when Gradus could not do its work.
pub fn prove(
    task: &dyn Task,
    folder: &str,
    wrong: &[WrongSolution],
    context: &Context,
) -> Result<Vec<Problem>, CheckError> {
    let context = &Context {
        feedback: Feedback::Full,
        observer: Arc::new(|_| ()),
        ..context.clone()
    };
    let mut problems = task.claims(context)?;
    match task.prepare(context) {
        // The problems say why.
        Err(CheckError::Exercise { .. }) if !problems.is_empty() => return Ok(problems),
        prepared => prepared?,
    }
    let exercise = Exercise {
        task,
        folder,
        context,
    };
    let solutions = task.solutions();
    let solutions = solutions.iter();
    let mut claims: Vec<_> = solutions
        .map(|(part, files)| Claim::Outcome(Part::Solution(part), files.clone()))
        .collect();
    claims.push(Claim::Outcome(Part::Starter, task.starter()));
    claims.extend(wrong.iter().map(Claim::Caught));
    let most = task.facts().checks_a_processor;
    for found in threads::map_parallel(most, &claims, |claim| exercise.check(claim)) {
        problems.extend(found?);
    }
    Ok(problems)
}

impl Exercise<'_> {
    fn check(&self, claim: &Claim<'_>) -> Result<Vec<Problem>, CheckError> {
        match claim {
            Claim::Outcome(part, files) => self.judge(*part, files),
            Claim::Caught(wrong) => Ok(self.catch(wrong)?.into_iter().collect()),
        }
    }

    fn judge(&self, part: Part<'_>, files: &[Collected]) -> Result<Vec<Problem>, CheckError> {
        let outcome = self.task.judge_files(files, self.context)?;
        let passes = outcome.verdict() == Verdict::Passed;
        let (folder, message) = match part {
            Part::Solution(folder) if !passes => {
                let why = reason(&outcome);
                (folder, format!("the solution does not pass: {why}"))
            }
            Part::Starter if passes => {
                let message = "the starter passes: there is nothing to do";
                ("starter/", message.to_owned())
            }
            Part::Solution(_) | Part::Starter => {
                return self.task.outcome_claims(part, &outcome, self.context);
            }
        };
        let files = self.task.workspace();
        let first = files.first().map_or("", |file| &file.path);
        let problem = Problem::new(format!("{}{folder}{first}", self.folder), message);
        Ok(vec![match outcome.printed.trim() {
            printed if !passes && !printed.is_empty() => {
                problem.help(format!("it printed: {printed}"))
            }
            _ => problem,
        }])
    }

    fn catch(&self, wrong: &WrongSolution) -> Result<Option<Problem>, CheckError> {
        let WrongSolution { path, line, .. } = wrong;
        let problem = |message| {
            let file = format!("{}exercise.toml", self.folder);
            Some(Problem::new(file, message).at(*line))
        };
        let Some(files) = self.task.wrong_solution(wrong) else {
            return Ok(problem(format!("wrong solution `{path}` does not exist")));
        };
        let Catch::Missed(by) = self.task.catch(wrong, &files, self.context)? else {
            return Ok(None);
        };
        let outcome = self.task.judge_files(&files, self.context)?;
        if !runs(&outcome) {
            let why = reason(&outcome);
            let message = format!("wrong solution `{path}` does not compile: {why}");
            return Ok(problem(message));
        }
        if !self.task.catchers().contains(&by) && named(&outcome, by).is_none() {
            return Ok(problem(format!("`{path}`: there is no hidden test `{by}`")));
        }
        let mut tests = outcome.tests.iter();
        let other = tests.find(|test| !test.passed());
        // Where times decide, a busy machine may be too late for one test and not for another.
        if other.is_some() && self.task.catch(wrong, &files, self.context)? == Catch::Caught {
            return Ok(None);
        }
        let other = other.map_or("no test catches it".to_owned(), |test| {
            format!("`{}` does", test.test.name)
        });
        Ok(problem(format!(
            "`{by}` does not catch wrong solution `{path}`; {other}"
        )))
    }
}

/// Returns whether the hidden test `by` catches a wrong solution that was judged so.
pub(super) fn catches(outcome: &Outcome, by: &str) -> bool {
    runs(outcome) && named(outcome, by).is_some_and(|test| !test.passed())
}

fn runs(outcome: &Outcome) -> bool {
    !matches!(
        outcome.verdict(),
        Verdict::CompileError | Verdict::Forbidden
    )
}

fn named<'a>(outcome: &'a Outcome, name: &str) -> Option<&'a TestOutcome> {
    outcome.tests.iter().find(|test| test.test.name == name)
}

/// Returns why `outcome` is not a pass: the first error, or the first test that does not hold.
pub(crate) fn reason(outcome: &Outcome) -> String {
    let mut said = outcome.forbidden.iter().chain(&outcome.diagnostics);
    if let Some(error) = said.find(|diagnostic| diagnostic.error) {
        return error.message.clone();
    }
    let verdict = outcome.verdict().words();
    let mut tests = outcome.tests.iter();
    let Some(failing) = tests.find(|test| !test.passed()) else {
        return verdict.to_owned();
    };
    let what = if let Some(why) = failing.result.why_not_run() {
        format!("not run: {why}")
    } else {
        let values = failing.result.values.clone();
        let parts = [
            values.input.map(|input| format!("on {input}")),
            values.expected.map(|value| format!("expected {value}")),
            values.got.map(|got| format!("got {got}")),
            values.note,
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        parts.join(", ")
    };
    format!("{verdict}: `{}`: {what}", failing.test.name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::check::{TestResult, TestTitle, TestVerdict, Values};
    use crate::kind::fixture::JudgedBy;
    use crate::sandbox::Sandbox;
    use crate::sys::environment::Environment;

    /// The outcome where the test `failing` fails, and no other.
    fn outcome(failing: &str) -> Outcome {
        let test = |name: &str| TestOutcome {
            test: TestTitle {
                name: name.to_owned(),
                title: String::new(),
            },
            result: if name == failing {
                TestVerdict::Failed.with(Values::default())
            } else {
                TestResult::passed()
            },
        };
        Outcome {
            tests: ["early", "late"].map(test).into(),
            ..Outcome::default()
        }
    }

    /// What proving says of a wrong solution that `late` must catch, where these tests fail by turns.
    fn proved(failing: &'static [&'static str]) -> Option<String> {
        let turn = AtomicUsize::new(0);
        let judge = || outcome(failing[turn.fetch_add(1, Ordering::Relaxed) % failing.len()]);
        let environment = Environment::new([], "/".into());
        let exercise = Exercise {
            task: &JudgedBy(judge),
            folder: "",
            context: &Context::new(Sandbox::new("/gradus"), Arc::new(environment)),
        };
        let wrong = WrongSolution {
            path: "wrong".to_owned(),
            caught_by: "late".to_owned(),
            caught_without: BTreeMap::new(),
            fault: String::new(),
            line: 1,
        };
        let problem = exercise.catch(&wrong).expect("it is judged");
        problem.map(|problem| problem.to_string())
    }

    #[test]
    fn a_wrong_solution_that_another_test_caught_once_is_tried_again() {
        assert_eq!(proved(&["late"]), None);
        assert_eq!(proved(&["early", "early", "late"]), None);
        let never = proved(&["early"]).expect("a problem");
        assert!(never.contains("`early` does"), "{never}");
        let passes = proved(&["none", "none", "late"]).expect("a problem");
        assert!(passes.contains("no test catches it"), "{passes}");
    }
}
