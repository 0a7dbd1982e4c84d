//! Reads a course from its files, and goes on after every fault.

mod exercises;
mod lessons;

use super::manifest::CourseManifest;
use super::{Course, Track};
use crate::kind::{Edition, Kinds};
use crate::source::{Problem, Tree, line_of, toml_problem};

pub(super) use lessons::split_front_matter;

/// The version of the course format that this program reads.
const FORMAT: u32 = 1;

/// Reads the course in `tree`, whose exercises are of `kinds`: what could be read, and every problem with
/// the rest.
pub fn load(tree: &Tree, kinds: Kinds) -> (Course, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut course = manifest(tree, &mut problems);
    course.lessons = lessons::load(tree, &mut problems);
    course.exercises = exercises::load(tree, kinds, &course, &mut problems);
    for kind in kinds {
        kind.read_course(tree, &mut problems);
    }
    check_links(&course, &mut problems);
    problems.sort();
    (course, problems)
}

fn manifest(tree: &Tree, problems: &mut Vec<Problem>) -> Course {
    let mut course = Course {
        id: String::new(),
        title: "Untitled course".to_owned(),
        description: String::new(),
        edition: Edition::default(),
        tracks: Vec::new(),
        lessons: Vec::new(),
        exercises: Vec::new(),
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
    course.edition = manifest.edition;
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
