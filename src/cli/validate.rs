//! `gradus validate`.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

use clap::Args;
use serde::Serialize;

use super::app::{App, Done, counted};
use super::exit::Code as Exit;
use super::failure::Failure;
use super::names;
use super::output::Stepper;
use super::source;
use crate::check::{CheckError, Context};
use crate::course::{Course, Edition, Exercise, ExerciseId, Feedback, Problem, rules};
use crate::drill::{self, Ground};
use crate::proof::{self, Batch, Proof, Unrun};
use crate::text::{Line, Role};
use crate::watch::{Pace, Watcher};

/// Prove a course good: its files, its rules, the code on its pages, and every exercise
///
/// For each exercise: the solution passes, the starter does not, and every wrong solution is
/// caught by the hidden test it names. For each block of code in a lesson or a task: it does what
/// the page says, or the page says why it is not run. Of a drill: the whole system passes, every
/// fault shows, and so do every two that can be there together. All problems are listed, not only
/// the first.
#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// The course's folder [default: the one you are in, else the built-in course]
    #[arg(value_name = "COURSE")]
    folder: Option<PathBuf>,
    /// Only this exercise
    #[arg(long, value_name = "EXERCISE")]
    exercise: Option<String>,
    /// Only this exercise, again after each change to it, until Ctrl-C
    #[arg(long, value_name = "EXERCISE", conflicts_with_all = ["exercise", "json"])]
    watch: Option<String>,
    /// How many exercises and pages to prove at a time [default: one a processor]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// `gradus validate --json`.
#[derive(Debug, Serialize)]
struct Record<'a> {
    /// The version of this shape.
    version: u32,
    course: &'a str,
    /// Every problem, sorted by file and line.
    problems: &'a [Problem],
    /// The exercises that were proved.
    proved: Vec<&'a ExerciseId>,
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

/// An exercise, or a fault of the drill, that could not be proved, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Unproved {
    exercise: String,
    reason: String,
}

/// What validation found.
#[derive(Debug, Default)]
struct Findings {
    problems: Vec<Problem>,
    unproved: Vec<Unproved>,
    proved: Vec<ExerciseId>,
    faults: usize,
    pairs: usize,
    code: Proof,
}

