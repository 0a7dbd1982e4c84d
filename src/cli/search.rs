//! `gradus search`.

use std::collections::BTreeSet;

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;
use super::names::nearest;
use crate::course::{Course, Lesson, Symptom};
use crate::search::{Found, Hit, search, vocabulary};
use crate::text::{Line, Role, Style};

/// Search the course by words, a log line or a status
#[derive(Debug, Args)]
pub(crate) struct Search {
    /// Words, a pasted log line, or a status such as 502
    #[arg(required = true, allow_hyphen_values = true)]
    text: Vec<String>,
}

impl Search {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let text = self.text.join(" ");
        let Found { hits, unknown } = search(&opened.course, opened.progress.track.as_ref(), &text);
        if hits.is_empty() {
            report_no_hits(app, &opened.course, &text, unknown);
            return Ok(Code::NotPassed);
        }
        if let Some(question) = correction(&opened.course, unknown) {
            app.output.tell(&[Line::plain(question)]);
        }
        for (index, hit) in hits.iter().enumerate() {
            if index > 0 {
                app.output.line(Line::new())?;
            }
            app.output.lines(&lines(app, hit))?;
        }
        Ok(Code::Fine)
    }
}

fn lines(app: &App, hit: &Hit<'_>) -> Vec<Line> {
    match hit {
        Hit::Symptom { lesson, symptom } => symptom_lines(app, lesson, symptom),
        Hit::Section {
            lesson,
            section,
            excerpt,
        } => {
            let title = lesson.sections()[*section].title.as_deref();
            let mut line = title_line(lesson);
            if let Some(title) = title {
                line.push(Role::Text, format!(", \u{201c}{title}\u{201d}"));
            }
            vec![
                line,
                excerpt_line(excerpt),
                command_line(app, &format!("read {}", lesson.id)),
            ]
        }
        Hit::Exercise(exercise) => {
            let line = Line::new()
                .with(Role::Text, "Exercise: ")
                .with(Style::bold(Role::Text), &exercise.title);
            vec![
                line,
                excerpt_line(&exercise.summary),
                command_line(app, &format!("check {}", exercise.id)),
            ]
        }
    }
}

/// Returns the cause of `symptom`, its hop, the first command to run and the lesson.
pub(super) fn symptom_lines(app: &App, lesson: &Lesson, symptom: &Symptom) -> Vec<Line> {
    let mut lines = app.output.markdown(&symptom.cause);
    lines.push(
        Line::new()
            .with(Role::Dim, "  Where:  ")
            .with(Role::Text, &symptom.hop),
    );
    if let Some(first) = &symptom.first {
        let line = Line::new().with(Role::Dim, "  First:  ");
        lines.push(line.with(Role::Code, first));
    }
    let mut line = Line::new().with(Role::Dim, "  Lesson: ");
    line.spans.extend(title_line(lesson).spans);
    lines.push(line);
    lines.push(command_line(app, &format!("read {}", lesson.id)));
    lines
}

fn title_line(lesson: &Lesson) -> Line {
    Line::new()
        .with(Role::Text, format!("{}. ", lesson.number))
        .with(Style::bold(Role::Text), &lesson.title)
}

fn excerpt_line(excerpt: &str) -> Line {
    Line::plain("  ").with(Role::Dim, excerpt)
}

fn command_line(app: &App, command: &str) -> Line {
    Line::plain("  ").with(Role::Code, app.command(command))
}

/// Reports that nothing was found, and what else to try.
fn report_no_hits(app: &App, course: &Course, text: &str, unknown: Vec<String>) {
    let mut sentences = vec![format!("Nothing in this course matches `{text}`.")];
    sentences.extend(correction(course, unknown));
    sentences.push(format!(
        "Try other words, the line of error.log itself, or a status; {} shows every lesson.",
        app.command("list")
    ));
    let lines: Vec<Line> = sentences.iter().map(Line::plain).collect();
    app.output.tell(&lines);
}

/// Returns a question that names words of the course in place of `unknown` ones.
fn correction(course: &Course, unknown: Vec<String>) -> Option<String> {
    if unknown.is_empty() {
        return None;
    }
    let vocabulary = vocabulary(course);
    let is_word = |word: &String| word.len() > 3 && word.chars().all(char::is_alphabetic);
    let near = unknown.into_iter().filter(is_word).filter_map(|word| {
        let known = vocabulary.iter().filter(|known| is_word(known));
        nearest(&word, known.map(String::as_str))
    });
    let near: BTreeSet<String> = near.map(|word| format!("`{word}`")).collect();
    let near: Vec<String> = near.into_iter().collect();
    (!near.is_empty()).then(|| format!("Did you mean {}?", near.join(", ")))
}
