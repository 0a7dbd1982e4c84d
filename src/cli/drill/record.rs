//! What came of a learner's drills.

use serde::Serialize;

use crate::cli::app::{App, Done};
use crate::cli::exit::Code;
use crate::cli::failure::Failure;
use crate::session::drill::Exam;
use crate::session::drill::journal::{Accuracy, Score};
use crate::session::drill::words::{clock, words_of};
use crate::session::drill::{Drills, Journal, PastDrill};
use crate::text::{Line, Role};

/// The most drills that are listed; a score counts all.
const MOST: usize = 20;

/// `gradus drill --record --json`, and what a drill or an exam ends with.
#[derive(Debug, Serialize)]
struct DrillsRecord<'a> {
    /// The version of this shape.
    version: u32,
    /// What the exam was worth.
    score: Option<Score>,
    drills: Vec<&'a PastDrill>,
    /// The number of the fastest drill that was named at once and fixed.
    best: Option<u32>,
    causes: Vec<Accuracy>,
}

/// Shows the record: all of it, or that of `exam`.
pub(super) fn show(app: &App, drills: &Drills<'_>, exam: Option<&Exam>, json: bool) -> Done {
    let journal = drills.journal()?;
    let score = exam.map(|exam| journal.score(exam.first, exam.seeds.len()));
    let of = match exam {
        Some(exam) => Journal {
            drills: journal.exam(exam.first).cloned().collect(),
        },
        None => journal,
    };
    write(app, drills, &of, score, json)
}

/// Shows the score of `exam`, or as JSON what came of the drill `number`.
pub(super) fn show_end(
    app: &App,
    drills: &Drills<'_>,
    exam: Option<&Exam>,
    number: u32,
    json: bool,
) -> Result<(), Failure> {
    if exam.is_some() {
        show(app, drills, exam, json)?;
        return Ok(());
    }
    let mut journal = drills.journal()?;
    journal.drills.retain(|drill| drill.number == number);
    write(app, drills, &journal, None, json)?;
    Ok(())
}

fn write(
    app: &App,
    drills: &Drills<'_>,
    journal: &Journal,
    score: Option<Score>,
    json: bool,
) -> Done {
    if json {
        app.output.json(&DrillsRecord {
            version: 1,
            score,
            drills: journal.drills.iter().collect(),
            best: journal.best().map(|best| best.number),
            causes: journal.accuracy(),
        })?;
        return Ok(Code::Fine);
    }
    if journal.drills.is_empty() {
        let line = Line::plain("No drill is finished yet. ");
        let line = line.with(Role::Code, app.command("drill"));
        app.output.line(line.with(Role::Text, " begins one."))?;
        return Ok(Code::Fine);
    }
    let mut lines = vec![Line::new()];
    if let Some(Score { points, of }) = score {
        let title = Line::new().with(Role::Heading(1), format!("Exam: {points} of {of} points"));
        lines.extend([title, Line::new()]);
    }
    let mut listed: Vec<_> = journal.drills.iter().rev().take(MOST).collect();
    listed.reverse();
    let now = app.now();
    lines.extend(
        listed
            .into_iter()
            .flat_map(|entry| rows(drills, entry, now)),
    );
    if score.is_none() {
        lines.extend(summary(drills, journal));
    }
    app.output.lines(&lines)?;
    Ok(Code::Fine)
}

fn rows(drills: &Drills<'_>, entry: &PastDrill, now: u64) -> Vec<Line> {
    let (role, mark) = match (entry.at_once(), entry.seconds()) {
        (true, Some(_)) => (Role::Good, "at once"),
        (false, Some(_)) => (Role::Warn, "in the end"),
        (_, None) => (Role::Bad, "given up"),
    };
    let time = entry.seconds().map_or_else(|| "-".to_owned(), clock);
    let place = format!("{:>3}  {:>7}", entry.number, ago(entry.date, now));
    let first = Line::new()
        .with(Role::Dim, place)
        .with(Role::Text, format!("{time:>6}  "))
        .with(role, format!("{mark:<10}"))
        .with(Role::Dim, format!("  seed {}", entry.seed));
    let causes = entry.faults.iter().map(|fault| {
        let cause = words_of(&drills.spec().causes, &fault.cause);
        Line::plain(format!("     {cause}"))
    });
    std::iter::once(first).chain(causes).collect()
}

fn summary(drills: &Drills<'_>, journal: &Journal) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    if let Some(best) = journal.best() {
        let time = best.seconds().map_or_else(String::new, clock);
        let text = format!("{time} (drill {})", best.number);
        lines.push(
            Line::new()
                .with(Role::Dim, "Best:  ")
                .with(Role::Good, text),
        );
        lines.push(Line::new());
    }
    lines.push(Line::plain("Causes, and how often you named them at once:"));
    for Accuracy {
        cause,
        at_once,
        met,
    } in journal.accuracy()
    {
        let role = if at_once == met {
            Role::Good
        } else {
            Role::Warn
        };
        let line = Line::new().with(role, format!("  {at_once} of {met}  "));
        let cause = words_of(&drills.spec().causes, &cause).to_owned();
        lines.push(line.with(Role::Text, cause));
    }
    lines
}

fn ago(date: u64, now: u64) -> String {
    match now.saturating_sub(date) / 86_400 {
        0 => "today".to_owned(),
        days => format!("{days} d ago"),
    }
}
