//! The common part of `gradus grade` and `gradus regrade`: finds submissions, grades, writes reports.

mod board;
pub(super) mod reports;
mod submissions;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::app::{App, Done};
use super::exit::Code;
use super::failure::Failure;
use super::{confinement, names, source, workflow};
use crate::check::{Context, Feedback};
use crate::course::{Course, Exercise};
use crate::grade::discover;
use crate::grade::journal::Journal;
use crate::grade::{
    self, Batch, BatchOptions, GradeError, Partition, Results, Roster, Submission, Summary, cache,
};
use crate::kind::Tier;
use crate::report::Header;
use crate::sandbox::GUARDS;
use crate::source::ExerciseId;
use crate::sys::interrupts::Interrupts;
use crate::text::counted;
use board::{Board, summary_lines};

/// The options of commands that grade.
#[derive(Debug, Args)]
pub(super) struct Grading {
    /// The folder of hand-ins: a folder per learner, which has a folder per exercise or is a workspace.
    /// `-` reads a list: learner, exercise and folder on each line, separated by tabs
    #[arg(value_name = "SUBMISSIONS")]
    submissions: PathBuf,
    /// The folder for journal, results and reports
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Grade only this exercise; can be repeated [default: all of the course]
    #[arg(long = "exercise", value_name = "EXERCISE")]
    exercises: Vec<String>,
    /// Treat the submissions as the checkout of this learner
    #[arg(long, value_name = "NAME", value_parser = discover::learner_name)]
    learner: Option<String>,
    /// The class list: a CSV file with the columns learner, name, email, id, section, `submitted_at`
    #[arg(long, value_name = "FILE")]
    roster: Option<PathBuf>,
    /// The number of submissions graded in parallel [default: one per processor]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Grade a part: `slice:M/N`, `hash:M/N`, or `none` for all [env: `GRADUS_PARTITION`]
    /// [default: that of the Slurm array, indexed job or GitLab job]
    #[arg(long, value_name = "PART")]
    partition: Option<String>,
    /// Refuse exercises whose hidden tests run in the learner's process
    #[arg(long, value_name = "TIER", value_parser = ["called"])]
    tier: Option<String>,
    /// The sandbox of submissions: `none` only limits time, memory and output, and every report
    /// says so [default: the strongest; without one nothing is graded]
    #[arg(long, value_name = "SANDBOX", value_parser = sandboxes())]
    sandbox: Option<String>,
    /// Also write a report in this format; can be repeated
    #[arg(id = reports::ASKED, long = "report", value_name = "FORMAT")]
    reports: Vec<String>,
    /// Reuse verdicts of earlier gradings if exercise, tools and source are the same
    #[arg(long)]
    cache: bool,
    /// Stop at the first submission that does not pass
    #[arg(long)]
    fail_fast: bool,
    /// Exit with 1 unless every submission passed
    #[arg(long)]
    require_pass: bool,
}

fn sandboxes() -> PossibleValuesParser {
    PossibleValuesParser::new(
        GUARDS
            .iter()
            .map(|guard| PossibleValue::new(guard.name()).help(guard.summary())),
    )
}

enum Ended {
    Complete(Summary),
    /// By this signal: the same command resumes it.
    Stopped(i32),
}

impl Grading {
    /// Grades the submissions, hands the results of a complete grading to `show`, and writes the reports;
    /// `fresh` starts over instead of resuming.
    pub(super) fn run(
        &self,
        app: &App,
        fresh: bool,
        show: impl FnOnce(&Results) -> Result<(), Failure>,
    ) -> Done {
        let course = source::sound(app)?;
        let exercises = self.exercises(&course)?;
        let ids: Vec<ExerciseId> = exercises
            .iter()
            .map(|exercise| exercise.id.clone())
            .collect();
        let roster = match &self.roster {
            Some(path) => Roster::read(&app.path(path))?,
            None => Roster::default(),
        };
        let mut submissions =
            submissions::find(app, &self.submissions, self.learner.as_deref(), &ids)?;
        submissions::tell_absent(app, &roster, &submissions);
        let partition = self.partition(app)?;
        let context = self.context(app)?;
        let names = submissions.iter().map(Submission::name);
        let header = grade::header::header(&course, &exercises, names, partition, &context)?;
        if let Some(partition) = partition {
            let mut place = 0..;
            submissions.retain(|submission| {
                let place = place.next().unwrap_or(usize::MAX);
                partition.contains(place, &submission.name())
            });
        }
        let batch = Batch {
            course: &course,
            exercises: &exercises,
            header: &header,
            submissions: &submissions,
            context: &context,
            options: self.options(&header, &context),
        };
        let mut journal = self.journal(app, &header, fresh)?;
        let summary = match self.grade(app, &batch, &mut journal)? {
            Ended::Complete(summary) => summary,
            Ended::Stopped(signal) => return Ok(Code::Stopped(signal)),
        };
        let place = app.path(&self.out).join(grade::results::FILE);
        journal.write_results(&header, &submissions, &roster, &place)?;
        let results = Results::open(&place)?;
        show(&results)?;
        self.finish(app, &results, &summary)
    }

