//! `gradus check`.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::app::{App, Done, OpenCourse};
use super::exit::Code;
use super::failure::Failure;
use super::{confinement, next};
use crate::check::{CheckError, Context, Feedback, Outcome, Standing, Verdict};
use crate::course::Exercise;
use crate::report::{CheckRecord, Options, outcome_lines, verdict_line};
use crate::sys::clock::unix_time;
use crate::text::counted;
use crate::text::{Line, Role};

/// Check your work on an exercise against its hidden tests
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The exercise [default: the one whose folder this is, else the next one]
    exercise: Option<String>,
    /// Check this folder instead of the one in the workspace
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
    /// Check every exercise that was handed out, and show a line for each
    #[arg(long, conflicts_with_all = ["exercise", "path", "json"])]
    all: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        if self.all {
            return check_all(app, &opened);
        }
        let at_path = match (&self.exercise, &self.path) {
            (None, Some(path)) => opened.exercise_at(&app.path(path)),
            (Some(_), _) | (None, None) => None,
        };
        let exercise = match at_path {
            Some(exercise) => exercise,
            None => opened.exercise(app, self.exercise.as_deref())?,
        };
        let folder = match &self.path {
            Some(path) => existing(app.path(path))?,
            None => match hand_out(app, &opened, exercise)? {
                Folder::There(folder) => folder,
                Folder::New => return Ok(Code::Nothing),
            },
        };
        let feedback = feedback(exercise);
        let mut context = app.context(feedback)?;
        context.awaited = !self.json;
        prepare(app, exercise, &mut context)?;
        let checked = exercise.task().check_folder(&folder, &context);
        app.output.step("");
        let outcome = checked?;
        if outcome.verdict() == Verdict::Passed {
            opened.update(app, |progress| {
                progress.record_success(exercise, outcome.scope, unix_time());
            })?;
        }
        if self.json {
            app.output
                .json(&CheckRecord::new(exercise, &outcome, feedback))?;
        } else {
            show(app, &opened, exercise, &outcome)?;
        }
        Ok(code(&outcome))
    }
}

/// Checks every exercise of which the workspace has a folder.
fn check_all(app: &App, opened: &OpenCourse) -> Done {
    let workspace = opened.workspace()?;
    let is_there = |exercise: &&Exercise| workspace.folder(exercise).is_dir();
    let (mut checked, mut passed, mut worst) = (0, 0, Code::Fine);
    for exercise in opened.course.exercises.iter().filter(is_there) {
        let Folder::There(folder) = hand_out(app, opened, exercise)? else {
            continue;
        };
        let mut context = app.context(feedback(exercise))?;
        context.awaited = true;
        if let Some(missing) = exercise.task().missing(&context) {
            app.note(&format!("{} was not checked: {missing}", exercise.id));
            continue;
        }
        prepare(app, exercise, &mut context)?;
        let outcome = exercise.task().check_folder(&folder, &context);
        app.output.step("");
        let outcome = outcome?;
        checked += 1;
        if outcome.verdict() == Verdict::Passed {
            passed += 1;
            opened.update(app, |progress| {
                progress.record_success(exercise, outcome.scope, unix_time());
            })?;
        } else if worst != Code::Failed {
            worst = code(&outcome);
        }
        let id = format!("  {}", exercise.id);
        app.output
            .line(verdict_line(exercise, &outcome).with(Role::Dim, id))?;
    }
    if checked == 0 {
        app.note("No exercise was handed out yet.");
        return Ok(Code::Nothing);
    }
    app.output.line(Line::plain(format!(
        "{passed} of {} passed.",
        counted(checked, "exercise")
    )))?;
    Ok(worst)
}

/// Fails unless `folder` is a readable folder.
fn existing(folder: PathBuf) -> Result<PathBuf, Failure> {
    match fs::read_dir(&folder) {
        Ok(_) => Ok(folder),
        Err(source) => Err(Failure::File {
            path: folder,
            source,
        }),
    }
}

pub(super) enum Folder {
    There(PathBuf),
    /// Just handed out: there is nothing to check yet.
    New,
}

/// Returns the exercise's folder. If there is none, hands the files out and says so.
pub(super) fn hand_out(
    app: &App,
    opened: &OpenCourse,
    exercise: &Exercise,
) -> Result<Folder, Failure> {
    let workspace = opened.workspace()?;
    let handed_out = workspace.ensure(exercise)?;
    opened.update(app, |progress| progress.start(&exercise.id))?;
    for sentence in handed_out.sentences(|path| app.shown(path)) {
        app.note(&sentence);
    }
    if !handed_out.is_new {
        return Ok(Folder::There(handed_out.folder));
    }
    let to_edit = workspace.files_to_edit(exercise);
    let to_edit: Vec<_> = to_edit.iter().map(|path| app.shown(path)).collect();
    app.note(&format!(
        "Handed out {}. The task is in README.md there; edit {} and check again.",
        app.shown(&handed_out.folder),
        to_edit.join(" and ")
    ));
    Ok(Folder::New)
}

/// The feedback on a learner's own machine.
pub(super) fn feedback(exercise: &Exercise) -> Feedback {
    exercise.feedback.unwrap_or(Feedback::Full)
}

/// Shows the steps of the check, and warns if there is no sandbox. Fails if this machine lacks what the
/// exercise needs.
pub(super) fn prepare(
    app: &App,
    exercise: &Exercise,
    context: &mut Context,
) -> Result<(), Failure> {
    app.show_steps(context);
    refuse_missing(app, exercise, context)?;
    confinement::tell_once(app, context.sandbox.guard());
    Ok(())
}

/// Fails if this machine lacks what the exercise needs.
pub(super) fn refuse_missing(
    app: &App,
    exercise: &Exercise,
    context: &Context,
) -> Result<(), Failure> {
    let Some(what) = exercise.task().missing(context) else {
        return Ok(());
    };
    let skip = app.command(&format!("skip {}", exercise.id));
    Err(Failure::Check(CheckError::Missing {
        what,
        help: format!("or continue without it: `{skip}`"),
    }))
}

/// Shows the outcome, and after a pass what to do next.
pub(super) fn show(
    app: &App,
    opened: &OpenCourse,
    exercise: &Exercise,
    outcome: &Outcome,
) -> Result<(), Failure> {
    let options = Options::new(feedback(exercise), app.output.caps());
    app.output
        .lines(&outcome_lines(exercise, outcome, &options))?;
    app.output.line(Line::new())?;
    if outcome.verdict() == Verdict::Passed {
        let mut progress = opened.progress.clone();
        progress.record_success(exercise, outcome.scope, unix_time());
        app.output.lines(&next::lines_for(app, opened, &progress))?;
        if !exercise.task().solution().is_empty() {
            let solution = app.command(&format!("solution {} --diff", exercise.id));
            let text = format!("To compare, the reference solution: {solution}");
            app.output.line(Line::new().with(Role::Dim, text))?;
        }
    } else if !exercise.hints.is_empty() {
        let hint = app.command(&format!("hint {}", exercise.id));
        app.output.line(Line::plain(format!("Stuck? {hint}")))?;
    }
    Ok(())
}

pub(super) fn code(outcome: &Outcome) -> Code {
    match outcome.verdict().standing() {
        Standing::Passed => Code::Fine,
        Standing::Unjudged => Code::Failed,
        Standing::NotPassed => Code::NotPassed,
    }
}
