//! `gradus validate`.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

use clap::Args;
use serde::Serialize;

use super::app::{App, Done, counted};
use super::exit::Code;
use super::failure::Failure;
use super::names;
use super::output::Stepper;
use crate::check::{CheckError, Context};
use crate::course::{Course, Exercise, ExerciseId, Feedback, Problem, Tree, builtin, load, rules};
use crate::drill::{self, Ground};
use crate::text::{Line, Role};
use crate::watch::{Pace, Watcher};

/// Prove a course good: its files, its rules, and every exercise
///
/// For each exercise: the solution passes, the starter does not, and every wrong solution is
/// caught by the hidden test it names. Of a drill: the whole system passes, every fault shows, and
/// so do every two that can be there together. All problems are listed, not only the first.
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
    /// How many exercises to prove at a time [default: one a processor]
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
        let (course, problems) = open(app, self.folder.as_deref())?;
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
        findings.prove(&exercises, &context, self.jobs(), &steps);
        if let (Some(ground), None) = (&course.ground, &only) {
            steps.show("proving the drill");
            findings.prove_drill(ground, &context);
        }
        steps.show("");
        if let Some(only) = &only {
            let folder = format!("exercises/{only}/");
            findings
                .problems
                .retain(|problem| problem.file.starts_with(&folder));
        }
        findings.problems.sort();
        findings.problems.dedup();
        self.report(app, &course, &findings)?;
        Ok(findings.code())
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
            })?);
        }
        Ok(app.output.lines(&findings.lines(course))?)
    }

    /// Validates the exercise called `name` now and after each change.
    fn follow(&self, app: &App, name: &str) -> Done {
        let (course, problems) = open(app, self.folder.as_deref())?;
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
                return Ok(Code::Fine);
            }
        }
    }
}

/// Reads the course that an author means: the folder named, `--course`, the one this folder lies
/// in, else the built-in one.
pub(super) fn open(app: &App, named: Option<&Path>) -> Result<(Course, Vec<Problem>), Failure> {
    let named = named.or(app.global.course.as_deref());
    let here = || {
        let mut folders = app.environment.folder().ancestors();
        folders.find(|folder| folder.join("course.toml").is_file())
    };
    let folder = match named {
        Some(named) => Some(app.path(named)),
        None => here().map(Path::to_path_buf),
    };
    let tree = match folder {
        Some(folder) => Tree::read(&folder)?,
        None => builtin::tree(),
    };
    Ok(load(&tree))
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
    /// Proves `exercises`, `jobs` at a time.
    fn prove(&mut self, exercises: &[&Exercise], context: &Context, jobs: usize, steps: &Stepper) {
        let queue: Mutex<VecDeque<&Exercise>> = Mutex::new(exercises.iter().copied().collect());
        let found = Mutex::new(self);
        let work = || {
            loop {
                let next = queue
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .pop_front();
                let Some(exercise) = next else { return };
                steps.show(&format!("proving {}", exercise.id));
                let proof = prove(exercise, context);
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                found.add(exercise, proof);
            }
        };
        thread::scope(|scope| {
            for _ in 0..jobs.min(exercises.len()) {
                scope.spawn(work);
            }
        });
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
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

    fn code(&self) -> Code {
        if !self.problems.is_empty() {
            Code::NotPassed
        } else if !self.unproved.is_empty() {
            Code::Failed
        } else {
            Code::Fine
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
        lines.push(self.summary(course));
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
