//! The common part of `gradus grade` and `gradus regrade`: finds submissions, grades, writes reports.

mod board;

use std::io::BufReader;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Command};

use super::app::{App, counted};
use super::exit::Code;
use super::failure::Failure;
use super::{confinement, names, source, workflow};
use crate::check::cache::{BOUND, trim};
use crate::check::{Context, Feedback};
use crate::course::{Course, Exercise};
use crate::grade::discover::{self, Discovered};
use crate::grade::journal::Journal;
use crate::grade::{
    self, Batch, BatchOptions, GradeError, Partition, Results, Roster, Submission, Summary, cache,
    reports,
};
use crate::kind::Tier;
use crate::report::{Formats, Header, format};
use crate::sandbox::GUARDS;
use crate::source::ExerciseId;
use crate::sys::interrupts::Interrupts;
use crate::text::{Line, Role};
use board::{Board, summary_lines};

/// The argument that means a list on standard input.
const LIST: &str = "-";
/// What clap calls the formats that are asked for.
pub(super) const REPORTS: &str = "reports";
/// The most names or paths that one message lists.
const MOST_LISTED: usize = 10;

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
    /// The sandbox of submissions: `none` is limits of time, memory and output alone, and every report
    /// says so [default: the strongest; without one nothing is graded]
    #[arg(long, value_name = "SANDBOX", value_parser = sandboxes())]
    sandbox: Option<String>,
    /// Also write a report in this format; can be repeated
    #[arg(id = REPORTS, long = "report", value_name = "FORMAT")]
    pub(super) reports: Vec<String>,
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

/// Returns `command` with the names of `formats` as those that reports may be asked for in.
pub(super) fn with_formats(command: Command, formats: Formats) -> Command {
    let names = formats
        .iter()
        .map(|format| PossibleValue::new(format.id()).help(format.summary()));
    let names = PossibleValuesParser::new(names);
    command.mut_subcommands(|command| {
        command.mut_args(|argument| {
            if argument.get_id() == REPORTS {
                argument.value_parser(names.clone())
            } else {
                argument
            }
        })
    })
}

fn sandboxes() -> PossibleValuesParser {
    PossibleValuesParser::new(
        GUARDS
            .iter()
            .map(|guard| PossibleValue::new(guard.name()).help(guard.summary())),
    )
}

/// The result of a complete grading.
pub(super) struct Graded {
    summary: Summary,
    pub(super) results: Results,
}

impl Grading {
    /// Grades the submissions; `fresh` starts over instead of resuming. The inner `Err` is the exit code of
    /// an interrupted grading.
    pub(super) fn run(&self, app: &App, fresh: bool) -> Result<Result<Graded, Code>, Failure> {
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
        let found = self.find(app, &ids)?;
        tell_ignored(app, &found);
        tell_absent(app, &roster, &found.submissions);
        let partition = self.partition(app)?;
        let context = self.context(app)?;
        let names = found.submissions.iter().map(Submission::name);
        let header = grade::header::header(&course, &exercises, names, partition, &context)?;
        let mut submissions = found.submissions;
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
        self.grade(app, &batch, &roster, fresh)
    }

