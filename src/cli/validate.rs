//! `gradus validate`.

mod findings;
mod lines;
mod mutants;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::thread;

use clap::Args;
use serde::Serialize;

use super::app::{App, Done};
use super::exit::Code as Exit;
use super::failure::Failure;
use super::{confinement, names, source};
use crate::check::{Context, Feedback};
use crate::code_blocks::{self, Batch, Unrun};
use crate::course::{Course, Exercise, rules};
use crate::kind::Edition;
use crate::sandbox::Lacking;
use crate::source::{ExerciseId, Problem};
use crate::watch::{WatchMode, Watcher};
use findings::{Findings, Job, Unproved};

/// Validate a course: its files, its rules, the code on its pages, and every exercise
///
/// Of each exercise, the solution must pass, the starter must not, and every wrong solution must be
/// caught by the hidden test it names. A program is built on the solutions and must print what its folder
/// declares. Each block of code in a lesson or a task must do what the page
/// says, unless the page says why it is not run. Of a drill, the intact system must pass, and every fault
/// and every pair of faults that can occur together must show. All problems are listed, not only the
/// first.
#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// The course's folder [default: the one you are in, else the built-in course]
    #[arg(value_name = "COURSE")]
    folder: Option<PathBuf>,
    /// Only this exercise
    #[arg(long, value_name = "EXERCISE")]
    exercise: Option<String>,
    /// Only this exercise, and again after each change to it, until Ctrl-C
    #[arg(long, value_name = "EXERCISE", conflicts_with_all = ["exercise", "json"])]
    watch: Option<String>,
    /// Test the tests instead: mutate every solution, or only that of EXERCISE; hidden tests must catch
    /// each mutant
    #[arg(
        long,
        value_name = "EXERCISE",
        num_args = 0..=1,
        default_missing_value = "",
        conflicts_with_all = ["exercise", "watch"]
    )]
    mutants: Option<String>,
    /// The number of exercises and pages proved in parallel [default: one per processor]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// `gradus validate --json`.
#[derive(Debug, Serialize)]
struct ValidateRecord<'a> {
    course: &'a str,
    /// Every problem, sorted by file and line.
    problems: &'a [Problem],
    /// The exercises that were proved.
    proved: Vec<&'a ExerciseId>,
    /// Those of them whose hidden tests run in the learner's process.
    linked: Vec<&'a ExerciseId>,
    /// The faults of the drill that were proved, and the pairs of them.
    faults: usize,
    pairs: usize,
    /// The exercises and faults that this machine could not prove, and why.
    unproved: &'a [Unproved],
    /// What became of the blocks of code.
    code: Code<'a>,
}

/// What became of the blocks of code.
#[derive(Debug, Serialize)]
struct Code<'a> {
    run: usize,
    skipped: usize,
    shown: usize,
    /// The blocks that this machine could not run, and why.
    unproved: &'a [Unrun],
}

impl Validate {
    pub(super) fn run(self, app: &App) -> Done {
        if let Some(name) = &self.watch {
            return self.follow(app, name);
        }
        if let Some(name) = &self.mutants {
            let only = Some(name.as_str()).filter(|name| !name.is_empty());
            return self.judge_mutants(app, only);
        }
        self.once(app, self.exercise.as_deref())
    }

    /// Opens the course; returns it with every problem of its files.
    fn open(&self, app: &App) -> Result<(Course, Vec<Problem>), Failure> {
        let (course, problems) = source::open(app, self.folder.as_deref())?;
        if course.edition == Edition::Student {
            return Err(Failure::Refused {
                what: "this is a student edition: there is nothing to prove it with".to_owned(),
                help: "validate the course that it was made from".to_owned(),
            });
        }
        Ok((course, problems))
    }