/// Something to prove.
#[derive(Debug)]
enum Job<'a> {
    Exercise(&'a Exercise),
    Blocks(&'a Batch),
}

impl Validate {
    pub(super) fn run(self, app: &App) -> Done {
        if let Some(name) = &self.watch {
            return self.follow(app, name);
        }
        self.once(app, self.exercise.as_deref())
    }

    /// Validates the course, or the exercise called `only`.
    fn once(&self, app: &App, only: Option<&str>) -> Done {
        let (course, problems) = source::open(app, self.folder.as_deref())?;
        if course.edition == Edition::Student {
            return Err(Failure::Refused {
                what: "this is what a class is given: there is nothing to prove it with".to_owned(),
                help: "validate the course that it was made of".to_owned(),
            });
        }
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
        let batches = proof::batches(&course, pages.as_deref().unwrap_or_default());
        let mut jobs: VecDeque<Job<'_>> = batches.iter().map(Job::Blocks).collect();
        jobs.extend(exercises.into_iter().map(Job::Exercise));
        findings.prove(jobs, &course, &context, self.jobs(), &steps);
        if let (Some(ground), None) = (&course.ground, &only) {
            steps.show("proving the drill");
            findings.prove_drill(ground, &context);
        }
        steps.show("");
        if let Some(folder) = &pages {
            findings
                .problems
                .retain(|problem| problem.file.starts_with(folder));
        }
        findings.problems.sort();
        findings.problems.dedup();
        self.report(app, &course, &findings)?;
        Ok(findings.exit())
    }

    fn jobs(&self) -> usize {
        let machine = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.jobs.map_or_else(machine, NonZeroUsize::get)
    }

    fn report(&self, app: &App, course: &Course, findings: &Findings) -> Result<(), Failure> {
        if self.json {
            return Ok(app.output.json(&Record {
                version: 1,
                course: &course.id,
                problems: &findings.problems,
                proved: findings.proved.iter().collect(),
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
        let watcher = Watcher::start(&folder, Pace::Notified, tell);
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

impl Findings {
    /// Proves what is in `queue`, `jobs` at a time.
    fn prove(
        &mut self,
        queue: VecDeque<Job<'_>>,
        course: &Course,
        context: &Context,
        jobs: usize,
        steps: &Stepper,
    ) {
        let jobs = jobs.min(queue.len());
        let queue = Mutex::new(queue);
        let found = Mutex::new(self);
        let found_now = || found.lock().unwrap_or_else(PoisonError::into_inner);
        let next = || {
            let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.pop_front()
        };
        let work = || {
            while let Some(job) = next() {
                match job {
                    Job::Exercise(exercise) => {
                        steps.show(&format!("proving {}", exercise.id));
                        let proof = prove(exercise, context);
                        found_now().add(exercise, proof);
                    }
                    Job::Blocks(batch) => {
                        steps.show(&format!("running the code of {}", batch.name));
                        let proof = batch.prove(course, context);
                        found_now().code.add(proof);
                    }
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(work);
            }
        });
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.problems.append(&mut found.code.problems);
        found.code.unproved.sort();
        found.unproved.sort();
        found.proved.sort();
    }

    fn prove_drill(&mut self, ground: &Ground, context: &Context) {
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
                let reason = super::failure::with_causes(&error);
                self.unproved.push(unproved("all of it", reason));
            }
        }
    }

    fn add(&mut self, exercise: &Exercise, proof: Result<Vec<Problem>, Unproved>) {
        match proof {
            Ok(problems) if problems.is_empty() => self.proved.push(exercise.id.clone()),
            Ok(problems) => self.problems.extend(problems),
            Err(unproved) => self.unproved.push(unproved),
        }
    }

    fn exit(&self) -> Exit {
        if !self.problems.is_empty() {
            Exit::NotPassed
        } else if !self.unproved.is_empty() || !self.code.unproved.is_empty() {
            Exit::Failed
        } else {
            Exit::Fine
        }
    }

    fn lines(&self, course: &Course) -> Vec<Line> {
        let mut lines = Vec::new();
        for problem in &self.problems {
            let place = problem
                .line
                .map_or_else(String::new, |line| format!(":{line}"));
            let mut message = problem.message.lines();
            let line = Line::new()
                .with(Role::Accent, format!("{}{place}: ", problem.file))
                .with(Role::Text, message.next().unwrap_or_default());
            lines.push(line);
            lines.extend(message.map(|more| Line::plain("    ").with(Role::Code, more)));
            let help = problem.help.iter().flat_map(|help| help.lines());
            lines.extend(help.map(|help| Line::new().with(Role::Dim, format!("    {help}"))));
        }
        for unproved in &self.unproved {
            let text = format!(
                "{}: not proved here: {}",
                unproved.exercise, unproved.reason
            );
            lines.push(Line::new().with(Role::Warn, text));
        }
        for unrun in &self.code.unproved {
            let Unrun { file, line, reason } = unrun;
            let text = format!("{file}:{line}: not run here: {reason}");
            lines.push(Line::new().with(Role::Warn, text));
        }
        lines.push(self.summary(course));
        lines.extend(self.summary_of_code());
        lines
    }

    fn summary(&self, course: &Course) -> Line {
        let mut proved = format!("{} proved", counted(self.proved.len(), "exercise"));
        if self.faults > 0 {
            let (faults, pairs) = (self.faults, self.pairs);
            let (faults, pairs) = (counted(faults, "fault"), counted(pairs, "pair"));
            proved.extend(["; drill: ", &faults, " tried, and ", &pairs]);
        }
        if self.problems.is_empty() {
            let lessons = counted(course.lessons.len(), "lesson");
            return Line::new()
                .with(Role::Good, "No problems")
                .with(Role::Text, format!(": {lessons}, {proved}"));
        }
        Line::new()
            .with(Role::Bad, counted(self.problems.len(), "problem"))
            .with(Role::Text, format!(", {proved}"))
    }

    /// Returns how many blocks of code were run; nothing where there are none.
    fn summary_of_code(&self) -> Option<Line> {
        let Proof {
            run,
            skipped,
            shown,
            unproved,
            ..
        } = &self.code;
        let parts = [
            (*run, "block run", "blocks run"),
            (*skipped, "says why not", "say why not"),
            (*shown, "is only shown", "are only shown"),
            (unproved.len(), "cannot be run here", "cannot be run here"),
        ];
        let there = parts.into_iter().filter(|(count, ..)| *count > 0);
        let there = there.map(|(count, one, many)| match count {
            1 => format!("1 {one}"),
            _ => format!("{count} {many}"),
        });
        let there: Vec<_> = there.collect();
        (!there.is_empty()).then(|| Line::plain(format!("Code: {}", there.join(", "))))
    }
}

fn prove(exercise: &Exercise, context: &Context) -> Result<Vec<Problem>, Unproved> {
    let unproved = |reason| Unproved {
        exercise: exercise.id.to_string(),
        reason,
    };
    if let Some(missing) = exercise.task.missing(context) {
        return Err(unproved(missing));
    }
    match exercise.task.validate(context) {
        Ok(problems) => Ok(problems),
        Err(CheckError::Exercise { what }) => {
            let file = format!("exercises/{}/exercise.toml", exercise.id);
            Ok(vec![Problem::new(file, what)])
        }
        Err(error) => Err(unproved(super::failure::with_causes(&error))),
    }
}
