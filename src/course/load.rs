//! Reads a course from its files, and goes on after every fault.

mod exercises;
mod lessons;

use toml::Spanned;

use super::manifest::CourseManifest;
use super::problem::Problem;
use super::tree::Tree;
use super::{Course, Track};

pub(super) use lessons::split_front_matter;

/// The version of the course format that this program reads.
const FORMAT: u32 = 1;

/// Reads the course in `tree`: what could be read, and every problem with the rest.
pub fn load(tree: &Tree) -> (Course, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut course = manifest(tree, &mut problems);
    course.lessons = lessons::load(tree, &mut problems);
    course.exercises = exercises::load(tree, &course, &mut problems);
    course.ground = crate::drill::load(tree, &mut problems);
    check_links(&course, &mut problems);
    problems.sort();
    (course, problems)
}

fn manifest(tree: &Tree, problems: &mut Vec<Problem>) -> Course {
    let mut course = Course {
        id: String::new(),
        title: "Untitled course".to_owned(),
        description: String::new(),
        tracks: Vec::new(),
        lessons: Vec::new(),
        exercises: Vec::new(),
        ground: None,
        tree: tree.clone(),
    };
    let file = "course.toml";
    let Some(text) = tree.get(file) else {
        problems.push(
            Problem::new(file, "missing")
                .help("a course starts with `format = 1`, `id` and `title`"),
        );
        return course;
    };
    match toml::from_str::<CourseManifest>(text) {
        Ok(manifest) => fill(&mut course, manifest, text, problems),
        Err(error) => problems.push(toml_problem(file, text, 1, &error)),
    }
    course
}

fn fill(course: &mut Course, manifest: CourseManifest, text: &str, problems: &mut Vec<Problem>) {
    let file = "course.toml";
    if *manifest.format.get_ref() != FORMAT {
        let message = format!(
            "format {} is not one this program reads",
            manifest.format.get_ref()
        );
        let help = format!("this program reads format {FORMAT}; a newer Gradus may read others");
        problems.push(
            Problem::new(file, message)
                .at(line_of(text, &manifest.format))
                .help(help),
        );
    }
    course.id = manifest.id;
    course.title = manifest.title;
    course.description = manifest.description;
    for track in manifest.tracks {
        let line = line_of(text, &track.id);
        let id = track.id.into_inner();
        if course.track(&id).is_some() {
            problems.push(Problem::new(file, format!("track `{id}` is there twice")).at(line));
            continue;
        }
        course.tracks.push(Track {
            id,
            title: track.title,
            description: track.description,
        });
    }
}

fn check_links(course: &Course, problems: &mut Vec<Problem>) {
    for exercise in &course.exercises {
        let leading = course
            .lessons
            .iter()
            .filter(|lesson| lesson.exercises().any(|id| *id == exercise.id));
        let file = format!("exercises/{}/exercise.toml", exercise.id);
        match leading.count() {
            0 => problems.push(Problem::new(file, "no lesson leads to this exercise").help(
                format!(
                    "put `<!-- exercise: {} -->` on a line of a lesson",
                    exercise.id
                ),
            )),
            1 => {}
            _ => problems.push(Problem::new(
                file,
                "more than one lesson leads to this exercise",
            )),
        }
    }
}

/// Returns the line, from 1, where a value stands in `text`.
pub(crate) fn line_of<T>(text: &str, value: &Spanned<T>) -> usize {
    line_at(text, value.span().start)
}

/// Returns the line, from 1, of the byte `offset` of `text`.
fn line_at(text: &str, offset: usize) -> usize {
    1 + text.get(..offset).unwrap_or(text).matches('\n').count()
}

/// Words an error of the TOML reader; `first_line` is the line of the file where `text` starts.
pub(crate) fn toml_problem(
    file: &str,
    text: &str,
    first_line: usize,
    error: &toml::de::Error,
) -> Problem {
    let line = error
        .span()
        .map(|span| first_line - 1 + line_at(text, span.start));
    let message = error.message().trim().replace('\n', "; ");
    Problem::new(file, message).at(line)
}