    /// Validates the course, or the exercise called `only`.
    fn once(&self, app: &App, only: Option<&str>) -> Done {
        let (course, problems) = self.open(app)?;
        let only = only
            .map(|name| known(&course, &problems, name))
            .transpose()?;
        let mut findings = Findings {
            problems,
            ..Findings::default()
        };
        findings.problems.extend(rules::check(&course));
        let exercises = course.exercises.iter();
        let exercises: Vec<&Exercise> = exercises
            .filter(|exercise| only.as_ref().is_none_or(|only| *only == exercise.id))
            .collect();
        let context = app.context(Feedback::Full)?;
        let steps = app.output.stepper();
        let pages = only.as_ref().map(|only| format!("exercises/{only}/"));
        let pages_of = pages.as_deref().unwrap_or_default();
        let batches = code_blocks::batches(&course, app.guests.languages, pages_of);
        let isolation = confinement::of_labs(app, &context);
        if let (Err(lacking), true) = (&isolation, batches.iter().any(Batch::runs_shells)) {
            tell_of_shells(app, &context, lacking);
        }
        let prove = |batch: &Batch| match &isolation {
            Ok(()) => batch.prove_isolated(&course, pages_of, &context),
            Err(_) => batch.prove(&course, &context),
        };
        let mut jobs: Vec<Job<'_>> = batches.iter().map(Job::Blocks).collect();
        jobs.extend(exercises.into_iter().map(Job::Exercise));
        let programs = course.programs.iter().filter(|_| only.is_none());
        jobs.extend(programs.map(|program| Job::Program(program, &course)));
        findings.prove(&jobs, &prove, &context, self.jobs(), &steps);
        if only.is_none() {
            let mut context = context.clone();
            app.show_steps(&mut context);
            for kind in app.guests.kinds {
                findings.add_course(kind.prove_course(&course.tree, &context));
            }
        }
        steps.show("");
        findings.keep_those_of(only.as_ref());
        self.report(app, &course, &findings)?;
        Ok(findings.exit())
    }

    fn jobs(&self) -> usize {
        let machine = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.jobs.map_or_else(machine, NonZeroUsize::get)
    }

    fn report(&self, app: &App, course: &Course, findings: &Findings) -> Result<(), Failure> {
        if self.json {
            return Ok(app.output.record(&ValidateRecord {
                course: &course.id,
                problems: &findings.problems,
                proved: findings.proved.iter().collect(),
                linked: findings.linked(course).collect(),
                faults: findings.faults,
                pairs: findings.pairs,
                unproved: &findings.unproved,
                code: Code {
                    run: findings.code.run,
                    skipped: findings.code.skipped,
                    shown: findings.code.shown,
                    unproved: &findings.code.unproved,
                },
            })?);
        }
        Ok(app.output.lines(&findings.lines(course))?)
    }

    /// Validates the exercise called `name` now and after each change.
    fn follow(&self, app: &App, name: &str) -> Done {
        let (course, problems) = source::open(app, self.folder.as_deref())?;
        let id = known(&course, &problems, name)?;
        let root = course.tree.folder().ok_or(Failure::BuiltIn)?;
        let folder = root.join("exercises").join(id.as_str());
        let (sender, receiver) = channel();
        // Nobody waits for changes any more when they cannot be sent.
        let tell = move |changed| drop(sender.send(changed));
        let watcher = Watcher::start(&folder, WatchMode::Notified, tell);
        let _watcher = watcher.map_err(|source| Failure::File {
            path: folder.clone(),
            source,
        })?;
        app.note(&format!("Watching {}. Ctrl-C ends.", app.shown(&folder)));
        loop {
            if let Err(failure) = self.once(app, Some(id.as_str())) {
                app.output.tell(&failure.words(&app.invocation).lines());
            }
            if app.output.is_closed() || receiver.recv().is_err() {
                return Ok(Exit::Fine);
            }
        }
    }
}

/// Tells that the commands on pages are run with less around them than there should be.
fn tell_of_shells(app: &App, context: &Context, lacking: &Lacking) {
    let what = if context.sandbox.guard().is_strong() {
        "reach the network of this machine, and what they start may outlive a gradus that is killed"
    } else {
        "have limits of time, memory and output, and no sandbox"
    };
    app.warn(&format!("the commands on the pages {what}: {lacking}"));
}

/// Returns the id of the exercise called `name`, also when it is too broken to be read.
fn known(course: &Course, problems: &[Problem], name: &str) -> Result<ExerciseId, Failure> {
    let folder = format!("exercises/{name}/");
    let is_broken = problems
        .iter()
        .any(|problem| problem.file.starts_with(&folder));
    match name.parse() {
        Ok(id) if is_broken => Ok(id),
        Ok(_) | Err(_) => Ok(names::exercise(course, name)?.id.clone()),
    }
}