    fn journal(&self, app: &App, header: &Header, fresh: bool) -> Result<Journal, Failure> {
        let out = app.path(&self.out);
        if !fresh {
            return Ok(Journal::open(&out, header)?);
        }
        let (journal, old) = Journal::start_over(&out, header)?;
        if let Some(old) = old {
            app.note(&format!("The old journal is kept as {}.", app.shown(&old)));
        }
        Ok(journal)
    }

    fn grade(&self, app: &App, batch: &Batch<'_>, journal: &mut Journal) -> Result<Ended, Failure> {
        let cancel = batch.context.cancel.clone();
        let interrupts = Interrupts::listen(move || cancel.cancel())?;
        let mut board = Board::new(app, batch.submissions.len());
        let done = batch.run(journal, &mut |progress| board.note(progress));
        if self.cache {
            batch.context.trim_cache();
        }
        board.clear(app);
        match (done, interrupts.signal()) {
            (Ok(summary), _) => Ok(Ended::Complete(summary)),
            (Err(GradeError::Cancelled), Some(signal)) => {
                app.note(&format!(
                    "Stopped: {} of {} graded. The same command resumes the grading.",
                    board.done(),
                    counted(batch.submissions.len(), "submission")
                ));
                Ok(Ended::Stopped(signal))
            }
            (Err(error), _) => Err(error.into()),
        }
    }

    fn exercises<'a>(&self, course: &'a Course) -> Result<Vec<&'a Exercise>, Failure> {
        let mut exercises: Vec<&Exercise> = course.exercises.iter().collect();
        if !self.exercises.is_empty() {
            let mut named = Vec::new();
            for name in &self.exercises {
                named.push(&names::exercise(course, name)?.id);
            }
            exercises.retain(|exercise| named.contains(&&exercise.id));
        }
        if self.tier.is_none() {
            return Ok(exercises);
        }
        let is_linked = |exercise: &&&Exercise| exercise.task().facts().tier == Some(Tier::Linked);
        let linked: Vec<_> = exercises
            .iter()
            .filter(is_linked)
            .map(|exercise| exercise.id.to_string())
            .collect();
        if linked.is_empty() {
            return Ok(exercises);
        }
        Err(Failure::Refused {
            what: format!(
                "the hidden tests of {} run in the learner's process",
                linked.join(", ")
            ),
            help: "name the others with `--exercise`, or leave `--tier` out".to_owned(),
        })
    }

    /// The context of checks, with the sandbox asked for or the strongest.
    fn context(&self, app: &App) -> Result<Context, Failure> {
        let mut context = app.context(Feedback::Title)?;
        let launcher = context.sandbox.launcher().to_owned();
        let sandbox =
            confinement::for_grading(&app.environment, &launcher, self.sandbox.as_deref());
        context.sandbox = sandbox.map_err(GradeError::Sandbox)?;
        if !context.sandbox.guard().is_strong() {
            app.warn(
                "without a sandbox a submission can read and change what you can: grade only what \
                 you trust",
            );
        }
        Ok(context)
    }

    fn partition(&self, app: &App) -> Result<Option<Partition>, Failure> {
        let option = self.partition.clone();
        let chosen = option.or_else(|| app.environment.text("GRADUS_PARTITION"));
        match chosen.as_deref() {
            Some("none") => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|error| Failure::Refused {
                what: format!("{error}"),
                help: "count parts from 1, as in `slice:1/4`".to_owned(),
            }),
            None => Ok(
                Partition::from_scheduler(&app.environment).map(|(partition, from)| {
                    app.note(&format!("Partition {partition}, as {from} say."));
                    partition
                }),
            ),
        }
    }

    fn options(&self, header: &Header, context: &Context) -> BatchOptions {
        let machine = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let folder = context.cache.join("verdicts");
        BatchOptions {
            jobs: self.jobs.map_or_else(machine, NonZeroUsize::get),
            fail_fast: self.fail_fast,
            cache: self.cache.then(|| cache::VerdictCache::new(folder, header)),
        }
    }

    /// Writes the reports asked for, shows a summary, and returns the exit code.
    fn finish(&self, app: &App, results: &Results, summary: &Summary) -> Done {
        let out = app.path(&self.out);
        let written = reports::write(app, results, &out, &self.reports)?;
        app.output.lines(&summary_lines(summary))?;
        reports::list(app, results.path(), &written)?;
        let is_step = app.environment.text("GITHUB_ACTIONS").as_deref() == Some("true");
        if is_step && self.reports.iter().any(|id| id == "github") {
            workflow::show(app, &out)?;
        }
        Ok(if !summary.is_complete() {
            Code::Failed
        } else if self.require_pass && !summary.all_passed() {
            Code::NotPassed
        } else {
            Code::Fine
        })
    }
}
