//! The steps of a drill as plain commands, from any terminal and any script.

use std::io::{self, BufRead};

use clap::Args;
use serde::Serialize;

use super::{exercise, lab_name, open, over, refuse_missing};
use crate::check::{Context, Feedback, Outcome, Verdict};
use crate::cli::app::{App, Done};
use crate::cli::exit::Code;
use crate::cli::failure::Failure;
use crate::cli::lab::registry;
use crate::kinds::gateway::drill::{Fault, Possibility};
use crate::kinds::gateway::lab::control::{LabClient, LabRequest};
use crate::report::{Options, outcome_lines};
use crate::session::drill::{Answered, Drills, OpenDrill, PastDrill, judged, words};
use crate::term::{Ask, InlinePrompt};
use crate::text::{Line, Role};

/// Say where the open drill broke, and why
#[derive(Debug, Args)]
pub(super) struct AnswerStep {
    /// Where it broke, by number or name [default: you are asked]
    #[arg(long)]
    hop: Option<String>,
    /// Why, by number or name [default: you are asked]
    #[arg(long)]
    cause: Option<String>,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// Check whether the gateway of the open drill is fixed
///
/// If its lab is up, what runs there is judged, otherwise the files in its folder.
#[derive(Debug, Args)]
pub(super) struct CheckStep {
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// End the open drill, and show what it was
#[derive(Debug, Args)]
pub(super) struct GiveUpStep {}

/// What a step writes with `--json`.
#[derive(Debug, Serialize)]
struct StepRecord<'a, T: Serialize> {
    /// The version of this shape.
    version: u32,
    drill: u32,
    #[serde(flatten)]
    step: T,
    seconds: u64,
    /// What the journal keeps, once it is over.
    over: Option<&'a PastDrill>,
}

#[derive(Debug, Serialize)]
struct AnswerRecord {
    answer: Answered,
    right: bool,
}

#[derive(Debug, Serialize)]
struct CheckRecord {
    passed: bool,
}

impl AnswerStep {
    pub(super) fn run(self, app: &App, drills: &Drills<'_>) -> Done {
        settle(app, drills, &open(drills)?)?;
        let spec = drills.spec();
        let one = |what, question, all, given: &Option<String>| match given {
            Some(word) => Ok(Some(words::chosen(what, all, word)?)),
            None => asked(app, what, question, all),
        };
        let Some(hop) = one("hop", words::WHERE, &spec.hops, &self.hop)? else {
            return Ok(Code::Nothing);
        };
        let Some(cause) = one("cause", words::WHY, &spec.causes, &self.cause)? else {
            return Ok(Code::Nothing);
        };
        let step = drills.answer(&hop.id, &cause.id)?;
        let step = step.ok_or(Failure::NoDrill)?;
        let right = step.what.is_right();
        if self.json {
            let answer = step.what;
            let record = AnswerRecord { answer, right };
            write(app, &step.open, record, step.ended.as_ref())?;
        } else {
            app.output
                .lines(&words::answered(&step, &app.command("drill check")))?;
        }
        ended(app, drills, &step.open, step.ended.as_ref(), self.json)?;
        Ok(if right { Code::Fine } else { Code::NotPassed })
    }
}

impl CheckStep {
    pub(super) fn run(self, app: &App, drills: &Drills<'_>, context: &Context) -> Done {
        let drill = open(drills)?;
        settle(app, drills, &drill)?;
        let outcome = outcome(app, &drill, context)?;
        let passed = outcome.verdict() == Verdict::Passed;
        let step = drills.checked(passed)?.ok_or(Failure::NoDrill)?;
        if self.json {
            write(app, &step.open, CheckRecord { passed }, step.ended.as_ref())?;
        } else {
            let options = Options::new(Feedback::Title, app.output.caps());
            let exercise = exercise(&step.open)?;
            app.output
                .lines(&outcome_lines(&exercise, &outcome, &options))?;
            if passed && step.ended.is_none() {
                app.output
                    .line(words::mended(&step.open, &app.command("drill answer")))?;
            }
        }
        ended(app, drills, &step.open, step.ended.as_ref(), self.json)?;
        Ok(crate::cli::check::code(&outcome))
    }
}

impl GiveUpStep {
    pub(super) fn run(app: &App, drills: &Drills<'_>) -> Done {
        match drills.give_up() {
            Ok(step) => {
                let step = step.ok_or(Failure::NoDrill)?;
                ended(app, drills, &step.open, step.ended.as_ref(), false)?;
            }
            Err(crate::session::drill::DrillError::Changed { number }) => {
                drills.put_aside()?;
                let text = format!("Drill {number} is put aside; its files stay.");
                app.output.line(Line::plain(text))?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Code::Fine)
    }
}

/// Judges what runs, else the files.
fn outcome(app: &App, drill: &OpenDrill<'_>, context: &Context) -> Result<Outcome, Failure> {
    if let Some(lab) = registry(app).find(&lab_name(drill.round.number)) {
        return Ok(judged(&LabClient::new(lab.socket))?);
    }
    refuse_missing(drill, context)?;
    Ok(drill.task.check_folder(&drill.folder, context)?)
}

/// Ends a sitting whose lab is gone: its process was killed.
fn settle(app: &App, drills: &Drills<'_>, drill: &OpenDrill<'_>) -> Result<(), Failure> {
    let round = &drill.round;
    if round.sitting.is_some() && registry(app).find(&lab_name(round.number)).is_none() {
        drills.forget_sitting(round.number)?;
    }
    Ok(())
}

/// Shows what a drill was, if it is over, and ends its lab.
fn ended(
    app: &App,
    drills: &Drills<'_>,
    drill: &OpenDrill<'_>,
    entry: Option<&PastDrill>,
    json: bool,
) -> Result<(), Failure> {
    let Some(entry) = entry else { return Ok(()) };
    if let Some(lab) = registry(app).find(&lab_name(entry.number)) {
        // It may be going down by itself.
        LabClient::new(lab.socket).ask(&LabRequest::Down).ok();
    }
    if json {
        return Ok(());
    }
    let faults: &[&Fault] = &drill.faults;
    let lines = over::lines(app, drills.spec(), faults, entry);
    Ok(app.output.lines(&lines)?)
}

fn write(
    app: &App,
    drill: &OpenDrill<'_>,
    step: impl Serialize,
    over: Option<&PastDrill>,
) -> Result<(), Failure> {
    Ok(app.output.json(&StepRecord {
        version: 1,
        drill: drill.round.number,
        step,
        seconds: drill.round.seconds(app.now()),
        over,
    })?)
}

/// Asks on the terminal, else for a line.
fn asked<'a>(
    app: &App,
    what: &'static str,
    question: &str,
    all: &'a [Possibility],
) -> Result<Option<&'a Possibility>, Failure> {
    app.output.line(Line::new().with(Role::Accent, question))?;
    let caps = app.output.caps();
    if app.output.is_interactive() && !caps.accessible {
        let titles = all.iter().map(|it| it.title.clone()).collect();
        let mut prompt = InlinePrompt::open(*caps, app.output.theme().clone())?;
        let chosen = prompt.ask(Ask::One(titles))?.chosen();
        let chosen = chosen.and_then(|at| all.get(at));
        // The choices are gone from the screen.
        let shown: Vec<_> = chosen.into_iter().map(words::taken).collect();
        app.output.lines(&shown)?;
        return Ok(chosen);
    }
    app.output.lines(&words::listed(all))?;
    app.output.text("Number: ")?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    app.output.line(Line::new())?;
    match line.trim() {
        "" => Ok(None),
        word => Ok(Some(words::chosen(what, all, word)?)),
    }
}