    fn grade(
        &self,
        app: &App,
        batch: &Batch<'_>,
        roster: &Roster,
        fresh: bool,
    ) -> Result<Result<Graded, Code>, Failure> {
        let out = app.path(&self.out);
        let mut journal = if fresh {
            let (journal, old) = Journal::start_over(&out, batch.header)?;
            if let Some(old) = old {
                app.note(&format!("The old journal is kept as {}.", app.shown(&old)));
            }
            journal
        } else {
            Journal::open(&out, batch.header)?
        };
        let cancel = batch.context.cancel.clone();
        let interrupts = Interrupts::listen(move || cancel.cancel())?;
        let mut board = Board::new(app, batch.submissions.len());
        let done = batch.run(&mut journal, &mut |progress| board.note(progress));
        if self.cache {
            trim(&batch.context.cache, BOUND);
        }
        board.clear(app);
        let summary = match (done, interrupts.signal()) {
            (Ok(summary), _) => summary,
            (Err(GradeError::Cancelled), Some(signal)) => {
                app.note(&format!(
                    "Stopped: {} of {} graded. The same command resumes the grading.",
                    board.done(),
                    counted(batch.submissions.len(), "submission")
                ));
                return Ok(Err(Code::Stopped(signal)));
            }
            (Err(error), _) => return Err(error.into()),
        };
        let place = out.join(grade::results::FILE);
        journal.write_results(batch.header, batch.submissions, roster, &place)?;
        Ok(Ok(Graded {
            summary,
            results: Results::open(&place)?,
        }))
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

    fn find(&self, app: &App, exercises: &[ExerciseId]) -> Result<Discovered, Failure> {
        if self.submissions == Path::new(LIST) {
            let input = BufReader::new(std::io::stdin());
            return Ok(discover::read_list(
                input,
                app.environment.folder(),
                exercises,
            )?);
        }
        let folder = app.path(&self.submissions);
        if let Some(learner) = &self.learner {
            return Ok(discover::find_checkout(learner, &folder, exercises));
        }
        if discover::is_checkout(&folder, exercises) {
            let path = std::fs::canonicalize(&folder).ok();
            let name = path.as_deref().and_then(Path::file_name);
            let learner = name.and_then(|name| name.to_str()).unwrap_or("learner");
            return Ok(discover::find_checkout(learner, &folder, exercises));
        }
        Ok(discover::find_hand_ins(&folder, exercises)?)
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
    pub(super) fn finish(&self, app: &App, graded: &Graded) -> Result<Code, Failure> {
        let written = write_reports(app, &graded.results, &app.path(&self.out), &self.reports)?;
        app.output.lines(&summary_lines(&graded.summary))?;
        for path in
            std::iter::once(graded.results.path()).chain(written.iter().map(PathBuf::as_path))
        {
            let line = Line::new().with(Role::Dim, "wrote ");
            app.output.line(line.with(Role::Accent, app.shown(path)))?;
        }
        self.show_in_workflow(app)?;
        let summary = &graded.summary;
        Ok(if !summary.is_complete() {
            Code::Failed
        } else if self.require_pass && !summary.all_passed() {
            Code::NotPassed
        } else {
            Code::Fine
        })
    }
}

impl Grading {
    /// Shows annotations and summary if this is a step of a GitHub Actions workflow.
    fn show_in_workflow(&self, app: &App) -> Result<(), Failure> {
        let is_step = app.environment.text("GITHUB_ACTIONS").as_deref() == Some("true");
        if is_step && self.reports.iter().any(|id| id == "github") {
            workflow::show(app, &app.path(&self.out))?;
        }
        Ok(())
    }
}

/// Writes the reports with the ids `formats` into the folder `out`, and returns their files.
pub(super) fn write_reports(
    app: &App,
    results: &Results,
    out: &Path,
    formats: &[String],
) -> Result<Vec<PathBuf>, Failure> {
    let formats = formats
        .iter()
        .filter_map(|id| format::find(app.guests.formats, id));
    let written = reports::write(results, out, &formats.collect::<Vec<_>>())?;
    if written.removed > 0 {
        let what = counted(written.removed, "file");
        app.note(&format!("Removed {what} of reports on other results."));
    }
    Ok(written.files)
}

fn tell_ignored(app: &App, found: &Discovered) {
    for ignored in found.ignored.iter().take(MOST_LISTED) {
        let path = app.shown(&ignored.path);
        app.warn(&format!("{path} is no submission: {}", ignored.why));
    }
    if found.ignored.len() > MOST_LISTED {
        let more = found.ignored.len() - MOST_LISTED;
        app.warn(&format!("{more} more are no submissions"));
    }
}

/// Reports the learners of the class list without a submission.
fn tell_absent(app: &App, roster: &Roster, submissions: &[Submission]) {
    let present: std::collections::BTreeSet<&str> = submissions
        .iter()
        .map(|submission| submission.learner.as_str())
        .collect();
    let absent: Vec<&str> = roster
        .learners()
        .filter(|learner| !present.contains(learner))
        .collect();
    if absent.is_empty() {
        return;
    }
    let mut names = absent[..absent.len().min(MOST_LISTED)].join(", ");
    if absent.len() > MOST_LISTED {
        names.push_str(", …");
    }
    app.note(&format!(
        "{} of the class list handed nothing in: {names}",
        counted(absent.len(), "learner")
    ));
}
