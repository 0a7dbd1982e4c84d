//! `gradus drill`: a random fault, to be diagnosed and fixed.

mod over;
mod record;
mod run;
mod steps;

use std::num::NonZeroUsize;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::app::{App, Done};
use super::failure::Failure;
use crate::check::{CheckError, Context, Feedback};
use crate::course::Exercise;
use crate::kinds::gateway::drill::Seed;
use crate::kinds::gateway::{Gateway, drill};
use crate::session::drill::{DrillError, Drills, OpenDrill};

/// Diagnose and fix a random fault, timed
///
/// A random fault is put into a gateway, which runs until q or Ctrl-C. You see what a customer sees, say
/// where it broke and why, and fix it. A drill that you left is resumed.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Drill {
    #[command(subcommand)]
    step: Option<DrillStep>,
    /// How many faults there are at once [default: 1]
    #[arg(long, value_name = "N", conflicts_with = "resume")]
    faults: Option<NonZeroUsize>,
    /// Repeat the drill with this seed
    #[arg(long, value_name = "SEED", conflicts_with = "resume")]
    seed: Option<u32>,
    /// Do this many drills in a row, with a score at the end
    #[arg(long, value_name = "N", conflicts_with = "resume")]
    exam: Option<NonZeroUsize>,
    /// Resume the drill that you left; start no new one
    #[arg(long)]
    resume: bool,
    /// Show the results of your drills
    #[arg(long, conflicts_with_all = ["faults", "seed", "exam", "resume"])]
    record: bool,
    /// Write JSON at the end; everything else goes to standard error
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum DrillStep {
    Answer(steps::AnswerStep),
    Check(steps::CheckStep),
    GiveUp(steps::GiveUpStep),
}

impl Drill {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let context = app.context(Feedback::Title)?;
        let spec = drill::load(&opened.course.tree, &mut Vec::new());
        let spec = spec.ok_or_else(|| no_drill(app))?;
        let drills = Drills::new(opened.workspace()?, &spec, &context);
        match self.step {
            Some(DrillStep::Answer(answer)) => answer.run(app, &drills),
            Some(DrillStep::Check(check)) => check.run(app, &drills, &context),
            Some(DrillStep::GiveUp(steps::GiveUpStep {})) => steps::GiveUpStep::run(app, &drills),
            None if self.record => record::show(app, &drills, None, self.json),
            None => run::DrillRun {
                app,
                drills: &drills,
                context,
                seed: self.seed.map(Seed),
                faults: self.faults.map(NonZeroUsize::get),
                exam: self.exam.map(NonZeroUsize::get),
                resume: self.resume,
                json: self.json,
            }
            .run(),
        }
    }
}

fn no_drill(app: &App) -> Failure {
    Failure::Refused {
        what: "this course has no drill".to_owned(),
        help: format!("its exercises: `{}`", app.command("list")),
    }
}

/// Returns the drill that is not over.
fn open<'a>(drills: &Drills<'a>) -> Result<OpenDrill<'a>, Failure> {
    drills.open()?.ok_or(Failure::NoDrill)
}

fn lab_name(number: u32) -> String {
    format!("drill-{number}")
}

/// Returns the drill as an exercise, which its lab and its reports speak of.
fn exercise(open: &OpenDrill<'_>) -> Result<Exercise, Failure> {
    let number = open.round.number;
    let id = lab_name(number).parse();
    let id = id.map_err(|_| DrillError::Changed { number })?;
    let title = format!("Drill {number}");
    let task = Arc::clone(&open.task);
    Ok(Exercise::outside(id, &Gateway, title, task))
}

/// Fails when this machine has no nginx for it.
fn refuse_missing(open: &OpenDrill<'_>, context: &Context) -> Result<(), Failure> {
    match open.task.missing(context) {
        Some(what) => Err(Failure::Check(CheckError::Missing {
            what,
            help: crate::kinds::gateway::lab::nginx::INSTALL.to_owned(),
        })),
        None => Ok(()),
    }
}
