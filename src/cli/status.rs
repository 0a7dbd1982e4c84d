//! `gradus status`.

use clap::Args;
use serde::Serialize;

use super::app::{App, Done, OpenCourse};
use super::exit::Code;
use super::next;
use crate::progress::Tally;
use crate::session::review::Deck;
use crate::source::TrackId;
use crate::text::{Line, Role, counted};
use crate::workspace::Workspace;

/// Show your progress
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// `gradus status --json`.
#[derive(Debug, Serialize)]
struct StatusRecord<'a> {
    course: &'a str,
    title: &'a str,
    /// The workspace's folder, if there is one.
    workspace: Option<String>,
    /// The chosen track, if one was chosen.
    track: Option<&'a TrackId>,
    /// One entry a track.
    tracks: Vec<TrackRecord<'a>>,
    /// How many questions are to be reviewed today.
    review: usize,
    /// What to do next: a command without `gradus`; `null` when nothing is left.
    next: Option<String>,
}

#[derive(Debug, Serialize)]
struct TrackRecord<'a> {
    id: &'a TrackId,
    title: &'a str,
    #[serde(flatten)]
    tally: Tally,
    finished: bool,
}

impl Status {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        if self.json {
            app.output.record(&record(app, &opened))?;
        } else {
            app.output.lines(&lines(app, &opened))?;
        }
        Ok(Code::Fine)
    }
}

fn record<'a>(app: &App, opened: &'a OpenCourse) -> StatusRecord<'a> {
    let OpenCourse {
        course,
        workspace,
        progress,
        ..
    } = opened;
    let tracks = course.tracks.iter().map(|track| TrackRecord {
        id: &track.id,
        title: &track.title,
        tally: progress.tally(course, Some(&track.id)),
        finished: progress.finished(course, &track.id),
    });
    let root = workspace.as_ref().map(Workspace::root);
    StatusRecord {
        course: &course.id,
        title: &course.title,
        workspace: root.map(|root| root.display().to_string()),
        track: progress.track.as_ref(),
        tracks: tracks.collect(),
        review: due(app, opened),
        next: next::command(&progress.next(course)),
    }
}

fn due(app: &App, opened: &OpenCourse) -> usize {
    let deck = Deck::new(&opened.course, &opened.progress, app.now());
    deck.cards.len()
}

fn lines(app: &App, opened: &OpenCourse) -> Vec<Line> {
    let OpenCourse {
        course,
        workspace,
        progress,
        ..
    } = opened;
    let root = workspace
        .as_ref()
        .map(|workspace| app.shown(workspace.root()));
    let root = root.unwrap_or_else(|| format!("none; {} creates one", app.command("init")));
    let mut lines = vec![
        Line::new().with(Role::Heading(1), &course.title),
        Line::new(),
        Line::plain(format!("workspace  {root}")),
    ];
    for track in &course.tracks {
        let tally = progress.tally(course, Some(&track.id));
        let chosen = progress.track.as_ref() == Some(&track.id);
        let mut line = Line::plain(format!(
            "track      {}: {} of {} lessons, {} of {} exercises",
            track.id,
            tally.lessons.done,
            tally.lessons.of,
            tally.exercises.done,
            tally.exercises.of
        ));
        if tally.settled > 0 {
            line.push(Role::Dim, format!(", {} skipped", tally.settled));
        }
        if progress.finished(course, &track.id) {
            line.push(Role::Good, "  finished");
        }
        if chosen {
            line.push(Role::Accent, "  (yours)");
        }
        lines.push(line);
    }
    let due = due(app, opened);
    if due > 0 {
        let review = Line::plain(format!("review     {} due: ", counted(due, "question")));
        lines.push(review.with(Role::Code, app.command("review")));
    }
    lines.push(Line::new());
    lines.extend(next::lines(app, opened));
    lines
}
