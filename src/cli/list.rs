//! `gradus list`.

use clap::Args;
use serde::Serialize;

use super::app::{App, Done, OpenCourse};
use super::exit::Code;
use super::names;
use crate::course::{Course, Exercise, Lesson};
use crate::progress::{Progress, State};
use crate::source::{ExerciseId, LessonId, TrackId};
use crate::text::{Line, Role, Style};

/// List lessons and exercises, and the state of each
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only the exercises of this track [default: the one you chose]
    #[arg(long, value_name = "TRACK")]
    track: Option<String>,
    /// The exercises of all tracks
    #[arg(long, conflicts_with = "track")]
    all: bool,
    /// Write JSON: all tracks, unless one is named
    #[arg(long)]
    json: bool,
}

/// `gradus list --json`.
#[derive(Debug, Serialize)]
struct ListRecord<'a> {
    course: &'a str,
    title: &'a str,
    lessons: Vec<LessonRecord<'a>>,
    exercises: Vec<ExerciseRecord<'a>>,
}

#[derive(Debug, Serialize)]
struct LessonRecord<'a> {
    id: &'a LessonId,
    number: u32,
    title: &'a str,
    summary: &'a str,
    minutes: u32,
    /// Whether every core section was seen.
    read: bool,
    exercises: Vec<&'a ExerciseId>,
}

#[derive(Debug, Serialize)]
struct ExerciseRecord<'a> {
    id: &'a ExerciseId,
    kind: &'static str,
    title: &'a str,
    summary: &'a str,
    /// `new`, `started`, `passed` or `settled`.
    state: State,
    /// Whether the exercise has changed since it was passed.
    passed_earlier_version: bool,
    further: bool,
    tracks: &'a [TrackId],
    /// The lesson that leads to it.
    lesson: Option<&'a LessonId>,
}

impl List {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let track = match &self.track {
            Some(name) => Some(&names::track(&opened.course, name)?.id),
            None => None,
        };
        if self.json {
            app.output.record(&record(&opened, track))?;
            return Ok(Code::Fine);
        }
        let course = &opened.course;
        let own = opened.progress.track.as_ref();
        let own = own.and_then(|id| course.track(id));
        let own = own.filter(|_| track.is_none() && !self.all && course.tracks.len() > 1);
        let track = track.or(own.map(|own| &own.id));
        let mut lines = lines(course, &opened.progress, track);
        if let Some(own) = own {
            let line =
                Line::new().with(Role::Dim, format!("The {} track. Everything: ", own.title));
            lines.push(Line::new());
            lines.push(line.with(Role::Code, app.command("list --all")));
        }
        app.output.lines(&lines)?;
        Ok(Code::Fine)
    }
}

fn record<'a>(opened: &'a OpenCourse, track: Option<&'a TrackId>) -> ListRecord<'a> {
    let OpenCourse {
        course, progress, ..
    } = opened;
    let lessons = course.lessons.iter().map(|lesson| LessonRecord {
        id: &lesson.id,
        number: lesson.number,
        title: &lesson.title,
        summary: &lesson.summary,
        minutes: course.minutes(lesson, track.or(progress.track.as_ref())),
        read: progress.has_read(lesson, track.or(progress.track.as_ref())),
        exercises: lesson.exercises().collect(),
    });
    let exercises = course.exercises_of(track).map(|exercise| ExerciseRecord {
        id: &exercise.id,
        kind: exercise.kind.id(),
        title: &exercise.title,
        summary: &exercise.summary,
        state: progress.state_of(exercise),
        passed_earlier_version: progress.passed_earlier_version(exercise),
        further: exercise.further,
        tracks: &exercise.tracks,
        lesson: course.lesson_of(&exercise.id).map(|lesson| &lesson.id),
    });
    ListRecord {
        course: &course.id,
        title: &course.title,
        lessons: lessons.collect(),
        exercises: exercises.collect(),
    }
}

fn lines(course: &Course, progress: &Progress, track: Option<&TrackId>) -> Vec<Line> {
    let width = course
        .exercises_of(track)
        .map(|exercise| exercise.id.as_str().len());
    let width = width.max().unwrap_or(0);
    let mut lines = vec![
        Line::new().with(Role::Heading(1), &course.title),
        Line::new(),
    ];
    for lesson in course.lessons.iter().filter(|it| it.is_on(track)) {
        lines.push(lesson_line(course, lesson, progress, track));
        let leads_to = |exercise: &&Exercise| lesson.exercises().any(|id| *id == exercise.id);
        let exercises = course.exercises_of(track).filter(leads_to);
        lines.extend(exercises.map(|exercise| exercise_line(exercise, progress, width)));
    }
    let unled = course
        .exercises_of(track)
        .filter(|exercise| course.lesson_of(&exercise.id).is_none());
    lines.extend(unled.map(|exercise| exercise_line(exercise, progress, width)));
    lines
}

fn lesson_line(
    course: &Course,
    lesson: &Lesson,
    progress: &Progress,
    track: Option<&TrackId>,
) -> Line {
    let track = track.or(progress.track.as_ref());
    let bold = Style::bold(Role::Text);
    let mark = if progress.has_read(lesson, track) {
        "✓"
    } else {
        " "
    };
    Line::new()
        .with(Role::Good, mark)
        .with(Role::Text, format!(" {:>2}  ", lesson.number))
        .with(bold, &lesson.title)
        .with(
            Role::Dim,
            format!("  {} ({} min)", lesson.id, course.minutes(lesson, track)),
        )
}

fn exercise_line(exercise: &Exercise, progress: &Progress, width: usize) -> Line {
    let state = progress.state_of(exercise);
    let (role, mark) = match state {
        State::Passed => (Role::Good, "✓"),
        State::Settled => (Role::Warn, "-"),
        State::Started => (Role::Accent, "…"),
        State::New => (Role::Dim, " "),
    };
    let mut line = Line::new()
        .with(role, mark)
        .with(Role::Text, "       ")
        .with(Role::Code, format!("{:width$}", exercise.id))
        .with(Role::Text, format!("  {}", exercise.title))
        .with(Role::Dim, format!("  {}", exercise.kind.id()));
    if exercise.further {
        line.push(Role::Dim, ", optional");
    }
    match state {
        State::Passed if progress.passed_earlier_version(exercise) => {
            line.push(Role::Warn, "  passed an earlier version");
        }
        State::Started if progress.is_to_solve_again(exercise) => {
            line.push(role, "  to be solved again");
        }
        State::New => {}
        State::Passed | State::Settled | State::Started => {
            line.push(role, format!("  {}", state.word()));
        }
    }
    line
}
