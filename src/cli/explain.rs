//! `gradus explain`.

mod input;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::app::{App, Done};
use super::exit::Code;
use super::search::symptom_lines;
use crate::search::log::{Known, LogReader, Shape, Survey};
use crate::source::LessonId;
use crate::text::{Line, Role, Style, counted};

pub(super) use input::LogError;

/// The most groups of unknown lines on the screen.
const SHOWN: usize = 10;

/// Count the symptoms in an error.log or access.log, and name their causes
///
/// Reads a log to its end and lists the causes that the course knows, the most frequent first, each with
/// its hop, the first command to run and the lesson. Lines that report an error and are not known are
/// grouped by shape. A packed log goes through a pipe:
/// `zcat error.log.2.gz | gradus explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The log [default: standard input, from a pipe]
    file: Option<PathBuf>,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// `gradus explain --json`.
#[derive(Debug, Serialize)]
struct ExplainRecord<'a> {
    course: &'a str,
    lines: u64,
    causes: Vec<CauseRecord<'a>>,
    /// Errors that the course does not know, by shape.
    unknown: &'a [Shape],
    /// How many more of them there are, of further shapes.
    unknown_more: u64,
}

#[derive(Debug, Serialize)]
struct CauseRecord<'a> {
    count: u64,
    /// The number of the first line, from 1.
    line: u64,
    /// The first line.
    example: &'a str,
    cause: &'a str,
    hop: &'a str,
    /// What to run or look at first.
    first: Option<&'a str>,
    lesson: &'a LessonId,
}

impl Explain {
    pub(super) fn run(self, app: &App) -> Done {
        let file = self.file.filter(|file| file != Path::new("-"));
        if file.is_none() && std::io::stdin().is_terminal() {
            return Err(LogError::None.into());
        }
        let log = input::open(file.map(|file| app.path(&file)).as_deref())?;
        let opened = app.open_course()?;
        let survey = LogReader::new(&opened.course)?.survey(log)?;
        if self.json {
            app.output.record(&record(&opened.course.id, &survey))?;
        } else {
            show(app, &survey)?;
        }
        Ok(if survey.known.is_empty() {
            Code::NotPassed
        } else {
            Code::Fine
        })
    }
}

fn record<'a>(course: &'a str, survey: &'a Survey<'_>) -> ExplainRecord<'a> {
    let causes = survey.known.iter().map(|known| CauseRecord {
        count: known.count,
        line: known.line,
        example: &known.example,
        cause: &known.symptom.cause,
        hop: &known.symptom.hop,
        first: known.symptom.first.as_deref(),
        lesson: &known.lesson.id,
    });
    ExplainRecord {
        course,
        lines: survey.lines,
        causes: causes.collect(),
        unknown: &survey.unknown,
        unknown_more: survey.more,
    }
}

fn show(app: &App, survey: &Survey<'_>) -> Result<(), super::failure::Failure> {
    for known in &survey.known {
        app.output.lines(&known_lines(app, known))?;
        app.output.line(Line::new())?;
    }
    if !survey.unknown.is_empty() {
        app.output.lines(&unknown_lines(survey))?;
        app.output.line(Line::new())?;
    }
    Ok(app.output.line(Line::plain(summary(survey)))?)
}

fn known_lines(app: &App, known: &Known<'_>) -> Vec<Line> {
    let first = format!("{} like line {}", counted(known.count, "line"), known.line);
    let mut shown = vec![
        Line::new().with(Style::bold(Role::Accent), first),
        Line::plain("  ").with(Role::Dim, &known.example),
    ];
    shown.extend(symptom_lines(app, known.lesson, known.symptom));
    shown
}

fn unknown_lines(survey: &Survey<'_>) -> Vec<Line> {
    let title = "Errors that this course does not know";
    let mut shown = vec![Line::new().with(Style::bold(Role::Warn), title)];
    for shape in survey.unknown.iter().take(SHOWN) {
        let first = format!(
            "  {} like line {}: ",
            counted(shape.count, "line"),
            shape.line
        );
        shown.push(Line::plain(first).with(Role::Dim, &shape.text));
    }
    let rest = survey.unknown.iter().skip(SHOWN);
    let rest = rest.map(|shape| shape.count).sum::<u64>() + survey.more;
    if rest > 0 {
        shown.push(Line::plain(format!(
            "  {} of other shapes",
            counted(rest, "line")
        )));
    }
    shown
}

/// Returns what was read, in a sentence; for a file that is no log, that it is none.
fn summary(survey: &Survey<'_>) -> String {
    let read = counted(survey.lines, "line");
    let sum = |counts: &mut dyn Iterator<Item = u64>| counts.sum::<u64>();
    let known = sum(&mut survey.known.iter().map(|known| known.count));
    let unknown = sum(&mut survey.unknown.iter().map(|shape| shape.count)) + survey.more;
    match (survey.lines, known, unknown) {
        (0, ..) => {
            "The log is empty. Is it the one that nginx writes now? `nginx -T` names it.".to_owned()
        }
        (_, 0, 0) if !survey.has_times => {
            format!("{read} read, and none has a time: this is hardly a log.")
        }
        (_, 0, 0) => format!(
            "{read} read, and no error in them. A 502 that leaves no line was the app's own answer, or \
             is in another log."
        ),
        _ => format!(
            "{read} read: {known} known, {unknown} unknown to this course, {} without an error.",
            survey.lines.saturating_sub(known + unknown)
        ),
    }
}
