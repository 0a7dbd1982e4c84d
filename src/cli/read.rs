//! `gradus read`.

use clap::Args;

use super::app::{App, Done, OpenCourse};
use super::exit::Code;
use super::failure::Failure;
use super::names;
use crate::course::{Course, Item, Lesson, Section};
use crate::lesson::layout;
use crate::progress::Next;
use crate::source::TrackId;
use crate::text::{Line, Role, Style, links};

/// Read a lesson
///
/// What a terminal has shown counts as read; what a pipe or a file takes does not.
#[derive(Debug, Args)]
pub(crate) struct Read {
    /// The lesson's name or number [default: the next one]
    lesson: Option<String>,
    /// Show the optional sections too
    #[arg(long)]
    further: bool,
}

impl Read {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let lesson = self.lesson(&opened)?;
        app.output.lines(&self.lines(app, &opened, lesson))?;
        // What a pipe or a file takes has been seen by nobody yet.
        if !app.output.caps().terminal {
            return Ok(Code::Fine);
        }
        opened.update(app, |progress| {
            for (index, section) in lesson.sections().iter().enumerate() {
                let is_shown = lesson.has_section(section, progress.track.as_ref());
                if is_shown && (self.further || !section.further) {
                    progress.see(lesson, index);
                }
            }
        })?;
        Ok(Code::Fine)
    }

    fn lesson<'a>(&self, opened: &'a OpenCourse) -> Result<&'a Lesson, Failure> {
        if let Some(name) = &self.lesson {
            return names::lesson(&opened.course, name);
        }
        let lesson = match opened.progress.next(&opened.course) {
            Next::Read { lesson, .. } => Some(lesson),
            Next::Solve(exercise) => opened.course.lesson_of(&exercise.id),
            Next::Nothing => opened.course.lessons.first(),
        };
        lesson.ok_or_else(|| Failure::Refused {
            what: "this course has no lesson".to_owned(),
            help: format!("look for problems with `{}`", "gradus validate"),
        })
    }

    fn lines(&self, app: &App, opened: &OpenCourse, lesson: &Lesson) -> Vec<Line> {
        let title = format!("{}. {}", lesson.number, lesson.title);
        let mut lines = vec![Line::new().with(Role::Heading(1), title), Line::new()];
        if !lesson.summary.is_empty() {
            lines.extend(app.output.markdown(&lesson.summary));
        }
        let mut left_out = 0;
        let track = opened.progress.track.as_ref();
        for section in lesson.sections() {
            if !lesson.has_section(section, track) {
                continue;
            }
            if section.further && !self.further {
                left_out += 1;
                continue;
            }
            for item in &section.items {
                if !opened.course.has_item(lesson, item, track) {
                    continue;
                }
                lines.push(Line::new());
                lines.extend(item_lines(app, opened, lesson, item));
            }
        }
        if left_out > 0 {
            let command = app.command(&format!("read {} --further", lesson.id));
            lines.push(Line::new());
            let titles = format!("Optional, left out here: {}", titles(lesson, track));
            lines.push(Line::new().with(Role::Dim, titles));
            lines.push(Line::plain("  ").with(Role::Code, command));
        }
        lines
    }
}

fn titles(lesson: &Lesson, track: Option<&TrackId>) -> String {
    let further = lesson.sections().iter().filter(|section| section.further);
    let further = further.filter(|section| lesson.has_section(section, track));
    let titles = further.map(|Section { title, .. }| title.as_deref().unwrap_or_default());
    titles.collect::<Vec<_>>().join(", ")
}

/// Returns the commands that show the other lessons which `text` of `lesson` links to.
fn link_lines(app: &App, course: &Course, lesson: &Lesson, text: &[Line]) -> Vec<Line> {
    let linked = links(text).into_iter();
    let mut others: Vec<&Lesson> = linked
        .filter_map(|link| course.linked(lesson, link))
        .map(|(target, _)| target)
        .filter(|target| target.id != lesson.id)
        .collect();
    others.dedup_by_key(|other| &other.id);
    let gap = (!others.is_empty()).then(Line::new);
    let commands = others.into_iter().flat_map(|other| {
        let command = app.command(&format!("read {}", other.id));
        let title = Line::new().with(Role::Dim, format!("{}:", other.title));
        [title, Line::plain("  ").with(Role::Code, command)]
    });
    gap.into_iter().chain(commands).collect()
}

fn item_lines(app: &App, opened: &OpenCourse, lesson: &Lesson, item: &Item) -> Vec<Line> {
    let label = Style::bold(Role::Accent);
    match item {
        Item::Text(range) => {
            let blocks = lesson.blocks(range, opened.progress.track.as_ref());
            let mut lines = layout(&blocks, lesson.doc(), &app.output.layout());
            lines.extend(link_lines(app, &opened.course, lesson, &lines));
            lines
        }
        Item::Quiz(quiz) => {
            let mut lines = vec![Line::new().with(label, "Question")];
            lines.extend(app.output.markdown(&quiz.prompt));
            let command = app.command(&format!("quiz {}", lesson.id));
            lines.push(Line::new().with(Role::Dim, format!("Answer with: {command}")));
            lines
        }
        Item::Exercise(id) => {
            let exercise = opened.course.exercise(id);
            let title = exercise.map_or(id.as_str(), |exercise| exercise.title.as_str());
            let line = Line::new()
                .with(label, "Exercise")
                .with(Role::Text, format!(": {title}"));
            let command = app.command(&format!("check {id}"));
            vec![
                line,
                Line::new().with(Role::Dim, format!("Check it with: {command}")),
            ]
        }
    }
}
