//! Finds things by the names that users type; an unknown name yields a suggestion.

use super::failure::Failure;
use crate::course::{Course, Exercise, Lesson, Program, Track};

/// The least Jaro-Winkler similarity of a suggestion, from 0 to 1.
const ALIKE: f64 = 0.78;

pub(crate) fn exercise<'a>(course: &'a Course, name: &str) -> Result<&'a Exercise, Failure> {
    let found = course
        .exercises
        .iter()
        .find(|exercise| exercise.id.as_str() == name);
    let ids = course.exercises.iter().map(|exercise| exercise.id.as_str());
    found.ok_or_else(|| unknown("exercise", name, ids))
}

/// Finds a lesson by its id, number or file name.
pub(crate) fn lesson<'a>(course: &'a Course, name: &str) -> Result<&'a Lesson, Failure> {
    let is_it = |lesson: &&Lesson| {
        let file = lesson.file.rsplit('/').next().unwrap_or_default();
        lesson.id.as_str() == name
            || name.parse() == Ok(lesson.number)
            || file == name
            || file.strip_suffix(".md") == Some(name)
    };
    let ids = course.lessons.iter().map(|lesson| lesson.id.as_str());
    let found = course.lessons.iter().find(is_it);
    found.ok_or_else(|| unknown("lesson", name, ids))
}

pub(crate) fn track<'a>(course: &'a Course, name: &str) -> Result<&'a Track, Failure> {
    let found = course.tracks.iter().find(|track| track.id.as_str() == name);
    let ids = course.tracks.iter().map(|track| track.id.as_str());
    found.ok_or_else(|| unknown("track", name, ids))
}

pub(crate) fn program<'a>(course: &'a Course, name: &str) -> Result<&'a Program, Failure> {
    let mut programs = course.programs.iter();
    let ids = course.programs.iter().map(|program| program.id.as_str());
    let found = programs.find(|program| program.id.as_str() == name);
    found.ok_or_else(|| unknown("program", name, ids))
}

fn unknown<'a>(what: &'static str, name: &str, names: impl Iterator<Item = &'a str>) -> Failure {
    Failure::Unknown {
        what,
        name: name.to_owned(),
        near: nearest(name, names).map(str::to_owned),
    }
}

/// The most similar of `names`, if it is similar enough.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let scored = names.map(|other| {
        let part = name.len() > 2 && other.contains(&name);
        let score = strsim::jaro_winkler(&name, other);
        (if part { 1.0 } else { score }, other)
    });
    let best = scored.max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(score, _)| *score >= ALIKE)
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::fixture;

    #[test]
    fn a_slip_is_answered_with_the_name_that_was_meant() {
        let names = ["safe-divide", "wrong-port", "retry-safe"];
        for (typed, meant) in [
            ("safe-divid", Some("safe-divide")),
            ("Wrong_Port", Some("wrong-port")),
            ("divide", Some("safe-divide")),
            ("quantum", None),
        ] {
            assert_eq!(nearest(typed, names.into_iter()), meant, "{typed}");
        }
    }

    #[test]
    fn a_lesson_is_found_by_id_number_and_file() {
        let course = fixture::course();
        for name in ["end", "2", "02", "02-end", "02-end.md"] {
            assert_eq!(lesson(&course, name).unwrap().number, 2, "{name}");
        }
        assert!(matches!(lesson(&course, "3"), Err(Failure::Unknown { .. })));
    }
}
