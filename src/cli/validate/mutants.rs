//! `gradus validate --mutants`: every small change of a solution is judged.

use std::time::Duration;

use serde::Serialize;

use super::Validate;
use super::findings::{Attempt, Findings, Unproved, attempt};
use super::lines::told;
use crate::check::Feedback;
use crate::cli::app::{App, Done};
use crate::cli::failure::Failure;
use crate::course::Course;
use crate::mutation::{self, Tally, Worth};
use crate::source::{ExerciseId, Problem};
use crate::sys::clock::Stopwatch;
use crate::text::{Line, Role, counted};

/// `gradus validate --mutants --json`.
#[derive(Debug, Serialize)]
struct MutantsRecord<'a> {
    course: &'a str,
    /// Every problem, sorted by file and line.
    problems: &'a [Problem],
    /// How many mutants there are of each exercise.
    mutants: Vec<Row<'a>>,
    /// The exercises that this machine could not judge, and why.
    unproved: &'a [Unproved],
}

/// How many mutants there are of an exercise.
#[derive(Debug, Serialize)]
struct Row<'a> {
    exercise: &'a ExerciseId,
    #[serde(flatten)]
    tally: Tally,
    /// What each hidden test or probe is good for.
    tests: Vec<Worth>,
}

impl Validate {
    /// Judges the mutants of the exercise called `name`, or of every exercise.
    pub(super) fn judge_mutants(&self, app: &App, name: Option<&str>) -> Done {
        let (course, problems) = self.open(app)?;
        let only = name
            .map(|name| super::known(&course, &problems, name))
            .transpose()?;
        let mut findings = Findings {
            problems,
            ..Findings::default()
        };
        let exercises = course.exercises.iter();
        let exercises = exercises.filter(|it| only.as_ref().is_none_or(|only| *only == it.id));
        let context = app.context(Feedback::Title)?;
        let steps = app.output.stepper();
        let watch = Stopwatch::start();
        let mut rows = Vec::new();
        for exercise in exercises {
            let id = &exercise.id;
            let tell = |judged: usize, all: usize| {
                steps.show(&format!("{id}: {judged} of {}", counted(all, "mutant")));
            };
            let survey = attempt(exercise, &context, || {
                mutation::survey(exercise, &context, self.jobs(), &tell)
            });
            match survey {
                Attempt::Done(survey) => {
                    findings.problems.extend(survey.problems());
                    rows.push(Row {
                        exercise: id,
                        tally: survey.tally(),
                        tests: survey.worth(),
                    });
                }
                Attempt::Broken(problem) => findings.problems.push(problem),
                Attempt::Unproved(unproved) => findings.unproved.push(unproved),
            }
        }
        steps.show("");
        findings.keep_those_of(only.as_ref());
        findings.unproved.sort();
        self.report_mutants(app, &course, &findings, rows, watch.elapsed())?;
        Ok(findings.exit())
    }

    fn report_mutants(
        &self,
        app: &App,
        course: &Course,
        findings: &Findings,
        mutants: Vec<Row<'_>>,
        time: Duration,
    ) -> Result<(), Failure> {
        if self.json {
            return Ok(app.output.record(&MutantsRecord {
                course: &course.id,
                problems: &findings.problems,
                mutants,
                unproved: &findings.unproved,
            })?);
        }
        let mut lines = told(&findings.problems);
        lines.extend(findings.unproved.iter().map(Unproved::line));
        lines.push(summary(findings.problems.len(), &mutants, time));
        Ok(app.output.lines(&lines)?)
    }
}

fn summary(problems: usize, rows: &[Row<'_>], time: Duration) -> Line {
    let mut all = Tally::default();
    for row in rows {
        all += row.tally;
    }
    let Tally {
        made,
        not_compiling,
        killed,
        marked,
        surviving,
    } = all;
    let head = match problems {
        0 => Line::new().with(Role::Good, "No problems"),
        count => Line::new().with(Role::Bad, counted(count, "problem")),
    };
    let of = counted(rows.len(), "exercise");
    let made = counted(made, "mutant");
    let seconds = time.as_secs();
    let text = format!(
        ": {made} of {of} in {seconds} s: {killed} killed, {not_compiling} not compiling, \
         {marked} marked, {surviving} surviving"
    );
    head.with(Role::Text, text)
}
