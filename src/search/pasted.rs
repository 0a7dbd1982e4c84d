//! Lines that people paste, against the symptoms of the built-in course.

use super::log::LogReader;
use super::{Hit, symptom};
use crate::course::{Course, Symptom, builtin, load};
use crate::kinds::KINDS;

/// Lines of a day without a fault.
const ORDINARY: &str = include_str!("../../tests/fixtures/logs/ordinary.log");

/// Lines in the forms of other versions and settings, each with its hop and how the cause begins.
const FORMS: &str = include_str!("../../tests/fixtures/logs/forms.tsv");

/// What carries a line from elsewhere.
const CARRIERS: &[&str] = &[
    "",
    "shop-1  | ",
    "Nov 22 11:00:00 host nginx[71]: ",
    "2026-11-22T11:00:00.1Z stderr F ",
];

/// Returns hop, beginning of the cause and line of each of [`FORMS`].
fn forms() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let rows = FORMS.lines().skip(1);
    rows.map(|row| {
        let mut cells = row.splitn(3, '\t');
        let mut cell = || cells.next().expect("a row has three cells");
        (cell(), cell(), cell())
    })
}

fn course() -> Course {
    load(&builtin::tree(), KINDS).0
}

/// Returns the symptom that a log of this line has.
fn symptom_in<'a>(reader: &LogReader<'a>, line: &str) -> Option<&'a Symptom> {
    let survey = reader.survey(line.as_bytes()).unwrap();
    survey.known.first().map(|known| known.symptom)
}

#[test]
fn the_example_of_a_symptom_has_it_first_however_it_is_carried() {
    let course = course();
    let reader = LogReader::new(&course).unwrap();
    let lessons = course.lessons.iter();
    for symptom in lessons.flat_map(|lesson| lesson.symptoms.iter()) {
        let example = &symptom.example;
        let json = serde_json::json!({ "log": format!("{example}\n"), "stream": "stderr" });
        let carried = CARRIERS.iter().map(|before| format!("{before}{example}"));
        for line in carried.chain([json.to_string()]) {
            let found = symptom_in(&reader, &line).map(|symptom| symptom.pattern.source());
            assert_eq!(found, Some(symptom.pattern.source()), "{line}");
        }
    }
}

#[test]
fn a_search_for_a_line_finds_what_a_log_of_it_has() {
    let course = course();
    let reader = LogReader::new(&course).unwrap();
    // Every seventh: the engine of searches is slow in a build for tests.
    for (_, _, line) in forms().step_by(7) {
        let first = symptom::find(&course, line).into_iter().next();
        let found = symptom_in(&reader, line).expect("each form has a symptom");
        let is_it =
            |hit| matches!(hit, Hit::Symptom { symptom, .. } if std::ptr::eq(symptom, found));
        assert!(first.is_some_and(is_it), "{line}");
    }
}

#[test]
fn other_forms_of_a_line_have_its_cause() {
    let course = course();
    let reader = LogReader::new(&course).unwrap();
    for (hop, words, line) in forms() {
        let symptom = symptom_in(&reader, line);
        let found = symptom.map(|it| (it.hop.as_str(), it.cause.starts_with(words)));
        assert_eq!(found, Some((hop, true)), "{line}: {symptom:?}");
    }
}

#[test]
fn ordinary_lines_are_no_symptom_and_no_error() {
    let course = course();
    let reader = LogReader::new(&course).unwrap();
    for line in ORDINARY.lines() {
        let survey = reader.survey(line.as_bytes()).unwrap();
        let found = survey.known.first();
        assert!(found.is_none(), "{line}: {found:?}");
        let is_error = line.contains("[error]");
        assert_eq!(survey.unknown.len(), usize::from(is_error), "{line}");
    }
}
